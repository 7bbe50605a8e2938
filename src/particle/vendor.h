/*
 * Vendor requests: what Device OS answers in the USB interrupt, so even where
 * its system thread or the application is stuck (reference 2.3, 2.4).
 *
 * Builders only: no state. Each fills a setup packet; an OUT transfer takes its
 * data from struct vendor_out.
 */
#ifndef PTERM_PARTICLE_VENDOR_H
#define PTERM_PARTICLE_VENDOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/usb.h"
#include "particle/platform.h"
#include "particle/sysver.h"

#define VENDOR_TIMEOUT_MS	1000

struct vendor_out {
	struct usb_setup	setup;
	uint8_t			data[1];	/* setup.length bytes of it */
};

/* IN. A stall means: older than 0.6.1, in DFU, or no such channel. */
void	vendor_get_version(struct usb_setup *setup);
void	vendor_get_device_id(struct usb_setup *setup);
/* The same two of Device OS 0.6.0. */
void	vendor_get_version_060(struct usb_setup *setup);
void	vendor_get_device_id_060(struct usb_setup *setup);

/* Resets the device at once, whatever it does (Device OS 2.0.0). The transfer
 * always ends in an error; success is that the device leaves. */
void	vendor_forced_reset(const struct platform *platform,
	    struct vendor_out *out);

/* What Device OS 0.6.0 to 0.7.x takes where there is no control channel yet.
 * The transfer only queues it: no result comes back. */
enum vendor_old {
	VENDOR_OLD_RESET,
	VENDOR_OLD_DFU,
	VENDOR_OLD_SAFE_MODE,
	VENDOR_OLD_LISTENING,	/* 0.6.0: into safe mode, and listening there */
};

bool	vendor_has_old(const struct sysver *version);
/* False: this version has no such request. */
bool	vendor_old(const struct sysver *version, enum vendor_old what,
	    struct usb_setup *setup);

#endif
