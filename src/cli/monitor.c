/*
 * pterm monitor [DEVICE...]: what devices print on USB serial, as lines, until a
 * signal comes; what stands on standard input is sent to the device.
 *
 * Lines go to standard output, gaps and notes to standard error. With several
 * devices each line begins with its device's name, and nothing is sent.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "action/feed.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/verb.h"

#define MONITOR_INPUT_MAX 4096

struct monitored {
	struct monitor	*monitor;
	uint32_t	 device;
	struct feed	*feed;
	uint64_t	 next;		/* line */
};

struct monitor {
	struct cli		*cli;
	struct monitored	*devices;
	size_t			 count;
	struct loop_fd		*input;
	struct buf		 to_send;
};

static const struct device *
monitored_device(const struct monitored *d)
{
	return registry_get(d->monitor->cli->app->registry, d->device);
}

static void
monitor_print(struct monitored *d, const struct session_line *line)
{
	struct cli *cli = d->monitor->cli;
	const char *label = device_label(monitored_device(d));
	struct json *json;

	if (cli->options->json) {
		json = cli_event(cli, line->kind == SESSION_TEXT ? "line" :
		    line->kind == SESSION_GAP ? "gap" : "note",
		    monitored_device(d));
		json_put_text(json, "text", line->text);
		cli_put_json(cli, json);
	} else if (line->kind != SESSION_TEXT)
		cli_note(cli, "-- %s: %s", label, line->text);
	else if (d->monitor->count > 1)
		printf("%s: %s\n", label, line->text);
	else
		printf("%s\n", line->text);
}

/* An open line waits until it is whole: what is printed cannot be taken back. */
static void
monitor_changed(void *arg)
{
	struct monitored *d = arg;
	const struct session *session = feed_session(d->feed);
	struct session_line line;

	if (d->next < session_first(session))
		d->next = session_first(session);
	for (; d->next < session_end(session); d->next++) {
		line = session_get(session, d->next);
		if (line.is_open)
			break;
		monitor_print(d, &line);
	}
	cli_flush(d->monitor->cli);
}

/* What did not fit is kept; reading goes on when it has gone. */
static void
monitor_send(struct monitor *m)
{
	size_t taken = feed_write(m->devices->feed, m->to_send.data,
	    m->to_send.len);

	buf_drop(&m->to_send, taken);
	if (m->input != NULL)
		loop_fd_set(m->input, m->to_send.len < MONITOR_INPUT_MAX ?
		    LOOP_READ : 0);
}

static void
monitor_only_changed(void *arg)
{
	struct monitored *d = arg;

	monitor_changed(d);
	if (d->monitor->to_send.len > 0)
		monitor_send(d->monitor);
}

static void
monitor_input(int fd, unsigned events, void *arg)
{
	struct monitor *m = arg;
	ssize_t n = read(fd, buf_reserve(&m->to_send, MONITOR_INPUT_MAX),
	    MONITOR_INPUT_MAX);

	(void)events;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {		/* its end is not the end of the monitor */
		loop_fd_free(m->input);
		m->input = NULL;
		return;
	}
	buf_commit(&m->to_send, (size_t)n);
	monitor_send(m);
}

static bool
monitor_never(void *arg)
{
	(void)arg;
	return false;
}

static void
monitor_begin(struct monitor *m, const struct targets *targets)
{
	m->count = targets->count;
	m->devices = xcalloc(m->count, sizeof *m->devices);
	for (size_t i = 0; i < m->count; i++) {
		m->devices[i].monitor = m;
		m->devices[i].device = targets->numbers[i];
		m->devices[i].feed = feed_watch(m->cli->app->feeds,
		    targets->numbers[i],
		    m->count == 1 ? monitor_only_changed : monitor_changed,
		    &m->devices[i]);
	}
	if (m->count == 1)
		m->input = loop_fd_new(m->cli->app->loop, STDIN_FILENO,
		    LOOP_READ, monitor_input, m);
}

static void
monitor_end(struct monitor *m)
{
	loop_fd_free(m->input);
	for (size_t i = 0; i < m->count; i++) {
		monitor_changed(&m->devices[i]);
		feed_unwatch(m->devices[i].feed, &m->devices[i]);
	}
	free(m->devices);
	buf_fini(&m->to_send);
}

int
monitor_run(struct cli *cli)
{
	struct monitor m = { .cli = cli };
	struct targets targets = { 0 };
	struct error err;
	enum cli_wait end;

	if (targets_find(cli, &targets, &err) != 0)
		return cli_fail(&err);
	monitor_begin(&m, &targets);
	targets_fini(&targets);
	end = cli_wait(cli, monitor_never, &m, cli_deadline(cli));
	monitor_end(&m);
	return end == CLI_SIGNAL ? cli_signal_status(cli) : 0;
}
