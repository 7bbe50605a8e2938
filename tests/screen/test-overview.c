/* The table of devices and its panes: what is shown, and moving in it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sizes.h"

#define UP	"\033[A"
#define DOWN	"\033[B"
#define HOME	"\033[H"
#define END	"\033[F"
#define PAGE_UP	"\033[5~"
#define PAGE_DOWN "\033[6~"
#define F1	"\033OP"
#define ESC	"\033"

static void
wait_selected(struct term *t, const char *device)
{
	term_wait_row(t, "▸", device);
}

static void
every_device_has_its_mode_and_its_reason(void **state)
{
	struct term *t = start_small(state);

	term_wait_line(t, 0, "8 devices");
	assert_true(term_has(t, "MODE"));
	assert_true(term_row_has(t, "gatehouse", "Photon 2"));
	assert_true(term_row_has(t, "gatehouse", "ttyACM0"));
	term_wait_row(t, "gatehouse", "6.2.0");
	term_wait_row(t, "pump", "user part needs");
	term_wait_row(t, "Electron", "/dev/bus/usb");
	quit(t);
}

static void
counts_of_the_modes_stand_in_the_header(void **state)
{
	struct term *t = start_small(state);

	term_wait_line(t, 0, "3 normal");
	term_wait_line(t, 0, "1 listening");
	term_wait_line(t, 0, "1 dfu");
	quit(t);
}

static void
ids_are_whole_from_100_columns_on(void **state)
{
	const struct size *size = *state;
	struct term *t = start_small(state);

	assert_true(term_row_has(t, "Boron", "f9e00311"));
	assert_int_equal(term_row_has(t, "Boron", "e00fce68b7a2c1d4f9e00311"),
	    size->columns >= 100);
	quit(t);
}

static void
keys_move_the_selection(void **state)
{
	struct term *t = start_small(state);

	wait_selected(t, "gatehouse");
	term_send(t, "j");
	wait_selected(t, "Boron");
	term_send(t, DOWN);
	wait_selected(t, "rig-6");
	term_send(t, "k");
	wait_selected(t, "Boron");
	term_send(t, UP);
	wait_selected(t, "gatehouse");
	term_send(t, "k");
	wait_selected(t, "gatehouse");
	term_send(t, "G");
	wait_selected(t, "pump");
	term_send(t, "j");
	wait_selected(t, "pump");
	term_send(t, "g");
	wait_selected(t, "gatehouse");
	term_send(t, END);
	wait_selected(t, "pump");
	term_send(t, HOME);
	wait_selected(t, "gatehouse");
	term_send(t, PAGE_DOWN);
	wait_selected(t, "pump");
	term_send(t, PAGE_UP);
	wait_selected(t, "gatehouse");
	term_send(t, "\x04");
	wait_selected(t, "pump");
	term_send(t, "\x15");
	wait_selected(t, "gatehouse");
	quit(t);
}

static void
a_long_list_scrolls_and_says_how_far(void **state)
{
	struct term *t = start(state, "many.bench");

	term_wait_line(t, 0, "60 devices");
	term_wait(t, "▼");
	term_send(t, "G");
	term_wait_gone(t, "▲ 0");
	term_wait(t, "▼ 0");
	term_send(t, "g");
	term_wait(t, "▲ 0");
	quit(t);
}

static void
details_and_events_of_the_selected_device_are_there(void **state)
{
	struct term *t = start_small(state);

	term_wait_row(t, "─ gatehouse", "──");
	term_wait(t, "Photon 2 (32)");
	term_wait(t, "user part 6 ok");
	term_wait(t, "─ events");
	term_wait_row(t, "pump", "safe");
	term_send(t, "j");
	term_wait(t, "Boron (13)");
	quit(t);
}

static void
info_shows_all_that_is_known(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "i");
	term_wait_row(t, "device id", "0a10aced202194944a05a1c8");
	term_wait_row(t, "serial", "P2HAB1234567");
	term_wait_row(t, "usb", "1-1.1 full speed");
	term_wait_row(t, "usb id", "2b04:c020");
	term_wait(t, "Esc close");
	/* It may take more lines than there are. */
	term_send(t, "JJJJJJJJJJJJ");
	term_wait_row(t, "user part 6 ok", "needs system part 6200");
	term_send(t, ESC);
	term_wait_gone(t, "Esc close");
	term_wait_gone(t, "usb id");
	quit(t);
}

