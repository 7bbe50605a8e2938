#include "config.h"

#include "action/away.h"

void
away_cancelled(struct job_run *run)
{
	const struct away *away = job_state(run);

	job_end_cancelled(run, away->note != NULL ? away->note : "");
}

static void
away_close(struct away *away)
{
	exchange_free(away->exchange);
	away->exchange = NULL;
	bus_close(away->handle);
	away->handle = NULL;
	send_close(&away->send);
}

void
away_await(struct job_run *run)
{
	struct away *away = job_state(run);

	away_close(away);
	job_doing(run, "waits for it to be back");
	await_begin(&away->await, AWAIT_RUN_MS);
	if (job_is_cancelled(run))
		away_cancelled(run);
}

void
away_end(struct job_run *run, enum await_end end, const char *stayed)
{
	switch (end) {
	case AWAIT_BACK:
		break;
	case AWAIT_WRONG:
		job_step(run, false, "back as dfu");
		job_end(run, ERROR_FAILED, "it came back in dfu mode: there is "
		    "no firmware on it that can start");
		break;
	case AWAIT_STAYED:
		job_step(run, false, "it stays");
		job_end(run, ERROR_TIMEOUT, "it did not restart within %d s%s",
		    AWAIT_RUN_MS / 1000, stayed);
		break;
	case AWAIT_LOST:
		job_step(run, false, "left, and is not back");
		job_end(run, ERROR_TIMEOUT, "it left and is not back within "
		    "%d s: plug it in again", AWAIT_RUN_MS / 1000);
		break;
	}
}

void
away_device(struct job_run *run)
{
	struct away *away = job_state(run);

	await_device(&away->await);
}

void
away_cancel(struct job_run *run)
{
	struct away *away = job_state(run);

	if (away->send.exchange != NULL)
		send_cancel(&away->send);
	else if (away->exchange != NULL)
		exchange_cancel(away->exchange);
	else
		away_cancelled(run);
}

void
away_fini(struct job_run *run)
{
	struct away *away = job_state(run);

	away_close(away);
	await_fini(&away->await);
}
