/*
 * Every action on every platform family and range of Device OS versions, on
 * virtual devices with the delays of hardware.
 */
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
assert_good(const struct rig_job *job)
{
	if (job->result.code != ERROR_NONE)
		fail_msg("%s\n%s", job->result.text, job->steps);
}

static void
assert_code(const struct rig_job *job, enum error_code code)
{
	if (job->result.code != code)
		fail_msg("%s instead of %s: %s\n%s",
		    error_code_name(job->result.code), error_code_name(code),
		    job->result.text, job->steps);
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in:\n%s", part, text);
}

/* One of each family, and of each range of versions that differs. */
static const struct {
	const char	*script;
	const char	*name;
	bool		 is_old;	/* 0.6, 0.7: no control channel */
	bool		 has_mode;	/* request 72 */
} kinds[] = {
	{ "device photon version 0.6.0\n", "photon", true, false },
	{ "device photon version 0.7.0\n", "photon", true, false },
	{ "device photon version 0.8.0\n", "photon", false, false },
	{ "device p1 version 1.0.1\n", "p1", false, false },
	{ "device electron version 1.1.0\n", "electron", false, true },
	{ "device photon version 2.3.1\n", "photon", false, true },
	{ "device electron version 3.3.1\n", "electron", false, true },
	{ "device argon version 0.9.0\n", "argon", false, true },
	{ "device boron version 2.0.0\n", "boron", false, true },
	{ "device bsom version 4.2.0\n", "bsom", false, true },
	{ "device b5som version 5.6.0\n", "b5som", false, true },
	{ "device tracker version 6.1.1\n", "tracker", false, true },
	{ "device argon version 6.2.0\n", "argon", false, true },
	{ "device p2 version 5.0.0\n", "p2", false, true },
	{ "device p2 version 6.2.0\n", "p2", false, true },
	{ "device msom version 6.1.1\n", "msom", false, true },
	{ "device trackerm version 6.2.0\n", "trackerm", false, true },
};
#define KINDS	(sizeof kinds / sizeof kinds[0])

static void
dfu_is_reached_by_request_and_left_by_reset(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct rig *rig = rig_ready(kinds[i].script);
		const char *name = kinds[i].name;
		const struct rig_job *job;

		print_message("# %s", kinds[i].script);
		job = rig_act(rig, ACTION_DFU, name, NULL);
		assert_good(job);
		assert_has(job->steps, kinds[i].is_old
		    ? "+old vendor request accepted\n"
		    : "+request 50 accepted\n");
		assert_has(job->steps, "+back as dfu\n");
		assert_int_equal(rig_device(rig, name)->mode, DEVICE_DFU);
		job = rig_act(rig, ACTION_RESET, name, NULL);
		assert_good(job);
		assert_has(job->steps, "+leaves dfu\n+back on ttyACM0\n");
		assert_int_equal(vdev_mode(rig_bench(rig, name)->vdev),
		    VDEV_NORMAL);
		if (kinds[i].has_mode)
			rig_until_mode(rig, name, DEVICE_NORMAL);
		rig_free(rig);
	}
}

static void
the_touch_puts_every_family_into_dfu(void **state)
{
	struct action_args via = { .via = ACTION_VIA_TOUCH };

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct rig *rig = rig_ready(kinds[i].script);
		const char *name = kinds[i].name;
		const struct rig_job *job;

		job = rig_act(rig, ACTION_TOUCH, name, NULL);
		assert_good(job);
		assert_has(job->steps, "+14400 touch sent\n+back as dfu\n");
		assert_good(rig_act(rig, ACTION_RESET, name, NULL));
		assert_good(rig_act(rig, ACTION_DFU, name, &via));
		rig_free(rig);
	}
}

static void
reset_restarts_every_family(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct rig *rig = rig_ready(kinds[i].script);
		unsigned before = rig_device(rig, kinds[i].name)->departures;
		const struct rig_job *job;

		job = rig_act(rig, ACTION_RESET, kinds[i].name, NULL);
		assert_good(job);
		assert_has(job->steps, "+back on ttyACM0\n");
		assert_int_equal(rig_device(rig, kinds[i].name)->departures,
		    before + 1);
		rig_free(rig);
	}
}

