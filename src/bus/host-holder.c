#include "config.h"

#include "bus/host-holder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

#define HOLDER_FILE_MAX	(256 * 1024)
#define HOLDER_NAME_MAX	64

/* Reads a whole small file as a string; false where it can't be read. */
static bool
holder_read(const struct host *host, const char *path, struct buf *out)
{
	char *file = xasprintf("%s%s", host_root(host), path);
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n;

	free(file);
	if (fd < 0)
		return false;
	while (out->len < HOLDER_FILE_MAX) {
		n = read(fd, buf_reserve(out, 4096), 4096);
		if (n <= 0)
			break;
		buf_commit(out, (size_t)n);
	}
	close(fd);
	return true;
}

/* --- Processes ---------------------------------------------------------- */

static void
holder_command(const struct host *host, int pid, char *name, size_t size)
{
	struct buf text = { 0 };
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	holder_read(host, path, &text);
	if (text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--;
	/* Any process may call itself anything. */
	text_clean(name, size, text.len > 0 ? (const char *)text.data : "",
	    text.len);
	buf_fini(&text);
}

static void
holder_name(const struct host *host, int pid, char *who, size_t size)
{
	char name[HOLDER_NAME_MAX];

	holder_command(host, pid, name, sizeof name);
	if (name[0] != '\0')
		snprintf(who, size, "%s (pid %d)", name, pid);
	else
		snprintf(who, size, "process %d", pid);
}

static int
holder_number(const char *name)
{
	uint64_t pid;

	return text_parse_u64(name, 1, INT_MAX, &pid) ? (int)pid : 0;
}

typedef bool (*holder_match)(const struct host *host, int proc, int pid,
	    const void *arg);

/* The first process but this one for which match is true; 0: none. */
static int
holder_find(const struct host *host, holder_match match, const void *arg)
{
	char *path = xasprintf("%s/proc", host_root(host));
	DIR *dir = opendir(path);
	struct dirent *entry;
	int pid = 0;

	free(path);
	if (dir == NULL)
		return 0;
	while (pid == 0 && (entry = readdir(dir)) != NULL) {
		pid = holder_number(entry->d_name);
		if (pid != 0 && (pid == (int)getpid() ||
		    !match(host, dirfd(dir), pid, arg)))
			pid = 0;
	}
	closedir(dir);
	return pid;
}

static bool
holder_has_open(const struct host *host, int proc, int pid, const void *arg)
{
	const char *tty = arg;
	size_t len = strlen(tty);
	char path[32], target[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *dir;
	int fd;

	(void)host;
	snprintf(path, sizeof path, "%d/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return false;
	}
	while (!found && (entry = readdir(dir)) != NULL) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target,
		    sizeof target);

		/* One that the device took with it is "... (deleted)". */
		found = n == (ssize_t)len && memcmp(target, tty, len) == 0;
	}
	closedir(dir);
	return found;
}

static bool
holder_is_modem_manager(const struct host *host, int proc, int pid,
    const void *arg)
{
	char name[HOLDER_NAME_MAX];

	(void)proc, (void)arg;
	holder_command(host, pid, name, sizeof name);
	return strcmp(name, "ModemManager") == 0;
}

bool
host_holder_by_descriptor(const struct host *host, const char *tty, char *who,
    size_t size)
{
	int pid = holder_find(host, holder_has_open, tty);

	if (pid == 0)
		return false;
	holder_name(host, pid, who, size);
	return true;
}

/* --- Lock files --------------------------------------------------------- */

int
host_holder_in_lock_file(const char *data, size_t len)
{
	char text[16];
	size_t n = 0;
	int pid;

	/* Four bytes that are no text are the number itself. */
	if (len == sizeof pid &&
	    (data[0] < ' ' || data[3] < ' ' || data[0] > '9')) {
		memcpy(&pid, data, sizeof pid);
		return pid > 0 ? pid : 0;
	}
	while (len > 0 && *data == ' ')
		data++, len--;
	while (n < len && n < sizeof text - 1 &&
	    data[n] >= '0' && data[n] <= '9') {
		text[n] = data[n];
		n++;
	}
	text[n] = '\0';
	return holder_number(text);
}

