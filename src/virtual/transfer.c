/*
 * The transfers of a virtual device: endpoint 0 in order, one at a time, with
 * its latency and its faults; bulk and interrupt endpoints beside it.
 *
 * A callback may free the device: it is always the last thing that is done.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "virtual/cdc.h"
#include "virtual/channel.h"
#include "virtual/device-parts.h"
#include "virtual/dfu.h"
#include "virtual/vendor.h"

#define CONTROL_LATENCY_US	200
#define DATA_LATENCY_US		250
/* Of a bulk transfer's bytes at full speed. */
#define BYTES_PER_US		1

#define MSFT_REQUEST		0xee
#define HAL_BUFFER		64

struct vdev_urb {
	struct vdev		*dev;
	struct vdev_urbs	*list;		/* which one it stands in */
	TAILQ_ENTRY(vdev_urb)	 entry;
	struct usb_setup	 setup;
	uint8_t			*out;
	size_t			 len;
	vdev_done_cb		 cb;
	void			*arg;
	/* The device has answered; it is on its way. */
	bool			 is_answered;
	bool			 is_stuck;	/* NAKed for ever */
	enum usb_status		 status;
	struct buf		 in;
};

static void urb_put(struct vdev_urb *urb, struct vdev_urbs *list);

static struct vdev_urb *
urb_new(struct vdev *dev, const uint8_t *out, size_t len, vdev_done_cb cb,
    void *arg)
{
	struct vdev_urb *urb = xcalloc(1, sizeof *urb);

	urb->dev = dev;
	urb->len = len;
	urb->cb = cb;
	urb->arg = arg;
	if (out != NULL && len > 0)
		urb->out = xmemdup(out, len);
	return urb;
}

static void
urb_free(struct vdev_urb *urb)
{
	if (urb->list != NULL)
		TAILQ_REMOVE(urb->list, urb, entry);
	buf_fini(&urb->in);
	free(urb->out);
	free(urb);
}

static void
urb_put(struct vdev_urb *urb, struct vdev_urbs *list)
{
	if (urb->list != NULL)
		TAILQ_REMOVE(urb->list, urb, entry);
	urb->list = list;
	TAILQ_INSERT_TAIL(list, urb, entry);
}

/* Calls back; the device may be gone afterwards. */
static void
urb_finish(struct vdev_urb *urb)
{
	vdev_done_cb cb = urb->cb;
	enum usb_status status = urb->status;
	struct buf in = urb->in;
	void *arg = urb->arg;
	size_t len = in.len;

	if (status == USB_OK && urb->out != NULL)
		len = urb->len;
	urb->in = (struct buf){ 0 };
	urb_free(urb);
	cb(status, in.data, len, arg);
	buf_fini(&in);
}

/* --- Ends that are not the device's answer ------------------------------ */

static void
transfer_end(struct vdev_urb *urb, enum usb_status status)
{
	struct vdev *dev = urb->dev;

	urb->status = status;
	buf_clear(&urb->in);
	urb_put(urb, &dev->ending);
	if (!loop_timer_is_set(dev->ending_timer))
		loop_timer_set(dev->ending_timer, 0);
}

static void
transfer_ending(void *arg)
{
	struct vdev *dev = arg;
	struct vdev_urb *urb = TAILQ_FIRST(&dev->ending);

	if (urb == NULL) {
		vdev_left(dev);
		return;
	}
	loop_timer_set(dev->ending_timer, 0);
	urb_finish(urb);
}

void
vdev_transfer_end_all(struct vdev *dev, enum usb_status status)
{
	struct vdev_urbs *lists[] = {
		&dev->control, &dev->bulk_in, &dev->bulk_out, &dev->idle,
	};
	struct vdev_urb *urb;

	loop_timer_stop(dev->control_timer);
	loop_timer_stop(dev->data_timer);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		while ((urb = TAILQ_FIRST(lists[i])) != NULL)
			transfer_end(urb, status);
	}
	loop_timer_set(dev->ending_timer, 0);
}

