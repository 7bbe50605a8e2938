#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/session.h"

static void
feed(struct session *s, const char *text, uint64_t at)
{
	session_bytes(s, (const uint8_t *)text, strlen(text), at);
}

#define assert_line(s, n, expected) \
	assert_string_equal(session_get(s, n).text, expected)

static void
session_joins_crlf_across_reads(void **state)
{
	struct session *s = session_new(10);

	(void)state;
	feed(s, "one\r", 1);
	feed(s, "\ntwo\n\nthr", 2);
	feed(s, "ee\r\n", 3);
	assert_int_equal(session_end(s), 4);
	assert_line(s, 0, "one");
	assert_line(s, 1, "two");
	assert_line(s, 2, "");
	assert_line(s, 3, "three");
	assert_int_equal(session_get(s, 3).wall_us, 2);
	assert_false(session_get(s, 3).is_open);
	assert_int_equal(session_byte_count(s), 17);
	session_free(s);
}

static void
session_shows_the_open_line_and_lets_it_grow(void **state)
{
	struct session *s = session_new(10);

	(void)state;
	feed(s, "Passw", 1);
	assert_int_equal(session_end(s), 1);
	assert_true(session_get(s, 0).is_open);
	feed(s, "ord: ", 2);
	assert_int_equal(session_end(s), 1);
	assert_line(s, 0, "Password: ");
	assert_int_equal(session_get(s, 0).wall_us, 1);
	session_free(s);
}

static void
session_breaks_a_line_that_is_too_long_and_loses_no_byte(void **state)
{
	static char longer[SESSION_LINE_MAX + 11];
	struct session *s = session_new(10);

	(void)state;
	memset(longer, 'x', sizeof longer - 1);
	feed(s, longer, 1);
	feed(s, "\n", 2);
	assert_int_equal(session_end(s), 2);
	assert_int_equal(strlen(session_get(s, 0).text), SESSION_LINE_MAX);
	assert_int_equal(strlen(session_get(s, 1).text), 10);
	session_free(s);
}

static void
session_gap_closes_the_open_line(void **state)
{
	struct session *s = session_new(10);

	(void)state;
	feed(s, "half a l", 1);
	session_say(s, SESSION_GAP, 5, "gone %d s, back on %s", 2, "ttyACM1\x1b");
	feed(s, "ine\n", 6);
	assert_int_equal(session_end(s), 3);
	assert_line(s, 0, "half a l");
	assert_line(s, 1, "gone 2 s, back on ttyACM1\\x1b");
	assert_int_equal(session_get(s, 1).kind, SESSION_GAP);
	assert_line(s, 2, "ine");
	session_free(s);
}

static void
session_drops_the_oldest_lines_and_keeps_their_numbers(void **state)
{
	struct session *s = session_new(3);
	char text[32];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "line %d\n", i);
		feed(s, text, (uint64_t)i);
	}
	assert_int_equal(session_first(s), 97);
	assert_int_equal(session_end(s), 100);
	assert_line(s, 97, "line 97");
	assert_line(s, 99, "line 99");
	session_free(s);
}

static void
session_lets_no_byte_steer_the_terminal(void **state)
{
	struct session *s = session_new(300);
	uint8_t all[256];
	uint32_t c;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		all[i] = (uint8_t)(255 - i);
	session_bytes(s, all, sizeof all, 1);
	for (uint64_t i = session_first(s); i < session_end(s); i++) {
		const char *text = session_get(s, i).text;

		for (; *text != '\0'; text += n) {
			n = utf8_decode(text, strlen(text), &c);
			assert_true(n > 0 && c >= 0x20 && c != 0x7f);
			assert_false(c >= 0x80 && c < 0xa0);
		}
	}
	session_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_joins_crlf_across_reads),
		cmocka_unit_test(session_shows_the_open_line_and_lets_it_grow),
		cmocka_unit_test(session_breaks_a_line_that_is_too_long_and_loses_no_byte),
		cmocka_unit_test(session_gap_closes_the_open_line),
		cmocka_unit_test(session_drops_the_oldest_lines_and_keeps_their_numbers),
		cmocka_unit_test(session_lets_no_byte_steer_the_terminal),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
