/*
 * A bench: the devices of a script, alive on a loop, and what happens to them.
 *
 * The bench makes the virtual devices, plugs them in, runs the script's events
 * and takes commands while it runs (command.h). Whoever carries their transfers
 * (bus-virtual.h in process, usbip.h to a kernel) starts it and is told when a
 * device comes and goes.
 */
#ifndef PTERM_VIRTUAL_BENCH_H
#define PTERM_VIRTUAL_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bus-node.h"
#include "base/error.h"
#include "loop/loop.h"
#include "virtual/command.h"
#include "virtual/device.h"

struct bench;
struct script;

/* Read by everyone, changed by the bench; except where it says so. */
struct bench_device {
	struct bench	*bench;
	struct vdev	*vdev;
	char		 name[BENCH_NAME_MAX];
	char		 nickname[BUS_TEXT_MAX];	/* "" none */
	char		 path[BUS_PATH_MAX];
	int		 tty;			/* wanted number, or BENCH_TTY_ANY */
	bool		 is_plugged;		/* has power */
	bool		 was_there;		/* since the start, never unplugged */
	bool		 usb_access;
	bool		 tty_access;
	char		 held_by[BUS_TEXT_MAX];	/* who holds the tty; "" nobody */
	uint64_t	 boot_us;	/* when its software started */
	uint64_t	 transfers;	/* control transfers; counted by the port */
	void		*port;		/* the port's own */
};

/* The side that carries transfers. Called from the loop or from inside
 * bench_start() and bench_command(). */
struct bench_ops {
	void	(*attached)(struct bench_device *, void *arg);
	void	(*detached)(struct bench_device *, void *arg);
	/* Power, access or the holder of its tty. */
	void	(*changed)(struct bench_device *, void *arg);
	void	(*bus_reset)(struct bench_device *, void *arg);
};

/* Copies what it needs of the script. */
struct bench	*bench_new(struct loop *loop, const struct script *script);
void		 bench_free(struct bench *bench);	/* NULL is fine */

/* Powers what is not off, begins with the events. Once. */
void		 bench_start(struct bench *bench, const struct bench_ops *ops,
		    void *arg);
/* No more calls to ops; the devices lose power. */
void		 bench_stop(struct bench *bench);

/* Runs one line now; what it has to say is appended to reply (may be NULL). */
int		 bench_command(struct bench *bench, const char *text,
		    struct buf *reply, struct error *err);

size_t		 bench_device_count(const struct bench *bench);
struct bench_device *bench_device_at(const struct bench *bench, size_t i);
/* By name or id; NULL: none. */
struct bench_device *bench_find(const struct bench *bench, const char *name);

#endif
