#include "config.h"

#include "particle/dfu.h"

#include <assert.h>
#include <string.h>

#include "particle/wire.h"

/* bRequest (DFU 1.1a, table 3.2). */
enum {
	DFU_DNLOAD = 1,
	DFU_UPLOAD,
	DFU_GETSTATUS,
	DFU_CLRSTATUS,
	DFU_GETSTATE,
	DFU_ABORT,
};

#define STATUS_LENGTH	6
/* Erasing and writing happen while GETSTATUS is held off. */
#define TIMEOUT_MS	5000
#define POLL_MAX_MS	5000	/* what a device may ask us to wait */

/* A DNLOAD is written to block 2: block 0 is commands, but with no data it is
 * the end of the download, and only the length matters. */
#define BLOCK_DATA	2

enum dfu_phase {
	PHASE_LOOK,		/* GETSTATUS: where are we? */
	PHASE_CLEAR,		/* CLRSTATUS */
	PHASE_ABORT,
	PHASE_LIST,		/* UPLOAD of block 0 */
	PHASE_SEND,		/* the DNLOAD of the goal */
	PHASE_AFTER,		/* GETSTATUS after it */
	PHASE_END,
};

#define ROUNDS_MAX	64	/* requests of one walk */
#define STALLS_MAX	3	/* in a row, to GETSTATUS and the like */

/* A command may be refused just after the device came (reference 6.3). */
static const unsigned restart_ms[] = { 50, 200, 500, 1000, 1000 };
#define RESTARTS_MAX	(sizeof restart_ms / sizeof restart_ms[0])

static const char *const state_names[] = {
	[DFU_STATE_APP_IDLE] = "appIDLE",
	[DFU_STATE_APP_DETACH] = "appDETACH",
	[DFU_STATE_IDLE] = "dfuIDLE",
	[DFU_STATE_DNLOAD_SYNC] = "dfuDNLOAD-SYNC",
	[DFU_STATE_DNBUSY] = "dfuDNBUSY",
	[DFU_STATE_DNLOAD_IDLE] = "dfuDNLOAD-IDLE",
	[DFU_STATE_MANIFEST_SYNC] = "dfuMANIFEST-SYNC",
	[DFU_STATE_MANIFEST] = "dfuMANIFEST",
	[DFU_STATE_MANIFEST_WAIT_RESET] = "dfuMANIFEST-WAIT-RESET",
	[DFU_STATE_UPLOAD_IDLE] = "dfuUPLOAD-IDLE",
	[DFU_STATE_ERROR] = "dfuERROR",
};

static const char *const status_texts[] = {
	"no error",
	"not for this device",
	"the file is not right",
	"writing failed",
	"erasing failed",
	"the memory is not erased",
	"programming failed",
	"verifying failed",
	"the address is out of range",
	"the download is incomplete",
	"the firmware is damaged",
	"the device refuses it",
	"unexpected USB reset",
	"unexpected power-on reset",
	"unknown failure",
	"unexpected request",
};

bool
dfu_status_parse(struct dfu_status *out, const uint8_t *data, size_t len)
{
	*out = (struct dfu_status){ 0 };
	if (len < STATUS_LENGTH)
		return false;
	out->status = data[0];
	out->poll_ms = wire_le24(data + 1);
	out->state = data[4];
	out->string = data[5];
	return true;
}

const char *
dfu_state_name(uint8_t state)
{
	return state < sizeof state_names / sizeof state_names[0]
	    ? state_names[state] : NULL;
}

const char *
dfu_status_text(uint8_t status)
{
	return status < sizeof status_texts / sizeof status_texts[0]
	    ? status_texts[status] : NULL;
}

void
dfu_init(struct dfu *d, enum dfu_goal goal, uint8_t interface)
{
	*d = (struct dfu){
		.goal = goal,
		.interface = interface,
		.phase = PHASE_LOOK,
		.out = { DFUSE_SAFE_MODE },
	};
}

bool
dfu_has_command(const struct dfu *d, uint8_t command)
{
	return memchr(d->commands, command, d->command_count) != NULL;
}

static void
dfu_finish(struct dfu *d, enum dfu_outcome outcome)
{
	d->outcome = outcome;
	d->phase = PHASE_END;
	d->wait_ms = 0;
}

static void
dfu_wait_as_told(struct dfu *d)
{
	d->wait_ms = d->last.poll_ms < POLL_MAX_MS ? d->last.poll_ms
	    : POLL_MAX_MS;
}

/* The device stands ready: on to the goal. */
static void
dfu_ready(struct dfu *d)
{
	d->stalls = 0;
	switch (d->goal) {
	case DFU_GO_IDLE:
		dfu_finish(d, DFU_DONE);
		break;
	case DFU_LEAVE:
		d->phase = PHASE_SEND;
		break;
	default:
		d->phase = PHASE_LIST;
		break;
	}
}

