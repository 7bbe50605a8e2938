#include "config.h"

#include "virtual/vendor.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "virtual/channel.h"
#include "virtual/reply.h"

#define HAL_BUFFER	64
#define OLD_PAYLOAD_MAX	512

/* 0.8.0 and later: numbers of the control requests. */
#define REQUEST_CUSTOM		10
#define REQUEST_DEVICE_ID	20
#define REQUEST_VERSION		30
#define REQUEST_RESET		40
#define REQUEST_DFU		50
#define REQUEST_SAFE_MODE	60
#define REQUEST_LISTENING	70
#define REQUEST_LOG_CONFIG	80
#define REQUEST_MODULE_INFO	90
#define REQUEST_CLOUD_OFF	302

/* 0.6.0: numbers of its own. */
enum {
	FIRST_DEVICE_ID,
	FIRST_VERSION,
	FIRST_RESET,
	FIRST_DFU,
	FIRST_SAFE_LISTENING,
};

/* What a request of 0.6.1 to 0.7.x has come to. */
enum old_state {
	OLD_IDLE,
	OLD_QUEUED,
	OLD_READY,
	OLD_FAILED,
};

struct vdev_vendor {
	struct vdev		*dev;
	/* The one request of 0.6.1 to 0.7.x. */
	enum old_state		 state;
	struct usb_setup	 setup;
	struct buf		 data;
	struct loop_timer	*timer;
};

static void vendor_old_work(void *arg);

struct vdev_vendor *
vdev_vendor_new(struct vdev *dev)
{
	struct vdev_vendor *vendor = xcalloc(1, sizeof *vendor);

	vendor->dev = dev;
	vendor->timer = loop_timer_new(dev->loop, vendor_old_work, vendor);
	return vendor;
}

void
vdev_vendor_free(struct vdev_vendor *vendor)
{
	if (vendor == NULL)
		return;
	loop_timer_free(vendor->timer);
	buf_fini(&vendor->data);
	free(vendor);
}

/* --- 0.8.0 and later ---------------------------------------------------- */

static enum vdev_answer
vendor_put_text(const struct usb_setup *setup, const char *text,
    struct buf *in)
{
	size_t len = strlen(text);

	if (setup->length < len)
		return VDEV_ANSWER_STALL;
	buf_append(in, text, len);
	return VDEV_ANSWER_OK;
}

static void
vendor_upper_id(const struct vdev *dev, char *out, size_t size)
{
	text_copy(out, size, dev->spec.id);
	for (char *p = out; *p != '\0'; p++) {
		if (*p >= 'a' && *p <= 'f')
			*p = (char)(*p - 'a' + 'A');
	}
}

static enum vdev_answer
vendor_in(struct vdev *dev, const struct usb_setup *setup, struct buf *in)
{
	char id[32];

	if (setup->length == 0 || setup->length > HAL_BUFFER)
		return VDEV_ANSWER_STALL;
	switch (setup->index) {
	case REQUEST_DEVICE_ID:
		vendor_upper_id(dev, id, sizeof id);
		return vendor_put_text(setup, id, in);
	case REQUEST_VERSION:
		return vendor_put_text(setup, dev->spec.system_version, in);
	default:
		return VDEV_ANSWER_STALL;
	}
}

static void
vendor_cloud_off(struct vdev *dev)
{
	vdev_observe(dev, "cloud-flag-off");
	vdev_observe(dev, "network-connect-cancel");
	vdev_observe(dev, "cloud-abort");
	vdev_cloud_set(dev, false);
}

static enum vdev_answer
vendor_out(struct vdev *dev, const struct usb_setup *setup)
{
	bool fits = setup->length > 0 && setup->length <= HAL_BUFFER;

	if (dev->version >= VDEV_VERSION(2, 0, 0)) {
		if (setup->index == REQUEST_RESET) {
			vdev_observe(dev, "system-reset");
			vdev_restart(dev, VDEV_NORMAL, 0);
			return VDEV_ANSWER_STALL;
		}
		if (setup->index == REQUEST_CLOUD_OFF) {
			vendor_cloud_off(dev);
			return setup->length <= HAL_BUFFER ? VDEV_ANSWER_OK :
			    VDEV_ANSWER_STALL;
		}
	}
	/* The driver swallows what fits its buffer. */
	return fits ? VDEV_ANSWER_OK : VDEV_ANSWER_STALL;
}

/* --- Before ------------------------------------------------------------- */

/* The id as 12 bytes or as text, the version as text; both with a NUL. */
static enum vdev_answer
vendor_old_id(struct vdev *dev, const struct usb_setup *setup, struct buf *in)
{
	const char *id = dev->spec.id;
	char byte[3] = "";

	if (setup->value != 1) {
		buf_append(in, id, strlen(id) + 1);
		return VDEV_ANSWER_OK;
	}
	for (size_t i = 0; i + 1 < strlen(id); i += 2) {
		memcpy(byte, id + i, 2);
		buf_put_u8(in, (uint8_t)strtoul(byte, NULL, 16));
	}
	return VDEV_ANSWER_OK;
}