static void
forced_reset_works_from_2_0_0_on_even_where_firmware_hangs(void **state)
{
	static const struct {
		const char	*script;
		const char	*name;
		bool		 is_known;
	} forced[] = {
		{ "device photon version 2.3.1 hung\n", "photon", true },
		{ "device argon version 6.2.0 hung\n", "argon", true },
		{ "device p2 version 6.2.0 hung\n", "p2", true },
		{ "device photon version 1.5.0\n", "photon", false },
		{ "device argon version 1.5.0\n", "argon", false },
	};
	struct action_args force = { .force = true };

	(void)state;
	for (size_t i = 0; i < sizeof forced / sizeof forced[0]; i++) {
		struct rig *rig = rig_ready(forced[i].script);
		const struct rig_job *job = rig_act(rig, ACTION_RESET,
		    forced[i].name, &force);

		print_message("# %s", forced[i].script);
		if (forced[i].is_known)
			assert_good(job);
		else
			assert_int_not_equal(job->result.code, ERROR_NONE);
		rig_free(rig);
	}
}

static void
safe_mode_is_reached_and_remembered_until_the_device_leaves(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct rig *rig = rig_ready(kinds[i].script);
		const char *name = kinds[i].name;

		print_message("# %s", kinds[i].script);
		assert_good(rig_act(rig, ACTION_SAFE_MODE, name, NULL));
		assert_int_equal(vdev_mode(rig_bench(rig, name)->vdev),
		    VDEV_SAFE);
		rig_until_mode(rig, name, DEVICE_SAFE);
		assert_string_equal(rig_device(rig, name)->mode_reason,
		    "pterm sent it there");
		assert_good(rig_act(rig, ACTION_RESET, name, NULL));
		if (kinds[i].has_mode)
			rig_until_mode(rig, name, DEVICE_NORMAL);
		rig_free(rig);
	}
}

static void
safe_mode_from_dfu_needs_a_bootloader_that_knows_it(void **state)
{
	static const struct {
		const char	*script;
		const char	*name;
		bool		 is_known;
	} devices[] = {
		{ "device argon version 6.2.0 mode dfu\n", "argon", true },
		{ "device p2 version 6.1.1 mode dfu\n", "p2", true },
		{ "device argon version 6.0.0 mode dfu\n", "argon", false },
		{ "device photon version 3.3.1 mode dfu\n", "photon", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
		struct rig *rig = rig_ready(devices[i].script);
		const struct rig_job *job = rig_act(rig, ACTION_SAFE_MODE,
		    devices[i].name, NULL);

		print_message("# %s", devices[i].script);
		if (devices[i].is_known) {
			assert_good(job);
			rig_until_mode(rig, devices[i].name, DEVICE_SAFE);
		} else {
			assert_code(job, ERROR_UNSUPPORTED);
			assert_has(job->result.text, "reset");
		}
		rig_free(rig);
	}
}

static void
listening_is_entered_left_and_verified(void **state)
{
	struct action_args off = { .off = true };

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct rig *rig = rig_ready(kinds[i].script);
		const char *name = kinds[i].name;

		print_message("# %s", kinds[i].script);
		assert_good(rig_act(rig, ACTION_LISTEN, name, NULL));
		if (kinds[i].has_mode) {
			assert_int_equal(rig_device(rig, name)->mode,
			    DEVICE_LISTENING);
			assert_int_equal(vdev_mode(rig_bench(rig, name)->vdev),
			    VDEV_LISTENING);
			assert_good(rig_act(rig, ACTION_LISTEN, name, &off));
			rig_until_mode(rig, name, DEVICE_NORMAL);
		}
		rig_free(rig);
	}
}

static bool
is_blinking(struct rig *rig, void *arg)
{
	return vdev_is_blinking(rig_bench(rig, arg)->vdev);
}

static void
blinking_ends_by_itself_and_when_it_is_cancelled(void **state)
{
	struct action_args for_3s = { .for_s = 3 };
	char name[] = "argon";
	struct rig *rig = rig_ready("device argon\n");
	const struct rig_job *job;
	uint32_t number;

	(void)state;
	number = rig_start(rig, ACTION_BLINK, name, &for_3s);
	rig_until(rig, is_blinking, name, 1);
	job = rig_finish(rig, number, 10);
	assert_good(job);
	assert_true(job->us >= LOOP_S(3) && job->us < LOOP_S(4));
	assert_false(is_blinking(rig, name));

	number = rig_start(rig, ACTION_BLINK, name, &for_3s);
	rig_until(rig, is_blinking, name, 1);
	jobs_cancel(rig->jobs, number);
	assert_code(rig_finish(rig, number, 2), ERROR_CANCELLED);
	assert_false(is_blinking(rig, name));
	rig_free(rig);
}

