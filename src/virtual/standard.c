/*
 * Standard requests (USB 2.0, 9.4), but for SET_ADDRESS, which the host
 * controller carries out.
 */
#include "config.h"

#include "virtual/device-parts.h"
#include "virtual/dfu.h"

static enum vdev_answer
standard_in(struct vdev *dev, const struct usb_setup *setup, struct buf *in)
{
	bool is_interface = (setup->request_type & USB_RECIPIENT_MASK) ==
	    USB_RECIPIENT_INTERFACE;

	switch (setup->request) {
	case USB_REQ_GET_DESCRIPTOR:
		return vdev_descriptor(dev, setup, in);
	case USB_REQ_GET_CONFIGURATION:
		buf_put_u8(in, dev->configuration);
		return VDEV_ANSWER_OK;
	case USB_REQ_GET_STATUS:
		buf_put_le16(in, 0);
		return VDEV_ANSWER_OK;
	case USB_REQ_GET_INTERFACE:
		if (!is_interface || setup->index >= vdev_interface_count(dev))
			return VDEV_ANSWER_STALL;
		buf_put_u8(in, dev->dfu != NULL ? vdev_dfu_alt(dev->dfu) : 0);
		return VDEV_ANSWER_OK;
	default:
		return VDEV_ANSWER_STALL;
	}
}

static enum vdev_answer
standard_set_interface(struct vdev *dev, const struct usb_setup *setup)
{
	if (setup->index >= vdev_interface_count(dev))
		return VDEV_ANSWER_STALL;
	if (dev->dfu != NULL)
		return vdev_dfu_set_alt(dev->dfu, setup->value) ?
		    VDEV_ANSWER_OK : VDEV_ANSWER_STALL;
	return setup->value == 0 ? VDEV_ANSWER_OK : VDEV_ANSWER_STALL;
}

enum vdev_answer
vdev_standard(struct vdev *dev, const struct usb_setup *setup, struct buf *in)
{
	if (usb_is_in(setup))
		return standard_in(dev, setup, in);
	switch (setup->request) {
	case USB_REQ_SET_CONFIGURATION:
		if (setup->value > 1)
			return VDEV_ANSWER_STALL;
		dev->configuration = (uint8_t)setup->value;
		if (dev->dfu != NULL)
			vdev_dfu_bus_reset(dev->dfu);
		return VDEV_ANSWER_OK;
	case USB_REQ_SET_INTERFACE:
		return standard_set_interface(dev, setup);
	case USB_REQ_CLEAR_FEATURE:
	case USB_REQ_SET_FEATURE:
		return VDEV_ANSWER_OK;
	default:
		return VDEV_ANSWER_STALL;
	}
}
