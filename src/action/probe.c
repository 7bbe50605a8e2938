#include "config.h"

#include "action/probe.h"

#include <stdlib.h>

#include "action/question.h"
#include "base/mem.h"

#define QUESTIONS_FULL \
	(QUESTION_MODE | QUESTION_MODULES | QUESTION_PROTECTION)
#define QUESTIONS_DETAILS	(QUESTION_SERIAL | QUESTION_CLOUD)

/* What the probe remembers of a device; at index number - 1. */
struct probe_device {
	bus_node	asked;		/* this attachment, in full */
	unsigned	due;		/* parts to ask as soon as it may be */
};

struct probe_question {
	struct question		*question;
	struct probe_question	*next;
};

struct probe {
	struct action_env	 env;
	struct registry_listener *registry_watch;
	struct jobs_listener	*jobs_watch;
	struct probe_device	*devices;
	size_t			 device_count;
	struct probe_question	*questions;
	struct loop_deferred	*work;
	struct loop_timer	*timer;
	void			(*tick)(void *);
	void			*tick_arg;
	void			(*on_idle)(void *);
	void			*on_idle_arg;
	bool			 was_busy;
	bool			 is_stopped;
};

static struct probe_device *
probe_device(struct probe *p, uint32_t number)
{
	if (number > p->device_count) {
		p->devices = xreallocarray(p->devices, number,
		    sizeof *p->devices);
		for (size_t i = p->device_count; i < number; i++)
			p->devices[i] = (struct probe_device){ 0 };
		p->device_count = number;
	}
	return &p->devices[number - 1];
}

/* --- What may be asked, and what is to be ------------------------------- */

static bool
probe_is_in_dfu(const struct device *d)
{
	return d->usb_mode == PLATFORM_USB_DFU;
}

/* What this device can be asked at all. */
static unsigned
probe_parts(const struct device *d)
{
	bool is_protectable =
	    (d->platform->features & PLATFORM_FEATURE_PROTECTION) != 0;
	unsigned parts = QUESTIONS_FULL | QUESTIONS_DETAILS;

	if (!d->is_present || !d->usb.usb_access ||
	    d->usb_mode == PLATFORM_USB_EDL)
		return 0;
	if (probe_is_in_dfu(d))
		return is_protectable ? QUESTION_DFU_STATE : 0;
	if ((d->platform->quirks & PLATFORM_QUIRK_NO_CONTROL) != 0)
		return 0;
	if (!is_protectable)
		parts &= ~(unsigned)QUESTION_PROTECTION;
	return parts;
}

static unsigned
probe_due(struct probe *p, const struct device *d)
{
	struct probe_device *known = probe_device(p, d->number);
	unsigned due = known->due;

	if (known->asked != d->usb.node)
		due |= QUESTIONS_FULL | QUESTION_DFU_STATE;
	return due & probe_parts(d);
}

static struct probe_question *
probe_find(const struct probe *p, const struct device *d)
{
	for (struct probe_question *x = p->questions; x != NULL; x = x->next)
		if (question_device(x->question) == d->number &&
		    question_node(x->question) == d->usb.node)
			return x;
	return NULL;
}

/* Due, and not held up by one that hangs. */
static bool
probe_is_due(const struct probe *p, const struct device *d)
{
	return !p->is_stopped && d->job == 0 &&
	    probe_due((struct probe *)p, d) != 0 && probe_find(p, d) == NULL;
}

size_t
probe_open_questions(const struct probe *p)
{
	size_t count = 0;

	for (struct probe_question *x = p->questions; x != NULL; x = x->next)
		if (question_is_open(x->question))
			count++;
	for (size_t i = 0; i < registry_count(p->env.registry); i++)
		if (probe_is_due(p, registry_at(p->env.registry, i)))
			count++;
	return count;
}

bool
probe_is_asking(const struct probe *p, uint32_t device)
{
	const struct device *d = registry_get(p->env.registry, device);
	const struct probe_question *x;

	if (d == NULL || !d->is_present)
		return false;
	x = probe_find(p, d);
	return x != NULL ? question_is_open(x->question) : probe_is_due(p, d);
}

static void
probe_check_idle(struct probe *p)
{
	bool is_busy = probe_open_questions(p) != 0;

	if (p->was_busy && !is_busy && p->on_idle != NULL) {
		p->was_busy = false;
		p->on_idle(p->on_idle_arg);
		return;
	}
	p->was_busy = is_busy;
}

/* --- Asking ------------------------------------------------------------- */

static void
probe_forget(struct probe *p, struct question *q)
{
	struct probe_question **at = &p->questions, *x;

	while ((*at)->question != q)
		at = &(*at)->next;
	x = *at;
	*at = x->next;
	question_free(q);
	free(x);
}

