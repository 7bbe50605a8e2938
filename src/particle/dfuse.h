/*
 * DfuSe: the memory map that a bootloader gives as the string of an alternate
 * setting (reference 6.4), and its state string (6.9).
 *
 *	@Internal Flash   /0x08000000/03*016Ka,01*016Kg
 *	 name              start      count*size and access, ...
 */
#ifndef PTERM_PARTICLE_DFUSE_H
#define PTERM_PARTICLE_DFUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define DFUSE_READABLE	0x01
#define DFUSE_ERASABLE	0x02
#define DFUSE_WRITABLE	0x04

/* Sectors of one size, one after the other. */
struct dfuse_segment {
	uint32_t	start;
	uint32_t	sector_size;	/* bytes, above 0 */
	uint32_t	sector_count;	/* above 0; the end fits into 32 bits */
	uint8_t		access;
};

#define DFUSE_SEGMENTS_MAX	32
#define DFUSE_NAME_MAX		64

struct dfuse_map {
	char			name[DFUSE_NAME_MAX];
	struct dfuse_segment	segments[DFUSE_SEGMENTS_MAX];
	size_t			count;		/* above 0 */
};

/* 0, or -1 with ERROR_PROTOCOL and what is wrong with it. */
int	dfuse_map_parse(struct dfuse_map *map, const char *text,
	    struct error *err);
/* The first address behind the segment. */
uint64_t dfuse_segment_end(const struct dfuse_segment *segment);
/* NULL: no segment holds that address. */
const struct dfuse_segment *dfuse_map_find(const struct dfuse_map *map,
	    uint32_t address);
/* Nothing but erasing is left: the device is under Device Protection. */
bool	dfuse_map_is_protected(const struct dfuse_map *map);

/* String descriptor 0xFA, English (Device OS 6.2): "sm=p;...". */
#define DFUSE_STATE_STRING	0xfa

enum dfuse_state {
	DFUSE_STATE_UNKNOWN,
	DFUSE_STATE_OPEN,
	DFUSE_STATE_PROTECTED,
	DFUSE_STATE_SERVICE,
};

enum dfuse_state dfuse_state_parse(const char *text);

#endif
