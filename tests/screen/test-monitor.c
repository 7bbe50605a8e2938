/* The serial monitor: what is typed, what is read, what the menu does, and that
 * the conversation outlives everything. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sizes.h"

static const struct size size_60x12 = { 60, 12 };
static const struct size size_200x50 = { 200, 50 };

/* pterm monitor and these words, on the bench of this folder. */
static struct term *
start_with(void **state, const char *const *words, const char *const *env)
{
	const struct size *size = *state;

	return term_start(&(struct term_options){ .columns = size->columns,
	    .rows = size->rows, .bench = "monitor.bench", .words = words,
	    .env = env });
}

static struct term *
start_monitor(void **state, const char *name)
{
	const char *words[] = { "monitor", name, NULL };
	struct term *t = start_with(state, words, NULL);

	term_wait_line(t, 0, name);
	term_wait_line(t, -1, "TYPE");
	return t;
}

static struct term *
start_gate(void **state)
{
	struct term *t = start_monitor(state, "gate");

	term_wait(t, "connected to ttyACM0");
	term_wait_line(t, 0, "ttyACM0");
	return t;
}

/* Leaves by Ctrl-], which quits where pterm was begun for the monitor. */
static void
leave(struct term *t)
{
	term_send(t, "\x1d");
	assert_int_equal(term_wait_exit(t), 0);
	term_assert_restored(t);
	term_stop(t);
}

/* The device answers: what was sent before has been dealt with. */
static void
echo(struct term *t, const char *text)
{
	char line[128];

	snprintf(line, sizeof line, "echo %s\r", text);
	term_send(t, line);
	term_wait_row(t, ":", text);
}

/* --- From the table and back --------------------------------------------- */

static void
m_and_enter_open_it_and_every_way_out_leads_back(void **state)
{
	static const char *const ways[] = { "\x1d", "\x03" };
	struct term *t = start_with(state, NULL, NULL);

	term_wait_row(t, "▸ ● normal", "gate");
	for (size_t i = 0; i < 2; i++) {
		term_send(t, i == 0 ? "m" : "\r");
		term_wait_line(t, 0, "ttyACM0");
		term_wait_line(t, -1, "Ctrl-] back");
		term_send(t, ways[i]);
		term_wait_row(t, "▸ ● normal", "gate");
	}
	term_send(t, "\r");
	term_wait_line(t, -1, "TYPE");
	term_send(t, "\033");
	term_wait_line(t, -1, "LOG");
	term_send(t, "\033");
	term_wait_row(t, "▸ ● normal", "gate");
	term_send(t, "\r");
	term_wait_line(t, -1, "TYPE");
	term_send(t, "\x14q");
	term_wait_row(t, "▸ ● normal", "gate");
	quit(t);
}

static void
who_comes_back_finds_the_lines(void **state)
{
	struct term *t = start_with(state, NULL, NULL);

	term_wait_row(t, "▸ ● normal", "gate");
	term_send(t, "\r");
	term_wait(t, "connected to");
	echo(t, "marker");
	term_send(t, "\x1d");
	term_wait_row(t, "▸ ● normal", "gate");
	term_send(t, "\r");
	term_wait(t, "─ not watched for");
	assert_true(term_has(t, "marker"));
	term_send(t, "\x1d");
	term_wait_row(t, "▸ ● normal", "gate");
	quit(t);
}

static void
begun_for_the_monitor_the_table_is_still_there(void **state)
{
	struct term *t = start_gate(state);

	term_wait_line(t, -1, "Ctrl-] quit");
	term_send(t, "\t");
	term_wait_line(t, -1, "Esc table");
	term_send(t, "\033");
	term_wait_row(t, "▸", "normal");
	/* From here on Ctrl-] leads back. */
	term_send(t, "\r");
	term_wait_line(t, -1, "Ctrl-] back");
	term_send(t, "\x1d");
	term_wait_row(t, "▸", "normal");
	quit(t);
}

/* --- Typing -------------------------------------------------------------- */

