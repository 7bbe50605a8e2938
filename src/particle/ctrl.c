#include "config.h"

#include "particle/ctrl.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "particle/ctrl-result.h"
#include "particle/wire.h"

/* bRequest of the services (reference 3.1). */
enum {
	SERVICE_INIT = 1,
	SERVICE_CHECK,
	SERVICE_SEND,
	SERVICE_RECV,
	SERVICE_RESET,
};

/* The device refuses any other length of INIT, CHECK and RESET. */
#define SERVICE_REPLY_LENGTH	64

#define TIMEOUT_MS		5000
#define TIMEOUT_RESET_MS	1000

enum ctrl_status {
	STATUS_OK,
	STATUS_ERROR,
	STATUS_PENDING,
	STATUS_BUSY,
	STATUS_NO_MEMORY,
	STATUS_NOT_FOUND,
};

#define FIELD_STATUS	0x01
#define FIELD_ID	0x02
#define FIELD_SIZE	0x04
#define FIELD_RESULT	0x08

struct service_reply {
	uint32_t	flags;
	uint16_t	status;
	uint16_t	id;
	uint32_t	size;
	int32_t		result;
};

enum ctrl_state {
	STATE_INIT,		/* to send INIT */
	STATE_RESET_ALL,
	STATE_ALLOC,		/* CHECK until there is room for the payload */
	STATE_SEND,
	STATE_SEND_REFUSED,	/* one CHECK tells why */
	STATE_CHECK,		/* CHECK until there is a result */
	STATE_RECV,
	STATE_RESET_ID,
	STATE_DONE,
};

/* Before the n-th CHECK. Quicker at first than other tools are: the handler
 * usually takes milliseconds, and CHECK is answered in the USB interrupt. */
static const unsigned check_ms[] = {
	2, 3, 5, 10, 20, 50, 50, 100, 100, 250, 250, 500, 500, 1000,
};

/* After the n-th refusal of INIT; after the last of them all slots are taken
 * by requests that nobody will finish. */
static const unsigned refusal_ms[] = { 20, 50, 100, 200, 300, 400, 400 };
#define REFUSALS_MAX	(sizeof refusal_ms / sizeof refusal_ms[0])

/* Broken CHECKs in a row that are repeated, and after how long: a device that
 * is leaving shows as broken transfers until its hub has noticed. */
#define ERRORS_MAX	2
#define ERROR_MS	100

/* Fields are packed in the order of their flags (reference 3.2). What follows
 * the known ones is skipped. */
static bool
service_reply_parse(struct service_reply *r, const uint8_t *p, size_t len)
{
	size_t need = 6;

	*r = (struct service_reply){ 0 };
	if (len < need)
		return false;
	r->flags = wire_le32(p);
	if ((r->flags & FIELD_STATUS) == 0)
		return false;
	r->status = wire_le16(p + 4);
	if ((r->flags & FIELD_ID) != 0) {
		if (len < need + 2)
			return false;
		r->id = wire_le16(p + need);
		need += 2;
	}
	if ((r->flags & FIELD_SIZE) != 0) {
		if (len < need + 4)
			return false;
		r->size = wire_le32(p + need);
		need += 4;
	}
	if ((r->flags & FIELD_RESULT) != 0) {
		if (len < need + 4)
			return false;
		r->result = (int32_t)wire_le32(p + need);
	}
	return true;
}

void
ctrl_init(struct ctrl *c, const struct ctrl_request *request)
{
	assert(request->len <= CTRL_PAYLOAD_MAX);
	*c = (struct ctrl){
		.type = request->type,
		.len = request->len,
		.repeatable = request->repeatable,
		.alone = request->alone,
		.state = STATE_INIT,
	};
	if (c->len != 0)
		c->payload = xmemdup(request->payload, c->len);
}

void
ctrl_fini(struct ctrl *c)
{
	free(c->payload);
	c->payload = NULL;
	buf_fini(&c->reply);
}

/* The end. What the device still keeps for us is given back first; id 0 (the
 * counter wraps) can't be: RESET would take it for "all". */
