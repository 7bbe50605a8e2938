#include "config.h"

#include "action/question.h"

#include <stdlib.h>

#include "action/question-parts.h"
#include "base/mem.h"
#include "particle/ctrl-msg.h"
#include "particle/ctrl-result.h"
#include "particle/vendor.h"

#define PART_MS		10000	/* for each part but the mode */

const struct device *
question_target(const struct question *q)
{
	const struct device *d = registry_get(q->env->registry, q->device);

	return d->is_present && d->usb.node == q->node ? d : NULL;
}

void
question_tell(struct question *q, struct registry_answers *answers)
{
	if (question_target(q) == NULL) {
		module_list_free(answers->modules);
		return;
	}
	answers->still_open = q->is_mode_open;
	registry_answered(q->env->registry, q->device, answers,
	    loop_now_us(q->env->loop));
}

static void
question_on_end(void *arg)
{
	struct question *q = arg;

	q->cb(QUESTION_ENDED, q, q->arg);
}

void
question_end(struct question *q)
{
	struct registry_answers nothing = { 0 };

	if (q->is_ended)
		return;
	q->is_ended = true;
	q->is_mode_open = false;
	question_tell(q, &nothing);
	loop_timer_stop(q->timer);
	loop_timer_stop(q->hold);
	loop_deferred_schedule(q->end);
}

/* --- The version -------------------------------------------------------- */

static void
question_on_version(struct exchange *x, void *arg)
{
	struct question *q = arg;
	const struct exchange_result *r = exchange_result(x);
	struct registry_answers answers = { 0 };
	struct sysver version;

	if (r->status != USB_OK || !sysver_parse(&version, r->data, r->len))
		return;
	q->has_version = true;
	sysver_text(&version, q->version_text, sizeof q->version_text);
	answers.system_version = q->version_text;
	question_tell(q, &answers);
}

static void
question_ask_version(struct question *q)
{
	struct usb_setup setup;

	vendor_get_version(&setup);
	q->version = exchange_single(q->env->loop, q->handle, &setup, NULL,
	    VENDOR_TIMEOUT_MS, question_on_version, q);
}

/* --- The other parts ---------------------------------------------------- */

static void
question_take_modules(struct question *q, const struct ctrl *c)
{
	struct registry_answers answers = { 0 };
	const struct device *d;

	if (c->outcome == CTRL_ANSWERED && c->result == 0)
		answers.modules = ctrl_decode_modules(c->reply.data,
		    c->reply.len, NULL);
	if (answers.modules != NULL)
		question_tell(q, &answers);
	d = question_target(q);
	/* It may have been believed meanwhile. */
	if (q->is_holding || (d != NULL && d->mode == DEVICE_NORMAL))
		question_tell_normal(q);
}

static void
question_take_protection(struct question *q, const struct ctrl *c)
{
	struct registry_answers answers = { .has_protection = true };
	struct ctrl_protection protection;

	if (c->outcome != CTRL_ANSWERED)
		return;
	if (c->result == CTRL_RESULT_NOT_SUPPORTED)
		answers.protection = DEVICE_OPEN;	/* before 6.0.0 */
	else if (c->result != 0 || ctrl_decode_protection(c->reply.data,
	    c->reply.len, &protection, NULL) != 0)
		return;
	else if (protection.is_overridden)
		answers.protection = DEVICE_SERVICE;
	else
		answers.protection = protection.is_protected
		    ? DEVICE_PROTECTION_ON : DEVICE_OPEN;
	question_tell(q, &answers);
}

static void
question_take_serial(struct question *q, const struct ctrl *c)
{
	char text[sizeof((struct device *)NULL)->manufacturing_serial];
	struct registry_answers answers = { .manufacturing_serial = text };

	if (c->outcome == CTRL_ANSWERED && c->result == 0 &&
	    ctrl_decode_text(c->reply.data, c->reply.len, text, sizeof text,
	    NULL) == 0)
		question_tell(q, &answers);
}

static void
question_take_cloud(struct question *q, const struct ctrl *c)
{
	struct registry_answers answers = { 0 };
	char unknown[32];
	uint32_t status;

	if (c->outcome != CTRL_ANSWERED || c->result != 0 ||
	    ctrl_decode_cloud(c->reply.data, c->reply.len, &status, NULL) != 0)
		return;
	answers.cloud = ctrl_cloud_name(status, unknown, sizeof unknown);
	question_tell(q, &answers);
}

static const struct {
	unsigned	part;
	uint16_t	type;
	void		(*take)(struct question *, const struct ctrl *);
} question_parts[] = {
	{ QUESTION_MODULES, CTRL_GET_MODULE_INFO, question_take_modules },
	{ QUESTION_PROTECTION, CTRL_GET_PROTECTED_STATE,
	    question_take_protection },
	{ QUESTION_SERIAL, CTRL_GET_SERIAL_NUMBER, question_take_serial },
	{ QUESTION_CLOUD, CTRL_CLOUD_GET_CONNECTION_STATUS,
	    question_take_cloud },
};

#define PARTS	(sizeof question_parts / sizeof question_parts[0])

