/*
 * Every fault at every step of every action: a job ends once, in time, and
 * tells the truth; the device next to it notices nothing; and once the fault is
 * over, all is as it should be.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/rig.h"

/* "sick" is the one with the fault; "well" stands beside it. */
static const char *const benches[] = {
	"device argon as sick\ndevice boron as well\n",
	"device p2 as sick\ndevice p2 as well\n",
	"device photon version 2.3.1 as sick\n"
	    "device p1 version 3.3.1 as well\n",
};
#define BENCHES	(sizeof benches / sizeof benches[0])

static const struct {
	const char		*name;
	enum action_id		 action;
	struct action_args	 args;
	bool			 from_dfu;
	unsigned		 max_s;
} cases[] = {
	{ "dfu", ACTION_DFU, { 0 }, false, 60 },
	{ "dfu --via control", ACTION_DFU,
	    { .via = ACTION_VIA_CONTROL }, false, 30 },
	{ "touch", ACTION_TOUCH, { 0 }, false, 40 },
	{ "reset", ACTION_RESET, { 0 }, false, 40 },
	{ "reset --force", ACTION_RESET, { .force = true }, false, 40 },
	{ "safe-mode", ACTION_SAFE_MODE, { 0 }, false, 40 },
	{ "listen", ACTION_LISTEN, { 0 }, false, 40 },
	{ "listen --off", ACTION_LISTEN, { .off = true }, false, 40 },
	{ "blink", ACTION_BLINK, { .for_s = 1 }, false, 40 },
	{ "reset from dfu", ACTION_RESET, { 0 }, true, 50 },
	{ "safe-mode from dfu", ACTION_SAFE_MODE, { 0 }, true, 50 },
};
#define CASES	(sizeof cases / sizeof cases[0])

static const char *const faults[] = {
	"stall any",
	"stall any count=3",
	"stall any count=0",
	"nak any",
	"nak any count=0",
	"late any delay=3000",
	"late any delay=30000",
	"short any length=0",
	"short any length=3 count=0",
	"garbage any",
	"garbage any count=0",
	"vanish any",
	"vanish any delay=400",
	"vanish any delay=400 count=3",
	"vanish any delay=20000",
};
#define FAULTS	(sizeof faults / sizeof faults[0])

#define SKIPS	14	/* more than an action has transfers */

static bool
is_known(struct rig *rig, void *arg)
{
	const struct device *d = rig_device(rig, arg);

	return d != NULL && d->mode != DEVICE_UNKNOWN &&
	    d->mode != DEVICE_SWITCHING && d->asked_us == 0;
}

static struct rig *
begin(const char *bench, size_t c)
{
	struct rig *rig = rig_ready(bench);
	char sick[] = "sick";

	if (cases[c].from_dfu) {
		rig_do(rig, "press sick dfu");
		rig_until_mode(rig, "sick", DEVICE_DFU);
		rig_until(rig, is_known, sick, 10);
	}
	return rig;
}

struct trial {
	struct rig	*rig;
	size_t		 c;
	unsigned	 departures;	/* before */
	uint32_t	 number;	/* of the job */
	char		 name[128];
};

/* Success must be what anybody can see on the board, at that moment. */
static void
check_truth(enum job_event event, const struct job *job, void *arg)
{
	const struct trial *t = arg;
	struct rig *rig = t->rig;
	size_t c = t->c;
	unsigned departures = t->departures;
	struct vdev *v = rig_bench(rig, "sick")->vdev;
	const struct device *d = rig_device(rig, "sick");

	if (event != JOB_ENDED || job->number != t->number ||
	    job->result.code != ERROR_NONE)
		return;
	if (d == NULL) {
		/* It was back, and vanished again in that very turn. */
		if (strstr(rig->job[job->number].steps, "+back") == NULL)
			fail_msg("%s: success without a device", t->name);
		return;
	}
	switch (cases[c].action) {
	case ACTION_DFU:
	case ACTION_TOUCH:
		assert_int_equal(vdev_mode(v), VDEV_DFU);
		assert_int_equal(d->mode, DEVICE_DFU);
		break;
	case ACTION_RESET:
		assert_true(d->departures > departures);
		assert_int_equal(d->usb_mode, PLATFORM_USB_NORMAL);
		break;
	case ACTION_SAFE_MODE:
		assert_true(d->departures > departures);
		assert_int_equal(d->usb_mode, PLATFORM_USB_NORMAL);
		break;
	case ACTION_LISTEN:
		if (cases[c].args.off)
			assert_int_not_equal(vdev_mode(v), VDEV_LISTENING);
		else
			assert_int_equal(vdev_mode(v), VDEV_LISTENING);
		break;
	default:
		assert_false(vdev_is_blinking(v));
		break;
	}
}

