/*
 * safe-mode: control request 60, or command 0xFA of the bootloader; verified by
 * the device leaving and coming back. No request tells safe mode, so that pterm
 * remembers that it sent the device there.
 */
#include "config.h"

#include "action/away.h"
#include "particle/ctrl-msg.h"

#define WALK_MS		10000

static void
safe_on_await(enum await_end end, void *arg)
{
	struct job_run *run = arg;

	if (end != AWAIT_BACK) {
		away_end(run, end, "");
		return;
	}
	registry_sent_to_safe_mode(job_env(run)->registry,
	    job_public(run)->device);
	job_step(run, true, "back in safe mode");
	job_end(run, ERROR_NONE, "in safe mode");
}

static void
safe_on_sent(struct job_run *run, const struct error *err)
{
	if (err == NULL)
		away_await(run);
	else if (job_is_cancelled(run))
		away_cancelled(run);
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
		away_await(run);
	} else if (job_is_cancelled(run)) {
		away_cancelled(run);
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
	struct away *away = job_state(run);
	struct error err;

	job_doing(run, "command 0xfa");
	away->handle = job_open(run, &err);
	if (away->handle == NULL || bus_claim(away->handle, 0, &err) != 0) {
		job_step(run, false, "command 0xfa: %s", err.text);
		job_end(run, err.code, "%s", err.text);
		return;
	}
	away->exchange = exchange_dfu(job_env(run)->loop, away->handle,
	    DFU_SAFE_MODE, 0, WALK_MS, safe_on_walk, run);
}

static void
safe_start(struct job_run *run)
{
	struct away *away = job_state(run);
	const struct device *d = job_device(run);

	await_init(&away->await, run, safe_on_await, run);
	await_prepare(&away->await, PLATFORM_USB_NORMAL, DEVICE_SAFE, WALK_MS);
	away->note = "it may still restart into safe mode";
	if (d->usb_mode == PLATFORM_USB_DFU) {
		safe_from_dfu(run);
		return;
	}
	away->send = (struct send){
		.run = run,
		.type = CTRL_SAFE_MODE,
		.old = VENDOR_OLD_SAFE_MODE,
		.patience_ms = send_patience_ms(d),
		.cb = safe_on_sent,
	};
	job_doing(run, "request %u", CTRL_SAFE_MODE);
	send_begin(&away->send);
}

const struct job_ops action_safe_ops = {
	.state_size = sizeof(struct away),
	.start = safe_start,
	.device = away_device,
	.cancel = away_cancel,
	.fini = away_fini,
};
