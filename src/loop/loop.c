#include "config.h"

#include "loop/loop.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop-backend.h"

/*
 * Timers are a binary heap ordered by due time, then by the order of setting.
 * heap[i]->at is i, or TIMER_IDLE where the timer is not set.
 */
struct loop {
	const struct loop_backend_ops	 *ops;
	void				 *state;
	struct loop_timer		**heap;
	size_t				  heap_len;
	size_t				  heap_cap;
	uint64_t			  next_seq;
	struct loop_deferred		 *deferred;	/* oldest first */
	struct loop_deferred		**deferred_end;
	uint64_t			  turn;
	unsigned			  watched;	/* fds and signals */
	bool				  stopped;
};

struct loop_fd {
	struct loop	*loop;
	void		*state;
	unsigned	 events;
};

#define TIMER_IDLE SIZE_MAX

struct loop_timer {
	struct loop	*loop;
	loop_cb		 cb;
	void		*arg;
	uint64_t	 due_us;
	uint64_t	 seq;
	size_t		 at;
};

struct loop_signal {
	struct loop	*loop;
	void		*state;
};

struct loop_deferred {
	struct loop		*loop;
	loop_cb			 cb;
	void			*arg;
	bool			 is_scheduled;
	uint64_t		 turn;		/* in which it was scheduled */
	struct loop_deferred	*next;
};

struct loop *
loop_new_on(const struct loop_backend_ops *ops, void *state)
{
	struct loop *loop = xcalloc(1, sizeof *loop);

	loop->ops = ops;
	loop->state = state;
	loop->deferred_end = &loop->deferred;
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	assert(loop->heap_len == 0 && loop->deferred == NULL);
	loop->ops->free(loop->state);
	free(loop->heap);
	free(loop);
}

uint64_t
loop_now_us(const struct loop *loop)
{
	return loop->ops->now_us(loop->state);
}

uint64_t
loop_wall_us(const struct loop *loop)
{
	return loop->ops->wall_us(loop->state);
}

/* --- Timers ------------------------------------------------------------- */

static bool
timer_before(const struct loop_timer *a, const struct loop_timer *b)
{
	if (a->due_us != b->due_us)
		return a->due_us < b->due_us;
	return a->seq < b->seq;
}

static void
heap_put(struct loop *loop, size_t i, struct loop_timer *timer)
{
	loop->heap[i] = timer;
	timer->at = i;
}

