#include "config.h"

#include "action/question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/exchange.h"
#include "base/mem.h"
#include "particle/ctrl-msg.h"
#include "particle/ctrl-result.h"
#include "particle/descriptor.h"
#include "particle/dfuse.h"
#include "particle/vendor.h"

#define NOTICE_MS	2000	/* the row says that there is no answer */
#define LATE_MS		10000	/* not-answering */
#define GIVE_UP_MS	30000
#define PART_MS		10000	/* for each part but the mode */
#define STRING_MS	1000

struct question {
	const struct action_env	*env;
	uint32_t		 device;
	bus_node		 node;
	unsigned		 todo;
	unsigned		 asking;	/* the part that is out */
	question_cb		 cb;
	void			*arg;
	struct bus_handle	*handle;
	struct exchange		*version;
	struct exchange		*part;
	struct loop_timer	*timer;		/* patience for the mode */
	struct loop_timer	*hold;		/* "normal" is kept back */
	struct loop_deferred	*end;
	uint64_t		 asked_us;
	bool			 is_mode_open;
	bool			 has_noticed;
	bool			 is_late;
	bool			 is_dropped;
	bool			 is_ended;
	bool			 is_holding;
	bool			 has_version;
	char			 version_text[SYSVER_TEXT_MAX];
};

static void	question_next(struct question *q);

static const struct device *
question_target(const struct question *q)
{
	const struct device *d = registry_get(q->env->registry, q->device);

	return d->is_present && d->usb.node == q->node ? d : NULL;
}

static void
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

static void
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

/* --- The mode ----------------------------------------------------------- */

static void
question_tell_mode(struct question *q, enum device_mode mode,
    const char *reason, const char *problem)
{
	struct registry_answers answers = {
		.has_mode = true,
		.mode = mode,
		.mode_reason = reason,
		.has_problem = true,
		.problem = problem,
	};

	q->is_holding = false;
	loop_timer_stop(q->hold);
	question_tell(q, &answers);
}

/* "normal", unless the modules say otherwise. */
static void
question_tell_normal(struct question *q)
{
	const struct device *d = question_target(q);
	char reason[DEVICE_TEXT_MAX];

	if (d != NULL && d->modules != NULL && d->modules_are_current &&
	    module_list_safe_mode_reason(d->modules, reason, sizeof reason))
		question_tell_mode(q, DEVICE_SAFE, reason, "");
	else
		question_tell_mode(q, DEVICE_NORMAL, NULL, "");
}

static void
question_on_hold(void *arg)
{
	question_tell_normal(arg);
}

/* It answered, but not with a mode: what is known stays, with a problem. */
static void
question_tell_problem(struct question *q, const char *problem)
{
	struct registry_answers answers = {
		.has_problem = true,
		.problem = problem,
	};

	question_tell(q, &answers);
}

static void
question_tell_too_old(struct question *q)
{
	char reason[DEVICE_TEXT_MAX];

	if (q->has_version)
		snprintf(reason, sizeof reason,
		    "Device OS %s takes no control requests", q->version_text);
	else
		snprintf(reason, sizeof reason,
		    "the device takes no control requests");
	q->todo = 0;
	question_tell_mode(q, DEVICE_UNKNOWN, reason, "");
}

static void
question_take_reply(struct question *q, const struct ctrl *c)
{
	struct error err;
	uint32_t mode;

	if (ctrl_decode_mode(c->reply.data, c->reply.len, &mode, &err) != 0) {
		question_tell_problem(q, err.text);
	} else if (mode == CTRL_MODE_LISTENING) {
		question_tell_mode(q, DEVICE_LISTENING, NULL, "");
	} else if (mode != CTRL_MODE_NORMAL) {
		char reason[DEVICE_TEXT_MAX];

		snprintf(reason, sizeof reason, "it says mode %u, which pterm "
		    "does not know", mode);
		question_tell_mode(q, DEVICE_UNKNOWN, reason, "");
	} else if ((q->todo & QUESTION_MODULES) != 0) {
		q->is_holding = true;
		loop_timer_set(q->hold, LOOP_MS(NOTICE_MS));
	} else {
		question_tell_normal(q);
	}
}

static void
question_tell_protected(struct question *q)
{
	struct registry_answers answers = {
		.has_mode = true,
		.mode = DEVICE_PROTECTED,
		.has_protection = true,
		.protection = DEVICE_PROTECTION_ON,
		.has_problem = true,
		.problem = "",
	};

	q->todo = 0;		/* nothing else is answered */
	question_tell(q, &answers);
}

static void
question_take_result(struct question *q, const struct ctrl *c)
{
	char reason[DEVICE_TEXT_MAX];
	struct error err;

	switch (c->result) {
	case CTRL_RESULT_OK:
		question_take_reply(q, c);
		break;
	case CTRL_RESULT_PROTECTED:
		question_tell_protected(q);
		break;
	case CTRL_RESULT_NOT_SUPPORTED:
		snprintf(reason, sizeof reason, "%s%s does not tell its mode",
		    q->has_version ? "Device OS " : "this Device OS",
		    q->version_text);
		q->todo &= ~(unsigned)QUESTION_MODULES;
		question_tell_mode(q, DEVICE_UNKNOWN, reason, "");
		break;
	case CTRL_RESULT_NOT_ALLOWED:
		question_tell_mode(q, DEVICE_UNKNOWN,
		    "its application does not allow the question", "");
		break;
	default:
		ctrl_result_error(c->result, &err);
		question_tell_problem(q, err.text);
		break;
	}
}

