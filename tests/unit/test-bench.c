#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "virtual/bench.h"
#include "virtual/script.h"

struct rig {
	struct loop	*loop;
	struct bench	*bench;
	struct buf	 log;		/* "+argon -argon " */
	uint64_t	 last_us;
};

static void
on_attached(struct bench_device *device, void *arg)
{
	struct rig *rig = arg;

	buf_printf(&rig->log, "+%s ", device->name);
	rig->last_us = loop_now_us(rig->loop);
}

static void
on_detached(struct bench_device *device, void *arg)
{
	struct rig *rig = arg;

	buf_printf(&rig->log, "-%s ", device->name);
	rig->last_us = loop_now_us(rig->loop);
}

static const struct bench_ops ops = {
	.attached = on_attached,
	.detached = on_detached,
};

static void
rig_up(struct rig *rig, const char *text)
{
	struct error err;
	struct script *script = script_parse("s", text, strlen(text), &err);

	if (script == NULL)
		fail_msg("%s", err.text);
	memset(rig, 0, sizeof *rig);
	rig->loop = loop_new_virtual();
	rig->bench = bench_new(rig->loop, script);
	script_free(script);
	bench_start(rig->bench, &ops, rig);
}

static void
rig_down(struct rig *rig)
{
	bench_free(rig->bench);
	loop_free(rig->loop);
	buf_fini(&rig->log);
}

static void
stop(void *arg)
{
	loop_stop(arg);
}

/* Lets time pass on the virtual clock. */
static void
rig_run(struct rig *rig, uint64_t us)
{
	struct loop_timer *timer = loop_timer_new(rig->loop, stop, rig->loop);

	loop_timer_set(timer, us);
	loop_run(rig->loop);
	loop_timer_free(timer);
}

static void
rig_do(struct rig *rig, const char *command)
{
	struct error err;

	if (bench_command(rig->bench, command, NULL, &err) != 0)
		fail_msg("%s: %s", command, err.text);
}

static void
rig_refuses(struct rig *rig, const char *command, const char *sentence)
{
	struct error err;

	assert_int_equal(bench_command(rig->bench, command, NULL, &err), -1);
	assert_string_equal(err.text, sentence);
}

static void
what_is_not_off_gets_power(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, "device argon\ndevice boron off\ndevice p2\n");
	assert_string_equal(buf_str(&rig.log), "");
	rig_run(&rig, LOOP_S(1));
	assert_string_equal(buf_str(&rig.log), "+argon +p2 ");
	rig_down(&rig);
}

static void
events_come_at_their_time(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, "device argon\nat 3s unplug argon\nat 5s plug argon\n");
	rig_run(&rig, LOOP_S(4));
	assert_string_equal(buf_str(&rig.log), "+argon -argon ");
	assert_int_equal(rig.last_us, LOOP_S(3));
	rig_run(&rig, LOOP_S(2));
	assert_string_equal(buf_str(&rig.log), "+argon -argon +argon ");
	assert_int_equal(rig.last_us, LOOP_S(5));
	rig_down(&rig);
}

static void
events_may_come_again_and_again(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, "device argon\nevery 10s press argon reset\n");
	rig_run(&rig, LOOP_S(35));
	assert_string_equal(buf_str(&rig.log),
	    "+argon -argon +argon -argon +argon -argon +argon ");
	rig_down(&rig);
}

static void
commands_work_while_it_runs(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, "device argon\ndevice boron\n");
	rig_run(&rig, LOOP_S(1));
	rig_do(&rig, "unplug argon");
	rig_run(&rig, LOOP_S(1));
	rig_do(&rig, "plug argon path 1-9 tty 4");
	rig_run(&rig, LOOP_S(1));
	assert_string_equal(buf_str(&rig.log), "+argon +boron -argon +argon ");
	assert_string_equal(bench_find(rig.bench, "argon")->path, "1-9");
	assert_int_equal(bench_find(rig.bench, "argon")->tty, 4);
	rig_do(&rig, "press argon dfu");
	rig_run(&rig, LOOP_S(10));
	assert_int_equal(vdev_mode(bench_find(rig.bench, "argon")->vdev),
	    VDEV_DFU);
	rig_down(&rig);
}

static void
a_command_may_mean_several_devices(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, "device argon x 2\ndevice boron\n");
	rig_run(&rig, LOOP_S(1));
	rig_do(&rig, "unplug argon*");
	rig_run(&rig, LOOP_S(1));
	rig_do(&rig, "unplug all");
	rig_run(&rig, LOOP_S(1));
	assert_string_equal(buf_str(&rig.log),
	    "+argon-1 +argon-2 +boron -argon-1 -argon-2 -boron ");
	rig_down(&rig);
}

