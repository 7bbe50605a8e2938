/*
 * pterm monitor [DEVICE...] where it does not open the dashboard: what devices
 * print on USB serial, as lines, until a signal comes or --timeout is over; the
 * lines of standard input are sent to the device, if it is one.
 *
 * Lines go to standard output, gaps and notes to standard error. With several
 * devices each line begins with its device's name, and nothing is sent. A
 * device that is named by its whole id need not be attached yet.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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
	const char	*id;		/* that is waited for; NULL: it came */
	uint32_t	 device;
	struct feed	*feed;		/* NULL: waited for */
	uint64_t	 next;		/* line */
	bool		 was_open;
};

struct monitor {
	struct cli		*cli;
	struct monitored	*devices;
	size_t			 count;
	struct registry_listener *listener;
	struct loop_fd		*input;
	struct buf		 to_send;
};

/* --- What comes ---------------------------------------------------------- */

static const struct device *
monitored_device(const struct monitored *d)
{
	return registry_get(d->monitor->cli->app->registry, d->device);
}

static void
monitor_print_json(struct monitored *d, const struct session_line *line)
{
	static const char *const events[] = {
		[SESSION_TEXT] = "line",
		[SESSION_GAP] = "gap",
		[SESSION_NOTE] = "note",
	};
	struct cli *cli = d->monitor->cli;
	struct json *json = cli_event(cli, events[line->kind],
	    monitored_device(d));
	char when[40];

	json_put_text(json, "t", text_rfc3339(when, sizeof when,
	    line->wall_us));
	json_put_text(json, "text", line->text);
	cli_put_json(cli, json);
}

static void
monitor_print(struct monitored *d, const struct session_line *line)
{
	struct cli *cli = d->monitor->cli;
	char room[CLI_LABEL_MAX];
	const char *label = cli_label(monitored_device(d), room);

	if (cli->options->json)
		monitor_print_json(d, line);
	else if (line->kind != SESSION_TEXT)
		cli_note(cli, "-- %s: %s", label, line->text);
	else if (d->monitor->count > 1)
		printf("%s: %s\n", label, line->text);
	else
		printf("%s\n", line->text);
}

/* That nothing comes, and why, is said at once; the gap follows when the device
 * is back. */
static void
monitor_say_state(struct monitored *d)
{
	struct session_line line = {
		.kind = SESSION_NOTE,
		.wall_us = loop_wall_us(d->monitor->cli->app->loop),
		.text = feed_state(d->feed),
	};

	monitor_print(d, &line);
}

static void
monitor_print_lines(struct monitored *d, bool with_open_one)
{
	const struct session *session = feed_session(d->feed);
	struct session_line line;

	for (; d->next < session_end(session); d->next++) {
		line = session_get(session, d->next);
		if (line.is_open && !with_open_one)
			break;
		monitor_print(d, &line);
	}
}

static void	monitor_send(struct monitor *m);

/* An open line waits until it is whole: what is printed cannot be taken back. */
static void
monitor_changed(void *arg)
{
	struct monitored *d = arg;
	struct monitor *m = d->monitor;
	bool is_open = feed_is_open(d->feed);

	monitor_print_lines(d, false);
	if (d->was_open && !is_open)
		monitor_say_state(d);
	d->was_open = is_open;
	cli_flush(m->cli);
	if (m->to_send.len > 0)
		monitor_send(m);
}

/* --- What goes ----------------------------------------------------------- */

/* What did not fit is kept; reading goes on when it has gone. */
static void
monitor_send(struct monitor *m)
{
	const struct monitored *d = m->devices;

	if (d->feed != NULL)
		buf_drop(&m->to_send, feed_write(d->feed, m->to_send.data,
		    m->to_send.len));
	if (m->input != NULL)
		loop_fd_set(m->input, m->to_send.len < MONITOR_INPUT_MAX ?
		    LOOP_READ : 0);
}

static void
monitor_queue(struct monitor *m, const char *data, size_t len)
{
	const char *eol = m->cli->app->config.eol;
	const char *end = strcmp(eol, "cr") == 0 ? "\r" :
	    strcmp(eol, "crlf") == 0 ? "\r\n" :
	    strcmp(eol, "none") == 0 ? "" : "\n";

	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n')
			buf_puts(&m->to_send, end);
		else
			buf_put_u8(&m->to_send, (uint8_t)data[i]);
	}
}

static void
monitor_input(int fd, unsigned events, void *arg)
{
	struct monitor *m = arg;
	char data[MONITOR_INPUT_MAX];
	ssize_t n = read(fd, data, sizeof data);

	(void)events;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {		/* its end is not the end of the monitor */
		loop_fd_free(m->input);
		m->input = NULL;
		return;
	}
	monitor_queue(m, data, (size_t)n);
	monitor_send(m);
}

/* --- Which devices -------------------------------------------------------- */

