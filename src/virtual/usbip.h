/*
 * USB/IP: one virtual device at the far end of a stream socket whose other end
 * a kernel's vhci_hcd has. Documentation/usb/usbip_protocol in Linux describes
 * the messages; only those after the import are needed here.
 *
 * Who sends on the socket is not trusted: lengths are checked, and whoever
 * breaks the protocol is hung up on.
 */
#ifndef PTERM_VIRTUAL_USBIP_H
#define PTERM_VIRTUAL_USBIP_H

#include <stdint.h>

#include "loop/loop.h"
#include "virtual/device.h"

struct usbip;

/* The other side hung up, or broke the protocol; from the loop, once. The
 * struct still wants usbip_free(). */
typedef void (*usbip_closed_cb)(void *arg);

/* Takes over fd. count: where class and vendor requests are counted; may be
 * NULL. */
struct usbip	*usbip_new(struct loop *loop, int fd, struct vdev *dev,
		    uint64_t *count, usbip_closed_cb cb, void *arg);
/* Hangs up: to the kernel the device is unplugged. NULL is fine. */
void		 usbip_free(struct usbip *usbip);

#endif
