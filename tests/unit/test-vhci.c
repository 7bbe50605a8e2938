/* Plugging into the kernel, as far as a folder can stand for sysfs. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "virtual/bench.h"
#include "virtual/script.h"
#include "virtual/vhci.h"

static const char status_0[] =
    "hub port sta spd dev      sockfd local_busid\n"
    "hs  0000 006 002 00010001 000003 1-1\n"
    "hs  0001 004 000 00000000 000000 0-0\n"
    "ss  0002 004 000 00000000 000000 0-0\n";
static const char status_1[] =
    "hub port sta spd dev      sockfd local_busid\n"
    "hs  0016 004 000 00000000 000000 0-0\n";

struct rig {
	struct loop	*loop;
	struct bench	*bench;
	struct vhci	*vhci;
	char		 folder[32];
	struct buf	 log;
};

static void
rig_file(struct rig *rig, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", rig->folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(path);
}

static void
on_moved(struct bench_device *device, int port, void *arg)
{
	struct rig *rig = arg;

	buf_printf(&rig->log, "%s %d\n", device->name, port);
}

static void
on_failed(struct bench_device *device, const struct error *err, void *arg)
{
	struct rig *rig = arg;

	buf_printf(&rig->log, "%s: %s\n", device->name, err->text);
}

static void
on_ready(void *arg)
{
	struct rig *rig = arg;

	buf_puts(&rig->log, "ready\n");
	loop_stop(rig->loop);
}

static const struct vhci_events events = { on_moved, on_failed, on_ready };

static int
setup(void **state)
{
	struct rig *rig = calloc(1, sizeof *rig);

	strcpy(rig->folder, "/tmp/pterm-test-XXXXXX");
	assert_non_null(mkdtemp(rig->folder));
	rig->loop = loop_new_virtual();
	*state = rig;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const files[] = { "attach", "status", "status.1" };
	struct rig *rig = *state;

	vhci_free(rig->vhci);
	bench_free(rig->bench);
	loop_free(rig->loop);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		char *path = xasprintf("%s/%s", rig->folder, files[i]);

		unlink(path);
		free(path);
	}
	rmdir(rig->folder);
	buf_fini(&rig->log);
	free(rig);
	return 0;
}

static bool
rig_plug(struct rig *rig, const char *text, struct error *err)
{
	struct script *script = script_parse("s", text, strlen(text), err);

	assert_non_null(script);
	rig->bench = bench_new(rig->loop, script);
	script_free(script);
	rig->vhci = vhci_new(rig->loop, rig->bench, rig->folder, &events, rig,
	    err);
	return rig->vhci != NULL;
}

static void
a_kernel_without_the_controller_is_told_what_to_do(void **state)
{
	struct error err;

	assert_false(rig_plug(*state, "device argon\n", &err));
	assert_int_equal(err.code, ERROR_UNSUPPORTED);
	assert_non_null(strstr(err.text, "modprobe vhci-hcd"));
}

static void
devices_get_free_ports_of_all_controllers(void **state)
{
	struct rig *rig = *state;
	struct error err;

	rig_file(rig, "attach", "");
	rig_file(rig, "status", status_0);
	rig_file(rig, "status.1", status_1);
	assert_true(rig_plug(rig, "device argon\ndevice boron\n"
	    "device p2 off\n", &err));
	loop_run(rig->loop);
	assert_string_equal(buf_str(&rig->log),
	    "argon 1\nboron 16\nready\n");
}

static void
the_attach_file_is_told_port_socket_device_and_speed(void **state)
{
	struct rig *rig = *state;
	struct buf text = { 0 };
	char *path = xasprintf("%s/attach", rig->folder);
	unsigned port, fd, devid, speed;
	struct error err;

	rig_file(rig, "attach", "");
	rig_file(rig, "status", status_0);
	assert_true(rig_plug(rig, "device argon\n", &err));
	loop_run(rig->loop);
	assert_int_equal(path_read(path, 100, &text, NULL, &err), 0);
	assert_int_equal(sscanf(buf_str(&text), "%u %u %u %u", &port, &fd,
	    &devid, &speed), 4);
	assert_int_equal(port, 1);
	assert_int_equal(devid, 0x10001);
	assert_int_equal(speed, 2);
	buf_fini(&text);
	free(path);
}

static void
too_many_devices_fail_by_name(void **state)
{
	struct rig *rig = *state;
	struct error err;

	rig_file(rig, "attach", "");
	rig_file(rig, "status", status_0);
	assert_true(rig_plug(rig, "device argon\ndevice boron\n", &err));
	loop_run(rig->loop);
	assert_string_equal(buf_str(&rig->log), "argon 1\n"
	    "boron: no port of the kernel's virtual controllers is free; "
	    "there are 15 a controller\nready\n");
}

static void
a_kernel_that_lets_go_is_reported(void **state)
{
	struct rig *rig = *state;
	struct error err;

	rig_file(rig, "attach", "");
	rig_file(rig, "status", status_0);
	assert_true(rig_plug(rig, "device argon log 0\n", &err));
	loop_run(rig->loop);
	/* Nobody has the other end: it reads as hung up. */
	for (int i = 0; i < 10; i++)
		loop_turn(rig->loop, 0);
	assert_string_equal(buf_str(&rig->log),
	    "argon 1\nready\nargon: the kernel has detached it\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kernel_without_the_controller_is_told_what_to_do),
		TEST(devices_get_free_ports_of_all_controllers),
		TEST(the_attach_file_is_told_port_socket_device_and_speed),
		TEST(too_many_devices_fail_by_name),
		TEST(a_kernel_that_lets_go_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
