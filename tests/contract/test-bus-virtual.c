/* The contract suite on the in-process bus and the virtual clock. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract/contract.h"
#include "virtual/bench.h"
#include "virtual/bus-virtual.h"
#include "virtual/script.h"

struct in_process {
	struct script	*script;
	struct bench	*bench;
};

static struct loop *
in_process_loop(void *arg)
{
	(void)arg;
	return loop_new_virtual();
}

static struct bus *
in_process_bus(struct loop *loop, void *arg)
{
	struct in_process *p = arg;

	p->bench = bench_new(loop, p->script);
	return bus_virtual_new(loop, p->bench);
}

static void
in_process_freed(void *arg)
{
	struct in_process *p = arg;

	bench_free(p->bench);
	p->bench = NULL;
}

static bool
in_process_command(const char *text, void *arg)
{
	struct in_process *p = arg;
	struct error err;

	if (bench_command(p->bench, text, NULL, &err) == 0)
		return true;
	fprintf(stderr, "%s: %s\n", text, err.text);
	return false;
}

int
main(void)
{
	struct in_process p = { 0 };
	struct contract_bench bench = {
		.loop_new = in_process_loop,
		.bus_new = in_process_bus,
		.bus_freed = in_process_freed,
		.command = in_process_command,
		.is_in_process = true,
		.arg = &p,
	};
	struct error err;
	int failed;

	p.script = script_parse("contract", contract_script,
	    strlen(contract_script), &err);
	if (p.script == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 99;
	}
	failed = contract_run(&bench, "bus_virtual");
	script_free(p.script);
	return failed;
}
