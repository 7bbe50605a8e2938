/*
 * Feeds: one conversation per device on the in-process bus, across everything
 * that can happen to its port.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "../support/rig.h"

/* One who watches, and reads each line as it comes. */
struct reader {
	struct rig	*rig;
	const char	*name;
	uint32_t	 device;
	struct feed	*feed;
	uint64_t	 next;
	uint64_t	 lines;		/* of the device, whole ones */
	unsigned	 calls;
	const char	*awaited;
};

static void
reader_changed(void *arg)
{
	struct reader *r = arg;
	const struct session *s = feed_session(r->feed);
	struct session_line line;

	r->calls++;
	assert_true(session_first(s) <= r->next);
	for (; r->next < session_end(s); r->next++) {
		line = session_get(s, r->next);
		if (line.is_open)
			break;
		if (line.kind == SESSION_TEXT)
			r->lines++;
	}
}

static void
reader_open(struct reader *r, struct rig *rig, const char *name)
{
	*r = (struct reader){ .rig = rig, .name = name,
	    .device = rig_device(rig, name)->number };
	r->feed = feed_watch(rig->feeds, r->device, reader_changed, r);
}

static bool
reader_is_open(struct rig *rig, void *arg)
{
	const struct reader *r = arg;

	(void)rig;
	return feed_is_open(r->feed);
}

static void
reader_until_open(struct reader *r)
{
	rig_until(r->rig, reader_is_open, r, 60);
}

static bool
reader_is_shut(struct rig *rig, void *arg)
{
	return !reader_is_open(rig, arg);
}

/* The last line with this text in it; NULL: none. */
static const char *
reader_line(const struct reader *r, enum session_kind kind, const char *text)
{
	const struct session *s = feed_session(r->feed);

	for (uint64_t n = session_end(s); n > session_first(s); n--) {
		struct session_line line = session_get(s, n - 1);

		if (line.kind == kind && strstr(line.text, text) != NULL)
			return line.text;
	}
	return NULL;
}

static bool
reader_has_text(struct rig *rig, void *arg)
{
	const struct reader *r = arg;

	(void)rig;
	return reader_line(r, SESSION_TEXT, r->awaited) != NULL;
}

static void
reader_until_text(struct reader *r, const char *text)
{
	r->awaited = text;
	rig_until(r->rig, reader_has_text, r, 60);
}

static bool
reader_has_state(struct rig *rig, void *arg)
{
	const struct reader *r = arg;

	(void)rig;
	return strstr(feed_state(r->feed), r->awaited) != NULL;
}

static void
reader_until_state(struct reader *r, const char *text)
{
	r->awaited = text;
	rig_until(r->rig, reader_has_state, r, 60);
}

static unsigned
reader_count(const struct reader *r, enum session_kind kind)
{
	const struct session *s = feed_session(r->feed);
	unsigned count = 0;

	for (uint64_t n = session_first(s); n < session_end(s); n++)
		count += session_get(s, n).kind == kind;
	return count;
}

#define assert_has_line(r, kind, text) do {				\
	if (reader_line(r, kind, text) == NULL)				\
		reader_fail(r, text);					\
} while (0)

static void
reader_fail(const struct reader *r, const char *text)
{
	const struct session *s = feed_session(r->feed);
	struct buf all = { 0 };

	for (uint64_t n = session_first(s); n < session_end(s); n++)
		buf_printf(&all, "\n%d %s", session_get(s, n).kind,
		    session_get(s, n).text);
	fail_msg("no line \"%s\" in:%s", text, buf_str(&all));
}

/* --- The quiet life ------------------------------------------------------ */

static void
a_port_is_opened_read_and_written(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r;

	(void)state;
	reader_open(&r, rig, "argon");
	assert_false(feed_is_open(r.feed));
	assert_int_equal(feed_boot(r.feed), 0);
	assert_int_equal(feed_write(r.feed, "x", 1), 0);
	reader_until_open(&r);
	assert_string_equal(feed_state(r.feed), "ttyACM0");
	assert_int_equal(feed_boot(r.feed), 1);
	assert_has_line(&r, SESSION_NOTE, "connected to ttyACM0");

	rig_do(rig, "print argon gate opened");
	reader_until_text(&r, "gate opened");
	assert_int_equal(feed_write(r.feed, "echo one two\n", 13), 13);
	reader_until_text(&r, "one two");
	assert_int_equal(reader_count(&r, SESSION_GAP), 0);

	feed_unwatch(r.feed, &r);
	rig_free(rig);
}

