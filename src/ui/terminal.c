#include "config.h"

#include "ui/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <ncurses.h>
#include <term.h>

#include "base/buf.h"
#include "base/mem.h"

#define ESCAPE_MS		25
#define CLOSE_WAIT_MS		500
#define READ_MAX		4096
#define READS_PER_TURN		16

#define PASTE_ON		"\033[?2004h"
#define PASTE_OFF		"\033[?2004l"
#define MOUSE_ON		"\033[?1000h\033[?1006h"
#define MOUSE_OFF		"\033[?1006l\033[?1000l"

#define SIGNALS_MAX		6

struct terminal {
	struct loop			*loop;
	const struct terminal_events	*events;
	void				*arg;
	int				 fd;		/* the terminal */
	int				 frame_fd;	/* ncurses writes here */
	FILE				*frame_file;
	FILE				*nothing;	/* ncurses reads here */
	SCREEN				*screen;
	struct termios			 before;
	struct termios			 ours;
	bool				 is_ansi;	/* takes DEC private modes */
	bool				 mouse;
	bool				 is_suspended;
	struct buf			 out;
	struct loop_fd			*source;
	struct loop_timer		*escape;
	struct loop_signal		*signals[SIGNALS_MAX];
	struct input			 input;
};

/* --- Crashes ------------------------------------------------------------ */

/*
 * What a signal handler needs to put the terminal back. It can be reached by no
 * pointer of ours, so these are the only writable globals of the program; they
 * are set while a terminal is open. is_armed goes last and is taken back first.
 */
#define RESTORE_MAX 256
static struct {
	volatile sig_atomic_t	 is_armed;
	int			 fd;
	struct termios		 before;
	char			 bytes[RESTORE_MAX];
	size_t			 len;
} crash;
static char crash_stack[32 * 1024];

static const int crash_signals[] = {
	SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS, SIGTRAP,
};
#define CRASH_SIGNALS (sizeof crash_signals / sizeof crash_signals[0])
/* Who is told after us: the kernel, or a sanitizer. */
static struct sigaction crash_next[CRASH_SIGNALS];

/* Async-signal-safe. */
static void
terminal_restore_now(void)
{
	ssize_t unused;

	if (!crash.is_armed)
		return;
	crash.is_armed = 0;
	unused = write(crash.fd, crash.bytes, crash.len);
	(void)unused;
	tcsetattr(crash.fd, TCSANOW, &crash.before);
}

static void
terminal_on_crash(int signo, siginfo_t *info, void *context)
{
	(void)context;
	terminal_restore_now();
	for (size_t i = 0; i < CRASH_SIGNALS; i++) {
		if (crash_signals[i] == signo)
			sigaction(signo, &crash_next[i], NULL);
	}
	/* The instruction that failed fails again; what was sent is sent
	 * again, and comes as soon as we return. */
	if (info->si_code <= 0)
		raise(signo);
}

