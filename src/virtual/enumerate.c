#include "config.h"

#include "virtual/enumerate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/usb.h"

#define ENUMERATE_TIMEOUT_US	LOOP_S(5)
#define DEVICE_LEN		18
#define CONFIG_HEADER_LEN	9
#define STRING_ROOM		255

enum enumerate_step {
	STEP_DEVICE,
	STEP_CONFIG_HEADER,
	STEP_CONFIG,
	STEP_LANGUAGES,
	STEP_MANUFACTURER,
	STEP_PRODUCT,
	STEP_SERIAL,
	STEP_SET_CONFIGURATION,
	STEP_END,
};

struct enumeration {
	struct loop_timer	*timer;
	struct vdev		*dev;
	enumerate_cb		 cb;
	void			*arg;
	enum enumerate_step	 step;
	struct vdev_urb		*urb;
	struct buf		 descriptors;
	struct bus_node_info	 info;
	uint16_t		 config_len;
	uint8_t			 config_value;
	uint16_t		 language;
	bool			 is_started;
};

static void enumerate_next(struct enumeration *e);

/* --- Answers ------------------------------------------------------------ */

static uint16_t
le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

/* A string descriptor; ends at the first NUL, halves of pairs become '?'. */
static void
enumerate_string(char *out, size_t size, const uint8_t *data, size_t len)
{
	size_t used = 0;

	out[0] = '\0';
	if (len < 2 || data[1] != USB_DESC_STRING)
		return;
	if (len > data[0])
		len = data[0];
	for (size_t i = 2; i + 1 < len && used + 5 <= size; i += 2) {
		uint32_t c = le16(data + i);

		if (c == 0)
			break;
		if (c >= 0xd800 && c < 0xdc00 && i + 3 < len &&
		    (le16(data + i + 2) & 0xfc00) == 0xdc00) {
			c = 0x10000 + ((c & 0x3ff) << 10 |
			    (le16(data + i + 2) & 0x3ffu));
			i += 2;
		} else if (c >= 0xd800 && c < 0xe000)
			c = '?';
		used += utf8_encode(c, out + used);
	}
	out[used] = '\0';
}

static bool
enumerate_device(struct enumeration *e, const uint8_t *data, size_t len)
{
	if (len < DEVICE_LEN || data[1] != USB_DESC_DEVICE)
		return false;
	buf_append(&e->descriptors, data, DEVICE_LEN);
	e->info.vid = le16(data + 8);
	e->info.pid = le16(data + 10);
	e->info.release = le16(data + 12);
	return true;
}

static bool
enumerate_config_header(struct enumeration *e, const uint8_t *data, size_t len)
{
	if (len < CONFIG_HEADER_LEN || data[1] != USB_DESC_CONFIGURATION)
		return false;
	e->config_len = le16(data + 2);
	return e->config_len >= CONFIG_HEADER_LEN;
}

static bool
enumerate_config(struct enumeration *e, const uint8_t *data, size_t len)
{
	if (len < CONFIG_HEADER_LEN || data[1] != USB_DESC_CONFIGURATION)
		return false;
	buf_append(&e->descriptors, data, len);
	e->config_value = data[5];
	e->info.max_power_ma = (uint16_t)(data[8] * 2);
	return true;
}

/* False: the host gives up. */
static bool
enumerate_take(struct enumeration *e, const uint8_t *data, size_t len)
{
	struct bus_node_info *info = &e->info;

	switch (e->step) {
	case STEP_DEVICE:
		return enumerate_device(e, data, len);
	case STEP_CONFIG_HEADER:
		return enumerate_config_header(e, data, len);
	case STEP_CONFIG:
		return enumerate_config(e, data, len);
	case STEP_LANGUAGES:
		e->language = len >= 4 ? le16(data + 2) : USB_LANGID_EN_US;
		return true;
	case STEP_MANUFACTURER:
		enumerate_string(info->manufacturer, sizeof info->manufacturer,
		    data, len);
		return true;
	case STEP_PRODUCT:
		enumerate_string(info->product, sizeof info->product, data,
		    len);
		return true;
	case STEP_SERIAL:
		enumerate_string(info->serial, sizeof info->serial, data, len);
		return true;
	case STEP_SET_CONFIGURATION:
	case STEP_END:
		break;
	}
	return true;
}

/* --- Requests ----------------------------------------------------------- */

static void
enumerate_free(struct enumeration *e)
{
	if (e->urb != NULL)
		vdev_urb_cancel(e->urb);
	loop_timer_free(e->timer);
	buf_fini(&e->descriptors);
	free(e);
}

static void
enumerate_end(struct enumeration *e, bool is_good)
{
	e->cb(is_good ? &e->info : NULL, &e->descriptors, e->arg);
	enumerate_free(e);
}

static void
enumerate_answer(struct enumeration *e, enum usb_status status,
    const uint8_t *data, size_t len)
{
	loop_timer_stop(e->timer);
	if ((status == USB_OK && !enumerate_take(e, data, len)) ||
	    (status != USB_OK && e->step <= STEP_CONFIG)) {
		enumerate_end(e, false);
		return;
	}
	e->step++;
	enumerate_next(e);
}

