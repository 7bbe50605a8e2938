#include "config.h"

#include "action/touch.h"

#include "action/feed.h"

#define BAUD_TOUCH	14400
#define BAUD_HARMLESS	9600
/* What the kernel may take on a device that does not answer line requests: it
 * waits 5 s for each. */
#define ACCEPT_MS	12000
#define RESTORE_MS	1000
#define RETRY_MS	100
#define RETRIES_MAX	20

enum touch_phase {
	TOUCH_IDLE,
	TOUCH_OPENS,
	TOUCH_SETS,
	TOUCH_AWAITS,
	TOUCH_RESTORES,
	TOUCH_ENDS,
};

static void
touch_close(struct touch *t)
{
	bus_port_close(t->port);
	t->port = NULL;
	t->is_configuring = false;
}

/* A monitor of ours lends its port. */
static void
touch_borrow(struct touch *t)
{
	struct feeds *feeds = job_env(t->run)->feeds;

	if (feeds == NULL || t->has_borrowed)
		return;
	t->has_borrowed = true;
	t->was_open = feeds_suspend(feeds, job_public(t->run)->device);
}

static void
touch_give_back(struct touch *t)
{
	if (t->has_borrowed)
		feeds_resume(job_env(t->run)->feeds,
		    job_public(t->run)->device);
	t->has_borrowed = false;
}

static void
touch_on_later(void *arg)
{
	struct touch *t = arg;

	t->phase = TOUCH_IDLE;
	touch_give_back(t);
	t->cb(t->run, t->result.code == ERROR_NONE ? NULL : &t->result);
}

static void
touch_finish(struct touch *t)
{
	if (t->phase == TOUCH_ENDS || t->phase == TOUCH_IDLE)
		return;
	t->phase = TOUCH_ENDS;
	loop_timer_stop(t->deadline);
	loop_timer_stop(t->retry);
	await_stop(&t->await);
	touch_close(t);
	loop_deferred_schedule(t->later);
}

/* The device stays where it is: leave its port at a speed that does not bite.
 * t->result says already how it ends. */
static void
touch_restore(struct touch *t)
{
	struct bus_port_config harmless = { .baud = BAUD_HARMLESS };

	if (t->port == NULL || await_has_left(&t->await)) {
		touch_finish(t);
		return;
	}
	if (t->phase != TOUCH_RESTORES)
		loop_timer_set(t->deadline, LOOP_MS(RESTORE_MS));
	t->phase = TOUCH_RESTORES;
	t->must_restore = t->is_configuring;
	if (t->must_restore)
		return;		/* once that is over */
	t->is_configuring = true;
	bus_port_configure(t->port, &harmless);
}

static void
touch_on_await(enum await_end end, void *arg)
{
	struct touch *t = arg;
	struct job_run *run = t->run;
	struct error *why = &t->result;

	switch (end) {
	case AWAIT_BACK:
		job_step(run, true, "back as dfu");
		touch_finish(t);
		return;
	case AWAIT_WRONG:
		error_set(why, ERROR_FAILED,
		    "the 14400 touch made it restart, but not into dfu");
		job_step(run, false, "back, but not as dfu");
		break;
	case AWAIT_STAYED:
		error_set(why, ERROR_TIMEOUT,
		    "it did not react to the 14400 touch within %d s",
		    AWAIT_DFU_MS / 1000);
		job_step(run, false, "no reaction to the 14400 touch");
		break;
	case AWAIT_LOST:
		error_set(why, ERROR_TIMEOUT, "it left after the 14400 touch "
		    "and is not back within %d s: plug it in again",
		    AWAIT_DFU_MS / 1000);
		job_step(run, false, "left, and is not back");
		break;
	}
	touch_restore(t);
}

static void
touch_await(struct touch *t, const char *step)
{
	loop_timer_stop(t->deadline);
	job_step(t->run, true, "%s", step);
	job_doing(t->run, "waits for dfu");
	t->phase = TOUCH_AWAITS;
	await_begin(&t->await, AWAIT_DFU_MS);
}

static void
touch_sent(struct touch *t)
{
	touch_await(t, "14400 touch sent");
}

static void
touch_fail(struct touch *t, const struct error *err)
{
	t->result = *err;
	job_step(t->run, false, "14400 touch: %s", err->text);
	touch_restore(t);
}

/* --- The port ----------------------------------------------------------- */

static void
touch_on_opened(struct bus_port *port, const struct error *err, void *arg)
{
	struct touch *t = arg;
	struct bus_port_config bite = { .baud = BAUD_TOUCH };
	struct error why;

	(void)port;
	if (err != NULL) {
		why = *err;		/* it goes with the port */
		touch_close(t);
		/* The monitor's own closing may take a moment. */
		if (why.code == ERROR_BUSY && t->was_open &&
		    t->retries++ < RETRIES_MAX)
			loop_timer_set(t->retry, LOOP_MS(RETRY_MS));
		else if (why.code == ERROR_GONE && t->may_leave_first)
			touch_await(t, "it left before the 14400 touch");
		else
			touch_fail(t, &why);
		return;
	}
	t->phase = TOUCH_SETS;
	t->is_configuring = true;
	bus_port_configure(t->port, &bite);
}

