/*
 * The dashboard: the front end for a person at a terminal.
 */
#ifndef PTERM_UI_UI_H
#define PTERM_UI_UI_H

struct app;

/* Starts the app (app_start()), runs its loop until the person leaves or a
 * signal ends it, and puts the terminal back. Returns the exit status; what went
 * wrong is on stderr. */
int	ui_run(struct app *app);

#endif
