/*
 * The bus: the outside world as events. What USB devices are attached, control
 * transfers to them, and the bytes of their serial ports.
 *
 * Two implementations pass one contract suite (tests/contract): the real one
 * (bus-real.h: libusb, libserialport, sysfs and udev) and virtual devices in
 * process (virtual/bus-virtual.h).
 *
 * A node is one attachment of one USB device: a device that leaves and comes
 * back is a new node, and node numbers are never reused. Nodes that the filter
 * of bus_start() does not want are never reported, opened or written to.
 *
 * Promises:
 *  - Nothing calls back from inside a call; everything comes from the loop.
 *  - A transfer ends exactly once: by its callback, or by
 *    bus_transfer_cancel() or bus_close(), after which its callback is never
 *    called. A node that leaves ends its transfers with USB_GONE, before
 *    BUS_REMOVED is announced.
 *  - No call waits for a device. What the kernel does slowly (opening,
 *    configuring and closing a port) is done elsewhere and ends in a callback.
 *  - Handles and ports outlive their node: they must be closed by their owner,
 *    and every call on them then ends with USB_GONE or ERROR_GONE.
 */
#ifndef PTERM_BUS_BUS_H
#define PTERM_BUS_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bus-node.h"
#include "base/error.h"
#include "base/usb.h"

struct bus;
struct bus_handle;
struct bus_transfer;
struct bus_port;

enum bus_event {
	BUS_ADDED,
	BUS_CHANGED,		/* a tty came or went, access changed */
	BUS_REMOVED,
	BUS_READY,		/* all that was there at the start was announced */
};

/* info is valid during the call; NULL for BUS_READY. */
typedef void (*bus_event_cb)(enum bus_event event,
	    const struct bus_node_info *info, void *arg);
typedef bool (*bus_filter)(uint16_t vid, uint16_t pid);

/* Begins to announce. Called once, after bus_new of the implementation. */
int	bus_start(struct bus *bus, bus_filter filter, bus_event_cb cb,
	    void *arg, struct error *err);
/* Ends everything; handles and ports must have been closed. */
void	bus_free(struct bus *bus);

/* The device descriptor and the active configuration's descriptors, as the host
 * has them cached; asks the device nothing and needs no permission. */
int	bus_descriptors(struct bus *bus, bus_node node, struct buf *out,
	    struct error *err);

/* --- USB ---------------------------------------------------------------- */

/* Opening sends nothing to the device and takes nothing from other programs. */
struct bus_handle *bus_open(struct bus *bus, bus_node node, struct error *err);
void	bus_close(struct bus_handle *handle);	/* NULL is fine */

/* Class requests to an interface (DFU) need it claimed; given back at close. */
int	bus_claim(struct bus_handle *handle, uint8_t interface,
	    struct error *err);

/* data: what an IN transfer brought (len bytes, perhaps fewer than asked);
 * valid during the call. len: for OUT, what the device took. Nothing and 0
 * where status is not USB_OK. */
typedef void (*bus_transfer_cb)(enum usb_status status, const uint8_t *data,
	    size_t len, void *arg);

/* A control transfer. For OUT, data has setup->length bytes and is copied. No
 * answer within timeout_ms ends it with USB_TIMEOUT; 0 waits for ever. Never
 * NULL: what can't be submitted ends through the callback, too. Transfers of
 * one handle are carried out in the order of submission. */
struct bus_transfer *bus_control(struct bus_handle *handle,
	    const struct usb_setup *setup, const void *data,
	    unsigned timeout_ms, bus_transfer_cb cb, void *arg);
void	bus_transfer_cancel(struct bus_transfer *transfer);

/* --- Serial ------------------------------------------------------------- */

enum bus_line {
	BUS_LINE_KEEP,		/* as the kernel left it (it raises both at open) */
	BUS_LINE_ON,
	BUS_LINE_OFF,
};

struct bus_port_config {
	unsigned	baud;	/* any number; 0 keeps what is set */
	enum bus_line	dtr;
	enum bus_line	rts;
};

struct bus_port_events {
	/* The end of bus_port_open(): err NULL is good. After an error the
	 * port still wants bus_port_close(). A port that another program holds
	 * is ERROR_BUSY, and the text says by whom, as far as this user may
	 * know. A device that leaves while it is opened is ERROR_GONE. */
	void	(*opened)(struct bus_port *, const struct error *err, void *arg);
	/* At most 64 KiB a turn. */
	void	(*data)(struct bus_port *, const uint8_t *, size_t, void *arg);
	/* The end of each bus_port_configure() and bus_port_break(). */
	void	(*configured)(struct bus_port *, const struct error *err,
		    void *arg);
	/* What was queued has been written, all of it. May be NULL. */
	void	(*drained)(struct bus_port *, void *arg);
	/* Nothing more will come; the port wants bus_port_close(). */
	void	(*lost)(struct bus_port *, const struct error *err, void *arg);
};

/* tty is a path as bus_node_info gives it. Raw, 8N1, no flow control, for this
 * program alone. Nothing is read before opened() said so. events is kept, not
 * copied. */
struct bus_port *bus_port_open(struct bus *bus, const char *tty,
	    const struct bus_port_config *config,
	    const struct bus_port_events *events, void *arg);
/* Returns at once; nothing calls back after it. */
void	bus_port_close(struct bus_port *port);
/* One at a time: a second before configured() is a bug of the caller. */
void	bus_port_configure(struct bus_port *port,
	    const struct bus_port_config *config);
void	bus_port_break(struct bus_port *port, unsigned ms);
/* Queues bytes; returns how many fitted (the queue holds 64 KiB). */
size_t	bus_port_write(struct bus_port *port, const void *data, size_t len);

/* --- For implementations ------------------------------------------------ */

/* Each function as above. The implementation's structs begin with struct bus,
 * struct bus_handle, struct bus_transfer and struct bus_port, so that bus.c can
 * find the table. */
struct bus_ops {
	int	(*start)(struct bus *, bus_filter, bus_event_cb, void *,
		    struct error *);
	void	(*free)(struct bus *);
	int	(*descriptors)(struct bus *, bus_node, struct buf *,
		    struct error *);
	struct bus_handle *(*open)(struct bus *, bus_node, struct error *);
	void	(*close)(struct bus_handle *);
	int	(*claim)(struct bus_handle *, uint8_t, struct error *);
	struct bus_transfer *(*control)(struct bus_handle *,
		    const struct usb_setup *, const void *, unsigned,
		    bus_transfer_cb, void *);
	void	(*transfer_cancel)(struct bus_transfer *);
	struct bus_port *(*port_open)(struct bus *, const char *,
		    const struct bus_port_config *,
		    const struct bus_port_events *, void *);
	void	(*port_close)(struct bus_port *);
	void	(*port_configure)(struct bus_port *,
		    const struct bus_port_config *);
	void	(*port_break)(struct bus_port *, unsigned);
	size_t	(*port_write)(struct bus_port *, const void *, size_t);
};

struct bus {
	const struct bus_ops	*ops;
};

struct bus_handle {
	struct bus	*bus;
};

struct bus_transfer {
	struct bus	*bus;
};

struct bus_port {
	struct bus	*bus;
};

#endif
