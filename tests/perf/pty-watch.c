/*
 * pty-watch [-s COLSxROWS] [-k] (-t TEXT | -q MS) COMMAND [ARGUMENT...]
 *
 * Runs a command in a terminal of its own and prints one line: the microseconds
 * from exec to the event, and the monotonic clock at it. The event is the first
 * time that TEXT was written, or, with -q, the last byte before the first MS
 * milliseconds of silence: the end of the first frame. Then it ends the command;
 * with -k it prints the process number after the event and waits for SIGTERM
 * while it goes on draining, so that the idle program can be looked at.
 *
 * TEXT must be written in one run by the program; escape sequences are not
 * interpreted.
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

static uint64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static volatile sig_atomic_t ended;

static void
on_term(int signo)
{
	(void)signo;
	ended = 1;
}

static void
report(uint64_t start, uint64_t event)
{
	printf("%" PRIu64 " %" PRIu64 "\n", event - start, event);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static char seen[1 << 20];
	struct winsize size = { .ws_col = 120, .ws_row = 40 };
	const char *text = NULL;
	int quiet_ms = -1, fd, opt, ready;
	uint64_t start, last = 0;
	bool keep = false, reported = false;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	while ((opt = getopt(argc, argv, "+s:t:q:k")) != -1) {
		switch (opt) {
		case 's':
			if (sscanf(optarg, "%hux%hu", &size.ws_col,
			    &size.ws_row) != 2)
				return 2;
			break;
		case 't':
			text = optarg;
			break;
		case 'q':
			quiet_ms = atoi(optarg);
			break;
		case 'k':
			keep = true;
			break;
		default:
			return 2;
		}
	}
	if (optind == argc || (text == NULL) == (quiet_ms < 0))
		return 2;
	signal(SIGTERM, on_term);
	start = now_us();
	pid = forkpty(&fd, NULL, NULL, &size);
	if (pid < 0)
		return 1;
	if (pid == 0) {
		signal(SIGTERM, SIG_DFL);
		execvp(argv[optind], argv + optind);
		_exit(127);
	}
	while (!ended) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		ready = poll(&p, 1,
		    !reported && quiet_ms >= 0 && last != 0 ? quiet_ms : -1);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0) {
			report(start, last);
			reported = true;
			if (!keep)
				break;
			printf("%d\n", (int)pid);
			fflush(stdout);
			continue;
		}
		if (len == sizeof seen - 1)
			len = 0;
		n = read(fd, seen + len, sizeof seen - 1 - len);
		if (n <= 0)
			break;
		last = now_us();
		len += (size_t)n;
		seen[len] = '\0';
		if (!reported && text != NULL &&
		    memmem(seen, len, text, strlen(text)) != NULL) {
			report(start, last);
			reported = true;
			if (!keep)
				break;
			printf("%d\n", (int)pid);
			fflush(stdout);
		}
	}
	kill(pid, SIGTERM);
	close(fd);
	waitpid(pid, NULL, 0);
	return reported ? 0 : 1;
}
