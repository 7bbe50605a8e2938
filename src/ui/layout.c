#include "config.h"

#include "ui/layout.h"

/* Rule and text of the short details. */
#define SHORT_DETAIL	5
#define EVENTS_MIN	4
#define SPLIT_MIN	10
#define SPLIT_DETAIL	74
#define SPLIT_GAP	2

static int
min_int(int a, int b)
{
	return a < b ? a : b;
}

static int
max_int(int a, int b)
{
	return a > b ? a : b;
}

/* Takes so many lines off the top of the free part. */
static struct rect
layout_take(struct rect *rest, int height)
{
	struct rect taken = *rest;

	taken.height = max_int(0, min_int(height, rest->height));
	rest->y += taken.height;
	rest->height -= taken.height;
	return taken;
}

/* A decision takes what it needs; one row of the table stays. */
static void
layout_with_card(struct layout *l, struct rect rest,
    const struct layout_wish *wish, int rows)
{
	int card = min_int(wish->card_lines + 1, rest.height - 1);

	l->rows = layout_take(&rest, min_int(rows, rest.height - card));
	l->card = layout_take(&rest, card);
	if (rest.height >= EVENTS_MIN)
		l->events = rest;
}

static void
layout_split(struct layout *l, struct rect rest, int rows)
{
	l->is_split = true;
	l->rows = layout_take(&rest, min_int(rows, rest.height - SPLIT_MIN));
	l->detail = rest;
	l->detail.width = SPLIT_DETAIL;
	l->events = rest;
	l->events.x += SPLIT_DETAIL + SPLIT_GAP;
	l->events.width -= SPLIT_DETAIL + SPLIT_GAP;
}

static void
layout_with_info(struct layout *l, struct rect rest,
    const struct layout_wish *wish, int rows)
{
	int keep = min_int(rows, max_int(3, rest.height / 3));
	int info = min_int(wish->info_lines + 1, rest.height - keep);

	l->rows = layout_take(&rest, min_int(rows, rest.height - info));
	l->detail = layout_take(&rest, info);
	if (rest.height >= EVENTS_MIN)
		l->events = rest;
}

static void
layout_stacked(struct layout *l, struct rect rest, int rows)
{
	int detail = rest.height >= 16 ? SHORT_DETAIL :
	    rest.height >= 12 ? SHORT_DETAIL - 1 : 0;
	int events = rest.height >= 9 ? EVENTS_MIN : 0;

	l->rows = layout_take(&rest,
	    min_int(rows, rest.height - detail - events));
	l->detail = layout_take(&rest, detail);
	if (rest.height >= EVENTS_MIN)
		l->events = rest;
}

void
layout_compute(struct layout *layout, const struct layout_wish *wish)
{
	struct rect all = { .width = wish->width, .height = wish->height };
	int rows = wish->rows > 10000 ? 10000 : max_int(1, (int)wish->rows);

	*layout = (struct layout){ .too_small =
	    wish->width < LAYOUT_MIN_WIDTH ||
	    wish->height < LAYOUT_MIN_HEIGHT };
	if (layout->too_small) {
		layout->header = layout_take(&all, 1);
		return;
	}
	layout->header = layout_take(&all, 1);
	layout->head = layout_take(&all, 1);
	layout->keys = (struct rect){ .y = wish->height - 1,
	    .width = wish->width, .height = 1 };
	layout->note = (struct rect){ .y = wish->height - 2,
	    .width = wish->width, .height = 1 };
	all.height -= 2;
	if (wish->card_lines > 0)
		layout_with_card(layout, all, wish, rows);
	else if (all.width >= LAYOUT_SPLIT_WIDTH && all.height >= 16)
		layout_split(layout, all, rows);
	else if (wish->info_lines > 0)
		layout_with_info(layout, all, wish, rows);
	else
		layout_stacked(layout, all, rows);
}

/* --- Columns ------------------------------------------------------------ */

static const struct {
	const char	*title;
	int		 rank;	/* the highest goes first; 0 stays */
} column_table[COLUMN_COUNT] = {
	[COLUMN_MODE] = { "MODE", 0 },
	[COLUMN_NAME] = { "NAME", 1 },
	[COLUMN_PLATFORM] = { "PLATFORM", 3 },
	[COLUMN_ID] = { "DEVICE ID", 0 },
	[COLUMN_OS] = { "OS", 4 },
	[COLUMN_PORT] = { "PORT", 2 },
	[COLUMN_USB] = { "USB", 6 },
	[COLUMN_SINCE] = { "SINCE", 5 },
};

const char *
column_title(enum column column)
{
	return column_table[column].title;
}

static int
columns_place(struct columns *c, int first)
{
	int x = first;

	for (int i = 0; i < COLUMN_COUNT; i++) {
		c->x[i] = x;
		if (c->width[i] > 0)
			x += c->width[i] + LAYOUT_COLUMN_GAP;
	}
	c->end = x;
	return x - LAYOUT_COLUMN_GAP;
}

void
columns_fit(struct columns *columns, int width, int first,
    const int wanted[COLUMN_COUNT])
{
	int worst;

	for (int i = 0; i < COLUMN_COUNT; i++)
		columns->width[i] = wanted[i];
	while (columns_place(columns, first) > width) {
		worst = -1;
		for (int i = 0; i < COLUMN_COUNT; i++) {
			if (columns->width[i] > 0 &&
			    column_table[i].rank > 0 && (worst < 0 ||
			    column_table[i].rank > column_table[worst].rank))
				worst = i;
		}
		if (worst < 0)
			return;
		columns->width[worst] = 0;
	}
}

int
columns_message_x(const struct columns *columns, int width, int message_width,
    bool keep_id)
{
	int x = columns->end;

	for (int i = COLUMN_COUNT - 1; i > COLUMN_ID; i--) {
		if (x + message_width <= width)
			break;
		if (columns->width[i] > 0)
			x = columns->x[i];
	}
	if (x + message_width <= width)
		return x;
	return keep_id ? columns->x[COLUMN_ID] + LAYOUT_SHORT_ID +
	    LAYOUT_COLUMN_GAP : columns->x[COLUMN_ID];
}
