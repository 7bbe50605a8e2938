#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "virtual/demo.h"
#include "virtual/script.h"

static struct script *
parse(const char *text)
{
	struct error err;
	struct script *script = script_parse("s", text, strlen(text), &err);

	if (script == NULL)
		fail_msg("%s", err.text);
	return script;
}

static void
refused(const char *text, const char *sentence)
{
	struct error err;
	struct script *script = script_parse("s", text, strlen(text), &err);

	if (script != NULL)
		fail_msg("taken: %s", text);
	assert_string_equal(err.text, sentence);
	assert_int_equal(err.code, ERROR_USAGE);
}

static void
a_device_needs_no_more_than_its_platform(void **state)
{
	struct script *script = parse("device argon\n");
	const struct script_device *device = &script->devices[0];

	(void)state;
	assert_int_equal(script->device_count, 1);
	assert_string_equal(device->name, "argon");
	assert_string_equal(device->spec.platform->name, "argon");
	assert_int_equal(strlen(device->spec.id), 24);
	assert_int_equal(strncmp(device->spec.id, "e00fce68", 8), 0);
	assert_string_equal(device->spec.serial, device->spec.id);
	assert_string_not_equal(device->spec.system_version, "");
	assert_string_equal(device->path, "1-1.1");
	assert_int_equal(device->tty, BENCH_TTY_ANY);
	assert_false(device->is_off);
	script_free(script);
}

static void
options_may_follow_on_indented_lines(void **state)
{
	struct script *script = parse(
	    "device photon2 as gate  # a comment\n"
	    "\tid 0A10ACED202194944A05A1C8 version 6.1.1\n"
	    "\n"
	    "  mode listening protection open user 6 needs 6200\n"
	    "  log 50 path 1-1.2 tty 3 nickname \"the gate\" sticker P2X\n"
	    "device boron off hung no-cdc no-serial no-usb-access "
	    "no-tty-access\n");
	const struct script_device *gate = &script->devices[0];
	const struct script_device *boron = &script->devices[1];

	(void)state;
	assert_int_equal(script->device_count, 2);
	assert_string_equal(gate->name, "gate");
	assert_string_equal(gate->spec.platform->name, "p2");
	assert_string_equal(gate->spec.product, "Photon 2");
	assert_string_equal(gate->spec.id, "0a10aced202194944a05a1c8");
	assert_string_equal(gate->spec.system_version, "6.1.1");
	assert_int_equal(gate->spec.mode, VDEV_LISTENING);
	assert_int_equal(gate->spec.user_version, 6);
	assert_int_equal(gate->spec.user_needs, 6200);
	assert_int_equal(gate->spec.log_lines_per_s, 50);
	assert_string_equal(gate->path, "1-1.2");
	assert_int_equal(gate->tty, 3);
	assert_string_equal(gate->nickname, "the gate");
	assert_string_equal(gate->spec.manufacturing_serial, "P2X");
	assert_true(boron->is_off);
	assert_true(boron->spec.hung);
	assert_true(boron->spec.no_cdc);
	assert_true(boron->spec.no_serial);
	assert_true(boron->no_usb_access);
	assert_true(boron->no_tty_access);
	script_free(script);
}

static void
repeated_devices_have_names_ids_and_places_of_their_own(void **state)
{
	struct script *script = parse("device argon x 20\ndevice argon as a "
	    "path 1-2.3\ndevice p2 as lot log 0\ndevice p2\ndevice p2\n");

	(void)state;
	assert_int_equal(script->device_count, 24);
	assert_string_equal(script->devices[0].name, "argon-1");
	assert_string_equal(script->devices[19].name, "argon-20");
	assert_string_equal(script->devices[22].name, "p2");
	assert_string_equal(script->devices[23].name, "p2-2");
	for (size_t i = 0; i < script->device_count; i++) {
		for (size_t k = i + 1; k < script->device_count; k++) {
			const struct script_device *a = &script->devices[i];
			const struct script_device *b = &script->devices[k];

			assert_string_not_equal(a->spec.id, b->spec.id);
			assert_string_not_equal(a->path, b->path);
			assert_string_not_equal(a->name, b->name);
		}
	}
	script_free(script);
}

static void
the_same_script_gives_the_same_ids(void **state)
{
	struct script *a = parse("device argon x 3\n");
	struct script *b = parse("device argon x 3\n");

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(a->devices[i].spec.id,
		    b->devices[i].spec.id);
	script_free(a);
	script_free(b);
}

