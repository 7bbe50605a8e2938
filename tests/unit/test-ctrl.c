/* The control channel, fed with what Device OS 6.2.0 answers. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "particle/ctrl-msg.h"
#include "particle/ctrl-result.h"
#include "particle/ctrl.h"
#include "../support/wire.h"

#define INIT_72		"c0 01 0000 0048 0040"
#define INIT_40		"c0 01 0000 0028 0040"
#define CHECK_1		"c0 02 0000 0001 0040"
#define RESET_1		"c0 05 0000 0001 0040"
#define RESET_ALL	"c0 05 0000 0000 0040"
#define ACCEPTED	"03000000 0000 0100"
#define ACCEPTED_LATER	"03000000 0200 0100"
#define PENDING		"01000000 0200"
#define READY		"01000000 0000"
#define BUSY		"01000000 0300"
#define NO_MEMORY	"01000000 0400"
#define NOT_FOUND	"01000000 0500"
#define DONE		"09000000 0000 00000000"

static void
begin(struct ctrl *c, uint16_t type)
{
	ctrl_init(c, &(struct ctrl_request){
		.type = type,
		.repeatable = ctrl_type_is_repeatable(type),
	});
}

/* The next transfer, pauses skipped; "" at the end. */
static const char *
next(struct ctrl *c)
{
	static char text[256];
	struct ctrl_step step;

	for (;;) {
		ctrl_next(c, &step);
		if (step.kind == CTRL_STEP_DONE)
			return "";
		if (step.kind == CTRL_STEP_TRANSFER)
			break;
		assert_true(step.wait_ms > 0);
		ctrl_waited(c);
	}
	assert_true(step.timeout_ms > 0);
	return wire_text(text, sizeof text, &step.setup, step.out);
}

static void
answer(struct ctrl *c, const char *hex)
{
	struct wire_bytes bytes;

	wire_hex(&bytes, hex);
	ctrl_reply(c, USB_OK, bytes.data, bytes.len);
}

static void
ended(struct ctrl *c, enum ctrl_outcome outcome)
{
	assert_string_equal(next(c), "");
	assert_int_equal(c->outcome, outcome);
}

static void
request_without_reply_ends_with_its_check(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_RESET);
	assert_string_equal(next(&c), INIT_40);
	answer(&c, ACCEPTED);
	assert_true(c.accepted);
	assert_string_equal(next(&c), CHECK_1);
	answer(&c, PENDING);
	assert_string_equal(next(&c), CHECK_1);
	answer(&c, DONE);
	ended(&c, CTRL_ANSWERED);
	assert_int_equal(c.result, 0);
	assert_int_equal(c.reply.len, 0);
	assert_int_equal(ctrl_error(&c, NULL), 0);
	ctrl_fini(&c);
}

static void
reply_is_read_in_exact_length(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	answer(&c, "0d000000 0000 02000000 00000000");
	assert_string_equal(next(&c), "c0 04 0000 0001 0002");
	answer(&c, "0801");
	ended(&c, CTRL_ANSWERED);
	assert_int_equal(c.reply.len, 2);
	assert_memory_equal(c.reply.data, "\x08\x01", 2);
	ctrl_fini(&c);
}

static void
long_replies_come_in_pieces_of_4096(void **state)
{
	static uint8_t piece[CTRL_CHUNK_MAX];
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_MODULE_INFO);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	answer(&c, "0d000000 0000 204e0000 00000000");	/* 20000 */
	for (int i = 0; i < 4; i++) {
		assert_string_equal(next(&c), "c0 04 0000 0001 1000");
		ctrl_reply(&c, USB_OK, piece, sizeof piece);
	}
	assert_string_equal(next(&c), "c0 04 0000 0001 0e20");
	ctrl_reply(&c, USB_OK, piece, 3616);
	ended(&c, CTRL_ANSWERED);
	assert_int_equal(c.reply.len, 20000);
	ctrl_fini(&c);
}

static void
piece_of_wrong_length_is_nonsense_and_frees_the_slot(void **state)
{
	struct ctrl c;
	struct error err;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	answer(&c, "0d000000 0000 02000000 00000000");
	next(&c);
	answer(&c, "08");
	assert_string_equal(next(&c), RESET_1);
	answer(&c, READY);
	ended(&c, CTRL_PROTOCOL);
	assert_int_equal(ctrl_error(&c, &err), -1);
	assert_int_equal(err.code, ERROR_PROTOCOL);
	ctrl_fini(&c);
}

static void
reply_that_is_too_long_is_refused(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	answer(&c, "0d000000 0000 ffffffff 00000000");
	assert_string_equal(next(&c), RESET_1);
	ctrl_reply(&c, USB_TIMEOUT, NULL, 0);
	ended(&c, CTRL_PROTOCOL);
	ctrl_fini(&c);
}

