#include "config.h"

#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "action/mend.h"
#include "base/text.h"
#include "cli/verb.h"
#include "cli/watch.h"

/* A system that does not tell within this what is attached never will. */
#define READY_S		10

/* --- Saying things ------------------------------------------------------- */

int
cli_fail(const struct error *err)
{
	char clean[2 * ERROR_TEXT_MAX];

	fprintf(stderr, "pterm: %s\n", text_clean(clean, sizeof clean,
	    err->text, strlen(err->text)));
	return error_exit_status(err->code);
}

void
cli_print_mend(const struct cli *cli)
{
	struct mend mend;

	if (cli->app->bench != NULL)
		return;
	mend_find(&mend);
	fprintf(stderr, "pterm: %s: %s\n", mend.why, mend.command);
}

void
cli_note(const struct cli *cli, const char *fmt, ...)
{
	char text[1024], clean[2 * sizeof text];
	va_list ap;

	if (cli->options->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s\n", text_clean(clean, sizeof clean, text,
	    strlen(text)));
}

const char *
cli_label(const struct device *d, char *out)
{
	const char *label = device_label(d);

	return text_clean(out, CLI_LABEL_MAX, label, strlen(label));
}

void
cli_flush(struct cli *cli)
{
	if (fflush(stdout) == 0)
		return;
	if (errno == EPIPE)
		cli->is_unread = true;
	else if (cli->write_errno == 0)
		cli->write_errno = errno;
}

struct json *
cli_event(const struct cli *cli, const char *event, const struct device *d)
{
	struct json *json = json_new_object();
	char when[40];

	json_put_integer(json, "v", 1);
	json_put_text(json, "t", text_rfc3339(when, sizeof when,
	    loop_wall_us(cli->app->loop)));
	json_put_text(json, "event", event);
	json_put_text_or_null(json, "id", d != NULL ? d->id : NULL);
	json_put_text_or_null(json, "path", d != NULL ? d->usb.path : NULL);
	json_put_text_or_null(json, "nickname", d != NULL ? d->nickname : NULL);
	return json;
}

void
cli_put_json(struct cli *cli, struct json *json)
{
	struct buf text = { 0 };

	json_write(json, false, &text);
	buf_put_u8(&text, '\n');
	fwrite(text.data, 1, text.len, stdout);
	cli_flush(cli);
	buf_fini(&text);
	json_free(json);
}

int
cli_fail_event(struct cli *cli, const struct error *err)
{
	struct json *json;
	int status;

	if (cli->options->json) {
		json = cli_event(cli, "error", NULL);
		json_put_text(json, "code", error_code_name(err->code));
		json_put_integer(json, "exit", error_exit_status(err->code));
		json_put_text(json, "text", err->text);
		cli_put_json(cli, json);
	}
	status = cli_fail(err);
	if (err->code == ERROR_PERMISSION)
		cli_print_mend(cli);
	return status;
}

/* --- Waiting ------------------------------------------------------------- */

static void
cli_on_timer(void *arg)
{
	struct cli *cli = arg;

	cli->is_late = true;
}

static void
cli_on_signal(int signo, void *arg)
{
	struct cli *cli = arg;

	cli->signo = signo;
	cli->signal_count++;
}

/* A pipe that is written to becomes "readable" when its last reader left. */
static void
cli_on_reader(int fd, unsigned events, void *arg)
{
	struct cli *cli = arg;

	(void)fd, (void)events;
	cli->is_unread = true;
	loop_fd_set(cli->reader, 0);
}

uint64_t
cli_deadline_within(const struct cli *cli, uint64_t us)
{
	uint64_t most = loop_now_us(cli->app->loop) + us;

	return cli_deadline(cli) < most ? cli_deadline(cli) : most;
}

uint64_t
cli_deadline(const struct cli *cli)
{
	return cli->deadline_us;
}

