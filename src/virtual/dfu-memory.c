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

/* The module header (reference 7.1), and where it stands in a system part. */
#define HEADER_SIZE	24
#define HEADER_VERSION	10
#define HEADER_PLATFORM	12
#define NRF_VECTORS	0x200

/* A user part of up to 256 KiB, and where older ones of 128 KiB begin. */
#define NRF_USER_START	0xb4000
#define NRF_USER_COMPAT	0xd4000
#define NRF_FLASH_END	0x100000

static const struct {
	uint32_t system_start;
	uint32_t system_start_old;
	uint32_t system_end;
	uint8_t	 ota_alt;
	uint32_t ota_size;
	uint32_t ota_start;
} service_regions[] = {
	[PLATFORM_MCU_NRF52840] = {
		0x28000, 0x30000, 0xb4000, 2, 1500 * 1024, 0x8024c000,
	},
	[PLATFORM_MCU_RTL872X] = {
		0x08060000, 0x08060000, 0x081e0000, 0, 0x180000, 0x08300000,
	},
};

/* Chips with 8 MiB have the upper half for this. */
#define OTA_START_LARGE	0x80689000
#define LARGE_FLASH	0x800000

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

bool
dfu_is_dct(const struct vdev_dfu *dfu)
{
	return dfu->alt == 1 && memory_mcu(dfu) != PLATFORM_MCU_STM32F1;
}

static bool
memory_contains(const struct vdev_dfu *dfu, uint32_t address, uint32_t len)
{
	const struct vdev_flash *flash = memory_flash(dfu);
	uint64_t start, end;

	if (flash == NULL)
		return false;
	start = vdev_flash_start(flash);
	end = start + vdev_flash_size(flash);
	return address >= start && address < end && address + (uint64_t)len <=
	    end;
}

bool
dfu_contains(const struct vdev_dfu *dfu, uint32_t address)
{
	return memory_contains(dfu, address, 0);
}

static bool
memory_is_service(const struct vdev_dfu *dfu)
{
	return !dfu->is_gen2 && dfu->dev->spec.protection == VDEV_SERVICE;
}

static bool
memory_in_ota(const struct vdev_dfu *dfu, uint32_t address)
{
	enum platform_mcu mcu = memory_mcu(dfu);
	uint32_t start;

	if (!memory_is_service(dfu) ||
	    dfu->alt != service_regions[mcu].ota_alt)
		return false;
	start = service_regions[mcu].ota_start;
	if (dfu->alt > 0 && vdev_flash_size(memory_flash(dfu)) == LARGE_FLASH)
		start = OTA_START_LARGE;
	return address >= start &&
	    address - start < service_regions[mcu].ota_size;
}

static bool
memory_in_kept_system(const struct vdev_dfu *dfu, uint32_t address)
{
	enum platform_mcu mcu = memory_mcu(dfu);

	return memory_is_service(dfu) && dfu->alt == 0 &&
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
	if (dfu_is_dct(dfu))
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

	if (address != service_regions[mcu].system_start &&
	    address != service_regions[mcu].system_start_old)
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

/* Gen 2 bootloaders read back what they wrote, in words; the last one is
 * filled up with ff. */
static bool
memory_verify(struct vdev_dfu *dfu, uint32_t address)
{
	uint32_t len = (dfu->length + 3u) & ~3u;
	uint8_t *read;
	bool is_same;

	if (!memory_contains(dfu, address, len))
		return false;
	memset(dfu->data + dfu->length, 0xff, len - dfu->length);
	read = xmalloc(len);
	vdev_flash_read(memory_flash(dfu), address, read, len);
	is_same = memcmp(read, dfu->data, len) == 0;
	free(read);
	return is_same;
}

/* The nRF bootloader erases the header of an old user part when a new one
 * begins where the larger ones do. */
static void
memory_drop_old_user_part(struct vdev_dfu *dfu, uint32_t address,
    uint64_t *us)
{
	const uint8_t *p = dfu->data;
	uint32_t start, end;

	if (memory_mcu(dfu) != PLATFORM_MCU_NRF52840 || dfu->alt != 0 ||
	    address != NRF_USER_START || dfu->length < HEADER_SIZE)
		return;
	start = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
	end = p[4] | (uint32_t)p[5] << 8 | (uint32_t)p[6] << 16 |
	    (uint32_t)p[7] << 24;
	if (start == address && end <= NRF_FLASH_END &&
	    (p[HEADER_PLATFORM] | p[HEADER_PLATFORM + 1] << 8) ==
	    dfu->dev->spec.platform->id)
		memory_erase_sector(dfu, NRF_USER_COMPAT, us);
}

static bool
memory_program(struct vdev_dfu *dfu, uint32_t address, uint64_t *us)
{
	vdev_observe(dfu->dev, "write alt=%u addr=%08x len=%u", dfu->alt,
	    address, dfu->length);
	if (dfu->dev->flash_fails)
		return false;
	*us += vdev_flash_write(memory_flash(dfu), address, dfu->data,
	    dfu->length);
	return true;
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
	/* Gen 2 tries twice. */
	if (!memory_program(dfu, address, us) &&
	    (!dfu->is_gen2 || !memory_program(dfu, address, us)))
		return false;
	memory_drop_old_user_part(dfu, address, us);
	return !dfu->is_gen2 || memory_verify(dfu, address);
}

bool
dfu_read(struct vdev_dfu *dfu, uint32_t address, uint16_t len, struct buf *in)
{
	if (!memory_contains(dfu, address, len) ||
	    memory_in_ota(dfu, address))
		return false;
	if (len == 0)
		return true;
	vdev_flash_read(memory_flash(dfu), address, buf_reserve(in, len), len);
	buf_commit(in, len);
	return true;
}
