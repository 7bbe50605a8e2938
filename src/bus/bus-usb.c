#include "config.h"

#include "bus/bus-usb.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/time.h>
#include <unistd.h>

#include <libusb.h>

#include "base/mem.h"

/* How long bus_usb_free() waits for the kernel to give cancelled transfers
 * back; it does so at once. */
#define BUS_USB_DRAIN_TRIES	20
#define BUS_USB_DRAIN_MS	50

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

/* --- Poll descriptors --------------------------------------------------- */

static void
usb_fd_ready(int fd, unsigned events, void *arg)
{
	struct usb_context *context = arg;

	(void)fd, (void)events;
	/* Once a turn, however many are ready. */
	loop_deferred_schedule(context->usb->pump);
}

static void
usb_pollfd_add(int fd, short events, void *arg)
{
	struct usb_context *context = arg;
	struct usb_pollfd *pollfd = xcalloc(1, sizeof *pollfd);
	unsigned wanted = 0;

	if (events & POLLIN)
		wanted |= LOOP_READ;
	if (events & POLLOUT)
		wanted |= LOOP_WRITE;
	pollfd->fd = fd;
	pollfd->source = loop_fd_new(context->usb->loop, fd, wanted,
	    usb_fd_ready, context);
	TAILQ_INSERT_TAIL(&context->pollfds, pollfd, entry);
}

static void
usb_pollfd_free(struct usb_context *context, struct usb_pollfd *pollfd)
{
	TAILQ_REMOVE(&context->pollfds, pollfd, entry);
	loop_fd_free(pollfd->source);
	free(pollfd);
}

static void
usb_pollfd_remove(int fd, void *arg)
{
	struct usb_context *context = arg;
	struct usb_pollfd *pollfd;

	TAILQ_FOREACH(pollfd, &context->pollfds, entry) {
		if (pollfd->fd == fd) {
			usb_pollfd_free(context, pollfd);
			return;
		}
	}
}

/* --- Contexts ----------------------------------------------------------- */

static void
usb_context_free(struct usb_context *context)
{
	struct usb_pollfd *pollfd;

	libusb_set_pollfd_notifiers(context->ctx, NULL, NULL, NULL);
	while ((pollfd = TAILQ_FIRST(&context->pollfds)) != NULL)
		usb_pollfd_free(context, pollfd);
	libusb_exit(context->ctx);
	TAILQ_REMOVE(&context->usb->contexts, context, entry);
	free(context);
}

static struct usb_context *
usb_context_new(struct bus_usb *usb, struct error *err)
{
	struct usb_context *context = xcalloc(1, sizeof *context);
	const struct libusb_pollfd **pollfds;
	int result;

	context->usb = usb;
	TAILQ_INIT(&context->pollfds);
	result = libusb_init(&context->ctx);
	if (result != 0) {
		error_set(err, ERROR_FAILED, "libusb does not start: %s",
		    libusb_strerror(result));
		free(context);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&usb->contexts, context, entry);
	libusb_set_pollfd_notifiers(context->ctx, usb_pollfd_add,
	    usb_pollfd_remove, context);
	pollfds = libusb_get_pollfds(context->ctx);
	for (size_t i = 0; pollfds != NULL && pollfds[i] != NULL; i++)
		usb_pollfd_add(pollfds[i]->fd, pollfds[i]->events, context);
	libusb_free_pollfds(pollfds);
	return context;
}

/* Those that only a look needed go with what it found. */
static void
usb_contexts_sweep(struct bus_usb *usb)
{
	struct usb_context *context, *next;

	context = TAILQ_FIRST(&usb->contexts);
	for (context = context != NULL ? TAILQ_NEXT(context, entry) : NULL;
	    context != NULL; context = next) {
		next = TAILQ_NEXT(context, entry);
		if (context->uses == 0)
			usb_context_free(context);
	}
}

/* --- Transfers ---------------------------------------------------------- */

static struct bus_usb_transfer *
usb_transfer_of(struct bus_transfer *transfer)
{
	return (struct bus_usb_transfer *)(void *)transfer;
}