static void
the_speed_is_that_of_the_options_and_dtr_is_up(void **state)
{
	struct rig *rig = rig_new("device argon log 1\n");
	struct reader r;

	(void)state;
	/* At this speed Device OS would leave for DFU: the option refuses it,
	 * so this shows that the option is what is set. */
	rig->config.baud = 14400;
	rig_until_mode(rig, "argon", DEVICE_NORMAL);
	reader_open(&r, rig, "argon");
	reader_until_state(&r, "in dfu mode, without a serial port");
	rig->config.baud = 115200;
	assert_int_equal(rig_act(rig, ACTION_RESET, "argon",
	    NULL)->result.code, ERROR_NONE);
	reader_until_open(&r);
	/* Without DTR nothing is printed. */
	reader_until_text(&r, "temperature");
	rig_free(rig);
}

static void
nothing_wakes_up_a_quiet_conversation(void **state)
{
	struct rig *rig = rig_ready("device argon log 0\n");
	struct reader r;
	unsigned calls;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_open(&r);
	rig_run_ms(rig, 1000);
	calls = r.calls;
	/* Modes are asked meanwhile: no news for a feed. */
	probe_now(rig->probe, r.device);
	rig_run_ms(rig, 10 * 60 * 1000);
	assert_int_equal(r.calls, calls);

	rig_do(rig, "unplug argon");
	rig_run_ms(rig, 1000);
	calls = r.calls;
	rig_run_ms(rig, 10 * 60 * 1000);
	assert_int_equal(r.calls, calls);
	rig_free(rig);
}

static void
two_watchers_share_one_port(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader a, b;

	(void)state;
	reader_open(&a, rig, "argon");
	reader_open(&b, rig, "argon");
	assert_ptr_equal(a.feed, b.feed);
	reader_until_open(&a);
	feed_unwatch(a.feed, &a);
	assert_true(feed_is_open(b.feed));
	rig_do(rig, "print argon still here");
	reader_until_text(&b, "still here");
	assert_true(b.calls > a.calls);
	feed_unwatch(b.feed, &b);
	assert_false(feed_is_open(b.feed));
	rig_free(rig);
}

static void
who_comes_back_finds_the_lines_and_the_time_that_is_missing(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r, again;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_open(&r);
	rig_do(rig, "print argon before");
	reader_until_text(&r, "before");
	feed_unwatch(r.feed, &r);
	rig_do(rig, "print argon unheard");
	rig_run_ms(rig, 5000);

	reader_open(&again, rig, "argon");
	assert_ptr_equal(again.feed, r.feed);
	reader_until_open(&again);
	assert_has_line(&again, SESSION_TEXT, "before");
	assert_has_line(&again, SESSION_GAP, "not watched for 5.0");
	assert_null(reader_line(&again, SESSION_TEXT, "unheard"));
	assert_int_equal(feed_boot(again.feed), 1);
	rig_free(rig);
}

static void
a_flood_of_short_lines_loses_none(void **state)
{
	struct rig *rig = rig_ready("device argon log 0\n");
	struct reader r;
	uint64_t sent = 0;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_open(&r);
	rig_run_ms(rig, 100);
	r.lines = 0;
	/* 36 ends of lines, and that of the command. */
	for (int i = 0; i < 300; i++) {
		rig_do(rig, "print argon \"%s\"",
		    "\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n"
		    "\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n");
		sent += 37;
		rig_run_ms(rig, 5);
	}
	rig_run_ms(rig, 1000);
	assert_int_equal(r.lines, sent);
	rig_free(rig);
}

static void
every_answer_to_a_flood_of_commands_arrives(void **state)
{
	struct rig *rig = rig_ready("device argon log 0\n");
	struct buf text = { 0 };
	struct reader r;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_open(&r);
	for (int i = 0; i < 1000; i++) {
		buf_clear(&text);
		buf_printf(&text, "echo number %d\n", i);
		assert_int_equal(feed_write(r.feed, text.data, text.len),
		    text.len);
	}
	buf_fini(&text);
	reader_until_text(&r, "number 999");
	assert_int_equal(r.lines, 1000);
	rig_free(rig);
}

