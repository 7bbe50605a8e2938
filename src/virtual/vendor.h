/*
 * Vendor requests 0x50 ("P"), in the form that a Device OS version has: 0.8.0
 * and later (reference 2.3), 0.6.1 to 0.7.x, and 0.6.0 (2.4). They are handled
 * in the USB interrupt, so also on a device whose application hangs.
 */
#ifndef PTERM_VIRTUAL_VENDOR_H
#define PTERM_VIRTUAL_VENDOR_H

#include <stdint.h>

#include "virtual/device-parts.h"

#define VDEV_VENDOR_REQUEST	0x50

struct vdev_vendor *vdev_vendor_new(struct vdev *dev);
void	vdev_vendor_free(struct vdev_vendor *vendor);

enum vdev_answer vdev_vendor_setup(struct vdev_vendor *vendor,
	    const struct usb_setup *setup, const uint8_t *out, struct buf *in);

#endif