static void
usb_transfer_free(struct bus_usb_transfer *transfer)
{
	if (transfer->timer != NULL)
		loop_timer_free(transfer->timer);
	libusb_free_transfer(transfer->urb);
	free(transfer);
}

/* No more of its owner's: out of the lists that lead to telling. */
static void
usb_transfer_detach(struct bus_usb_transfer *transfer)
{
	struct bus_usb_handle *handle = transfer->handle;

	transfer->cb = NULL;
	if (transfer->timer != NULL)
		loop_timer_stop(transfer->timer);
	TAILQ_REMOVE(&handle->transfers, transfer, entry);
	if (transfer->is_done)
		TAILQ_REMOVE(&handle->usb->done, transfer, done_entry);
	transfer->is_done = false;
	if (transfer->is_flying)
		TAILQ_INSERT_TAIL(&handle->orphans, transfer, entry);
}

static void
usb_transfer_forget(struct bus_usb_transfer *transfer)
{
	usb_transfer_detach(transfer);
	if (transfer->is_flying)
		libusb_cancel_transfer(transfer->urb);
	else
		usb_transfer_free(transfer);
}

static void
usb_transfer_tell(struct bus_usb_transfer *transfer, enum usb_status status)
{
	bus_transfer_cb cb = transfer->cb;
	bool is_in = (transfer->buffer[0] & USB_DIR_IN) != 0;

	usb_transfer_detach(transfer);
	/* Half an answer is none. */
	if (status == USB_OK)
		cb(status, is_in ? transfer->buffer +
		    LIBUSB_CONTROL_SETUP_SIZE : NULL, transfer->len,
		    transfer->arg);
	else
		cb(status, NULL, 0, transfer->arg);
	if (!transfer->is_flying)
		usb_transfer_free(transfer);
}

static void
usb_transfer_done(struct bus_usb_transfer *transfer, enum usb_status status)
{
	struct bus_usb *usb = transfer->handle->usb;

	if (transfer->timer != NULL)
		loop_timer_stop(transfer->timer);
	transfer->status = status;
	transfer->is_done = true;
	TAILQ_INSERT_TAIL(&usb->done, transfer, done_entry);
	loop_deferred_schedule(usb->pump);
}

static enum usb_status
usb_status_of(enum libusb_transfer_status status)
{
	switch (status) {
	case LIBUSB_TRANSFER_COMPLETED:
		return USB_OK;
	case LIBUSB_TRANSFER_TIMED_OUT:
		return USB_TIMEOUT;
	case LIBUSB_TRANSFER_CANCELLED:
		return USB_CANCELLED;
	case LIBUSB_TRANSFER_STALL:
		return USB_STALL;
	case LIBUSB_TRANSFER_NO_DEVICE:
		return USB_GONE;
	case LIBUSB_TRANSFER_ERROR:
	case LIBUSB_TRANSFER_OVERFLOW:
		break;
	}
	return USB_ERROR;
}

/* From inside libusb: only note it. */
static void LIBUSB_CALL
usb_transfer_ended(struct libusb_transfer *urb)
{
	struct bus_usb_transfer *transfer = urb->user_data;

	transfer->is_flying = false;
	transfer->handle->flying--;
	if (transfer->cb == NULL) {
		TAILQ_REMOVE(&transfer->handle->orphans, transfer, entry);
		usb_transfer_free(transfer);
		return;
	}
	if (transfer->is_done)
		return;		/* too late */
	transfer->len = urb->actual_length > 0 ?
	    (size_t)urb->actual_length : 0;
	usb_transfer_done(transfer, usb_status_of(urb->status));
}

static void	usb_handle_events(struct bus_usb *usb, unsigned wait_ms);

/* Its time is over; unless the answer is there and was only not looked at. */
static void
usb_transfer_late(void *arg)
{
	struct bus_usb_transfer *transfer = arg;

	usb_handle_events(transfer->handle->usb, 0);
	if (!transfer->is_flying || transfer->is_done)
		return;
	libusb_cancel_transfer(transfer->urb);
	usb_transfer_done(transfer, USB_TIMEOUT);
}

