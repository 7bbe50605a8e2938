/* Which devices the table shows, and that keys reach the one that is meant. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ui/rows.h"

struct bench {
	struct registry	*registry;
	struct rows	 rows;
	bus_node	 node;
};

static int
setup(void **state)
{
	static struct bench bench;

	bench = (struct bench){ .registry = registry_new(NULL) };
	rows_init(&bench.rows, bench.registry);
	*state = &bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;

	rows_fini(&b->rows);
	registry_free(b->registry);
	return 0;
}

/* A device at that place; its id ends in the digit. */
static bus_node
plug(struct bench *b, const char *path, uint16_t pid, char digit)
{
	struct bus_node_info node = { .node = ++b->node, .vid = 0x2b04,
	    .pid = pid, .usb_access = true };

	snprintf(node.path, sizeof node.path, "%s", path);
	snprintf(node.serial, sizeof node.serial, "e00fce68000000000000000%c",
	    digit);
	registry_node_added(b->registry, &node, 1);
	rows_update(&b->rows);
	return node.node;
}

static void
unplug(struct bench *b, bus_node node)
{
	registry_node_removed(b->registry, node, 2);
	rows_update(&b->rows);
}

static char
digit_at(const struct bench *b, size_t i)
{
	return rows_at(&b->rows, i)->id[23];
}

static char
selected(const struct bench *b)
{
	const struct device *d = rows_selected(&b->rows);

	return d == NULL ? '-' : d->id[23];
}

static void
selection_follows_the_device_not_the_row(void **state)
{
	struct bench *b = *state;

	plug(b, "1-5", 0xc00c, 'a');
	rows_select(&b->rows, 0);
	plug(b, "1-1", 0xc00d, 'b');
	assert_int_equal(selected(b), 'a');
	assert_int_equal(b->rows.at, 1);
	rows_sort(&b->rows, 1 + COLUMN_ID - COLUMN_USB - 1);
	assert_int_equal(selected(b), 'a');
}

static void
no_key_reaches_the_neighbour_of_a_device_that_left(void **state)
{
	struct bench *b = *state;
	bus_node node;

	plug(b, "1-1", 0xc00c, 'a');
	node = plug(b, "1-2", 0xc00d, 'b');
	plug(b, "1-3", 0xc00d, 'c');
	rows_select(&b->rows, 1);
	unplug(b, node);
	assert_int_equal(selected(b), '-');
	/* The first step only chooses what stands there now. */
	rows_move(&b->rows, 1);
	assert_int_equal(selected(b), 'c');
}

static void
a_device_that_comes_back_is_selected_again(void **state)
{
	struct bench *b = *state;
	bus_node node;

	plug(b, "1-1", 0xc00c, 'a');
	node = plug(b, "1-2", 0xc00d, 'b');
	rows_select(&b->rows, 1);
	unplug(b, node);
	plug(b, "1-9", 0xd00d, 'b');
	assert_int_equal(selected(b), 'b');
}

static void
the_first_is_selected_until_somebody_chooses(void **state)
{
	struct bench *b = *state;

	plug(b, "1-5", 0xc00c, 'a');
	assert_int_equal(selected(b), 'a');
	plug(b, "1-1", 0xc00c, 'b');
	assert_int_equal(selected(b), 'b');
}

static void
rows_stand_in_the_order_of_the_column(void **state)
{
	struct bench *b = *state;

	plug(b, "1-1", 0xc00d, 'c');
	plug(b, "1-2", 0xc00c, 'a');
	plug(b, "1-10", 0xc00d, 'b');
	assert_int_equal(digit_at(b, 2), 'b');
	b->rows.sort = COLUMN_ID;
	rows_update(&b->rows);
	assert_int_equal(digit_at(b, 0), 'a');
	assert_int_equal(digit_at(b, 2), 'c');
	b->rows.is_turned = true;
	rows_update(&b->rows);
	assert_int_equal(digit_at(b, 0), 'c');
	b->rows.sort = COLUMN_PLATFORM;
	b->rows.is_turned = false;
	rows_update(&b->rows);
	/* Argon; then the Borons as they are plugged in. */
	assert_int_equal(digit_at(b, 0), 'a');
	assert_int_equal(digit_at(b, 1), 'c');
}

