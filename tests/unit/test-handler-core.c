/* The handler's core, driven by hand: clock, pin and host are numbers here. */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/src/pterm-handler-core.h"

struct bench {
	struct pterm_handler		 h;
	struct pterm_handler_kept	 kept;
	uint32_t			 now;
	bool				 is_down;
	bool				 has_interrupt;
	unsigned			 did[4];	/* by action */
	struct pterm_handler_call	 call;
	uint8_t				 reply[PTERM_HANDLER_SIZE_MAX];
};

static const struct pterm_handler_options plain = {
	.app_name = "gatehouse",
	.app_version = "1.4.0",
	.capabilities = PTERM_HANDLER_CAN_BUTTON | PTERM_HANDLER_CAN_CLOUD,
	.on_press = PTERM_HANDLER_DFU,
	.on_double = PTERM_HANDLER_RESET,
};

static void
start_with(struct bench *b, const struct pterm_handler_options *options,
    uint32_t now)
{
	*b = (struct bench){ .now = now, .has_interrupt = true };
	pterm_handler_init(&b->h, options, &b->kept, now, false);
}

static int
setup(void **state)
{
	static struct bench bench;

	start_with(&bench, &plain, 5000);
	*state = &bench;
	return 0;
}

static void
allow_remote(struct bench *b)
{
	struct pterm_handler_options o = plain;

	o.capabilities |= PTERM_HANDLER_CAN_REMOTE_ARM;
	start_with(b, &o, b->now);
}

static void
poll(struct bench *b)
{
	b->did[pterm_handler_process(&b->h, b->now, b->is_down)]++;
}

/* loop() comes round every step_ms. */
static void
run_by(struct bench *b, uint32_t ms, uint32_t step_ms)
{
	for (uint32_t past = 0; past < ms; past += step_ms) {
		b->now += step_ms;
		poll(b);
	}
}

static void
run(struct bench *b, uint32_t ms)
{
	run_by(b, ms, 5);
}

static void
turn(struct bench *b, bool is_down)
{
	b->is_down = is_down;
	if (b->has_interrupt)
		pterm_handler_edge(&b->h, b->now, is_down);
}

static void
press(struct bench *b, uint32_t ms)
{
	turn(b, true);
	run(b, ms);
	turn(b, false);
}

static unsigned
done(const struct bench *b)
{
	return b->did[PTERM_HANDLER_DFU] + b->did[PTERM_HANDLER_RESET] +
	    b->did[PTERM_HANDLER_SAFE_MODE];
}

static void
ask(struct bench *b, const void *in, size_t len)
{
	b->call = (struct pterm_handler_call){
		.in = in,
		.in_len = len,
		.out = b->reply,
		.out_cap = sizeof b->reply,
	};
	memset(b->reply, 0xee, sizeof b->reply);
	assert_true(pterm_handler_request(&b->h, b->now, &b->call));
}

static void
ask_op(struct bench *b, uint8_t op)
{
	ask(b, (uint8_t[]){ 0x50, 0x74, 0x48, 0x64, 1, op, 0, 0 }, 8);
}

static void
ask_number(struct bench *b, uint8_t op, uint32_t n)
{
	ask(b, (uint8_t[]){ 0x50, 0x74, 0x48, 0x64, 1, op, 0, 0, (uint8_t)n,
	    (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24) }, 12);
}