static enum vdev_answer
vendor_old_version(struct vdev *dev, struct buf *in)
{
	const char *version = dev->spec.system_version;

	buf_append(in, version, strlen(version) + 1);
	buf_put_u8(in, 0x5a);	/* one byte of junk follows */
	return VDEV_ANSWER_OK;
}

static enum vdev_answer
vendor_first(struct vdev *dev, const struct usb_setup *setup, struct buf *in)
{
	if (usb_is_in(setup)) {
		if (setup->index == FIRST_DEVICE_ID)
			return vendor_old_id(dev, setup, in);
		return setup->index == FIRST_VERSION ?
		    vendor_old_version(dev, in) : VDEV_ANSWER_STALL;
	}
	switch (setup->index) {
	case FIRST_RESET:
		vdev_restart(dev, VDEV_NORMAL, LOOP_MS(1));
		return VDEV_ANSWER_OK;
	case FIRST_DFU:
		vdev_restart(dev, VDEV_DFU, LOOP_MS(1));
		return VDEV_ANSWER_OK;
	case FIRST_SAFE_LISTENING:
		dev->next_listens = true;
		vdev_restart(dev, VDEV_SAFE, LOOP_MS(1));
		return VDEV_ANSWER_OK;
	default:
		return VDEV_ANSWER_STALL;
	}
}

static void
vendor_old_work(void *arg)
{
	struct vdev_vendor *vendor = arg;
	struct vdev *dev = vendor->dev;

	vendor->state = OLD_IDLE;
	switch (vendor->setup.index) {
	case REQUEST_CUSTOM:
		vendor->state = vdev_has_app(dev) ? OLD_READY : OLD_FAILED;
		break;
	case REQUEST_MODULE_INFO:
		buf_clear(&vendor->data);
		vdev_put_module_json(dev, &vendor->data);
		vendor->state = OLD_READY;
		break;
	case REQUEST_RESET:
		vdev_restart(dev, VDEV_NORMAL, LOOP_MS(1));
		break;
	case REQUEST_DFU:
		vdev_restart(dev, VDEV_DFU, LOOP_MS(1));
		break;
	case REQUEST_SAFE_MODE:
		vdev_restart(dev, VDEV_SAFE, LOOP_MS(1));
		break;
	case REQUEST_LISTENING:
		vdev_set_listening(dev, vendor->setup.value == 0);
		break;
	default:
		vendor->state = OLD_FAILED;
		break;
	}
}

static enum vdev_answer
vendor_old_in(struct vdev_vendor *vendor, const struct usb_setup *setup,
    struct buf *in)
{
	if (setup->index == REQUEST_DEVICE_ID)
		return vendor_old_id(vendor->dev, setup, in);
	if (setup->index == REQUEST_VERSION)
		return vendor_old_version(vendor->dev, in);
	/* Stalls until the reply is there, also where there will be none. */
	if (vendor->state != OLD_READY ||
	    setup->index != vendor->setup.index)
		return VDEV_ANSWER_STALL;
	buf_append(in, vendor->data.data, vendor->data.len);
	vendor->state = OLD_IDLE;
	return VDEV_ANSWER_OK;
}

static enum vdev_answer
vendor_old_out(struct vdev_vendor *vendor, const struct usb_setup *setup,
    const uint8_t *out)
{
	struct vdev *dev = vendor->dev;

	if (vendor->state == OLD_QUEUED || setup->length > OLD_PAYLOAD_MAX)
		return VDEV_ANSWER_STALL;
	switch (setup->index) {
	case REQUEST_CUSTOM:
	case REQUEST_RESET:
	case REQUEST_DFU:
	case REQUEST_SAFE_MODE:
	case REQUEST_LISTENING:
	case REQUEST_LOG_CONFIG:
	case REQUEST_MODULE_INFO:
		break;
	default:
		return VDEV_ANSWER_STALL;
	}
	vendor->setup = *setup;
	buf_clear(&vendor->data);
	buf_append(&vendor->data, out, setup->length);
	vendor->state = OLD_QUEUED;
	if (!dev->spec.hung || dev->running != VDEV_NORMAL) {
		loop_timer_set(vendor->timer, vdev_scaled(dev,
		    vdev_request_us(dev, setup->index)));
	}
	return VDEV_ANSWER_OK;
}

enum vdev_answer
vdev_vendor_setup(struct vdev_vendor *vendor, const struct usb_setup *setup,
    const uint8_t *out, struct buf *in)
{
	struct vdev *dev = vendor->dev;

	if (dev->version >= VDEV_VERSION(0, 8, 0)) {
		return usb_is_in(setup) ? vendor_in(dev, setup, in) :
		    vendor_out(dev, setup);
	}
	if (dev->version >= VDEV_VERSION(0, 6, 1)) {
		return usb_is_in(setup) ? vendor_old_in(vendor, setup, in) :
		    vendor_old_out(vendor, setup, out);
	}
	if (dev->version >= VDEV_VERSION(0, 6, 0))
		return vendor_first(dev, setup, in);
	return VDEV_ANSWER_STALL;
}
