/*
 * The handler's glue on the host, against the fake Wiring. The source is
 * included, not linked, so that each test starts a device anew: the glue's
 * object has no name outside.
 */
#include "PtermHandler.cpp"

#include <setjmp.h>
#include <stdarg.h>

extern "C" {
#include <cmocka.h>
}

#include "fake.h"

static std::vector<uint8_t>
frame(uint8_t op)
{
	return { 0x50, 0x74, 0x48, 0x64, 1, op, 0, 0 };
}

static int
setup(void **)
{
	fake_reset();
	fake.now_ms = 1000;
	glue = Glue();
	kept = pterm_handler_kept();
	return 0;
}

/* Whatever a test did, nothing forbidden may have been part of it. */
static int
teardown(void **)
{
	for (const auto &complaint : fake.complaints)
		print_error("complaint: %s\n", complaint.c_str());
	return fake.complaints.empty() ? 0 : -1;
}

static void
run_for(uint32_t ms, uint32_t step = 10)
{
	for (uint32_t end = fake.now_ms + ms; fake.now_ms != end;) {
		uint32_t left = end - fake.now_ms;

		fake.now_ms += left < step ? left : step;
		PtermHandler::process();
	}
}

static void
press_for(uint32_t ms)
{
	fake_pin(false);
	run_for(ms);
	fake_pin(true);
}

static void
begin_with_button()
{
	PtermHandler::button(D2);
	PtermHandler::onPress(PTERM_HANDLER_DFU);
	PtermHandler::onDoublePress(PTERM_HANDLER_RESET);
	PtermHandler::begin();
}

static void
the_pin_gets_its_mode_before_its_interrupt(void **)
{
	begin_with_button();
	assert_true(fake_at("pinMode") >= 0);
	assert_true(fake_at("attachInterrupt") > fake_at("pinMode"));
	assert_int_equal(fake_at("function"), -1);
}

static void
without_a_button_no_pin_is_touched(void **)
{
	PtermHandler::useCloud();
	PtermHandler::begin();
	run_for(100);
	assert_int_equal(fake_at("pinMode"), -1);
	assert_int_equal(fake_at("attachInterrupt"), -1);
	assert_true(fake_has_function("SetDFU"));
	assert_true(fake_has_function("ResetDevice"));
}

static void
holding_arms_and_a_press_is_dfu(void **)
{
	begin_with_button();
	run_for(100);
	press_for(200);
	run_for(1000);
	assert_int_equal(fake_at("dfu"), -1);
	assert_false(PtermHandler::isArmed());
	press_for(3500);
	run_for(1000);
	assert_true(PtermHandler::isArmed());
	assert_int_equal(fake_at("dfu"), -1);
	press_for(200);
	run_for(1000);
	assert_true(fake_at("dfu") >= 0);
	assert_int_equal(fake_at("reset"), -1);
}

static void
a_press_within_one_long_loop_counts(void **)
{
	begin_with_button();
	PtermHandler::arm();
	run_for(100);
	fake.now_ms += 300;
	fake_pin(false);
	fake.now_ms += 120;
	fake_pin(true);
	fake.now_ms += 600;
	PtermHandler::process();
	run_for(500);
	assert_true(fake_at("dfu") >= 0);
}

static void
without_an_interrupt_the_level_is_enough(void **)
{
	fake.has_interrupts = false;
	begin_with_button();
	PtermHandler::arm();
	run_for(100);
	press_for(200);
	run_for(200);
	press_for(200);
	run_for(1000);
	assert_true(fake_at("reset") >= 0);
	assert_int_equal(fake_at("dfu"), -1);
}

static void
a_button_to_plus_reads_the_other_way(void **)
{
	fake.is_high = false;
	PtermHandler::button(D3, false);
	PtermHandler::onPress(PTERM_HANDLER_SAFE_MODE);
	PtermHandler::begin();
	PtermHandler::arm();
	run_for(100);
	fake_pin(true);
	run_for(200);
	fake_pin(false);
	run_for(1000);
	assert_true(fake_at("enterSafeMode") >= 0);
}

static void
the_cloud_has_its_answer_before_dfu(void **)
{
	PtermHandler::useCloud();
	PtermHandler::begin();
	assert_int_equal(fake_function("SetDFU", ""), -130);
	assert_int_equal(fake_function("SetDFU", "arm"), -130);
	PtermHandler::arm();
	assert_int_equal(fake_function("SetDFU", "now"), 1000);
	assert_int_equal(fake_at("dfu"), -1);
	run_for(900);
	assert_int_equal(fake_at("dfu"), -1);
	run_for(200);
	assert_true(fake_at("dfu") >= 0);
}

static void
the_cloud_may_arm_where_the_application_lets_it(void **)
{
	PtermHandler::useCloud();
	PtermHandler::allowRemoteArm();
	PtermHandler::begin();
	assert_int_equal(fake_function("ResetDevice", "arm in 5s"), 5000);
	run_for(5100);
	assert_true(fake_at("reset") >= 0);
}

