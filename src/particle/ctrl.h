/*
 * The control channel of Device OS: one request, from INIT to its result.
 *
 * A struct ctrl owns no descriptor and no clock. Ask ctrl_next() for the next
 * step and do it: a control transfer, whose end goes into ctrl_reply(), or a
 * pause, whose end goes into ctrl_waited(). Repeat until the step is
 * CTRL_STEP_DONE; then outcome, result and reply are set.
 *
 *	ctrl_init(&c, &(struct ctrl_request){ .type = CTRL_GET_DEVICE_MODE });
 *	for (;;) {
 *		ctrl_next(&c, &step);
 *		if (step.kind == CTRL_STEP_DONE)
 *			break;
 *		...
 *	}
 *
 * What it takes care of (reference 3.1 to 3.6, traps 1 to 8): replies of exact
 * length, payloads in chunks, a device whose four slots are taken, requests
 * that act only once the last CHECK was read, and that no slot of the device is
 * left behind: every early end sends RESET for its own id, and only for that.
 *
 * A device that never finishes is not noticed here: the caller has the clock.
 * It calls ctrl_abort() and goes on with ctrl_next() until CTRL_STEP_DONE. Such
 * a device frees the slot, but keeps the request's memory until its system
 * thread runs again: asked over and over, it ends up at CTRL_NO_MEMORY.
 */
#ifndef PTERM_PARTICLE_CTRL_H
#define PTERM_PARTICLE_CTRL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/usb.h"

#define CTRL_PAYLOAD_MAX	65535
#define CTRL_REPLY_MAX		(1024 * 1024)	/* more is a broken device */
#define CTRL_CHUNK_MAX		4096		/* per transfer; usbfs' limit */

/* The result code of the device: system_error.h; see ctrl-result.h. */
enum ctrl_outcome {
	CTRL_RUNNING,		/* not at its end yet */
	CTRL_ANSWERED,		/* `result` is the device's: 0 good, or negative */
	CTRL_UNSUPPORTED,	/* stalled: too old, in DFU, or no such channel */
	CTRL_BUSY,		/* its slots stayed taken */
	CTRL_NO_MEMORY,		/* it has no room for the payload */
	CTRL_LOST,		/* forgotten: another program cancelled it */
	CTRL_GONE,		/* it left the bus */
	CTRL_TIMEOUT,		/* one transfer had no answer in time */
	CTRL_ACCESS,		/* this user may not */
	CTRL_IO,		/* a transfer broke */
	CTRL_PROTOCOL,		/* its answer makes no sense */
	CTRL_ABORTED,		/* by ctrl_abort(), before there was a result */
};

enum ctrl_step_kind {
	CTRL_STEP_TRANSFER,
	CTRL_STEP_WAIT,
	CTRL_STEP_DONE,
};

struct ctrl_step {
	enum ctrl_step_kind	 kind;
	struct usb_setup	 setup;
	const uint8_t		*out;	/* setup.length bytes; NULL for IN */
	unsigned		 timeout_ms;
	unsigned		 wait_ms;
};

struct ctrl_request {
	uint16_t	 type;
	const void	*payload;	/* copied */
	size_t		 len;		/* at most CTRL_PAYLOAD_MAX */
	/* Doing it twice does no harm: begin once more where it was lost. */
	bool		 repeatable;
	/* No other request of ours runs on this device: where all its slots
	 * stay taken they are leaked, and RESET of all may free them. */
	bool		 alone;
};

/* Read outcome, result, reply and accepted; the rest is ctrl.c's. */
struct ctrl {
	enum ctrl_outcome	 outcome;
	int32_t			 result;
	struct buf		 reply;		/* empty means all defaults */
	bool			 accepted;	/* an INIT was: where it resets
						 * the device, CTRL_GONE is good */

	uint16_t		 type;
	uint8_t			*payload;
	size_t			 len;
	bool			 repeatable;
	bool			 alone;

	unsigned		 state;
	bool			 in_flight;
	unsigned		 wait_ms;	/* before the next transfer */
	uint16_t		 id;
	bool			 has_id;	/* the device keeps a slot for us */
	size_t			 sent;
	uint32_t		 reply_size;
	unsigned		 checks;	/* back-off counters */
	unsigned		 refusals;
	unsigned		 errors;
	bool			 did_reset_all;
	bool			 did_repeat;
	bool			 aborting;
	const char		*detail;	/* what made no sense */
};

void	ctrl_init(struct ctrl *c, const struct ctrl_request *request);
void	ctrl_fini(struct ctrl *c);

/* The pointer in the step lives until the next call on c. */
void	ctrl_next(struct ctrl *c, struct ctrl_step *step);
/* The end of the transfer; data and len as an IN transfer brought them. */
void	ctrl_reply(struct ctrl *c, enum usb_status status, const uint8_t *data,
	    size_t len);
void	ctrl_waited(struct ctrl *c);

/* Ends it early and tidily: what is left is at most the end of the transfer in
 * flight (let it end: it may bring the id to free), the rest of a reply that
 * was read in part, and one RESET. Waits under way are over. */
void	ctrl_abort(struct ctrl *c);

/* 0 where the device did it (outcome CTRL_ANSWERED, result 0); else -1 and the
 * reason in words. */
int	ctrl_error(const struct ctrl *c, struct error *err);

#endif
