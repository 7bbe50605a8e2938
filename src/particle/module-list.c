#include "config.h"

#include "particle/module-list.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

struct module_list *
module_list_new(void)
{
	return xcalloc(1, sizeof(struct module_list));
}

void
module_list_free(struct module_list *list)
{
	if (list == NULL)
		return;
	free(list->modules);
	free(list);
}

struct module_info *
module_list_add(struct module_list *list)
{
	if (list->count == MODULE_LIST_MAX) {
		list->is_cut = true;
		return NULL;
	}
	list->modules = xreallocarray(list->modules, list->count + 1,
	    sizeof *list->modules);
	list->modules[list->count] = (struct module_info){ 0 };
	return &list->modules[list->count++];
}

const struct module_info *
module_list_find(const struct module_list *list, uint32_t type, uint32_t index)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct module_info *m = &list->modules[i];

		if (m->type == type && m->index == index &&
		    m->store == MODULE_STORE_MAIN)
			return m;
	}
	return NULL;
}

uint32_t
module_failed(const struct module_info *module)
{
	return module->checked & ~module->passed;
}

static const char *const type_names[] = {
	[MODULE_INVALID] = "invalid",
	[MODULE_RESOURCE] = "resource",
	[MODULE_BOOTLOADER] = "bootloader",
	[MODULE_MONO] = "monolithic firmware",
	[MODULE_SYSTEM] = "system part",
	[MODULE_USER] = "user part",
	[MODULE_SETTINGS] = "settings",
	[MODULE_NCP] = "NCP",
	[MODULE_RADIO_STACK] = "radio stack",
	[MODULE_ASSET] = "asset",
};

static bool
module_has_several(const struct module_list *list, uint32_t type)
{
	uint32_t first = 0;
	size_t seen = 0;

	for (size_t i = 0; list != NULL && i < list->count; i++) {
		const struct module_info *m = &list->modules[i];

		if (m->type != type || m->store != MODULE_STORE_MAIN)
			continue;
		if (seen++ == 0)
			first = m->index;
		else if (m->index != first)
			return true;
	}
	return false;
}

const char *
module_name(const struct module_list *list, uint32_t type, uint32_t index,
    char *out, size_t size)
{
	if (type >= MODULE_UNKNOWN_OLD(0))
		snprintf(out, size, "unknown (%u)", type - MODULE_UNKNOWN_OLD(0));
	else if (type >= sizeof type_names / sizeof type_names[0])
		snprintf(out, size, "unknown (%u)", type);
	else if (module_has_several(list, type))
		snprintf(out, size, "%s %u", type_names[type], index);
	else
		return type_names[type];
	return out;
}

const char *
module_store_name(uint32_t store, char *out, size_t size)
{
	static const char *const names[] = {
		[MODULE_STORE_MAIN] = "main",
		[MODULE_STORE_FACTORY] = "factory",
		[MODULE_STORE_BACKUP] = "backup",
		[MODULE_STORE_SCRATCHPAD] = "scratchpad",
	};

	if (store < sizeof names / sizeof names[0])
		return names[store];
	snprintf(out, size, "unknown (%u)", store);
	return out;
}

const char *
module_checks_text(uint32_t checks, char *out, size_t size)
{
	static const struct {
		uint32_t	 bit;
		const char	*name;
	} names[] = {
		{ MODULE_CHECK_INTEGRITY, "integrity" },
		{ MODULE_CHECK_DEPENDENCY, "dependencies" },
		{ MODULE_CHECK_RANGE, "range" },
		{ MODULE_CHECK_PLATFORM, "platform" },
	};
	size_t used = 0;

	if (size != 0)
		out[0] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		int n;

		if ((checks & names[i].bit) == 0)
			continue;
		checks &= ~names[i].bit;
		n = snprintf(out + used, size - used, "%s%s",
		    used == 0 ? "" : ", ", names[i].name);
		if (n < 0 || (size_t)n >= size - used)
			return out;
		used += (size_t)n;
	}
	if (checks != 0)
		snprintf(out + used, size - used, "%sunknown (0x%x)",
		    used == 0 ? "" : ", ", checks);
	return out;
}

/* "system" reads better than "system part" where there is only one. */
static const char *
module_short_name(const struct module_list *list, uint32_t type,
    uint32_t index, char *out, size_t size)
{
	if (type == MODULE_SYSTEM && !module_has_several(list, type))
		return "system";
	return module_name(list, type, index, out, size);
}

/* The first dependency that the modules on the device don't meet. */
static const struct module_dependency *
module_unmet(const struct module_list *list, const struct module_info *module)
{
	for (size_t i = 0; i < module->dependency_count; i++) {
		const struct module_dependency *d = &module->dependencies[i];
		const struct module_info *has;

		if (d->type == MODULE_INVALID)
			continue;	/* a slot that is not in use */
		has = module_list_find(list, d->type, d->index);
		if (has == NULL || has->version < d->version)
			return d;
	}
	return NULL;
}

static bool
module_reason(const struct module_list *list, const struct module_info *module,
    char *out, size_t size)
{
	uint32_t failed = module_failed(module);
	const struct module_dependency *unmet;
	const struct module_info *has;
	char name[48], needed[48];
	const char *who, *what;

	who = module_name(list, module->type, module->index, name, sizeof name);
	if ((failed & MODULE_CHECK_INTEGRITY) != 0) {
		snprintf(out, size, "%s fails its integrity check", who);
		return true;
	}
	if ((failed & MODULE_CHECK_DEPENDENCY) == 0)
		return false;
	unmet = module_unmet(list, module);
	if (unmet == NULL) {
		snprintf(out, size, "%s fails its dependency check", who);
		return true;
	}
	what = module_short_name(list, unmet->type, unmet->index, needed,
	    sizeof needed);
	has = module_list_find(list, unmet->type, unmet->index);
	if (has == NULL)
		snprintf(out, size, "%s needs %s %u, device has none", who,
		    what, unmet->version);
	else
		snprintf(out, size, "%s needs %s %u, device has %u", who, what,
		    unmet->version, has->version);
	return true;
}

bool
module_list_safe_mode_reason(const struct module_list *list, char *out,
    size_t size)
{
	/* What is broken further down explains what is broken above it. */
	static const uint32_t types[] = {
		MODULE_SYSTEM, MODULE_MONO, MODULE_USER,
	};

	if (size != 0)
		out[0] = '\0';
	for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
		for (size_t i = 0; i < list->count; i++) {
			const struct module_info *m = &list->modules[i];

			if (m->type == types[t] &&
			    m->store == MODULE_STORE_MAIN &&
			    module_reason(list, m, out, size))
				return true;
		}
	}
	return false;
}