static void
what_is_typed_is_sent_and_answered(void **state)
{
	struct term *t = start_gate(state);

	assert_true(term_shows_cursor(t));
	term_send(t, "echo ping");
	term_wait_line(t, -2, "> echo ping");
	assert_false(term_row_has(t, ":", "ping"));
	term_send(t, "\r");
	term_wait_row(t, ":", " ping");
	assert_null(strstr(term_line(t, -2), "ping"));
	/* Editing: a word erased, one put in front, the rest erased. */
	term_send(t, "wrong words\x17there\001echo \005!\r");
	term_wait_row(t, ":", " wrong there!");
	term_send(t, "echo ag\xc3\xa4in\x7fm \xe6\xbc\xa2\r");
	term_wait_row(t, ":", " ag\xc3\xa4im \xe6\xbc\xa2");
	leave(t);
}

static void
a_long_line_has_room_and_is_seen_where_it_is_typed(void **state)
{
	struct term *t = start_gate(state);
	char line[401], end[32];

	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	snprintf(end, sizeof end, "xxEND");
	term_send(t, "echo ");
	term_send(t, line);
	term_send(t, "END");
	term_wait_line(t, -2, end);
	term_send(t, "\r");
	term_wait_row(t, ":", "xxxx…");
	leave(t);
}

static void
no_bare_key_does_anything_to_the_device(void **state)
{
	struct term *t = start_gate(state);

	term_send(t, "drsltbinm");
	term_wait_line(t, -2, "> drsltbinm");
	term_send(t, "\x15\t");
	term_wait_line(t, -1, "LOG");
	term_send(t, "drsltbinmhelp\r");
	term_send(t, "\t");
	term_wait_line(t, -1, "TYPE");
	echo(t, "quiet");
	/* It heard nothing, and did nothing. */
	assert_false(term_has(t, "command"));
	assert_false(term_has(t, "boot 2"));
	assert_true(strstr(term_line(t, 0), "● gate") != NULL);
	leave(t);
}

static void
pasted_text_goes_to_the_line_alone(void **state)
{
	struct term *t = start_gate(state);

	term_send(t, "\033[200~echo one\r\ntwo\tthree\r\n\033[201~");
	term_wait_line(t, -2, "> echo one two three");
	assert_false(term_row_has(t, ":", "one two three"));
	term_send(t, "\r");
	term_wait_row(t, ":", " one two three");
	term_send(t, "\t");
	term_wait_line(t, -1, "LOG");
	term_send(t, "\033[200~echo lost\r\033[201~");
	term_wait_line(t, -3, "pasted text was dropped");
	term_send(t, "\t");
	echo(t, "kept");
	assert_false(term_row_has(t, ":", "lost"));
	leave(t);
}

static void
what_cannot_be_sent_stays_in_the_line(void **state)
{
	struct term *t = start_monitor(state, "busy");

	term_wait_line(t, 0, "picocom (4711)");
	term_send(t, "hello\r");
	term_wait_line(t, -3, "not sent: ");
	assert_true(strstr(term_line(t, -2), "> hello") != NULL);
	leave(t);
}

/* --- Reading ------------------------------------------------------------- */

static void
the_log_is_held_while_lines_go_on_arriving(void **state)
{
	struct term *t = start_monitor(state, "ticker");
	char top[256], count[256];

	term_wait_line(t, 0, "FOLLOW");
	term_wait_line(t, -4, "[");
	term_send(t, "\033[5~");
	term_wait_line(t, -1, "LOG");
	term_wait_line(t, 0, "HELD");
	term_wait_line(t, -3, "▼");
	snprintf(top, sizeof top, "%s", term_line(t, 1));
	/* A number may come and go between two frames: any other will do. */
	snprintf(count, sizeof count, "%s", term_line(t, -3));
	term_wait_gone(t, count);
	term_wait_line(t, -3, " new");
	assert_string_equal(term_line(t, 1), top);
	term_send(t, "G");
	term_wait_line(t, 0, "FOLLOW");
	term_wait_gone(t, "new");
	/* To the oldest line, and by single lines. */
	term_send(t, "g");
	term_wait_line(t, 1, "connected to");
	term_send(t, "j");
	term_wait_line(t, 1, "Device OS");
	term_send(t, "k");
	term_wait_line(t, 1, "connected to");
	/* Sending follows, so that the answer is seen. */
	term_send(t, "\t");
	term_wait_line(t, -1, "TYPE");
	assert_true(strstr(term_line(t, 0), "HELD") != NULL);
	term_send(t, "echo answer\r");
	term_wait_row(t, ":", " answer");
	term_wait_line(t, 0, "FOLLOW");
	leave(t);
}