static void
touch_on_configured(struct bus_port *port, const struct error *err, void *arg)
{
	struct touch *t = arg;

	(void)port;
	t->is_configuring = false;
	if (t->phase == TOUCH_RESTORES) {
		if (t->must_restore)
			touch_restore(t);	/* the touch itself ended */
		else
			touch_finish(t);
		return;
	}
	if (t->phase != TOUCH_SETS)
		return;
	if (err == NULL || err->code == ERROR_GONE || err->code == ERROR_IO)
		touch_sent(t);
	else
		touch_fail(t, err);
}

static void
touch_on_lost(struct bus_port *port, const struct error *err, void *arg)
{
	struct touch *t = arg;

	(void)port;
	(void)err;
	touch_close(t);
	if (t->phase == TOUCH_SETS)
		touch_sent(t);
	else if (t->phase == TOUCH_RESTORES)
		touch_finish(t);
}

static void
touch_on_data(struct bus_port *port, const uint8_t *data, size_t len, void *arg)
{
	(void)port;
	(void)data;
	(void)len;
	(void)arg;
}

static const struct bus_port_events touch_events = {
	.opened = touch_on_opened,
	.data = touch_on_data,
	.configured = touch_on_configured,
	.lost = touch_on_lost,
};

static void
touch_on_deadline(void *arg)
{
	struct touch *t = arg;
	struct error err;

	if (t->phase == TOUCH_RESTORES) {
		touch_finish(t);
		return;
	}
	error_set(&err, ERROR_TIMEOUT, "%s does not answer the host",
	    job_device(t->run)->usb.tty);
	loop_timer_stop(t->retry);
	touch_close(t);
	touch_fail(t, &err);
}

/* --- Beginning and end -------------------------------------------------- */

static void
touch_open(void *arg)
{
	struct touch *t = arg;
	struct bus_port_config config = { .baud = BAUD_HARMLESS };
	struct error err;

	/* What it had may be another device's tty by now. */
	if (await_has_left(&t->await)) {
		error_set(&err, ERROR_GONE, "the device disconnected");
		touch_fail(t, &err);
		return;
	}
	t->port = bus_port_open(job_env(t->run)->bus,
	    job_device(t->run)->usb.tty, &config, &touch_events, t);
}

void
touch_init(struct touch *t, struct job_run *run, touch_cb cb)
{
	struct loop *loop = job_env(run)->loop;

	*t = (struct touch){ .run = run, .cb = cb };
	t->deadline = loop_timer_new(loop, touch_on_deadline, t);
	t->retry = loop_timer_new(loop, touch_open, t);
	t->later = loop_deferred_new(loop, touch_on_later, t);
	await_init(&t->await, run, touch_on_await, t);
}

void
touch_fini(struct touch *t)
{
	if (t->run == NULL)
		return;
	touch_close(t);
	await_fini(&t->await);
	touch_give_back(t);
	loop_timer_free(t->deadline);
	loop_timer_free(t->retry);
	loop_deferred_free(t->later);
}

void
touch_begin(struct touch *t)
{
	const struct device *d = job_device(t->run);
	struct error err;

	job_doing(t->run, "14400 touch");
	t->phase = TOUCH_OPENS;
	t->result = (struct error){ 0 };
	if (d->usb.tty[0] == '\0') {
		error_set(&err, ERROR_FAILED, "it has no serial port");
		touch_fail(t, &err);
		return;
	}
	if (!d->usb.tty_access) {
		error_set(&err, ERROR_PERMISSION, "%s", d->problem[0] != '\0'
		    ? d->problem : "no permission for the serial port");
		touch_fail(t, &err);
		return;
	}
	await_prepare(&t->await, PLATFORM_USB_DFU, DEVICE_DFU, ACCEPT_MS);
	loop_timer_set(t->deadline, LOOP_MS(ACCEPT_MS));
	touch_borrow(t);
	touch_open(t);
}

void
touch_cancel(struct touch *t)
{
	if (t->phase == TOUCH_IDLE || t->phase == TOUCH_ENDS)
		return;
	error_set(&t->result, ERROR_CANCELLED, "cancelled");
	await_stop(&t->await);
	if (t->phase == TOUCH_OPENS)
		touch_finish(t);
	else
		touch_restore(t);
}

void
touch_device(struct touch *t)
{
	if (t->phase == TOUCH_AWAITS)
		await_device(&t->await);
}