static void
small_payload_is_sent_at_once(void **state)
{
	struct ctrl c;

	(void)state;
	ctrl_init(&c, &(struct ctrl_request){
		.type = CTRL_ECHO, .payload = "hello", .len = 5,
	});
	assert_string_equal(next(&c), "c0 01 0005 0001 0040");
	answer(&c, ACCEPTED);
	assert_string_equal(next(&c), "40 03 0000 0001 0005 68656c6c6f");
	ctrl_reply(&c, USB_OK, NULL, 5);
	assert_string_equal(next(&c), CHECK_1);
	answer(&c, DONE);
	ended(&c, CTRL_ANSWERED);
	ctrl_fini(&c);
}

static void
large_payload_waits_for_room_and_goes_in_chunks(void **state)
{
	static uint8_t payload[20000];
	struct ctrl c;
	const char *text;

	(void)state;
	ctrl_init(&c, &(struct ctrl_request){
		.type = CTRL_ECHO, .payload = payload, .len = sizeof payload,
	});
	assert_string_equal(next(&c), "c0 01 4e20 0001 0040");
	answer(&c, ACCEPTED_LATER);
	assert_string_equal(next(&c), CHECK_1);
	answer(&c, PENDING);
	assert_string_equal(next(&c), CHECK_1);
	answer(&c, READY);
	for (int i = 0; i < 5; i++) {
		text = next(&c);
		assert_memory_equal(text, i < 4 ? "40 03 0000 0001 1000"
		    : "40 03 0000 0001 0e20", 20);
		ctrl_reply(&c, USB_OK, NULL, 0);
	}
	assert_string_equal(next(&c), CHECK_1);
	answer(&c, DONE);
	ended(&c, CTRL_ANSWERED);
	ctrl_fini(&c);
}

static void
payload_that_got_lost_is_noticed(void **state)
{
	struct ctrl c;

	(void)state;
	ctrl_init(&c, &(struct ctrl_request){
		.type = CTRL_ECHO, .payload = "hello", .len = 5,
	});
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	ctrl_reply(&c, USB_OK, NULL, 5);
	next(&c);
	answer(&c, READY);		/* still waits for the payload */
	assert_string_equal(next(&c), RESET_1);
	answer(&c, READY);
	ended(&c, CTRL_PROTOCOL);
	ctrl_fini(&c);
}

static void
refused_payload_is_explained_by_a_check(void **state)
{
	static uint8_t payload[100];
	struct ctrl c;

	(void)state;
	ctrl_init(&c, &(struct ctrl_request){
		.type = CTRL_ECHO, .payload = payload, .len = sizeof payload,
	});
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	ctrl_reply(&c, USB_STALL, NULL, 0);
	assert_string_equal(next(&c), CHECK_1);
	answer(&c, NOT_FOUND);
	ended(&c, CTRL_LOST);
	ctrl_fini(&c);
}

static void
no_memory_for_the_payload_frees_the_slot(void **state)
{
	static uint8_t payload[100];
	struct ctrl c;

	(void)state;
	ctrl_init(&c, &(struct ctrl_request){
		.type = CTRL_ECHO, .payload = payload, .len = sizeof payload,
	});
	next(&c);
	answer(&c, ACCEPTED_LATER);
	next(&c);
	answer(&c, NO_MEMORY);
	assert_string_equal(next(&c), RESET_1);
	answer(&c, READY);
	ended(&c, CTRL_NO_MEMORY);
	ctrl_fini(&c);
}

static void
stalled_init_means_not_supported(void **state)
{
	struct ctrl c;
	struct error err;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	ctrl_reply(&c, USB_STALL, NULL, 0);
	ended(&c, CTRL_UNSUPPORTED);
	assert_false(c.accepted);
	assert_int_equal(ctrl_error(&c, &err), -1);
	assert_int_equal(err.code, ERROR_UNSUPPORTED);
	ctrl_fini(&c);
}

/* How many INITs a device that is always busy sees before the next other
 * transfer, which is returned. */
static const char *
stay_busy(struct ctrl *c, const char *reply, int *inits)
{
	const char *text;

	*inits = 0;
	while (strcmp(text = next(c), INIT_72) == 0) {
		answer(c, reply);
		(*inits)++;
	}
	return text;
}

static void
busy_device_is_asked_again_and_others_are_left_alone(void **state)
{
	struct ctrl c;
	int inits;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	assert_string_equal(stay_busy(&c, BUSY, &inits), "");
	assert_true(inits >= 4);
	assert_int_equal(c.outcome, CTRL_BUSY);
	ctrl_fini(&c);
}