static void
probe_on_question(enum question_event event, struct question *q, void *arg)
{
	struct probe *p = arg;

	if (event == QUESTION_ENDED) {
		probe_forget(p, q);
		loop_deferred_schedule(p->work);	/* what waited for it */
	}
	probe_check_idle(p);
}

static void
probe_ask(struct probe *p, const struct device *d, unsigned parts)
{
	struct probe_device *known = probe_device(p, d->number);
	struct probe_question *x = xcalloc(1, sizeof *x);

	known->asked = d->usb.node;
	known->due = 0;
	x->question = question_new(&p->env, d->number, parts,
	    probe_on_question, p);
	x->next = p->questions;
	p->questions = x;
}

static void
probe_work(void *arg)
{
	struct probe *p = arg;

	if (p->is_stopped)
		return;
	for (size_t i = 0; i < registry_count(p->env.registry); i++) {
		const struct device *d = registry_at(p->env.registry, i);
		struct probe_question *x = probe_find(p, d);
		unsigned due;

		if (d->job != 0) {
			if (x != NULL)
				question_drop(x->question);
			continue;
		}
		due = probe_due(p, d);
		if (due != 0 && x == NULL)
			probe_ask(p, d, due);
	}
	probe_check_idle(p);
}

static void
probe_on_registry(enum registry_event event, const struct device *d, void *arg)
{
	struct probe *p = arg;

	if (event == REGISTRY_REMOVED || p->is_stopped)
		return;
	if (d->job != 0 ? probe_find(p, d) != NULL
	    : probe_due(p, d) != 0 && probe_find(p, d) == NULL)
		loop_deferred_schedule(p->work);
}

/* Whatever it did, it may have changed what the device does. */
static void
probe_on_job(enum job_event event, const struct job *job, void *arg)
{
	struct probe *p = arg;

	if (event != JOB_ENDED || p->is_stopped)
		return;
	probe_device(p, job->device)->due |= QUESTIONS_FULL |
	    QUESTION_DFU_STATE;
	loop_deferred_schedule(p->work);
}

/* --- Interface ---------------------------------------------------------- */

static void
probe_on_timer(void *arg)
{
	struct probe *p = arg;

	loop_timer_set(p->timer, LOOP_S(p->env.config->poll_s));
	for (size_t i = 0; i < registry_count(p->env.registry); i++)
		probe_device(p, registry_at(p->env.registry, i)->number)->due
		    |= QUESTION_MODE;
	probe_work(p);
	p->tick(p->tick_arg);
}

struct probe *
probe_new(const struct action_env *env, struct jobs *jobs)
{
	struct probe *p = xcalloc(1, sizeof *p);

	p->env = *env;
	p->work = loop_deferred_new(env->loop, probe_work, p);
	p->timer = loop_timer_new(env->loop, probe_on_timer, p);
	p->registry_watch = registry_listen(env->registry, probe_on_registry,
	    p);
	p->jobs_watch = jobs_listen(jobs, probe_on_job, p);
	return p;
}

void
probe_free(struct probe *p)
{
	if (p == NULL)
		return;
	registry_unlisten(p->registry_watch);
	jobs_unlisten(p->jobs_watch);
	while (p->questions != NULL)
		probe_forget(p, p->questions->question);
	loop_deferred_free(p->work);
	loop_timer_free(p->timer);
	free(p->devices);
	free(p);
}

void
probe_stop(struct probe *p)
{
	p->is_stopped = true;
	p->on_idle = NULL;
	loop_timer_stop(p->timer);
	for (struct probe_question *x = p->questions; x != NULL; x = x->next)
		question_drop(x->question);
}

bool
probe_is_quiet(const struct probe *p)
{
	return p->questions == NULL;
}

static void
probe_want(struct probe *p, uint32_t number, unsigned parts)
{
	for (size_t i = 0; i < registry_count(p->env.registry); i++) {
		const struct device *d = registry_at(p->env.registry, i);

		if (number == 0 || d->number == number)
			probe_device(p, d->number)->due |= parts;
	}
	p->was_busy = true;
	loop_deferred_schedule(p->work);
}

void
probe_now(struct probe *p, uint32_t device)
{
	probe_want(p, device, QUESTIONS_FULL | QUESTION_DFU_STATE);
}

void
probe_details(struct probe *p, uint32_t device)
{
	probe_want(p, device, QUESTIONS_FULL | QUESTIONS_DETAILS |
	    QUESTION_DFU_STATE);
}

void
probe_watch(struct probe *p, void (*tick)(void *), void *arg)
{
	p->tick = tick;
	p->tick_arg = arg;
	if (tick == NULL || p->env.config->poll_s == 0)
		loop_timer_stop(p->timer);
	else
		loop_timer_set(p->timer, LOOP_S(p->env.config->poll_s));
}

void
probe_on_idle(struct probe *p, void (*cb)(void *), void *arg)
{
	p->on_idle = cb;
	p->on_idle_arg = arg;
}
