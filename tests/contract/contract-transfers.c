/* Control transfers: each ends exactly once, and how. */
#include "config.h"

#include "contract/suite.h"

#include <string.h>

static const struct usb_setup unknown_request = {
	.request_type = USB_DIR_IN | USB_TYPE_VENDOR,
	.request = 0x50, .index = 0x7777, .length = 64,
};

static struct bus_handle *
plug_and_open(struct suite *s, const char *name, const char *serial)
{
	suite_start(s);
	return suite_open(s, suite_plug(s, name, serial));
}

static void
an_in_transfer_brings_what_the_device_sends(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe p = { 0 };

	probe_version(&p, s, h, "version", 1000);
	probe_wait(&p);
	assert_int_equal(p.status, USB_OK);
	assert_int_equal(p.len, 5);	/* of 64 asked for */
	assert_string_equal(buf_str(&p.data), "6.2.0");
	probe_fini(&p);
	bus_close(h);
}

static void
an_out_transfer_tells_what_was_taken(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	/* Device OS takes up to 64 bytes of any request and ignores them. */
	struct usb_setup setup = {
		.request_type = USB_TYPE_VENDOR, .request = 0x50,
		.index = 0x7777, .length = 8,
	};
	struct probe p = { 0 };

	probe_send(&p, s, h, &setup, "12345678", 1000);
	probe_wait(&p);
	assert_int_equal(p.status, USB_OK);
	assert_int_equal(p.len, 8);
	bus_close(h);
}

static void
a_refusal_is_a_stall_and_the_next_transfer_works(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe refused = { 0 }, next = { 0 };

	probe_send(&refused, s, h, &unknown_request, NULL, 1000);
	probe_version(&next, s, h, "version", 1000);
	probe_wait(&refused);
	probe_wait(&next);
	assert_int_equal(refused.status, USB_STALL);
	assert_int_equal(next.status, USB_OK);
	probe_fini(&next);
	bus_close(h);
}

static void
transfers_of_one_handle_end_in_order(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe p[4] = { { 0 } };

	probe_version(&p[0], s, h, "first", 0);
	p[1].word = "second";
	probe_send(&p[1], s, h, &unknown_request, NULL, 0);
	probe_version(&p[2], s, h, "third", 1000);
	probe_version(&p[3], s, h, "fourth", 0);
	probe_wait(&p[3]);
	assert_true(suite_log_at(s, "first") < suite_log_at(s, "second"));
	assert_true(suite_log_at(s, "second") < suite_log_at(s, "third"));
	assert_true(suite_log_at(s, "third") < suite_log_at(s, "fourth"));
	for (size_t i = 0; i < 4; i++)
		probe_fini(&p[i]);
	bus_close(h);
}

static void
no_answer_in_time_is_a_timeout_and_the_next_transfer_works(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe late = { 0 }, next = { 0 };

	suite_command(s, "fault argon nak vendor");
	probe_version(&late, s, h, "late", 300);
	probe_wait(&late);
	assert_int_equal(late.status, USB_TIMEOUT);
	probe_version(&next, s, h, "next", 1000);
	probe_wait(&next);
	assert_int_equal(next.status, USB_OK);
	probe_fini(&next);
	bus_close(h);
}

static void
a_late_answer_within_the_time_is_an_answer(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe p = { 0 };

	suite_command(s, "fault argon late vendor delay=500");
	probe_version(&p, s, h, "version", 20000);
	probe_wait(&p);
	assert_int_equal(p.status, USB_OK);
	assert_string_equal(buf_str(&p.data), "6.2.0");
	probe_fini(&p);
	bus_close(h);
}

static void
a_short_answer_tells_its_length(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe p = { 0 };

	suite_command(s, "fault argon short vendor length=2");
	probe_version(&p, s, h, "version", 1000);
	probe_wait(&p);
	assert_int_equal(p.status, USB_OK);
	assert_int_equal(p.len, 2);
	probe_fini(&p);
	bus_close(h);
}

static void
a_cancelled_transfer_never_calls_back(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe cancelled = { 0 }, next = { 0 };

	suite_command(s, "fault argon nak vendor");
	probe_version(&cancelled, s, h, "cancelled", 2000);
	bus_transfer_cancel(cancelled.transfer);
	suite_command(s, "clear-faults argon");
	probe_version(&next, s, h, "next", 0);
	probe_wait(&next);
	suite_unplug(s, "argon", suite_find(s, ARGON_ID));
	assert_int_equal(cancelled.ends, 0);
	probe_fini(&next);
	bus_close(h);
}