static void
enumerate_done(enum usb_status status, const uint8_t *data, size_t len,
    void *arg)
{
	struct enumeration *e = arg;

	e->urb = NULL;
	enumerate_answer(e, status, data, len);
}

static void
enumerate_timer(void *arg)
{
	struct enumeration *e = arg;

	if (!e->is_started) {
		e->is_started = true;
		enumerate_next(e);
		return;
	}
	vdev_urb_cancel(e->urb);
	e->urb = NULL;
	enumerate_answer(e, USB_TIMEOUT, NULL, 0);
}

/* The string index that a step reads; 0: none, the step is left out. */
static uint8_t
enumerate_string_index(const struct enumeration *e)
{
	const uint8_t *device = e->descriptors.data;

	switch (e->step) {
	case STEP_MANUFACTURER:
		return device[14];
	case STEP_PRODUCT:
		return device[15];
	case STEP_SERIAL:
		return device[16];
	default:
		return 0;
	}
}

static void
enumerate_request(struct enumeration *e, struct usb_setup *setup)
{
	*setup = (struct usb_setup){
		.request_type = USB_DIR_IN,
		.request = USB_REQ_GET_DESCRIPTOR,
	};
	switch (e->step) {
	case STEP_DEVICE:
		setup->value = USB_DESC_DEVICE << 8;
		setup->length = DEVICE_LEN;
		break;
	case STEP_CONFIG_HEADER:
		setup->value = USB_DESC_CONFIGURATION << 8;
		setup->length = CONFIG_HEADER_LEN;
		break;
	case STEP_CONFIG:
		setup->value = USB_DESC_CONFIGURATION << 8;
		setup->length = e->config_len;
		break;
	case STEP_SET_CONFIGURATION:
		setup->request_type = 0;
		setup->request = USB_REQ_SET_CONFIGURATION;
		setup->value = e->config_value;
		break;
	default:
		setup->value = (uint16_t)(USB_DESC_STRING << 8 |
		    enumerate_string_index(e));
		setup->index = e->step == STEP_LANGUAGES ? 0 : e->language;
		setup->length = STRING_ROOM;
		break;
	}
}

static void
enumerate_next(struct enumeration *e)
{
	struct usb_setup setup;

	while (e->step > STEP_LANGUAGES && e->step < STEP_SET_CONFIGURATION &&
	    enumerate_string_index(e) == 0)
		e->step++;
	if (e->step == STEP_END) {
		enumerate_end(e, true);
		return;
	}
	enumerate_request(e, &setup);
	e->urb = vdev_control(e->dev, &setup, NULL, enumerate_done, e);
	loop_timer_set(e->timer, ENUMERATE_TIMEOUT_US);
}

struct enumeration *
enumerate_start(struct loop *loop, struct vdev *dev, uint64_t delay_us,
    enumerate_cb cb, void *arg)
{
	struct enumeration *e = xcalloc(1, sizeof *e);

	e->timer = loop_timer_new(loop, enumerate_timer, e);
	e->dev = dev;
	e->cb = cb;
	e->arg = arg;
	e->language = USB_LANGID_EN_US;
	e->info.speed = BUS_SPEED_FULL;
	loop_timer_set(e->timer, delay_us);
	return e;
}

void
enumerate_cancel(struct enumeration *e)
{
	if (e != NULL)
		enumerate_free(e);
}

/* --- Reading configurations --------------------------------------------- */

/* The descriptor after *at in the configuration; NULL at the end, and where
 * lengths make no sense. Begins with *at 0. */
static const uint8_t *
descriptor_next(const struct buf *descriptors, size_t *at)
{
	const uint8_t *d;

	if (*at == 0)
		*at = DEVICE_LEN;
	if (*at + 2 > descriptors->len)
		return NULL;
	d = descriptors->data + *at;
	if (d[0] < 2 || *at + d[0] > descriptors->len)
		return NULL;
	*at += d[0];
	return d;
}

#define CLASS_COMMUNICATIONS	0x02
#define SUBCLASS_ACM		0x02
#define CLASS_DATA		0x0a

bool
enumerate_find_acm(const struct buf *descriptors, struct enumerate_acm *out)
{
	bool has_comm = false, in_data = false;
	const uint8_t *d;
	size_t at = 0;

	memset(out, 0, sizeof *out);
	while ((d = descriptor_next(descriptors, &at)) != NULL) {
		if (d[1] == USB_DESC_INTERFACE && d[0] >= 9) {
			in_data = has_comm && d[5] == CLASS_DATA;
			if (d[5] == CLASS_COMMUNICATIONS &&
			    d[6] == SUBCLASS_ACM && !has_comm) {
				has_comm = true;
				out->interface = d[2];
			}
		} else if (d[1] == USB_DESC_ENDPOINT && d[0] >= 7 && in_data) {
			if (d[2] & USB_DIR_IN)
				out->in = d[2];
			else
				out->out = d[2];
		}
		if (out->in != 0 && out->out != 0)
			return true;
	}
	return false;
}

bool
enumerate_has_interface(const struct buf *descriptors, uint8_t number)
{
	const uint8_t *d;
	size_t at = 0;

	while ((d = descriptor_next(descriptors, &at)) != NULL) {
		if (d[1] == USB_DESC_INTERFACE && d[0] >= 9 && d[2] == number)
			return true;
	}
	return false;
}
