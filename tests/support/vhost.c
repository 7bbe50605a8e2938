#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vhost.h"
#include "wire.h"

#define ANSWER_MS	10000
#define BUS_MS		60000
#define CDC_IN		0x81
#define CDC_OUT		0x01

/* --- The device --------------------------------------------------------- */

static void
vhost_attached(struct vdev *dev, void *arg)
{
	struct vhost *host = arg;

	assert_ptr_equal(dev, host->dev);
	host->attached++;
}

static void
vhost_detached(struct vdev *dev, void *arg)
{
	struct vhost *host = arg;

	assert_ptr_equal(dev, host->dev);
	host->detached++;
}

void
vhost_init(struct vhost *host, const struct vdev_spec *spec)
{
	static const struct vdev_port_ops ops = {
		vhost_attached, vhost_detached,
	};

	*host = (struct vhost){ .loop = loop_new_virtual() };
	host->dev = vdev_new(host->loop, spec);
	vdev_plug(host->dev, &ops, host);
	vhost_wait_ms(host, true);
}

void
vhost_init_as(struct vhost *host, const char *platform, const char *version)
{
	struct vdev_spec spec;

	vdev_spec_init(&spec, platform_by_name(platform));
	if (version != NULL)
		snprintf(spec.system_version, sizeof spec.system_version, "%s",
		    version);
	vhost_init(host, &spec);
}

void
vhost_fini(struct vhost *host)
{
	vdev_free(host->dev);
	loop_free(host->loop);
	buf_fini(&host->in);
}

/* --- Time --------------------------------------------------------------- */

static void
vhost_flag(void *arg)
{
	bool *is_over = arg;

	*is_over = true;
}

void
vhost_run_ms(struct vhost *host, unsigned ms)
{
	bool is_over = false;
	struct loop_timer *timer = loop_timer_new(host->loop, vhost_flag,
	    &is_over);

	loop_timer_set(timer, LOOP_MS(ms));
	while (!is_over)
		loop_turn(host->loop, UINT64_MAX);
	loop_timer_free(timer);
}

unsigned
vhost_wait_ms(struct vhost *host, bool attached)
{
	uint64_t start = loop_now_us(host->loop), end = start + LOOP_MS(BUS_MS);

	while (vdev_is_attached(host->dev) != attached) {
		assert_true(loop_now_us(host->loop) < end);
		assert_true(loop_turn(host->loop,
		    end - loop_now_us(host->loop)));
	}
	return (unsigned)((loop_now_us(host->loop) - start) / 1000);
}

/* --- Transfers ---------------------------------------------------------- */

static void
vhost_done(enum usb_status status, const uint8_t *data, size_t len, void *arg)
{
	struct vhost *host = arg;

	assert_false(host->is_done);
	host->is_done = true;
	host->status = status;
	buf_clear(&host->in);
	if (data != NULL)
		buf_append(&host->in, data, len);
}

static void
vhost_wait_done(struct vhost *host, struct vdev_urb *urb, unsigned ms)
{
	bool is_over = false;
	struct loop_timer *timer = loop_timer_new(host->loop, vhost_flag,
	    &is_over);

	loop_timer_set(timer, LOOP_MS(ms));
	while (!host->is_done && !is_over)
		loop_turn(host->loop, UINT64_MAX);
	loop_timer_free(timer);
	if (!host->is_done)
		vdev_urb_cancel(urb);
}

enum usb_status
vhost_control(struct vhost *host, const char *text)
{
	struct usb_setup setup;
	unsigned field[5];
	struct wire_bytes out;
	int used = 0;

	assert_int_equal(sscanf(text, "%x %x %x %x %x %n", &field[0],
	    &field[1], &field[2], &field[3], &field[4], &used), 5);
	setup = (struct usb_setup){
		(uint8_t)field[0], (uint8_t)field[1], (uint16_t)field[2],
		(uint16_t)field[3], (uint16_t)field[4],
	};
	wire_hex(&out, text + used);
	if (!usb_is_in(&setup))
		assert_int_equal(out.len, setup.length);
	host->is_done = false;
	host->status = USB_TIMEOUT;
	vhost_wait_done(host, vdev_control(host->dev, &setup, out.data, vhost_done,
	    host), ANSWER_MS);
	return host->status;
}

