/* Platforms, device ids, versions and vendor requests. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "particle/device-id.h"
#include "particle/platform.h"
#include "particle/sysver.h"
#include "particle/vendor.h"
#include "../support/wire.h"

static void
platforms_are_found_by_usb_ids(void **state)
{
	enum platform_usb_mode mode;
	const struct platform *p;

	(void)state;
	p = platform_by_usb(0x2b04, 0xc020, &mode);
	assert_non_null(p);
	assert_string_equal(p->name, "p2");
	assert_int_equal(mode, PLATFORM_USB_NORMAL);
	p = platform_by_usb(0x1d50, 0x607f, &mode);
	assert_non_null(p);
	assert_string_equal(p->name, "core");
	assert_int_equal(mode, PLATFORM_USB_DFU);
	p = platform_by_usb(0x05c6, 0x9008, &mode);
	assert_non_null(p);
	assert_string_equal(p->name, "tachyon");
	assert_int_equal(mode, PLATFORM_USB_EDL);
	assert_true(platform_is_wanted(0x2b04, 0xd00d));
	assert_false(platform_is_wanted(0x2b04, 0x0000));
	assert_false(platform_is_wanted(0x2b04, 0xd02a));
	assert_false(platform_is_wanted(0x1d50, 0x6018));
}

static void
rows_hold_what_the_rest_relies_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < platform_count; i++) {
		const struct platform *p = &platforms[i];

		if (i > 0)
			assert_true(p->id > platforms[i - 1].id);
		assert_ptr_equal(platform_by_id(p->id), p);
		assert_ptr_equal(platform_by_name(p->name), p);
		assert_non_null(p->display_name);
		assert_non_null(p->product);
		if (p->vid == 0x2b04)
			assert_int_equal(p->pid, 0xc000 + p->id);
		if (p->dfu_pid == 0) {
			assert_null(p->dfu_buttons);
			assert_int_equal(p->dfu.alt_count, 0);
			continue;
		}
		if (p->vid == 0x2b04)
			assert_int_equal(p->dfu_pid, 0xd000 + p->id);
		assert_non_null(p->dfu_product);
		assert_non_null(p->dfu_buttons);
		assert_true(p->dfu.transfer_size >= 1024);
		for (uint8_t a = 0; a < p->dfu.alt_count; a++)
			assert_non_null(p->dfu.alts[a]);
	}
	assert_null(platform_by_id(9999));
	assert_null(platform_by_name("duo"));
}

static void
photon_2_and_p2_are_told_apart_by_product(void **state)
{
	const struct platform *p2 = platform_by_name("p2");
	const struct platform *boron = platform_by_name("boron");

	(void)state;
	assert_string_equal(platform_shown_name(p2, "Photon 2 DFU Mode"),
	    "Photon 2");
	assert_string_equal(platform_shown_name(p2, "P2"), "P2");
	assert_string_equal(platform_shown_name(p2, ""), "Photon 2 / P2");
	assert_string_equal(platform_shown_name(p2, NULL), "Photon 2 / P2");
	assert_string_equal(platform_shown_name(boron, "Nonsense"), "Boron");
}

static bool
id(char *out, const char *text)
{
	return device_id_parse(out, text, strlen(text));
}

static void
device_ids_are_normalised(void **state)
{
	char out[DEVICE_ID_SIZE];

	(void)state;
	assert_true(id(out, "e00fce680123456789abcdef"));
	assert_string_equal(out, "e00fce680123456789abcdef");
	assert_true(id(out, "E00FCE680123456789ABCDEF"));
	assert_string_equal(out, "e00fce680123456789abcdef");
	assert_true(id(out, "\xef\xbf\xbd" "e00fce68\x01" "0123456789abcdef\n"));
	assert_string_equal(out, "e00fce680123456789abcdef");
	assert_true(device_id_parse(out, "E00FCE680123456789ABCDEFjunk", 24));
}

static void
other_serials_are_no_ids(void **state)
{
	static const char *const others[] = {
		"", "CORE 13", "e00fce680123456789abcde",
		"e00fce680123456789abcdef0", "e00fce680123456789abcdeg",
		"e00fce68 0123456789abcdef",
	};
	char out[DEVICE_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		assert_false(id(out, others[i]));
		assert_string_equal(out, "");
	}
}

static void
edl_ids_come_from_the_product(void **state)
{
	char out[DEVICE_ID_SIZE];

	(void)state;
	assert_true(device_id_from_edl(out, "QUSB_BULK_CID:0462_SN:A1B2C3D4"));
	assert_string_equal(out, "422a060000000000a1b2c3d4");
	assert_true(device_id_from_edl(out, "_SN:0123456789abcdef0123456789"));
	assert_string_equal(out, "422a060123456789abcdef01");
	assert_false(device_id_from_edl(out, "QUSB_BULK_SN"));
	assert_false(device_id_from_edl(out, "x_SN:"));
	assert_false(device_id_from_edl(out, "x_SN:nothex"));
	assert_false(device_id_from_edl(out, ""));
}

static bool
version(struct sysver *v, const char *text)
{
	return sysver_parse(v, text, strlen(text));
}

static void
versions_are_read(void **state)
{
	struct sysver v;
	char text[SYSVER_TEXT_MAX];

	(void)state;
	assert_true(version(&v, "6.2.0"));
	assert_int_equal(v.major, 6);
	sysver_text(&v, text, sizeof text);
	assert_string_equal(text, "6.2.0");
	assert_true(version(&v, "0.8.0-rc.11"));
	sysver_text(&v, text, sizeof text);
	assert_string_equal(text, "0.8.0-rc.11");
	assert_true(sysver_parse(&v, "0.6.0\0junk", 10));
	assert_int_equal(v.minor, 6);
	assert_true(sysver_parse(&v, "6.2.0xxx", 5));
}

static void
other_texts_are_no_versions(void **state)
{
	static const char *const others[] = {
		"", "6", "6.", "6.2", "6.2.", "6.2.x", ".6.2.0", "-1.2.3",
		"99999.0.0", "hello", "\xff\xff",
	};
	struct sysver v;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		assert_false(version(&v, others[i]));
		assert_int_equal(v.major, 0);
	}
}

static void
versions_have_an_order(void **state)
{
	static const char *const order[] = {
		"0.6.0", "0.8.0-alpha.1", "0.8.0-beta.2", "0.8.0-rc.2",
		"0.8.0-rc.11", "0.8.0", "0.8.1", "1.0.0", "6.2.0",
	};
	struct sysver a, b;

	(void)state;
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		for (size_t k = 0; k < sizeof order / sizeof order[0]; k++) {
			int sign;

			version(&a, order[i]);
			version(&b, order[k]);
			sign = sysver_compare(&a, &b);
			assert_int_equal((sign > 0) - (sign < 0),
			    (i > k) - (i < k));
		}
	}
}

static void
module_versions_stand_for_releases(void **state)
{
	static const struct {
		uint32_t	 module;
		const char	*text;
	} rows[] = {
		{ 207, "0.7.0" }, { 4003, "4.0.0" }, { 5600, "5.6.0" },
		{ 6101, "6.1.1" }, { 6200, "6.2.0" },
	};
	struct sysver v;
	char text[SYSVER_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(sysver_from_module(rows[i].module, &v));
		sysver_text(&v, text, sizeof text);
		assert_string_equal(text, rows[i].text);
	}
	assert_false(sysver_from_module(300, &v));
	assert_false(sysver_from_module(UINT32_MAX, &v));
}

static void
forced_reset_has_data_where_the_chip_needs_it(void **state)
{
	struct vendor_out out;
	char text[64];

	(void)state;
	vendor_forced_reset(platform_by_name("boron"), &out);
	assert_string_equal(wire_text(text, sizeof text, &out.setup, NULL),
	    "40 50 0000 0028 0000");
	vendor_forced_reset(platform_by_name("p2"), &out);
	assert_string_equal(wire_text(text, sizeof text, &out.setup, out.data),
	    "40 50 0000 0028 0001 00");
}

static void
old_versions_have_requests_of_their_own(void **state)
{
	struct usb_setup setup;
	struct sysver v;
	char text[64];

	(void)state;
	version(&v, "0.6.0");
	assert_true(vendor_old(&v, VENDOR_OLD_DFU, &setup));
	assert_string_equal(wire_text(text, sizeof text, &setup, NULL),
	    "40 50 0000 0003 0000");
	version(&v, "0.6.1");
	assert_true(vendor_old(&v, VENDOR_OLD_DFU, &setup));
	assert_string_equal(wire_text(text, sizeof text, &setup, NULL),
	    "40 50 0000 0032 0000");
	version(&v, "0.7.0");
	assert_true(vendor_old(&v, VENDOR_OLD_LISTENING, &setup));
	assert_string_equal(wire_text(text, sizeof text, &setup, NULL),
	    "40 50 0000 0046 0000");
	version(&v, "0.8.0");
	assert_false(vendor_old(&v, VENDOR_OLD_DFU, &setup));
	version(&v, "0.5.3");
	assert_false(vendor_old(&v, VENDOR_OLD_DFU, &setup));
	vendor_get_version(&setup);
	assert_string_equal(wire_text(text, sizeof text, &setup, NULL),
	    "c0 50 0000 001e 0040");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(platforms_are_found_by_usb_ids),
		cmocka_unit_test(rows_hold_what_the_rest_relies_on),
		cmocka_unit_test(photon_2_and_p2_are_told_apart_by_product),
		cmocka_unit_test(device_ids_are_normalised),
		cmocka_unit_test(other_serials_are_no_ids),
		cmocka_unit_test(edl_ids_come_from_the_product),
		cmocka_unit_test(versions_are_read),
		cmocka_unit_test(other_texts_are_no_versions),
		cmocka_unit_test(versions_have_an_order),
		cmocka_unit_test(module_versions_stand_for_releases),
		cmocka_unit_test(
		    forced_reset_has_data_where_the_chip_needs_it),
		cmocka_unit_test(old_versions_have_requests_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
