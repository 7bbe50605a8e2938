/*
 * Who has a tty open, as far as this user may know: by lock files, by the
 * descriptors of processes, by /proc/locks.
 *
 * All functions read files only and may be called from any thread. They leave
 * this process out. Texts are clean: "picocom (pid 812)".
 */
#ifndef PTERM_BUS_HOST_HOLDER_H
#define PTERM_BUS_HOST_HOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "bus/host-linux.h"

/* By its lock file (/run/lock/LCK..ttyACM0), the UUCP way; one of a process
 * that is no more does not count. */
bool	host_holder_by_lock_file(const struct host *host, const char *tty,
	    char *who, size_t size);
/* By its descriptor, among the processes that this user may look into. */
bool	host_holder_by_descriptor(const struct host *host, const char *tty,
	    char *who, size_t size);
/* By all of these and by /proc/locks, for a tty that is known to be taken; at
 * worst "another user's process". Names ModemManager where it may be that. */
void	host_holder(const struct host *host, const char *tty, char *who,
	    size_t size);

/* Pure parts, for tests: the text of /proc/locks, and of a lock file (ten
 * digits, or the number as the machine has it). 0: nobody. */
int	host_holder_in_locks(const char *locks, const struct stat *st);
int	host_holder_in_lock_file(const char *data, size_t len);

#endif
