/*
 * Puts the halves together. libusb says which devices there are; sysfs says
 * their texts and which tty sits below each; udev says when a tty or its access
 * changed. A node is what the three say of one attachment.
 */
#include "config.h"

#include "bus/bus-real.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "base/text.h"
#include "bus/bus-serial.h"
#include "bus/bus-usb.h"
#include "bus/host-linux.h"

struct real_node {
	struct bus_node_info	 info;
	struct bus_usb_device	*device;
	TAILQ_ENTRY(real_node)	 entry;
};

struct bus_real {
	struct bus		 base;
	struct loop		*loop;
	struct host		*host;
	struct host_monitor	*monitor;
	struct bus_usb		*usb;
	struct bus_serial	*serial;
	bus_event_cb		 cb;
	void			*arg;
	bus_node		 last;
	/* Looking at the whole tree, where libusb is told nothing. */
	struct loop_deferred	*look;
	bool			 must_look;
	TAILQ_HEAD(, real_node)	 nodes;
};

static struct bus_real *
real_of(struct bus *bus)
{
	return (struct bus_real *)(void *)bus;
}

static struct real_node *
real_find(struct bus_real *bus, bus_node number, struct error *err)
{
	struct real_node *node;

	TAILQ_FOREACH(node, &bus->nodes, entry) {
		if (node->info.node == number)
			return node;
	}
	error_set(err, ERROR_GONE, "the device has left");
	return NULL;
}

static struct real_node *
real_find_path(struct bus_real *bus, const char *path)
{
	struct real_node *node;

	TAILQ_FOREACH(node, &bus->nodes, entry) {
		if (strcmp(node->info.path, path) == 0)
			return node;
	}
	return NULL;
}

static struct real_node *
real_find_tty(struct bus_real *bus, const char *tty)
{
	struct real_node *node;

	TAILQ_FOREACH(node, &bus->nodes, entry) {
		if (node->info.tty[0] != '\0' &&
		    strcmp(node->info.tty, tty) == 0)
			return node;
	}
	return NULL;
}

/* --- What the halves say ------------------------------------------------ */

/* What may change while a device is attached. */
static void
real_refresh(const struct bus_real *bus, struct bus_node_info *info)
{
	if (!host_usb_tty(bus->host, info->path, info->tty, sizeof info->tty))
		info->tty[0] = '\0';
	host_access(bus->host, info);
}

static void
real_arrived(struct bus_usb_device *device, void *arg)
{
	struct bus_real *bus = arg;
	struct real_node *node = xcalloc(1, sizeof *node);

	bus_usb_facts(device, &node->info);
	/* Gone already: libusb is about to say so. */
	if (!host_usb_texts(bus->host, &node->info)) {
		free(node);
		return;
	}
	real_refresh(bus, &node->info);
	node->info.node = ++bus->last;
	node->device = device;
	bus_usb_set_data(device, node);
	TAILQ_INSERT_TAIL(&bus->nodes, node, entry);
	bus->cb(BUS_ADDED, &node->info, bus->arg);
}

static void
real_left(struct bus_usb_device *device, void *arg)
{
	struct real_node *node = bus_usb_data(device);
	struct bus_real *bus = arg;

	if (node == NULL)
		return;
	TAILQ_REMOVE(&bus->nodes, node, entry);
	bus->cb(BUS_REMOVED, &node->info, bus->arg);
	free(node);
}

static void
real_ready(void *arg)
{
	struct bus_real *bus = arg;

	bus->cb(BUS_READY, NULL, bus->arg);
}

static bool
real_is_changed(const struct bus_node_info *a, const struct bus_node_info *b)
{
	return strcmp(a->tty, b->tty) != 0 || strcmp(a->denied, b->denied) != 0
	    || a->usb_access != b->usb_access
	    || a->tty_access != b->tty_access;
}

static void
real_update(struct bus_real *bus, struct real_node *node)
{
	struct bus_node_info now = node->info;

	if (!host_usb_is_there(bus->host, now.path, now.address))
		return;
	real_refresh(bus, &now);
	if (!real_is_changed(&now, &node->info))
		return;
	node->info = now;
	bus->cb(BUS_CHANGED, &node->info, bus->arg);
}

