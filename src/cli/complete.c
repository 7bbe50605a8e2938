/* pterm --complete-devices: ids and nicknames, one a line, for the shells'
 * completions. Nothing is asked of any device. */
#include "config.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/verb.h"

int
complete_run(struct cli *cli)
{
	const struct registry *r = cli->app->registry;
	struct error err;

	if (cli_wait_ready(cli, &err) != 0)
		return error_exit_status(err.code);
	for (size_t i = 0; i < registry_count(r); i++) {
		const struct device *d = registry_at(r, i);

		if (d->nickname[0] != '\0')
			printf("%s\n", d->nickname);
		if (d->id[0] != '\0')
			printf("%s\n", d->id);
	}
	return 0;
}
