/* The commands that give this user access to devices. */
#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"

#define RULES		"70-pterm.rules"
#define RULES_GROUP	"plugdev"

/* Where udev looks for rules, and where this pterm installs its own. */
static const char *const mend_dirs[] = {
	"/etc/udev/rules.d/" RULES,
	"/run/udev/rules.d/" RULES,
	"/usr/local/lib/udev/rules.d/" RULES,
	"/usr/lib/udev/rules.d/" RULES,
	"/lib/udev/rules.d/" RULES,
};

static bool
mend_has_rules(void)
{
	for (size_t i = 0; i < sizeof mend_dirs / sizeof mend_dirs[0]; i++)
		if (access(mend_dirs[i], F_OK) == 0)
			return true;
	return false;
}

static bool
mend_is_member(gid_t gid)
{
	int count = getgroups(0, NULL);
	bool is_member = getegid() == gid;
	gid_t *groups;

	if (count <= 0)
		return is_member;
	groups = calloc((size_t)count, sizeof *groups);
	if (groups == NULL)
		return is_member;
	count = getgroups(count, groups);
	for (int i = 0; i < count; i++)
		is_member = is_member || groups[i] == gid;
	free(groups);
	return is_member;
}

void
cli_print_mend(void)
{
	const char *reload = "sudo udevadm control --reload && sudo udevadm "
	    "trigger --subsystem-match=usb --subsystem-match=tty";
	const struct group *group;

	if (!mend_has_rules()) {
		fprintf(stderr, "pterm: its udev rules are not installed; "
		    "this mends it: sudo install -m 644 %s /etc/udev/rules.d/ "
		    "&& %s\n", access(PTERM_UDEVRULESDIR "/" RULES, R_OK) == 0
		    ? PTERM_UDEVRULESDIR "/" RULES : "data/" RULES, reload);
		return;
	}
	group = getgrnam(RULES_GROUP);
	if (group != NULL && !mend_is_member(group->gr_gid)) {
		const struct passwd *user = getpwuid(getuid());

		fprintf(stderr, "pterm: the udev rules are for the group "
		    RULES_GROUP "; this mends it, at the next login: sudo "
		    "usermod -aG " RULES_GROUP " %s\n",
		    user != NULL ? user->pw_name : "\"$USER\"");
		return;
	}
	fprintf(stderr, "pterm: the udev rules are installed; this applies "
	    "them to what is attached: %s\n", reload);
}