/* --- Leaving and coming back --------------------------------------------- */

static void
a_reset_is_one_gap_with_its_length(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_open(&r);
	assert_int_equal(rig_act(rig, ACTION_RESET, "argon",
	    NULL)->result.code, ERROR_NONE);
	reader_until_open(&r);
	assert_int_equal(reader_count(&r, SESSION_GAP), 1);
	assert_has_line(&r, SESSION_GAP, "reset, gone ");
	assert_has_line(&r, SESSION_GAP, " s, back on ttyACM0, boot 2");
	assert_int_equal(feed_boot(r.feed), 2);
	rig_free(rig);
}

static void
a_restart_of_its_own_is_a_gap_that_names_no_reason(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_open(&r);
	rig_do(rig, "press argon reset");
	rig_until(rig, reader_is_shut, &r, 10);
	assert_string_equal(feed_state(r.feed), "waits for the device");
	reader_until_open(&r);
	assert_int_equal(reader_count(&r, SESSION_GAP), 1);
	assert_int_equal(strncmp(reader_line(&r, SESSION_GAP, ""), "gone ", 5),
	    0);
	rig_free(rig);
}

static void
dfu_and_back_is_one_gap(void **state)
{
	struct rig *rig = rig_ready("device p2\n");
	struct reader r;

	(void)state;
	reader_open(&r, rig, "p2");
	reader_until_open(&r);
	assert_int_equal(rig_act(rig, ACTION_DFU, "p2", NULL)->result.code,
	    ERROR_NONE);
	reader_until_state(&r, "in dfu mode, without a serial port");
	rig_run_ms(rig, 20 * 1000);
	assert_int_equal(reader_count(&r, SESSION_GAP), 0);
	assert_int_equal(rig_act(rig, ACTION_RESET, "p2", NULL)->result.code,
	    ERROR_NONE);
	reader_until_open(&r);
	assert_int_equal(reader_count(&r, SESSION_GAP), 1);
	assert_has_line(&r, SESSION_GAP, "dfu, gone 2");
	assert_has_line(&r, SESSION_GAP, "boot 2");
	rig_free(rig);
}

static void
safe_mode_is_named(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_open(&r);
	assert_int_equal(rig_act(rig, ACTION_SAFE_MODE, "argon",
	    NULL)->result.code, ERROR_NONE);
	reader_until_open(&r);
	assert_has_line(&r, SESSION_GAP, "safe mode, gone ");
	rig_free(rig);
}

static void
another_tty_and_another_place_are_the_same_conversation(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_open(&r);
	rig_do(rig, "print argon half");
	reader_until_text(&r, "half");
	rig_do(rig, "unplug argon");
	rig_run_ms(rig, 3000);
	assert_null(rig_device(rig, "argon"));
	assert_false(feed_is_open(r.feed));
	rig_do(rig, "plug argon path 2-4.1 tty 7");
	reader_until_open(&r);
	assert_string_equal(feed_state(r.feed), "ttyACM7");
	assert_has_line(&r, SESSION_GAP, "gone 3.");
	assert_has_line(&r, SESSION_GAP, "back on ttyACM7, boot 2");
	rig_do(rig, "print argon second half");
	reader_until_text(&r, "second half");
	assert_int_equal(rig_device(rig, "argon")->number, r.device);
	rig_free(rig);
}

static void
two_hundred_resets_lose_no_line_and_make_as_many_gaps(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r;
	char text[32];

	(void)state;
	reader_open(&r, rig, "argon");
	for (unsigned i = 0; i < 200; i++) {
		reader_until_open(&r);
		snprintf(text, sizeof text, "before reset %u", i);
		rig_do(rig, "print argon %s", text);
		reader_until_text(&r, text);
		rig_do(rig, "tty argon %u", i % 5);
		rig_do(rig, "press argon reset");
		rig_until(rig, reader_is_shut, &r, 10);
	}
	reader_until_open(&r);
	assert_int_equal(reader_count(&r, SESSION_GAP), 200);
	assert_int_equal(feed_boot(r.feed), 201);
	rig_free(rig);
}

