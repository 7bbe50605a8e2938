/*
 * The 14400 baud touch: Device OS goes into DFU at once when its serial port is
 * set to that speed (reference 2.5). A part of a job, its steps included.
 *
 * The port is opened at 9600 first: one that was left at 14400 would not be
 * told the speed again. DTR stays as the kernel raised it. Where the device
 * does not leave, 9600 is restored before the port is closed. That the port
 * breaks while the speed is set is what success looks like.
 */
#ifndef PTERM_ACTION_TOUCH_H
#define PTERM_ACTION_TOUCH_H

#include "action/await.h"
#include "action/job-run.h"
#include "bus/bus.h"

/* err NULL: it is in DFU mode. Once, from the loop. */
typedef void (*touch_cb)(struct job_run *run, const struct error *err);

struct touch {
	struct job_run		*run;
	touch_cb		 cb;
	unsigned		 phase;
	struct bus_port		*port;
	bool			 is_configuring;
	bool			 must_restore;
	bool			 has_borrowed;	/* the port of a monitor, */
	bool			 was_open;	/* which had it open */
	/* Set by the owner before touch_begin(): an earlier request may yet
	 * send it away. If it leaves first, that is awaited, too. */
	bool			 may_leave_first;
	unsigned		 retries;
	struct loop_timer	*retry;
	struct await		 await;
	struct loop_timer	*deadline;	/* of opening and setting */
	struct loop_deferred	*later;
	struct error		 result;
};

void	touch_init(struct touch *t, struct job_run *run, touch_cb cb);
void	touch_fini(struct touch *t);
void	touch_begin(struct touch *t);
/* Restores the speed where that is still to be done; the callback comes. */
void	touch_cancel(struct touch *t);
/* Passes on job_ops.device. */
void	touch_device(struct touch *t);

#endif