static void
where_only_the_tty_may_be_opened_dfu_begins_at_the_touch(void **state)
{
	struct rig *rig = rig_ready("device argon no-usb-access\n");
	const struct rig_job *job;

	(void)state;
	assert_int_equal(rig_device(rig, "argon")->mode, DEVICE_NO_PERMISSION);
	job = rig_act(rig, ACTION_DFU, "argon", NULL);
	assert_good(job);
	assert_string_equal(job->steps,
	    "+14400 touch sent\n+back as dfu\n");
	rig_free(rig);
}

static void
without_any_permission_dfu_says_so(void **state)
{
	struct rig *rig = rig_ready(
	    "device argon no-usb-access no-tty-access\n");
	const struct device *d = rig_device(rig, "argon");
	struct error err;

	(void)state;
	assert_int_equal(jobs_start(rig->jobs, &actions[ACTION_DFU], d->number,
	    NULL, 0, &err), 0);
	assert_int_equal(err.code, ERROR_PERMISSION);
	assert_int_equal(jobs_start(rig->jobs, &actions[ACTION_RESET],
	    d->number, NULL, 0, &err), 0);
	assert_int_equal(err.code, ERROR_PERMISSION);
	rig_free(rig);
}

static void
a_hung_device_still_goes_to_dfu_by_touch(void **state)
{
	struct rig *rig = rig_ready("device p2 hung\n");
	const struct rig_job *job;

	(void)state;
	assert_int_equal(rig_device(rig, "p2")->mode, DEVICE_NOT_ANSWERING);
	job = rig_act(rig, ACTION_DFU, "p2", NULL);
	assert_good(job);
	assert_has(job->steps, "-request 50: ");
	assert_has(job->steps, "+14400 touch sent\n+back as dfu\n");
	rig_free(rig);
}

static void
where_nothing_helps_dfu_tells_the_buttons_and_fails(void **state)
{
	struct rig *rig = rig_ready("device photon hung no-cdc\n");
	const struct rig_job *job;

	(void)state;
	job = rig_act(rig, ACTION_DFU, "photon", NULL);
	assert_code(job, ERROR_FAILED);
	assert_int_equal(error_exit_status(job->result.code), 1);
	assert_has(job->result.text, "SETUP");
	rig_free(rig);
}

static void
a_port_that_is_held_is_named_with_its_holder(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	const struct rig_job *job;

	(void)state;
	rig_do(rig, "hold argon \"picocom (4711)\"");
	job = rig_act(rig, ACTION_TOUCH, "argon", NULL);
	assert_code(job, ERROR_BUSY);
	assert_has(job->result.text, "picocom (4711)");
	rig_do(rig, "release argon");
	assert_good(rig_act(rig, ACTION_TOUCH, "argon", NULL));
	rig_free(rig);
}

static void
a_device_in_dfu_is_there_already(void **state)
{
	struct rig *rig = rig_ready("device argon mode dfu\n");
	struct bench_device *b = rig_bench(rig, "argon");
	uint64_t before = b->transfers;
	const struct rig_job *job;

	(void)state;
	job = rig_act(rig, ACTION_DFU, "argon", NULL);
	assert_good(job);
	assert_has(job->result.text, "already");
	assert_true(b->transfers >= before);
	assert_false(action_applies(&actions[ACTION_DFU],
	    rig_device(rig, "argon")));
	rig_free(rig);
}

static void
core_and_tachyon_are_refused_what_they_cannot_do(void **state)
{
	struct rig *rig = rig_ready("device core\ndevice tachyon\n");
	struct error err;

	(void)state;
	assert_int_equal(rig_device(rig, "core")->mode, DEVICE_NORMAL);
	assert_int_equal(rig_device(rig, "tachyon")->mode, DEVICE_NORMAL);
	assert_int_equal(jobs_start(rig->jobs, &actions[ACTION_RESET],
	    rig_device(rig, "core")->number, NULL, 0, &err), 0);
	assert_int_equal(err.code, ERROR_UNSUPPORTED);
	assert_int_equal(jobs_start(rig->jobs, &actions[ACTION_DFU],
	    rig_device(rig, "tachyon")->number, NULL, 0, &err), 0);
	assert_int_equal(err.code, ERROR_UNSUPPORTED);
	assert_good(rig_act(rig, ACTION_DFU, "core", NULL));
	assert_good(rig_act(rig, ACTION_RESET, "core", NULL));
	rig_free(rig);
}

