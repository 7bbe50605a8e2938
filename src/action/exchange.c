#include "config.h"

#include "action/exchange.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"

/* How long the tidying after a cancel may take. */
#define TIDY_MS		1000

struct exchange {
	struct exchange_result	 result;
	struct loop		*loop;
	struct bus_handle	*handle;
	exchange_cb		 cb;
	void			*arg;
	struct ctrl		 ctrl;
	struct dfu		 dfu;
	struct buf		 data;		/* of a single transfer */
	struct bus_transfer	*transfer;
	struct loop_timer	*pause;
	struct loop_timer	*deadline;
	struct loop_deferred	*go;	/* the next step, or the end */
	bool			 is_ending;	/* cancelled or timed out */
	bool			 is_done;
};

static void	exchange_go(void *arg);

/* --- The three kinds ---------------------------------------------------- */

static void
exchange_next(struct exchange *x, struct ctrl_step *step)
{
	switch (x->result.kind) {
	case EXCHANGE_CTRL:
		ctrl_next(&x->ctrl, step);
		break;
	case EXCHANGE_DFU:
		dfu_next(&x->dfu, step);
		break;
	default:
		*step = (struct ctrl_step){ .kind = CTRL_STEP_DONE };
		break;
	}
}

static void
exchange_take(struct exchange *x, enum usb_status status, const uint8_t *data,
    size_t len)
{
	switch (x->result.kind) {
	case EXCHANGE_CTRL:
		ctrl_reply(&x->ctrl, status, data, len);
		break;
	case EXCHANGE_DFU:
		dfu_reply(&x->dfu, status, data, len);
		break;
	default:
		x->result.status = status;
		/* OUT has a length and no data; so has what broke. */
		if (data != NULL)
			buf_append(&x->data, data, len);
		x->result.data = x->data.data;
		x->result.len = x->data.len;
		break;
	}
}

/* --- Running ------------------------------------------------------------ */

static void
exchange_done(struct exchange *x)
{
	x->is_done = true;
	loop_timer_stop(x->pause);
	loop_timer_stop(x->deadline);
	loop_deferred_cancel(x->go);
	x->cb(x, x->arg);		/* may free x */
}

static void
exchange_on_transfer(enum usb_status status, const uint8_t *data, size_t len,
    void *arg)
{
	struct exchange *x = arg;

	x->transfer = NULL;
	exchange_take(x, status, data, len);
	exchange_go(x);
}

static void
exchange_go(void *arg)
{
	struct exchange *x = arg;
	struct ctrl_step step;

	if (x->is_done || x->transfer != NULL)
		return;
	exchange_next(x, &step);
	switch (step.kind) {
	case CTRL_STEP_TRANSFER:
		x->transfer = bus_control(x->handle, &step.setup, step.out,
		    step.timeout_ms, exchange_on_transfer, x);
		break;
	case CTRL_STEP_WAIT:
		loop_timer_set(x->pause, LOOP_MS(step.wait_ms));
		break;
	case CTRL_STEP_DONE:
		exchange_done(x);
		break;
	}
}

static void
exchange_on_pause(void *arg)
{
	struct exchange *x = arg;

	if (x->result.kind == EXCHANGE_CTRL)
		ctrl_waited(&x->ctrl);
	else
		dfu_waited(&x->dfu);
	exchange_go(x);
}

/* Takes back what is on the wire; the walk is told so, and is at its end. */
static void
exchange_cut(struct exchange *x)
{
	if (x->transfer != NULL) {
		bus_transfer_cancel(x->transfer);
		x->transfer = NULL;
		exchange_take(x, USB_CANCELLED, NULL, 0);
	}
	exchange_done(x);
}

static void
exchange_on_deadline(void *arg)
{
	struct exchange *x = arg;

	if (x->is_ending) {
		exchange_cut(x);
		return;
	}
	x->result.is_timed_out = true;
	exchange_cancel(x);
}

void
exchange_cancel(struct exchange *x)
{
	if (x->is_ending || x->is_done)
		return;
	x->is_ending = true;
	loop_timer_stop(x->pause);
	if (x->result.kind == EXCHANGE_CTRL) {
		ctrl_abort(&x->ctrl);
		loop_timer_set(x->deadline, LOOP_MS(TIDY_MS));
		loop_deferred_schedule(x->go);
	} else {
		/* Nothing to tidy: cut from the loop, at once. */
		loop_timer_set(x->deadline, 0);
	}
}

