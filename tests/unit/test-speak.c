/* What the particle layer says, said to virtual devices of every platform. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "particle/ctrl-msg.h"
#include "particle/ctrl-result.h"
#include "particle/ctrl.h"
#include "particle/descriptor.h"
#include "particle/device-id.h"
#include "particle/dfu.h"
#include "particle/dfuse.h"
#include "particle/sysver.h"
#include "particle/vendor.h"
#include "virtual/device.h"
#include "virtual/fault.h"

#define ID	"e00fce680123456789abcdef"

struct talk {
	struct loop	*loop;
	struct vdev	*dev;
	bool		 is_attached;
	bool		 is_over;	/* the transfer or the pause */
	enum usb_status	 status;
	struct buf	 data;
};

static void
attached(struct vdev *dev, void *arg)
{
	struct talk *t = arg;

	(void)dev;
	t->is_attached = true;
}

static void
detached(struct vdev *dev, void *arg)
{
	struct talk *t = arg;

	(void)dev;
	t->is_attached = false;
}

static const struct vdev_port_ops port = { attached, detached };

static void
turn_until(struct talk *t, const bool *flag, bool value, unsigned timeout_ms)
{
	uint64_t end = loop_now_us(t->loop) + LOOP_MS(timeout_ms);

	while (*flag != value && loop_now_us(t->loop) < end &&
	    loop_turn(t->loop, end - loop_now_us(t->loop)))
		;
}

static void
talk_init(struct talk *t, const struct vdev_spec *spec)
{
	*t = (struct talk){ .loop = loop_new_virtual() };
	t->dev = vdev_new(t->loop, spec);
	vdev_plug(t->dev, &port, t);
	turn_until(t, &t->is_attached, true, 10000);
	assert_true(t->is_attached);
}

static void
talk_fini(struct talk *t)
{
	vdev_unplug(t->dev);
	vdev_free(t->dev);
	buf_fini(&t->data);
	loop_free(t->loop);
}

static void
spec_init(struct vdev_spec *spec, const char *platform, const char *version)
{
	vdev_spec_init(spec, platform_by_name(platform));
	snprintf(spec->id, sizeof spec->id, "%s", ID);
	snprintf(spec->serial, sizeof spec->serial, "%s", ID);
	snprintf(spec->system_version, sizeof spec->system_version, "%s",
	    version);
}

static void
on_transfer(enum usb_status status, const uint8_t *data, size_t len, void *arg)
{
	struct talk *t = arg;

	t->status = status;
	buf_clear(&t->data);
	if (data != NULL)
		buf_append(&t->data, data, len);
	t->is_over = true;
}

static void
on_pause(void *arg)
{
	((struct talk *)arg)->is_over = true;
}

static void
talk_transfer(struct talk *t, const struct usb_setup *setup,
    const uint8_t *out, unsigned timeout_ms)
{
	struct vdev_urb *urb;

	if (!t->is_attached) {
		t->status = USB_GONE;
		buf_clear(&t->data);
		return;
	}
	t->is_over = false;
	urb = vdev_control(t->dev, setup, out, on_transfer, t);
	turn_until(t, &t->is_over, true, timeout_ms);
	if (t->is_over)
		return;
	vdev_urb_cancel(urb);
	buf_clear(&t->data);
	t->status = USB_TIMEOUT;
}

static void
talk_pause(struct talk *t, unsigned ms)
{
	struct loop_timer *timer = loop_timer_new(t->loop, on_pause, t);

	t->is_over = false;
	loop_timer_set(timer, LOOP_MS(ms));
	turn_until(t, &t->is_over, true, ms + 1);
	loop_timer_free(timer);
}

/* Aborts after abort_ms; 0: never. Ends the test where it never ends. */
static void
talk_ctrl(struct talk *t, struct ctrl *c, uint16_t type, unsigned abort_ms)
{
	uint64_t start = loop_now_us(t->loop);
	struct ctrl_step step;

	ctrl_init(c, &(struct ctrl_request){
		.type = type, .repeatable = ctrl_type_is_repeatable(type),
	});
	for (;;) {
		uint64_t spent = loop_now_us(t->loop) - start;

		if (abort_ms != 0 && spent >= LOOP_MS(abort_ms))
			ctrl_abort(c);
		ctrl_next(c, &step);
		if (step.kind == CTRL_STEP_DONE)
			return;
		assert_true(spent < LOOP_S(120));
		if (step.kind == CTRL_STEP_WAIT) {
			talk_pause(t, step.wait_ms);
			ctrl_waited(c);
			continue;
		}
		talk_transfer(t, &step.setup, step.out, step.timeout_ms);
		ctrl_reply(c, t->status, t->data.data, t->data.len);
	}
}

