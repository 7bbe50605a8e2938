/*
 * Where files of the user are (XDG base directories), and writing them so that
 * nothing is lost.
 */
#ifndef PTERM_BASE_PATH_H
#define PTERM_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* "$XDG_CONFIG_HOME/pterm/NAME" (or below ~/.config); malloced. NULL only where
 * neither that variable nor HOME is set. */
char	*path_config(const char *name);
/* The same below $XDG_STATE_HOME (or ~/.local/state). */
char	*path_state(const char *name);

/* Makes the folders above the file, mode 0700. */
int	path_make_parents(const char *file, struct error *err);
/* At most max bytes; a longer file is an error. A missing file is ERROR_FAILED
 * with *missing set (may be NULL). */
int	path_read(const char *file, size_t max, struct buf *out, bool *missing,
	    struct error *err);
/* Writes beside it, then renames: readers see the old file or the new one. The
 * mode of a file that is there is kept; a new one has mode. */
int	path_replace(const char *file, const void *data, size_t len,
	    unsigned mode, struct error *err);

#endif