static void
terminal_catch_crashes(void)
{
	struct sigaction action = { .sa_sigaction = terminal_on_crash,
	    .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t stack = { .ss_sp = crash_stack, .ss_size = sizeof crash_stack };
	stack_t old_stack;

	/* For a stack that has overflown. */
	if (sigaltstack(NULL, &old_stack) == 0 &&
	    (old_stack.ss_flags & SS_DISABLE) != 0)
		sigaltstack(&stack, NULL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < CRASH_SIGNALS; i++)
		sigaction(crash_signals[i], &action, &crash_next[i]);
	atexit(terminal_restore_now);
}

static void
terminal_release_crashes(void)
{
	struct sigaction now;

	crash.is_armed = 0;
	for (size_t i = 0; i < CRASH_SIGNALS; i++) {
		if (sigaction(crash_signals[i], NULL, &now) == 0 &&
		    now.sa_sigaction == terminal_on_crash)
			sigaction(crash_signals[i], &crash_next[i], NULL);
	}
}

/* Adds a capability without its padding ("$<5>"), which only tputs knows. */
static void
terminal_restore_add(const char *s)
{
	if (s == NULL || s == (const char *)-1)
		return;
	while (*s != '\0' && crash.len < sizeof crash.bytes) {
		if (s[0] == '$' && s[1] == '<' && strchr(s, '>') != NULL)
			s = strchr(s, '>') + 1;
		else
			crash.bytes[crash.len++] = *s++;
	}
}

static const char *
terminal_capability(const char *name)
{
	char writable[8];

	snprintf(writable, sizeof writable, "%s", name);
	return tigetstr(writable);
}

static void
terminal_arm(struct terminal *t)
{
	crash.is_armed = 0;
	crash.fd = t->fd;
	crash.before = t->before;
	crash.len = 0;
	if (t->is_ansi)
		terminal_restore_add(PASTE_OFF);
	if (t->is_ansi && t->mouse)
		terminal_restore_add(MOUSE_OFF);
	terminal_restore_add(terminal_capability("sgr0"));
	terminal_restore_add(terminal_capability("rmcup"));
	terminal_restore_add(terminal_capability("cnorm"));
	crash.is_armed = 1;
}

/* --- Output ------------------------------------------------------------- */

/* Takes what ncurses wrote since the last time. */
static void
terminal_take_frame(struct terminal *t)
{
	off_t size, at = 0;
	ssize_t n;

	fflush(t->frame_file);
	size = lseek(t->frame_fd, 0, SEEK_CUR);
	while (at < size) {
		n = pread(t->frame_fd, buf_reserve(&t->out,
		    (size_t)(size - at)), (size_t)(size - at), at);
		if (n <= 0)
			break;
		buf_commit(&t->out, (size_t)n);
		at += n;
	}
	lseek(t->frame_fd, 0, SEEK_SET);
	if (ftruncate(t->frame_fd, 0) != 0)
		lseek(t->frame_fd, 0, SEEK_SET);
}

static void
terminal_watch(struct terminal *t)
{
	loop_fd_set(t->source,
	    t->out.len > 0 ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

/* As much as the terminal takes now. False: it is gone. */
static bool
terminal_drain(struct terminal *t)
{
	ssize_t n;

	while (t->out.len > 0) {
		n = write(t->fd, t->out.data, t->out.len);
		if (n > 0)
			buf_drop(&t->out, (size_t)n);
		else if (n < 0 && errno == EINTR)
			continue;
		else
			return n < 0 && (errno == EAGAIN ||
			    errno == EWOULDBLOCK);
	}
	return true;
}

static int64_t
terminal_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The last bytes: the loop will not run again, so wait, but not for ever. */
static void
terminal_drain_at_end(struct terminal *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLOUT };
	int64_t end = terminal_now_ms() + CLOSE_WAIT_MS, left;

	while (terminal_drain(t) && t->out.len > 0) {
		left = end - terminal_now_ms();
		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			break;
	}
	buf_clear(&t->out);
}

void
terminal_flush(struct terminal *terminal)
{
	if (terminal->is_suspended)
		return;
	doupdate();
	terminal_take_frame(terminal);
	if (!terminal_drain(terminal))
		buf_clear(&terminal->out);	/* reading tells that it is gone */
	terminal_watch(terminal);
}

bool
terminal_is_busy(const struct terminal *terminal)
{
	return terminal->is_suspended || terminal->out.len > 0;
}

void
terminal_forget(struct terminal *terminal)
{
	(void)terminal;
	clearok(curscr, TRUE);
}

/* --- Modes -------------------------------------------------------------- */

static void
terminal_enter(struct terminal *t)
{
	tcsetattr(t->fd, TCSANOW, &t->ours);
	if (t->is_ansi)
		buf_puts(&t->out, PASTE_ON);
	if (t->is_ansi && t->mouse)
		buf_puts(&t->out, MOUSE_ON);
	terminal_arm(t);
	if (!terminal_drain(t))
		buf_clear(&t->out);
	terminal_watch(t);
}

static void
terminal_leave(struct terminal *t)
{
	endwin();
	if (t->is_ansi && t->mouse)
		buf_puts(&t->out, MOUSE_OFF);
	if (t->is_ansi)
		buf_puts(&t->out, PASTE_OFF);
	terminal_take_frame(t);
	terminal_drain_at_end(t);
	tcsetattr(t->fd, TCSANOW, &t->before);
	crash.is_armed = 0;
}

static void
terminal_resize(struct terminal *t)
{
	struct winsize size;

	if (ioctl(t->fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0 && (size.ws_row != LINES || size.ws_col != COLS))
		resizeterm(size.ws_row, size.ws_col);
}

static void terminal_on_signal(int signo, void *arg);

static const int terminal_signals[SIGNALS_MAX] = {
	SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT,
};

static void
terminal_watch_signals(struct terminal *t)
{
	for (size_t i = 0; i < SIGNALS_MAX; i++) {
		if (t->signals[i] == NULL)
			t->signals[i] = loop_signal_new(t->loop,
			    terminal_signals[i], terminal_on_signal, t);
	}
}

static void
terminal_unwatch_signal(struct terminal *t, int signo)
{
	for (size_t i = 0; i < SIGNALS_MAX; i++) {
		if (terminal_signals[i] != signo || t->signals[i] == NULL)
			continue;
		loop_signal_free(t->signals[i]);
		t->signals[i] = NULL;
	}
}

static void
terminal_resume(struct terminal *t)
{
	if (t->is_suspended) {
		t->is_suspended = false;
		terminal_watch_signals(t);
		loop_fd_set(t->source, LOOP_READ);
	}
	/* Stopped from outside, too: the shell may have changed the modes. */
	terminal_enter(t);
	terminal_resize(t);
	terminal_forget(t);
	t->events->redraw(t->arg);
}

/*
 * The whole process group stops, as a shell expects of Ctrl-Z. In one that has
 * no shell to bring it back the kernel drops SIGTSTP, and we go on at once.
 */
void
terminal_suspend(struct terminal *terminal)
{
	if (terminal->is_suspended)
		return;
	terminal_leave(terminal);
	terminal->is_suspended = true;
	loop_fd_set(terminal->source, 0);
	terminal_unwatch_signal(terminal, SIGTSTP);
	terminal_unwatch_signal(terminal, SIGCONT);
	signal(SIGTSTP, SIG_DFL);
	kill(0, SIGTSTP);
	terminal_resume(terminal);
}

static void
terminal_on_signal(int signo, void *arg)
{
	struct terminal *t = arg;

	switch (signo) {
	case SIGWINCH:
		if (t->is_suspended)
			break;
		terminal_resize(t);
		t->events->redraw(t->arg);
		break;
	case SIGTSTP:
		terminal_suspend(t);
		break;
	case SIGCONT:
		terminal_resume(t);
		break;
	default:
		t->events->killed(signo, t->arg);
		break;
	}
}

/* --- Input -------------------------------------------------------------- */

static void
terminal_on_escape(void *arg)
{
	struct terminal *t = arg;

	input_flush(&t->input);
}

static void
terminal_lost(struct terminal *t)
{
	loop_fd_set(t->source, 0);
	crash.is_armed = 0;
	t->events->killed(SIGHUP, t->arg);
}

static void
terminal_read(struct terminal *t)
{
	char data[READ_MAX];
	ssize_t n;

	loop_timer_stop(t->escape);
	for (int i = 0; i < READS_PER_TURN && !t->is_suspended; i++) {
		n = read(t->fd, data, sizeof data);
		if (n > 0) {
			input_feed(&t->input, data, (size_t)n);
		} else if (n < 0 && errno == EINTR) {
			continue;
		} else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			break;
		} else {
			terminal_lost(t);
			return;
		}
	}
	if (input_is_pending(&t->input))
		loop_timer_set(t->escape, LOOP_MS(ESCAPE_MS));
}

static void
terminal_on_fd(int fd, unsigned events, void *arg)
{
	struct terminal *t = arg;

	(void)fd;
	if ((events & LOOP_WRITE) != 0 && t->out.len > 0) {
		if (!terminal_drain(t))
			buf_clear(&t->out);
		terminal_watch(t);
		if (t->out.len == 0)
			t->events->drained(t->arg);
	}
	if ((events & LOOP_READ) != 0)
		terminal_read(t);
}

static void
terminal_on_input(const struct input_event *event, void *arg)
{
	struct terminal *t = arg;

	t->events->input(event, t->arg);
}

/* --- Start and end ------------------------------------------------------ */

static int
terminal_open_fd(struct terminal *t, struct error *err)
{
	const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
	char name[256];

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return error_set(err, ERROR_USAGE, "the dashboard needs a "
		    "terminal; try: pterm list");
	if (ttyname_r(STDOUT_FILENO, name, sizeof name) == 0)
		t->fd = open(name, flags);
	if (t->fd < 0)
		t->fd = open("/dev/tty", flags);
	if (t->fd < 0 || tcgetattr(t->fd, &t->before) != 0)
		return error_set(err, ERROR_FAILED,
		    "cannot open the terminal: %s", strerror(errno));
	t->ours = t->before;
	cfmakeraw(&t->ours);
	t->ours.c_cflag = t->before.c_cflag;
	t->ours.c_cc[VMIN] = 1;
	t->ours.c_cc[VTIME] = 0;
	return 0;
}

static int
terminal_open_files(struct terminal *t, struct error *err)
{
	t->frame_fd = memfd_create("pterm-frame", MFD_CLOEXEC);
	if (t->frame_fd >= 0)
		t->frame_file = fdopen(t->frame_fd, "w");
	t->nothing = fopen("/dev/null", "re");
	if (t->frame_file == NULL || t->nothing == NULL)
		return error_set(err, ERROR_FAILED, "%s", strerror(errno));
	return 0;
}

static int
terminal_start_ncurses(struct terminal *t, struct error *err)
{
	const char *term = getenv("TERM"), *clear_screen_bytes;

	/* A memory file takes no delays, and no terminal of today needs any. */
	setenv("NCURSES_NO_PADDING", "1", 0);
	t->screen = term == NULL || *term == '\0' ? NULL :
	    newterm(NULL, t->frame_file, t->nothing);
	if (t->screen == NULL)
		return error_set(err, ERROR_FAILED, "the terminal type "
		    "TERM=%s is not known; try TERM=xterm, or: pterm list",
		    term == NULL ? "" : term);
	clear_screen_bytes = terminal_capability("clear");
	if (clear_screen_bytes == NULL || terminal_capability("cup") == NULL)
		return error_set(err, ERROR_FAILED, "this terminal (TERM=%s) "
		    "can't show the dashboard; try: pterm list", term);
	t->is_ansi = clear_screen_bytes[0] == '\033' &&
	    clear_screen_bytes[1] == '[';
	typeahead(-1);
	return 0;
}

struct terminal *
terminal_open(struct loop *loop, bool mouse,
    const struct terminal_events *events, void *arg, struct error *err)
{
	struct terminal *t = xcalloc(1, sizeof *t);

	t->loop = loop;
	t->events = events;
	t->arg = arg;
	t->mouse = mouse;
	t->fd = -1;
	t->frame_fd = -1;
	t->input.cb = terminal_on_input;
	t->input.arg = t;
	if (terminal_open_fd(t, err) != 0 || terminal_open_files(t, err) != 0) {
		terminal_close(t);
		return NULL;
	}
	/* Before newterm(), which keeps its hands off signals that are taken. */
	terminal_watch_signals(t);
	if (terminal_start_ncurses(t, err) != 0) {
		terminal_close(t);
		return NULL;
	}
	t->escape = loop_timer_new(loop, terminal_on_escape, t);
	t->source = loop_fd_new(loop, t->fd, LOOP_READ, terminal_on_fd, t);
	terminal_catch_crashes();
	terminal_enter(t);
	terminal_resize(t);
	return t;
}

void
terminal_close(struct terminal *terminal)
{
	if (terminal->source != NULL && !terminal->is_suspended)
		terminal_leave(terminal);
	terminal_release_crashes();
	for (size_t i = 0; i < SIGNALS_MAX; i++) {
		if (terminal->signals[i] != NULL)
			loop_signal_free(terminal->signals[i]);
	}
	if (terminal->source != NULL)
		loop_fd_free(terminal->source);
	if (terminal->escape != NULL)
		loop_timer_free(terminal->escape);
	if (terminal->screen != NULL)
		delscreen(terminal->screen);
	if (terminal->frame_file != NULL)
		fclose(terminal->frame_file);
	else if (terminal->frame_fd >= 0)
		close(terminal->frame_fd);
	if (terminal->nothing != NULL)
		fclose(terminal->nothing);
	if (terminal->fd >= 0)
		close(terminal->fd);
	input_fini(&terminal->input);
	buf_fini(&terminal->out);
	free(terminal);
}
