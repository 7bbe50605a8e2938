/*
 * What the jobs share that send a device through a restart: what they have
 * open, how it is closed, awaited and cancelled.
 *
 * A struct away is the first member of such a job's state; the functions that
 * take a run find it there, and most of them stand in its job_ops as they are.
 */
#ifndef PTERM_ACTION_AWAY_H
#define PTERM_ACTION_AWAY_H

#include "action/await.h"
#include "action/send.h"

struct away {
	struct send		 send;
	struct await		 await;
	struct bus_handle	*handle;
	struct exchange		*exchange;
	const char		*note;	/* if cancelled: how things stand; NULL:
					 * the device was not reached */
};

/* The request was accepted: closes all, and awaits the device. */
void	away_await(struct job_run *run);
/* The ends but AWAIT_BACK; stayed: what helps where it did not leave. */
void	away_end(struct job_run *run, enum await_end end, const char *stayed);
void	away_cancelled(struct job_run *run);

/* Of job_ops. */
void	away_device(struct job_run *run);
void	away_cancel(struct job_run *run);
void	away_fini(struct job_run *run);

#endif
