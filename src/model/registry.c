#include "config.h"

#include "model/registry.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/registry-parts.h"
#include "particle/module-list.h"

struct registry *
registry_new(struct names *names)
{
	struct registry *r = xcalloc(1, sizeof *r);

	r->names = names;
	return r;
}

void
registry_free(struct registry *r)
{
	struct registry_listener *next;

	if (r == NULL)
		return;
	for (size_t i = 0; i < r->count; i++) {
		module_list_free(r->entries[i]->device.modules);
		free(r->entries[i]);
	}
	for (struct registry_listener *l = r->listeners; l != NULL; l = next) {
		next = l->next;
		free(l);
	}
	free(r->entries);
	free(r->list);
	free(r);
}

/* --- Listeners ---------------------------------------------------------- */

struct registry_listener *
registry_listen(struct registry *r, registry_cb cb, void *arg)
{
	struct registry_listener *l = xcalloc(1, sizeof *l), **end;

	l->registry = r;
	l->cb = cb;
	l->arg = arg;
	for (end = &r->listeners; *end != NULL; end = &(*end)->next)
		;
	*end = l;
	return l;
}

static void
registry_sweep(struct registry *r)
{
	struct registry_listener **at = &r->listeners;

	while (*at != NULL) {
		struct registry_listener *l = *at;

		if (l->cb == NULL) {
			*at = l->next;
			free(l);
		} else {
			at = &l->next;
		}
	}
}

void
registry_unlisten(struct registry_listener *l)
{
	if (l == NULL)
		return;
	l->cb = NULL;
	if (l->registry->notifying == 0)
		registry_sweep(l->registry);
}

void
registry_notify(struct registry *r, enum registry_event event,
    const struct registry_entry *e)
{
	r->notifying++;
	for (struct registry_listener *l = r->listeners; l != NULL; l = l->next)
		if (l->cb != NULL)
			l->cb(event, &e->device, l->arg);
	r->notifying--;
	if (r->notifying == 0)
		registry_sweep(r);
}

/* --- The list ----------------------------------------------------------- */

/* "1-1.2" before "1-1.10": numbers count, not digits. */
static int
registry_compare_paths(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *end_a, *end_b;
			unsigned long n = strtoul(a, &end_a, 10);
			unsigned long m = strtoul(b, &end_b, 10);

			if (n != m)
				return n < m ? -1 : 1;
			a = end_a;
			b = end_b;
			continue;
		}
		if (*a != *b)
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		a++;
		b++;
	}
	return (*a != '\0') - (*b != '\0');
}

static bool
registry_before(const struct registry_entry *a, const struct registry_entry *b)
{
	int order = registry_compare_paths(a->device.usb.path,
	    b->device.usb.path);

	return order != 0 ? order < 0 : a->device.number < b->device.number;
}

static void
registry_take_out(struct registry *r, const struct registry_entry *e)
{
	size_t i = 0;

	while (i < r->list_count && r->list[i] != e)
		i++;
	if (i == r->list_count)
		return;
	r->list_count--;
	memmove(r->list + i, r->list + i + 1,
	    (r->list_count - i) * sizeof *r->list);
}

/* At its place, wherever it stood before: only its own path has changed. */
static void
registry_put_in(struct registry *r, struct registry_entry *e)
{
	size_t low = 0, high;

	registry_take_out(r, e);
	high = r->list_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (registry_before(r->list[mid], e))
			low = mid + 1;
		else
			high = mid;
	}
	memmove(r->list + low + 1, r->list + low,
	    (r->list_count - low) * sizeof *r->list);
	r->list[low] = e;
	r->list_count++;
}

size_t
registry_count(const struct registry *r)
{
	return r->list_count;
}

const struct device *
registry_at(const struct registry *r, size_t i)
{
	return i < r->list_count ? &r->list[i]->device : NULL;
}

struct registry_entry *
registry_entry(const struct registry *r, uint32_t number)
{
	/* Numbers are given in order and entries never go: 1, 2, 3, ... */
	if (number == 0 || number > r->count)
		return NULL;
	return r->entries[number - 1];
}

const struct device *
registry_get(const struct registry *r, uint32_t number)
{
	const struct registry_entry *e = registry_entry(r, number);

	return e != NULL ? &e->device : NULL;
}

static struct registry_entry *
registry_entry_by_node(const struct registry *r, bus_node node)
{
	for (size_t i = 0; i < r->count; i++) {
		struct registry_entry *e = r->entries[i];

		if (e->device.is_present && e->device.usb.node == node)
			return e;
	}
	return NULL;
}

