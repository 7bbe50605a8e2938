/*
 * The contract suite: every promise of bus/bus.h, held against any bus whose
 * devices are virtual ones.
 *
 * The program that runs it says how to make a bus and how to give the bench a
 * command (virtual/command.h). The bench is that of contract_script and may be
 * in another process; all of its devices are off, and each test plugs in what
 * it needs and unplugs it at its end. Nothing is asserted about time: a test
 * waits for what must come, and says what did not come when a long deadline has
 * passed.
 */
#ifndef PTERM_TESTS_CONTRACT_CONTRACT_H
#define PTERM_TESTS_CONTRACT_CONTRACT_H

#include <stdbool.h>

#include "base/error.h"
#include "bus/bus.h"
#include "loop/loop.h"

extern const char contract_script[];

struct contract_bench {
	/* A fresh loop, and a bus on it that is not started yet. */
	struct loop	*(*loop_new)(void *arg);
	struct bus	*(*bus_new)(struct loop *loop, void *arg);
	/* After bus_free(), before loop_free(): nothing is plugged in. May be
	 * NULL. */
	void		 (*bus_freed)(void *arg);
	/* Carries out a command; true where it was one. The loop may turn
	 * meanwhile or not. Where the bus is not started yet, what was plugged
	 * in is there, with its tty, when this returns. */
	bool		 (*command)(const char *text, void *arg);
	/* What only the in-process bench can do: access, hold, tty, bus-reset. */
	bool		 is_in_process;
	void		*arg;
};

/* Runs all tests; the number of those that failed. */
int	contract_run(const struct contract_bench *bench, const char *name);

#endif
