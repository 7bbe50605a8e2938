#include "config.h"

#include "ui/draw.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define DRAW_TEXT_MAX	2048

static int
draw_min(int a, int b)
{
	return a < b ? a : b;
}

struct draw
draw_in(const struct draw *d, const struct rect *r)
{
	struct draw part = *d;
	int right = draw_min(d->r.width, r->x + r->width);
	int bottom = draw_min(d->r.height, r->y + r->height);

	part.r.x = d->r.x + r->x;
	part.r.y = d->r.y + r->y;
	part.r.width = right > r->x ? right - r->x : 0;
	part.r.height = bottom > r->y ? bottom - r->y : 0;
	return part;
}

struct draw
draw_line(const struct draw *d, int y)
{
	struct rect line = { .y = y, .width = d->r.width, .height = 1 };

	return draw_in(d, &line);
}

int
draw_width(const char *text)
{
	return (int)text_width(text);
}

/* Where the terminal shows no Unicode, each foreign character is a '?'. */
static void
draw_to_ascii(char *text)
{
	char *out = text;
	size_t len = strlen(text), n;
	uint32_t c;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &c);
		if (n <= 1) {
			n = 1;
			*out++ = text[i];
		} else
			*out++ = '?';
	}
	*out = '\0';
}

static void
draw_style(const struct draw *d, enum style style)
{
	int bar = d->selected ? 1 : 0;

	wattr_set(d->win, d->theme->attrs[style][bar],
	    d->theme->pairs[style][bar], NULL);
}

int
draw_text(const struct draw *d, int x, int y, int width, enum style style,
    const char *text)
{
	char clean[DRAW_TEXT_MAX];
	const char *more = theme_sign(d->theme, SIGN_MORE);
	bool is_cut;
	int used;

	width = draw_min(width, d->r.width - x);
	if (x < 0 || y < 0 || y >= d->r.height || width <= 0)
		return x;
	text_clean(clean, sizeof clean, text, strlen(text));
	if (!d->theme->unicode)
		draw_to_ascii(clean);
	is_cut = draw_width(clean) > width;
	if (is_cut)
		clean[text_fit(clean, (size_t)width - 1)] = '\0';
	used = draw_width(clean);
	draw_style(d, style);
	mvwaddstr(d->win, d->r.y + y, d->r.x + x, clean);
	if (is_cut) {
		waddstr(d->win, more);
		used++;
	}
	return x + used;
}

int
draw_put(const struct draw *d, int x, int y, enum style style,
    const char *text)
{
	return draw_text(d, x, y, d->r.width - x, style, text);
}

int
draw_printf(const struct draw *d, int x, int y, enum style style,
    const char *fmt, ...)
{
	char text[DRAW_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return draw_put(d, x, y, style, text);
}

int
draw_right(const struct draw *d, int y, enum style style, const char *text)
{
	int x = d->r.width - draw_width(text);

	if (x < 0)
		x = 0;
	draw_put(d, x, y, style, text);
	return x;
}

/* How many bytes of text go on a line of so many columns; *skip: and how many
 * spaces behind it are left out. */
static size_t
draw_break(const char *text, int width, size_t *skip)
{
	size_t fit = text_fit(text, (size_t)width), len = fit;

	*skip = 0;
	if (text[fit] == '\0')
		return fit;
	while (len > 0 && text[len] != ' ')
		len--;
	if (len == 0)
		return fit > 0 ? fit : strlen(text);
	*skip = strspn(text + len, " ");
	return len;
}

int
draw_wrapped_lines(int width, const char *text)
{
	size_t skip;
	int lines = 0;

	while (*text != '\0' && width > 0) {
		text += draw_break(text, width, &skip);
		text += skip;
		lines++;
	}
	return lines;
}

int
draw_wrapped(const struct draw *d, int x, int y, int max_lines,
    enum style style, const char *text)
{
	char line[DRAW_TEXT_MAX];
	int width = d->r.width - x, lines = 0;
	size_t len, skip;

	while (*text != '\0' && width > 0 && lines < max_lines) {
		if (lines == max_lines - 1) {
			/* All that is left: cut where it does not fit. */
			draw_put(d, x, y + lines, style, text);
			return lines + 1;
		}
		len = draw_break(text, width, &skip);
		snprintf(line, sizeof line, "%.*s", (int)len, text);
		draw_put(d, x, y + lines, style, line);
		text += len + skip;
		lines++;
	}
	return lines;
}

void
draw_rule(const struct draw *d, int y, const char *title, enum style style)
{
	const char *rule = theme_sign(d->theme, SIGN_RULE);
	int x = 0;

	if (title != NULL && *title != '\0') {
		x = draw_put(d, 0, y, STYLE_DIM, rule);
		x = draw_text(d, x + 1, y, d->r.width - x - 2, style, title);
		x++;
	}
	while (x < d->r.width && y < d->r.height)
		x = draw_put(d, x, y, STYLE_DIM, rule);
}

void
draw_clear(const struct draw *d)
{
	draw_style(d, STYLE_TEXT);
	for (int y = 0; y < d->r.height && d->r.width > 0; y++)
		mvwhline(d->win, d->r.y + y, d->r.x, ' ', d->r.width);
}

void
draw_bar(const struct draw *d, int y)
{
	struct draw bar = *d;

	if (y < 0 || y >= d->r.height || d->r.width <= 0)
		return;
	bar.selected = true;
	draw_style(&bar, STYLE_TEXT);
	mvwhline(d->win, d->r.y + y, d->r.x, ' ', d->r.width);
}

void
draw_cursor(const struct draw *d, int x, int y)
{
	if (x >= 0 && x < d->r.width && y >= 0 && y < d->r.height)
		*d->cursor = (struct draw_cursor){ .is_shown = true,
		    .x = d->r.x + x, .y = d->r.y + y };
}