static void
dfu_on_look(struct dfu *d)
{
	switch (d->last.state) {
	case DFU_STATE_IDLE:
		dfu_ready(d);
		break;
	case DFU_STATE_DNLOAD_IDLE:
		if (d->goal == DFU_LEAVE)
			dfu_ready(d);	/* fine to leave from */
		else
			d->phase = PHASE_ABORT;
		break;
	case DFU_STATE_DNBUSY:
		dfu_wait_as_told(d);
		break;
	case DFU_STATE_ERROR:
		d->phase = PHASE_CLEAR;
		break;
	case DFU_STATE_DNLOAD_SYNC:
	case DFU_STATE_MANIFEST_SYNC:
	case DFU_STATE_UPLOAD_IDLE:
		d->phase = PHASE_ABORT;
		break;
	case DFU_STATE_MANIFEST:
	case DFU_STATE_MANIFEST_WAIT_RESET:
		dfu_finish(d, d->goal == DFU_LEAVE ? DFU_DONE : DFU_LEAVING);
		break;
	default:
		dfu_finish(d, DFU_PROTOCOL);
		break;
	}
}

/* Leaving, Gen 3 and 4 say MANIFEST and Gen 2 DNLOAD-IDLE, or WAIT-RESET where
 * somebody asked before; then silence. 0xFA is BUSY once, then the same. */
static void
dfu_on_after(struct dfu *d)
{
	switch (d->last.state) {
	case DFU_STATE_MANIFEST:
	case DFU_STATE_MANIFEST_WAIT_RESET:
		dfu_finish(d, DFU_DONE);
		break;
	case DFU_STATE_DNLOAD_IDLE:
		dfu_finish(d, d->goal == DFU_LEAVE ? DFU_DONE : DFU_PROTOCOL);
		break;
	case DFU_STATE_DNBUSY:
	case DFU_STATE_DNLOAD_SYNC:
	case DFU_STATE_MANIFEST_SYNC:
		dfu_wait_as_told(d);
		break;
	case DFU_STATE_ERROR:
		dfu_finish(d, DFU_REFUSED);
		break;
	default:
		dfu_finish(d, DFU_PROTOCOL);
		break;
	}
}

static void
dfu_on_status(struct dfu *d, const uint8_t *data, size_t len)
{
	if (!dfu_status_parse(&d->last, data, len))
		dfu_finish(d, DFU_PROTOCOL);
	else if (d->phase == PHASE_LOOK)
		dfu_on_look(d);
	else
		dfu_on_after(d);
}

static void
dfu_on_list(struct dfu *d, const uint8_t *data, size_t len)
{
	d->command_count = len < DFU_COMMANDS_MAX ? len : DFU_COMMANDS_MAX;
	if (d->command_count != 0)
		memcpy(d->commands, data, d->command_count);
	if (d->goal == DFU_COMMANDS)
		dfu_finish(d, DFU_DONE);
	else if (dfu_has_command(d, DFUSE_SAFE_MODE))
		d->phase = PHASE_SEND;
	else
		dfu_finish(d, DFU_UNSUPPORTED);
}

/* From the start: a stall during the walk itself may have moved the device. */
static void
dfu_restart(struct dfu *d)
{
	if (d->restarts == RESTARTS_MAX) {
		dfu_finish(d, DFU_REFUSED);
		return;
	}
	d->wait_ms = restart_ms[d->restarts++];
	d->phase = PHASE_LOOK;
}

static void
dfu_on_stall(struct dfu *d)
{
	switch (d->phase) {
	case PHASE_LIST:
		if (d->restarts == 0)
			dfu_restart(d);
		else
			dfu_finish(d, DFU_UNSUPPORTED);
		break;
	case PHASE_SEND:
	case PHASE_AFTER:
		dfu_restart(d);
		break;
	default:
		/* CLRSTATUS and ABORT stall where the state was another, and
		 * one stall may be left over from a failed operation. */
		d->phase = PHASE_LOOK;
		if (++d->stalls > STALLS_MAX)
			dfu_finish(d, DFU_REFUSED);
		break;
	}
}

static void
dfu_on_failure(struct dfu *d, enum usb_status status)
{
	switch (status) {
	case USB_STALL:
		dfu_on_stall(d);
		break;
	case USB_GONE:
		/* That is what was wanted, if it was sent off already. */
		dfu_finish(d, d->did_send ? DFU_DONE : DFU_GONE);
		break;
	case USB_TIMEOUT:
		dfu_finish(d, DFU_TIMEOUT);
		break;
	case USB_CANCELLED:
		dfu_finish(d, DFU_CANCELLED);
		break;
	case USB_ACCESS:
		dfu_finish(d, DFU_ACCESS);
		break;
	default:
		dfu_finish(d, d->did_send ? DFU_DONE : DFU_IO);
		break;
	}
}

