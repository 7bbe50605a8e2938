/*
 * The timeline: what happened on the bench, in order: attach, leave, mode
 * change, each step of each action with its duration. Bounded; the oldest
 * entries go first. Entries are named by a number that only grows.
 */
#ifndef PTERM_MODEL_TIMELINE_H
#define PTERM_MODEL_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/device.h"

struct timeline;

enum timeline_level {
	TIMELINE_NOTE,
	TIMELINE_GOOD,
	TIMELINE_BAD,
};

struct timeline_entry {
	uint64_t		 number;
	uint64_t		 wall_us;
	uint32_t		 device;	/* 0: none */
	enum timeline_level	 level;
	char			 label[DEVICE_NAME_MAX]; /* of the device */
	char			 event[24];	/* "attached", "dfu", "reset" */
	char			 text[DEVICE_TEXT_MAX];
	bool			 has_duration;
	uint64_t		 duration_us;
};

struct timeline	*timeline_new(size_t capacity);
void		 timeline_free(struct timeline *timeline);
/* number is given by the timeline; the other fields are copied. */
uint64_t	 timeline_add(struct timeline *timeline,
		    const struct timeline_entry *entry);
/* Entries first..end-1 exist. */
uint64_t	 timeline_first(const struct timeline *timeline);
uint64_t	 timeline_end(const struct timeline *timeline);
/* NULL: dropped already, or not yet there. Valid until the next addition. */
const struct timeline_entry *timeline_get(const struct timeline *timeline,
		    uint64_t number);

#endif
