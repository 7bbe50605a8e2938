#include "config.h"

#include "bus/bus-serial.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "bus/serial-work.h"

#define SERIAL_QUEUE_MAX	(64 * 1024)
#define SERIAL_READ_MAX		(64 * 1024)
#define SERIAL_STACK		(256 * 1024)

enum serial_state {
	SERIAL_WAITING,		/* for an earlier close of the same tty */
	SERIAL_OPENING,
	SERIAL_OPEN,
	SERIAL_SHUT,		/* opening failed, or the device left */
};

enum serial_job {
	JOB_NONE,
	JOB_OPEN,
	JOB_CONFIGURE,
	JOB_BREAK,
	JOB_CLOSE,
};

static void (*const serial_jobs[])(struct serial_work *) = {
	[JOB_OPEN] =		serial_work_open,
	[JOB_CONFIGURE] =	serial_work_configure,
	[JOB_BREAK] =		serial_work_break,
	[JOB_CLOSE] =		serial_work_close,
};

/* Closed by its owner, it stays until the kernel has closed the tty. */
struct serial_port {
	struct bus_port		 base;
	struct bus_serial	*serial;
	const struct bus_port_events *events;	/* NULL: closed */
	void			*arg;
	enum serial_state	 state;

	/* While a job runs, work is its thread's. */
	enum serial_job		 job;
	struct serial_work	 work;
	pthread_t		 thread;
	bool			 has_thread;
	int			 done_fd;
	struct loop_fd		*done;

	/* What no thread is needed for, told from the loop all the same. */
	struct loop_deferred	*later;
	bool			 owes_opened;
	bool			 owes_configured;
	struct error		 error;

	struct loop_fd		*io;
	struct buf		 out;
	TAILQ_ENTRY(serial_port) entry;
};

struct bus_serial {
	struct loop		*loop;
	const struct host	*host;
	struct bus		*owner;
	TAILQ_HEAD(, serial_port) ports;
	uint8_t			*chunk;		/* what one turn has read */
};

static struct serial_port *
serial_port_of(struct bus_port *port)
{
	return (struct serial_port *)(void *)port;
}

static const struct error *
serial_error(const struct error *err)
{
	return err->code != ERROR_NONE ? err : NULL;
}

/* --- Jobs --------------------------------------------------------------- */

static void *
serial_thread(void *arg)
{
	struct serial_port *port = arg;
	uint64_t one = 1;
	ssize_t n;

	serial_jobs[port->job](&port->work);
	do
		n = write(port->done_fd, &one, sizeof one);
	while (n < 0 && errno == EINTR);
	return NULL;
}

/* The loop's signals are the loop's alone. */
static int
serial_thread_start(struct serial_port *port)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int result;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, SERIAL_STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	result = pthread_create(&port->thread, &attributes, serial_thread,
	    port);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return result;
}

static void
serial_watch(struct serial_port *port)
{
	unsigned events = LOOP_READ;

	if (port->io == NULL)
		return;
	if (port->out.len > 0)
		events |= LOOP_WRITE;
	/* A thread that changes the tty holds up its readers and writers. */
	if (port->job != JOB_NONE)
		events = 0;
	loop_fd_set(port->io, events);
}

static void
serial_begin(struct serial_port *port, enum serial_job job)
{
	uint64_t one = 1;
	int result;

	assert(port->job == JOB_NONE);
	port->job = job;
	serial_watch(port);
	loop_fd_set(port->done, LOOP_READ);
	result = serial_thread_start(port);
	port->has_thread = result == 0;
	if (port->has_thread)
		return;
	error_set(&port->work.error, ERROR_FAILED, "%s: no thread: %s",
	    port->work.tty, strerror(result));
	/* Rather wait here than keep the tty from everybody until we end. */
	if (job == JOB_CLOSE)
		serial_work_close(&port->work);
	if (write(port->done_fd, &one, sizeof one) < 0)
		abort();	/* an eventfd of ours takes it */
}

static void
serial_port_free(struct serial_port *port)
{
	TAILQ_REMOVE(&port->serial->ports, port, entry);
	if (port->io != NULL)
		loop_fd_free(port->io);
	loop_fd_free(port->done);
	loop_deferred_free(port->later);
	close(port->done_fd);
	buf_fini(&port->out);
	free(port);
}

/* --- Opening and closing ------------------------------------------------ */

static struct serial_port *
serial_find(struct bus_serial *serial, const char *tty, bool is_closed)
{
	struct serial_port *port;

	TAILQ_FOREACH(port, &serial->ports, entry) {
		if ((port->events == NULL) == is_closed &&
		    (is_closed || port->state != SERIAL_SHUT) &&
		    strcmp(port->work.tty, tty) == 0)
			return port;
	}
	return NULL;
}

/* What waited for the last close of this tty goes on. */
static void
serial_wake(struct bus_serial *serial, const char *tty)
{
	struct serial_port *port = serial_find(serial, tty, false);

	if (port == NULL || port->state != SERIAL_WAITING ||
	    serial_find(serial, tty, true) != NULL)
		return;
	port->state = SERIAL_OPENING;
	serial_begin(port, JOB_OPEN);
}

