/*
 * The probe asks devices what they do: mode, Device OS version, protection,
 * modules. At attach, after each job, when asked (probe_now()), and every
 * config->poll_s seconds on one shared tick while somebody watches
 * (probe_watch()); with nothing to ask it makes no wake-ups.
 *
 * Every device is asked beside all others. After 2 s without an answer the
 * row's problem says so, after 10 s it is DEVICE_NOT_ANSWERING; the question
 * stays out for 30 s, is repeated on the tick, and an answer mends the row.
 * Nothing is ever sent to a device in EDL, nor to one that a job holds.
 *
 * One question is a chain: version and mode at once, then, once for each
 * attachment, after each job and on probe_now(), modules and protection. A
 * device that says "normal" is believed when its modules are known, for at most
 * 2 s: safe mode shows in them alone. A device in DFU is asked only for its
 * protection.
 */
#ifndef PTERM_ACTION_PROBE_H
#define PTERM_ACTION_PROBE_H

#include "action/job.h"

struct probe;

struct probe	*probe_new(const struct action_env *env, struct jobs *jobs);
/* Questions that are out are dropped where they stand. To leave the devices
 * tidy, call probe_stop() before and turn the loop until probe_is_quiet(). */
void		 probe_free(struct probe *probe);
/* Asks no more; takes back what is out, within 1 s. */
void		 probe_stop(struct probe *probe);
bool		 probe_is_quiet(const struct probe *probe);

/* device 0: all. */
void		 probe_now(struct probe *probe, uint32_t device);
/* Also ask for what only the detail pane and `pterm info` show: serial number,
 * cloud state. */
void		 probe_details(struct probe *probe, uint32_t device);
/* The shared tick runs while watched. tick(arg) is called on it, so that ages
 * are drawn again; NULL ends the watching. */
void		 probe_watch(struct probe *probe, void (*tick)(void *),
		    void *arg);
/* Questions that are still open: `pterm list` waits for 0. */
size_t		 probe_open_questions(const struct probe *probe);
/* Is one open, or due, for this device? */
bool		 probe_is_asking(const struct probe *probe, uint32_t device);
/* Is called whenever the number of open questions falls to 0. */
void		 probe_on_idle(struct probe *probe, void (*cb)(void *),
		    void *arg);

#endif
