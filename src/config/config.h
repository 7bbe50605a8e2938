/*
 * Options: one table (config.c) says each option's name, type, default and
 * explanation; environment and flags fill it. Times are in the unit the name
 * says.
 */
#ifndef PTERM_CONFIG_CONFIG_H
#define PTERM_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct config {
	unsigned	poll_s;		/* how often to ask for modes; 0: never */
	bool		mouse;
	bool		color;		/* false: --no-color, NO_COLOR, TERM=dumb */
	bool		unicode;	/* false: the locale is not UTF-8 */
	unsigned	baud;		/* of the serial monitor */
	char		eol[8];		/* "lf", "cr", "crlf", "none" */
};

struct config_option {
	const char	*name;		/* "poll" */
	const char	*argument;	/* "SECONDS" */
	const char	*fallback;	/* default, as text */
	const char	*help;
};

extern const struct config_option	config_options[];
extern const size_t			config_option_count;

/* Defaults, then PTERM_NAME variables of the environment, NO_COLOR, locale. */
int	config_init(struct config *config, struct error *err);
/* One option from text; also for a flag --NAME VALUE. */
int	config_set(struct config *config, const char *name, const char *value,
	    struct error *err);

#endif
