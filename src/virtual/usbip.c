#include "config.h"

#include "virtual/usbip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define HEADER_LEN	48
#define CMD_SUBMIT	1
#define CMD_UNLINK	2
#define RET_SUBMIT	3
#define RET_UNLINK	4
#define DIRECTION_IN	1

/* Offsets in a header. */
#define AT_COMMAND	0
#define AT_SEQNUM	4
#define AT_DIRECTION	12
#define AT_ENDPOINT	16
#define AT_LENGTH	24	/* CMD_SUBMIT */
#define AT_PACKETS	32
#define AT_SETUP	40
#define AT_UNLINK	20	/* CMD_UNLINK */
#define AT_STATUS	20	/* RET_SUBMIT and RET_UNLINK */
#define AT_ACTUAL	24	/* RET_SUBMIT */

/* More than Linux asks for at once, and than a turn of ours should take. */
#define TRANSFER_MAX	(1024 * 1024)
#define READ_MAX	(64 * 1024)

/* errno numbers of Linux, whatever the host's own are. */
#define LINUX_EPIPE		32
#define LINUX_EPROTO		71
#define LINUX_ECONNRESET	104
#define LINUX_ESHUTDOWN		108

struct usbip_urb {
	TAILQ_ENTRY(usbip_urb)	 entry;
	struct usbip		*usbip;
	struct vdev_urb		*urb;
	uint32_t		 seqnum;
	uint32_t		 room;		/* IN: at most this much */
	bool			 is_in;
};

TAILQ_HEAD(usbip_urbs, usbip_urb);

struct usbip {
	int			 fd;
	struct loop_fd		*source;
	struct loop_deferred	*closing;
	struct vdev		*dev;
	uint64_t		*count;
	usbip_closed_cb		 cb;
	void			*arg;
	struct usbip_urbs	 urbs;		/* the device has them */
	struct buf		 in;
	struct buf		 out;
	bool			 is_broken;
};

static uint32_t
get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
put_be32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* --- To the kernel ------------------------------------------------------ */

static void
usbip_break(struct usbip *usbip)
{
	usbip->is_broken = true;
	loop_fd_set(usbip->source, 0);
	loop_deferred_schedule(usbip->closing);
}

static void
usbip_flush(struct usbip *usbip)
{
	ssize_t n;

	if (usbip->is_broken)
		return;
	while (usbip->out.len > 0) {
		n = send(usbip->fd, usbip->out.data, usbip->out.len,
		    MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			usbip_break(usbip);
			return;
		}
		if (n < 0)
			break;
		buf_drop(&usbip->out, (size_t)n);
	}
	loop_fd_set(usbip->source,
	    LOOP_READ | (usbip->out.len > 0 ? LOOP_WRITE : 0));
}

static void
usbip_reply(struct usbip *usbip, uint32_t command, uint32_t seqnum,
    int status, const uint8_t *data, size_t len, size_t actual)
{
	uint8_t header[HEADER_LEN] = { 0 };

	put_be32(header + AT_COMMAND, command);
	put_be32(header + AT_SEQNUM, seqnum);
	put_be32(header + AT_STATUS, (uint32_t)status);
	put_be32(header + AT_ACTUAL, (uint32_t)actual);
	buf_append(&usbip->out, header, sizeof header);
	buf_append(&usbip->out, data, len);
	usbip_flush(usbip);
}

static int
usbip_status(enum usb_status status)
{
	switch (status) {
	case USB_OK:
		return 0;
	case USB_STALL:
		return -LINUX_EPIPE;
	case USB_GONE:
		return -LINUX_ESHUTDOWN;
	case USB_CANCELLED:
		return -LINUX_ECONNRESET;
	default:
		return -LINUX_EPROTO;
	}
}

static void
usbip_done(enum usb_status status, const uint8_t *data, size_t len, void *arg)
{
	struct usbip_urb *urb = arg;
	struct usbip *usbip = urb->usbip;

	TAILQ_REMOVE(&usbip->urbs, urb, entry);
	if (status != USB_OK)
		len = 0;
	if (urb->is_in && len > urb->room)
		len = urb->room;
	usbip_reply(usbip, RET_SUBMIT, urb->seqnum, usbip_status(status), data,
	    urb->is_in ? len : 0, len);
	free(urb);
}

/* --- From the kernel ---------------------------------------------------- */

static struct usbip_urb *
usbip_urb_new(struct usbip *usbip, const uint8_t *header, uint32_t length)
{
	struct usbip_urb *urb = xcalloc(1, sizeof *urb);

	urb->usbip = usbip;
	urb->seqnum = get_be32(header + AT_SEQNUM);
	urb->is_in = get_be32(header + AT_DIRECTION) == DIRECTION_IN;
	urb->room = length;
	TAILQ_INSERT_TAIL(&usbip->urbs, urb, entry);
	return urb;
}

static void
usbip_submit_control(struct usbip *usbip, const uint8_t *header,
    uint32_t length, const uint8_t *out)
{
	const uint8_t *s = header + AT_SETUP;
	struct usb_setup setup = {
		.request_type = s[0],
		.request = s[1],
		.value = (uint16_t)(s[2] | s[3] << 8),
		.index = (uint16_t)(s[4] | s[5] << 8),
		.length = (uint16_t)(s[6] | s[7] << 8),
	};
	bool is_in = get_be32(header + AT_DIRECTION) == DIRECTION_IN;
	struct usbip_urb *urb;

	/* A transfer whose two lengths or directions disagree. */
	if ((is_in != usb_is_in(&setup) && setup.length > 0) ||
	    (!usb_is_in(&setup) && setup.length != length)) {
		usbip_reply(usbip, RET_SUBMIT, get_be32(header + AT_SEQNUM),
		    -LINUX_EPIPE, NULL, 0, 0);
		return;
	}
	if (usbip->count != NULL &&
	    (setup.request_type & USB_TYPE_MASK) != USB_TYPE_STANDARD)
		(*usbip->count)++;
	urb = usbip_urb_new(usbip, header, length);
	urb->urb = vdev_control(usbip->dev, &setup, out, usbip_done, urb);
}

