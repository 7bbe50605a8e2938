#include "config.h"

#include "term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include <cmocka.h>

#define LINE_MAX_BYTES	4096
#define ENV_MAX		64

#define TERM_WORDS_MAX	8	/* arguments of the program */

struct term {
	VTerm		*vt;
	VTermScreen	*screen;
	int		 columns;
	int		 rows;
	int		 fd;		/* our end of the pseudo terminal */
	int		 slave;		/* kept open, so that modes can be read */
	pid_t		 pid;
	int		 pidfd;		/* readable once it ended */
	bool		 has_ended;
	int		 status;
	struct termios	 before;
	bool		 is_alternate;
	bool		 shows_cursor;
	char		 line[LINE_MAX_BYTES];
	char		 home[64];
};

/* --- The screen --------------------------------------------------------- */

static int
term_on_prop(VTermProp prop, VTermValue *value, void *arg)
{
	struct term *t = arg;

	if (prop == VTERM_PROP_ALTSCREEN)
		t->is_alternate = value->boolean != 0;
	else if (prop == VTERM_PROP_CURSORVISIBLE)
		t->shows_cursor = value->boolean != 0;
	return 1;
}

static const VTermScreenCallbacks term_callbacks = {
	.settermprop = term_on_prop,
};

static size_t
term_put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

VTermScreenCell
term_cell(struct term *term, int x, int y)
{
	VTermScreenCell cell;

	memset(&cell, 0, sizeof cell);
	vterm_screen_get_cell(term->screen, (VTermPos){ .row = y, .col = x },
	    &cell);
	return cell;
}

const char *
term_line(struct term *term, int y)
{
	size_t len = 0;

	if (y < 0)
		y += term->rows;
	for (int x = 0; x < term->columns && len + 32 < LINE_MAX_BYTES; x++) {
		VTermScreenCell cell = term_cell(term, x, y);

		if (cell.chars[0] == (uint32_t)-1)
			continue;	/* right half of a wide one */
		if (cell.chars[0] == 0)
			term->line[len++] = ' ';
		for (int i = 0; i < 4 && cell.chars[i] != 0; i++)
			len += term_put_utf8(term->line + len, cell.chars[i]);
	}
	while (len > 0 && term->line[len - 1] == ' ')
		len--;
	term->line[len] = '\0';
	return term->line;
}

int
term_find(struct term *term, const char *text)
{
	for (int y = 0; y < term->rows; y++) {
		if (strstr(term_line(term, y), text) != NULL)
			return y;
	}
	return -1;
}

bool
term_has(struct term *term, const char *text)
{
	return term_find(term, text) >= 0;
}

bool
term_row_has(struct term *term, const char *a, const char *b)
{
	for (int y = 0; y < term->rows; y++) {
		const char *line = term_line(term, y);

		if (strstr(line, a) != NULL && strstr(line, b) != NULL)
			return true;
	}
	return false;
}

bool
term_is_alternate(const struct term *term)
{
	return term->is_alternate;
}

bool
term_shows_cursor(const struct term *term)
{
	return term->shows_cursor;
}

void
term_fail(struct term *term, const char *why)
{
	print_error("%s\n", why);
	for (int y = 0; y < term->rows; y++)
		print_error("|%s\n", term_line(term, y));
	fail();
}

/* --- Start and end ------------------------------------------------------ */

static const char *
term_program(void)
{
	static char path[4096];
	const char *build = getenv("top_builddir");
	const char *program = getenv("PTERM");

	if (program != NULL)
		return program;
	snprintf(path, sizeof path, "%s/pterm", build == NULL ? "." : build);
	return path;
}

static void
term_bench_path(const char *bench, char *out, size_t size)
{
	const char *source = getenv("top_srcdir");

	snprintf(out, size, "--demo=%s/tests/screen/%s",
	    source == NULL ? ".." : source, bench);
}

