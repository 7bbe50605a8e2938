/* The way out where a device may not be opened. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "action/mend.h"

static void
each_lack_has_its_command(void **state)
{
	struct mend m;

	(void)state;
	mend_tell(&m, MEND_RULES, "data/70-pterm.rules");
	assert_string_equal(m.brief,
	    "way out: ./quickstart --yes installs the udev rules");
	assert_non_null(strstr(m.command, "sudo install -m 644 "
	    "data/70-pterm.rules /etc/udev/rules.d/ && sudo udevadm control"));
	mend_tell(&m, MEND_GROUP, "jane");
	assert_string_equal(m.command, "sudo usermod -aG plugdev jane");
	assert_non_null(strstr(m.brief, "plugdev"));
	mend_tell(&m, MEND_APPLY, "");
	assert_non_null(strstr(m.command, "--subsystem-match=tty"));
}

static void
no_text_is_cut(void **state)
{
	struct mend m;

	(void)state;
	for (int lack = MEND_RULES; lack <= MEND_APPLY; lack++) {
		mend_tell(&m, (enum mend_lack)lack,
		    "/usr/local/lib/udev/rules.d/70-pterm.rules");
		assert_in_range(strlen(m.brief), 1, sizeof m.brief - 2);
		assert_in_range(strlen(m.why), 1, sizeof m.why - 2);
		assert_in_range(strlen(m.command), 1, sizeof m.command - 2);
	}
}

static void
a_name_steers_no_terminal(void **state)
{
	struct mend m;

	(void)state;
	mend_tell(&m, MEND_GROUP, "jane\033[2J");
	assert_null(strchr(m.command, '\033'));
}

static void
this_machine_is_told_something(void **state)
{
	struct mend m;

	(void)state;
	mend_find(&m);
	assert_int_equal(strncmp(m.brief, "way out: ", 9), 0);
	assert_int_equal(strncmp(m.command, "sudo ", 5), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_lack_has_its_command),
		cmocka_unit_test(no_text_is_cut),
		cmocka_unit_test(a_name_steers_no_terminal),
		cmocka_unit_test(this_machine_is_told_something),
	};

	return cmocka_run_group_tests_name("mend", tests, NULL, NULL);
}