static struct bus_usb_transfer *
usb_transfer_new(struct bus_usb_handle *handle, const struct usb_setup *setup,
    const void *data)
{
	struct bus_usb_transfer *transfer = xcalloc(1, sizeof *transfer +
	    LIBUSB_CONTROL_SETUP_SIZE + setup->length);

	transfer->base.bus = handle->base.bus;
	transfer->handle = handle;
	transfer->urb = libusb_alloc_transfer(0);
	if (transfer->urb == NULL)
		abort();	/* out of memory */
	libusb_fill_control_setup(transfer->buffer, setup->request_type,
	    setup->request, setup->value, setup->index, setup->length);
	if (!usb_is_in(setup) && setup->length > 0)
		memcpy(transfer->buffer + LIBUSB_CONTROL_SETUP_SIZE, data,
		    setup->length);
	return transfer;
}

static void
usb_transfer_set_time(struct bus_usb_transfer *transfer, unsigned timeout_ms)
{
	if (timeout_ms == 0)
		return;
	transfer->timer = loop_timer_new(transfer->handle->usb->loop,
	    usb_transfer_late, transfer);
	loop_timer_set(transfer->timer, LOOP_MS(timeout_ms));
}

struct bus_transfer *
bus_usb_control(struct bus_handle *base, const struct usb_setup *setup,
    const void *data, unsigned timeout_ms, bus_transfer_cb cb, void *arg)
{
	struct bus_usb_handle *handle = (struct bus_usb_handle *)(void *)base;
	struct bus_usb_transfer *transfer = usb_transfer_new(handle, setup,
	    data);
	int result = LIBUSB_ERROR_NO_DEVICE;

	transfer->cb = cb;
	transfer->arg = arg;
	TAILQ_INSERT_TAIL(&handle->transfers, transfer, entry);
	libusb_fill_control_transfer(transfer->urb, handle->handle,
	    transfer->buffer, usb_transfer_ended, transfer, 0);
	if (handle->device != NULL && !handle->device->has_left)
		result = libusb_submit_transfer(transfer->urb);
	if (result == 0) {
		transfer->is_flying = true;
		handle->flying++;
		usb_transfer_set_time(transfer, timeout_ms);
	} else
		usb_transfer_done(transfer, result == LIBUSB_ERROR_NO_DEVICE ?
		    USB_GONE : USB_ERROR);
	return &transfer->base;
}

void
bus_usb_transfer_cancel(struct bus_transfer *transfer)
{
	usb_transfer_forget(usb_transfer_of(transfer));
}

/* --- Handles ------------------------------------------------------------ */

static void
usb_handle_free(struct bus_usb_handle *handle)
{
	struct bus_usb_transfer *transfer;

	libusb_close(handle->handle);
	/* Only at the end of the program: no event takes them back any more. */
	while ((transfer = TAILQ_FIRST(&handle->orphans)) != NULL) {
		TAILQ_REMOVE(&handle->orphans, transfer, entry);
		usb_transfer_free(transfer);
	}
	handle->context->uses--;
	free(handle);
}

static int
usb_open_error(struct bus_usb_device *device, int result, struct error *err)
{
	const struct host *host = device->usb->host;
	struct bus_node_info info = { 0 };
	char node[BUS_PATH_MAX];

	bus_usb_facts(device, &info);
	host_usb_node(&info, node, sizeof node);
	if (result == LIBUSB_ERROR_ACCESS)
		return host_deny(host, node, err);
	/* The node may be there for a moment longer than the device. */
	if (result == LIBUSB_ERROR_NO_DEVICE || result == LIBUSB_ERROR_NOT_FOUND
	    || !host_usb_is_there(host, info.path, info.address))
		return error_set(err, ERROR_GONE, "the device has left");
	if (result == LIBUSB_ERROR_BUSY)
		return error_set(err, ERROR_BUSY,
		    "%s is in use by another program", node);
	return error_set(err, ERROR_IO, "%s can't be opened: %s", node,
	    libusb_strerror(result));
}

