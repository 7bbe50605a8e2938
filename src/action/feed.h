/*
 * Feeds: keep the serial port of a device open for its session.
 *
 * A feed belongs to a device (its number), not to a tty: it opens whatever tty
 * the device has, and opens it again when the device comes back after a reset,
 * DFU or replugging, under whatever name. What happened meanwhile is one line
 * in the session: "reset, gone 1.84 s, back on ttyACM1, boot 2".
 *
 * It opens on the registry's news, not on a timer; only where opening failed
 * (the node's permissions settle, another program holds it) it tries again, at
 * growing intervals, and says once why it can't.
 *
 * A feed is no job. A job that needs the port borrows it (feeds_suspend) and
 * gives it back afterwards; meanwhile no feed opens it, old or new.
 */
#ifndef PTERM_ACTION_FEED_H
#define PTERM_ACTION_FEED_H

#include "action/job.h"
#include "model/session.h"

struct feeds;
struct feed;

struct feeds	*feeds_new(const struct action_env *env);
void		 feeds_free(struct feeds *feeds);

/* Several watchers share one feed and one session; the port is open while there
 * is at least one. changed(arg) is called from the loop when lines or the state
 * changed, and before lines that it has not seen are dropped; it must not
 * unwatch. */
struct feed	*feed_watch(struct feeds *feeds, uint32_t device,
		    void (*changed)(void *), void *arg);
/* The same arg as in feed_watch(). The last one out closes the port; the lines
 * stay for who watches next. */
void		 feed_unwatch(struct feed *feed, void *arg);

const struct session *feed_session(const struct feed *feed);
bool		 feed_is_open(const struct feed *feed);
/* "ttyACM0", "waits for the device", "ttyACM0 is held by picocom (4711)". */
const char	*feed_state(const struct feed *feed);
/* How many starts of the device the conversation has seen: 1 for the one that
 * was going on when it began; 0: not connected yet. */
unsigned	 feed_boot(const struct feed *feed);
/* Returns how many bytes fitted; 0 while the port is not open. When there is
 * room again, changed() is called. */
size_t		 feed_write(struct feed *feed, const void *data, size_t len);

/* The port is needed for something else; true if a feed had it open, which may
 * still be closing it. Whatever it returns, feeds_resume() is owed. */
bool		 feeds_suspend(struct feeds *feeds, uint32_t device);
void		 feeds_resume(struct feeds *feeds, uint32_t device);

#endif