static void
talk_dfu(struct talk *t, struct dfu *d, enum dfu_goal goal)
{
	struct ctrl_step step;

	dfu_init(d, goal, 0);
	for (;;) {
		dfu_next(d, &step);
		if (step.kind == CTRL_STEP_DONE)
			return;
		if (step.kind == CTRL_STEP_WAIT) {
			talk_pause(t, step.wait_ms);
			dfu_waited(d);
			continue;
		}
		talk_transfer(t, &step.setup, step.out, step.timeout_ms);
		dfu_reply(d, t->status, t->data.data, t->data.len);
	}
}

static void
ask(struct talk *t, struct ctrl *c, uint16_t type)
{
	struct error err;

	talk_ctrl(t, c, type, 0);
	if (ctrl_error(c, &err) != 0)
		fail_msg("%s: request %u: %s", vdev_spec(t->dev)->platform->name,
		    type, err.text);
}

static bool
has_control(const struct platform *p)
{
	return (p->quirks & PLATFORM_QUIRK_NO_CONTROL) == 0;
}

/* The last version that the platform's family had, of those with all that is
 * asked here. */
static const char *
version_of(const struct platform *p)
{
	switch (p->mcu) {
	case PLATFORM_MCU_STM32F1:
		return "1.4.4";
	case PLATFORM_MCU_STM32F2:
		return "2.3.1";
	default:
		return "6.2.0";
	}
}

static void
every_platform_tells_what_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < platform_count; i++) {
		const struct platform *p = &platforms[i];
		struct vdev_spec spec;
		struct talk t;
		struct ctrl c;
		struct usb_setup setup;
		struct sysver v;
		struct module_list *list;
		uint32_t mode;
		char text[64], id[DEVICE_ID_SIZE];

		if (!has_control(p))
			continue;
		spec_init(&spec, p->name, version_of(p));
		spec.mode = VDEV_LISTENING;
		talk_init(&t, &spec);

		vendor_get_version(&setup);
		talk_transfer(&t, &setup, NULL, VENDOR_TIMEOUT_MS);
		assert_int_equal(t.status, USB_OK);
		assert_true(sysver_parse(&v, t.data.data, t.data.len));
		sysver_text(&v, text, sizeof text);
		assert_string_equal(text, version_of(p));

		vendor_get_device_id(&setup);
		talk_transfer(&t, &setup, NULL, VENDOR_TIMEOUT_MS);
		assert_int_equal(t.status, USB_OK);
		assert_true(device_id_parse(id, (const char *)t.data.data,
		    t.data.len));
		assert_string_equal(id, ID);

		ask(&t, &c, CTRL_GET_SYSTEM_VERSION);
		assert_int_equal(ctrl_decode_text(c.reply.data, c.reply.len,
		    text, sizeof text, NULL), 0);
		assert_string_equal(text, version_of(p));
		ctrl_fini(&c);

		ask(&t, &c, CTRL_GET_DEVICE_MODE);
		assert_int_equal(ctrl_decode_mode(c.reply.data, c.reply.len,
		    &mode, NULL), 0);
		assert_int_equal(mode, CTRL_MODE_LISTENING);
		ctrl_fini(&c);

		ask(&t, &c, CTRL_GET_MODULE_INFO);
		list = ctrl_decode_modules(c.reply.data, c.reply.len, NULL);
		assert_non_null(list);
		assert_true(list->count >= 3);
		assert_false(module_list_safe_mode_reason(list, text,
		    sizeof text));
		module_list_free(list);
		ctrl_fini(&c);
		talk_fini(&t);
	}
}

