/*
 * The terminal: its start and its end, what it sends, and frames on their way
 * to it.
 *
 * A terminal is a slow consumer: it may stop reading for as long as it likes,
 * and ncurses would wait for it, and everything else with it. So ncurses writes
 * into a file in memory, and the loop drains that to the terminal as it takes
 * it; no frame may be begun while terminal_is_busy(). (A file rather than a
 * pipe: a pipe that is full makes ncurses wait as well.)
 *
 * The terminal is opened anew, so that making it non-blocking changes nothing
 * for the shell. It is put back as it was at every end: terminal_close(), a
 * signal that kills, a crash, exit(). One terminal at a time.
 */
#ifndef PTERM_UI_TERMINAL_H
#define PTERM_UI_TERMINAL_H

#include <stdbool.h>

#include "base/error.h"
#include "loop/loop.h"
#include "ui/input.h"

struct terminal;

struct terminal_events {
	void	(*input)(const struct input_event *event, void *arg);
	/* Size or contents are not what they were: draw everything. */
	void	(*redraw)(void *arg);
	/* The frame is out; the next one may begin. */
	void	(*drained)(void *arg);
	/* SIGTERM, SIGINT, SIGHUP, or the terminal went away (SIGHUP). */
	void	(*killed)(int signo, void *arg);
};

struct terminal	*terminal_open(struct loop *loop, bool mouse,
		    const struct terminal_events *events, void *arg,
		    struct error *err);
/* Puts it back; waits at most half a second for it to take the last bytes. */
void		 terminal_close(struct terminal *terminal);

/* Was ncurses drawn into its windows: send what changed. */
void		 terminal_flush(struct terminal *terminal);
bool		 terminal_is_busy(const struct terminal *terminal);
/* Everything again, whatever ncurses believes to be there. */
void		 terminal_forget(struct terminal *terminal);
/* Ctrl-Z: back to the shell until SIGCONT. */
void		 terminal_suspend(struct terminal *terminal);

#endif
