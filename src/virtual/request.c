/*
 * The life of a control request inside a virtual device: its memory, its tasks
 * for the system thread, and its end.
 */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "virtual/channel-parts.h"

/* Size of a request object on the 32-bit device. */
#define POOL_OBJECT	72

#define RESULT_UNKNOWN	(-100)

/* --- Memory ------------------------------------------------------------- */

struct vdev_request *
vdev_request_new(struct vdev_channel *channel)
{
	struct vdev_request *req;
	size_t place;

	place = vdev_pool_take(channel->pool, channel->dev->pool_size,
	    POOL_OBJECT);
	if (place == VDEV_POOL_NONE)
		return NULL;
	req = xcalloc(1, sizeof *req);
	req->channel = channel;
	req->place = place;
	req->result = RESULT_UNKNOWN;
	TAILQ_INSERT_HEAD(&channel->requests, req, entry);
	return req;
}

static void
request_free_payload(struct vdev_request *req)
{
	if (req->is_pooled)
		vdev_pool_give(req->channel->pool, req->payload_place);
	req->is_pooled = false;
	req->has_payload = false;
	buf_fini(&req->payload);
}

void
vdev_request_free(struct vdev_request *req)
{
	request_free_payload(req);
	vdev_pool_give(req->channel->pool, req->place);
	TAILQ_REMOVE(&req->channel->requests, req, entry);
	buf_fini(&req->reply);
	free(req);
}

/* --- Tasks of the system thread ----------------------------------------- */

void
vdev_request_enqueue(struct vdev_request *req, enum request_task task)
{
	req->task = task;
	STAILQ_INSERT_TAIL(&req->channel->queue, req, queued);
	vdev_thread_wake(req->channel->dev);
}

static void
request_finish(struct vdev_request *req)
{
	struct vdev *dev = req->channel->dev;
	vdev_completed_cb completed = req->completed;
	int32_t result = req->result;
	uint16_t type = req->type;

	vdev_request_free(req);
	if (completed == NULL)
		return;
	vdev_observe(dev, "completed type=%u result=%d", type, (int)result);
	completed(dev, type, result);
}

void
vdev_request_drop(struct vdev_request *req, int32_t result)
{
	req->result = result;
	req->is_active = false;
	req->channel->active_count--;
	if (req->state == REQUEST_ALLOC_PENDING ||
	    req->state == REQUEST_PENDING) {
		req->state = REQUEST_DONE;
		return;
	}
	if (req->is_pooled)
		request_free_payload(req);
	if (req->has_payload || req->reply.len > 0 || req->completed != NULL)
		vdev_request_enqueue(req, TASK_FINISH);
	else
		vdev_request_free(req);
}

static void
request_alloc(struct vdev_request *req)
{
	if (req->state != REQUEST_ALLOC_PENDING) {
		vdev_request_free(req);
		return;
	}
	if (req->channel->dev->payloads_fail) {
		req->state = REQUEST_ALLOC_FAILED;
		return;
	}
	req->has_payload = true;
	req->state = REQUEST_RECV_PAYLOAD;
}

static void
request_call_handler(struct vdev_request *req)
{
	struct vdev *dev = req->channel->dev;

	if (dev->observer != NULL) {
		char *hex = vdev_hex(req->payload.data, req->payload.len);

		vdev_observe(dev, "handler type=%u data=%s", req->type, hex);
		free(hex);
	}
	req->is_unanswered = true;
	vdev_request_handle(dev, req);
}

int
vdev_channel_next(const struct vdev_channel *channel)
{
	const struct vdev_request *req = STAILQ_FIRST(&channel->queue);

	if (req == NULL)
		return -1;
	return req->task == TASK_HANDLE ? req->type : 0;
}

void
vdev_channel_work(struct vdev_channel *channel)
{
	struct vdev_request *req = STAILQ_FIRST(&channel->queue);
	enum request_task task;

	if (req == NULL)
		return;
	STAILQ_REMOVE_HEAD(&channel->queue, queued);
	task = req->task;
	req->task = TASK_NONE;
	switch (task) {
	case TASK_ALLOC:
		request_alloc(req);
		break;
	case TASK_HANDLE:
		request_call_handler(req);
		break;
	case TASK_FINISH:
		request_finish(req);
		break;
	case TASK_NONE:
		break;
	}
}

/* --- For the handler ---------------------------------------------------- */

uint16_t
vdev_request_type(const struct vdev_request *req)
{
	return req->type;
}

const struct buf *
vdev_request_payload(const struct vdev_request *req)
{
	return &req->payload;
}

struct vdev_request *
vdev_channel_unanswered(struct vdev_channel *channel, uint16_t type)
{
	struct vdev_request *req;

	TAILQ_FOREACH_REVERSE(req, &channel->requests, requests, entry) {
		if (req->is_unanswered && req->type == type)
			return req;
	}
	return NULL;
}

void
vdev_request_answer(struct vdev_request *req, int32_t result,
    const struct buf *reply, vdev_completed_cb completed)
{
	struct vdev *dev = req->channel->dev;

	if (reply != NULL)
		buf_append(&req->reply, reply->data, reply->len);
	if (dev->observer != NULL) {
		char *hex = vdev_hex(req->reply.data, req->reply.len);

		vdev_observe(dev, "answered type=%u -> result=%d reply=%s%s",
		    req->type, (int)result, hex,
		    completed != NULL ? " with-completion" : "");
		free(hex);
	}
	request_free_payload(req);
	req->is_unanswered = false;
	req->completed = completed;
	if (req->state != REQUEST_PENDING) {
		/* Cancelled meanwhile. */
		request_finish(req);
		return;
	}
	req->result = result;
	req->state = REQUEST_DONE;
}
