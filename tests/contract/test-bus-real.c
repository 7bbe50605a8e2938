/*
 * The contract suite on the real bus: pterm-virtual plugs the devices into this
 * machine's kernel, in the lab (tests/lab/t-bus.sh).
 *
 *	test-bus-real --script	prints what pterm-virtual is to be started with
 *	test-bus-real SOCKET	runs the suite; SOCKET is pterm-virtual's
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "bus/bus-real.h"
#include "bus/host-linux.h"
#include "contract/contract.h"

#define PLACES_MAX	64
#define STEP_MS		20
#define STEPS_MAX	(60 * 1000 / STEP_MS)

struct outside {
	const char	*socket;
	struct host	*host;
};

/* Attachments of USB devices that are no root hubs. */
struct places {
	char		path[PLACES_MAX][BUS_PATH_MAX];
	unsigned	address[PLACES_MAX];
	size_t		count;
};

static unsigned
address_of(const char *path)
{
	char *file = xasprintf("/sys/bus/usb/devices/%s/devnum", path);
	unsigned address = 0;
	FILE *f = fopen(file, "r");

	if (f != NULL) {
		if (fscanf(f, "%u", &address) != 1)
			address = 0;
		fclose(f);
	}
	free(file);
	return address;
}

static void
places_read(struct places *p)
{
	DIR *dir = opendir("/sys/bus/usb/devices");
	struct dirent *entry;
	char place[BUS_PATH_MAX];

	p->count = 0;
	while (dir != NULL && (entry = readdir(dir)) != NULL &&
	    p->count < PLACES_MAX) {
		if (!host_place_of(entry->d_name, place, sizeof place) ||
		    strcmp(place, entry->d_name) != 0)
			continue;
		text_copy(p->path[p->count], BUS_PATH_MAX, place);
		p->address[p->count++] = address_of(place);
	}
	if (dir != NULL)
		closedir(dir);
}

static bool
places_have(const struct places *p, const char *path, unsigned address)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->address[i] == address && strcmp(p->path[i], path) == 0)
			return true;
	}
	return false;
}

static void
wait_a_step(void)
{
	struct timespec step = { .tv_nsec = STEP_MS * 1000000L };

	nanosleep(&step, NULL);
}

/* The kernel has enumerated what was plugged in, and udev has seen its tty. */
static bool
wait_plugged(const struct outside *o, const struct places *before,
    bool has_tty)
{
	struct places now;
	char tty[BUS_PATH_MAX];

	for (int i = 0; i < STEPS_MAX; i++) {
		places_read(&now);
		for (size_t j = 0; j < now.count; j++) {
			if (places_have(before, now.path[j], now.address[j]))
				continue;
			if (!has_tty || host_usb_tty(o->host, now.path[j],
			    tty, sizeof tty))
				return true;
		}
		wait_a_step();
	}
	fprintf(stderr, "the kernel does not see what was plugged in\n");
	return false;
}

static void
wait_empty(void *arg)
{
	struct places now;

	(void)arg;
	for (int i = 0; i < STEPS_MAX; i++) {
		places_read(&now);
		if (now.count == 0)
			break;
		wait_a_step();
	}
	if (system("udevadm settle --timeout=30") != 0)
		fprintf(stderr, "udev does not settle\n");
}

/* One line to pterm-virtual, its answer to the end. */
static bool
say(const struct outside *o, const char *text)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[4096];
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return false;
	text_copy(address.sun_path, sizeof address.sun_path, o->socket);
	if (connect(fd, (struct sockaddr *)(void *)&address,
	    sizeof address) != 0) {
		perror(o->socket);
		close(fd);
		return false;
	}
	dprintf(fd, "%s\n", text);
	shutdown(fd, SHUT_WR);
	while (len < sizeof answer - 1 &&
	    (n = read(fd, answer + len, sizeof answer - 1 - len)) > 0)
		len += (size_t)n;
	answer[len] = '\0';
	close(fd);
	if (text_ends(answer, "ok\n"))
		return true;
	fprintf(stderr, "%s: %s", text, answer);
	return false;
}

static bool
outside_command(const char *text, void *arg)
{
	const struct outside *o = arg;
	struct places before;

	places_read(&before);
	if (!say(o, text))
		return false;
	if (!text_starts(text, "plug "))
		return true;
	return wait_plugged(o, &before, strcmp(text, "plug boot") != 0 &&
	    strcmp(text, "plug edl") != 0);
}

static struct loop *
outside_loop(void *arg)
{
	(void)arg;
	return loop_new();
}

static struct bus *
outside_bus(struct loop *loop, void *arg)
{
	struct error err;
	struct bus *bus = bus_real_new(loop, &err);

	(void)arg;
	if (bus == NULL)
		fprintf(stderr, "%s\n", err.text);
	return bus;
}

int
main(int argc, char **argv)
{
	struct outside o = { 0 };
	struct contract_bench bench = {
		.loop_new = outside_loop,
		.bus_new = outside_bus,
		.bus_freed = wait_empty,
		.command = outside_command,
		.arg = &o,
	};
	int failed;

	if (argc != 2) {
		fprintf(stderr, "usage: test-bus-real --script | SOCKET\n");
		return 2;
	}
	if (strcmp(argv[1], "--script") == 0) {
		fputs(contract_script, stdout);
		return 0;
	}
	o.socket = argv[1];
	o.host = host_new("");
	failed = contract_run(&bench, "bus_real");
	host_free(o.host);
	return failed;
}