static void
serial_port_end(struct serial_port *port)
{
	struct bus_serial *serial = port->serial;
	char tty[BUS_PATH_MAX];

	text_copy(tty, sizeof tty, port->work.tty);
	serial_port_free(port);
	serial_wake(serial, tty);
}

/* The owner has closed it and no job runs: the next step, or the end. */
static void
serial_port_wind_up(struct serial_port *port)
{
	if (port->io != NULL)
		loop_fd_free(port->io);
	port->io = NULL;
	if (port->work.port != NULL)
		serial_begin(port, JOB_CLOSE);
	else
		serial_port_end(port);
}

void
bus_serial_close(struct bus_port *base)
{
	struct serial_port *port = serial_port_of(base);

	port->events = NULL;
	loop_deferred_cancel(port->later);
	buf_clear(&port->out);
	if (port->job == JOB_NONE)
		serial_port_wind_up(port);
}

/* --- Bytes -------------------------------------------------------------- */

/* Nothing more comes. Last in any function: the owner may close the port. */
static void
serial_lose(struct serial_port *port, int saved_errno)
{
	struct error err = { .code = ERROR_NONE };

	serial_work_error(port->work.tty, saved_errno, &err);
	loop_fd_free(port->io);
	port->io = NULL;
	port->state = SERIAL_SHUT;
	buf_clear(&port->out);
	port->events->lost(&port->base, &err, port->arg);
}

/* What is there, up to the limit of a turn; an end is reported in *end, as an
 * errno, after the bytes that came before it. */
static size_t
serial_gather(struct serial_port *port, int *end)
{
	uint8_t *chunk = port->serial->chunk;
	size_t len = 0;

	*end = 0;
	while (len < SERIAL_READ_MAX) {
		ssize_t n = read(port->work.fd, chunk + len,
		    SERIAL_READ_MAX - len);

		if (n > 0) {
			len += (size_t)n;
		} else if (n == 0) {
			*end = ENODEV;	/* hung up */
			break;
		} else if (errno == EAGAIN) {
			break;
		} else if (errno != EINTR) {
			*end = errno;
			break;
		}
	}
	return len;
}

/* False: the port may be gone. */
static bool
serial_write_some(struct serial_port *port)
{
	ssize_t n = write(port->work.fd, port->out.data, port->out.len);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		serial_lose(port, errno);
		return false;
	}
	if (n <= 0)
		return true;
	buf_drop(&port->out, (size_t)n);
	serial_watch(port);
	if (port->out.len > 0 || port->events->drained == NULL)
		return true;
	port->events->drained(&port->base, port->arg);
	return false;
}

/* One callback a turn: each may close the port. What else is ready stays so. */
static void
serial_io(int fd, unsigned events, void *arg)
{
	struct serial_port *port = arg;
	size_t len;
	int end;

	(void)fd;
	if ((events & LOOP_WRITE) != 0 && port->out.len > 0 &&
	    !serial_write_some(port))
		return;
	if ((events & LOOP_READ) == 0)
		return;
	len = serial_gather(port, &end);
	if (len > 0)
		port->events->data(&port->base, port->serial->chunk, len,
		    port->arg);
	else if (end != 0)
		serial_lose(port, end);
}

/* --- The ends of jobs --------------------------------------------------- */

static void
serial_opened(struct serial_port *port)
{
	if (port->work.error.code != ERROR_NONE) {
		port->state = SERIAL_SHUT;
	} else {
		port->state = SERIAL_OPEN;
		port->io = loop_fd_new(port->serial->loop, port->work.fd,
		    LOOP_READ, serial_io, port);
	}
	port->events->opened(&port->base, serial_error(&port->work.error),
	    port->arg);
}

static void
serial_job_done(int fd, unsigned events, void *arg)
{
	struct serial_port *port = arg;
	enum serial_job job = port->job;
	uint64_t count;

	(void)events;
	if (read(fd, &count, sizeof count) < 0)
		return;
	if (port->has_thread)
		pthread_join(port->thread, NULL);
	port->has_thread = false;
	port->job = JOB_NONE;
	loop_fd_set(port->done, 0);
	if (job == JOB_CLOSE)
		serial_port_end(port);
	else if (port->events == NULL)
		serial_port_wind_up(port);
	else if (job == JOB_OPEN)
		serial_opened(port);
	else {
		serial_watch(port);
		port->events->configured(&port->base,
		    serial_error(&port->work.error), port->arg);
	}
}

static void
serial_tell(void *arg)
{
	struct serial_port *port = arg;

	if (port->owes_opened) {
		port->owes_opened = false;
		port->events->opened(&port->base, &port->error, port->arg);
	} else if (port->owes_configured) {
		port->owes_configured = false;
		port->events->configured(&port->base, &port->error,
		    port->arg);
	}
}

