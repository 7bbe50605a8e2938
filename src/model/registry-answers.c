/* What the questions brought, and whose word counts. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "model/registry-parts.h"
#include "particle/module-list.h"

void
registry_asked(struct registry *r, uint32_t number, uint64_t now_us)
{
	struct registry_entry *e = registry_entry(r, number);

	if (e != NULL && e->device.is_present)
		e->device.asked_us = now_us;
}

static void
registry_take_mode(struct registry_entry *e, const struct registry_answers *a,
    uint64_t now_us)
{
	/* No request tells safe mode, and some versions tell no mode at all. */
	if (e->is_safe &&
	    (a->mode == DEVICE_NORMAL || a->mode == DEVICE_UNKNOWN))
		registry_set_mode(e, DEVICE_SAFE, "pterm sent it there",
		    now_us);
	else
		registry_set_mode(e, a->mode,
		    a->mode_reason != NULL ? a->mode_reason : "", now_us);
}

static void
registry_take_text(char *dst, size_t size, const char *text)
{
	if (text != NULL)
		text_clean(dst, size, text, strlen(text));
}

void
registry_answered(struct registry *r, uint32_t number,
    const struct registry_answers *a, uint64_t now_us)
{
	struct registry_entry *e = registry_entry(r, number);
	struct device old;
	struct device *d;

	if (e == NULL || !e->device.is_present) {
		module_list_free(a->modules);
		return;
	}
	d = &e->device;
	if (!a->still_open)
		d->asked_us = 0;
	memcpy(&old, d, sizeof old);
	if (a->has_mode)
		registry_take_mode(e, a, now_us);
	if (a->has_protection)
		d->protection = a->protection;
	registry_take_text(d->system_version, sizeof d->system_version,
	    a->system_version);
	registry_take_text(d->manufacturing_serial,
	    sizeof d->manufacturing_serial, a->manufacturing_serial);
	registry_take_text(d->cloud, sizeof d->cloud, a->cloud);
	if (a->modules != NULL) {
		module_list_free(d->modules);
		d->modules = a->modules;
		d->modules_are_current = true;
	}
	if (a->has_problem) {
		registry_take_text(e->answer_problem, sizeof e->answer_problem,
		    a->problem);
		registry_set_problem(e);
	}
	if (memcmp(&old, d, sizeof old) != 0)
		registry_notify(r, REGISTRY_CHANGED, e);
}
