#include "config.h"

#include "virtual/bus-virtual.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "virtual/bus-virtual-parts.h"

/* A hub debounces a new port for 100 ms, then resets it. */
#define PORT_DEBOUNCE_MS	100
#define PORT_RESET_MS		60
/* From the driver's tty to udev's event. */
#define UDEV_MS			15
#define ADDRESS_MAX		127

uint64_t
vbus_scaled(const struct vbus_node *node, unsigned ms)
{
	return (uint64_t)((double)LOOP_MS(ms) *
	    vdev_spec(node->device->vdev)->time_scale);
}

/* --- Nodes -------------------------------------------------------------- */

void
vbus_node_free_unused(struct vbus_node *node)
{
	struct vbus *bus = node->bus;

	if (!node->is_gone || node->is_held || !TAILQ_EMPTY(&node->handles))
		return;
	TAILQ_REMOVE(&bus->nodes, node, entry);
	loop_timer_free(node->tty_timer);
	buf_fini(&node->descriptors);
	free(node);
}

static void
node_tell(struct vbus_node *node, enum bus_event event)
{
	struct vbus *bus = node->bus;

	bus->cb(event, &node->info, bus->arg);
}

/* Access as the bench says; the sentence says what is in the way. */
void
vbus_node_set_access(struct vbus_node *node)
{
	struct bus_node_info *info = &node->info;
	const struct bench_device *device = node->device;

	info->usb_access = device->usb_access;
	info->tty_access = device->tty_access && info->tty[0] != '\0';
	info->denied[0] = '\0';
	if (!device->usb_access)
		snprintf(info->denied, sizeof info->denied,
		    "/dev/bus/usb/%03u/%03u may only be opened by root",
		    info->bus, info->address);
	else if (!device->tty_access && info->tty[0] != '\0')
		snprintf(info->denied, sizeof info->denied,
		    "%s may only be opened by root and the group dialout",
		    info->tty);
}

/* One that BUS_READY waited for is done with. */
static void
node_settle(struct vbus_node *node)
{
	struct vbus *bus = node->bus;

	if (!node->is_initial)
		return;
	node->is_initial = false;
	loop_deferred_schedule(bus->changes);
}

static void
node_announce(struct vbus_node *node)
{
	if (!node->is_wanted || node->is_announced)
		return;
	vbus_node_set_access(node);
	node->is_announced = true;
	node->is_changed = false;
	node_tell(node, BUS_ADDED);
}

static void
node_changed(struct vbus_node *node)
{
	node->is_changed = true;
	loop_deferred_schedule(node->bus->changes);
}

/* udev has told of the tty. */
static void
node_tty_timer(void *arg)
{
	struct vbus_node *node = arg;

	snprintf(node->info.tty, sizeof node->info.tty, "/dev/ttyACM%u",
	    node->tty->number);
	if (node->is_announced)
		node_changed(node);
}

void
vbus_tty_ready(struct vbus_node *node)
{
	if (node->info.tty[0] == '\0')
		loop_timer_set(node->tty_timer, vbus_scaled(node, UDEV_MS));
}

static void
node_enumerated(const struct bus_node_info *info, const struct buf *descriptors,
    void *arg)
{
	struct vbus_node *node = arg;
	struct vbus *bus = node->bus;
	struct bus_node_info kept = node->info;
	struct enumerate_acm layout;

	node->enumeration = NULL;
	if (info == NULL) {
		node_settle(node);
		return;
	}
	node->info = *info;
	node->info.node = kept.node;
	node->info.bus = kept.bus;
	node->info.address = kept.address;
	text_copy(node->info.path, sizeof node->info.path, kept.path);
	buf_append(&node->descriptors, descriptors->data, descriptors->len);
	node->is_wanted = bus->filter == NULL ||
	    bus->filter(info->vid, info->pid);
	if (enumerate_find_acm(descriptors, &layout))
		node->tty = vbus_tty_bind(node, &layout);
	if (node->tty != NULL && node->is_initial)
		snprintf(node->info.tty, sizeof node->info.tty,
		    "/dev/ttyACM%u", node->tty->number);
	/* Settled first: BUS_READY is deferred, so that it comes after. */
	node_settle(node);
	node_announce(node);
}