static void
ctrl_finish(struct ctrl *c, enum ctrl_outcome outcome)
{
	if (c->outcome == CTRL_RUNNING)
		c->outcome = outcome;
	c->wait_ms = 0;
	c->state = c->has_id && c->id != 0 ? STATE_RESET_ID : STATE_DONE;
}

static void
ctrl_nonsense(struct ctrl *c, const char *detail)
{
	c->detail = detail;
	ctrl_finish(c, CTRL_PROTOCOL);
}

static void
ctrl_go_check(struct ctrl *c, enum ctrl_state state)
{
	size_t last = sizeof check_ms / sizeof check_ms[0] - 1;

	c->state = state;
	c->wait_ms = check_ms[c->checks < last ? c->checks : last];
	c->checks++;
}

/* The device knows nothing of it any more, or lost part of its payload. */
static void
ctrl_lost(struct ctrl *c)
{
	if (!c->repeatable || c->did_repeat || c->aborting) {
		ctrl_finish(c, CTRL_LOST);
		return;
	}
	c->did_repeat = true;
	c->has_id = false;
	c->sent = 0;
	c->checks = 0;
	c->refusals = 0;
	buf_clear(&c->reply);
	c->state = STATE_INIT;
}

/* BUSY or NO_MEMORY: our turn comes later. */
static void
ctrl_refused(struct ctrl *c, enum ctrl_outcome outcome)
{
	if (c->refusals < REFUSALS_MAX) {
		c->wait_ms = refusal_ms[c->refusals++];
		c->state = STATE_INIT;
	} else if (c->alone && !c->did_reset_all) {
		c->did_reset_all = true;
		c->state = STATE_RESET_ALL;
	} else {
		ctrl_finish(c, outcome);
	}
}

static void
ctrl_on_init(struct ctrl *c, const struct service_reply *r)
{
	switch (r->status) {
	case STATUS_OK:
	case STATUS_PENDING:
		break;
	case STATUS_BUSY:
		ctrl_refused(c, CTRL_BUSY);
		return;
	case STATUS_NO_MEMORY:
		ctrl_refused(c, CTRL_NO_MEMORY);
		return;
	default:
		ctrl_nonsense(c, "it answered INIT with an unknown status");
		return;
	}
	if ((r->flags & FIELD_ID) == 0) {
		ctrl_nonsense(c, "it accepted the request without an id");
		return;
	}
	c->id = r->id;
	c->has_id = true;
	c->accepted = true;
	if (c->len == 0)
		ctrl_go_check(c, STATE_CHECK);
	else if (r->status == STATUS_OK)
		c->state = STATE_SEND;
	else
		ctrl_go_check(c, STATE_ALLOC);
}

static void
ctrl_on_result(struct ctrl *c, const struct service_reply *r)
{
	c->result = r->result;
	c->reply_size = (r->flags & FIELD_SIZE) != 0 ? r->size : 0;
	if (c->reply_size > CTRL_REPLY_MAX) {
		ctrl_nonsense(c, "its reply is too long");
		return;
	}
	if (c->reply_size == 0) {
		c->has_id = false;	/* freed with this very CHECK */
		ctrl_finish(c, CTRL_ANSWERED);
		return;
	}
	c->state = STATE_RECV;
}

/* CHECK's OK has two meanings: with a result the request is done, without one
 * the device waits for (more) payload. */
static void
ctrl_on_check(struct ctrl *c, const struct service_reply *r)
{
	enum ctrl_state state = (enum ctrl_state)c->state;

	if (r->status == STATUS_NOT_FOUND) {
		c->has_id = false;
		ctrl_lost(c);
	} else if (r->status == STATUS_NO_MEMORY) {
		ctrl_finish(c, CTRL_NO_MEMORY);
	} else if (state == STATE_SEND_REFUSED) {
		ctrl_nonsense(c, "it refused the payload");
	} else if (r->status == STATUS_PENDING) {
		ctrl_go_check(c, state);
	} else if (r->status != STATUS_OK) {
		ctrl_nonsense(c, "it answered CHECK with an unknown status");
	} else if ((r->flags & FIELD_RESULT) != 0) {
		ctrl_on_result(c, r);
	} else if (state == STATE_ALLOC) {
		c->state = STATE_SEND;
	} else {
		ctrl_nonsense(c, "it lost a part of the payload");
	}
}

