/* Text and descriptors that the kernel passes on: places, locks, lock files. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "bus/host-holder.h"
#include "bus/host-linux.h"
#include "input.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_descriptors(const uint8_t *data, size_t size)
{
	struct buf out = { 0 };

	for (unsigned value = 0; value < 3; value++) {
		size_t before = out.len;

		if (!host_pick_descriptors(data, size, value, &out)) {
			HOLDS(out.len == before);
			continue;
		}
		HOLDS(out.len - before >= 18 + 9 &&
		    out.len - before <= size);
		HOLDS(out.data[before + 18 + 5] == value);
	}
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stat st = { .st_dev = 6, .st_ino = 345 };
	char *text = xstrndup(size > 0 ? (const char *)data : "", size);
	char place[16];

	check_descriptors(data, size);
	if (host_place_of(text, place, sizeof place)) {
		HOLDS(strlen(place) < sizeof place);
		HOLDS(strstr(text, place) != NULL && strchr(place, '/') == NULL);
	}
	HOLDS(host_holder_in_locks(text, &st) >= 0);
	HOLDS(host_holder_in_lock_file((const char *)data, size) >= 0);
	free(text);
	return 0;
}
