/*
 * String descriptors: names, the memory maps of DFU, and the two odd ones, for
 * Microsoft (0xee) and for the state of protection (0xfa).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "virtual/device-parts.h"

#define STRING_UNITS_MAX	126
#define SECURITY_TEXT_UNITS	8	/* "sm=o", padded with NULs */

/* A protected device shows its memory as erasable and no more. */
static void
string_protect_map(char *map)
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
string_dfu(const struct vdev *dev, uint8_t index, char *out, size_t size)
{
	const struct platform_dfu *dfu = &dev->spec.platform->dfu;
	uint8_t alt = (uint8_t)(index - dfu->first_alt_string);
	bool is_protected = dev->spec.protection == VDEV_PROTECTED;

	if (alt < dfu->alt_count) {
		text_copy(out, size, dfu->alts[alt]);
		if (is_protected)
			string_protect_map(out);
	} else if (is_protected && dfu->error_string != 0 &&
	    index == dfu->error_string)
		text_copy(out, size, "Device is in protected mode");
}

/* The serial number of a Tachyon stands at the end of its id (reference 1.4),
 * padded with zeros. */
static void
string_edl_product(const struct vdev *dev, char *out, size_t size)
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
string_product(const struct vdev *dev, char *out, size_t size)
{
	const struct platform *platform = dev->spec.platform;
	const char *normal = platform->product;

	if (dev->running == VDEV_EDL)
		string_edl_product(dev, out, size);
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
string_name(const struct vdev *dev, const char *what, char *out, size_t size)
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
	if (index == VDEV_STRING_MANUFACTURER)
		text_copy(out, size, spec->manufacturer);
	else if (index == VDEV_STRING_PRODUCT)
		string_product(dev, out, size);
	else if (index == VDEV_STRING_SERIAL && !spec->no_serial &&
	    dev->running != VDEV_EDL)
		text_copy(out, size, spec->serial);
	else if (dev->dfu != NULL &&
	    index >= spec->platform->dfu.first_alt_string)
		string_dfu(dev, index, out, size);
	else if (index == VDEV_STRING_CONFIGURATION)
		text_copy(out, size, dev->dfu != NULL ? "DFU" : "Default");
	else if (index == VDEV_STRING_CONTROL && dev->cdc != NULL &&
	    vdev_has_control(dev))
		string_name(dev, "Control Interface", out, size);
	else if (index == VDEV_STRING_CDC && vdev_has_cdc(dev))
		string_name(dev, "USB Serial", out, size);
}

/* UTF-8 to UTF-16LE. A byte that is no UTF-8 goes out as itself: devices with
 * junk in their strings exist. */
static void
string_put_utf16(struct buf *b, const char *text)
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
string_has_security(const struct vdev *dev)
{
	if (!(dev->spec.platform->features & PLATFORM_FEATURE_PROTECTION) ||
	    dev->version < VDEV_VERSION(6, 2, 0))
		return false;
	return dev->running == VDEV_DFU || vdev_control_is_first(dev);
}

/* "sm=o": open, "p": protected, "s": service mode (reference 6.9). */
static void
string_security(const struct vdev *dev, struct buf *b)
{
	static const char letters[] = {
		[VDEV_OPEN] = 'o', [VDEV_PROTECTED] = 'p',
		[VDEV_SERVICE] = 's',
	};
	const char text[] = { 's', 'm', '=', letters[dev->spec.protection] };

	for (size_t i = 0; i < SECURITY_TEXT_UNITS; i++)
		buf_put_le16(b, (uint16_t)(i < sizeof text ? text[i] : 0));
}

enum vdev_answer
vdev_string_descriptor(struct vdev *dev, uint8_t index, struct buf *in)
{
	/* Vendor code 0xee, then a pad byte. */
	static const char msft[] = "MSFT100\xee";
	char text[512];

	buf_put_u8(in, 0);
	buf_put_u8(in, USB_DESC_STRING);
	if (index == 0)
		buf_put_le16(in, USB_LANGID_EN_US);
	else if (index == VDEV_STRING_MSFT && vdev_has_control(dev)) {
		for (size_t i = 0; i < sizeof msft - 1; i++)
			buf_put_le16(in, (uint8_t)msft[i]);
	} else if (index == VDEV_STRING_SECURITY &&
	    string_has_security(dev))
		string_security(dev, in);
	else {
		vdev_string(dev, index, text, sizeof text);
		if (text[0] == '\0')
			return VDEV_ANSWER_STALL;
		string_put_utf16(in, text);
	}
	in->data[0] = (uint8_t)in->len;
	return VDEV_ANSWER_OK;
}
