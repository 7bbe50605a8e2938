#include "config.h"

#include "action/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#define FEED_LINES	10000
/* A piece of so many bytes makes no more lines than that: watchers see each
 * line before it is dropped. */
#define FEED_PIECE	(FEED_LINES / 4)

/* While udev settles: 10 ms, doubled up to 1 s. */
#define FEED_RETRY_FIRST_MS	10
#define FEED_RETRY_MAX_MS	1000

struct watcher {
	void		(*changed)(void *);
	void		*arg;
	struct watcher	*next;
};

/* Why the port is, or was, not open. */
enum feed_absence {
	FEED_LOST,		/* it broke, or the device left */
	FEED_LENT,		/* an action had it */
	FEED_UNWATCHED,
};

/* What the registry says that matters here: the rest is no news. */
struct feed_facts {
	bus_node	 node;		/* 0: not on the bus */
	bool		 has_tty;
	bool		 tty_access;
};

struct feed {
	struct feeds		*feeds;
	struct feed		*next;
	uint32_t		 device;
	struct session		*session;
	uint64_t		 told_end;	/* lines that watchers saw */
	struct watcher		*watchers;

	struct bus_port		*port;		/* NULL: none */
	bool			 is_open;
	char			 tty[BUS_PATH_MAX];	/* of the port */
	bus_node		 port_node;	/* its node */
	bus_node		 node;		/* that was open last; 0: none */
	unsigned		 boot;

	enum feed_absence	 absence;
	uint64_t		 lost_us;	/* when the port was lost */
	const char		*reason;	/* "reset"; NULL: not known */
	struct feed_facts	 facts;
	bool			 told_why;	/* the complaint was made */
	unsigned		 retry_ms;
	struct loop_timer	*retry;

	char			 state[DEVICE_TEXT_MAX];
	struct loop_deferred	*notify;
};

struct lent {
	uint32_t	 device;
	struct lent	*next;
};

struct feeds {
	struct action_env		 env;
	struct registry_listener	*listener;
	struct feed			*list;
	struct lent			*lent;
};

/* --- Telling ------------------------------------------------------------- */

static void
feed_notify(void *arg)
{
	struct feed *feed = arg;

	feed->told_end = session_end(feed->session);
	for (struct watcher *w = feed->watchers; w != NULL; w = w->next)
		w->changed(w->arg);
}

static void
feed_set_state(struct feed *feed, const char *text)
{
	if (strcmp(feed->state, text) == 0)
		return;
	text_copy(feed->state, sizeof feed->state, text);
	loop_deferred_schedule(feed->notify);
}

static const char *
feed_short_tty(const struct feed *feed)
{
	return text_starts(feed->tty, "/dev/") ? feed->tty + strlen("/dev/") :
	    feed->tty;
}

/* What has become of the gap, in words. */
static void
feed_say_back(struct feed *feed, bool is_new_node)
{
	struct loop *loop = feed->feeds->env.loop;
	static const char *const absences[] = {
		[FEED_LOST] = "lost for",
		[FEED_LENT] = "lent to an action for",
		[FEED_UNWATCHED] = "not watched for",
	};
	struct buf text = { 0 };
	char gone[32];

	text_duration(gone, sizeof gone, loop_now_us(loop) - feed->lost_us);
	if (is_new_node && feed->reason != NULL)
		buf_printf(&text, "%s, ", feed->reason);
	buf_printf(&text, "%s %s, back on %s", is_new_node &&
	    feed->absence != FEED_UNWATCHED ? "gone" : absences[feed->absence],
	    gone, feed_short_tty(feed));
	if (is_new_node)
		buf_printf(&text, ", boot %u", feed->boot);
	session_say(feed->session, SESSION_GAP, loop_wall_us(loop), "%s",
	    buf_str(&text));
	buf_fini(&text);
}

static void
feed_say_open(struct feed *feed)
{
	struct loop *loop = feed->feeds->env.loop;
	bool is_new_node = feed->port_node != feed->node;

	if (is_new_node)
		feed->boot++;
	if (feed->node == 0)
		session_say(feed->session, SESSION_NOTE, loop_wall_us(loop),
		    "connected to %s", feed_short_tty(feed));
	else
		feed_say_back(feed, is_new_node);
	feed->node = feed->port_node;
	feed->reason = NULL;
	loop_deferred_schedule(feed->notify);
}

/* A node that was just made may still belong to root for some milliseconds:
 * complain of that only when it stays so. */
static void
feed_say_why_not(struct feed *feed, const struct error *err)
{
	bool may_settle = err->code == ERROR_PERMISSION ||
	    err->code == ERROR_BUSY || err->code == ERROR_GONE;

	if (feed->told_why ||
	    (may_settle && feed->retry_ms < FEED_RETRY_MAX_MS / 2))
		return;
	feed->told_why = true;
	session_say(feed->session, SESSION_NOTE,
	    loop_wall_us(feed->feeds->env.loop), "%s", err->text);
}

