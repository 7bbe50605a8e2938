/* touch: the 14400 baud touch alone. */
#include "config.h"

#include "action/touch.h"

static void
action_touch_on_end(struct job_run *run, const struct error *err)
{
	if (job_is_cancelled(run))
		job_end_cancelled(run, "");
	else if (err != NULL)
		job_end(run, err->code, "%s", err->text);
	else
		job_end(run, ERROR_NONE, "in dfu mode");
}

static void
action_touch_start(struct job_run *run)
{
	struct touch *t = job_state(run);

	touch_init(t, run, action_touch_on_end);
	touch_begin(t);
}

static void
action_touch_device(struct job_run *run)
{
	touch_device(job_state(run));
}

static void
action_touch_cancel(struct job_run *run)
{
	touch_cancel(job_state(run));
}

static void
action_touch_fini(struct job_run *run)
{
	touch_fini(job_state(run));
}

const struct job_ops action_touch_ops = {
	.state_size = sizeof(struct touch),
	.start = action_touch_start,
	.device = action_touch_device,
	.cancel = action_touch_cancel,
	.fini = action_touch_fini,
};
