/* Nodes: what is announced, and when. */
#include "config.h"

#include "contract/suite.h"

#include <string.h>

static bool
is_ready(struct suite *s, void *arg)
{
	(void)arg;
	return s->ready > 0;
}

static void
an_empty_bus_is_ready(void **state)
{
	struct suite *s = *state;

	suite_start(s);
	suite_until(s, is_ready, NULL, "BUS_READY");
	assert_int_equal(s->ready, 1);
	assert_int_equal(s->node_count, 0);
}

static void
ready_comes_after_all_that_was_attached(void **state)
{
	struct suite *s = *state;

	suite_command(s, "plug argon");
	suite_command(s, "plug boot");
	suite_start(s);
	assert_int_equal(s->node_count, 0);	/* nothing from inside */
	suite_until(s, is_ready, NULL, "BUS_READY");
	assert_int_equal(s->nodes_at_ready, 2);
	assert_non_null(suite_find(s, ARGON_ID));
	assert_non_null(suite_find(s, BOOT_ID));
	assert_string_equal(s->log[2], "ready");
}

static void
what_was_attached_has_its_tty_when_it_is_announced(void **state)
{
	struct suite *s = *state;
	const struct seen_node *node;

	suite_command(s, "plug argon");
	suite_start(s);
	suite_until(s, is_ready, NULL, "BUS_READY");
	node = suite_find(s, ARGON_ID);
	assert_non_null(node);
	assert_int_equal(strncmp(node->info.tty, "/dev/ttyACM", 11), 0);
	assert_true(node->info.tty_access);
}

static void
ready_is_announced_once(void **state)
{
	struct suite *s = *state;

	suite_start(s);
	suite_until(s, is_ready, NULL, "BUS_READY");
	suite_plug(s, "argon", ARGON_ID);
	suite_unplug(s, "argon", suite_find(s, ARGON_ID));
	assert_int_equal(s->ready, 1);
}

static void
a_node_is_announced_with_what_the_device_tells(void **state)
{
	struct suite *s = *state;
	const struct bus_node_info *info;

	suite_start(s);
	info = &suite_plug(s, "argon", ARGON_ID)->info;
	assert_int_equal(info->vid, 0x2b04);
	assert_int_equal(info->pid, 0xc00c);
	assert_string_equal(info->product, "Argon CDC Mode");
	assert_string_equal(info->manufacturer, "Particle");
	assert_int_equal(info->speed, BUS_SPEED_FULL);
	assert_int_not_equal(info->bus, 0);
	assert_int_not_equal(info->address, 0);
	assert_non_null(strchr(info->path, '-'));
	assert_true(info->usb_access);
	assert_string_equal(info->denied, "");
}

static void
its_tty_follows(void **state)
{
	struct suite *s = *state;
	const struct seen_node *node;

	suite_start(s);
	node = suite_plug_tty(s, "argon", ARGON_ID);
	assert_int_equal(node->added, 1);
	assert_int_equal(strncmp(node->info.tty, "/dev/ttyACM", 11), 0);
}

static void
two_devices_have_two_ttys(void **state)
{
	struct suite *s = *state;
	const struct seen_node *a, *b;

	suite_start(s);
	a = suite_plug_tty(s, "argon", ARGON_ID);
	b = suite_plug_tty(s, "boron", BORON_ID);
	assert_string_not_equal(a->info.tty, b->info.tty);
	assert_string_not_equal(a->info.path, b->info.path);
	assert_int_not_equal(a->info.node, b->info.node);
}

static void
a_device_in_dfu_has_no_tty(void **state)
{
	struct suite *s = *state;
	const struct seen_node *node;

	suite_start(s);
	node = suite_plug(s, "boot", BOOT_ID);
	assert_int_equal(node->info.pid, 0xd00c);
	/* Something that surely comes later. */
	suite_plug_tty(s, "argon", ARGON_ID);
	assert_string_equal(node->info.tty, "");
}

static void
a_device_that_comes_back_is_a_new_node_at_its_place(void **state)
{
	struct suite *s = *state;
	struct seen_node *first, *second;

	suite_start(s);
	first = suite_plug(s, "argon", ARGON_ID);
	suite_unplug(s, "argon", first);
	second = suite_plug(s, "argon", ARGON_ID);
	assert_ptr_not_equal(first, second);
	assert_int_equal(first->removed, 1);
	assert_true(second->info.node > first->info.node);
	assert_string_equal(second->info.path, first->info.path);
}

static bool
is_back_in_dfu(struct suite *s, void *arg)
{
	const struct seen_node *node = suite_find(s, ARGON_ID);

	(void)arg;
	return node != NULL && node->info.pid == 0xd00c;
}

static void
a_device_that_changes_its_mode_leaves_and_comes_back(void **state)
{
	struct suite *s = *state;
	struct seen_node *first;

	suite_start(s);
	first = suite_plug(s, "argon", ARGON_ID);
	suite_command(s, "press argon dfu");
	suite_until(s, is_back_in_dfu, NULL, "the device in DFU");
	assert_int_equal(first->removed, 1);
}

static void
devices_that_are_not_wanted_are_never_announced(void **state)
{
	struct suite *s = *state;

	suite_command(s, "plug foreign");
	suite_start(s);
	suite_until(s, is_ready, NULL, "BUS_READY");
	assert_int_equal(s->node_count, 0);
	suite_command(s, "unplug foreign");
	suite_command(s, "plug foreign");
	suite_plug_tty(s, "argon", ARGON_ID);
	assert_int_equal(s->node_count, 1);
}