/* --- Endpoint 0 --------------------------------------------------------- */

static void
control_next(struct vdev *dev)
{
	struct vdev_urb *urb = TAILQ_FIRST(&dev->control);
	uint64_t now = loop_now_us(dev->loop);
	uint64_t delay = vdev_scaled(dev, CONTROL_LATENCY_US);

	if (urb == NULL || urb->is_stuck ||
	    loop_timer_is_set(dev->control_timer))
		return;
	/* A flash that works holds the next transfer off. */
	if (dev->busy_until_us > now && dev->busy_until_us - now > delay)
		delay = dev->busy_until_us - now;
	loop_timer_set(dev->control_timer, delay);
}

/* The driver's rules for OUT requests that nobody knows (reference 2.3). */
static enum vdev_answer
control_unknown_vendor(const struct usb_setup *setup)
{
	if (!usb_is_in(setup) && setup->length > 0 &&
	    setup->length <= HAL_BUFFER)
		return VDEV_ANSWER_OK;
	return VDEV_ANSWER_STALL;
}

static bool
control_has_channel(const struct vdev *dev)
{
	switch (dev->spec.platform->generation) {
	case 2:
		return dev->version >= VDEV_VERSION(0, 8, 0);
	case 3:
		return dev->version >= VDEV_VERSION(0, 9, 0);
	default:
		return true;
	}
}

static enum vdev_answer
control_vendor(struct vdev *dev, const struct usb_setup *setup,
    const uint8_t *out, struct buf *in)
{
	if (dev->spec.platform->quirks & PLATFORM_QUIRK_NO_CONTROL ||
	    dev->running == VDEV_EDL)
		return VDEV_ANSWER_STALL;
	if (usb_is_in(setup) && setup->request == MSFT_REQUEST)
		return vdev_msft(dev, setup, in);
	if (dev->running == VDEV_DFU ||
	    (setup->request_type & USB_RECIPIENT_MASK) != USB_RECIPIENT_DEVICE)
		return VDEV_ANSWER_STALL;
	if (dev->spec.platform->quirks & PLATFORM_QUIRK_OUT_NEEDS_DATA &&
	    !usb_is_in(setup) && setup->length == 0)
		return VDEV_ANSWER_NAK;
	if (setup->request >= 1 && setup->request <= 15 &&
	    control_has_channel(dev))
		return vdev_channel_setup(dev->channel, setup, out, in);
	if (setup->request == VDEV_VENDOR_REQUEST)
		return vdev_vendor_setup(dev->vendor, setup, out, in);
	return control_unknown_vendor(setup);
}

static enum vdev_answer
control_dispatch(struct vdev *dev, const struct usb_setup *setup,
    const uint8_t *out, struct buf *in)
{
	switch (setup->request_type & USB_TYPE_MASK) {
	case USB_TYPE_STANDARD:
		return vdev_standard(dev, setup, in);
	case USB_TYPE_CLASS:
		if (dev->dfu != NULL)
			return vdev_dfu_setup(dev->dfu, setup, out, in);
		if (vdev_has_cdc(dev) &&
		    (setup->index & 0xff) == vdev_cdc_interface(dev))
			return vdev_cdc_setup(dev->cdc, setup, out, in);
		return VDEV_ANSWER_STALL;
	case USB_TYPE_VENDOR:
		return control_vendor(dev, setup, out, in);
	default:
		return VDEV_ANSWER_STALL;
	}
}

/* The data stage of an IN transfer is over. */
static void
control_sent(struct vdev *dev, const struct usb_setup *setup)
{
	uint64_t busy_us;

	if (!usb_is_in(setup))
		return;
	if (dev->dfu != NULL) {
		busy_us = vdev_scaled(dev, vdev_dfu_sent(dev->dfu));
		dev->busy_until_us = loop_now_us(dev->loop) + busy_us;
	} else if (dev->channel != NULL &&
	    (setup->request_type & USB_TYPE_MASK) == USB_TYPE_VENDOR)
		vdev_channel_sent(dev->channel);
}