/* udev: something about the device at this place, or about any. That it came or
 * left, libusb says itself, if it can. */
static void
real_changed(const char *path, bool is_arrival, void *arg)
{
	struct bus_real *bus = arg;
	struct real_node *node = path != NULL ? real_find_path(bus, path) :
	    NULL;

	if (bus->must_look && (is_arrival || node != NULL))
		loop_deferred_schedule(bus->look);
	if (node != NULL)
		real_update(bus, node);
	if (path != NULL)
		return;
	TAILQ_FOREACH(node, &bus->nodes, entry)
		real_update(bus, node);
}

static void
real_look(void *arg)
{
	struct bus_real *bus = arg;

	bus_usb_look(bus->usb);
}

static const struct bus_usb_events real_usb_events = {
	.arrived = real_arrived,
	.left = real_left,
	.ready = real_ready,
};

/* --- The contract ------------------------------------------------------- */

static int
real_start(struct bus *base, bus_filter filter, bus_event_cb cb, void *arg,
    struct error *err)
{
	struct bus_real *bus = real_of(base);

	bus->cb = cb;
	bus->arg = arg;
	/* Before libusb looks: nothing falls in between. */
	bus->must_look = !host_has_udevd(bus->host);
	bus->monitor = host_monitor_new(bus->host, bus->loop, real_changed,
	    bus, err);
	if (bus->monitor == NULL)
		return -1;
	return bus_usb_start(bus->usb, filter, err);
}

static void
real_free(struct bus *base)
{
	struct bus_real *bus = real_of(base);
	struct real_node *node;

	host_monitor_free(bus->monitor);
	bus_serial_free(bus->serial);
	bus_usb_free(bus->usb);
	while ((node = TAILQ_FIRST(&bus->nodes)) != NULL) {
		TAILQ_REMOVE(&bus->nodes, node, entry);
		free(node);
	}
	loop_deferred_free(bus->look);
	host_free(bus->host);
	free(bus);
}

static int
real_descriptors(struct bus *base, bus_node number, struct buf *out,
    struct error *err)
{
	struct bus_real *bus = real_of(base);
	struct real_node *node = real_find(bus, number, err);

	if (node == NULL)
		return -1;
	return host_usb_descriptors(bus->host, node->info.path, out, err);
}

static struct bus_handle *
real_open(struct bus *base, bus_node number, struct error *err)
{
	struct real_node *node = real_find(real_of(base), number, err);

	return node != NULL ? bus_usb_open(node->device, err) : NULL;
}

static struct bus_port *
real_port_open(struct bus *base, const char *tty,
    const struct bus_port_config *config, const struct bus_port_events *events,
    void *arg)
{
	struct bus_real *bus = real_of(base);
	struct real_node *node = real_find_tty(bus, tty);

	return bus_serial_open(bus->serial, tty,
	    node != NULL ? &node->info : NULL, config, events, arg);
}

static const struct bus_ops real_ops = {
	.start = real_start,
	.free = real_free,
	.descriptors = real_descriptors,
	.open = real_open,
	.close = bus_usb_close,
	.claim = bus_usb_claim,
	.control = bus_usb_control,
	.transfer_cancel = bus_usb_transfer_cancel,
	.port_open = real_port_open,
	.port_close = bus_serial_close,
	.port_configure = bus_serial_configure,
	.port_break = bus_serial_break,
	.port_write = bus_serial_write,
};

struct bus *
bus_real_new(struct loop *loop, struct error *err)
{
	struct bus_real *bus = xcalloc(1, sizeof *bus);

	(void)err;
	bus->base.ops = &real_ops;
	bus->loop = loop;
	bus->host = host_new("");
	bus->usb = bus_usb_new(loop, bus->host, &bus->base, &real_usb_events,
	    bus);
	bus->serial = bus_serial_new(loop, bus->host, &bus->base);
	bus->look = loop_deferred_new(loop, real_look, bus);
	TAILQ_INIT(&bus->nodes);
	return &bus->base;
}
