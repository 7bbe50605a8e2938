/* Serial ports. */
#include "config.h"

#include "contract/suite.h"

#include <string.h>

static const char *
plug_tty(struct suite *s, const char *name, const char *serial)
{
	return suite_plug_tty(s, name, serial)->info.tty;
}

static void
a_port_opens_and_brings_what_the_device_prints(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 };

	suite_start(s);
	wire_open(&w, s, plug_tty(s, "argon", ARGON_ID), "opened");
	assert_int_equal(w.opened, 0);
	wire_wait_open(&w);
	suite_command(s, "print argon one");
	suite_command(s, "print argon two");
	wire_wait_text(&w, "two\r\n");
	assert_string_equal(buf_str(&w.data), "one\r\ntwo\r\n");
	wire_close(&w);
}

static void
every_byte_comes_through_as_it_is(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 };

	suite_start(s);
	wire_open(&w, s, plug_tty(s, "argon", ARGON_ID), "opened");
	wire_wait_open(&w);
	/* What a tty that is not raw would eat, change or answer to. */
	suite_command(s, "write argon \"\\x03\\x04\\x11\\x13\\x1a\\n\\r"
	    "\\x7f\\xff\\xfe\\x80end\"");
	wire_wait_text(&w, "end");
	assert_int_equal(w.data.len, 14);
	assert_memory_equal(w.data.data,
	    "\x03\x04\x11\x13\x1a\n\r\x7f\xff\xfe\x80" "end", 14);
	wire_close(&w);
}

static bool
is_drained(struct suite *s, void *arg)
{
	const struct wire *w = arg;

	(void)s;
	return w->drained > 0;
}

static void
what_is_written_is_told_when_it_has_gone_out(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 };

	suite_start(s);
	wire_open(&w, s, plug_tty(s, "argon", ARGON_ID), "opened");
	wire_wait_open(&w);
	assert_int_equal(bus_port_write(w.port, "hello\n", 6), 6);
	assert_int_equal(w.drained, 0);
	suite_until(s, is_drained, &w, "drained()");
	wire_close(&w);
}

static void
a_write_queues_at_most_64_kib(void **state)
{
	static uint8_t much[100000];
	struct suite *s = *state;
	struct wire w = { 0 };
	size_t n;

	suite_start(s);
	memset(much, '.', sizeof much);
	wire_open(&w, s, plug_tty(s, "argon", ARGON_ID), "opened");
	wire_wait_open(&w);
	n = bus_port_write(w.port, much, sizeof much);
	assert_true(n >= 32 * 1024 && n < sizeof much);
	suite_until(s, is_drained, &w, "drained()");
	assert_true(bus_port_write(w.port, much, 100) == 100);
	wire_close(&w);
}

static void
a_port_that_is_open_is_busy(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 }, second = { 0 };
	const char *tty;

	suite_start(s);
	tty = plug_tty(s, "argon", ARGON_ID);
	wire_open(&w, s, tty, "opened");
	wire_wait_open(&w);
	wire_open(&second, s, tty, "second");
	suite_until(s, wire_is_opened, &second, "the second opening");
	assert_int_equal(second.open_error, ERROR_BUSY);
	wire_close(&second);
	suite_command(s, "print argon still");
	wire_wait_text(&w, "still");
	wire_close(&w);
}

static bool
wire_opened_well(struct suite *s, void *arg)
{
	struct wire *w = arg;

	if (w->opened == 0 || w->open_error != ERROR_BUSY)
		return w->opened > 0;
	/* It may be closing still, elsewhere. */
	wire_close(w);
	memset(w, 0, sizeof *w);
	wire_open(w, s, suite_find(s, ARGON_ID)->info.tty, "again");
	return false;
}

static void
a_port_can_be_opened_again(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 }, again = { 0 };
	const char *tty;

	suite_start(s);
	tty = plug_tty(s, "argon", ARGON_ID);
	wire_open(&w, s, tty, "opened");
	wire_wait_open(&w);
	wire_close(&w);
	wire_open(&again, s, tty, "again");
	suite_until(s, wire_opened_well, &again, "opening again");
	assert_int_equal(again.open_error, ERROR_NONE);
	suite_command(s, "print argon back");
	wire_wait_text(&again, "back");
	wire_close(&again);
}

