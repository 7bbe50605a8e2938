/* What the host knows of a device, on a tree of files that the test makes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "bus/host-holder.h"
#include "bus/host-linux.h"

struct tree {
	char		 root[64];
	struct host	*host;
	char		 text[BUS_TEXT_MAX];
};

/* --- The tree ----------------------------------------------------------- */

static int
setup(void **state)
{
	struct tree *t = xcalloc(1, sizeof *t);

	snprintf(t->root, sizeof t->root, "/tmp/pterm-host.XXXXXX");
	assert_non_null(mkdtemp(t->root));
	assert_int_equal(chmod(t->root, 0755), 0);
	t->host = host_new(t->root);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct tree *t = *state;
	char *command = xasprintf("rm -rf %s", t->root);

	assert_int_equal(system(command), 0);
	free(command);
	host_free(t->host);
	free(t);
	return 0;
}

/* The folders above path, below the root. */
static void
make_parents(const struct tree *t, const char *path)
{
	char *file = xasprintf("%s%s", t->root, path);

	for (char *slash = file + strlen(t->root) + 1;
	    (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		mkdir(file, 0755);
		*slash = '/';
	}
	free(file);
}

static void
put_bytes(const struct tree *t, const char *path, const void *data, size_t len)
{
	char *file = xasprintf("%s%s", t->root, path);
	FILE *f;

	make_parents(t, path);
	f = fopen(file, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	free(file);
}

static void
put(const struct tree *t, const char *path, const char *text)
{
	put_bytes(t, path, text, strlen(text));
}

static void
put_link(const struct tree *t, const char *path, const char *target)
{
	char *file = xasprintf("%s%s", t->root, path);

	make_parents(t, path);
	assert_int_equal(symlink(target, file), 0);
	free(file);
}

static void
drop(const struct tree *t, const char *path)
{
	char *file = xasprintf("%s%s", t->root, path);

	assert_int_equal(unlink(file), 0);
	free(file);
}

#define DEVICE	"/sys/bus/usb/devices/1-1.2"

static void
put_device(const struct tree *t)
{
	put(t, DEVICE "/devnum", "17\n");
	put(t, DEVICE "/serial", "e00fce68c0de000000000001\n");
	put(t, DEVICE "/product", "Argon CDC Mode\n");
	put(t, DEVICE "/manufacturer", "Particle\n");
	put(t, DEVICE "/bConfigurationValue", "1\n");
	put(t, DEVICE "/1-1.2:1.1/tty-is-elsewhere", "");
	put(t, DEVICE "/1-1.2:1.0/tty/ttyACM3/dev", "166:3\n");
}

/* --- Places ------------------------------------------------------------- */

static void
a_place_is_the_nearest_device_of_a_path(void **state)
{
	static const struct {
		const char	*devpath;
		const char	*place;		/* NULL: none */
	} rows[] = {
		{ "/devices/pci/usb1/1-1/1-1.2/1-1.2:1.0/tty/ttyACM0",
		    "1-1.2" },
		{ "/devices/pci/usb1/1-1/1-1.2", "1-1.2" },
		{ "/devices/pci/usb1/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0", "1-1" },
		{ "/devices/platform/vhci_hcd.0/usb3/3-14", "3-14" },
		{ "/devices/pci0000:00/0000:00:14.0/usb1", NULL },
		{ "/devices/virtual/tty/tty1", NULL },
		{ "/devices/platform/serial8250/tty/ttyS0", NULL },
		{ "1-1.2", "1-1.2" },
		{ "1-", NULL },
		{ "-1", NULL },
		{ "1-1.", NULL },
		{ "1-1x", NULL },
		{ "/", NULL },
		{ "", NULL },
	};
	char place[BUS_PATH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool found = host_place_of(rows[i].devpath, place,
		    sizeof place);

		if (found != (rows[i].place != NULL))
			fail_msg("%s", rows[i].devpath);
		if (found)
			assert_string_equal(place, rows[i].place);
	}
}

static void
a_place_that_does_not_fit_is_none(void **state)
{
	char place[4];

	(void)state;
	assert_false(host_place_of("/1-1.2.3.4", place, sizeof place));
	assert_true(host_place_of("/1-1", place, sizeof place));
}

/* --- Texts -------------------------------------------------------------- */

static void
texts_come_without_the_newline_of_the_kernel(void **state)
{
	struct tree *t = *state;
	struct bus_node_info info = { .path = "1-1.2", .address = 17 };

	put_device(t);
	assert_true(host_usb_texts(t->host, &info));
	assert_string_equal(info.serial, "e00fce68c0de000000000001");
	assert_string_equal(info.product, "Argon CDC Mode");
	assert_string_equal(info.manufacturer, "Particle");
}

static void
a_text_that_the_device_has_not_got_is_empty(void **state)
{
	struct tree *t = *state;
	struct bus_node_info info = { .path = "1-1.2", .address = 17 };

	put_device(t);
	drop(t, DEVICE "/serial");
	assert_true(host_usb_texts(t->host, &info));
	assert_string_equal(info.serial, "");
}

static void
what_came_to_the_place_later_is_not_the_device(void **state)
{
	struct tree *t = *state;
	struct bus_node_info info = { .path = "1-1.2", .address = 16 };

	put_device(t);
	assert_false(host_usb_texts(t->host, &info));
	assert_false(host_usb_is_there(t->host, "1-1.2", 16));
	assert_true(host_usb_is_there(t->host, "1-1.2", 17));
	assert_false(host_usb_is_there(t->host, "1-1.3", 17));
}

static void
a_place_never_leads_out_of_the_tree(void **state)
{
	struct tree *t = *state;
	struct bus_node_info info = { .path = "../devices/1-1.2",
	    .address = 17 };

	put_device(t);
	assert_false(host_usb_texts(t->host, &info));
}

static void
a_text_that_is_too_long_is_cut_between_characters(void **state)
{
	struct tree *t = *state;
	struct bus_node_info info = { .path = "1-1.2", .address = 17 };
	char text[600];

	put_device(t);
	for (size_t i = 0; i < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xbc", 2);	/* u with dots */
	put_bytes(t, DEVICE "/product", text, sizeof text);
	assert_true(host_usb_texts(t->host, &info));
	assert_int_equal(strlen(info.product), 254);
}

/* --- Ttys --------------------------------------------------------------- */

static void
a_tty_belongs_to_the_device_above_it(void **state)
{
	struct tree *t = *state;
	char tty[BUS_PATH_MAX];

	put_device(t);
	assert_true(host_usb_tty(t->host, "1-1.2", tty, sizeof tty));
	assert_string_equal(tty, "/dev/ttyACM3");
	put(t, "/sys/bus/usb/devices/1-1/devnum", "2\n");
	assert_false(host_usb_tty(t->host, "1-1", tty, sizeof tty));
}

static void
the_first_of_two_serial_functions_is_the_tty(void **state)
{
	struct tree *t = *state;
	char tty[BUS_PATH_MAX];

	put_device(t);
	put(t, DEVICE "/1-1.2:1.10/tty/ttyACM1/dev", "166:1\n");
	put(t, DEVICE "/1-1.2:1.3/tty/ttyACM2/dev", "166:2\n");
	assert_true(host_usb_tty(t->host, "1-1.2", tty, sizeof tty));
	assert_string_equal(tty, "/dev/ttyACM3");
}

static void
a_tty_is_there_when_udev_is_done_with_it(void **state)
{
	struct tree *t = *state;
	char tty[BUS_PATH_MAX];

	put_device(t);
	put(t, "/run/udev/control", "");
	assert_false(host_usb_tty(t->host, "1-1.2", tty, sizeof tty));
	put(t, "/run/udev/data/c166:3", "I:1\n");
	assert_true(host_usb_tty(t->host, "1-1.2", tty, sizeof tty));
}

static void
a_tty_leads_back_to_its_device(void **state)
{
	struct tree *t = *state;
	char path[BUS_PATH_MAX];

	put_link(t, "/sys/class/tty/ttyACM3",
	    "../../devices/pci/usb1/1-1/1-1.2/1-1.2:1.0/tty/ttyACM3");
	put_link(t, "/sys/class/tty/ttyS0",
	    "../../devices/platform/serial8250/tty/ttyS0");
	assert_true(host_tty_usb_path(t->host, "/dev/ttyACM3", path,
	    sizeof path));
	assert_string_equal(path, "1-1.2");
	assert_false(host_tty_usb_path(t->host, "/dev/ttyS0", path,
	    sizeof path));
	assert_false(host_tty_usb_path(t->host, "/dev/ttyACM4", path,
	    sizeof path));
	assert_false(host_tty_usb_path(t->host, "/dev/tty/../ttyACM3", path,
	    sizeof path));
}

/* --- Descriptors -------------------------------------------------------- */

/* A device with two configurations, 1 and 2, of 9 and 11 bytes. */
static const uint8_t two_configurations[] = {
	18, 1, 0, 2, 0, 0, 0, 64, 0x04, 0x2b, 0x0c, 0xc0, 0, 0, 1, 2, 3, 2,
	9, 2, 9, 0, 0, 1, 0, 0x80, 250,
	9, 2, 11, 0, 0, 2, 0, 0x80, 250, 2, 0xff,
};

static void
the_active_configuration_is_picked(void **state)
{
	struct buf out = { 0 };

	(void)state;
	assert_true(host_pick_descriptors(two_configurations,
	    sizeof two_configurations, 2, &out));
	assert_int_equal(out.len, 18 + 11);
	assert_memory_equal(out.data, two_configurations, 18);
	assert_memory_equal(out.data + 18, two_configurations + 27, 11);
	buf_fini(&out);
}

static void
descriptors_that_make_no_sense_are_refused(void **state)
{
	uint8_t bad[sizeof two_configurations];
	struct buf out = { 0 };

	(void)state;
	assert_false(host_pick_descriptors(two_configurations,
	    sizeof two_configurations, 3, &out));
	assert_false(host_pick_descriptors(two_configurations, 17, 1, &out));
	assert_false(host_pick_descriptors(two_configurations, 18, 1, &out));
	memcpy(bad, two_configurations, sizeof bad);
	bad[20] = 0;	/* a total length that does not hold its own head */
	assert_false(host_pick_descriptors(bad, sizeof bad, 2, &out));
	assert_int_equal(out.len, 0);
	buf_fini(&out);
}

static void
a_configuration_that_ends_early_is_given_as_it_is(void **state)
{
	struct buf out = { 0 };

	(void)state;
	assert_true(host_pick_descriptors(two_configurations,
	    sizeof two_configurations - 2, 2, &out));
	assert_int_equal(out.len, 18 + 9);
	buf_fini(&out);
}

static void
descriptors_are_read_from_the_tree(void **state)
{
	struct tree *t = *state;
	struct buf out = { 0 };
	struct error err;

	put_device(t);
	put_bytes(t, DEVICE "/descriptors", two_configurations,
	    sizeof two_configurations);
	assert_int_equal(host_usb_descriptors(t->host, "1-1.2", &out, &err),
	    0);
	assert_int_equal(out.len, 18 + 9);
	assert_int_equal(host_usb_descriptors(t->host, "1-9", &out, &err),
	    -1);
	assert_int_equal(err.code, ERROR_GONE);
	buf_fini(&out);
}

/* --- Access ------------------------------------------------------------- */

static void
put_node(const struct tree *t, const char *path, mode_t mode)
{
	char *file = xasprintf("%s%s", t->root, path);

	put(t, path, "");
	assert_int_equal(chmod(file, mode), 0);
	free(file);
}

/* What an ordinary user is told: root may do everything. */
static void
ask_access(const struct tree *t, struct bus_node_info *info)
{
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
			_exit(1);
		host_access(t->host, info);
		_exit(write(ends[1], info, sizeof *info) != sizeof *info);
	}
	assert_int_equal(read(ends[0], info, sizeof *info), sizeof *info);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
}

static void
nodes_that_may_be_opened_have_no_reason(void **state)
{
	struct tree *t = *state;
	struct bus_node_info info = { .bus = 1, .address = 17,
	    .tty = "/dev/ttyACM3", .denied = "old" };

	put_node(t, "/dev/bus/usb/001/017", 0666);
	put_node(t, "/dev/ttyACM3", 0666);
	ask_access(t, &info);
	assert_true(info.usb_access);
	assert_true(info.tty_access);
	assert_string_equal(info.denied, "");
}

static void
a_node_that_may_not_be_opened_is_named_with_its_owner(void **state)
{
	struct tree *t = *state;
	struct bus_node_info info = { .bus = 1, .address = 17,
	    .tty = "/dev/ttyACM3" };

	put_node(t, "/dev/bus/usb/001/017", 0400);
	put_node(t, "/dev/ttyACM3", 0666);
	ask_access(t, &info);
	assert_false(info.usb_access);
	assert_true(info.tty_access);
	assert_non_null(strstr(info.denied, "/dev/bus/usb/001/017 ("));
	assert_non_null(strstr(info.denied, ", mode 0400)"));
	assert_non_null(strstr(info.denied, "70-pterm.rules"));
}

static void
a_group_that_may_is_named_as_the_remedy(void **state)
{
	struct tree *t = *state;
	struct bus_node_info info = { .bus = 1, .address = 17,
	    .tty = "/dev/ttyACM3" };
	char *file = xasprintf("%s/dev/ttyACM3", t->root);

	if (geteuid() != 0)
		skip();
	put_node(t, "/dev/bus/usb/001/017", 0666);
	put_node(t, "/dev/ttyACM3", 0660);
	assert_int_equal(chown(file, 0, 54321), 0);
	free(file);
	ask_access(t, &info);
	assert_true(info.usb_access);
	assert_false(info.tty_access);
	assert_string_equal(info.denied, "this user may not open /dev/ttyACM3 "
	    "(root:54321, mode 0660); the group 54321 may: join it and log in "
	    "again");
}

static void
without_a_tty_there_is_no_access_to_it_and_no_reason(void **state)
{
	struct tree *t = *state;
	struct bus_node_info info = { .bus = 1, .address = 17 };

	put_node(t, "/dev/bus/usb/001/017", 0666);
	ask_access(t, &info);
	assert_false(info.tty_access);
	assert_string_equal(info.denied, "");
}

static void
a_missing_node_is_said_to_be_missing(void **state)
{
	struct tree *t = *state;
	struct bus_node_info info = { .bus = 1, .address = 17 };

	ask_access(t, &info);
	assert_false(info.usb_access);
	assert_string_equal(info.denied,
	    "/dev/bus/usb/001/017 can't be opened: No such file or directory");
}

/* --- Who holds a tty ---------------------------------------------------- */

static void
put_process(const struct tree *t, int pid, const char *name, const char *link)
{
	char *path = xasprintf("/proc/%d/comm", pid);

	put(t, path, name);
	free(path);
	if (link == NULL)
		return;
	path = xasprintf("/proc/%d/fd/5", pid);
	put_link(t, path, link);
	free(path);
}

static void
a_process_that_has_it_open_is_named(void **state)
{
	struct tree *t = *state;

	put_process(t, 811, "bash\n", "/dev/ttyACM33");
	put_process(t, 812, "picocom\n", "/dev/ttyACM3");
	assert_true(host_holder_by_descriptor(t->host, "/dev/ttyACM3", t->text,
	    sizeof t->text));
	assert_string_equal(t->text, "picocom (pid 812)");
	assert_false(host_holder_by_descriptor(t->host, "/dev/ttyACM4",
	    t->text, sizeof t->text));
}

static void
a_process_without_a_readable_name_has_its_number(void **state)
{
	struct tree *t = *state;

	put_process(t, 812, "", "/dev/ttyACM3");
	assert_true(host_holder_by_descriptor(t->host, "/dev/ttyACM3", t->text,
	    sizeof t->text));
	assert_string_equal(t->text, "process 812");
}

static void
names_of_processes_are_made_safe_to_show(void **state)
{
	struct tree *t = *state;

	put_process(t, 812, "\033]0;x\n", "/dev/ttyACM3");
	assert_true(host_holder_by_descriptor(t->host, "/dev/ttyACM3", t->text,
	    sizeof t->text));
	assert_null(strchr(t->text, '\033'));
}

static void
this_process_does_not_count(void **state)
{
	struct tree *t = *state;

	put_process(t, (int)getpid(), "pterm\n", "/dev/ttyACM3");
	assert_false(host_holder_by_descriptor(t->host, "/dev/ttyACM3",
	    t->text, sizeof t->text));
}

static void
a_lock_file_of_a_living_process_counts(void **state)
{
	struct tree *t = *state;

	put(t, "/run/lock/LCK..ttyACM3", "       812 minicom root\n");
	assert_false(host_holder_by_lock_file(t->host, "/dev/ttyACM3", t->text,
	    sizeof t->text));
	put_process(t, 812, "minicom\n", NULL);
	assert_true(host_holder_by_lock_file(t->host, "/dev/ttyACM3", t->text,
	    sizeof t->text));
	assert_string_equal(t->text, "minicom (pid 812)");
}

static void
lock_files_are_read_in_both_forms(void **state)
{
	int pid = 70000;
	char binary[sizeof pid];

	(void)state;
	memcpy(binary, &pid, sizeof pid);
	assert_int_equal(host_holder_in_lock_file(binary, sizeof pid), 70000);
	assert_int_equal(host_holder_in_lock_file("      1234\n", 11), 1234);
	assert_int_equal(host_holder_in_lock_file("1234", 4), 1234);
	assert_int_equal(host_holder_in_lock_file("1", 1), 1);
	assert_int_equal(host_holder_in_lock_file("", 0), 0);
	assert_int_equal(host_holder_in_lock_file("   ", 3), 0);
	assert_int_equal(host_holder_in_lock_file("-5\n", 3), 0);
	assert_int_equal(host_holder_in_lock_file("99999999999", 11), 0);
}

static void
a_lock_is_found_by_the_file_that_it_is_on(void **state)
{
	struct stat st = { .st_dev = makedev(0, 6), .st_ino = 345 };
	static const char locks[] =
	    "1: POSIX  ADVISORY  READ 700 00:06:346 0 EOF\n"
	    "2: FLOCK  ADVISORY  WRITE 701 08:06:345 0 EOF\n"
	    "2: -> FLOCK  ADVISORY  WRITE 702 00:06:345 0 EOF\n"
	    "3: OFDLCK ADVISORY  WRITE -1 00:06:345 0 EOF\n"
	    "nonsense\n"
	    "\n"
	    "4: FLOCK  ADVISORY  WRITE 703 00:06:345 0 EOF";

	(void)state;
	assert_int_equal(host_holder_in_locks(locks, &st), 703);
	st.st_ino = 347;
	assert_int_equal(host_holder_in_locks(locks, &st), 0);
	assert_int_equal(host_holder_in_locks("", &st), 0);
}

static void
a_holder_that_nobody_knows_is_somebody(void **state)
{
	struct tree *t = *state;

	host_holder(t->host, "/dev/ttyACM3", t->text, sizeof t->text);
	assert_string_equal(t->text, geteuid() == 0 ? "another program" :
	    "another user's process");
}

static void
modem_manager_is_suspected_where_it_runs(void **state)
{
	struct tree *t = *state;

	put_process(t, 640, "ModemManager\n", NULL);
	host_holder(t->host, "/dev/ttyACM3", t->text, sizeof t->text);
	assert_non_null(strstr(t->text, "perhaps ModemManager (pid 640)"));
	assert_non_null(strstr(t->text, "70-pterm.rules"));
}

static void
modem_manager_is_not_suspected_where_the_holder_is_known(void **state)
{
	struct tree *t = *state;

	put_process(t, 640, "ModemManager\n", NULL);
	put_process(t, 812, "picocom\n", "/dev/ttyACM3");
	host_holder(t->host, "/dev/ttyACM3", t->text, sizeof t->text);
	assert_string_equal(t->text, "picocom (pid 812)");
}

#define ON_TREE(f) { #f, f, setup, teardown, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_TREE(a_place_is_the_nearest_device_of_a_path),
		ON_TREE(a_place_that_does_not_fit_is_none),
		ON_TREE(texts_come_without_the_newline_of_the_kernel),
		ON_TREE(a_text_that_the_device_has_not_got_is_empty),
		ON_TREE(what_came_to_the_place_later_is_not_the_device),
		ON_TREE(a_place_never_leads_out_of_the_tree),
		ON_TREE(a_text_that_is_too_long_is_cut_between_characters),
		ON_TREE(a_tty_belongs_to_the_device_above_it),
		ON_TREE(the_first_of_two_serial_functions_is_the_tty),
		ON_TREE(a_tty_is_there_when_udev_is_done_with_it),
		ON_TREE(a_tty_leads_back_to_its_device),
		ON_TREE(the_active_configuration_is_picked),
		ON_TREE(descriptors_that_make_no_sense_are_refused),
		ON_TREE(a_configuration_that_ends_early_is_given_as_it_is),
		ON_TREE(descriptors_are_read_from_the_tree),
		ON_TREE(nodes_that_may_be_opened_have_no_reason),
		ON_TREE(a_node_that_may_not_be_opened_is_named_with_its_owner),
		ON_TREE(a_group_that_may_is_named_as_the_remedy),
		ON_TREE(without_a_tty_there_is_no_access_to_it_and_no_reason),
		ON_TREE(a_missing_node_is_said_to_be_missing),
		ON_TREE(a_process_that_has_it_open_is_named),
		ON_TREE(a_process_without_a_readable_name_has_its_number),
		ON_TREE(names_of_processes_are_made_safe_to_show),
		ON_TREE(this_process_does_not_count),
		ON_TREE(a_lock_file_of_a_living_process_counts),
		ON_TREE(lock_files_are_read_in_both_forms),
		ON_TREE(a_lock_is_found_by_the_file_that_it_is_on),
		ON_TREE(a_holder_that_nobody_knows_is_somebody),
		ON_TREE(modem_manager_is_suspected_where_it_runs),
		ON_TREE(modem_manager_is_not_suspected_where_the_holder_is_known),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
