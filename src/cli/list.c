/* pterm list: one row a device, or one JSON document; with --watch also what
 * comes after. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "cli/watch.h"

/* A device that did not answer by now is listed as it is known: the row rule of
 * the dashboard, and a moment for the row to say so. */
#define ANSWERS_US	(LOOP_S(2) + LOOP_MS(100))

static bool
list_has_answers(void *arg)
{
	const struct cli *cli = arg;

	return probe_open_questions(cli->app->probe) == 0;
}

static bool
list_never(void *arg)
{
	(void)arg;
	return false;
}

static void
list_json(struct cli *cli)
{
	const struct registry *r = cli->app->registry;
	struct json *json = json_new_object(), *devices = json_new_array();

	json_put_integer(json, "v", 1);
	for (size_t i = 0; i < registry_count(r); i++)
		json_add_child(devices, report_device(registry_at(r, i)));
	json_put_child(json, "devices", devices);
	cli_put_json(cli, json);
}

static void
list_add(struct table *table, const struct cli *cli, const struct device *d,
    bool is_terminal)
{
	const struct config *config = &cli->app->config;
	char mode[48];

	if (is_terminal)
		snprintf(mode, sizeof mode, "%s %s",
		    report_mode_sign(d, config->unicode),
		    device_mode_name(d->mode));
	table_add_colored(table,
	    is_terminal && config->color ? report_mode_color(d) : "",
	    is_terminal ? mode : device_mode_name(d->mode));
	table_add(table, d->nickname);
	table_add(table, report_platform(d));
	table_add(table, d->id);
	table_add(table, d->system_version);
	table_add(table, report_port(d));
	table_add(table, d->usb.path);
	table_add(table, report_note(d));
}

/* Who sees no access wants to know the way out. */
static void
list_note_denied(const struct cli *cli)
{
	const struct registry *r = cli->app->registry;

	for (size_t i = 0; i < registry_count(r) && !cli->options->quiet; i++)
		if (registry_at(r, i)->mode == DEVICE_NO_PERMISSION) {
			cli_print_mend(cli);
			return;
		}
}

static void
list_text(struct cli *cli)
{
	static const char *const heads[] = { "MODE", "NAME", "PLATFORM",
	    "DEVICE ID", "OS", "PORT", "USB", "" };
	const size_t columns = sizeof heads / sizeof heads[0];
	const struct registry *r = cli->app->registry;
	bool is_terminal = isatty(STDOUT_FILENO) != 0;
	struct table *table;

	if (registry_count(r) == 0) {
		cli_note(cli, "pterm: no Particle device is attached");
		return;
	}
	table = table_new(columns);
	for (size_t i = 0; i < columns; i++)
		table_add(table, i == 0 && is_terminal ? "  MODE" : heads[i]);
	for (size_t i = 0; i < registry_count(r); i++)
		list_add(table, cli, registry_at(r, i), is_terminal);
	table_print(table, stdout);
	table_free(table);
	cli_flush(cli);
	list_note_denied(cli);
}

static void
list_tick(void *arg)
{
	(void)arg;		/* the tick asks for modes; that is enough */
}

/* Until the time is over or a signal comes: neither is a failure of a list
 * that was to go on. */
static int
list_watch(struct cli *cli)
{
	bool json = cli->options->json;
	struct watch *watch;

	if (!json)
		list_text(cli);
	watch = watch_new(cli, json ? watch_put_json : watch_print);
	if (json)
		cli_put_json(cli, cli_event(cli, "ready", NULL));
	probe_watch(cli->app->probe, list_tick, cli);
	cli_wait(cli, list_never, cli, cli_deadline(cli));
	probe_watch(cli->app->probe, NULL, NULL);
	watch_free(watch);
	return cli_signal_status(cli);
}

int
list_run(struct cli *cli)
{
	enum cli_wait end = cli_wait(cli, list_has_answers, cli,
	    cli_deadline_within(cli, ANSWERS_US));

	if (end == CLI_SIGNAL)
		return cli_signal_status(cli);
	if (cli->options->watch)
		return list_watch(cli);
	if (cli->options->json)
		list_json(cli);
	else
		list_text(cli);
	return 0;
}