static void
control_garble(struct vdev *dev, struct vdev_urb *urb)
{
	buf_clear(&urb->in);
	for (size_t i = 0; i < urb->setup.length; i++) {
		dev->noise = dev->noise * 1664525 + 1013904223;
		buf_put_u8(&urb->in, (uint8_t)(dev->noise >> 24));
	}
}

/* What the fault makes of a transfer that the device has not seen yet. True:
 * it does not get to see it. */
static bool
control_fault_before(struct vdev_urb *urb, const struct vdev_fault *fault)
{
	struct vdev *dev = urb->dev;

	switch (fault->kind) {
	case VDEV_FAULT_STALL:
		urb->is_answered = true;
		urb->status = USB_STALL;
		return true;
	case VDEV_FAULT_NAK:
		urb->is_stuck = true;
		return true;
	case VDEV_FAULT_VANISH:
		vdev_vanish(dev,
		    vdev_scaled(dev, LOOP_MS(fault->delay_ms)));
		return true;
	default:
		return false;
	}
}

/* ... and of its answer. */
static void
control_fault_after(struct vdev_urb *urb, const struct vdev_fault *fault)
{
	struct vdev *dev = urb->dev;

	if (urb->status != USB_OK || !usb_is_in(&urb->setup))
		return;
	if (fault->kind == VDEV_FAULT_SHORT && urb->in.len > fault->length)
		urb->in.len = fault->length;
	else if (fault->kind == VDEV_FAULT_GARBAGE)
		control_garble(dev, urb);
}

/* False: the transfer is out of our hands (left the bus, or NAKed). */
static bool
control_answer(struct vdev_urb *urb, uint64_t *late_us)
{
	struct vdev *dev = urb->dev;
	const struct vdev_fault *fault = vdev_fault_for(dev, &urb->setup);
	enum vdev_answer answer;
	struct buf in = { 0 };

	*late_us = 0;
	if (fault != NULL && control_fault_before(urb, fault))
		return urb->is_answered;
	answer = control_dispatch(dev, &urb->setup, urb->out, &in);
	if (!dev->is_attached) {
		buf_fini(&in);
		return false;
	}
	if (answer != VDEV_ANSWER_OK)
		buf_clear(&in);
	if (in.len > urb->setup.length)
		in.len = urb->setup.length;
	urb->in = in;
	urb->is_answered = answer != VDEV_ANSWER_NAK;
	urb->is_stuck = answer == VDEV_ANSWER_NAK;
	urb->status = answer == VDEV_ANSWER_OK ? USB_OK : USB_STALL;
	if (fault != NULL && fault->kind == VDEV_FAULT_LATE)
		*late_us = vdev_scaled(dev, LOOP_MS(fault->delay_ms));
	if (fault != NULL)
		control_fault_after(urb, fault);
	return urb->is_answered;
}

static void
control_step(void *arg)
{
	struct vdev *dev = arg;
	struct vdev_urb *urb = TAILQ_FIRST(&dev->control);
	struct usb_setup setup;
	uint64_t late_us;

	if (!urb->is_answered) {
		if (!control_answer(urb, &late_us))
			return;
		if (late_us > 0) {
			loop_timer_set(dev->control_timer, late_us);
			return;
		}
	}
	setup = urb->setup;
	TAILQ_REMOVE(&dev->control, urb, entry);
	urb->list = NULL;
	if (urb->status == USB_OK)
		control_sent(dev, &setup);
	vdev_answered(dev);
	control_next(dev);
	urb_finish(urb);
}

struct vdev_urb *
vdev_control(struct vdev *dev, const struct usb_setup *setup,
    const uint8_t *out, vdev_done_cb cb, void *arg)
{
	struct vdev_urb *urb;

	urb = urb_new(dev, usb_is_in(setup) ? NULL : out, setup->length, cb,
	    arg);
	urb->setup = *setup;
	if (!dev->is_attached) {
		transfer_end(urb, USB_GONE);
		return urb;
	}
	urb_put(urb, &dev->control);
	control_next(dev);
	return urb;
}

