/* Control and vendor requests of a virtual device, beyond what is recorded. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/vhost.h"
#include "virtual/inside.h"

#define DONE_EMPTY	"09000000000000000000"
#define PENDING		"010000000200"
#define NO_MEMORY	"010000000400"
#define NOT_FOUND	"010000000500"

static void
init_protected(struct vhost *host, const char *platform, enum vdev_mode mode,
    enum vdev_protection protection)
{
	struct vdev_spec spec;

	vdev_spec_init(&spec, platform_by_name(platform));
	spec.mode = mode;
	spec.protection = protection;
	vhost_init(host, &spec);
}

/* --- The channel -------------------------------------------------------- */

static void
hung_device_keeps_requests_pending_but_answers_vendor_requests(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("boron"));
	spec.hung = true;
	vhost_init(&host, &spec);
	vhost_ask(&host, "c0 01 0000 0048 0040");
	vhost_run_ms(&host, 60000);
	assert_string_equal(vhost_ask(&host, "c0 02 0000 0001 0040"), PENDING);
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"),
	    "362e322e30");
	assert_string_equal(vhost_ask(&host, "40 50 0000 0028 0000"), "GONE");
	/* It hangs again, but not in safe mode. */
	vhost_wait_ms(&host, true);
	vhost_ask(&host, "c0 01 0000 0048 0040");
	vhost_run_ms(&host, 1000);
	assert_string_equal(vhost_ask(&host, "c0 02 0000 0001 0040"), PENDING);
	vdev_press(host.dev, VDEV_BUTTON_SAFE);
	vhost_wait_ms(&host, true);
	assert_int_equal(vhost_request(&host, 72), 0);
	vhost_fini(&host);
}

static void
three_payloads_fill_the_small_pool(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	vdev_hold_thread(host.dev, true);
	vhost_ask(&host, "c0 01 0040 000a 0040");
	vhost_ask(&host, "c0 01 0040 000a 0040");
	vhost_ask(&host, "c0 01 0040 000a 0040");
	assert_string_equal(vhost_ask(&host, "c0 01 0040 000a 0040"), NO_MEMORY);
	/* No id was used up. */
	vhost_ask(&host, "c0 05 0000 0003 0040");
	assert_string_equal(vhost_ask(&host, "c0 01 0000 000a 0040"),
	    "0300000000000400");
	assert_string_equal(vhost_ask(&host, "c0 01 0040 000a 0040"),
	    "0300000002000500");
	vhost_fini(&host);

	vhost_init_as(&host, "p2", NULL);
	for (unsigned i = 1; i <= 4; i++)
		assert_int_equal(vhost_control(&host, "c0 01 0040 000a 0040"),
		    USB_OK);
	assert_string_equal(vhost_ask(&host, "c0 01 0000 0048 0040"),
	    "010000000300");
	vhost_fini(&host);
}

static void
reset_of_a_half_read_request_loses_the_next(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	vhost_ask(&host, "c0 01 0000 001e 0040");
	vhost_run_ms(&host, 10);
	assert_string_equal(vhost_ask(&host, "c0 04 0000 0001 0003"), "0a0536");
	vhost_ask(&host, "c0 05 0000 0001 0040");
	vhost_run_ms(&host, 10);
	assert_string_equal(vhost_ask(&host, "c0 01 0000 001e 0040"),
	    "0300000000000200");
	assert_string_equal(vhost_ask(&host, "c0 02 0000 0002 0040"), NOT_FOUND);
	assert_int_equal(vhost_request(&host, 30), 0);
	vhost_fini(&host);
}

static void
bus_reset_cancels_requests(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	vhost_ask(&host, "c0 01 0004 0001 0040");
	vhost_ask(&host, "c0 01 0000 0028 0040");
	vdev_bus_reset(host.dev);
	assert_string_equal(vhost_ask(&host, "c0 02 0000 0001 0040"), NOT_FOUND);
	/* Even so the device resets: its completion ran. */
	assert_in_range(vhost_wait_ms(&host, false), 900, 1100);
	vhost_fini(&host);
}