static uint32_t
reply32(const struct bench *b, size_t at)
{
	const uint8_t *p = b->reply + at;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
assert_refused(const struct bench *b, int32_t result,
    enum pterm_handler_reason reason)
{
	assert_int_equal(b->call.result, result);
	assert_int_equal(b->reply[PTERM_HANDLER_AT_REASON], reason);
	assert_int_equal(b->call.out_len, PTERM_HANDLER_HEADER_SIZE);
	assert_int_equal(b->call.token, 0);
}

static int32_t
cloud(struct bench *b, const char *text)
{
	return pterm_handler_cloud(&b->h, b->now, PTERM_HANDLER_DFU, text,
	    strlen(text));
}

/* The button. */

static void
a_press_does_nothing_while_disarmed(void **state)
{
	struct bench *b = *state;

	run(b, 500);
	press(b, 200);
	run(b, 2000);
	assert_int_equal(done(b), 0);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
}

static void
holding_arms_for_a_time(void **state)
{
	struct bench *b = *state;

	run(b, 500);
	press(b, 2900);
	run(b, 500);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
	press(b, 3100);
	run(b, 500);
	assert_true(pterm_handler_is_armed(&b->h, b->now));
	assert_int_equal(done(b), 0);
	run_by(b, (PTERM_HANDLER_ARM_S + 1) * 1000, 50);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
	press(b, 200);
	run(b, 2000);
	assert_int_equal(done(b), 0);
}

static void
one_press_and_two_mean_different_things(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	run(b, 100);
	press(b, 150);
	run(b, 150);
	press(b, 150);
	run(b, 1000);
	assert_int_equal(b->did[PTERM_HANDLER_RESET], 1);
	assert_int_equal(done(b), 1);
	press(b, 150);
	run(b, 1000);
	assert_int_equal(b->did[PTERM_HANDLER_DFU], 1);
	assert_int_equal(done(b), 2);
}

static void
three_presses_mean_nothing(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	run(b, 100);
	for (int i = 0; i < 3; i++) {
		press(b, 100);
		run(b, 100);
	}
	run(b, 1000);
	assert_int_equal(done(b), 0);
}

static void
holding_may_act_at_once(void **state)
{
	struct bench *b = *state;
	struct pterm_handler_options o = plain;

	o.on_hold = PTERM_HANDLER_SAFE_MODE;
	start_with(b, &o, b->now);
	run(b, 100);
	press(b, 10000);
	run(b, 1000);
	assert_int_equal(b->did[PTERM_HANDLER_SAFE_MODE], 1);
	assert_int_equal(done(b), 1);
}

static void
a_button_down_at_the_start_counts_once_released(void **state)
{
	struct bench *b = *state;
	struct pterm_handler_options o = plain;

	o.on_hold = PTERM_HANDLER_DFU;
	start_with(b, &o, b->now);
	pterm_handler_init(&b->h, &o, NULL, b->now, true);
	b->is_down = true;
	run(b, 60000);
	assert_int_equal(done(b), 0);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
	turn(b, false);
	run(b, 1000);
	assert_int_equal(done(b), 0);
	press(b, 3100);
	assert_int_equal(b->did[PTERM_HANDLER_DFU], 1);
}

/* A release that is a bounce must not end the wait of a stuck button. */
static void
a_stuck_button_that_rattles_stays_ignored(void **state)
{
	struct bench *b = *state;

	pterm_handler_init(&b->h, &plain, NULL, b->now, true);
	b->is_down = true;
	for (int i = 0; i < 200; i++) {
		turn(b, false);
		run(b, 20);
		turn(b, true);
		run(b, 30);
	}
	run(b, 5000);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
}

/* Times between edges in microseconds, as an oscilloscope shows small tactile
 * switches, an old one among them. */
static const uint16_t bounces[][12] = {
	{ 120, 80, 40, 300, 60, 1200 },
	{ 5, 5, 10, 900, 2100, 400, 400, 3000, 150 },
	{ 6200, 7100, 800, 900, 12000, 2000, 300, 9000, 1 },
	{ 30000, 1000, 35000, 500, 38000, 100 },
};

static void
bounce(struct bench *b, const uint16_t *us, bool to)
{
	uint32_t past_us = 0;
	uint32_t start = b->now;
	bool level = to;

	turn(b, level);
	for (size_t i = 0; us[i] != 0; i++) {
		past_us += us[i];
		while (b->now < start + past_us / 1000) {
			b->now++;
			poll(b);
		}
		level = !level;
		turn(b, level);
	}
	if (level != to)
		turn(b, to);
}

static void
bouncing_contacts_are_one_press(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof bounces / sizeof bounces[0]; i++) {
		for (unsigned with = 0; with < 2; with++) {
			start_with(b, &plain, 1000);
			b->has_interrupt = with != 0;
			pterm_handler_arm(&b->h, b->now, 0);
			run(b, 200);
			bounce(b, bounces[i], true);
			run(b, 200);
			bounce(b, bounces[i], false);
			run(b, 1000);
			assert_int_equal(b->did[PTERM_HANDLER_DFU], 1);
			assert_int_equal(done(b), 1);
		}
	}
}