static void
safe_mode_is_told_by_the_modules(void **state)
{
	static const struct {
		const char	*platform, *version, *reason;
		uint16_t	 needs;
	} rows[] = {
		{ "boron", "5.6.0",
		    "user part needs system 6200, device has 5600", 6200 },
		{ "argon", "3.1.0",
		    "user part needs system 6200, device has 3103", 6200 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct vdev_spec spec;
		struct module_list *list;
		struct talk t;
		struct ctrl c;
		char text[128];

		spec_init(&spec, rows[i].platform, rows[i].version);
		spec.user_needs = rows[i].needs;
		talk_init(&t, &spec);
		ask(&t, &c, CTRL_GET_MODULE_INFO);
		list = ctrl_decode_modules(c.reply.data, c.reply.len, NULL);
		assert_non_null(list);
		assert_true(module_list_safe_mode_reason(list, text,
		    sizeof text));
		assert_string_equal(text, rows[i].reason);
		module_list_free(list);
		ctrl_fini(&c);
		talk_fini(&t);
	}
}

static void
protected_device_is_no_broken_one(void **state)
{
	struct vdev_spec spec;
	struct ctrl_protection protection;
	struct talk t;
	struct ctrl c;

	(void)state;
	spec_init(&spec, "boron", "6.2.0");
	spec.protection = VDEV_PROTECTED;
	talk_init(&t, &spec);
	talk_ctrl(&t, &c, CTRL_GET_DEVICE_MODE, 0);
	assert_int_equal(c.outcome, CTRL_ANSWERED);
	assert_int_equal(c.result, CTRL_RESULT_PROTECTED);
	ctrl_fini(&c);
	ask(&t, &c, CTRL_GET_PROTECTED_STATE);
	assert_int_equal(ctrl_decode_protection(c.reply.data, c.reply.len,
	    &protection, NULL), 0);
	assert_true(protection.is_protected);
	ctrl_fini(&c);
	talk_fini(&t);
}

static void
every_platform_goes_to_dfu_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < platform_count; i++) {
		const struct platform *p = &platforms[i];
		struct vdev_spec spec;
		struct talk t;
		struct ctrl c;
		struct dfu d;

		if (!has_control(p))
			continue;
		spec_init(&spec, p->name, version_of(p));
		talk_init(&t, &spec);
		ask(&t, &c, CTRL_DFU_MODE);
		ctrl_fini(&c);
		turn_until(&t, &t.is_attached, false, 5000);
		turn_until(&t, &t.is_attached, true, 10000);
		assert_int_equal(vdev_mode(t.dev), VDEV_DFU);

		talk_dfu(&t, &d, DFU_COMMANDS);
		assert_int_equal(dfu_error(&d, NULL), 0);
		assert_true(dfu_has_command(&d, DFUSE_ERASE));
		assert_int_equal(dfu_has_command(&d, DFUSE_SAFE_MODE),
		    p->mcu != PLATFORM_MCU_STM32F2);
		talk_dfu(&t, &d, DFU_GO_IDLE);
		assert_int_equal(dfu_error(&d, NULL), 0);

		talk_dfu(&t, &d, DFU_LEAVE);
		assert_int_equal(dfu_error(&d, NULL), 0);
		turn_until(&t, &t.is_attached, false, 2000);
		assert_false(t.is_attached);
		turn_until(&t, &t.is_attached, true, 10000);
		assert_int_equal(vdev_mode(t.dev), VDEV_NORMAL);
		talk_fini(&t);
	}
}

static void
safe_mode_is_reached_from_dfu(void **state)
{
	struct vdev_spec spec;
	struct talk t;
	struct dfu d;

	(void)state;
	spec_init(&spec, "p2", "6.2.0");
	spec.mode = VDEV_DFU;
	talk_init(&t, &spec);
	talk_dfu(&t, &d, DFU_SAFE_MODE);
	assert_int_equal(dfu_error(&d, NULL), 0);
	turn_until(&t, &t.is_attached, false, 2000);
	turn_until(&t, &t.is_attached, true, 10000);
	assert_int_equal(vdev_mode(t.dev), VDEV_SAFE);
	talk_fini(&t);
}

static void
dfu_is_left_whatever_was_left_behind(void **state)
{
	static const char *const platforms_[] = { "photon", "boron", "p2" };
	/* DNLOAD without its GETSTATUS, UPLOAD, CLRSTATUS outside ERROR. */
	static const struct usb_setup mess[] = {
		{ 0x21, 1, 0, 0, 5 }, { 0xa1, 2, 2, 0, 64 },
		{ 0x21, 4, 0, 0, 0 }, { 0x21, 1, 2, 0, 0 },
		{ 0x21, 1, 1, 0, 5 },
	};
	static const uint8_t out[5] = { 0x21 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k < sizeof mess / sizeof mess[0]; k++) {
			struct vdev_spec spec;
			struct talk t;
			struct dfu d;
			struct error err;

			spec_init(&spec, platforms_[i],
			    version_of(platform_by_name(platforms_[i])));
			spec.mode = VDEV_DFU;
			talk_init(&t, &spec);
			talk_transfer(&t, &mess[k], out, 1000);
			talk_dfu(&t, &d, DFU_LEAVE);
			if (dfu_error(&d, &err) != 0)
				fail_msg("%s, mess %zu: %s", platforms_[i], k,
				    err.text);
			turn_until(&t, &t.is_attached, false, 2000);
			assert_false(t.is_attached);
			talk_fini(&t);
		}
	}
}

static bool
text_is_one_of(const char *text, const struct platform_dfu *dfu)
{
	for (uint8_t a = 0; a < dfu->alt_count; a++) {
		if (strcmp(text, dfu->alts[a]) == 0)
			return true;
	}
	return false;
}

