/*
 * What loop.c needs from a way to wait: two of them, loop-event.c on the real
 * clock and loop-virtual.c on a clock of its own. Private to this folder.
 */
#ifndef PTERM_LOOP_LOOP_BACKEND_H
#define PTERM_LOOP_LOOP_BACKEND_H

#include "loop/loop.h"

struct loop_backend_ops {
	void	 (*free)(void *state);
	uint64_t (*now_us)(const void *state);
	uint64_t (*wall_us)(const void *state);
	/* Waits for a descriptor or a signal, at most until due_us on its own
	 * clock (UINT64_MAX: for ever), and calls back for each that is ready.
	 * Returns early after any of them. */
	void	 (*wait)(void *state, uint64_t due_us);
	/* The backend's half of a source; watching starts with fd_set. */
	void	*(*fd_new)(void *state, int fd, loop_fd_cb cb, void *arg);
	void	 (*fd_set)(void *fd_state, unsigned events);
	void	 (*fd_free)(void *fd_state);
	void	*(*signal_new)(void *state, int signo, loop_signal_cb cb,
		    void *arg);
	void	 (*signal_free)(void *signal_state);
};

struct loop	*loop_new_on(const struct loop_backend_ops *ops, void *state);

#endif
