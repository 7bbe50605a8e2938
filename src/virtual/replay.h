/*
 * Replays recorded transcripts against the device core: raw setup packets, what
 * Device OS answered to them, and what happened inside meanwhile
 * (tests/data/transcripts; the format stands in each file's head).
 *
 * It drives the same code that the demonstration and the tests run, on a
 * virtual clock; all that it takes over is when the system thread works.
 */
#ifndef PTERM_VIRTUAL_REPLAY_H
#define PTERM_VIRTUAL_REPLAY_H

#include <stdio.h>

/* Prints the first difference of each scenario that has one and a line with
 * counts for each file. Returns 0 where everything is as recorded, else 1. */
int	replay_run(int nfiles, char **files, FILE *out);

#endif
