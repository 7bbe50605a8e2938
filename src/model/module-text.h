/*
 * The modules of a device in words, for front ends, which see neither the
 * module list nor its numbers.
 */
#ifndef PTERM_MODEL_MODULE_TEXT_H
#define PTERM_MODEL_MODULE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/device.h"

struct module_text {
	char		name[48];	/* "user part", "system part 2" */
	char		store[32];	/* "main": the one that runs */
	uint32_t	version;
	uint32_t	size;		/* bytes; 0: not told */
	bool		is_main;	/* runs, or may */
	bool		is_empty;	/* a place without a module */
	bool		is_good;	/* passed what Device OS checked */
	char		failed[64];	/* "integrity, dependencies"; "": none */
	char		needs[128];	/* "system part 6200"; "": nothing */
};

/* 0 too where the device was not asked or did not answer. */
size_t	module_text_count(const struct device *device);
/* False: there is none of that number. */
bool	module_text_get(const struct device *device, size_t i,
	    struct module_text *out);

#endif
