/*
 * The control channel against a device that answers anything.
 *
 * Input: request type (2), flags, payload length (2); then for each transfer
 * how it ends, and for IN how many bytes follow (2) and these. Bit 7 of the end
 * aborts the request beforehand, bit 6 afterwards.
 */
#include "config.h"

#include "input.h"
#include "particle/ctrl.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define SERVICE_RESET	5

static void
check_step(const struct ctrl *c, const struct ctrl_step *step, bool alone)
{
	const struct usb_setup *s = &step->setup;
	volatile uint8_t sum = 0;

	HOLDS((s->request_type & 0x7f) == USB_TYPE_VENDOR);
	HOLDS(s->request >= 1 && s->request <= 5);
	HOLDS(step->timeout_ms != 0);
	HOLDS(s->length <= CTRL_CHUNK_MAX);
	HOLDS(usb_is_in(s) == (step->out == NULL));
	HOLDS(usb_is_in(s) || s->length != 0);
	for (size_t i = 0; step->out != NULL && i < s->length; i++)
		sum = (uint8_t)(sum + step->out[i]);
	if (s->request == SERVICE_RESET && s->index == 0)
		HOLDS(alone && c->outcome == CTRL_RUNNING);
}

static void
one_reply(struct ctrl *c, struct input *in, const struct usb_setup *setup)
{
	uint8_t how = input_u8(in);
	enum usb_status status = (enum usb_status)(how % 8);
	const uint8_t *data = NULL;
	size_t len = 0;

	if (status > USB_ERROR)
		status = USB_OK;
	if (status == USB_OK && usb_is_in(setup)) {
		size_t want = input_u16(in);

		data = input_bytes(in, want < setup->length ? want
		    : setup->length, &len);
	}
	if ((how & 0x80) != 0)
		ctrl_abort(c);
	ctrl_reply(c, status, data, len);
	if ((how & 0x40) != 0)
		ctrl_abort(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t payload[CTRL_PAYLOAD_MAX];
	struct input in = { data, len };
	struct ctrl c;
	struct ctrl_step step;
	struct error err;
	uint16_t type = input_u16(&in);
	uint8_t flags = input_u8(&in);
	size_t payload_len = input_u16(&in);
	int after = 0;

	ctrl_init(&c, &(struct ctrl_request){
		.type = type,
		.payload = payload,
		.len = payload_len,
		.repeatable = (flags & 1) != 0,
		.alone = (flags & 2) != 0,
	});
	for (;;) {
		ctrl_next(&c, &step);
		if (step.kind == CTRL_STEP_DONE)
			break;
		if (step.kind == CTRL_STEP_WAIT) {
			HOLDS(step.wait_ms != 0);
			ctrl_waited(&c);
			continue;
		}
		check_step(&c, &step, (flags & 2) != 0);
		if (in.left != 0) {
			one_reply(&c, &in, &step.setup);
			continue;
		}
		/* The input is over: it must end soon, whatever it was at. */
		HOLDS(after++ < 4);
		ctrl_abort(&c);
		ctrl_reply(&c, USB_GONE, NULL, 0);
	}
	HOLDS(c.outcome != CTRL_RUNNING);
	HOLDS(c.reply.len <= CTRL_REPLY_MAX);
	ctrl_error(&c, &err);
	ctrl_next(&c, &step);
	HOLDS(step.kind == CTRL_STEP_DONE);
	ctrl_fini(&c);
	return 0;
}
