/*
 * A virtual device on a virtual loop, and a host that waits for each transfer:
 * for tests of the device core.
 */
#ifndef PTERM_TESTS_SUPPORT_VHOST_H
#define PTERM_TESTS_SUPPORT_VHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/usb.h"
#include "loop/loop.h"
#include "virtual/device.h"

struct vhost {
	struct loop	*loop;
	struct vdev	*dev;
	unsigned	 attached;	/* how often */
	unsigned	 detached;
	/* The last transfer that was waited for. */
	bool		 is_done;
	enum usb_status	 status;
	struct buf	 in;
};

/* Plugged in and on the bus. */
void	vhost_init(struct vhost *host, const struct vdev_spec *spec);
/* The same for a platform by name, as it comes; version NULL: as it comes. */
void	vhost_init_as(struct vhost *host, const char *platform,
	    const char *version);
void	vhost_fini(struct vhost *host);

void	vhost_run_ms(struct vhost *host, unsigned ms);
/* Runs until the device is on or off the bus; fails after 60 s. Returns how
 * long that took. */
unsigned vhost_wait_ms(struct vhost *host, bool attached);

/* setup as in tests/data/transcripts, with the data of an OUT transfer behind
 * it. Waits 10 s at most; is_done says whether the device answered. */
enum usb_status	vhost_control(struct vhost *host, const char *setup);
/* The same, and the reply as hex; "STALL", "GONE" or "NAK". Lives until the
 * next call. */
const char *vhost_ask(struct vhost *host, const char *setup);
/* A control request from INIT to its reply; the result code. The reply stays
 * in host->in. Fails where the device does not finish it. */
int	vhost_request(struct vhost *host, unsigned type);

/* Serial. */
void	vhost_open_port(struct vhost *host, bool dtr);
void	vhost_set_rate(struct vhost *host, uint32_t rate);
void	vhost_write(struct vhost *host, const char *text);
/* What comes within ms, as a string; lives until the next call. */
const char *vhost_read(struct vhost *host, unsigned ms);

#endif