static void
each_word_of_the_filter_must_match(void **state)
{
	struct bench *b = *state;

	plug(b, "1-1", 0xc00d, 'a');
	plug(b, "1-2", 0xd00d, 'b');
	plug(b, "1-3", 0xc00c, 'c');
	rows_select(&b->rows, 0);
	rows_filter(&b->rows, "BORON");
	assert_int_equal(b->rows.count, 2);
	rows_filter(&b->rows, "boron dfu");
	assert_int_equal(b->rows.count, 1);
	assert_int_equal(selected(b), 'b');
	rows_filter(&b->rows, "no such thing");
	assert_int_equal(b->rows.count, 0);
	assert_int_equal(selected(b), '-');
	rows_filter(&b->rows, "");
	assert_int_equal(b->rows.count, 3);
	assert_int_equal(selected(b), 'b');
}

static void
tags_stay_with_their_devices(void **state)
{
	struct bench *b = *state;

	plug(b, "1-5", 0xc00c, 'a');
	rows_tag(&b->rows, rows_at(&b->rows, 0)->number, true);
	plug(b, "1-1", 0xc00d, 'b');
	assert_int_equal(rows_tagged(&b->rows), 1);
	assert_true(rows_is_tagged(&b->rows, rows_at(&b->rows, 1)->number));
	rows_tag_shown(&b->rows);
	assert_int_equal(rows_tagged(&b->rows), 2);
	rows_forget(&b->rows, rows_at(&b->rows, 1)->number);
	assert_int_equal(rows_tagged(&b->rows), 1);
	rows_untag(&b->rows);
	assert_int_equal(rows_tagged(&b->rows), 0);
}

static void
good_news_grows_old_and_bad_news_stays(void **state)
{
	struct bench *b = *state;
	uint32_t good, bad;

	plug(b, "1-1", 0xc00c, 'a');
	plug(b, "1-2", 0xc00c, 'b');
	good = rows_at(&b->rows, 0)->number;
	bad = rows_at(&b->rows, 1)->number;
	rows_set_result(&b->rows, good, true, "in dfu mode", 1000000);
	rows_set_result(&b->rows, bad, false, "timed out", 1000000);
	rows_drop_old_results(&b->rows, 2000000);
	assert_non_null(rows_result(&b->rows, good));
	rows_drop_old_results(&b->rows, 90000000);
	assert_null(rows_result(&b->rows, good));
	assert_string_equal(rows_result(&b->rows, bad)->result, "timed out");
}

static void
scrolling_keeps_the_selection_in_sight(void **state)
{
	struct bench *b = *state;
	char path[16];

	for (int i = 0; i < 9; i++) {
		snprintf(path, sizeof path, "1-%d", i + 1);
		plug(b, path, 0xc00c, (char)('0' + i));
	}
	for (size_t at = 0; at < 9; at++) {
		rows_select(&b->rows, at);
		rows_scroll(&b->rows, 4);
		assert_true(at >= b->rows.top && at < b->rows.top + 4);
		assert_true(b->rows.top + 4 <= 9);
	}
	rows_scroll(&b->rows, 20);
	assert_int_equal(b->rows.top, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(selection_follows_the_device_not_the_row),
		TEST(no_key_reaches_the_neighbour_of_a_device_that_left),
		TEST(a_device_that_comes_back_is_selected_again),
		TEST(the_first_is_selected_until_somebody_chooses),
		TEST(rows_stand_in_the_order_of_the_column),
		TEST(each_word_of_the_filter_must_match),
		TEST(tags_stay_with_their_devices),
		TEST(good_news_grows_old_and_bad_news_stays),
		TEST(scrolling_keeps_the_selection_in_sight),
	};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
