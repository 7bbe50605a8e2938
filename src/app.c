#include "config.h"

#include "app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "bus/bus-real.h"
#include "virtual/bench.h"
#include "virtual/bus-virtual.h"
#include "virtual/demo.h"
#include "virtual/script.h"

#define TIMELINE_ENTRIES	10000
/* What jobs and questions may take to leave the devices tidy. */
#define TIDY_MS			2000

/* What the timeline last said of a device; at index number - 1. */
struct app_seen {
	bool		 is_listed;
	bus_node	 node;		/* of the attachment that was told */
	enum device_mode mode;
};

struct app_wiring {
	struct app_seen		*seen;
	size_t			 seen_count;
	struct registry_listener *watch;
	struct loop_timer	*deadline;	/* registry_tick() */
	struct loop_deferred	*rearm;
};

/* --- The bus ------------------------------------------------------------ */

static void
app_on_bus(enum bus_event event, const struct bus_node_info *info, void *arg)
{
	struct app *app = arg;
	uint64_t now = loop_now_us(app->loop);

	switch (event) {
	case BUS_ADDED:
		registry_node_added(app->registry, info, now);
		break;
	case BUS_CHANGED:
		registry_node_changed(app->registry, info, now);
		break;
	case BUS_REMOVED:
		registry_node_removed(app->registry, info->node, now);
		break;
	case BUS_READY:
		app->is_ready = true;
		if (app->on_ready != NULL)
			app->on_ready(app->on_ready_arg);
		break;
	}
}

/* --- The registry's clock ----------------------------------------------- */

static void
app_on_deadline(void *arg)
{
	struct app *app = arg;

	registry_tick(app->registry, loop_now_us(app->loop));
	loop_deferred_schedule(app->wiring->rearm);
}

static void
app_rearm(void *arg)
{
	struct app *app = arg;
	uint64_t next = registry_next_deadline(app->registry);
	uint64_t now = loop_now_us(app->loop);

	if (next == UINT64_MAX)
		loop_timer_stop(app->wiring->deadline);
	else
		loop_timer_set(app->wiring->deadline,
		    next > now ? next - now : 0);
}

/* --- The timeline ------------------------------------------------------- */

static struct app_seen *
app_seen(struct app_wiring *w, uint32_t number)
{
	if (number > w->seen_count) {
		w->seen = xreallocarray(w->seen, number, sizeof *w->seen);
		for (size_t i = w->seen_count; i < number; i++)
			w->seen[i] = (struct app_seen){ 0 };
		w->seen_count = number;
	}
	return &w->seen[number - 1];
}

static void
app_note(struct app *app, const struct device *d, enum timeline_level level,
    const char *event, const char *text)
{
	struct timeline_entry entry = {
		.wall_us = loop_wall_us(app->loop),
		.device = d->number,
		.level = level,
	};

	text_copy(entry.label, sizeof entry.label, device_label(d));
	text_copy(entry.event, sizeof entry.event, event);
	text_copy(entry.text, sizeof entry.text, text);
	timeline_add(app->timeline, &entry);
}

static void
app_note_attached(struct app *app, const struct device *d)
{
	const char *tty = d->usb.tty;
	char path[BUS_PATH_MAX], text[DEVICE_TEXT_MAX];

	text_clean(path, sizeof path, d->usb.path, strlen(d->usb.path));
	if (d->mode == DEVICE_DFU || d->mode == DEVICE_EDL)
		snprintf(text, sizeof text, "%s, usb %s",
		    device_mode_name(d->mode), path);
	else if (tty[0] != '\0')
		snprintf(text, sizeof text, "usb %s, %s", path,
		    strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty);
	else
		snprintf(text, sizeof text, "usb %s", path);
	app_note(app, d, TIMELINE_NOTE, "attached", text);
}

static enum timeline_level
app_mode_level(enum device_mode mode)
{
	return mode == DEVICE_NOT_ANSWERING || mode == DEVICE_NO_PERMISSION
	    ? TIMELINE_BAD : TIMELINE_NOTE;
}

static void
app_note_mode(struct app *app, const struct device *d)
{
	char text[DEVICE_TEXT_MAX + 32];
	const char *why = d->mode_reason[0] != '\0' ? d->mode_reason
	    : d->mode == DEVICE_NO_PERMISSION ? d->problem : "";

	snprintf(text, sizeof text, "%s%s%s", device_mode_name(d->mode),
	    why[0] != '\0' ? ": " : "", why);
	app_note(app, d, app_mode_level(d->mode), "mode", text);
}

