/*
 * The serial monitor of one device: its log, and a line to type.
 *
 * Keys go to the line (TYPE: Enter sends it), to the log (LOG: keys move;
 * nothing reaches the device), or, once, to the menu (after Ctrl-t: the keys of
 * the table act on the device). Moving up holds the log: it stays where it is
 * while lines go on arriving, and says how many are new. Sending follows again.
 *
 * view-monitor.c: what keys do; view-monitor-draw.c: what it looks like.
 */
#ifndef PTERM_UI_VIEW_MONITOR_H
#define PTERM_UI_VIEW_MONITOR_H

#include "action/feed.h"
#include "ui/prompt.h"
#include "ui/view.h"

struct monitor {
	struct ui	*ui;
	uint32_t	 device;
	struct feed	*feed;
	struct prompt	 line;
	bool		 is_reading;	/* LOG */
	bool		 in_menu;
	bool		 shows_info;
	bool		 is_held;
	uint64_t	 bottom;	/* held: the line behind the last shown */
	int		 page;		/* lines of the last draw */
};

/* What Enter puts behind a line. */
struct monitor_eol {
	const char	*name;		/* "crlf": as the option says it */
	const char	*bytes;
	const char	*shown;		/* "CR LF" */
};

const struct monitor_eol *monitor_eol(const struct monitor *m);
/* The line behind the last one that is shown. */
uint64_t monitor_bottom(const struct monitor *m);
/* The job that holds the device; NULL: none. */
const struct job *monitor_job(const struct monitor *m);

void	monitor_draw(void *view, const struct draw *screen);

#endif
