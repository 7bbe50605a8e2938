/*
 * An emulated flash memory: erased is ff, and writing only clears bits.
 *
 * Laid out by a DfuSe memory map string. What was never written takes no
 * memory, so that a hundred devices with 8 MiB each are cheap. Every operation
 * says how long hardware takes for it.
 */
#ifndef PTERM_VIRTUAL_FLASH_H
#define PTERM_VIRTUAL_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vdev_flash;

enum vdev_flash_kind {
	VDEV_FLASH_STM32F1,	/* the Core's internal flash */
	VDEV_FLASH_STM32F2,
	VDEV_FLASH_NRF52840,
	VDEV_FLASH_SERIAL,	/* a serial NOR, also that of RTL872x */
	VDEV_FLASH_DCT,		/* configuration: plain memory, no erase */
};

/* NULL: the map makes no sense. */
struct vdev_flash *vdev_flash_new(enum vdev_flash_kind kind, const char *map);
void		 vdev_flash_free(struct vdev_flash *flash);

uint32_t	 vdev_flash_start(const struct vdev_flash *flash);
uint32_t	 vdev_flash_size(const struct vdev_flash *flash);

/* The sector that holds an address, which must lie in the memory. */
void		 vdev_flash_sector(const struct vdev_flash *flash,
		    uint32_t address, uint32_t *start, uint32_t *size);
/* All three: the range must lie in the memory. Microseconds it takes. */
uint64_t	 vdev_flash_erase(struct vdev_flash *flash, uint32_t address);
uint64_t	 vdev_flash_write(struct vdev_flash *flash, uint32_t address,
		    const uint8_t *data, uint32_t len);
void		 vdev_flash_read(const struct vdev_flash *flash,
		    uint32_t address, uint8_t *data, uint32_t len);

#endif
