/*
 * The table of devices, and the line with the counts above it.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ui/state.h"

#define CURSOR_X	0
#define TAG_X		1
#define FIRST_X		2
#define SIGN_WIDTH	2
#define MODE_WIDTH	(SIGN_WIDTH + 13)	/* "not answering" */
#define NAME_WIDTH_MAX	18
#define PLATFORM_WIDTH_MAX 16
#define MESSAGE_MAX	(ERROR_TEXT_MAX + 64)

/* --- Header ------------------------------------------------------------- */

/* Modes in the order in which they are counted. */
static const enum device_mode counted[] = {
	DEVICE_NORMAL, DEVICE_LISTENING, DEVICE_SAFE, DEVICE_DFU,
	DEVICE_SWITCHING, DEVICE_PROTECTED, DEVICE_EDL, DEVICE_NO_PERMISSION,
	DEVICE_NOT_ANSWERING, DEVICE_UNKNOWN,
};
#define COUNTED (sizeof counted / sizeof counted[0])

/* How the counts are written: the first form that fits. */
static const struct {
	int	gap;
	bool	has_signs;
	bool	has_words;
} count_forms[] = {
	{ 3, true, true }, { 2, true, true }, { 2, false, true },
	{ 2, true, false }, { 1, true, false },
};
#define COUNT_FORMS (sizeof count_forms / sizeof count_forms[0])

static const char *
devices_count(const struct ui *ui, size_t form, enum device_mode mode, size_t n,
    char *out, size_t size)
{
	snprintf(out, size, "%s%s%zu%s%s", count_forms[form].has_signs ?
	    theme_plain_sign(&ui->theme, mode) : "",
	    count_forms[form].has_signs ? " " : "", n,
	    count_forms[form].has_words ? " " : "",
	    count_forms[form].has_words ? theme_mode_word(mode) : "");
	return out;
}

static int
devices_draw_counts(struct ui *ui, const struct draw *line, int x, int room)
{
	size_t counts[DEVICE_MODE_COUNT] = { 0 }, form;
	size_t n = registry_count(ui->app->registry);
	char text[64];
	int width;

	for (size_t i = 0; i < n; i++)
		counts[registry_at(ui->app->registry, i)->mode]++;
	x = draw_printf(line, x + 2, 0, STYLE_STRONG, "%zu device%s", n,
	    n == 1 ? "" : "s");
	for (form = 0; form < COUNT_FORMS; form++) {
		width = x;
		for (size_t i = 0; i < COUNTED; i++) {
			if (counts[counted[i]] > 0)
				width += count_forms[form].gap +
				    draw_width(devices_count(ui, form,
				    counted[i], counts[counted[i]], text,
				    sizeof text));
		}
		if (width <= room || form == COUNT_FORMS - 1)
			break;
	}
	for (size_t i = 0; i < COUNTED; i++) {
		enum device_mode mode = counted[i];

		if (counts[mode] > 0)
			x = draw_put(line, x + count_forms[form].gap, 0,
			    theme_plain_style(mode), devices_count(ui, form,
			    mode, counts[mode], text, sizeof text));
	}
	return x;
}

/* What stands at the right of the header. */
static enum style
devices_header_right(const struct ui *ui, char *out, size_t size)
{
	size_t tagged = rows_tagged(&ui->rows);

	out[0] = '\0';
	if (tagged > 0) {
		snprintf(out, size, "%s %zu tagged",
		    theme_sign(&ui->theme, SIGN_TAG), tagged);
		return STYLE_TAG;
	}
	if (ui->rows.filter[0] != '\0') {
		snprintf(out, size, "/%.40s  %zu of %zu", ui->rows.filter,
		    ui->rows.count, registry_count(ui->app->registry));
		return STYLE_KEY;
	}
	if (ui->app->bench != NULL)
		snprintf(out, size, "virtual bench");
	return STYLE_DIM;
}

void
devices_draw_header(struct ui *ui, const struct draw *line)
{
	char right[ROWS_FILTER_MAX + 64];
	enum style style = devices_header_right(ui, right, sizeof right);
	int x, right_x = line->r.width - 1 - draw_width(right), room;

	/* What runs is said in any case, what is always so where there is
	 * room. */
	room = style == STYLE_DIM ? line->r.width - 1 : right_x - 2;
	x = draw_put(line, 1, 0, STYLE_BRAND, "pterm");
	if (!ui->app->is_ready && registry_count(ui->app->registry) == 0)
		x = draw_put(line, x + 2, 0, STYLE_DIM, "looking for devices");
	else
		x = devices_draw_counts(ui, line, x, room);
	if (style != STYLE_DIM || x + 2 <= right_x)
		draw_put(line, right_x, 0, style, right);
}

/* --- Cells -------------------------------------------------------------- */

/* One name where a platform has several and they don't fit. */
static const char *
devices_platform(const struct device *d, char *out, size_t size)
{
	const char *name = platform_shown_name(d->platform, d->usb.product);
	const char *also = strstr(name, " / ");

	if (also == NULL || draw_width(name) <= PLATFORM_WIDTH_MAX)
		return name;
	snprintf(out, size, "%.*s", (int)(also - name), name);
	return out;
}