/* --- Beginning and end -------------------------------------------------- */

static struct exchange *
exchange_new(enum exchange_kind kind, struct loop *loop,
    struct bus_handle *handle, unsigned timeout_ms, exchange_cb cb, void *arg)
{
	struct exchange *x = xcalloc(1, sizeof *x);

	x->result.kind = kind;
	x->result.ctrl = &x->ctrl;
	x->result.dfu = &x->dfu;
	x->loop = loop;
	x->handle = handle;
	x->cb = cb;
	x->arg = arg;
	x->pause = loop_timer_new(loop, exchange_on_pause, x);
	x->deadline = loop_timer_new(loop, exchange_on_deadline, x);
	x->go = loop_deferred_new(loop, exchange_go, x);
	if (timeout_ms != 0)
		loop_timer_set(x->deadline, LOOP_MS(timeout_ms));
	return x;
}

struct exchange *
exchange_ctrl(struct loop *loop, struct bus_handle *handle,
    const struct ctrl_request *request, unsigned timeout_ms, exchange_cb cb,
    void *arg)
{
	struct exchange *x = exchange_new(EXCHANGE_CTRL, loop, handle,
	    timeout_ms, cb, arg);

	ctrl_init(&x->ctrl, request);
	exchange_go(x);
	return x;
}

struct exchange *
exchange_dfu(struct loop *loop, struct bus_handle *handle, enum dfu_goal goal,
    uint8_t interface, unsigned timeout_ms, exchange_cb cb, void *arg)
{
	struct exchange *x = exchange_new(EXCHANGE_DFU, loop, handle,
	    timeout_ms, cb, arg);

	dfu_init(&x->dfu, goal, interface);
	exchange_go(x);
	return x;
}

struct exchange *
exchange_single(struct loop *loop, struct bus_handle *handle,
    const struct usb_setup *setup, const void *data, unsigned timeout_ms,
    exchange_cb cb, void *arg)
{
	struct exchange *x = exchange_new(EXCHANGE_SINGLE, loop, handle, 0, cb,
	    arg);

	x->transfer = bus_control(handle, setup, data, timeout_ms,
	    exchange_on_transfer, x);
	return x;
}

struct exchange *
exchange_nothing(struct loop *loop, exchange_cb cb, void *arg)
{
	struct exchange *x = exchange_new(EXCHANGE_SINGLE, loop, NULL, 0, cb,
	    arg);

	loop_deferred_schedule(x->go);
	return x;
}

void
exchange_free(struct exchange *x)
{
	if (x == NULL)
		return;
	bus_transfer_cancel(x->transfer);
	loop_timer_free(x->pause);
	loop_timer_free(x->deadline);
	loop_deferred_free(x->go);
	if (x->result.kind == EXCHANGE_CTRL)
		ctrl_fini(&x->ctrl);
	buf_fini(&x->data);
	free(x);
}

const struct exchange_result *
exchange_result(const struct exchange *x)
{
	return &x->result;
}

static const struct {
	enum error_code	 code;
	const char	*text;
} endings[] = {
	[USB_OK] = { ERROR_NONE, "" },
	[USB_STALL] = { ERROR_STALL, "the device refused the request" },
	[USB_TIMEOUT] = { ERROR_TIMEOUT, "the device does not answer" },
	[USB_GONE] = { ERROR_GONE, "the device disconnected" },
	[USB_CANCELLED] = { ERROR_CANCELLED, "cancelled" },
	[USB_ACCESS] = { ERROR_PERMISSION, "permission denied" },
	[USB_ERROR] = { ERROR_IO, "the USB transfer broke" },
};

int
exchange_error(const struct exchange *x, struct error *err)
{
	bool is_ctrl = x->result.kind == EXCHANGE_CTRL;

	assert(x->is_done);
	if (x->result.is_timed_out &&
	    !(is_ctrl && x->ctrl.outcome == CTRL_ANSWERED))
		return error_set(err, ERROR_TIMEOUT,
		    "the device does not answer");
	if (is_ctrl)
		return ctrl_error(&x->ctrl, err);
	if (x->is_ending)
		return error_set(err, ERROR_CANCELLED, "cancelled");
	if (x->result.kind == EXCHANGE_DFU)
		return dfu_error(&x->dfu, err);
	if (x->result.status == USB_OK)
		return 0;
	return error_set(err, endings[x->result.status].code, "%s",
	    endings[x->result.status].text);
}
