#include "config.h"

#include "action/send.h"

#include <stdio.h>

#include "particle/ctrl-msg.h"
#include "particle/sysver.h"

#define PATIENCE_MS		8000
#define PATIENCE_HUNG_MS	3000

unsigned
send_patience_ms(const struct device *device)
{
	return device->mode == DEVICE_NOT_ANSWERING ? PATIENCE_HUNG_MS
	    : PATIENCE_MS;
}

void
send_close(struct send *s)
{
	exchange_free(s->exchange);
	s->exchange = NULL;
	bus_close(s->handle);
	s->handle = NULL;
}

static void
send_accepted(struct send *s, const char *how)
{
	job_step(s->run, true, "%s", how);
	s->cb(s->run, NULL);
}

/* The control request's own reason is the one to tell. */
static void
send_failed(struct send *s)
{
	s->cb(s->run, &s->why);
}

/* --- The way of Device OS 0.6 and 0.7 ----------------------------------- */

static void
send_on_old(struct exchange *x, void *arg)
{
	struct send *s = arg;
	struct error err;

	if (exchange_error(x, &err) == 0 || err.code == ERROR_GONE) {
		s->was_old = true;
		send_accepted(s, "old vendor request accepted");
		return;
	}
	job_step(s->run, false, "old vendor request: %s", err.text);
	s->why = err;
	send_failed(s);
}

static bool
send_old(struct send *s, const struct sysver *version)
{
	struct usb_setup setup;

	if (!vendor_old(version, (enum vendor_old)s->old, &setup))
		return false;
	exchange_free(s->exchange);
	s->exchange = exchange_single(job_env(s->run)->loop, s->handle, &setup,
	    NULL, VENDOR_TIMEOUT_MS, send_on_old, s);
	return true;
}

static void
send_on_version_060(struct exchange *x, void *arg)
{
	struct send *s = arg;
	const struct exchange_result *r = exchange_result(x);
	struct sysver version;

	if (r->status != USB_OK ||
	    !sysver_parse(&version, r->data, r->len) ||
	    !send_old(s, &version))
		send_failed(s);
}

static void
send_on_version(struct exchange *x, void *arg)
{
	struct send *s = arg;
	const struct exchange_result *r = exchange_result(x);
	struct usb_setup setup;
	struct sysver version;

	if (r->status == USB_STALL && !job_is_cancelled(s->run)) {
		vendor_get_version_060(&setup);
		exchange_free(x);
		s->exchange = exchange_single(job_env(s->run)->loop, s->handle,
		    &setup, NULL, VENDOR_TIMEOUT_MS, send_on_version_060, s);
		return;
	}
	if (r->status != USB_OK || job_is_cancelled(s->run) ||
	    !sysver_parse(&version, r->data, r->len) ||
	    !send_old(s, &version))
		send_failed(s);
}

static void
send_try_old(struct send *s)
{
	struct usb_setup setup;

	vendor_get_version(&setup);
	exchange_free(s->exchange);
	s->exchange = exchange_single(job_env(s->run)->loop, s->handle, &setup,
	    NULL, VENDOR_TIMEOUT_MS, send_on_version, s);
}

/* --- The control request ------------------------------------------------ */

static void
send_on_request(struct exchange *x, void *arg)
{
	struct send *s = arg;
	const struct ctrl *c = exchange_result(x)->ctrl;
	char how[64];

	snprintf(how, sizeof how, "request %u accepted", s->type);
	if (exchange_error(x, &s->why) == 0) {
		send_accepted(s, how);
	} else if (c->outcome == CTRL_GONE && c->accepted &&
	    ctrl_type_resets(s->type)) {
		send_accepted(s, how);
	} else {
		job_step(s->run, false, "request %u: %s", s->type,
		    s->why.text);
		if (c->outcome == CTRL_UNSUPPORTED && s->old >= 0 &&
		    !job_is_cancelled(s->run))
			send_try_old(s);
		else
			send_failed(s);
	}
}

/* A handle that can't be opened is told from the loop, too. */
static void
send_on_no_handle(struct exchange *x, void *arg)
{
	(void)x;
	send_failed(arg);
}

void
send_begin(struct send *s)
{
	const struct action_env *env = job_env(s->run);
	struct ctrl_request request = {
		.type = s->type,
		.repeatable = ctrl_type_is_repeatable(s->type),
		.alone = true,
	};

	send_close(s);
	s->was_old = false;
	s->handle = job_open(s->run, &s->why);
	if (s->handle == NULL) {
		job_step(s->run, false, "request %u: %s", s->type,
		    s->why.text);
		s->exchange = exchange_nothing(env->loop, send_on_no_handle,
		    s);
		return;
	}
	s->exchange = exchange_ctrl(env->loop, s->handle, &request,
	    s->patience_ms, send_on_request, s);
}

void
send_cancel(struct send *s)
{
	if (s->exchange != NULL)
		exchange_cancel(s->exchange);
}
