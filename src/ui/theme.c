#include "config.h"

#include "ui/theme.h"

#include <string.h>

/* Colours that styles are made of, and what they are by number of colours. -1
 * is the terminal's own. The 256 are of medium brightness: each has at least
 * about 3:1 against both black and white. */
enum ink {
	INK_OWN,
	INK_DIM,
	INK_ACCENT,
	INK_CYAN,
	INK_GREEN,
	INK_BLUE,
	INK_MAGENTA,
	INK_YELLOW,
	INK_RED,
	INK_COUNT,
};

static const struct {
	short	of_256;
	short	of_8;
	short	of_8_selected;	/* on the bar, which is cyan there */
} inks[INK_COUNT] = {
	[INK_OWN] = { -1, -1, COLOR_BLACK },
	[INK_DIM] = { 245, -1, COLOR_BLACK },
	[INK_ACCENT] = { 37, COLOR_CYAN, COLOR_BLACK },
	[INK_CYAN] = { 37, COLOR_CYAN, COLOR_BLACK },
	[INK_GREEN] = { 71, COLOR_GREEN, COLOR_BLACK },
	[INK_BLUE] = { 33, COLOR_BLUE, COLOR_BLUE },
	[INK_MAGENTA] = { 170, COLOR_MAGENTA, COLOR_BLACK },
	[INK_YELLOW] = { 178, COLOR_YELLOW, COLOR_BLACK },
	[INK_RED] = { 203, COLOR_RED, COLOR_RED },
};

/* The bar of the selected row. */
#define BAR_256		237
#define BAR_TEXT_256	255
#define BAR_DIM_256	250
#define BAR_8		COLOR_CYAN

static const struct {
	enum ink	ink;
	attr_t		attr;
	attr_t		mono;	/* without colours */
} styles[STYLE_COUNT] = {
	[STYLE_TEXT] = { INK_OWN, A_NORMAL, A_NORMAL },
	[STYLE_STRONG] = { INK_OWN, A_BOLD, A_BOLD },
	[STYLE_DIM] = { INK_DIM, A_NORMAL, A_NORMAL },
	[STYLE_HEAD] = { INK_DIM, A_NORMAL, A_UNDERLINE },
	[STYLE_BRAND] = { INK_ACCENT, A_BOLD, A_BOLD },
	[STYLE_KEY] = { INK_ACCENT, A_BOLD, A_BOLD },
	[STYLE_TAG] = { INK_YELLOW, A_BOLD, A_BOLD },
	[STYLE_GOOD] = { INK_GREEN, A_NORMAL, A_NORMAL },
	[STYLE_BAD] = { INK_RED, A_NORMAL, A_BOLD },
	[STYLE_WARN] = { INK_YELLOW, A_NORMAL, A_BOLD },
	[STYLE_CHOICE] = { INK_OWN, A_REVERSE, A_REVERSE },
	[STYLE_CYAN] = { INK_CYAN, A_NORMAL, A_NORMAL },
	[STYLE_GREEN] = { INK_GREEN, A_NORMAL, A_NORMAL },
	[STYLE_BLUE] = { INK_BLUE, A_NORMAL, A_NORMAL },
	[STYLE_MAGENTA] = { INK_MAGENTA, A_NORMAL, A_NORMAL },
	[STYLE_YELLOW] = { INK_YELLOW, A_NORMAL, A_NORMAL },
	[STYLE_RED] = { INK_RED, A_NORMAL, A_NORMAL },
	/* White on black, black on white. */
	[STYLE_WHITE] = { INK_OWN, A_BOLD, A_BOLD },
};

/* The Linux console's font has no more than CP437: ASCII is safe there. */
static const char *const signs[SIGN_COUNT][2] = {
	[SIGN_CURSOR] = { "▸", ">" },
	[SIGN_TAG] = { "✓", "*" },
	[SIGN_RULE] = { "─", "-" },
	[SIGN_MORE] = { "…", "~" },
	[SIGN_ARROW] = { "→", ">" },
	[SIGN_ASCENDING] = { "↑", "^" },
	[SIGN_DESCENDING] = { "↓", "v" },
	[SIGN_UP] = { "▲", "^" },
	[SIGN_DOWN] = { "▼", "v" },
	[SIGN_GOOD] = { "✔", "+" },
	[SIGN_BAD] = { "✖", "!" },
};