/* The fault is over, the cable was pulled: everything works again. */
static void
check_recovery(struct rig *rig)
{
	char sick[] = "sick";
	const struct rig_job *job;

	rig_do(rig, "clear-faults sick");
	rig_do(rig, "unplug sick");
	rig_run_ms(rig, 60000);
	assert_null(rig_device(rig, "sick"));
	assert_int_equal(registry_count(rig->registry), 1);
	assert_int_equal(jobs_running(rig->jobs), 0);
	assert_int_equal(probe_open_questions(rig->probe), 0);
	rig_do(rig, "plug sick");
	rig_until(rig, is_known, sick, 60);
	job = rig_act(rig, ACTION_RESET, sick, NULL);
	if (job->result.code != ERROR_NONE)
		fail_msg("%s\n%s", job->result.text, job->steps);
}

static bool
has_mode_normal(struct rig *rig, void *arg)
{
	const struct device *d = rig_device(rig, arg);

	return d != NULL && d->mode == DEVICE_NORMAL;
}

static void
one_fault(const char *bench, size_t c, size_t fault, unsigned skip)
{
	struct rig *rig = begin(bench, c);
	struct trial t = { .rig = rig, .c = c };
	const struct rig_job *job;
	char well[] = "well";
	uint32_t beside;

	snprintf(t.name, sizeof t.name, "%s, %s skip=%u", cases[c].name,
	    faults[fault], skip);
	t.departures = rig_device(rig, "sick")->departures;
	jobs_listen(rig->jobs, check_truth, &t);
	rig_do(rig, "fault sick %s skip=%u", faults[fault], skip);
	t.number = rig_start(rig, cases[c].action, "sick", &cases[c].args);
	beside = rig_start(rig, ACTION_RESET, well, NULL);
	job = rig_finish(rig, beside, 15);
	if (job->result.code != ERROR_NONE)
		fail_msg("%s: the one beside: %s", t.name, job->result.text);
	rig_until(rig, has_mode_normal, well, 2);
	rig_what(rig, t.name);
	if (rig->job[t.number].ended == 0)
		rig_finish(rig, t.number, cases[c].max_s);
	check_recovery(rig);
	rig_free(rig);
}

static void
every_fault_at_every_step(void **state)
{
	size_t bench = *(size_t *)*state;

	for (size_t c = 0; c < CASES; c++) {
		/* Nothing of Gen 2 goes from DFU into safe mode. */
		if (bench == 2 && c == CASES - 1)
			continue;
		for (size_t fault = 0; fault < FAULTS; fault++) {
			for (unsigned skip = 0; skip < SKIPS; skip++) {
				one_fault(benches[bench], c, fault, skip);
			}
		}
	}
}

static void
a_device_that_never_comes_back_is_reported_and_leaves_the_list(void **state)
{
	(void)state;
	for (size_t bench = 0; bench < BENCHES; bench++) {
		for (size_t c = 0; c < CASES; c++) {
			struct rig *rig = begin(benches[bench], c);
			const struct rig_job *job;
			bool leaves = cases[c].action != ACTION_LISTEN &&
			    cases[c].action != ACTION_BLINK;

			if (bench == 2 && c == CASES - 1) {
				rig_free(rig);
				continue;
			}
			rig_do(rig, "fault sick no-return");
			job = rig_finish(rig, rig_start(rig, cases[c].action,
			    "sick", &cases[c].args), cases[c].max_s);
			if (leaves) {
				if (job->result.code != ERROR_TIMEOUT)
					fail_msg("%s: %s\n%s", cases[c].name,
					    job->result.text, job->steps);
				assert_non_null(strstr(job->result.text,
				    "not back"));
				assert_null(rig_device(rig, "sick"));
			}
			rig_free(rig);
		}
	}
}

