/*
 * What happens on the bench, told as it happens: devices that come, change
 * their mode or anything else that is shown of them, and leave.
 */
#ifndef PTERM_CLI_WATCH_H
#define PTERM_CLI_WATCH_H

#include <stdbool.h>

#include "cli/cli.h"

struct watch;

enum watch_change {
	WATCH_ATTACHED,		/* also: is back on the bus */
	WATCH_MODE,		/* its mode changed */
	WATCH_CHANGED,		/* something else that is shown of it */
	WATCH_LEFT,
};

/* from: the mode before, for WATCH_MODE. */
typedef void (*watch_cb)(struct cli *cli, enum watch_change change,
	    const struct device *device, enum device_mode from);

/* Begins with a WATCH_ATTACHED for each device that is there, at once, unless
 * cb prints for people. */
struct watch	*watch_new(struct cli *cli, watch_cb cb);
void		 watch_free(struct watch *watch);	/* NULL is fine */

/* One line of text, for people. */
void		 watch_print(struct cli *cli, enum watch_change change,
		    const struct device *device, enum device_mode from);
void		 watch_print_to_stderr(struct cli *cli,
		    enum watch_change change, const struct device *device,
		    enum device_mode from);
/* One JSON event. */
void		 watch_put_json(struct cli *cli, enum watch_change change,
		    const struct device *device, enum device_mode from);

#endif