/* --- Data endpoints ----------------------------------------------------- */

void
vdev_data_wake(struct vdev *dev)
{
	struct vdev_urb *out = TAILQ_FIRST(&dev->bulk_out);
	size_t pending = 0, bytes;

	if (dev->cdc == NULL || loop_timer_is_set(dev->data_timer))
		return;
	if (!TAILQ_EMPTY(&dev->bulk_in))
		pending = vdev_cdc_pending(dev->cdc);
	if (out == NULL && pending == 0)
		return;
	bytes = out != NULL ? out->len : pending;
	loop_timer_set(dev->data_timer, vdev_scaled(dev,
	    DATA_LATENCY_US + (bytes > 4096 ? 4096 : bytes) / BYTES_PER_US));
}

/* One transfer a time, input first. */
static void
data_step(void *arg)
{
	struct vdev *dev = arg;
	struct vdev_urb *urb = TAILQ_FIRST(&dev->bulk_out);

	if (urb != NULL) {
		vdev_cdc_input(dev->cdc, urb->out, urb->len);
	} else {
		urb = TAILQ_FIRST(&dev->bulk_in);
		if (urb == NULL || vdev_cdc_pending(dev->cdc) == 0)
			return;
		vdev_cdc_take(dev->cdc, &urb->in, urb->len);
	}
	if (!dev->is_attached)
		return;		/* what was typed restarted it */
	urb->status = USB_OK;
	TAILQ_REMOVE(urb->list, urb, entry);
	urb->list = NULL;
	vdev_data_wake(dev);
	urb_finish(urb);
}

struct vdev_urb *
vdev_data(struct vdev *dev, uint8_t endpoint, const uint8_t *out, size_t len,
    vdev_done_cb cb, void *arg)
{
	struct vdev_urb *urb = urb_new(dev, out, len, cb, arg);

	if (!dev->is_attached)
		transfer_end(urb, USB_GONE);
	else if (!vdev_has_cdc(dev))
		transfer_end(urb, USB_STALL);
	else if (endpoint == VDEV_CDC_NOTIFY)
		urb_put(urb, &dev->idle);
	else if (endpoint == VDEV_CDC_IN)
		urb_put(urb, &dev->bulk_in);
	else if (endpoint == VDEV_CDC_OUT)
		urb_put(urb, &dev->bulk_out);
	else
		transfer_end(urb, USB_STALL);
	vdev_data_wake(dev);
	return urb;
}

void
vdev_urb_cancel(struct vdev_urb *urb)
{
	struct vdev *dev = urb->dev;
	bool was_head = urb == TAILQ_FIRST(&dev->control);

	urb_free(urb);
	if (was_head) {
		loop_timer_stop(dev->control_timer);
		control_next(dev);
	}
}

/* --- Beginning and end -------------------------------------------------- */

void
vdev_transfer_init(struct vdev *dev)
{
	TAILQ_INIT(&dev->control);
	TAILQ_INIT(&dev->bulk_in);
	TAILQ_INIT(&dev->bulk_out);
	TAILQ_INIT(&dev->idle);
	TAILQ_INIT(&dev->ending);
	dev->control_timer = loop_timer_new(dev->loop, control_step, dev);
	dev->data_timer = loop_timer_new(dev->loop, data_step, dev);
	dev->ending_timer = loop_timer_new(dev->loop, transfer_ending, dev);
}

void
vdev_transfer_fini(struct vdev *dev)
{
	struct vdev_urbs *lists[] = {
		&dev->control, &dev->bulk_in, &dev->bulk_out, &dev->idle,
		&dev->ending,
	};
	struct vdev_urb *urb;

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		while ((urb = TAILQ_FIRST(lists[i])) != NULL)
			urb_free(urb);
	}
	loop_timer_free(dev->control_timer);
	loop_timer_free(dev->data_timer);
	loop_timer_free(dev->ending_timer);
	vdev_clear_faults(dev);
}
