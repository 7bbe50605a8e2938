/* Descriptors, as hardware and as liars send them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "particle/descriptor.h"
#include "../support/wire.h"

#define DEVICE_DFU	"12010002 00000040 042b0dd0 00020102 0301"
/* Two alternates; the functional descriptor behind the last. */
#define CONFIG_DFU	"0902 2400 01 01 00 80 fa" \
			"0904 0000 00 fe0102 06" \
			"0904 0001 00 fe0102 07" \
			"0921 0b ff00 0010 1a01"
#define DEVICE_NORMAL	"12010002 ef020140 042b0dc0 00020102 0301"
#define CONFIG_NORMAL	"0902 5400 03 01 00 c0 fa" \
			"080b 0002 0202 01 00" \
			"0904 0000 01 020201 04" \
			"0524 001001" "0524 010001" "0424 0202" "0524 060001" \
			"0705 82 03 4000 10" \
			"0904 0100 02 0a0000 00" \
			"0705 01 02 4000 00" \
			"0705 81 02 4000 00" \
			"0904 0200 00 ffffff 05"

static bool
parse(struct descriptors *d, const char *hex)
{
	struct wire_bytes bytes;

	wire_hex(&bytes, hex);
	return descriptors_parse(d, bytes.data, bytes.len);
}

static void
dfu_mode_is_read(void **state)
{
	struct descriptors d;
	const struct descriptor_interface *i;

	(void)state;
	assert_true(parse(&d, DEVICE_DFU CONFIG_DFU));
	assert_false(d.is_cut);
	assert_int_equal(d.vid, 0x2b04);
	assert_int_equal(d.pid, 0xd00d);
	assert_int_equal(d.serial_string, 3);
	assert_int_equal(d.max_power_ma, 500);
	assert_false(d.is_self_powered);
	assert_int_equal(d.interface_count, 2);
	i = descriptors_dfu(&d, 1);
	assert_non_null(i);
	assert_int_equal(i->alt, 1);
	assert_int_equal(i->string, 7);
	assert_null(descriptors_dfu(&d, 2));
	assert_true(d.has_dfu);
	assert_int_equal(d.dfu.transfer_size, 4096);
	assert_int_equal(d.dfu.version, 0x011a);
	assert_int_equal(d.dfu.detach_timeout_ms, 255);
	assert_null(descriptors_control(&d));
}

static void
normal_mode_is_read(void **state)
{
	struct descriptors d;
	const struct descriptor_interface *i;

	(void)state;
	assert_true(parse(&d, DEVICE_NORMAL CONFIG_NORMAL));
	assert_false(d.is_cut);
	assert_true(d.is_self_powered);
	assert_int_equal(d.interface_count, 3);
	i = descriptors_control(&d);
	assert_non_null(i);
	assert_int_equal(i->number, 2);
	i = descriptors_find(&d, 0x0a, -1, -1, 0);
	assert_non_null(i);
	assert_int_equal(i->endpoints_read, 2);
	assert_int_equal(d.endpoints[i->first_endpoint].address, 0x01);
	assert_int_equal(d.endpoints[i->first_endpoint + 1].address, 0x81);
	assert_int_equal(d.endpoints[i->first_endpoint].max_packet, 64);
	assert_false(d.has_dfu);
}

static void
hid_descriptor_is_not_taken_for_dfu(void **state)
{
	struct descriptors d;

	(void)state;
	assert_true(parse(&d, DEVICE_NORMAL "0902 1b00 01 01 00 c0 fa"
	    "0904 0000 01 030101 00" "0921 1101 00 01 22 4100"));
	assert_false(d.has_dfu);
}

static void
lying_lengths_end_the_reading(void **state)
{
	static const char *const lies[] = {
		DEVICE_DFU "00", DEVICE_DFU "0002", DEVICE_DFU "0102",
		DEVICE_DFU "ff02", DEVICE_DFU "0902 2400 01 01 00 80 fa 09",
		DEVICE_DFU "0902 2400 01 01 00 80 fa 0904 00",
	};
	struct descriptors d;

	(void)state;
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		assert_true(parse(&d, lies[i]));
		assert_int_equal(d.pid, 0xd00d);
		assert_int_equal(d.interface_count, 0);
	}
	assert_false(parse(&d, ""));
	assert_false(parse(&d, "12"));
	assert_false(parse(&d, "1201"));
	assert_false(parse(&d, "0201"));
}