static uint32_t
dice(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

static void
random_bounces_with_any_loop_are_one_press(void **state)
{
	struct bench *b = *state;
	uint32_t seed = 7;

	for (int round = 0; round < 300; round++) {
		uint32_t step = 1 + dice(&seed, 700);

		start_with(b, &plain, 1000);
		pterm_handler_arm(&b->h, b->now, 0);
		run_by(b, 2 * step + 100, step);
		for (int to = 1; to >= 0; to--) {
			uint32_t edges = dice(&seed, 30) * 2;

			turn(b, to);
			for (uint32_t i = 0; i < edges; i++) {
				b->now += dice(&seed, 30);
				turn(b, !b->is_down);
				if (dice(&seed, 4) == 0)
					poll(b);
			}
			b->now += 80;
			if (step < 80)
				poll(b);
		}
		run_by(b, 4 * step + 1000, step);
		assert_int_equal(b->did[PTERM_HANDLER_DFU], 1);
		assert_int_equal(done(b), 1);
	}
}

static void
short_spikes_are_no_press(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	run(b, 100);
	for (int i = 0; i < 500; i++) {
		turn(b, true);
		b->now += 1 + (uint32_t)i % 30;
		turn(b, false);
		run(b, (uint32_t)i % 90);
	}
	run(b, 1000);
	assert_int_equal(done(b), 0);
}

static void
presses_in_one_long_loop_are_told_apart(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	run(b, 100);
	for (int i = 0; i < 2; i++) {
		b->now += 200;
		turn(b, true);
		b->now += 120;
		turn(b, false);
	}
	b->now += 2000;
	poll(b);
	run(b, 600);
	assert_int_equal(b->did[PTERM_HANDLER_RESET], 1);
	assert_int_equal(done(b), 1);
}

static void
a_hold_in_one_long_loop_arms(void **state)
{
	struct bench *b = *state;

	run(b, 100);
	turn(b, true);
	b->now += 3500;
	turn(b, false);
	b->now += 4000;
	poll(b);
	assert_true(pterm_handler_is_armed(&b->h, b->now));
}

/* Two presses that a long loop() lies between are no hold. */
static void
presses_far_apart_are_no_hold(void **state)
{
	struct bench *b = *state;

	run(b, 100);
	turn(b, true);
	run(b, 100);
	b->now += 100;
	turn(b, false);
	b->now += 5000;
	poll(b);
	turn(b, true);
	b->now += 100;
	poll(b);
	turn(b, false);
	b->now += 5000;
	poll(b);
	run(b, 1000);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
}

static void
more_edges_than_room_count_for_nothing(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	run(b, 100);
	for (int i = 0; i < 300; i++) {
		b->now += 60;
		turn(b, !b->is_down);
	}
	b->now += 60;
	turn(b, true);
	run(b, 10000);
	turn(b, false);
	run(b, 1000);
	assert_int_equal(done(b), 0);
	press(b, 200);
	run(b, 1000);
	assert_int_equal(b->did[PTERM_HANDLER_DFU], 1);
}

/* Three presses, of which there is room for two: that is not a double one. */
static void
presses_that_did_not_fit_make_no_others(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	run(b, 100);
	for (int i = 0; i < 6; i++) {
		b->now += 60;
		turn(b, !b->is_down);
	}
	b->now += 1000;
	poll(b);
	run(b, 1000);
	assert_int_equal(done(b), 0);
}

static void
a_lost_edge_does_not_matter(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	run(b, 100);
	turn(b, true);
	run(b, 200);
	b->is_down = false;		/* and no interrupt */
	run(b, 1000);
	assert_int_equal(b->did[PTERM_HANDLER_DFU], 1);
	b->is_down = true;
	run(b, 200);
	turn(b, false);
	run(b, 1000);
	assert_int_equal(b->did[PTERM_HANDLER_DFU], 2);
	assert_int_equal(done(b), 2);
}

/* The interrupt read "pressed" in the middle of a bounce, hours ago. */
static void
a_level_read_wrongly_is_no_hold(void **state)
{
	struct bench *b = *state;

	run(b, 100);
	turn(b, true);
	run(b, 200);
	turn(b, false);
	pterm_handler_edge(&b->h, b->now, true);
	run_by(b, 3600000, 1000);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
	turn(b, true);
	run(b, 100);
	turn(b, false);
	run(b, 1000);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
}

static void
without_a_button_the_level_means_nothing(void **state)
{
	struct bench *b = *state;
	struct pterm_handler_options o = plain;

	o.capabilities = 0;
	start_with(b, &o, b->now);
	run(b, 100);
	press(b, 5000);
	run(b, 1000);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
}

/* The clock. */

static void
everything_works_across_the_wrap_of_the_clock(void **state)
{
	struct bench *b = *state;

	for (uint32_t before = 0; before < 6000; before += 150) {
		start_with(b, &plain, UINT32_MAX - before);
		run(b, 200);
		press(b, 3200);
		run(b, 600);
		assert_true(pterm_handler_is_armed(&b->h, b->now));
		press(b, 100);
		run(b, 300);
		assert_int_equal(done(b), 0);
		run(b, 300);
		assert_int_equal(b->did[PTERM_HANDLER_DFU], 1);
		assert_int_equal(done(b), 1);
	}
}

static void
arming_does_not_come_back_with_the_clock(void **state)
{
	struct bench *b = *state;
	uint32_t start = b->now;

	pterm_handler_arm(&b->h, b->now, 3600);
	run_by(b, 3601000, 1000);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
	assert_false(pterm_handler_is_armed(&b->h, start));
	assert_false(pterm_handler_is_armed(&b->h, start + 1000));
}

static void
uptime_goes_on_past_the_wrap(void **state)
{
	struct bench *b = *state;

	start_with(b, &plain, UINT32_MAX - 2500);
	run_by(b, 6000, 500);
	ask(b, NULL, 0);
	assert_int_equal(reply32(b, PTERM_HANDLER_AT_UPTIME),
	    (UINT32_MAX - 2500) / 1000 + 6);
}

/* Cloud functions. */

static void
the_cloud_is_refused_while_disarmed_or_not_allowed(void **state)
{
	struct bench *b = *state;

	assert_int_equal(cloud(b, ""), -130);
	assert_int_equal(cloud(b, "arm"), -130);
	assert_int_equal(cloud(b, "arm now"), -130);
	allow_remote(b);
	assert_int_equal(cloud(b, "now"), -130);
	assert_int_equal(cloud(b, "arm"), PTERM_HANDLER_ARM_S);
	assert_int_equal(cloud(b, "now"), PTERM_HANDLER_ANSWER_MS);
}

static void
the_cloud_words_mean_what_they_say(void **state)
{
	static const struct {
		const char	*text;
		int32_t		 result;
		enum pterm_handler_action action;
	} cases[] = {
		{ "", 1000, PTERM_HANDLER_DFU },
		{ "  now\r\n", 1000, PTERM_HANDLER_DFU },
		{ "NOW", 1000, PTERM_HANDLER_DFU },
		{ "in 5s", 5000, PTERM_HANDLER_DFU },
		{ "in 5", 5000, PTERM_HANDLER_DFU },
		{ "in 1500ms", 1500, PTERM_HANDLER_DFU },
		{ "in 2m", 120000, PTERM_HANDLER_DFU },
		{ "in 0", 1000, PTERM_HANDLER_DFU },
		{ "in 3600s", 3600000, PTERM_HANDLER_DFU },
		{ "safe", 1000, PTERM_HANDLER_SAFE_MODE },
		{ "Safe in 3S", 3000, PTERM_HANDLER_SAFE_MODE },
		{ "in 3s safe", 3000, PTERM_HANDLER_SAFE_MODE },
		{ "arm safe now", 1000, PTERM_HANDLER_SAFE_MODE },
		{ "in 3601s", -270, PTERM_HANDLER_NONE },
		{ "in 61m", -270, PTERM_HANDLER_NONE },
		{ "in 99999999999999999999", -270, PTERM_HANDLER_NONE },
		{ "in 4294967297ms", -270, PTERM_HANDLER_NONE },
		{ "in", -270, PTERM_HANDLER_NONE },
		{ "in s", -270, PTERM_HANDLER_NONE },
		{ "in 5 s", -270, PTERM_HANDLER_NONE },
		{ "in -5s", -270, PTERM_HANDLER_NONE },
		{ "in 5h", -270, PTERM_HANDLER_NONE },
		{ "now in 5s", -270, PTERM_HANDLER_NONE },
		{ "now now", -270, PTERM_HANDLER_NONE },
		{ "nowhere", -270, PTERM_HANDLER_NONE },
		{ "no", -270, PTERM_HANDLER_NONE },
		{ "lock now", -270, PTERM_HANDLER_NONE },
		{ "cancel arm", -270, PTERM_HANDLER_NONE },
		{ "{\"op\":1}", -270, PTERM_HANDLER_NONE },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		allow_remote(b);
		pterm_handler_arm(&b->h, b->now, PTERM_HANDLER_ARM_MAX_S);
		assert_int_equal(cloud(b, cases[i].text), cases[i].result);
		if (cases[i].result < 0) {
			run_by(b, 10000, 10);
			assert_int_equal(done(b), 0);
			continue;
		}
		run_by(b, (uint32_t)cases[i].result - 10, 10);
		assert_int_equal(done(b), 0);
		run_by(b, 10, 10);
		assert_int_equal(b->did[cases[i].action], 1);
		assert_int_equal(done(b), 1);
	}
}

static void
the_cloud_may_cancel_and_lock(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	assert_int_equal(cloud(b, "in 5s"), 5000);
	assert_int_equal(cloud(b, "now"), -110);
	assert_int_equal(cloud(b, "cancel"), 0);
	run(b, 10000);
	assert_int_equal(done(b), 0);
	assert_int_equal(cloud(b, "in 5s"), 5000);
	assert_int_equal(cloud(b, "lock"), 0);
	run(b, 10000);
	assert_int_equal(done(b), 0);
	assert_int_equal(cloud(b, "now"), -130);
}

/* Requests. */

static void
the_query_is_a_request_of_size_0(void **state)
{
	struct bench *b = *state;

	ask(b, NULL, 0);
	assert_int_equal(b->call.result, 0);
	assert_int_equal(b->call.token, 0);
	assert_int_equal(b->call.out_len, 32 + 9 + 5);
	assert_memory_equal(b->reply, "PtHd\1\0\0\0", 8);
	assert_memory_equal(b->reply + 32, "gatehouse1.4.0", 14);
	assert_int_equal(b->reply[30], 9);
	assert_int_equal(b->reply[31], 5);
	assert_int_equal(reply32(b, 12), 0x000b);
	assert_int_equal(reply32(b, 16), 5);
	assert_int_equal(reply32(b, 20), 0);
	assert_int_equal(reply32(b, 24), 1);
	pterm_handler_arm(&b->h, b->now, 10);
	ask_op(b, PTERM_HANDLER_OP_QUERY);
	assert_int_equal(reply32(b, 12), 0x0001000b);
	assert_int_equal(reply32(b, 20), 10);
}

static void
long_names_are_cut_to_fit_one_transfer(void **state)
{
	struct bench *b = *state;
	struct pterm_handler_options o = plain;

	o.app_name = "an application with a very long name indeed";
	o.app_version = "123.456.789-beta.1";
	start_with(b, &o, 0);
	ask(b, NULL, 0);
	assert_int_equal(b->call.out_len, PTERM_HANDLER_SIZE_MAX);
	assert_memory_equal(b->reply + 32,
	    "an application with 123.456.789-", 32);
	o.app_name = NULL;
	o.app_version = NULL;
	start_with(b, &o, 0);
	ask(b, NULL, 0);
	assert_int_equal(b->call.out_len, 32);
}

static void
what_is_not_ours_is_left_alone(void **state)
{
	static const char *const others[] = {
		"{\"op\":\"dfu\"}", "PtH", "PtHD\1\3\0\0", "\1", "dfu now",
	};
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		b->call = (struct pterm_handler_call){
			.in = (const uint8_t *)others[i],
			.in_len = strlen(others[i]),
			.out = b->reply,
			.out_cap = sizeof b->reply,
		};
		assert_false(pterm_handler_request(&b->h, b->now, &b->call));
	}
	run(b, 20000);
	assert_int_equal(done(b), 0);
}

