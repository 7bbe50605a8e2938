/*
 * A transcript as data: its head, and its scenarios as lists of steps.
 */
#ifndef PTERM_VIRTUAL_REPLAY_FILE_H
#define PTERM_VIRTUAL_REPLAY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/usb.h"

enum replay_expect {
	REPLAY_DATA,
	REPLAY_ACK,
	REPLAY_STALL,
	REPLAY_GONE,		/* nothing to compare */
	REPLAY_NONE,		/* no answer */
};

enum replay_kind {
	REPLAY_TRANSFER,	/* ">" and its "<" */
	REPLAY_COMMAND,		/* ". " and words */
};

struct replay_step {
	enum replay_kind	 kind;
	unsigned		 line;
	struct usb_setup	 setup;
	struct buf		 out;		/* data of an OUT transfer */
	enum replay_expect	 expect;
	struct buf		 in;		/* REPLAY_DATA */
	char			*command;
	/* What happens inside: from this step to the next. */
	char			**events;
	size_t			 event_count;
};

struct replay_scenario {
	char			*name;
	unsigned		 line;
	struct replay_step	*steps;
	size_t			 step_count;
};

struct replay_file {
	char			*head;		/* its first line */
	struct replay_scenario	*scenarios;
	size_t			 scenario_count;
};

/* name is for errors. */
int	replay_file_read(struct replay_file *file, FILE *from,
	    const char *name, struct error *err);
void	replay_file_fini(struct replay_file *file);

#endif
