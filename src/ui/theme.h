/*
 * Theme: what things look like. Every text on the screen has a style; a style
 * is a colour and an attribute, chosen once by what the terminal can do.
 *
 * Mode colours are those of the device's own status LED; a sign and a word
 * always stand beside the colour, so nothing is lost on a terminal without.
 * The screen's own foreground and background stay what the user has; other
 * colours are of medium brightness, so that they read on both dark and light
 * ones. Nothing depends on bold.
 */
#ifndef PTERM_UI_THEME_H
#define PTERM_UI_THEME_H

#include <stdbool.h>

#include <ncurses.h>

#include "model/device.h"

enum style {
	STYLE_TEXT,
	STYLE_STRONG,
	STYLE_DIM,		/* labels, rules, ages */
	STYLE_HEAD,		/* titles of columns and groups */
	STYLE_BRAND,		/* the program's name */
	STYLE_KEY,		/* a key, in the last line and the help */
	STYLE_TAG,
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_WARN,
	STYLE_CHOICE,		/* the answer that Enter takes */
	STYLE_CYAN,		/* from here on: mode colours */
	STYLE_GREEN,
	STYLE_BLUE,
	STYLE_MAGENTA,
	STYLE_YELLOW,
	STYLE_RED,
	STYLE_WHITE,
	STYLE_COUNT,
};

enum sign {
	SIGN_CURSOR,
	SIGN_TAG,
	SIGN_RULE,
	SIGN_MORE,		/* a text that was cut */
	SIGN_ARROW,		/* on its way to */
	SIGN_ASCENDING,
	SIGN_DESCENDING,
	SIGN_UP,		/* more above */
	SIGN_DOWN,		/* more below */
	SIGN_GOOD,
	SIGN_BAD,
	SIGN_COUNT,
};

#define THEME_SPINNER_STEPS	8

struct theme {
	bool	unicode;
	int	colors;		/* 0, 8 or 256 */
	attr_t	attrs[STYLE_COUNT][2];	/* [1]: in the selected row */
	short	pairs[STYLE_COUNT][2];
};

struct theme_options {
	bool	color;
	bool	unicode;
	bool	is_linux_console;	/* few glyphs, no faint text */
	int	colors;		/* what the terminal has */
	int	pairs;
};

/* After start_color(). */
void		 theme_init(struct theme *theme,
		    const struct theme_options *options);

const char	*theme_sign(const struct theme *theme, enum sign sign);
/* The device's mode: what stands in front of the word, and its colour. step
 * turns the sign of a device that is switching. */
const char	*theme_mode_sign(const struct theme *theme,
		    const struct device *device, unsigned step);
enum style	 theme_mode_style(const struct device *device);
/* The mode alone, for counts and the legend. */
const char	*theme_plain_sign(const struct theme *theme,
		    enum device_mode mode);
enum style	 theme_plain_style(enum device_mode mode);
/* "no access": what people read. */
const char	*theme_mode_word(enum device_mode mode);

#endif
