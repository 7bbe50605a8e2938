/* pterm --complete-devices: nicknames and ids, one a line, each with a tab and
 * what it is, for the shells' completions. Nothing is asked of any device. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/verb.h"

static void
complete_word(const struct device *d, const char *word)
{
	char clean[CLI_LABEL_MAX], platform[CLI_LABEL_MAX];
	const char *name = report_platform(d);

	if (word[0] != '\0')
		printf("%s\t%s\n", text_clean(clean, sizeof clean, word,
		    strlen(word)), text_clean(platform, sizeof platform, name,
		    strlen(name)));
}

int
complete_run(struct cli *cli)
{
	const struct registry *r = cli->app->registry;
	struct error err;

	if (cli_wait_ready(cli, &err) != 0)
		return error_exit_status(err.code);
	for (size_t i = 0; i < registry_count(r); i++) {
		const struct device *d = registry_at(r, i);

		complete_word(d, d->nickname);
		complete_word(d, d->id);
	}
	return 0;
}
