/* What a terminal sends, as keys: in pieces of any size. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/input.h"

struct seen {
	struct input	input;
	char		text[4096];	/* what came, in words */
};

static void
note(const struct input_event *e, void *arg)
{
	struct seen *s = arg;
	size_t len = strlen(s->text);
	char *out = s->text + len;
	size_t room = sizeof s->text - len;

	if (e->kind == INPUT_PASTE)
		snprintf(out, room, "paste(%.*s) ", (int)e->len, e->text);
	else if (e->kind != INPUT_KEY)
		snprintf(out, room, "mouse%d(%d,%d) ", (int)e->kind, e->x,
		    e->y);
	else if (e->key > ' ' && e->key < 0x7f)
		snprintf(out, room, "%c ", e->key);
	else if (e->key >= INPUT_UP)
		snprintf(out, room, "key%d ", e->key - INPUT_UP);
	else
		snprintf(out, room, "%x ", (unsigned)e->key);
}

static void
begin(struct seen *s)
{
	*s = (struct seen){ .input = { .cb = note, .arg = s } };
}

/* The same bytes at once, and one by one. */
static void
expect(const char *bytes, const char *words)
{
	struct seen s;

	begin(&s);
	input_feed(&s.input, bytes, strlen(bytes));
	input_flush(&s.input);
	assert_string_equal(s.text, words);
	input_fini(&s.input);
	begin(&s);
	for (size_t i = 0; i < strlen(bytes); i++)
		input_feed(&s.input, bytes + i, 1);
	input_flush(&s.input);
	assert_string_equal(s.text, words);
	input_fini(&s.input);
}

static void
characters_are_keys(void **state)
{
	(void)state;
	expect("jk", "j k ");
	expect("\x03\x1a", "3 1a ");
	expect("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "e4 20ac 1f600 ");
}

static void
enter_and_backspace_come_in_two_ways(void **state)
{
	(void)state;
	expect("\r\n", "d d ");
	expect("\x7f\b", "7f 7f ");
}

static void
arrows_come_in_three_ways(void **state)
{
	(void)state;
	expect("\033[A\033OA\033[1;1A", "key0 key0 key0 ");
	expect("\033[B\033[C\033[D", "key1 key3 key2 ");
}

static void
home_and_end_of_every_terminal(void **state)
{
	(void)state;
	expect("\033[H\033OH\033[1~\033[7~", "key4 key4 key4 key4 ");
	expect("\033[F\033OF\033[4~\033[8~", "key5 key5 key5 key5 ");
}

static void
f1_of_every_terminal(void **state)
{
	char f1[16];

	(void)state;
	snprintf(f1, sizeof f1, "key%d ", INPUT_F1 - INPUT_UP);
	expect("\033OP", f1);
	expect("\033[11~", f1);
	expect("\033[[A", f1);
}

static void
a_lone_escape_is_a_key_once_the_wait_is_over(void **state)
{
	struct seen s;

	(void)state;
	begin(&s);
	input_feed(&s.input, "\033", 1);
	assert_string_equal(s.text, "");
	assert_true(input_is_pending(&s.input));
	input_flush(&s.input);
	assert_string_equal(s.text, "1b ");
	assert_false(input_is_pending(&s.input));
	expect("\033\033", "1b 1b ");
	expect("\033\033[A", "1b key0 ");
	input_fini(&s.input);
}

static void
what_is_not_known_presses_nothing(void **state)
{
	(void)state;
	expect("\033[99~j", "j ");
	expect("\033[1;5Aj", "j ");		/* Ctrl-Up */
	expect("\033[?62;22cj", "j ");		/* a report */
	expect("\033]0;title\aj", "j ");
	expect("\033P1$r0m\033\\j", "j ");
	expect("\033dj", "j ");			/* Alt-d */
	expect("\033\xc3\xa4j", "j ");		/* Alt-ae */
	expect("\033O5Pj", "j ");
	expect("\033[Mj", "j ");
}

static void
bytes_that_are_not_utf8_press_nothing(void **state)
{
	(void)state;
	expect("\xff\xc0\x80j", "j ");
	expect("\xe2\x82j", "j ");
	expect("\xc2\x80j", "j ");		/* C1 */
	expect("\xed\xa0\x80j", "j ");		/* a surrogate */
}

static void
a_sequence_that_is_too_long_presses_nothing(void **state)
{
	char bytes[512] = "\033[";

	(void)state;
	memset(bytes + 2, '1', 400);
	strcpy(bytes + 402, "Aj");
	expect(bytes, "j ");
}

static void
pasted_text_is_one_event(void **state)
{
	(void)state;
	expect("\033[200~dr\033[A\rq\033[201~j", "paste(dr\033[A\rq) j ");
	expect("\033[200~\033[201~", "paste() ");
}

static void
pasted_text_that_is_too_long_is_cut_and_ends(void **state)
{
	struct seen s;
	char *bytes = malloc(200000);

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'd', 200000);
	begin(&s);
	input_feed(&s.input, "\033[200~", 6);
	input_feed(&s.input, bytes, 200000);
	assert_int_equal(s.text[0], '\0');
	input_feed(&s.input, "\033[201~", 6);
	assert_memory_equal(s.text, "paste(", 6);
	assert_int_equal(s.input.state, INPUT_GROUND);
	input_fini(&s.input);
	free(bytes);
}

static void
mouse_presses_and_the_wheel_are_told_apart(void **state)
{
	char words[64];

	(void)state;
	snprintf(words, sizeof words, "mouse%d(4,9) mouse%d(0,0) ",
	    (int)INPUT_PRESS, (int)INPUT_WHEEL_DOWN);
	expect("\033[<0;5;10M\033[<0;5;10m\033[<65;1;1M", words);
	expect("\033[<0;0;0M\033[<2;1;1M\033[<0;99999999999;1Mj", "j ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_keys),
		cmocka_unit_test(enter_and_backspace_come_in_two_ways),
		cmocka_unit_test(arrows_come_in_three_ways),
		cmocka_unit_test(home_and_end_of_every_terminal),
		cmocka_unit_test(f1_of_every_terminal),
		cmocka_unit_test(a_lone_escape_is_a_key_once_the_wait_is_over),
		cmocka_unit_test(what_is_not_known_presses_nothing),
		cmocka_unit_test(bytes_that_are_not_utf8_press_nothing),
		cmocka_unit_test(a_sequence_that_is_too_long_presses_nothing),
		cmocka_unit_test(pasted_text_is_one_event),
		cmocka_unit_test(pasted_text_that_is_too_long_is_cut_and_ends),
		cmocka_unit_test(mouse_presses_and_the_wheel_are_told_apart),
	};

	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
