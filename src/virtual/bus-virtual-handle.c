/*
 * Handles of the in-process bus and their transfers.
 */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "virtual/bus-virtual-parts.h"

struct vbus_transfer;
TAILQ_HEAD(vbus_transfers, vbus_transfer);

struct vbus_handle {
	struct bus_handle	 base;
	struct vbus_node	*node;
	TAILQ_ENTRY(vbus_handle) entry;		/* of its node */
	struct vbus_transfers	 transfers;	/* open ones */
};

struct vbus_transfer {
	struct bus_transfer	 base;
	struct vbus_handle	*handle;
	TAILQ_ENTRY(vbus_transfer) entry;
	struct vdev_urb		*urb;		/* NULL: never submitted */
	struct loop_timer	*timer;		/* the time-out */
	struct loop_deferred	*refusal;	/* of what was not submitted */
	enum usb_status		 status;	/* ... and why */
	bus_transfer_cb		 cb;
	void			*arg;
};

struct bus_handle *
vbus_open(struct bus *base, bus_node number, struct error *err)
{
	struct vbus *bus = vbus_of(base);
	struct vbus_node *node = vbus_node_find(bus, number, err);
	struct vbus_handle *handle;

	if (node == NULL)
		return NULL;
	if (!node->device->usb_access) {
		vbus_node_set_access(node);
		error_set(err, ERROR_PERMISSION, "%s", node->info.denied);
		return NULL;
	}
	handle = xcalloc(1, sizeof *handle);
	handle->base.bus = base;
	handle->node = node;
	TAILQ_INIT(&handle->transfers);
	TAILQ_INSERT_TAIL(&node->handles, handle, entry);
	bus->open++;
	return &handle->base;
}

static void transfer_free(struct vbus_transfer *transfer);

void
vbus_close(struct bus_handle *base)
{
	struct vbus_handle *handle = (struct vbus_handle *)(void *)base;
	struct vbus_node *node = handle->node;
	struct vbus_transfer *transfer;

	while ((transfer = TAILQ_FIRST(&handle->transfers)) != NULL)
		transfer_free(transfer);
	for (size_t i = 0; i < VBUS_INTERFACES; i++) {
		if (node->claims[i] == handle)
			node->claims[i] = NULL;
	}
	TAILQ_REMOVE(&node->handles, handle, entry);
	node->bus->open--;
	free(handle);
	vbus_node_free_unused(node);
}

int
vbus_claim(struct bus_handle *base, uint8_t interface, struct error *err)
{
	struct vbus_handle *handle = (struct vbus_handle *)(void *)base;
	struct vbus_node *node = handle->node;
	struct enumerate_acm acm;

	if (node->is_gone)
		return error_set(err, ERROR_GONE, "the device has left");
	if (interface >= VBUS_INTERFACES ||
	    !enumerate_has_interface(&node->descriptors, interface))
		return error_set(err, ERROR_FAILED, "there is no interface %u",
		    interface);
	if (enumerate_find_acm(&node->descriptors, &acm) &&
	    acm.interface == interface)
		return error_set(err, ERROR_BUSY,
		    "interface %u is used by the kernel", interface);
	if (node->claims[interface] != NULL &&
	    node->claims[interface] != handle)
		return error_set(err, ERROR_BUSY,
		    "interface %u is used by another program", interface);
	node->claims[interface] = handle;
	return 0;
}

/* --- Transfers ---------------------------------------------------------- */

static void
transfer_free(struct vbus_transfer *transfer)
{
	TAILQ_REMOVE(&transfer->handle->transfers, transfer, entry);
	if (transfer->urb != NULL)
		vdev_urb_cancel(transfer->urb);
	loop_timer_free(transfer->timer);
	loop_deferred_free(transfer->refusal);
	free(transfer);
}

static void
transfer_end(struct vbus_transfer *transfer, enum usb_status status,
    const uint8_t *data, size_t len)
{
	bus_transfer_cb cb = transfer->cb;
	void *arg = transfer->arg;

	transfer_free(transfer);
	cb(status, data, len, arg);
}

static void
transfer_done(enum usb_status status, const uint8_t *data, size_t len,
    void *arg)
{
	struct vbus_transfer *transfer = arg;

	transfer->urb = NULL;
	transfer_end(transfer, status, data, len);
}

static void
transfer_timed_out(void *arg)
{
	transfer_end(arg, USB_TIMEOUT, NULL, 0);
}

static void
transfer_refused(void *arg)
{
	struct vbus_transfer *transfer = arg;

	transfer_end(transfer, transfer->status, NULL, 0);
}

static void
transfer_refuse(struct vbus_transfer *transfer, enum usb_status status)
{
	transfer->status = status;
	transfer->refusal = loop_deferred_new(transfer->handle->node->bus->loop,
	    transfer_refused, transfer);
	loop_deferred_schedule(transfer->refusal);
}

/* Class requests to an interface that nobody claimed here are not sent. */
static bool
transfer_is_claimed(const struct vbus_handle *handle,
    const struct usb_setup *setup)
{
	uint8_t interface = (uint8_t)setup->index;

	if ((setup->request_type & USB_TYPE_MASK) != USB_TYPE_CLASS ||
	    (setup->request_type & USB_RECIPIENT_MASK) !=
	    USB_RECIPIENT_INTERFACE)
		return true;
	return interface < VBUS_INTERFACES &&
	    handle->node->claims[interface] == handle;
}

struct bus_transfer *
vbus_control(struct bus_handle *base, const struct usb_setup *setup,
    const void *data, unsigned timeout_ms, bus_transfer_cb cb, void *arg)
{
	struct vbus_handle *handle = (struct vbus_handle *)(void *)base;
	struct vbus_node *node = handle->node;
	struct vbus_transfer *transfer = xcalloc(1, sizeof *transfer);

	transfer->base.bus = base->bus;
	transfer->handle = handle;
	transfer->cb = cb;
	transfer->arg = arg;
	TAILQ_INSERT_TAIL(&handle->transfers, transfer, entry);
	if (node->is_gone) {
		transfer_refuse(transfer, USB_GONE);
		return &transfer->base;
	}
	if (!transfer_is_claimed(handle, setup)) {
		transfer_refuse(transfer, USB_ERROR);
		return &transfer->base;
	}
	node->device->transfers++;
	transfer->urb = vdev_control(node->device->vdev, setup,
	    usb_is_in(setup) ? NULL : data, transfer_done, transfer);
	if (timeout_ms > 0) {
		transfer->timer = loop_timer_new(node->bus->loop,
		    transfer_timed_out, transfer);
		loop_timer_set(transfer->timer, LOOP_MS(timeout_ms));
	}
	return &transfer->base;
}

void
vbus_transfer_cancel(struct bus_transfer *base)
{
	transfer_free((struct vbus_transfer *)(void *)base);
}

static struct vbus_transfer *
node_open_transfer(struct vbus_node *node)
{
	struct vbus_handle *handle;

	TAILQ_FOREACH(handle, &node->handles, entry) {
		if (!TAILQ_EMPTY(&handle->transfers))
			return TAILQ_FIRST(&handle->transfers);
	}
	return NULL;
}

void
vbus_end_transfers(struct vbus_node *node)
{
	struct vbus_transfer *transfer;

	/* Looked up afresh: a callback may have closed anything. */
	while ((transfer = node_open_transfer(node)) != NULL)
		transfer_end(transfer, USB_GONE, NULL, 0);
}