static void
leaked_slots_are_reset_once_where_nothing_of_ours_runs(void **state)
{
	struct ctrl c;
	int inits;

	(void)state;
	ctrl_init(&c, &(struct ctrl_request){
		.type = CTRL_GET_DEVICE_MODE, .alone = true,
	});
	assert_string_equal(stay_busy(&c, NO_MEMORY, &inits), RESET_ALL);
	assert_true(inits >= 4);
	answer(&c, READY);
	assert_string_equal(next(&c), INIT_72);
	answer(&c, ACCEPTED);
	assert_string_equal(next(&c), CHECK_1);
	answer(&c, DONE);
	ended(&c, CTRL_ANSWERED);
	ctrl_fini(&c);

	ctrl_init(&c, &(struct ctrl_request){
		.type = CTRL_GET_DEVICE_MODE, .alone = true,
	});
	assert_string_equal(stay_busy(&c, BUSY, &inits), RESET_ALL);
	answer(&c, READY);
	assert_string_equal(stay_busy(&c, BUSY, &inits), "");
	assert_int_equal(c.outcome, CTRL_BUSY);
	ctrl_fini(&c);
}

static void
request_cancelled_by_another_program_is_repeated_once(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	answer(&c, NOT_FOUND);
	assert_string_equal(next(&c), INIT_72);
	answer(&c, "03000000 0000 0200");
	assert_string_equal(next(&c), "c0 02 0000 0002 0040");
	answer(&c, NOT_FOUND);
	ended(&c, CTRL_LOST);
	ctrl_fini(&c);
}

static void
request_that_must_not_be_repeated_is_reported_as_lost(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_APP_CUSTOM);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	answer(&c, NOT_FOUND);
	ended(&c, CTRL_LOST);
	ctrl_fini(&c);
}

static void
device_that_leaves_after_accepting_is_told_apart(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_RESET);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	ctrl_reply(&c, USB_GONE, NULL, 0);
	ended(&c, CTRL_GONE);
	assert_true(c.accepted);
	ctrl_fini(&c);

	begin(&c, CTRL_RESET);
	next(&c);
	ctrl_reply(&c, USB_GONE, NULL, 0);
	ended(&c, CTRL_GONE);
	assert_false(c.accepted);
	ctrl_fini(&c);
}

static void
timeout_of_a_transfer_frees_the_slot(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	ctrl_reply(&c, USB_TIMEOUT, NULL, 0);
	assert_string_equal(next(&c), RESET_1);
	ctrl_reply(&c, USB_TIMEOUT, NULL, 0);
	ended(&c, CTRL_TIMEOUT);
	ctrl_fini(&c);
}

static void
broken_check_is_repeated_but_not_for_ever(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	answer(&c, ACCEPTED);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(next(&c), CHECK_1);
		ctrl_reply(&c, USB_ERROR, NULL, 0);
	}
	assert_string_equal(next(&c), RESET_1);
	answer(&c, READY);
	ended(&c, CTRL_IO);
	ctrl_fini(&c);
}

static void
device_whose_transfers_break_as_it_leaves_has_left(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_RESET);
	next(&c);
	answer(&c, ACCEPTED);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(next(&c), CHECK_1);
		ctrl_reply(&c, USB_ERROR, NULL, 0);
	}
	assert_string_equal(next(&c), RESET_1);
	ctrl_reply(&c, USB_GONE, NULL, 0);
	ended(&c, CTRL_GONE);
	assert_true(c.accepted);
	ctrl_fini(&c);
}

static void
abort_while_checking_frees_the_slot(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	answer(&c, PENDING);
	ctrl_abort(&c);			/* while it waits for the next CHECK */
	assert_string_equal(next(&c), RESET_1);
	answer(&c, READY);
	ended(&c, CTRL_ABORTED);
	ctrl_fini(&c);
}

static void
abort_waits_for_the_id_that_init_brings(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	ctrl_abort(&c);			/* INIT is in flight */
	answer(&c, ACCEPTED);
	assert_string_equal(next(&c), RESET_1);
	answer(&c, READY);
	ended(&c, CTRL_ABORTED);
	ctrl_fini(&c);
}

static void
abort_before_the_start_sends_nothing(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	ctrl_abort(&c);
	ended(&c, CTRL_ABORTED);
	ctrl_fini(&c);
}

static void
abort_reads_a_half_read_reply_to_its_end(void **state)
{
	static uint8_t piece[CTRL_CHUNK_MAX];
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_MODULE_INFO);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	answer(&c, "0d000000 0000 00200000 00000000");
	next(&c);
	ctrl_reply(&c, USB_OK, piece, sizeof piece);
	ctrl_abort(&c);
	assert_string_equal(next(&c), "c0 04 0000 0001 1000");
	ctrl_reply(&c, USB_OK, piece, sizeof piece);
	ended(&c, CTRL_ANSWERED);
	ctrl_fini(&c);
}

