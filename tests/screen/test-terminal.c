/* The terminal: its start, its end, its size, what it can't do, and that it is
 * always put back as it was. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sizes.h"

static const struct size size_200x50 = { 200, 50 };

static struct term *
start_with(int columns, int rows, const char *const *env)
{
	struct term *t = term_start(&(struct term_options){
	    .columns = columns, .rows = rows, .bench = "small.bench",
	    .env = env });

	term_wait(t, "gatehouse");
	term_wait_row(t, "normal", "rig-6");
	return t;
}

static void
q_puts_the_terminal_back(void **state)
{
	struct term *t = start_small(state);

	assert_true(term_is_alternate(t));
	assert_false(term_shows_cursor(t));
	quit(t);
}

static void
killed_by(void **state, int signo, int status)
{
	struct term *t = start_small(state);

	term_signal(t, signo);
	assert_int_equal(term_wait_exit(t), status);
	term_assert_restored(t);
	term_stop(t);
}

static void
sigterm_puts_the_terminal_back(void **state)
{
	killed_by(state, SIGTERM, 143);
}

static void
sighup_puts_the_terminal_back(void **state)
{
	killed_by(state, SIGHUP, 129);
}

static void
sigint_puts_the_terminal_back(void **state)
{
	killed_by(state, SIGINT, 130);
}

static void
a_crash_puts_the_terminal_back(void **state)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE };

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct term *t = start_small(state);

		term_signal(t, signals[i]);
		/* A sanitizer ends it in its own way. */
		assert_int_not_equal(term_wait_exit(t), 0);
		term_assert_restored(t);
		term_stop(t);
	}
}

static void
a_wide_terminal_shows_all_at_once(void **state)
{
	struct term *t = start_small(state);

	term_wait_row(t, "─ gatehouse", "─ events");
	term_wait_row(t, "USB↑", "SINCE");
	term_wait_row(t, "pump", "user part needs system 6200, device has 5600");
	quit(t);
}

static void
too_small_a_terminal_says_so_and_recovers(void **state)
{
	struct term *t = start_small(state);
	static const struct size sizes[] = {
		{ 59, 24 }, { 80, 11 }, { 20, 5 }, { 5, 2 }, { 1, 1 },
	};
	char is[16];

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		term_resize(t, sizes[i].columns, sizes[i].rows);
		snprintf(is, sizeof is, "%dx%d", sizes[i].columns,
		    sizes[i].rows);
		if (sizes[i].columns >= 20)
			term_wait(t, "pterm needs");
		if (sizes[i].columns >= 50)
			term_wait(t, is);
	}
	term_resize(t, 80, 24);
	term_wait_row(t, "▸ ● normal", "gatehouse");
	term_wait(t, "q quit");
	quit(t);
}

static void
the_screen_follows_the_size(void **state)
{
	struct term *t = start_small(state);

	term_resize(t, 140, 30);
	term_wait_row(t, "Boron", "e00fce68b7a2c1d4f9e00311");
	term_wait_line(t, 29, "q quit");
	term_resize(t, 60, 12);
	term_wait_line(t, 11, "q quit");
	term_wait_row(t, "▸", "gatehouse");
	term_resize(t, 200, 50);
	term_wait_line(t, 49, "q quit");
	term_wait_row(t, "─ gatehouse", "─ events");
	quit(t);
}

static void
assert_ascii(struct term *t, int columns, int rows)
{
	for (int y = 0; y < rows; y++) {
		for (int x = 0; x < columns; x++) {
			if (term_cell(t, x, y).chars[0] > 0x7e)
				term_fail(t, "a sign that is not ASCII");
		}
	}
}

static void
signs_are_ascii_where_the_locale_is(void **state)
{
	const struct size *size = *state;
	static const char *const env[] = { "LANG=C", "LC_ALL=C", NULL };
	struct term *t = start_with(size->columns, size->rows, env);

	term_wait_row(t, "> o normal", "gatehouse");
	assert_ascii(t, size->columns, size->rows);
	term_send(t, " d");
	term_wait_row(t, "*^ dfu", "gatehouse");
	assert_ascii(t, size->columns, size->rows);
	term_send(t, "?");
	term_wait(t, "put into DFU mode");
	assert_ascii(t, size->columns, size->rows);
	term_send(t, "q");
	quit(t);
}

