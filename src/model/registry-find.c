/* What a person calls a device: see registry_find(). */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "model/registry.h"

#define FRAGMENT_MIN	4	/* digits of an id that may stand for it */
#define CANDIDATES_MAX	16	/* that an error lists */
#define SHOWN_MAX	80

typedef bool (*find_match)(const struct device *, const char *);

static bool
find_is_id(const struct device *d, const char *text)
{
	return d->id[0] != '\0' && strcasecmp(d->id, text) == 0;
}

static bool
find_is_nickname(const struct device *d, const char *text)
{
	return d->nickname[0] != '\0' && strcmp(d->nickname, text) == 0;
}

static bool
find_is_tty(const struct device *d, const char *text)
{
	if (d->usb.tty[0] == '\0')
		return false;
	return strcmp(d->usb.tty, text) == 0 ||
	    (text_starts(d->usb.tty, "/dev/") &&
	    strcmp(d->usb.tty + strlen("/dev/"), text) == 0);
}

static bool
find_is_path(const struct device *d, const char *text)
{
	return strcmp(d->usb.path, text) == 0;
}

static bool
find_is_fragment(const struct device *d, const char *text)
{
	size_t len = strlen(text), id_len = strlen(d->id);

	if (len < FRAGMENT_MIN || len > id_len)
		return false;
	return strncasecmp(d->id, text, len) == 0 ||
	    strcasecmp(d->id + id_len - len, text) == 0;
}

static const find_match find_ways[] = {
	find_is_id,
	find_is_nickname,
	find_is_tty,
	find_is_path,
	find_is_fragment,
};

struct find {
	const struct device	*first;
	size_t			 count;
	struct buf		 names;		/* "a, b, c" */
};

static void
find_add(struct find *f, const struct device *d)
{
	if (f->count++ == 0)
		f->first = d;
	if (f->count > CANDIDATES_MAX + 1)
		return;
	if (f->count == CANDIDATES_MAX + 1) {
		buf_puts(&f->names, ", ...");
		return;
	}
	buf_printf(&f->names, "%s%s", f->count == 1 ? "" : ", ",
	    device_label(d));
	/* A nickname says nothing about which one it is. */
	if (strcmp(device_label(d), d->id) != 0)
		buf_printf(&f->names, " (%s)", d->id[0] != '\0' ? d->id
		    : platform_shown_name(d->platform, d->usb.product));
}

/* A Qualcomm chip in EDL is taken only where there is nothing else. */
static void
find_any(const struct registry *r, struct find *f)
{
	for (int edl = 0; edl < 2 && f->count == 0; edl++) {
		for (size_t i = 0; i < registry_count(r); i++) {
			const struct device *d = registry_at(r, i);

			if ((d->mode == DEVICE_EDL) == (edl == 1))
				find_add(f, d);
		}
	}
}

static void
find_named(const struct registry *r, struct find *f, const char *text)
{
	char resolved[PATH_MAX];
	const char *tty = text;

	/* /dev/serial/by-id/... is a link to a tty. */
	if (text[0] == '/' && realpath(text, resolved) != NULL)
		tty = resolved;
	for (size_t way = 0; way < sizeof find_ways / sizeof find_ways[0] &&
	    f->count == 0; way++) {
		find_match match = find_ways[way];

		for (size_t i = 0; i < registry_count(r); i++) {
			const struct device *d = registry_at(r, i);

			if (match(d, match == find_is_tty ? tty : text))
				find_add(f, d);
		}
	}
}

bool
registry_is_id(const char *text)
{
	return strlen(text) == DEVICE_ID_LEN && text_is_hex(text);
}

const struct device *
registry_find(const struct registry *r, const char *text, struct error *err)
{
	struct find f = { 0 };
	char shown[SHOWN_MAX];

	if (text == NULL)
		find_any(r, &f);
	else
		find_named(r, &f, text);
	if (f.count > 1) {
		if (text == NULL)
			error_set(err, ERROR_AMBIGUOUS,
			    "several devices are attached, name one: %s",
			    buf_str(&f.names));
		else
			error_set(err, ERROR_AMBIGUOUS, "%s may be any of %s",
			    text_clean(shown, sizeof shown, text,
			    strlen(text)), buf_str(&f.names));
		f.first = NULL;
	} else if (f.count == 0) {
		if (text == NULL)
			error_set(err, ERROR_NO_DEVICE,
			    "no Particle device is attached");
		else
			error_set(err, ERROR_NO_DEVICE,
			    "no device %s is attached", text_clean(shown,
			    sizeof shown, text, strlen(text)));
	}
	buf_fini(&f.names);
	return f.first;
}
