/*
 * pterm info: what its text and its JSON document share.
 */
#ifndef PTERM_CLI_INFO_H
#define PTERM_CLI_INFO_H

#include "action/inspect.h"
#include "cli/cli.h"

/* Puts all that is known into an object. */
void	info_put_json(struct cli *cli, struct json *json,
	    const struct device *d);
void	info_print(struct cli *cli, const struct device *d);

#endif
