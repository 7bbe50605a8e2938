/*
 * Sends the job's device one request that has neither payload nor reply, and
 * says whether it was accepted: as a control request, or, where Device OS is
 * too old for those (0.6, 0.7), by its older vendor request.
 *
 * Each way that was tried is a step of the job. Ends once, by its callback from
 * the loop; then, or at any time, send_close().
 */
#ifndef PTERM_ACTION_SEND_H
#define PTERM_ACTION_SEND_H

#include "action/exchange.h"
#include "action/job-run.h"
#include "particle/vendor.h"

/* err NULL: accepted. A device that left after it had accepted counts so. */
typedef void (*send_cb)(struct job_run *run, const struct error *err);

struct send {
	struct job_run		*run;
	uint16_t		 type;		/* of the control request */
	int			 old;		/* enum vendor_old, or -1 */
	unsigned		 patience_ms;
	send_cb			 cb;
	struct bus_handle	*handle;
	struct exchange		*exchange;
	struct error		 why;		/* the control request failed */
	bool			 was_old;	/* by the old request */
};

/* Fill run, type, old, patience_ms and cb before. May end in the next turn
 * only, never from inside. */
void	send_begin(struct send *s);
/* Tidily: the callback still comes. */
void	send_cancel(struct send *s);
void	send_close(struct send *s);

/* How long a device may take to accept: less where it is known to hang. */
unsigned send_patience_ms(const struct device *device);

#endif
