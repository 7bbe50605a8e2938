#include "config.h"

#include "virtual/dfu.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "virtual/dfu-parts.h"
#include "virtual/flash.h"

#define COMMAND_LENGTH	5	/* command byte and address */

/* Where the address pointer of STM32 bootloaders begins: after themselves. */
#define GEN2_ADDRESS	0x08020000
#define CORE_ADDRESS	0x08005000

static void dfu_leave(void *arg);

/* --- Making one --------------------------------------------------------- */

static enum vdev_flash_kind
dfu_flash_kind(const struct platform *platform, uint8_t alt)
{
	bool is_core = platform->mcu == PLATFORM_MCU_STM32F1;

	if (alt == 1 && !is_core)
		return VDEV_FLASH_DCT;
	if (alt > 0)
		return VDEV_FLASH_SERIAL;
	switch (platform->mcu) {
	case PLATFORM_MCU_STM32F1:
		return VDEV_FLASH_STM32F1;
	case PLATFORM_MCU_STM32F2:
		return VDEV_FLASH_STM32F2;
	case PLATFORM_MCU_NRF52840:
		return VDEV_FLASH_NRF52840;
	default:
		return VDEV_FLASH_SERIAL;
	}
}

struct vdev_dfu *
vdev_dfu_new(struct vdev *dev)
{
	const struct platform *platform = dev->spec.platform;
	struct vdev_dfu *dfu = xcalloc(1, sizeof *dfu);

	dfu->dev = dev;
	dfu->is_gen2 = platform->mcu == PLATFORM_MCU_STM32F1 ||
	    platform->mcu == PLATFORM_MCU_STM32F2;
	if (dfu->is_gen2) {
		dfu->address = platform->mcu == PLATFORM_MCU_STM32F1 ?
		    CORE_ADDRESS : GEN2_ADDRESS;
	}
	dfu->state = dfu->shown = DFU_IDLE;
	dfu->data = xcalloc(1, platform->dfu.transfer_size);
	dfu->leave_timer = loop_timer_new(dev->loop, dfu_leave, dfu);
	for (uint8_t i = 0; i < platform->dfu.alt_count; i++) {
		if (dev->flash[i] != NULL)
			continue;
		dev->flash[i] = vdev_flash_new(dfu_flash_kind(platform, i),
		    platform->dfu.alts[i]);
	}
	return dfu;
}

void
vdev_dfu_free(struct vdev_dfu *dfu)
{
	if (dfu == NULL)
		return;
	loop_timer_free(dfu->leave_timer);
	free(dfu->data);
	free(dfu);
}

uint8_t
vdev_dfu_alt(const struct vdev_dfu *dfu)
{
	return dfu->alt;
}

bool
vdev_dfu_set_alt(struct vdev_dfu *dfu, uint16_t alt)
{
	if (alt >= dfu->dev->spec.platform->dfu.alt_count)
		return false;
	dfu->alt = (uint8_t)alt;
	return true;
}

/* --- Shared with Gen 2 -------------------------------------------------- */

uint16_t
dfu_transfer_size(const struct vdev_dfu *dfu)
{
	return dfu->dev->spec.platform->dfu.transfer_size;
}

uint32_t
dfu_block_address(const struct vdev_dfu *dfu, uint16_t block)
{
	return dfu->address + (uint32_t)(block - 2) * dfu_transfer_size(dfu);
}

