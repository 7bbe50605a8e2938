/*
 * Ports and their threads, on a kernel of ours: what serial-work.c does is done
 * here, held up for as long as a test wants. Wants to be clean under the thread
 * sanitizer.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bus/bus-serial.h"
#include "bus/serial-work.h"

#define TTY	"/dev/ttyACM0"

/* --- The kernel ---------------------------------------------------------- */

static struct kernel {
	pthread_mutex_t	 lock;
	pthread_cond_t	 changed;
	bool		 is_held;	/* whoever calls, waits */
	unsigned	 calls;
	unsigned	 running;	/* one tty: never more than one */
	unsigned	 most;
	unsigned	 open;
	int		 device;	/* the other end of what was opened */
} kernel = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
	.device = -1,
};

static void
kernel_call(void)
{
	pthread_mutex_lock(&kernel.lock);
	kernel.calls++;
	if (++kernel.running > kernel.most)
		kernel.most = kernel.running;
	pthread_cond_broadcast(&kernel.changed);
	while (kernel.is_held)
		pthread_cond_wait(&kernel.changed, &kernel.lock);
	kernel.running--;
	pthread_mutex_unlock(&kernel.lock);
}

static void
kernel_hold(bool is_held)
{
	pthread_mutex_lock(&kernel.lock);
	kernel.is_held = is_held;
	pthread_cond_broadcast(&kernel.changed);
	pthread_mutex_unlock(&kernel.lock);
}

static void
kernel_until_running(unsigned calls)
{
	pthread_mutex_lock(&kernel.lock);
	while (kernel.calls < calls || kernel.running == 0)
		pthread_cond_wait(&kernel.changed, &kernel.lock);
	pthread_mutex_unlock(&kernel.lock);
}

void
serial_work_open(struct serial_work *work)
{
	int ends[2];

	work->error.code = ERROR_NONE;
	kernel_call();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
	    ends) != 0)
		abort();
	work->fd = ends[0];
	work->port = (struct sp_port *)(void *)work;
	pthread_mutex_lock(&kernel.lock);
	kernel.device = ends[1];
	kernel.open++;
	pthread_mutex_unlock(&kernel.lock);
}

void
serial_work_configure(struct serial_work *work)
{
	work->error.code = ERROR_NONE;
	kernel_call();
}

void
serial_work_break(struct serial_work *work)
{
	serial_work_configure(work);
}

void
serial_work_close(struct serial_work *work)
{
	work->error.code = ERROR_NONE;
	kernel_call();
	close(work->fd);
	work->fd = -1;
	work->port = NULL;
	pthread_mutex_lock(&kernel.lock);
	if (kernel.device >= 0)
		close(kernel.device);
	kernel.device = -1;
	kernel.open--;
	pthread_mutex_unlock(&kernel.lock);
}

int
serial_work_error(const char *tty, int saved_errno, struct error *err)
{
	(void)saved_errno;
	return error_set(err, ERROR_GONE, "%s: the device has left", tty);
}

/* --- An owner ------------------------------------------------------------ */

struct owner {
	struct bus_port	*port;
	bool		 closes;	/* in whatever callback comes next */
	unsigned	 opened, configured, drained, lost;
	size_t		 bytes;
	struct error	 error;
};

static void
owner_may_close(struct owner *owner)
{
	if (owner->closes)
		bus_serial_close(owner->port);
	owner->closes = false;
}

static void
owner_error(struct owner *owner, const struct error *err)
{
	owner->error = err != NULL ? *err : (struct error){ 0 };
	/* An error that is none would be taken for one. */
	assert_true(err == NULL || err->code != ERROR_NONE);
}

static void
on_opened(struct bus_port *port, const struct error *err, void *arg)
{
	struct owner *owner = arg;

	assert_ptr_equal(port, owner->port);
	owner->opened++;
	owner_error(owner, err);
	owner_may_close(owner);
}

static void
on_data(struct bus_port *port, const uint8_t *data, size_t len, void *arg)
{
	struct owner *owner = arg;

	(void)port, (void)data;
	owner->bytes += len;
	owner_may_close(owner);
}