static bool
has_edl(struct suite *s, void *arg)
{
	(void)arg;
	return s->node_count == 1 && s->nodes[0].info.vid == 0x05c6 &&
	    s->nodes[0].info.pid == 0x9008;
}

static void
edl_is_announced(void **state)
{
	struct suite *s = *state;

	suite_start(s);
	suite_command(s, "plug edl");
	suite_until(s, has_edl, NULL, "the node of a device in EDL");
}

static bool
has_twins(struct suite *s, void *arg)
{
	(void)arg;
	return s->node_count == 2;
}

static void
two_devices_may_tell_the_same_serial_number(void **state)
{
	struct suite *s = *state;

	suite_start(s);
	suite_command(s, "plug twin-a");
	suite_command(s, "plug twin-b");
	suite_until(s, has_twins, NULL, "the nodes of both twins");
	assert_string_equal(s->nodes[0].info.serial, s->nodes[1].info.serial);
	assert_string_not_equal(s->nodes[0].info.path, s->nodes[1].info.path);
}

static void
descriptors_are_what_the_device_has(void **state)
{
	struct suite *s = *state;
	const struct seen_node *node;
	struct buf out = { 0 };
	struct error err;

	suite_start(s);
	node = suite_plug(s, "argon", ARGON_ID);
	assert_int_equal(bus_descriptors(s->bus, node->info.node, &out, &err),
	    0);
	assert_true(out.len > 18 + 9);
	assert_int_equal(out.data[0], 18);
	assert_int_equal(out.data[1], USB_DESC_DEVICE);
	assert_int_equal(out.data[8] | out.data[9] << 8, 0x2b04);
	assert_int_equal(out.data[19], USB_DESC_CONFIGURATION);
	assert_int_equal(out.data[20] | out.data[21] << 8, out.len - 18);
	buf_fini(&out);
}

static void
descriptors_of_a_node_that_left_are_an_error(void **state)
{
	struct suite *s = *state;
	struct seen_node *node;
	struct buf out = { 0 };
	struct error err;

	suite_start(s);
	node = suite_plug(s, "argon", ARGON_ID);
	suite_unplug(s, "argon", node);
	assert_int_equal(bus_descriptors(s->bus, node->info.node, &out, &err),
	    -1);
	assert_int_equal(err.code, ERROR_GONE);
	buf_fini(&out);
}

/* --- In process only ---------------------------------------------------- */

static bool
is_changed(struct suite *s, void *arg)
{
	const struct seen_node *node = arg;

	(void)s;
	return node->changed > 0;
}

static void
a_change_of_access_is_announced(void **state)
{
	struct suite *s = *state;
	struct seen_node *node;
	struct error err;

	if (!s->bench->is_in_process)
		skip();
	suite_start(s);
	node = suite_plug_tty(s, "argon", ARGON_ID);
	node->changed = 0;
	suite_command(s, "access argon no-usb no-tty");
	suite_until(s, is_changed, node, "BUS_CHANGED");
	assert_false(node->info.usb_access);
	assert_false(node->info.tty_access);
	assert_string_not_equal(node->info.denied, "");
	assert_null(bus_open(s->bus, node->info.node, &err));
	assert_int_equal(err.code, ERROR_PERMISSION);
}

static bool
has_tty_7(struct suite *s, void *arg)
{
	const struct seen_node *node = suite_find(s, ARGON_ID);

	(void)arg;
	return node != NULL && strcmp(node->info.tty, "/dev/ttyACM7") == 0;
}

static void
a_device_may_come_back_under_another_tty(void **state)
{
	struct suite *s = *state;
	struct seen_node *node;

	if (!s->bench->is_in_process)
		skip();
	suite_start(s);
	node = suite_plug_tty(s, "argon", ARGON_ID);
	assert_string_equal(node->info.tty, "/dev/ttyACM0");
	suite_unplug(s, "argon", node);
	suite_command(s, "plug argon tty 7");
	suite_until(s, has_tty_7, NULL, "the tty with the number 7");
}

const struct CMUnitTest contract_node_tests[] = {
	CONTRACT_TEST(an_empty_bus_is_ready),
	CONTRACT_TEST(ready_comes_after_all_that_was_attached),
	CONTRACT_TEST(what_was_attached_has_its_tty_when_it_is_announced),
	CONTRACT_TEST(ready_is_announced_once),
	CONTRACT_TEST(a_node_is_announced_with_what_the_device_tells),
	CONTRACT_TEST(its_tty_follows),
	CONTRACT_TEST(two_devices_have_two_ttys),
	CONTRACT_TEST(a_device_in_dfu_has_no_tty),
	CONTRACT_TEST(a_device_that_comes_back_is_a_new_node_at_its_place),
	CONTRACT_TEST(a_device_that_changes_its_mode_leaves_and_comes_back),
	CONTRACT_TEST(devices_that_are_not_wanted_are_never_announced),
	CONTRACT_TEST(edl_is_announced),
	CONTRACT_TEST(two_devices_may_tell_the_same_serial_number),
	CONTRACT_TEST(descriptors_are_what_the_device_has),
	CONTRACT_TEST(descriptors_of_a_node_that_left_are_an_error),
	CONTRACT_TEST(a_change_of_access_is_announced),
	CONTRACT_TEST(a_device_may_come_back_under_another_tty),
};
const size_t contract_node_test_count =
    sizeof contract_node_tests / sizeof contract_node_tests[0];