/* --- The port ------------------------------------------------------------ */

static void
feed_drop_port(struct feed *feed, enum feed_absence absence)
{
	if (feed->is_open) {
		feed->lost_us = loop_now_us(feed->feeds->env.loop);
		feed->absence = absence;
		loop_deferred_schedule(feed->notify);
	}
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
feed_retry_now(struct feed *feed)
{
	feed->retry_ms = FEED_RETRY_FIRST_MS;
	loop_timer_set(feed->retry, 0);
}

static void
feed_opened(struct bus_port *port, const struct error *err, void *arg)
{
	struct feed *feed = arg;

	(void)port;
	if (err == NULL) {
		feed->is_open = true;
		feed->told_why = false;
		feed_say_open(feed);
		feed_set_state(feed, feed_short_tty(feed));
		return;
	}
	/* err goes with the port. */
	feed_say_why_not(feed, err);
	feed_set_state(feed, err->text);
	feed_drop_port(feed, FEED_LOST);
	feed_retry_later(feed);
}

static void
feed_data(struct bus_port *port, const uint8_t *data, size_t len, void *arg)
{
	struct feed *feed = arg;
	uint64_t wall_us = loop_wall_us(feed->feeds->env.loop);
	size_t n;

	(void)port;
	for (; len > 0; data += n, len -= n) {
		n = len < FEED_PIECE ? len : FEED_PIECE;
		session_bytes(feed->session, data, n, wall_us);
		if (session_end(feed->session) - feed->told_end > FEED_PIECE)
			feed_notify(feed);
	}
	loop_deferred_schedule(feed->notify);
}

static void
feed_configured(struct bus_port *port, const struct error *err, void *arg)
{
	(void)port, (void)err, (void)arg;
}

static void
feed_drained(struct bus_port *port, void *arg)
{
	struct feed *feed = arg;

	(void)port;
	loop_deferred_schedule(feed->notify);
}

static void
feed_lost(struct bus_port *port, const struct error *err, void *arg)
{
	struct feed *feed = arg;

	(void)port, (void)err;
	feed_drop_port(feed, FEED_LOST);
	feed_set_state(feed, "waits for the device");
	/* The registry may still show the old tty; its news comes. */
	feed->retry_ms = FEED_RETRY_FIRST_MS;
	feed_retry_later(feed);
}

static const struct bus_port_events feed_events = {
	.opened = feed_opened,
	.data = feed_data,
	.configured = feed_configured,
	.drained = feed_drained,
	.lost = feed_lost,
};

static bool
feeds_has_lent(const struct feeds *feeds, uint32_t device)
{
	for (const struct lent *l = feeds->lent; l != NULL; l = l->next) {
		if (l->device == device)
			return true;
	}
	return false;
}

/* NULL: nothing stands in the way. */
static const char *
feed_obstacle(const struct feed *feed, const struct device *d)
{
	if (feeds_has_lent(feed->feeds, feed->device))
		return "lent to an action";
	if (d == NULL || !d->is_present)
		return "waits for the device";
	if (d->usb_mode == PLATFORM_USB_DFU)
		return "in dfu mode, without a serial port";
	if (d->usb_mode == PLATFORM_USB_EDL)
		return "in edl mode, without a serial port";
	if (d->usb.tty[0] == '\0')
		return "waits for its serial port";
	return NULL;
}

static void
feed_try(void *arg)
{
	struct feed *feed = arg;
	const struct action_env *env = &feed->feeds->env;
	const struct device *d = registry_get(env->registry, feed->device);
	const char *obstacle = feed_obstacle(feed, d);
	struct bus_port_config config = {
		.baud = env->config->baud,
		.dtr = BUS_LINE_ON,
		.rts = BUS_LINE_KEEP,
	};

	loop_timer_stop(feed->retry);
	if (feed->port != NULL || feed->watchers == NULL)
		return;
	if (obstacle != NULL) {
		feed_set_state(feed, obstacle);
		return;
	}
	text_copy(feed->tty, sizeof feed->tty, d->usb.tty);
	feed->port_node = d->usb.node;
	feed->port = bus_port_open(env->bus, feed->tty, &config, &feed_events,
	    feed);
}

/* --- News of the device -------------------------------------------------- */

/* Where the device goes, or has been: the last mode but for a way out of DFU,
 * which is a reset as well. */
static void
feed_note_reason(struct feed *feed, const struct device *d)
{
	static const char dfu[] = "dfu";

	if (feed->reason == dfu)
		return;
	if (d->is_present && d->usb_mode == PLATFORM_USB_DFU)
		feed->reason = dfu;
	else if (d->mode == DEVICE_SWITCHING && d->going_to == DEVICE_DFU)
		feed->reason = dfu;
	else if (d->mode == DEVICE_SWITCHING && d->going_to == DEVICE_SAFE)
		feed->reason = "safe mode";
	else if (d->mode == DEVICE_SWITCHING)
		feed->reason = "reset";
}

static bool
feed_take_facts(struct feed *feed, const struct device *d)
{
	struct feed_facts facts = {
		.node = d->is_present ? d->usb.node : 0,
		.has_tty = d->usb.tty[0] != '\0',
		.tty_access = d->usb.tty_access,
	};
	bool is_news = facts.node != feed->facts.node ||
	    facts.has_tty != feed->facts.has_tty ||
	    facts.tty_access != feed->facts.tty_access;

	feed->facts = facts;
	return is_news;
}

static void
feed_on_device(struct feed *feed, const struct device *d)
{
	feed_note_reason(feed, d);
	if (!feed_take_facts(feed, d) || feed->watchers == NULL)
		return;
	/* It is back before anybody said that the old port broke. */
	if (feed->port != NULL && d->is_present &&
	    d->usb.node != feed->port_node)
		feed_drop_port(feed, FEED_LOST);
	if (feed->port == NULL)
		feed_retry_now(feed);
}

static void
feeds_registry(enum registry_event event, const struct device *d, void *arg)
{
	struct feeds *feeds = arg;

	(void)event;
	for (struct feed *feed = feeds->list; feed != NULL; feed = feed->next) {
		if (feed->device == d->number)
			feed_on_device(feed, d);
	}
}

/* --- All feeds ----------------------------------------------------------- */

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
	struct watcher *watcher;

	while ((watcher = feed->watchers) != NULL) {
		feed->watchers = watcher->next;
		free(watcher);
	}
	bus_port_close(feed->port);
	loop_timer_free(feed->retry);
	loop_deferred_free(feed->notify);
	session_free(feed->session);
	free(feed);
}

