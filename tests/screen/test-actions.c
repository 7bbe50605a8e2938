/* Every key that does something to a device: what becomes of it, and what is
 * refused. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sizes.h"

#define ESC	"\033"
#define CTRL_C	"\003"

static void
select_device(struct term *t, const char *keys, const char *device)
{
	term_send(t, keys);
	term_wait_row(t, "▸", device);
}

static void
d_puts_into_dfu_and_r_leaves_it(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "d");
	term_wait_row(t, "dfu", "gatehouse  Photon 2");
	term_wait_row(t, "dfu  ", "request 50 accepted");
	term_wait_row(t, "gatehouse", "in dfu mode");
	term_wait_row(t, "▸ ▲ dfu", "gatehouse");
	term_send(t, "r");
	term_wait_row(t, "▸ ● normal", "gatehouse");
	quit(t);
}

static void
t_touches(void **state)
{
	struct term *t = start_small(state);

	/* Its tty may come after its answers. */
	term_wait_row(t, "gatehouse", "ttyACM");
	term_send(t, "t");
	term_wait_row(t, "▸ ▲ dfu", "gatehouse");
	term_wait_row(t, "gatehouse", "in dfu mode");
	quit(t);
}

static void
r_restarts(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "r");
	term_wait_row(t, "gatehouse", "restarted");
	term_wait_row(t, "▸ ● normal", "gatehouse");
	quit(t);
}

static void
s_goes_to_safe_mode(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "s");
	term_wait_row(t, "▸ ◆ safe mode", "gatehouse");
	quit(t);
}

static void
l_listens_and_leaves_it_again(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "l");
	term_wait_row(t, "▸ ◐ listening", "gatehouse");
	term_send(t, "l");
	term_wait_row(t, "▸ ● normal", "gatehouse");
	quit(t);
}

static void
b_blinks_until_esc(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "b");
	term_wait_row(t, "gatehouse", "blinks for");
	term_wait_line(t, -1, "Esc cancel");
	term_send(t, ESC);
	term_wait_row_gone(t, "gatehouse", "blinks for");
	term_wait_gone(t, "Esc cancel");
	quit(t);
}

static void
a_second_job_on_a_device_is_refused(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "b");
	term_wait_row(t, "gatehouse", "blinks for");
	term_send(t, "d");
	term_wait_line(t, -2, "gatehouse:");
	term_send(t, ESC);
	term_wait_gone(t, "Esc cancel");
	quit(t);
}

static void
n_gives_a_name_and_takes_it_away(void **state)
{
	struct term *t = start_small(state);

	select_device(t, "j", "Boron");
	term_send(t, "n");
	term_wait_line(t, -1, "name of e00fce68b7a2c1d4f9e00311:");
	assert_true(term_shows_cursor(t));
	term_send(t, "well house\r");
	term_wait_row(t, "well house", "Boron");
	term_send(t, "n\x15\r");
	term_wait_row_gone(t, "well house", "Boron");
	quit(t);
}

static void
a_name_that_is_taken_is_refused_and_can_be_mended(void **state)
{
	struct term *t = start_small(state);

	select_device(t, "j", "Boron");
	term_send(t, "n");
	term_wait_line(t, -1, "name of");
	term_send(t, "gatehouse\r");
	term_wait_line(t, -2, "gatehouse");
	term_wait_line(t, -1, "gatehouse");
	term_send(t, "2\r");
	term_wait_row(t, "gatehouse2", "Boron");
	quit(t);
}

static void
esc_leaves_the_name_as_it_was(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "nxyz");
	term_wait_line(t, -1, "gatehousexyz");
	term_send(t, ESC);
	term_wait_line(t, -1, "q quit");
	assert_false(term_has(t, "gatehousexyz"));
	quit(t);
}

static void
several_are_asked_about_and_no_is_the_default(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "  ");
	term_wait_line(t, 0, "2 tagged");
	term_send(t, "d");
	term_wait(t, "dfu 2 devices?");
	term_wait(t, "each stops and goes into DFU mode");
	term_wait_row(t, "gatehouse", "Photon 2");
	term_wait(t, "[ n  no ]");
	term_send(t, "\r");
	term_wait_line(t, -2, "nothing was done");
	term_send(t, "d");
	term_wait_row(t, "dfu", "2 devices?");
	term_send(t, ESC);
	term_wait_line(t, -2, "nothing was done");
	term_wait_row(t, "normal", "gatehouse");
	quit(t);
}

static void
yes_acts_on_all_that_are_tagged(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "  d");
	term_wait_row(t, "dfu", "2 devices?");
	term_send(t, "\t\r");
	term_wait_row(t, "▲ dfu", "gatehouse");
	term_wait_row(t, "▲ dfu", "Boron");
	term_wait_row(t, "● normal", "rig-6");
	quit(t);
}