static void
two_devices_may_share_a_serial_number(void **state)
{
	struct script *script = parse(
	    "device argon x 2 serial \"A 1\"\n");

	(void)state;
	assert_string_equal(script->devices[0].spec.serial, "A 1");
	assert_string_equal(script->devices[1].spec.serial, "A 1");
	assert_string_not_equal(script->devices[0].spec.id,
	    script->devices[1].spec.id);
	script_free(script);
}

static void
quotes_make_hostile_strings(void **state)
{
	struct script *script = parse("device argon "
	    "product \"\\x1b]0;x\\x07\\n\\\"\\\\ \xc3\xa4\xff\" "
	    "serial \"\"\n");

	(void)state;
	assert_string_equal(script->devices[0].spec.product,
	    "\x1b]0;x\x07\n\"\\ \xc3\xa4\xff");
	assert_string_equal(script->devices[0].spec.serial, "");
	script_free(script);
}

static void
the_scale_is_every_devices(void **state)
{
	struct script *script = parse("device argon\nscale 0.25\n"
	    "device boron\n");

	(void)state;
	assert_true(script->scale > 0.249 && script->scale < 0.251);
	assert_true(script->devices[0].spec.time_scale < 0.251);
	assert_true(script->devices[1].spec.time_scale < 0.251);
	script_free(script);
}

static void
a_foreign_device_has_its_own_numbers(void **state)
{
	struct script *script = parse("foreign 2341:0043 serial S as uno\n"
	    "foreign 2341:0043\n");
	const struct script_device *uno = &script->devices[0];

	(void)state;
	assert_string_equal(uno->name, "uno");
	assert_int_equal(uno->spec.platform->vid, 0x2341);
	assert_int_equal(uno->spec.platform->pid, 0x0043);
	assert_string_equal(uno->spec.serial, "S");
	assert_string_equal(script->devices[1].name, "foreign");
	script_free(script);
}

static void
events_have_times_and_commands(void **state)
{
	struct script *script = parse(
	    "at 250ms unplug a\n"
	    "at 1.5s plug a path 1-4.1 tty 2\n"
	    "every 2min press a dfu\n"
	    "at 0s print a one two\n"
	    "at 0s fault a stall service type=72\n"
	    "device argon as a\n");
	const struct script_event *e = script->events;

	(void)state;
	assert_int_equal(script->event_count, 5);
	assert_int_equal(e[0].at_us, 250000);
	assert_int_equal(e[0].command.verb, COMMAND_UNPLUG);
	assert_int_equal(e[1].at_us, 1500000);
	assert_string_equal(e[1].command.path, "1-4.1");
	assert_int_equal(e[1].command.tty, 2);
	assert_int_equal(e[2].every_us, 120000000);
	assert_int_equal(e[2].command.button, VDEV_BUTTON_DFU);
	assert_string_equal(e[3].command.text, "one two\r\n");
	assert_int_equal(e[4].command.fault.kind, VDEV_FAULT_STALL);
	assert_int_equal(e[4].command.fault.type, 72);
	script_free(script);
}

static void
devices_have_faults_from_the_start(void **state)
{
	struct script *script = parse("device argon\n"
	    " fault nak line count=0\n fault late service delay=3000\n");

	(void)state;
	assert_int_equal(script->devices[0].fault_count, 2);
	assert_int_equal(script->devices[0].faults[1].delay_ms, 3000);
	script_free(script);
}

static void
an_error_names_the_line_and_the_word(void **state)
{
	(void)state;
	refused("device argon\ndevice argno\n",
	    "s:2: there is no platform \"argno\"");
	refused("device argon\n\n\tcolour blue\n",
	    "s:3: a device has no option \"colour\"");
	refused("devices argon\n", "s:1: there is no statement \"devices\"");
	refused("device\n", "s:1: a platform is missing");
	refused("device argon mode sleepy\n",
	    "s:1: the mode can't be \"sleepy\"");
	refused("device argon id 12\n", "s:1: an id has 24 hexadecimal digits");
	refused("device argon path one\n", "s:1: a path looks like 1-1.2");
	refused("device argon path 1-1.\n", "s:1: a path looks like 1-1.2");
	refused("device argon tty 256\n",
	    "s:1: a tty number can't be \"256\"");
	refused("device argon x 0\n", "s:1: a count can't be \"0\"");
	refused("device tachyon mode dfu\n", "s:1: tachyon has no DFU mode");
	refused("device argon as all\n", "s:1: a name has at most 56 letters, "
	    "digits, dots and dashes, and is not \"all\"");
	refused("device argon as a\ndevice p2 as a\n# end\n",
	    "s:2: another device is called a, too");
	refused("device argon path 1-1\n version 6.2.0\ndevice p2 path 1-1\n",
	    "s:3: argon is plugged in at 1-1 already");
	refused("foreign 2b04:c00c\n",
	    "s:1: 2b04:c00c is Particle's: use device");
	refused("foreign 2b04\n",
	    "s:1: foreign wants VID:PID, each 4 hexadecimal digits");
	refused("scale fast\n", "s:1: the scale can't be \"fast\"");
}

