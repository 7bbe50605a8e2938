#include "config.h"

#include "cli/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/report.h"

/* The registry announces more than is shown: what was told of a device last is
 * kept, as its JSON text, and a change that does not show is not told. */
struct watched {
	uint32_t		 number;
	enum device_mode	 mode;
	bool			 is_present;
	bus_node		 node;
	struct buf		 told;
};

struct watch {
	struct cli		*cli;
	watch_cb		 cb;
	struct registry_listener *listener;
	struct watched		*list;
	size_t			 count;
};

static struct watched *
watch_get(struct watch *w, uint32_t number)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->list[i].number == number)
			return &w->list[i];
	w->list = xreallocarray(w->list, w->count + 1, sizeof *w->list);
	w->list[w->count] = (struct watched){ .number = number };
	return &w->list[w->count++];
}

static void
watch_describe(const struct device *d, struct buf *out)
{
	struct json *json = report_device(d);

	json_write(json, false, out);
	json_free(json);
}

/* Notes how the device is now; whether that shows, and as what. */
static bool
watch_note(struct watched *w, const struct device *d,
    enum watch_change *change)
{
	bool is_back = d->is_present &&
	    (!w->is_present || w->node != d->usb.node);
	struct buf now = { 0 };
	bool is_same;

	watch_describe(d, &now);
	is_same = now.len == w->told.len &&
	    memcmp(now.data, w->told.data, now.len) == 0;
	*change = is_back ? WATCH_ATTACHED
	    : d->mode != w->mode ? WATCH_MODE : WATCH_CHANGED;
	buf_fini(&w->told);
	w->told = now;
	w->mode = d->mode;
	w->is_present = d->is_present;
	w->node = d->usb.node;
	return is_back || !is_same;
}

static void
watch_on_registry(enum registry_event event, const struct device *d, void *arg)
{
	struct watch *w = arg;
	struct watched *known = watch_get(w, d->number);
	enum device_mode from = known->mode;
	enum watch_change change;

	if (event == REGISTRY_REMOVED) {
		known->is_present = false;
		buf_clear(&known->told);
		w->cb(w->cli, WATCH_LEFT, d, from);
		return;
	}
	if (watch_note(known, d, &change))
		w->cb(w->cli, change, d, from);
}

struct watch *
watch_new(struct cli *cli, watch_cb cb)
{
	struct watch *w = xcalloc(1, sizeof *w);
	const struct registry *r = cli->app->registry;

	w->cli = cli;
	w->cb = cb;
	for (size_t i = 0; i < registry_count(r); i++) {
		const struct device *d = registry_at(r, i);
		enum watch_change change;

		watch_note(watch_get(w, d->number), d, &change);
		if (cb == watch_put_json)
			cb(cli, WATCH_ATTACHED, d, d->mode);
	}
	w->listener = registry_listen(cli->app->registry, watch_on_registry, w);
	return w;
}

void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	registry_unlisten(w->listener);
	for (size_t i = 0; i < w->count; i++)
		buf_fini(&w->list[i].told);
	free(w->list);
	free(w);
}

/* --- Telling ------------------------------------------------------------- */

static void
watch_text(char *out, size_t size, enum watch_change change,
    const struct device *d, enum device_mode from)
{
	const char *mode = device_mode_name(d->mode), *note = report_note(d);
	size_t len = 0;

	switch (change) {
	case WATCH_ATTACHED:
		snprintf(out, size, "attached  %s, %s, usb %s%s%s", mode,
		    report_platform(d), d->usb.path,
		    report_port(d)[0] != '\0' ? ", " : "", report_port(d));
		break;
	case WATCH_MODE:
		snprintf(out, size, "mode      %s, was %s", mode,
		    device_mode_name(from));
		break;
	case WATCH_CHANGED:
		snprintf(out, size, "changed   %s%s%s%s%s", mode,
		    d->system_version[0] != '\0' ? ", Device OS " : "",
		    d->system_version,
		    report_port(d)[0] != '\0' ? ", " : "", report_port(d));
		break;
	case WATCH_LEFT:
		snprintf(out, size, "left      was %s", device_mode_name(from));
		return;
	}
	len = strlen(out);
	if (note[0] != '\0')
		snprintf(out + len, size - len, ": %s", note);
}

static void
watch_print_to(FILE *to, struct cli *cli, enum watch_change change,
    const struct device *d, enum device_mode from)
{
	time_t now = (time_t)(loop_wall_us(cli->app->loop) / 1000000);
	char text[512], clean[2 * sizeof text];
	char label[CLI_LABEL_MAX], clock[16];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(clock, sizeof clock, "%H:%M:%S", &tm);
	watch_text(text, sizeof text, change, d, from);
	fprintf(to, "%s  %s  %s\n", clock, cli_label(d, label),
	    text_clean(clean, sizeof clean, text, strlen(text)));
}

void
watch_print(struct cli *cli, enum watch_change change,
    const struct device *d, enum device_mode from)
{
	watch_print_to(stdout, cli, change, d, from);
	cli_flush(cli);
}

void
watch_print_to_stderr(struct cli *cli, enum watch_change change,
    const struct device *d, enum device_mode from)
{
	watch_print_to(stderr, cli, change, d, from);
}

static const char *const watch_events[] = {
	[WATCH_ATTACHED] = "attached",
	[WATCH_MODE] = "mode",
	[WATCH_CHANGED] = "changed",
	[WATCH_LEFT] = "left",
};

void
watch_put_json(struct cli *cli, enum watch_change change,
    const struct device *d, enum device_mode from)
{
	struct json *json = cli_event(cli, watch_events[change], d);

	if (change == WATCH_MODE || change == WATCH_LEFT)
		json_put_text(json, "from", device_mode_name(from));
	if (change == WATCH_MODE)
		json_put_text(json, "mode", device_mode_name(d->mode));
	if (change != WATCH_LEFT)
		json_put_child(json, "device", report_device(d));
	cli_put_json(cli, json);
}