static void
the_linux_console_gets_signs_that_it_has(void **state)
{
	const struct size *size = *state;
	static const char *const env[] = { "TERM=linux", NULL };
	struct term *t = start_with(size->columns, size->rows, env);

	term_wait_row(t, "> o normal", "gatehouse");
	assert_ascii(t, size->columns, size->rows);
	quit(t);
}

static void
a_locale_that_is_not_installed_is_utf8_still(void **state)
{
	const struct size *size = *state;
	static const char *const env[] = { "LANG=xx_YY.UTF-8", NULL };
	struct term *t = start_with(size->columns, size->rows, env);

	term_wait_row(t, "▸ ● normal", "gatehouse");
	quit(t);
}

static bool
has_color(struct term *t, int columns, int rows)
{
	for (int y = 0; y < rows; y++) {
		for (int x = 0; x < columns; x++) {
			VTermScreenCell cell = term_cell(t, x, y);

			if (!VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) ||
			    !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg))
				return true;
		}
	}
	return false;
}

static void
no_color_means_none(void **state)
{
	const struct size *size = *state;
	static const char *const env[] = { "NO_COLOR=1", NULL };
	struct term *t = start_with(size->columns, size->rows, env);

	assert_false(has_color(t, size->columns, size->rows));
	/* The selected row still stands out. */
	assert_true(term_cell(t, 10, term_find(t, "gatehouse")).attrs.reverse);
	quit(t);
}

static void
monochrome_terminals_do(void **state)
{
	const struct size *size = *state;
	static const char *const env[] = { "TERM=vt100", NULL };
	struct term *t = start_with(size->columns, size->rows, env);

	assert_false(has_color(t, size->columns, size->rows));
	quit(t);
}

static void
modes_have_the_colours_of_the_status_led(void **state)
{
	struct term *t = start_small(state);
	VTermScreenCell a, b;
	int normal = term_find(t, "Boron"), dfu = term_find(t, "rig-7");

	a = term_cell(t, 4, normal);
	b = term_cell(t, 4, dfu);
	assert_false(vterm_color_is_equal(&a.fg, &b.fg));
	/* The rest is the terminal's own, so that light ones stay light. */
	a = term_cell(t, 4 + 15, normal);
	assert_true(VTERM_COLOR_IS_DEFAULT_BG(&a.bg));
	quit(t);
}

static void
pasted_text_presses_no_keys(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "\033[200~drs\rq\033[201~");
	term_wait_line(t, -2, "pasted text was dropped");
	term_wait_row(t, "▸ ● normal", "gatehouse");
	/* Where text belongs it is taken, without its line ends. */
	term_send(t, "n\x15\033[200~well\nhouse\033[201~");
	term_wait_line(t, -1, "wellhouse");
	term_send(t, "\r");
	term_wait_row(t, "▸ ● normal", "wellhouse");
	quit(t);
}

static void
unknown_sequences_press_no_keys(void **state)
{
	struct term *t = start_small(state);

	term_send(t, "\033[1;5D\033[99~\033]0;drs\a\033d\xff\xfe");
	term_send(t, "R");
	term_wait_line(t, -2, "all devices are asked");
	assert_true(term_row_has(t, "▸ ● normal", "gatehouse"));
	quit(t);
}

static void
ctrl_l_draws_anew(void **state)
{
	struct term *t = start_small(state);

	/* Somebody else wrote over it. */
	term_send(t, "\f");
	term_wait_row(t, "▸ ● normal", "gatehouse");
	quit(t);
}

static void
ctrl_z_stops_and_fg_comes_back(void **state)
{
	const struct size *size = *state;
	const char *program = getenv("PTERM"), *build = getenv("top_builddir");
	const char *source = getenv("top_srcdir");
	char command[4096];
	const char *argv[] = { "/bin/bash", "--norc", "-c", command, NULL };
	struct term *t;

	snprintf(command, sizeof command, "set -m; %s%s "
	    "--demo=%s/tests/screen/small.bench; echo stopped $?; "
	    "read -r; fg >/dev/null; echo ended $?",
	    program != NULL ? program : build,
	    program != NULL ? "" : "/pterm", source);
	t = term_start(&(struct term_options){ .columns = size->columns,
	    .rows = size->rows, .argv = argv });
	term_wait_row(t, "▸ ● normal", "gatehouse");
	term_send(t, "\x1a");
	term_wait(t, "stopped 148");
	assert_false(term_is_alternate(t));
	assert_true(term_shows_cursor(t));
	term_send(t, "\n");
	term_wait_alternate(t, true);
	term_wait_row(t, "▸ ● normal", "gatehouse");
	term_send(t, "j");
	term_wait_row(t, "▸", "Boron");
	term_send(t, "q");
	term_wait(t, "ended 0");
	assert_int_equal(term_wait_exit(t), 0);
	term_stop(t);
}

