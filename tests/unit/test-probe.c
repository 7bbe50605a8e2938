/* What the probe finds out, in which time, and what it never does. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/rig.h"

static void
tick(void *arg)
{
	(*(unsigned *)arg)++;
}

static void
every_kind_of_device_tells_its_mode(void **state)
{
	static const struct {
		const char		*script;
		enum device_mode	 mode;
		const char		*reason;
		enum device_protection	 protection;
		const char		*version;
	} kinds[] = {
		{ "device p2 as x\n", DEVICE_NORMAL, "", DEVICE_OPEN, "6.2.0" },
		{ "device p2 as x mode listening\n", DEVICE_LISTENING, "",
		    DEVICE_OPEN, "6.2.0" },
		{ "device argon as x mode dfu\n", DEVICE_DFU, "", DEVICE_OPEN,
		    "" },
		{ "device argon as x version 6.1.0 mode dfu\n", DEVICE_DFU, "",
		    DEVICE_OPEN, "" },
		{ "device argon as x mode dfu protection protected\n",
		    DEVICE_DFU, "", DEVICE_PROTECTION_ON, "" },
		{ "device argon as x version 6.1.0 mode dfu "
		    "protection protected\n",
		    DEVICE_DFU, "", DEVICE_PROTECTION_ON, "" },
		{ "device argon as x mode dfu protection service\n",
		    DEVICE_DFU, "", DEVICE_SERVICE, "" },
		{ "device photon as x version 3.3.1 mode dfu\n", DEVICE_DFU,
		    "", DEVICE_PROTECTION_UNKNOWN, "" },
		{ "device argon as x protection protected\n",
		    DEVICE_PROTECTED, "", DEVICE_PROTECTION_ON, "6.2.0" },
		{ "device argon as x protection service\n", DEVICE_NORMAL, "",
		    DEVICE_SERVICE, "6.2.0" },
		{ "device argon as x version 5.6.0\n", DEVICE_NORMAL, "",
		    DEVICE_OPEN, "5.6.0" },
		{ "device argon as x version 5.6.0 needs 6200\n", DEVICE_SAFE,
		    "user part needs system 6200, device has 5600",
		    DEVICE_OPEN, "5.6.0" },
		{ "device photon as x version 3.3.1\n", DEVICE_NORMAL, "",
		    DEVICE_PROTECTION_UNKNOWN, "3.3.1" },
		{ "device photon as x version 1.0.1\n", DEVICE_UNKNOWN,
		    "Device OS 1.0.1 does not tell its mode",
		    DEVICE_PROTECTION_UNKNOWN, "1.0.1" },
		{ "device photon as x version 0.7.0\n", DEVICE_UNKNOWN,
		    "Device OS 0.7.0 takes no control requests",
		    DEVICE_PROTECTION_UNKNOWN, "0.7.0" },
		{ "device photon as x version 0.6.0\n", DEVICE_UNKNOWN,
		    "Device OS 0.6.0 takes no control requests",
		    DEVICE_PROTECTION_UNKNOWN, "0.6.0" },
		{ "device core as x\n", DEVICE_NORMAL, "takes no control "
		    "requests, so its mode can't be asked",
		    DEVICE_PROTECTION_UNKNOWN, "" },
		{ "device tachyon as x mode edl\n", DEVICE_EDL,
		    "Qualcomm EDL, maybe Tachyon", DEVICE_PROTECTION_UNKNOWN,
		    "" },
		{ "device argon as x no-usb-access\n", DEVICE_NO_PERMISSION,
		    "", DEVICE_PROTECTION_UNKNOWN, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct rig *rig = rig_ready(kinds[i].script);
		const struct device *d = rig_device(rig, "x");

		print_message("# %s", kinds[i].script);
		assert_non_null(d);
		assert_string_equal(device_mode_name(d->mode),
		    device_mode_name(kinds[i].mode));
		assert_string_equal(d->mode_reason, kinds[i].reason);
		assert_int_equal(d->protection, kinds[i].protection);
		assert_string_equal(d->system_version, kinds[i].version);
		assert_true(d->asked_us == 0);
		rig_free(rig);
	}
}

static void
twenty_devices_are_asked_beside_each_other(void **state)
{
	struct rig *rig = rig_new("device argon x 10\ndevice p2 x 10\n");
	uint64_t began = loop_now_us(rig->loop), us;

	(void)state;
	while (!rig->is_ready || probe_open_questions(rig->probe) != 0)
		loop_turn(rig->loop, UINT64_MAX);
	us = loop_now_us(rig->loop) - began;
	assert_int_equal(registry_count(rig->registry), 20);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(registry_at(rig->registry, i)->mode,
		    DEVICE_NORMAL);
	assert_int_equal(rig->idles, 1);
	print_message("# 20 devices in %u us\n", (unsigned)us);
	assert_true(us < LOOP_MS(500));
	rig_free(rig);
}

static void
no_answer_is_told_after_2_s_and_given_up_after_10(void **state)
{
	struct rig *rig = rig_new("device argon as sick hung\n"
	    "device boron as well\n");

	(void)state;
	rig_run_ms(rig, 1900);
	assert_int_equal(rig_device(rig, "well")->mode, DEVICE_NORMAL);
	assert_string_equal(rig_device(rig, "sick")->problem, "");
	rig_run_ms(rig, 200);
	assert_string_not_equal(rig_device(rig, "sick")->problem, "");
	assert_int_equal(rig_device(rig, "sick")->mode, DEVICE_UNKNOWN);
	assert_int_equal(probe_open_questions(rig->probe), 1);
	rig_run_ms(rig, 7700);
	assert_int_equal(rig_device(rig, "sick")->mode, DEVICE_UNKNOWN);
	rig_run_ms(rig, 400);
	assert_int_equal(rig_device(rig, "sick")->mode, DEVICE_NOT_ANSWERING);
	assert_string_equal(rig_device(rig, "sick")->system_version, "6.2.0");
	assert_int_equal(probe_open_questions(rig->probe), 0);
	assert_int_equal(rig->idles, 1);
	rig_free(rig);
}

static void
an_answer_after_all_mends_the_row(void **state)
{
	struct rig *rig = rig_new("device argon\n"
	    " fault late service request=1 delay=4000\n");

	(void)state;
	rig_run_ms(rig, 3000);
	assert_string_not_equal(rig_device(rig, "argon")->problem, "");
	rig_until_mode(rig, "argon", DEVICE_NORMAL);
	assert_string_equal(rig_device(rig, "argon")->problem, "");
	rig_free(rig);
}

static void
a_device_that_hangs_and_recovers_is_seen_on_the_tick(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	unsigned ticks = 0;

	(void)state;
	rig_do(rig, "fault argon nak any count=0");
	rig->config.poll_s = 5;
	probe_watch(rig->probe, tick, &ticks);
	rig_until_mode(rig, "argon", DEVICE_NOT_ANSWERING);
	rig_run_ms(rig, 60000);
	assert_int_equal(rig_device(rig, "argon")->mode, DEVICE_NOT_ANSWERING);
	rig_do(rig, "clear-faults argon");
	rig_run_ms(rig, 40000);
	assert_int_equal(rig_device(rig, "argon")->mode, DEVICE_NORMAL);
	assert_true(ticks >= 20);
	probe_watch(rig->probe, NULL, NULL);
	rig_free(rig);
}

static void
listening_by_button_is_seen_on_the_tick_and_only_there(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	unsigned ticks = 0;

	(void)state;
	rig_do(rig, "press argon listening");
	rig_run_ms(rig, 30000);
	assert_int_equal(rig_device(rig, "argon")->mode, DEVICE_NORMAL);
	rig->config.poll_s = 5;
	probe_watch(rig->probe, tick, &ticks);
	rig_run_ms(rig, 5100);
	assert_int_equal(rig_device(rig, "argon")->mode, DEVICE_LISTENING);
	assert_int_equal(ticks, 1);
	rig_free(rig);
}

static void
the_tick_tells_safe_mode_from_normal_too(void **state)
{
	struct rig *rig = rig_ready("device argon version 5.6.0 needs 6200\n");
	unsigned ticks = 0;

	(void)state;
	assert_int_equal(rig_device(rig, "argon")->mode, DEVICE_SAFE);
	rig->config.poll_s = 5;
	probe_watch(rig->probe, tick, &ticks);
	rig_run_ms(rig, 21000);
	assert_int_equal(rig_device(rig, "argon")->mode, DEVICE_SAFE);
	rig_free(rig);
}

static void
with_nothing_to_ask_nothing_wakes(void **state)
{
	struct rig *rig = rig_ready("device argon\ndevice p2 mode dfu\n"
	    "device tachyon mode edl\n");

	(void)state;
	rig_run_ms(rig, 5000);
	/* Nothing is scheduled at all. */
	assert_false(loop_turn(rig->loop, UINT64_MAX));
	rig_free(rig);
}

