/* The answer to request 72, and all that comes instead of one. */
#include "config.h"

#include <stdio.h>

#include "action/question-parts.h"
#include "particle/ctrl-msg.h"
#include "particle/ctrl-result.h"
#include "particle/vendor.h"

void
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
void
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

void
question_on_hold(void *arg)
{
	question_tell_normal(arg);
}

/* It answered, but not with a mode: what is known stays, with a problem. */
void
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
		loop_timer_set(q->hold, LOOP_MS(QUESTION_NOTICE_MS));
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

/* Older than the control channel: 0.6.0 numbers its version differently. */
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

void
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