static void
nothing_a_device_says_steers_the_terminal(void **state)
{
	struct term *t = start_monitor(state, "evil");

	term_wait(t, "\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07 \\xff\\xfe");
	leave(t);
}

static void
a_long_line_of_the_device_is_cut_with_a_sign(void **state)
{
	struct term *t = start_monitor(state, "evil");
	const struct size *size = *state;

	if (size->columns >= 200)
		term_wait(t, "0123456789 tail");
	else
		term_wait_row(t, "0123456789", "…");
	leave(t);
}

static void
a_terminal_that_does_not_read_loses_no_line(void **state)
{
	struct term *t = start_gate(state);
	char text[32];

	/* Nobody reads what is drawn meanwhile. */
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "echo number %d\r", i);
		term_send(t, text);
	}
	term_wait_row(t, ":", "number 99");
	term_send(t, "\t");
	term_wait_line(t, -1, "LOG");
	term_send(t, "g");
	term_wait_line(t, 1, "connected to");
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, " number %d", i);
		term_wait(t, text);
		term_send(t, "j");
	}
	leave(t);
}

/* --- The menu ------------------------------------------------------------ */

static void
ctrl_t_and_a_letter_act_on_the_device_and_the_log_goes_on(void **state)
{
	struct term *t = start_gate(state);

	echo(t, "before");
	term_send(t, "\x14");
	term_wait_line(t, -1, "d dfu");
	term_wait_line(t, -3, "Ctrl-t: now a key");
	term_send(t, "d");
	term_wait_line(t, 0, "in dfu mode");
	term_wait_line(t, 0, "▲ gate");
	term_wait_line(t, -3, "gate: in dfu mode after");
	term_send(t, "\x14r");
	term_wait_row(t, "─ dfu, gone", "back on ttyACM");
	term_wait_row(t, "─ dfu, gone", ", boot 2");
	term_wait_line(t, 0, "boot 2");
	assert_true(term_row_has(t, ":", "before"));
	echo(t, "after");
	term_send(t, "\x14r");
	term_wait_row(t, "─ reset, gone", "boot 3");
	leave(t);
}

static void
a_touch_borrows_the_port(void **state)
{
	struct term *t = start_gate(state);

	term_send(t, "\x14t");
	term_wait_line(t, 0, "in dfu mode");
	term_send(t, "\x14r");
	term_wait_row(t, "─ dfu, gone", "boot 2");
	echo(t, "after");
	leave(t);
}

static void
the_menu_is_left_without_harm(void **state)
{
	struct term *t = start_gate(state);

	term_send(t, "\x14");
	term_wait_line(t, -1, "d dfu");
	term_send(t, "\033");
	term_wait_line(t, -1, "TYPE");
	term_send(t, "\x14x");
	term_wait_line(t, -3, "Ctrl-t x does nothing");
	/* Twice sends itself: the device sees a word it does not know. */
	term_send(t, "\x14\x14\r");
	term_wait(t, "unknown command");
	term_send(t, "\x14");
	term_wait_line(t, -1, "d dfu");
	term_send(t, "\x03");
	term_wait_line(t, -1, "TYPE");
	leave(t);
}

static void
info_and_name_open_over_the_log(void **state)
{
	struct term *t = start_gate(state);

	term_send(t, "\x14i");
	term_wait_row(t, "device id", "0a10aced202194944a05a1c8");
	echo(t, "meanwhile");
	term_send(t, "\x14i");
	term_wait_gone(t, "device id");
	term_send(t, "\x14n");
	term_wait_line(t, -1, "name of 0a10aced202194944a05a1c8");
	term_send(t, "\x15well house\r");
	term_wait_line(t, 0, "well house");
	echo(t, "again");
	leave(t);
}

static void
ctrl_c_cancels_the_job_first(void **state)
{
	struct term *t = start_monitor(state, "hung");

	term_wait(t, "connected to");
	term_send(t, "\x14r");
	term_wait_line(t, -1, "Ctrl-c cancel");
	term_send(t, "\x03");
	term_wait_line(t, -3, "cancelled");
	term_send(t, "\x03");
	assert_int_equal(term_wait_exit(t), 0);
	term_assert_restored(t);
	term_stop(t);
}

