#include "config.h"

#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "cli/verb.h"

#define HELP_WIDTH	80

/* "  -q, --quiet" or "      --timeout SECONDS"; the explanation begins at the
 * same column in all rows. */
static void
help_option(const struct option *o)
{
	char left[64];
	int len = 0;

	if (o->letter != 0)
		len = snprintf(left, sizeof left, "-%c, --%s", o->letter,
		    o->name);
	else
		len = snprintf(left, sizeof left, "    --%s", o->name);
	if (o->argument != NULL)
		snprintf(left + len, sizeof left - (size_t)len,
		    o->is_optional ? "[=%s]" : " %s", o->argument);
	printf("  %-24s  %s\n", left, o->help);
}

static void
help_options(unsigned of)
{
	for (size_t i = 0; i < options_count; i++) {
		const struct option *o = &options_table[i];

		if (o->help == NULL)
			continue;
		if (of == 0 ? o->verbs == 0 : (o->verbs & of) != 0)
			help_option(o);
	}
}

/* Words of a paragraph, as many as fit on each line. */
static void
help_wrap(const char *text)
{
	size_t column = 0;

	for (;;) {
		size_t len;

		text += strspn(text, " \n");
		len = strcspn(text, " \n");
		if (len == 0)
			break;
		if (column > 0 && column + 1 + len > HELP_WIDTH) {
			putchar('\n');
			column = 0;
		}
		printf("%s%.*s", column > 0 ? " " : "", (int)len, text);
		column += len + (column > 0);
		text += len;
	}
	putchar('\n');
}

static void
help_all(void)
{
	printf("pterm: every Particle device on this machine, its mode, and "
	    "what to do about it\n\n"
	    "Usage: pterm [OPTION...]                    the dashboard\n"
	    "       pterm [OPTION...] VERB [ARGUMENT...]\n\n"
	    "Verbs (and their keys in the dashboard):\n");
	for (size_t i = 0; i < verbs_count; i++) {
		const struct verb *v = &verbs[i];

		printf("  %c  %-10s  %s\n",
		    v->action != NULL ? v->action->key : ' ', verb_name(v),
		    verb_summary(v));
	}
	printf("\nOptions, before or behind the verb:\n");
	help_options(0);
	putchar('\n');
	help_wrap("DEVICE is an id, a nickname, a tty, a USB path such as "
	    "1-1.2, or 4 or more digits that an id begins or ends with. Where "
	    "one device is attached it may be left out.");
	putchar('\n');
	help_wrap("Exit status: 0 done, 1 failed, 2 wrong usage, 3 no such "
	    "device, 4 ambiguous, 5 timed out, 6 no permission, 7 busy, 8 "
	    "refused by a safety check, 130 and 143 ended by a signal.");
	printf("\n'pterm help VERB' explains a verb, pterm(1) everything.\n");
}

static void
help_verb(const struct verb *v)
{
	printf("pterm %s: %s\n\nUsage: pterm [OPTION...] %s%s%s\n",
	    verb_name(v), verb_summary(v), verb_name(v),
	    v->arguments[0] != '\0' ? " " : "", v->arguments);
	if (v->action != NULL)
		printf("\nKey in the dashboard: %c\n", v->action->key);
	if (v->more != NULL) {
		putchar('\n');
		help_wrap(v->more);
	}
	if (verb_options(v) != 0) {
		printf("\nOptions:\n");
		help_options(verb_options(v));
	}
	printf("\nOptions of all verbs:\n");
	help_options(0);
}

/* For completions: a word, a tab, what it means. */
static void
help_complete_options(const struct verb *v)
{
	unsigned of = v != NULL ? verb_options(v) : 0;

	for (size_t i = 0; i < options_count; i++) {
		const struct option *o = &options_table[i];

		if (o->help != NULL && (o->verbs == 0 || (o->verbs & of) != 0))
			printf("--%s%s\t%s\n", o->name,
			    o->is_optional ? "=" : "", o->help);
		if (o->is_optional)
			printf("--%s\t%s\n", o->name, o->help);
	}
}

static void
help_complete_verbs(void)
{
	for (size_t i = 0; i < verbs_count; i++)
		printf("%s\t%s\n", verb_name(&verbs[i]),
		    verb_summary(&verbs[i]));
}

int
help_wanted(const struct options *options)
{
	const struct verb *v = options->verb;

	if (options->version) {
		printf("pterm %s\n", PACKAGE_VERSION);
		return 1;
	}
	if (options->complete_options) {
		help_complete_options(v);
		return 1;
	}
	if (options->complete_verbs) {
		help_complete_verbs();
		return 1;
	}
	if (v != NULL && v->run == NULL) {
		v = options->word_count > 0 ? verb_by_name(options->words[0])
		    : NULL;
	} else if (!options->help) {
		return 0;
	}
	if (v != NULL)
		help_verb(v);
	else
		help_all();
	return 1;
}
