#include "config.h"

#include "action/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define FEED_LINES 10000

/* While udev settles: 10 ms, doubled up to 1 s. */
#define FEED_RETRY_FIRST_MS	10
#define FEED_RETRY_MAX_MS	1000

struct watcher {
	void		(*changed)(void *);
	void		*arg;
	struct watcher	*next;
};

struct feed {
	struct feeds		*feeds;
	struct feed		*next;
	uint32_t		 device;
	struct session		*session;
	struct watcher		*watchers;
	struct bus_port		*port;		/* NULL: none */
	bool			 is_open;
	bool			 is_suspended;
	bool			 was_open;	/* at least once */
	bool			 told_why;	/* the complaint was made */
	uint64_t		 lost_us;	/* when the port was lost */
	char			 tty[BUS_PATH_MAX];
	char			 state[DEVICE_TEXT_MAX];
	unsigned		 retry_ms;
	struct loop_timer	*retry;
	struct loop_deferred	*notify;
};

struct feeds {
	struct action_env		 env;
	struct registry_listener	*listener;
	struct feed			*list;
};

static void	feed_try(struct feed *feed);

static void
feed_notify(void *arg)
{
	struct feed *feed = arg;
	struct watcher *next;

	for (struct watcher *w = feed->watchers; w != NULL; w = next) {
		next = w->next;
		w->changed(w->arg);
	}
}

static void
feed_set_state(struct feed *feed, const char *text)
{
	text_copy(feed->state, sizeof feed->state, text);
	loop_deferred_schedule(feed->notify);
}

static const char *
feed_short_tty(const char *tty)
{
	return text_starts(tty, "/dev/") ? tty + strlen("/dev/") : tty;
}

static void
feed_drop_port(struct feed *feed)
{
	struct loop *loop = feed->feeds->env.loop;

	if (feed->is_open)
		feed->lost_us = loop_now_us(loop);
	bus_port_close(feed->port);
	feed->port = NULL;
	feed->is_open = false;
}

static void
feed_retry_later(struct feed *feed)
{
	loop_timer_set(feed->retry, LOOP_MS(feed->retry_ms));
	feed->retry_ms *= 2;
	if (feed->retry_ms > FEED_RETRY_MAX_MS)
		feed->retry_ms = FEED_RETRY_MAX_MS;
}

static void
feed_say_back(struct feed *feed)
{
	struct loop *loop = feed->feeds->env.loop;
	char gone[32];

	if (!feed->was_open) {
		session_say(feed->session, SESSION_NOTE, loop_wall_us(loop),
		    "listening on %s", feed_short_tty(feed->tty));
		return;
	}
	text_duration(gone, sizeof gone, loop_now_us(loop) - feed->lost_us);
	session_say(feed->session, SESSION_GAP, loop_wall_us(loop),
	    "gone %s, back on %s", gone, feed_short_tty(feed->tty));
}

static void
feed_opened(struct bus_port *port, const struct error *err, void *arg)
{
	struct feed *feed = arg;
	struct loop *loop = feed->feeds->env.loop;

	(void)port;
	if (err == NULL) {
		feed->is_open = true;
		feed->told_why = false;
		feed_say_back(feed);
		feed->was_open = true;
		feed_set_state(feed, feed_short_tty(feed->tty));
		return;
	}
	feed_drop_port(feed);
	feed_set_state(feed, err->text);
	/* A node that was just made may still belong to root for some
	 * milliseconds: complain only when it stays so. */
	if (!feed->told_why && feed->retry_ms >= FEED_RETRY_MAX_MS / 2) {
		feed->told_why = true;
		session_say(feed->session, SESSION_NOTE, loop_wall_us(loop),
		    "%s", err->text);
	}
	feed_retry_later(feed);
}

static void
feed_data(struct bus_port *port, const uint8_t *data, size_t len, void *arg)
{
	struct feed *feed = arg;

	(void)port;
	session_bytes(feed->session, data, len,
	    loop_wall_us(feed->feeds->env.loop));
	loop_deferred_schedule(feed->notify);
}

static void
feed_configured(struct bus_port *port, const struct error *err, void *arg)
{
	struct feed *feed = arg;

	(void)port;
	if (err != NULL)
		session_say(feed->session, SESSION_NOTE,
		    loop_wall_us(feed->feeds->env.loop), "%s", err->text);
	loop_deferred_schedule(feed->notify);
}

static void
feed_lost(struct bus_port *port, const struct error *err, void *arg)
{
	struct feed *feed = arg;

	(void)port, (void)err;
	feed_drop_port(feed);
	feed->retry_ms = FEED_RETRY_FIRST_MS;
	feed_set_state(feed, "waits for the device");
	/* The registry may still show the old tty; its news comes. */
	feed_retry_later(feed);
}

static const struct bus_port_events feed_events = {
	.opened = feed_opened,
	.data = feed_data,
	.configured = feed_configured,
	.lost = feed_lost,
};