static void
nothing_is_ever_sent_to_edl_or_foreign_devices(void **state)
{
	struct rig *rig = rig_ready("device tachyon as edl mode edl\n"
	    "foreign 0483:df11 as stm\ndevice argon\n");
	uint64_t edl, stm;
	struct error err;

	(void)state;
	/* What a kernel asks to enumerate is over. */
	rig_run_ms(rig, 1000);
	edl = rig_bench(rig, "edl")->transfers;
	stm = rig_bench(rig, "stm")->transfers;
	assert_null(rig_device(rig, "stm"));
	assert_int_equal(rig_device(rig, "edl")->mode, DEVICE_EDL);
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		if (actions[i].ops == NULL)
			continue;
		assert_int_equal(jobs_start(rig->jobs, &actions[i],
		    rig_device(rig, "edl")->number, NULL, 0, &err), 0);
		assert_int_equal(err.code, ERROR_REFUSED);
	}
	probe_now(rig->probe, 0);
	probe_details(rig->probe, 0);
	assert_good(rig_act(rig, ACTION_DFU, "argon", NULL));
	rig_run_ms(rig, 20000);
	assert_int_equal(rig_bench(rig, "edl")->transfers, edl);
	assert_int_equal(rig_bench(rig, "stm")->transfers, stm);
	rig_free(rig);
}

static void
a_protected_device_goes_to_dfu_by_touch(void **state)
{
	struct rig *rig = rig_ready("device p2 protection protected\n");
	const struct rig_job *job;

	(void)state;
	assert_int_equal(rig_device(rig, "p2")->mode, DEVICE_PROTECTED);
	job = rig_act(rig, ACTION_RESET, "p2", NULL);
	assert_code(job, ERROR_REFUSED);
	job = rig_act(rig, ACTION_DFU, "p2", NULL);
	assert_good(job);
	assert_has(job->steps, "-request 50: Device Protection");
	rig_free(rig);
}

static void
two_devices_with_one_serial_number_are_told_apart_by_their_place(void **state)
{
	struct rig *rig = rig_ready(
	    "device argon as a id 0123456789abcdef01234567 path 1-1\n"
	    "device argon as b id 0123456789abcdef01234567 path 1-2\n");
	uint32_t a = rig_device(rig, "a")->number;
	uint32_t b = rig_device(rig, "b")->number;
	uint32_t job_a, job_b;

	(void)state;
	assert_string_not_equal(rig_device(rig, "a")->id,
	    rig_device(rig, "b")->id);
	for (int round = 0; round < 5; round++) {
		job_a = rig_start(rig, ACTION_DFU, "a", NULL);
		job_b = rig_start(rig, ACTION_DFU, "b", NULL);
		assert_good(rig_finish(rig, job_a, 60));
		assert_good(rig_finish(rig, job_b, 60));
		assert_int_equal(rig_device(rig, "a")->number, a);
		assert_int_equal(rig_device(rig, "b")->number, b);
		assert_good(rig_act(rig, ACTION_RESET, "b", NULL));
		assert_int_equal(rig_device(rig, "a")->mode, DEVICE_DFU);
		assert_good(rig_act(rig, ACTION_RESET, "a", NULL));
	}
	assert_int_equal(registry_count(rig->registry), 2);
	rig_free(rig);
}

static void
devices_without_usable_serial_are_followed_by_their_place(void **state)
{
	static const char *const scripts[] = {
		"device argon no-serial\n",
		"device argon serial \"\\e[31mhello\\x07\"\n",
		"device p2 serial \"E00FCE6-8\"\n",
		"device photon serial \"0123456789abcdef012345678\"\n",
	};
	static const char *const names[] = { "argon", "argon", "p2", "photon" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct rig *rig = rig_ready(scripts[i]);
		uint32_t number = rig_device(rig, names[i])->number;

		assert_string_equal(rig_device(rig, names[i])->id, "");
		assert_good(rig_act(rig, ACTION_DFU, names[i], NULL));
		assert_good(rig_act(rig, ACTION_RESET, names[i], NULL));
		assert_int_equal(rig_device(rig, names[i])->number, number);
		assert_int_equal(registry_count(rig->registry), 1);
		rig_free(rig);
	}
}