static void
broken_requests_say_what_is_broken(void **state)
{
	struct bench *b = *state;
	uint8_t big[PTERM_HANDLER_SIZE_MAX + 1] =
	    { 0x50, 0x74, 0x48, 0x64, 1, PTERM_HANDLER_OP_ECHO };

	allow_remote(b);
	pterm_handler_arm(&b->h, b->now, 0);
	ask(b, "PtHd", 4);
	assert_refused(b, -280, PTERM_HANDLER_BAD_SIZE);
	ask(b, "PtHd\1\3\0", 7);
	assert_refused(b, -280, PTERM_HANDLER_BAD_SIZE);
	ask(b, "PtHd\1\3\0\0\1\0\0", 11);
	assert_refused(b, -280, PTERM_HANDLER_BAD_SIZE);
	ask(b, "PtHd\1\1\0\0\1", 9);
	assert_refused(b, -280, PTERM_HANDLER_BAD_SIZE);
	ask(b, big, sizeof big);
	assert_refused(b, -280, PTERM_HANDLER_BAD_SIZE);
	ask(b, "PtHd\2\3\0\0", 8);
	assert_refused(b, -120, PTERM_HANDLER_BAD_VERSION);
	assert_int_equal(b->reply[4], PTERM_HANDLER_VERSION);
	ask_op(b, 7);
	assert_refused(b, -120, PTERM_HANDLER_BAD_OP);
	ask_op(b, 255);
	assert_refused(b, -120, PTERM_HANDLER_BAD_OP);
	ask_number(b, PTERM_HANDLER_OP_DFU, 3600001);
	assert_refused(b, -270, PTERM_HANDLER_BAD_ARGUMENT);
	ask_number(b, PTERM_HANDLER_OP_DFU, UINT32_MAX);
	assert_refused(b, -270, PTERM_HANDLER_BAD_ARGUMENT);
	run(b, 20000);
	assert_int_equal(done(b), 0);
}

