/* pterm wait --mode MODE [DEVICE...]: until devices are in a mode. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/verb.h"

struct wait {
	struct cli	*cli;
	const char	**words;	/* DEVICE, or what stands for it */
	size_t		 word_count;
	struct error	 err;		/* a name that means several devices */
	bool		 is_bad;
};

int
wait_check(const struct options *options, struct error *err)
{
	if (options->modes != 0)
		return 0;
	return error_set(err, ERROR_USAGE, "wait wants a mode to wait for: "
	    "pterm wait --mode dfu");
}

static bool
wait_is_there(const struct wait *w, const struct device *d)
{
	return (ACTION_MODE(d->mode) & w->cli->options->modes) != 0;
}

/* Without a device named: the first that is there. --all: all, and at least
 * one. */
static bool
wait_for_any(struct wait *w, bool all)
{
	const struct registry *r = w->cli->app->registry;
	size_t there = 0;

	for (size_t i = 0; i < registry_count(r); i++)
		there += wait_is_there(w, registry_at(r, i));
	return all ? there > 0 && there == registry_count(r) : there > 0;
}

/* A device that is not attached is waited for; it may come. */
static bool
wait_for_named(struct wait *w)
{
	for (size_t i = 0; i < w->word_count; i++) {
		const struct device *d = registry_find(w->cli->app->registry,
		    w->words[i], &w->err);

		if (d == NULL && w->err.code == ERROR_AMBIGUOUS)
			return w->is_bad = true;
		if (d == NULL || !wait_is_there(w, d))
			return false;
	}
	return true;
}

static bool
wait_is_done(void *arg)
{
	struct wait *w = arg;

	return w->word_count > 0 ? wait_for_named(w)
	    : wait_for_any(w, w->cli->options->all);
}

static void
wait_report_device(struct cli *cli, const struct device *d)
{
	struct json *json;
	char label[CLI_LABEL_MAX];

	if (cli->options->json) {
		json = cli_event(cli, "reached", d);
		json_put_text(json, "mode", device_mode_name(d->mode));
		json_put_child(json, "device", report_device(d));
		cli_put_json(cli, json);
		return;
	}
	printf("%s  %s\n", cli_label(d, label), device_mode_name(d->mode));
}

static void
wait_report(struct wait *w)
{
	const struct registry *r = w->cli->app->registry;

	for (size_t i = 0; i < w->word_count; i++)
		wait_report_device(w->cli, registry_find(r, w->words[i], NULL));
	for (size_t i = 0; w->word_count == 0 && i < registry_count(r); i++)
		if (wait_is_there(w, registry_at(r, i)))
			wait_report_device(w->cli, registry_at(r, i));
	cli_flush(w->cli);
}

/* Who is missing, and what it is doing instead. */
static int
wait_late(struct wait *w)
{
	const struct device *d;
	struct error err;

	error_set(&err, ERROR_TIMEOUT,
	    "not in time: no device is in that mode");
	if (w->cli->options->all)
		error_set(&err, ERROR_TIMEOUT,
		    "not in time: not all devices are in that mode");
	for (size_t i = 0; i < w->word_count; i++) {
		d = registry_find(w->cli->app->registry, w->words[i], NULL);
		if (d == NULL)
			error_set(&err, ERROR_TIMEOUT,
			    "%s: not in time: it is not attached", w->words[i]);
		else if (!wait_is_there(w, d))
			error_set(&err, ERROR_TIMEOUT, "%s: not in time: it is "
			    "in mode %s", device_label(d),
			    device_mode_name(d->mode));
		else
			continue;
		break;
	}
	return cli_fail_event(w->cli, &err);
}

static void
wait_tick(void *arg)
{
	(void)arg;		/* the tick asks for modes; that is enough */
}

int
wait_run(struct cli *cli)
{
	const char *fallback = targets_default();
	struct wait w = {
		.cli = cli,
		.words = cli->options->words,
		.word_count = cli->options->word_count,
	};
	enum cli_wait end;

	if (w.word_count == 0 && !cli->options->all && fallback != NULL) {
		w.words = &fallback;
		w.word_count = 1;
	}
	probe_watch(cli->app->probe, wait_tick, cli);
	end = cli_wait(cli, wait_is_done, &w, cli_deadline(cli));
	probe_watch(cli->app->probe, NULL, NULL);
	if (end == CLI_SIGNAL)
		return cli_signal_status(cli);
	if (end == CLI_LATE)
		return wait_late(&w);
	if (w.is_bad)
		return cli_fail_event(cli, &w.err);
	wait_report(&w);
	return 0;
}
