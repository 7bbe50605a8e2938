/* The whole below the front ends, on a virtual bench and the virtual clock. */
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

#include "app.h"
#include "bus/bus-real.h"
#include "virtual/bench.h"

/* These tests have no USB. */
struct bus *
bus_real_new(struct loop *loop, struct error *err)
{
	(void)loop;
	error_set(err, ERROR_FAILED, "this system has no USB");
	return NULL;
}

static struct app *
start(const char *script)
{
	struct app_options options = { .demo = true, .virtual_clock = true };
	char file[] = "/tmp/pterm-test-app.XXXXXX";
	struct config config = { .poll_s = 0 };
	struct error err;
	struct app *app;
	int fd;

	if (script != NULL) {
		fd = mkstemp(file);
		assert_true(write(fd, script, strlen(script)) ==
		    (ssize_t)strlen(script));
		close(fd);
		options.demo_file = file;
	}
	app = app_new(&config, &options, &err);
	if (script != NULL)
		unlink(file);
	if (app == NULL || app_start(app, &err) != 0)
		fail_msg("%s", err.text);
	while (!app->is_ready || probe_open_questions(app->probe) != 0)
		loop_turn(app->loop, UINT64_MAX);
	return app;
}

static void
on_time(void *arg)
{
	*(bool *)arg = true;
}

static void
run_ms(struct app *app, unsigned ms)
{
	bool is_over = false;
	struct loop_timer *timer = loop_timer_new(app->loop, on_time, &is_over);

	loop_timer_set(timer, LOOP_MS(ms));
	while (!is_over)
		loop_turn(app->loop, UINT64_MAX);
	loop_timer_free(timer);
}

static void
the_demonstration_bench_comes_to_life(void **state)
{
	struct app *app = start(NULL);
	size_t normal = 0, named = 0;

	(void)state;
	assert_true(registry_count(app->registry) >= 5);
	for (size_t i = 0; i < registry_count(app->registry); i++) {
		const struct device *d = registry_at(app->registry, i);

		normal += d->mode == DEVICE_NORMAL;
		named += d->nickname[0] != '\0';
	}
	assert_true(normal > 0 && named > 0);
	app_free(app);
}

static void
real_devices_need_a_system_with_usb(void **state)
{
	struct app_options options = { 0 };
	struct config config = { 0 };
	struct error err;

	(void)state;
	assert_null(app_new(&config, &options, &err));
	assert_string_equal(err.text, "this system has no USB");
}

static void
a_script_that_is_wrong_is_named_with_its_line(void **state)
{
	struct app_options options = {
		.demo = true,
		.demo_file = "/nonexistent/bench",
	};
	struct config config = { 0 };
	struct error err;

	(void)state;
	assert_null(app_new(&config, &options, &err));
	assert_non_null(strstr(err.text, "/nonexistent/bench"));
}

static void
assert_entry(struct app *app, uint64_t number, const char *event,
    const char *text)
{
	const struct timeline_entry *e = timeline_get(app->timeline, number);

	assert_non_null(e);
	assert_string_equal(e->event, event);
	assert_string_equal(e->text, text);
}

static void
the_timeline_tells_the_story(void **state)
{
	struct app *app = start("device argon path 1-1\n"
	    "device p2 mode dfu path 1-2\n");
	uint64_t n;

	(void)state;
	assert_entry(app, 0, "attached", "usb 1-1, ttyACM0");
	assert_entry(app, 1, "attached", "dfu, usb 1-2");
	assert_entry(app, 2, "mode", "normal");
	n = timeline_end(app->timeline);
	assert_int_equal(bench_command(app->bench, "unplug p2", NULL, NULL), 0);
	run_ms(app, 100);
	assert_entry(app, n, "left", "");
	n = timeline_end(app->timeline);
	assert_int_not_equal(jobs_start(app->jobs, &actions[ACTION_DFU],
	    registry_at(app->registry, 0)->number, NULL, 0, NULL), 0);
	run_ms(app, 10000);
	assert_entry(app, n, "dfu", "request 50 accepted");
	assert_entry(app, n + 1, "dfu", "back as dfu");
	assert_true(timeline_end(app->timeline) == n + 2);
	app_free(app);
}

static void
a_device_that_stays_away_leaves_the_list_in_time(void **state)
{
	struct app *app = start("device argon\n fault no-return\n");

	(void)state;
	assert_int_not_equal(jobs_start(app->jobs, &actions[ACTION_DFU],
	    registry_at(app->registry, 0)->number, NULL, 0, NULL), 0);
	run_ms(app, 3000);
	assert_int_equal(registry_at(app->registry, 0)->mode,
	    DEVICE_SWITCHING);
	run_ms(app, 10000);
	assert_int_equal(registry_count(app->registry), 0);
	app_free(app);
}

static void
no_board_blinks_on_after_the_end(void **state)
{
	struct action_args args = { .for_s = 60 };
	struct app *app = start("device argon\n");
	struct vdev *v = bench_device_at(app->bench, 0)->vdev;

	(void)state;
	assert_int_not_equal(jobs_start(app->jobs, &actions[ACTION_BLINK],
	    registry_at(app->registry, 0)->number, &args, 0, NULL), 0);
	run_ms(app, 1000);
	assert_true(vdev_is_blinking(v));
	app_tidy(app);
	assert_false(vdev_is_blinking(v));
	app_free(app);
}

static void
a_hung_device_does_not_hold_up_the_end(void **state)
{
	struct app *app = start("device argon\n");
	struct action_args args = { .for_s = 60 };
	uint64_t began;

	(void)state;
	jobs_start(app->jobs, &actions[ACTION_BLINK],
	    registry_at(app->registry, 0)->number, &args, 0, NULL);
	run_ms(app, 1000);
	assert_int_equal(bench_command(app->bench,
	    "fault argon nak any count=0", NULL, NULL), 0);
	began = loop_now_us(app->loop);
	app_tidy(app);
	assert_true(loop_now_us(app->loop) - began <= LOOP_MS(2000));
	app_free(app);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_demonstration_bench_comes_to_life),
		cmocka_unit_test(real_devices_need_a_system_with_usb),
		cmocka_unit_test(a_script_that_is_wrong_is_named_with_its_line),
		cmocka_unit_test(the_timeline_tells_the_story),
		cmocka_unit_test(
		    a_device_that_stays_away_leaves_the_list_in_time),
		cmocka_unit_test(no_board_blinks_on_after_the_end),
		cmocka_unit_test(a_hung_device_does_not_hold_up_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