static void
payload_without_memory_fails_at_check(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	vdev_set(host.dev, "memory", "0");
	assert_string_equal(vhost_ask(&host, "c0 01 0041 0001 0040"),
	    "0300000002000100");
	vhost_run_ms(&host, 10);
	assert_string_equal(vhost_ask(&host, "c0 02 0000 0001 0040"), NO_MEMORY);
	assert_string_equal(vhost_ask(&host, "c0 02 0000 0001 0040"), NOT_FOUND);
	vhost_fini(&host);
}

static void
slow_application_answers_when_it_likes(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	vdev_set(host.dev, "app", "slow");
	vhost_ask(&host, "c0 01 0002 000a 0040");
	vhost_ask(&host, "40 03 0000 0001 0002 6869");
	vhost_run_ms(&host, 5000);
	assert_string_equal(vhost_ask(&host, "c0 02 0000 0001 0040"), PENDING);
	vdev_app_answer(host.dev);
	assert_string_equal(vhost_ask(&host, "c0 02 0000 0001 0040"),
	    "0d00000000000200000000000000");
	assert_string_equal(vhost_ask(&host, "c0 04 0000 0001 0002"), "6869");
	vdev_app_answer(host.dev);
	vhost_fini(&host);
}

static void
out_without_data_is_never_answered_on_rtl(void **state)
{
	static const char *const names[] = {
		"p2", "msom", "trackerm", "sulu",
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct vdev_spec spec;
		struct vhost host;

		vhost_init_as(&host, names[i], NULL);
		assert_string_equal(vhost_ask(&host, "40 50 0000 012e 0000"),
		    "NAK");
		assert_string_equal(vhost_ask(&host, "40 50 0000 012e 0001 00"),
		    "");
		assert_string_equal(vhost_ask(&host, "40 50 0000 0028 0000"),
		    "NAK");
		assert_true(vdev_is_attached(host.dev));
		assert_string_equal(vhost_ask(&host, "40 50 0000 0028 0001 00"),
		    "GONE");
		vhost_fini(&host);

		/* In DFU there is no such quirk. */
		vdev_spec_init(&spec, platform_by_name(names[i]));
		spec.mode = VDEV_DFU;
		vhost_init(&host, &spec);
		assert_string_equal(vhost_ask(&host, "21 06 0000 0000 0000"),
		    "");
		vhost_fini(&host);
	}
}

/* --- Versions ----------------------------------------------------------- */

static void
old_devices_have_no_channel(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "photon", "0.7.0");
	assert_string_equal(vhost_ask(&host, "c0 01 0000 0048 0040"), "STALL");
	vhost_fini(&host);
	vhost_init_as(&host, "photon", "0.8.0");
	assert_int_equal(vhost_request(&host, 72), -120);
	assert_int_equal(vhost_request(&host, 30), 0);
	vhost_fini(&host);
	vhost_init_as(&host, "photon", "1.1.0");
	assert_int_equal(vhost_request(&host, 72), 0);
	assert_int_equal(vhost_request(&host, 20), -120);
	vhost_fini(&host);
	vhost_init_as(&host, "boron", "5.9.0");
	assert_int_equal(vhost_request(&host, 76), -120);
	assert_int_equal(vhost_request(&host, 91), 0);
	vhost_fini(&host);
	vhost_init_as(&host, "boron", "5.5.0");
	assert_int_equal(vhost_request(&host, 91), -120);
	vhost_fini(&host);
}

static void
module_info_has_the_form_of_its_version(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "photon", "1.0.1");
	assert_int_equal(vhost_request(&host, 90), 0);
	assert_memory_equal(host.in.data, "{\"p\":6,\"m\":[", 12);
	vhost_fini(&host);

	vhost_init_as(&host, "photon", "2.3.1");
	assert_int_equal(vhost_request(&host, 90), 0);
	assert_int_equal(host.in.data[0], 1 << 3 | 2);
	vhost_fini(&host);

	/* Safe mode, and why. */
	vdev_spec_init(&spec, platform_by_name("boron"));
	snprintf(spec.system_version, sizeof spec.system_version, "5.6.0");
	spec.user_needs = 6200;
	vhost_init(&host, &spec);
	assert_int_equal(vhost_request(&host, 90), 0);
	assert_int_equal(host.in.data[0], 2 << 3 | 2);
	assert_non_null(memmem(host.in.data, host.in.len,
	    "\x35\x1e\0\0\0\x3d\x1a\0\0\0", 10));	/* 0x1e checked, 0x1a passed */
	assert_non_null(memmem(host.in.data, host.in.len,
	    "\x08\x04\x10\x01\x18\xb8\x30", 7));	/* system part 1, 6200 */
	vhost_fini(&host);
}