static const char *
devices_tty(const struct device *d)
{
	return text_starts(d->usb.tty, "/dev/") ? d->usb.tty + 5 : d->usb.tty;
}

static const char *
devices_id(const struct device *d, bool whole)
{
	size_t len = strlen(d->id);

	if (len == 0)
		return "-";
	return whole || len <= 8 ? d->id : d->id + len - 8;
}

/* Ages are in minutes: nothing counts seconds by itself. */
static const char *
devices_since(const struct ui *ui, const struct device *d, char *out,
    size_t size)
{
	uint64_t now = loop_now_us(ui->app->loop);
	uint64_t minutes = now > d->since_us ?
	    (now - d->since_us) / LOOP_S(60) : 0;

	if (minutes < 1)
		snprintf(out, size, "<1 m");
	else if (minutes < 120)
		snprintf(out, size, "%" PRIu64 " m", minutes);
	else if (minutes < 48 * 60)
		snprintf(out, size, "%" PRIu64 " h", minutes / 60);
	else
		snprintf(out, size, "%" PRIu64 " d", minutes / 60 / 24);
	return out;
}

const char *
devices_mode(const struct ui *ui, const struct device *d, char *out,
    size_t size)
{
	if (d->mode == DEVICE_SWITCHING)
		snprintf(out, size, "%s %s", theme_sign(&ui->theme, SIGN_ARROW),
		    theme_mode_word(d->going_to));
	else if (d->mode == DEVICE_UNKNOWN && d->asked_us != 0)
		snprintf(out, size, "asking");
	else
		return theme_mode_word(d->mode);
	return out;
}

static const char *
devices_cell(const struct ui *ui, const struct device *d, enum column column,
    bool whole_id, char *out, size_t size)
{
	switch (column) {
	case COLUMN_MODE:
		return devices_mode(ui, d, out, size);
	case COLUMN_NAME:
		return d->nickname;
	case COLUMN_PLATFORM:
		return devices_platform(d, out, size);
	case COLUMN_ID:
		return devices_id(d, whole_id);
	case COLUMN_OS:
		return d->system_version;
	case COLUMN_PORT:
		return d->usb.tty[0] == '\0' ? "-" : devices_tty(d);
	case COLUMN_USB:
		return d->usb.path;
	case COLUMN_SINCE:
		return devices_since(ui, d, out, size);
	case COLUMN_COUNT:
		break;
	}
	return "";
}

static enum style
devices_cell_style(const struct device *d, enum column column)
{
	switch (column) {
	case COLUMN_MODE:
		return theme_mode_style(d);
	case COLUMN_NAME:
		return STYLE_STRONG;
	case COLUMN_ID:
	case COLUMN_USB:
	case COLUMN_SINCE:
		return STYLE_DIM;
	default:
		return STYLE_TEXT;
	}
}

/* --- Messages ----------------------------------------------------------- */

/* What a row has to say behind its columns; "" for nothing. */
static enum style
devices_message(struct ui *ui, const struct device *d, char *out, size_t size)
{
	const struct job *job = jobs_get(ui->app->jobs, d->job);
	const struct row_mark *result = rows_result(&ui->rows, d->number);

	out[0] = '\0';
	if (job != NULL) {
		snprintf(out, size, "%s: %s", job->action->verb,
		    job->doing[0] != '\0' ? job->doing : "begins");
		return STYLE_WARN;
	}
	if (result != NULL) {
		snprintf(out, size, "%s %s", theme_sign(&ui->theme,
		    result->result_ok ? SIGN_GOOD : SIGN_BAD), result->result);
		return result->result_ok ? STYLE_GOOD : STYLE_BAD;
	}
	if (d->problem[0] != '\0') {
		snprintf(out, size, "%s", d->problem);
		return STYLE_BAD;
	}
	snprintf(out, size, "%s", d->mode_reason);
	return STYLE_DIM;
}

/* --- Table -------------------------------------------------------------- */

static void
devices_columns(struct ui *ui, struct columns *columns, int width)
{
	int wanted[COLUMN_COUNT] = {
		[COLUMN_MODE] = MODE_WIDTH,
		[COLUMN_ID] = width >= LAYOUT_WHOLE_ID_WIDTH ?
		    DEVICE_ID_LEN : 9,
		[COLUMN_OS] = 5,
		[COLUMN_PORT] = 8,
		[COLUMN_SINCE] = 5,
	};
	static const struct { enum column column; int min, max; } fitted[] = {
		{ COLUMN_NAME, 4, NAME_WIDTH_MAX },
		{ COLUMN_PLATFORM, 8, PLATFORM_WIDTH_MAX },
		{ COLUMN_OS, 5, 12 },
		{ COLUMN_USB, 5, 12 },
	};
	char room[64];

	/* Of all devices, not of those in sight: scrolling moves no column. */
	for (size_t f = 0; f < sizeof fitted / sizeof fitted[0]; f++) {
		int *w = &wanted[fitted[f].column];

		*w = fitted[f].min;
		for (size_t i = 0; i < ui->rows.count; i++) {
			int len = draw_width(devices_cell(ui,
			    rows_at(&ui->rows, i), fitted[f].column, false,
			    room, sizeof room));

			*w = len > *w ? len : *w;
		}
		*w = *w > fitted[f].max ? fitted[f].max : *w;
	}
	columns_fit(columns, width - 1, FIRST_X, wanted);
}

