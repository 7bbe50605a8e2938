/* The arithmetic of the dashboard's panes and columns. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/layout.h"

#define WIDTH_MAX	300
#define HEIGHT_MAX	100

/* Who has which cell: panes are painted, and none is painted over. */
static unsigned char cells[HEIGHT_MAX][WIDTH_MAX];

static void
paint(const struct rect *r, const struct layout_wish *wish)
{
	assert_true(r->width >= 0 && r->height >= 0);
	if (r->height == 0)
		return;
	assert_true(r->x >= 0 && r->x + r->width <= wish->width);
	assert_true(r->y >= 0 && r->y + r->height <= wish->height);
	for (int y = r->y; y < r->y + r->height; y++) {
		for (int x = r->x; x < r->x + r->width; x++)
			assert_int_equal(cells[y][x]++, 0);
	}
}

static void
check(const struct layout_wish *wish)
{
	struct layout l;

	layout_compute(&l, wish);
	memset(cells, 0, sizeof cells);
	paint(&l.header, wish);
	paint(&l.head, wish);
	paint(&l.rows, wish);
	paint(&l.card, wish);
	paint(&l.detail, wish);
	paint(&l.events, wish);
	paint(&l.note, wish);
	paint(&l.keys, wish);
	assert_int_equal(l.too_small, wish->width < LAYOUT_MIN_WIDTH ||
	    wish->height < LAYOUT_MIN_HEIGHT);
	if (l.too_small)
		return;
	assert_true(l.rows.height >= 1);
	assert_int_equal(l.keys.y, wish->height - 1);
	if (wish->card_lines > 0)
		assert_true(l.card.height >= 3);
	if (wish->info_lines > 0 && wish->card_lines == 0)
		assert_true(l.detail.height >= 2);
}

static void
no_pane_overlaps_or_leaves_the_screen(void **state)
{
	static const size_t rows[] = { 0, 1, 5, 12, 60, 100000 };
	static const int extra[][2] = {
		{ 0, 0 }, { 16, 0 }, { 60, 0 }, { 0, 3 }, { 0, 40 }, { 20, 9 },
	};

	(void)state;
	for (int width = 1; width <= WIDTH_MAX; width += width < 160 ? 7 : 35) {
		for (int height = 1; height <= HEIGHT_MAX; height++) {
			for (size_t i = 0; i < 36; i++) {
				struct layout_wish wish = {
					.width = width, .height = height,
					.rows = rows[i % 6],
					.info_lines = extra[i / 6][0],
					.card_lines = extra[i / 6][1],
				};

				check(&wish);
			}
		}
	}
}

static void
too_small_begins_under_60_by_12(void **state)
{
	struct layout l;

	(void)state;
	layout_compute(&l, &(struct layout_wish){ .width = 60, .height = 12 });
	assert_false(l.too_small);
	layout_compute(&l, &(struct layout_wish){ .width = 59, .height = 12 });
	assert_true(l.too_small);
	layout_compute(&l, &(struct layout_wish){ .width = 60, .height = 11 });
	assert_true(l.too_small);
}

static void
at_80x24_all_panes_are_there(void **state)
{
	struct layout l;

	(void)state;
	layout_compute(&l, &(struct layout_wish){ .width = 80, .height = 24,
	    .rows = 6 });
	assert_int_equal(l.rows.height, 6);
	assert_true(l.detail.height >= 4);
	assert_true(l.events.height >= 4);
	assert_false(l.is_split);
}

static void
a_wide_terminal_has_details_beside_events(void **state)
{
	struct layout l;

	(void)state;
	layout_compute(&l, &(struct layout_wish){ .width = 200, .height = 50,
	    .rows = 6 });
	assert_true(l.is_split);
	assert_int_equal(l.detail.y, l.events.y);
	assert_true(l.detail.x + l.detail.width < l.events.x);
}

static const int wanted[COLUMN_COUNT] = {
	[COLUMN_MODE] = 15,
	[COLUMN_NAME] = 9,
	[COLUMN_PLATFORM] = 10,
	[COLUMN_ID] = 9,
	[COLUMN_OS] = 6,
	[COLUMN_PORT] = 8,
	[COLUMN_USB] = 5,
	[COLUMN_SINCE] = 5,
};

static void
columns_go_by_rank_and_the_name_goes_last(void **state)
{
	static const enum column order[] = {
		COLUMN_USB, COLUMN_SINCE, COLUMN_OS, COLUMN_PLATFORM,
		COLUMN_PORT, COLUMN_NAME,
	};
	struct columns c;
	size_t gone = 0;

	(void)state;
	for (int width = 120; width > 0; width--) {
		columns_fit(&c, width, 2, wanted);
		while (gone < 6 && c.width[order[gone]] == 0)
			gone++;
		for (size_t i = gone; i < 6; i++)
			assert_true(c.width[order[i]] > 0);
		assert_true(c.width[COLUMN_MODE] > 0);
		assert_true(c.width[COLUMN_ID] > 0);
	}
	assert_int_equal(gone, 6);
}

static void
columns_stand_beside_each_other(void **state)
{
	struct columns c;
	int x;

	(void)state;
	for (int width = 60; width <= 200; width++) {
		columns_fit(&c, width, 2, wanted);
		x = 2;
		for (int i = 0; i < COLUMN_COUNT; i++) {
			if (c.width[i] == 0)
				continue;
			assert_int_equal(c.x[i], x);
			x += c.width[i] + LAYOUT_COLUMN_GAP;
		}
		assert_int_equal(c.end, x);
		assert_true(x - LAYOUT_COLUMN_GAP <= width);
	}
}

static void
a_message_takes_the_free_room_before_it_covers_columns(void **state)
{
	struct columns c;

	(void)state;
	columns_fit(&c, 100, 2, wanted);
	assert_int_equal(columns_message_x(&c, 100, 5, true), c.end);
	assert_int_equal(columns_message_x(&c, 100, 20, true),
	    c.x[COLUMN_SINCE]);
	/* Never over the end of the id, however long it is. */
	assert_int_equal(columns_message_x(&c, 100, 500, true),
	    c.x[COLUMN_ID] + LAYOUT_SHORT_ID + LAYOUT_COLUMN_GAP);
	/* A device that has a name is known by that. */
	assert_int_equal(columns_message_x(&c, 100, 500, false),
	    c.x[COLUMN_ID]);
	columns_fit(&c, 60, 2, wanted);
	assert_true(columns_message_x(&c, 60, 500, true) >=
	    c.x[COLUMN_ID] + LAYOUT_SHORT_ID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_pane_overlaps_or_leaves_the_screen),
		cmocka_unit_test(too_small_begins_under_60_by_12),
		cmocka_unit_test(at_80x24_all_panes_are_there),
		cmocka_unit_test(a_wide_terminal_has_details_beside_events),
		cmocka_unit_test(columns_go_by_rank_and_the_name_goes_last),
		cmocka_unit_test(columns_stand_beside_each_other),
		cmocka_unit_test(
		    a_message_takes_the_free_room_before_it_covers_columns),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
