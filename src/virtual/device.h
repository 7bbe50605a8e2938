/*
 * A virtual Particle device, at the level of USB requests.
 *
 * It answers setup packets, bulk data and bus resets as the hardware and Device
 * OS do: descriptors, the control channel, vendor requests, CDC ACM, DfuSe over
 * an emulated flash, leaving the bus and coming back in another mode after the
 * delay that hardware has. Whoever plugs it in (bus-virtual.c in process,
 * usbip.c into a kernel) only carries transfers.
 *
 * What it answers is checked against bytes recorded from Device OS's own code
 * (replay.c, tests/data/transcripts). It shares no code with what it tests: of
 * particle/ only the platform table's constants.
 *
 * Promises:
 *  - A transfer ends exactly once, from the loop, never inside the call that
 *    started it; a cancelled one never calls back. One that the device NAKs
 *    stays open until data is there, it is cancelled, or the device leaves
 *    (USB_GONE).
 *  - All delays are real hardware's times vdev_spec.time_scale.
 */
#ifndef PTERM_VIRTUAL_DEVICE_H
#define PTERM_VIRTUAL_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/usb.h"
#include "loop/loop.h"
#include "particle/platform.h"

struct vdev;
struct vdev_urb;

enum vdev_mode {
	VDEV_NORMAL,
	VDEV_LISTENING,
	VDEV_SAFE,
	VDEV_DFU,
	VDEV_EDL,
};

enum vdev_protection {
	VDEV_OPEN,
	VDEV_PROTECTED,
	VDEV_SERVICE,
};

/* How a device is made; what a script's [device] section fills. */
struct vdev_spec {
	const struct platform	*platform;
	char			 id[32];	/* 24 hex digits */
	char			 serial[256];	/* serial string (UTF-8); as id by default */
	bool			 no_serial;	/* iSerialNumber 0 */
	char			 product[256];	/* "" as the platform says */
	char			 manufacturer[256];
	char			 system_version[32];	/* "6.2.0" */
	char			 manufacturing_serial[32];	/* request 21 */
	enum vdev_mode		 mode;		/* at power-on */
	enum vdev_protection	 protection;
	uint16_t		 user_version;	/* module version of the user part */
	uint16_t		 user_needs;	/* system version it depends on;
						 * more than there is: safe mode */
	bool			 hung;		/* service requests PENDING for ever */
	bool			 no_cdc;	/* the application closed Serial */
	unsigned		 log_lines_per_s; /* what the application prints */
	double			 time_scale;	/* 1.0: as hardware; 0: no delay */
};

void	vdev_spec_init(struct vdev_spec *spec, const struct platform *platform);

/* The side that plugs it in. */
struct vdev_port_ops {
	/* The device is on the bus, at power-on or again: enumerate it. */
	void	(*attached)(struct vdev *, void *arg);
	/* It left; its open transfers have ended with USB_GONE. */
	void	(*detached)(struct vdev *, void *arg);
};

struct vdev	*vdev_new(struct loop *loop, const struct vdev_spec *spec);
void		 vdev_free(struct vdev *dev);
const struct vdev_spec *vdev_spec(const struct vdev *dev);

/* Power on: attached() follows. Power off: leaves the bus at once. */
void		 vdev_plug(struct vdev *dev, const struct vdev_port_ops *ops,
		    void *arg);
void		 vdev_unplug(struct vdev *dev);
bool		 vdev_is_attached(const struct vdev *dev);
enum vdev_mode	 vdev_mode(const struct vdev *dev);

/* --- Transfers ---------------------------------------------------------- */

typedef void (*vdev_done_cb)(enum usb_status status, const uint8_t *data,
	    size_t len, void *arg);

/* out has setup->length bytes for an OUT transfer. SET_ADDRESS is the host
 * controller's business and never comes here. */
struct vdev_urb	*vdev_control(struct vdev *dev, const struct usb_setup *setup,
		    const uint8_t *out, vdev_done_cb cb, void *arg);
/* Bulk and interrupt; endpoint with its direction bit. For IN, len is the room
 * and out is NULL. */
struct vdev_urb	*vdev_data(struct vdev *dev, uint8_t endpoint,
		    const uint8_t *out, size_t len, vdev_done_cb cb, void *arg);
void		 vdev_urb_cancel(struct vdev_urb *urb);
void		 vdev_bus_reset(struct vdev *dev);

/* What a host would cache: device descriptor and configuration. */
size_t		 vdev_device_descriptor(const struct vdev *dev, uint8_t out[18]);
size_t		 vdev_config_descriptor(const struct vdev *dev, uint8_t *out,
		    size_t size);
/* UTF-8 of string descriptor index in the current mode; "" where none. */
void		 vdev_string(const struct vdev *dev, uint8_t index, char *out,
		    size_t size);

/* --- What a person or an accident does ---------------------------------- */

enum vdev_button {
	VDEV_BUTTON_RESET,		/* tap */
	VDEV_BUTTON_LISTENING,		/* MODE held 3 s: no USB event */
	VDEV_BUTTON_SAFE,		/* RESET, MODE held 1 s */
	VDEV_BUTTON_DFU,		/* RESET, MODE held 3 s */
};

void		 vdev_press(struct vdev *dev, enum vdev_button button);
/* The application prints this on USB serial (dropped where DTR is down). */
void		 vdev_print(struct vdev *dev, const void *data, size_t len);
/* Hidden state that a person sees: the rainbow signal (request 230). */
bool		 vdev_is_blinking(const struct vdev *dev);

/* Faults; see fault.h. */
struct vdev_fault;
void		 vdev_add_fault(struct vdev *dev, const struct vdev_fault *fault);
void		 vdev_clear_faults(struct vdev *dev);

#endif
