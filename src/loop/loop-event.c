/* The real loop: libevent waits, on the system's clocks. */
#include "config.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "base/mem.h"
#include "loop/loop-backend.h"
#include "loop/loop.h"

struct event_state {
	struct event_base	*base;
	struct event		*deadline;
};

struct event_fd {
	struct event_state	*state;
	struct event		*event;
	int			 fd;
	loop_fd_cb		 cb;
	void			*arg;
};

struct event_signal {
	struct event	*event;
	int		 signo;
	loop_signal_cb	 cb;
	void		*arg;
};

static uint64_t
clock_us(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static uint64_t
event_now_us(const void *state)
{
	(void)state;
	return clock_us(CLOCK_MONOTONIC);
}

static uint64_t
event_wall_us(const void *state)
{
	(void)state;
	return clock_us(CLOCK_REALTIME);
}

static void
event_free_state(void *arg)
{
	struct event_state *state = arg;

	event_free(state->deadline);
	event_base_free(state->base);
	free(state);
}

static void
event_deadline(evutil_socket_t fd, short what, void *arg)
{
	/* Only ends the wait. */
	(void)fd, (void)what, (void)arg;
}

static void
event_wait(void *arg, uint64_t due_us)
{
	struct event_state *state = arg;
	uint64_t now = event_now_us(state);
	struct timeval tv;

	if (due_us <= now) {
		/* ONCE too: without it, it goes on while anything is ready. */
		event_base_loop(state->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		return;
	}
	if (due_us != UINT64_MAX) {
		tv.tv_sec = (time_t)((due_us - now) / 1000000);
		tv.tv_usec = (suseconds_t)((due_us - now) % 1000000);
		evtimer_add(state->deadline, &tv);
	}
	event_base_loop(state->base, EVLOOP_ONCE);
	evtimer_del(state->deadline);
}

static void
event_fd_ready(evutil_socket_t fd, short what, void *arg)
{
	struct event_fd *source = arg;
	unsigned events = 0;

	(void)fd;
	if (what & EV_READ)
		events |= LOOP_READ;
	if (what & EV_WRITE)
		events |= LOOP_WRITE;
	source->cb(source->fd, events, source->arg);
}

static void *
event_fd_new(void *arg, int fd, loop_fd_cb cb, void *cb_arg)
{
	struct event_state *state = arg;
	struct event_fd *source = xcalloc(1, sizeof *source);

	source->state = state;
	source->fd = fd;
	source->cb = cb;
	source->arg = cb_arg;
	source->event = event_new(state->base, fd, EV_PERSIST, event_fd_ready,
	    source);
	if (source->event == NULL)
		abort();
	return source;
}

static void
event_fd_set(void *arg, unsigned events)
{
	struct event_fd *source = arg;
	short what = EV_PERSIST;

	event_del(source->event);
	if (events == 0)
		return;
	if (events & LOOP_READ)
		what |= EV_READ;
	if (events & LOOP_WRITE)
		what |= EV_WRITE;
	event_assign(source->event, source->state->base, source->fd, what,
	    event_fd_ready, source);
	event_add(source->event, NULL);
}

static void
event_fd_free(void *arg)
{
	struct event_fd *source = arg;

	event_free(source->event);
	free(source);
}

static void
event_signal_fired(evutil_socket_t fd, short what, void *arg)
{
	struct event_signal *source = arg;

	(void)fd, (void)what;
	source->cb(source->signo, source->arg);
}

static void *
event_signal_new(void *arg, int signo, loop_signal_cb cb, void *cb_arg)
{
	struct event_state *state = arg;
	struct event_signal *source = xcalloc(1, sizeof *source);

	source->signo = signo;
	source->cb = cb;
	source->arg = cb_arg;
	source->event = evsignal_new(state->base, signo, event_signal_fired,
	    source);
	if (source->event == NULL)
		abort();
	event_add(source->event, NULL);
	return source;
}

static void
event_signal_free(void *arg)
{
	struct event_signal *source = arg;

	event_free(source->event);
	free(source);
}

static const struct loop_backend_ops event_ops = {
	.free = event_free_state,
	.now_us = event_now_us,
	.wall_us = event_wall_us,
	.wait = event_wait,
	.fd_new = event_fd_new,
	.fd_set = event_fd_set,
	.fd_free = event_fd_free,
	.signal_new = event_signal_new,
	.signal_free = event_signal_free,
};

struct loop *
loop_new(void)
{
	struct event_state *state = xcalloc(1, sizeof *state);
	struct event_config *config = event_config_new();

	if (config == NULL)
		abort();
	event_config_avoid_method(config, "epoll");
	state->base = event_base_new_with_config(config);
	event_config_free(config);
	if (state->base == NULL)
		abort();
	state->deadline = evtimer_new(state->base, event_deadline, NULL);
	if (state->deadline == NULL)
		abort();
	return loop_new_on(&event_ops, state);
}
