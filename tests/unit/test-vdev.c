/* The life of a virtual device: descriptors, modes, delays, faults. */
#include "config.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/vhost.h"
#include "base/mem.h"
#include "virtual/fault.h"

/* --- Descriptors -------------------------------------------------------- */

struct shape {
	unsigned	interfaces;	/* distinct numbers */
	unsigned	alts;		/* interface descriptors */
	unsigned	endpoints;
	unsigned	control;	/* number of FF/FF/FF, or 99 */
	unsigned	dfu_functional;	/* alts before it, or 99 */
};

static void
string_is_there(struct vhost *host, uint8_t index)
{
	char setup[64], text[256];

	if (index == 0)
		return;
	snprintf(setup, sizeof setup, "80 06 03%02x 0409 00ff", index);
	assert_int_equal(vhost_control(host, setup), USB_OK);
	assert_int_equal(host->in.data[0], host->in.len);
	assert_int_equal(host->in.data[1], USB_DESC_STRING);
	vdev_string(host->dev, index, text, sizeof text);
	assert_int_equal(host->in.len, 2 + 2 * strlen(text));
}

/* Walks the configuration: every length adds up, every string exists. */
static void
take_shape(struct vhost *host, struct shape *shape)
{
	uint8_t config[512];
	size_t len = vdev_config_descriptor(host->dev, config, sizeof config);
	unsigned seen = 0, endpoints = 0, announced = 0;
	size_t at;

	*shape = (struct shape){ .control = 99, .dfu_functional = 99 };
	assert_int_equal(config[2] | config[3] << 8, len);
	for (at = 0; at < len; at += config[at]) {
		const uint8_t *d = config + at;

		assert_in_range(d[0], 2, len - at);
		if (d[1] == USB_DESC_INTERFACE) {
			assert_int_equal(d[0], 9);
			assert_int_equal(endpoints, announced);
			endpoints = 0;
			announced = d[4];
			seen |= 1u << d[2];
			shape->alts++;
			if (d[5] == 0xff && d[6] == 0xff && d[7] == 0xff)
				shape->control = d[2];
			string_is_there(host, d[8]);
		} else if (d[1] == USB_DESC_ENDPOINT) {
			assert_int_equal(d[0], 7);
			endpoints++;
			shape->endpoints++;
		} else if (d[1] == USB_DESC_DFU_FUNCTIONAL)
			shape->dfu_functional = shape->alts;
	}
	assert_int_equal(at, len);
	assert_int_equal(endpoints, announced);
	shape->interfaces = (unsigned)__builtin_popcount(seen);
	assert_int_equal(config[4], shape->interfaces);
}

static void
device_descriptor_is_good(struct vhost *host, uint16_t vid, uint16_t pid)
{
	uint8_t d[18];

	assert_int_equal(vdev_device_descriptor(host->dev, d), 18);
	assert_int_equal(d[0], 18);
	assert_int_equal(d[7], 64);
	assert_int_equal(d[8] | d[9] << 8, vid);
	assert_int_equal(d[10] | d[11] << 8, pid);
	assert_int_equal(d[17], 1);
	for (size_t i = 14; i <= 16; i++)
		string_is_there(host, d[i]);
	assert_int_equal(vhost_control(host, "80 06 0100 0000 0012"), USB_OK);
	assert_memory_equal(host->in.data, d, 18);
}

static void
normal_descriptors_add_up_on_every_platform(void **state)
{
	(void)state;
	for (size_t i = 0; i < platform_count; i++) {
		const struct platform *p = &platforms[i];
		struct shape shape;
		struct vhost host;

		vhost_init_as(&host, p->name, NULL);
		device_descriptor_is_good(&host, p->vid, p->pid);
		take_shape(&host, &shape);
		if (p->mcu == PLATFORM_MCU_RTL872X)
			assert_int_equal(shape.control, 0);
		else
			assert_int_equal(shape.control,
			    p->quirks & PLATFORM_QUIRK_NO_CONTROL ? 99 : 2);
		if (p->mcu != PLATFORM_MCU_QCM6490)
			assert_int_equal(shape.endpoints, 3);
		vhost_fini(&host);
	}
}