static void
vendor_requests_of_0_6_0(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "photon", "0.6.0");
	assert_string_equal(vhost_ask(&host, "c0 50 0001 0000 0040"),
	    "e00fce680123456789abcdef");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 0001 0040"),
	    "302e362e30005a");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"), "STALL");
	assert_string_equal(vhost_ask(&host, "40 50 0000 0003 0000"), "");
	vhost_wait_ms(&host, false);
	vhost_wait_ms(&host, true);
	assert_int_equal(vdev_mode(host.dev), VDEV_DFU);
	vhost_fini(&host);
}

static void
vendor_requests_of_0_7_0(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "electron", "0.7.0");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"),
	    "302e372e30005a");
	assert_string_equal(vhost_ask(&host, "40 50 0000 005a 0000"), "");
	assert_string_equal(vhost_ask(&host, "c0 50 0000 005a 1000"), "STALL");
	assert_string_equal(vhost_ask(&host, "40 50 0000 005a 0000"), "STALL");
	vhost_run_ms(&host, 100);
	assert_int_equal(vhost_control(&host, "c0 50 0000 005a 1000"), USB_OK);
	assert_memory_equal(host.in.data, "{\"p\":10,", 8);
	assert_string_equal(vhost_ask(&host, "40 50 0000 0032 0000"), "");
	vhost_wait_ms(&host, false);
	vhost_wait_ms(&host, true);
	assert_int_equal(vdev_mode(host.dev), VDEV_DFU);
	vhost_fini(&host);
}

/* --- Answers ------------------------------------------------------------ */

static void
blinking_shows_and_ends(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "argon", NULL);
	assert_int_equal(vhost_request(&host, 230), 0);
	assert_true(vdev_is_blinking(host.dev));
	assert_int_equal(vhost_request(&host, 231), 0);
	assert_false(vdev_is_blinking(host.dev));
	vhost_fini(&host);
}

static void
cloud_connects_after_a_while_and_can_be_left(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "argon", NULL);
	assert_int_equal(vhost_request(&host, 300), 0);
	assert_memory_equal(host.in.data, "\x08\x01", 2);
	vhost_run_ms(&host, 10000);
	assert_int_equal(vhost_request(&host, 300), 0);
	assert_memory_equal(host.in.data, "\x08\x02", 2);
	assert_int_equal(vhost_request(&host, 302), 0);
	assert_int_equal(vhost_request(&host, 300), 0);
	assert_int_equal(host.in.len, 0);
	vhost_fini(&host);
}

static void
iccid_waits_for_the_modem(void **state)
{
	struct vhost host;
	uint64_t start;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	start = loop_now_us(host.loop);
	assert_int_equal(vhost_request(&host, 554), 0);
	assert_true(loop_now_us(host.loop) - start > LOOP_S(3));
	assert_memory_equal(host.in.data, "\x0a\x14" "8934", 6);
	assert_int_equal(host.in.data[22], 2 << 3 | 2);
	start = loop_now_us(host.loop);
	assert_int_equal(vhost_request(&host, 554), 0);
	assert_true(loop_now_us(host.loop) - start < LOOP_S(1));
	vhost_fini(&host);
	vhost_init_as(&host, "argon", NULL);
	assert_int_equal(vhost_request(&host, 554), -120);
	vhost_fini(&host);
}

/* --- Protection --------------------------------------------------------- */

