/* pterm: global options, then a front end. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "cli/options.h"
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

static bool
main_wants_dashboard(const struct options *options)
{
	return options->verb == NULL && !options->json &&
	    !options->complete_devices && isatty(STDIN_FILENO) &&
	    isatty(STDOUT_FILENO);
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
		status = ui_run(app);
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

	setlocale(LC_ALL, "");
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
