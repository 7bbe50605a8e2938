/*
 * The dashboard: the front end for a person at a terminal.
 */
#ifndef PTERM_UI_UI_H
#define PTERM_UI_UI_H

#include <stdbool.h>
#include <stdint.h>

struct app;

struct ui_options {
	/* Open the serial monitor of a device; to leave that is to quit. A
	 * device that is named by its whole id is waited for. */
	bool		 monitor;
	const char	*device;	/* registry_find(); NULL: the only one */
	uint64_t	 timeout_us;	/* the end of it; 0: none */
};

/* Starts the app (app_start()), runs its loop until the person leaves or a
 * signal ends it, and puts the terminal back. Returns the exit status; what went
 * wrong is on stderr. */
int	ui_run(struct app *app, const struct ui_options *options);

#endif