static void
protected_device_answers_four_requests(void **state)
{
	static const unsigned answered[] = { 10, 20, 76 };
	static const unsigned refused[] = {
		1, 21, 30, 40, 50, 60, 70, 72, 90, 100, 230, 300, 999,
	};
	struct vhost host;

	(void)state;
	init_protected(&host, "p2", VDEV_NORMAL, VDEV_PROTECTED);
	for (size_t i = 0; i < sizeof answered / sizeof answered[0]; i++)
		assert_int_equal(vhost_request(&host, answered[i]), 0);
	assert_memory_equal(host.in.data, "\x08\x01", 2);
	assert_int_equal(vhost_request(&host, 77), -120);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		assert_int_equal(vhost_request(&host, refused[i]), -1801);
	vhost_run_ms(&host, 3000);
	assert_true(vdev_is_attached(host.dev));
	/* Vendor requests are not asked about it. */
	assert_string_equal(vhost_ask(&host, "c0 50 0000 001e 0040"),
	    "362e322e30");
	assert_string_equal(vhost_ask(&host, "80 06 03fa 0409 00ff"),
	    "120373006d003d0070000000000000000000");
	vdev_press(host.dev, VDEV_BUTTON_LISTENING);
	assert_int_equal(vdev_mode(host.dev), VDEV_NORMAL);
	vhost_fini(&host);
}

static void
protected_device_shows_closed_memory_in_dfu(void **state)
{
	struct vhost host;
	char text[256];

	(void)state;
	init_protected(&host, "boron", VDEV_DFU, VDEV_PROTECTED);
	vdev_string(host.dev, 6, text, sizeof text);
	assert_string_equal(text, "@Internal Flash   /0x00000000/1*004Kb,"
	    "47*004Kb,192*004Kb,4*004Kb,4*004Kb,8*004Kb");
	assert_string_equal(vhost_ask(&host, "80 06 03fa 0409 00ff"),
	    "120373006d003d0070000000000000000000");
	vdev_string(host.dev, 10, text, sizeof text);
	assert_string_equal(text, "Device is in protected mode");
	vhost_fini(&host);
}

static void
dfu_write(struct vhost *host, const char *address, const char *block)
{
	char setup[256];

	snprintf(setup, sizeof setup, "21 01 0000 0000 0005 21%s", address);
	vhost_ask(host, setup);
	vhost_ask(host, "a1 03 0000 0000 0006");
	vhost_ask(host, "a1 03 0000 0000 0006");
	vhost_ask(host, block);
	vhost_ask(host, "a1 03 0000 0000 0006");
}

static void
service_mode_ends_by_command(void **state)
{
	struct vhost host;

	(void)state;
	init_protected(&host, "p2", VDEV_DFU, VDEV_SERVICE);
	assert_string_equal(vhost_ask(&host, "80 06 03fa 0409 00ff"),
	    "120373006d003d0073000000000000000000");
	/* The region for updates is closed, the rest is not. */
	dfu_write(&host, "00003008", "21 01 0002 0000 0004 00000000");
	assert_string_equal(vhost_ask(&host, "a1 03 0000 0000 0006"),
	    "0e0000000a00");
	vhost_ask(&host, "21 04 0000 0000 0000");
	dfu_write(&host, "00405f08", "21 01 0002 0000 0004 00000000");
	assert_string_equal(vhost_ask(&host, "a1 03 0000 0000 0006"),
	    "000000000500");
	/* A system part without a header that keeps the protection. */
	dfu_write(&host, "00000608", "21 01 0002 0000 0004 00000000");
	assert_string_equal(vhost_ask(&host, "a1 03 0000 0000 0006"),
	    "0e0000000a00");
	vhost_ask(&host, "21 04 0000 0000 0000");
	vhost_ask(&host, "21 01 0000 0000 0005 fb00000000");
	vhost_ask(&host, "a1 03 0000 0000 0006");
	vhost_ask(&host, "a1 03 0000 0000 0006");
	assert_string_equal(vhost_ask(&host, "80 06 03fa 0409 00ff"),
	    "120373006d003d0070000000000000000000");
	vhost_fini(&host);
}

/* --- DFU that is not recorded -------------------------------------------- */

static void
flash_holds_off_the_next_transfer(void **state)
{
	struct vdev_spec spec;
	struct vhost host;
	uint64_t start;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("boron"));
	spec.mode = VDEV_DFU;
	vhost_init(&host, &spec);
	vhost_ask(&host, "21 01 0000 0000 0005 4100400b00");
	vhost_ask(&host, "a1 03 0000 0000 0006");
	start = loop_now_us(host.loop);
	assert_string_equal(vhost_ask(&host, "a1 03 0000 0000 0006"),
	    "000000000500");
	assert_in_range(loop_now_us(host.loop) - start, 84000, 86000);
	vhost_fini(&host);
}

