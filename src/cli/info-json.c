#include "config.h"

#include <stdio.h>

#include "cli/info.h"
#include "cli/report.h"

static const struct {
	uint32_t	 bit;
	const char	*name;
} info_checks[] = {
	{ MODULE_CHECK_INTEGRITY, "integrity" },
	{ MODULE_CHECK_DEPENDENCY, "dependencies" },
	{ MODULE_CHECK_RANGE, "range" },
	{ MODULE_CHECK_PLATFORM, "platform" },
};

/* Each check that was made, and whether it was passed. */
static struct json *
info_checks_json(const struct module_info *m)
{
	struct json *json = json_new_object();

	for (size_t i = 0; i < sizeof info_checks / sizeof info_checks[0]; i++)
		if ((m->checked & info_checks[i].bit) != 0)
			json_put_bool(json, info_checks[i].name,
			    (m->passed & info_checks[i].bit) != 0);
	return json;
}

static struct json *
info_dependency_json(const struct module_list *list,
    const struct module_dependency *dep)
{
	struct json *json = json_new_object();
	char name[64];

	json_put_text(json, "name", module_name(list, dep->type, dep->index,
	    name, sizeof name));
	json_put_integer(json, "type", dep->type);
	json_put_integer(json, "index", dep->index);
	json_put_integer(json, "version", dep->version);
	return json;
}

static struct json *
info_module_json(const struct module_list *list, const struct module_info *m)
{
	struct json *json = json_new_object(), *needs = json_new_array();
	char text[64], hash[2 * MODULE_HASH_LENGTH + 1];

	json_put_text(json, "name", module_name(list, m->type, m->index, text,
	    sizeof text));
	json_put_integer(json, "type", m->type);
	json_put_integer(json, "index", m->index);
	json_put_integer(json, "version", m->version);
	json_put_text(json, "store", module_store_name(m->store, text,
	    sizeof text));
	json_put_integer(json, "size", m->size);
	json_put_integer(json, "max_size", m->max_size);
	json_put_bool(json, "ok", module_failed(m) == 0);
	json_put_child(json, "checks", info_checks_json(m));
	for (size_t i = 0; i < m->dependency_count; i++)
		json_add_child(needs, info_dependency_json(list,
		    &m->dependencies[i]));
	json_put_child(json, "needs", needs);
	for (size_t i = 0; m->has_hash && i < MODULE_HASH_LENGTH; i++)
		snprintf(hash + 2 * i, 3, "%02x", m->hash[i]);
	json_put_text(json, "sha256", m->has_hash ? hash : NULL);
	return json;
}

static void
info_put_modules(struct json *json, const struct device *d)
{
	struct json *modules;

	if (d->modules == NULL) {
		json_put_null(json, "modules");
		return;
	}
	modules = json_new_array();
	for (size_t i = 0; i < d->modules->count; i++)
		json_add_child(modules, info_module_json(d->modules,
		    &d->modules->modules[i]));
	json_put_child(json, "modules", modules);
}

static struct json *
info_interface_json(const struct descriptor_interface *i)
{
	struct json *json = json_new_object();

	json_put_integer(json, "number", i->number);
	json_put_integer(json, "alt", i->alt);
	json_put_integer(json, "class", i->class);
	json_put_integer(json, "subclass", i->subclass);
	json_put_integer(json, "protocol", i->protocol);
	json_put_integer(json, "endpoints", i->endpoint_count);
	json_put_text(json, "name", inspect_interface_name(i));
	return json;
}

static void
info_put_descriptors(struct cli *cli, struct json *json,
    const struct device *d)
{
	struct json *descriptors, *interfaces;
	struct descriptors read;
	char version[16];

	if (inspect_descriptors(cli->app->bus, d, &read, NULL) != 0) {
		json_put_null(json, "descriptors");
		return;
	}
	descriptors = json_new_object();
	interfaces = json_new_array();
	snprintf(version, sizeof version, "%x.%02x", read.usb_version >> 8,
	    read.usb_version & 0xff);
	json_put_text(descriptors, "usb_version", version);
	snprintf(version, sizeof version, "%x.%02x", read.release >> 8,
	    read.release & 0xff);
	json_put_text(descriptors, "release", version);
	json_put_integer(descriptors, "max_power_ma", read.max_power_ma);
	json_put_bool(descriptors, "self_powered", read.is_self_powered);
	for (size_t i = 0; i < read.interface_count; i++)
		json_add_child(interfaces,
		    info_interface_json(&read.interfaces[i]));
	json_put_child(descriptors, "interfaces", interfaces);
	json_put_child(json, "descriptors", descriptors);
}

void
info_put_json(struct cli *cli, struct json *json, const struct device *d)
{
	report_put_device(json, d);
	json_put_text_or_null(json, "manufacturer", d->usb.manufacturer);
	json_put_text_or_null(json, "usb_serial", d->usb.serial);
	json_put_text_or_null(json, "manufacturing_serial",
	    d->manufacturing_serial);
	json_put_text_or_null(json, "cloud", d->cloud);
	info_put_modules(json, d);
	info_put_descriptors(cli, json, d);
}