/* In the child: the usual environment, and what the test wants instead. */
static void
term_set_environment(struct term *t, const struct term_options *options)
{
	static const char *const gone[] = {
		"NO_COLOR", "LINES", "COLUMNS", "LC_ALL", "LC_CTYPE",
		"COLORTERM", "PTERM_POLL", "PTERM_MOUSE", "PTERM_COLOR",
		"PTERM_UNICODE", "PTERM_DEVICE", "PTERM_BAUD", "PTERM_EOL",
		"XDG_CONFIG_HOME", "XDG_STATE_HOME",
	};

	for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
		unsetenv(gone[i]);
	setenv("TERM", "xterm-256color", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	setenv("HOME", t->home, 1);
	for (size_t i = 0; options->env != NULL && options->env[i] != NULL; i++)
		putenv(strdup(options->env[i]));
}

static void
term_exec(struct term *t, const struct term_options *options)
{
	char demo[4096] = "--demo";
	const char *usual[TERM_WORDS_MAX + 3] = { term_program(), demo };
	const char *const *argv = options->argv != NULL ? options->argv : usual;

	if (options->bench != NULL)
		term_bench_path(options->bench, demo, sizeof demo);
	for (size_t i = 0; options->words != NULL &&
	    options->words[i] != NULL && i < TERM_WORDS_MAX; i++)
		usual[2 + i] = options->words[i];
	term_set_environment(t, options);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	perror(argv[0]);
	_exit(127);
}

static void
term_spawn(struct term *t, const struct term_options *options)
{
	struct winsize size = { .ws_row = (unsigned short)options->rows,
	    .ws_col = (unsigned short)options->columns };

	assert_int_equal(openpty(&t->fd, &t->slave, NULL, NULL, &size), 0);
	assert_int_equal(tcgetattr(t->slave, &t->before), 0);
	fcntl(t->fd, F_SETFD, FD_CLOEXEC);
	t->pid = fork();
	assert_true(t->pid >= 0);
	if (t->pid == 0) {
		login_tty(t->slave);
		term_exec(t, options);
	}
	t->pidfd = (int)syscall(SYS_pidfd_open, t->pid, 0);
	assert_true(t->pidfd >= 0);
	fcntl(t->slave, F_SETFD, FD_CLOEXEC);
	fcntl(t->fd, F_SETFL, O_NONBLOCK);
}

struct term *
term_start(const struct term_options *options)
{
	struct term *t = calloc(1, sizeof *t);

	assert_non_null(t);
	t->columns = options->columns;
	t->rows = options->rows;
	t->shows_cursor = true;
	snprintf(t->home, sizeof t->home, "/tmp/pterm-screen-XXXXXX");
	assert_non_null(mkdtemp(t->home));
	t->vt = vterm_new(t->rows, t->columns);
	vterm_set_utf8(t->vt, 1);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_set_callbacks(t->screen, &term_callbacks, t);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	term_spawn(t, options);
	return t;
}

void
term_stop(struct term *term)
{
	char command[128];

	if (!term->has_ended) {
		kill(term->pid, SIGKILL);
		waitpid(term->pid, NULL, 0);
	}
	close(term->fd);
	close(term->slave);
	close(term->pidfd);
	vterm_free(term->vt);
	snprintf(command, sizeof command, "rm -rf '%s'", term->home);
	if (system(command) != 0)
		print_error("%s is left\n", term->home);
	free(term);
}

/* --- Waiting ------------------------------------------------------------ */

static int64_t
term_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads what is there, or waits for more. False: the time is over, or the
 * program has ended and all of it is read. */
static bool
term_read(struct term *t, int64_t until_ms)
{
	struct pollfd p[] = {
		{ .fd = t->fd, .events = POLLIN },
		{ .fd = t->pidfd, .events = POLLIN },
	};
	int64_t left = until_ms - term_now_ms();
	char data[16384];
	ssize_t n;

	if (left <= 0 || poll(p, 2, (int)left) <= 0 ||
	    (p[0].revents & POLLIN) == 0)
		return false;
	n = read(t->fd, data, sizeof data);
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	vterm_input_write(t->vt, data, (size_t)n);
	vterm_screen_flush_damage(t->screen);
	return true;
}

typedef bool (*term_condition)(struct term *t, const void *arg);

static void
term_wait_for(struct term *t, term_condition condition, const void *arg,
    const char *what)
{
	int64_t until = term_now_ms() + TERM_PATIENCE_S * 1000;
	char why[512];

	while (!condition(t, arg)) {
		if (term_read(t, until))
			continue;
		snprintf(why, sizeof why, "%s: waited for: %s",
		    term_now_ms() < until ? "the program ended" : "time is over",
		    what);
		term_fail(t, why);
	}
}

struct term_texts {
	const char	*a;
	const char	*b;
	int		 y;
};

static bool
term_is_there(struct term *t, const void *arg)
{
	return term_has(t, ((const struct term_texts *)arg)->a);
}

static bool
term_is_gone(struct term *t, const void *arg)
{
	return !term_is_there(t, arg);
}

static bool
term_row_is_there(struct term *t, const void *arg)
{
	const struct term_texts *texts = arg;

	return term_row_has(t, texts->a, texts->b);
}

static bool
term_row_is_gone(struct term *t, const void *arg)
{
	return !term_row_is_there(t, arg);
}

static bool
term_is_on_line(struct term *t, const void *arg)
{
	const struct term_texts *texts = arg;

	return strstr(term_line(t, texts->y), texts->a) != NULL;
}

void
term_wait(struct term *term, const char *text)
{
	struct term_texts texts = { .a = text };

	term_wait_for(term, term_is_there, &texts, text);
}

void
term_wait_gone(struct term *term, const char *text)
{
	struct term_texts texts = { .a = text };
	char what[256];

	snprintf(what, sizeof what, "no \"%s\"", text);
	term_wait_for(term, term_is_gone, &texts, what);
}

void
term_wait_row(struct term *term, const char *a, const char *b)
{
	struct term_texts texts = { .a = a, .b = b };
	char what[256];

	snprintf(what, sizeof what, "a line with \"%s\" and \"%s\"", a, b);
	term_wait_for(term, term_row_is_there, &texts, what);
}

void
term_wait_row_gone(struct term *term, const char *a, const char *b)
{
	struct term_texts texts = { .a = a, .b = b };
	char what[256];

	snprintf(what, sizeof what, "no line with \"%s\" and \"%s\"", a, b);
	term_wait_for(term, term_row_is_gone, &texts, what);
}

void
term_wait_line(struct term *term, int y, const char *text)
{
	struct term_texts texts = { .a = text, .y = y };
	char what[256];

	snprintf(what, sizeof what, "\"%s\" on line %d", text, y);
	term_wait_for(term, term_is_on_line, &texts, what);
}

static bool
term_alternate_is(struct term *t, const void *arg)
{
	return t->is_alternate == *(const bool *)arg;
}

void
term_wait_alternate(struct term *term, bool on)
{
	term_wait_for(term, term_alternate_is, &on, on ?
	    "the alternate screen" : "the main screen");
}

/* --- Doing -------------------------------------------------------------- */

void
term_send(struct term *term, const char *bytes)
{
	struct pollfd p = { .fd = term->fd, .events = POLLOUT };
	size_t len = strlen(bytes);
	ssize_t n;

	while (len > 0) {
		n = write(term->fd, bytes, len);
		if (n < 0) {
			assert_true(errno == EAGAIN || errno == EINTR);
			assert_int_equal(poll(&p, 1, TERM_PATIENCE_S * 1000),
			    1);
			continue;
		}
		bytes += n;
		len -= (size_t)n;
	}
}

void
term_clog(struct term *term)
{
	static const char nothing[1024];
	int fd = open(ttyname(term->slave), O_WRONLY | O_NOCTTY | O_NONBLOCK);
	size_t len = sizeof nothing;

	assert_true(fd >= 0);
	/* Ever smaller pieces, so that no byte goes in any more. */
	while (len > 0) {
		if (write(fd, nothing, len) < 0) {
			assert_int_equal(errno, EAGAIN);
			len /= 2;
		}
	}
	close(fd);
}

void
term_resize(struct term *term, int columns, int rows)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
	    .ws_col = (unsigned short)columns };

	term->columns = columns;
	term->rows = rows;
	vterm_set_size(term->vt, rows, columns);
	vterm_screen_flush_damage(term->screen);
	assert_int_equal(ioctl(term->fd, TIOCSWINSZ, &size), 0);
}