static void
cancel_the_other(struct probe *p)
{
	struct probe *other = p->arg;

	bus_transfer_cancel(other->transfer);
	other->transfer = NULL;
}

static void
a_callback_may_cancel_the_next_transfer(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe first = { 0 }, second = { 0 }, third = { 0 };

	first.then = cancel_the_other;
	first.arg = &second;
	probe_version(&first, s, h, "first", 0);
	probe_version(&second, s, h, "second", 0);
	probe_version(&third, s, h, "third", 0);
	probe_wait(&third);
	assert_int_equal(first.ends, 1);
	assert_int_equal(second.ends, 0);
	probe_fini(&first);
	probe_fini(&third);
	bus_close(h);
}

static void
send_again(struct probe *p)
{
	struct probe *next = p->arg;

	probe_version(next, p->suite, next->arg, "again", 1000);
}

static void
a_callback_may_start_another_transfer(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe first = { 0 }, second = { 0 };

	first.then = send_again;
	first.arg = &second;
	second.arg = h;
	probe_version(&first, s, h, "first", 1000);
	probe_wait(&first);
	probe_wait(&second);
	assert_int_equal(second.status, USB_OK);
	probe_fini(&first);
	probe_fini(&second);
	bus_close(h);
}

static void
closing_ends_transfers_without_a_word(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID), *other;
	struct probe open = { 0 }, next = { 0 };

	suite_command(s, "fault argon nak vendor");
	probe_version(&open, s, h, "open", 1000);
	bus_close(h);
	suite_command(s, "clear-faults argon");
	other = suite_open(s, suite_find(s, ARGON_ID));
	probe_version(&next, s, other, "next", 5000);
	probe_wait(&next);
	assert_int_equal(next.status, USB_OK);
	assert_int_equal(open.ends, 0);
	probe_fini(&next);
	bus_close(other);
}

static void
close_the_handle(struct probe *p)
{
	bus_close(p->arg);
}

static void
a_callback_may_close_its_handle(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe first = { 0 }, second = { 0 };

	first.then = close_the_handle;
	first.arg = h;
	probe_version(&first, s, h, "first", 1000);
	probe_version(&second, s, h, "second", 1000);
	probe_wait(&first);
	suite_unplug(s, "argon", suite_find(s, ARGON_ID));
	assert_int_equal(second.ends, 0);
	probe_fini(&first);
}

static void
a_device_that_leaves_ends_its_transfers_before_it_is_removed(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe first = { 0 }, second = { 0 };

	suite_command(s, "fault argon nak vendor count=0");
	probe_version(&first, s, h, "first", 0);
	probe_version(&second, s, h, "second", 0);
	suite_unplug(s, "argon", suite_find(s, ARGON_ID));
	assert_int_equal(first.ends, 1);
	assert_int_equal(second.ends, 1);
	assert_int_equal(first.status, USB_GONE);
	assert_int_equal(second.status, USB_GONE);
	assert_true(suite_log_at(s, "first") < suite_log_at(s, "removed"));
	assert_true(suite_log_at(s, "second") < suite_log_at(s, "removed"));
	bus_close(h);
}

static void
a_callback_may_close_the_handle_of_a_device_that_left(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe first = { 0 }, second = { 0 };

	first.then = close_the_handle;
	first.arg = h;
	suite_command(s, "fault argon nak vendor count=0");
	probe_version(&first, s, h, "first", 0);
	probe_version(&second, s, h, "second", 0);
	suite_unplug(s, "argon", suite_find(s, ARGON_ID));
	assert_int_equal(first.status, USB_GONE);
	assert_int_equal(second.ends, 0);
}

static void
close_removed(struct suite *s)
{
	bus_close(s->on_removed_arg);
}

static void
a_handle_may_be_closed_when_its_node_is_removed(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct probe p = { 0 };

	s->on_removed = close_removed;
	s->on_removed_arg = h;
	suite_command(s, "fault argon nak vendor count=0");
	probe_version(&p, s, h, "open", 0);
	suite_unplug(s, "argon", suite_find(s, ARGON_ID));
	assert_int_equal(p.status, USB_GONE);
	s->on_removed = NULL;
	suite_plug(s, "argon", ARGON_ID);
}