static void
dfu_descriptors_add_up_on_every_platform(void **state)
{
	(void)state;
	for (size_t i = 0; i < platform_count; i++) {
		const struct platform *p = &platforms[i];
		struct vdev_spec spec;
		struct shape shape;
		struct vhost host;

		if (p->dfu_pid == 0)
			continue;
		vdev_spec_init(&spec, p);
		spec.mode = VDEV_DFU;
		vhost_init(&host, &spec);
		device_descriptor_is_good(&host, p->vid, p->dfu_pid);
		take_shape(&host, &shape);
		assert_int_equal(shape.interfaces, 1);
		assert_int_equal(shape.alts, p->dfu.alt_count);
		assert_int_equal(shape.dfu_functional, p->dfu.alt_count);
		vhost_fini(&host);
	}
}

static void
closing_serial_leaves_the_control_interface(void **state)
{
	static const char *const names[] = { "photon", "boron", "p2" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct vdev_spec spec;
		struct shape shape;
		struct vhost host;

		vdev_spec_init(&spec, platform_by_name(names[i]));
		spec.no_cdc = true;
		vhost_init(&host, &spec);
		take_shape(&host, &shape);
		assert_int_equal(shape.interfaces, 1);
		assert_int_equal(shape.endpoints, 0);
		assert_int_equal(shape.control, 0);
		assert_int_equal(vhost_request(&host, 72), 0);
		vhost_fini(&host);
	}
}

static void
microsoft_descriptors_name_the_control_interface(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	assert_string_equal(vhost_ask(&host, "80 06 03ee 0000 0012"),
	    "12034d00530046005400310030003000ee00");
	assert_int_equal(vhost_control(&host, "c0 ee 0000 0004 0028"), USB_OK);
	assert_int_equal(host.in.len, 40);
	assert_int_equal(host.in.data[16], 2);
	assert_memory_equal(host.in.data + 18, "WINUSB", 7);
	assert_int_equal(vhost_control(&host, "c1 ee 0002 0005 00ff"), USB_OK);
	assert_int_equal(host.in.len, 142);
	assert_int_equal(host.in.data[0], 142);
	vhost_fini(&host);
	vhost_init_as(&host, "core", NULL);
	assert_string_equal(vhost_ask(&host, "80 06 03ee 0000 0012"), "STALL");
	vhost_fini(&host);
}

static void
serial_number_may_be_missing_or_hostile(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("argon"));
	spec.no_serial = true;
	vhost_init(&host, &spec);
	assert_int_equal(vhost_control(&host, "80 06 0100 0000 0012"), USB_OK);
	assert_int_equal(host.in.data[16], 0);
	assert_string_equal(vhost_ask(&host, "80 06 0303 0409 00ff"), "STALL");
	vhost_fini(&host);

	spec.no_serial = false;
	snprintf(spec.serial, sizeof spec.serial, "a\x1b\xff\xf0\x9f\x98\x80");
	vhost_init(&host, &spec);
	assert_string_equal(vhost_ask(&host, "80 06 0303 0409 00ff"),
	    "0c0361001b00ff003dd800de");
	memset(spec.serial, 'x', sizeof spec.serial - 1);
	vhost_fini(&host);

	vhost_init(&host, &spec);
	assert_int_equal(vhost_control(&host, "80 06 0303 0409 00ff"), USB_OK);
	assert_int_equal(host.in.len, 254);
	assert_int_equal(host.in.data[0], 254);
	vhost_fini(&host);
}

/* --- Modes and delays --------------------------------------------------- */

static void
reset_request_acts_a_second_after_its_end(void **state)
{
	struct vhost host;
	unsigned away;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	assert_int_equal(vhost_request(&host, 40), 0);
	vhost_run_ms(&host, 980);
	assert_true(vdev_is_attached(host.dev));
	assert_in_range(vhost_wait_ms(&host, false), 0, 40);
	away = vhost_wait_ms(&host, true);
	assert_in_range(away, 1000, 1400);
	assert_int_equal(vdev_mode(host.dev), VDEV_NORMAL);
	vhost_fini(&host);
}

