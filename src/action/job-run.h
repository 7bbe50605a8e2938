/*
 * Inside of a job: what the files of the actions see and nobody else.
 *
 * An action is a struct job_ops with a state of its own that is zeroed, given
 * to start(), and freed after fini(). All its functions are called from the
 * loop, never from inside a call of the front end, and may end the job by
 * job_end(), after which nothing of the action but fini() is called.
 *
 * The action opens what it needs and closes it in fini(); the runner watches
 * the registry, the deadline of the whole job, and cancelling.
 */
#ifndef PTERM_ACTION_JOB_RUN_H
#define PTERM_ACTION_JOB_RUN_H

#include "action/job.h"

struct job_run;

struct job_ops {
	size_t	 state_size;
	void	(*start)(struct job_run *run);
	/* The device came, left, or something about it changed. */
	void	(*device)(struct job_run *run);
	/* Stop and tidy up; end soon, with job_end_cancelled(). NULL: there is
	 * nothing to tidy. It is asked once. */
	void	(*cancel)(struct job_run *run);
	void	(*fini)(struct job_run *run);
};

void		*job_state(struct job_run *run);
const struct action_env *job_env(const struct job_run *run);
const struct job *job_public(const struct job_run *run);
/* Never NULL, but perhaps not present. */
const struct device *job_device(const struct job_run *run);
uint64_t	 job_now(const struct job_run *run);
/* Opens what the device is attached as now. Whatever it was when the job began,
 * a chip in EDL is not opened: nothing is ever sent to one. */
struct bus_handle *job_open(const struct job_run *run, struct error *err);

/* A step begins: what the row shows, and from where its duration counts. */
void		 job_doing(struct job_run *run, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/* It ended; the next one's duration counts from here. */
void		 job_step(struct job_run *run, bool ok, const char *fmt, ...)
		    __attribute__((format(printf, 3, 4)));
/* The one result; fmt has neither the device's name nor a full stop. */
void		 job_end(struct job_run *run, enum error_code code,
		    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* After cancel(): with the reason that the runner knows. note may be "", or
 * says how things stand: "it may still restart". */
void		 job_end_cancelled(struct job_run *run, const char *note);
bool		 job_is_cancelled(const struct job_run *run);

/* Tells registry and front ends that it is about to leave. */
void		 job_expect(struct job_run *run, enum device_mode going_to,
		    unsigned timeout_ms);
void		 job_expect_no_more(struct job_run *run);

extern const struct job_ops	action_blink_ops;
extern const struct job_ops	action_dfu_ops;
extern const struct job_ops	action_listen_ops;
extern const struct job_ops	action_reset_ops;
extern const struct job_ops	action_safe_ops;
extern const struct job_ops	action_touch_ops;

#endif