static void
echo_gives_back_what_it_got(void **state)
{
	struct bench *b = *state;
	uint8_t in[PTERM_HANDLER_SIZE_MAX] =
	    { 0x50, 0x74, 0x48, 0x64, 1, PTERM_HANDLER_OP_ECHO };

	for (size_t i = 8; i < sizeof in; i++)
		in[i] = (uint8_t)(i * 37);
	ask(b, in, sizeof in);
	assert_int_equal(b->call.result, 0);
	assert_int_equal(b->call.out_len, sizeof in);
	assert_memory_equal(b->reply, in, sizeof in);
	ask_op(b, PTERM_HANDLER_OP_ECHO);
	assert_int_equal(b->call.out_len, 8);
}

static void
too_little_room_for_the_reply_does_nothing(void **state)
{
	struct bench *b = *state;
	struct pterm_handler_call call = {
		.in = (const uint8_t *)"PtHd\1\3\0\0",
		.in_len = 8,
		.out = b->reply,
		.out_cap = sizeof b->reply - 1,
	};

	pterm_handler_arm(&b->h, b->now, 0);
	assert_true(pterm_handler_request(&b->h, b->now, &call));
	assert_int_equal(call.result, -260);
	call.out = NULL;
	call.out_cap = 64;
	assert_true(pterm_handler_request(&b->h, b->now, &call));
	assert_int_equal(call.result, -260);
	assert_int_equal(call.out_len, 0);
	run(b, 20000);
	assert_int_equal(done(b), 0);
}

