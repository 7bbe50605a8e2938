/* USB serial of a virtual device. */
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

static void
quiet(struct vdev_spec *spec, const char *platform, const char *version)
{
	vdev_spec_init(spec, platform_by_name(platform));
	spec->log_lines_per_s = 0;
	if (version != NULL)
		snprintf(spec->system_version, sizeof spec->system_version,
		    "%s", version);
}

static void
output_is_dropped_while_dtr_is_down(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	quiet(&spec, "boron", NULL);
	vhost_init(&host, &spec);
	vdev_print(host.dev, "lost", 4);
	vhost_open_port(&host, true);
	assert_string_equal(vhost_read(&host, 100), "");
	vdev_print(host.dev, "seen", 4);
	assert_string_equal(vhost_read(&host, 100), "seen");
	vdev_print(host.dev, "late", 4);
	vhost_open_port(&host, false);
	vhost_open_port(&host, true);
	assert_string_equal(vhost_read(&host, 100), "");
	vhost_fini(&host);
}

static void
application_greets_and_logs_with_the_device_clock(void **state)
{
	struct vdev_spec spec;
	struct vhost host;
	const char *text;

	(void)state;
	quiet(&spec, "p2", NULL);
	spec.log_lines_per_s = 2;
	vhost_init(&host, &spec);
	vhost_run_ms(&host, 3000);
	vhost_open_port(&host, true);
	text = vhost_read(&host, 1600);
	assert_non_null(strstr(text, "Device OS 6.2.0 on Photon 2 / P2"));
	assert_memory_equal(text, "000000300", 9);
	assert_non_null(strstr(text, "\r\n0000003500 [app] INFO: "));
	assert_non_null(strstr(text, "\r\n0000004000 "));
	assert_null(strstr(text, "\r\n0000005000 "));
	/* Not a second time. */
	vhost_open_port(&host, false);
	vhost_open_port(&host, true);
	assert_null(strstr(vhost_read(&host, 100), "Device OS"));
	vhost_fini(&host);
}

static void
log_keeps_its_rate(void **state)
{
	struct vdev_spec spec;
	struct vhost host;
	const char *text;
	unsigned lines = 0;

	(void)state;
	quiet(&spec, "boron", NULL);
	spec.log_lines_per_s = 3000;
	vhost_init(&host, &spec);
	vhost_open_port(&host, true);
	text = vhost_read(&host, 2000);
	for (; (text = strstr(text, "\r\n")) != NULL; text += 2)
		lines++;
	assert_in_range(lines, 5800, 6010);
	vhost_fini(&host);
}

static void
application_knows_a_few_words(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	quiet(&spec, "boron", NULL);
	vhost_init(&host, &spec);
	vhost_open_port(&host, true);
	vhost_write(&host, "ec");
	vhost_write(&host, "ho hello  there\r\n");
	assert_string_equal(vhost_read(&host, 50), "hello  there\r\n");
	vhost_write(&host, "wobble 1\n");
	assert_string_equal(vhost_read(&host, 50),
	    "unknown command \"wobble\", try \"help\"\r\n");
	vhost_write(&host, "id\r");
	assert_string_equal(vhost_read(&host, 50),
	    "e00fce680123456789abcdef\r\n");
	vhost_fini(&host);
}

static void
sending_opens_the_port_without_dtr(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	quiet(&spec, "boron", NULL);
	vhost_init(&host, &spec);
	vhost_write(&host, "uptime\n");
	assert_string_equal(vhost_read(&host, 50), "up for 0 s\r\n");
	vhost_fini(&host);
}

static void
rate_14400_goes_to_dfu_at_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < platform_count; i++) {
		struct vdev_spec spec;
		struct vhost host;

		if (platforms[i].dfu_pid == 0)
			continue;
		vdev_spec_init(&spec, &platforms[i]);
		/* Also where nothing else works. */
		spec.hung = i % 2 == 0;
		spec.protection = spec.hung &&
		    platforms[i].features & PLATFORM_FEATURE_PROTECTION ?
		    VDEV_PROTECTED : VDEV_OPEN;
		vhost_init(&host, &spec);
		vhost_set_rate(&host, 9600);
		assert_int_equal(host.status, USB_OK);
		vhost_set_rate(&host, 14400);
		assert_int_equal(host.status, USB_GONE);
		assert_false(vdev_is_attached(host.dev));
		vhost_wait_ms(&host, true);
		assert_int_equal(vdev_mode(host.dev), VDEV_DFU);
		vhost_fini(&host);
	}
}

static void
rate_28800_listens_up_to_device_os_5(void **state)
{
	static const struct {
		const char	*version;
		enum vdev_mode	 mode;
	} cases[] = {
		{ "2.3.1", VDEV_LISTENING },
		{ "5.9.0", VDEV_LISTENING },
		{ "6.0.0", VDEV_NORMAL },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct vhost host;

		vhost_init_as(&host, "boron", cases[i].version);
		vhost_set_rate(&host, 28800);
		assert_int_equal(host.status, USB_OK);
		assert_int_equal(vdev_mode(host.dev), cases[i].mode);
		assert_true(vdev_is_attached(host.dev));
		vhost_fini(&host);
	}
}

static void
line_coding_is_kept(void **state)
{
	struct vhost host;

	(void)state;
	vhost_init_as(&host, "boron", NULL);
	vhost_set_rate(&host, 115200);
	assert_string_equal(vhost_ask(&host, "a1 21 0000 0000 0007"),
	    "00c20100000008");
	vhost_fini(&host);
}