enum cli_wait
cli_wait(struct cli *cli, bool (*is_done)(void *), void *arg,
    uint64_t until_us)
{
	struct loop *loop = cli->app->loop;
	unsigned signals = cli->signal_count;
	uint64_t now = loop_now_us(loop);
	enum cli_wait result;

	cli->is_late = false;
	if (until_us != CLI_FOREVER)
		loop_timer_set(cli->timer, until_us > now ? until_us - now : 0);
	for (;;) {
		if (is_done(arg))
			result = CLI_DONE;
		else if (cli->signal_count != signals || cli->is_unread)
			result = CLI_SIGNAL;
		else if (cli->is_late || !loop_turn(loop, UINT64_MAX))
			result = CLI_LATE;
		else
			continue;
		break;
	}
	loop_timer_stop(cli->timer);
	return result;
}

static bool
cli_is_ready(void *arg)
{
	const struct cli *cli = arg;

	return cli->app->is_ready;
}

int
cli_wait_ready(struct cli *cli, struct error *err)
{
	switch (cli_wait(cli, cli_is_ready, cli,
	    cli_deadline_within(cli, LOOP_S(READY_S)))) {
	case CLI_DONE:
		return 0;
	case CLI_SIGNAL:
		return error_set(err, ERROR_CANCELLED, "cancelled");
	case CLI_LATE:
		break;
	}
	return error_set(err, ERROR_TIMEOUT,
	    "the system did not tell in time what is attached");
}

int
cli_signal_status(const struct cli *cli)
{
	return cli->signo != 0 ? 128 + cli->signo : 0;
}

/* --- The run ------------------------------------------------------------- */

static void
cli_begin(struct cli *cli)
{
	static const int signos[] = { SIGINT, SIGTERM, SIGHUP };
	struct loop *loop = cli->app->loop;
	struct stat st;

	cli->deadline_us = cli->options->timeout_us == 0 ? CLI_FOREVER
	    : loop_now_us(loop) + cli->options->timeout_us;
	cli->timer = loop_timer_new(loop, cli_on_timer, cli);
	for (size_t i = 0; i < sizeof signos / sizeof signos[0]; i++)
		cli->signals[i] = loop_signal_new(loop, signos[i],
		    cli_on_signal, cli);
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		cli->reader = loop_fd_new(loop, STDOUT_FILENO, LOOP_READ,
		    cli_on_reader, cli);
}

static void
cli_end(struct cli *cli)
{
	watch_free(cli->watch);
	loop_fd_free(cli->reader);
	for (size_t i = 0; i < sizeof cli->signals / sizeof cli->signals[0];
	    i++)
		loop_signal_free(cli->signals[i]);
	loop_timer_free(cli->timer);
}

/* Where the output could not be written all went wrong, whatever the verb
 * says; a reader that had enough is no failure. */
static int
cli_check_output(struct cli *cli, int status)
{
	cli_flush(cli);
	if (cli->write_errno == 0)
		return status;
	fprintf(stderr, "pterm: standard output: %s\n",
	    strerror(cli->write_errno));
	return status != 0 ? status : 1;
}

static void
cli_note_names(const struct cli *cli)
{
	const struct names *names = cli->app->names;

	for (size_t i = 0; i < names_complaint_count(names); i++)
		cli_note(cli, "pterm: %s", names_complaint(names, i));
}

static int
cli_run_verb(struct cli *cli, const struct verb *verb)
{
	cli_note_names(cli);
	if (cli->options->verbose)
		cli->watch = watch_new(cli, watch_print_to_stderr);
	return verb->run(cli);
}

int
cli_run(struct app *app, const struct options *options)
{
	struct cli cli = { .app = app, .options = options };
	const struct verb *verb = options->verb;
	struct error err;
	int status;

	if (verb == NULL)
		verb = verb_by_name("list");
	if (options->complete_devices)
		probe_stop(app->probe);
	if (app_start(app, &err) != 0)
		return cli_fail(&err);
	cli_begin(&cli);
	if (options->complete_devices)
		status = complete_run(&cli);
	else if (cli_wait_ready(&cli, &err) == 0)
		status = cli_run_verb(&cli, verb);
	else if (err.code == ERROR_CANCELLED)
		status = cli_signal_status(&cli);
	else
		status = cli_fail(&err);
	status = cli_check_output(&cli, status);
	cli_end(&cli);
	return status;
}