static void
question_on_part(struct exchange *x, void *arg)
{
	struct question *q = arg;
	const struct ctrl *c = exchange_result(x)->ctrl;

	for (size_t i = 0; i < PARTS; i++)
		if (question_parts[i].part == q->asking)
			question_parts[i].take(q, c);
	/* One that hangs is not asked for more. */
	if (c->outcome == CTRL_GONE || exchange_result(x)->is_timed_out)
		q->todo = 0;
	question_next(q);
}

/* --- The chain ---------------------------------------------------------- */

static void
question_ask(struct question *q, uint16_t type, unsigned timeout_ms,
    exchange_cb cb)
{
	struct ctrl_request request = {
		.type = type,
		.repeatable = true,
		.alone = true,
	};

	exchange_free(q->part);
	q->part = exchange_ctrl(q->env->loop, q->handle, &request, timeout_ms,
	    cb, q);
}

void
question_next(struct question *q)
{
	if (q->is_dropped || q->todo == 0 || question_target(q) == NULL) {
		question_end(q);
		return;
	}
	if ((q->todo & QUESTION_MODE) != 0) {
		q->todo &= ~(unsigned)QUESTION_MODE;
		q->asking = QUESTION_MODE;
		question_ask(q, CTRL_GET_DEVICE_MODE, 0, question_on_mode);
		return;
	}
	for (size_t i = 0; i < PARTS; i++) {
		if ((q->todo & question_parts[i].part) == 0)
			continue;
		q->asking = question_parts[i].part;
		q->todo &= ~q->asking;
		question_ask(q, question_parts[i].type, PART_MS,
		    question_on_part);
		return;
	}
	question_end(q);
}

static void
question_on_timer(void *arg)
{
	struct question *q = arg;
	const struct device *d = question_target(q);

	if (d == NULL) {
		question_drop(q);
	} else if (!q->has_noticed) {
		q->has_noticed = true;
		loop_timer_set(q->timer, LOOP_MS(QUESTION_LATE_MS -
		    QUESTION_NOTICE_MS));
		if (d->mode != DEVICE_NOT_ANSWERING)
			question_tell_problem(q, "no answer for 2 s");
	} else if (!q->is_late) {
		q->is_late = true;
		loop_timer_set(q->timer, LOOP_MS(QUESTION_GIVE_UP_MS -
		    QUESTION_LATE_MS));
		question_tell_mode(q, DEVICE_NOT_ANSWERING, q->has_version
		    ? "its USB side answers, its firmware does not" : NULL,
		    "no answer for 10 s: try reset --force, or dfu");
		q->cb(QUESTION_LATE, q, q->arg);
	} else {
		question_drop(q);
	}
}

/* --- Beginning and end -------------------------------------------------- */

struct question *
question_new(const struct action_env *env, uint32_t device, unsigned parts,
    question_cb cb, void *arg)
{
	struct question *q = xcalloc(1, sizeof *q);
	struct error err;

	q->env = env;
	q->device = device;
	q->node = registry_get(env->registry, device)->usb.node;
	q->todo = parts;
	q->cb = cb;
	q->arg = arg;
	q->timer = loop_timer_new(env->loop, question_on_timer, q);
	q->hold = loop_timer_new(env->loop, question_on_hold, q);
	q->end = loop_deferred_new(env->loop, question_on_end, q);
	q->asked_us = loop_now_us(env->loop);
	q->is_mode_open = (parts & QUESTION_MODE) != 0;
	registry_asked(env->registry, device, q->asked_us);
	q->handle = bus_open(env->bus, q->node, &err);
	if (q->handle == NULL) {
		q->is_mode_open = false;
		if (err.code == ERROR_PERMISSION && parts != QUESTION_DFU_STATE)
			question_tell_mode(q, DEVICE_NO_PERMISSION, NULL,
			    err.text);
		else if (err.code != ERROR_GONE)
			question_tell_problem(q, err.text);
		question_end(q);
	} else if ((parts & QUESTION_DFU_STATE) != 0) {
		question_ask_state(q);
	} else {
		if (q->is_mode_open)
			loop_timer_set(q->timer, LOOP_MS(QUESTION_NOTICE_MS));
		question_ask_version(q);
		question_next(q);
	}
	return q;
}

void
question_drop(struct question *q)
{
	if (q->is_dropped || q->is_ended)
		return;
	q->is_dropped = true;
	loop_timer_stop(q->timer);
	loop_timer_stop(q->hold);
	exchange_free(q->version);
	q->version = NULL;
	if (q->part != NULL)
		exchange_cancel(q->part);
	else
		question_end(q);
}

void
question_free(struct question *q)
{
	if (q == NULL)
		return;
	exchange_free(q->version);
	exchange_free(q->part);
	bus_close(q->handle);
	loop_timer_free(q->timer);
	loop_timer_free(q->hold);
	loop_deferred_free(q->end);
	free(q);
}

uint32_t
question_device(const struct question *q)
{
	return q->device;
}

bus_node
question_node(const struct question *q)
{
	return q->node;
}

bool
question_is_open(const struct question *q)
{
	return !q->is_ended && !q->is_late && !q->is_dropped;
}
