#include "config.h"

#include "virtual/channel.h"

#include <stdlib.h>

#include "base/mem.h"
#include "virtual/channel-parts.h"

enum service {
	SERVICE_INIT = 1,
	SERVICE_CHECK,
	SERVICE_SEND,
	SERVICE_RECV,
	SERVICE_RESET,
};

enum service_status {
	STATUS_OK = 0,
	STATUS_PENDING = 2,
	STATUS_BUSY = 3,
	STATUS_NO_MEMORY = 4,
	STATUS_NOT_FOUND = 5,
};

#define REPLY_STATUS	0x01
#define REPLY_ID	0x02
#define REPLY_SIZE	0x04
#define REPLY_RESULT	0x08

#define RESULT_CANCELLED (-140)
#define RESULT_ABORTED	(-150)

#define ACTIVE_MAX	4
#define SERVICE_LENGTH	64	/* wLength of INIT, CHECK and RESET */
#define HAL_BUFFER	64	/* up to here the driver has a buffer itself */

struct vdev_channel *
vdev_channel_new(struct vdev *dev)
{
	struct vdev_channel *channel = xcalloc(1, sizeof *channel);

	channel->dev = dev;
	channel->current = VDEV_POOL_NONE;
	channel->pool = vdev_pool_new();
	TAILQ_INIT(&channel->requests);
	STAILQ_INIT(&channel->queue);
	return channel;
}

void
vdev_channel_free(struct vdev_channel *channel)
{
	struct vdev_request *req;

	if (channel == NULL)
		return;
	while ((req = TAILQ_FIRST(&channel->requests)) != NULL)
		vdev_request_free(req);
	vdev_pool_free(channel->pool);
	free(channel);
}

static struct vdev_request *
channel_find(const struct vdev_channel *channel, uint16_t id)
{
	struct vdev_request *req;

	TAILQ_FOREACH(req, &channel->requests, entry) {
		if (req->is_active && req->id == id)
			return req;
	}
	return NULL;
}

/* --- The five services -------------------------------------------------- */

static void
reply_status(struct buf *in, uint32_t flags, enum service_status status)
{
	buf_put_le32(in, flags | REPLY_STATUS);
	buf_put_le16(in, (uint16_t)status);
}

static bool
channel_is_disruptive(uint16_t type)
{
	return type == 40 || type == 41 || type == 50 || type == 60;
}

/* Some types act on the network in the interrupt already. */
static void
channel_cancel_network(struct vdev *dev, uint16_t type)
{
	if (dev->spec.protection == VDEV_PROTECTED)
		return;
	if (channel_is_disruptive(type))
		vdev_observe(dev, "cloud-flag-off");
	if (channel_is_disruptive(type) || type == 70) {
		vdev_observe(dev, "network-connect-cancel");
		vdev_observe(dev, "cloud-abort");
	}
}

static enum service_status
channel_start(struct vdev_channel *channel, struct vdev_request *req)
{
	if (req->announced == 0) {
		channel_cancel_network(channel->dev, req->type);
		req->state = REQUEST_PENDING;
		vdev_request_enqueue(req, TASK_HANDLE);
		return STATUS_OK;
	}
	if (req->announced <= HAL_BUFFER)
		req->payload_place = vdev_pool_take(channel->pool,
		    channel->dev->pool_size, req->announced);
	if (req->announced <= HAL_BUFFER &&
	    req->payload_place != VDEV_POOL_NONE) {
		req->is_pooled = true;
		req->has_payload = true;
		req->state = REQUEST_RECV_PAYLOAD;
		return STATUS_OK;
	}
	req->state = REQUEST_ALLOC_PENDING;
	vdev_request_enqueue(req, TASK_ALLOC);
	return STATUS_PENDING;
}

static enum vdev_answer
channel_init(struct vdev_channel *channel, const struct usb_setup *setup,
    struct buf *in)
{
	struct vdev_request *req;
	enum service_status status;

	if (channel->active_count >= ACTIVE_MAX) {
		reply_status(in, 0, STATUS_BUSY);
		return VDEV_ANSWER_OK;
	}
	req = vdev_request_new(channel);
	if (req == NULL) {
		reply_status(in, 0, STATUS_NO_MEMORY);
		return VDEV_ANSWER_OK;
	}
	req->type = setup->index;
	req->announced = setup->value;
	req->id = ++channel->last_id;
	req->is_active = true;
	channel->active_count++;
	status = channel_start(channel, req);
	reply_status(in, REPLY_ID, status);
	buf_put_le16(in, req->id);
	return VDEV_ANSWER_OK;
}

static void
channel_check_done(struct vdev_channel *channel, struct vdev_request *req,
    struct buf *in)
{
	if (req->reply.len > 0) {
		reply_status(in, REPLY_RESULT | REPLY_SIZE, STATUS_OK);
		buf_put_le32(in, (uint32_t)req->reply.len);
	} else {
		reply_status(in, REPLY_RESULT, STATUS_OK);
		channel->current = req->place;
	}
	buf_put_le32(in, (uint32_t)req->result);
}

static enum vdev_answer
channel_check(struct vdev_channel *channel, const struct usb_setup *setup,
    struct buf *in)
{
	struct vdev_request *req = channel_find(channel, setup->index);

