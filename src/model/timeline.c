#include "config.h"

#include "model/timeline.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define SLOTS_FIRST	64

/* A ring: entry n lies in slot n % capacity. Until it has gone round once, it
 * grows as it fills: most of the time there is little to tell, and of a large
 * empty block the first page may cost 2 MiB (transparent huge pages). */
struct timeline {
	struct timeline_entry	*entries;
	size_t			 slots;		/* allocated */
	size_t			 capacity;
	uint64_t		 end;		/* number of the next entry */
};

struct timeline *
timeline_new(size_t capacity)
{
	struct timeline *t = xcalloc(1, sizeof *t);

	assert(capacity > 0);
	t->capacity = capacity;
	return t;
}

void
timeline_free(struct timeline *t)
{
	if (t == NULL)
		return;
	free(t->entries);
	free(t);
}

static void
timeline_grow(struct timeline *t)
{
	size_t slots = t->slots == 0 ? SLOTS_FIRST : 2 * t->slots;

	t->slots = slots < t->capacity ? slots : t->capacity;
	t->entries = xreallocarray(t->entries, t->slots, sizeof *t->entries);
}

uint64_t
timeline_add(struct timeline *t, const struct timeline_entry *entry)
{
	struct timeline_entry *slot;

	if (t->end == t->slots && t->slots < t->capacity)
		timeline_grow(t);
	slot = &t->entries[t->end % t->capacity];
	*slot = *entry;
	slot->number = t->end;
	return t->end++;
}

uint64_t
timeline_first(const struct timeline *t)
{
	return t->end > t->capacity ? t->end - t->capacity : 0;
}

uint64_t
timeline_end(const struct timeline *t)
{
	return t->end;
}

const struct timeline_entry *
timeline_get(const struct timeline *t, uint64_t number)
{
	if (number < timeline_first(t) || number >= t->end)
		return NULL;
	return &t->entries[number % t->capacity];
}
