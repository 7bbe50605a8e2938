/*
 * What the halves of the script parser share: script.c (lines, events, the
 * file), script-device.c (devices) and script-option.c (their options). Private
 * to this folder.
 */
#ifndef PTERM_VIRTUAL_SCRIPT_PARTS_H
#define PTERM_VIRTUAL_SCRIPT_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "virtual/script.h"
#include "virtual/words.h"

struct script_parser {
	struct script		*script;
	struct words		 words;
	unsigned		 line;
	struct error		*err;

	/* The device whose options are being read. */
	bool			 has_device;
	unsigned		 device_line;
	unsigned		 copies;
	bool			 has_name;
	bool			 has_serial;
	struct script_device	 device;
	size_t			 made;		/* devices, for ids */
};

/* The words that are left are options of p->device (script-option.c). */
int	script_parse_options(struct script_parser *p);

/* script-device.c: statements, and what ends them. */
int	script_parse_device(struct script_parser *p);
int	script_parse_foreign(struct script_parser *p);
/* The options of a device are complete: it joins the script. */
int	script_end_device(struct script_parser *p);
/* Gives ports to those that named none. */
void	script_place(struct script *script);

#endif