void
dfu_reply(struct dfu *d, enum usb_status status, const uint8_t *data,
    size_t len)
{
	assert(d->in_flight);
	d->in_flight = false;
	if (status != USB_OK) {
		dfu_on_failure(d, status);
		return;
	}
	switch (d->phase) {
	case PHASE_LOOK:
	case PHASE_AFTER:
		dfu_on_status(d, data, len);
		break;
	case PHASE_LIST:
		dfu_on_list(d, data, len);
		break;
	case PHASE_SEND:
		d->did_send = true;
		d->phase = PHASE_AFTER;
		break;
	default:
		d->phase = PHASE_LOOK;
		break;
	}
}

void
dfu_waited(struct dfu *d)
{
	d->wait_ms = 0;
}

static void
dfu_step(const struct dfu *d, struct ctrl_step *step)
{
	struct usb_setup *s = &step->setup;
	uint8_t type = USB_TYPE_CLASS | USB_RECIPIENT_INTERFACE;

	s->index = d->interface;
	switch (d->phase) {
	case PHASE_CLEAR:
		s->request = DFU_CLRSTATUS;
		break;
	case PHASE_ABORT:
		s->request = DFU_ABORT;
		break;
	case PHASE_LIST:
		type |= USB_DIR_IN;
		s->request = DFU_UPLOAD;
		s->length = DFU_COMMANDS_MAX;
		break;
	case PHASE_SEND:
		s->request = DFU_DNLOAD;
		if (d->goal == DFU_LEAVE) {
			s->value = BLOCK_DATA;
		} else {
			s->length = sizeof d->out;
			step->out = d->out;
		}
		break;
	default:
		type |= USB_DIR_IN;
		s->request = DFU_GETSTATUS;
		s->length = STATUS_LENGTH;
		break;
	}
	s->request_type = type;
}

void
dfu_next(struct dfu *d, struct ctrl_step *step)
{
	assert(!d->in_flight);
	*step = (struct ctrl_step){ .timeout_ms = TIMEOUT_MS };
	if (d->phase != PHASE_END && d->rounds == ROUNDS_MAX)
		dfu_finish(d, DFU_PROTOCOL);
	if (d->phase == PHASE_END) {
		step->kind = CTRL_STEP_DONE;
		return;
	}
	if (d->wait_ms != 0) {
		step->kind = CTRL_STEP_WAIT;
		step->wait_ms = d->wait_ms;
		return;
	}
	step->kind = CTRL_STEP_TRANSFER;
	dfu_step(d, step);
	d->in_flight = true;
	d->rounds++;
}

static const struct {
	enum error_code	 code;
	const char	*text;
} outcomes[] = {
	[DFU_RUNNING] = { ERROR_FAILED, "it is still running" },
	[DFU_UNSUPPORTED] = { ERROR_UNSUPPORTED,
	    "this bootloader does not know the command" },
	[DFU_LEAVING] = { ERROR_GONE, "the device is leaving DFU" },
	[DFU_GONE] = { ERROR_GONE, "the device disconnected" },
	[DFU_TIMEOUT] = { ERROR_TIMEOUT, "the bootloader does not answer" },
	[DFU_ACCESS] = { ERROR_PERMISSION, "permission denied" },
	[DFU_IO] = { ERROR_IO, "the USB transfer broke" },
	[DFU_PROTOCOL] = { ERROR_PROTOCOL, "the bootloader makes no sense" },
	[DFU_CANCELLED] = { ERROR_CANCELLED, "cancelled" },
};

int
dfu_error(const struct dfu *d, struct error *err)
{
	const char *text;

	if (d->outcome == DFU_DONE)
		return 0;
	if (d->outcome == DFU_PROTOCOL)
		return error_set(err, ERROR_PROTOCOL,
		    "the bootloader makes no sense (state %u, status %u)",
		    d->last.state, d->last.status);
	if (d->outcome != DFU_REFUSED)
		return error_set(err, outcomes[d->outcome].code, "%s",
		    outcomes[d->outcome].text);
	if (d->last.state != DFU_STATE_ERROR)
		return error_set(err, ERROR_STALL,
		    "the bootloader refuses the request");
	if (d->last.status == DFU_STATUS_VENDOR)
		return error_set(err, ERROR_REFUSED,
		    "the bootloader refuses it: Device Protection is active");
	text = dfu_status_text(d->last.status);
	if (text == NULL)
		return error_set(err, ERROR_FAILED,
		    "the bootloader says status %u", d->last.status);
	return error_set(err, ERROR_FAILED, "the bootloader says: %s", text);
}
