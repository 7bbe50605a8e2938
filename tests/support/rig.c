#include "config.h"

#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "virtual/bus-virtual.h"
#include "virtual/script.h"

static void
rig_rearm(struct rig *rig)
{
	uint64_t next = registry_next_deadline(rig->registry);
	uint64_t now = loop_now_us(rig->loop);

	if (next == UINT64_MAX)
		loop_timer_stop(rig->deadline);
	else
		loop_timer_set(rig->deadline, next > now ? next - now : 0);
}

static void
rig_on_deadline(void *arg)
{
	struct rig *rig = arg;

	registry_tick(rig->registry, loop_now_us(rig->loop));
	rig_rearm(rig);
}

static void
rig_on_registry(enum registry_event event, const struct device *d, void *arg)
{
	(void)event;
	(void)d;
	rig_rearm(arg);
}

static void
rig_on_bus(enum bus_event event, const struct bus_node_info *info, void *arg)
{
	struct rig *rig = arg;
	uint64_t now = loop_now_us(rig->loop);

	switch (event) {
	case BUS_ADDED:
		registry_node_added(rig->registry, info, now);
		break;
	case BUS_CHANGED:
		registry_node_changed(rig->registry, info, now);
		break;
	case BUS_REMOVED:
		registry_node_removed(rig->registry, info->node, now);
		break;
	case BUS_READY:
		rig->is_ready = true;
		break;
	}
}

static void
rig_on_job(enum job_event event, const struct job *job, void *arg)
{
	struct rig *rig = arg;
	struct rig_job *seen = &rig->job[job->number];
	size_t used = strlen(seen->steps);

	assert_true(job->number < RIG_JOBS_MAX);
	assert_int_equal(seen->ended, 0);
	switch (event) {
	case JOB_STARTED:
		assert_int_equal(seen->started, 0);
		seen->started++;
		break;
	case JOB_STEP:
		assert_int_equal(seen->started, 1);
		snprintf(seen->steps + used, sizeof seen->steps - used,
		    "%c%s\n", job->step_ok ? '+' : '-', job->step);
		break;
	case JOB_ENDED:
		assert_int_equal(seen->started, 1);
		seen->ended++;
		seen->result = job->result;
		seen->us = job->ended_us - job->started_us;
		assert_true(job->result.text[0] != '\0');
		break;
	}
}

static void
rig_on_idle(void *arg)
{
	struct rig *rig = arg;

	rig->idles++;
}

static void
rig_on_stop(void *arg)
{
	struct rig *rig = arg;

	rig->is_over = true;
}

struct rig *
rig_new(const char *text)
{
	struct rig *rig = xcalloc(1, sizeof *rig);
	struct action_env env;
	struct script *script;
	struct error err;

	script = script_parse("test", text, strlen(text), &err);
	if (script == NULL)
		fail_msg("%s", err.text);
	rig->config.baud = 115200;
	rig->loop = loop_new_virtual();
	rig->bench = bench_new(rig->loop, script);
	script_free(script);
	rig->bus = bus_virtual_new(rig->loop, rig->bench);
	rig->registry = registry_new(NULL);
	rig->timeline = timeline_new(100);
	rig->deadline = loop_timer_new(rig->loop, rig_on_deadline, rig);
	rig->stop = loop_timer_new(rig->loop, rig_on_stop, rig);
	registry_listen(rig->registry, rig_on_registry, rig);
	env = (struct action_env){
		.loop = rig->loop,
		.bus = rig->bus,
		.registry = rig->registry,
		.timeline = rig->timeline,
		.config = &rig->config,
	};
	env.feeds = rig->feeds = feeds_new(&env);
	rig->jobs = jobs_new(&env);
	jobs_listen(rig->jobs, rig_on_job, rig);
	rig->probe = probe_new(&env, rig->jobs);
	probe_on_idle(rig->probe, rig_on_idle, rig);
	if (bus_start(rig->bus, platform_is_wanted, rig_on_bus, rig,
	    &err) != 0)
		fail_msg("%s", err.text);
	return rig;
}