static struct monitored *
monitor_add(struct monitor *m)
{
	struct monitored *d;

	m->devices = xreallocarray(m->devices, m->count + 1,
	    sizeof *m->devices);
	d = &m->devices[m->count++];
	*d = (struct monitored){ 0 };
	return d;
}

static void
monitor_add_device(struct monitor *m, uint32_t device)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->devices[i].device == device)
			return;
	}
	monitor_add(m)->device = device;
}

static void
monitor_add_id(struct monitor *m, const char *id)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->devices[i].id != NULL &&
		    strcasecmp(m->devices[i].id, id) == 0)
			return;
	}
	monitor_add(m)->id = id;
}

static int
monitor_add_word(struct monitor *m, const char *word, struct error *err)
{
	const struct device *d = registry_find(m->cli->app->registry, word,
	    err);

	if (d != NULL)
		monitor_add_device(m, d->number);
	else if (err->code == ERROR_NO_DEVICE && word != NULL &&
	    registry_is_id(word))
		monitor_add_id(m, word);
	else
		return -1;
	return 0;
}

static int
monitor_find(struct monitor *m, struct error *err)
{
	const struct options *o = m->cli->options;
	struct targets targets;

	if (o->word_count == 0 && !o->all)
		return monitor_add_word(m, targets_default(), err);
	for (size_t i = 0; i < o->word_count && !o->all; i++) {
		if (monitor_add_word(m, o->words[i], err) != 0)
			return -1;
	}
	if (!o->all)
		return 0;
	if (targets_find(m->cli, &targets, err) != 0)
		return -1;
	for (size_t i = 0; i < targets.count; i++)
		monitor_add_device(m, targets.numbers[i]);
	targets_fini(&targets);
	return 0;
}

/* --- Beginning and end ---------------------------------------------------- */

static void
monitor_watch(struct monitored *d, uint32_t device)
{
	d->device = device;
	d->id = NULL;
	d->feed = feed_watch(d->monitor->cli->app->feeds, device,
	    monitor_changed, d);
	if (feed_state(d->feed)[0] != '\0')
		monitor_say_state(d);
}

static void
monitor_on_registry(enum registry_event event, const struct device *device,
    void *arg)
{
	struct monitor *m = arg;

	(void)event;
	for (size_t i = 0; i < m->count; i++) {
		struct monitored *d = &m->devices[i];

		if (d->id != NULL && strcasecmp(d->id, device->id) == 0)
			monitor_watch(d, device->number);
	}
}

static void
monitor_begin(struct monitor *m)
{
	struct app *app = m->cli->app;

	m->listener = registry_listen(app->registry, monitor_on_registry, m);
	for (size_t i = 0; i < m->count; i++) {
		m->devices[i].monitor = m;
		if (m->devices[i].id == NULL)
			monitor_watch(&m->devices[i], m->devices[i].device);
		else
			cli_note(m->cli, "-- waits for %s, which is not "
			    "attached", m->devices[i].id);
	}
	if (m->count > 1)
		return;
	/* In the background, where the terminal is the shell's, reading it
	 * fails instead of stopping the monitor. */
	signal(SIGTTIN, SIG_IGN);
	m->input = loop_fd_new(app->loop, STDIN_FILENO, LOOP_READ,
	    monitor_input, m);
}

static void
monitor_end(struct monitor *m)
{
	registry_unlisten(m->listener);
	loop_fd_free(m->input);
	for (size_t i = 0; i < m->count; i++) {
		if (m->devices[i].feed == NULL)
			continue;
		monitor_print_lines(&m->devices[i], true);
		feed_unwatch(m->devices[i].feed, &m->devices[i]);
	}
	cli_flush(m->cli);
}

/* Nothing that comes could be written. */
static bool
monitor_is_over(void *arg)
{
	const struct monitor *m = arg;

	return m->cli->write_errno != 0;
}

/* The end of its time is a good end, unless no device ever came. */
static int
monitor_status(struct monitor *m, enum cli_wait end)
{
	struct error err;

	if (end == CLI_SIGNAL)
		return cli_signal_status(m->cli);
	for (size_t i = 0; i < m->count; i++) {
		if (m->devices[i].id == NULL)
			return 0;
	}
	error_set(&err, ERROR_TIMEOUT, "%s was not attached in time",
	    m->devices[0].id);
	return cli_fail_event(m->cli, &err);
}

int
monitor_run(struct cli *cli)
{
	struct monitor m = { .cli = cli };
	struct error err;
	int status;

	if (monitor_find(&m, &err) == 0) {
		monitor_begin(&m);
		status = monitor_status(&m, cli_wait(cli, monitor_is_over, &m,
		    cli_deadline(cli)));
		monitor_end(&m);
	} else
		status = cli_fail_event(cli, &err);
	free(m.devices);
	buf_fini(&m.to_send);
	return status;
}