static void
what_can_not_be_done_is_said(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, "device argon path 1-1\ndevice boron off path 1-1\n");
	rig_refuses(&rig, "plug argon", "argon is plugged in already");
	rig_refuses(&rig, "plug boron", "argon is plugged in at 1-1 already");
	rig_refuses(&rig, "unplug p2", "no device is called \"p2\"");
	rig_refuses(&rig, "", "a command is missing");
	rig_refuses(&rig, "tty argon 999", "a tty number can't be \"999\"");
	rig_down(&rig);
}

static void
devices_are_found_by_name_and_id(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, "device argon as a id e00fce68aaaaaaaaaaaaaaaa\n");
	assert_non_null(bench_find(rig.bench, "a"));
	assert_ptr_equal(bench_find(rig.bench, "a"),
	    bench_find(rig.bench, "e00fce68aaaaaaaaaaaaaaaa"));
	assert_null(bench_find(rig.bench, "b"));
	rig_do(&rig, "unplug e00fce68aaaaaaaaaaaaaaaa");
	assert_false(bench_find(rig.bench, "a")->is_plugged);
	rig_down(&rig);
}

static void
a_list_tells_who_is_there_and_how(void **state)
{
	struct rig rig;
	struct buf reply = { 0 };

	(void)state;
	rig_up(&rig, "device argon id e00fce68aaaaaaaaaaaaaaaa\n"
	    "device p2 as gate id 0a10acedaaaaaaaaaaaaaaaa off path 1-7\n");
	rig_run(&rig, LOOP_S(1));
	assert_int_equal(bench_command(rig.bench, "list", &reply, NULL), 0);
	assert_string_equal(buf_str(&reply),
	    "argon e00fce68aaaaaaaaaaaaaaaa argon 1-1.1 normal\n"
	    "gate 0a10acedaaaaaaaaaaaaaaaa p2 1-7 unplugged\n");
	buf_clear(&reply);
	assert_int_equal(bench_command(rig.bench, "count argon", &reply, NULL),
	    0);
	assert_string_equal(buf_str(&reply), "argon 0\n");
	buf_fini(&reply);
	rig_down(&rig);
}

static void
collect(enum usb_status status, const uint8_t *data, size_t len, void *arg)
{
	assert_int_equal(status, USB_OK);
	buf_append(arg, data, len);
}

static void
a_logged_line_begins_with_the_time_since_the_start(void **state)
{
	struct usb_setup dtr = { .request_type = 0x21, .request = 0x22,
	    .value = 1 };
	struct buf none = { 0 }, line = { 0 };
	struct rig rig;
	struct vdev *dev;

	(void)state;
	rig_up(&rig, "device argon log 0\n");
	dev = bench_device_at(rig.bench, 0)->vdev;
	rig_run(&rig, LOOP_S(1));
	vdev_control(dev, &dtr, NULL, collect, &none);
	rig_run(&rig, LOOP_MS(500));
	vdev_data(dev, 0x81, NULL, 512, collect, &line);
	rig_do(&rig, "log argon \"[app] INFO: up\"");
	rig_run(&rig, LOOP_MS(100));
	assert_string_equal(buf_str(&line), "0000001500 [app] INFO: up\r\n");
	buf_fini(&line);
	rig_down(&rig);
}

static void
a_storm_of_plugging_ends_as_it_was_left(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, "device argon x 50\n");
	for (int i = 0; i < 20; i++) {
		rig_do(&rig, "unplug all");
		rig_do(&rig, "plug all");
		if (i % 3 == 0)
			rig_run(&rig, LOOP_MS(1));
	}
	rig_run(&rig, LOOP_S(10));
	for (size_t i = 0; i < bench_device_count(rig.bench); i++)
		assert_true(vdev_is_attached(
		    bench_device_at(rig.bench, i)->vdev));
	rig_down(&rig);
}

static void
a_bench_can_be_freed_in_the_middle_of_anything(void **state)
{
	struct rig rig;

	(void)state;
	rig_up(&rig, "device argon x 3\nevery 20ms press all reset\n"
	    "every 30ms print all text\n");
	rig_run(&rig, LOOP_MS(125));
	rig_do(&rig, "unplug argon-1");
	rig_down(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_off_gets_power),
		cmocka_unit_test(events_come_at_their_time),
		cmocka_unit_test(events_may_come_again_and_again),
		cmocka_unit_test(commands_work_while_it_runs),
		cmocka_unit_test(a_command_may_mean_several_devices),
		cmocka_unit_test(what_can_not_be_done_is_said),
		cmocka_unit_test(devices_are_found_by_name_and_id),
		cmocka_unit_test(a_list_tells_who_is_there_and_how),
		cmocka_unit_test(
		    a_logged_line_begins_with_the_time_since_the_start),
		cmocka_unit_test(a_storm_of_plugging_ends_as_it_was_left),
		cmocka_unit_test(
		    a_bench_can_be_freed_in_the_middle_of_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
