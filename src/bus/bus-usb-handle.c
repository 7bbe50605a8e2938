/*
 * Handles and their transfers: one by one to libusb, back into the list of what
 * is done, from where bus-usb.c tells their owners.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/mem.h"
#include "bus/bus-usb-parts.h"

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

void
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

void
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

/* --- Letting libusb work ------------------------------------------------- */

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

void
usb_handle_events(struct bus_usb *usb, unsigned wait_ms)
{
	struct timeval tv = { .tv_usec = (suseconds_t)wait_ms * 1000 };
	struct usb_context *context;

	TAILQ_FOREACH(context, &usb->contexts, entry)
		libusb_handle_events_timeout_completed(context->ctx, &tv,
		    NULL);
	usb_close_idle(usb);
}
