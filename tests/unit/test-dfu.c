/* DFU walks, fed with what the bootloaders answer, and DfuSe strings. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "particle/dfu.h"
#include "particle/dfuse.h"
#include "particle/platform.h"
#include "../support/wire.h"

#define GETSTATUS	"a1 03 0000 0000 0006"
#define CLRSTATUS	"21 04 0000 0000 0000"
#define ABORT		"21 06 0000 0000 0000"
#define LIST		"a1 02 0000 0000 0040"
#define LEAVE		"21 01 0002 0000 0000"
#define SAFE_MODE	"21 01 0000 0000 0001 fa"

#define IDLE		"000000000200"
#define BUSY		"000000000400"
#define DNLOAD_SYNC	"000000000300"
#define DNLOAD_IDLE	"000000000500"
#define MANIFEST	"000000000700"
#define WAIT_RESET	"000000000800"
#define UPLOAD_IDLE	"000000000900"
#define ERROR_UNKNOWN	"0e0000000a00"
#define ERROR_PROTECTED	"0b0000000a0a"

static const char *
next(struct dfu *d)
{
	static char text[256];
	struct ctrl_step step;

	for (;;) {
		dfu_next(d, &step);
		if (step.kind == CTRL_STEP_DONE)
			return "";
		if (step.kind == CTRL_STEP_TRANSFER)
			break;
		dfu_waited(d);
	}
	return wire_text(text, sizeof text, &step.setup, step.out);
}

static void
answer(struct dfu *d, const char *hex)
{
	struct wire_bytes bytes;

	wire_hex(&bytes, hex);
	dfu_reply(d, USB_OK, bytes.data, bytes.len);
}

/* Expects a request and answers it; NULL stalls. */
static void
turn(struct dfu *d, const char *request, const char *reply)
{
	assert_string_equal(next(d), request);
	if (reply == NULL)
		dfu_reply(d, USB_STALL, NULL, 0);
	else
		answer(d, reply);
}

static void
ended(struct dfu *d, enum dfu_outcome outcome)
{
	assert_string_equal(next(d), "");
	assert_int_equal(d->outcome, outcome);
}

static void
leaving_gen_3_stops_at_manifest(void **state)
{
	struct dfu d;

	(void)state;
	dfu_init(&d, DFU_LEAVE, 0);
	turn(&d, GETSTATUS, IDLE);
	turn(&d, LEAVE, "");
	turn(&d, GETSTATUS, MANIFEST);
	ended(&d, DFU_DONE);
	assert_int_equal(dfu_error(&d, NULL), 0);
}

static void
leaving_gen_2_stops_at_dnload_idle_or_wait_reset(void **state)
{
	struct dfu d;

	(void)state;
	dfu_init(&d, DFU_LEAVE, 0);
	turn(&d, GETSTATUS, DNLOAD_IDLE);
	turn(&d, LEAVE, "");
	turn(&d, GETSTATUS, DNLOAD_IDLE);
	ended(&d, DFU_DONE);

	dfu_init(&d, DFU_LEAVE, 0);
	turn(&d, GETSTATUS, WAIT_RESET);	/* it is on its way already */
	ended(&d, DFU_DONE);
}

static void
device_that_left_before_its_last_status_has_left(void **state)
{
	static const enum usb_status ends[] = { USB_GONE, USB_ERROR };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dfu d;

		dfu_init(&d, DFU_LEAVE, 0);
		turn(&d, GETSTATUS, IDLE);
		turn(&d, LEAVE, "");
		assert_string_equal(next(&d), GETSTATUS);
		dfu_reply(&d, ends[i], NULL, 0);
		ended(&d, DFU_DONE);

		dfu_init(&d, DFU_LEAVE, 0);
		assert_string_equal(next(&d), GETSTATUS);
		dfu_reply(&d, ends[i], NULL, 0);
		ended(&d, i == 0 ? DFU_GONE : DFU_IO);
	}
}

