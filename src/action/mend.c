#include "config.h"

#include "action/mend.h"

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define RULES		"70-pterm.rules"
#define RULES_GROUP	"plugdev"
#define RELOAD		"sudo udevadm control --reload && sudo udevadm " \
			"trigger --subsystem-match=usb --subsystem-match=tty"

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

/* "sudo usermod -aG plugdev jane", and the like. */
static void
mend_set_command(struct mend *mend, const char *before, const char *detail,
    const char *after)
{
	char clean[128];

	snprintf(mend->command, sizeof mend->command, "%s%s%s", before,
	    text_clean(clean, sizeof clean, detail, strlen(detail)), after);
}

void
mend_tell(struct mend *mend, enum mend_lack lack, const char *detail)
{
	const char *brief = "", *why = "";

	switch (lack) {
	case MEND_RULES:
		brief = "./quickstart --yes installs the udev rules";
		why = "its udev rules are not installed; this mends it";
		mend_set_command(mend, "sudo install -m 644 ", detail,
		    " /etc/udev/rules.d/ && " RELOAD);
		break;
	case MEND_GROUP:
		brief = "join the group " RULES_GROUP " and log in again";
		why = "the udev rules are for the group " RULES_GROUP
		    "; this mends it, at the next login";
		mend_set_command(mend, "sudo usermod -aG " RULES_GROUP " ",
		    detail, "");
		break;
	case MEND_APPLY:
		brief = "plug it in again, or have udev apply its rules";
		why = "the udev rules are installed; this applies them to "
		    "what is attached";
		mend_set_command(mend, RELOAD, "", "");
		break;
	}
	snprintf(mend->brief, sizeof mend->brief, "way out: %s", brief);
	text_copy(mend->why, sizeof mend->why, why);
}

void
mend_find(struct mend *mend)
{
	const struct group *group;
	const struct passwd *user;

	if (!mend_has_rules()) {
		mend_tell(mend, MEND_RULES,
		    access(PTERM_UDEVRULESDIR "/" RULES, R_OK) == 0
		    ? PTERM_UDEVRULESDIR "/" RULES : "data/" RULES);
		return;
	}
	group = getgrnam(RULES_GROUP);
	if (group == NULL || mend_is_member(group->gr_gid)) {
		mend_tell(mend, MEND_APPLY, "");
		return;
	}
	user = getpwuid(getuid());
	mend_tell(mend, MEND_GROUP, user != NULL ? user->pw_name
	    : "\"$USER\"");
}