static void
dfu_request_comes_back_as_dfu_and_leaving_it_as_application(void **state)
{
	static const char *const names[] = { "photon", "boron", "p2" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct vhost host;

		vhost_init_as(&host, names[i], NULL);
		assert_int_equal(vhost_request(&host, 50), 0);
		vhost_wait_ms(&host, false);
		assert_in_range(vhost_wait_ms(&host, true), 500, 900);
		assert_int_equal(vdev_mode(host.dev), VDEV_DFU);
		assert_string_equal(vhost_ask(&host, "21 01 0002 0000 0000"), "");
		vhost_ask(&host, "a1 03 0000 0000 0006");
		assert_in_range(vhost_wait_ms(&host, false), 498, 502);
		assert_in_range(vhost_wait_ms(&host, true), 1000, 1600);
		assert_int_equal(vdev_mode(host.dev), VDEV_NORMAL);
		vhost_fini(&host);
	}
}

static void
another_request_during_manifestation_keeps_gen3_in_dfu(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("boron"));
	spec.mode = VDEV_DFU;
	vhost_init(&host, &spec);
	vhost_ask(&host, "21 01 0002 0000 0000");
	vhost_ask(&host, "a1 03 0000 0000 0006");
	assert_string_equal(vhost_ask(&host, "a1 03 0000 0000 0006"), "STALL");
	vhost_run_ms(&host, 2000);
	assert_true(vdev_is_attached(host.dev));
	assert_int_equal(vdev_mode(host.dev), VDEV_DFU);
	vhost_fini(&host);
}

static void
dfu_detach_comes_back_in_dfu(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("argon"));
	spec.mode = VDEV_DFU;
	vhost_init(&host, &spec);
	assert_string_equal(vhost_ask(&host, "21 00 00ff 0000 0000"), "");
	vhost_wait_ms(&host, false);
	vhost_wait_ms(&host, true);
	assert_int_equal(vdev_mode(host.dev), VDEV_DFU);
	assert_string_equal(vhost_ask(&host, "a1 03 0000 0000 0006"),
	    "000000000200");
	vhost_fini(&host);
}

static void
safe_mode_does_not_run_the_application(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "argon", NULL);
	assert_int_equal(vhost_request(&host, 10), 0);
	assert_int_equal(vhost_request(&host, 60), 0);
	vhost_wait_ms(&host, false);
	vhost_wait_ms(&host, true);
	assert_int_equal(vdev_mode(host.dev), VDEV_SAFE);
	assert_int_equal(vhost_request(&host, 10), -120);
	assert_int_equal(vhost_request(&host, 72), 0);
	assert_int_equal(host.in.len, 0);
	vdev_press(host.dev, VDEV_BUTTON_RESET);
	vhost_wait_ms(&host, true);
	assert_int_equal(vdev_mode(host.dev), VDEV_NORMAL);
	vhost_fini(&host);
}

static void
user_part_that_needs_more_boots_into_safe_mode(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("boron"));
	snprintf(spec.system_version, sizeof spec.system_version, "5.6.0");
	spec.user_needs = 6200;
	vhost_init(&host, &spec);
	assert_int_equal(vdev_mode(host.dev), VDEV_SAFE);
	vhost_fini(&host);
	spec.user_needs = 5600;
	vhost_init(&host, &spec);
	assert_int_equal(vdev_mode(host.dev), VDEV_NORMAL);
	vhost_fini(&host);
}

static void
vendor_reset_leaves_at_once(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	assert_string_equal(vhost_ask(&host, "40 50 0000 0028 0000"), "GONE");
	assert_false(vdev_is_attached(host.dev));
	vhost_run_ms(&host, 1);
	assert_int_equal(host.detached, 1);
	vhost_wait_ms(&host, true);
	assert_int_equal(vdev_mode(host.dev), VDEV_NORMAL);
	vhost_fini(&host);
}

static void
abandoned_reset_acts_when_somebody_resets_all(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	assert_string_equal(vhost_ask(&host, "c0 01 0000 0028 0040"),
	    "0300000000000100");
	vhost_run_ms(&host, 5000);
	assert_true(vdev_is_attached(host.dev));
	vhost_ask(&host, "c0 05 0000 0000 0040");
	assert_in_range(vhost_wait_ms(&host, false), 900, 1100);
	vhost_fini(&host);
}

