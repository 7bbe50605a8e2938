#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/names.h"
#include "model/registry.h"
#include "model/timeline.h"

#define A	"0123456789abcdef01234567"
#define B	"e00fce68b7a2c1d4f9e00311"
#define C	"e00fce681a2b3c4d5e6f7081"

#define ARGON		0xc00c
#define ARGON_DFU	0xd00c
#define P2		0xc020

struct fixture {
	struct registry	*r;
	struct names	*names;
	bus_node	 last_node;
	unsigned	 added, changed, removed;
};

static void
on_event(enum registry_event event, const struct device *d, void *arg)
{
	struct fixture *f = arg;

	assert_non_null(d->platform);
	f->added += event == REGISTRY_ADDED;
	f->changed += event == REGISTRY_CHANGED;
	f->removed += event == REGISTRY_REMOVED;
}

static int
setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .names = names_open(NULL) };
	f.r = registry_new(f.names);
	registry_listen(f.r, on_event, &f);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	registry_free(f->r);
	names_close(f->names);
	return 0;
}

static struct bus_node_info
node(struct fixture *f, uint16_t pid, const char *serial, const char *path)
{
	struct bus_node_info info = {
		.node = ++f->last_node,
		.vid = pid == 0x9008 ? 0x05c6 : pid == 0x607d ? 0x1d50
		    : 0x2b04,
		.pid = pid,
		.bus = 1,
		.usb_access = true,
		.tty_access = true,
	};

	snprintf(info.serial, sizeof info.serial, "%s", serial);
	snprintf(info.path, sizeof info.path, "%s", path);
	return info;
}

static const struct device *
attach(struct fixture *f, uint16_t pid, const char *serial, const char *path)
{
	struct bus_node_info info = node(f, pid, serial, path);

	registry_node_added(f->r, &info, 1000);
	return registry_by_node(f->r, info.node);
}

static void
leave(struct fixture *f, const struct device *d, uint64_t now_us)
{
	registry_node_removed(f->r, d->usb.node, now_us);
}

static void
a_device_keeps_its_number_wherever_it_comes_back(void **state)
{
	struct fixture *f = *state;
	const struct device *d = attach(f, ARGON, A, "1-1");
	uint32_t number = d->number;

	assert_string_equal(d->id, A);
	leave(f, d, 2000);
	assert_int_equal(registry_count(f->r), 0);
	assert_int_equal(f->removed, 1);
	assert_non_null(registry_get(f->r, number));
	d = attach(f, ARGON, "0123456789ABCDEF01234567", "2-4");
	assert_int_equal(d->number, number);
	assert_int_equal(f->added, 2);
	assert_int_equal(d->departures, 1);
}

static void
serial_numbers_are_cleaned_and_what_is_none_is_no_id(void **state)
{
	static const char *const none[] = {
		"", "x", "0123456789abcdef0123456", "0123456789abcdef012345678",
		"\033[31mred", "0123456789abcdef0123456g", "%s%s%n",
	};
	struct fixture *f = *state;
	const struct device *d;

	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		d = attach(f, ARGON, none[i], "1-1");
		assert_string_equal(d->id, "");
		assert_string_equal(d->key, "usb:1-1");
		assert_string_equal(device_label(d), "usb 1-1");
		leave(f, d, 2000);
	}
	d = attach(f, ARGON, "\x01" "0123456789abcdef" "\xff" "01234567\x7f",
	    "1-1");
	assert_string_equal(d->id, A);
}

static void
the_second_of_one_serial_number_is_known_by_its_place(void **state)
{
	struct fixture *f = *state;
	const struct device *a = attach(f, ARGON, A, "1-1");
	const struct device *b = attach(f, ARGON, A, "1-2");
	uint32_t number_a = a->number, number_b = b->number;

	assert_string_equal(a->id, A);
	assert_string_equal(b->id, "");
	assert_string_equal(b->key, "usb:1-2");
	/* Both go, and come back in the other order. */
	registry_expect(f->r, number_a, DEVICE_DFU, 9000000);
	registry_expect(f->r, number_b, DEVICE_DFU, 9000000);
	leave(f, a, 2000);
	leave(f, b, 2000);
	b = attach(f, ARGON_DFU, A, "1-2");
	a = attach(f, ARGON_DFU, A, "1-1");
	assert_int_equal(a->number, number_a);
	assert_int_equal(b->number, number_b);
	assert_string_equal(a->id, A);
	assert_string_equal(b->id, "");
}