static bool
is_back(struct suite *s, void *arg)
{
	const struct seen_node *node = suite_find(s, ARGON_ID);

	return node != NULL && node != arg;
}

static void
a_device_may_vanish_in_the_middle_of_a_transfer(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct seen_node *node = suite_find(s, ARGON_ID);
	struct probe p = { 0 };

	suite_command(s, "fault argon vanish vendor delay=500");
	probe_version(&p, s, h, "version", 5000);
	probe_wait(&p);
	assert_int_equal(p.status, USB_GONE);
	suite_until(s, is_back, node, "the device again");
	assert_int_equal(node->removed, 1);
	bus_close(h);
}

static void
a_handle_outlives_its_node(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID);
	struct seen_node *node = suite_find(s, ARGON_ID);
	struct probe p = { 0 }, cancelled = { 0 };
	struct error err;

	suite_unplug(s, "argon", node);
	suite_plug(s, "argon", ARGON_ID);	/* another node */
	probe_version(&cancelled, s, h, "cancelled", 1000);
	bus_transfer_cancel(cancelled.transfer);
	probe_version(&p, s, h, "version", 1000);
	probe_wait(&p);
	assert_int_equal(p.status, USB_GONE);
	assert_int_equal(cancelled.ends, 0);
	assert_int_equal(bus_claim(h, 0, &err), -1);
	assert_int_equal(err.code, ERROR_GONE);
	bus_close(h);
}

static void
a_node_that_left_cannot_be_opened(void **state)
{
	struct suite *s = *state;
	struct seen_node *node;
	struct error err;

	suite_start(s);
	node = suite_plug(s, "argon", ARGON_ID);
	suite_unplug(s, "argon", node);
	assert_null(bus_open(s->bus, node->info.node, &err));
	assert_int_equal(err.code, ERROR_GONE);
	assert_null(bus_open(s->bus, 987654321, &err));
	assert_int_equal(err.code, ERROR_GONE);
}

static void
opening_sends_nothing_and_cancels_nothing(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "argon", ARGON_ID), *other;
	/* INIT of an echo with 4 bytes to come, then CHECK: still known? */
	struct usb_setup init = {
		.request_type = USB_DIR_IN | USB_TYPE_VENDOR, .request = 1,
		.value = 4, .index = 1, .length = 64,
	};
	struct usb_setup check = {
		.request_type = USB_DIR_IN | USB_TYPE_VENDOR, .request = 2,
		.index = 1, .length = 64,
	};
	struct probe first = { 0 }, second = { 0 };

	probe_send(&first, s, h, &init, NULL, 2000);
	probe_wait(&first);
	assert_int_equal(first.status, USB_OK);
	assert_true(first.len >= 8);
	check.index = (uint16_t)(first.data.data[6] | first.data.data[7] << 8);
	other = suite_open(s, suite_find(s, ARGON_ID));
	bus_close(other);
	probe_send(&second, s, h, &check, NULL, 2000);
	probe_wait(&second);
	assert_int_equal(second.status, USB_OK);
	assert_true(second.len >= 6);
	assert_int_not_equal(second.data.data[4], 5);	/* NOT_FOUND */
	probe_fini(&first);
	probe_fini(&second);
	bus_close(h);
}

static void
a_class_request_works_on_a_claimed_interface(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "boot", BOOT_ID);
	struct usb_setup get_status = {
		.request_type = USB_DIR_IN | USB_TYPE_CLASS |
		    USB_RECIPIENT_INTERFACE,
		.request = 3, .length = 6,
	};
	struct probe p = { 0 };
	struct error err;

	assert_int_equal(bus_claim(h, 0, &err), 0);
	probe_send(&p, s, h, &get_status, NULL, 5000);
	probe_wait(&p);
	assert_int_equal(p.status, USB_OK);
	assert_int_equal(p.len, 6);
	assert_int_equal(p.data.data[4], 2);	/* dfuIDLE */
	probe_fini(&p);
	bus_close(h);
}

static void
an_interface_that_is_not_there_cannot_be_claimed(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "boot", BOOT_ID);
	struct error err;

	assert_int_equal(bus_claim(h, 9, &err), -1);
	assert_int_not_equal(err.code, ERROR_NONE);
	bus_close(h);
}