/* A job tells of the departures that it causes. */
static void
app_on_registry(enum registry_event event, const struct device *d, void *arg)
{
	struct app *app = arg;
	struct app_seen *seen = app_seen(app->wiring, d->number);
	bool is_new = d->is_present && d->usb.node != seen->node;

	loop_deferred_schedule(app->wiring->rearm);
	if (event == REGISTRY_REMOVED) {
		app_note(app, d, TIMELINE_NOTE, "left", d->mode ==
		    DEVICE_SWITCHING ? "and did not come back" : "");
		*seen = (struct app_seen){ 0 };
		return;
	}
	if (is_new && d->job == 0)
		app_note_attached(app, d);
	if (is_new)
		seen->node = d->usb.node;
	if (d->mode != DEVICE_UNKNOWN && d->mode != DEVICE_SWITCHING &&
	    d->mode != seen->mode) {
		/* The way it attached says so already. */
		if (!(is_new && (d->mode == DEVICE_DFU ||
		    d->mode == DEVICE_EDL)))
			app_note_mode(app, d);
		seen->mode = d->mode;
	}
}

/* --- Beginning and end -------------------------------------------------- */

static int
app_open_demo(struct app *app, const struct app_options *options,
    struct error *err)
{
	struct script *script = options->demo_file != NULL
	    ? script_load(options->demo_file, err)
	    : script_parse("demo", demo_bench, strlen(demo_bench), err);

	if (script == NULL)
		return -1;
	app->bench = bench_new(app->loop, script);
	script_free(script);
	app->bus = bus_virtual_new(app->loop, app->bench);
	/* Kept in memory: the demonstration leaves no trace. */
	app->names = names_open(NULL);
	for (size_t i = 0; i < bench_device_count(app->bench); i++) {
		const struct bench_device *d = bench_device_at(app->bench, i);

		if (d->nickname[0] != '\0')
			names_set(app->names, vdev_spec(d->vdev)->id,
			    d->nickname, NULL);
	}
	return 0;
}

static int
app_open_real(struct app *app, struct error *err)
{
	char *path;

	app->bus = bus_real_new(app->loop, err);
	if (app->bus == NULL)
		return -1;
	path = path_config("devices");
	app->names = names_open(path != NULL ? path : "");
	free(path);
	return 0;
}

struct app *
app_new(const struct config *config, const struct app_options *options,
    struct error *err)
{
	struct app *app = xcalloc(1, sizeof *app);
	struct action_env env;

	app->config = *config;
	app->loop = options->demo && options->virtual_clock
	    ? loop_new_virtual() : loop_new();
	if ((options->demo ? app_open_demo(app, options, err)
	    : app_open_real(app, err)) != 0) {
		app_free(app);
		return NULL;
	}
	app->registry = registry_new(app->names);
	app->timeline = timeline_new(TIMELINE_ENTRIES);
	app->wiring = xcalloc(1, sizeof *app->wiring);
	app->wiring->deadline = loop_timer_new(app->loop, app_on_deadline, app);
	app->wiring->rearm = loop_deferred_new(app->loop, app_rearm, app);
	app->wiring->watch = registry_listen(app->registry, app_on_registry,
	    app);
	env = (struct action_env){
		.loop = app->loop,
		.bus = app->bus,
		.registry = app->registry,
		.timeline = app->timeline,
		.config = &app->config,
	};
	app->feeds = feeds_new(&env);
	env.feeds = app->feeds;
	app->jobs = jobs_new(&env);
	app->probe = probe_new(&env, app->jobs);
	return app;
}

int
app_start(struct app *app, struct error *err)
{
	return bus_start(app->bus, platform_is_wanted, app_on_bus, app, err);
}

static void
app_on_tidy_end(void *arg)
{
	*(bool *)arg = true;
}

/* Boards are left as they should be: no LED blinks on, no request of ours keeps
 * a slot. A device that hangs does not hold up the end for long. */
void
app_tidy(struct app *app)
{
	bool is_over = false;
	struct loop_timer *timer = loop_timer_new(app->loop, app_on_tidy_end,
	    &is_over);

	app->on_ready = NULL;
	loop_timer_set(timer, LOOP_MS(TIDY_MS));
	jobs_cancel_all(app->jobs);
	probe_stop(app->probe);
	while (!is_over && (jobs_running(app->jobs) != 0 ||
	    !probe_is_quiet(app->probe)))
		if (!loop_turn(app->loop, UINT64_MAX))
			break;
	loop_timer_free(timer);
}

void
app_free(struct app *app)
{
	if (app == NULL)
		return;
	if (app->probe != NULL)
		app_tidy(app);
	probe_free(app->probe);
	jobs_free(app->jobs);
	feeds_free(app->feeds);
	if (app->wiring != NULL) {
		registry_unlisten(app->wiring->watch);
		loop_timer_free(app->wiring->deadline);
		loop_deferred_free(app->wiring->rearm);
		free(app->wiring->seen);
		free(app->wiring);
	}
	bus_free(app->bus);
	bench_free(app->bench);
	registry_free(app->registry);
	timeline_free(app->timeline);
	names_close(app->names);
	loop_free(app->loop);
	free(app);
}