static void
an_error_in_an_event_names_its_line(void **state)
{
	(void)state;
	refused("at 3 unplug a\n",
	    "s:1: a time wants its unit: 250ms, 3s or 2min");
	refused("device p2\nat 3s unplug a\nevery 1s print p2 x\n",
	    "s:2: no device is called \"a\"");
	refused("device p2\nevery 1ms print p2 x\n",
	    "s:2: every wants at least 10ms");
	refused("device p2\nat 1s kick p2\n",
	    "s:2: there is no command \"kick\"");
	refused("device p2\nat 1s press p2 any\n",
	    "s:2: press wants one of reset, listening, safe, dfu");
	refused("device p2\nat 1s unplug p2 now\n", "s:2: \"now\" is too much");
	refused("device p2\nat 1s fault p2 explode\n",
	    "s:2: \"explode\" describes no fault");
}

static void
hostile_text_is_shown_clean(void **state)
{
	(void)state;
	refused("\x1b[31m\n", "s:1: there is no statement \"\\x1b[31m\"");
	refused("device \"\\x1b[0m\"\n",
	    "s:1: there is no platform \"\\x1b[0m\"");
	refused("device argon product \"\\x00\"\n",
	    "s:1: product can't hold a NUL byte");
	refused("device \"argon\n", "s:1: a quote is not closed");
	refused("device \"argon\"x\n",
	    "s:1: a blank is missing behind a closing quote");
	refused("device argon product \"\\q\"\n",
	    "s:1: a backslash wants one of \" \\ n r t e xNN behind it");
}

static void
limits_are_kept(void **state)
{
	struct buf text = { 0 };
	struct error err;

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_puts(&text, "x");
	assert_null(script_parse("s", (char *)text.data, text.len, &err));
	assert_string_equal(err.text,
	    "s:1: the line is longer than 4096 bytes");
	buf_clear(&text);
	buf_puts(&text, "device argon x 900\ndevice argon x 101\n");
	assert_null(script_parse("s", (char *)text.data, text.len, &err));
	assert_string_equal(err.text, "s:2: more than 1000 devices");
	buf_clear(&text);
	for (int i = 0; i < 100; i++)
		buf_puts(&text, "w ");
	assert_null(script_parse("s", (char *)text.data, text.len, &err));
	assert_string_equal(err.text, "s:1: more than 64 words in a line");
	buf_fini(&text);
}

static void
an_empty_script_is_a_script(void **state)
{
	struct script *script = parse("");

	(void)state;
	assert_int_equal(script->device_count, 0);
	script_free(script);
	script = parse("# nothing\n\r\n   \n");
	assert_int_equal(script->device_count, 0);
	script_free(script);
}

static void
the_demonstration_is_a_script(void **state)
{
	struct script *script = parse(demo_bench);

	(void)state;
	assert_true(script->device_count >= 8);
	assert_true(script->event_count > 0);
	script_free(script);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_needs_no_more_than_its_platform),
		cmocka_unit_test(options_may_follow_on_indented_lines),
		cmocka_unit_test(
		    repeated_devices_have_names_ids_and_places_of_their_own),
		cmocka_unit_test(the_same_script_gives_the_same_ids),
		cmocka_unit_test(two_devices_may_share_a_serial_number),
		cmocka_unit_test(quotes_make_hostile_strings),
		cmocka_unit_test(the_scale_is_every_devices),
		cmocka_unit_test(a_foreign_device_has_its_own_numbers),
		cmocka_unit_test(events_have_times_and_commands),
		cmocka_unit_test(devices_have_faults_from_the_start),
		cmocka_unit_test(an_error_names_the_line_and_the_word),
		cmocka_unit_test(an_error_in_an_event_names_its_line),
		cmocka_unit_test(hostile_text_is_shown_clean),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(an_empty_script_is_a_script),
		cmocka_unit_test(the_demonstration_is_a_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
