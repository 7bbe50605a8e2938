/*
 * listen: control request 70 (or 71, --off), verified by request 72, which is
 * asked until it says so. Device OS before 4.0.0 says yes to 70 in any case,
 * and some versions have no 72: then the acceptance has to do.
 */
#include "config.h"

#include "action/send.h"
#include "particle/ctrl-msg.h"

#define VERIFY_MS	8000
#define AGAIN_MS	500

struct listen_job {
	struct send		 send;
	struct bus_handle	*handle;
	struct exchange		*exchange;
	struct loop_timer	*again;
	uint64_t		 until_us;
	bool			 off;
};

static const char *
listen_words(const struct listen_job *job)
{
	return job->off ? "out of listening mode" : "in listening mode";
}

static void
listen_tell(struct job_run *run)
{
	const struct listen_job *job = job_state(run);
	struct registry_answers answers = {
		.has_mode = true,
		.mode = job->off ? DEVICE_NORMAL : DEVICE_LISTENING,
	};

	registry_answered(job_env(run)->registry, job_public(run)->device,
	    &answers, job_now(run));
}

static void
listen_judge(struct job_run *run, uint32_t mode)
{
	struct listen_job *job = job_state(run);

	if ((mode == CTRL_MODE_LISTENING) == !job->off) {
		job_step(run, true, "%s", listen_words(job));
		listen_tell(run);
		job_end(run, ERROR_NONE, "%s", listen_words(job));
	} else if (job_now(run) >= job->until_us) {
		job_step(run, false, "not %s", listen_words(job));
		job_end(run, ERROR_FAILED, job->off
		    ? "it accepted the request and is in listening mode still"
		    : "it accepted the request and is not in listening mode: "
		    "the application may have disabled it");
	} else {
		loop_timer_set(job->again, LOOP_MS(AGAIN_MS));
	}
}

static void
listen_on_mode(struct exchange *x, void *arg)
{
	struct job_run *run = arg;
	struct listen_job *job = job_state(run);
	const struct ctrl *c = exchange_result(x)->ctrl;
	struct error err;
	uint32_t mode;

	if (job_is_cancelled(run)) {
		job_end_cancelled(run, "");
	} else if (c->outcome == CTRL_ANSWERED && c->result == 0) {
		if (ctrl_decode_mode(c->reply.data, c->reply.len, &mode,
		    &err) == 0)
			listen_judge(run, mode);
		else
			job_end(run, err.code, "%s", err.text);
	} else if (c->outcome == CTRL_ANSWERED ||
	    c->outcome == CTRL_UNSUPPORTED) {
		job_end(run, ERROR_NONE, "the request was accepted; this "
		    "Device OS does not tell whether it is %s",
		    listen_words(job));
	} else {
		exchange_error(x, &err);
		job_step(run, false, "request 72: %s", err.text);
		job_end(run, err.code, "%s", err.text);
	}
}

static void
listen_ask(void *arg)
{
	struct job_run *run = arg;
	struct listen_job *job = job_state(run);
	struct ctrl_request request = {
		.type = CTRL_GET_DEVICE_MODE,
		.repeatable = true,
		.alone = true,
	};

	exchange_free(job->exchange);
	job->exchange = exchange_ctrl(job_env(run)->loop, job->handle, &request,
	    VERIFY_MS, listen_on_mode, run);
}

static void
listen_on_sent(struct job_run *run, const struct error *err)
{
	struct listen_job *job = job_state(run);
	struct error open_err;

	if (err != NULL || job_is_cancelled(run)) {
		if (job_is_cancelled(run))
			job_end_cancelled(run, "");
		else
			job_end(run, err->code, "%s", err->text);
		return;
	}
	send_close(&job->send);
	if (job->send.was_old) {
		job_end(run, ERROR_NONE, "the request was sent; this Device OS "
		    "does not tell whether it is %s", listen_words(job));
		return;
	}
	job_doing(run, "waits until it is %s", listen_words(job));
	job->until_us = job_now(run) + LOOP_MS(VERIFY_MS);
	job->handle = job_open(run, &open_err);
	if (job->handle == NULL)
		job_end(run, open_err.code, "%s", open_err.text);
	else
		listen_ask(run);
}

static void
listen_start(struct job_run *run)
{
	struct listen_job *job = job_state(run);

	job->off = job_public(run)->args.off;
	job->again = loop_timer_new(job_env(run)->loop, listen_ask, run);
	job->send = (struct send){
		.run = run,
		.type = job->off ? CTRL_STOP_LISTENING : CTRL_START_LISTENING,
		.old = job->off ? -1 : VENDOR_OLD_LISTENING,
		.patience_ms = send_patience_ms(job_device(run)),
		.cb = listen_on_sent,
	};
	job_doing(run, "request %u", job->send.type);
	send_begin(&job->send);
}

static void
listen_device(struct job_run *run)
{
	struct listen_job *job = job_state(run);

	if (!job_device(run)->is_present && job->handle != NULL &&
	    loop_timer_is_set(job->again))
		job_end(run, ERROR_GONE, "the device disconnected");
}

static void
listen_cancel(struct job_run *run)
{
	struct listen_job *job = job_state(run);

	if (job->handle == NULL && job->send.exchange != NULL)
		send_cancel(&job->send);
	else if (job->exchange != NULL && !loop_timer_is_set(job->again))
		exchange_cancel(job->exchange);
	else
		job_end_cancelled(run, "");
}

static void
listen_fini(struct job_run *run)
{
	struct listen_job *job = job_state(run);

	send_close(&job->send);
	exchange_free(job->exchange);
	bus_close(job->handle);
	loop_timer_free(job->again);
}

const struct job_ops action_listen_ops = {
	.state_size = sizeof(struct listen_job),
	.start = listen_start,
	.device = listen_device,
	.cancel = listen_cancel,
	.fini = listen_fini,
};
