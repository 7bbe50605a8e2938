/*
 * A terminal for tests: the real program on a pseudo terminal, what it draws
 * kept by libvterm as a screen of cells.
 *
 * Nothing sleeps. term_wait_*() reads what the program writes until the screen
 * shows what is waited for; when it has not after TERM_PATIENCE_S, the screen is
 * printed and the test fails. Asking without waiting (term_has()) is for what is
 * already known to be drawn.
 */
#ifndef PTERM_TESTS_SCREEN_TERM_H
#define PTERM_TESTS_SCREEN_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include <vterm.h>

#define TERM_PATIENCE_S	20

struct term;

struct term_options {
	int			 columns;
	int			 rows;
	/* Program and arguments; NULL: pterm --demo=BENCH, or --demo. */
	const char *const	*argv;
	const char		*bench;		/* of this folder: "small.bench" */
	/* Further arguments behind those; NULL-terminated. */
	const char *const	*words;
	/* "NAME=VALUE" beside (and instead of) the usual; NULL-terminated. */
	const char *const	*env;
};

struct term	*term_start(const struct term_options *options);
/* Kills the program where it has not ended. */
void		 term_stop(struct term *term);

/* Bytes as a keyboard sends them. */
void		 term_send(struct term *term, const char *bytes);
void		 term_resize(struct term *term, int columns, int rows);
void		 term_signal(struct term *term, int signo);

/* The text stands somewhere on the screen, within one line. */
void		 term_wait(struct term *term, const char *text);
void		 term_wait_gone(struct term *term, const char *text);
/* Both stand on one line. */
void		 term_wait_row(struct term *term, const char *a, const char *b);
void		 term_wait_row_gone(struct term *term, const char *a,
		    const char *b);
/* On that line (0 is the first, -1 the last). */
void		 term_wait_line(struct term *term, int y, const char *text);
bool		 term_has(struct term *term, const char *text);
bool		 term_row_has(struct term *term, const char *a, const char *b);
/* One line as UTF-8; valid until the next call. */
const char	*term_line(struct term *term, int y);
/* The line that has the text; -1: none. */
int		 term_find(struct term *term, const char *text);
VTermScreenCell	 term_cell(struct term *term, int x, int y);
bool		 term_is_alternate(const struct term *term);
bool		 term_shows_cursor(const struct term *term);
void		 term_wait_alternate(struct term *term, bool on);

/* Fills the terminal with bytes that show nothing, until it takes no more: as
 * if it had stopped reading long ago. It reads again with the next wait. */
void		 term_clog(struct term *term);

/* Reads to the end; the exit status, or 128 + signal. */
int		 term_wait_exit(struct term *term);
/* The same without reading a byte: what the program writes piles up. */
int		 term_wait_exit_unread(struct term *term);
/* The terminal is as it was before the program began: modes, main screen,
 * cursor; fails the test where it is not. */
void		 term_assert_restored(struct term *term);
/* Fails the test with the screen. */
void		 term_fail(struct term *term, const char *why);

#endif
