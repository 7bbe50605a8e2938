/*
 * dfu: a ladder. Each rung is tried and verified by the same device coming back
 * with its DFU product id; the next one is taken where it did not.
 *
 *	control request 50, or the old vendor request of Device OS 0.6 and 0.7
 *	the 14400 baud touch
 *	the person's fingers: the button steps of this board
 *
 * It begins at the touch where only the tty may be opened, and goes no further
 * than the rung that --via names.
 */
#include "config.h"

#include "action/send.h"
#include "action/touch.h"
#include "base/text.h"
#include "particle/ctrl-msg.h"

struct dfu_job {
	struct send	send;
	struct await	await;
	struct touch	touch;
	bool		is_touching;
	bool		was_reached;	/* a request was accepted, or may be */
	struct error	why;		/* the last rung that failed */
};

static void	dfu_touch(struct job_run *run);

static void
dfu_good(struct job_run *run)
{
	char took[32];

	text_duration(took, sizeof took,
	    job_now(run) - job_public(run)->started_us);
	job_end(run, ERROR_NONE, "in dfu mode after %s", took);
}

static void
dfu_cancelled(struct job_run *run)
{
	struct dfu_job *job = job_state(run);

	job_end_cancelled(run, job->was_reached
	    ? "it may still go into dfu mode" : "");
}

/* The end of the ladder. Where another program or a permission stands in the
 * way, that is what to mend; else fingers help. */
static void
dfu_exhausted(struct job_run *run)
{
	const struct dfu_job *job = job_state(run);
	const char *buttons = job_device(run)->platform->dfu_buttons;
	enum error_code code = job->why.code;

	if (job_public(run)->args.via == ACTION_VIA_ANY &&
	    code != ERROR_PERMISSION && code != ERROR_BUSY)
		code = ERROR_FAILED;
	if (buttons == NULL || code == ERROR_PERMISSION)
		job_end(run, code, "not in dfu mode: %s", job->why.text);
	else
		job_end(run, code, "not in dfu mode: %s. By hand: %s",
		    job->why.text, buttons);
}

/* --- The touch ---------------------------------------------------------- */

static void
dfu_on_touch(struct job_run *run, const struct error *err)
{
	struct dfu_job *job = job_state(run);

	if (err == NULL) {
		dfu_good(run);
		return;
	}
	if (job_is_cancelled(run)) {
		dfu_cancelled(run);
		return;
	}
	job->why = *err;
	if (!job_device(run)->is_present)
		job_end(run, err->code == ERROR_TIMEOUT ? ERROR_TIMEOUT
		    : ERROR_GONE, "%s", err->text);
	else if (job_device(run)->usb_mode == PLATFORM_USB_DFU)
		dfu_good(run);		/* late, but there */
	else
		dfu_exhausted(run);
}

static void
dfu_touch(struct job_run *run)
{
	struct dfu_job *job = job_state(run);

	job->is_touching = true;
	touch_begin(&job->touch);
}

/* --- The control request ------------------------------------------------ */

static void
dfu_next_rung(struct job_run *run)
{
	const struct device *d = job_device(run);
	struct dfu_job *job = job_state(run);

	send_close(&job->send);
	if (job_is_cancelled(run))
		dfu_cancelled(run);
	else if (!d->is_present)
		job_end(run, ERROR_GONE, "%s", job->why.text);
	else if (d->usb_mode == PLATFORM_USB_DFU)
		dfu_good(run);
	else if (job_public(run)->args.via == ACTION_VIA_CONTROL)
		dfu_exhausted(run);
	else
		dfu_touch(run);
}

static void
dfu_on_await(enum await_end end, void *arg)
{
	struct job_run *run = arg;
	struct dfu_job *job = job_state(run);

	switch (end) {
	case AWAIT_BACK:
		job_step(run, true, "back as dfu");
		dfu_good(run);
		return;
	case AWAIT_WRONG:
		job_step(run, false, "back, but not as dfu");
		error_set(&job->why, ERROR_FAILED,
		    "it restarted, but not into dfu");
		break;
	case AWAIT_STAYED:
		job_step(run, false, "accepted, but it stays");
		error_set(&job->why, ERROR_TIMEOUT,
		    "it accepted the request, but did not leave within %d s",
		    AWAIT_DFU_MS / 1000);
		job->touch.may_leave_first = true;
		break;
	case AWAIT_LOST:
		job_step(run, false, "left, and is not back");
		job_end(run, ERROR_TIMEOUT, "it left for dfu mode and is not "
		    "back within %d s: plug it in again", AWAIT_DFU_MS / 1000);
		return;
	}
	dfu_next_rung(run);
}

static void
dfu_on_sent(struct job_run *run, const struct error *err)
{
	struct dfu_job *job = job_state(run);

	if (err != NULL) {
		job->why = *err;
		if (err->code == ERROR_GONE && !job_is_cancelled(run))
			job_end(run, ERROR_GONE, "%s", err->text);
		else
			dfu_next_rung(run);
		return;
	}
	send_close(&job->send);
	job_doing(run, "waits for dfu");
	await_begin(&job->await, AWAIT_DFU_MS);
	if (job_is_cancelled(run))
		dfu_cancelled(run);
}

static void
dfu_control(struct job_run *run)
{
	struct dfu_job *job = job_state(run);

	job->send = (struct send){
		.run = run,
		.type = CTRL_DFU_MODE,
		.old = VENDOR_OLD_DFU,
		.patience_ms = send_patience_ms(job_device(run)),
		.cb = dfu_on_sent,
	};
	job_doing(run, "request %u", CTRL_DFU_MODE);
	job->was_reached = true;
	await_prepare(&job->await, PLATFORM_USB_DFU, DEVICE_DFU,
	    job->send.patience_ms);
	send_begin(&job->send);
}

/* --- The job ------------------------------------------------------------ */

static void
dfu_start(struct job_run *run)
{
	struct dfu_job *job = job_state(run);
	const struct device *d = job_device(run);
	enum action_via via = job_public(run)->args.via;
	bool has_control =
	    (d->platform->quirks & PLATFORM_QUIRK_NO_CONTROL) == 0;

	await_init(&job->await, run, dfu_on_await, run);
	touch_init(&job->touch, run, dfu_on_touch);
	if (via == ACTION_VIA_CONTROL && !has_control)
		job_end(run, ERROR_UNSUPPORTED,
		    "%s takes no control requests: try --via touch",
		    d->platform->display_name);
	else if (via == ACTION_VIA_CONTROL ||
	    (via == ACTION_VIA_ANY && has_control && d->usb.usb_access))
		dfu_control(run);
	else
		dfu_touch(run);
}

static void
dfu_device(struct job_run *run)
{
	struct dfu_job *job = job_state(run);

	if (job->is_touching)
		touch_device(&job->touch);
	else
		await_device(&job->await);
}

static void
dfu_cancel(struct job_run *run)
{
	struct dfu_job *job = job_state(run);

	if (job->is_touching)
		touch_cancel(&job->touch);
	else if (job->send.exchange != NULL)
		send_cancel(&job->send);
	else
		dfu_cancelled(run);
}

static void
dfu_fini(struct job_run *run)
{
	struct dfu_job *job = job_state(run);

	send_close(&job->send);
	await_fini(&job->await);
	touch_fini(&job->touch);
}

const struct job_ops action_dfu_ops = {
	.state_size = sizeof(struct dfu_job),
	.start = dfu_start,
	.device = dfu_device,
	.cancel = dfu_cancel,
	.fini = dfu_fini,
};