static void
more_than_fits_is_cut(void **state)
{
	static uint8_t bytes[18 + 9 + 200 * 16];
	struct wire_bytes head;
	struct descriptors d;
	size_t at;

	(void)state;
	wire_hex(&head, DEVICE_DFU "0902 2400 01 01 00 80 fa");
	memcpy(bytes, head.data, at = head.len);
	for (int i = 0; i < 200; i++, at += 16) {
		memcpy(bytes + at, "\x09\x04\x00\x00\x01\xff\xff\xff\x00"
		    "\x07\x05\x81\x02\x40\x00\x00", 16);
	}
	assert_true(descriptors_parse(&d, bytes, at));
	assert_true(d.is_cut);
	assert_int_equal(d.interface_count, DESCRIPTOR_INTERFACES_MAX);
	assert_int_equal(d.endpoint_count, DESCRIPTOR_ENDPOINTS_MAX);
}

static void
only_the_first_configuration_counts(void **state)
{
	struct descriptors d;

	(void)state;
	assert_true(parse(&d, DEVICE_DFU CONFIG_DFU CONFIG_NORMAL));
	assert_int_equal(d.interface_count, 2);
}

/* What the string descriptor says; NULL: it is not one. */
static const char *
string(const char *hex)
{
	static char out[DESCRIPTOR_STRING_SIZE];
	struct wire_bytes bytes;

	wire_hex(&bytes, hex);
	return descriptor_string(out, sizeof out, bytes.data, bytes.len)
	    ? out : NULL;
}

static void
strings_become_utf8(void **state)
{
	(void)state;
	assert_string_equal(string("06 03 4100 e400"), "A\xc3\xa4");
	assert_string_equal(string("04 03 ac20"), "\xe2\x82\xac");
	assert_string_equal(string("06 03 3dd8 00de"), "\xf0\x9f\x98\x80");
	assert_string_equal(string("0c 03 73006d003d0070000000"), "sm=p");
	assert_string_equal(string("02 03"), "");
}

static void
hostile_strings_are_tamed(void **state)
{
	(void)state;
	assert_null(string(""));
	assert_null(string("04"));
	assert_null(string("04 02 4100"));
	assert_null(string("01 03 4100"));
	assert_string_equal(string("ff 03 4100 42"), "A");	/* short, odd */
	assert_string_equal(string("04 03 4100 4200"), "A");	/* too much */
	assert_string_equal(string("06 03 3dd8 4100"), "\xef\xbf\xbd" "A");
	assert_string_equal(string("04 03 3dd8"), "\xef\xbf\xbd");
	assert_string_equal(string("04 03 00de"), "\xef\xbf\xbd");
}

static void
strings_are_cut_between_characters(void **state)
{
	struct wire_bytes bytes;
	char out[4];

	(void)state;
	wire_hex(&bytes, "08 03 4100 ac20 4200");
	assert_true(descriptor_string(out, sizeof out, bytes.data, bytes.len));
	assert_string_equal(out, "A");
	assert_false(descriptor_string(out, 0, bytes.data, bytes.len));
}

static void
longest_string_fits(void **state)
{
	char out[DESCRIPTOR_STRING_SIZE];
	uint8_t bytes[255] = { 255, 3 };

	(void)state;
	for (size_t i = 2; i + 1 < sizeof bytes; i += 2) {
		bytes[i] = 0xac;
		bytes[i + 1] = 0x20;
	}
	assert_true(descriptor_string(out, sizeof out, bytes, sizeof bytes));
	assert_int_equal(strlen(out), 126 * 3);
}

static void
string_request_is_standard(void **state)
{
	struct usb_setup setup;
	char text[64];

	(void)state;
	descriptor_get_string(&setup, 0xfa, USB_LANGID_EN_US);
	assert_string_equal(wire_text(text, sizeof text, &setup, NULL),
	    "80 06 03fa 0409 00ff");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dfu_mode_is_read),
		cmocka_unit_test(normal_mode_is_read),
		cmocka_unit_test(hid_descriptor_is_not_taken_for_dfu),
		cmocka_unit_test(lying_lengths_end_the_reading),
		cmocka_unit_test(more_than_fits_is_cut),
		cmocka_unit_test(only_the_first_configuration_counts),
		cmocka_unit_test(strings_become_utf8),
		cmocka_unit_test(hostile_strings_are_tamed),
		cmocka_unit_test(strings_are_cut_between_characters),
		cmocka_unit_test(longest_string_fits),
		cmocka_unit_test(string_request_is_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
