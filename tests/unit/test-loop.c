/* Every test runs on both loops: the same promises, two clocks. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop/loop.h"

struct bench {
	struct loop		*loop;
	struct loop_timer	*timers[4];
	struct loop_deferred	*deferred[2];
	struct loop_fd		*fds[2];
	int			 pipes[2][2];
	char			 log[64];
	unsigned		 count;
};

static void
note(struct bench *b, char c)
{
	size_t len = strlen(b->log);

	assert_true(len + 1 < sizeof b->log);
	b->log[len] = c;
}

static int
setup_real(void **state)
{
	static struct bench bench;

	bench = (struct bench){ .loop = loop_new() };
	*state = &bench;
	return 0;
}

static int
setup_virtual(void **state)
{
	static struct bench bench;

	bench = (struct bench){ .loop = loop_new_virtual() };
	*state = &bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;

	loop_free(b->loop);
	return 0;
}

static void
on_a(void *arg)
{
	note(arg, 'a');
}

static void
on_b(void *arg)
{
	note(arg, 'b');
}

static void
on_c(void *arg)
{
	note(arg, 'c');
}

static void
timers_fire_in_order_of_time_then_of_setting(void **state)
{
	struct bench *b = *state;
	struct loop_timer *x = loop_timer_new(b->loop, on_a, b);
	struct loop_timer *y = loop_timer_new(b->loop, on_b, b);
	struct loop_timer *z = loop_timer_new(b->loop, on_c, b);
	uint64_t start = loop_now_us(b->loop);

	loop_timer_set(x, LOOP_MS(20));
	loop_timer_set(y, LOOP_MS(10));
	loop_timer_set(z, 0);
	loop_timer_set(x, LOOP_MS(5));
	loop_run(b->loop);
	assert_string_equal(b->log, "cab");
	assert_true(loop_now_us(b->loop) - start >= LOOP_MS(10));
	assert_false(loop_timer_is_set(x));
	loop_timer_free(x);
	loop_timer_free(y);
	loop_timer_free(z);
}

static void
free_the_other(void *arg)
{
	struct bench *b = arg;

	note(b, 'f');
	loop_timer_free(b->timers[1]);
	loop_timer_free(b->timers[0]);
	loop_deferred_free(b->deferred[0]);
	b->deferred[0] = NULL;
}

static void
what_was_freed_never_fires_even_when_it_was_due(void **state)
{
	struct bench *b = *state;

	b->timers[0] = loop_timer_new(b->loop, free_the_other, b);
	b->timers[1] = loop_timer_new(b->loop, on_a, b);
	b->deferred[0] = loop_deferred_new(b->loop, on_b, b);
	loop_timer_set(b->timers[0], 0);
	loop_timer_set(b->timers[1], 0);
	loop_deferred_schedule(b->deferred[0]);
	loop_run(b->loop);
	assert_string_equal(b->log, "f");
}

static void
defer_again(void *arg)
{
	struct bench *b = arg;

	note(b, 'd');
	if (++b->count < 3)
		loop_deferred_schedule(b->deferred[0]);
}

static void
deferred_calls_run_once_in_order_and_again_in_the_next_turn(void **state)
{
	struct bench *b = *state;
	struct loop_deferred *other = loop_deferred_new(b->loop, on_a, b);

	b->deferred[0] = loop_deferred_new(b->loop, defer_again, b);
	loop_deferred_schedule(b->deferred[0]);
	loop_deferred_schedule(other);
	loop_deferred_schedule(b->deferred[0]);
	assert_true(loop_turn(b->loop, 0));
	assert_string_equal(b->log, "da");
	loop_run(b->loop);
	assert_string_equal(b->log, "dadd");
	loop_deferred_free(b->deferred[0]);
	loop_deferred_free(other);
}

static void
set_again(void *arg)
{
	struct bench *b = arg;

	note(b, 't');
	if (++b->count < 3)
		loop_timer_set(b->timers[0], 0);
}

static void
on_readable(int fd, unsigned events, void *arg)
{
	struct bench *b = arg;
	char c;

	assert_int_equal(events, LOOP_READ);
	assert_int_equal(read(fd, &c, 1), 1);
	note(b, c);
	for (int i = 0; i < 2; i++) {
		if (fd == b->pipes[i][0] && c == 'q') {
			loop_fd_free(b->fds[i]);
			b->fds[i] = NULL;
		}
	}
}

static void
a_timer_without_delay_does_not_starve_descriptors(void **state)
{
	struct bench *b = *state;

	assert_int_equal(pipe(b->pipes[0]), 0);
	b->fds[0] = loop_fd_new(b->loop, b->pipes[0][0], LOOP_READ,
	    on_readable, b);
	b->timers[0] = loop_timer_new(b->loop, set_again, b);
	loop_timer_set(b->timers[0], 0);
	assert_int_equal(write(b->pipes[0][1], "q", 1), 1);
	loop_turn(b->loop, UINT64_MAX);
	assert_non_null(strchr(b->log, 'q'));
	loop_run(b->loop);
	assert_string_equal(b->log, "qttt");
	loop_timer_free(b->timers[0]);
	close(b->pipes[0][0]);
	close(b->pipes[0][1]);
}

static void
free_the_other_fd(int fd, unsigned events, void *arg)
{
	struct bench *b = arg;

	(void)fd, (void)events;
	note(b, 'x');
	for (int i = 0; i < 2; i++) {
		loop_fd_free(b->fds[i]);
		b->fds[i] = NULL;
	}
}

static void
a_descriptor_freed_by_another_never_fires(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(b->pipes[i]), 0);
		b->fds[i] = loop_fd_new(b->loop, b->pipes[i][0], LOOP_READ,
		    free_the_other_fd, b);
		assert_int_equal(write(b->pipes[i][1], "1", 1), 1);
	}
	loop_run(b->loop);
	assert_string_equal(b->log, "x");
	for (int i = 0; i < 2; i++) {
		close(b->pipes[i][0]);
		close(b->pipes[i][1]);
	}
}

static void
a_paused_descriptor_is_silent_until_it_is_watched_again(void **state)
{
	struct bench *b = *state;

	assert_int_equal(pipe(b->pipes[0]), 0);
	b->fds[0] = loop_fd_new(b->loop, b->pipes[0][0], LOOP_READ,
	    on_readable, b);
	loop_fd_set(b->fds[0], 0);
	assert_int_equal(write(b->pipes[0][1], "q", 1), 1);
	assert_false(loop_turn(b->loop, UINT64_MAX));
	assert_string_equal(b->log, "");
	loop_fd_set(b->fds[0], LOOP_READ);
	loop_run(b->loop);
	assert_string_equal(b->log, "q");
	close(b->pipes[0][0]);
	close(b->pipes[0][1]);
}

static void
count_reads(int fd, unsigned events, void *arg)
{
	struct bench *b = arg;

	(void)fd, (void)events;
	assert_true(++b->count < 100);
}

static void
a_descriptor_that_stays_ready_does_not_keep_the_turn(void **state)
{
	struct bench *b = *state;

	assert_int_equal(pipe(b->pipes[0]), 0);
	b->fds[0] = loop_fd_new(b->loop, b->pipes[0][0], LOOP_READ,
	    count_reads, b);
	b->deferred[0] = loop_deferred_new(b->loop, on_a, b);
	assert_int_equal(write(b->pipes[0][1], "1", 1), 1);
	loop_deferred_schedule(b->deferred[0]);
	assert_true(loop_turn(b->loop, UINT64_MAX));
	assert_string_equal(b->log, "a");
	assert_int_equal(b->count, 1);
	loop_fd_free(b->fds[0]);
	loop_deferred_free(b->deferred[0]);
	close(b->pipes[0][0]);
	close(b->pipes[0][1]);
}

static void
nothing_scheduled_is_no_turn(void **state)
{
	struct bench *b = *state;

	assert_false(loop_turn(b->loop, UINT64_MAX));
}

static void
a_turn_waits_no_longer_than_it_may(void **state)
{
	struct bench *b = *state;
	struct loop_timer *timer = loop_timer_new(b->loop, on_a, b);

	loop_timer_set(timer, LOOP_S(3600));
	assert_true(loop_turn(b->loop, LOOP_MS(1)));
	assert_string_equal(b->log, "");
	assert_true(loop_timer_is_set(timer));
	loop_timer_free(timer);
}

static void
many_timers_keep_their_order_when_some_are_stopped(void **state)
{
	struct bench *b = *state;
	struct loop_timer *timers[40];

	for (unsigned i = 0; i < 40; i++) {
		timers[i] = loop_timer_new(b->loop,
		    i % 4 == 3 ? on_c : i % 2 ? on_b : on_a, b);
		loop_timer_set(timers[i], (40 - i) * 10);
	}
	for (unsigned i = 0; i < 40; i++) {
		if (i % 4 != 3 && i != 38)
			loop_timer_stop(timers[i]);
	}
	loop_run(b->loop);
	assert_string_equal(b->log, "caccccccccc");
	for (unsigned i = 0; i < 40; i++)
		loop_timer_free(timers[i]);
}

static void
on_signal(int signo, void *arg)
{
	struct bench *b = arg;

	assert_int_equal(signo, SIGUSR1);
	note(b, 's');
	loop_stop(b->loop);
}

static void
a_signal_becomes_a_callback(void **state)
{
	struct bench *b = *state;
	struct loop_signal *signal_source = loop_signal_new(b->loop, SIGUSR1,
	    on_signal, b);
	struct loop_timer *timer = loop_timer_new(b->loop, on_a, b);

	loop_timer_set(timer, LOOP_S(3600));
	assert_int_equal(raise(SIGUSR1), 0);
	loop_run(b->loop);
	assert_string_equal(b->log, "s");
	loop_timer_free(timer);
	loop_signal_free(signal_source);
}

static void
stop_it(void *arg)
{
	struct bench *b = arg;

	loop_stop(b->loop);
}

static void
hours_pass_at_once_on_the_virtual_clock(void **state)
{
	struct bench *b = *state;
	struct loop_timer *timer = loop_timer_new(b->loop, stop_it, b);
	uint64_t wall = loop_wall_us(b->loop);

	loop_timer_set(timer, LOOP_S(86400));
	loop_run(b->loop);
	assert_true(loop_wall_us(b->loop) - wall == LOOP_S(86400));
	loop_timer_free(timer);
}

#define ON_BOTH(test) \
	{ #test " (real)", test, setup_real, teardown, NULL }, \
	{ #test " (virtual)", test, setup_virtual, teardown, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(timers_fire_in_order_of_time_then_of_setting),
		ON_BOTH(what_was_freed_never_fires_even_when_it_was_due),
		ON_BOTH(deferred_calls_run_once_in_order_and_again_in_the_next_turn),
		ON_BOTH(a_timer_without_delay_does_not_starve_descriptors),
		ON_BOTH(a_descriptor_freed_by_another_never_fires),
		ON_BOTH(a_paused_descriptor_is_silent_until_it_is_watched_again),
		ON_BOTH(a_descriptor_that_stays_ready_does_not_keep_the_turn),
		ON_BOTH(nothing_scheduled_is_no_turn),
		ON_BOTH(a_turn_waits_no_longer_than_it_may),
		/* In real time, setting them may take longer than they do. */
		{ "many_timers_keep_their_order_when_some_are_stopped",
		    many_timers_keep_their_order_when_some_are_stopped,
		    setup_virtual, teardown, NULL },
		{ "a_signal_becomes_a_callback", a_signal_becomes_a_callback,
		    setup_real, teardown, NULL },
		{ "hours_pass_at_once_on_the_virtual_clock",
		    hours_pass_at_once_on_the_virtual_clock, setup_virtual,
		    teardown, NULL },
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
