/*
 * The control request channel of Device OS (reference 3): five vendor requests
 * that carry requests with payload, reply and result through endpoint 0.
 *
 * At most four requests at once, all in a small pool of memory; the system
 * thread calls the handler, and what is left to do there waits in a queue that
 * vdev_channel_work() works off, one task a call.
 */
#ifndef PTERM_VIRTUAL_CHANNEL_H
#define PTERM_VIRTUAL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "virtual/device-parts.h"

struct vdev_request;

/* The host has read the end (0), cancelled (-140) or reset the bus (-150). */
typedef void (*vdev_completed_cb)(struct vdev *dev, uint16_t type,
	    int32_t result);

struct vdev_channel *vdev_channel_new(struct vdev *dev);
void	vdev_channel_free(struct vdev_channel *channel);

/* bRequest 1 to 15. */
enum vdev_answer vdev_channel_setup(struct vdev_channel *channel,
	    const struct usb_setup *setup, const uint8_t *out, struct buf *in);
/* The data stage of an IN transfer has gone out. */
void	vdev_channel_sent(struct vdev_channel *channel);
/* The type of the request that has this id; -1: none. */
int	vdev_channel_type_of(const struct vdev_channel *channel, uint16_t id);
/* Bus reset or detach. */
void	vdev_channel_bus_reset(struct vdev_channel *channel);

/* The system thread: the type of the request whose task is next (-1: nothing
 * to do), and the work itself. */
int	vdev_channel_next(const struct vdev_channel *channel);
void	vdev_channel_work(struct vdev_channel *channel);

/* For the handler (requests.c), who answers each request once. */
uint16_t vdev_request_type(const struct vdev_request *req);
const struct buf *vdev_request_payload(const struct vdev_request *req);
void	vdev_request_answer(struct vdev_request *req, int32_t result,
	    const struct buf *reply, vdev_completed_cb completed);
/* The oldest request of a type that its handler has not answered yet. */
struct vdev_request *vdev_channel_unanswered(struct vdev_channel *channel,
	    uint16_t type);

/* requests.c: what Device OS answers. */
void	vdev_request_handle(struct vdev *dev, struct vdev_request *req);
/* How long the system thread takes for it. */
uint64_t vdev_request_us(const struct vdev *dev, int type);

#endif
