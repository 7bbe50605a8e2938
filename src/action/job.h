/*
 * Jobs: running pieces of work, each on one device.
 *
 * At most one job holds a device; another one is refused with ERROR_BUSY until
 * it ended. A job goes through named steps, reports each step's outcome and
 * duration, and ends exactly once, with one result: also when it is cancelled,
 * when its device is unplugged, or when its deadline passes. Nothing calls back
 * from inside jobs_start() or jobs_cancel().
 *
 * Listeners are told in order: JOB_STARTED, any number of JOB_STEP, JOB_ENDED.
 * The job struct is readable during the call, and until JOB_ENDED returned.
 *
 * Each step also goes into the timeline, and so does a result that is not good.
 */
#ifndef PTERM_ACTION_JOB_H
#define PTERM_ACTION_JOB_H

#include <stdint.h>

#include "action/action.h"
#include "base/error.h"
#include "bus/bus.h"
#include "config/config.h"
#include "loop/loop.h"
#include "model/registry.h"
#include "model/timeline.h"

struct feeds;

/* What actions may use. */
struct action_env {
	struct loop	*loop;
	struct bus	*bus;
	struct registry	*registry;
	struct timeline	*timeline;
	struct config	*config;
	struct feeds	*feeds;		/* whose ports jobs borrow; or NULL */
};

struct jobs;
struct jobs_listener;

#define JOB_TEXT_MAX 256

struct job {
	uint32_t		 number;	/* never reused, never 0 */
	const struct action	*action;
	uint32_t		 device;
	struct action_args	 args;
	uint64_t		 started_us;
	uint64_t		 ended_us;	/* 0: runs */
	/* The step that runs, for the row: "waits for dfu". */
	char			 doing[JOB_TEXT_MAX];
	/* The step that just ended (JOB_STEP): "request 50 accepted". */
	char			 step[JOB_TEXT_MAX];
	bool			 step_ok;
	uint64_t		 step_us;	/* its duration */
	/* The result (JOB_ENDED): ERROR_NONE is success, and text then says
	 * what was reached: "in dfu mode after 1.71 s". */
	struct error		 result;
};

enum job_event {
	JOB_STARTED,
	JOB_STEP,
	JOB_ENDED,
};

typedef void (*jobs_cb)(enum job_event event, const struct job *job, void *arg);

struct jobs	*jobs_new(const struct action_env *env);
/* Ends what runs where it stands; no callback any more. To leave devices tidy
 * (a board that blinks), call jobs_cancel_all() before and turn the loop until
 * jobs_running() is 0: each job ends within 1.5 s then. app_free() does. */
void		 jobs_free(struct jobs *jobs);

struct jobs_listener *jobs_listen(struct jobs *jobs, jobs_cb cb, void *arg);
void		 jobs_unlisten(struct jobs_listener *listener);

/* The job's number, or 0 where it can't begin: the device has a job, is gone,
 * or is in a mode where this makes no sense. timeout_ms caps the whole job; 0:
 * the action's own deadlines. */
uint32_t	 jobs_start(struct jobs *jobs, const struct action *action,
		    uint32_t device, const struct action_args *args,
		    unsigned timeout_ms, struct error *err);
void		 jobs_cancel(struct jobs *jobs, uint32_t job);
void		 jobs_cancel_all(struct jobs *jobs);
/* NULL: ended, or never was. */
const struct job *jobs_get(const struct jobs *jobs, uint32_t job);
size_t		 jobs_running(const struct jobs *jobs);

#endif