static void
nothing_calls_back_after_close(void **state)
{
	struct suite *s = *state;
	struct wire opening = { 0 }, open = { 0 };
	const char *tty;

	suite_start(s);
	tty = plug_tty(s, "argon", ARGON_ID);
	wire_open(&opening, s, tty, "opening");
	wire_close(&opening);
	wire_open(&open, s, plug_tty(s, "boron", BORON_ID), "open");
	wire_wait_open(&open);
	suite_command(s, "print boron line");
	wire_close(&open);
	suite_unplug(s, "argon", suite_find(s, ARGON_ID));
	suite_unplug(s, "boron", suite_find(s, BORON_ID));
	assert_int_equal(opening.opened, 0);
	assert_int_equal(open.lost, 0);
	assert_int_equal(open.data.len, 0);
}

static void
a_port_is_lost_when_the_device_leaves(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 };
	uint8_t byte = 'x';

	suite_start(s);
	wire_open(&w, s, plug_tty(s, "argon", ARGON_ID), "opened");
	wire_wait_open(&w);
	suite_command(s, "unplug argon");
	suite_until(s, wire_is_lost, &w, "lost()");
	assert_int_equal(w.lost_error, ERROR_GONE);
	/* It must still be closed, and calls on it are harmless. */
	bus_port_write(w.port, &byte, 1);
	wire_close(&w);
}

static void
a_lost_port_can_still_be_configured_and_ends_with_gone(void **state)
{
	struct bus_port_config config = { .baud = 9600 };
	struct suite *s = *state;
	struct seen_node *node;
	struct bus_port *port;
	struct wire w = { 0 };

	suite_start(s);
	node = suite_plug_tty(s, "argon", ARGON_ID);
	wire_open(&w, s, node->info.tty, "opened");
	wire_wait_open(&w);
	suite_command(s, "unplug argon");
	suite_until(s, wire_is_lost, &w, "lost()");
	w.lost = 0;	/* so that configured() is allowed */
	port = w.port;
	bus_port_configure(port, &config);
	assert_int_equal(w.configured, 0);
	suite_until(s, wire_is_configured, &w, "configured()");
	assert_int_equal(w.config_error, ERROR_GONE);
	wire_close(&w);
}

static void
a_port_that_is_not_there_does_not_open(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 };

	suite_start(s);
	wire_open(&w, s, "/dev/ttyACM199", "opened");
	suite_until(s, wire_is_opened, &w, "the end of opening");
	assert_int_not_equal(w.open_error, ERROR_NONE);
	wire_close(&w);
}

static void
a_device_that_leaves_while_it_is_opened_is_gone(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 };
	const char *tty;

	suite_start(s);
	tty = plug_tty(s, "argon", ARGON_ID);
	suite_command(s, "fault argon nak line count=0");
	wire_open(&w, s, tty, "opened");
	suite_command(s, "unplug argon");
	suite_until(s, wire_is_opened, &w, "the end of opening");
	assert_int_equal(w.open_error, ERROR_GONE);
	assert_int_equal(w.lost, 0);
	wire_close(&w);
}

static void
configuring_ends_once(void **state)
{
	struct bus_port_config config = { .baud = 57600 };
	struct suite *s = *state;
	struct wire w = { 0 };

	suite_start(s);
	wire_open(&w, s, plug_tty(s, "argon", ARGON_ID), "opened");
	wire_wait_open(&w);
	bus_port_configure(w.port, &config);
	assert_int_equal(w.configured, 0);
	suite_until(s, wire_is_configured, &w, "configured()");
	assert_int_equal(w.config_error, ERROR_NONE);
	w.configured = 0;
	bus_port_break(w.port, 20);
	suite_until(s, wire_is_configured, &w, "the end of the break");
	assert_int_equal(w.configured, 1);
	suite_command(s, "print argon after");
	wire_wait_text(&w, "after");
	assert_int_equal(w.configured, 1);
	wire_close(&w);
}