/* --- What stands in the way ---------------------------------------------- */

static void
permissions_that_settle_are_not_complained_of(void **state)
{
	struct rig *rig = rig_ready("device argon no-tty-access\n");
	struct reader r;

	(void)state;
	reader_open(&r, rig, "argon");
	rig_run_ms(rig, 200);
	assert_false(feed_is_open(r.feed));
	assert_int_equal(reader_count(&r, SESSION_NOTE), 0);
	rig_do(rig, "access argon tty");
	rig_run_ms(rig, 50);
	assert_true(feed_is_open(r.feed));
	assert_int_equal(reader_count(&r, SESSION_NOTE), 1);
	rig_free(rig);
}

static void
permissions_that_stay_are_told_once(void **state)
{
	struct rig *rig = rig_ready("device argon no-tty-access\n");
	struct reader r;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_state(&r, "dialout");
	rig_run_ms(rig, 60 * 1000);
	assert_int_equal(reader_count(&r, SESSION_NOTE), 1);
	assert_has_line(&r, SESSION_NOTE, "dialout");
	rig_free(rig);
}

static void
who_holds_the_port_is_named_and_waited_for(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r;

	(void)state;
	rig_do(rig, "hold argon \"picocom (4711)\"");
	reader_open(&r, rig, "argon");
	reader_until_state(&r, "picocom (4711)");
	rig_run_ms(rig, 5000);
	assert_int_equal(reader_count(&r, SESSION_NOTE), 1);
	assert_has_line(&r, SESSION_NOTE, "picocom (4711)");
	rig_do(rig, "release argon");
	rig_run_ms(rig, 1100);
	assert_true(feed_is_open(r.feed));
	rig_free(rig);
}

static void
a_device_without_serial_port_says_so_and_is_waited_for(void **state)
{
	struct rig *rig = rig_ready("device photon no-cdc\n"
	    "device argon mode dfu\n");
	struct reader photon, argon;

	(void)state;
	reader_open(&photon, rig, "photon");
	reader_open(&argon, rig, "argon");
	assert_string_equal(feed_state(photon.feed),
	    "waits for its serial port");
	assert_string_equal(feed_state(argon.feed),
	    "in dfu mode, without a serial port");
	assert_int_equal(rig_act(rig, ACTION_RESET, "argon",
	    NULL)->result.code, ERROR_NONE);
	reader_until_open(&argon);
	assert_has_line(&argon, SESSION_NOTE, "connected to");
	rig_run_ms(rig, 60 * 1000);
	assert_false(feed_is_open(photon.feed));
	rig_free(rig);
}

static void
a_port_that_never_answers_line_state_holds_up_no_other(void **state)
{
	struct rig *rig = rig_ready("device argon\ndevice boron\n");
	struct reader argon, boron;
	uint64_t began = loop_now_us(rig->loop);

	(void)state;
	rig_do(rig, "fault argon nak line count=0");
	reader_open(&argon, rig, "argon");
	reader_open(&boron, rig, "boron");
	reader_until_open(&boron);
	assert_true(loop_now_us(rig->loop) - began < LOOP_MS(500));
	rig_run_ms(rig, 60 * 1000);
	assert_true(feed_is_open(boron.feed));
	/* Like the kernel, the bus opens it all the same, later. */
	assert_true(feed_is_open(argon.feed));
	assert_int_equal(reader_count(&argon, SESSION_GAP), 0);
	rig_do(rig, "clear-faults argon");
	rig_do(rig, "press argon reset");
	rig_until(rig, reader_is_shut, &argon, 10);
	reader_until_open(&argon);
	rig_do(rig, "print argon at last");
	reader_until_text(&argon, "at last");
	rig_free(rig);
}

/* --- Lending the port ---------------------------------------------------- */

static void
a_touch_borrows_the_port_and_the_conversation_goes_on(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_open(&r);
	assert_int_equal(rig_act(rig, ACTION_TOUCH, "argon",
	    NULL)->result.code, ERROR_NONE);
	reader_until_state(&r, "in dfu mode");
	assert_int_equal(rig_act(rig, ACTION_RESET, "argon",
	    NULL)->result.code, ERROR_NONE);
	reader_until_open(&r);
	assert_int_equal(reader_count(&r, SESSION_GAP), 1);
	assert_has_line(&r, SESSION_GAP, "dfu, gone ");
	rig_free(rig);
}

