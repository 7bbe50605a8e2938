/*
 * The verbs of the command line: what can be done to a device has its row in
 * the action table, and says there what it is called; what else there is says
 * it here.
 */
#ifndef PTERM_CLI_VERB_H
#define PTERM_CLI_VERB_H

#include <stddef.h>

#include "cli/options.h"

struct cli;

struct verb {
	const struct action	*action;	/* NULL: see name */
	const char		*name;
	const char		*summary;
	const char		*arguments;	/* "[DEVICE...]" */
	unsigned		 options;	/* beside the action's */
	const char		*more;		/* a paragraph; NULL: none */
	/* Looks at arguments and options before anything is opened. */
	int			(*check)(const struct options *options,
				    struct error *err);
	/* The devices are known; returns the exit status. NULL: main.c does
	 * it without devices. */
	int			(*run)(struct cli *cli);
};

extern const struct verb	verbs[];
extern const size_t		verbs_count;

const struct verb	*verb_by_name(const char *name);	/* or NULL */
const char		*verb_name(const struct verb *verb);
const char		*verb_summary(const struct verb *verb);
/* ACTION_OPT_* and OPTION_*. */
unsigned		 verb_options(const struct verb *verb);

/* One file each. */
int	act_run(struct cli *cli);
int	complete_run(struct cli *cli);
int	info_run(struct cli *cli);
int	list_run(struct cli *cli);
int	monitor_run(struct cli *cli);
int	name_run(struct cli *cli);
int	name_check(const struct options *options, struct error *err);
int	wait_run(struct cli *cli);
int	wait_check(const struct options *options, struct error *err);

#endif