static void
requests_are_refused_for_the_reason_that_holds(void **state)
{
	struct bench *b = *state;

	ask_op(b, PTERM_HANDLER_OP_DFU);
	assert_refused(b, -130, PTERM_HANDLER_DISARMED);
	ask_op(b, PTERM_HANDLER_OP_ARM);
	assert_refused(b, -130, PTERM_HANDLER_NO_REMOTE_ARM);
	allow_remote(b);
	ask_op(b, PTERM_HANDLER_OP_ARM);
	assert_int_equal(b->call.result, 0);
	assert_int_equal(reply32(b, 8), PTERM_HANDLER_ARM_S);
	ask_number(b, PTERM_HANDLER_OP_ARM, UINT32_MAX);
	assert_int_equal(reply32(b, 8), PTERM_HANDLER_ARM_MAX_S);
	ask_op(b, PTERM_HANDLER_OP_DFU);
	assert_int_equal(b->call.result, 0);
	ask_op(b, PTERM_HANDLER_OP_RESET);
	assert_refused(b, -110, PTERM_HANDLER_BUSY);
	ask_op(b, PTERM_HANDLER_OP_LOCK);
	assert_int_equal(b->call.result, 0);
	ask_op(b, PTERM_HANDLER_OP_ARM);
	assert_refused(b, -130, PTERM_HANDLER_LOCKED);
	ask_op(b, PTERM_HANDLER_OP_DFU);
	assert_refused(b, -130, PTERM_HANDLER_LOCKED);
	pterm_handler_protect(&b->h, true);
	ask_op(b, PTERM_HANDLER_OP_DFU);
	assert_refused(b, -130, PTERM_HANDLER_PROTECTED);
	ask(b, NULL, 0);
	assert_int_equal(b->call.result, 0);
	assert_int_equal(reply32(b, 12) >> 16,
	    PTERM_HANDLER_IS_LOCKED | PTERM_HANDLER_IS_PROTECTED);
}

static void
each_request_acts_once_after_its_reply(void **state)
{
	static const uint8_t ops[] = {
		PTERM_HANDLER_OP_DFU, PTERM_HANDLER_OP_RESET,
		PTERM_HANDLER_OP_SAFE_MODE,
	};
	struct bench *b = *state;

	for (size_t i = 0; i < 3; i++) {
		start_with(b, &plain, UINT32_MAX - 6000);
		pterm_handler_arm(&b->h, b->now, 0);
		ask_number(b, ops[i], 2000);
		assert_int_equal(reply32(b, 8), 2000);
		run(b, 5000);
		assert_int_equal(done(b), 0);
		pterm_handler_replied(&b->h, b->call.token, true);
		run(b, 1900);
		assert_int_equal(done(b), 0);
		run(b, 5000);
		assert_int_equal(b->did[i + 1], 1);
		assert_int_equal(done(b), 1);
	}
}

