/*
 * pterm-virtual: plugs the virtual devices of a script into this machine's
 * kernel, until it is told to stop.
 */
#include "config.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "loop/loop.h"
#include "virtual/bench.h"
#include "virtual/control.h"
#include "virtual/demo.h"
#include "virtual/device.h"
#include "virtual/replay.h"
#include "virtual/script.h"
#include "virtual/vhci.h"

static const char usage[] =
    "usage: pterm-virtual [--control SOCKET] FILE\n"
    "       pterm-virtual --demo [--control SOCKET]\n"
    "       pterm-virtual --check FILE ...\n"
    "       pterm-virtual --replay FILE ...\n"
    "Plugs the virtual Particle devices of a script into this kernel (root).\n"
    "\n"
    "  --control SOCKET  take commands on a Unix socket, one a line\n"
    "  --demo            the bench of pterm --demo instead of a file\n"
    "  --check           only say whether the scripts are right\n"
    "  --replay          hold the devices against recorded transcripts\n"
    "  --help, --version\n"
    "\n"
    "The language of scripts and the commands: man pterm-virtual\n";

enum task {
	TASK_CHECK = 256,
	TASK_CONTROL,
	TASK_DEMO,
	TASK_HELP,
	TASK_REPLAY,
	TASK_VERSION,
};

static const struct option options[] = {
	{ "check", no_argument, NULL, TASK_CHECK },
	{ "control", required_argument, NULL, TASK_CONTROL },
	{ "demo", no_argument, NULL, TASK_DEMO },
	{ "help", no_argument, NULL, TASK_HELP },
	{ "replay", no_argument, NULL, TASK_REPLAY },
	{ "version", no_argument, NULL, TASK_VERSION },
	{ NULL, 0, NULL, 0 },
};

/* What runs while devices are plugged in. */
struct program {
	struct loop	*loop;
	struct bench	*bench;
	struct vhci	*vhci;
	struct control	*control;
	const char	*control_path;	/* NULL: none */
	size_t		 failed;	/* devices */
	int		 status;
};

static int
complain(const struct error *err)
{
	fprintf(stderr, "pterm-virtual: %s\n", err->text);
	return error_exit_status(err->code);
}

/* --- Plugging in -------------------------------------------------------- */

static void
on_moved(struct bench_device *device, int port, void *arg)
{
	const struct vdev_spec *spec = vdev_spec(device->vdev);

	(void)arg;
	if (port >= 0)
		printf("%s attached: %s %s, port %d\n", device->name,
		    spec->platform->display_name, spec->id, port);
	else
		printf("%s left\n", device->name);
	fflush(stdout);
}

static void
on_failed(struct bench_device *device, const struct error *err, void *arg)
{
	struct program *program = arg;

	program->failed++;
	fprintf(stderr, "pterm-virtual: %s: %s\n", device->name, err->text);
}

/* The socket is there as soon as the devices are. */
static void
on_ready(void *arg)
{
	struct program *program = arg;
	struct error err;

	if (program->failed > 0 &&
	    program->failed == bench_device_count(program->bench)) {
		program->status = 1;
		loop_stop(program->loop);
		return;
	}
	printf("ready\n");
	fflush(stdout);
	if (program->control_path == NULL)
		return;
	program->control = control_new(program->loop, program->bench,
	    program->control_path, &err);
	if (program->control == NULL) {
		program->status = complain(&err);
		loop_stop(program->loop);
	}
}

static void
on_signal(int signo, void *arg)
{
	struct program *program = arg;

	(void)signo;
	loop_stop(program->loop);
}

static int
plug_in(const struct script *script, const char *control_path)
{
	static const struct vhci_events events = {
		.moved = on_moved,
		.failed = on_failed,
		.ready = on_ready,
	};
	struct program program = { .control_path = control_path };
	struct loop_signal *interrupt, *terminate;
	struct error err;

	program.loop = loop_new();
	interrupt = loop_signal_new(program.loop, SIGINT, on_signal, &program);
	terminate = loop_signal_new(program.loop, SIGTERM, on_signal,
	    &program);
	program.bench = bench_new(program.loop, script);
	program.vhci = vhci_new(program.loop, program.bench, VHCI_SYSFS,
	    &events, &program, &err);
	if (program.vhci == NULL)
		program.status = complain(&err);
	else
		loop_run(program.loop);
	control_free(program.control);
	vhci_free(program.vhci);
	bench_free(program.bench);
	loop_signal_free(interrupt);
	loop_signal_free(terminate);
	loop_free(program.loop);
	return program.status;
}

static int
run_script(const char *file, const char *control_path)
{
	struct error err;
	struct script *script = file != NULL ? script_load(file, &err) :
	    script_parse("demo.bench", demo_bench, strlen(demo_bench), &err);
	int status;

	if (script == NULL)
		return complain(&err);
	status = plug_in(script, control_path);
	script_free(script);
	return status;
}

/* --- Without a kernel --------------------------------------------------- */

static int
check_scripts(char **files)
{
	int status = 0;

	for (; *files != NULL; files++) {
		struct error err;
		struct script *script = script_load(*files, &err);

		if (script == NULL) {
			status = complain(&err);
			continue;
		}
		printf("%s: %zu devices, %zu events\n", *files,
		    script->device_count, script->event_count);
		script_free(script);
	}
	return status;
}

static int
misuse(const char *text)
{
	fprintf(stderr, "pterm-virtual: %s\n%s", text, usage);
	return 2;
}

static int
run(int task, char **files, size_t count, const char *control_path)
{
	switch (task) {
	case TASK_CHECK:
		return count > 0 ? check_scripts(files) :
		    misuse("--check wants a file");
	case TASK_REPLAY:
		return count > 0 ? replay_run((int)count, files, stdout) :
		    misuse("--replay wants a file");
	case TASK_DEMO:
		return count == 0 ? run_script(NULL, control_path) :
		    misuse("--demo takes no file");
	default:
		return count == 1 ? run_script(files[0], control_path) :
		    misuse("one script is wanted");
	}
}

int
main(int argc, char **argv)
{
	const char *control_path = NULL;
	int task = 0, c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case TASK_CONTROL:
			control_path = optarg;
			break;
		case TASK_HELP:
			fputs(usage, stdout);
			return 0;
		case TASK_VERSION:
			printf("pterm-virtual %s\n", PACKAGE_VERSION);
			return 0;
		case '?':
			fputs(usage, stderr);
			return 2;
		default:
			if (task != 0 && task != c)
				return misuse("one of --check, --demo, "
				    "--replay at a time");
			task = c;
			break;
		}
	}
	return run(task, argv + optind, (size_t)(argc - optind), control_path);
}