static void
quitting_asks_while_a_job_runs(void **state)
{
	struct term *t = start_monitor(state, "hung");

	term_wait(t, "connected to");
	term_send(t, "\x14r");
	term_wait_line(t, -1, "Ctrl-c cancel");
	term_send(t, "\x1d");
	term_wait(t, "Quit while 1 job runs?");
	assert_false(term_shows_cursor(t));
	term_send(t, "n");
	term_wait_gone(t, "Quit while");
	term_wait_line(t, -1, "TYPE");
	term_send(t, "\x1d");
	term_wait(t, "Quit while 1 job runs?");
	term_send(t, "y");
	assert_int_equal(term_wait_exit(t), 0);
	term_assert_restored(t);
	term_stop(t);
}

static void
help_tells_every_key_of_the_screen(void **state)
{
	static const char *const keys[] = {
		"send the line", "read the log", "erase a word",
		"a page up", "to the end, and follow", "leave the monitor",
		"put into DFU mode", "restart into safe mode",
		"send a Ctrl-t to the device", "close the menu",
	};
	struct term *t = start_gate(state);

	/* High enough for all of it. */
	term_resize(t, 120, 100);
	term_send(t, "\033OP");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		term_wait(t, keys[i]);
	term_send(t, "q");
	term_wait_line(t, -1, "TYPE");
	leave(t);
}

/* --- Leaving, waiting, coming back --------------------------------------- */

static void
a_device_is_waited_for_and_followed_to_another_tty(void **state)
{
	struct term *t = start_with(state, (const char *[]){ "monitor",
	    "e00fce680000000000000001", NULL }, NULL);

	term_wait_line(t, 0, "roamer");
	term_wait(t, "connected to ttyACM");
	term_wait_line(t, -3, "─ waits for the device");
	term_wait_row(t, "─ gone", "back on ttyACM7, boot 2");
	term_wait_line(t, 0, "ttyACM7");
	echo(t, "here again");
	leave(t);
}

static void
a_port_that_is_held_says_by_whom(void **state)
{
	struct term *t = start_monitor(state, "busy");

	term_wait_line(t, 0, "picocom (4711)");
	term_wait_line(t, -3, "picocom (4711)");
	leave(t);
}

/* --- pterm monitor from the shell ---------------------------------------- */

static void
shell_says(void **state, const char *const *words, int status,
    const char *sentence)
{
	struct term *t = start_with(state, words, NULL);

	if (sentence != NULL)
		term_wait(t, sentence);
	assert_int_equal(term_wait_exit(t), status);
	term_assert_restored(t);
	term_stop(t);
}

static void
a_device_that_is_not_there_is_no_reason_to_draw(void **state)
{
	shell_says(state, (const char *[]){ "monitor", "nobody", NULL }, 3,
	    "no device nobody is attached");
	shell_says(state, (const char *[]){ "monitor", NULL }, 4,
	    "several devices are attached");
}

static void
the_end_of_its_time_ends_it(void **state)
{
	shell_says(state, (const char *[]){ "--timeout", "0.5", "monitor",
	    "gate", NULL }, 0, NULL);
	shell_says(state, (const char *[]){ "--timeout", "0.5", "monitor",
	    "ffffffffffffffffffffffff", NULL }, 5, "was not attached in time");
}

static void
plain_prints_lines_on_a_terminal_too(void **state)
{
	struct term *t = start_with(state, (const char *[]){ "monitor",
	    "--plain", "gate", NULL }, NULL);

	term_wait(t, "-- gate: connected to ttyACM0");
	assert_false(term_is_alternate(t));
	term_send(t, "echo plain\r");
	term_wait(t, "echo plain");
	term_wait_line(t, term_find(t, "echo plain") + 1, "plain");
	term_send(t, "\x03");
	assert_int_equal(term_wait_exit(t), 130);
	term_stop(t);
}

static void
sigterm_ends_it(void **state)
{
	struct term *t = start_gate(state);

	term_signal(t, SIGTERM);
	assert_int_equal(term_wait_exit(t), 143);
	term_assert_restored(t);
	term_stop(t);
}

/* --- Terminals ------------------------------------------------------------ */

