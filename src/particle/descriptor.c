#include "config.h"

#include "particle/descriptor.h"

#include "base/text.h"
#include "particle/wire.h"

/* USB 2.0, tables 9-8, 9-10, 9-12 and 9-13; DFU 1.1a, table 4.2. */
#define LENGTH_DEVICE		18
#define LENGTH_CONFIGURATION	9
#define LENGTH_INTERFACE	9
#define LENGTH_ENDPOINT		7
#define LENGTH_DFU		9

#define CLASS_APPLICATION	0xfe
#define SUBCLASS_DFU		0x01
#define PROTOCOL_DFU_MODE	0x02
#define CLASS_VENDOR		0xff

#define CONFIGURATION_SELF_POWERED	0x40

static void
descriptor_device(struct descriptors *d, const uint8_t *p)
{
	d->has_device = true;
	d->usb_version = wire_le16(p + 2);
	d->class = p[4];
	d->subclass = p[5];
	d->protocol = p[6];
	d->max_packet0 = p[7];
	d->vid = wire_le16(p + 8);
	d->pid = wire_le16(p + 10);
	d->release = wire_le16(p + 12);
	d->manufacturer_string = p[14];
	d->product_string = p[15];
	d->serial_string = p[16];
}

static void
descriptor_configuration(struct descriptors *d, const uint8_t *p)
{
	d->has_configuration = true;
	d->configuration = p[5];
	d->is_self_powered = (p[7] & CONFIGURATION_SELF_POWERED) != 0;
	d->max_power_ma = (uint16_t)(p[8] * 2);
}

static void
descriptor_interface(struct descriptors *d, const uint8_t *p)
{
	struct descriptor_interface *i;

	if (d->interface_count == DESCRIPTOR_INTERFACES_MAX) {
		d->is_cut = true;
		return;
	}
	i = &d->interfaces[d->interface_count++];
	i->number = p[2];
	i->alt = p[3];
	i->endpoint_count = p[4];
	i->class = p[5];
	i->subclass = p[6];
	i->protocol = p[7];
	i->string = p[8];
	i->first_endpoint = (uint8_t)d->endpoint_count;
}

static void
descriptor_endpoint(struct descriptors *d, const uint8_t *p)
{
	struct descriptor_endpoint *e;

	if (d->endpoint_count == DESCRIPTOR_ENDPOINTS_MAX ||
	    d->interface_count == 0) {
		d->is_cut = true;
		return;
	}
	e = &d->endpoints[d->endpoint_count++];
	e->address = p[2];
	e->attributes = p[3];
	e->max_packet = wire_le16(p + 4);
	e->interval = p[6];
	/* Where interfaces were cut, endpoints go to the last that was kept. */
	d->interfaces[d->interface_count - 1].endpoints_read++;
}

static void
descriptor_dfu(struct descriptors *d, const uint8_t *p)
{
	d->has_dfu = true;
	d->dfu.attributes = p[2];
	d->dfu.detach_timeout_ms = wire_le16(p + 3);
	d->dfu.transfer_size = wire_le16(p + 5);
	d->dfu.version = wire_le16(p + 7);
}

/* 0x21 behind any other kind of interface is HID's. */
static bool
descriptor_is_in_dfu(const struct descriptors *d)
{
	const struct descriptor_interface *i;

	if (d->interface_count == 0)
		return false;
	i = &d->interfaces[d->interface_count - 1];
	return i->class == CLASS_APPLICATION && i->subclass == SUBCLASS_DFU;
}

