#include "config.h"

#include "action/job.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/job-run.h"
#include "base/mem.h"
#include "base/text.h"

/* What an action has to tidy up after a cancel is cut short after this. */
#define TIDY_MS		1500

struct job_run {
	struct job		 job;
	struct jobs		*jobs;
	struct job_run		*next;
	void			*state;
	struct loop_timer	*deadline;
	uint64_t		 step_from_us;
	bool			 is_started;
	bool			 is_ended;
	bool			 is_cancelled;
	bool			 cancel_asked;
	bool			 device_changed;
	struct error		 cancel_reason;
};

struct jobs_listener {
	struct jobs		*jobs;
	struct jobs_listener	*next;
	jobs_cb			 cb;		/* NULL: to be freed */
	void			*arg;
};

struct jobs {
	struct action_env	 env;
	struct job_run		*runs;
	struct loop_deferred	*work;	/* what the runs are to be told */
	struct registry_listener *watch;
	struct jobs_listener	*listeners;
	unsigned		 notifying;
	uint32_t		 last_number;
};

static void	jobs_work(void *arg);
static void	jobs_on_registry(enum registry_event event,
		    const struct device *device, void *arg);

struct jobs *
jobs_new(const struct action_env *env)
{
	struct jobs *jobs = xcalloc(1, sizeof *jobs);

	jobs->env = *env;
	jobs->work = loop_deferred_new(env->loop, jobs_work, jobs);
	jobs->watch = registry_listen(env->registry, jobs_on_registry, jobs);
	return jobs;
}

/* --- Listeners ---------------------------------------------------------- */

struct jobs_listener *
jobs_listen(struct jobs *jobs, jobs_cb cb, void *arg)
{
	struct jobs_listener *l = xcalloc(1, sizeof *l), **end;

	l->jobs = jobs;
	l->cb = cb;
	l->arg = arg;
	for (end = &jobs->listeners; *end != NULL; end = &(*end)->next)
		;
	*end = l;
	return l;
}

static void
jobs_sweep_listeners(struct jobs *jobs)
{
	struct jobs_listener **at = &jobs->listeners;

	while (*at != NULL) {
		struct jobs_listener *l = *at;

		if (l->cb == NULL) {
			*at = l->next;
			free(l);
		} else {
			at = &l->next;
		}
	}
}

void
jobs_unlisten(struct jobs_listener *l)
{
	if (l == NULL)
		return;
	l->cb = NULL;
	if (l->jobs->notifying == 0)
		jobs_sweep_listeners(l->jobs);
}

static void
jobs_notify(struct jobs *jobs, enum job_event event, const struct job *job)
{
	jobs->notifying++;
	for (struct jobs_listener *l = jobs->listeners; l != NULL; l = l->next)
		if (l->cb != NULL)
			l->cb(event, job, l->arg);
	jobs->notifying--;
	if (jobs->notifying == 0)
		jobs_sweep_listeners(jobs);
}

/* --- What actions call -------------------------------------------------- */

void *
job_state(struct job_run *run)
{
	return run->state;
}

const struct action_env *
job_env(const struct job_run *run)
{
	return &run->jobs->env;
}

const struct job *
job_public(const struct job_run *run)
{
	return &run->job;
}

const struct device *
job_device(const struct job_run *run)
{
	return registry_get(run->jobs->env.registry, run->job.device);
}

uint64_t
job_now(const struct job_run *run)
{
	return loop_now_us(run->jobs->env.loop);
}

struct bus_handle *
job_open(const struct job_run *run, struct error *err)
{
	const struct device *d = job_device(run);

	if (!d->is_present) {
		error_set(err, ERROR_GONE, "the device disconnected");
		return NULL;
	}
	if (d->usb_mode == PLATFORM_USB_EDL) {
		error_set(err, ERROR_REFUSED,
		    "nothing is sent to a chip in EDL mode");
		return NULL;
	}
	return bus_open(run->jobs->env.bus, d->usb.node, err);
}

bool
job_is_cancelled(const struct job_run *run)
{
	return run->is_cancelled;
}

void
job_doing(struct job_run *run, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(run->job.doing, sizeof run->job.doing, fmt, ap);
	va_end(ap);
}