	if (req == NULL) {
		reply_status(in, 0, STATUS_NOT_FOUND);
		return VDEV_ANSWER_OK;
	}
	switch (req->state) {
	case REQUEST_ALLOC_PENDING:
	case REQUEST_PENDING:
		reply_status(in, 0, STATUS_PENDING);
		break;
	case REQUEST_ALLOC_FAILED:
		reply_status(in, 0, STATUS_NO_MEMORY);
		vdev_request_drop(req, req->result);
		break;
	case REQUEST_RECV_PAYLOAD:
		reply_status(in, 0, STATUS_OK);
		break;
	case REQUEST_DONE:
		channel_check_done(channel, req, in);
		break;
	}
	return VDEV_ANSWER_OK;
}

/* Up to 64 bytes go through the driver's own buffer, and what the channel
 * thinks of them is lost: the host sees success (nRF and RTL). */
static enum vdev_answer
channel_send(struct vdev_channel *channel, const struct usb_setup *setup,
    const uint8_t *out)
{
	struct vdev_request *req = channel_find(channel, setup->index);
	bool fits = req != NULL && req->state == REQUEST_RECV_PAYLOAD &&
	    setup->length > 0 &&
	    setup->length <= req->announced - req->payload.len;

	if (setup->length == 0 || (!fits && setup->length > HAL_BUFFER))
		return VDEV_ANSWER_STALL;
	if (!fits)
		return VDEV_ANSWER_OK;
	buf_append(&req->payload, out, setup->length);
	if (req->payload.len == req->announced) {
		req->state = REQUEST_PENDING;
		vdev_request_enqueue(req, TASK_HANDLE);
	}
	return VDEV_ANSWER_OK;
}

static enum vdev_answer
channel_recv(struct vdev_channel *channel, const struct usb_setup *setup,
    struct buf *in)
{
	struct vdev_request *req = channel_find(channel, setup->index);

	if (req == NULL || req->state != REQUEST_DONE || setup->length == 0 ||
	    setup->length > req->reply.len - req->reply_sent)
		return VDEV_ANSWER_STALL;
	buf_append(in, req->reply.data + req->reply_sent, setup->length);
	req->reply_sent += setup->length;
	channel->current = req->place;
	return VDEV_ANSWER_OK;
}

static void
channel_drop_all(struct vdev_channel *channel, int32_t result)
{
	struct vdev_request *req, *next;

	for (req = TAILQ_FIRST(&channel->requests); req != NULL; req = next) {
		next = TAILQ_NEXT(req, entry);
		if (req->is_active)
			vdev_request_drop(req, result);
	}
}

static enum vdev_answer
channel_reset(struct vdev_channel *channel, const struct usb_setup *setup,
    struct buf *in)
{
	struct vdev_request *req;

	if (setup->index == 0) {
		channel_drop_all(channel, RESULT_CANCELLED);
		reply_status(in, 0, STATUS_OK);
		return VDEV_ANSWER_OK;
	}
	req = channel_find(channel, setup->index);
	if (req != NULL)
		vdev_request_drop(req, RESULT_CANCELLED);
	reply_status(in, 0, req != NULL ? STATUS_OK : STATUS_NOT_FOUND);
	return VDEV_ANSWER_OK;
}

enum vdev_answer
vdev_channel_setup(struct vdev_channel *channel, const struct usb_setup *setup,
    const uint8_t *out, struct buf *in)
{
	bool is_in = usb_is_in(setup);

	if (!is_in && setup->request == SERVICE_SEND)
		return channel_send(channel, setup, out);
	if (!is_in) {
		/* Not for the channel, but the driver swallows what fits. */
		return setup->length > 0 && setup->length <= HAL_BUFFER ?
		    VDEV_ANSWER_OK : VDEV_ANSWER_STALL;
	}
	if (setup->request == SERVICE_RECV)
		return channel_recv(channel, setup, in);
	if (setup->length != SERVICE_LENGTH)
		return VDEV_ANSWER_STALL;
	switch (setup->request) {
	case SERVICE_INIT:
		return channel_init(channel, setup, in);
	case SERVICE_CHECK:
		return channel_check(channel, setup, in);
	case SERVICE_RESET:
		return channel_reset(channel, setup, in);
	default:
		return VDEV_ANSWER_STALL;
	}
}

void
vdev_channel_sent(struct vdev_channel *channel)
{
	struct vdev_request *req;

	/* Also where the place is stale and a new request got it: the
	 * firmware's bug (reference 3.3). */
	TAILQ_FOREACH(req, &channel->requests, entry) {
		if (req->is_active && req->place == channel->current)
			break;
	}
	if (req == NULL || req->reply_sent < req->reply.len)
		return;
	channel->current = VDEV_POOL_NONE;
	vdev_request_drop(req, 0);
}

int
vdev_channel_type_of(const struct vdev_channel *channel, uint16_t id)
{
	const struct vdev_request *req = channel_find(channel, id);

	return req != NULL ? req->type : -1;
}

void
vdev_channel_bus_reset(struct vdev_channel *channel)
{
	channel_drop_all(channel, RESULT_ABORTED);
	channel->current = VDEV_POOL_NONE;
}