static void
what_bars_the_way_stands_in_the_details(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "jjjjj");
	wait_selected(t, "Electron");
	term_wait(t, "may only be opened");
	/* No rules of this machine open what the bench has locked. */
	assert_int_equal(term_find(t, "way out:"), -1);
	term_send(t, "i");
	term_wait(t, "Esc close");
	assert_int_equal(term_find(t, "sudo"), -1);
	term_send(t, ESC);
	term_wait_gone(t, "Esc close");
	quit(t);
}

static void
the_help_is_made_of_the_tables(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "?");
	term_wait(t, "put into DFU mode");
	term_wait(t, "give the device a nickname");
	assert_true(term_find(t, "blink the LED") <
	    term_find(t, "THE SELECTED DEVICE ALONE"));
	assert_true(term_find(t, "THE SELECTED DEVICE ALONE") <
	    term_find(t, "give the device a nickname"));
	term_wait_row(t, "j Down", "next device");
	/* As far as it goes: the meaning of the signs. */
	term_send(t, "G");
	term_wait_row(t, "y Y", "yes");
	term_send(t, "q");
	term_wait(t, "MODE");
	term_send(t, F1);
	term_wait(t, "put into DFU mode");
	term_send(t, ESC);
	term_wait(t, "MODE");
	quit(t);
}

static void
f1_is_help_while_something_is_typed(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "/");
	term_wait_line(t, -1, "/");
	term_send(t, "rig" F1);
	term_wait(t, "WHILE YOU TYPE");
	term_send(t, ESC);
	term_wait_line(t, -1, "/ rig");
	term_send(t, ESC);
	quit(t);
}

static void
the_filter_works_as_it_is_typed(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "/");
	term_send(t, "rig");
	term_wait_row_gone(t, "■ protected", "vault");
	term_wait_line(t, 0, "2 of 8");
	assert_true(term_shows_cursor(t));
	wait_selected(t, "rig-6");
	term_send(t, "\r");
	term_wait(t, "Esc show all");
	term_send(t, "j");
	wait_selected(t, "rig-7");
	term_send(t, ESC);
	term_wait_row(t, "■ protected", "vault");
	wait_selected(t, "rig-7");
	/* Nothing fits; Esc while typing takes it back. */
	term_send(t, "/no such");
	term_wait(t, "No device matches \"no such\"");
	term_send(t, ESC);
	term_wait_row(t, "■ protected", "vault");
	quit(t);
}

static void
a_line_can_be_edited(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "/xboronx");
	term_wait_line(t, -1, "/ xboronx");
	term_send(t, "\x7f\x01\033[3~");
	term_wait_line(t, -1, "/ boron");
	term_wait_line(t, 0, "1 of 8");
	term_send(t, "\x05 two\x17");
	term_wait_line(t, 0, "1 of 8");
	term_send(t, "\x15gate");
	term_wait_line(t, -1, "/ gate");
	wait_selected(t, "gatehouse");
	term_send(t, ESC);
	quit(t);
}

static void
events_scroll_and_follow_again(void **state)
{
	struct term *t = start(state, "many.bench");

	term_wait_line(t, 0, "60 normal");
	term_send(t, "KKK");
	term_wait_row(t, "─ events", "3 newer");
	term_send(t, "JJJ");
	term_wait_row_gone(t, "─ events", "newer");
	quit(t);
}

static void
other_keys_for_help_and_the_end(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "h");
	term_wait(t, "put into DFU mode");
	term_send(t, "?");
	term_wait_row(t, "normal", "gatehouse");
	term_send(t, "\033[21~");	/* F10 */
	assert_int_equal(term_wait_exit(t), 0);
	term_assert_restored(t);
	term_stop(t);
}

static void
the_order_follows_the_column(void **state)
{
	struct term *t = start_small(state);
	int boron;

	term_wait_row(t, "normal", "Boron");
	term_send(t, "o");		/* SINCE */
	term_wait(t, "sorted by SINCE");
	term_send(t, ">");		/* around, to MODE */
	term_wait(t, "sorted by MODE");
	term_send(t, ">>");
	term_wait(t, "sorted by PLATFORM");
	boron = term_find(t, "Boron");
	assert_true(term_find(t, "Argon") < boron);
	assert_true(boron < term_find(t, "Photon 2"));
	/* The selection went with its device. */
	wait_selected(t, "gatehouse");
	term_send(t, "O");
	term_wait(t, "PLATFORM↓");
	assert_true(term_find(t, "Boron") > term_find(t, "Photon 2"));
	term_send(t, "<");
	term_wait(t, "sorted by NAME");
	quit(t);
}

