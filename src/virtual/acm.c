#include "config.h"

#include "virtual/acm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"

#define ACM_TIMEOUT_US	LOOP_S(5)
#define ACM_CODING_LEN	7

enum acm_kind {
	ACM_SET_BAUD,
	ACM_SET_LINES,
	ACM_SEND_BREAK,
};

struct acm_request {
	TAILQ_ENTRY(acm_request) entry;
	enum acm_kind		 kind;
	unsigned		 value;
	unsigned		 mask;
	acm_done_cb		 cb;		/* NULL: forgotten */
	void			*arg;
};

struct acm {
	struct vdev		*dev;
	struct loop_timer	*timer;
	struct loop_deferred	*kick;
	uint8_t			 interface;
	TAILQ_HEAD(, acm_request) requests;	/* the first is under way */
	struct vdev_urb		*urb;
	unsigned		 baud;		/* as last sent; 0: never */
	unsigned		 lines;
};

static void acm_run(void *arg);

/* The first request is over. */
static void
acm_end(struct acm *acm, enum usb_status status)
{
	struct acm_request *request = TAILQ_FIRST(&acm->requests);

	TAILQ_REMOVE(&acm->requests, request, entry);
	if (!TAILQ_EMPTY(&acm->requests))
		loop_deferred_schedule(acm->kick);
	if (request->cb != NULL)
		request->cb(status, request->arg);
	free(request);
}

static void
acm_answered(enum usb_status status, const uint8_t *data, size_t len, void *arg)
{
	struct acm *acm = arg;

	(void)data, (void)len;
	loop_timer_stop(acm->timer);
	acm->urb = NULL;
	acm_end(acm, status);
}

static void
acm_timed_out(void *arg)
{
	struct acm *acm = arg;

	vdev_urb_cancel(acm->urb);
	acm->urb = NULL;
	acm_end(acm, USB_TIMEOUT);
}

/* What the request does to what the driver remembers; false: nothing, so
 * nothing is sent. The driver remembers it before it has sent it. */
static bool
acm_apply(struct acm *acm, const struct acm_request *request)
{
	unsigned lines = (acm->lines & ~request->mask) |
	    (request->value & request->mask);

	switch (request->kind) {
	case ACM_SET_BAUD:
		if (acm->baud == request->value)
			return false;
		acm->baud = request->value;
		return true;
	case ACM_SET_LINES:
		if (acm->lines == lines)
			return false;
		acm->lines = lines;
		return true;
	case ACM_SEND_BREAK:
		break;
	}
	return true;
}

static void
acm_send(struct acm *acm, const struct acm_request *request)
{
	struct usb_setup setup = {
		.request_type = USB_TYPE_CLASS | USB_RECIPIENT_INTERFACE,
		.index = acm->interface,
	};
	uint8_t coding[ACM_CODING_LEN] = {
		(uint8_t)acm->baud, (uint8_t)(acm->baud >> 8),
		(uint8_t)(acm->baud >> 16), (uint8_t)(acm->baud >> 24),
		0, 0, 8,	/* one stop bit, no parity, 8 data bits */
	};

	switch (request->kind) {
	case ACM_SET_BAUD:
		setup.request = CDC_REQ_SET_LINE_CODING;
		setup.length = sizeof coding;
		break;
	case ACM_SET_LINES:
		setup.request = CDC_REQ_SET_CONTROL_LINE_STATE;
		setup.value = (uint16_t)acm->lines;
		break;
	case ACM_SEND_BREAK:
		setup.request = CDC_REQ_SEND_BREAK;
		setup.value = (uint16_t)request->value;
		break;
	}
	acm->urb = vdev_control(acm->dev, &setup, coding, acm_answered, acm);
	loop_timer_set(acm->timer, ACM_TIMEOUT_US);
}

static void
acm_run(void *arg)
{
	struct acm *acm = arg;
	struct acm_request *request = TAILQ_FIRST(&acm->requests);

	if (acm->urb != NULL || request == NULL)
		return;
	if (acm_apply(acm, request))
		acm_send(acm, request);
	else
		acm_end(acm, USB_OK);
}

static struct acm_request *
acm_submit(struct acm *acm, const struct acm_request *from)
{
	struct acm_request *request = xmemdup(from, sizeof *from);

	TAILQ_INSERT_TAIL(&acm->requests, request, entry);
	loop_deferred_schedule(acm->kick);
	return request;
}

struct acm *
acm_new(struct loop *loop, struct vdev *dev, uint8_t interface)
{
	struct acm *acm = xcalloc(1, sizeof *acm);

	acm->dev = dev;
	acm->interface = interface;
	acm->timer = loop_timer_new(loop, acm_timed_out, acm);
	acm->kick = loop_deferred_new(loop, acm_run, acm);
	TAILQ_INIT(&acm->requests);
	return acm;
}

void
acm_free(struct acm *acm)
{
	struct acm_request *request;

	if (acm == NULL)
		return;
	if (acm->urb != NULL)
		vdev_urb_cancel(acm->urb);
	while ((request = TAILQ_FIRST(&acm->requests)) != NULL) {
		TAILQ_REMOVE(&acm->requests, request, entry);
		free(request);
	}
	loop_timer_free(acm->timer);
	loop_deferred_free(acm->kick);
	free(acm);
}

struct acm_request *
acm_set_baud(struct acm *acm, unsigned baud, acm_done_cb cb, void *arg)
{
	return acm_submit(acm, &(struct acm_request){
		.kind = ACM_SET_BAUD, .value = baud, .cb = cb, .arg = arg,
	});
}

struct acm_request *
acm_set_lines(struct acm *acm, unsigned mask, unsigned set, acm_done_cb cb,
    void *arg)
{
	return acm_submit(acm, &(struct acm_request){
		.kind = ACM_SET_LINES, .mask = mask, .value = set, .cb = cb,
		.arg = arg,
	});
}

struct acm_request *
acm_send_break(struct acm *acm, uint16_t value, acm_done_cb cb, void *arg)
{
	return acm_submit(acm, &(struct acm_request){
		.kind = ACM_SEND_BREAK, .value = value, .cb = cb, .arg = arg,
	});
}

void
acm_forget(struct acm_request *request)
{
	if (request != NULL)
		request->cb = NULL;
}
