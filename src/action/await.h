/*
 * Awaits that the job's device leaves the bus and comes back: the one proof
 * that it went to DFU, into safe mode or through a reset.
 *
 * await_prepare() before the request that sends it away: from there on the
 * registry keeps the device in the list, should it leave before we know that
 * the request was accepted. await_begin() then: the deadline counts from there.
 * The owner passes on job_ops.device. The callback comes once, from the loop.
 */
#ifndef PTERM_ACTION_AWAIT_H
#define PTERM_ACTION_AWAIT_H

#include "action/job-run.h"

enum await_end {
	AWAIT_BACK,		/* as it should be */
	AWAIT_WRONG,		/* back, but as something else */
	AWAIT_STAYED,		/* it did not leave in time */
	AWAIT_LOST,		/* it left and did not come back in time */
};

/* From acceptance to the product id: DFU, or running firmware. */
#define AWAIT_DFU_MS	8000
#define AWAIT_RUN_MS	15000

typedef void (*await_cb)(enum await_end end, void *arg);

struct await {
	struct job_run		*run;
	await_cb		 cb;
	void			*arg;
	enum platform_usb_mode	 wanted;
	enum device_mode	 going_to;
	bus_node		 from;		/* the one that is to end */
	bool			 is_on;
	bool			 is_settling;	/* back, its tty is to come */
	uint64_t		 until_us;	/* the deadline of the whole */
	struct loop_timer	*timer;
	struct loop_deferred	*look;
};

void	await_init(struct await *a, struct job_run *run, await_cb cb,
	    void *arg);
void	await_fini(struct await *a);
/* wanted: what its product id is to say. going_to: for the row. accept_ms: how
 * long it may take until await_begin(). */
void	await_prepare(struct await *a, enum platform_usb_mode wanted,
	    enum device_mode going_to, unsigned accept_ms);
void	await_begin(struct await *a, unsigned timeout_ms);
/* The device is no longer expected. */
void	await_stop(struct await *a);
void	await_device(struct await *a);
/* Has that attachment ended? */
bool	await_has_left(const struct await *a);

#endif