static void
ctrl_on_recv(struct ctrl *c, const uint8_t *data, size_t len)
{
	size_t left = c->reply_size - c->reply.len;
	size_t want = left < CTRL_CHUNK_MAX ? left : CTRL_CHUNK_MAX;

	if (len != want) {
		ctrl_nonsense(c, "a part of its reply has the wrong length");
		return;
	}
	buf_append(&c->reply, data, len);
	if (c->reply.len < c->reply_size)
		return;
	c->has_id = false;		/* freed with the last byte */
	ctrl_finish(c, CTRL_ANSWERED);
}

static void
ctrl_on_send(struct ctrl *c)
{
	size_t left = c->len - c->sent;

	c->sent += left < CTRL_CHUNK_MAX ? left : CTRL_CHUNK_MAX;
	if (c->sent < c->len)
		return;
	c->checks = 0;
	ctrl_go_check(c, STATE_CHECK);
}

static bool
ctrl_is_checking(const struct ctrl *c)
{
	return c->state == STATE_ALLOC || c->state == STATE_CHECK ||
	    c->state == STATE_SEND_REFUSED;
}

static void
ctrl_on_stall(struct ctrl *c)
{
	switch (c->state) {
	case STATE_INIT:
		ctrl_finish(c, CTRL_UNSUPPORTED);
		break;
	case STATE_SEND:
		c->state = STATE_SEND_REFUSED;
		break;
	default:
		ctrl_nonsense(c, "it refused to go on with the request");
		break;
	}
}

static void
ctrl_on_failure(struct ctrl *c, enum usb_status status)
{
	switch (status) {
	case USB_STALL:
		ctrl_on_stall(c);
		break;
	case USB_TIMEOUT:
		ctrl_finish(c, CTRL_TIMEOUT);
		break;
	case USB_GONE:
		c->has_id = false;
		ctrl_finish(c, CTRL_GONE);
		break;
	case USB_CANCELLED:
		ctrl_finish(c, CTRL_ABORTED);
		break;
	case USB_ACCESS:
		c->has_id = false;
		ctrl_finish(c, CTRL_ACCESS);
		break;
	default:
		/* A CHECK may be asked again; anything else may not. */
		if (ctrl_is_checking(c) && c->errors++ < ERRORS_MAX)
			c->wait_ms = ERROR_MS;
		else
			ctrl_finish(c, CTRL_IO);
		break;
	}
}

static void
ctrl_on_service(struct ctrl *c, const uint8_t *data, size_t len)
{
	struct service_reply r;

	if (!service_reply_parse(&r, data, len))
		ctrl_nonsense(c, "its answer is not a service reply");
	else if (c->state == STATE_INIT)
		ctrl_on_init(c, &r);
	else
		ctrl_on_check(c, &r);
}

void
ctrl_reply(struct ctrl *c, enum usb_status status, const uint8_t *data,
    size_t len)
{
	assert(c->in_flight);
	c->in_flight = false;
	if (c->state == STATE_RESET_ID) {
		c->has_id = false;	/* whatever it said */
		if (c->outcome == CTRL_IO && status == USB_GONE)
			c->outcome = CTRL_GONE;	/* so that was why */
		c->state = STATE_DONE;
		return;
	}
	if (c->state == STATE_RESET_ALL && status != USB_GONE) {
		c->refusals = 0;
		c->state = STATE_INIT;
	} else if (status != USB_OK) {
		ctrl_on_failure(c, status);
	} else {
		c->errors = 0;
		if (c->state == STATE_SEND)
			ctrl_on_send(c);
		else if (c->state == STATE_RECV)
			ctrl_on_recv(c, data, len);
		else
			ctrl_on_service(c, data, len);
	}
	if (c->aborting)
		ctrl_abort(c);		/* now that it is known what to free */
}

void
ctrl_waited(struct ctrl *c)
{
	c->wait_ms = 0;
}

void
ctrl_abort(struct ctrl *c)
{
	c->aborting = true;
	c->wait_ms = 0;
	if (c->in_flight || c->state == STATE_DONE ||
	    c->state == STATE_RESET_ID)
		return;
	/* Device OS 6.2.0 mishandles RESET of a reply that was read in part:
	 * read the rest of it. */
	if (c->state == STATE_RECV && c->reply.len != 0)
		return;
	ctrl_finish(c, CTRL_ABORTED);
}