static void
descriptor_read(struct descriptors *d, const uint8_t *p, size_t len)
{
	uint8_t type = p[1];

	if (type == USB_DESC_DEVICE && len >= LENGTH_DEVICE &&
	    !d->has_device)
		descriptor_device(d, p);
	else if (type == USB_DESC_CONFIGURATION && !d->has_configuration &&
	    len >= LENGTH_CONFIGURATION)
		descriptor_configuration(d, p);
	else if (type == USB_DESC_INTERFACE && len >= LENGTH_INTERFACE)
		descriptor_interface(d, p);
	else if (type == USB_DESC_ENDPOINT && len >= LENGTH_ENDPOINT)
		descriptor_endpoint(d, p);
	else if (type == USB_DESC_DFU_FUNCTIONAL && len >= LENGTH_DFU &&
	    descriptor_is_in_dfu(d))
		descriptor_dfu(d, p);
}

bool
descriptors_parse(struct descriptors *d, const uint8_t *data, size_t len)
{
	*d = (struct descriptors){ 0 };
	while (len >= 2) {
		size_t own = data[0];

		if (own < 2 || own > len) {
			d->is_cut = true;
			break;
		}
		/* One configuration is all that was asked for. */
		if (data[1] == USB_DESC_CONFIGURATION && d->has_configuration)
			break;
		descriptor_read(d, data, own);
		data += own;
		len -= own;
	}
	return d->has_device;
}

const struct descriptor_interface *
descriptors_find(const struct descriptors *d, int class, int subclass,
    int protocol, size_t n)
{
	for (size_t k = 0; k < d->interface_count; k++) {
		const struct descriptor_interface *i = &d->interfaces[k];

		if ((class >= 0 && i->class != class) ||
		    (subclass >= 0 && i->subclass != subclass) ||
		    (protocol >= 0 && i->protocol != protocol))
			continue;
		if (n-- == 0)
			return i;
	}
	return NULL;
}

const struct descriptor_interface *
descriptors_dfu(const struct descriptors *d, size_t n)
{
	return descriptors_find(d, CLASS_APPLICATION, SUBCLASS_DFU,
	    PROTOCOL_DFU_MODE, n);
}

const struct descriptor_interface *
descriptors_control(const struct descriptors *d)
{
	const struct descriptor_interface *i;

	for (size_t n = 0; (i = descriptors_find(d, CLASS_VENDOR, CLASS_VENDOR,
	    CLASS_VENDOR, n)) != NULL; n++) {
		if (i->endpoint_count == 0)
			return i;
	}
	return NULL;
}

void
descriptor_get_string(struct usb_setup *setup, uint8_t index, uint16_t langid)
{
	*setup = (struct usb_setup){
		.request_type = USB_DIR_IN | USB_TYPE_STANDARD |
		    USB_RECIPIENT_DEVICE,
		.request = USB_REQ_GET_DESCRIPTOR,
		.value = (uint16_t)(USB_DESC_STRING << 8 | index),
		.index = langid,
		.length = 255,
	};
}

/* One character of UTF-16LE; takes 2 or 4 of len (at least 2) bytes. */
static size_t
descriptor_utf16(const uint8_t *p, size_t len, uint32_t *c)
{
	uint32_t low;

	*c = wire_le16(p);
	if (*c < 0xd800 || *c > 0xdfff)
		return 2;
	low = len >= 4 ? wire_le16(p + 2) : 0;
	if (*c > 0xdbff || low < 0xdc00 || low > 0xdfff) {
		*c = 0xfffd;
		return 2;
	}
	*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	return 4;
}

bool
descriptor_string(char *out, size_t size, const uint8_t *data, size_t len)
{
	size_t used = 0;

	if (size != 0)
		out[0] = '\0';
	if (size == 0 || len < 2 || data[0] < 2 || data[1] != USB_DESC_STRING)
		return false;
	if (len > data[0])
		len = data[0];
	for (size_t at = 2; at + 2 <= len;) {
		char utf8[4];
		uint32_t c;
		size_t n;

		at += descriptor_utf16(data + at, len - at, &c);
		if (c == 0)
			break;
		n = utf8_encode(c, utf8);
		if (used + n >= size)
			break;
		for (size_t i = 0; i < n; i++)
			out[used + i] = utf8[i];
		used += n;
	}
	out[used] = '\0';
	return true;
}