static bool
holder_is_alive(const struct host *host, int pid)
{
	char *path = xasprintf("%s/proc/%d", host_root(host), pid);
	bool is_alive = access(path, F_OK) == 0;

	free(path);
	return is_alive;
}

bool
host_holder_by_lock_file(const struct host *host, const char *tty, char *who,
    size_t size)
{
	static const char *const folders[] = { "/run/lock", "/var/lock" };
	struct buf text = { 0 };
	int pid = 0;

	if (!text_starts(tty, "/dev/"))
		return false;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char *path = xasprintf("%s/LCK..%s", folders[i], tty + 5);

		buf_clear(&text);
		if (pid == 0 && holder_read(host, path, &text) &&
		    text.len > 0)
			pid = host_holder_in_lock_file(
			    (const char *)text.data, text.len);
		free(path);
	}
	buf_fini(&text);
	if (pid == 0 || pid == (int)getpid() || !holder_is_alive(host, pid))
		return false;
	holder_name(host, pid, who, size);
	return true;
}

/* --- /proc/locks -------------------------------------------------------- */

/* "1: FLOCK  ADVISORY  WRITE 1234 00:06:345 0 EOF"; one that waits has "->"
 * after its number, one without a process the pid -1. */
static int
holder_in_lock(const char *line, const struct stat *st)
{
	unsigned long long inode;
	unsigned major_number, minor_number;
	int pid;

	if (sscanf(line, "%*d: %*15s %*15s %*15s %d %x:%x:%llu", &pid,
	    &major_number, &minor_number, &inode) != 4)
		return 0;
	if (pid <= 0 || major_number != major(st->st_dev) ||
	    minor_number != minor(st->st_dev) || inode != st->st_ino)
		return 0;
	return pid;
}

int
host_holder_in_locks(const char *locks, const struct stat *st)
{
	while (*locks != '\0') {
		const char *end = strchr(locks, '\n');
		size_t len = end != NULL ? (size_t)(end - locks) :
		    strlen(locks);
		char *line = xstrndup(locks, len);
		int pid = holder_in_lock(line, st);

		free(line);
		if (pid != 0 && pid != (int)getpid())
			return pid;
		locks += len + (end != NULL);
	}
	return 0;
}

static bool
holder_by_lock(const struct host *host, const char *tty, char *who,
    size_t size)
{
	char *file = xasprintf("%s%s", host_root(host), tty);
	struct buf text = { 0 };
	struct stat st;
	int pid = 0;

	if (stat(file, &st) == 0 && holder_read(host, "/proc/locks", &text))
		pid = host_holder_in_locks(buf_str(&text), &st);
	buf_fini(&text);
	free(file);
	/* A lock can outlive its process, in one that has inherited it. */
	if (pid == 0 || !holder_is_alive(host, pid))
		return false;
	holder_name(host, pid, who, size);
	return true;
}

/* --- All of them -------------------------------------------------------- */

/* ModemManager tries every new tty unless udev tells it not to. Where nobody
 * can be named and it runs, it is the first to suspect. */
static void
holder_note_modem_manager(const struct host *host, const char *tty,
    bool is_known, char *who, size_t size)
{
	bool is_named = is_known && text_starts(who, "ModemManager ");
	int pid = is_named ? 0 :
	    holder_find(host, holder_is_modem_manager, NULL);
	size_t len;

	if ((is_known && !is_named) || (!is_known && pid == 0) ||
	    host_tty_is_ignored(host, tty))
		return;
	len = strlen(who);
	if (!is_known)
		snprintf(who + len, size - len,
		    ", perhaps ModemManager (pid %d)", pid);
	len = strlen(who);
	snprintf(who + len, size - len,
	    "; pterm's udev rules (70-pterm.rules) keep ModemManager away");
}

void
host_holder(const struct host *host, const char *tty, char *who, size_t size)
{
	bool is_known = host_holder_by_descriptor(host, tty, who, size) ||
	    host_holder_by_lock_file(host, tty, who, size) ||
	    holder_by_lock(host, tty, who, size);

	if (!is_known)
		text_copy(who, size, geteuid() != 0 ?
		    "another user's process" : "another program");
	holder_note_modem_manager(host, tty, is_known, who, size);
}