static void
question_on_version_060(struct exchange *x, void *arg)
{
	struct question *q = arg;
	const struct exchange_result *r = exchange_result(x);
	struct registry_answers answers = { 0 };
	struct sysver version;

	if (r->status == USB_OK && sysver_parse(&version, r->data, r->len)) {
		q->has_version = true;
		sysver_text(&version, q->version_text, sizeof q->version_text);
		answers.system_version = q->version_text;
		question_tell(q, &answers);
	}
	question_tell_too_old(q);
	question_next(q);
}

/* Older than the control channel: 0.6.0 has its version under another number. */
static void
question_take_unsupported(struct question *q)
{
	struct usb_setup setup;

	if (q->has_version || q->is_dropped) {
		question_tell_too_old(q);
		question_next(q);
		return;
	}
	vendor_get_version_060(&setup);
	exchange_free(q->part);
	q->part = exchange_single(q->env->loop, q->handle, &setup, NULL,
	    VENDOR_TIMEOUT_MS, question_on_version_060, q);
}

static void
question_on_mode(struct exchange *x, void *arg)
{
	struct question *q = arg;
	const struct ctrl *c = exchange_result(x)->ctrl;
	struct error err;

	if (c->outcome == CTRL_TIMEOUT && !q->is_dropped &&
	    !exchange_result(x)->is_timed_out) {
		q->todo |= QUESTION_MODE;	/* as long as patience lasts */
		question_next(q);
		return;
	}
	if (c->outcome == CTRL_GONE || c->outcome == CTRL_ABORTED ||
	    exchange_result(x)->is_timed_out) {
		question_end(q);
		return;
	}
	q->is_mode_open = false;
	loop_timer_stop(q->timer);
	switch (c->outcome) {
	case CTRL_ANSWERED:
		question_take_result(q, c);
		break;
	case CTRL_UNSUPPORTED:
		question_take_unsupported(q);
		return;
	case CTRL_ACCESS:
		q->todo = 0;
		question_tell_mode(q, DEVICE_NO_PERMISSION, NULL,
		    "permission denied");
		break;
	default:
		ctrl_error(c, &err);
		q->todo = 0;
		question_tell_problem(q, err.text);
		break;
	}
	question_next(q);
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

/* --- DFU ---------------------------------------------------------------- */

static void
question_tell_protection(struct question *q, enum device_protection protection)
{
	struct registry_answers answers = {
		.has_protection = true,
		.protection = protection,
	};

	question_tell(q, &answers);
}

static void
question_on_map(struct exchange *x, void *arg)
{
	struct question *q = arg;
	const struct exchange_result *r = exchange_result(x);
	char text[DESCRIPTOR_STRING_SIZE];
	struct dfuse_map map;

	if (r->status == USB_OK &&
	    descriptor_string(text, sizeof text, r->data, r->len) &&
	    dfuse_map_parse(&map, text, NULL) == 0)
		question_tell_protection(q, dfuse_map_is_protected(&map)
		    ? DEVICE_PROTECTION_ON : DEVICE_OPEN);
	question_end(q);
}

/* No state string: the memory map tells, but not service mode. */
static void
question_ask_map(struct question *q)
{
	const struct descriptor_interface *alt = NULL;
	struct descriptors descriptors;
	struct buf bytes = { 0 };
	struct usb_setup setup;

	if (bus_descriptors(q->env->bus, q->node, &bytes, NULL) == 0 &&
	    descriptors_parse(&descriptors, bytes.data, bytes.len))
		alt = descriptors_dfu(&descriptors, 0);
	if (alt == NULL || alt->string == 0) {
		question_end(q);
	} else {
		descriptor_get_string(&setup, alt->string, USB_LANGID_EN_US);
		exchange_free(q->part);
		q->part = exchange_single(q->env->loop, q->handle, &setup,
		    NULL, STRING_MS, question_on_map, q);
	}
	buf_fini(&bytes);
}

static void
question_on_state(struct exchange *x, void *arg)
{
	static const enum device_protection protections[] = {
		[DFUSE_STATE_OPEN] = DEVICE_OPEN,
		[DFUSE_STATE_PROTECTED] = DEVICE_PROTECTION_ON,
		[DFUSE_STATE_SERVICE] = DEVICE_SERVICE,
	};
	struct question *q = arg;
	const struct exchange_result *r = exchange_result(x);
	enum dfuse_state state = DFUSE_STATE_UNKNOWN;
	char text[DESCRIPTOR_STRING_SIZE];

	if (r->status == USB_OK &&
	    descriptor_string(text, sizeof text, r->data, r->len))
		state = dfuse_state_parse(text);
	if (state != DFUSE_STATE_UNKNOWN) {
		question_tell_protection(q, protections[state]);
		question_end(q);
	} else if (r->status == USB_STALL || r->status == USB_OK) {
		question_ask_map(q);
	} else {
		question_end(q);
	}
}

static void
question_ask_state(struct question *q)
{
	struct usb_setup setup;

	descriptor_get_string(&setup, DFUSE_STATE_STRING, USB_LANGID_EN_US);
	q->part = exchange_single(q->env->loop, q->handle, &setup, NULL,
	    STRING_MS, question_on_state, q);
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

static void
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
		loop_timer_set(q->timer, LOOP_MS(LATE_MS - NOTICE_MS));
		if (d->mode != DEVICE_NOT_ANSWERING)
			question_tell_problem(q, "no answer for 2 s");
	} else if (!q->is_late) {
		q->is_late = true;
		loop_timer_set(q->timer, LOOP_MS(GIVE_UP_MS - LATE_MS));
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
			loop_timer_set(q->timer, LOOP_MS(NOTICE_MS));
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
