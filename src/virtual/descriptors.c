/*
 * Descriptors, as each generation has them (reference 1.3 to 1.5, 9.3); the
 * strings are in strings.c.
 */
#include "config.h"

#include <string.h>

#include "virtual/cdc.h"
#include "virtual/device-parts.h"

#define EDL_VID		0x05c6
#define EDL_PID		0x9008

#define CLASS_CDC		0x02
#define CLASS_CDC_DATA		0x0a
#define CLASS_DFU		0xfe
#define CLASS_VENDOR		0xff

#define ENDPOINT_BULK		0x02
#define ENDPOINT_INTERRUPT	0x03

#define GUID_CONTROL	"{20b6cfa4-6dc7-468a-a8db-faa7c23ddea5}"
#define GUID_DFU	"{37fb5f90-1a34-4929-933b-8a27e1850033}"

/* --- What there is ------------------------------------------------------ */

bool
vdev_has_control(const struct vdev *dev)
{
	return !(dev->spec.platform->quirks & PLATFORM_QUIRK_NO_CONTROL);
}

/* RTL872x registers the control interface first. */
bool
vdev_control_is_first(const struct vdev *dev)
{
	return dev->spec.platform->mcu == PLATFORM_MCU_RTL872X;
}

bool
vdev_has_cdc(const struct vdev *dev)
{
	return dev->cdc != NULL &&
	    !(dev->spec.no_cdc && dev->running == VDEV_NORMAL);
}

uint8_t
vdev_control_interface(const struct vdev *dev)
{
	return vdev_control_is_first(dev) || !vdev_has_cdc(dev) ? 0 : 2;
}

uint8_t
vdev_cdc_interface(const struct vdev *dev)
{
	return vdev_control_is_first(dev) ? 1 : 0;
}

uint8_t
vdev_interface_count(const struct vdev *dev)
{
	if (dev->cdc == NULL)
		return 1;
	return (uint8_t)((vdev_has_cdc(dev) ? 2 : 0) +
	    (vdev_has_control(dev) ? 1 : 0));
}

/* --- Device ------------------------------------------------------------- */

static uint16_t
desc_release(const struct vdev *dev)
{
	switch (dev->spec.platform->mcu) {
	case PLATFORM_MCU_STM32F1:
		return 0x0200;
	case PLATFORM_MCU_STM32F2:
		return 0x0250;
	case PLATFORM_MCU_NRF52840:
		return 0x0102;
	default:
		return 0x0251;
	}
}

size_t
vdev_device_descriptor(const struct vdev *dev, uint8_t out[18])
{
	const struct platform *platform = dev->spec.platform;
	bool is_composite = dev->cdc != NULL && vdev_has_control(dev);
	bool has_serial = !dev->spec.no_serial && dev->running != VDEV_EDL;
	uint16_t vid = platform->vid, pid = platform->pid;
	struct buf b = { 0 };

	if (dev->running == VDEV_EDL) {
		vid = EDL_VID;
		pid = EDL_PID;
	} else if (dev->running == VDEV_DFU)
		pid = platform->dfu_pid;
	buf_put_u8(&b, 18);
	buf_put_u8(&b, USB_DESC_DEVICE);
	buf_put_le16(&b, 0x0200);
	/* A Core is a plain CDC device. */
	buf_put_u8(&b, is_composite ? 0xef : dev->cdc != NULL ? CLASS_CDC : 0);
	buf_put_u8(&b, is_composite ? 2 : 0);
	buf_put_u8(&b, is_composite ? 1 : 0);
	buf_put_u8(&b, 64);
	buf_put_le16(&b, vid);
	buf_put_le16(&b, pid);
	buf_put_le16(&b, desc_release(dev));
	buf_put_u8(&b, VDEV_STRING_MANUFACTURER);
	buf_put_u8(&b, VDEV_STRING_PRODUCT);
	buf_put_u8(&b, has_serial ? VDEV_STRING_SERIAL : 0);
	buf_put_u8(&b, 1);
	memcpy(out, b.data, 18);
	buf_fini(&b);
	return 18;
}

/* --- Configuration ------------------------------------------------------ */

static void
desc_interface(struct buf *b, uint8_t number, uint8_t alt, uint8_t endpoints,
    const uint8_t class[3], uint8_t string)
{
	const uint8_t desc[] = {
		9, USB_DESC_INTERFACE, number, alt, endpoints,
		class[0], class[1], class[2], string,
	};

	buf_append(b, desc, sizeof desc);
}