/* Asked before libusb_open(), which waits a little for a missing node. */
static int
usb_check_node(const struct bus_usb_device *device)
{
	struct bus_node_info info = { .bus = device->bus,
	    .address = device->address };
	char node[BUS_PATH_MAX];

	host_usb_node(&info, node, sizeof node);
	if (faccessat(AT_FDCWD, node, R_OK | W_OK, AT_EACCESS) == 0)
		return 0;
	if (errno == EACCES || errno == EPERM || errno == EROFS)
		return LIBUSB_ERROR_ACCESS;
	return LIBUSB_ERROR_NO_DEVICE;
}

struct bus_handle *
bus_usb_open(struct bus_usb_device *device, struct error *err)
{
	struct bus_usb_handle *handle;
	libusb_device_handle *opened;
	int result = LIBUSB_ERROR_NO_DEVICE;

	if (!device->has_left)
		result = usb_check_node(device);
	if (result == 0)
		result = libusb_open(device->dev, &opened);
	if (result != 0) {
		usb_open_error(device, result, err);
		return NULL;
	}
	handle = xcalloc(1, sizeof *handle);
	handle->base.bus = device->usb->owner;
	handle->usb = device->usb;
	handle->context = device->context;
	handle->context->uses++;
	handle->device = device;
	handle->handle = opened;
	TAILQ_INIT(&handle->transfers);
	TAILQ_INIT(&handle->orphans);
	TAILQ_INSERT_TAIL(&device->handles, handle, entry);
	return &handle->base;
}

void
bus_usb_close(struct bus_handle *base)
{
	struct bus_usb_handle *handle = (struct bus_usb_handle *)(void *)base;
	struct bus_usb_transfer *transfer;

	while ((transfer = TAILQ_FIRST(&handle->transfers)) != NULL)
		usb_transfer_forget(transfer);
	if (handle->device != NULL)
		TAILQ_REMOVE(&handle->device->handles, handle, entry);
	handle->device = NULL;
	if (handle->flying > 0)
		TAILQ_INSERT_TAIL(&handle->usb->closing, handle, entry);
	else
		usb_handle_free(handle);
}

int
bus_usb_claim(struct bus_handle *base, uint8_t interface, struct error *err)
{
	struct bus_usb_handle *handle = (struct bus_usb_handle *)(void *)base;
	int result = LIBUSB_ERROR_NO_DEVICE;

	if (handle->device != NULL && !handle->device->has_left)
		result = libusb_claim_interface(handle->handle, interface);
	switch (result) {
	case 0:
		return 0;
	case LIBUSB_ERROR_NO_DEVICE:
		return error_set(err, ERROR_GONE, "the device has left");
	case LIBUSB_ERROR_NOT_FOUND:
	case LIBUSB_ERROR_INVALID_PARAM:
		return error_set(err, ERROR_FAILED, "there is no interface %u",
		    interface);
	case LIBUSB_ERROR_BUSY:
		/* A driver of the kernel is never sent away. */
		return error_set(err, ERROR_BUSY, "interface %u is used by %s",
		    interface, libusb_kernel_driver_active(handle->handle,
		    interface) == 1 ? "the kernel" : "another program");
	default:
		return error_set(err, ERROR_IO,
		    "interface %u can't be claimed: %s", interface,
		    libusb_strerror(result));
	}
}

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
usb_close_idle(struct bus_usb *usb)
{
	struct bus_usb_handle *handle, *next;

	for (handle = TAILQ_FIRST(&usb->closing); handle != NULL;
	    handle = next) {
		next = TAILQ_NEXT(handle, entry);
		if (handle->flying > 0)
			continue;
		TAILQ_REMOVE(&usb->closing, handle, entry);
		usb_handle_free(handle);
	}
}

static void
usb_handle_events(struct bus_usb *usb, unsigned wait_ms)
{
	struct timeval tv = { .tv_usec = (suseconds_t)wait_ms * 1000 };
	struct usb_context *context;

	TAILQ_FOREACH(context, &usb->contexts, entry)
		libusb_handle_events_timeout_completed(context->ctx, &tv,
		    NULL);
	usb_close_idle(usb);
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
