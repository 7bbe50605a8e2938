/*
 * Each test at each size of terminal: the size is the state that cmocka hands
 * to the test.
 */
#ifndef PTERM_TESTS_SCREEN_SIZES_H
#define PTERM_TESTS_SCREEN_SIZES_H

#include "term.h"

struct size {
	int	columns;
	int	rows;
};

static const struct size size_80x24 = { 80, 24 };
static const struct size size_120x40 = { 120, 40 };

#define AT(test, size) { #test " at " #size, test, NULL, NULL, \
	(void *)(uintptr_t)&size_##size }
#define AT_BOTH(test) AT(test, 80x24), AT(test, 120x40)

static inline struct term *
start(void **state, const char *bench)
{
	const struct size *size = *state;

	return term_start(&(struct term_options){ .columns = size->columns,
	    .rows = size->rows, .bench = bench });
}

/* The bench of small.bench, once every device has told what it does. */
static inline struct term *
start_small(void **state)
{
	struct term *t = start(state, "small.bench");

	term_wait_row(t, "normal", "gatehouse");
	term_wait_row(t, "normal", "Boron");
	term_wait_row(t, "normal", "rig-6");
	term_wait_row(t, "listening", "Argon");
	term_wait_row(t, "dfu", "rig-7");
	term_wait_row(t, "no access", "Electron");
	term_wait_row(t, "protected", "vault");
	term_wait_row(t, "safe mode", "pump");
	return t;
}

/* Leaves by q, and the terminal is as it was. */
static inline void
quit(struct term *t)
{
	/* An Esc that q follows at once would be Alt-q. */
	term_wait_line(t, -1, "q quit");
	term_send(t, "q");
	assert_int_equal(term_wait_exit(t), 0);
	term_assert_restored(t);
	term_stop(t);
}

#endif
