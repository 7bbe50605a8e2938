/* The table of keys, and that no key presses what it should not. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/input.h"
#include "ui/keymap.h"

static void
no_key_stands_twice_in_a_context(void **state)
{
	(void)state;
	for (size_t i = 0; i < keymap_row_count; i++) {
		for (size_t j = i + 1; j < keymap_row_count; j++) {
			if (keymap_rows[i].context == keymap_rows[j].context)
				assert_int_not_equal(keymap_rows[i].key,
				    keymap_rows[j].key);
		}
	}
}

static void
no_action_shares_its_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		assert_int_equal(keymap_command(KEYMAP_TABLE, actions[i].key),
		    COMMAND_NONE);
		assert_int_equal(keymap_command(KEYMAP_MENU, actions[i].key),
		    COMMAND_NONE);
		for (size_t j = i + 1; j < ACTION_COUNT; j++)
			assert_int_not_equal(actions[i].key, actions[j].key);
	}
}

static void
actions_have_their_keys_in_table_and_menu_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < ACTION_COUNT; i++) {
		int key = actions[i].key;

		assert_ptr_equal(keymap_action(KEYMAP_TABLE, key), &actions[i]);
		assert_ptr_equal(keymap_action(KEYMAP_MENU, key), &actions[i]);
		for (int c = 0; c < KEYMAP_CONTEXT_COUNT; c++) {
			if (c != KEYMAP_TABLE && c != KEYMAP_MENU)
				assert_null(keymap_action(
				    (enum keymap_context)c, key));
		}
	}
}

static void
every_key_has_a_name_and_every_command_its_help(void **state)
{
	char room[16];

	(void)state;
	for (size_t i = 0; i < keymap_row_count; i++) {
		const struct keymap_row *row = &keymap_rows[i];

		assert_true(row->key == '?' || strcmp("?",
		    keymap_key_name(row->key, room, sizeof room)) != 0);
		assert_true(row->command != COMMAND_NONE);
		/* A row without words is a further key of the one above. */
		if (row->help == NULL) {
			assert_true(i > 0);
			assert_int_equal(keymap_rows[i - 1].command,
			    row->command);
			assert_int_equal(keymap_rows[i - 1].context,
			    row->context);
		}
	}
}

static void
the_ways_out_are_always_there(void **state)
{
	(void)state;
	assert_int_equal(keymap_command(KEYMAP_TABLE, 'q'), COMMAND_QUIT);
	assert_int_equal(keymap_command(KEYMAP_TABLE, INPUT_CTRL('c')),
	    COMMAND_CANCEL);
	assert_int_equal(keymap_command(KEYMAP_LOG, INPUT_CTRL(']')),
	    COMMAND_BACK);
	assert_int_equal(keymap_command(KEYMAP_TYPE, INPUT_CTRL(']')),
	    COMMAND_BACK);
	assert_int_equal(keymap_command(KEYMAP_MENU, INPUT_CTRL(']')),
	    COMMAND_BACK);
	assert_int_equal(keymap_command(KEYMAP_PROMPT, INPUT_ESC),
	    COMMAND_ESCAPE);
	assert_int_equal(keymap_command(KEYMAP_CARD, INPUT_ESC), COMMAND_NO);
	for (int c = 0; c < KEYMAP_CONTEXT_COUNT; c++) {
		enum command command = keymap_command((enum keymap_context)c,
		    INPUT_F1);

		assert_true(command == COMMAND_HELP ||
		    (c == KEYMAP_HELP && command == COMMAND_BACK));
	}
}

static void
keys_are_named_as_they_are_printed(void **state)
{
	char room[16];

	(void)state;
	assert_string_equal(keymap_key_name('j', room, sizeof room), "j");
	assert_string_equal(keymap_key_name(INPUT_CTRL('t'), room,
	    sizeof room), "Ctrl-t");
	assert_string_equal(keymap_key_name(INPUT_F1, room, sizeof room), "F1");
	assert_string_equal(keymap_key_name(INPUT_F10, room, sizeof room),
	    "F10");
	assert_string_equal(keymap_key_name(INPUT_PAGE_UP, room, sizeof room),
	    "PgUp");
	assert_string_equal(keymap_key_name(' ', room, sizeof room), "Space");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_stands_twice_in_a_context),
		cmocka_unit_test(no_action_shares_its_key),
		cmocka_unit_test(actions_have_their_keys_in_table_and_menu_alone),
		cmocka_unit_test(
		    every_key_has_a_name_and_every_command_its_help),
		cmocka_unit_test(the_ways_out_are_always_there),
		cmocka_unit_test(keys_are_named_as_they_are_printed),
	};

	return cmocka_run_group_tests_name("keymap", tests, NULL, NULL);
}
