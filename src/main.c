/* pterm: global options, then a front end. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/verb.h"
#include "ui/ui.h"

/* A standard stream that is closed would give its number to the next file that
 * is opened, perhaps a device: what is printed would go there. One end of this
 * replacement is the wrong one on purpose, so that writing to a closed standard
 * output is still an error. */
static void
main_keep_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY
			    : O_RDONLY);
}

/* The locale may be named in the environment and not be installed, as on many a
 * machine one logs in to; its encoding is still what the terminal speaks. */
static void
main_set_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value = NULL;

	if (setlocale(LC_ALL, "") != NULL)
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			break;
	}
	if (value != NULL && (strcasestr(value, "utf-8") != NULL ||
	    strcasestr(value, "utf8") != NULL))
		setlocale(LC_CTYPE, "C.UTF-8");
}

static int
main_configure(struct config *config, const struct options *options,
    struct error *err)
{
	if (config_init(config, err) != 0)
		return -1;
	if (options->poll != NULL &&
	    config_set(config, "poll", options->poll, err) != 0)
		return -1;
	if (options->no_color)
		config->color = false;
	return 0;
}

/* The monitor of one device, where nobody wants lines. */
static bool
main_wants_monitor(const struct options *options)
{
	return options->verb != NULL && options->verb->run == monitor_run &&
	    options->word_count <= 1 && !options->all && !options->plain;
}

static bool
main_wants_dashboard(const struct options *options)
{
	if (options->json || options->complete_devices ||
	    !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return false;
	return options->verb == NULL || main_wants_monitor(options);
}

static int
main_run_dashboard(struct app *app, const struct options *options)
{
	struct ui_options ui_options = {
		.monitor = main_wants_monitor(options),
		.device = options->word_count > 0 ? options->words[0] :
		    targets_default(),
		.timeout_us = options->timeout_us,
	};

	return ui_run(app, &ui_options);
}

static int
main_run(const struct options *options)
{
	struct app_options app_options = {
		.demo = options->demo,
		.demo_file = options->demo_file,
	};
	struct config config;
	struct error err;
	struct app *app;
	int status;

	if (main_configure(&config, options, &err) != 0)
		return cli_fail(&err);
	app = app_new(&config, &app_options, &err);
	if (app == NULL)
		return cli_fail(&err);
	if (main_wants_dashboard(options))
		status = main_run_dashboard(app, options);
	else
		status = cli_run(app, options);
	app_free(app);
	return status;
}

int
main(int argc, char **argv)
{
	struct options options;
	struct error err;
	int status;

	main_set_locale();
	main_keep_streams();
	signal(SIGPIPE, SIG_IGN);
	if (options_parse(&options, argc, argv, &err) != 0)
		status = cli_fail(&err);
	else if (help_wanted(&options))
		status = 0;
	else
		status = main_run(&options);
	options_fini(&options);
	return status;
}
