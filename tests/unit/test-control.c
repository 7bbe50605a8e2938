/* The control channel of pterm-virtual. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "virtual/bench.h"
#include "virtual/control.h"
#include "virtual/script.h"

struct rig {
	struct loop	*loop;
	struct bench	*bench;
	struct control	*control;
	char		 folder[32];
	char		 path[64];
	struct buf	 in;
};

static int
setup(void **state)
{
	static const char text[] = "device argon id e00fce68aaaaaaaaaaaaaaaa "
	    "off\n";
	struct rig *rig = calloc(1, sizeof *rig);
	struct script *script;
	struct error err;

	strcpy(rig->folder, "/tmp/pterm-test-XXXXXX");
	assert_non_null(mkdtemp(rig->folder));
	snprintf(rig->path, sizeof rig->path, "%s/control", rig->folder);
	rig->loop = loop_new_virtual();
	script = script_parse("s", text, strlen(text), &err);
	rig->bench = bench_new(rig->loop, script);
	script_free(script);
	rig->control = control_new(rig->loop, rig->bench, rig->path, &err);
	if (rig->control == NULL)
		fail_msg("%s", err.text);
	*state = rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;
	struct stat st;

	control_free(rig->control);
	assert_int_equal(lstat(rig->path, &st), -1);
	bench_free(rig->bench);
	loop_free(rig->loop);
	rmdir(rig->folder);
	buf_fini(&rig->in);
	free(rig);
	return 0;
}

static int
rig_connect(struct rig *rig)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, rig->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address,
	    sizeof address), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)),
	    (ssize_t)strlen(text));
}

/* Turns the loop until the answer ends with a text; "": until the other side
 * has hung up. */
static void
hear(struct rig *rig, int fd, const char *end)
{
	size_t len = strlen(end);
	ssize_t n;

	for (int i = 0; i < 1000; i++) {
		loop_turn(rig->loop, 0);
		n = read(fd, buf_reserve(&rig->in, 4096), 4096);
		if (n > 0)
			buf_commit(&rig->in, (size_t)n);
		if (n == 0 && len == 0)
			return;
		if (len > 0 && rig->in.len >= len && memcmp(rig->in.data +
		    rig->in.len - len, end, len) == 0)
			return;
	}
	fail_msg("heard only: %s", buf_str(&rig->in));
}

static void
a_line_is_answered(void **state)
{
	struct rig *rig = *state;
	int fd = rig_connect(rig);

	say(fd, "list\n");
	hear(rig, fd, "ok\n");
	assert_string_equal(buf_str(&rig->in),
	    "argon e00fce68aaaaaaaaaaaaaaaa argon 1-1.1 unplugged\nok\n");
	close(fd);
}

static void
an_error_is_one_line(void **state)
{
	struct rig *rig = *state;
	int fd = rig_connect(rig);

	say(fd, "plug bo");
	loop_turn(rig->loop, 0);
	say(fd, "ron\n\n# nothing\nunplug argon\n");
	hear(rig, fd, "ok\n");
	assert_string_equal(buf_str(&rig->in),
	    "error: no device is called \"boron\"\n"
	    "error: a command is missing\nok\n");
	close(fd);
}

static void
who_has_said_all_is_answered_and_hung_up_on(void **state)
{
	struct rig *rig = *state;
	int fd = rig_connect(rig);

	say(fd, "count argon\ncount argon");
	shutdown(fd, SHUT_WR);
	hear(rig, fd, "");
	assert_string_equal(buf_str(&rig->in),
	    "argon 0\nok\nargon 0\nok\n");
	close(fd);
}

static void
an_endless_line_ends_it(void **state)
{
	struct rig *rig = *state;
	int fd = rig_connect(rig);
	char much[3000];

	memset(much, 'x', sizeof much - 1);
	much[sizeof much - 1] = '\0';
	say(fd, much);
	say(fd, much);
	hear(rig, fd, "");
	assert_string_equal(buf_str(&rig->in),
	    "error: the line is too long\n");
	close(fd);
}

static void
several_may_talk_at_once(void **state)
{
	struct rig *rig = *state;
	int a = rig_connect(rig), b = rig_connect(rig);

	say(a, "count ar");
	say(b, "count argon\n");
	hear(rig, b, "ok\n");
	buf_clear(&rig->in);
	say(a, "gon\n");
	hear(rig, a, "ok\n");
	assert_string_equal(buf_str(&rig->in), "argon 0\nok\n");
	close(a);
	close(b);
}

static void
only_the_owner_may_talk(void **state)
{
	struct rig *rig = *state;
	struct stat st;

	assert_int_equal(lstat(rig->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
a_socket_that_answers_is_not_taken_over(void **state)
{
	struct rig *rig = *state;
	struct error err;

	assert_null(control_new(rig->loop, rig->bench, rig->path, &err));
	assert_int_equal(err.code, ERROR_BUSY);
}

static void
a_file_is_not_replaced(void **state)
{
	struct rig *rig = *state;
	char path[64];
	struct error err;
	struct stat st;
	int fd;

	snprintf(path, sizeof path, "%s/file", rig->folder);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_null(control_new(rig->loop, rig->bench, path, &err));
	assert_int_equal(err.code, ERROR_FAILED);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	unlink(path);
}

static void
a_socket_that_was_left_behind_is_replaced(void **state)
{
	struct rig *rig = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct control *control;
	struct error err;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s/left",
	    rig->folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
	    sizeof address), 0);
	close(fd);
	control = control_new(rig->loop, rig->bench, address.sun_path, &err);
	assert_non_null(control);
	control_free(control);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_is_answered),
		TEST(an_error_is_one_line),
		TEST(who_has_said_all_is_answered_and_hung_up_on),
		TEST(an_endless_line_ends_it),
		TEST(several_may_talk_at_once),
		TEST(only_the_owner_may_talk),
		TEST(a_socket_that_answers_is_not_taken_over),
		TEST(a_file_is_not_replaced),
		TEST(a_socket_that_was_left_behind_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