static void
writing_clears_bits_only(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("p2"));
	spec.mode = VDEV_DFU;
	vhost_init(&host, &spec);
	dfu_write(&host, "00405f08", "21 01 0002 0000 0004 f0f0ff00");
	dfu_write(&host, "00405f08", "21 01 0002 0000 0004 ff0f0f0f");
	vhost_ask(&host, "a1 03 0000 0000 0006");
	vhost_ask(&host, "21 06 0000 0000 0000");
	assert_string_equal(vhost_ask(&host, "a1 02 0002 0000 0004"),
	    "f0000f00");
	/* Memory outlives a restart. */
	vdev_press(host.dev, VDEV_BUTTON_DFU);
	vhost_wait_ms(&host, true);
	vhost_ask(&host, "21 01 0000 0000 0005 2100405f08");
	vhost_ask(&host, "a1 03 0000 0000 0006");
	vhost_ask(&host, "a1 03 0000 0000 0006");
	vhost_ask(&host, "21 06 0000 0000 0000");
	assert_string_equal(vhost_ask(&host, "a1 02 0002 0000 0004"),
	    "f0000f00");
	vhost_fini(&host);
}

static void
gen2_keeps_its_bootloader(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("photon"));
	spec.mode = VDEV_DFU;
	vhost_init(&host, &spec);
	dfu_write(&host, "00000008", "21 01 0002 0000 0004 00000000");
	vhost_ask(&host, "a1 03 0000 0000 0006");
	vhost_ask(&host, "21 06 0000 0000 0000");
	assert_string_equal(vhost_ask(&host, "a1 02 0002 0000 0004"),
	    "ffffffff");
	vhost_fini(&host);
}

static void
core_uploads_both_its_memories(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("core"));
	spec.mode = VDEV_DFU;
	vhost_init(&host, &spec);
	assert_string_equal(vhost_ask(&host, "81 06 2100 0000 0009"),
	    "09210bff0000041a01");
	dfu_write(&host, "00500008", "21 01 0002 0000 0004 12345678");
	vhost_ask(&host, "a1 03 0000 0000 0006");
	vhost_ask(&host, "21 06 0000 0000 0000");
	assert_string_equal(vhost_ask(&host, "a1 02 0002 0000 0004"),
	    "12345678");
	vhost_ask(&host, "21 06 0000 0000 0000");
	assert_string_equal(vhost_ask(&host, "01 0b 0001 0000 0000"), "");
	dfu_write(&host, "00000200", "21 01 0002 0000 0004 12345678");
	assert_string_equal(vhost_ask(&host, "a1 03 0000 0000 0006"),
	    "000000000500");
	vhost_fini(&host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    hung_device_keeps_requests_pending_but_answers_vendor_requests),
		cmocka_unit_test(three_payloads_fill_the_small_pool),
		cmocka_unit_test(reset_of_a_half_read_request_loses_the_next),
		cmocka_unit_test(bus_reset_cancels_requests),
		cmocka_unit_test(payload_without_memory_fails_at_check),
		cmocka_unit_test(slow_application_answers_when_it_likes),
		cmocka_unit_test(out_without_data_is_never_answered_on_rtl),
		cmocka_unit_test(old_devices_have_no_channel),
		cmocka_unit_test(module_info_has_the_form_of_its_version),
		cmocka_unit_test(vendor_requests_of_0_6_0),
		cmocka_unit_test(vendor_requests_of_0_7_0),
		cmocka_unit_test(blinking_shows_and_ends),
		cmocka_unit_test(cloud_connects_after_a_while_and_can_be_left),
		cmocka_unit_test(iccid_waits_for_the_modem),
		cmocka_unit_test(protected_device_answers_four_requests),
		cmocka_unit_test(protected_device_shows_closed_memory_in_dfu),
		cmocka_unit_test(service_mode_ends_by_command),
		cmocka_unit_test(flash_holds_off_the_next_transfer),
		cmocka_unit_test(writing_clears_bits_only),
		cmocka_unit_test(gen2_keeps_its_bootloader),
		cmocka_unit_test(core_uploads_both_its_memories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
