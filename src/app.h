/*
 * The one struct that owns everything and wires it: loop, bus, model, jobs.
 * Picks the real bus or the virtual bench. All state of the program hangs from
 * here.
 */
#ifndef PTERM_APP_H
#define PTERM_APP_H

#include "action/feed.h"
#include "action/job.h"
#include "action/probe.h"
#include "base/error.h"
#include "bus/bus.h"
#include "config/config.h"
#include "loop/loop.h"
#include "model/names.h"
#include "model/registry.h"
#include "model/timeline.h"

struct bench;

struct app_options {
	bool		 demo;
	const char	*demo_file;	/* NULL: the bench that is built in */
	/* Tests: the virtual clock instead of the real one (demo only). */
	bool		 virtual_clock;
};

struct app {
	struct config	 config;
	struct loop	*loop;
	struct bench	*bench;		/* NULL: real devices */
	struct bus	*bus;
	struct names	*names;
	struct registry	*registry;
	struct timeline	*timeline;
	struct feeds	*feeds;
	struct jobs	*jobs;
	struct probe	*probe;
	bool		 is_ready;	/* what was attached is known */
	void		(*on_ready)(void *);	/* set by a front end */
	void		*on_ready_arg;
	struct app_wiring *wiring;
};

/* NULL with err where the system has no USB, the script is wrong, ... */
struct app	*app_new(const struct config *config,
		    const struct app_options *options, struct error *err);
/* Begins to watch the bus; what is attached is announced from the loop. */
int		 app_start(struct app *app, struct error *err);
/* Cancels jobs and questions, and turns the loop until the devices are left
 * tidy (at most 2 s): an LED that blinks for us is switched off. Never from a
 * callback; nothing is asked any more afterwards. */
void		 app_tidy(struct app *app);
/* Tidies up first. Front ends have removed their own sources before. */
void		 app_free(struct app *app);

#endif
