/*
 * A rig for tests: a bench of virtual devices behind the in-process bus on the
 * virtual clock, and on top of it what the program has: registry, timeline,
 * feeds, jobs, probe. Nothing waits: minutes pass in milliseconds.
 */
#ifndef PTERM_TESTS_SUPPORT_RIG_H
#define PTERM_TESTS_SUPPORT_RIG_H

#include "action/feed.h"
#include "action/job.h"
#include "action/probe.h"
#include "bus/bus.h"
#include "virtual/bench.h"

#define RIG_JOBS_MAX	4096
#define RIG_STEPS_MAX	1024

/* What became of a job, by its number. */
struct rig_job {
	unsigned	started, ended;		/* how often it was said */
	struct error	result;
	uint64_t	us;			/* its duration */
	char		steps[RIG_STEPS_MAX];	/* "+good\n-bad\n" */
};

struct rig {
	struct loop		*loop;
	struct bench		*bench;
	struct bus		*bus;
	struct config		 config;
	struct registry		*registry;
	struct timeline		*timeline;
	struct feeds		*feeds;
	struct jobs		*jobs;
	struct probe		*probe;
	struct loop_timer	*deadline;
	struct loop_timer	*stop;
	bool			 is_ready;
	bool			 is_over;
	unsigned		 idles;		/* probe_on_idle() */
	char			 what[128];	/* for failures */
	struct rig_job		 job[RIG_JOBS_MAX];
};

/* The bench's script; delays of hardware, unless it has a scale line. */
struct rig	*rig_new(const char *script);
/* Starts the bus, runs until it is ready and all were asked. */
struct rig	*rig_ready(const char *script);
void		 rig_free(struct rig *rig);

/* What is tried, told where it fails. */
void		 rig_what(struct rig *rig, const char *what);
void		 rig_run_ms(struct rig *rig, unsigned ms);
/* Runs until the condition holds; fails the test after max_s. */
void		 rig_until(struct rig *rig, bool (*holds)(struct rig *, void *),
		    void *arg, unsigned max_s);
/* A command of the bench; must be a good one. */
void		 rig_do(struct rig *rig, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));

/* The device of that name in the bench, as the registry has it; NULL: not in
 * the list. */
const struct device *rig_device(struct rig *rig, const char *name);
struct bench_device *rig_bench(struct rig *rig, const char *name);
/* Runs until its mode is that; fails the test after 60 s. */
void		 rig_until_mode(struct rig *rig, const char *name,
		    enum device_mode mode);

/* Must begin. */
uint32_t	 rig_start(struct rig *rig, enum action_id action,
		    const char *name, const struct action_args *args);
/* Runs until it ended; checks that it does once, within max_s. */
const struct rig_job *rig_finish(struct rig *rig, uint32_t job, unsigned max_s);
/* Both. */
const struct rig_job *rig_act(struct rig *rig, enum action_id action,
		    const char *name, const struct action_args *args);

#endif
