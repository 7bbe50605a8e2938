/*
 * The DFU state machine of STM32 bootloaders (ST's driver of 2012, as Device
 * OS uses it): a failed operation is forgotten but for a stall, CLRSTATUS
 * outside an error makes one, and what is shown is not always the state.
 */
#include "config.h"

#include <string.h>

#include "virtual/dfu-parts.h"

#define COMMAND_LENGTH	5

/* The poll time that the memory asks for. Only the DCT asks for any, 1 ms for
 * an erase and 500 for a write, and hands them out swapped. Where the address
 * pointer lies outside the memory, the last one stays. */
static void
gen2_set_poll_time(struct vdev_dfu *dfu)
{
	bool is_erase = dfu->block == 0 && dfu->data[0] == DFUSE_ERASE;

	if (!dfu_contains(dfu, dfu->address))
		return;
	if (!dfu_is_dct(dfu))
		dfu->poll_ms = 0;
	else
		dfu->poll_ms = is_erase ? 500 : 1;
}

static void
gen2_set_state(struct vdev_dfu *dfu, enum dfu_state state)
{
	dfu->state = dfu->shown = (uint8_t)state;
}

static bool
gen2_is_between(const struct vdev_dfu *dfu)
{
	return dfu->state == DFU_IDLE || dfu->state == DFU_DNLOAD_SYNC ||
	    dfu->state == DFU_DNLOAD_IDLE || dfu->state == DFU_MANIFEST_SYNC ||
	    dfu->state == DFU_UPLOAD_IDLE;
}

/* Back to idle; in other states nothing happens, and nobody is told. */
static void
gen2_abort(struct vdev_dfu *dfu)
{
	if (!gen2_is_between(dfu))
		return;
	gen2_set_state(dfu, DFU_IDLE);
	dfu->status = DFU_OK;
	dfu->block = 0;
	dfu->length = 0;
}

static enum vdev_answer
gen2_dnload(struct vdev_dfu *dfu, const struct usb_setup *setup,
    const uint8_t *out)
{
	if ((dfu->state != DFU_IDLE && dfu->state != DFU_DNLOAD_IDLE) ||
	    setup->length > dfu_transfer_size(dfu))
		return VDEV_ANSWER_STALL;
	if (setup->length == 0) {
		gen2_set_state(dfu, DFU_MANIFEST_SYNC);
		return VDEV_ANSWER_OK;
	}
	dfu->block = setup->value;
	dfu->length = setup->length;
	memcpy(dfu->data, out, setup->length);
	gen2_set_state(dfu, DFU_DNLOAD_SYNC);
	return VDEV_ANSWER_OK;
}

static void
gen2_read(struct vdev_dfu *dfu, const struct usb_setup *setup, struct buf *in)
{
	uint8_t zeros[64] = { 0 };
	uint16_t left = setup->length;

	if (dfu_read(dfu, dfu_block_address(dfu, setup->value), left, in))
		return;
	while (left > 0) {
		uint16_t part = left < sizeof zeros ? left : sizeof zeros;

		buf_append(in, zeros, part);
		left = (uint16_t)(left - part);
	}
}

static enum vdev_answer
gen2_upload(struct vdev_dfu *dfu, const struct usb_setup *setup,
    struct buf *in)
{
	if (setup->length == 0) {
		gen2_set_state(dfu, DFU_IDLE);
		return VDEV_ANSWER_OK;
	}
	if (dfu->state != DFU_IDLE && dfu->state != DFU_UPLOAD_IDLE) {
		dfu->block = 0;
		dfu->length = 0;
		return VDEV_ANSWER_STALL;
	}
	dfu->block = setup->value;
	dfu->length = setup->length;
	if (setup->value == 0) {
		gen2_set_state(dfu, setup->length > 3 ? DFU_IDLE :
		    DFU_UPLOAD_IDLE);
		buf_put_u8(in, DFUSE_GET_COMMANDS);
		buf_put_u8(in, DFUSE_SET_ADDRESS);
		buf_put_u8(in, DFUSE_ERASE);
		return VDEV_ANSWER_OK;
	}
	if (setup->value == 1) {
		/* A status number where the state belongs. */
		dfu->state = dfu->shown = DFU_ERR_STALLEDPKT;
		return VDEV_ANSWER_STALL;
	}
	gen2_set_state(dfu, DFU_UPLOAD_IDLE);
	gen2_read(dfu, setup, in);
	return VDEV_ANSWER_OK;
}

