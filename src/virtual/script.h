/*
 * Scripts: the text that describes a bench of virtual devices and what happens
 * on it. The same script runs in process (pterm --demo=FILE, tests) and on a
 * real kernel (pterm-virtual FILE).
 *
 * One statement a line; words and quotes as in words.h; a line that begins with
 * a blank goes on with the options of the device above it.
 *
 *	scale FACTOR			all delays of the hardware times FACTOR
 *	device PLATFORM [x COUNT] [OPTION ...]
 *	foreign VID:PID [OPTION ...]	a USB device that is not Particle's
 *	at TIME COMMAND			once; commands as in command.h
 *	every TIME COMMAND		again and again
 *
 * PLATFORM is a name of the platform table ("p2"), its number, or the second
 * name of a platform ("photon2"). Times are 3s, 250ms, 1.5s, 2min from the
 * start, and are not scaled. Options:
 *
 *	as NAME			for commands; by default the platform's name
 *	id DIGITS		24 hexadecimal digits; made up by default
 *	serial TEXT		the serial string descriptor; as id by default
 *	no-serial
 *	product TEXT		string descriptors
 *	manufacturer TEXT
 *	sticker TEXT		manufacturing serial number (request 21)
 *	version VERSION		Device OS, "6.2.0"
 *	mode normal|listening|safe|dfu|edl	at power-on
 *	protection open|protected|service
 *	user VERSION		module version of the user part
 *	needs VERSION		system version that the user part needs
 *	log RATE		lines a second that the application prints
 *	hung			the application blocks the system thread
 *	no-cdc			the application closed Serial
 *	path PATH		USB port, "1-1.2"; the next free one by default
 *	tty NUMBER		/dev/ttyACMNUMBER; the lowest free by default
 *	nickname TEXT		what its owner calls it, for the demonstration
 *	off			not plugged in at the start
 *	no-usb-access		this user may not open the USB device,
 *	no-tty-access		or the tty (both in process only)
 *	fault FAULT		rest of the line; see fault.h
 *
 * Everything is hostile: limits are checked, and an error names the line.
 */
#ifndef PTERM_VIRTUAL_SCRIPT_H
#define PTERM_VIRTUAL_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bus-node.h"
#include "base/error.h"
#include "particle/platform.h"
#include "virtual/command.h"
#include "virtual/device.h"
#include "virtual/fault.h"

#define SCRIPT_SIZE_MAX		(1024 * 1024)	/* bytes */
#define SCRIPT_DEVICES_MAX	1000
#define SCRIPT_EVENTS_MAX	10000
#define SCRIPT_FAULTS_MAX	8		/* of one device */

struct script_device {
	struct vdev_spec	 spec;
	struct platform		*foreign;	/* a row of its own; or NULL */
	char			 name[BENCH_NAME_MAX];
	char			 nickname[BUS_TEXT_MAX];
	char			 path[BUS_PATH_MAX];	/* always set */
	bool			 has_path;	/* the script gave it */
	int			 tty;		/* BENCH_TTY_ANY: lowest free */
	bool			 is_off;
	bool			 no_usb_access;
	bool			 no_tty_access;
	struct vdev_fault	 faults[SCRIPT_FAULTS_MAX];
	size_t			 fault_count;
};

struct script_event {
	uint64_t	at_us;
	uint64_t	every_us;	/* 0: once */
	struct command	command;
	unsigned	line;
};

struct script {
	struct script_device	*devices;
	size_t			 device_count;
	struct script_event	*events;	/* in the order of the file */
	size_t			 event_count;
	double			 scale;
};

/* name stands in error sentences: "NAME:12: no device is called x". NULL where
 * the text is wrong. */
struct script	*script_parse(const char *name, const char *text, size_t len,
		    struct error *err);
struct script	*script_load(const char *file, struct error *err);
void		 script_free(struct script *script);

#endif