/* --- What is asked for -------------------------------------------------- */

static struct serial_port *
serial_port_new(struct bus_serial *serial, const char *tty)
{
	struct serial_port *port = xcalloc(1, sizeof *port);

	port->base.bus = serial->owner;
	port->serial = serial;
	port->work.host = serial->host;
	port->work.fd = -1;
	text_copy(port->work.tty, sizeof port->work.tty, tty);
	port->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (port->done_fd < 0)
		error_set(&port->error, ERROR_FAILED, "%s: no descriptor: %s",
		    tty, strerror(errno));
	port->done = loop_fd_new(serial->loop, port->done_fd, 0,
	    serial_job_done, port);
	port->later = loop_deferred_new(serial->loop, serial_tell, port);
	return port;
}

static int
serial_check_open(struct bus_serial *serial, const char *tty,
    const struct bus_node_info *node, struct error *err)
{
	char shown[BUS_PATH_MAX];

	if (node == NULL) {
		text_clean(shown, sizeof shown, tty, strlen(tty));
		return error_set(err, ERROR_GONE, "there is no %s", shown);
	}
	if (serial_find(serial, tty, false) != NULL)
		return error_set(err, ERROR_BUSY,
		    "%s is in use by this program", tty);
	return 0;
}

struct bus_port *
bus_serial_open(struct bus_serial *serial, const char *tty,
    const struct bus_node_info *node, const struct bus_port_config *config,
    const struct bus_port_events *events, void *arg)
{
	struct serial_port *port = serial_port_new(serial, tty);
	bool is_refused = serial_check_open(serial, tty, node,
	    &port->error) != 0;
	bool must_wait = serial_find(serial, tty, true) != NULL;

	port->events = events;
	port->arg = arg;
	port->work.config = *config;
	TAILQ_INSERT_TAIL(&serial->ports, port, entry);
	if (is_refused || port->done_fd < 0) {	/* error says why */
		port->state = SERIAL_SHUT;
		port->owes_opened = true;
		loop_deferred_schedule(port->later);
		return &port->base;
	}
	text_copy(port->work.path, sizeof port->work.path, node->path);
	port->work.address = node->address;
	if (must_wait) {
		port->state = SERIAL_WAITING;
	} else {
		port->state = SERIAL_OPENING;
		serial_begin(port, JOB_OPEN);
	}
	return &port->base;
}

/* False: it is shut, and that is the answer. */
static bool
serial_may_begin(struct serial_port *port)
{
	assert(port->job == JOB_NONE && !port->owes_configured &&
	    (port->state == SERIAL_OPEN || port->state == SERIAL_SHUT));
	if (port->state == SERIAL_OPEN)
		return true;
	error_set(&port->error, ERROR_GONE, "the device has left");
	port->owes_configured = true;
	loop_deferred_schedule(port->later);
	return false;
}

void
bus_serial_configure(struct bus_port *base,
    const struct bus_port_config *config)
{
	struct serial_port *port = serial_port_of(base);

	if (!serial_may_begin(port))
		return;
	port->work.config = *config;
	serial_begin(port, JOB_CONFIGURE);
}

void
bus_serial_break(struct bus_port *base, unsigned ms)
{
	struct serial_port *port = serial_port_of(base);

	if (!serial_may_begin(port))
		return;
	port->work.break_ms = ms;
	serial_begin(port, JOB_BREAK);
}

size_t
bus_serial_write(struct bus_port *base, const void *data, size_t len)
{
	struct serial_port *port = serial_port_of(base);
	size_t room = SERIAL_QUEUE_MAX - port->out.len;

	if (port->state != SERIAL_OPEN)
		return 0;
	if (len > room)
		len = room;
	buf_append(&port->out, data, len);
	serial_watch(port);
	return len;
}

struct bus_serial *
bus_serial_new(struct loop *loop, const struct host *host, struct bus *owner)
{
	struct bus_serial *serial = xcalloc(1, sizeof *serial);

	serial->loop = loop;
	serial->host = host;
	serial->owner = owner;
	serial->chunk = xmalloc(SERIAL_READ_MAX);
	TAILQ_INIT(&serial->ports);
	return serial;
}

void
bus_serial_free(struct bus_serial *serial)
{
	struct serial_port *port;

	if (serial == NULL)
		return;
	/* All at once first: their waits go on side by side. */
	TAILQ_FOREACH(port, &serial->ports, entry) {
		assert(port->events == NULL);
		if (port->has_thread && port->job != JOB_CLOSE) {
			pthread_join(port->thread, NULL);
			port->has_thread = false;
			port->job = JOB_NONE;
			if (port->work.port != NULL)
				serial_begin(port, JOB_CLOSE);
		}
	}
	while ((port = TAILQ_FIRST(&serial->ports)) != NULL) {
		if (port->has_thread)
			pthread_join(port->thread, NULL);
		serial_port_free(port);
	}
	free(serial->chunk);
	free(serial);
}
