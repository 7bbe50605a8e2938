/*
 * What can be done to a bench of virtual devices while it runs: the commands
 * that a script's timed events, tests and the control channel share.
 *
 *	plug NAME [path PATH] [tty NUMBER]	power on, perhaps elsewhere
 *	unplug NAME				power off
 *	press NAME reset|listening|safe|dfu	what fingers do to the buttons
 *	log NAME TEXT				the application logs a line: the
 *						milliseconds since its start, TEXT
 *	print NAME TEXT				it prints a line as it is
 *	write NAME TEXT				the same, without a line end
 *	fault NAME FAULT			see fault.h
 *	clear-faults NAME
 *	access NAME usb|no-usb|tty|no-tty ...	may this user open it?
 *	hold NAME [TEXT]			another program opens the tty
 *	release NAME				and closes it
 *	tty NAME NUMBER|any			its number when it comes next
 *	bus-reset NAME
 *	list					one line a device
 *	count NAME				control transfers it was sent
 *
 * NAME is a device's name, its id, a beginning with a star ("argon*"), or "all".
 * access, hold, release, tty and bus-reset work in process only: a kernel has
 * its own mind.
 */
#ifndef PTERM_VIRTUAL_COMMAND_H
#define PTERM_VIRTUAL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bus-node.h"
#include "base/error.h"
#include "virtual/device.h"
#include "virtual/fault.h"
#include "virtual/words.h"

#define BENCH_NAME_MAX	64
#define BENCH_TTY_MAX	255	/* cdc_acm has 256 minors */
#define BENCH_TTY_ANY	(-1)

enum command_verb {
	COMMAND_PLUG,
	COMMAND_UNPLUG,
	COMMAND_PRESS,
	COMMAND_LOG,
	COMMAND_PRINT,
	COMMAND_FAULT,
	COMMAND_CLEAR_FAULTS,
	COMMAND_ACCESS,
	COMMAND_HOLD,
	COMMAND_RELEASE,
	COMMAND_TTY,
	COMMAND_BUS_RESET,
	COMMAND_LIST,
	COMMAND_COUNT,
};

struct command {
	enum command_verb	 verb;
	char			 target[BENCH_NAME_MAX];
	char			 path[BUS_PATH_MAX];	/* plug; "": as before */
	bool			 sets_tty;
	int			 tty;		/* plug, tty */
	enum vdev_button	 button;	/* press */
	struct vdev_fault	 fault;		/* fault */
	char			*text;		/* log, print, hold */
	size_t			 text_len;
	bool			 sets_usb_access, usb_access;	/* access */
	bool			 sets_tty_access, tty_access;
};

/* Takes the words from words->next on, all of them. */
int	command_parse(struct command *command, struct words *words,
	    struct error *err);
void	command_fini(struct command *command);

/* Whether the target of a command means this device. */
bool	command_target_is(const char *target, const char *name, const char *id);
/* "1-1.2": a bus, a dash, ports. */
bool	command_path_is_valid(const char *path);

#endif