static void
heap_up(struct loop *loop, size_t i, struct loop_timer *timer)
{
	while (i > 0 && timer_before(timer, loop->heap[(i - 1) / 2])) {
		heap_put(loop, i, loop->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_put(loop, i, timer);
}

static void
heap_down(struct loop *loop, size_t i, struct loop_timer *timer)
{
	size_t child;

	while ((child = 2 * i + 1) < loop->heap_len) {
		if (child + 1 < loop->heap_len &&
		    timer_before(loop->heap[child + 1], loop->heap[child]))
			child++;
		if (!timer_before(loop->heap[child], timer))
			break;
		heap_put(loop, i, loop->heap[child]);
		i = child;
	}
	heap_put(loop, i, timer);
}

static void
heap_remove(struct loop *loop, struct loop_timer *timer)
{
	struct loop_timer *last = loop->heap[--loop->heap_len];
	size_t i = timer->at;

	timer->at = TIMER_IDLE;
	if (last == timer)
		return;
	if (i > 0 && timer_before(last, loop->heap[(i - 1) / 2]))
		heap_up(loop, i, last);
	else
		heap_down(loop, i, last);
}

struct loop_timer *
loop_timer_new(struct loop *loop, loop_cb cb, void *arg)
{
	struct loop_timer *timer = xcalloc(1, sizeof *timer);

	timer->loop = loop;
	timer->cb = cb;
	timer->arg = arg;
	timer->at = TIMER_IDLE;
	return timer;
}

void
loop_timer_set(struct loop_timer *timer, uint64_t delay_us)
{
	struct loop *loop = timer->loop;

	loop_timer_stop(timer);
	if (__builtin_add_overflow(loop_now_us(loop), delay_us, &timer->due_us))
		timer->due_us = UINT64_MAX;
	timer->seq = loop->next_seq++;
	if (loop->heap_len == loop->heap_cap) {
		loop->heap_cap = loop->heap_cap == 0 ? 16 : 2 * loop->heap_cap;
		loop->heap = xreallocarray(loop->heap, loop->heap_cap,
		    sizeof *loop->heap);
	}
	heap_up(loop, loop->heap_len++, timer);
}

void
loop_timer_stop(struct loop_timer *timer)
{
	if (timer->at != TIMER_IDLE)
		heap_remove(timer->loop, timer);
}

bool
loop_timer_is_set(const struct loop_timer *timer)
{
	return timer->at != TIMER_IDLE;
}

void
loop_timer_free(struct loop_timer *timer)
{
	if (timer == NULL)
		return;
	loop_timer_stop(timer);
	free(timer);
}

/* Only timers set before this turn, so that a timer that sets itself again
 * with no delay does not keep the descriptors waiting. */
static void
loop_fire_timers(struct loop *loop)
{
	uint64_t now = loop_now_us(loop), end = loop->next_seq;
	struct loop_timer *timer;

	while (loop->heap_len > 0) {
		timer = loop->heap[0];
		if (timer->due_us > now || timer->seq >= end)
			break;
		heap_remove(loop, timer);
		timer->cb(timer->arg);
	}
}

/* --- Deferred calls ----------------------------------------------------- */

struct loop_deferred *
loop_deferred_new(struct loop *loop, loop_cb cb, void *arg)
{
	struct loop_deferred *deferred = xcalloc(1, sizeof *deferred);

	deferred->loop = loop;
	deferred->cb = cb;
	deferred->arg = arg;
	return deferred;
}

void
loop_deferred_schedule(struct loop_deferred *deferred)
{
	struct loop *loop = deferred->loop;

	if (deferred->is_scheduled)
		return;
	deferred->is_scheduled = true;
	deferred->turn = loop->turn;
	deferred->next = NULL;
	*loop->deferred_end = deferred;
	loop->deferred_end = &deferred->next;
}

void
loop_deferred_cancel(struct loop_deferred *deferred)
{
	struct loop *loop = deferred->loop;
	struct loop_deferred **link;

	if (!deferred->is_scheduled)
		return;
	for (link = &loop->deferred; *link != deferred; link = &(*link)->next)
		;
	*link = deferred->next;
	if (loop->deferred_end == &deferred->next)
		loop->deferred_end = link;
	deferred->is_scheduled = false;
}

void
loop_deferred_free(struct loop_deferred *deferred)
{
	if (deferred == NULL)
		return;
	loop_deferred_cancel(deferred);
	free(deferred);
}

/* A call that is scheduled meanwhile waits for the next turn, which then does
 * not wait. */
static void
loop_run_deferred(struct loop *loop)
{
	uint64_t turn = loop->turn++;
	struct loop_deferred *first;

	while ((first = loop->deferred) != NULL && first->turn <= turn) {
		loop_deferred_cancel(first);
		first->cb(first->arg);
	}
}

/* --- Descriptors and signals -------------------------------------------- */

struct loop_fd *
loop_fd_new(struct loop *loop, int fd, unsigned events, loop_fd_cb cb,
    void *arg)
{
	struct loop_fd *source = xcalloc(1, sizeof *source);

	source->loop = loop;
	source->state = loop->ops->fd_new(loop->state, fd, cb, arg);
	loop_fd_set(source, events);
	return source;
}

void
loop_fd_set(struct loop_fd *source, unsigned events)
{
	if (source->events == events)
		return;
	if (source->events == 0)
		source->loop->watched++;
	else if (events == 0)
		source->loop->watched--;
	source->events = events;
	source->loop->ops->fd_set(source->state, events);
}

void
loop_fd_free(struct loop_fd *source)
{
	if (source == NULL)
		return;
	loop_fd_set(source, 0);
	source->loop->ops->fd_free(source->state);
	free(source);
}

struct loop_signal *
loop_signal_new(struct loop *loop, int signo, loop_signal_cb cb, void *arg)
{
	struct loop_signal *source = xcalloc(1, sizeof *source);

	source->loop = loop;
	source->state = loop->ops->signal_new(loop->state, signo, cb, arg);
	return source;
}

void
loop_signal_free(struct loop_signal *source)
{
	if (source == NULL)
		return;
	source->loop->ops->signal_free(source->state);
	free(source);
}

/* --- Running ------------------------------------------------------------ */

bool
loop_turn(struct loop *loop, uint64_t max_wait_us)
{
	uint64_t due, now;

	if (loop->watched == 0 && loop->heap_len == 0 && loop->deferred == NULL)
		return false;
	now = loop_now_us(loop);
	if (loop->deferred != NULL)
		due = now;
	else {
		if (__builtin_add_overflow(now, max_wait_us, &due))
			due = UINT64_MAX;
		if (loop->heap_len > 0 && loop->heap[0]->due_us < due)
			due = loop->heap[0]->due_us;
	}
	loop->ops->wait(loop->state, due);
	loop_fire_timers(loop);
	loop_run_deferred(loop);
	return true;
}

void
loop_run(struct loop *loop)
{
	loop->stopped = false;
	while (!loop->stopped && loop_turn(loop, UINT64_MAX))
		;
}

void
loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
