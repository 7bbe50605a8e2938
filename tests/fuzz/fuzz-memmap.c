/* DfuSe memory maps. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "input.h"
#include "particle/dfuse.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = xstrndup((const char *)data, len);
	struct dfuse_map map;
	struct error err;
	int rc;

	rc = dfuse_map_parse(&map, text, &err);
	HOLDS((rc == 0) == (map.count != 0));
	HOLDS(map.count <= DFUSE_SEGMENTS_MAX);
	HOLDS(memchr(map.name, '\0', sizeof map.name) != NULL);
	for (size_t i = 0; i < map.count; i++) {
		const struct dfuse_segment *s = &map.segments[i];

		HOLDS(s->sector_size != 0 && s->sector_count != 0);
		HOLDS(s->access >= 1 && s->access <= 7);
		HOLDS(dfuse_segment_end(s) > s->start);
		HOLDS(dfuse_segment_end(s) <= (uint64_t)UINT32_MAX + 1);
		HOLDS(dfuse_map_find(&map, s->start) != NULL);
	}
	dfuse_map_is_protected(&map);
	free(text);
	return 0;
}