static void
an_interface_is_given_back_at_close(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h = plug_and_open(s, "boot", BOOT_ID), *other;
	struct error err;

	assert_int_equal(bus_claim(h, 0, &err), 0);
	other = suite_open(s, suite_find(s, BOOT_ID));
	assert_int_equal(bus_claim(other, 0, &err), -1);
	assert_int_equal(err.code, ERROR_BUSY);
	bus_close(h);
	assert_int_equal(bus_claim(other, 0, &err), 0);
	bus_close(other);
}

static void
a_device_that_does_not_answer_holds_up_no_other(void **state)
{
	struct suite *s = *state;
	struct bus_handle *mute = plug_and_open(s, "argon", ARGON_ID);
	struct bus_handle *other = suite_open(s, suite_plug(s, "boron",
	    BORON_ID));
	struct probe p = { 0 }, q = { 0 };

	suite_command(s, "fault argon nak any count=0");
	probe_version(&p, s, mute, "mute", 3000);
	probe_version(&q, s, other, "other", 3000);
	probe_wait(&p);
	assert_int_equal(p.status, USB_TIMEOUT);
	assert_int_equal(q.status, USB_OK);
	assert_true(suite_log_at(s, "other") < suite_log_at(s, "mute"));
	probe_fini(&q);
	bus_close(mute);
	bus_close(other);
}

static void
a_bus_reset_ends_what_the_device_knew(void **state)
{
	struct suite *s = *state;
	struct bus_handle *h;
	struct usb_setup init = {
		.request_type = USB_DIR_IN | USB_TYPE_VENDOR, .request = 1,
		.value = 4, .index = 1, .length = 64,
	};
	struct usb_setup check = {
		.request_type = USB_DIR_IN | USB_TYPE_VENDOR, .request = 2,
		.index = 1, .length = 64,
	};
	struct probe first = { 0 }, second = { 0 };

	if (!s->bench->is_in_process)
		skip();
	h = plug_and_open(s, "argon", ARGON_ID);
	probe_send(&first, s, h, &init, NULL, 2000);
	probe_wait(&first);
	suite_command(s, "bus-reset argon");
	probe_send(&second, s, h, &check, NULL, 2000);
	probe_wait(&second);
	assert_int_equal(second.status, USB_OK);
	assert_int_equal(second.data.data[4], 5);	/* NOT_FOUND */
	assert_int_equal(suite_find(s, ARGON_ID)->removed, 0);
	probe_fini(&first);
	probe_fini(&second);
	bus_close(h);
}

const struct CMUnitTest contract_transfer_tests[] = {
	CONTRACT_TEST(an_in_transfer_brings_what_the_device_sends),
	CONTRACT_TEST(an_out_transfer_tells_what_was_taken),
	CONTRACT_TEST(a_refusal_is_a_stall_and_the_next_transfer_works),
	CONTRACT_TEST(transfers_of_one_handle_end_in_order),
	CONTRACT_TEST(no_answer_in_time_is_a_timeout_and_the_next_transfer_works),
	CONTRACT_TEST(a_late_answer_within_the_time_is_an_answer),
	CONTRACT_TEST(a_short_answer_tells_its_length),
	CONTRACT_TEST(a_cancelled_transfer_never_calls_back),
	CONTRACT_TEST(a_callback_may_cancel_the_next_transfer),
	CONTRACT_TEST(a_callback_may_start_another_transfer),
	CONTRACT_TEST(closing_ends_transfers_without_a_word),
	CONTRACT_TEST(a_callback_may_close_its_handle),
	CONTRACT_TEST(a_device_that_leaves_ends_its_transfers_before_it_is_removed),
	CONTRACT_TEST(a_callback_may_close_the_handle_of_a_device_that_left),
	CONTRACT_TEST(a_handle_may_be_closed_when_its_node_is_removed),
	CONTRACT_TEST(a_device_may_vanish_in_the_middle_of_a_transfer),
	CONTRACT_TEST(a_handle_outlives_its_node),
	CONTRACT_TEST(a_node_that_left_cannot_be_opened),
	CONTRACT_TEST(opening_sends_nothing_and_cancels_nothing),
	CONTRACT_TEST(a_class_request_works_on_a_claimed_interface),
	CONTRACT_TEST(an_interface_that_is_not_there_cannot_be_claimed),
	CONTRACT_TEST(an_interface_is_given_back_at_close),
	CONTRACT_TEST(a_device_that_does_not_answer_holds_up_no_other),
	CONTRACT_TEST(a_bus_reset_ends_what_the_device_knew),
};
const size_t contract_transfer_test_count =
    sizeof contract_transfer_tests / sizeof contract_transfer_tests[0];