static void
console_answers_single_characters_in_listening_mode(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	quiet(&spec, "boron", NULL);
	spec.mode = VDEV_LISTENING;
	spec.log_lines_per_s = 100;
	vhost_init(&host, &spec);
	vhost_open_port(&host, true);
	assert_string_equal(vhost_read(&host, 300), "");	/* nothing is logged */
	vhost_write(&host, "v");
	assert_string_equal(vhost_read(&host, 50),
	    "system firmware version: 6.2.0\n\r\n");
	vhost_write(&host, "i");
	assert_non_null(strstr(vhost_read(&host, 50),
	    "Device ID: e00fce680123456789abcdef\r\nIMEI: 35"));
	vhost_write(&host, "s");
	assert_memory_equal(vhost_read(&host, 50), "{\"p\":13,\"m\":[{\"s\":", 18);
	vhost_write(&host, "m");
	assert_string_equal(vhost_read(&host, 50),
	    "Your device MAC address is\r\n94:94:4a:ab:cd:ef\r\n");
	vhost_write(&host, "f");
	assert_non_null(strstr(vhost_read(&host, 50), "\x18\x18\x18\x18Serial"));
	vhost_write(&host, "x");
	assert_int_equal(vdev_mode(host.dev), VDEV_NORMAL);
	vhost_fini(&host);
}

static void
console_of_a_photon_says_its_id_in_a_sentence(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	quiet(&spec, "photon", NULL);
	spec.mode = VDEV_LISTENING;
	vhost_init(&host, &spec);
	vhost_open_port(&host, true);
	vhost_write(&host, "i");
	assert_string_equal(vhost_read(&host, 50),
	    "Your device id is e00fce680123456789abcdef\r\n");
	vhost_write(&host, "w");
	assert_string_equal(vhost_read(&host, 50), "SSID: ");
	vhost_write(&host, "attic\r");
	assert_non_null(strstr(vhost_read(&host, 50), "3=WPA2: "));
	vhost_write(&host, "0\r");
	assert_non_null(strstr(vhost_read(&host, 50), "connect"));
	vhost_fini(&host);
}

static void
console_restarts_into_safe_mode_and_listening(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	quiet(&spec, "boron", NULL);
	spec.mode = VDEV_LISTENING;
	vhost_init(&host, &spec);
	vhost_open_port(&host, true);
	vhost_write(&host, "L");
	assert_int_equal(host.status, USB_GONE);
	vhost_wait_ms(&host, true);
	assert_int_equal(vdev_mode(host.dev), VDEV_SAFE);
	assert_int_equal(vhost_request(&host, 72), 0);
	assert_int_equal(host.in.len, 2);
	vhost_fini(&host);
}

static void
protected_device_is_silent(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("p2"));
	spec.protection = VDEV_PROTECTED;
	spec.log_lines_per_s = 10;
	vhost_init(&host, &spec);
	vhost_open_port(&host, true);
	vdev_print(host.dev, "x", 1);
	vhost_write(&host, "id\r\n");
	assert_string_equal(vhost_read(&host, 1000), "");
	vhost_fini(&host);
}

static void
host_that_does_not_read_is_given_up(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	quiet(&spec, "boron", NULL);
	vhost_init(&host, &spec);
	vhost_open_port(&host, true);
	vdev_print(host.dev, "one", 3);
	vhost_run_ms(&host, 2400);
	assert_string_equal(vhost_read(&host, 10), "one");
	vdev_print(host.dev, "two", 3);
	vhost_run_ms(&host, 2600);
	vdev_print(host.dev, "three", 5);
	assert_string_equal(vhost_read(&host, 10), "");
	vhost_open_port(&host, false);
	vhost_open_port(&host, true);
	vdev_print(host.dev, "four", 4);
	assert_string_equal(vhost_read(&host, 10), "four");
	vhost_fini(&host);
}

static void
closed_port_means_no_wake_up(void **state)
{
	struct vdev_spec spec;
	struct vhost host;

	(void)state;
	vdev_spec_init(&spec, platform_by_name("boron"));
	vhost_init(&host, &spec);
	vhost_open_port(&host, true);
	vhost_read(&host, 1500);
	vhost_open_port(&host, false);
	assert_false(loop_turn(host.loop, UINT64_MAX));
	vhost_fini(&host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_dropped_while_dtr_is_down),
		cmocka_unit_test(
		    application_greets_and_logs_with_the_device_clock),
		cmocka_unit_test(log_keeps_its_rate),
		cmocka_unit_test(application_knows_a_few_words),
		cmocka_unit_test(sending_opens_the_port_without_dtr),
		cmocka_unit_test(rate_14400_goes_to_dfu_at_once),
		cmocka_unit_test(rate_28800_listens_up_to_device_os_5),
		cmocka_unit_test(line_coding_is_kept),
		cmocka_unit_test(
		    console_answers_single_characters_in_listening_mode),
		cmocka_unit_test(console_of_a_photon_says_its_id_in_a_sentence),
		cmocka_unit_test(console_restarts_into_safe_mode_and_listening),
		cmocka_unit_test(protected_device_is_silent),
		cmocka_unit_test(host_that_does_not_read_is_given_up),
		cmocka_unit_test(closed_port_means_no_wake_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
