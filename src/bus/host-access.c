/*
 * May this user open a node, and if not: whose is it, and what would help.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "bus/host-linux.h"

#define HOST_SHOWN_MAX	48	/* of the name of a user or a group */
#define HOST_NSS_MAX	16384

void
host_usb_node(const struct bus_node_info *info, char *node, size_t size)
{
	snprintf(node, size, "/dev/bus/usb/%03u/%03u", info->bus,
	    info->address);
}

static char *
host_file(const struct host *host, const char *node)
{
	return xasprintf("%s%s", host_root(host), node);
}

static bool
host_may_open(const struct host *host, const char *node)
{
	char *file = host_file(host, node);
	bool may = faccessat(AT_FDCWD, file, R_OK | W_OK, AT_EACCESS) == 0;

	free(file);
	return may;
}

static void
host_user_name(uid_t uid, char *name, size_t size)
{
	char *space = xmalloc(HOST_NSS_MAX);
	struct passwd entry, *found = NULL;

	if (getpwuid_r(uid, &entry, space, HOST_NSS_MAX, &found) == 0 &&
	    found != NULL)
		text_copy(name, size, found->pw_name);
	else
		snprintf(name, size, "%u", (unsigned)uid);
	free(space);
}

static void
host_group_name(gid_t gid, char *name, size_t size)
{
	char *space = xmalloc(HOST_NSS_MAX);
	struct group entry, *found = NULL;

	if (getgrgid_r(gid, &entry, space, HOST_NSS_MAX, &found) == 0 &&
	    found != NULL)
		text_copy(name, size, found->gr_name);
	else
		snprintf(name, size, "%u", (unsigned)gid);
	free(space);
}

/* Whether the user database puts this user into the group: a login from before
 * that has not got it. */
static bool
host_user_is_member(gid_t gid)
{
	char *space = xmalloc(HOST_NSS_MAX);
	struct passwd entry, *found = NULL;
	gid_t groups[NGROUPS_MAX > 1024 ? 1024 : NGROUPS_MAX];
	int n = (int)(sizeof groups / sizeof *groups);
	bool is_member = false;

	if (getpwuid_r(geteuid(), &entry, space, HOST_NSS_MAX, &found) == 0 &&
	    found != NULL &&
	    getgrouplist(found->pw_name, found->pw_gid, groups, &n) >= 0) {
		for (int i = 0; i < n; i++)
			is_member = is_member || groups[i] == gid;
	}
	free(space);
	return is_member;
}

/* "/dev/ttyACM0 (root:dialout, mode 0660)" */
static void
host_describe(const char *node, const struct stat *st, char *dst, size_t size)
{
	char user[HOST_SHOWN_MAX], group[HOST_SHOWN_MAX];

	host_user_name(st->st_uid, user, sizeof user);
	host_group_name(st->st_gid, group, sizeof group);
	snprintf(dst, size, "%s (%s:%s, mode %04o)", node, user, group,
	    (unsigned)st->st_mode & 07777);
}

/* What would open the node to this user. Only a group that was made for it
 * helps; root's is none. */
static void
host_remedy(const struct stat *st, char *dst, size_t size)
{
	char group[HOST_SHOWN_MAX];

	if ((st->st_mode & 0060) != 0060 || st->st_gid == 0) {
		text_copy(dst, size,
		    "pterm's udev rules (70-pterm.rules) allow it");
		return;
	}
	host_group_name(st->st_gid, group, sizeof group);
	if (host_user_is_member(st->st_gid))
		snprintf(dst, size, "log in again to have the group %s",
		    group);
	else
		snprintf(dst, size,
		    "the group %s may: join it and log in again", group);
}

int
host_deny(const struct host *host, const char *node, struct error *err)
{
	char what[2 * HOST_SHOWN_MAX + BUS_PATH_MAX + 32];
	char remedy[BUS_TEXT_MAX / 2];
	char *file = host_file(host, node);
	struct stat st;
	int missing = stat(file, &st);

	free(file);
	if (missing != 0)
		return error_set(err, ERROR_PERMISSION,
		    "%s can't be opened: %s", node, strerror(errno));
	host_describe(node, &st, what, sizeof what);
	host_remedy(&st, remedy, sizeof remedy);
	return error_set(err, ERROR_PERMISSION,
	    "this user may not open %s; %s", what, remedy);
}

void
host_access(const struct host *host, struct bus_node_info *info)
{
	char node[BUS_PATH_MAX];
	struct error why = { .code = ERROR_NONE };

	host_usb_node(info, node, sizeof node);
	info->usb_access = host_may_open(host, node);
	info->tty_access = info->tty[0] != '\0' &&
	    host_may_open(host, info->tty);
	info->denied[0] = '\0';
	if (!info->usb_access)
		host_deny(host, node, &why);
	else if (info->tty[0] != '\0' && !info->tty_access)
		host_deny(host, info->tty, &why);
	text_copy(info->denied, sizeof info->denied, why.text);
}
