/*
 * Faults that a virtual device shows on demand, from a script or at run time.
 *
 * A fault waits for its trigger: the skip-th transfer (counting from 0) that
 * matches the filter; then it acts `count` times (0: for ever).
 *
 * As text: KIND [WHERE] [KEY=NUMBER ...], kinds and places by the names below
 * in lower case ("no-return", "service"), with the keys request, type, skip,
 * count (1 by default), delay (milliseconds) and length:
 *
 *	nak line count=0		line-state requests are never answered
 *	vanish service type=50 skip=1	gone at the second step of request 50
 *	late vendor delay=3000
 *	no-return
 */
#ifndef PTERM_VIRTUAL_FAULT_H
#define PTERM_VIRTUAL_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum vdev_fault_kind {
	VDEV_FAULT_NONE,
	VDEV_FAULT_STALL,
	VDEV_FAULT_NAK,		/* no answer, for ever */
	VDEV_FAULT_LATE,	/* the answer comes delay_ms later */
	VDEV_FAULT_SHORT,	/* IN: bytes cut to `length` */
	VDEV_FAULT_GARBAGE,	/* IN: random bytes of the asked length */
	VDEV_FAULT_VANISH,	/* leaves the bus before answering; back after
				 * delay_ms (0: never) */
	VDEV_FAULT_NO_RETURN,	/* not tied to a transfer: the next departure
				 * has no return */
};

/* Which transfers. */
enum vdev_fault_where {
	VDEV_FAULT_ANY,		/* any control transfer on EP0 */
	VDEV_FAULT_SERVICE,	/* bRequest 1..5; request: 0 any */
	VDEV_FAULT_VENDOR,	/* bRequest 0x50 */
	VDEV_FAULT_LINE,	/* CDC class requests: line coding, state */
	VDEV_FAULT_DFU,		/* DFU class requests */
	VDEV_FAULT_STRING,	/* GET_DESCRIPTOR(string) */
};

struct vdev_fault {
	enum vdev_fault_kind	kind;
	enum vdev_fault_where	where;
	int			request;	/* bRequest to match; -1 any */
	/* Control request type, also of the services that name the request by
	 * its id; wIndex of a vendor request; -1 any. */
	int			type;
	unsigned		skip;
	unsigned		count;
	unsigned		delay_ms;
	unsigned		length;
};

const char	*vdev_fault_kind_name(enum vdev_fault_kind kind);
bool		 vdev_fault_parse(struct vdev_fault *fault, const char *text);

#endif
