/*
 * USB words that every layer shares: setup packets, the end of a transfer and
 * the few numbers of the USB 2.0 specification that pterm needs.
 *
 * Nothing here does anything. Multi-byte fields are host byte order; the bus
 * puts them on the wire.
 */
#ifndef PTERM_BASE_USB_H
#define PTERM_BASE_USB_H

#include <stdbool.h>
#include <stdint.h>

/* USB 2.0, table 9-2. */
struct usb_setup {
	uint8_t		request_type;	/* bmRequestType */
	uint8_t		request;	/* bRequest */
	uint16_t	value;
	uint16_t	index;
	uint16_t	length;
};

#define USB_DIR_IN		0x80
#define USB_TYPE_MASK		0x60
#define USB_TYPE_STANDARD	0x00
#define USB_TYPE_CLASS		0x20
#define USB_TYPE_VENDOR		0x40
#define USB_RECIPIENT_MASK	0x1f
#define USB_RECIPIENT_DEVICE	0x00
#define USB_RECIPIENT_INTERFACE	0x01
#define USB_RECIPIENT_ENDPOINT	0x02

/* USB 2.0, table 9-4. */
#define USB_REQ_GET_STATUS		0
#define USB_REQ_CLEAR_FEATURE		1
#define USB_REQ_SET_FEATURE		3
#define USB_REQ_SET_ADDRESS		5
#define USB_REQ_GET_DESCRIPTOR		6
#define USB_REQ_GET_CONFIGURATION	8
#define USB_REQ_SET_CONFIGURATION	9
#define USB_REQ_GET_INTERFACE		10
#define USB_REQ_SET_INTERFACE		11

/* USB 2.0, table 9-5, and the IAD engineering change notice. */
#define USB_DESC_DEVICE			1
#define USB_DESC_CONFIGURATION		2
#define USB_DESC_STRING			3
#define USB_DESC_INTERFACE		4
#define USB_DESC_ENDPOINT		5
#define USB_DESC_DEVICE_QUALIFIER	6
#define USB_DESC_INTERFACE_ASSOCIATION	11
#define USB_DESC_CS_INTERFACE		0x24
#define USB_DESC_DFU_FUNCTIONAL		0x21

#define USB_LANGID_EN_US	0x0409

/* CDC PSTN 1.2, table 13. */
#define CDC_REQ_SET_LINE_CODING		0x20
#define CDC_REQ_GET_LINE_CODING		0x21
#define CDC_REQ_SET_CONTROL_LINE_STATE	0x22
#define CDC_REQ_SEND_BREAK		0x23

/* How a transfer ended; each ends exactly once. */
enum usb_status {
	USB_OK,
	USB_STALL,		/* the device refused (EPIPE) */
	USB_TIMEOUT,		/* no answer in time; the device is still there */
	USB_GONE,		/* the device left the bus */
	USB_CANCELLED,		/* our side took it back */
	USB_ACCESS,		/* the system does not let this user */
	USB_ERROR,		/* the transfer broke: CRC, babble, overflow */
};

static inline bool
usb_is_in(const struct usb_setup *s)
{
	return (s->request_type & USB_DIR_IN) != 0;
}

#endif
