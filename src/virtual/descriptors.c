/*
 * Descriptors, as each generation has them (reference 1.3 to 1.5, 9.3).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "virtual/cdc.h"
#include "virtual/device-parts.h"

#define EDL_VID		0x05c6
#define EDL_PID		0x9008

#define STRING_MANUFACTURER	1
#define STRING_PRODUCT		2
#define STRING_SERIAL		3
#define STRING_CONFIGURATION	4
#define STRING_CONTROL		5
#define STRING_CDC		6

#define STRING_UNITS_MAX	126

#define CLASS_CDC		0x02
#define CLASS_CDC_DATA		0x0a
#define CLASS_DFU		0xfe
#define CLASS_VENDOR		0xff

#define ENDPOINT_BULK		0x02
#define ENDPOINT_INTERRUPT	0x03

#define SECURITY_TEXT_UNITS	8	/* "sm=o", padded with NULs */

#define GUID_CONTROL	"{20b6cfa4-6dc7-468a-a8db-faa7c23ddea5}"
#define GUID_DFU	"{37fb5f90-1a34-4929-933b-8a27e1850033}"

/* --- What there is ------------------------------------------------------ */

static bool
desc_has_control(const struct vdev *dev)
{
	return !(dev->spec.platform->quirks & PLATFORM_QUIRK_NO_CONTROL);
}

/* RTL872x registers the control interface first. */
static bool
desc_control_is_first(const struct vdev *dev)
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
	return desc_control_is_first(dev) || !vdev_has_cdc(dev) ? 0 : 2;
}

uint8_t
vdev_cdc_interface(const struct vdev *dev)
{
	return desc_control_is_first(dev) ? 1 : 0;
}

uint8_t
vdev_interface_count(const struct vdev *dev)
{
	if (dev->cdc == NULL)
		return 1;
	return (uint8_t)((vdev_has_cdc(dev) ? 2 : 0) +
	    (desc_has_control(dev) ? 1 : 0));
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
	bool is_composite = dev->cdc != NULL && desc_has_control(dev);
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
	buf_put_u8(&b, STRING_MANUFACTURER);
	buf_put_u8(&b, STRING_PRODUCT);
	buf_put_u8(&b, has_serial ? STRING_SERIAL : 0);
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
		STRING_CDC,
	};
	const uint8_t functional[] = {
		5, USB_DESC_CS_INTERFACE, 0x00, 0x10, 0x01,
		5, USB_DESC_CS_INTERFACE, 0x01, 0x00, (uint8_t)(n + 1),
		4, USB_DESC_CS_INTERFACE, 0x02, 0x02,
		5, USB_DESC_CS_INTERFACE, 0x06, n, (uint8_t)(n + 1),
	};

	if (desc_has_control(dev))
		buf_append(b, iad, sizeof iad);
	desc_interface(b, n, 0, 1, comm, STRING_CDC);
	buf_append(b, functional, sizeof functional);
	desc_endpoint(b, VDEV_CDC_NOTIFY, ENDPOINT_INTERRUPT, 8, 16);
	desc_interface(b, (uint8_t)(n + 1), 0, 2, data, STRING_CDC);
	desc_endpoint(b, VDEV_CDC_OUT, ENDPOINT_BULK, 64, 0);
	desc_endpoint(b, VDEV_CDC_IN, ENDPOINT_BULK, 64, 0);
}