static void
listening_button_causes_no_bus_event(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "p2", NULL);
	vdev_press(host.dev, VDEV_BUTTON_LISTENING);
	assert_int_equal(vdev_mode(host.dev), VDEV_LISTENING);
	assert_int_equal(vhost_request(&host, 72), 0);
	assert_int_equal(host.in.len, 2);
	assert_int_equal(vhost_request(&host, 71), 0);
	assert_int_equal(vdev_mode(host.dev), VDEV_NORMAL);
	assert_int_equal(host.detached, 0);
	vhost_fini(&host);
}

static void
without_a_time_scale_nothing_takes_time(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("boron"));
	spec.time_scale = 0;
	vhost_init(&host, &spec);
	assert_string_equal(vhost_ask(&host, "c0 01 0000 0032 0040"),
	    "0300000000000100");
	while (strcmp(vhost_ask(&host, "c0 02 0000 0001 0040"),
	    "09000000000000000000") != 0)
		;
	vhost_wait_ms(&host, false);
	vhost_wait_ms(&host, true);
	assert_int_equal(vdev_mode(host.dev), VDEV_DFU);
	assert_int_equal(loop_now_us(host.loop), 0);
	vhost_fini(&host);
}

/* --- Kinds -------------------------------------------------------------- */

static void
core_knows_no_control_request(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "core", NULL);
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"), "STALL");
	assert_string_equal(vhost_ask(&host, "c0 01 0000 0048 0040"), "STALL");
	assert_string_equal(vhost_ask(&host, "40 50 0000 0028 0001 00"),
	    "STALL");
	vhost_fini(&host);
}

static void
tachyon_in_edl_tells_its_serial_in_the_product_string(void **state)
{
	struct vdev_spec spec;
	struct shape shape;
	struct vhost host;
	char text[256];

	(void)state;
	vdev_spec_init(&spec, platform_by_name("tachyon"));
	spec.mode = VDEV_EDL;
	vhost_init(&host, &spec);
	device_descriptor_is_good(&host, 0x05c6, 0x9008);
	take_shape(&host, &shape);
	vdev_string(host.dev, 2, text, sizeof text);
	assert_non_null(strstr(text, "_SN:89ABCDEF"));
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"), "STALL");
	assert_string_equal(vhost_ask(&host, "a1 03 0000 0000 0006"), "STALL");
	vhost_fini(&host);
}

/* --- Transfers ---------------------------------------------------------- */

static void
count_end(enum usb_status status, const uint8_t *data, size_t len, void *arg)
{
	unsigned *counts = arg;

	(void)data, (void)len;
	counts[status]++;
}

static void
unplugging_ends_open_transfers_as_gone(void **state)
{
	static const struct usb_setup version = { 0xc0, 0x50, 0, 30, 64 };
	unsigned counts[8] = { 0 };
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	vdev_control(host.dev, &version, NULL, count_end, counts);
	vdev_control(host.dev, &version, NULL, count_end, counts);
	vdev_data(host.dev, 0x81, NULL, 64, count_end, counts);
	vdev_data(host.dev, 0x82, NULL, 8, count_end, counts);
	vdev_unplug(host.dev);
	assert_int_equal(counts[USB_GONE], 0);
	assert_false(vdev_is_attached(host.dev));
	vdev_control(host.dev, &version, NULL, count_end, counts);
	vhost_run_ms(&host, 1);
	assert_int_equal(counts[USB_GONE], 5);
	assert_int_equal(host.detached, 1);
	vhost_run_ms(&host, 5000);
	assert_int_equal(host.attached, 1);
	vhost_fini(&host);
}

static void
cancelled_transfer_never_calls_back(void **state)
{
	static const struct usb_setup version = { 0xc0, 0x50, 0, 30, 64 };
	unsigned counts[8] = { 0 };
	struct vdev_urb *first, *second, *third;
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	first = vdev_control(host.dev, &version, NULL, count_end, counts);
	second = vdev_control(host.dev, &version, NULL, count_end, counts);
	vdev_control(host.dev, &version, NULL, count_end, counts);
	third = vdev_data(host.dev, 0x82, NULL, 8, count_end, counts);
	vdev_urb_cancel(second);
	vdev_urb_cancel(first);
	vdev_urb_cancel(third);
	vhost_run_ms(&host, 10);
	assert_int_equal(counts[USB_OK], 1);
	vhost_fini(&host);
}