static void
job_record(struct job_run *run, enum timeline_level level, const char *text,
    const uint64_t *duration_us)
{
	struct jobs *jobs = run->jobs;
	struct timeline_entry entry = {
		.wall_us = loop_wall_us(jobs->env.loop),
		.device = run->job.device,
		.level = level,
		.has_duration = duration_us != NULL,
		.duration_us = duration_us != NULL ? *duration_us : 0,
	};

	if (jobs->env.timeline == NULL)
		return;
	text_copy(entry.label, sizeof entry.label,
	    device_label(job_device(run)));
	text_copy(entry.event, sizeof entry.event, run->job.action->verb);
	text_copy(entry.text, sizeof entry.text, text);
	timeline_add(jobs->env.timeline, &entry);
}

void
job_step(struct job_run *run, bool ok, const char *fmt, ...)
{
	struct job *job = &run->job;
	uint64_t now = job_now(run);
	va_list ap;

	if (run->is_ended)
		return;		/* a late end in the same turn */
	va_start(ap, fmt);
	vsnprintf(job->step, sizeof job->step, fmt, ap);
	va_end(ap);
	job->step_ok = ok;
	job->step_us = now - run->step_from_us;
	run->step_from_us = now;
	job_record(run, ok ? TIMELINE_NOTE : TIMELINE_BAD, job->step,
	    &job->step_us);
	jobs_notify(run->jobs, JOB_STEP, job);
}

static void __attribute__((format(printf, 3, 0)))
job_vend(struct job_run *run, enum error_code code, const char *fmt,
    va_list ap)
{
	if (run->is_ended)
		return;
	error_vset(&run->job.result, code, fmt, ap);
	run->is_ended = true;
	run->job.ended_us = job_now(run);
	loop_deferred_schedule(run->jobs->work);
}

void
job_end(struct job_run *run, enum error_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	job_vend(run, code, fmt, ap);
	va_end(ap);
}

void
job_end_cancelled(struct job_run *run, const char *note)
{
	job_end(run, run->cancel_reason.code, "%s%s%s",
	    run->cancel_reason.text, note[0] != '\0' ? "; " : "", note);
}

void
job_expect(struct job_run *run, enum device_mode going_to, unsigned timeout_ms)
{
	registry_expect(run->jobs->env.registry, run->job.device, going_to,
	    job_now(run) + LOOP_MS(timeout_ms));
}

void
job_expect_no_more(struct job_run *run)
{
	registry_expect_no_more(run->jobs->env.registry, run->job.device,
	    job_now(run));
}

/* --- The runner --------------------------------------------------------- */

/* A cancelled job that does not come to its end is ended. */
static void
job_begin_cancel(struct job_run *run, enum error_code code, const char *why)
{
	if (run->is_cancelled || run->is_ended)
		return;
	run->is_cancelled = true;
	error_set(&run->cancel_reason, code, "%s", why);
	loop_timer_set(run->deadline, LOOP_MS(TIDY_MS));
	loop_deferred_schedule(run->jobs->work);
}

static void
job_on_deadline(void *arg)
{
	struct job_run *run = arg;

	if (run->is_cancelled)
		job_end_cancelled(run, "");
	else
		job_begin_cancel(run, ERROR_TIMEOUT, "not done in time");
}

static void
jobs_on_registry(enum registry_event event, const struct device *device,
    void *arg)
{
	struct jobs *jobs = arg;

	(void)event;
	for (struct job_run *run = jobs->runs; run != NULL; run = run->next) {
		if (run->job.device == device->number && !run->is_ended) {
			run->device_changed = true;
			loop_deferred_schedule(jobs->work);
		}
	}
}

static void
job_begin(struct job_run *run)
{
	const struct action *action = run->job.action;
	const struct device *d = job_device(run);

	run->is_started = true;
	run->step_from_us = job_now(run);
	jobs_notify(run->jobs, JOB_STARTED, &run->job);
	if (run->is_cancelled)
		job_end_cancelled(run, "");
	else if (!d->is_present)
		job_end(run, ERROR_GONE, "the device disconnected");
	else if ((ACTION_MODE(d->mode) & action->modes_done) != 0)
		job_end(run, ERROR_NONE, "is in %s mode already",
		    device_mode_name(d->mode));
	else
		action->ops->start(run);
}

static void
job_turn(struct job_run *run)
{
	const struct job_ops *ops = run->job.action->ops;

	if (!run->is_started)
		job_begin(run);
	if (!run->is_ended && run->device_changed) {
		run->device_changed = false;
		if (ops->device != NULL)
			ops->device(run);
	}
	if (!run->is_ended && run->is_cancelled && !run->cancel_asked) {
		run->cancel_asked = true;
		if (ops->cancel != NULL)
			ops->cancel(run);
		else
			job_end_cancelled(run, "");
	}
}

