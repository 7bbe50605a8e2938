#include "config.h"

#include "ui/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "ui/theme.h"

#define RESULT_STAYS_US	UINT64_C(60000000)

void
rows_init(struct rows *rows, const struct registry *registry)
{
	*rows = (struct rows){ .registry = registry, .sort = COLUMN_USB };
}

void
rows_fini(struct rows *rows)
{
	free(rows->shown);
	free(rows->marks);
}

/* --- Marks -------------------------------------------------------------- */

static struct row_mark *
rows_mark(const struct rows *rows, uint32_t device)
{
	for (size_t i = 0; i < rows->mark_count; i++) {
		if (rows->marks[i].device == device)
			return &rows->marks[i];
	}
	return NULL;
}

static struct row_mark *
rows_make_mark(struct rows *rows, uint32_t device)
{
	struct row_mark *mark = rows_mark(rows, device);

	if (mark != NULL)
		return mark;
	rows->marks = xreallocarray(rows->marks, rows->mark_count + 1,
	    sizeof *rows->marks);
	mark = &rows->marks[rows->mark_count++];
	*mark = (struct row_mark){ .device = device };
	return mark;
}

void
rows_forget(struct rows *rows, uint32_t device)
{
	struct row_mark *mark = rows_mark(rows, device);

	if (mark != NULL)
		*mark = rows->marks[--rows->mark_count];
}

bool
rows_is_tagged(const struct rows *rows, uint32_t device)
{
	const struct row_mark *mark = rows_mark(rows, device);

	return mark != NULL && mark->is_tagged;
}

void
rows_tag(struct rows *rows, uint32_t device, bool on)
{
	rows_make_mark(rows, device)->is_tagged = on;
}

void
rows_tag_shown(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		rows_tag(rows, rows->shown[i], true);
}

void
rows_untag(struct rows *rows)
{
	for (size_t i = 0; i < rows->mark_count; i++)
		rows->marks[i].is_tagged = false;
}

size_t
rows_tagged(const struct rows *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->mark_count; i++)
		n += rows->marks[i].is_tagged ? 1 : 0;
	return n;
}

const struct row_mark *
rows_result(const struct rows *rows, uint32_t device)
{
	const struct row_mark *mark = rows_mark(rows, device);

	return mark != NULL && mark->has_result ? mark : NULL;
}

void
rows_set_result(struct rows *rows, uint32_t device, bool ok, const char *text,
    uint64_t now_us)
{
	struct row_mark *mark = rows_make_mark(rows, device);

	mark->has_result = true;
	mark->result_ok = ok;
	mark->result_us = now_us;
	text_copy(mark->result, sizeof mark->result, text);
}

void
rows_drop_result(struct rows *rows, uint32_t device)
{
	struct row_mark *mark = rows_mark(rows, device);

	if (mark != NULL)
		mark->has_result = false;
}

void
rows_drop_old_results(struct rows *rows, uint64_t now_us)
{
	for (size_t i = 0; i < rows->mark_count; i++) {
		if (rows->marks[i].result_ok &&
		    now_us - rows->marks[i].result_us > RESULT_STAYS_US)
			rows->marks[i].has_result = false;
	}
}

/* --- Which, and in what order ------------------------------------------- */

/* Each word of the filter must be in it somewhere. */
static bool
rows_matches(const char *filter, const struct device *d)
{
	char all[1024], words[ROWS_FILTER_MAX], *word, *rest = words;

	snprintf(all, sizeof all, "%s %s %s %s %s %s %s %s", d->nickname, d->id,
	    platform_shown_name(d->platform, d->usb.product),
	    theme_mode_word(d->mode), d->system_version, d->usb.tty,
	    d->usb.path, d->problem);
	text_copy(words, sizeof words, filter);
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word != '\0' && strcasestr(all, word) == NULL)
			return false;
	}
	return true;
}

/* Empty ones go last, whichever way it is turned. */
static int
rows_compare_texts(const char *a, const char *b)
{
	if (*a == '\0' || *b == '\0')
		return (*a == '\0') - (*b == '\0');
	return strverscmp(a, b);
}

static int
rows_compare(const struct rows *rows, const struct device *a,
    const struct device *b)
{
	switch (rows->sort) {
	case COLUMN_MODE:
		return (int)a->mode - (int)b->mode;
	case COLUMN_NAME:
		return rows_compare_texts(a->nickname, b->nickname);
	case COLUMN_PLATFORM:
		return rows_compare_texts(
		    platform_shown_name(a->platform, a->usb.product),
		    platform_shown_name(b->platform, b->usb.product));
	case COLUMN_ID:
		return rows_compare_texts(a->id, b->id);
	case COLUMN_OS:
		return rows_compare_texts(a->system_version,
		    b->system_version);
	case COLUMN_PORT:
		return rows_compare_texts(a->usb.tty, b->usb.tty);
	case COLUMN_SINCE:
		return a->since_us < b->since_us ? 1 :
		    a->since_us > b->since_us ? -1 : 0;
	case COLUMN_USB:
	case COLUMN_COUNT:
		break;
	}
	return 0;		/* the registry's own order */
}

