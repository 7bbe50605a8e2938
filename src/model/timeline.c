#include "config.h"

#include "model/timeline.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

/* A ring: entry n lies in slot n % capacity. */
struct timeline {
	struct timeline_entry	*entries;
	size_t			 capacity;
	uint64_t		 end;		/* number of the next entry */
};

struct timeline *
timeline_new(size_t capacity)
{
	struct timeline *t = xcalloc(1, sizeof *t);

	assert(capacity > 0);
	t->capacity = capacity;
	t->entries = xcalloc(capacity, sizeof *t->entries);
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

uint64_t
timeline_add(struct timeline *t, const struct timeline_entry *entry)
{
	struct timeline_entry *slot = &t->entries[t->end % t->capacity];

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