static void
job_free(struct job_run *run)
{
	const struct job_ops *ops = run->job.action->ops;

	if (run->is_started && ops->fini != NULL)
		ops->fini(run);
	loop_timer_free(run->deadline);
	free(run->state);
	free(run);
}

static void
job_finish(struct job_run *run)
{
	struct jobs *jobs = run->jobs;
	struct job_run **at = &jobs->runs;

	while (*at != run)
		at = &(*at)->next;
	*at = run->next;
	if (run->job.result.code != ERROR_NONE) {
		job_record(run, TIMELINE_BAD, run->job.result.text, NULL);
		/* What was cancelled may be on its way for all that. */
		if (!run->is_cancelled)
			job_expect_no_more(run);
	}
	registry_set_job(jobs->env.registry, run->job.device, 0);
	jobs_notify(jobs, JOB_ENDED, &run->job);
	job_free(run);
}

/* Ending a job tells listeners, who may start the next one: begin again. */
static void
jobs_work(void *arg)
{
	struct jobs *jobs = arg;
	struct job_run *run = jobs->runs;

	while (run != NULL) {
		job_turn(run);
		if (run->is_ended) {
			job_finish(run);
			run = jobs->runs;
		} else {
			run = run->next;
		}
	}
}

uint32_t
jobs_start(struct jobs *jobs, const struct action *action, uint32_t device,
    const struct action_args *args, unsigned timeout_ms, struct error *err)
{
	const struct device *d = registry_get(jobs->env.registry, device);
	struct job_run *run, **end;

	assert(action->ops != NULL);
	if (d == NULL || (!d->is_present && d->mode != DEVICE_SWITCHING)) {
		error_set(err, ERROR_NO_DEVICE, "the device is not attached");
		return 0;
	}
	if (d->job != 0) {
		error_set(err, ERROR_BUSY,
		    "another job of pterm runs on the device");
		return 0;
	}
	if (action_check(action, d, err) != 0)
		return 0;
	run = xcalloc(1, sizeof *run);
	run->jobs = jobs;
	run->job.number = ++jobs->last_number;
	run->job.action = action;
	run->job.device = device;
	if (args != NULL)
		run->job.args = *args;
	run->job.started_us = loop_now_us(jobs->env.loop);
	run->state = xcalloc(1, action->ops->state_size + 1);
	run->deadline = loop_timer_new(jobs->env.loop, job_on_deadline, run);
	if (timeout_ms != 0)
		loop_timer_set(run->deadline, LOOP_MS(timeout_ms));
	for (end = &jobs->runs; *end != NULL; end = &(*end)->next)
		;
	*end = run;
	registry_set_job(jobs->env.registry, device, run->job.number);
	run->device_changed = false;
	loop_deferred_schedule(jobs->work);
	return run->job.number;
}

static struct job_run *
jobs_find(const struct jobs *jobs, uint32_t number)
{
	for (struct job_run *run = jobs->runs; run != NULL; run = run->next)
		if (run->job.number == number && !run->is_ended)
			return run;
	return NULL;
}

void
jobs_cancel(struct jobs *jobs, uint32_t number)
{
	struct job_run *run = jobs_find(jobs, number);

	if (run != NULL)
		job_begin_cancel(run, ERROR_CANCELLED, "cancelled");
}

void
jobs_cancel_all(struct jobs *jobs)
{
	for (struct job_run *run = jobs->runs; run != NULL; run = run->next)
		job_begin_cancel(run, ERROR_CANCELLED, "cancelled");
}

const struct job *
jobs_get(const struct jobs *jobs, uint32_t number)
{
	const struct job_run *run = jobs_find(jobs, number);

	return run != NULL ? &run->job : NULL;
}

size_t
jobs_running(const struct jobs *jobs)
{
	size_t count = 0;

	for (struct job_run *run = jobs->runs; run != NULL; run = run->next)
		count++;
	return count;
}

void
jobs_free(struct jobs *jobs)
{
	struct job_run *next_run;
	struct jobs_listener *next;

	if (jobs == NULL)
		return;
	registry_unlisten(jobs->watch);
	for (struct job_run *run = jobs->runs; run != NULL; run = next_run) {
		next_run = run->next;
		job_free(run);
	}
	for (struct jobs_listener *l = jobs->listeners; l != NULL; l = next) {
		next = l->next;
		free(l);
	}
	loop_deferred_free(jobs->work);
	free(jobs);
}