static void
details_are_asked_for_when_wanted(void **state)
{
	struct rig *rig = rig_ready("device p2 sticker P2HAB1234567\n");
	const struct device *d = rig_device(rig, "p2");

	(void)state;
	assert_string_equal(d->manufacturing_serial, "");
	probe_details(rig->probe, d->number);
	assert_int_not_equal(probe_open_questions(rig->probe), 0);
	rig_run_ms(rig, 1000);
	assert_string_equal(d->manufacturing_serial, "P2HAB1234567");
	assert_string_not_equal(d->cloud, "");
	assert_non_null(d->modules);
	rig_free(rig);
}

static void
a_permission_that_comes_is_used(void **state)
{
	struct rig *rig = rig_ready("device argon no-usb-access\n");

	(void)state;
	assert_int_equal(rig_device(rig, "argon")->mode, DEVICE_NO_PERMISSION);
	rig_do(rig, "access argon usb");
	rig_until_mode(rig, "argon", DEVICE_NORMAL);
	rig_free(rig);
}

static void
an_answer_of_nonsense_is_a_problem_not_a_mode(void **state)
{
	static const char *const scripts[] = {
		"device argon\n fault garbage service count=0\n",
		"device argon\n fault short service length=3 count=0\n",
		"device argon\n fault short service length=0 count=0\n",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct rig *rig = rig_ready(scripts[i]);
		const struct device *d = rig_device(rig, "argon");

		assert_int_equal(d->mode, DEVICE_UNKNOWN);
		assert_string_not_equal(d->problem, "");
		rig_do(rig, "clear-faults argon");
		probe_now(rig->probe, 0);
		rig_until_mode(rig, "argon", DEVICE_NORMAL);
		assert_string_equal(d->problem, "");
		rig_free(rig);
	}
}

