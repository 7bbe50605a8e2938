/* pterm name [DEVICE] NAME: the nickname of a device. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/verb.h"

int
name_check(const struct options *options, struct error *err)
{
	if (options->word_count == 1 || options->word_count == 2)
		return 0;
	return error_set(err, ERROR_USAGE, options->word_count == 0
	    ? "name wants a name: pterm name DEVICE NAME"
	    : "name takes a device and a name: put a name with blanks in "
	    "quotes");
}

/* A device that is not attached can be named by its whole id. */
static bool
name_is_id(const char *word)
{
	return word != NULL && strlen(word) == DEVICE_ID_LEN &&
	    text_is_hex(word);
}

static int
name_find(struct cli *cli, const char *word, char id[DEVICE_ID_LEN + 1],
    struct error *err)
{
	const struct device *d = registry_find(cli->app->registry, word, err);

	if (d == NULL && err->code == ERROR_NO_DEVICE && name_is_id(word)) {
		for (size_t i = 0; i <= DEVICE_ID_LEN; i++)
			id[i] = word[i] >= 'A' && word[i] <= 'F'
			    ? (char)(word[i] - 'A' + 'a') : word[i];
		return 0;
	}
	if (d == NULL)
		return -1;
	if (d->id[0] == '\0')
		return error_set(err, ERROR_REFUSED, "%s has no id that a name "
		    "could be kept for", device_label(d));
	text_copy(id, DEVICE_ID_LEN + 1, d->id);
	return 0;
}

static void
name_report(struct cli *cli, const char *id, const char *name)
{
	char clean[4 * DEVICE_NAME_MAX];
	struct json *json;

	if (cli->options->json) {
		json = cli_event(cli, "named", NULL);
		json_put_text(json, "id", id);
		json_put_text_or_null(json, "nickname", name);
		cli_put_json(cli, json);
		return;
	}
	text_clean(clean, sizeof clean, name, strlen(name));
	if (name[0] != '\0')
		cli_note(cli, "%s is %s", id, clean);
	else
		cli_note(cli, "%s has no nickname any more", id);
}

int
name_run(struct cli *cli)
{
	const struct options *o = cli->options;
	const char *name = o->words[o->word_count - 1];
	const char *device = o->word_count == 2 ? o->words[0]
	    : targets_default();
	char id[DEVICE_ID_LEN + 1];
	struct error err;

	if (name_find(cli, device, id, &err) != 0)
		return cli_fail_event(cli, &err);
	if (names_set(cli->app->names, id, name, &err) != 0)
		return cli_fail_event(cli, &err);
	name_report(cli, id, name);
	return 0;
}
