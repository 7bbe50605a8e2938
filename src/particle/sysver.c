#include "config.h"

#include "particle/sysver.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct sysver_text_in {
	const char	*p;
	const char	*end;
};

static bool
sysver_is_digit(const struct sysver_text_in *in)
{
	return in->p < in->end && *in->p >= '0' && *in->p <= '9';
}

static bool
sysver_number(struct sysver_text_in *in, uint16_t *out)
{
	unsigned n = 0;

	if (!sysver_is_digit(in))
		return false;
	for (; sysver_is_digit(in); in->p++) {
		n = n * 10 + (unsigned)(*in->p - '0');
		if (n > UINT16_MAX)
			return false;
	}
	*out = (uint16_t)n;
	return true;
}

static bool
sysver_char(struct sysver_text_in *in, char c)
{
	if (in->p >= in->end || *in->p != c)
		return false;
	in->p++;
	return true;
}

/* "-rc.11"; what can't be read as such is left out. */
static void
sysver_suffix(struct sysver_text_in *in, struct sysver *v)
{
	size_t n = 0;

	if (!sysver_char(in, '-'))
		return;
	for (; in->p < in->end; in->p++) {
		char c = *in->p;

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
			break;
		if (n + 1 < sizeof v->suffix)
			v->suffix[n++] = (char)tolower((unsigned char)c);
	}
	if (n != 0 && sysver_char(in, '.') &&
	    !sysver_number(in, &v->suffix_number))
		v->suffix_number = 0;
}

bool
sysver_parse(struct sysver *v, const void *text, size_t len)
{
	struct sysver_text_in in = { text, (const char *)text + len };

	*v = (struct sysver){ 0 };
	if (len == 0)
		return false;
	if (!sysver_char(&in, 'v') && !sysver_is_digit(&in))
		return false;
	if (!sysver_number(&in, &v->major) || !sysver_char(&in, '.') ||
	    !sysver_number(&in, &v->minor) || !sysver_char(&in, '.') ||
	    !sysver_number(&in, &v->patch)) {
		*v = (struct sysver){ 0 };
		return false;
	}
	sysver_suffix(&in, v);
	return true;
}

int
sysver_compare(const struct sysver *a, const struct sysver *b)
{
	int order;

	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	if (a->minor != b->minor)
		return a->minor < b->minor ? -1 : 1;
	if (a->patch != b->patch)
		return a->patch < b->patch ? -1 : 1;
	if ((a->suffix[0] == '\0') != (b->suffix[0] == '\0'))
		return a->suffix[0] == '\0' ? 1 : -1;
	order = strcmp(a->suffix, b->suffix);
	if (order != 0)
		return order;
	if (a->suffix_number != b->suffix_number)
		return a->suffix_number < b->suffix_number ? -1 : 1;
	return 0;
}

void
sysver_text(const struct sysver *v, char *out, size_t size)
{
	if (v->suffix[0] == '\0')
		snprintf(out, size, "%u.%u.%u", v->major, v->minor, v->patch);
	else
		snprintf(out, size, "%u.%u.%u-%s.%u", v->major, v->minor,
		    v->patch, v->suffix, v->suffix_number);
}

/* Releases whose module version does not spell their name (reference 5.2). */
static const struct {
	uint16_t	module;
	struct sysver	version;
} odd_modules[] = {
	{ 207, { .major = 0, .minor = 7, .patch = 0 } },
	{ 403, { .major = 0, .minor = 9, .patch = 0 } },
	{ 1102, { .major = 1, .minor = 1, .patch = 0 } },
	{ 1502, { .major = 1, .minor = 5, .patch = 0 } },
	{ 2008, { .major = 2, .minor = 0, .patch = 0 } },
	{ 3005, { .major = 3, .minor = 0, .patch = 0 } },
	{ 3103, { .major = 3, .minor = 1, .patch = 0 } },
	{ 4003, { .major = 4, .minor = 0, .patch = 0 } },
	{ 5002, { .major = 5, .minor = 0, .patch = 0 } },
};

/* From 5.6.0 (5600) on the number spells the version: 6101 is 6.1.1. */
#define MODULE_SPELLS	5600

bool
sysver_from_module(uint32_t module_version, struct sysver *v)
{
	*v = (struct sysver){ 0 };
	for (size_t i = 0; i < sizeof odd_modules / sizeof odd_modules[0];
	    i++) {
		if (odd_modules[i].module == module_version) {
			*v = odd_modules[i].version;
			return true;
		}
	}
	if (module_version < MODULE_SPELLS || module_version > 99999)
		return false;
	v->major = (uint16_t)(module_version / 1000);
	v->minor = (uint16_t)(module_version / 100 % 10);
	v->patch = (uint16_t)(module_version % 100);
	return true;
}