static const struct {
	const char	*sign[2];
	const char	*word;
	enum style	 style;
} modes[DEVICE_MODE_COUNT] = {
	[DEVICE_UNKNOWN] = { { "○", "?" }, "unknown", STYLE_DIM },
	[DEVICE_NORMAL] = { { "●", "o" }, "normal", STYLE_CYAN },
	[DEVICE_LISTENING] = { { "◐", "~" }, "listening", STYLE_BLUE },
	[DEVICE_SAFE] = { { "◆", "+" }, "safe mode", STYLE_MAGENTA },
	[DEVICE_DFU] = { { "▲", "^" }, "dfu", STYLE_YELLOW },
	[DEVICE_SWITCHING] = { { "◌", "|" }, "switching", STYLE_DIM },
	[DEVICE_EDL] = { { "△", "^" }, "edl", STYLE_YELLOW },
	[DEVICE_PROTECTED] = { { "■", "#" }, "protected", STYLE_WHITE },
	[DEVICE_NO_PERMISSION] = { { "✖", "x" }, "no access", STYLE_RED },
	[DEVICE_NOT_ANSWERING] = { { "◌", "!" }, "not answering", STYLE_RED },
};

static const char *const spinner[THEME_SPINNER_STEPS][2] = {
	{ "⠋", "|" }, { "⠙", "/" }, { "⠸", "-" }, { "⠴", "\\" },
	{ "⠦", "|" }, { "⠇", "/" }, { "⠏", "-" }, { "⠋", "\\" },
};

static short
theme_foreground(const struct theme *t, enum ink ink, bool selected)
{
	if (t->colors == 8)
		return selected ? inks[ink].of_8_selected : inks[ink].of_8;
	if (selected && ink == INK_OWN)
		return BAR_TEXT_256;
	if (selected && ink == INK_DIM)
		return BAR_DIM_256;
	return inks[ink].of_256;
}

static void
theme_init_pairs(struct theme *t)
{
	short bar = t->colors == 8 ? BAR_8 : BAR_256;
	short pair;

	for (int ink = 0; ink < INK_COUNT; ink++) {
		for (int selected = 0; selected < 2; selected++) {
			pair = (short)(1 + ink * 2 + selected);
			init_pair(pair, theme_foreground(t, (enum ink)ink,
			    selected != 0), selected != 0 ? bar : -1);
		}
	}
}

void
theme_init(struct theme *theme, const struct theme_options *options)
{
	*theme = (struct theme){
		.unicode = options->unicode && !options->is_linux_console,
	};
	if (options->color && options->pairs > 2 * INK_COUNT) {
		theme->colors = options->colors >= 256 ? 256 :
		    options->colors >= 8 ? 8 : 0;
	}
	if (theme->colors > 0)
		theme_init_pairs(theme);
	for (int style = 0; style < STYLE_COUNT; style++) {
		for (int selected = 0; selected < 2; selected++) {
			attr_t *attr = &theme->attrs[style][selected];

			if (theme->colors == 0) {
				*attr = styles[style].mono;
				if (selected != 0)
					*attr |= A_REVERSE;
				continue;
			}
			*attr = styles[style].attr;
			/* Bold on a background turns faint or blinks on some
			 * terminals of 8 colours. */
			if (theme->colors == 8)
				*attr &= ~(attr_t)A_BOLD;
			theme->pairs[style][selected] = (short)
			    (1 + (int)styles[style].ink * 2 + selected);
		}
	}
}

const char *
theme_sign(const struct theme *theme, enum sign sign)
{
	return signs[sign][theme->unicode ? 0 : 1];
}

const char *
theme_plain_sign(const struct theme *theme, enum device_mode mode)
{
	return modes[mode].sign[theme->unicode ? 0 : 1];
}

enum style
theme_plain_style(enum device_mode mode)
{
	return modes[mode].style;
}

const char *
theme_mode_sign(const struct theme *theme, const struct device *device,
    unsigned step)
{
	if (device->mode == DEVICE_SWITCHING)
		return spinner[step % THEME_SPINNER_STEPS]
		    [theme->unicode ? 0 : 1];
	return theme_plain_sign(theme, device->mode);
}

enum style
theme_mode_style(const struct device *device)
{
	/* Breathing cyan is connected; green is not, where that is known. */
	if (device->mode == DEVICE_NORMAL && device->cloud[0] != '\0' &&
	    strcmp(device->cloud, "connected") != 0)
		return STYLE_GREEN;
	if (device->mode == DEVICE_SWITCHING)
		return modes[device->going_to].style;
	return modes[device->mode].style;
}

const char *
theme_mode_word(enum device_mode mode)
{
	return modes[mode].word;
}
