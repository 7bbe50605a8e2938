/*
 * USB serial of a virtual device (CDC ACM): line coding with its two magic
 * rates, output that is dropped while DTR is down, the application that logs
 * and answers a few words, and the console of listening mode (console.c).
 */
#ifndef PTERM_VIRTUAL_CDC_H
#define PTERM_VIRTUAL_CDC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "virtual/device-parts.h"

#define VDEV_CDC_IN	0x81
#define VDEV_CDC_OUT	0x01
#define VDEV_CDC_NOTIFY	0x82

struct vdev_console;

struct vdev_cdc	*vdev_cdc_new(struct vdev *dev);
void		 vdev_cdc_free(struct vdev_cdc *cdc);

enum vdev_answer vdev_cdc_setup(struct vdev_cdc *cdc,
		    const struct usb_setup *setup, const uint8_t *out,
		    struct buf *in);
void		 vdev_cdc_bus_reset(struct vdev_cdc *cdc);
/* Listening began or ended. */
void		 vdev_cdc_mode_changed(struct vdev_cdc *cdc);

/* Output for the host: how much, and taking it. */
size_t		 vdev_cdc_pending(const struct vdev_cdc *cdc);
void		 vdev_cdc_take(struct vdev_cdc *cdc, struct buf *in,
		    size_t room);
void		 vdev_cdc_input(struct vdev_cdc *cdc, const uint8_t *data,
		    size_t len);
/* Drops what does not fit, and everything while the port is closed. */
void		 vdev_cdc_print(struct vdev_cdc *cdc, const void *data,
		    size_t len);

/* console.c: one character typed in listening mode; its reply. */
struct vdev_console *vdev_console_new(struct vdev *dev);
void		 vdev_console_free(struct vdev_console *console);
void		 vdev_console_input(struct vdev_console *console, char c,
		    struct buf *reply);

/* app.c: what the application prints on its own, and says to a line. */
void		 vdev_app_greet(const struct vdev *dev, struct buf *out);
void		 vdev_app_log(const struct vdev *dev, uint64_t number,
		    struct buf *out);
void		 vdev_app_command(const struct vdev *dev, const char *line,
		    struct buf *out);

#endif