static void
a_bootloader_without_serial_number_is_recognised_by_its_place(void **state)
{
	struct fixture *f = *state;
	const struct device *d = attach(f, ARGON, A, "1-1");
	uint32_t number = d->number;

	registry_expect(f->r, number, DEVICE_DFU, 9000000);
	leave(f, d, 2000);
	d = attach(f, P2, "", "1-1");
	assert_int_not_equal(d->number, number);	/* another kind */
	leave(f, d, 2500);
	d = attach(f, ARGON_DFU, "", "1-1");
	assert_int_equal(d->number, number);
	assert_string_equal(d->id, A);
	/* And back again. */
	registry_expect(f->r, number, DEVICE_NORMAL, 9000000);
	leave(f, d, 3000);
	d = attach(f, ARGON, A, "1-1");
	assert_int_equal(d->number, number);
}

static void
a_device_without_id_that_gets_one_stays_the_same(void **state)
{
	struct fixture *f = *state;
	const struct device *d = attach(f, ARGON_DFU, "", "1-1");
	uint32_t number = d->number;

	assert_string_equal(d->id, "");
	registry_expect(f->r, number, DEVICE_NORMAL, 9000000);
	leave(f, d, 2000);
	d = attach(f, ARGON, A, "1-1");
	assert_int_equal(d->number, number);
	assert_string_equal(d->id, A);
	assert_string_equal(d->key, A);
}

static void
an_expected_device_switches_until_its_deadline(void **state)
{
	struct fixture *f = *state;
	const struct device *d = attach(f, ARGON, A, "1-1");

	assert_true(registry_next_deadline(f->r) == UINT64_MAX);
	registry_expect(f->r, d->number, DEVICE_DFU, 5000);
	assert_true(registry_next_deadline(f->r) == UINT64_MAX);
	leave(f, d, 2000);
	assert_int_equal(registry_count(f->r), 1);
	assert_int_equal(d->mode, DEVICE_SWITCHING);
	assert_int_equal(d->going_to, DEVICE_DFU);
	assert_false(d->is_present);
	assert_true(registry_next_deadline(f->r) == 5000);
	registry_tick(f->r, 4999);
	assert_int_equal(registry_count(f->r), 1);
	registry_tick(f->r, 5000);
	assert_int_equal(registry_count(f->r), 0);
	assert_int_equal(f->removed, 1);
	assert_true(registry_next_deadline(f->r) == UINT64_MAX);
}

static void
a_late_goodbye_of_the_last_attachment_harms_nobody(void **state)
{
	struct fixture *f = *state;
	const struct device *d = attach(f, ARGON, A, "1-1");
	bus_node old = d->usb.node;

	d = attach(f, ARGON_DFU, A, "1-1");
	assert_int_equal(registry_count(f->r), 1);
	assert_string_equal(d->id, A);
	assert_int_equal(d->mode, DEVICE_DFU);
	registry_node_removed(f->r, old, 3000);
	assert_int_equal(registry_count(f->r), 1);
	assert_true(d->is_present);
}

static void
modes_that_the_product_id_tells_are_known_at_once(void **state)
{
	struct fixture *f = *state;
	struct bus_node_info info;

	assert_int_equal(attach(f, ARGON, A, "1-1")->mode, DEVICE_UNKNOWN);
	assert_int_equal(attach(f, ARGON_DFU, B, "1-2")->mode, DEVICE_DFU);
	assert_int_equal(attach(f, 0x607d, C, "1-3")->mode, DEVICE_NORMAL);
	assert_int_equal(attach(f, 0xc02a, "", "1-4")->mode, DEVICE_NORMAL);
	info = node(f, 0x9008, "", "1-5");
	snprintf(info.product, sizeof info.product, "QUSB_BULK_SN:1A2B3C4D");
	info.usb_access = false;
	registry_node_added(f->r, &info, 1000);
	assert_int_equal(registry_by_node(f->r, info.node)->mode, DEVICE_EDL);
	assert_string_equal(registry_by_node(f->r, info.node)->id,
	    "422a0600000000001a2b3c4d");
	assert_string_equal(registry_by_node(f->r, info.node)->key, "usb:1-5");
	/* DFU shows without any permission. */
	info = node(f, ARGON_DFU, "", "1-6");
	info.usb_access = false;
	registry_node_added(f->r, &info, 1000);
	assert_int_equal(registry_by_node(f->r, info.node)->mode, DEVICE_DFU);
}