/* No-one answers the touch: the port comes back where it was. */
static void
a_touch_without_effect_gives_the_port_back(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r;

	(void)state;
	reader_open(&r, rig, "argon");
	reader_until_open(&r);
	rig_do(rig, "fault argon stall line request=32 count=0");
	assert_int_not_equal(rig_act(rig, ACTION_TOUCH, "argon",
	    NULL)->result.code, ERROR_NONE);
	reader_until_open(&r);
	assert_has_line(&r, SESSION_GAP, "lent to an action for ");
	assert_has_line(&r, SESSION_GAP, "back on ttyACM0");
	assert_int_equal(feed_boot(r.feed), 1);
	rig_free(rig);
}

static void
a_port_is_not_taken_from_an_action(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct reader r;

	(void)state;
	/* Nobody watches yet. */
	assert_false(feeds_suspend(rig->feeds,
	    rig_device(rig, "argon")->number));
	reader_open(&r, rig, "argon");
	assert_string_equal(feed_state(r.feed), "lent to an action");
	rig_do(rig, "press argon reset");
	rig_run_ms(rig, 10 * 1000);
	assert_false(feed_is_open(r.feed));
	feeds_resume(rig->feeds, r.device);
	reader_until_open(&r);
	feeds_resume(rig->feeds, r.device);
	assert_true(feed_is_open(r.feed));
	rig_free(rig);
}

/* --- The end, at any moment ---------------------------------------------- */

/* A life in steps of 10 ms, broken off after each. */
static void
all_can_be_freed_at_any_time(void **state)
{
	(void)state;
	for (unsigned steps = 0; steps < 250; steps += 3) {
		struct rig *rig = rig_ready("device argon\n");
		struct reader r;

		reader_open(&r, rig, "argon");
		for (unsigned i = 0; i < steps; i++) {
			if (i == 5)
				rig_do(rig, "press argon reset");
			if (i == 200)
				rig_do(rig, "unplug argon");
			if (i == 210)
				rig_do(rig, "plug argon tty 3");
			rig_run_ms(rig, 10);
		}
		if (steps % 2 == 0)
			feed_unwatch(r.feed, &r);
		rig_free(rig);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_is_opened_read_and_written),
		cmocka_unit_test(
		    the_speed_is_that_of_the_options_and_dtr_is_up),
		cmocka_unit_test(nothing_wakes_up_a_quiet_conversation),
		cmocka_unit_test(two_watchers_share_one_port),
		cmocka_unit_test(
		    who_comes_back_finds_the_lines_and_the_time_that_is_missing),
		cmocka_unit_test(a_flood_of_short_lines_loses_none),
		cmocka_unit_test(every_answer_to_a_flood_of_commands_arrives),
		cmocka_unit_test(a_reset_is_one_gap_with_its_length),
		cmocka_unit_test(
		    a_restart_of_its_own_is_a_gap_that_names_no_reason),
		cmocka_unit_test(dfu_and_back_is_one_gap),
		cmocka_unit_test(safe_mode_is_named),
		cmocka_unit_test(
		    another_tty_and_another_place_are_the_same_conversation),
		cmocka_unit_test(
		    two_hundred_resets_lose_no_line_and_make_as_many_gaps),
		cmocka_unit_test(permissions_that_settle_are_not_complained_of),
		cmocka_unit_test(permissions_that_stay_are_told_once),
		cmocka_unit_test(who_holds_the_port_is_named_and_waited_for),
		cmocka_unit_test(
		    a_device_without_serial_port_says_so_and_is_waited_for),
		cmocka_unit_test(
		    a_port_that_never_answers_line_state_holds_up_no_other),
		cmocka_unit_test(
		    a_touch_borrows_the_port_and_the_conversation_goes_on),
		cmocka_unit_test(a_touch_without_effect_gives_the_port_back),
		cmocka_unit_test(a_port_is_not_taken_from_an_action),
		cmocka_unit_test(all_can_be_freed_at_any_time),
	};

	return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