static void
a_storm_of_plugs_ends_in_the_truth(void **state)
{
	struct rig *rig = rig_ready("device argon x 5\n");

	(void)state;
	for (int i = 0; i < 200; i++) {
		rig_do(rig, "unplug all");
		rig_run_ms(rig, (unsigned)(i % 7));
		rig_do(rig, "plug all");
		rig_run_ms(rig, (unsigned)(i * 13 % 1200));
	}
	rig_run_ms(rig, 5000);
	assert_int_equal(registry_count(rig->registry), 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(registry_at(rig->registry, i)->mode,
		    DEVICE_NORMAL);
	rig_free(rig);
}

static void
stopping_leaves_no_slot_taken(void **state)
{
	struct rig *rig = rig_new("device argon hung\n");

	(void)state;
	rig_run_ms(rig, 1000);
	probe_stop(rig->probe);
	rig_run_ms(rig, 1000);
	assert_true(probe_is_quiet(rig->probe));
	rig_free(rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_device_tells_its_mode),
		cmocka_unit_test(twenty_devices_are_asked_beside_each_other),
		cmocka_unit_test(
		    no_answer_is_told_after_2_s_and_given_up_after_10),
		cmocka_unit_test(an_answer_after_all_mends_the_row),
		cmocka_unit_test(
		    a_device_that_hangs_and_recovers_is_seen_on_the_tick),
		cmocka_unit_test(
		    listening_by_button_is_seen_on_the_tick_and_only_there),
		cmocka_unit_test(the_tick_tells_safe_mode_from_normal_too),
		cmocka_unit_test(with_nothing_to_ask_nothing_wakes),
		cmocka_unit_test(details_are_asked_for_when_wanted),
		cmocka_unit_test(a_permission_that_comes_is_used),
		cmocka_unit_test(an_answer_of_nonsense_is_a_problem_not_a_mode),
		cmocka_unit_test(a_storm_of_plugs_ends_in_the_truth),
		cmocka_unit_test(stopping_leaves_no_slot_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