static void
ctrl_step_service(const struct ctrl *c, struct ctrl_step *step)
{
	struct usb_setup *s = &step->setup;

	s->request_type = USB_DIR_IN | USB_TYPE_VENDOR;
	s->length = SERVICE_REPLY_LENGTH;
	switch (c->state) {
	case STATE_INIT:
		s->request = SERVICE_INIT;
		s->value = (uint16_t)c->len;
		s->index = c->type;
		break;
	case STATE_RESET_ALL:
		s->request = SERVICE_RESET;
		break;
	case STATE_RESET_ID:
		s->request = SERVICE_RESET;
		s->index = c->id;
		step->timeout_ms = TIMEOUT_RESET_MS;
		break;
	default:
		s->request = SERVICE_CHECK;
		s->index = c->id;
		break;
	}
}

static void
ctrl_step_data(const struct ctrl *c, struct ctrl_step *step)
{
	bool in = c->state != STATE_SEND;
	size_t left = in ? c->reply_size - c->reply.len : c->len - c->sent;

	step->setup = (struct usb_setup){
		.request_type = in ? USB_DIR_IN | USB_TYPE_VENDOR
		    : USB_TYPE_VENDOR,
		.request = in ? SERVICE_RECV : SERVICE_SEND,
		.index = c->id,
		.length = (uint16_t)(left < CTRL_CHUNK_MAX ? left
		    : CTRL_CHUNK_MAX),
	};
	if (!in)
		step->out = c->payload + c->sent;
}

void
ctrl_next(struct ctrl *c, struct ctrl_step *step)
{
	assert(!c->in_flight);
	*step = (struct ctrl_step){ .timeout_ms = TIMEOUT_MS };
	if (c->state == STATE_DONE) {
		step->kind = CTRL_STEP_DONE;
		return;
	}
	if (c->wait_ms != 0) {
		step->kind = CTRL_STEP_WAIT;
		step->wait_ms = c->wait_ms;
		return;
	}
	step->kind = CTRL_STEP_TRANSFER;
	if (c->state == STATE_SEND || c->state == STATE_RECV)
		ctrl_step_data(c, step);
	else
		ctrl_step_service(c, step);
	c->in_flight = true;
}

/* The words and codes of each end; CTRL_ANSWERED has its own. */
static const struct {
	enum error_code	 code;
	const char	*text;
} outcomes[] = {
	[CTRL_RUNNING] = { ERROR_FAILED, "the request is still running" },
	[CTRL_UNSUPPORTED] = { ERROR_UNSUPPORTED,
	    "the device takes no control requests" },
	[CTRL_BUSY] = { ERROR_BUSY,
	    "the device is busy with other programs' requests" },
	[CTRL_NO_MEMORY] = { ERROR_FAILED,
	    "the device has no memory left for the request" },
	[CTRL_LOST] = { ERROR_FAILED, "another program cancelled the request" },
	[CTRL_GONE] = { ERROR_GONE, "the device disconnected" },
	[CTRL_TIMEOUT] = { ERROR_TIMEOUT, "the device does not answer" },
	[CTRL_ACCESS] = { ERROR_PERMISSION, "permission denied" },
	[CTRL_IO] = { ERROR_IO, "the USB transfer broke" },
	[CTRL_PROTOCOL] = { ERROR_PROTOCOL, "the device makes no sense" },
	[CTRL_ABORTED] = { ERROR_CANCELLED, "cancelled" },
};

int
ctrl_error(const struct ctrl *c, struct error *err)
{
	if (c->outcome == CTRL_ANSWERED && c->result >= 0)
		return 0;
	if (c->outcome == CTRL_ANSWERED)
		return ctrl_result_error(c->result, err);
	if (c->outcome == CTRL_PROTOCOL && c->detail != NULL)
		return error_set(err, ERROR_PROTOCOL,
		    "the device makes no sense: %s", c->detail);
	return error_set(err, outcomes[c->outcome].code, "%s",
	    outcomes[c->outcome].text);
}