const struct device *
registry_by_node(const struct registry *r, bus_node node)
{
	const struct registry_entry *e = registry_entry_by_node(r, node);

	return e != NULL ? &e->device : NULL;
}

static struct registry_entry *
registry_entry_new(struct registry *r)
{
	struct registry_entry *e = xcalloc(1, sizeof *e);

	if (r->count == r->cap) {
		r->cap = r->cap == 0 ? 16 : r->cap * 2;
		r->entries = xreallocarray(r->entries, r->cap,
		    sizeof *r->entries);
		r->list = xreallocarray(r->list, r->cap, sizeof *r->list);
	}
	e->device.number = ++r->last_number;
	r->entries[r->count++] = e;
	return e;
}

/* --- What is known of it ------------------------------------------------ */

void
registry_set_mode(struct registry_entry *e, enum device_mode mode,
    const char *reason, uint64_t now_us)
{
	struct device *d = &e->device;

	if (d->mode != mode)
		d->mode_since_us = now_us;
	d->mode = mode;
	text_clean(d->mode_reason, sizeof d->mode_reason, reason,
	    strlen(reason));
}

void
registry_set_problem(struct registry_entry *e)
{
	text_copy(e->device.problem, sizeof e->device.problem,
	    e->answer_problem[0] != '\0' ? e->answer_problem : e->bus_problem);
}

/* What the host knows without asking: access, and what the PID says. */
static void
registry_derive(struct registry_entry *e, uint64_t now_us)
{
	struct device *d = &e->device;
	bool denied = !d->usb.usb_access ||
	    (d->usb.tty[0] != '\0' && !d->usb.tty_access);

	e->bus_problem[0] = '\0';
	if (denied && d->usb_mode != PLATFORM_USB_EDL)
		text_clean(e->bus_problem, sizeof e->bus_problem,
		    d->usb.denied, strlen(d->usb.denied));
	if (d->usb_mode == PLATFORM_USB_DFU)
		registry_set_mode(e, DEVICE_DFU, "", now_us);
	else if (d->usb_mode == PLATFORM_USB_EDL)
		registry_set_mode(e, DEVICE_EDL,
		    "Qualcomm EDL, maybe Tachyon", now_us);
	else if ((d->platform->quirks & PLATFORM_QUIRK_NO_CONTROL) != 0)
		registry_set_mode(e, DEVICE_NORMAL,
		    "takes no control requests, so its mode can't be asked",
		    now_us);
	else if (!d->usb.usb_access)
		registry_set_mode(e, DEVICE_NO_PERMISSION, "", now_us);
	registry_set_problem(e);
}

/* Another kind of device under the old name: nothing carries over. */
static void
registry_forget_facts(struct device *d)
{
	d->protection = DEVICE_PROTECTION_UNKNOWN;
	d->system_version[0] = '\0';
	d->manufacturing_serial[0] = '\0';
	module_list_free(d->modules);
	d->modules = NULL;
}

static void
registry_gone(struct registry_entry *e)
{
	struct device *d = &e->device;

	d->is_present = false;
	d->departures++;
	d->asked_us = 0;
	d->modules_are_current = false;
	d->cloud[0] = '\0';
	e->is_safe = false;
	e->answer_problem[0] = '\0';
}

static void
registry_unlist(struct registry *r, struct registry_entry *e)
{
	e->is_listed = false;
	e->is_expected = false;
	registry_take_out(r, e);
	registry_notify(r, REGISTRY_REMOVED, e);
}

/* --- The bus ------------------------------------------------------------ */

static void
registry_node_id(char id[DEVICE_ID_SIZE], const struct bus_node_info *node,
    enum platform_usb_mode mode)
{
	bool good = mode == PLATFORM_USB_EDL
	    ? device_id_from_edl(id, node->product)
	    : device_id_parse(id, node->serial, strlen(node->serial));

	if (!good)
		id[0] = '\0';
}

