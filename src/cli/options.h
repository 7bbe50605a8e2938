/*
 * The words after `pterm`: global options before or after the verb, the verb's
 * own options, and its arguments. One table (options-table.c) feeds the parser,
 * the help and the completions.
 */
#ifndef PTERM_CLI_OPTIONS_H
#define PTERM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/action.h"
#include "base/error.h"

struct verb;

/* Which options a verb takes, beside ACTION_OPT_*. */
#define OPTION_WATCH	0x100
#define OPTION_MODE	0x200
#define OPTION_ALL	0x400
#define OPTION_PLAIN	0x800

struct options {
	bool			 demo;
	const char		*demo_file;	/* NULL: the one built in */
	bool			 json;
	bool			 yes;
	bool			 no_color;
	bool			 quiet;
	bool			 verbose;
	bool			 version;
	bool			 help;
	bool			 complete_devices;	/* for shells */
	bool			 complete_options;
	bool			 complete_verbs;
	uint64_t		 timeout_us;		/* 0: none */
	const char		*poll;			/* NULL: not given */

	const struct verb	*verb;		/* NULL: dashboard, or list */
	struct action_args	 args;
	bool			 all;
	bool			 watch;
	bool			 plain;		/* lines, also on a terminal */
	unsigned		 modes;		/* ACTION_MODE() of --mode */
	const char		**words;	/* the arguments of the verb */
	size_t			 word_count;
	unsigned		 given;		/* options of the verb, as bits */
};

/* What the help and the completions show. */
struct option {
	const char	*name;		/* "timeout", without the dashes */
	char		 letter;	/* 'q' for -q; 0: none */
	const char	*argument;	/* "SECONDS"; NULL: takes none */
	bool		 is_optional;	/* the argument, which then needs '=' */
	unsigned	 verbs;		/* 0: global, else the verbs' bit */
	const char	*help;		/* NULL: hidden */
	int		(*set)(struct options *, const char *value,
			    struct error *);
};

extern const struct option	options_table[];
extern const size_t		options_count;

/* err says in one sentence what is wrong, why, and the way out. Strings are
 * kept by pointer: argv must outlive the options. */
int	options_parse(struct options *options, int argc, char **argv,
	    struct error *err);
void	options_fini(struct options *options);

#endif
