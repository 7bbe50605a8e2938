/* Rows whose steps are not written yet say so. */
#include "config.h"

#include "action/job-run.h"

static void
pending_start(struct job_run *run)
{
	job_end(run, ERROR_UNSUPPORTED, "%s is not built yet",
	    job_public(run)->action->verb);
}

const struct job_ops action_blink_ops = { .start = pending_start };
const struct job_ops action_dfu_ops = { .start = pending_start };
const struct job_ops action_listen_ops = { .start = pending_start };
const struct job_ops action_reset_ops = { .start = pending_start };
const struct job_ops action_safe_ops = { .start = pending_start };
const struct job_ops action_touch_ops = { .start = pending_start };