static void
without_dtr_the_device_is_silent(void **state)
{
	struct bus_port_config off = { .dtr = BUS_LINE_OFF };
	struct bus_port_config on = { .dtr = BUS_LINE_ON };
	struct suite *s = *state;
	struct wire w = { 0 };

	suite_start(s);
	wire_open(&w, s, plug_tty(s, "argon", ARGON_ID), "opened");
	wire_wait_open(&w);
	bus_port_configure(w.port, &off);
	suite_until(s, wire_is_configured, &w, "DTR down");
	suite_command(s, "print argon dropped");
	w.configured = 0;
	bus_port_configure(w.port, &on);
	suite_until(s, wire_is_configured, &w, "DTR up");
	suite_command(s, "print argon heard");
	wire_wait_text(&w, "heard");
	assert_null(strstr(buf_str(&w.data), "dropped"));
	wire_close(&w);
}

static bool
is_in_dfu(struct suite *s, void *arg)
{
	const struct seen_node *node = suite_find(s, ARGON_ID);

	(void)arg;
	return node != NULL && node->info.pid == 0xd00c;
}

static void
a_speed_of_14400_puts_the_device_into_dfu(void **state)
{
	struct bus_port_config touch = { .baud = 14400 };
	struct suite *s = *state;
	struct wire w = { 0 };

	suite_start(s);
	wire_open(&w, s, plug_tty(s, "argon", ARGON_ID), "opened");
	wire_wait_open(&w);
	bus_port_configure(w.port, &touch);
	suite_until(s, is_in_dfu, NULL, "the device in DFU");
	suite_until(s, wire_is_lost, &w, "lost()");
	assert_int_equal(w.configured, 1);
	wire_close(&w);
}

static void
what_a_device_that_answers_no_line_requests_delays(struct suite *s,
    struct wire *mute)
{
	struct wire other = { 0 };
	struct bus_handle *h;
	struct probe p = { 0 };
	const char *tty;

	suite_start(s);
	tty = plug_tty(s, "argon", ARGON_ID);
	suite_plug_tty(s, "boron", BORON_ID);
	suite_command(s, "fault argon nak line count=0");
	wire_open(mute, s, tty, "mute");
	wire_open(&other, s, suite_find(s, BORON_ID)->info.tty, "other");
	h = suite_open(s, suite_find(s, BORON_ID));
	probe_version(&p, s, h, "version", 4000);
	probe_wait(&p);
	wire_wait_open(&other);
	suite_command(s, "print boron \"a line\"");
	wire_wait_text(&other, "a line");
	suite_log(s, "line");
	assert_int_equal(p.status, USB_OK);
	assert_int_equal(mute->opened, 0);
	probe_fini(&p);
	bus_close(h);
	wire_close(&other);
}

static void
a_device_that_answers_no_line_requests_opens_late_and_delays_no_other(
    void **state)
{
	struct suite *s = *state;
	struct wire mute = { 0 };

	what_a_device_that_answers_no_line_requests_delays(s, &mute);
	suite_until(s, wire_is_opened, &mute, "the opening of the mute port");
	assert_int_equal(mute.open_error, ERROR_NONE);
	assert_true(suite_log_at(s, "other") < suite_log_at(s, "mute"));
	assert_true(suite_log_at(s, "version") < suite_log_at(s, "mute"));
	assert_true(suite_log_at(s, "line") < suite_log_at(s, "mute"));
	suite_command(s, "clear-faults argon");
	wire_close(&mute);
}

static void
a_port_that_opens_slowly_can_be_closed_at_once(void **state)
{
	struct suite *s = *state;
	struct wire mute = { 0 };

	what_a_device_that_answers_no_line_requests_delays(s, &mute);
	wire_close(&mute);
	suite_plug_tty(s, "photon", PHOTON_ID);
	assert_int_equal(mute.opened, 0);
}

/* --- In process only ---------------------------------------------------- */

