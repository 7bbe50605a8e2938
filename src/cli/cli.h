/*
 * The command line as a front end: one verb, run to its end on the loop.
 *
 * A verb is written as a straight story: cli_wait() turns the loop until what
 * the verb waits for has come, its time is over, or a signal ended it. Data
 * goes to standard output, everything else to standard error.
 */
#ifndef PTERM_CLI_CLI_H
#define PTERM_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "app.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/options.h"

struct cli {
	struct app		*app;
	const struct options	*options;
	struct loop_timer	*timer;
	struct loop_signal	*signals[3];
	struct loop_fd		*reader;	/* tells when nobody reads */
	struct watch		*watch;		/* of --verbose; or NULL */
	int			 signo;		/* 0: none came */
	unsigned		 signal_count;
	uint64_t		 deadline_us;	/* CLI_FOREVER: none */
	bool			 is_late;	/* the timer of cli_wait() */
	bool			 is_unread;	/* stdout's reader went away */
	int			 write_errno;	/* of stdout; 0: all is well */
};

/* Starts the app (app_start()) and runs options->verb, or list. Returns the
 * exit status; what went wrong is on stderr. */
int	cli_run(struct app *app, const struct options *options);

/* "pterm: TEXT" to standard error; the exit status for its code. */
int	cli_fail(const struct error *err);
/* The same, with what mends it where that is known, and with --json an event
 * "error". */
int	cli_fail_event(struct cli *cli, const struct error *err);
/* The command that gives access, to standard error; nothing on the virtual
 * bench, where there is none. */
void	cli_print_mend(const struct cli *cli);
/* A note to standard error, unless --quiet. */
void	cli_note(const struct cli *cli, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* What a person calls the device, clean; out has CLI_LABEL_MAX bytes. */
#define CLI_LABEL_MAX	(4 * DEVICE_KEY_MAX)
const char *cli_label(const struct device *device, char *out);

enum cli_wait {
	CLI_DONE,
	CLI_LATE,
	CLI_SIGNAL,		/* also where standard output has no reader */
};

#define CLI_FOREVER	UINT64_MAX

/* Until is_done(arg), but not past until_us (loop clock). */
enum cli_wait cli_wait(struct cli *cli, bool (*is_done)(void *), void *arg,
	    uint64_t until_us);
/* The end of --timeout, or CLI_FOREVER. */
uint64_t cli_deadline(const struct cli *cli);
/* That, but at most so far from now. */
uint64_t cli_deadline_within(const struct cli *cli, uint64_t us);

/* What was attached is known. 0, or -1: err says that it took too long. */
int	cli_wait_ready(struct cli *cli, struct error *err);
/* 128 + the signal; 0 where standard output lost its reader. */
int	cli_signal_status(const struct cli *cli);

/* --- Events and documents: one JSON text a line ------------------------- */

/* {"v":1,"t":...,"event":...,"id":...,"path":...,"nickname":...}; device may
 * be NULL. */
struct json	*cli_event(const struct cli *cli, const char *event,
		    const struct device *device);
/* Writes, flushes and frees. */
void		 cli_put_json(struct cli *cli, struct json *json);
/* Flushes what printf() brought; notices a reader that went away. */
void		 cli_flush(struct cli *cli);

/* --- Which devices ------------------------------------------------------- */

struct targets {
	uint32_t	*numbers;
	size_t		 count;
};

/* PTERM_DEVICE, which stands for a DEVICE that is not given; NULL: not set. */
const char *targets_default(void);
/* The devices that the words name, each once; --all; else PTERM_DEVICE, or the
 * only one. */
int	targets_find(struct cli *cli, struct targets *targets,
	    struct error *err);
void	targets_fini(struct targets *targets);
/* Until each of them answered what it does, but no longer than within_us. */
enum cli_wait targets_wait_answers(struct cli *cli,
	    const struct targets *targets, uint64_t within_us);

#endif
