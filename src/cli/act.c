/* The verbs that act on devices: a job each, side by side. */
#include "config.h"

#include "cli/act.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/verb.h"

/* A device that has not said by now what it does is acted on as it is. At least
 * half of --timeout is for the action itself. */
#define ANSWERS_US	LOOP_S(1)
/* How long the result's event waits for the mode in which a device came back. */
#define SETTLE_US	LOOP_S(2)

const struct device *
act_device(const struct act *act, const struct act_row *row)
{
	return registry_get(act->cli->app->registry, row->device);
}

static struct act_row *
act_row(struct act *act, uint32_t job)
{
	for (size_t i = 0; i < act->count; i++)
		if (act->rows[i].job == job)
			return &act->rows[i];
	return NULL;
}

/* The event tells the mode, and a device that just came back is being asked. */
static bool
act_is_settling(const struct act *act, const struct act_row *row)
{
	const struct app *app = act->cli->app;
	const struct device *d = act_device(act, row);
	uint64_t ended_us = row->began_us + row->took_us;

	return act->cli->options->json && row->result.code == ERROR_NONE &&
	    d->is_present && d->mode == DEVICE_UNKNOWN &&
	    act->cli->signo == 0 &&
	    probe_is_asking(app->probe, row->device) &&
	    loop_now_us(app->loop) < ended_us + SETTLE_US &&
	    loop_now_us(app->loop) < cli_deadline(act->cli);
}

static void
act_finish(struct act *act, struct act_row *row)
{
	row->is_settling = false;
	row->is_done = true;
	act_report_result(act, row);
}

static void
act_end(struct act *act, struct act_row *row, const struct error *result)
{
	row->took_us = loop_now_us(act->cli->app->loop) - row->began_us;
	row->result = *result;
	row->is_settling = act_is_settling(act, row);
	if (!row->is_settling)
		act_finish(act, row);
}

static void
act_on_job(enum job_event event, const struct job *job, void *arg)
{
	struct act *act = arg;
	struct act_row *row = act_row(act, job->number);

	if (row == NULL)
		return;
	switch (event) {
	case JOB_STARTED:
		act_report_start(act, row);
		break;
	case JOB_STEP:
		act_report_step(act, row, job);
		break;
	case JOB_ENDED:
		act_end(act, row, &job->result);
		break;
	}
}

/* What is left of --timeout in ms, at least 1; 0: there is none. */
static unsigned
act_time_left(const struct act *act)
{
	uint64_t deadline = cli_deadline(act->cli);
	uint64_t now = loop_now_us(act->cli->app->loop);

	if (deadline == CLI_FOREVER)
		return 0;
	return deadline > now + 1000 ? (unsigned)((deadline - now) / 1000) : 1;
}

static uint64_t
act_answers_us(const struct act *act)
{
	uint64_t half_us = (uint64_t)act_time_left(act) * 1000 / 2;

	return half_us == 0 || half_us > ANSWERS_US ? ANSWERS_US : half_us;
}

static void
act_start(struct act *act, struct act_row *row)
{
	struct error err;

	row->began_us = loop_now_us(act->cli->app->loop);
	row->job = jobs_start(act->cli->app->jobs, act->action, row->device,
	    &act->cli->options->args, act_time_left(act), &err);
	if (row->job == 0)
		act_end(act, row, &err);
}

static bool
act_is_done(void *arg)
{
	struct act *act = arg;
	bool all = true;

	for (size_t i = 0; i < act->count; i++) {
		struct act_row *row = &act->rows[i];

		if (row->is_settling && !act_is_settling(act, row))
			act_finish(act, row);
		all = all && row->is_done;
	}
	return all;
}

/* The jobs keep --timeout themselves. A signal cancels them, and they still
 * come to their end, so that no device is left blinking; a second one does not
 * wait for that. A reader that went away stops nothing. */
static void
act_wait(struct act *act)
{
	struct cli *cli = act->cli;

	while (cli_wait(cli, act_is_done, act, CLI_FOREVER) == CLI_SIGNAL) {
		if (cli->signo == 0) {
			cli->is_unread = false;
			continue;
		}
		if (cli->signal_count > 1)
			break;
		jobs_cancel_all(cli->app->jobs);
	}
}

/* 0 if all went well, the status they agree on, else 1. */
static int
act_status(const struct act *act)
{
	int status = -1;

	if (act->cli->signo != 0)
		return cli_signal_status(act->cli);
	for (size_t i = 0; i < act->count; i++) {
		int one = error_exit_status(act->rows[i].result.code);

		if (one == 0)
			continue;
		if (status != -1 && status != one)
			return 1;
		status = one;
	}
	return status == -1 ? 0 : status;
}

static int
act_all(struct act *act)
{
	struct error err;

	if (act_confirm(act, &err) != 0)
		return act->cli->signo != 0 ? cli_signal_status(act->cli)
		    : cli_fail_event(act->cli, &err);
	act->listener = jobs_listen(act->cli->app->jobs, act_on_job, act);
	for (size_t i = 0; i < act->count; i++)
		act_start(act, &act->rows[i]);
	act_wait(act);
	jobs_unlisten(act->listener);
	act_report_sum(act);
	return act_status(act);
}

int
act_run(struct cli *cli)
{
	struct act act = {
		.cli = cli,
		.action = cli->options->verb->action,
	};
	struct targets targets;
	struct error err;
	int status;

	if (targets_find(cli, &targets, &err) != 0)
		return cli_fail_event(cli, &err);
	act.rows = xcalloc(targets.count, sizeof *act.rows);
	act.count = targets.count;
	for (size_t i = 0; i < act.count; i++) {
		char label[CLI_LABEL_MAX];
		size_t width;

		act.rows[i].device = targets.numbers[i];
		width = text_width(cli_label(act_device(&act, &act.rows[i]),
		    label));
		act.width = width > act.width ? width : act.width;
	}
	if (targets_wait_answers(cli, &targets, act_answers_us(&act)) ==
	    CLI_SIGNAL && cli->signo != 0)
		status = cli_signal_status(cli);
	else
		status = act_all(&act);
	free(act.rows);
	targets_fini(&targets);
	return status;
}