static void
gen2_get_status(struct vdev_dfu *dfu, struct buf *in)
{
	if (dfu->state == DFU_DNLOAD_SYNC && dfu->length > 0) {
		gen2_set_state(dfu, DFU_DNBUSY);
		gen2_set_poll_time(dfu);
	} else if (dfu->state == DFU_DNLOAD_SYNC)
		gen2_set_state(dfu, DFU_DNLOAD_IDLE);
	else if (dfu->state == DFU_MANIFEST_SYNC) {
		/* Shown as idle, so that dfu-util ends well. */
		dfu->state = DFU_MANIFEST;
		dfu->shown = DFU_DNLOAD_IDLE;
	}
	dfu_put_status(dfu, in);
}

static void
gen2_clear_status(struct vdev_dfu *dfu)
{
	bool was_error = dfu->state == DFU_ERROR;

	gen2_set_state(dfu, was_error ? DFU_IDLE : DFU_ERROR);
	dfu->status = was_error ? DFU_OK : DFU_ERR_UNKNOWN;
}

enum vdev_answer
dfu_gen2_setup(struct vdev_dfu *dfu, const struct usb_setup *setup,
    const uint8_t *out, struct buf *in)
{
	switch (setup->request) {
	case DFU_DETACH:
		gen2_abort(dfu);
		dfu_bus_detach(dfu);
		return VDEV_ANSWER_OK;
	case DFU_DNLOAD:
		return gen2_dnload(dfu, setup, out);
	case DFU_UPLOAD:
		return gen2_upload(dfu, setup, in);
	case DFU_GETSTATUS:
		gen2_get_status(dfu, in);
		return VDEV_ANSWER_OK;
	case DFU_CLRSTATUS:
		gen2_clear_status(dfu);
		return VDEV_ANSWER_OK;
	case DFU_GETSTATE:
		buf_put_u8(in, dfu->state);
		return VDEV_ANSWER_OK;
	default:
		gen2_abort(dfu);
		return VDEV_ANSWER_OK;
	}
}

static bool
gen2_command(struct vdev_dfu *dfu, uint64_t *us)
{
	if (dfu->data[0] == DFUSE_GET_COMMANDS && dfu->length == 1)
		return true;
	if (dfu->length != COMMAND_LENGTH)
		return false;
	if (dfu->data[0] == DFUSE_SET_ADDRESS) {
		dfu->address = dfu_command_address(dfu);
		return true;
	}
	if (dfu->data[0] != DFUSE_ERASE)
		return false;
	dfu->address = dfu_command_address(dfu);
	return dfu_erase(dfu, dfu->address, us);
}

uint64_t
dfu_gen2_sent(struct vdev_dfu *dfu)
{
	uint64_t us = 0;
	bool is_done = true;

	if (dfu->state == DFU_MANIFEST) {
		gen2_set_state(dfu, DFU_MANIFEST_WAIT_RESET);
		dfu_leave_later(dfu);
		return 0;
	}
	if (dfu->state != DFU_DNBUSY)
		return 0;
	if (dfu->block == 0)
		is_done = gen2_command(dfu, &us);
	else if (dfu->block > 1)
		is_done = dfu_write(dfu, dfu_block_address(dfu, dfu->block),
		    &us);
	if (!is_done)
		vdev_observe(dfu->dev, "stall-requested-late");
	dfu->block = 0;
	dfu->length = 0;
	gen2_set_state(dfu, DFU_DNLOAD_SYNC);
	return us;
}