static struct vbus_node *
node_new(struct vbus *bus, struct bench_device *device)
{
	struct vbus_node *node = xcalloc(1, sizeof *node);

	node->bus = bus;
	node->device = device;
	TAILQ_INIT(&node->handles);
	node->tty_timer = loop_timer_new(bus->loop, node_tty_timer, node);
	node->info.node = ++bus->next_node;
	node->info.bus = (uint8_t)strtoul(device->path, NULL, 10);
	bus->next_address = (uint8_t)(bus->next_address % ADDRESS_MAX + 1);
	node->info.address = bus->next_address;
	text_copy(node->info.path, sizeof node->info.path, device->path);
	TAILQ_INSERT_TAIL(&bus->nodes, node, entry);
	device->port = node;
	return node;
}

/* --- What the bench tells ----------------------------------------------- */

static void
vbus_attached(struct bench_device *device, void *arg)
{
	struct vbus *bus = arg;
	struct vbus_node *node = node_new(bus, device);
	uint64_t delay = vbus_scaled(node, PORT_DEBOUNCE_MS + PORT_RESET_MS);

	node->is_initial = device->was_there && !bus->is_ready;
	if (node->is_initial)
		delay = 0;
	node->enumeration = enumerate_start(bus->loop, device->vdev, delay,
	    node_enumerated, node);
}

static void
vbus_detached(struct bench_device *device, void *arg)
{
	struct vbus_node *node = device->port;

	(void)arg;
	if (node == NULL)
		return;
	device->port = NULL;
	node->is_gone = true;
	/* Callbacks may close its last handle. */
	node->is_held = true;
	enumerate_cancel(node->enumeration);
	node->enumeration = NULL;
	loop_timer_stop(node->tty_timer);
	if (node->tty != NULL)
		vbus_tty_gone(node->tty);
	node->tty = NULL;
	vbus_end_transfers(node);
	node_settle(node);
	if (node->is_announced)
		node_tell(node, BUS_REMOVED);
	node->is_held = false;
	vbus_node_free_unused(node);
}

static void
vbus_changed(struct bench_device *device, void *arg)
{
	struct vbus_node *node = device->port;
	struct vbus *bus = arg;

	if (node != NULL && node->is_announced)
		node_changed(node);
	loop_deferred_schedule(bus->changes);
}

static void
vbus_reset_done(enum usb_status status, const uint8_t *data, size_t len,
    void *arg)
{
	(void)status, (void)data, (void)len, (void)arg;
}

/* The host configures the device again, as it was. cdc_acm knows no resets:
 * the kernel takes it away and binds it again. */
static void
vbus_bus_reset(struct bench_device *device, void *arg)
{
	struct vbus_node *node = device->port;
	struct usb_setup setup = {
		.request = USB_REQ_SET_CONFIGURATION,
		.value = 1,
	};
	struct enumerate_acm layout;

	(void)arg;
	if (node == NULL || node->enumeration != NULL)
		return;
	loop_timer_stop(node->tty_timer);
	if (node->tty != NULL)
		vbus_tty_gone(node->tty);
	node->tty = NULL;
	node->info.tty[0] = '\0';
	if (node->is_announced)
		node_changed(node);
	vdev_control(device->vdev, &setup, NULL, vbus_reset_done, NULL);
	if (enumerate_find_acm(&node->descriptors, &layout))
		node->tty = vbus_tty_bind(node, &layout);
}

static const struct bench_ops vbus_bench_ops = {
	.attached = vbus_attached,
	.detached = vbus_detached,
	.changed = vbus_changed,
	.bus_reset = vbus_bus_reset,
};

