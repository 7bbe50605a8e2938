/*
 * What channel.c (the services on the wire) and request.c (the life of a
 * request) share. Private to them.
 */
#ifndef PTERM_VIRTUAL_CHANNEL_PARTS_H
#define PTERM_VIRTUAL_CHANNEL_PARTS_H

#include <sys/queue.h>

#include "virtual/channel.h"
#include "virtual/pool.h"

enum request_state {
	REQUEST_ALLOC_PENDING,
	REQUEST_ALLOC_FAILED,
	REQUEST_RECV_PAYLOAD,
	REQUEST_PENDING,
	REQUEST_DONE,
};

enum request_task {
	TASK_NONE,
	TASK_ALLOC,
	TASK_HANDLE,
	TASK_FINISH,
};

struct vdev_request {
	struct vdev_channel	*channel;
	size_t			 place;		/* in the pool */
	bool			 is_active;	/* the host can name it */
	bool			 is_unanswered;	/* the handler works on it */
	bool			 is_pooled;	/* its payload is in the pool */
	bool			 has_payload;	/* a buffer is there */
	uint16_t		 type;
	uint16_t		 id;
	enum request_state	 state;
	enum request_task	 task;
	size_t			 announced;
	size_t			 payload_place;
	struct buf		 payload;
	struct buf		 reply;
	size_t			 reply_sent;
	int32_t			 result;
	vdev_completed_cb	 completed;
	TAILQ_ENTRY(vdev_request) entry;
	STAILQ_ENTRY(vdev_request) queued;
};

struct vdev_channel {
	struct vdev		*dev;
	TAILQ_HEAD(requests, vdev_request) requests;	/* newest first */
	STAILQ_HEAD(, vdev_request) queue;
	/* The place of the request whose last bytes are going out. As on the
	 * device it may be stale: nobody clears it where a request is reset
	 * that was read in part. */
	size_t			 current;
	unsigned		 active_count;
	uint16_t		 last_id;
	struct vdev_pool	*pool;
};

/* NULL: the pool is full. */
struct vdev_request *vdev_request_new(struct vdev_channel *channel);
void	vdev_request_free(struct vdev_request *req);
/* For the system thread. */
void	vdev_request_enqueue(struct vdev_request *req, enum request_task task);
/* The host can't name it any more; its memory goes as soon as nobody works on
 * it. */
void	vdev_request_drop(struct vdev_request *req, int32_t result);

#endif