static void
usbip_submit_data(struct usbip *usbip, const uint8_t *header, uint32_t length,
    const uint8_t *out)
{
	struct usbip_urb *urb = usbip_urb_new(usbip, header, length);
	uint8_t endpoint = (uint8_t)get_be32(header + AT_ENDPOINT);

	if (urb->is_in)
		endpoint |= USB_DIR_IN;
	urb->urb = vdev_data(usbip->dev, endpoint, out, length, usbip_done,
	    urb);
}

static void
usbip_unlink(struct usbip *usbip, const uint8_t *header)
{
	uint32_t victim = get_be32(header + AT_UNLINK);
	int status = 0;		/* it has been answered already */
	struct usbip_urb *urb;

	TAILQ_FOREACH(urb, &usbip->urbs, entry) {
		if (urb->seqnum == victim)
			break;
	}
	if (urb != NULL) {
		TAILQ_REMOVE(&usbip->urbs, urb, entry);
		vdev_urb_cancel(urb->urb);
		free(urb);
		status = -LINUX_ECONNRESET;
	}
	usbip_reply(usbip, RET_UNLINK, get_be32(header + AT_SEQNUM), status,
	    NULL, 0, 0);
}

/* How long the message at the start of the buffer is; 0: broken. */
static size_t
usbip_message_len(const uint8_t *header)
{
	uint32_t length = get_be32(header + AT_LENGTH);
	uint32_t packets = get_be32(header + AT_PACKETS);

	if (get_be32(header + AT_COMMAND) == CMD_UNLINK)
		return HEADER_LEN;
	/* No isochronous endpoints: 0, or -1 from newer kernels. */
	if (get_be32(header + AT_COMMAND) != CMD_SUBMIT ||
	    get_be32(header + AT_DIRECTION) > DIRECTION_IN ||
	    get_be32(header + AT_ENDPOINT) > 15 || length > TRANSFER_MAX ||
	    (packets != 0 && packets != UINT32_MAX))
		return 0;
	if (get_be32(header + AT_DIRECTION) == DIRECTION_IN)
		length = 0;
	return HEADER_LEN + (size_t)length;
}

static void
usbip_take(struct usbip *usbip, const uint8_t *message, size_t len)
{
	const uint8_t *out = len > HEADER_LEN ? message + HEADER_LEN : NULL;
	uint32_t length = get_be32(message + AT_LENGTH);

	if (get_be32(message + AT_COMMAND) == CMD_UNLINK)
		usbip_unlink(usbip, message);
	else if (get_be32(message + AT_ENDPOINT) == 0)
		usbip_submit_control(usbip, message, length, out);
	else
		usbip_submit_data(usbip, message, length, out);
}

static void
usbip_parse(struct usbip *usbip)
{
	size_t at = 0, len;

	while (!usbip->is_broken && usbip->in.len - at >= HEADER_LEN) {
		len = usbip_message_len(usbip->in.data + at);
		if (len == 0) {
			usbip_break(usbip);
			return;
		}
		if (usbip->in.len - at < len)
			break;
		usbip_take(usbip, usbip->in.data + at, len);
		at += len;
	}
	buf_drop(&usbip->in, at);
}

static void
usbip_ready(int fd, unsigned events, void *arg)
{
	struct usbip *usbip = arg;
	ssize_t n;

	if (events & LOOP_WRITE)
		usbip_flush(usbip);
	if (usbip->is_broken || !(events & LOOP_READ))
		return;
	n = read(fd, buf_reserve(&usbip->in, READ_MAX), READ_MAX);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		usbip_break(usbip);
		return;
	}
	buf_commit(&usbip->in, (size_t)n);
	usbip_parse(usbip);
}

static void
usbip_closed(void *arg)
{
	struct usbip *usbip = arg;

	usbip->cb(usbip->arg);
}

struct usbip *
usbip_new(struct loop *loop, int fd, struct vdev *dev, uint64_t *count,
    usbip_closed_cb cb, void *arg)
{
	struct usbip *usbip = xcalloc(1, sizeof *usbip);

	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	usbip->fd = fd;
	usbip->dev = dev;
	usbip->count = count;
	usbip->cb = cb;
	usbip->arg = arg;
	TAILQ_INIT(&usbip->urbs);
	usbip->closing = loop_deferred_new(loop, usbip_closed, usbip);
	usbip->source = loop_fd_new(loop, fd, LOOP_READ, usbip_ready, usbip);
	return usbip;
}

void
usbip_free(struct usbip *usbip)
{
	struct usbip_urb *urb;

	if (usbip == NULL)
		return;
	while ((urb = TAILQ_FIRST(&usbip->urbs)) != NULL) {
		TAILQ_REMOVE(&usbip->urbs, urb, entry);
		vdev_urb_cancel(urb->urb);
		free(urb);
	}
	loop_fd_free(usbip->source);
	loop_deferred_free(usbip->closing);
	close(usbip->fd);
	buf_fini(&usbip->in);
	buf_fini(&usbip->out);
	free(usbip);
}