static void
desc_endpoint(struct buf *b, uint8_t address, uint8_t type, uint16_t size,
    uint8_t interval)
{
	buf_put_u8(b, 7);
	buf_put_u8(b, USB_DESC_ENDPOINT);
	buf_put_u8(b, address);
	buf_put_u8(b, type);
	buf_put_le16(b, size);
	buf_put_u8(b, interval);
}

/* IAD, communication interface with its functional descriptors (CDC 1.2, 5.2.3
 * and PSTN 1.2, 5.3), data interface. */
static void
desc_cdc(const struct vdev *dev, struct buf *b)
{
	static const uint8_t comm[3] = { CLASS_CDC, 2, 1 };
	static const uint8_t data[3] = { CLASS_CDC_DATA, 0, 0 };
	uint8_t n = vdev_cdc_interface(dev);
	const uint8_t iad[] = {
		8, USB_DESC_INTERFACE_ASSOCIATION, n, 2, CLASS_CDC, 2, 1,
		VDEV_STRING_CDC,
	};
	const uint8_t functional[] = {
		5, USB_DESC_CS_INTERFACE, 0x00, 0x10, 0x01,
		5, USB_DESC_CS_INTERFACE, 0x01, 0x00, (uint8_t)(n + 1),
		4, USB_DESC_CS_INTERFACE, 0x02, 0x02,
		5, USB_DESC_CS_INTERFACE, 0x06, n, (uint8_t)(n + 1),
	};

	if (vdev_has_control(dev))
		buf_append(b, iad, sizeof iad);
	desc_interface(b, n, 0, 1, comm, VDEV_STRING_CDC);
	buf_append(b, functional, sizeof functional);
	desc_endpoint(b, VDEV_CDC_NOTIFY, ENDPOINT_INTERRUPT, 8, 16);
	desc_interface(b, (uint8_t)(n + 1), 0, 2, data, VDEV_STRING_CDC);
	desc_endpoint(b, VDEV_CDC_OUT, ENDPOINT_BULK, 64, 0);
	desc_endpoint(b, VDEV_CDC_IN, ENDPOINT_BULK, 64, 0);
}

static void
desc_control(const struct vdev *dev, struct buf *b)
{
	static const uint8_t class[3] = { CLASS_VENDOR, 0xff, 0xff };

	desc_interface(b, vdev_control_interface(dev), 0, 0, class,
	    VDEV_STRING_CONTROL);
}

static void
desc_dfu_functional(const struct vdev *dev, struct buf *b)
{
	buf_put_u8(b, 9);
	buf_put_u8(b, USB_DESC_DFU_FUNCTIONAL);
	buf_put_u8(b, 0x0b);	/* download, upload, will detach */
	buf_put_le16(b, 255);
	buf_put_le16(b, dev->spec.platform->dfu.transfer_size);
	buf_put_le16(b, 0x011a);
}

static void
desc_dfu(const struct vdev *dev, struct buf *b)
{
	static const uint8_t class[3] = { CLASS_DFU, 1, 2 };
	const struct platform_dfu *dfu = &dev->spec.platform->dfu;

	for (uint8_t i = 0; i < dfu->alt_count; i++) {
		desc_interface(b, 0, i, 0, class,
		    (uint8_t)(dfu->first_alt_string + i));
	}
	desc_dfu_functional(dev, b);
}

/* Qualcomm's loader: Sahara over two bulk endpoints. A running Tachyon shows
 * adb here. */
static void
desc_qualcomm(const struct vdev *dev, struct buf *b)
{
	static const uint8_t edl[3] = { CLASS_VENDOR, 0xff, 0x10 };
	static const uint8_t adb[3] = { CLASS_VENDOR, 0x42, 0x01 };

	desc_interface(b, 0, 0, 2, dev->running == VDEV_EDL ? edl : adb, 0);
	desc_endpoint(b, VDEV_CDC_IN, ENDPOINT_BULK, 64, 0);
	desc_endpoint(b, VDEV_CDC_OUT, ENDPOINT_BULK, 64, 0);
}

static void
desc_configuration(const struct vdev *dev, struct buf *b)
{
	bool is_self_powered =
	    dev->spec.platform->mcu == PLATFORM_MCU_NRF52840;
	const uint8_t head[] = {
		9, USB_DESC_CONFIGURATION, 0, 0, vdev_interface_count(dev), 1,
		VDEV_STRING_CONFIGURATION, is_self_powered ? 0xc0 : 0x80,
		/* 500 mA, or 100 */
		dev->spec.platform->generation == 2 ? 50 : 250,
	};

	buf_append(b, head, sizeof head);
	if (dev->running == VDEV_DFU)
		desc_dfu(dev, b);
	else if (dev->cdc == NULL)
		desc_qualcomm(dev, b);
	else {
		if (vdev_has_control(dev) && vdev_control_is_first(dev))
			desc_control(dev, b);
		if (vdev_has_cdc(dev))
			desc_cdc(dev, b);
		if (vdev_has_control(dev) && !vdev_control_is_first(dev))
			desc_control(dev, b);
	}
	b->data[2] = (uint8_t)b->len;
	b->data[3] = (uint8_t)(b->len >> 8);
}

