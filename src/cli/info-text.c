#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdarg.h>
#include <string.h>

#include "cli/info.h"
#include "cli/report.h"
#include "cli/table.h"

#define VALUE_MAX	512

/* "  label  value"; nothing where the value is not known. */
static void
info_fact(struct table *t, const char *label, const char *value)
{
	char indented[32];

	if (value == NULL || value[0] == '\0')
		return;
	snprintf(indented, sizeof indented, "  %s", label);
	table_add(t, indented);
	table_add(t, value);
}

static void __attribute__((format(printf, 3, 4)))
info_factf(struct table *t, const char *label, const char *fmt, ...)
{
	char value[VALUE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	info_fact(t, label, value);
}

static void
info_platform(struct table *t, const struct device *d)
{
	if (d->usb_mode == PLATFORM_USB_EDL)
		info_fact(t, "platform", report_platform(d));
	else if (d->platform->generation > 0)
		info_factf(t, "platform", "%s (%s, %u), generation %d",
		    report_platform(d), d->platform->name, d->platform->id,
		    d->platform->generation);
	else
		info_factf(t, "platform", "%s (%s, %u)", report_platform(d),
		    d->platform->name, d->platform->id);
	info_fact(t, "product", d->usb.product);
	info_fact(t, "manufacturer", d->usb.manufacturer);
}

static void
info_usb(struct table *t, const struct device *d)
{
	const struct bus_node_info *usb = &d->usb;
	const char *speed = report_speed(usb->speed);

	info_factf(t, "USB", "%s, bus %u, address %u, %04x:%04x%s%s%s, %u mA",
	    usb->path, usb->bus, usb->address, usb->vid, usb->pid,
	    speed != NULL ? ", " : "", speed != NULL ? speed : "",
	    speed != NULL ? " speed" : "", usb->max_power_ma);
	info_fact(t, "tty", usb->tty);
	if (!usb->usb_access)
		info_fact(t, "access", usb->tty[0] != '\0' && usb->tty_access
		    ? "the tty only" : "none");
	else if (usb->tty[0] != '\0' && !usb->tty_access)
		info_fact(t, "access", "USB, but not the tty");
}

static void
info_facts(const struct device *d)
{
	struct table *t = table_new(2);

	info_fact(t, "id", d->id);
	info_fact(t, "nickname", d->nickname);
	info_platform(t, d);
	if (d->mode_reason[0] != '\0')
		info_factf(t, "mode", "%s: %s", device_mode_name(d->mode),
		    d->mode_reason);
	else
		info_fact(t, "mode", device_mode_name(d->mode));
	info_fact(t, "problem", d->problem);
	info_fact(t, "protection", device_protection_name(d->protection));
	info_fact(t, "Device OS", d->system_version);
	info_fact(t, "serial number", d->manufacturing_serial);
	if (strcmp(d->usb.serial, d->id) != 0)
		info_fact(t, "USB serial", d->usb.serial);
	info_fact(t, "cloud", d->cloud);
	info_usb(t, d);
	table_print(t, stdout);
	table_free(t);
}

static void
info_add_module(struct table *t, const struct module_list *list,
    const struct module_info *m)
{
	char text[VALUE_MAX], name[64], checks[128];
	size_t len = 0;

	snprintf(text, sizeof text, "  %s", module_name(list, m->type,
	    m->index, name, sizeof name));
	table_add(t, text);
	snprintf(text, sizeof text, "%" PRIu32, m->version);
	table_add(t, text);
	if (module_failed(m) == 0)
		table_add(t, m->checked != 0 ? "ok" : "");
	else {
		snprintf(text, sizeof text, "fails: %s", module_checks_text(
		    module_failed(m), checks, sizeof checks));
		table_add(t, text);
	}
	text[0] = '\0';
	for (size_t i = 0; i < m->dependency_count && len < sizeof text; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s%s %" PRIu32, i > 0 ? ", " : "needs ",
		    module_name(list, m->dependencies[i].type,
		    m->dependencies[i].index, name, sizeof name),
		    m->dependencies[i].version);
	if (m->store != MODULE_STORE_MAIN && len < sizeof text)
		snprintf(text + len, sizeof text - len, "%s%s",
		    len > 0 ? ", in store " : "in store ",
		    module_store_name(m->store, name, sizeof name));
	table_add(t, text);
}

static void
info_modules(const struct module_list *list)
{
	struct table *t;

	if (list == NULL || list->count == 0)
		return;
	printf("modules\n");
	t = table_new(4);
	for (size_t i = 0; i < list->count; i++)
		info_add_module(t, list, &list->modules[i]);
	table_print(t, stdout);
	table_free(t);
	if (list->is_cut)
		printf("  ... and more\n");
}

static void
info_interfaces(struct cli *cli, const struct device *d)
{
	struct descriptors read;

	if (inspect_descriptors(cli->app->bus, d, &read, NULL) != 0 ||
	    read.interface_count == 0)
		return;
	printf("interfaces\n");
	for (size_t i = 0; i < read.interface_count; i++) {
		const struct descriptor_interface *x = &read.interfaces[i];

		printf("  %u.%u  %02x/%02x/%02x  %s\n", x->number, x->alt,
		    x->class, x->subclass, x->protocol,
		    inspect_interface_name(x));
	}
}

void
info_print(struct cli *cli, const struct device *d)
{
	char label[CLI_LABEL_MAX];

	printf("%s\n", cli_label(d, label));
	info_facts(d);
	info_modules(d->modules);
	info_interfaces(cli, d);
}