static void
a_device_that_comes_back_under_another_tty_is_the_same(void **state)
{
	struct rig *rig = rig_ready("device argon tty 3\n");
	const struct rig_job *job;

	(void)state;
	assert_string_equal(rig_device(rig, "argon")->usb.tty, "/dev/ttyACM3");
	rig_do(rig, "tty argon 9");
	job = rig_act(rig, ACTION_RESET, "argon", NULL);
	assert_good(job);
	assert_has(job->steps, "+back on ttyACM9\n");
	rig_free(rig);
}

static bool
is_back_without_tty(struct rig *rig, void *arg)
{
	const struct device *d = rig_device(rig, "argon");

	(void)arg;
	return d != NULL && d->is_present && d->departures == 1 &&
	    d->usb.tty[0] == '\0';
}

/* A boot loop, or a loose cable: what counts is where it is in the end. */
static void
a_device_that_leaves_once_more_on_its_way_back_is_still_awaited(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	uint32_t job = rig_start(rig, ACTION_RESET, "argon", NULL);

	(void)state;
	rig_until(rig, is_back_without_tty, NULL, 10);
	rig_do(rig, "unplug argon");
	rig_run_ms(rig, 2000);
	rig_do(rig, "plug argon");
	assert_good(rig_finish(rig, job, 20));
	assert_has(rig->job[job].steps, "+back on ttyACM0\n");
	rig_free(rig);
}

static void
hundreds_of_resets_leave_nothing_behind(void **state)
{
	struct rig *rig = rig_ready("device argon\ndevice p2\ndevice photon\n");
	static const char *const names[] = { "argon", "p2", "photon" };

	(void)state;
	for (int round = 0; round < 300; round++) {
		uint32_t jobs[3];

		for (size_t i = 0; i < 3; i++)
			jobs[i] = rig_start(rig, round % 3 == 2 ? ACTION_DFU
			    : ACTION_RESET, names[i], NULL);
		for (size_t i = 0; i < 3; i++)
			assert_good(rig_finish(rig, jobs[i], 60));
		if (round % 3 != 2)
			continue;
		for (size_t i = 0; i < 3; i++)
			assert_good(rig_act(rig, ACTION_RESET, names[i],
			    NULL));
	}
	assert_int_equal(registry_count(rig->registry), 3);
	rig_free(rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dfu_is_reached_by_request_and_left_by_reset),
		cmocka_unit_test(the_touch_puts_every_family_into_dfu),
		cmocka_unit_test(reset_restarts_every_family),
		cmocka_unit_test(
		    forced_reset_works_from_2_0_0_on_even_where_firmware_hangs),
		cmocka_unit_test(
		    safe_mode_is_reached_and_remembered_until_the_device_leaves),
		cmocka_unit_test(
		    safe_mode_from_dfu_needs_a_bootloader_that_knows_it),
		cmocka_unit_test(listening_is_entered_left_and_verified),
		cmocka_unit_test(
		    blinking_ends_by_itself_and_when_it_is_cancelled),
		cmocka_unit_test(
		    where_only_the_tty_may_be_opened_dfu_begins_at_the_touch),
		cmocka_unit_test(without_any_permission_dfu_says_so),
		cmocka_unit_test(a_hung_device_still_goes_to_dfu_by_touch),
		cmocka_unit_test(
		    where_nothing_helps_dfu_tells_the_buttons_and_fails),
		cmocka_unit_test(a_port_that_is_held_is_named_with_its_holder),
		cmocka_unit_test(a_device_in_dfu_is_there_already),
		cmocka_unit_test(
		    core_and_tachyon_are_refused_what_they_cannot_do),
		cmocka_unit_test(
		    nothing_is_ever_sent_to_edl_or_foreign_devices),
		cmocka_unit_test(a_protected_device_goes_to_dfu_by_touch),
		cmocka_unit_test(
		    two_devices_with_one_serial_number_are_told_apart_by_their_place),
		cmocka_unit_test(
		    devices_without_usable_serial_are_followed_by_their_place),
		cmocka_unit_test(
		    a_device_that_comes_back_under_another_tty_is_the_same),
		cmocka_unit_test(
		    a_device_that_leaves_once_more_on_its_way_back_is_still_awaited),
		cmocka_unit_test(hundreds_of_resets_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
