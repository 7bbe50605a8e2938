/*
 * The event loop: descriptors, timers, signals and deferred calls on one
 * thread, and the clock that everybody uses.
 *
 * Promises:
 *  - Callbacks never nest: nothing here calls back from inside a call.
 *  - A source that was freed or stopped never fires again, also when it was
 *    due in the same turn. A callback may free its own source.
 *  - Nothing scheduled means no wake-up.
 *  - Timers are one-shot; set again to repeat. Timers due at the same time
 *    fire in the order in which they were set.
 *  - Deferred calls run at the end of the current turn, once, in order.
 *
 * Two loops pass the same tests: loop_new() waits in libevent on the real
 * clock (epoll is not used: it refuses plain files as stdin).
 * loop_new_virtual() has a clock of its own that jumps to the next timer
 * whenever no descriptor is ready, so that minutes pass in milliseconds.
 *
 * All times are microseconds: monotonic in loop_now_us(), since the epoch in
 * loop_wall_us() (on the virtual clock: a fixed date plus what has passed).
 * loop_now_us() is read afresh at each call on the real loop.
 */
#ifndef PTERM_LOOP_LOOP_H
#define PTERM_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_fd;
struct loop_timer;
struct loop_signal;
struct loop_deferred;

#define LOOP_READ	0x01
#define LOOP_WRITE	0x02

#define LOOP_MS(ms)	((uint64_t)(ms) * 1000)
#define LOOP_S(s)	((uint64_t)(s) * 1000000)

typedef void (*loop_fd_cb)(int fd, unsigned events, void *arg);
typedef void (*loop_cb)(void *arg);
typedef void (*loop_signal_cb)(int signo, void *arg);

struct loop	*loop_new(void);
struct loop	*loop_new_virtual(void);
/* All sources must have been freed before. */
void		 loop_free(struct loop *loop);

uint64_t	 loop_now_us(const struct loop *loop);
uint64_t	 loop_wall_us(const struct loop *loop);

/* Runs until loop_stop() is called, or until no source is left that could
 * ever fire (an fd that waits counts as one). */
void		 loop_run(struct loop *loop);
/* One turn: waits for the next thing at most max_wait_us (UINT64_MAX: for as
 * long as it takes), handles what is due. False: nothing is scheduled. */
bool		 loop_turn(struct loop *loop, uint64_t max_wait_us);
void		 loop_stop(struct loop *loop);

/* Descriptors. events 0 keeps the source but watches nothing. */
struct loop_fd	*loop_fd_new(struct loop *loop, int fd, unsigned events,
		    loop_fd_cb cb, void *arg);
void		 loop_fd_set(struct loop_fd *source, unsigned events);
void		 loop_fd_free(struct loop_fd *source);

/* Timers. A new timer is not set. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_cb cb, void *arg);
void		 loop_timer_set(struct loop_timer *timer, uint64_t delay_us);
void		 loop_timer_stop(struct loop_timer *timer);
bool		 loop_timer_is_set(const struct loop_timer *timer);
void		 loop_timer_free(struct loop_timer *timer);

/* Signals. Real loop only; the virtual one never fires them. */
struct loop_signal *loop_signal_new(struct loop *loop, int signo,
		    loop_signal_cb cb, void *arg);
void		 loop_signal_free(struct loop_signal *source);

/* A call at the end of this turn. Scheduling it twice runs it once. */
struct loop_deferred *loop_deferred_new(struct loop *loop, loop_cb cb,
		    void *arg);
void		 loop_deferred_schedule(struct loop_deferred *deferred);
void		 loop_deferred_cancel(struct loop_deferred *deferred);
void		 loop_deferred_free(struct loop_deferred *deferred);

#endif