static void
a_reply_that_nobody_takes_ends_the_action(void **state)
{
	struct bench *b = *state;
	uint16_t first;

	pterm_handler_arm(&b->h, b->now, 0);
	ask_op(b, PTERM_HANDLER_OP_DFU);
	first = b->call.token;
	run(b, PTERM_HANDLER_UNREAD_MS + 100);
	assert_int_equal(done(b), 0);
	/* Too late: it is not taken for the next one's. */
	ask_op(b, PTERM_HANDLER_OP_RESET);
	assert_int_equal(b->call.result, 0);
	assert_int_not_equal(b->call.token, first);
	pterm_handler_replied(&b->h, first, true);
	run(b, 2000);
	assert_int_equal(done(b), 0);
	pterm_handler_replied(&b->h, b->call.token, true);
	run(b, 2000);
	assert_int_equal(b->did[PTERM_HANDLER_RESET], 1);
}

static void
a_cancelled_request_does_not_fire(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	ask_op(b, PTERM_HANDLER_OP_DFU);
	pterm_handler_replied(&b->h, b->call.token, false);
	run(b, 20000);
	assert_int_equal(done(b), 0);
}

static void
tokens_are_never_0(void **state)
{
	struct bench *b = *state;

	for (uint32_t i = 0; i < 70000; i++) {
		pterm_handler_arm(&b->h, b->now, 0);
		ask_op(b, PTERM_HANDLER_OP_DFU);
		assert_int_not_equal(b->call.token, 0);
		pterm_handler_replied(&b->h, b->call.token, false);
		poll(b);
	}
	assert_int_equal(done(b), 0);
}

/* Rules. */

static void
a_lock_lasts_and_drops_what_was_pending(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	assert_int_equal(pterm_handler_ask(&b->h, b->now, PTERM_HANDLER_DFU,
	    1000), 0);
	pterm_handler_lock(&b->h);
	run(b, 5000);
	assert_int_equal(done(b), 0);
	assert_false(pterm_handler_arm(&b->h, b->now, 0));
	press(b, 5000);
	run(b, 1000);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
	assert_int_equal(pterm_handler_ask(&b->h, b->now, PTERM_HANDLER_DFU,
	    0), -130);
}

static void
protection_that_comes_drops_what_was_pending(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	pterm_handler_ask(&b->h, b->now, PTERM_HANDLER_DFU, 1000);
	pterm_handler_protect(&b->h, true);
	run(b, 5000);
	pterm_handler_protect(&b->h, false);
	run(b, 5000);
	assert_int_equal(done(b), 0);
	assert_false(pterm_handler_is_armed(&b->h, b->now));
	assert_true(pterm_handler_arm(&b->h, b->now, 0));
}

static void
what_was_accepted_in_time_outlives_the_arming(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 2);
	assert_int_equal(pterm_handler_ask(&b->h, b->now, PTERM_HANDLER_DFU,
	    5000), 0);
	run(b, 6000);
	assert_int_equal(b->did[PTERM_HANDLER_DFU], 1);
}

static void
the_next_start_knows_what_the_last_one_did(void **state)
{
	struct bench *b = *state;

	pterm_handler_arm(&b->h, b->now, 0);
	cloud(b, "now");
	run(b, 2000);
	for (unsigned start = 0; start < 2; start++) {
		pterm_handler_init(&b->h, &plain, &b->kept, 0, false);
		ask(b, NULL, 0);
		assert_int_equal(reply32(b, PTERM_HANDLER_AT_BOOTS),
		    2 + start);
		assert_int_equal(b->reply[PTERM_HANDLER_AT_ACTION],
		    start == 0 ? PTERM_HANDLER_DFU : PTERM_HANDLER_NONE);
		assert_int_equal(b->reply[PTERM_HANDLER_AT_SOURCE],
		    start == 0 ? PTERM_HANDLER_FROM_CLOUD :
		    PTERM_HANDLER_FROM_NOBODY);
	}
	memset(&b->kept, 0xa5, sizeof b->kept);
	pterm_handler_init(&b->h, &plain, &b->kept, 0, false);
	ask(b, NULL, 0);
	assert_int_equal(reply32(b, PTERM_HANDLER_AT_BOOTS), 1);
	pterm_handler_init(&b->h, &plain, NULL, 0, false);
	ask(b, NULL, 0);
	assert_int_equal(reply32(b, PTERM_HANDLER_AT_BOOTS), 0);
}

/* Interrupt against process(): both at once, on two threads. */

struct race {
	struct pterm_handler	 h;
	uint32_t		 now;	/* atomic */
	int			 is_down;
	bool			 is_over;
};

static void *
race_interrupts(void *arg)
{
	struct race *r = arg;
	uint32_t seed = 3;

	for (int i = 0; i < 100000; i++) {
		uint32_t now = __atomic_add_fetch(&r->now,
		    1 + dice(&seed, 120), __ATOMIC_SEQ_CST);
		bool is_down = !__atomic_load_n(&r->is_down, __ATOMIC_SEQ_CST);

		__atomic_store_n(&r->is_down, is_down, __ATOMIC_SEQ_CST);
		pterm_handler_edge(&r->h, now, is_down);
		pterm_handler_replied(&r->h, (uint16_t)i, (i & 1) != 0);
	}
	__atomic_store_n(&r->is_over, true, __ATOMIC_SEQ_CST);
	return NULL;
}