static void
unknown_endpoint_stalls(void **state)
{
	unsigned counts[8] = { 0 };
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	vdev_data(host.dev, 0x85, NULL, 64, count_end, counts);
	vhost_run_ms(&host, 1);
	assert_int_equal(counts[USB_STALL], 1);
	vhost_fini(&host);
}

/* --- Faults ------------------------------------------------------------- */

static void
add_fault(struct vhost *host, const char *text)
{
	struct vdev_fault fault;

	assert_true(vdev_fault_parse(&fault, text));
	vdev_add_fault(host->dev, &fault);
}

static void
fault_text_is_checked(void **state)
{
	struct vdev_fault fault;

	(void)state;
	assert_true(vdev_fault_parse(&fault,
	    "late service request=2 type=72 skip=3 count=0 delay=500"));
	assert_int_equal(fault.kind, VDEV_FAULT_LATE);
	assert_int_equal(fault.where, VDEV_FAULT_SERVICE);
	assert_int_equal(fault.request, 2);
	assert_int_equal(fault.type, 72);
	assert_int_equal(fault.skip, 3);
	assert_int_equal(fault.count, 0);
	assert_int_equal(fault.delay_ms, 500);
	assert_true(vdev_fault_parse(&fault, "stall"));
	assert_int_equal(fault.count, 1);
	assert_int_equal(fault.request, -1);
	assert_false(vdev_fault_parse(&fault, ""));
	assert_false(vdev_fault_parse(&fault, "none"));
	assert_false(vdev_fault_parse(&fault, "wobble"));
	assert_false(vdev_fault_parse(&fault, "stall nowhere"));
	assert_false(vdev_fault_parse(&fault, "stall delay=x"));
	assert_false(vdev_fault_parse(&fault, "stall colour=1"));
	assert_false(vdev_fault_parse(&fault, "stall delay=-1"));
	for (int kind = VDEV_FAULT_STALL; kind <= VDEV_FAULT_NO_RETURN; kind++)
		assert_true(vdev_fault_parse(&fault,
		    vdev_fault_kind_name((enum vdev_fault_kind)kind)));
}

static void
fault_skips_then_acts_so_often(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	add_fault(&host, "stall vendor skip=1 count=2");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"),
	    "362e322e30");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"), "STALL");
	assert_int_equal(vhost_control(&host, "80 06 0100 0000 0012"), USB_OK);
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"), "STALL");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"),
	    "362e322e30");
	vhost_fini(&host);
}

static void
faults_of_replies(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	add_fault(&host, "short vendor length=2");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"), "362e");
	add_fault(&host, "garbage vendor");
	assert_int_equal(vhost_control(&host, "c0 50 0000 001e 0040"), USB_OK);
	assert_int_equal(host.in.len, 64);
	add_fault(&host, "late vendor delay=3000");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"),
	    "362e322e30");
	assert_in_range(loop_now_us(host.loop), LOOP_MS(3000), LOOP_MS(3010));
	add_fault(&host, "nak vendor");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"), "NAK");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"),
	    "362e322e30");
	vhost_fini(&host);
}

static void
device_vanishes_at_any_step_of_a_request(void **state)
{
	(void)state;
	for (unsigned step = 0; step < 3; step++) {
		struct vhost host;
		char text[64];

		vhost_init_as(&host, "boron", NULL);
		snprintf(text, sizeof text,
		    "vanish service type=30 skip=%u delay=700", step);
		add_fault(&host, text);
		vdev_press(host.dev, VDEV_BUTTON_LISTENING);
		vhost_ask(&host, "c0 01 0000 0048 0040");
		for (unsigned i = 0; i < 3 && vdev_is_attached(host.dev); i++) {
			static const char *const steps[] = {
				"c0 01 0000 001e 0040", "c0 02 0000 0002 0040",
				"c0 04 0000 0002 0007",
			};

			vhost_run_ms(&host, 50);
			vhost_ask(&host, steps[i]);
			assert_int_equal(host.status,
			    i == step ? USB_GONE : USB_OK);
		}
		assert_false(vdev_is_attached(host.dev));
		assert_in_range(vhost_wait_ms(&host, true), 698, 702);
		assert_int_equal(vdev_mode(host.dev), VDEV_LISTENING);
		vhost_fini(&host);
	}
}