/* Stable, so that equal rows keep the order of their places; few devices. */
static void
rows_order(struct rows *rows)
{
	const struct device *a, *b;
	uint32_t number;
	size_t j;
	int order;

	for (size_t i = 1; i < rows->count; i++) {
		number = rows->shown[i];
		b = registry_get(rows->registry, number);
		for (j = i; j > 0; j--) {
			a = registry_get(rows->registry, rows->shown[j - 1]);
			order = rows_compare(rows, a, b);
			if (rows->is_turned)
				order = -order;
			if (order <= 0)
				break;
			rows->shown[j] = rows->shown[j - 1];
		}
		rows->shown[j] = number;
	}
}

static void
rows_turn(struct rows *rows)
{
	uint32_t number;

	for (size_t i = 0; i < rows->count / 2; i++) {
		number = rows->shown[i];
		rows->shown[i] = rows->shown[rows->count - 1 - i];
		rows->shown[rows->count - 1 - i] = number;
	}
}

static void
rows_find_selected(struct rows *rows)
{
	rows->is_selected = false;
	for (size_t i = 0; i < rows->count; i++) {
		if (rows->shown[i] == rows->selected) {
			rows->is_selected = true;
			rows->at = i;
		}
	}
	if (!rows->is_chosen && rows->count > 0) {
		rows->at = 0;
		rows->selected = rows->shown[0];
		rows->is_selected = true;
	}
	if (rows->at >= rows->count)
		rows->at = rows->count > 0 ? rows->count - 1 : 0;
}

void
rows_update(struct rows *rows)
{
	size_t n = registry_count(rows->registry);
	const struct device *device;

	if (n > rows->cap) {
		rows->cap = n;
		rows->shown = xreallocarray(rows->shown, n,
		    sizeof *rows->shown);
	}
	rows->count = 0;
	for (size_t i = 0; i < n; i++) {
		device = registry_at(rows->registry, i);
		if (rows_matches(rows->filter, device))
			rows->shown[rows->count++] = device->number;
	}
	if (rows->sort == COLUMN_USB && rows->is_turned)
		rows_turn(rows);
	else if (rows->sort != COLUMN_USB)
		rows_order(rows);
	rows_find_selected(rows);
}

const struct device *
rows_at(const struct rows *rows, size_t i)
{
	return i < rows->count ? registry_get(rows->registry, rows->shown[i]) :
	    NULL;
}

const struct device *
rows_selected(const struct rows *rows)
{
	return rows->is_selected ? registry_get(rows->registry, rows->selected) :
	    NULL;
}

void
rows_select(struct rows *rows, size_t i)
{
	if (rows->count == 0)
		return;
	rows->at = i < rows->count ? i : rows->count - 1;
	rows->selected = rows->shown[rows->at];
	rows->is_selected = true;
	rows->is_chosen = true;
}

void
rows_move(struct rows *rows, long by)
{
	size_t at = rows->at;

	/* Nothing is selected: the first step only chooses. */
	if (!rows->is_selected)
		by = 0;
	if (by < 0)
		at = at > (size_t)-by ? at - (size_t)-by : 0;
	else
		at += (size_t)by;
	rows_select(rows, at);
}

void
rows_scroll(struct rows *rows, size_t height)
{
	if (height == 0)
		return;
	if (rows->at < rows->top)
		rows->top = rows->at;
	if (rows->at >= rows->top + height)
		rows->top = rows->at - height + 1;
	if (rows->count <= height)
		rows->top = 0;
	else if (rows->top > rows->count - height)
		rows->top = rows->count - height;
}

void
rows_filter(struct rows *rows, const char *filter)
{
	text_copy(rows->filter, sizeof rows->filter, filter);
	rows_update(rows);
	/* Who types a filter means what it finds. */
	if (!rows->is_selected && *filter != '\0' && rows->count > 0)
		rows_select(rows, 0);
}

void
rows_sort(struct rows *rows, int by)
{
	rows->sort = (enum column)(((int)rows->sort + by + COLUMN_COUNT) %
	    COLUMN_COUNT);
	rows->is_turned = false;
	rows_update(rows);
}
