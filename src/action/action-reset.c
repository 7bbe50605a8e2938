/*
 * reset: control request 40; --force the vendor request that Device OS answers
 * in its USB interrupt, whatever hangs; in DFU mode: leave it. Each is verified
 * by the device leaving the bus and coming back as running firmware.
 */
#include "config.h"

#include <string.h>

#include "action/await.h"
#include "action/send.h"
#include "particle/ctrl-msg.h"

#define LEAVE_MS	10000	/* a walk out of whatever state it is in */

struct reset_job {
	struct send		 send;
	struct await		 await;
	struct bus_handle	*handle;
	struct exchange		*exchange;
	bool			 from_dfu;
	bool			 was_reached;
};

static void
reset_cancelled(struct job_run *run)
{
	const struct reset_job *job = job_state(run);

	job_end_cancelled(run, job->was_reached ? "it may still restart" : "");
}

static void
reset_close(struct reset_job *job)
{
	exchange_free(job->exchange);
	job->exchange = NULL;
	bus_close(job->handle);
	job->handle = NULL;
	send_close(&job->send);
}

static void
reset_await(struct job_run *run)
{
	struct reset_job *job = job_state(run);

	reset_close(job);
	job_doing(run, "waits for it to be back");
	await_begin(&job->await, AWAIT_RUN_MS);
	if (job_is_cancelled(run))
		reset_cancelled(run);
}

static void
reset_good(struct job_run *run)
{
	const char *tty = job_device(run)->usb.tty;

	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	if (tty[0] != '\0')
		job_step(run, true, "back on %s", tty);
	else
		job_step(run, true, "back, without a serial port");
	job_end(run, ERROR_NONE, "restarted");
}

static void
reset_on_await(enum await_end end, void *arg)
{
	struct job_run *run = arg;
	const struct reset_job *job = job_state(run);

	switch (end) {
	case AWAIT_BACK:
		reset_good(run);
		break;
	case AWAIT_WRONG:
		job_step(run, false, "back as dfu");
		job_end(run, ERROR_FAILED, "it came back in dfu mode: there is "
		    "no firmware on it that can start");
		break;
	case AWAIT_STAYED:
		job_step(run, false, "it stays");
		job_end(run, ERROR_TIMEOUT,
		    "it did not restart within %d s%s", AWAIT_RUN_MS / 1000,
		    job->from_dfu ? ": press RESET"
		    : ": reset --force, or press RESET");
		break;
	case AWAIT_LOST:
		job_step(run, false, "left, and is not back");
		job_end(run, ERROR_TIMEOUT, "it left and is not back within "
		    "%d s: plug it in again", AWAIT_RUN_MS / 1000);
		break;
	}
}

/* --- Three ways --------------------------------------------------------- */

static void
reset_on_sent(struct job_run *run, const struct error *err)
{
	if (err == NULL)
		reset_await(run);
	else if (job_is_cancelled(run))
		reset_cancelled(run);
	else if (err->code == ERROR_TIMEOUT)
		job_end(run, ERROR_TIMEOUT, "it does not answer: reset --force "
		    "restarts a device whose firmware hangs");
	else
		job_end(run, err->code, "%s", err->text);
}

/* Success looks like any failure but a refusal: the device leaves. */
static void
reset_on_forced(struct exchange *x, void *arg)
{
	struct job_run *run = arg;
	enum usb_status status = exchange_result(x)->status;
	struct error err;

	if (status == USB_STALL || status == USB_ACCESS) {
		exchange_error(x, &err);
		job_step(run, false, "forced reset: %s", err.text);
		if (status == USB_STALL)
			job_end(run, ERROR_UNSUPPORTED, "it refused the forced "
			    "reset, which Device OS knows since 2.0.0");
		else
			job_end(run, err.code, "%s", err.text);
		return;
	}
	job_step(run, true, "forced reset sent");
	reset_await(run);
}

static void
reset_on_left(struct exchange *x, void *arg)
{
	struct job_run *run = arg;
	struct error err;

	if (exchange_error(x, &err) == 0 || err.code == ERROR_GONE) {
		job_step(run, true, "leaves dfu");
		reset_await(run);
	} else if (job_is_cancelled(run)) {
		reset_cancelled(run);
	} else {
		job_step(run, false, "leaving dfu: %s", err.text);
		job_end(run, err.code, "it does not leave dfu: %s", err.text);
	}
}

static void
reset_force(struct job_run *run)
{
	struct reset_job *job = job_state(run);
	struct vendor_out out;

	vendor_forced_reset(job_device(run)->platform, &out);
	job_doing(run, "forced reset");
	job->exchange = exchange_single(job_env(run)->loop, job->handle,
	    &out.setup, out.data, VENDOR_TIMEOUT_MS, reset_on_forced, run);
}

static void
reset_leave_dfu(struct job_run *run)
{
	struct reset_job *job = job_state(run);
	struct error err;

	if (bus_claim(job->handle, 0, &err) != 0) {
		job_step(run, false, "leaving dfu: %s", err.text);
		job_end(run, err.code, "%s", err.text);
		return;
	}
	job_doing(run, "leaves dfu");
	job->exchange = exchange_dfu(job_env(run)->loop, job->handle, DFU_LEAVE,
	    0, LEAVE_MS, reset_on_left, run);
}

static void
reset_start(struct job_run *run)
{
	struct reset_job *job = job_state(run);
	const struct device *d = job_device(run);
	struct error err;

	await_init(&job->await, run, reset_on_await, run);
	await_prepare(&job->await, PLATFORM_USB_NORMAL, DEVICE_NORMAL,
	    LEAVE_MS);
	job->from_dfu = d->usb_mode == PLATFORM_USB_DFU;
	job->was_reached = true;
	if (!job->from_dfu && !job_public(run)->args.force) {
		job->send = (struct send){
			.run = run,
			.type = CTRL_RESET,
			.old = VENDOR_OLD_RESET,
			.patience_ms = send_patience_ms(d),
			.cb = reset_on_sent,
		};
		job_doing(run, "request %u", CTRL_RESET);
		send_begin(&job->send);
		return;
	}
	job->handle = job_open(run, &err);
	if (job->handle == NULL) {
		job_step(run, false, "opening: %s", err.text);
		job_end(run, err.code, "%s", err.text);
	} else if (job->from_dfu)
		reset_leave_dfu(run);
	else
		reset_force(run);
}

static void
reset_device(struct job_run *run)
{
	struct reset_job *job = job_state(run);

	await_device(&job->await);
}

static void
reset_cancel(struct job_run *run)
{
	struct reset_job *job = job_state(run);

	if (job->send.exchange != NULL)
		send_cancel(&job->send);
	else if (job->exchange != NULL)
		exchange_cancel(job->exchange);
	else
		reset_cancelled(run);
}

static void
reset_fini(struct job_run *run)
{
	struct reset_job *job = job_state(run);

	reset_close(job);
	await_fini(&job->await);
}

const struct job_ops action_reset_ops = {
	.state_size = sizeof(struct reset_job),
	.start = reset_start,
	.device = reset_device,
	.cancel = reset_cancel,
	.fini = reset_fini,
};