static void
device_that_vanished_for_good_can_be_plugged_again(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	add_fault(&host, "vanish any");
	assert_string_equal(vhost_ask(&host, "80 06 0100 0000 0012"), "GONE");
	vhost_run_ms(&host, 20000);
	assert_false(vdev_is_attached(host.dev));
	vhost_fini(&host);

	vhost_init_as(&host, "boron", NULL);
	add_fault(&host, "no-return");
	vhost_ask(&host, "40 50 0000 0028 0000");
	vhost_run_ms(&host, 20000);
	assert_false(vdev_is_attached(host.dev));
	vdev_press(host.dev, VDEV_BUTTON_RESET);
	vhost_wait_ms(&host, true);
	vhost_fini(&host);
}

static void
hundred_devices_with_large_flash_are_cheap(void **state)
{
	struct vdev_spec spec;
	struct vhost *hosts = xcalloc(100, sizeof *hosts);
	size_t before = mallinfo2().uordblks;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("b5som"));
	spec.mode = VDEV_DFU;
	for (size_t i = 0; i < 100; i++) {
		vhost_init(&hosts[i], &spec);
		vhost_ask(&hosts[i], "01 0b 0002 0000 0000");
		vhost_ask(&hosts[i], "21 01 0000 0000 0005 2100000080");
		vhost_ask(&hosts[i], "a1 03 0000 0000 0006");
		vhost_ask(&hosts[i], "a1 03 0000 0000 0006");
		vhost_ask(&hosts[i], "21 06 0000 0000 0000");
		assert_string_equal(vhost_ask(&hosts[i], "a1 02 0002 0000 0004"),
		    "ffffffff");
	}
	/* Of the 8 MiB and 1 MiB that each has, nothing was written. */
	assert_in_range(mallinfo2().uordblks - before, 0, 100 * 64 * 1024);
	for (size_t i = 0; i < 100; i++)
		vhost_fini(&hosts[i]);
	free(hosts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_descriptors_add_up_on_every_platform),
		cmocka_unit_test(dfu_descriptors_add_up_on_every_platform),
		cmocka_unit_test(closing_serial_leaves_the_control_interface),
		cmocka_unit_test(
		    microsoft_descriptors_name_the_control_interface),
		cmocka_unit_test(serial_number_may_be_missing_or_hostile),
		cmocka_unit_test(reset_request_acts_a_second_after_its_end),
		cmocka_unit_test(
		    dfu_request_comes_back_as_dfu_and_leaving_it_as_application),
		cmocka_unit_test(
		    another_request_during_manifestation_keeps_gen3_in_dfu),
		cmocka_unit_test(dfu_detach_comes_back_in_dfu),
		cmocka_unit_test(safe_mode_does_not_run_the_application),
		cmocka_unit_test(
		    user_part_that_needs_more_boots_into_safe_mode),
		cmocka_unit_test(vendor_reset_leaves_at_once),
		cmocka_unit_test(abandoned_reset_acts_when_somebody_resets_all),
		cmocka_unit_test(listening_button_causes_no_bus_event),
		cmocka_unit_test(without_a_time_scale_nothing_takes_time),
		cmocka_unit_test(core_knows_no_control_request),
		cmocka_unit_test(
		    tachyon_in_edl_tells_its_serial_in_the_product_string),
		cmocka_unit_test(unplugging_ends_open_transfers_as_gone),
		cmocka_unit_test(cancelled_transfer_never_calls_back),
		cmocka_unit_test(unknown_endpoint_stalls),
		cmocka_unit_test(fault_text_is_checked),
		cmocka_unit_test(fault_skips_then_acts_so_often),
		cmocka_unit_test(faults_of_replies),
		cmocka_unit_test(device_vanishes_at_any_step_of_a_request),
		cmocka_unit_test(
		    device_that_vanished_for_good_can_be_plugged_again),
		cmocka_unit_test(hundred_devices_with_large_flash_are_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