const char *
vhost_ask(struct vhost *host, const char *setup)
{
	struct buf hex = { 0 };
	const char *said;

	vhost_control(host, setup);
	if (!host->is_done)
		return "NAK";
	if (host->status == USB_STALL)
		return "STALL";
	if (host->status != USB_OK)
		return "GONE";
	for (size_t i = 0; i < host->in.len; i++)
		buf_printf(&hex, "%02x", host->in.data[i]);
	buf_clear(&host->in);
	buf_puts(&host->in, buf_str(&hex));
	buf_fini(&hex);
	said = buf_str(&host->in);
	return said;
}

static uint32_t
vhost_le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

int
vhost_request(struct vhost *host, unsigned type)
{
	char setup[64];
	unsigned id, size;
	int32_t result;

	snprintf(setup, sizeof setup, "c0 01 0000 %04x 0040", type);
	assert_int_equal(vhost_control(host, setup), USB_OK);
	assert_int_equal(host->in.len, 8);
	id = host->in.data[6] | (unsigned)host->in.data[7] << 8;
	snprintf(setup, sizeof setup, "c0 02 0000 %04x 0040", id);
	for (unsigned tries = 0;; tries++) {
		assert_in_range(tries, 0, 1000);
		assert_int_equal(vhost_control(host, setup), USB_OK);
		if (host->in.data[0] & 0x08)
			break;
		vhost_run_ms(host, 50);
	}
	size = host->in.data[0] & 0x04 ? vhost_le32(host->in.data + 6) : 0;
	result = (int32_t)vhost_le32(host->in.data + host->in.len - 4);
	buf_clear(&host->in);
	if (size > 0) {
		snprintf(setup, sizeof setup, "c0 04 0000 %04x %04x", id,
		    size);
		assert_int_equal(vhost_control(host, setup), USB_OK);
		assert_int_equal(host->in.len, size);
	}
	return result;
}

/* --- Serial ------------------------------------------------------------- */

static unsigned
vhost_cdc_interface(const struct vhost *host)
{
	return vdev_spec(host->dev)->platform->mcu == PLATFORM_MCU_RTL872X;
}

void
vhost_open_port(struct vhost *host, bool dtr)
{
	char setup[64];

	snprintf(setup, sizeof setup, "21 22 %04x %04x 0000", dtr ? 3u : 0u,
	    vhost_cdc_interface(host));
	assert_int_equal(vhost_control(host, setup), USB_OK);
}

void
vhost_set_rate(struct vhost *host, uint32_t rate)
{
	char setup[64];

	snprintf(setup, sizeof setup, "21 20 0000 %04x 0007 "
	    "%02x%02x%02x%02x000008", vhost_cdc_interface(host), rate & 0xff,
	    rate >> 8 & 0xff, rate >> 16 & 0xff, rate >> 24);
	vhost_control(host, setup);
}

void
vhost_write(struct vhost *host, const char *text)
{
	host->is_done = false;
	vhost_wait_done(host, vdev_data(host->dev, CDC_OUT, (const uint8_t *)text,
	    strlen(text), vhost_done, host), ANSWER_MS);
	assert_true(host->is_done);
}

const char *
vhost_read(struct vhost *host, unsigned ms)
{
	uint64_t end = loop_now_us(host->loop) + LOOP_MS(ms), now;
	struct buf all = { 0 };

	while ((now = loop_now_us(host->loop)) < end) {
		host->is_done = false;
		vhost_wait_done(host, vdev_data(host->dev, CDC_IN, NULL, 512,
		    vhost_done, host), (unsigned)((end - now + 999) / 1000));
		if (!host->is_done || host->status != USB_OK)
			break;
		buf_append(&all, host->in.data, host->in.len);
	}
	buf_clear(&host->in);
	buf_append(&host->in, all.data, all.len);
	buf_fini(&all);
	return buf_str(&host->in);
}
