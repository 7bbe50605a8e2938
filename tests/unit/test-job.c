/* The runner of jobs, and the table of actions. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/rig.h"

static void
every_action_has_a_verb_and_a_key_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		const struct action *a = &actions[i];

		assert_int_equal(a->id, i);
		assert_ptr_equal(action_by_key(a->key), a);
		assert_non_null(a->summary);
		assert_non_null(a->short_name);
		assert_true((a->ops == NULL) ==
		    ((a->flags & ACTION_FRONT_END) != 0));
	}
	assert_null(action_by_key('z'));
}

static void
a_device_has_one_job_at_a_time(void **state)
{
	struct rig *rig = rig_ready("device argon\ndevice p2\n");
	uint32_t device = rig_device(rig, "argon")->number;
	uint32_t job = rig_start(rig, ACTION_RESET, "argon", NULL);
	struct error err;

	(void)state;
	assert_int_equal(rig_device(rig, "argon")->job, job);
	assert_int_equal(jobs_start(rig->jobs, &actions[ACTION_BLINK], device,
	    NULL, 0, &err), 0);
	assert_int_equal(err.code, ERROR_BUSY);
	/* The one beside is free. */
	assert_int_equal(rig_act(rig, ACTION_RESET, "p2", NULL)->result.code,
	    ERROR_NONE);
	rig_finish(rig, job, 30);
	assert_int_equal(rig_device(rig, "argon")->job, 0);
	rig_act(rig, ACTION_RESET, "argon", NULL);
	rig_free(rig);
}

static void
nothing_calls_back_from_inside(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	uint32_t job = rig_start(rig, ACTION_RESET, "argon", NULL);

	(void)state;
	assert_int_equal(rig->job[job].started, 0);
	jobs_cancel(rig->jobs, job);
	assert_int_equal(rig->job[job].started, 0);
	assert_int_equal(rig->job[job].ended, 0);
	assert_int_equal(rig_finish(rig, job, 1)->result.code,
	    ERROR_CANCELLED);
	jobs_cancel(rig->jobs, job);
	jobs_cancel(rig->jobs, 4000);
	rig_free(rig);
}

struct chain {
	struct rig	*rig;
	struct jobs_listener *self;
	unsigned	 left;
	uint32_t	 last;
};

/* The next one begins in the very call that ends the last. */
static void
go_on(enum job_event event, const struct job *job, void *arg)
{
	struct chain *chain = arg;

	if (event != JOB_ENDED)
		return;
	if (chain->left == 0) {
		jobs_unlisten(chain->self);
		return;
	}
	chain->left--;
	chain->last = jobs_start(chain->rig->jobs, &actions[ACTION_RESET],
	    job->device, NULL, 0, NULL);
	assert_int_not_equal(chain->last, 0);
}

static void
a_listener_may_start_the_next_job_and_leave(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	struct chain chain = { .rig = rig, .left = 3 };

	(void)state;
	chain.self = jobs_listen(rig->jobs, go_on, &chain);
	rig_act(rig, ACTION_RESET, "argon", NULL);
	while (chain.left != 0)
		rig_finish(rig, chain.last, 30);
	rig_finish(rig, chain.last, 30);
	assert_int_equal(jobs_running(rig->jobs), 0);
	rig_free(rig);
}

static void
unplugging_ends_what_does_not_wait_for_it(void **state)
{
	struct action_args for_60s = { .for_s = 60 };
	struct rig *rig = rig_ready("device argon\n");
	uint32_t job = rig_start(rig, ACTION_BLINK, "argon", &for_60s);
	uint32_t number = rig_device(rig, "argon")->number;
	struct error err;

	(void)state;
	rig_run_ms(rig, 1000);
	rig_do(rig, "unplug argon");
	assert_int_equal(rig_finish(rig, job, 1)->result.code, ERROR_GONE);
	assert_null(rig_device(rig, "argon"));
	assert_int_equal(jobs_start(rig->jobs, &actions[ACTION_RESET], number,
	    NULL, 0, &err), 0);
	assert_int_equal(err.code, ERROR_NO_DEVICE);
	rig_free(rig);
}

static void
steps_go_into_the_timeline_with_their_durations(void **state)
{
	struct rig *rig = rig_ready("device argon\n");
	const struct timeline_entry *e;

	(void)state;
	rig_act(rig, ACTION_DFU, "argon", NULL);
	assert_true(timeline_end(rig->timeline) == 2);
	e = timeline_get(rig->timeline, 0);
	assert_string_equal(e->event, "dfu");
	assert_string_equal(e->text, "request 50 accepted");
	assert_string_equal(e->label, rig_device(rig, "argon")->id);
	assert_true(e->has_duration && e->duration_us < LOOP_MS(100));
	e = timeline_get(rig->timeline, 1);
	assert_string_equal(e->text, "back as dfu");
	assert_true(e->duration_us > LOOP_MS(1000));
	rig_free(rig);
}

static void
all_is_freed_in_the_middle_of_everything(void **state)
{
	(void)state;
	for (unsigned ms = 0; ms < 1500; ms += 50) {
		struct rig *rig = rig_ready("device argon\ndevice p2\n"
		    "device boron mode dfu\ndevice electron version 3.3.1\n");

		rig_start(rig, ACTION_RESET, "argon", NULL);
		rig_start(rig, ACTION_TOUCH, "p2", NULL);
		rig_start(rig, ACTION_RESET, "boron", NULL);
		rig_start(rig, ACTION_LISTEN, "electron", NULL);
		if (ms != 0)
			rig_run_ms(rig, ms);
		rig_free(rig);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_action_has_a_verb_and_a_key_of_its_own),
		cmocka_unit_test(a_device_has_one_job_at_a_time),
		cmocka_unit_test(nothing_calls_back_from_inside),
		cmocka_unit_test(a_listener_may_start_the_next_job_and_leave),
		cmocka_unit_test(unplugging_ends_what_does_not_wait_for_it),
		cmocka_unit_test(
		    steps_go_into_the_timeline_with_their_durations),
		cmocka_unit_test(all_is_freed_in_the_middle_of_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