static void
who_holds_a_port_is_named(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 };
	const char *tty;

	if (!s->bench->is_in_process)
		skip();
	suite_start(s);
	tty = plug_tty(s, "argon", ARGON_ID);
	suite_command(s, "hold argon \"picocom (pid 4711)\"");
	wire_open(&w, s, tty, "opened");
	suite_until(s, wire_is_opened, &w, "the end of opening");
	assert_int_equal(w.open_error, ERROR_BUSY);
	wire_close(&w);
	suite_command(s, "release argon");
	memset(&w, 0, sizeof w);
	wire_open(&w, s, tty, "opened");
	wire_wait_open(&w);
	wire_close(&w);
}

static void
a_port_that_is_held_open_keeps_its_number(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 };

	if (!s->bench->is_in_process)
		skip();
	suite_start(s);
	wire_open(&w, s, plug_tty(s, "argon", ARGON_ID), "opened");
	wire_wait_open(&w);
	suite_unplug(s, "argon", suite_find(s, ARGON_ID));
	assert_string_equal(plug_tty(s, "argon", ARGON_ID), "/dev/ttyACM1");
	wire_close(&w);
	suite_unplug(s, "argon", suite_find(s, ARGON_ID));
	assert_string_equal(plug_tty(s, "argon", ARGON_ID), "/dev/ttyACM0");
}

static bool
has_another_tty(struct suite *s, void *arg)
{
	const struct seen_node *node = suite_find(s, ARGON_ID);

	(void)arg;
	return node != NULL && strcmp(node->info.tty, "/dev/ttyACM1") == 0;
}

static void
a_bus_reset_takes_the_port_away_and_makes_a_new_one(void **state)
{
	struct suite *s = *state;
	struct wire w = { 0 }, again = { 0 };

	if (!s->bench->is_in_process)
		skip();
	suite_start(s);
	wire_open(&w, s, plug_tty(s, "argon", ARGON_ID), "opened");
	wire_wait_open(&w);
	suite_command(s, "bus-reset argon");
	suite_until(s, wire_is_lost, &w, "lost()");
	suite_until(s, has_another_tty, NULL, "another tty");
	wire_close(&w);
	wire_open(&again, s, "/dev/ttyACM1", "again");
	wire_wait_open(&again);
	suite_command(s, "print argon again");
	wire_wait_text(&again, "again");
	wire_close(&again);
}

const struct CMUnitTest contract_port_tests[] = {
	CONTRACT_TEST(a_port_opens_and_brings_what_the_device_prints),
	CONTRACT_TEST(every_byte_comes_through_as_it_is),
	CONTRACT_TEST(what_is_written_is_told_when_it_has_gone_out),
	CONTRACT_TEST(a_write_queues_at_most_64_kib),
	CONTRACT_TEST(a_port_that_is_open_is_busy),
	CONTRACT_TEST(a_port_can_be_opened_again),
	CONTRACT_TEST(nothing_calls_back_after_close),
	CONTRACT_TEST(a_port_is_lost_when_the_device_leaves),
	CONTRACT_TEST(a_lost_port_can_still_be_configured_and_ends_with_gone),
	CONTRACT_TEST(a_port_that_is_not_there_does_not_open),
	CONTRACT_TEST(a_device_that_leaves_while_it_is_opened_is_gone),
	CONTRACT_TEST(configuring_ends_once),
	CONTRACT_TEST(without_dtr_the_device_is_silent),
	CONTRACT_TEST(a_speed_of_14400_puts_the_device_into_dfu),
	CONTRACT_TEST(a_device_that_answers_no_line_requests_opens_late_and_delays_no_other),
	CONTRACT_TEST(a_port_that_opens_slowly_can_be_closed_at_once),
	CONTRACT_TEST(who_holds_a_port_is_named),
	CONTRACT_TEST(a_port_that_is_held_open_keeps_its_number),
	CONTRACT_TEST(a_bus_reset_takes_the_port_away_and_makes_a_new_one),
};
const size_t contract_port_test_count =
    sizeof contract_port_tests / sizeof contract_port_tests[0];
