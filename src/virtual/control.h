/*
 * The control channel of pterm-virtual: a Unix socket that takes the commands
 * of command.h, one a line, while the devices are plugged in.
 *
 * The answer to a line is what the command has to say, then "ok", or one line
 * "error: SENTENCE". A client that ends its side is answered to the end, then
 * hung up on.
 */
#ifndef PTERM_VIRTUAL_CONTROL_H
#define PTERM_VIRTUAL_CONTROL_H

#include "base/error.h"
#include "loop/loop.h"
#include "virtual/bench.h"

struct control;

/* Makes the socket, mode 0600; one that nobody listens on is replaced. */
struct control	*control_new(struct loop *loop, struct bench *bench,
		    const char *path, struct error *err);
/* Removes the socket. */
void		 control_free(struct control *control);

#endif