static void
desc_control(const struct vdev *dev, struct buf *b)
{
	static const uint8_t class[3] = { CLASS_VENDOR, 0xff, 0xff };

	desc_interface(b, vdev_control_interface(dev), 0, 0, class,
	    STRING_CONTROL);
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
		STRING_CONFIGURATION, is_self_powered ? 0xc0 : 0x80,
		/* 500 mA, or 100 */
		dev->spec.platform->generation == 2 ? 50 : 250,
	};

	buf_append(b, head, sizeof head);
	if (dev->running == VDEV_DFU)
		desc_dfu(dev, b);
	else if (dev->cdc == NULL)
		desc_qualcomm(dev, b);
	else {
		if (desc_has_control(dev) && desc_control_is_first(dev))
			desc_control(dev, b);
		if (vdev_has_cdc(dev))
			desc_cdc(dev, b);
		if (desc_has_control(dev) && !desc_control_is_first(dev))
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

/* --- Strings ------------------------------------------------------------ */

/* A protected device shows its memory as erasable and no more. */
static void
desc_protect_map(char *map)
{
	char *p = strchr(map, '/');

	if (p != NULL)
		p = strchr(p + 1, '/');
	while (p != NULL && *++p != '\0') {
		if (*p >= 'a' && *p <= 'g')
			*p = 'b';
	}
}

static void
desc_dfu_string(const struct vdev *dev, uint8_t index, char *out, size_t size)
{
	const struct platform_dfu *dfu = &dev->spec.platform->dfu;
	uint8_t alt = (uint8_t)(index - dfu->first_alt_string);
	bool is_protected = dev->spec.protection == VDEV_PROTECTED;

	if (alt < dfu->alt_count) {
		text_copy(out, size, dfu->alts[alt]);
		if (is_protected)
			desc_protect_map(out);
	} else if (is_protected && dfu->error_string != 0 &&
	    index == dfu->error_string)
		text_copy(out, size, "Device is in protected mode");
}

/* The serial number of a Tachyon stands at the end of its id (reference 1.4),
 * padded with zeros. */
static void
desc_edl_product(const struct vdev *dev, char *out, size_t size)
{
	const char *serial = dev->spec.id;

	if (strlen(serial) == 24)
		serial += 6;
	while (*serial == '0')
		serial++;
	snprintf(out, size, "QUSB_BULK_CID:0412_SN:%s", serial);
	for (char *p = out; *p != '\0'; p++) {
		if (*p >= 'a' && *p <= 'f')
			*p = (char)(*p - 'a' + 'A');
	}
}

static void
desc_product(const struct vdev *dev, char *out, size_t size)
{
	const struct platform *platform = dev->spec.platform;
	const char *normal = platform->product;

	if (dev->running == VDEV_EDL)
		desc_edl_product(dev, out, size);
	else if (dev->running != VDEV_DFU)
		text_copy(out, size, dev->spec.product[0] != '\0' ?
		    dev->spec.product : normal);
	else if (platform->alias != NULL &&
	    text_starts(dev->spec.product, platform->alias))
		snprintf(out, size, "%s DFU Mode", platform->alias);
	else
		text_copy(out, size, platform->dfu_product);
}

/* "Boron": what stands before "DFU Mode" in the bootloader's product string. */
static void
desc_name(const struct vdev *dev, const char *what, char *out, size_t size)
{
	const char *product = dev->spec.platform->dfu_product;
	const char *end = product == NULL ? NULL : strstr(product, " DFU");

	if (end != NULL)
		snprintf(out, size, "%.*s %s", (int)(end - product), product,
		    what);
	else
		snprintf(out, size, "%s %s",
		    dev->spec.platform->display_name, what);
}

void
vdev_string(const struct vdev *dev, uint8_t index, char *out, size_t size)
{
	const struct vdev_spec *spec = &dev->spec;

	if (size == 0)
		return;
	out[0] = '\0';
	if (index == STRING_MANUFACTURER)
		text_copy(out, size, spec->manufacturer);
	else if (index == STRING_PRODUCT)
		desc_product(dev, out, size);
	else if (index == STRING_SERIAL && !spec->no_serial &&
	    dev->running != VDEV_EDL)
		text_copy(out, size, spec->serial);
	else if (dev->dfu != NULL &&
	    index >= spec->platform->dfu.first_alt_string)
		desc_dfu_string(dev, index, out, size);
	else if (index == STRING_CONFIGURATION)
		text_copy(out, size, dev->dfu != NULL ? "DFU" : "Default");
	else if (index == STRING_CONTROL && dev->cdc != NULL &&
	    desc_has_control(dev))
		desc_name(dev, "Control Interface", out, size);
	else if (index == STRING_CDC && vdev_has_cdc(dev))
		desc_name(dev, "USB Serial", out, size);
}

/* UTF-8 to UTF-16LE. A byte that is no UTF-8 goes out as itself: devices with
 * junk in their strings exist. */
static void
desc_put_utf16(struct buf *b, const char *text)
{
	size_t left = strlen(text);
	uint32_t c;
	size_t n;

	while (left > 0 && b->len < 2 + 2 * STRING_UNITS_MAX) {
		n = utf8_decode(text, left, &c);
		if (n == 0) {
			n = 1;
			c = (uint8_t)*text;
		}
		if (c >= 0x10000) {
			if (b->len + 4 > 2 + 2 * STRING_UNITS_MAX)
				break;
			c -= 0x10000;
			buf_put_le16(b, (uint16_t)(0xd800 + (c >> 10)));
			c = 0xdc00 + (c & 0x3ff);
		}
		buf_put_le16(b, (uint16_t)c);
		text += n;
		left -= n;
	}
}

static bool
desc_has_security_string(const struct vdev *dev)
{
	if (!(dev->spec.platform->features & PLATFORM_FEATURE_PROTECTION) ||
	    dev->version < VDEV_VERSION(6, 2, 0))
		return false;
	return dev->running == VDEV_DFU || desc_control_is_first(dev);
}

/* "sm=o": open, "p": protected, "s": service mode (reference 6.9). */
static void
desc_security_string(const struct vdev *dev, struct buf *b)
{
	static const char letters[] = {
		[VDEV_OPEN] = 'o', [VDEV_PROTECTED] = 'p',
		[VDEV_SERVICE] = 's',
	};
	const char text[] = { 's', 'm', '=', letters[dev->spec.protection] };

	for (size_t i = 0; i < SECURITY_TEXT_UNITS; i++)
		buf_put_le16(b, (uint16_t)(i < sizeof text ? text[i] : 0));
}

static enum vdev_answer
desc_string(struct vdev *dev, uint8_t index, struct buf *in)
{
	/* Vendor code 0xee, then a pad byte. */
	static const char msft[] = "MSFT100\xee";
	char text[512];

	buf_put_u8(in, 0);
	buf_put_u8(in, USB_DESC_STRING);
	if (index == 0)
		buf_put_le16(in, USB_LANGID_EN_US);
	else if (index == VDEV_STRING_MSFT && desc_has_control(dev)) {
		for (size_t i = 0; i < sizeof msft - 1; i++)
			buf_put_le16(in, (uint8_t)msft[i]);
	} else if (index == VDEV_STRING_SECURITY &&
	    desc_has_security_string(dev))
		desc_security_string(dev, in);
	else {
		vdev_string(dev, index, text, sizeof text);
		if (text[0] == '\0')
			return VDEV_ANSWER_STALL;
		desc_put_utf16(in, text);
	}
	in->data[0] = (uint8_t)in->len;
	return VDEV_ANSWER_OK;
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
		return desc_string(dev, (uint8_t)setup->value, in);
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
