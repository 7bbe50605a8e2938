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
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"

static void
buf_keeps_bytes_in_order_across_growth_and_drops(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		buf_put_le16(&b, (uint16_t)i);
	assert_int_equal(b.len, 2000);
	buf_drop(&b, 1998);
	assert_int_equal(b.len, 2);
	assert_int_equal(b.data[0] | b.data[1] << 8, 999);
	buf_drop(&b, 100);
	assert_int_equal(b.len, 0);
	buf_printf(&b, "%s %d", "a", 1);
	assert_string_equal(buf_str(&b), "a 1");
	buf_fini(&b);
	assert_null(b.data);
}

static void
error_prefix_goes_before_the_text_and_keeps_the_code(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set(&err, ERROR_BUSY, "port %d", 3), -1);
	error_prefix(&err, "gate%s", "house");
	assert_string_equal(err.text, "gatehouse: port 3");
	assert_int_equal(err.code, ERROR_BUSY);
	error_set(NULL, ERROR_BUSY, "nobody asked");
	error_prefix(NULL, "nobody");
}

static void
error_text_that_is_too_long_is_cut(void **state)
{
	char longer[2 * ERROR_TEXT_MAX];
	struct error err;

	(void)state;
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	error_set(&err, ERROR_FAILED, "%s", longer);
	assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
	error_prefix(&err, "%s", longer);
	assert_int_equal(strlen(err.text), ERROR_TEXT_MAX - 1);
}

static void
error_codes_have_the_exit_statuses_of_the_man_page(void **state)
{
	static const int expected[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_int_equal(error_exit_status((enum error_code)i),
		    expected[i]);
	assert_int_equal(error_exit_status(ERROR_GONE), 1);
	assert_int_equal(error_exit_status((enum error_code)12345), 1);
	assert_string_equal(error_code_name(ERROR_NO_DEVICE), "no-device");
}

static void
utf8_refuses_what_table_3_7_of_unicode_refuses(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xff", "\xe2\x82", "\xf0\x9f\x98",
	};
	uint32_t c;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &c), 0);
	assert_int_equal(utf8_decode("\xe2\x82\xac!", 4, &c), 3);
	assert_int_equal(c, 0x20ac);
	assert_int_equal(utf8_decode("\xf0\x9f\x98\x80", 4, &c), 4);
	assert_int_equal(c, 0x1f600);
	assert_int_equal(utf8_decode("", 0, &c), 0);
}

static void
clean_text_can_steer_no_terminal(void **state)
{
	char out[128];

	(void)state;
	text_clean(out, sizeof out, "a\x1b]0;t\x07\r\n\x7f", 9);
	assert_string_equal(out, "a\\x1b]0;t\\x07\\x0d\\x0a");
	text_clean(out, sizeof out, "\xc2\x9b" "31m", 5);
	assert_string_equal(out, "\\x9b31m");
	text_clean(out, sizeof out, "\xe2\x80\xae" "fdp.exe", 10);
	assert_string_equal(out, "\\u202efdp.exe");
	text_clean(out, sizeof out, "\xff\xc3\xa9\0z", 5);
	assert_string_equal(out, "\\xff\xc3\xa9\\x00z");
}

static void
clean_text_is_cut_between_characters(void **state)
{
	char out[6];

	(void)state;
	text_clean(out, sizeof out, "abcd\xc3\xa9", 6);
	assert_string_equal(out, "abcd");
	text_clean(out, sizeof out, "abc\x1b", 4);
	assert_string_equal(out, "abc");
	text_clean(out, 1, "abc", 3);
	assert_string_equal(out, "");
	assert_false(text_copy(out, sizeof out, "abcd\xc3\xa9"));
	assert_string_equal(out, "abcd");
	assert_true(text_copy(out, sizeof out, "abc\xc3\xa9"));
	assert_string_equal(out, "abc\xc3\xa9");
}

