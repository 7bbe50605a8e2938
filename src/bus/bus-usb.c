/*
 * Devices: what comes and what leaves, and when their owners hear of it.
 */
#include "config.h"

#include "bus/bus-usb.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "bus/bus-usb-parts.h"

/* How long bus_usb_free() waits for the kernel to give cancelled transfers
 * back; it does so at once. */
#define BUS_USB_DRAIN_TRIES	20
#define BUS_USB_DRAIN_MS	50

/* --- Devices ------------------------------------------------------------ */

void
bus_usb_set_data(struct bus_usb_device *device, void *data)
{
	device->data = data;
}

void *
bus_usb_data(const struct bus_usb_device *device)
{
	return device->data;
}

static enum bus_speed
usb_speed_of(int speed)
{
	switch (speed) {
	case LIBUSB_SPEED_LOW:
		return BUS_SPEED_LOW;
	case LIBUSB_SPEED_FULL:
		return BUS_SPEED_FULL;
	case LIBUSB_SPEED_HIGH:
		return BUS_SPEED_HIGH;
	case LIBUSB_SPEED_SUPER:
	case LIBUSB_SPEED_SUPER_PLUS:
		return BUS_SPEED_SUPER;
	default:
		return BUS_SPEED_UNKNOWN;
	}
}

/* "1-1.2", the kernel's name for the place. */
static void
usb_place(libusb_device *dev, char *path, size_t size)
{
	uint8_t ports[8];
	int n = libusb_get_port_numbers(dev, ports, sizeof ports);
	size_t at;

	at = (size_t)snprintf(path, size, "%u", libusb_get_bus_number(dev));
	for (int i = 0; i < n && at < size; i++)
		at += (size_t)snprintf(path + at, size - at, "%c%u",
		    i == 0 ? '-' : '.', ports[i]);
}

static uint16_t
usb_max_power(libusb_device *dev, enum bus_speed speed)
{
	struct libusb_config_descriptor *config;
	unsigned unit = speed == BUS_SPEED_SUPER ? 8 : 2;
	uint16_t power;

	if (libusb_get_active_config_descriptor(dev, &config) != 0)
		return 0;
	power = (uint16_t)(config->MaxPower * unit);
	libusb_free_config_descriptor(config);
	return power;
}

void
bus_usb_facts(const struct bus_usb_device *device, struct bus_node_info *info)
{
	struct libusb_device_descriptor descriptor;

	libusb_get_device_descriptor(device->dev, &descriptor);
	info->vid = descriptor.idVendor;
	info->pid = descriptor.idProduct;
	info->release = descriptor.bcdDevice;
	info->bus = device->bus;
	info->address = device->address;
	info->speed = usb_speed_of(libusb_get_device_speed(device->dev));
	info->max_power_ma = usb_max_power(device->dev, info->speed);
	usb_place(device->dev, info->path, sizeof info->path);
}

static struct bus_usb_device *
usb_device_find(struct bus_usb *usb, uint8_t bus, uint8_t address)
{
	struct bus_usb_device *device;

	TAILQ_FOREACH(device, &usb->devices, entry) {
		if (device->bus == bus && device->address == address &&
		    !device->has_left)
			return device;
	}
	return NULL;
}

static void
usb_device_add(struct usb_context *context, libusb_device *dev)
{
	struct libusb_device_descriptor descriptor;
	struct bus_usb *usb = context->usb;
	struct bus_usb_device *device;
	uint8_t bus = libusb_get_bus_number(dev);
	uint8_t address = libusb_get_device_address(dev);

	/* What comes while libusb begins to watch is told twice. */
	if (libusb_get_device_descriptor(dev, &descriptor) != 0 ||
	    !usb->filter(descriptor.idVendor, descriptor.idProduct) ||
	    usb_device_find(usb, bus, address) != NULL)
		return;
	device = xcalloc(1, sizeof *device);
	device->usb = usb;
	device->context = context;
	device->context->uses++;
	device->dev = libusb_ref_device(dev);
	device->bus = bus;
	device->address = address;
	TAILQ_INIT(&device->handles);
	TAILQ_INSERT_TAIL(&usb->devices, device, entry);
}

static void
usb_device_free(struct bus_usb_device *device)
{
	TAILQ_REMOVE(&device->usb->devices, device, entry);
	libusb_unref_device(device->dev);
	device->context->uses--;
	free(device);
}

/* From inside libusb: only note it. */
static int LIBUSB_CALL
usb_hotplug(libusb_context *ctx, libusb_device *dev,
    libusb_hotplug_event event, void *arg)
{
	struct usb_context *context = arg;
	struct bus_usb_device *device;

	(void)ctx;
	if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED) {
		usb_device_add(context, dev);
	} else {
		TAILQ_FOREACH(device, &context->usb->devices, entry) {
			if (device->dev == dev)
				device->has_left = true;
		}
	}
	loop_deferred_schedule(context->usb->pump);
	return 0;
}

/* --- Telling ------------------------------------------------------------ */

/* Those that have ended by now; what a callback adds is for the next turn. */
static void
usb_tell_transfers(struct bus_usb *usb)
{
	struct bus_usb_transfer *transfer;
	size_t n = 0;

	TAILQ_FOREACH(transfer, &usb->done, done_entry)
		n++;
	while (n-- > 0 && (transfer = TAILQ_FIRST(&usb->done)) != NULL)
		usb_transfer_tell(transfer, transfer->status);
	if (!TAILQ_EMPTY(&usb->done))
		loop_deferred_schedule(usb->pump);
}