static void
devices_draw_head(struct ui *ui, const struct draw *head,
    const struct columns *columns)
{
	for (int i = 0; i < COLUMN_COUNT; i++) {
		bool is_sort = (enum column)i == ui->rows.sort;
		int x = columns->x[i] + (i == COLUMN_MODE ? SIGN_WIDTH : 0);

		if (columns->width[i] == 0)
			continue;
		x = draw_put(head, x, 0, is_sort ? STYLE_KEY : STYLE_HEAD,
		    column_title((enum column)i));
		if (is_sort)
			draw_put(head, x, 0, STYLE_KEY,
			    theme_sign(&ui->theme, ui->rows.is_turned ?
			    SIGN_DESCENDING : SIGN_ASCENDING));
	}
}

static void
devices_draw_row(struct ui *ui, const struct draw *rows, int y,
    const struct columns *columns, const struct device *d)
{
	struct draw line = draw_line(rows, y);
	bool whole = rows->r.width >= LAYOUT_WHOLE_ID_WIDTH;
	bool is_selected = ui->rows.is_selected &&
	    ui->rows.selected == d->number;
	char message[MESSAGE_MAX], room[64];
	int message_x = rows->r.width;
	enum style style;

	line.selected = is_selected;
	if (is_selected) {
		draw_bar(&line, 0);
		draw_put(&line, CURSOR_X, 0, STYLE_KEY,
		    theme_sign(&ui->theme, SIGN_CURSOR));
	}
	if (rows_is_tagged(&ui->rows, d->number))
		draw_put(&line, TAG_X, 0, STYLE_TAG,
		    theme_sign(&ui->theme, SIGN_TAG));
	style = devices_message(ui, d, message, sizeof message);
	if (message[0] != '\0')
		message_x = columns_message_x(columns, rows->r.width - 1,
		    draw_width(message), d->nickname[0] == '\0' ||
		    columns->width[COLUMN_NAME] == 0);
	if (message_x < columns->x[COLUMN_ID] + DEVICE_ID_LEN)
		whole = false;
	for (int i = 0; i < COLUMN_COUNT; i++) {
		enum column column = (enum column)i;
		int x = columns->x[i], width = columns->width[i];

		if (width == 0 || x >= message_x)
			continue;
		if (column == COLUMN_MODE) {
			draw_put(&line, x, 0, theme_mode_style(d),
			    theme_mode_sign(&ui->theme, d, ui->spin));
			x += SIGN_WIDTH;
			width -= SIGN_WIDTH;
		}
		draw_text(&line, x, 0, width, devices_cell_style(d, column),
		    devices_cell(ui, d, column, whole, room, sizeof room));
	}
	if (message[0] != '\0')
		draw_text(&line, message_x, 0, rows->r.width - 1 - message_x,
		    style, message);
	if (d->mode == DEVICE_SWITCHING)
		ui->wants_spin = true;
}

static void
devices_draw_nothing(struct ui *ui, const struct draw *rows)
{
	if (ui->rows.filter[0] != '\0' && registry_count(ui->app->registry) > 0)
		draw_printf(rows, 4, 0, STYLE_DIM,
		    "No device matches \"%s\": Esc shows all again.",
		    ui->rows.filter);
	else if (ui->app->is_ready)
		draw_put(rows, 4, 0, STYLE_DIM, "No Particle device is "
		    "attached. Plug one in: it appears here by itself.");
}

void
devices_draw_more(struct ui *ui, const struct draw *rule)
{
	size_t height = (size_t)ui->layout.rows.height;
	size_t above = ui->rows.top;
	size_t below = ui->rows.count > above + height ?
	    ui->rows.count - above - height : 0;
	char text[64];

	if (above == 0 && below == 0)
		return;
	snprintf(text, sizeof text, " %s %zu %s %zu ",
	    theme_sign(&ui->theme, SIGN_UP), above,
	    theme_sign(&ui->theme, SIGN_DOWN), below);
	draw_right(rule, 0, STYLE_KEY, text);
}

void
devices_draw(struct ui *ui, const struct draw *head, const struct draw *rows)
{
	struct columns columns;
	size_t height = (size_t)rows->r.height;

	devices_columns(ui, &columns, rows->r.width);
	devices_draw_head(ui, head, &columns);
	rows_scroll(&ui->rows, height);
	for (size_t i = 0; i < height && ui->rows.top + i < ui->rows.count; i++)
		devices_draw_row(ui, rows, (int)i, &columns,
		    rows_at(&ui->rows, ui->rows.top + i));
	if (ui->rows.count == 0)
		devices_draw_nothing(ui, rows);
}
