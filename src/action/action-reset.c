/*
 * reset: control request 40; --force the vendor request that Device OS answers
 * in its USB interrupt, whatever hangs; in DFU mode: leave it. Each is verified
 * by the device leaving the bus and coming back as running firmware.
 */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "action/away.h"
#include "particle/ctrl-msg.h"

#define LEAVE_MS	10000	/* a walk out of whatever state it is in */

struct reset_job {
	struct away	 away;		/* first */
	bool		 from_dfu;
};
_Static_assert(offsetof(struct reset_job, away) == 0, "away_*() find it there");

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

	if (end == AWAIT_BACK)
		reset_good(run);
	else
		away_end(run, end, job->from_dfu ? ": press RESET"
		    : ": reset --force, or press RESET");
}

/* --- Three ways --------------------------------------------------------- */

static void
reset_on_sent(struct job_run *run, const struct error *err)
{
	if (err == NULL)
		away_await(run);
	else if (job_is_cancelled(run))
		away_cancelled(run);
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
	away_await(run);
}

static void
reset_on_left(struct exchange *x, void *arg)
{
	struct job_run *run = arg;
	struct error err;

	if (exchange_error(x, &err) == 0 || err.code == ERROR_GONE) {
		job_step(run, true, "leaves dfu");
		away_await(run);
	} else if (job_is_cancelled(run)) {
		away_cancelled(run);
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
	job->away.exchange = exchange_single(job_env(run)->loop, job->away.handle,
	    &out.setup, out.data, VENDOR_TIMEOUT_MS, reset_on_forced, run);
}

static void
reset_leave_dfu(struct job_run *run)
{
	struct reset_job *job = job_state(run);
	struct error err;

	if (bus_claim(job->away.handle, 0, &err) != 0) {
		job_step(run, false, "leaving dfu: %s", err.text);
		job_end(run, err.code, "%s", err.text);
		return;
	}
	job_doing(run, "leaves dfu");
	job->away.exchange = exchange_dfu(job_env(run)->loop,
	    job->away.handle, DFU_LEAVE, 0, LEAVE_MS, reset_on_left, run);
}

static void
reset_start(struct job_run *run)
{
	struct reset_job *job = job_state(run);
	const struct device *d = job_device(run);
	struct error err;

	await_init(&job->away.await, run, reset_on_await, run);
	await_prepare(&job->away.await, PLATFORM_USB_NORMAL, DEVICE_NORMAL,
	    LEAVE_MS);
	job->from_dfu = d->usb_mode == PLATFORM_USB_DFU;
	job->away.note = "it may still restart";
	if (!job->from_dfu && !job_public(run)->args.force) {
		job->away.send = (struct send){
			.run = run,
			.type = CTRL_RESET,
			.old = VENDOR_OLD_RESET,
			.patience_ms = send_patience_ms(d),
			.cb = reset_on_sent,
		};
		job_doing(run, "request %u", CTRL_RESET);
		send_begin(&job->away.send);
		return;
	}
	job->away.handle = job_open(run, &err);
	if (job->away.handle == NULL) {
		job_step(run, false, "opening: %s", err.text);
		job_end(run, err.code, "%s", err.text);
	} else if (job->from_dfu)
		reset_leave_dfu(run);
	else
		reset_force(run);
}

const struct job_ops action_reset_ops = {
	.state_size = sizeof(struct reset_job),
	.start = reset_start,
	.device = away_device,
	.cancel = away_cancel,
	.fini = away_fini,
};
