/*
 * Drawing: thin wrappers over a WINDOW. Every text is cleaned and cut to the
 * columns that are there; what was cut ends in a sign that says so. Outside the
 * rectangle nothing is ever drawn.
 *
 * Coordinates are cells, relative to the rectangle.
 */
#ifndef PTERM_UI_DRAW_H
#define PTERM_UI_DRAW_H

#include <stdbool.h>

#include "ui/layout.h"
#include "ui/theme.h"

/* Where the cursor goes, once all is drawn. */
struct draw_cursor {
	bool	is_shown;
	int	x;
	int	y;
};

struct draw {
	WINDOW			*win;
	const struct theme	*theme;
	struct draw_cursor	*cursor;
	struct rect		 r;
	bool			 selected;	/* on the bar */
};

/* The same window, another part of it. */
struct draw	draw_in(const struct draw *d, const struct rect *r);
/* One line of it. */
struct draw	draw_line(const struct draw *d, int y);

/* At most width columns (and to the edge); returns the x behind the text. */
int	draw_text(const struct draw *d, int x, int y, int width,
	    enum style style, const char *text);
/* To the edge. */
int	draw_put(const struct draw *d, int x, int y, enum style style,
	    const char *text);
int	draw_printf(const struct draw *d, int x, int y, enum style style,
	    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Ends at the right edge; returns where it begins. */
int	draw_right(const struct draw *d, int y, enum style style,
	    const char *text);
/* Breaks at spaces; at most max_lines. Returns how many lines it took. With
 * max_lines 0 nothing is drawn. */
int	draw_wrapped(const struct draw *d, int x, int y, int max_lines,
	    enum style style, const char *text);
/* The same arithmetic, without a window. */
int	draw_wrapped_lines(int width, const char *text);
/* A rule over the whole width, with a title in it (NULL: none). */
void	draw_rule(const struct draw *d, int y, const char *title,
	    enum style style);
/* Nothing, where something was drawn before. */
void	draw_clear(const struct draw *d);
/* The bar under a selected row. */
void	draw_bar(const struct draw *d, int y);
void	draw_cursor(const struct draw *d, int x, int y);

/* Columns of a text as it will be shown. */
int	draw_width(const char *text);

#endif
