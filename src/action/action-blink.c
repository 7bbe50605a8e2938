/*
 * blink: the LED of the board shows the rainbow (request 230) for some seconds,
 * and is then switched back (231): also where the job is cancelled, its
 * deadline passes, or the program ends (jobs_cancel_all()).
 */
#include "config.h"

#include "action/exchange.h"
#include "action/job-run.h"
#include "particle/ctrl-msg.h"

#define FOR_S_DEFAULT	10
#define ON_MS		8000
#define OFF_MS		1200	/* a cancelled job has 1.5 s */
#define OFF_TRIES	3

struct blink_job {
	struct bus_handle	*handle;
	struct exchange		*exchange;
	struct loop_timer	*timer;
	bool			 is_on;		/* the LED, for all we know */
	bool			 is_ending;	/* switching off */
	unsigned		 tries;
	struct error		 why;		/* how it ends, once off */
};

static void	blink_off(struct job_run *run);

static void
blink_end(struct job_run *run)
{
	struct blink_job *job = job_state(run);

	if (job_is_cancelled(run))
		job_end_cancelled(run, "");
	else if (job->why.code != ERROR_NONE)
		job_end(run, job->why.code, "%s", job->why.text);
	else
		job_end(run, ERROR_NONE, "blinked");
}

static void
blink_ask(struct job_run *run, uint16_t type, unsigned timeout_ms,
    exchange_cb cb)
{
	struct blink_job *job = job_state(run);
	struct ctrl_request request = {
		.type = type,
		.repeatable = true,
		.alone = true,
	};

	exchange_free(job->exchange);
	job->exchange = exchange_ctrl(job_env(run)->loop, job->handle, &request,
	    timeout_ms, cb, run);
}

static void
blink_on_off(struct exchange *x, void *arg)
{
	struct job_run *run = arg;
	struct blink_job *job = job_state(run);
	struct error err;

	if (exchange_error(x, &err) == 0) {
		job->is_on = false;
		job_step(run, true, "blinking off");
		blink_end(run);
	} else if (err.code == ERROR_GONE) {
		job->is_on = false;	/* it restarts without */
		job_end(run, ERROR_GONE, "%s", err.text);
	} else if (job->tries < OFF_TRIES) {
		blink_off(run);
	} else {
		job_step(run, false, "blinking off: %s", err.text);
		job_end(run, err.code, "it may go on blinking until it is "
		    "reset: %s", err.text);
	}
}

static void
blink_off(struct job_run *run)
{
	struct blink_job *job = job_state(run);

	job->is_ending = true;
	job->tries++;
	loop_timer_stop(job->timer);
	job_doing(run, "request %u", CTRL_STOP_NYAN_SIGNAL);
	blink_ask(run, CTRL_STOP_NYAN_SIGNAL, OFF_MS, blink_on_off);
}

static void
blink_on_timer(void *arg)
{
	blink_off(arg);
}

static void
blink_on_on(struct exchange *x, void *arg)
{
	struct job_run *run = arg;
	struct blink_job *job = job_state(run);
	unsigned for_s = job_public(run)->args.for_s;
	const struct ctrl *c = exchange_result(x)->ctrl;
	struct error err;

	if (for_s == 0)
		for_s = FOR_S_DEFAULT;
	if (exchange_error(x, &err) == 0) {
		job->is_on = true;
		job_step(run, true, "request %u accepted",
		    CTRL_START_NYAN_SIGNAL);
		job_doing(run, "blinks for %u s", for_s);
		if (job_is_cancelled(run))
			blink_off(run);
		else
			loop_timer_set(job->timer, LOOP_S(for_s));
		return;
	}
	job->why = err;
	if (!job_is_cancelled(run))
		job_step(run, false, "request %u: %s", CTRL_START_NYAN_SIGNAL,
		    err.text);
	/* Accepted without a result: the board may begin any moment. */
	if (c->accepted && c->outcome != CTRL_ANSWERED &&
	    c->outcome != CTRL_GONE)
		blink_off(run);
	else
		blink_end(run);
}

static void
blink_start(struct job_run *run)
{
	struct blink_job *job = job_state(run);
	struct error err;

	job->timer = loop_timer_new(job_env(run)->loop, blink_on_timer, run);
	job_doing(run, "request %u", CTRL_START_NYAN_SIGNAL);
	job->handle = job_open(run, &err);
	if (job->handle == NULL) {
		job_step(run, false, "opening: %s", err.text);
		job_end(run, err.code, "%s", err.text);
		return;
	}
	blink_ask(run, CTRL_START_NYAN_SIGNAL, ON_MS, blink_on_on);
}

static void
blink_device(struct job_run *run)
{
	struct blink_job *job = job_state(run);

	if (!job_device(run)->is_present && loop_timer_is_set(job->timer))
		job_end(run, ERROR_GONE, "the device disconnected");
}

static void
blink_cancel(struct job_run *run)
{
	struct blink_job *job = job_state(run);

	if (job->is_ending)
		return;
	if (job->is_on)
		blink_off(run);
	else
		exchange_cancel(job->exchange);
}

static void
blink_fini(struct job_run *run)
{
	struct blink_job *job = job_state(run);

	exchange_free(job->exchange);
	bus_close(job->handle);
	loop_timer_free(job->timer);
}

const struct job_ops action_blink_ops = {
	.state_size = sizeof(struct blink_job),
	.start = blink_start,
	.device = blink_device,
	.cancel = blink_cancel,
	.fini = blink_fini,
};
