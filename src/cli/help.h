/*
 * pterm help, --help and --version: from the tables of verbs, actions and
 * options, to standard output.
 */
#ifndef PTERM_CLI_HELP_H
#define PTERM_CLI_HELP_H

struct options;

/* Whether these options ask for help, the version, or words for the shells'
 * completions; then it was printed. */
int	help_wanted(const struct options *options);

#endif
