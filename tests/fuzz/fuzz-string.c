/* String descriptors, and what is read from strings of a device: its id, its
 * version, its state. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "input.h"
#include "particle/descriptor.h"
#include "particle/device-id.h"
#include "particle/dfuse.h"
#include "particle/sysver.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_id(bool is_id, const char *id)
{
	HOLDS(strlen(id) == (is_id ? DEVICE_ID_LENGTH : 0));
	HOLDS(strspn(id, "0123456789abcdef") == strlen(id));
}

static void
check_text(const char *text, size_t len)
{
	char id[DEVICE_ID_SIZE], again[SYSVER_TEXT_MAX];
	char *copy = xstrndup(text, len);
	struct sysver a, b;
	bool is_id;

	is_id = device_id_parse(id, text, len);
	check_id(is_id, id);
	is_id = device_id_from_edl(id, copy);
	check_id(is_id, id);
	dfuse_state_parse(copy);
	if (sysver_parse(&a, text, len)) {
		sysver_text(&a, again, sizeof again);
		HOLDS(sysver_parse(&b, again, strlen(again)));
		HOLDS(sysver_compare(&a, &b) == 0);
	}
	free(copy);
}

static void
check_utf8(const char *s)
{
	size_t len = strlen(s);

	while (len != 0) {
		uint32_t c;
		size_t n = utf8_decode(s, len, &c);

		HOLDS(n != 0 && n <= len);
		s += n;
		len -= n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char out[DESCRIPTOR_STRING_SIZE], small[8];

	if (descriptor_string(out, sizeof out, data, len)) {
		HOLDS(strlen(out) < sizeof out);
		check_utf8(out);
		check_text(out, strlen(out));
	}
	if (descriptor_string(small, sizeof small, data, len)) {
		HOLDS(strlen(small) < sizeof small);
		check_utf8(small);
	}
	check_text((const char *)data, len);
	return 0;
}