static struct bus_usb_transfer *
usb_first_transfer(const struct bus_usb_device *device)
{
	struct bus_usb_handle *handle;

	TAILQ_FOREACH(handle, &device->handles, entry) {
		if (!TAILQ_EMPTY(&handle->transfers))
			return TAILQ_FIRST(&handle->transfers);
	}
	return NULL;
}

/* libusb gives them back a little later; nobody waits for that. */
static void
usb_end_transfers(struct bus_usb_device *device)
{
	struct bus_usb_transfer *transfer;
	struct bus_usb_handle *handle;
	size_t n = 0;

	TAILQ_FOREACH(handle, &device->handles, entry) {
		TAILQ_FOREACH(transfer, &handle->transfers, entry)
			n++;
	}
	while (n-- > 0 && (transfer = usb_first_transfer(device)) != NULL)
		usb_transfer_tell(transfer, transfer->is_done ?
		    transfer->status : USB_GONE);
}

static void
usb_tell_left(struct bus_usb_device *device)
{
	struct bus_usb *usb = device->usb;
	struct bus_usb_handle *handle;

	usb_end_transfers(device);
	while ((handle = TAILQ_FIRST(&device->handles)) != NULL) {
		TAILQ_REMOVE(&device->handles, handle, entry);
		handle->device = NULL;
	}
	if (device->is_told)
		usb->events->left(device, usb->arg);
	usb_device_free(device);
}

/* Departures first: what comes to a place comes after what was there. */
static void
usb_tell_devices(struct bus_usb *usb)
{
	struct bus_usb_device *device, *next;

	for (device = TAILQ_FIRST(&usb->devices); device != NULL;
	    device = next) {
		next = TAILQ_NEXT(device, entry);
		if (device->has_left)
			usb_tell_left(device);
	}
	TAILQ_FOREACH(device, &usb->devices, entry) {
		if (device->is_told)
			continue;
		device->is_told = true;
		usb->events->arrived(device, usb->arg);
	}
	if (!usb->is_ready) {
		usb->is_ready = true;
		usb->events->ready(usb->arg);
	}
}

static void
usb_pump(void *arg)
{
	struct bus_usb *usb = arg;

	usb_handle_events(usb, 0);
	usb_tell_transfers(usb);
	usb_tell_devices(usb);
	usb_contexts_sweep(usb);
}

/* --- The whole ---------------------------------------------------------- */

struct bus_usb *
bus_usb_new(struct loop *loop, const struct host *host, struct bus *owner,
    const struct bus_usb_events *events, void *arg)
{
	struct bus_usb *usb = xcalloc(1, sizeof *usb);

	usb->loop = loop;
	usb->host = host;
	usb->owner = owner;
	usb->events = events;
	usb->arg = arg;
	TAILQ_INIT(&usb->contexts);
	TAILQ_INIT(&usb->devices);
	TAILQ_INIT(&usb->done);
	TAILQ_INIT(&usb->closing);
	usb->pump = loop_deferred_new(loop, usb_pump, usb);
	return usb;
}

int
bus_usb_start(struct bus_usb *usb, bus_filter filter, struct error *err)
{
	struct usb_context *context;
	int result;

	usb->filter = filter;
	context = usb_context_new(usb, err);
	if (context == NULL)
		return -1;
	result = libusb_hotplug_register_callback(context->ctx,
	    LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED |
	    LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, LIBUSB_HOTPLUG_ENUMERATE,
	    LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
	    LIBUSB_HOTPLUG_MATCH_ANY, usb_hotplug, context, NULL);
	if (result != 0)
		return error_set(err, ERROR_FAILED,
		    "libusb does not watch for devices: %s",
		    libusb_strerror(result));
	loop_deferred_schedule(usb->pump);
	return 0;
}

void
bus_usb_look(struct bus_usb *usb)
{
	struct bus_node_info info = { 0 };
	struct bus_usb_device *device;
	struct usb_context *context;
	libusb_device **list;
	ssize_t n;

	TAILQ_FOREACH(device, &usb->devices, entry) {
		bus_usb_facts(device, &info);
		if (!host_usb_is_there(usb->host, info.path, info.address))
			device->has_left = true;
	}
	/* A new context reads the tree anew. */
	context = usb_context_new(usb, NULL);
	if (context != NULL) {
		n = libusb_get_device_list(context->ctx, &list);
		for (ssize_t i = 0; i < n; i++)
			usb_device_add(context, list[i]);
		if (n >= 0)
			libusb_free_device_list(list, 1);
	}
	loop_deferred_schedule(usb->pump);
}

void
bus_usb_free(struct bus_usb *usb)
{
	struct bus_usb_device *device;
	struct bus_usb_handle *handle;
	struct usb_context *context;

	if (usb == NULL)
		return;
	for (int i = 0; i < BUS_USB_DRAIN_TRIES && !TAILQ_EMPTY(&usb->closing);
	    i++)
		usb_handle_events(usb, BUS_USB_DRAIN_MS);
	/* The kernel's close takes back what is left. */
	while ((handle = TAILQ_FIRST(&usb->closing)) != NULL) {
		TAILQ_REMOVE(&usb->closing, handle, entry);
		usb_handle_free(handle);
	}
	while ((device = TAILQ_FIRST(&usb->devices)) != NULL)
		usb_device_free(device);
	while ((context = TAILQ_FIRST(&usb->contexts)) != NULL)
		usb_context_free(context);
	loop_deferred_free(usb->pump);
	free(usb);
}