/* Cancelling and the deadline of the whole, at any moment. */
static void
every_moment_is_good_for_cancelling(void **state)
{
	static const unsigned moments_ms[] = {
		0, 1, 2, 3, 5, 8, 12, 20, 50, 100, 300, 700, 1000, 1010, 1100,
		1300, 1600, 1900, 2500,
	};

	(void)state;
	for (size_t bench = 0; bench < BENCHES; bench++) {
		for (size_t c = 0; c < CASES; c++) {
			for (size_t m = 0; m < sizeof moments_ms /
			    sizeof moments_ms[0]; m++) {
				struct rig *rig = begin(benches[bench], c);
				const struct rig_job *job;
				uint32_t number;

				number = rig_start(rig, cases[c].action,
				    "sick", &cases[c].args);
				if (moments_ms[m] != 0)
					rig_run_ms(rig, moments_ms[m]);
				jobs_cancel(rig->jobs, number);
				jobs_cancel(rig->jobs, number);
				job = rig->job[number].ended != 0
				    ? &rig->job[number]
				    : rig_finish(rig, number, 2);
				if (job->result.code != ERROR_CANCELLED &&
				    job->result.code != ERROR_NONE &&
				    job->result.code != ERROR_UNSUPPORTED)
					fail_msg("%s at %u ms: %s",
					    cases[c].name, moments_ms[m],
					    job->result.text);
				assert_false(vdev_is_blinking(
				    rig_bench(rig, "sick")->vdev));
				check_recovery(rig);
				rig_free(rig);
			}
		}
	}
}

static void
a_cancelled_touch_leaves_the_port_at_a_harmless_speed(void **state)
{
	struct rig *rig = rig_ready("device argon as sick hung\n");
	struct action_args via = { .via = ACTION_VIA_TOUCH };
	const struct rig_job *job;

	(void)state;
	/* The device takes the speed, but for the touch it is deaf. */
	rig_do(rig, "fault sick stall line count=0");
	job = rig_act(rig, ACTION_DFU, "sick", &via);
	assert_int_not_equal(job->result.code, ERROR_NONE);
	rig_do(rig, "clear-faults sick");
	/* 14400 is told anew, because the port was put back. */
	job = rig_act(rig, ACTION_TOUCH, "sick", NULL);
	if (job->result.code != ERROR_NONE)
		fail_msg("%s\n%s", job->result.text, job->steps);
	rig_free(rig);
}

static void
the_deadline_of_the_whole_ends_a_job_as_timed_out(void **state)
{
	struct rig *rig = rig_ready("device argon as sick hung\n");
	const struct rig_job *job;
	uint32_t number;
	struct error err;

	(void)state;
	number = jobs_start(rig->jobs, &actions[ACTION_RESET],
	    rig_device(rig, "sick")->number, NULL, 1000, &err);
	assert_int_not_equal(number, 0);
	job = rig_finish(rig, number, 10);
	assert_int_equal(job->result.code, ERROR_TIMEOUT);
	assert_int_equal(error_exit_status(job->result.code), 5);
	assert_true(job->us >= LOOP_MS(1000) && job->us < LOOP_MS(2600));
	rig_free(rig);
}

static void
a_cdc_that_never_answers_delays_no_other_row(void **state)
{
	struct rig *rig = rig_ready("device argon as sick\n"
	    "device boron as well\n");
	struct action_args via = { .via = ACTION_VIA_TOUCH };
	const struct rig_job *job;
	uint32_t number, beside;

	(void)state;
	rig_do(rig, "fault sick nak line count=0");
	number = rig_start(rig, ACTION_DFU, "sick", &via);
	beside = rig_start(rig, ACTION_DFU, "well", &via);
	job = rig_finish(rig, beside, 5);
	assert_int_equal(job->result.code, ERROR_NONE);
	job = rig_finish(rig, number, 60);
	assert_int_not_equal(job->result.code, ERROR_NONE);
	rig_free(rig);
}

#define PER_BENCH(n) { \
	.name = "every_fault_at_every_step_of_bench_" #n, \
	.test_func = every_fault_at_every_step, \
	.initial_state = &numbers[n], \
}

int
main(void)
{
	static size_t numbers[] = { 0, 1, 2 };
	const struct CMUnitTest tests[] = {
		PER_BENCH(0),
		PER_BENCH(1),
		PER_BENCH(2),
		cmocka_unit_test(
		    a_device_that_never_comes_back_is_reported_and_leaves_the_list),
		cmocka_unit_test(every_moment_is_good_for_cancelling),
		cmocka_unit_test(
		    a_cancelled_touch_leaves_the_port_at_a_harmless_speed),
		cmocka_unit_test(
		    the_deadline_of_the_whole_ends_a_job_as_timed_out),
		cmocka_unit_test(a_cdc_that_never_answers_delays_no_other_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