static void
descriptors_of_every_platform_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < platform_count * 2; i++) {
		const struct platform *p = &platforms[i / 2];
		bool is_dfu = i % 2 != 0;
		struct vdev_spec spec;
		struct talk t;
		struct descriptors d;
		uint8_t bytes[18 + 1024];
		size_t len;

		if (is_dfu && p->dfu_pid == 0)
			continue;
		spec_init(&spec, p->name, version_of(p));
		if (is_dfu)
			spec.mode = VDEV_DFU;
		talk_init(&t, &spec);
		len = vdev_device_descriptor(t.dev, bytes);
		len += vdev_config_descriptor(t.dev, bytes + len,
		    sizeof bytes - len);
		assert_true(descriptors_parse(&d, bytes, len));
		assert_false(d.is_cut);
		assert_int_equal(d.vid, p->vid);
		assert_int_equal(d.pid, is_dfu ? p->dfu_pid : p->pid);
		assert_int_equal(descriptors_control(&d) != NULL,
		    !is_dfu && has_control(p));
		assert_int_equal(d.has_dfu, is_dfu);
		for (size_t n = 0; is_dfu && n < p->dfu.alt_count; n++) {
			const struct descriptor_interface *in =
			    descriptors_dfu(&d, n);
			struct usb_setup setup;
			char text[DESCRIPTOR_STRING_SIZE];

			assert_non_null(in);
			descriptor_get_string(&setup, in->string,
			    USB_LANGID_EN_US);
			talk_transfer(&t, &setup, NULL, 1000);
			assert_int_equal(t.status, USB_OK);
			assert_true(descriptor_string(text, sizeof text,
			    t.data.data, t.data.len));
			assert_true(text_is_one_of(text, &p->dfu));
		}
		if (is_dfu)
			assert_int_equal(d.dfu.transfer_size,
			    p->dfu.transfer_size);
		talk_fini(&t);
	}
}

/* The device takes four requests at once: are all four free? */
static void
check_slots_are_free(struct talk *t)
{
	static const struct usb_setup init = { 0xc0, 1, 5, 1, 64 };

	for (int i = 0; i < 4; i++) {
		talk_transfer(t, &init, NULL, 1000);
		assert_int_equal(t->status, USB_OK);
		assert_int_equal(t->data.len, 8);
	}
}

static void
hung_device_keeps_no_slot_of_a_request_given_up(void **state)
{
	struct vdev_spec spec;
	struct talk t;
	struct ctrl c;

	(void)state;
	/* A request given up keeps its memory until the system thread runs; an
	 * nRF52840 would soon say NO_MEMORY here. */
	spec_init(&spec, "p2", "6.2.0");
	spec.hung = true;
	talk_init(&t, &spec);
	for (int i = 0; i < 20; i++) {
		talk_ctrl(&t, &c, CTRL_GET_DEVICE_MODE, 2000);
		assert_int_equal(c.outcome, CTRL_ABORTED);
		ctrl_fini(&c);
	}
	check_slots_are_free(&t);
	talk_fini(&t);
}

static void
requests_end_and_leave_nothing_behind_whatever_goes_wrong(void **state)
{
	/* Bytes that say nothing may take the id of an accepted INIT with them:
	 * those are tried from the second transfer on. */
	static const struct {
		enum vdev_fault_kind	kind;
		unsigned		first;
	} faults[] = {
		{ VDEV_FAULT_STALL, 0 }, { VDEV_FAULT_LATE, 0 },
		{ VDEV_FAULT_SHORT, 1 }, { VDEV_FAULT_VANISH, 0 },
	};

	(void)state;
	for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++) {
		for (unsigned skip = faults[f].first; skip < 6; skip++) {
			struct vdev_fault fault = {
				.kind = faults[f].kind,
				.where = VDEV_FAULT_SERVICE,
				.request = -1,
				.type = CTRL_GET_MODULE_INFO,
				.skip = skip,
				.count = 1,
				.delay_ms = 3000,
				.length = 3,
			};
			struct vdev_spec spec;
			struct talk t;
			struct ctrl c;

			spec_init(&spec, "boron", "6.2.0");
			talk_init(&t, &spec);
			vdev_add_fault(t.dev, &fault);
			talk_ctrl(&t, &c, CTRL_GET_MODULE_INFO, 0);
			assert_int_not_equal(c.outcome, CTRL_RUNNING);
			ctrl_fini(&c);
			talk_pause(&t, 20000);	/* until it is back */
			check_slots_are_free(&t);
			talk_fini(&t);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_platform_tells_what_it_is),
		cmocka_unit_test(safe_mode_is_told_by_the_modules),
		cmocka_unit_test(protected_device_is_no_broken_one),
		cmocka_unit_test(every_platform_goes_to_dfu_and_back),
		cmocka_unit_test(safe_mode_is_reached_from_dfu),
		cmocka_unit_test(dfu_is_left_whatever_was_left_behind),
		cmocka_unit_test(descriptors_of_every_platform_are_read),
		cmocka_unit_test(
		    hung_device_keeps_no_slot_of_a_request_given_up),
		cmocka_unit_test(
		    requests_end_and_leave_nothing_behind_whatever_goes_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