static void
a_request_acts_after_its_reply_was_taken(void **)
{
	PtermHandler::begin();
	PtermHandler::arm();
	fake_request(frame(PTERM_HANDLER_OP_DFU));
	assert_int_equal(fake.result, 0);
	assert_int_equal(fake.reply.size(), 12);
	run_for(2000);
	assert_int_equal(fake_at("dfu"), -1);
	fake_reply_end(0);
	run_for(200);
	assert_int_equal(fake_at("dfu"), -1);
	run_for(200);
	assert_true(fake_at("dfu") >= 0);
}

static void
a_cancelled_request_does_not_fire(void **)
{
	PtermHandler::begin();
	PtermHandler::arm();
	fake_request(frame(PTERM_HANDLER_OP_RESET));
	fake_reply_end(-140);
	run_for(20000, 100);
	assert_int_equal(fake_at("reset"), -1);
	/* Cancelled before it was finished: it ends inside set_result. */
	fake.is_cancelled = true;
	fake_request(frame(PTERM_HANDLER_OP_RESET));
	run_for(20000, 100);
	assert_int_equal(fake_at("reset"), -1);
	/* And the way is free again. */
	fake.is_cancelled = false;
	fake_request(frame(PTERM_HANDLER_OP_SAFE_MODE));
	fake_reply_end(0);
	run_for(1000);
	assert_true(fake_at("enterSafeMode") >= 0);
}

static void
a_request_before_begin_is_told_so(void **)
{
	fake_request(std::vector<uint8_t>());
	assert_int_equal(fake.result, -210);
	fake_request(frame(PTERM_HANDLER_OP_DFU));
	assert_int_equal(fake.result, -210);
}

static void
without_memory_nothing_is_done(void **)
{
	PtermHandler::begin();
	PtermHandler::arm();
	fake.has_memory = false;
	fake_request(frame(PTERM_HANDLER_OP_DFU));
	assert_int_equal(fake.result, -260);
	run_for(1000);
	assert_int_equal(fake_at("dfu"), -1);
}

static void
what_is_not_ours_is_not_supported(void **)
{
	PtermHandler::begin();
	fake_request({ '{', '"', 'o', 'p', '"', '}' });
	assert_int_equal(fake.result, -120);
	assert_int_equal(fake.reply.size(), 0);
}

static void
the_query_tells_who_it_is(void **)
{
	fake.reset_reason = 70;
	PtermHandler::app("gatehouse", "1.4.0");
	PtermHandler::begin();
	fake.now_ms = 7500;
	fake_request(std::vector<uint8_t>());
	assert_int_equal(fake.result, 0);
	assert_int_equal(fake.reply.size(), 32 + 9 + 5);
	assert_memory_equal(fake.reply.data() + 32, "gatehouse1.4.0", 14);
	assert_int_equal(fake.reply[16], 7);
	assert_int_equal(fake.reply[24], 1);
	assert_int_equal(fake.reply[29], 70);
}

static void
protection_refuses_everything(void **)
{
	fake.is_protected = true;
	PtermHandler::useCloud();
	PtermHandler::allowRemoteArm();
	begin_with_button();
	assert_false(PtermHandler::arm());
	fake_request(frame(PTERM_HANDLER_OP_ARM));
	assert_int_equal(fake.result, -130);
	assert_int_equal(fake.reply[6], PTERM_HANDLER_PROTECTED);
	assert_int_equal(fake_function("SetDFU", "arm now"), -130);
	assert_int_equal(PtermHandler::dfu(), -130);
	run_for(100);
	press_for(4000);
	run_for(500);
	assert_false(PtermHandler::isArmed());
}

static void
a_system_call_that_comes_back_is_survived(void **)
{
	PtermHandler::begin();
	PtermHandler::arm();
	for (int i = 0; i < 2; i++) {
		fake.calls.clear();
		assert_int_equal(PtermHandler::dfu(), 0);
		run_for(50);
		assert_true(fake_at("dfu") >= 0);
	}
}

static void
before_begin_nothing_works_and_nothing_breaks(void **)
{
	PtermHandler::process();
	assert_false(PtermHandler::arm());
	assert_int_equal(PtermHandler::reset(), -210);
	PtermHandler::lock();
	PtermHandler::disarm();
	assert_int_equal(fake.calls.size(), 0);
}

int
main(void)
{
#define TEST(f)	{ #f, f, setup, teardown, nullptr }
	const struct CMUnitTest tests[] = {
		TEST(the_pin_gets_its_mode_before_its_interrupt),
		TEST(without_a_button_no_pin_is_touched),
		TEST(holding_arms_and_a_press_is_dfu),
		TEST(a_press_within_one_long_loop_counts),
		TEST(without_an_interrupt_the_level_is_enough),
		TEST(a_button_to_plus_reads_the_other_way),
		TEST(the_cloud_has_its_answer_before_dfu),
		TEST(the_cloud_may_arm_where_the_application_lets_it),
		TEST(a_request_acts_after_its_reply_was_taken),
		TEST(a_cancelled_request_does_not_fire),
		TEST(a_request_before_begin_is_told_so),
		TEST(without_memory_nothing_is_done),
		TEST(what_is_not_ours_is_not_supported),
		TEST(the_query_tells_who_it_is),
		TEST(protection_refuses_everything),
		TEST(a_system_call_that_comes_back_is_survived),
		TEST(before_begin_nothing_works_and_nothing_breaks),
	};

	return cmocka_run_group_tests_name("handler glue", tests, nullptr,
	    nullptr);
}
