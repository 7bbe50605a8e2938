/*
 * What the files of the libusb half share: contexts (bus-usb-context.c), handles
 * and their transfers (bus-usb-handle.c), devices and what is told of them
 * (bus-usb.c). Nobody else includes this; libusb ends here.
 */
#ifndef PTERM_BUS_BUS_USB_PARTS_H
#define PTERM_BUS_BUS_USB_PARTS_H

#include <sys/queue.h>

#include <libusb.h>

#include "bus/bus-usb.h"

/*
 * libusb's half of everything. There is one context, but on hosts where
 * nothing tells libusb what comes: there, each look is a new context, which
 * stays while a device of its is attached or a handle is open.
 */
struct usb_context {
	struct bus_usb		*usb;
	libusb_context		*ctx;
	TAILQ_HEAD(, usb_pollfd) pollfds;
	unsigned		 uses;		/* devices and handles */
	TAILQ_ENTRY(usb_context) entry;
};

struct usb_pollfd {
	int			 fd;
	struct loop_fd		*source;
	TAILQ_ENTRY(usb_pollfd)	 entry;
};

TAILQ_HEAD(bus_usb_handles, bus_usb_handle);
TAILQ_HEAD(bus_usb_transfers, bus_usb_transfer);

struct bus_usb {
	struct loop		*loop;
	const struct host	*host;
	struct bus		*owner;
	const struct bus_usb_events *events;
	void			*arg;
	bus_filter		 filter;
	struct loop_deferred	*pump;
	bool			 is_ready;
	TAILQ_HEAD(, usb_context) contexts;	/* the first is for good */
	TAILQ_HEAD(, bus_usb_device) devices;	/* in the order of arrival */
	struct bus_usb_transfers done;		/* ended, to be told */
	struct bus_usb_handles	 closing;
};

struct bus_usb_device {
	struct bus_usb		*usb;
	struct usb_context	*context;
	libusb_device		*dev;
	uint8_t			 bus;
	uint8_t			 address;
	bool			 is_told;
	bool			 has_left;
	void			*data;
	struct bus_usb_handles	 handles;
	TAILQ_ENTRY(bus_usb_device) entry;
};

/* Closed by its owner, it stays until libusb has given back all transfers. */
struct bus_usb_handle {
	struct bus_handle	 base;
	struct bus_usb		*usb;
	struct usb_context	*context;
	struct bus_usb_device	*device;	/* NULL: it has left */
	libusb_device_handle	*handle;
	struct bus_usb_transfers transfers;	/* not told; oldest first */
	struct bus_usb_transfers orphans;	/* nobody's, but flying */
	unsigned		 flying;
	TAILQ_ENTRY(bus_usb_handle) entry;	/* of the device, or closing */
};

/*
 * It has two ends: libusb gives it back (then it flies no more), and its owner
 * is told or wants nothing more (then cb is NULL). After both it is freed.
 *
 * Its time is kept by the loop, not by libusb: where this process gets to run
 * late, libusb looks at its clock first and throws away answers that came in
 * time.
 */
struct bus_usb_transfer {
	struct bus_transfer	 base;
	struct bus_usb_handle	*handle;
	struct libusb_transfer	*urb;
	struct loop_timer	*timer;		/* NULL: it may take for ever */
	bus_transfer_cb		 cb;
	void			*arg;
	bool			 is_flying;
	bool			 is_done;	/* in the list done */
	enum usb_status		 status;
	size_t			 len;
	TAILQ_ENTRY(bus_usb_transfer) entry;	/* of the handle, either list */
	TAILQ_ENTRY(bus_usb_transfer) done_entry;
	uint8_t			 buffer[];	/* setup packet, data */
};

/* --- Contexts ----------------------------------------------------------- */

struct usb_context *usb_context_new(struct bus_usb *usb, struct error *err);
void	usb_context_free(struct usb_context *context);
/* Those that only a look needed go with what it found. */
void	usb_contexts_sweep(struct bus_usb *usb);

/* --- Handles and transfers ---------------------------------------------- */

/* Lets libusb do what it has to, and closes handles that waited for it. Tells
 * nobody. */
void	usb_handle_events(struct bus_usb *usb, unsigned wait_ms);
/* Ends it for its owner. */
void	usb_transfer_tell(struct bus_usb_transfer *transfer,
	    enum usb_status status);
void	usb_handle_free(struct bus_usb_handle *handle);

#endif
