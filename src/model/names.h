/*
 * Nicknames by device id: $XDG_CONFIG_HOME/pterm/devices, a plain file that
 * people may edit. One device a line, "ID NAME", '#' begins a comment.
 *
 * Lines that make no sense are reported with their number and kept as they are
 * when the file is written; so are comments and order. The file is replaced
 * atomically, and read again where it changed meanwhile. Everything in it is
 * hostile text.
 */
#ifndef PTERM_MODEL_NAMES_H
#define PTERM_MODEL_NAMES_H

#include <stddef.h>

#include "base/error.h"

struct names;

/* A missing file is an empty one. Never NULL. path NULL: names live in memory
 * alone; "": there is nowhere to keep them, so that none can be given. */
struct names	*names_open(const char *path);
void		 names_close(struct names *names);

/* NULL: none. Valid until the next call that changes. */
const char	*names_get(const struct names *names, const char *id);
/* name "" or NULL takes it away. A name has 1 to 32 printable characters and no
 * space at either end; it must not look like an id, a path or a tty, and no
 * other device may have it. */
int		 names_set(struct names *names, const char *id,
		    const char *name, struct error *err);

/* Complaints of the last reading, "FILE:LINE: ...". */
size_t		 names_complaint_count(const struct names *names);
const char	*names_complaint(const struct names *names, size_t i);

#endif
