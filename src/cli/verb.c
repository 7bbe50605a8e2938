#include "config.h"

#include "cli/verb.h"

#include <string.h>

#include "base/text.h"

static int
no_words_check(const struct options *options, struct error *err)
{
	char shown[80];

	if (options->word_count == 0)
		return 0;
	return error_set(err, ERROR_USAGE, "%s takes no argument, but there is "
	    "'%s': leave it out", verb_name(options->verb),
	    text_clean(shown, sizeof shown, options->words[0],
	    strlen(options->words[0])));
}

static int
help_check(const struct options *options, struct error *err)
{
	struct options verb = *options;

	if (options->word_count > 1)
		return error_set(err, ERROR_USAGE,
		    "help explains one verb at a time");
	if (options->word_count == 0 || verb_by_name(options->words[0]) != NULL)
		return 0;
	/* The parser's own sentence, with what may be meant. */
	char *argv[] = { NULL, (char *)(uintptr_t)options->words[0], NULL };
	int status = options_parse(&verb, 2, argv, err);

	options_fini(&verb);
	return status;
}

#define ACT(ACTION_ID, ...)	{ .action = &actions[ACTION_ID], \
	.arguments = "[DEVICE...]", .options = OPTION_ALL, .run = act_run, \
	__VA_ARGS__ }

/* In the order of the help. */
const struct verb verbs[] = {
	{ .name = "list", .summary = "list the devices and their modes",
	    .arguments = "", .options = OPTION_WATCH,
	    .check = no_words_check, .run = list_run },
	{ .action = &actions[ACTION_INFO], .arguments = "[DEVICE...]",
	    .options = OPTION_ALL, .run = info_run },
	ACT(ACTION_DFU, .more =
	    "A control request is tried first, then the 14400 baud touch; each "
	    "is verified by the same device coming back in DFU mode. Where "
	    "nothing helps, the buttons to press are told."),
	ACT(ACTION_TOUCH),
	ACT(ACTION_RESET),
	ACT(ACTION_SAFE_MODE),
	ACT(ACTION_LISTEN),
	ACT(ACTION_BLINK),
	{ .action = &actions[ACTION_MONITOR], .arguments = "[DEVICE...]",
	    .options = OPTION_ALL | OPTION_PLAIN, .run = monitor_run, .more =
	    "On a terminal it opens the dashboard's monitor of one device: "
	    "Ctrl-] quits, F1 is help. Else, and with --plain or several "
	    "devices, lines go to standard output, gaps and notes to standard "
	    "error; lines on standard input are sent, if the device is one. It "
	    "stays with the device through resets and other tty numbers, and "
	    "waits for one that is named by its whole id. --timeout ends it "
	    "well." },
	{ .action = &actions[ACTION_NAME], .arguments = "[DEVICE] NAME",
	    .check = name_check, .run = name_run, .more =
	    "The name stands for the device wherever one is asked for. An "
	    "empty NAME (\"\") takes it away." },
	{ .name = "wait", .summary = "wait until devices are in a mode",
	    .arguments = "--mode MODE [DEVICE...]",
	    .options = OPTION_MODE | OPTION_ALL, .check = wait_check,
	    .run = wait_run, .more =
	    "With several devices, or --all, it waits until all of them are in "
	    "that mode at the same time; without any, until one is. A device "
	    "need not be attached yet." },
	{ .name = "help", .summary = "explain pterm, or one verb",
	    .arguments = "[VERB]", .check = help_check },
};
const size_t verbs_count = sizeof verbs / sizeof verbs[0];

const struct verb *
verb_by_name(const char *name)
{
	for (size_t i = 0; i < verbs_count; i++)
		if (strcmp(verb_name(&verbs[i]), name) == 0)
			return &verbs[i];
	return NULL;
}

const char *
verb_name(const struct verb *verb)
{
	return verb->action != NULL ? verb->action->verb : verb->name;
}

const char *
verb_summary(const struct verb *verb)
{
	return verb->action != NULL ? verb->action->summary : verb->summary;
}

unsigned
verb_options(const struct verb *verb)
{
	return verb->options |
	    (verb->action != NULL ? verb->action->options : 0);
}