void
term_signal(struct term *term, int signo)
{
	assert_int_equal(kill(term->pid, signo), 0);
}

static int
term_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}

/* Reading goes on beside it. */
static int
term_wait_end(struct term *term, bool reads)
{
	int64_t until = term_now_ms() + TERM_PATIENCE_S * 1000;
	struct pollfd p[] = {
		{ .fd = term->pidfd, .events = POLLIN },
		{ .fd = reads ? term->fd : -1, .events = POLLIN },
	};

	for (;;) {
		int64_t left = until - term_now_ms();

		if (left <= 0 || poll(p, 2, (int)left) == 0)
			term_fail(term, "the program does not end");
		if ((p[1].revents & POLLIN) != 0) {
			term_read(term, until);
			continue;
		}
		if (p[0].revents != 0)
			break;
	}
	assert_int_equal(waitpid(term->pid, &term->status, 0), term->pid);
	term->has_ended = true;
	return term_status(term->status);
}

int
term_wait_exit(struct term *term)
{
	return term_wait_end(term, true);
}

int
term_wait_exit_unread(struct term *term)
{
	return term_wait_end(term, false);
}

void
term_assert_restored(struct term *term)
{
	struct termios now;

	assert_int_equal(tcgetattr(term->slave, &now), 0);
	assert_int_equal(now.c_lflag, term->before.c_lflag);
	assert_int_equal(now.c_iflag, term->before.c_iflag);
	assert_int_equal(now.c_oflag, term->before.c_oflag);
	if (term->is_alternate)
		term_fail(term, "still on the alternate screen");
	if (!term->shows_cursor)
		term_fail(term, "the cursor is hidden");
}