static void
space_tags_and_u_untags(void **state)
{
	struct term *t = start_small(state);

	term_send(t, " ");
	term_wait_row(t, "✓", "gatehouse");
	term_wait_line(t, 0, "1 tagged");
	wait_selected(t, "Boron");
	term_send(t, "*");
	term_wait_line(t, 0, "8 tagged");
	term_send(t, "U");
	term_wait_gone(t, "tagged");
	assert_false(term_row_has(t, "✓", "gatehouse"));
	quit(t);
}

static void
the_last_line_has_the_keys_that_apply(void **state)
{
	struct term *t = start_small(state);

	wait_selected(t, "gatehouse");
	term_wait_line(t, -1, "d dfu");
	term_wait_line(t, -1, "q quit");
	term_send(t, "jjjj");
	wait_selected(t, "rig-7");
	term_wait_line(t, -1, "r reset");
	/* It is in DFU mode: there is nothing to blink, nor to touch. */
	assert_null(strstr(term_line(t, -1), "blink"));
	assert_null(strstr(term_line(t, -1), "touch"));
	assert_null(strstr(term_line(t, -1), "d dfu"));
	quit(t);
}

static void
no_key_reaches_another_device_when_one_leaves(void **state)
{
	struct term *t = start(state, "plug.bench");

	term_wait_row(t, "▸", "first");
	term_wait_row_gone(t, "normal", "first");
	term_wait_gone(t, "▸");
	term_wait(t, "choose a device with j or k");
	term_send(t, "d");
	term_wait(t, "choose a device first");
	term_send(t, "j");
	wait_selected(t, "second");
	term_wait_row(t, "normal", "late");
	wait_selected(t, "second");
	assert_false(term_row_has(t, "dfu", "second  Boron"));
	quit(t);
}

static void
an_empty_bench_says_what_to_do(void **state)
{
	struct term *t = start(state, "empty.bench");

	term_wait(t, "No Particle device is attached");
	term_wait_line(t, 0, "0 devices");
	term_send(t, "djk d");
	quit(t);
}

static void
hostile_texts_steer_nothing(void **state)
{
	struct term *t = start(state, "hostile.bench");

	term_wait_row(t, "edl", "Tachyon");
	term_wait_row(t, "Argon", "1-1");
	term_send(t, "gi");
	term_wait_row(t, "product", "Argon\\x1b]0;owned\\x07\\x0a\\u202e");
	term_wait_row(t, "usb serial", "e00fce68\\x1b[31mred\\x1b[2J");
	quit(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AT_BOTH(every_device_has_its_mode_and_its_reason),
		AT(counts_of_the_modes_stand_in_the_header, 120x40),
		AT_BOTH(ids_are_whole_from_100_columns_on),
		AT_BOTH(keys_move_the_selection),
		AT_BOTH(a_long_list_scrolls_and_says_how_far),
		AT_BOTH(details_and_events_of_the_selected_device_are_there),
		AT_BOTH(info_shows_all_that_is_known),
		AT_BOTH(what_bars_the_way_stands_in_the_details),
		AT_BOTH(the_help_is_made_of_the_tables),
		AT_BOTH(f1_is_help_while_something_is_typed),
		AT_BOTH(the_filter_works_as_it_is_typed),
		AT_BOTH(a_line_can_be_edited),
		AT_BOTH(events_scroll_and_follow_again),
		AT_BOTH(other_keys_for_help_and_the_end),
		AT_BOTH(the_order_follows_the_column),
		AT_BOTH(space_tags_and_u_untags),
		AT_BOTH(the_last_line_has_the_keys_that_apply),
		AT_BOTH(no_key_reaches_another_device_when_one_leaves),
		AT_BOTH(an_empty_bench_says_what_to_do),
		AT_BOTH(hostile_texts_steer_nothing),
	};

	return cmocka_run_group_tests_name("overview", tests, NULL, NULL);
}