/* faccessat() may say yes where open() then says no. */
static void
a_refused_opening_is_not_forgotten_when_the_tty_comes(void **state)
{
	struct fixture *f = *state;
	struct bus_node_info n = node(f, ARGON, A, "1-1");
	struct registry_answers refused = {
		.has_mode = true, .mode = DEVICE_NO_PERMISSION,
		.has_problem = true, .problem = "this user may not",
	};

	registry_node_added(f->r, &n, 0);
	registry_answered(f->r, registry_at(f->r, 0)->number, &refused, 0);
	snprintf(n.tty, sizeof n.tty, "/dev/ttyACM0");
	registry_node_changed(f->r, &n, 0);
	assert_int_equal(registry_at(f->r, 0)->mode, DEVICE_NO_PERMISSION);
	/* Nobody knows what it does once it may be asked. */
	n.usb_access = false;
	registry_node_changed(f->r, &n, 0);
	n.usb_access = true;
	registry_node_changed(f->r, &n, 0);
	assert_int_equal(registry_at(f->r, 0)->mode, DEVICE_UNKNOWN);
}

static void
access_comes_and_goes(void **state)
{
	struct fixture *f = *state;
	struct bus_node_info info = node(f, ARGON, A, "1-1");
	const struct device *d;

	info.usb_access = false;
	snprintf(info.denied, sizeof info.denied, "rules are missing\033");
	registry_node_added(f->r, &info, 1000);
	d = registry_by_node(f->r, info.node);
	assert_int_equal(d->mode, DEVICE_NO_PERMISSION);
	assert_string_equal(d->problem, "rules are missing\\x1b");
	info.usb_access = true;
	registry_node_changed(f->r, &info, 2000);
	assert_int_equal(d->mode, DEVICE_UNKNOWN);
	assert_string_equal(d->problem, "");
}

static void
answers_change_the_row_and_say_so_once(void **state)
{
	struct fixture *f = *state;
	const struct device *d = attach(f, ARGON, A, "1-1");
	struct registry_answers answers = {
		.has_mode = true,
		.mode = DEVICE_NORMAL,
		.system_version = "6.2.0\033[31m",
	};
	unsigned before;

	registry_asked(f->r, d->number, 1500);
	assert_true(d->asked_us == 1500);
	registry_answered(f->r, d->number, &answers, 2000);
	assert_true(d->asked_us == 0);
	assert_int_equal(d->mode, DEVICE_NORMAL);
	assert_string_equal(d->system_version, "6.2.0\\x1b[31m");
	before = f->changed;
	registry_answered(f->r, d->number, &answers, 3000);
	assert_int_equal(f->changed, before);
	assert_true(d->mode_since_us == 2000);
}

static void
safe_mode_by_pterm_lasts_until_the_device_leaves(void **state)
{
	struct fixture *f = *state;
	const struct device *d = attach(f, ARGON, A, "1-1");
	struct registry_answers normal = {
		.has_mode = true,
		.mode = DEVICE_NORMAL,
	};

	registry_sent_to_safe_mode(f->r, d->number);
	registry_answered(f->r, d->number, &normal, 2000);
	assert_int_equal(d->mode, DEVICE_SAFE);
	registry_answered(f->r, d->number, &normal, 2000);
	assert_int_equal(d->mode, DEVICE_SAFE);
	leave(f, d, 3000);
	d = attach(f, ARGON, A, "1-1");
	registry_answered(f->r, d->number, &normal, 4000);
	assert_int_equal(d->mode, DEVICE_NORMAL);
}

static void
the_list_is_in_order_of_places(void **state)
{
	static const char *const order[] = {
		"1-1", "1-1.2", "1-1.10", "1-2", "1-10", "2-1", "10-1",
	};
	static const size_t shuffled[] = { 4, 6, 0, 2, 5, 1, 3 };
	struct fixture *f = *state;

	for (size_t i = 0; i < 7; i++)
		attach(f, ARGON, "", order[shuffled[i]]);
	for (size_t i = 0; i < 7; i++)
		assert_string_equal(registry_at(f->r, i)->usb.path, order[i]);
	assert_null(registry_at(f->r, 7));
}

static void
assert_finds(struct fixture *f, const char *text, const struct device *d)
{
	struct error err = { 0 };
	const struct device *found = registry_find(f->r, text, &err);

	if (found != d)
		fail_msg("%s: %s", text, err.text);
}

static void
assert_finds_none(struct fixture *f, const char *text, enum error_code code,
    const char *part)
{
	struct error err = { 0 };

	assert_null(registry_find(f->r, text, &err));
	assert_int_equal(err.code, code);
	if (strstr(err.text, part) == NULL)
		fail_msg("no %s in: %s", part, err.text);
}

