/* Exchanges, on a bus that says what a device can make libusb say. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "action/exchange.h"

/* One transfer at a time; the test ends it. */
struct fake {
	struct bus		 bus;
	struct bus_handle	 handle;
	struct bus_transfer	 transfer;
	bus_transfer_cb		 cb;		/* NULL: none is out */
	void			*arg;
	struct loop		*loop;
	unsigned		 ended;
};

static struct bus_transfer *
fake_control(struct bus_handle *handle, const struct usb_setup *setup,
    const void *data, unsigned timeout_ms, bus_transfer_cb cb, void *arg)
{
	struct fake *fake = (struct fake *)(void *)handle->bus;

	(void)setup, (void)data, (void)timeout_ms;
	assert_null(fake->cb);
	fake->cb = cb;
	fake->arg = arg;
	return &fake->transfer;
}

static void
fake_cancel(struct bus_transfer *transfer)
{
	struct fake *fake = (struct fake *)(void *)transfer->bus;

	assert_non_null(fake->cb);
	fake->cb = NULL;
}

static const struct bus_ops fake_ops = {
	.control = fake_control,
	.transfer_cancel = fake_cancel,
};

static void
fake_init(struct fake *fake)
{
	*fake = (struct fake){ .bus = { &fake_ops } };
	fake->handle.bus = &fake->bus;
	fake->transfer.bus = &fake->bus;
	fake->loop = loop_new_virtual();
}

static void
fake_end(struct fake *fake, enum usb_status status, const void *data,
    size_t len)
{
	bus_transfer_cb cb = fake->cb;

	assert_non_null(cb);
	fake->cb = NULL;
	cb(status, data, len, fake->arg);
}

static void
on_end(struct exchange *x, void *arg)
{
	struct fake *fake = arg;

	(void)x;
	fake->ended++;
}

static const struct usb_setup in_64 = {
	.request_type = USB_DIR_IN | USB_TYPE_VENDOR, .request = 0x50,
	.index = 30, .length = 64,
};
static const struct usb_setup out_1 = {
	.request_type = USB_TYPE_VENDOR, .request = 0x50, .index = 40,
	.length = 1,
};

/* bus.h: len says what the device took; there is no data. */
static void
an_out_transfer_brings_no_data_but_a_length(void **state)
{
	struct fake fake;
	struct exchange *x;

	(void)state;
	fake_init(&fake);
	x = exchange_single(fake.loop, &fake.handle, &out_1, "", 0, on_end,
	    &fake);
	fake_end(&fake, USB_OK, NULL, 1);
	assert_int_equal(fake.ended, 1);
	assert_int_equal(exchange_error(x, NULL), 0);
	assert_int_equal(exchange_result(x)->len, 0);
	exchange_free(x);
	loop_free(fake.loop);
}

static void
an_in_transfer_may_break_in_the_middle(void **state)
{
	static const enum usb_status ends[] = {
		USB_STALL, USB_TIMEOUT, USB_GONE, USB_ERROR,
	};
	struct exchange *x;
	struct fake fake;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		fake_init(&fake);
		x = exchange_single(fake.loop, &fake.handle, &in_64, NULL, 0,
		    on_end, &fake);
		fake_end(&fake, ends[i], NULL, 8);
		assert_int_equal(fake.ended, 1);
		assert_int_equal(exchange_error(x, &err), -1);
		assert_int_equal(exchange_result(x)->len, 0);
		exchange_free(x);
		loop_free(fake.loop);
	}
}

static void
cancelling_ends_it_once_from_the_loop(void **state)
{
	struct ctrl_request request = { .type = 72, .repeatable = true };
	struct exchange *x;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	x = exchange_ctrl(fake.loop, &fake.handle, &request, 0, on_end, &fake);
	exchange_cancel(x);
	exchange_cancel(x);
	assert_int_equal(fake.ended, 0);
	/* The transfer on the wire never ends: it is taken back. */
	while (loop_turn(fake.loop, UINT64_MAX))
		;
	assert_int_equal(fake.ended, 1);
	assert_null(fake.cb);
	assert_int_equal(exchange_error(x, NULL), -1);
	exchange_cancel(x);
	assert_false(loop_turn(fake.loop, UINT64_MAX));
	exchange_free(x);
	loop_free(fake.loop);
}

static void
freeing_takes_back_what_is_out(void **state)
{
	struct ctrl_request request = { .type = 72 };
	struct exchange *x;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	x = exchange_ctrl(fake.loop, &fake.handle, &request, 1000, on_end,
	    &fake);
	exchange_free(x);
	assert_null(fake.cb);
	assert_false(loop_turn(fake.loop, UINT64_MAX));
	assert_int_equal(fake.ended, 0);
	loop_free(fake.loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_out_transfer_brings_no_data_but_a_length),
		cmocka_unit_test(an_in_transfer_may_break_in_the_middle),
		cmocka_unit_test(cancelling_ends_it_once_from_the_loop),
		cmocka_unit_test(freeing_takes_back_what_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