static void
whatever_was_left_behind_is_cleared_first(void **state)
{
	struct dfu d;

	(void)state;
	dfu_init(&d, DFU_GO_IDLE, 0);
	turn(&d, GETSTATUS, ERROR_UNKNOWN);
	turn(&d, CLRSTATUS, "");
	turn(&d, GETSTATUS, IDLE);
	ended(&d, DFU_DONE);

	dfu_init(&d, DFU_GO_IDLE, 0);
	turn(&d, GETSTATUS, UPLOAD_IDLE);
	turn(&d, ABORT, "");
	turn(&d, GETSTATUS, IDLE);
	ended(&d, DFU_DONE);

	dfu_init(&d, DFU_GO_IDLE, 0);
	turn(&d, GETSTATUS, BUSY);
	turn(&d, GETSTATUS, DNLOAD_IDLE);
	turn(&d, ABORT, "");
	turn(&d, GETSTATUS, IDLE);
	ended(&d, DFU_DONE);

	/* ABORT met an error that nobody knew of. */
	dfu_init(&d, DFU_LEAVE, 0);
	turn(&d, GETSTATUS, DNLOAD_SYNC);
	turn(&d, ABORT, NULL);
	turn(&d, GETSTATUS, ERROR_UNKNOWN);
	turn(&d, CLRSTATUS, "");
	turn(&d, GETSTATUS, IDLE);
	turn(&d, LEAVE, "");
	turn(&d, GETSTATUS, MANIFEST);
	ended(&d, DFU_DONE);
}

static void
one_stall_to_spare_does_no_harm(void **state)
{
	struct dfu d;

	(void)state;
	dfu_init(&d, DFU_LEAVE, 0);
	turn(&d, GETSTATUS, NULL);
	turn(&d, GETSTATUS, ERROR_UNKNOWN);
	turn(&d, CLRSTATUS, NULL);
	turn(&d, GETSTATUS, IDLE);
	turn(&d, LEAVE, NULL);
	turn(&d, GETSTATUS, IDLE);
	turn(&d, LEAVE, "");
	turn(&d, GETSTATUS, MANIFEST);
	ended(&d, DFU_DONE);
}

static void
stalls_for_ever_end_in_a_refusal(void **state)
{
	struct dfu d;
	struct error err;

	(void)state;
	dfu_init(&d, DFU_GO_IDLE, 0);
	for (int i = 0; *next(&d) != '\0'; i++) {
		assert_true(i < 10);
		dfu_reply(&d, USB_STALL, NULL, 0);
	}
	assert_int_equal(d.outcome, DFU_REFUSED);
	assert_int_equal(dfu_error(&d, &err), -1);
	assert_int_equal(err.code, ERROR_STALL);
}

static void
every_walk_ends(void **state)
{
	static const char *const replies[] = {
		IDLE, BUSY, DNLOAD_SYNC, DNLOAD_IDLE, UPLOAD_IDLE,
		ERROR_UNKNOWN, "ffffffffffff", "00",
	};

	(void)state;
	for (int goal = DFU_GO_IDLE; goal <= DFU_SAFE_MODE; goal++) {
		for (size_t i = 0; i < sizeof replies / sizeof replies[0];
		    i++) {
			struct dfu d;
			int n = 0;

			dfu_init(&d, (enum dfu_goal)goal, 0);
			while (*next(&d) != '\0') {
				answer(&d, replies[i]);
				assert_true(++n <= 100);
			}
			assert_int_not_equal(d.outcome, DFU_RUNNING);
		}
	}
}

static void
safe_mode_is_asked_for_only_where_it_is_listed(void **state)
{
	struct dfu d;
	struct error err;

	(void)state;
	dfu_init(&d, DFU_SAFE_MODE, 0);
	turn(&d, GETSTATUS, IDLE);
	turn(&d, LIST, "002141fafb");
	turn(&d, SAFE_MODE, "");
	turn(&d, GETSTATUS, BUSY);
	turn(&d, GETSTATUS, MANIFEST);
	ended(&d, DFU_DONE);

	dfu_init(&d, DFU_SAFE_MODE, 0);
	turn(&d, GETSTATUS, IDLE);
	turn(&d, LIST, "002141");
	ended(&d, DFU_UNSUPPORTED);
	assert_int_equal(dfu_error(&d, &err), -1);
	assert_int_equal(err.code, ERROR_UNSUPPORTED);
}

