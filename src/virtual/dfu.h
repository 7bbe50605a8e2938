/*
 * The DFU interface of the bootloaders: DfuSe over emulated flash.
 *
 * Two state machines, told apart by the chip: that of nRF52840 and RTL872x
 * (dfu.c) and that of STM32 (dfu-gen2.c), which recovers from errors in other
 * ways. Both erase and write when the status that says "busy" has gone out,
 * and hold off the next transfer for as long as that takes.
 */
#ifndef PTERM_VIRTUAL_DFU_H
#define PTERM_VIRTUAL_DFU_H

#include <stdbool.h>
#include <stdint.h>

#include "virtual/device-parts.h"

struct vdev_dfu	*vdev_dfu_new(struct vdev *dev);
void		 vdev_dfu_free(struct vdev_dfu *dfu);

/* Class requests. */
enum vdev_answer vdev_dfu_setup(struct vdev_dfu *dfu,
		    const struct usb_setup *setup, const uint8_t *out,
		    struct buf *in);
/* An IN data stage has gone out. How long the flash is now busy. */
uint64_t	 vdev_dfu_sent(struct vdev_dfu *dfu);
/* Bus reset, or configured again. */
void		 vdev_dfu_bus_reset(struct vdev_dfu *dfu);

uint8_t		 vdev_dfu_alt(const struct vdev_dfu *dfu);
bool		 vdev_dfu_set_alt(struct vdev_dfu *dfu, uint16_t alt);

#endif