static void
on_configured(struct bus_port *port, const struct error *err, void *arg)
{
	struct owner *owner = arg;

	(void)port;
	owner->configured++;
	owner_error(owner, err);
	owner_may_close(owner);
}

static void
on_drained(struct bus_port *port, void *arg)
{
	struct owner *owner = arg;

	(void)port;
	owner->drained++;
	owner_may_close(owner);
}

static void
on_lost(struct bus_port *port, const struct error *err, void *arg)
{
	struct owner *owner = arg;

	(void)port;
	owner->lost++;
	owner_error(owner, err);
	owner_may_close(owner);
}

static const struct bus_port_events owner_events = {
	.opened = on_opened,
	.data = on_data,
	.configured = on_configured,
	.drained = on_drained,
	.lost = on_lost,
};

/* --- The stage ----------------------------------------------------------- */

struct stage {
	struct loop		*loop;
	struct host		*host;
	struct bus		 bus;
	struct bus_serial	*serial;
	unsigned		 descriptors;
};

static unsigned
descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static int
setup(void **state)
{
	struct stage *s = calloc(1, sizeof *s);

	s->descriptors = descriptors();
	s->loop = loop_new();
	s->serial = bus_serial_new(s->loop, NULL, &s->bus);
	kernel.is_held = false;
	kernel.calls = kernel.most = 0;
	*state = s;
	return 0;
}

/* Whatever a test left running has come to its end. */
static int
teardown(void **state)
{
	struct stage *s = *state;

	kernel_hold(false);
	bus_serial_free(s->serial);
	loop_free(s->loop);
	assert_int_equal(kernel.running, 0);
	assert_int_equal(kernel.open, 0);
	assert_true(kernel.most <= 1);
	assert_int_equal(descriptors(), s->descriptors);
	free(s);
	return 0;
}

static void
owner_open(struct stage *s, struct owner *owner)
{
	struct bus_port_config config = { .baud = 115200 };
	struct bus_node_info node = { .path = "1-1", .tty = TTY };

	*owner = (struct owner){ 0 };
	owner->port = bus_serial_open(s->serial, TTY, &node, &config,
	    &owner_events, owner);
}

static void
until(struct stage *s, const unsigned *count, unsigned wanted)
{
	while (*count < wanted)
		assert_true(loop_turn(s->loop, UINT64_MAX));
	assert_int_equal(*count, wanted);
}

/* Until nothing is left that could come. */
static void
finish(struct stage *s)
{
	while (loop_turn(s->loop, UINT64_MAX))
		;
}

static void
open_now(struct stage *s, struct owner *owner)
{
	owner_open(s, owner);
	until(s, &owner->opened, 1);
	assert_int_equal(owner->error.code, ERROR_NONE);
}

/* --- Tests --------------------------------------------------------------- */

static void
a_port_opened_again_waits_for_its_own_close(void **state)
{
	struct stage *s = *state;
	struct owner first, second, third;

	kernel_hold(true);
	owner_open(s, &first);
	assert_int_equal(first.opened, 0);
	kernel_until_running(1);
	bus_serial_close(first.port);
	/* One that gives up while it waits leaves no trace. */
	owner_open(s, &second);
	bus_serial_close(second.port);
	owner_open(s, &third);
	kernel_hold(false);
	until(s, &third.opened, 1);
	assert_int_equal(third.error.code, ERROR_NONE);
	assert_int_equal(first.opened + second.opened, 0);
	/* Opened and closed for the first, opened for the third. */
	assert_int_equal(kernel.calls, 3);
	bus_serial_close(third.port);
	finish(s);
}

static void
a_port_that_is_open_is_busy_and_says_so_from_the_loop(void **state)
{
	struct stage *s = *state;
	struct owner first, second;

	open_now(s, &first);
	owner_open(s, &second);
	assert_int_equal(second.opened, 0);
	until(s, &second.opened, 1);
	assert_int_equal(second.error.code, ERROR_BUSY);
	bus_serial_close(second.port);
	bus_serial_close(first.port);
	finish(s);
}

