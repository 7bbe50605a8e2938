/* pterm info: all that a device tells. */
#include "config.h"

#include "cli/info.h"

#include <stdio.h>

#include "cli/verb.h"

/* A device that does not answer is told of as it is known. */
#define ANSWERS_US	(LOOP_S(2) + LOOP_MS(100))

static const struct device *
info_device(const struct cli *cli, const struct targets *t, size_t i)
{
	return registry_get(cli->app->registry, t->numbers[i]);
}

/* One document: the device itself where one is asked for, a list of them where
 * several may be. */
static void
info_json(struct cli *cli, const struct targets *t)
{
	struct json *json = json_new_object(), *devices;
	bool is_list = cli->options->all || cli->options->word_count > 1;

	json_put_integer(json, "v", 1);
	if (!is_list) {
		info_put_json(cli, json, info_device(cli, t, 0));
		cli_put_json(cli, json);
		return;
	}
	devices = json_new_array();
	for (size_t i = 0; i < t->count; i++) {
		struct json *one = json_new_object();

		info_put_json(cli, one, info_device(cli, t, i));
		json_add_child(devices, one);
	}
	json_put_child(json, "devices", devices);
	cli_put_json(cli, json);
}

static void
info_text(struct cli *cli, const struct targets *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (i > 0)
			putchar('\n');
		info_print(cli, info_device(cli, t, i));
	}
	cli_flush(cli);
}

int
info_run(struct cli *cli)
{
	struct targets targets;
	struct error err;
	enum cli_wait end;

	if (targets_find(cli, &targets, &err) != 0)
		return cli_fail(&err);
	for (size_t i = 0; i < targets.count; i++)
		probe_details(cli->app->probe, targets.numbers[i]);
	end = targets_wait_answers(cli, &targets, ANSWERS_US);
	if (end != CLI_SIGNAL) {
		if (cli->options->json)
			info_json(cli, &targets);
		else
			info_text(cli, &targets);
	}
	targets_fini(&targets);
	return end == CLI_SIGNAL ? cli_signal_status(cli) : 0;
}
