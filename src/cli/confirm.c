/* Asking before several devices are disturbed. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/act.h"

#define ANSWER_MAX	64
#define NAMES_SHOWN	8

struct answer {
	struct loop_fd	*input;
	char		 text[ANSWER_MAX];
	size_t		 len;
	bool		 is_there;	/* a line, or the end of the input */
};

/* The terminal hands over whole lines; what does not fit is no yes. */
static void
confirm_on_input(int fd, unsigned events, void *arg)
{
	struct answer *a = arg;
	ssize_t n = read(fd, a->text + a->len, sizeof a->text - 1 - a->len);

	(void)events;
	if (n > 0)
		a->len += (size_t)n;
	a->text[a->len] = '\0';
	if (n <= 0 || strchr(a->text, '\n') != NULL ||
	    a->len == sizeof a->text - 1) {
		a->is_there = true;
		loop_fd_set(a->input, 0);
	}
}

static bool
confirm_is_there(void *arg)
{
	const struct answer *a = arg;

	return a->is_there;
}

static void
confirm_ask(const struct act *act)
{
	char label[CLI_LABEL_MAX];

	fprintf(stderr, "%s: %zu devices:", act->action->verb, act->count);
	for (size_t i = 0; i < act->count && i < NAMES_SHOWN; i++)
		fprintf(stderr, "%s %s", i > 0 ? "," : "",
		    cli_label(act_device(act, &act->rows[i]), label));
	fprintf(stderr, "%s. Go on? [y/N] ",
	    act->count > NAMES_SHOWN ? ", ..." : "");
	fflush(stderr);
}

int
act_confirm(const struct act *act, struct error *err)
{
	struct cli *cli = act->cli;
	struct answer answer = { 0 };
	enum cli_wait end;

	if ((act->action->flags & ACTION_DISRUPTIVE) == 0 || act->count < 2 ||
	    cli->options->yes)
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return error_set(err, ERROR_REFUSED, "%s would disturb %zu "
		    "devices, and there is no terminal to ask on: say --yes if "
		    "that is meant", act->action->verb, act->count);
	confirm_ask(act);
	answer.input = loop_fd_new(cli->app->loop, STDIN_FILENO, LOOP_READ,
	    confirm_on_input, &answer);
	end = cli_wait(cli, confirm_is_there, &answer, cli_deadline(cli));
	loop_fd_free(answer.input);
	if (end != CLI_DONE)
		fputc('\n', stderr);
	if (end == CLI_LATE)
		return error_set(err, ERROR_TIMEOUT, "no answer in time: "
		    "nothing was done");
	answer.text[strcspn(answer.text, "\r\n")] = '\0';
	if (end == CLI_DONE && (strcasecmp(answer.text, "y") == 0 ||
	    strcasecmp(answer.text, "yes") == 0))
		return 0;
	return error_set(err, ERROR_REFUSED, "not confirmed: nothing was done");
}