size_t
vdev_config_descriptor(const struct vdev *dev, uint8_t *out, size_t size)
{
	struct buf b = { 0 };
	size_t len;

	desc_configuration(dev, &b);
	len = b.len < size ? b.len : size;
	if (len > 0)
		memcpy(out, b.data, len);
	buf_fini(&b);
	return len;
}

/* --- Requests ----------------------------------------------------------- */

enum vdev_answer
vdev_descriptor(struct vdev *dev, const struct usb_setup *setup,
    struct buf *in)
{
	uint8_t device[18];

	switch (setup->value >> 8) {
	case USB_DESC_DEVICE:
		buf_append(in, device, vdev_device_descriptor(dev, device));
		return VDEV_ANSWER_OK;
	case USB_DESC_CONFIGURATION:
		if ((setup->value & 0xff) != 0)
			return VDEV_ANSWER_STALL;
		desc_configuration(dev, in);
		return VDEV_ANSWER_OK;
	case USB_DESC_STRING:
		return vdev_string_descriptor(dev, (uint8_t)setup->value, in);
	case USB_DESC_DFU_FUNCTIONAL:
		if (dev->running != VDEV_DFU)
			return VDEV_ANSWER_STALL;
		desc_dfu_functional(dev, in);
		return VDEV_ANSWER_OK;
	default:
		return VDEV_ANSWER_STALL;
	}
}

/* Microsoft OS 1.0: "WINUSB" for the control or DFU interface. */
static void
desc_msft_compat_id(const struct vdev *dev, struct buf *in)
{
	static const char id[8] = "WINUSB";

	buf_put_le32(in, 40);
	buf_put_le16(in, 0x0100);
	buf_put_le16(in, 4);
	buf_put_u8(in, 1);
	for (size_t i = 0; i < 7; i++)
		buf_put_u8(in, 0);
	buf_put_u8(in, dev->running == VDEV_DFU ? 0 :
	    vdev_control_interface(dev));
	buf_put_u8(in, 1);
	buf_append(in, id, sizeof id);
	for (size_t i = 0; i < 14; i++)
		buf_put_u8(in, 0);
}

static void
desc_msft_properties(const struct vdev *dev, struct buf *in)
{
	static const char name[] = "DeviceInterfaceGUID";
	const char *guid = dev->running == VDEV_DFU ? GUID_DFU : GUID_CONTROL;
	size_t name_size = 2 * sizeof name;
	size_t guid_size = 2 * (strlen(guid) + 1);
	size_t property_size = 14 + name_size + guid_size;

	buf_put_le32(in, (uint32_t)(10 + property_size));
	buf_put_le16(in, 0x0100);
	buf_put_le16(in, 5);
	buf_put_le16(in, 1);
	buf_put_le32(in, (uint32_t)property_size);
	buf_put_le32(in, 1);		/* a Unicode string */
	buf_put_le16(in, (uint16_t)name_size);
	for (size_t i = 0; i < sizeof name; i++)
		buf_put_le16(in, (uint16_t)name[i]);
	buf_put_le32(in, (uint32_t)guid_size);
	for (size_t i = 0; i <= strlen(guid); i++)
		buf_put_le16(in, (uint16_t)guid[i]);
}

enum vdev_answer
vdev_msft(struct vdev *dev, const struct usb_setup *setup, struct buf *in)
{
	uint8_t recipient = setup->request_type & USB_RECIPIENT_MASK;
	uint8_t ours = dev->running == VDEV_DFU ? 0 :
	    vdev_control_interface(dev);

	if (setup->index == 4 && recipient == USB_RECIPIENT_DEVICE) {
		desc_msft_compat_id(dev, in);
		return VDEV_ANSWER_OK;
	}
	if (setup->index != 5 || recipient != USB_RECIPIENT_INTERFACE)
		return VDEV_ANSWER_STALL;
	if ((setup->value & 0xff) == ours)
		desc_msft_properties(dev, in);
	else {
		/* No properties: the header alone. */
		buf_put_le32(in, 10);
		buf_put_le16(in, 0x0100);
		buf_put_le16(in, 5);
		buf_put_le16(in, 0);
	}
	return VDEV_ANSWER_OK;
}
