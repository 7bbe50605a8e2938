/* Which device is it: see the rules at the top of registry.h. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "model/names.h"
#include "model/registry-parts.h"

/* How well an absent device fits a node that has just come; 0: not at all. */
static int
registry_fit(const struct registry_entry *e, const struct bus_node_info *node,
    const struct platform *platform, const char *id)
{
	const struct device *d = &e->device;
	bool same_place = strcmp(d->usb.path, node->path) == 0;
	bool same_kind = d->platform == platform;
	bool by_place = d->id[0] == '\0' || d->usb_mode == PLATFORM_USB_EDL;

	if (d->is_present || d->key[0] == '\0')
		return 0;
	if (id[0] != '\0' && strcmp(e->serial_id, id) == 0) {
		/* Of several with one serial number the place tells. */
		if (same_place)
			return 6;
		return by_place ? 0 : e->is_expected ? 5 : 4;
	}
	/* One of both has no serial number: old bootloaders have none. */
	if (!same_place || !same_kind ||
	    (id[0] != '\0' && e->serial_id[0] != '\0'))
		return 0;
	if (e->is_expected)
		return 3;
	return by_place && id[0] == '\0' ? 2 : 0;
}

struct registry_entry *
registry_recognise(struct registry *r, const struct bus_node_info *node,
    const struct platform *platform, const char *id)
{
	struct registry_entry *best = NULL;
	int best_fit = 0;

	for (size_t i = 0; i < r->count; i++) {
		int fit = registry_fit(r->entries[i], node, platform, id);

		if (fit > best_fit) {
			best = r->entries[i];
			best_fit = fit;
		}
	}
	return best;
}

/* The device that answers to that id, be it here or remembered. */
static struct registry_entry *
registry_owner(struct registry *r, const char *id)
{
	for (size_t i = 0; i < r->count; i++) {
		struct registry_entry *e = r->entries[i];

		if (strcmp(e->device.key, id) == 0)
			return e;
	}
	return NULL;
}

void
registry_label(struct registry *r, struct registry_entry *e)
{
	struct device *d = &e->device;
	const char *name = NULL;

	if (r->names != NULL && d->id[0] != '\0')
		name = names_get(r->names, d->id);
	text_copy(d->nickname, sizeof d->nickname, name != NULL ? name : "");
	if (d->nickname[0] != '\0')
		text_copy(d->label, sizeof d->label, d->nickname);
	else if (d->id[0] != '\0')
		text_copy(d->label, sizeof d->label, d->id);
	else {
		memcpy(d->label, "usb ", 4);
		text_clean(d->label + 4, sizeof d->label - 4, d->usb.path,
		    strlen(d->usb.path));
	}
}

void
registry_identify(struct registry *r, struct registry_entry *e, const char *id)
{
	struct device *d = &e->device;
	struct registry_entry *owner;

	if (id[0] != '\0')
		text_copy(e->serial_id, sizeof e->serial_id, id);
	owner = e->serial_id[0] != '\0' ? registry_owner(r, e->serial_id)
	    : NULL;
	if (d->usb_mode == PLATFORM_USB_EDL)
		text_copy(d->id, sizeof d->id, e->serial_id);
	else if (e->serial_id[0] == '\0' || (owner != NULL && owner != e &&
	    (owner->device.is_present || owner->is_listed)))
		d->id[0] = '\0';
	else
		text_copy(d->id, sizeof d->id, e->serial_id);
	if (d->id[0] != '\0' && d->usb_mode != PLATFORM_USB_EDL) {
		if (owner != NULL && owner != e)
			owner->device.key[0] = '\0';	/* it was this one */
		text_copy(d->key, sizeof d->key, d->id);
	} else {
		memcpy(d->key, "usb:", 4);
		text_copy(d->key + 4, sizeof d->key - 4, d->usb.path);
	}
	registry_label(r, e);
}