static void
the_monitor_follows_the_size(void **state)
{
	struct term *t = start_monitor(state, "ticker");

	term_wait_line(t, -4, "[");
	term_resize(t, 60, 12);
	term_wait_line(t, 11, "TYPE");
	term_wait_line(t, 8, "[");
	assert_true(strstr(term_line(t, 0), "FOLLOW") != NULL);
	term_resize(t, 200, 50);
	term_wait_line(t, 49, "TYPE");
	term_wait_line(t, 46, "[");
	term_resize(t, 40, 8);
	term_wait(t, "pterm needs");
	term_resize(t, 80, 24);
	term_wait_line(t, 23, "TYPE");
	leave(t);
}

static void
signs_are_ascii_where_the_terminal_wants_it(void **state)
{
	static const char *const envs[][3] = {
		{ "LANG=C", "LC_ALL=C", NULL },
		{ "TERM=linux", NULL },
	};
	const struct size *size = *state;

	for (size_t i = 0; i < 2; i++) {
		struct term *t = start_with(state, (const char *[]){ "monitor",
		    "gate", NULL }, envs[i]);

		term_wait_line(t, 0, "o gate");
		term_wait(t, "connected to");
		term_send(t, "\x14r");
		term_wait_row(t, "- reset, gone", "boot 2 --");
		term_send(t, "echo ag\xc3\xa4in\r");
		term_wait_row(t, ":", " ag?in");
		for (int y = 0; y < size->rows; y++) {
			for (int x = 0; x < size->columns; x++) {
				if (term_cell(t, x, y).chars[0] > 0x7e)
					term_fail(t, "a sign that is not "
					    "ASCII");
			}
		}
		leave(t);
	}
}

static void
no_color_means_none(void **state)
{
	const struct size *size = *state;
	struct term *t = start_with(state, (const char *[]){ "monitor", "gate",
	    NULL }, (const char *[]){ "NO_COLOR=1", NULL });

	term_wait(t, "connected to");
	term_send(t, "\x14r");
	term_wait_row(t, "─ reset, gone", "boot 2");
	for (int y = 0; y < size->rows; y++) {
		for (int x = 0; x < size->columns; x++) {
			VTermScreenCell cell = term_cell(t, x, y);

			assert_true(VTERM_COLOR_IS_DEFAULT_FG(&cell.fg));
			assert_true(VTERM_COLOR_IS_DEFAULT_BG(&cell.bg));
		}
	}
	leave(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AT_BOTH(m_and_enter_open_it_and_every_way_out_leads_back),
		AT(who_comes_back_finds_the_lines, 80x24),
		AT(begun_for_the_monitor_the_table_is_still_there, 80x24),
		AT_BOTH(what_is_typed_is_sent_and_answered),
		AT_BOTH(a_long_line_has_room_and_is_seen_where_it_is_typed),
		AT_BOTH(no_bare_key_does_anything_to_the_device),
		AT_BOTH(pasted_text_goes_to_the_line_alone),
		AT(what_cannot_be_sent_stays_in_the_line, 80x24),
		AT_BOTH(the_log_is_held_while_lines_go_on_arriving),
		AT_BOTH(nothing_a_device_says_steers_the_terminal),
		AT_BOTH(a_long_line_of_the_device_is_cut_with_a_sign),
		AT(a_long_line_of_the_device_is_cut_with_a_sign, 200x50),
		AT_BOTH(a_terminal_that_does_not_read_loses_no_line),
		AT_BOTH(
		    ctrl_t_and_a_letter_act_on_the_device_and_the_log_goes_on),
		AT(ctrl_t_and_a_letter_act_on_the_device_and_the_log_goes_on,
		    60x12),
		AT(a_touch_borrows_the_port, 80x24),
		AT(the_menu_is_left_without_harm, 80x24),
		AT_BOTH(info_and_name_open_over_the_log),
		AT_BOTH(ctrl_c_cancels_the_job_first),
		AT_BOTH(quitting_asks_while_a_job_runs),
		AT(help_tells_every_key_of_the_screen, 80x24),
		AT(a_device_is_waited_for_and_followed_to_another_tty, 80x24),
		AT(a_port_that_is_held_says_by_whom, 80x24),
		AT(a_device_that_is_not_there_is_no_reason_to_draw, 80x24),
		AT(the_end_of_its_time_ends_it, 80x24),
		AT(plain_prints_lines_on_a_terminal_too, 80x24),
		AT(sigterm_ends_it, 80x24),
		AT(the_monitor_follows_the_size, 80x24),
		AT_BOTH(signs_are_ascii_where_the_terminal_wants_it),
		AT_BOTH(no_color_means_none),
	};

	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
