/*
 * What the bootloaders let DFU do to their memories, and the emulated flash
 * behind it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "virtual/dfu-parts.h"
#include "virtual/flash.h"

/* Gen 2 bootloaders keep themselves and the DCT. */
#define GEN2_KEPT_START	0x08000000
#define GEN2_KEPT_END	0x08020000

/* In service mode the system part may only be replaced by one that keeps the
 * protection: version 6.0.0 and later (reference 6.9). */
#define SERVICE_VERSION	6000
#define HEADER_SIZE	24
#define HEADER_VERSION	10
#define NRF_VECTORS	0x200

static const struct {
	uint32_t system_start;
	uint32_t system_end;
	uint32_t ota_start;	/* on alt 0; none where equal */
	uint32_t ota_end;
} service_regions[] = {
	[PLATFORM_MCU_NRF52840] = { 0x28000, 0xb4000, 0, 0 },
	[PLATFORM_MCU_RTL872X] = {
		0x08060000, 0x081e0000, 0x08300000, 0x08480000,
	},
};

static enum platform_mcu
memory_mcu(const struct vdev_dfu *dfu)
{
	return dfu->dev->spec.platform->mcu;
}

static struct vdev_flash *
memory_flash(const struct vdev_dfu *dfu)
{
	return dfu->dev->flash[dfu->alt];
}

static bool
memory_is_dct(const struct vdev_dfu *dfu)
{
	return dfu->alt == 1 && memory_mcu(dfu) != PLATFORM_MCU_STM32F1;
}

static bool
memory_contains(const struct vdev_dfu *dfu, uint32_t address, uint32_t len)
{
	const struct vdev_flash *flash = memory_flash(dfu);
	uint64_t start, end, last;

	if (flash == NULL)
		return false;
	start = vdev_flash_start(flash);
	end = start + vdev_flash_size(flash);
	last = (uint64_t)address + len;
	if (address < start || last > end || address >= end)
		return false;
	/* The nRF bootloader counts the end itself as outside. */
	return memory_mcu(dfu) != PLATFORM_MCU_NRF52840 || last < end;
}

static bool
memory_in_ota(const struct vdev_dfu *dfu, uint32_t address)
{
	enum platform_mcu mcu = memory_mcu(dfu);

	return dfu->alt == 0 && dfu->dev->spec.protection == VDEV_SERVICE &&
	    address >= service_regions[mcu].ota_start &&
	    address < service_regions[mcu].ota_end;
}

static bool
memory_in_kept_system(const struct vdev_dfu *dfu, uint32_t address)
{
	enum platform_mcu mcu = memory_mcu(dfu);

	return dfu->alt == 0 && dfu->dev->spec.protection == VDEV_SERVICE &&
	    !dfu->is_gen2 &&
	    address >= service_regions[mcu].system_start &&
	    address < service_regions[mcu].system_end;
}

static bool
memory_is_kept(const struct vdev_dfu *dfu, uint32_t address)
{
	return memory_mcu(dfu) == PLATFORM_MCU_STM32F2 &&
	    address >= GEN2_KEPT_START && address < GEN2_KEPT_END;
}

static bool
memory_is_allowed(const struct vdev_dfu *dfu, uint32_t address, uint32_t len)
{
	return memory_contains(dfu, address, len) &&
	    !memory_in_ota(dfu, address) && !memory_is_kept(dfu, address);
}

static void
memory_erase_sector(struct vdev_dfu *dfu, uint32_t address, uint64_t *us)
{
	struct vdev_flash *flash = memory_flash(dfu);
	uint32_t start, size;

	vdev_flash_sector(flash, address, &start, &size);
	vdev_observe(dfu->dev, "erase alt=%u addr=%08x len=%u", dfu->alt,
	    address, size);
	*us += vdev_flash_erase(flash, address);
}

bool
dfu_erase(struct vdev_dfu *dfu, uint32_t address, uint64_t *us)
{
	/* The DCT takes an erase of any address and ignores it. */
	if (memory_is_dct(dfu))
		return !dfu->is_gen2 || memory_is_allowed(dfu, address, 0);
	if (!memory_is_allowed(dfu, address, 0))
		return false;
	if (memory_in_kept_system(dfu, address))
		return true;	/* when the block is written */
	memory_erase_sector(dfu, address, us);
	return !dfu->dev->flash_fails;
}

/* The first block of the system part decides for those after it. */
static bool
memory_service_allows(struct vdev_dfu *dfu, uint32_t address)
{
	enum platform_mcu mcu = memory_mcu(dfu);
	uint32_t at = mcu == PLATFORM_MCU_NRF52840 ? NRF_VECTORS : 0;
	unsigned version;

	if (address != service_regions[mcu].system_start)
		return !dfu->system_is_bad;
	dfu->system_is_bad = true;
	if (dfu->length < at + HEADER_SIZE)
		return false;
	version = dfu->data[at + HEADER_VERSION] |
	    (unsigned)dfu->data[at + HEADER_VERSION + 1] << 8;
	if (version < SERVICE_VERSION)
		return false;
	dfu->system_is_bad = false;
	return true;
}

/* Gen 2 bootloaders read back what they wrote. */
static bool
memory_verify(struct vdev_dfu *dfu, uint32_t address)
{
	uint8_t *read = xmalloc(dfu->length);
	bool is_same;

	vdev_flash_read(memory_flash(dfu), address, read, dfu->length);
	is_same = memcmp(read, dfu->data, dfu->length) == 0;
	free(read);
	return is_same;
}

bool
dfu_write(struct vdev_dfu *dfu, uint32_t address, uint64_t *us)
{
	if (!memory_is_allowed(dfu, address, dfu->length))
		return false;
	if (memory_in_kept_system(dfu, address)) {
		if (!memory_service_allows(dfu, address))
			return false;
		if (address % 4096 == 0)
			memory_erase_sector(dfu, address, us);
	}
	vdev_observe(dfu->dev, "write alt=%u addr=%08x len=%u", dfu->alt,
	    address, dfu->length);
	if (dfu->dev->flash_fails)
		return false;
	*us += vdev_flash_write(memory_flash(dfu), address, dfu->data,
	    dfu->length);
	return !dfu->is_gen2 || memory_verify(dfu, address);
}

bool
dfu_read(struct vdev_dfu *dfu, uint32_t address, uint16_t len, struct buf *in)
{
	if (!memory_contains(dfu, address, len) ||
	    memory_in_ota(dfu, address))
		return false;
	vdev_flash_read(memory_flash(dfu), address, buf_reserve(in, len), len);
	buf_commit(in, len);
	return true;
}
