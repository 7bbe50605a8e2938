/*
 * One action on several devices, side by side: what act.c and act-report.c
 * share.
 */
#ifndef PTERM_CLI_ACT_H
#define PTERM_CLI_ACT_H

#include "cli/cli.h"

struct act_row {
	uint32_t	device;
	uint32_t	job;		/* 0: could not begin */
	bool		is_done;
	uint64_t	began_us;
	bool		is_settling;	/* its event waits for the mode */
	uint64_t	took_us;
	struct error	result;
};

struct act {
	struct cli		*cli;
	const struct action	*action;
	struct jobs_listener	*listener;
	struct act_row		*rows;
	size_t			 count;
	size_t			 width;		/* of the widest label */
};

/* The device of a row; never NULL. */
const struct device	*act_device(const struct act *act,
			    const struct act_row *row);

/* Each tells one thing, as text or as an event. */
void	act_report_start(const struct act *act, const struct act_row *row);
void	act_report_step(const struct act *act, const struct act_row *row,
	    const struct job *job);
void	act_report_result(const struct act *act, const struct act_row *row);
/* For people, where there were several. */
void	act_report_sum(const struct act *act);

/* Asks on the terminal whether all these devices are to be disturbed. 0: yes;
 * else err says why not. */
int	act_confirm(const struct act *act, struct error *err);

#endif
