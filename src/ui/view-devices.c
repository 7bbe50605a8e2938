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
#define PLATFORM_WIDTH_MAX 26
#define MESSAGE_MAX	(JOB_TEXT_MAX + 64)

/* --- Header ------------------------------------------------------------- */

/* Modes in the order in which they are counted. */
static const enum device_mode counted[] = {
	DEVICE_NORMAL, DEVICE_LISTENING, DEVICE_SAFE, DEVICE_DFU,
	DEVICE_SWITCHING, DEVICE_PROTECTED, DEVICE_EDL, DEVICE_NO_PERMISSION,
	DEVICE_NOT_ANSWERING, DEVICE_UNKNOWN,
};

static int
devices_draw_counts(struct ui *ui, const struct draw *line, int x)
{
	size_t counts[DEVICE_MODE_COUNT] = { 0 };
	size_t n = registry_count(ui->app->registry);
	int gap = line->r.width >= LAYOUT_WHOLE_ID_WIDTH ? 3 : 2;

	for (size_t i = 0; i < n; i++)
		counts[registry_at(ui->app->registry, i)->mode]++;
	x = draw_printf(line, x + gap, 0, STYLE_STRONG, "%zu device%s", n,
	    n == 1 ? "" : "s");
	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
		enum device_mode mode = counted[i];

		if (counts[mode] == 0)
			continue;
		x = draw_printf(line, x + gap, 0, theme_plain_style(mode),
		    "%s %zu %s", theme_plain_sign(&ui->theme, mode),
		    counts[mode], theme_mode_word(mode));
	}
	return x;
}

void
devices_draw_header(struct ui *ui, const struct draw *line)
{
	char right[ROWS_FILTER_MAX + 64] = "";
	size_t tagged = rows_tagged(&ui->rows);
	enum style style = STYLE_DIM;
	int x;

	x = draw_put(line, 1, 0, STYLE_BRAND, "pterm");
	if (!ui->app->is_ready && registry_count(ui->app->registry) == 0)
		x = draw_put(line, x + 2, 0, STYLE_DIM, "looking for devices");
	else
		x = devices_draw_counts(ui, line, x);
	if (tagged > 0) {
		snprintf(right, sizeof right, "%s %zu tagged",
		    theme_sign(&ui->theme, SIGN_TAG), tagged);
		style = STYLE_TAG;
	} else if (ui->rows.filter[0] != '\0') {
		snprintf(right, sizeof right, "/%s  %zu of %zu",
		    ui->rows.filter, ui->rows.count,
		    registry_count(ui->app->registry));
		style = STYLE_KEY;
	} else if (ui->app->bench != NULL)
		snprintf(right, sizeof right, "virtual bench");
	if (x + 2 + draw_width(right) + 1 > line->r.width)
		return;
	draw_put(line, line->r.width - 1 - draw_width(right), 0, style, right);
}

/* --- Cells -------------------------------------------------------------- */

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

static const char *
devices_cell(const struct ui *ui, const struct device *d, enum column column,
    bool whole_id, char *out, size_t size)
{
	switch (column) {
	case COLUMN_MODE:
		if (d->mode == DEVICE_SWITCHING)
			snprintf(out, size, "%s %s",
			    theme_sign(&ui->theme, SIGN_ARROW),
			    theme_mode_word(d->going_to));
		else if (d->mode == DEVICE_UNKNOWN && d->asked_us != 0)
			snprintf(out, size, "asking");
		else
			return theme_mode_word(d->mode);
		return out;
	case COLUMN_NAME:
		return d->nickname;
	case COLUMN_PLATFORM:
		return platform_shown_name(d->platform, d->usb.product);
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
		{ COLUMN_NAME, 6, NAME_WIDTH_MAX },
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
		    draw_width(message));
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

/* Says that the list goes on above or below what is in sight. */
static void
devices_draw_more(struct ui *ui, const struct draw *head, size_t height)
{
	size_t above = ui->rows.top;
	size_t below = ui->rows.count > above + height ?
	    ui->rows.count - above - height : 0;
	char text[64];

	if (above == 0 && below == 0)
		return;
	snprintf(text, sizeof text, " %s %zu %s %zu ",
	    theme_sign(&ui->theme, SIGN_UP), above,
	    theme_sign(&ui->theme, SIGN_DOWN), below);
	draw_right(head, 0, STYLE_KEY, text);
}

void
devices_draw(struct ui *ui, const struct draw *head, const struct draw *rows)
{
	struct columns columns;
	size_t height = (size_t)rows->r.height;

	devices_columns(ui, &columns, rows->r.width);
	devices_draw_head(ui, head, &columns);
	rows_scroll(&ui->rows, height);
	devices_draw_more(ui, head, height);
	for (size_t i = 0; i < height && ui->rows.top + i < ui->rows.count; i++)
		devices_draw_row(ui, rows, (int)i, &columns,
		    rows_at(&ui->rows, ui->rows.top + i));
	if (ui->rows.count == 0)
		devices_draw_nothing(ui, rows);
}