static void
a_device_is_found_by_whatever_a_person_calls_it(void **state)
{
	struct fixture *f = *state;
	struct bus_node_info info = node(f, ARGON, A, "1-1");
	const struct device *a, *b, *c;

	assert_finds_none(f, NULL, ERROR_NO_DEVICE, "no Particle device");
	snprintf(info.tty, sizeof info.tty, "/dev/null");
	registry_node_added(f->r, &info, 1000);
	a = registry_by_node(f->r, info.node);
	assert_finds(f, NULL, a);
	b = attach(f, ARGON, B, "1-1.2");
	c = attach(f, ARGON, C, "1-1.3");
	names_set(f->names, C, "gatehouse", NULL);
	registry_name_changed(f->r);
	assert_string_equal(device_label(c), "gatehouse");

	assert_finds(f, A, a);
	assert_finds(f, "E00FCE68B7A2C1D4F9E00311", b);
	assert_finds(f, "gatehouse", c);
	assert_finds(f, "/dev/null", a);
	assert_finds(f, "null", a);
	assert_finds(f, "1-1.2", b);
	assert_finds(f, "0123", a);
	assert_finds(f, "7081", c);
	assert_finds(f, "e00fce68b", b);
	assert_finds_none(f, "e00fce68", ERROR_AMBIGUOUS, "gatehouse (" C ")");
	assert_finds_none(f, "012", ERROR_NO_DEVICE, "012");
	assert_finds_none(f, "\033[2J", ERROR_NO_DEVICE, "\\x1b[2J");
	assert_finds_none(f, "", ERROR_NO_DEVICE, "");
	assert_finds_none(f, NULL, ERROR_AMBIGUOUS, B);
}

static void
a_link_to_a_tty_stands_for_it(void **state)
{
	struct fixture *f = *state;
	struct bus_node_info info = node(f, ARGON, A, "1-1");
	char link[] = "/tmp/pterm-test-link.XXXXXX";
	int fd = mkstemp(link);

	close(fd);
	unlink(link);
	assert_int_equal(symlink("/dev/null", link), 0);
	snprintf(info.tty, sizeof info.tty, "/dev/null");
	registry_node_added(f->r, &info, 1000);
	assert_finds(f, link, registry_by_node(f->r, info.node));
	unlink(link);
}

static void
an_edl_chip_is_chosen_only_where_there_is_nothing_else(void **state)
{
	struct fixture *f = *state;
	const struct device *edl = attach(f, 0x9008, "", "1-1"), *argon;

	assert_finds(f, NULL, edl);
	argon = attach(f, ARGON, A, "1-2");
	assert_finds(f, NULL, argon);
}

static void
foreign_devices_never_appear(void **state)
{
	struct fixture *f = *state;

	assert_null(attach(f, 0x1234, A, "1-1"));
	assert_int_equal(registry_count(f->r), 0);
}

static void
the_timeline_drops_the_oldest(void **state)
{
	struct timeline *t = timeline_new(3);
	struct timeline_entry entry = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 5; i++) {
		entry.wall_us = i;
		assert_true(timeline_add(t, &entry) == i);
	}
	assert_true(timeline_first(t) == 2 && timeline_end(t) == 5);
	assert_null(timeline_get(t, 1));
	assert_true(timeline_get(t, 2)->wall_us == 2);
	assert_true(timeline_get(t, 4)->wall_us == 4);
	assert_null(timeline_get(t, 5));
	timeline_free(t);
}

static void
the_timeline_keeps_what_it_has_while_it_grows(void **state)
{
	struct timeline *t = timeline_new(1000);
	struct timeline_entry entry = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 2500; i++) {
		entry.wall_us = i;
		timeline_add(t, &entry);
		for (uint64_t n = timeline_first(t); n <= i; n += 99)
			assert_true(timeline_get(t, n)->wall_us == n);
	}
	assert_true(timeline_first(t) == 1500 && timeline_end(t) == 2500);
	timeline_free(t);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_device_keeps_its_number_wherever_it_comes_back),
		TEST(serial_numbers_are_cleaned_and_what_is_none_is_no_id),
		TEST(the_second_of_one_serial_number_is_known_by_its_place),
		TEST(a_bootloader_without_serial_number_is_recognised_by_its_place),
		TEST(a_device_without_id_that_gets_one_stays_the_same),
		TEST(an_expected_device_switches_until_its_deadline),
		TEST(a_late_goodbye_of_the_last_attachment_harms_nobody),
		TEST(modes_that_the_product_id_tells_are_known_at_once),
		TEST(access_comes_and_goes),
		TEST(a_refused_opening_is_not_forgotten_when_the_tty_comes),
		TEST(answers_change_the_row_and_say_so_once),
		TEST(safe_mode_by_pterm_lasts_until_the_device_leaves),
		TEST(the_list_is_in_order_of_places),
		TEST(a_device_is_found_by_whatever_a_person_calls_it),
		TEST(a_link_to_a_tty_stands_for_it),
		TEST(an_edl_chip_is_chosen_only_where_there_is_nothing_else),
		TEST(foreign_devices_never_appear),
		TEST(the_timeline_drops_the_oldest),
		TEST(the_timeline_keeps_what_it_has_while_it_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