/* Whether something that had power at the start is yet to be announced. */
static bool
vbus_waits(const struct vbus *bus)
{
	for (size_t i = 0; i < bench_device_count(bus->bench); i++) {
		const struct bench_device *device = bench_device_at(bus->bench,
		    i);
		const struct vbus_node *node = device->port;

		if (device->was_there && (node == NULL || node->is_initial))
			return true;
	}
	return false;
}

static struct vbus_node *
vbus_changed_node(const struct vbus *bus)
{
	struct vbus_node *node;

	TAILQ_FOREACH(node, &bus->nodes, entry) {
		if (node->is_changed && !node->is_gone)
			return node;
	}
	return NULL;
}

static void
vbus_tell_changes(void *arg)
{
	struct vbus *bus = arg;
	struct vbus_node *node;

	/* Looked up afresh: a callback may free nodes that are gone. */
	while ((node = vbus_changed_node(bus)) != NULL) {
		node->is_changed = false;
		vbus_node_set_access(node);
		node_tell(node, BUS_CHANGED);
	}
	if (!bus->is_ready && !vbus_waits(bus)) {
		bus->is_ready = true;
		bus->cb(BUS_READY, NULL, bus->arg);
	}
}

/* --- The bus ------------------------------------------------------------ */

static int
vbus_start(struct bus *base, bus_filter filter, bus_event_cb cb, void *arg,
    struct error *err)
{
	struct vbus *bus = vbus_of(base);

	(void)err;
	assert(bus->cb == NULL);
	bus->filter = filter;
	bus->cb = cb;
	bus->arg = arg;
	bench_start(bus->bench, &vbus_bench_ops, bus);
	loop_deferred_schedule(bus->changes);
	return 0;
}

static void
vbus_free(struct bus *base)
{
	struct vbus *bus = vbus_of(base);
	struct vbus_node *node;

	assert(bus->open == 0);
	bus->cb = NULL;
	while ((node = TAILQ_FIRST(&bus->nodes)) != NULL) {
		enumerate_cancel(node->enumeration);
		if (node->tty != NULL)
			vbus_tty_gone(node->tty);
		if (node->device->port == node)
			node->device->port = NULL;
		node->is_gone = true;
		vbus_node_free_unused(node);
	}
	bench_stop(bus->bench);
	loop_deferred_free(bus->changes);
	free(bus);
}

struct vbus_node *
vbus_node_find(struct vbus *bus, bus_node number, struct error *err)
{
	struct vbus_node *node;

	TAILQ_FOREACH(node, &bus->nodes, entry) {
		if (node->info.node == number && !node->is_gone &&
		    node->is_announced)
			return node;
	}
	error_set(err, ERROR_GONE, "the device has left");
	return NULL;
}

static int
vbus_descriptors(struct bus *bus, bus_node number, struct buf *out,
    struct error *err)
{
	struct vbus_node *node = vbus_node_find(vbus_of(bus), number, err);

	if (node == NULL)
		return -1;
	buf_append(out, node->descriptors.data, node->descriptors.len);
	return 0;
}

static const struct bus_ops vbus_ops = {
	.start = vbus_start,
	.free = vbus_free,
	.descriptors = vbus_descriptors,
	.open = vbus_open,
	.close = vbus_close,
	.claim = vbus_claim,
	.control = vbus_control,
	.transfer_cancel = vbus_transfer_cancel,
	.port_open = vbus_port_open,
	.port_close = vbus_port_close,
	.port_configure = vbus_port_configure,
	.port_break = vbus_port_break,
	.port_write = vbus_port_write,
};

struct bus *
bus_virtual_new(struct loop *loop, struct bench *bench)
{
	struct vbus *bus = xcalloc(1, sizeof *bus);

	bus->base.ops = &vbus_ops;
	bus->loop = loop;
	bus->bench = bench;
	bus->changes = loop_deferred_new(loop, vbus_tell_changes, bus);
	TAILQ_INIT(&bus->nodes);
	return &bus->base;
}
