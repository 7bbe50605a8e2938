/*
 * DFU walks against a bootloader that answers anything.
 *
 * Input: the goal; then for each transfer how it ends, and for IN how many
 * bytes follow and these.
 */
#include "config.h"

#include "input.h"
#include "particle/dfu.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
one_reply(struct dfu *d, struct input *in, const struct usb_setup *setup)
{
	enum usb_status status = (enum usb_status)(input_u8(in) % 8);
	const uint8_t *data = NULL;
	size_t len = 0;

	if (status > USB_ERROR)
		status = USB_OK;
	if (status == USB_OK && usb_is_in(setup)) {
		size_t want = input_u8(in);

		data = input_bytes(in, want < setup->length ? want
		    : setup->length, &len);
	}
	dfu_reply(d, status, data, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { data, len };
	struct dfu d;
	struct ctrl_step step;
	struct error err;
	int transfers = 0;

	dfu_init(&d, (enum dfu_goal)(input_u8(&in) % (DFU_SAFE_MODE + 1)), 0);
	for (;;) {
		dfu_next(&d, &step);
		if (step.kind == CTRL_STEP_DONE)
			break;
		if (step.kind == CTRL_STEP_WAIT) {
			HOLDS(step.wait_ms != 0 && step.wait_ms <= 5000);
			dfu_waited(&d);
			continue;
		}
		HOLDS(++transfers <= 100);
		HOLDS((step.setup.request_type & 0x7f) ==
		    (USB_TYPE_CLASS | USB_RECIPIENT_INTERFACE));
		HOLDS(step.setup.request >= 1 && step.setup.request <= 6);
		HOLDS(step.out == NULL || !usb_is_in(&step.setup));
		one_reply(&d, &in, &step.setup);
	}
	HOLDS(d.outcome != DFU_RUNNING);
	HOLDS(d.command_count <= DFU_COMMANDS_MAX);
	HOLDS((dfu_error(&d, &err) == 0) == (d.outcome == DFU_DONE));
	return 0;
}
