/*
 * The loop of tests: a clock that jumps to the next deadline whenever no
 * descriptor is ready. With no deadline it waits for a descriptor in earnest.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop-backend.h"
#include "loop/loop.h"

/* 2026-01-01T00:00:00Z: screens and logs of tests show the same dates always. */
#define VIRTUAL_EPOCH_US (UINT64_C(1767225600) * 1000000)

struct virtual_state {
	uint64_t	  now_us;
	struct virtual_fd **fds;	/* watched or not; NULL: a free place */
	size_t		  fd_count;
};

struct virtual_fd {
	struct virtual_state	*state;
	size_t			 at;
	int			 fd;
	unsigned		 events;
	loop_fd_cb		 cb;
	void			*arg;
};

static void
virtual_free(void *arg)
{
	struct virtual_state *state = arg;

	free(state->fds);
	free(state);
}

static uint64_t
virtual_now_us(const void *arg)
{
	const struct virtual_state *state = arg;

	return state->now_us;
}

static uint64_t
virtual_wall_us(const void *arg)
{
	return VIRTUAL_EPOCH_US + virtual_now_us(arg);
}

/* Calls back for what is ready; a source that goes meanwhile is skipped. */
static void
virtual_dispatch(struct virtual_state *state, const struct pollfd *polled,
    size_t count)
{
	struct virtual_fd *source;
	unsigned events;

	for (size_t i = 0; i < count; i++) {
		source = i < state->fd_count ? state->fds[i] : NULL;
		if (source == NULL || polled[i].revents == 0 ||
		    source->fd != polled[i].fd)
			continue;
		events = 0;
		if (polled[i].revents & (POLLIN | POLLHUP | POLLERR))
			events |= LOOP_READ;
		if (polled[i].revents & (POLLOUT | POLLHUP | POLLERR))
			events |= LOOP_WRITE;
		events &= source->events;
		if (events != 0)
			source->cb(source->fd, events, source->arg);
	}
}

static void
virtual_wait(void *arg, uint64_t due_us)
{
	struct virtual_state *state = arg;
	size_t count = state->fd_count;
	struct pollfd *polled = xcalloc(count, sizeof *polled);
	int ready;

	for (size_t i = 0; i < count; i++) {
		struct virtual_fd *source = state->fds[i];

		polled[i].fd = -1;
		if (source == NULL || source->events == 0)
			continue;
		polled[i].fd = source->fd;
		if (source->events & LOOP_READ)
			polled[i].events |= POLLIN;
		if (source->events & LOOP_WRITE)
			polled[i].events |= POLLOUT;
	}
	ready = poll(polled, count, due_us == UINT64_MAX ? -1 : 0);
	if (ready > 0)
		virtual_dispatch(state, polled, count);
	else if (due_us != UINT64_MAX && due_us > state->now_us)
		state->now_us = due_us;
	free(polled);
}

static void *
virtual_fd_new(void *arg, int fd, loop_fd_cb cb, void *cb_arg)
{
	struct virtual_state *state = arg;
	struct virtual_fd *source = xcalloc(1, sizeof *source);
	size_t i;

	for (i = 0; i < state->fd_count && state->fds[i] != NULL; i++)
		;
	if (i == state->fd_count) {
		state->fds = xreallocarray(state->fds, ++state->fd_count,
		    sizeof *state->fds);
	}
	state->fds[i] = source;
	source->state = state;
	source->at = i;
	source->fd = fd;
	source->cb = cb;
	source->arg = cb_arg;
	return source;
}

static void
virtual_fd_set(void *arg, unsigned events)
{
	struct virtual_fd *source = arg;

	source->events = events;
}

static void
virtual_fd_free(void *arg)
{
	struct virtual_fd *source = arg;

	source->state->fds[source->at] = NULL;
	free(source);
}

static void *
virtual_signal_new(void *state, int signo, loop_signal_cb cb, void *arg)
{
	(void)state, (void)signo, (void)cb, (void)arg;
	return NULL;
}

static void
virtual_signal_free(void *arg)
{
	(void)arg;
}

static const struct loop_backend_ops virtual_ops = {
	.free = virtual_free,
	.now_us = virtual_now_us,
	.wall_us = virtual_wall_us,
	.wait = virtual_wait,
	.fd_new = virtual_fd_new,
	.fd_set = virtual_fd_set,
	.fd_free = virtual_fd_free,
	.signal_new = virtual_signal_new,
	.signal_free = virtual_signal_free,
};

struct loop *
loop_new_virtual(void)
{
	return loop_new_on(&virtual_ops, xcalloc(1, sizeof(struct virtual_state)));
}