static void
commands_are_listed(void **state)
{
	struct dfu d;

	(void)state;
	dfu_init(&d, DFU_COMMANDS, 0);
	turn(&d, GETSTATUS, DNLOAD_IDLE);
	turn(&d, ABORT, "");
	turn(&d, GETSTATUS, IDLE);
	turn(&d, LIST, "002141fafb");
	ended(&d, DFU_DONE);
	assert_int_equal(d.command_count, 5);
	assert_true(dfu_has_command(&d, DFUSE_END_SERVICE));
	assert_false(dfu_has_command(&d, 0x92));
}

static void
protected_device_says_so(void **state)
{
	struct dfu d;
	struct error err;

	(void)state;
	dfu_init(&d, DFU_LEAVE, 0);
	turn(&d, GETSTATUS, IDLE);
	turn(&d, LEAVE, "");
	turn(&d, GETSTATUS, ERROR_PROTECTED);
	ended(&d, DFU_REFUSED);
	assert_int_equal(dfu_error(&d, &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_int_equal(d.last.string, 10);
}

static void
poll_time_is_what_the_device_says(void **state)
{
	struct dfu d;
	struct ctrl_step step;

	(void)state;
	dfu_init(&d, DFU_GO_IDLE, 0);
	turn(&d, GETSTATUS, "00f401000400");	/* 500 ms */
	dfu_next(&d, &step);
	assert_int_equal(step.kind, CTRL_STEP_WAIT);
	assert_int_equal(step.wait_ms, 500);
	dfu_waited(&d);
	turn(&d, GETSTATUS, "00ffffff0400");	/* 4.7 hours: no */
	dfu_next(&d, &step);
	assert_int_equal(step.kind, CTRL_STEP_WAIT);
	assert_true(step.wait_ms <= 5000);
}

static void
states_and_statuses_have_words(void **state)
{
	(void)state;
	assert_string_equal(dfu_state_name(2), "dfuIDLE");
	assert_null(dfu_state_name(11));
	assert_string_equal(dfu_status_text(4), "erasing failed");
	assert_string_equal(dfu_status_text(15), "unexpected request");
	assert_null(dfu_status_text(16));
}

static void
memory_map_is_read(void **state)
{
	struct dfuse_map map;
	const struct dfuse_segment *s;

	(void)state;
	assert_int_equal(dfuse_map_parse(&map, "@Internal Flash   /0x08000000/"
	    "03*016Ka,01*016Kg,01*064Kg,07*128Kg", NULL), 0);
	assert_string_equal(map.name, "Internal Flash");
	assert_int_equal(map.count, 4);
	assert_int_equal(map.segments[0].access, DFUSE_READABLE);
	s = dfuse_map_find(&map, 0x080a0000);
	assert_non_null(s);
	assert_int_equal(s->start, 0x08020000);
	assert_int_equal(s->sector_size, 128 * 1024);
	assert_int_equal(s->access,
	    DFUSE_READABLE | DFUSE_ERASABLE | DFUSE_WRITABLE);
	assert_int_equal(dfuse_segment_end(s), 0x08100000);
	assert_null(dfuse_map_find(&map, 0x08100000));
	assert_null(dfuse_map_find(&map, 0x07ffffff));
}

static void
memory_map_may_have_several_groups(void **state)
{
	struct dfuse_map map;

	(void)state;
	assert_int_equal(dfuse_map_parse(&map,
	    "@Two/0x0/1*4Ba/0x80000000/2*1Mg,1*16 e", NULL), 0);
	assert_int_equal(map.count, 3);
	assert_int_equal(map.segments[1].start, 0x80000000u);
	assert_int_equal(map.segments[2].start, 0x80200000u);
	assert_int_equal(map.segments[2].sector_size, 16);
}

static void
memory_maps_of_all_platforms_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < platform_count; i++) {
		const struct platform_dfu *dfu = &platforms[i].dfu;

		for (uint8_t a = 0; a < dfu->alt_count; a++) {
			struct dfuse_map map;

			assert_int_equal(dfuse_map_parse(&map, dfu->alts[a],
			    NULL), 0);
			assert_false(dfuse_map_is_protected(&map));
		}
	}
}

