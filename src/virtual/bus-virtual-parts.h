/*
 * What the parts of the in-process bus share: bus-virtual.c (nodes),
 * bus-virtual-handle.c (handles and transfers) and bus-virtual-port.c (ttys and
 * ports). Private to this folder.
 */
#ifndef PTERM_VIRTUAL_BUS_VIRTUAL_PARTS_H
#define PTERM_VIRTUAL_BUS_VIRTUAL_PARTS_H

#include <sys/queue.h>

#include "base/buf.h"
#include "base/bus-node.h"
#include "bus/bus.h"
#include "loop/loop.h"
#include "virtual/acm.h"
#include "virtual/bench.h"
#include "virtual/enumerate.h"

struct vbus;
struct vbus_handle;
struct vbus_node;
struct vbus_port;
struct vbus_tty;

TAILQ_HEAD(vbus_handles, vbus_handle);
TAILQ_HEAD(vbus_nodes, vbus_node);

#define VBUS_INTERFACES	32	/* that can be claimed */

/* One attachment. Lives until it is gone and no handle has it any more. */
struct vbus_node {
	struct vbus		*bus;
	struct bench_device	*device;
	TAILQ_ENTRY(vbus_node)	 entry;
	struct bus_node_info	 info;
	struct buf		 descriptors;
	struct enumeration	*enumeration;	/* under way */
	struct vbus_handles	 handles;
	struct vbus_handle	*claims[VBUS_INTERFACES];
	struct vbus_tty		*tty;		/* NULL: none, or gone */
	struct loop_timer	*tty_timer;	/* udev takes a moment */
	bool			 is_initial;	/* BUS_READY waits for it */
	bool			 is_wanted;
	bool			 is_announced;
	bool			 is_changed;	/* BUS_CHANGED is due */
	bool			 is_gone;
	bool			 is_held;	/* somebody up the stack has it */
};

/* A minor of cdc_acm: taken from binding until the device has left and no
 * program has the tty open any more. */
struct vbus_tty {
	struct vbus		*bus;
	unsigned		 number;
	struct vbus_node	*node;		/* NULL: it has left */
	struct acm		*acm;		/* NULL: it has left */
	struct enumerate_acm	 layout;
	struct vbus_port	*port;		/* who has it open */
};

struct vbus {
	struct bus		 base;
	struct loop		*loop;
	struct bench		*bench;
	bus_filter		 filter;
	bus_event_cb		 cb;
	void			*arg;
	struct vbus_nodes	 nodes;
	bus_node		 next_node;
	uint8_t			 next_address;
	struct loop_deferred	*changes;	/* BUS_CHANGED, BUS_READY */
	bool			 is_ready;
	size_t			 open;		/* handles and ports */
	struct vbus_tty		*ttys[BENCH_TTY_MAX + 1];
};

static inline struct vbus *
vbus_of(struct bus *bus)
{
	return (struct vbus *)(void *)bus;
}

/* Times of the hardware, as the script scales them. */
uint64_t	 vbus_scaled(const struct vbus_node *node, unsigned ms);

void		 vbus_node_set_access(struct vbus_node *node);
/* A node that is announced and has not left; NULL with ERROR_GONE. */
struct vbus_node *vbus_node_find(struct vbus *bus, bus_node number,
		    struct error *err);
/* Frees it where it is gone and no handle has it. */
void		 vbus_node_free_unused(struct vbus_node *node);

/* --- bus-virtual-handle.c ----------------------------------------------- */

struct bus_handle *vbus_open(struct bus *bus, bus_node number,
		    struct error *err);
void		 vbus_close(struct bus_handle *handle);
int		 vbus_claim(struct bus_handle *handle, uint8_t interface,
		    struct error *err);
struct bus_transfer *vbus_control(struct bus_handle *handle,
		    const struct usb_setup *setup, const void *data,
		    unsigned timeout_ms, bus_transfer_cb cb, void *arg);
void		 vbus_transfer_cancel(struct bus_transfer *transfer);
/* Whatever is still open on a node that left ends. */
void		 vbus_end_transfers(struct vbus_node *node);

/* --- bus-virtual-port.c ------------------------------------------------- */

/* cdc_acm binds; the tty is there as soon as the device has answered or 5 s
 * have passed: then vbus_tty_ready() is called, from the loop. NULL: no
 * number is free. */
struct vbus_tty	*vbus_tty_bind(struct vbus_node *node,
		    const struct enumerate_acm *layout);
void		 vbus_tty_gone(struct vbus_tty *tty);
/* The node tells of its tty (bus-virtual.c). */
void		 vbus_tty_ready(struct vbus_node *node);

struct bus_port	*vbus_port_open(struct bus *bus, const char *path,
		    const struct bus_port_config *config,
		    const struct bus_port_events *events, void *arg);
void		 vbus_port_close(struct bus_port *port);
void		 vbus_port_configure(struct bus_port *port,
		    const struct bus_port_config *config);
void		 vbus_port_break(struct bus_port *port, unsigned ms);
size_t		 vbus_port_write(struct bus_port *port, const void *data,
		    size_t len);

#endif