void
registry_node_added(struct registry *r, const struct bus_node_info *node,
    uint64_t now_us)
{
	enum platform_usb_mode usb_mode;
	const struct platform *platform = platform_by_usb(node->vid, node->pid,
	    &usb_mode);
	struct registry_entry *e;
	char id[DEVICE_ID_SIZE];
	struct device *d;
	bool was_listed;

	if (platform == NULL || registry_entry_by_node(r, node->node) != NULL)
		return;
	registry_node_id(id, node, usb_mode);
	/* The end of the last attachment at this place may be told late. */
	for (size_t i = 0; i < r->count; i++) {
		d = &r->entries[i]->device;
		if (d->is_present && node->path[0] != '\0' &&
		    strcmp(d->usb.path, node->path) == 0)
			registry_node_removed(r, d->usb.node, now_us);
	}
	e = registry_recognise(r, node, platform, id);
	if (e == NULL)
		e = registry_entry_new(r);
	d = &e->device;
	if (d->platform != platform)
		registry_forget_facts(d);
	d->platform = platform;
	d->usb_mode = usb_mode;
	d->usb = *node;
	d->is_present = true;
	d->since_us = now_us;
	registry_identify(r, e, id);
	registry_set_mode(e, DEVICE_UNKNOWN, "", now_us);
	registry_derive(e, now_us);
	was_listed = e->is_listed;
	e->is_listed = true;
	e->is_expected = false;
	registry_put_in(r, e);
	registry_notify(r, was_listed ? REGISTRY_CHANGED : REGISTRY_ADDED, e);
}

void
registry_node_changed(struct registry *r, const struct bus_node_info *node,
    uint64_t now_us)
{
	struct registry_entry *e = registry_entry_by_node(r, node->node);
	bool may_ask;

	if (e == NULL)
		return;
	may_ask = node->usb_access && !e->device.usb.usb_access;
	e->device.usb = *node;
	if (may_ask && e->device.mode == DEVICE_NO_PERMISSION)
		registry_set_mode(e, DEVICE_UNKNOWN, "", now_us);
	registry_derive(e, now_us);
	registry_notify(r, REGISTRY_CHANGED, e);
}

void
registry_node_removed(struct registry *r, bus_node node, uint64_t now_us)
{
	struct registry_entry *e = registry_entry_by_node(r, node);

	if (e == NULL)
		return;
	registry_gone(e);
	if (!e->is_expected || e->deadline_us <= now_us) {
		registry_unlist(r, e);
		return;
	}
	registry_set_mode(e, DEVICE_SWITCHING, "", now_us);
	e->device.going_to = e->going_to;
	registry_set_problem(e);
	registry_notify(r, REGISTRY_CHANGED, e);
}

/* --- Jobs --------------------------------------------------------------- */

void
registry_expect(struct registry *r, uint32_t number, enum device_mode going_to,
    uint64_t deadline_us)
{
	struct registry_entry *e = registry_entry(r, number);

	if (e == NULL)
		return;
	e->is_expected = true;
	e->going_to = going_to;
	e->deadline_us = deadline_us;
	if (e->is_listed && !e->device.is_present) {
		e->device.going_to = going_to;
		registry_notify(r, REGISTRY_CHANGED, e);
	}
}

void
registry_expect_no_more(struct registry *r, uint32_t number, uint64_t now_us)
{
	struct registry_entry *e = registry_entry(r, number);

	(void)now_us;
	if (e == NULL || !e->is_expected)
		return;
	e->is_expected = false;
	if (e->is_listed && !e->device.is_present)
		registry_unlist(r, e);
}

void
registry_set_job(struct registry *r, uint32_t number, uint32_t job)
{
	struct registry_entry *e = registry_entry(r, number);

	if (e == NULL || e->device.job == job)
		return;
	e->device.job = job;
	registry_notify(r, REGISTRY_CHANGED, e);
}

void
registry_sent_to_safe_mode(struct registry *r, uint32_t number)
{
	struct registry_entry *e = registry_entry(r, number);

	if (e != NULL && e->device.is_present)
		e->is_safe = true;
}

/* --- Names and time --------------------------------------------------- */

void
registry_name_changed(struct registry *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct registry_entry *e = r->entries[i];
		char old[DEVICE_NAME_MAX];

		memcpy(old, e->device.nickname, sizeof old);
		registry_label(r, e);
		if (strcmp(old, e->device.nickname) != 0 && e->is_listed)
			registry_notify(r, REGISTRY_CHANGED, e);
	}
}

uint64_t
registry_next_deadline(const struct registry *r)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < r->list_count; i++) {
		const struct registry_entry *e = r->list[i];

		if (e->is_expected && !e->device.is_present &&
		    e->deadline_us < next)
			next = e->deadline_us;
	}
	return next;
}

void
registry_tick(struct registry *r, uint64_t now_us)
{
	for (size_t i = 0; i < r->count; i++) {
		struct registry_entry *e = r->entries[i];

		if (e->is_listed && e->is_expected && !e->device.is_present &&
		    e->deadline_us <= now_us)
			registry_unlist(r, e);
	}
}
