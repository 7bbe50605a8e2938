#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/path.h"
#include "model/names.h"

#define A	"0123456789abcdef01234567"
#define B	"e00fce68b7a2c1d4f9e00311"

struct place {
	char	folder[64];
	char	file[128];
};

static int
setup(void **state)
{
	static struct place place;

	snprintf(place.folder, sizeof place.folder, "%s",
	    "/tmp/pterm-test-names.XXXXXX");
	assert_non_null(mkdtemp(place.folder));
	snprintf(place.file, sizeof place.file, "%s/pterm/devices",
	    place.folder);
	*state = &place;
	return 0;
}

static int
teardown(void **state)
{
	struct place *place = *state;
	char folder[128];

	unlink(place->file);
	snprintf(folder, sizeof folder, "%s/pterm", place->folder);
	rmdir(folder);
	return rmdir(place->folder);
}

static void
put(struct place *place, const char *text)
{
	assert_int_equal(path_make_parents(place->file, NULL), 0);
	assert_int_equal(path_replace(place->file, text, strlen(text), 0600,
	    NULL), 0);
}

static void
assert_file(struct place *place, const char *text)
{
	struct buf now = { 0 };

	assert_int_equal(path_read(place->file, 65536, &now, NULL, NULL), 0);
	assert_string_equal(buf_str(&now), text);
	buf_fini(&now);
}

static void
a_missing_file_is_an_empty_one_and_is_made_when_needed(void **state)
{
	struct place *place = *state;
	struct names *n = names_open(place->file);

	assert_null(names_get(n, A));
	assert_int_equal(names_complaint_count(n), 0);
	assert_int_equal(names_set(n, A, "gatehouse", NULL), 0);
	assert_string_equal(names_get(n, A), "gatehouse");
	assert_file(place, A " gatehouse\n");
	names_close(n);
}

static void
comments_order_and_nonsense_are_kept(void **state)
{
	struct place *place = *state;
	struct names *n;

	put(place, "# the bench\n\nwhat is this\n" B "\trig 7\n"
	    A " one\n  # end\n" A " two\n");
	n = names_open(place->file);
	assert_string_equal(names_get(n, B), "rig 7");
	assert_string_equal(names_get(n, A), "one");
	assert_int_equal(names_complaint_count(n), 2);
	assert_non_null(strstr(names_complaint(n, 0), "devices:3: "));
	assert_non_null(strstr(names_complaint(n, 1), "devices:7: "));
	assert_int_equal(names_set(n, A, "gate", NULL), 0);
	assert_file(place, "# the bench\n\nwhat is this\n" B "\trig 7\n"
	    A " gate\n  # end\n" A " two\n");
	assert_int_equal(names_set(n, B, "", NULL), 0);
	assert_null(names_get(n, B));
	assert_file(place, "# the bench\n\nwhat is this\n"
	    A " gate\n  # end\n" A " two\n");
	names_close(n);
}

static void
what_another_program_wrote_meanwhile_is_not_lost(void **state)
{
	struct place *place = *state;
	struct names *n, *other;

	put(place, "");
	n = names_open(place->file);
	other = names_open(place->file);
	assert_int_equal(names_set(other, B, "theirs", NULL), 0);
	assert_int_equal(names_set(n, A, "ours", NULL), 0);
	assert_file(place, B " theirs\n" A " ours\n");
	assert_string_equal(names_get(n, B), "theirs");
	names_close(other);
	names_close(n);
}

static void
taking_a_name_away_leaves_none(void **state)
{
	struct place *place = *state;
	struct names *n;

	put(place, A " one\n" B " rig\n" A " two\n");
	n = names_open(place->file);
	assert_int_equal(names_set(n, A, NULL, NULL), 0);
	assert_null(names_get(n, A));
	assert_file(place, B " rig\n");
	names_close(n);
}

static void
ids_are_compared_without_case(void **state)
{
	struct place *place = *state;
	struct names *n;

	put(place, "0123456789ABCDEF01234567 loud\n");
	n = names_open(place->file);
	assert_string_equal(names_get(n, A), "loud");
	names_close(n);
}

static void
names_that_would_mislead_are_refused(void **state)
{
	static const char *const bad[] = {
		" x", "x ", "a\tb", "a\nb", "\033[31m", "\xff",
		("\xe2\x80\xae" "gnp"), "beef", B, "/dev/ttyACM0", "ttyACM0",
		"1-1.2", "-x", "#x", "123456789012345678901234567890123",
	};
	struct place *place = *state;
	struct names *n = names_open(place->file);
	struct error err;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(names_set(n, A, bad[i], &err), -1);
		assert_int_equal(err.code, ERROR_USAGE);
		assert_null(names_get(n, A));
	}
	assert_int_equal(names_set(n, A, "Gr\xc3\xbc\xc3\x9f" "e 7", NULL), 0);
	assert_int_equal(names_set(n, B, "GR\xc3\xbc\xc3\x9f" "E 7", &err), -1);
	assert_int_equal(names_set(n, "", "nobody", &err), -1);
	names_close(n);
}

static void
a_file_that_cannot_be_read_is_never_overwritten(void **state)
{
	struct place *place = *state;
	struct names *n;
	struct error err;

	/* A folder in its place: also root can't read that. */
	assert_int_equal(path_make_parents(place->file, NULL), 0);
	assert_int_equal(mkdir(place->file, 0700), 0);
	n = names_open(place->file);
	assert_int_equal(names_complaint_count(n), 1);
	assert_int_equal(names_set(n, A, "gate", &err), -1);
	names_close(n);
	assert_int_equal(rmdir(place->file), 0);
}

static void
without_a_file_names_live_in_memory_or_nowhere(void **state)
{
	struct names *n = names_open(NULL);
	struct error err;

	(void)state;
	assert_int_equal(names_set(n, A, "gate", NULL), 0);
	assert_string_equal(names_get(n, A), "gate");
	assert_int_equal(names_set(n, A, NULL, NULL), 0);
	assert_null(names_get(n, A));
	names_close(n);
	n = names_open("");
	assert_int_equal(names_set(n, A, "gate", &err), -1);
	names_close(n);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_missing_file_is_an_empty_one_and_is_made_when_needed),
		TEST(comments_order_and_nonsense_are_kept),
		TEST(what_another_program_wrote_meanwhile_is_not_lost),
		TEST(taking_a_name_away_leaves_none),
		TEST(ids_are_compared_without_case),
		TEST(names_that_would_mislead_are_refused),
		TEST(a_file_that_cannot_be_read_is_never_overwritten),
		TEST(without_a_file_names_live_in_memory_or_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