static void
id_0_is_never_reset(void **state)
{
	struct ctrl c;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	answer(&c, "03000000 0000 0000");
	next(&c);
	answer(&c, PENDING);
	ctrl_abort(&c);
	ended(&c, CTRL_ABORTED);
	ctrl_fini(&c);
}

static void
garbage_is_no_reply(void **state)
{
	static const char *const garbage[] = {
		"", "03", "0300000000", "000000000000", "030000000000",
		"01000000 0000", "03000000 0900 0100",
	};

	(void)state;
	for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
		struct ctrl c;

		begin(&c, CTRL_GET_DEVICE_MODE);
		next(&c);
		answer(&c, garbage[i]);
		ended(&c, CTRL_PROTOCOL);
		ctrl_fini(&c);
	}
}

static void
back_off_grows_to_a_second(void **state)
{
	struct ctrl c;
	struct ctrl_step step;
	unsigned last = 0;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	answer(&c, ACCEPTED);
	for (int i = 0; i < 40; i++) {
		ctrl_next(&c, &step);
		assert_int_equal(step.kind, CTRL_STEP_WAIT);
		assert_true(step.wait_ms >= last);
		last = step.wait_ms;
		ctrl_waited(&c);
		assert_string_equal(next(&c), CHECK_1);
		answer(&c, PENDING);
	}
	assert_int_equal(last, 1000);
	ctrl_abort(&c);
	next(&c);
	answer(&c, READY);
	ended(&c, CTRL_ABORTED);
	ctrl_fini(&c);
}

static void
refusals_of_the_device_have_words(void **state)
{
	struct ctrl c;
	struct error err;

	(void)state;
	begin(&c, CTRL_GET_DEVICE_MODE);
	next(&c);
	answer(&c, ACCEPTED);
	next(&c);
	answer(&c, "09000000 0000 f7f8ffff");
	ended(&c, CTRL_ANSWERED);
	assert_int_equal(c.result, CTRL_RESULT_PROTECTED);
	assert_int_equal(ctrl_error(&c, &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_string_equal(err.text,
	    "Device Protection is active (PROTECTED, -1801)");
	ctrl_fini(&c);

	ctrl_result_error(-1603, &err);
	assert_string_equal(err.text, "I2C error (-1603)");
	ctrl_result_error(-77, &err);
	assert_string_equal(err.text, "the device says error -77");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_without_reply_ends_with_its_check),
		cmocka_unit_test(reply_is_read_in_exact_length),
		cmocka_unit_test(long_replies_come_in_pieces_of_4096),
		cmocka_unit_test(
		    piece_of_wrong_length_is_nonsense_and_frees_the_slot),
		cmocka_unit_test(reply_that_is_too_long_is_refused),
		cmocka_unit_test(small_payload_is_sent_at_once),
		cmocka_unit_test(
		    large_payload_waits_for_room_and_goes_in_chunks),
		cmocka_unit_test(payload_that_got_lost_is_noticed),
		cmocka_unit_test(refused_payload_is_explained_by_a_check),
		cmocka_unit_test(no_memory_for_the_payload_frees_the_slot),
		cmocka_unit_test(stalled_init_means_not_supported),
		cmocka_unit_test(
		    busy_device_is_asked_again_and_others_are_left_alone),
		cmocka_unit_test(
		    leaked_slots_are_reset_once_where_nothing_of_ours_runs),
		cmocka_unit_test(
		    request_cancelled_by_another_program_is_repeated_once),
		cmocka_unit_test(
		    request_that_must_not_be_repeated_is_reported_as_lost),
		cmocka_unit_test(
		    device_that_leaves_after_accepting_is_told_apart),
		cmocka_unit_test(timeout_of_a_transfer_frees_the_slot),
		cmocka_unit_test(broken_check_is_repeated_but_not_for_ever),
		cmocka_unit_test(
		    device_whose_transfers_break_as_it_leaves_has_left),
		cmocka_unit_test(abort_while_checking_frees_the_slot),
		cmocka_unit_test(abort_waits_for_the_id_that_init_brings),
		cmocka_unit_test(abort_before_the_start_sends_nothing),
		cmocka_unit_test(abort_reads_a_half_read_reply_to_its_end),
		cmocka_unit_test(id_0_is_never_reset),
		cmocka_unit_test(garbage_is_no_reply),
		cmocka_unit_test(back_off_grows_to_a_second),
		cmocka_unit_test(refusals_of_the_device_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