static void
a_terminal_that_does_not_read_does_not_keep_it_from_ending(void **state)
{
	struct term *t = start_small(state);

	term_clog(t);
	term_send(t, "j\f?");
	term_signal(t, SIGTERM);
	assert_int_equal(term_wait_exit_unread(t), 143);
	term_stop(t);
}

static void
a_terminal_that_does_not_read_delays_no_job(void **state)
{
	struct term *t = start_small(state);

	term_clog(t);
	/* It asks, as a job runs; and ends when that has ended. */
	term_send(t, "\fdq");
	assert_int_equal(term_wait_exit_unread(t), 0);
	term_stop(t);
}

static void
a_terminal_that_reads_again_shows_what_is(void **state)
{
	struct term *t = start_small(state);

	term_clog(t);
	term_send(t, "\fjkd\f");
	term_wait_row(t, "▸ ▲ dfu", "gatehouse");
	term_wait_row(t, "gatehouse", "in dfu mode");
	quit(t);
}

static void
mouse_clicks_choose_where_they_are_wanted(void **state)
{
	const struct size *size = *state;
	static const char *const env[] = { "PTERM_MOUSE=yes", NULL };
	struct term *t = start_with(size->columns, size->rows, env);
	char click[32];

	snprintf(click, sizeof click, "\033[<0;10;%dM", 1 +
	    term_find(t, "rig-6"));
	term_send(t, click);
	term_wait_row(t, "▸", "rig-6");
	term_send(t, "\033[<64;10;4M");
	term_wait_row(t, "▸", "Boron");
	quit(t);
}

static void
refused(const char *const *env, const char *sentence)
{
	struct term *t = term_start(&(struct term_options){ .columns = 80,
	    .rows = 24, .bench = "small.bench", .env = env });

	term_wait(t, sentence);
	assert_int_not_equal(term_wait_exit(t), 0);
	term_assert_restored(t);
	term_stop(t);
}

static void
terminals_that_cannot_are_told_so(void **state)
{
	static const char *const dumb[] = { "TERM=dumb", NULL };
	static const char *const unknown[] = { "TERM=no-such-terminal", NULL };

	(void)state;
	refused(dumb, "can't show the dashboard");
	refused(unknown, "TERM=no-such-terminal is not known");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AT_BOTH(q_puts_the_terminal_back),
		AT_BOTH(sigterm_puts_the_terminal_back),
		AT(sighup_puts_the_terminal_back, 80x24),
		AT(sigint_puts_the_terminal_back, 80x24),
		AT(a_crash_puts_the_terminal_back, 80x24),
		AT(a_wide_terminal_shows_all_at_once, 200x50),
		AT(too_small_a_terminal_says_so_and_recovers, 80x24),
		AT(the_screen_follows_the_size, 80x24),
		AT_BOTH(signs_are_ascii_where_the_locale_is),
		AT_BOTH(the_linux_console_gets_signs_that_it_has),
		AT(a_locale_that_is_not_installed_is_utf8_still, 80x24),
		AT_BOTH(no_color_means_none),
		AT(monochrome_terminals_do, 80x24),
		AT_BOTH(modes_have_the_colours_of_the_status_led),
		AT_BOTH(pasted_text_presses_no_keys),
		AT(unknown_sequences_press_no_keys, 80x24),
		AT(ctrl_l_draws_anew, 80x24),
		AT(ctrl_z_stops_and_fg_comes_back, 80x24),
		AT_BOTH(
		    a_terminal_that_does_not_read_does_not_keep_it_from_ending),
		AT_BOTH(a_terminal_that_does_not_read_delays_no_job),
		AT_BOTH(a_terminal_that_reads_again_shows_what_is),
		AT_BOTH(mouse_clicks_choose_where_they_are_wanted),
		AT(terminals_that_cannot_are_told_so, 80x24),
	};

	return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
