/*
 * Actions: one row per thing a person can do to a device. The command line's
 * verb, the dashboard's key, the help and the man page's table come from the
 * same row (action.c).
 */
#ifndef PTERM_ACTION_ACTION_H
#define PTERM_ACTION_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/device.h"

struct job_ops;

enum action_id {
	ACTION_DFU,
	ACTION_TOUCH,
	ACTION_RESET,
	ACTION_SAFE_MODE,
	ACTION_LISTEN,
	ACTION_BLINK,
	ACTION_INFO,
	ACTION_MONITOR,
	ACTION_NAME,
	ACTION_COUNT,
};

/* Disturbs a running device: asks first on more than one. */
#define ACTION_DISRUPTIVE	0x01
/* The front end does it by itself; there is no job. */
#define ACTION_FRONT_END	0x02
/* Can be done to a device that may not be opened or does not answer. */
#define ACTION_NEEDS_NO_USB	0x04
/* Speaks control requests (or DFU): not to a platform that has none. */
#define ACTION_NEEDS_CONTROL	0x08

/* Which of action_args an action takes. */
#define ACTION_OPT_VIA		0x01	/* --via control|touch */
#define ACTION_OPT_FORCE	0x02	/* --force */
#define ACTION_OPT_OFF		0x04	/* --off */
#define ACTION_OPT_FOR		0x08	/* --for SECONDS */

#define ACTION_MODE(mode)	(1u << (mode))

struct action {
	enum action_id		 id;
	char			 key;		/* in the table */
	const char		*verb;		/* "safe-mode" */
	const char		*short_name;	/* last line: "safe" */
	const char		*summary;	/* "restart into safe mode" */
	const char		*effect;	/* of the key, on each of several:
						 * "each restarts into ..." */
	unsigned		 flags;
	unsigned		 options;
	/* ACTION_MODE() of where it makes sense; others are refused. */
	unsigned		 modes;
	unsigned		 modes_done;	/* where there is nothing to do:
						 * the job ends at once, well */
	const struct job_ops	*ops;		/* NULL with ACTION_FRONT_END */
};

extern const struct action	actions[ACTION_COUNT];

enum action_via {
	ACTION_VIA_ANY,		/* the ladder */
	ACTION_VIA_CONTROL,
	ACTION_VIA_TOUCH,
};

struct action_args {
	enum action_via	via;
	bool		force;
	bool		off;
	unsigned	for_s;		/* 0: the action's own default */
};

const struct action	*action_by_key(char key);
/* 0 where it can be tried on this device now; else -1 and why not, as
 * jobs_start() says it. */
int			 action_check(const struct action *action,
			    const struct device *device, struct error *err);
/* Does it make sense for this device now? For the last line and the help. */
bool			 action_applies(const struct action *action,
			    const struct device *device);

#endif
