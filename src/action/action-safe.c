/*
 * safe-mode: control request 60, or command 0xFA of the bootloader; verified by
 * the device leaving and coming back. No request tells safe mode, so that pterm
 * remembers that it sent the device there.
 */
#include "config.h"

#include "action/await.h"
#include "action/send.h"
#include "particle/ctrl-msg.h"

#define WALK_MS		10000

struct safe_job {
	struct send		 send;
	struct await		 await;
	struct bus_handle	*handle;
	struct exchange		*exchange;
	bool			 was_reached;
};

static void
safe_cancelled(struct job_run *run)
{
	const struct safe_job *job = job_state(run);

	job_end_cancelled(run, job->was_reached
	    ? "it may still restart into safe mode" : "");
}

static void
safe_close(struct safe_job *job)
{
	exchange_free(job->exchange);
	job->exchange = NULL;
	bus_close(job->handle);
	job->handle = NULL;
	send_close(&job->send);
}

static void
safe_on_await(enum await_end end, void *arg)
{
	struct job_run *run = arg;

	switch (end) {
	case AWAIT_BACK:
		registry_sent_to_safe_mode(job_env(run)->registry,
		    job_public(run)->device);
		job_step(run, true, "back in safe mode");
		job_end(run, ERROR_NONE, "in safe mode");
		break;
	case AWAIT_WRONG:
		job_step(run, false, "back as dfu");
		job_end(run, ERROR_FAILED, "it came back in dfu mode: there is "
		    "no firmware on it that can start");
		break;
	case AWAIT_STAYED:
		job_step(run, false, "it stays");
		job_end(run, ERROR_TIMEOUT, "it did not restart within %d s",
		    AWAIT_RUN_MS / 1000);
		break;
	case AWAIT_LOST:
		job_step(run, false, "left, and is not back");
		job_end(run, ERROR_TIMEOUT, "it left and is not back within "
		    "%d s: plug it in again", AWAIT_RUN_MS / 1000);
		break;
	}
}

static void
safe_await(struct job_run *run)
{
	struct safe_job *job = job_state(run);

	safe_close(job);
	job_doing(run, "waits for it to be back");
	await_begin(&job->await, AWAIT_RUN_MS);
	if (job_is_cancelled(run))
		safe_cancelled(run);
}

static void
safe_on_sent(struct job_run *run, const struct error *err)
{
	if (err == NULL)
		safe_await(run);
	else if (job_is_cancelled(run))
		safe_cancelled(run);
	else
		job_end(run, err->code, "%s", err->text);
}

static void
safe_on_walk(struct exchange *x, void *arg)
{
	struct job_run *run = arg;
	const struct dfu *dfu = exchange_result(x)->dfu;
	struct error err;

	if (exchange_error(x, &err) == 0) {
		job_step(run, true, "command 0xfa accepted");
		safe_await(run);
	} else if (job_is_cancelled(run)) {
		safe_cancelled(run);
	} else {
		job_step(run, false, "command 0xfa: %s", err.text);
		if (dfu->outcome == DFU_UNSUPPORTED)
			job_end(run, err.code, "%s: leave dfu by reset first",
			    err.text);
		else
			job_end(run, err.code, "%s", err.text);
	}
}

static void
safe_from_dfu(struct job_run *run)
{
	struct safe_job *job = job_state(run);
	struct error err;

	job_doing(run, "command 0xfa");
	job->handle = job_open(run, &err);
	if (job->handle == NULL || bus_claim(job->handle, 0, &err) != 0) {
		job_step(run, false, "command 0xfa: %s", err.text);
		job_end(run, err.code, "%s", err.text);
		return;
	}
	job->exchange = exchange_dfu(job_env(run)->loop, job->handle,
	    DFU_SAFE_MODE, 0, WALK_MS, safe_on_walk, run);
}

static void
safe_start(struct job_run *run)
{
	struct safe_job *job = job_state(run);
	const struct device *d = job_device(run);

	await_init(&job->await, run, safe_on_await, run);
	await_prepare(&job->await, PLATFORM_USB_NORMAL, DEVICE_SAFE, WALK_MS);
	job->was_reached = true;
	if (d->usb_mode == PLATFORM_USB_DFU) {
		safe_from_dfu(run);
		return;
	}
	job->send = (struct send){
		.run = run,
		.type = CTRL_SAFE_MODE,
		.old = VENDOR_OLD_SAFE_MODE,
		.patience_ms = send_patience_ms(d),
		.cb = safe_on_sent,
	};
	job_doing(run, "request %u", CTRL_SAFE_MODE);
	send_begin(&job->send);
}

static void
safe_device(struct job_run *run)
{
	struct safe_job *job = job_state(run);

	await_device(&job->await);
}

static void
safe_cancel(struct job_run *run)
{
	struct safe_job *job = job_state(run);

	if (job->send.exchange != NULL)
		send_cancel(&job->send);
	else if (job->exchange != NULL)
		exchange_cancel(job->exchange);
	else
		safe_cancelled(run);
}

static void
safe_fini(struct job_run *run)
{
	struct safe_job *job = job_state(run);

	safe_close(job);
	await_fini(&job->await);
}

const struct job_ops action_safe_ops = {
	.state_size = sizeof(struct safe_job),
	.start = safe_start,
	.device = safe_device,
	.cancel = safe_cancel,
	.fini = safe_fini,
};