uint32_t
dfu_command_address(const struct vdev_dfu *dfu)
{
	const uint8_t *p = dfu->data + 1;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
dfu_leave(void *arg)
{
	struct vdev_dfu *dfu = arg;

	vdev_observe(dfu->dev, "leaves-dfu");
	vdev_restart(dfu->dev, dfu->to_safe_mode ? VDEV_SAFE : VDEV_NORMAL, 0);
}

void
dfu_leave_later(struct vdev_dfu *dfu)
{
	loop_timer_set(dfu->leave_timer,
	    vdev_scaled(dfu->dev, DFU_LEAVE_US));
}

void
dfu_put_status(const struct vdev_dfu *dfu, struct buf *in)
{
	const uint8_t status[6] = {
		dfu->status, (uint8_t)dfu->poll_ms,
		(uint8_t)(dfu->poll_ms >> 8), 0, dfu->shown, dfu->string,
	};

	buf_append(in, status, sizeof status);
}

/* DETACH: off the bus for a moment, and still in DFU. */
void
dfu_bus_detach(struct vdev_dfu *dfu)
{
	vdev_observe(dfu->dev, "bus-detach");
	vdev_observe(dfu->dev, "bus-attach");
	vdev_reattach(dfu->dev);
}

/* --- nRF52840 and RTL872x ----------------------------------------------- */

static void
dfu_set_state(struct vdev_dfu *dfu, enum dfu_state state)
{
	/* The countdown to the restart runs in this state alone. */
	if (dfu->state == DFU_MANIFEST_WAIT_RESET)
		loop_timer_stop(dfu->leave_timer);
	dfu->state = dfu->shown = (uint8_t)state;
	dfu->string = 0;
}

static void
dfu_set_ok(struct vdev_dfu *dfu, enum dfu_state state)
{
	dfu_set_state(dfu, state);
	dfu->status = DFU_OK;
}

static void
dfu_set_error(struct vdev_dfu *dfu, enum dfu_status status)
{
	dfu_set_state(dfu, DFU_ERROR);
	dfu->status = (uint8_t)status;
}

/* A request that is not defined for the state. */
static enum vdev_answer
dfu_refuse(struct vdev_dfu *dfu)
{
	dfu_set_error(dfu, DFU_ERR_UNKNOWN);
	return VDEV_ANSWER_STALL;
}

static void
dfu_set_protected(struct vdev_dfu *dfu)
{
	dfu_set_error(dfu, DFU_ERR_VENDOR);
	dfu->string = dfu->dev->spec.platform->dfu.error_string;
}

static bool
dfu_is_protected(const struct vdev_dfu *dfu)
{
	return dfu->dev->spec.protection == VDEV_PROTECTED;
}

static bool
dfu_has_safe_mode(const struct vdev_dfu *dfu)
{
	return dfu->dev->version >= VDEV_VERSION(6, 1, 1);
}

static bool
dfu_has_end_service(const struct vdev_dfu *dfu)
{
	return dfu->dev->version >= VDEV_VERSION(6, 2, 0);
}

static bool
dfu_is_between(const struct vdev_dfu *dfu)
{
	return dfu->state == DFU_IDLE || dfu->state == DFU_DNLOAD_SYNC ||
	    dfu->state == DFU_DNLOAD_IDLE || dfu->state == DFU_MANIFEST_SYNC ||
	    dfu->state == DFU_UPLOAD_IDLE;
}

static enum vdev_answer
dfu_detach(struct vdev_dfu *dfu)
{
	if (!dfu_is_between(dfu))
		return dfu_refuse(dfu);
	dfu_set_state(dfu, DFU_IDLE);
	dfu_bus_detach(dfu);
	return VDEV_ANSWER_OK;
}

static enum vdev_answer
dfu_dnload(struct vdev_dfu *dfu, const struct usb_setup *setup,
    const uint8_t *out)
{
	if (dfu->state != DFU_IDLE && dfu->state != DFU_DNLOAD_IDLE)
		return dfu_refuse(dfu);
	if (setup->length > dfu_transfer_size(dfu))
		return VDEV_ANSWER_STALL;
	dfu->block = setup->value;
	dfu->length = setup->length;
	if (setup->length == 0) {
		dfu_set_state(dfu, DFU_MANIFEST_SYNC);
		return VDEV_ANSWER_OK;
	}
	dfu_set_state(dfu, DFU_DNLOAD_SYNC);
	memcpy(dfu->data, out, setup->length);
	return VDEV_ANSWER_OK;
}

static enum vdev_answer
dfu_upload(struct vdev_dfu *dfu, const struct usb_setup *setup,
    struct buf *in)
{
	if (dfu->state != DFU_IDLE && dfu->state != DFU_UPLOAD_IDLE)
		return dfu_refuse(dfu);
	dfu->block = setup->value;
	dfu->length = setup->length;
	if (setup->value == 0) {
		buf_put_u8(in, DFUSE_GET_COMMANDS);
		buf_put_u8(in, DFUSE_SET_ADDRESS);
		buf_put_u8(in, DFUSE_ERASE);
		if (dfu_has_safe_mode(dfu))
			buf_put_u8(in, DFUSE_SAFE_MODE);
		if (dfu_has_end_service(dfu))
			buf_put_u8(in, DFUSE_END_SERVICE);
		dfu_set_state(dfu, DFU_IDLE);
		return VDEV_ANSWER_OK;
	}
	if (setup->value == 1)
		return dfu_refuse(dfu);
	if (dfu_is_protected(dfu)) {
		dfu_set_protected(dfu);
		return VDEV_ANSWER_OK;
	}
	if (!dfu_read(dfu, dfu_block_address(dfu, setup->value),
	    setup->length, in))
		return dfu_refuse(dfu);
	dfu_set_state(dfu, DFU_UPLOAD_IDLE);
	return VDEV_ANSWER_OK;
}

/* These two work on a protected device, too. */
static bool
dfu_is_allowed_command(const struct vdev_dfu *dfu)
{
	return dfu->block == 0 && (dfu->data[0] == DFUSE_SAFE_MODE ||
	    dfu->data[0] == DFUSE_END_SERVICE);
}

static enum vdev_answer
dfu_get_status(struct vdev_dfu *dfu, struct buf *in)
{
	switch (dfu->state) {
	case DFU_DNLOAD_SYNC:
		dfu_set_state(dfu, DFU_DNBUSY);
		if (dfu_is_protected(dfu) && !dfu_is_allowed_command(dfu))
			dfu_set_protected(dfu);
		break;
	case DFU_MANIFEST_SYNC:
		dfu_set_ok(dfu, DFU_MANIFEST);
		break;
	case DFU_IDLE:
	case DFU_DNLOAD_IDLE:
	case DFU_UPLOAD_IDLE:
	case DFU_ERROR:
		break;
	default:
		return dfu_refuse(dfu);
	}
	dfu_put_status(dfu, in);
	return VDEV_ANSWER_OK;
}

static enum vdev_answer
dfu_get_state(struct vdev_dfu *dfu, struct buf *in)
{
	if (dfu->state == DFU_DNBUSY || dfu->state == DFU_MANIFEST ||
	    dfu->state == DFU_MANIFEST_WAIT_RESET)
		return dfu_refuse(dfu);
	buf_put_u8(in, dfu->state);
	return VDEV_ANSWER_OK;
}

enum vdev_answer
vdev_dfu_setup(struct vdev_dfu *dfu, const struct usb_setup *setup,
    const uint8_t *out, struct buf *in)
{
	bool is_in = setup->request == DFU_UPLOAD ||
	    setup->request == DFU_GETSTATUS || setup->request == DFU_GETSTATE;

	/* What DFU does not know changes nothing. */
	if (setup->request > DFU_ABORT || is_in != usb_is_in(setup))
		return VDEV_ANSWER_STALL;
	if (dfu->is_gen2)
		return dfu_gen2_setup(dfu, setup, out, in);
	switch (setup->request) {
	case DFU_DETACH:
		return dfu_detach(dfu);
	case DFU_DNLOAD:
		return dfu_dnload(dfu, setup, out);
	case DFU_UPLOAD:
		return dfu_upload(dfu, setup, in);
	case DFU_GETSTATUS:
		return dfu_get_status(dfu, in);
	case DFU_GETSTATE:
		return dfu_get_state(dfu, in);
	case DFU_CLRSTATUS:
		if (dfu->state != DFU_ERROR)
			return dfu_refuse(dfu);
		dfu_set_ok(dfu, DFU_IDLE);
		return VDEV_ANSWER_OK;
	default:	/* ABORT */
		if (!dfu_is_between(dfu))
			return dfu_refuse(dfu);
		dfu_set_ok(dfu, DFU_IDLE);
		return VDEV_ANSWER_OK;
	}
}

/* --- Doing it ----------------------------------------------------------- */

/* A failed operation; the class also asks for a stall, which hosts need not
 * see (reference 6.3). */
static void
dfu_fail(struct vdev_dfu *dfu, enum dfu_status status)
{
	dfu_set_error(dfu, status);
	vdev_observe(dfu->dev, "stall-requested-late");
}

static void
dfu_end_service(struct vdev_dfu *dfu)
{
	vdev_observe(dfu->dev, "end-service-mode");
	if (dfu->dev->spec.protection == VDEV_SERVICE)
		dfu->dev->spec.protection = VDEV_PROTECTED;
	dfu_set_ok(dfu, DFU_DNLOAD_IDLE);
}

static uint64_t
dfu_command_erase(struct vdev_dfu *dfu)
{
	uint64_t us = 0;

	if (dfu->length == 1)
		dfu_fail(dfu, DFU_ERR_TARGET);	/* all of it: no */
	else if (dfu->length != COMMAND_LENGTH ||
	    !dfu_erase(dfu, dfu_command_address(dfu), &us))
		dfu_fail(dfu, DFU_ERR_UNKNOWN);
	else
		dfu_set_ok(dfu, DFU_DNLOAD_IDLE);
	return us;
}

static uint64_t
dfu_command(struct vdev_dfu *dfu)
{
	uint8_t command = dfu->data[0];

	if ((command == DFUSE_SAFE_MODE && !dfu_has_safe_mode(dfu)) ||
	    (command == DFUSE_END_SERVICE && !dfu_has_end_service(dfu)))
		command = 0xff;
	switch (command) {
	case DFUSE_GET_COMMANDS:
		break;		/* stays busy for ever: as the original */
	case DFUSE_SET_ADDRESS:
		if (dfu->length != COMMAND_LENGTH) {
			dfu_fail(dfu, DFU_ERR_UNKNOWN);
			break;
		}
		dfu->address = dfu_command_address(dfu);
		dfu_set_ok(dfu, DFU_DNLOAD_IDLE);
		break;
	case DFUSE_ERASE:
		return dfu_command_erase(dfu);
	case DFUSE_SAFE_MODE:
		vdev_observe(dfu->dev, "safe-mode-requested");
		dfu->to_safe_mode = true;
		dfu_set_ok(dfu, DFU_MANIFEST_SYNC);
		break;
	case DFUSE_END_SERVICE:
		dfu_end_service(dfu);
		break;
	case DFUSE_READ_UNPROTECT:
		dfu_fail(dfu, DFU_ERR_UNKNOWN);
		break;
	default:
		dfu_fail(dfu, DFU_ERR_STALLEDPKT);
		break;
	}
	return 0;
}

uint64_t
vdev_dfu_sent(struct vdev_dfu *dfu)
{
	uint64_t us = 0;

	if (dfu->is_gen2)
		return dfu_gen2_sent(dfu);
	if (dfu->state == DFU_MANIFEST) {
		dfu_set_state(dfu, DFU_MANIFEST_WAIT_RESET);
		dfu_leave_later(dfu);
		return 0;
	}
	if (dfu->state != DFU_DNBUSY)
		return 0;
	if (dfu->block == 0)
		return dfu_command(dfu);
	if (dfu->block == 1) {
		dfu_fail(dfu, DFU_ERR_TARGET);
		return 0;
	}
	if (dfu_write(dfu, dfu_block_address(dfu, dfu->block), &us))
		dfu_set_ok(dfu, DFU_DNLOAD_IDLE);
	else
		dfu_fail(dfu, DFU_ERR_UNKNOWN);
	return us;
}

void
vdev_dfu_bus_reset(struct vdev_dfu *dfu)
{
	/* The alternate setting stays, against the book. */
	if (!dfu->is_gen2) {
		dfu_set_ok(dfu, DFU_IDLE);
		dfu->address = 0;
		return;
	}
	/* Here a restart that is due still comes. */
	dfu->state = dfu->shown = DFU_IDLE;
	dfu->status = DFU_OK;
	dfu->length = 0;
	dfu->block = 0;
}