static void
every_callback_may_close_its_port(void **state)
{
	struct bus_port_config config = { .baud = 14400 };
	struct stage *s = *state;
	struct owner owner;

	owner_open(s, &owner);
	owner.closes = true;
	finish(s);
	assert_int_equal(owner.opened, 1);

	open_now(s, &owner);
	owner.closes = true;
	assert_int_equal(write(kernel.device, "abc", 3), 3);
	finish(s);
	assert_int_equal(owner.bytes, 3);

	open_now(s, &owner);
	owner.closes = true;
	bus_serial_configure(owner.port, &config);
	assert_int_equal(owner.configured, 0);
	finish(s);
	assert_int_equal(owner.configured, 1);

	open_now(s, &owner);
	owner.closes = true;
	assert_int_equal(bus_serial_write(owner.port, "abc", 3), 3);
	finish(s);
	assert_int_equal(owner.drained, 1);

	open_now(s, &owner);
	owner.closes = true;
	close(kernel.device);
	kernel.device = -1;
	finish(s);
	assert_int_equal(owner.lost, 1);
}

static void
nothing_comes_after_close_whatever_runs(void **state)
{
	struct bus_port_config config = { .baud = 9600 };
	struct stage *s = *state;
	struct owner owner;

	open_now(s, &owner);
	kernel_hold(true);
	bus_serial_configure(owner.port, &config);
	kernel_until_running(2);
	bus_serial_close(owner.port);
	kernel_hold(false);
	finish(s);
	assert_int_equal(owner.configured + owner.lost, 0);
	assert_int_equal(kernel.calls, 3);
}

static void
a_lost_port_brings_what_came_before_and_still_answers(void **state)
{
	struct bus_port_config config = { .baud = 9600 };
	struct stage *s = *state;
	struct owner owner;

	open_now(s, &owner);
	assert_int_equal(write(kernel.device, "abc", 3), 3);
	close(kernel.device);
	kernel.device = -1;
	until(s, &owner.lost, 1);
	assert_int_equal(owner.bytes, 3);
	assert_int_equal(owner.error.code, ERROR_GONE);
	assert_int_equal(bus_serial_write(owner.port, "abc", 3), 0);
	bus_serial_configure(owner.port, &config);
	assert_int_equal(owner.configured, 0);
	until(s, &owner.configured, 1);
	assert_int_equal(owner.error.code, ERROR_GONE);
	bus_serial_close(owner.port);
	finish(s);
}

static void *
let_go(void *arg)
{
	(void)arg;
	kernel_until_running(1);
	kernel_hold(false);
	return NULL;
}

/* The program ends while the kernel opens a port for it. */
static void
the_end_waits_for_the_kernel_and_closes_what_it_opened(void **state)
{
	struct stage *s = *state;
	struct owner owner;
	pthread_t other;

	kernel_hold(true);
	owner_open(s, &owner);
	bus_serial_close(owner.port);
	assert_int_equal(pthread_create(&other, NULL, let_go, NULL), 0);
	bus_serial_free(s->serial);
	s->serial = NULL;
	pthread_join(other, NULL);
	assert_int_equal(kernel.calls, 2);
	assert_int_equal(owner.opened, 0);
}

static void
without_descriptors_opening_fails_with_a_reason(void **state)
{
	struct rlimit before, none;
	struct stage *s = *state;
	struct owner owner;
	int next = dup(STDERR_FILENO);

	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	owner_open(s, &owner);
	until(s, &owner.opened, 1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(owner.error.code, ERROR_FAILED);
	bus_serial_close(owner.port);
	finish(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_port_opened_again_waits_for_its_own_close),
		TEST(a_port_that_is_open_is_busy_and_says_so_from_the_loop),
		TEST(every_callback_may_close_its_port),
		TEST(nothing_comes_after_close_whatever_runs),
		TEST(a_lost_port_brings_what_came_before_and_still_answers),
		TEST(the_end_waits_for_the_kernel_and_closes_what_it_opened),
		TEST(without_descriptors_opening_fails_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
