#include "config.h"

#include "action/await.h"

/* The tty of a device shows a little later than the device. */
#define SETTLE_MS	500
/* The registry gives up later than the job does, which has more to say. */
#define MARGIN_MS	1000

static void	await_look(void *arg);
static void	await_on_timer(void *arg);

void
await_init(struct await *a, struct job_run *run, await_cb cb, void *arg)
{
	struct loop *loop = job_env(run)->loop;

	*a = (struct await){ .run = run, .cb = cb, .arg = arg };
	a->timer = loop_timer_new(loop, await_on_timer, a);
	a->look = loop_deferred_new(loop, await_look, a);
}

void
await_fini(struct await *a)
{
	if (a->run == NULL)
		return;
	loop_timer_free(a->timer);
	loop_deferred_free(a->look);
}

void
await_prepare(struct await *a, enum platform_usb_mode wanted,
    enum device_mode going_to, unsigned accept_ms)
{
	a->from = job_device(a->run)->usb.node;
	a->wanted = wanted;
	a->going_to = going_to;
	job_expect(a->run, going_to, accept_ms + MARGIN_MS);
}

void
await_begin(struct await *a, unsigned timeout_ms)
{
	a->is_on = true;
	a->is_settling = false;
	a->until_us = job_now(a->run) + LOOP_MS(timeout_ms);
	if (!await_has_left(a) || !job_device(a->run)->is_present)
		job_expect(a->run, a->going_to, timeout_ms + MARGIN_MS);
	loop_timer_set(a->timer, LOOP_MS(timeout_ms));
	loop_deferred_schedule(a->look);	/* it may be back already */
}

void
await_stop(struct await *a)
{
	if (a->run == NULL || !a->is_on)
		return;
	a->is_on = false;
	loop_timer_stop(a->timer);
	loop_deferred_cancel(a->look);
}

static void
await_end(struct await *a, enum await_end end)
{
	await_stop(a);
	job_expect_no_more(a->run);
	a->cb(end, a->arg);
}

bool
await_has_left(const struct await *a)
{
	const struct device *d = job_device(a->run);

	return !d->is_present || d->usb.node != a->from;
}

static uint64_t
await_left_us(const struct await *a)
{
	uint64_t now = job_now(a->run);

	return a->until_us > now ? a->until_us - now : 0;
}

/* Back, without a tty so far. It may leave once more: it is expected still. */
static void
await_settle(struct await *a)
{
	a->is_settling = true;
	job_expect(a->run, a->going_to,
	    (unsigned)(await_left_us(a) / 1000) + MARGIN_MS);
	loop_timer_set(a->timer, LOOP_MS(SETTLE_MS));
}

void
await_device(struct await *a)
{
	const struct device *d = job_device(a->run);

	if (!a->is_on || !await_has_left(a))
		return;
	if (!d->is_present) {
		/* Left again: the deadline of the whole counts. */
		if (a->is_settling)
			loop_timer_set(a->timer, await_left_us(a));
		a->is_settling = false;
		return;
	}
	if (d->usb_mode != a->wanted)
		await_end(a, AWAIT_WRONG);
	else if (d->usb_mode != PLATFORM_USB_NORMAL || d->usb.tty[0] != '\0')
		await_end(a, AWAIT_BACK);
	else if (!a->is_settling)
		await_settle(a);
}

static void
await_look(void *arg)
{
	await_device(arg);
}

static void
await_on_timer(void *arg)
{
	struct await *a = arg;
	const struct device *d = job_device(a->run);

	if (!a->is_on)
		return;
	if (!await_has_left(a))
		await_end(a, AWAIT_STAYED);
	else if (!d->is_present)
		await_end(a, AWAIT_LOST);
	else
		await_end(a, d->usb_mode == a->wanted ? AWAIT_BACK
		    : AWAIT_WRONG);
}