static void
what_does_not_go_is_said_in_the_row(void **state)
{
	struct term *t = start(state, "hostile.bench");

	term_wait_row(t, "edl", "Tachyon");
	select_device(t, "G", "edl");
	term_send(t, "d");
	term_wait_line(t, -2, "nothing is sent to a chip in EDL mode");
	select_device(t, "k", "Core");
	term_send(t, "s");
	term_wait_line(t, -2, "takes no control requests");
	/* No id: a name would not be found again. */
	select_device(t, "k", "Boron");
	term_send(t, "n");
	term_wait_line(t, -2, "without an id");
	quit(t);
}

static void
no_access_is_refused_with_its_reason(void **state)
{
	struct term *t = start_small(state);

	select_device(t, "jjjjj", "Electron");
	term_send(t, "r");
	term_wait_line(t, -2, "may only be opened");
	term_send(t, "d");
	term_wait_line(t, -2, "may only be opened");
	quit(t);
}

static void
a_hung_board_delays_no_other(void **state)
{
	struct term *t = start(state, "hung.bench");

	term_wait_row(t, "normal", "well");
	term_wait_row(t, "asking", "silo");
	select_device(t, "j", "well");
	term_send(t, "d");
	term_wait_row(t, "▲ dfu", "well");
	term_wait_row(t, "silo", "no answer for 2 s");
	quit(t);
}

static void
ctrl_c_cancels_the_job_of_the_selected_row(void **state)
{
	struct term *t = start(state, "slow.bench");

	term_wait_row(t, "normal", "lost");
	term_wait_row(t, "normal", "gone");
	term_send(t, "d");
	term_wait_row(t, "→ dfu", "lost");
	term_wait_line(t, -1, "Esc cancel");
	term_send(t, CTRL_C);
	term_wait_gone(t, "Esc cancel");
	/* Nothing runs any more: it quits. */
	term_send(t, CTRL_C);
	assert_int_equal(term_wait_exit(t), 0);
	term_assert_restored(t);
	term_stop(t);
}

static void
quitting_asks_while_jobs_run(void **state)
{
	struct term *t = start(state, "slow.bench");

	term_wait_row(t, "normal", "lost");
	term_wait_row(t, "normal", "gone");
	term_wait_row(t, "normal", "here");
	term_send(t, "d");
	term_wait_row(t, "→ dfu", "lost");
	select_device(t, "G", "here");
	term_send(t, CTRL_C);
	term_wait(t, "Quit while 1 job runs?");
	term_wait_row(t, "lost", "would be cancelled");
	term_send(t, "n");
	term_wait_gone(t, "Quit while");
	term_send(t, "q");
	term_wait(t, "Quit while 1 job runs?");
	term_send(t, "y");
	assert_int_equal(term_wait_exit(t), 0);
	term_assert_restored(t);
	term_stop(t);
}

static void
quitting_is_done_once_the_last_job_ended(void **state)
{
	struct term *t = start_small(state);

	/* It runs for a moment when q comes; nobody answers. */
	term_send(t, "dq");
	assert_int_equal(term_wait_exit(t), 0);
	term_assert_restored(t);
	term_stop(t);
}

static void
shift_r_asks_all_again(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "R");
	term_wait_line(t, -2, "all devices are asked");
	quit(t);
}

static void
the_monitor_opens_and_goes_back(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "\r");
	term_wait_line(t, 0, "ttyACM0");
	term_wait_line(t, -1, "Ctrl-]");
	/* No bare key does anything to the device here. */
	term_send(t, "drsltb");
	term_wait(t, "> drsltb");
	term_send(t, "\x1d");
	term_wait_row(t, "▸ ● normal", "gatehouse");
	quit(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AT_BOTH(d_puts_into_dfu_and_r_leaves_it),
		AT_BOTH(t_touches),
		AT_BOTH(r_restarts),
		AT_BOTH(s_goes_to_safe_mode),
		AT_BOTH(l_listens_and_leaves_it_again),
		AT_BOTH(b_blinks_until_esc),
		AT_BOTH(a_second_job_on_a_device_is_refused),
		AT_BOTH(n_gives_a_name_and_takes_it_away),
		AT_BOTH(a_name_that_is_taken_is_refused_and_can_be_mended),
		AT_BOTH(esc_leaves_the_name_as_it_was),
		AT_BOTH(several_are_asked_about_and_no_is_the_default),
		AT_BOTH(yes_acts_on_all_that_are_tagged),
		AT_BOTH(what_does_not_go_is_said_in_the_row),
		AT_BOTH(no_access_is_refused_with_its_reason),
		AT(a_hung_board_delays_no_other, 120x40),
		AT_BOTH(ctrl_c_cancels_the_job_of_the_selected_row),
		AT_BOTH(quitting_asks_while_jobs_run),
		AT(quitting_is_done_once_the_last_job_ended, 80x24),
		AT_BOTH(shift_r_asks_all_again),
		AT_BOTH(the_monitor_opens_and_goes_back),
	};

	return cmocka_run_group_tests_name("actions", tests, NULL, NULL);
}
