#include "config.h"

#include "model/module-text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "particle/module-list.h"

size_t
module_text_count(const struct device *device)
{
	return device->modules == NULL ? 0 : device->modules->count;
}

static void
module_text_needs(const struct module_list *list,
    const struct module_info *module, char *out, size_t size)
{
	char name[48];
	size_t used = 0;
	int n;

	out[0] = '\0';
	for (size_t i = 0; i < module->dependency_count; i++) {
		const struct module_dependency *d = &module->dependencies[i];

		if (d->type == MODULE_INVALID)
			continue;	/* a slot that is not in use */
		n = snprintf(out + used, size - used, "%s%s %" PRIu32,
		    used == 0 ? "" : ", ",
		    module_name(list, d->type, d->index, name, sizeof name),
		    d->version);
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

bool
module_text_get(const struct device *device, size_t i, struct module_text *out)
{
	const struct module_list *list = device->modules;
	const struct module_info *m;
	char room[48];

	if (i >= module_text_count(device))
		return false;
	m = &list->modules[i];
	*out = (struct module_text){
		.version = m->version,
		.size = m->size,
		.is_main = m->store == MODULE_STORE_MAIN,
		.is_empty = m->type == MODULE_INVALID,
		.is_good = module_failed(m) == 0,
	};
	text_copy(out->name, sizeof out->name,
	    module_name(list, m->type, m->index, room, sizeof room));
	text_copy(out->store, sizeof out->store,
	    module_store_name(m->store, room, sizeof room));
	module_checks_text(module_failed(m), out->failed, sizeof out->failed);
	module_text_needs(list, m, out->needs, sizeof out->needs);
	return true;
}