void
feeds_free(struct feeds *feeds)
{
	struct feed *feed;
	struct lent *lent;

	if (feeds == NULL)
		return;
	while ((feed = feeds->list) != NULL) {
		feeds->list = feed->next;
		feed_free(feed);
	}
	while ((lent = feeds->lent) != NULL) {
		feeds->lent = lent->next;
		free(lent);
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
	const struct device *d = registry_get(feeds->env.registry, device);

	feed->feeds = feeds;
	feed->device = device;
	feed->session = session_new(FEED_LINES);
	feed->retry = loop_timer_new(feeds->env.loop, feed_try, feed);
	feed->notify = loop_deferred_new(feeds->env.loop, feed_notify, feed);
	if (d != NULL)
		feed_take_facts(feed, d);
	feed->next = feeds->list;
	feeds->list = feed;
	return feed;
}

/* --- Watching ------------------------------------------------------------ */

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
	if (watcher->next == NULL) {
		feed->retry_ms = FEED_RETRY_FIRST_MS;
		feed->told_why = false;
		feed_try(feed);
	}
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
	if (feed->watchers != NULL)
		return;
	loop_timer_stop(feed->retry);
	feed_drop_port(feed, FEED_UNWATCHED);
	feed_set_state(feed, "not watched");
	loop_deferred_cancel(feed->notify);
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

unsigned
feed_boot(const struct feed *feed)
{
	return feed->boot;
}

size_t
feed_write(struct feed *feed, const void *data, size_t len)
{
	return feed->is_open ? bus_port_write(feed->port, data, len) : 0;
}

/* --- Lending ------------------------------------------------------------- */

bool
feeds_suspend(struct feeds *feeds, uint32_t device)
{
	struct feed *feed = feeds_find(feeds, device);
	struct lent *lent;

	if (!feeds_has_lent(feeds, device)) {
		lent = xcalloc(1, sizeof *lent);
		*lent = (struct lent){ device, feeds->lent };
		feeds->lent = lent;
	}
	if (feed == NULL || feed->port == NULL)
		return false;
	feed_drop_port(feed, FEED_LENT);
	feed_try(feed);		/* says why not */
	return true;
}

void
feeds_resume(struct feeds *feeds, uint32_t device)
{
	struct feed *feed = feeds_find(feeds, device);
	struct lent **link = &feeds->lent, *lent;

	while (*link != NULL && (*link)->device != device)
		link = &(*link)->next;
	if ((lent = *link) == NULL)
		return;
	*link = lent->next;
	free(lent);
	if (feed == NULL)
		return;
	feed->retry_ms = FEED_RETRY_FIRST_MS;
	feed_try(feed);
}
