#include "config.h"

#include "bus/serial-work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <libserialport.h>

#include "bus/host-holder.h"

/* How long closing waits for bytes that the device does not take. */
#define SERIAL_DRAIN_STEPS	100
#define SERIAL_DRAIN_STEP_MS	10

static void
serial_pause(unsigned ms)
{
	struct timespec left = { .tv_sec = ms / 1000,
	    .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

/* --- Errors ------------------------------------------------------------- */

int
serial_work_error(const char *tty, int saved_errno, struct error *err)
{
	switch (saved_errno) {
	case EIO:
	case ENXIO:
	case ENODEV:
	case ENOENT:
	case ESHUTDOWN:
		return error_set(err, ERROR_GONE, "the device has left");
	case ETIMEDOUT:
		return error_set(err, ERROR_TIMEOUT,
		    "%s: the device did not answer within 5 s", tty);
	case EPIPE:
		return error_set(err, ERROR_STALL, "%s: the device refused",
		    tty);
	default:
		return error_set(err, ERROR_IO, "%s: %s", tty,
		    strerror(saved_errno));
	}
}

static void
serial_busy(struct serial_work *work, const char *who)
{
	error_set(&work->error, ERROR_BUSY, "%s is in use by %s", work->tty,
	    who);
}

static void
serial_busy_unknown(struct serial_work *work)
{
	char who[BUS_TEXT_MAX];

	host_holder(work->host, work->tty, who, sizeof who);
	serial_busy(work, who);
}

static void
serial_open_error(struct serial_work *work, enum sp_return result)
{
	int saved_errno = result == SP_ERR_FAIL ? sp_last_error_code() : 0;

	switch (saved_errno) {
	case EACCES:
	case EPERM:
		host_deny(work->host, work->tty, &work->error);
		break;
	case EBUSY:
		serial_busy_unknown(work);
		break;
	case 0:
		/* libserialport does not find it in sysfs (any more). */
		error_set(&work->error, ERROR_GONE, "the device has left");
		break;
	default:
		serial_work_error(work->tty, saved_errno, &work->error);
		break;
	}
}

/* After a failed call on the open port. */
static bool
serial_check(struct serial_work *work, enum sp_return result)
{
	if (result == SP_OK)
		return true;
	if (result == SP_ERR_FAIL)
		serial_work_error(work->tty, sp_last_error_code(),
		    &work->error);
	else
		error_set(&work->error, ERROR_UNSUPPORTED,
		    "%s: this setting is not supported", work->tty);
	return false;
}

/* --- Opening ------------------------------------------------------------ */

/* The number of a tty is given to the next device that comes; nothing is to be
 * opened, and so told that it is open, but the device that is meant. */
static bool
serial_is_right(struct serial_work *work)
{
	char path[BUS_PATH_MAX];

	if (host_tty_usb_path(work->host, work->tty, path, sizeof path) &&
	    strcmp(path, work->path) == 0 &&
	    host_usb_is_there(work->host, work->path, work->address))
		return true;
	error_set(&work->error, ERROR_GONE, "the device has left");
	return false;
}

/* Asked before it is opened: libserialport sets the tty's modes at once, and
 * who reads it already would see the end of the file. */
static bool
serial_is_free(struct serial_work *work)
{
	char who[BUS_TEXT_MAX];

	if (!host_holder_by_lock_file(work->host, work->tty, who, sizeof who) &&
	    !host_holder_by_descriptor(work->host, work->tty, who, sizeof who))
		return true;
	serial_busy(work, who);
	return false;
}

/* Keeps others out from here on, and looks who came meanwhile. */
static bool
serial_take(struct serial_work *work)
{
	char who[BUS_TEXT_MAX];

	if (flock(work->fd, LOCK_EX | LOCK_NB) != 0) {
		serial_busy_unknown(work);
		return false;
	}
	if (ioctl(work->fd, TIOCEXCL) != 0) {
		serial_work_error(work->tty, errno, &work->error);
		return false;
	}
	if (!host_holder_by_descriptor(work->host, work->tty, who, sizeof who))
		return true;
	/* It is the tty's state, and would outlive our descriptor. */
	ioctl(work->fd, TIOCNXCL);
	serial_busy(work, who);
	return false;
}

/* libserialport has made it raw. A read without data must be told from one
 * after the device has left (VMIN), and the lines fall when it is closed. */
static bool
serial_make_raw(struct serial_work *work)
{
	struct termios t;

	if (tcgetattr(work->fd, &t) == 0) {
		t.c_iflag &= ~(tcflag_t)(IXON | IXOFF | IXANY | INPCK);
		t.c_cflag &= ~(tcflag_t)(CSIZE | PARENB | CSTOPB | CRTSCTS);
		t.c_cflag |= CS8 | CREAD | CLOCAL | HUPCL;
		t.c_cc[VMIN] = 1;
		t.c_cc[VTIME] = 0;
		if (tcsetattr(work->fd, TCSANOW, &t) == 0)
			return true;
	}
	serial_work_error(work->tty, errno, &work->error);
	return false;
}

static bool
serial_settle(struct serial_work *work)
{
	/* Now that it is open its number goes to nobody else. */
	if (!serial_is_right(work) || !serial_take(work))
		return false;
	if (!serial_make_raw(work))
		return false;
	serial_work_configure(work);
	return work->error.code == ERROR_NONE;
}

void
serial_work_open(struct serial_work *work)
{
	enum sp_return result;

	work->error.code = ERROR_NONE;
	if (!serial_is_right(work) || !serial_is_free(work))
		return;
	result = sp_get_port_by_name(work->tty, &work->port);
	if (result != SP_OK) {
		work->port = NULL;
		serial_open_error(work, result);
		return;
	}
	result = sp_open(work->port, SP_MODE_READ_WRITE);
	if (result != SP_OK) {
		serial_open_error(work, result);
		sp_free_port(work->port);
		work->port = NULL;
		return;
	}
	sp_get_port_handle(work->port, &work->fd);
	fcntl(work->fd, F_SETFD, FD_CLOEXEC);
	if (!serial_settle(work)) {
		struct error why = work->error;

		serial_work_close(work);
		work->error = why;
	}
}

/* --- The rest ----------------------------------------------------------- */

static bool
serial_set_dtr(struct serial_work *work, enum bus_line line)
{
	return line == BUS_LINE_KEEP || serial_check(work,
	    sp_set_dtr(work->port, line == BUS_LINE_ON ? SP_DTR_ON :
	    SP_DTR_OFF));
}

static bool
serial_set_rts(struct serial_work *work, enum bus_line line)
{
	return line == BUS_LINE_KEEP || serial_check(work,
	    sp_set_rts(work->port, line == BUS_LINE_ON ? SP_RTS_ON :
	    SP_RTS_OFF));
}

void
serial_work_configure(struct serial_work *work)
{
	unsigned baud = work->config.baud;

	work->error.code = ERROR_NONE;
	if (baud != 0 && !serial_check(work,
	    sp_set_baudrate(work->port, (int)baud)))
		return;
	if (serial_set_dtr(work, work->config.dtr))
		serial_set_rts(work, work->config.rts);
}

void
serial_work_break(struct serial_work *work)
{
	work->error.code = ERROR_NONE;
	if (!serial_check(work, sp_start_break(work->port)))
		return;
	serial_pause(work->break_ms);
	serial_check(work, sp_end_break(work->port));
}

/* Left to itself, the kernel's close waits 30 s for a device that takes none of
 * the last bytes. */
static void
serial_drain(int fd)
{
	int waiting;

	for (int i = 0; i < SERIAL_DRAIN_STEPS; i++) {
		if (ioctl(fd, TIOCOUTQ, &waiting) != 0 || waiting == 0)
			return;
		serial_pause(SERIAL_DRAIN_STEP_MS);
	}
	tcflush(fd, TCOFLUSH);
}

void
serial_work_close(struct serial_work *work)
{
	work->error.code = ERROR_NONE;
	if (work->port == NULL)
		return;
	serial_drain(work->fd);
	ioctl(work->fd, TIOCNXCL);
	sp_close(work->port);
	sp_free_port(work->port);
	work->port = NULL;
	work->fd = -1;
}