static void
hostile_memory_maps_are_refused(void **state)
{
	static const char *const maps[] = {
		"", "@", "Internal Flash/0x0/1*1Ka", "@x", "@x/", "@x/0x",
		"@x/0x0", "@x/0x0/", "@x/0x0/1", "@x/0x0/1*", "@x/0x0/1*1K",
		"@x/0x0/1*1Kh", "@x/0x0/0*1Ka", "@x/0x0/1*0Ka",
		"@x/0x100000000/1*1Ka", "@x/0x0/4294967296*1Ka",
		"@x/0x0/4294967295*4294967295Ma", "@x/0xffffffff/2*1Ba",
		"@x/0xfffffc00/1*1Ka,1*1Ka", "@x/0x0/1*4194304Ka",
		"@x/0x0/1*1Ka,", "@x/0x0/1*1Ka/", "@x/0x0/1*1Kajunk",
		"@x/0x0/-1*1Ka",
		("@0123456789012345678901234567890123456789"
		    "012345678901234567890123456789/0x0/1*1Ka"),
	};
	struct dfuse_map map;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
		if (dfuse_map_parse(&map, maps[i], &err) == 0)
			fail_msg("accepted: %s", maps[i]);
		assert_int_equal(err.code, ERROR_PROTOCOL);
		assert_int_equal(map.count, 0);
	}
	assert_int_equal(dfuse_map_parse(&map, "@x/0xfffffc00/1*1Ka", NULL),
	    0);			/* up to the very end is fine */
}

static void
erase_only_means_protected(void **state)
{
	struct dfuse_map map;

	(void)state;
	assert_int_equal(dfuse_map_parse(&map,
	    "@Internal Flash   /0x08000000/2048*004Kb,1*4Kb", NULL), 0);
	assert_true(dfuse_map_is_protected(&map));
	assert_int_equal(dfuse_map_parse(&map,
	    "@Internal Flash   /0x08000000/2048*004Kb,1*4Ka", NULL), 0);
	assert_false(dfuse_map_is_protected(&map));
}

static void
state_string_is_read(void **state)
{
	(void)state;
	assert_int_equal(dfuse_state_parse("sm=o"), DFUSE_STATE_OPEN);
	assert_int_equal(dfuse_state_parse("sm=p;x=1"),
	    DFUSE_STATE_PROTECTED);
	assert_int_equal(dfuse_state_parse("x=1;sm=s;"), DFUSE_STATE_SERVICE);
	assert_int_equal(dfuse_state_parse("sm=z"), DFUSE_STATE_UNKNOWN);
	assert_int_equal(dfuse_state_parse("sm="), DFUSE_STATE_UNKNOWN);
	assert_int_equal(dfuse_state_parse("xsm=p"), DFUSE_STATE_UNKNOWN);
	assert_int_equal(dfuse_state_parse(";;;"), DFUSE_STATE_UNKNOWN);
	assert_int_equal(dfuse_state_parse(""), DFUSE_STATE_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaving_gen_3_stops_at_manifest),
		cmocka_unit_test(
		    leaving_gen_2_stops_at_dnload_idle_or_wait_reset),
		cmocka_unit_test(
		    device_that_left_before_its_last_status_has_left),
		cmocka_unit_test(whatever_was_left_behind_is_cleared_first),
		cmocka_unit_test(one_stall_to_spare_does_no_harm),
		cmocka_unit_test(stalls_for_ever_end_in_a_refusal),
		cmocka_unit_test(every_walk_ends),
		cmocka_unit_test(
		    safe_mode_is_asked_for_only_where_it_is_listed),
		cmocka_unit_test(commands_are_listed),
		cmocka_unit_test(protected_device_says_so),
		cmocka_unit_test(poll_time_is_what_the_device_says),
		cmocka_unit_test(states_and_statuses_have_words),
		cmocka_unit_test(memory_map_is_read),
		cmocka_unit_test(memory_map_may_have_several_groups),
		cmocka_unit_test(memory_maps_of_all_platforms_are_read),
		cmocka_unit_test(hostile_memory_maps_are_refused),
		cmocka_unit_test(erase_only_means_protected),
		cmocka_unit_test(state_string_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
