/*
 * pty-watch [-s COLSxROWS] [-k] [-q MS] [-t TEXT] COMMAND [ARGUMENT...]
 *
 * Runs a command in a terminal of its own and prints a line at each event that
 * was asked for: the microseconds from exec to it, and the monotonic clock at
 * it. With -q, the event is the last byte before the first MS milliseconds of
 * silence: the end of the first frame. With -t, it is the first time that TEXT
 * was written, after that silence if -q is given, too. TEXT must be written in
 * one run by the program; escape sequences are not interpreted.
 *
 * After the last event it ends the command; with -k it prints the number of the
 * process and goes on draining until SIGTERM, so that the idle program can be
 * looked at.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What is waited for; 0 and NULL once it has come. */
struct watch {
	int		 fd;
	pid_t		 pid;
	uint64_t	 start_us;
	uint64_t	 last_us;	/* of the last byte; 0: none yet */
	int		 quiet_ms;
	const char	*text;
	bool		 is_kept;
	char		 seen[1 << 20];
	size_t		 len;
};

static volatile sig_atomic_t ended;

static void
on_term(int signo)
{
	(void)signo;
	ended = 1;
}

static uint64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void
report(const struct watch *w, uint64_t event_us)
{
	printf("%" PRIu64 " %" PRIu64 "\n", event_us - w->start_us, event_us);
	if (w->is_kept && w->quiet_ms == 0 && w->text == NULL)
		printf("%d\n", (int)w->pid);
	fflush(stdout);
}

static void
on_silence(struct watch *w)
{
	w->quiet_ms = 0;
	w->len = 0;
	report(w, w->last_us);
}

static bool
take_bytes(struct watch *w)
{
	ssize_t n;

	if (w->len == sizeof w->seen)
		w->len = 0;
	n = read(w->fd, w->seen + w->len, sizeof w->seen - w->len);
	if (n <= 0)
		return false;
	w->last_us = now_us();
	w->len += (size_t)n;
	if (w->quiet_ms == 0 && w->text != NULL &&
	    memmem(w->seen, w->len, w->text, strlen(w->text)) != NULL) {
		w->text = NULL;
		report(w, w->last_us);
	}
	return true;
}

static void
watch(struct watch *w)
{
	while (!ended && (w->is_kept || w->quiet_ms != 0 || w->text != NULL)) {
		struct pollfd p = { .fd = w->fd, .events = POLLIN };
		int ready = poll(&p, 1, w->quiet_ms != 0 && w->last_us != 0 ?
		    w->quiet_ms : -1);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0)
			on_silence(w);
		else if (!take_bytes(w))
			break;
	}
}

static int
usage(void)
{
	fputs("usage: pty-watch [-s COLSxROWS] [-k] [-q MS] [-t TEXT] "
	    "COMMAND [ARGUMENT...]\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	struct winsize size = { .ws_col = 120, .ws_row = 40 };
	static struct watch w;
	int opt;

	while ((opt = getopt(argc, argv, "+s:t:q:k")) != -1) {
		if (opt == 't')
			w.text = optarg;
		else if (opt == 'q')
			w.quiet_ms = atoi(optarg);
		else if (opt == 'k')
			w.is_kept = true;
		else if (opt != 's' || sscanf(optarg, "%hux%hu", &size.ws_col,
		    &size.ws_row) != 2)
			return usage();
	}
	if (optind == argc || (w.text == NULL && w.quiet_ms <= 0))
		return usage();
	signal(SIGTERM, on_term);
	w.start_us = now_us();
	w.pid = forkpty(&w.fd, NULL, NULL, &size);
	if (w.pid < 0)
		return 1;
	if (w.pid == 0) {
		signal(SIGTERM, SIG_DFL);
		execvp(argv[optind], argv + optind);
		_exit(127);
	}
	watch(&w);
	kill(w.pid, SIGTERM);
	close(w.fd);
	waitpid(w.pid, NULL, 0);
	return w.quiet_ms == 0 && w.text == NULL ? 0 : 1;
}
