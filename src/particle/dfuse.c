#include "config.h"

#include "particle/dfuse.h"

#include <string.h>

/* What is left of the text. */
struct dfuse_text {
	const char	*p;
};

static bool
dfuse_char(struct dfuse_text *t, char c)
{
	if (*t->p != c)
		return false;
	t->p++;
	return true;
}

static int
dfuse_digit(char c, unsigned base)
{
	int v = -1;

	if (c >= '0' && c <= '9')
		v = c - '0';
	else if (c >= 'a' && c <= 'f')
		v = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		v = c - 'A' + 10;
	return v < (int)base ? v : -1;
}

static bool
dfuse_number(struct dfuse_text *t, unsigned base, uint32_t *out)
{
	uint64_t n = 0;
	const char *start = t->p;

	for (int v; (v = dfuse_digit(*t->p, base)) >= 0; t->p++) {
		n = n * base + (unsigned)v;
		if (n > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)n;
	return t->p != start;
}

/* "K": the unit of a sector size; none is bytes, as is a space. */
static bool
dfuse_unit(struct dfuse_text *t, uint32_t *size)
{
	uint64_t n = *size;

	switch (*t->p) {
	case 'B':
	case ' ':
		t->p++;
		break;
	case 'K':
		n *= 1024;
		t->p++;
		break;
	case 'M':
		n *= 1024 * 1024;
		t->p++;
		break;
	default:
		break;
	}
	*size = (uint32_t)n;
	return n != 0 && n <= UINT32_MAX;
}

/* "03*016Ka" */
static const char *
dfuse_segment(struct dfuse_text *t, uint64_t start, struct dfuse_segment *s)
{
	if (!dfuse_number(t, 10, &s->sector_count) || !dfuse_char(t, '*') ||
	    !dfuse_number(t, 10, &s->sector_size))
		return "no count*size";
	if (s->sector_count == 0 || !dfuse_unit(t, &s->sector_size))
		return "a size is out of range";
	if (*t->p < 'a' || *t->p > 'g')
		return "unknown access letter";
	s->access = (uint8_t)(*t->p++ & 7);
	if (start > UINT32_MAX)
		return "it ends above 4 GiB";
	s->start = (uint32_t)start;
	if (dfuse_segment_end(s) > (uint64_t)UINT32_MAX + 1)
		return "it ends above 4 GiB";
	return NULL;
}

/* "/0x08000000/03*016Ka,01*016Kg" */
static const char *
dfuse_group(struct dfuse_text *t, struct dfuse_map *map)
{
	uint32_t address;
	uint64_t start;

	if (!dfuse_char(t, '/') || !dfuse_char(t, '0') ||
	    !(dfuse_char(t, 'x') || dfuse_char(t, 'X')) ||
	    !dfuse_number(t, 16, &address) || !dfuse_char(t, '/'))
		return "no /0xADDRESS/";
	start = address;
	do {
		struct dfuse_segment *s;
		const char *wrong;

		if (map->count == DFUSE_SEGMENTS_MAX)
			return "too many segments";
		s = &map->segments[map->count];
		wrong = dfuse_segment(t, start, s);
		if (wrong != NULL)
			return wrong;
		start = dfuse_segment_end(s);
		map->count++;
	} while (dfuse_char(t, ','));
	return NULL;
}

static const char *
dfuse_name(struct dfuse_text *t, struct dfuse_map *map)
{
	size_t len;

	if (!dfuse_char(t, '@'))
		return "it does not begin with @";
	len = strcspn(t->p, "/");
	while (len != 0 && *t->p == ' ') {
		t->p++;
		len--;
	}
	for (size_t n = len; n != 0; n--) {
		if (t->p[n - 1] != ' ')
			break;
		len = n - 1;
	}
	if (len >= sizeof map->name)
		return "the name is too long";
	memcpy(map->name, t->p, len);
	map->name[len] = '\0';
	t->p += strcspn(t->p, "/");
	return NULL;
}

int
dfuse_map_parse(struct dfuse_map *map, const char *text, struct error *err)
{
	struct dfuse_text t = { text };
	const char *wrong;

	*map = (struct dfuse_map){ 0 };
	wrong = dfuse_name(&t, map);
	while (wrong == NULL && (map->count == 0 || *t.p == '/'))
		wrong = dfuse_group(&t, map);
	if (wrong == NULL && *t.p != '\0' && *t.p != ' ')
		wrong = "something follows the last segment";
	if (wrong == NULL)
		return 0;
	map->count = 0;
	return error_set(err, ERROR_PROTOCOL,
	    "the memory map makes no sense: %s", wrong);
}

uint64_t
dfuse_segment_end(const struct dfuse_segment *segment)
{
	return segment->start +
	    (uint64_t)segment->sector_size * segment->sector_count;
}

const struct dfuse_segment *
dfuse_map_find(const struct dfuse_map *map, uint32_t address)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct dfuse_segment *s = &map->segments[i];

		if (address >= s->start && address < dfuse_segment_end(s))
			return s;
	}
	return NULL;
}

bool
dfuse_map_is_protected(const struct dfuse_map *map)
{
	for (size_t i = 0; i < map->count; i++) {
		if (map->segments[i].access != DFUSE_ERASABLE)
			return false;
	}
	return map->count != 0;
}

enum dfuse_state
dfuse_state_parse(const char *text)
{
	for (const char *p = text; *p != '\0'; p += strspn(p, ";")) {
		size_t len = strcspn(p, ";");

		if (len == 4 && strncmp(p, "sm=", 3) == 0) {
			switch (p[3]) {
			case 'o':
				return DFUSE_STATE_OPEN;
			case 'p':
				return DFUSE_STATE_PROTECTED;
			case 's':
				return DFUSE_STATE_SERVICE;
			default:
				return DFUSE_STATE_UNKNOWN;
			}
		}
		p += len;
	}
	return DFUSE_STATE_UNKNOWN;
}