static void
feed_try(struct feed *feed)
{
	const struct action_env *env = &feed->feeds->env;
	const struct device *device = registry_get(env->registry, feed->device);
	struct bus_port_config config = {
		.baud = env->config->baud,
		.dtr = BUS_LINE_ON,
		.rts = BUS_LINE_KEEP,
	};

	loop_timer_stop(feed->retry);
	if (feed->is_suspended || feed->port != NULL)
		return;
	if (device == NULL || !device->is_present ||
	    device->usb.tty[0] == '\0') {
		feed_set_state(feed, "waits for the device");
		return;
	}
	text_copy(feed->tty, sizeof feed->tty, device->usb.tty);
	feed->port = bus_port_open(env->bus, feed->tty, &config, &feed_events,
	    feed);
}

static void
feed_retry(void *arg)
{
	feed_try(arg);
}

static void
feeds_registry(enum registry_event event, const struct device *device,
    void *arg)
{
	struct feeds *feeds = arg;

	(void)event;
	for (struct feed *feed = feeds->list; feed != NULL; feed = feed->next) {
		if (feed->device != device->number || feed->port != NULL ||
		    feed->is_suspended)
			continue;
		feed->retry_ms = FEED_RETRY_FIRST_MS;
		loop_timer_set(feed->retry, 0);
	}
}

struct feeds *
feeds_new(const struct action_env *env)
{
	struct feeds *feeds = xcalloc(1, sizeof *feeds);

	feeds->env = *env;
	feeds->listener = registry_listen(env->registry, feeds_registry, feeds);
	return feeds;
}

static void
feed_free(struct feed *feed)
{
	struct feed **link;

	for (link = &feed->feeds->list; *link != feed; link = &(*link)->next)
		;
	*link = feed->next;
	bus_port_close(feed->port);
	loop_timer_free(feed->retry);
	loop_deferred_free(feed->notify);
	session_free(feed->session);
	free(feed);
}

void
feeds_free(struct feeds *feeds)
{
	struct watcher *watcher;

	if (feeds == NULL)
		return;
	while (feeds->list != NULL) {
		while ((watcher = feeds->list->watchers) != NULL) {
			feeds->list->watchers = watcher->next;
			free(watcher);
		}
		feed_free(feeds->list);
	}
	registry_unlisten(feeds->listener);
	free(feeds);
}

static struct feed *
feeds_find(struct feeds *feeds, uint32_t device)
{
	struct feed *feed = feeds->list;

	while (feed != NULL && feed->device != device)
		feed = feed->next;
	return feed;
}

static struct feed *
feed_new(struct feeds *feeds, uint32_t device)
{
	struct feed *feed = xcalloc(1, sizeof *feed);

	feed->feeds = feeds;
	feed->device = device;
	feed->session = session_new(FEED_LINES);
	feed->retry = loop_timer_new(feeds->env.loop, feed_retry, feed);
	feed->notify = loop_deferred_new(feeds->env.loop, feed_notify, feed);
	feed->retry_ms = FEED_RETRY_FIRST_MS;
	feed->next = feeds->list;
	feeds->list = feed;
	return feed;
}

struct feed *
feed_watch(struct feeds *feeds, uint32_t device, void (*changed)(void *),
    void *arg)
{
	struct feed *feed = feeds_find(feeds, device);
	struct watcher *watcher = xcalloc(1, sizeof *watcher);

	if (feed == NULL)
		feed = feed_new(feeds, device);
	*watcher = (struct watcher){ changed, arg, feed->watchers };
	feed->watchers = watcher;
	feed_try(feed);
	return feed;
}

void
feed_unwatch(struct feed *feed, void *arg)
{
	struct watcher **link = &feed->watchers, *watcher;

	while (*link != NULL && (*link)->arg != arg)
		link = &(*link)->next;
	if ((watcher = *link) == NULL)
		return;
	*link = watcher->next;
	free(watcher);
	if (feed->watchers == NULL)
		feed_free(feed);
}

const struct session *
feed_session(const struct feed *feed)
{
	return feed->session;
}

bool
feed_is_open(const struct feed *feed)
{
	return feed->is_open;
}

const char *
feed_state(const struct feed *feed)
{
	return feed->state;
}

size_t
feed_write(struct feed *feed, const void *data, size_t len)
{
	return feed->is_open ? bus_port_write(feed->port, data, len) : 0;
}

void
feed_break(struct feed *feed)
{
	if (feed->is_open)
		bus_port_break(feed->port, 250);
}

void
feed_set_dtr(struct feed *feed, bool on)
{
	const struct bus_port_config config = {
		.dtr = on ? BUS_LINE_ON : BUS_LINE_OFF,
	};

	if (feed->is_open)
		bus_port_configure(feed->port, &config);
}

bool
feeds_suspend(struct feeds *feeds, uint32_t device)
{
	struct feed *feed = feeds_find(feeds, device);

	if (feed == NULL)
		return false;
	feed->is_suspended = true;
	loop_timer_stop(feed->retry);
	if (feed->port == NULL)
		return false;
	feed_drop_port(feed);
	feed_set_state(feed, "lent to an action");
	return true;
}

void
feeds_resume(struct feeds *feeds, uint32_t device)
{
	struct feed *feed = feeds_find(feeds, device);

	if (feed == NULL || !feed->is_suspended)
		return;
	feed->is_suspended = false;
	feed->retry_ms = FEED_RETRY_FIRST_MS;
	feed_try(feed);
}
