/*
 * The event timeline: what happened on the bench, the newest last.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "ui/state.h"

#define TIME_WIDTH	8
#define LABEL_MIN	8
#define LABEL_MAX	16
#define EVENT_WIDTH	10
#define DURATION_WIDTH	8
#define GAP		2

static enum style
timeline_style(enum timeline_level level)
{
	static const enum style styles[] = {
		[TIMELINE_NOTE] = STYLE_TEXT,
		[TIMELINE_GOOD] = STYLE_GOOD,
		[TIMELINE_BAD] = STYLE_BAD,
	};

	return (unsigned)level < sizeof styles / sizeof styles[0] ?
	    styles[level] : STYLE_TEXT;
}

/* A change of mode has the colour of the mode. */
static enum style
timeline_text_style(const struct timeline_entry *e)
{
	char word[32];
	enum device_mode mode;

	snprintf(word, sizeof word, "%.*s", (int)strcspn(e->text, ": "),
	    e->text);
	if (e->level == TIMELINE_NOTE && strcmp(e->event, "mode") == 0 &&
	    device_mode_parse(word, &mode))
		return theme_plain_style(mode);
	return timeline_style(e->level);
}

/* An id takes much room and says little: its last digits, as in the table. */
static const char *
timeline_label(const struct timeline_entry *e)
{
	size_t len = strlen(e->label);

	return len == DEVICE_ID_LEN && text_is_hex(e->label) ?
	    e->label + len - 8 : e->label;
}

static void
timeline_draw_entry(struct ui *ui, const struct draw *line,
    const struct timeline_entry *e, int label_width)
{
	bool is_selected = ui->rows.is_selected && e->device != 0 &&
	    e->device == ui->rows.selected;
	time_t seconds = (time_t)(e->wall_us / 1000000);
	char text[32];
	struct tm tm;
	int x = 2, right = line->r.width - 1;

	localtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%H:%M:%S", &tm);
	draw_text(line, x, 0, TIME_WIDTH, STYLE_DIM, text);
	x += TIME_WIDTH + GAP;
	draw_text(line, x, 0, label_width, is_selected ? STYLE_STRONG :
	    STYLE_DIM, timeline_label(e));
	x += label_width + GAP;
	draw_text(line, x, 0, EVENT_WIDTH, STYLE_TEXT, e->event);
	x += EVENT_WIDTH + GAP;
	if (e->has_duration) {
		right -= DURATION_WIDTH + GAP;
		text_duration(text, sizeof text, e->duration_us);
		draw_put(line, line->r.width - 1 - draw_width(text), 0,
		    STYLE_DIM, text);
	}
	draw_text(line, x, 0, right - x, timeline_text_style(e), e->text);
}

static uint64_t
timeline_shown_end(const struct ui *ui)
{
	uint64_t end = timeline_end(ui->app->timeline);

	return ui->events_end == 0 || ui->events_end > end ? end :
	    ui->events_end;
}

void
timeline_draw(struct ui *ui, const struct draw *d)
{
	const struct timeline *timeline = ui->app->timeline;
	uint64_t first = timeline_first(timeline);
	uint64_t end = timeline_shown_end(ui), from;
	uint64_t height = d->r.height > 1 ? (uint64_t)d->r.height - 1 : 0;
	uint64_t newer = timeline_end(timeline) - end;
	int label_width = LABEL_MIN, width;
	char text[48];

	if (height == 0)
		return;
	draw_rule(d, 0, "events", STYLE_DIM);
	if (newer > 0) {
		snprintf(text, sizeof text, " %s %u newer ",
		    theme_sign(&ui->theme, SIGN_DOWN), (unsigned)newer);
		draw_right(d, 0, STYLE_KEY, text);
	}
	if (end < first + height)
		end = first + height < timeline_end(timeline) ?
		    first + height : timeline_end(timeline);
	from = end > first + height ? end - height : first;
	for (uint64_t n = from; n < end; n++) {
		width = draw_width(timeline_label(timeline_get(timeline, n)));
		label_width = width > label_width ? width : label_width;
	}
	label_width = label_width > LABEL_MAX ? LABEL_MAX : label_width;
	for (uint64_t n = from; n < end; n++) {
		struct draw line = draw_line(d, 1 + (int)(n - from));

		timeline_draw_entry(ui, &line, timeline_get(timeline, n),
		    label_width);
	}
}

void
timeline_scroll(struct ui *ui, int by)
{
	const struct timeline *timeline = ui->app->timeline;
	uint64_t first = timeline_first(timeline);
	uint64_t end = timeline_shown_end(ui);
	uint64_t height = ui->layout.events.height > 1 ?
	    (uint64_t)ui->layout.events.height - 1 : 1;

	if (by < 0 && end > first + height)
		end--;
	else if (by > 0)
		end++;
	/* At the newest it follows again. */
	ui->events_end = end >= timeline_end(timeline) ? 0 : end;
}