/* No press is long enough to be a hold, so whatever the races do, nothing may
 * be armed by them and nothing act. */
static void
an_interrupt_at_any_moment_does_no_harm(void **state)
{
	static struct race r;
	pthread_t thread;

	(void)state;
	pterm_handler_init(&r.h, &plain, NULL, 0, false);
	assert_int_equal(pthread_create(&thread, NULL, race_interrupts, &r),
	    0);
	while (!__atomic_load_n(&r.is_over, __ATOMIC_SEQ_CST)) {
		bool is_down = __atomic_load_n(&r.is_down, __ATOMIC_SEQ_CST);
		uint32_t now = __atomic_load_n(&r.now, __ATOMIC_SEQ_CST);

		if (pterm_handler_process(&r.h, now, is_down) !=
		    PTERM_HANDLER_NONE)
			break;
	}
	pthread_join(thread, NULL);
	assert_true(r.is_over);
	assert_false(pterm_handler_is_armed(&r.h, r.now));
}

/* An edge between any two things that process() reads is as good as an edge
 * before or after it: presses come out the same wherever loop() stands. */
static void
presses_count_the_same_wherever_loop_stands(void **state)
{
	struct bench *b = *state;

	for (uint32_t shift = 0; shift < 200; shift++) {
		start_with(b, &plain, 1000 + shift);
		pterm_handler_arm(&b->h, b->now, 0);
		run_by(b, 400, 200);
		b->now += shift;
		turn(b, true);
		b->now += 90;
		if (shift % 2 == 0)
			poll(b);
		turn(b, false);
		if (shift % 3 == 0)
			poll(b);
		run_by(b, 2000, 50);
		assert_int_equal(b->did[PTERM_HANDLER_DFU], 1);
		assert_int_equal(done(b), 1);
	}
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(a_press_does_nothing_while_disarmed),
		TEST(holding_arms_for_a_time),
		TEST(one_press_and_two_mean_different_things),
		TEST(three_presses_mean_nothing),
		TEST(holding_may_act_at_once),
		TEST(a_button_down_at_the_start_counts_once_released),
		TEST(a_stuck_button_that_rattles_stays_ignored),
		TEST(bouncing_contacts_are_one_press),
		TEST(random_bounces_with_any_loop_are_one_press),
		TEST(short_spikes_are_no_press),
		TEST(presses_in_one_long_loop_are_told_apart),
		TEST(a_hold_in_one_long_loop_arms),
		TEST(presses_far_apart_are_no_hold),
		TEST(more_edges_than_room_count_for_nothing),
		TEST(presses_that_did_not_fit_make_no_others),
		TEST(a_lost_edge_does_not_matter),
		TEST(a_level_read_wrongly_is_no_hold),
		TEST(without_a_button_the_level_means_nothing),
		TEST(everything_works_across_the_wrap_of_the_clock),
		TEST(arming_does_not_come_back_with_the_clock),
		TEST(uptime_goes_on_past_the_wrap),
		TEST(the_cloud_is_refused_while_disarmed_or_not_allowed),
		TEST(the_cloud_words_mean_what_they_say),
		TEST(the_cloud_may_cancel_and_lock),
		TEST(the_query_is_a_request_of_size_0),
		TEST(long_names_are_cut_to_fit_one_transfer),
		TEST(what_is_not_ours_is_left_alone),
		TEST(broken_requests_say_what_is_broken),
		TEST(echo_gives_back_what_it_got),
		TEST(too_little_room_for_the_reply_does_nothing),
		TEST(requests_are_refused_for_the_reason_that_holds),
		TEST(each_request_acts_once_after_its_reply),
		TEST(a_reply_that_nobody_takes_ends_the_action),
		TEST(a_cancelled_request_does_not_fire),
		TEST(tokens_are_never_0),
		TEST(a_lock_lasts_and_drops_what_was_pending),
		TEST(protection_that_comes_drops_what_was_pending),
		TEST(what_was_accepted_in_time_outlives_the_arming),
		TEST(the_next_start_knows_what_the_last_one_did),
		TEST(an_interrupt_at_any_moment_does_no_harm),
		TEST(presses_count_the_same_wherever_loop_stands),
	};

	return cmocka_run_group_tests_name("handler core", tests, NULL, NULL);
}