static void
numbers_are_whole_decimal_and_in_range(void **state)
{
	uint64_t n;

	(void)state;
	assert_true(text_parse_u64("18446744073709551615", 0, UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
	assert_false(text_parse_u64("18446744073709551616", 0, UINT64_MAX, &n));
	assert_false(text_parse_u64("", 0, 9, &n));
	assert_false(text_parse_u64("-1", 0, 9, &n));
	assert_false(text_parse_u64("0x1", 0, 9, &n));
	assert_false(text_parse_u64("10", 0, 9, &n));
	assert_true(text_parse_u64("007", 0, 9, &n));
	assert_int_equal(n, 7);
}

static void
durations_and_dates_read_as_in_the_man_page(void **state)
{
	char out[40];

	(void)state;
	assert_string_equal(text_duration(out, sizeof out, 90000), "0.09 s");
	assert_string_equal(text_duration(out, sizeof out, 1719999), "1.71 s");
	assert_string_equal(text_duration(out, sizeof out, 12340000), "12.3 s");
	assert_string_equal(text_duration(out, sizeof out, 180000000), "3 min");
	assert_string_equal(text_rfc3339(out, sizeof out,
	    UINT64_C(1767225600123456)), "2026-01-01T00:00:00.123Z");
}

static void
json_keeps_order_and_cleans_text(void **state)
{
	struct json *doc = json_new_object(), *list = json_new_array();
	struct buf out = { 0 };

	(void)state;
	json_put_integer(doc, "v", 1);
	json_put_text(doc, "a", "x\x1b\xff");
	json_put_text_or_null(doc, "b", "");
	json_put_bool(doc, "c", true);
	json_add_child(list, json_new_array());
	json_put_child(doc, "d", list);
	json_write(doc, false, &out);
	assert_string_equal(buf_str(&out),
	    "{\"v\":1,\"a\":\"x\\\\x1b\\\\xff\",\"b\":null,\"c\":true,"
	    "\"d\":[[]]}");
	json_free(doc);
	json_free(NULL);
	buf_fini(&out);
}

static void
replaced_file_keeps_its_mode_and_a_link_stays_a_link(void **state)
{
	char dir[] = "/tmp/test-base.XXXXXX", link[64], target[64], file[64];
	struct buf b = { 0 };
	struct stat st;
	bool missing;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof file, "%s/a/b/file", dir);
	snprintf(target, sizeof target, "%s/a/b/target", dir);
	snprintf(link, sizeof link, "%s/a/b/link", dir);
	assert_int_equal(path_read(file, 10, &b, &missing, NULL), -1);
	assert_true(missing);
	assert_int_equal(path_make_parents(file, NULL), 0);
	assert_int_equal(path_replace(target, "one", 3, 0600, NULL), 0);
	assert_int_equal(chmod(target, 0640), 0);
	assert_int_equal(symlink("target", link), 0);
	assert_int_equal(path_replace(link, "four", 4, 0600, NULL), 0);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(path_read(link, 10, &b, &missing, NULL), 0);
	assert_string_equal(buf_str(&b), "four");
	assert_int_equal(path_read(link, 3, &b, &missing, NULL), -1);
	buf_fini(&b);
	unlink(link);
	unlink(target);
	snprintf(file, sizeof file, "%s/a/b", dir);
	rmdir(file);
	snprintf(file, sizeof file, "%s/a", dir);
	rmdir(file);
	assert_int_equal(rmdir(dir), 0);
}

static void
xdg_variables_that_are_relative_are_ignored(void **state)
{
	char *path;

	(void)state;
	setenv("HOME", "/home/u", 1);
	setenv("XDG_CONFIG_HOME", "not/absolute", 1);
	path = path_config("devices");
	assert_string_equal(path, "/home/u/.config/pterm/devices");
	free(path);
	setenv("XDG_CONFIG_HOME", "/x", 1);
	path = path_config("devices");
	assert_string_equal(path, "/x/pterm/devices");
	free(path);
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_null(path_state("captures"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf_keeps_bytes_in_order_across_growth_and_drops),
		cmocka_unit_test(error_prefix_goes_before_the_text_and_keeps_the_code),
		cmocka_unit_test(error_text_that_is_too_long_is_cut),
		cmocka_unit_test(error_codes_have_the_exit_statuses_of_the_man_page),
		cmocka_unit_test(utf8_refuses_what_table_3_7_of_unicode_refuses),
		cmocka_unit_test(clean_text_can_steer_no_terminal),
		cmocka_unit_test(clean_text_is_cut_between_characters),
		cmocka_unit_test(numbers_are_whole_decimal_and_in_range),
		cmocka_unit_test(durations_and_dates_read_as_in_the_man_page),
		cmocka_unit_test(json_keeps_order_and_cleans_text),
		cmocka_unit_test(replaced_file_keeps_its_mode_and_a_link_stays_a_link),
		cmocka_unit_test(xdg_variables_that_are_relative_are_ignored),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