static bool
rig_knows_all(struct rig *rig, void *arg)
{
	(void)arg;
	return rig->is_ready && probe_open_questions(rig->probe) == 0;
}

struct rig *
rig_ready(const char *text)
{
	struct rig *rig = rig_new(text);

	rig_until(rig, rig_knows_all, NULL, 60);
	return rig;
}

void
rig_free(struct rig *rig)
{
	probe_free(rig->probe);
	jobs_free(rig->jobs);
	feeds_free(rig->feeds);
	bus_free(rig->bus);
	bench_free(rig->bench);
	loop_timer_free(rig->deadline);
	loop_timer_free(rig->stop);
	registry_free(rig->registry);
	timeline_free(rig->timeline);
	loop_free(rig->loop);
	free(rig);
}

void
rig_what(struct rig *rig, const char *what)
{
	snprintf(rig->what, sizeof rig->what, "%s", what);
}

void
rig_until(struct rig *rig, bool (*holds)(struct rig *, void *), void *arg,
    unsigned max_s)
{
	rig->is_over = false;
	loop_timer_set(rig->stop, LOOP_S(max_s));
	while (!holds(rig, arg)) {
		if (rig->is_over)
			fail_msg("%s: not within %u s", rig->what, max_s);
		loop_turn(rig->loop, UINT64_MAX);
	}
	loop_timer_stop(rig->stop);
}

static bool
rig_is_over(struct rig *rig, void *arg)
{
	(void)arg;
	return rig->is_over;
}

void
rig_run_ms(struct rig *rig, unsigned ms)
{
	rig->is_over = false;
	loop_timer_set(rig->stop, LOOP_MS(ms));
	while (!rig_is_over(rig, NULL))
		loop_turn(rig->loop, UINT64_MAX);
}

void
rig_do(struct rig *rig, const char *fmt, ...)
{
	char text[512];
	struct error err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (bench_command(rig->bench, text, NULL, &err) != 0)
		fail_msg("%s: %s", text, err.text);
}

struct bench_device *
rig_bench(struct rig *rig, const char *name)
{
	struct bench_device *b = bench_find(rig->bench, name);

	assert_non_null(b);
	return b;
}

/* By its place, which every device has. */
const struct device *
rig_device(struct rig *rig, const char *name)
{
	const struct bench_device *b = rig_bench(rig, name);

	for (size_t i = 0; i < registry_count(rig->registry); i++) {
		const struct device *d = registry_at(rig->registry, i);

		if (strcmp(d->usb.path, b->path) == 0)
			return d;
	}
	return NULL;
}

struct rig_mode {
	const char	*name;
	enum device_mode mode;
};

static bool
rig_has_mode(struct rig *rig, void *arg)
{
	const struct rig_mode *wanted = arg;
	const struct device *d = rig_device(rig, wanted->name);

	return d != NULL && d->mode == wanted->mode;
}

void
rig_until_mode(struct rig *rig, const char *name, enum device_mode mode)
{
	struct rig_mode wanted = { name, mode };

	rig_until(rig, rig_has_mode, &wanted, 60);
}

uint32_t
rig_start(struct rig *rig, enum action_id action, const char *name,
    const struct action_args *args)
{
	const struct device *d = rig_device(rig, name);
	struct error err;
	uint32_t job;

	assert_non_null(d);
	job = jobs_start(rig->jobs, &actions[action], d->number, args, 0, &err);
	if (job == 0)
		fail_msg("%s: %s", name, err.text);
	return job;
}

static bool
rig_has_ended(struct rig *rig, void *arg)
{
	return rig->job[*(uint32_t *)arg].ended != 0;
}

const struct rig_job *
rig_finish(struct rig *rig, uint32_t job, unsigned max_s)
{
	rig_until(rig, rig_has_ended, &job, max_s);
	assert_null(jobs_get(rig->jobs, job));
	return &rig->job[job];
}

const struct rig_job *
rig_act(struct rig *rig, enum action_id action, const char *name,
    const struct action_args *args)
{
	return rig_finish(rig, rig_start(rig, action, name, args), 120);
}
