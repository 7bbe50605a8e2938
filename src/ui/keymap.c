#include "config.h"

#include "ui/keymap.h"

#include <stdio.h>

#include "ui/input.h"

#define TABLE	KEYMAP_TABLE
#define LOG	KEYMAP_LOG
#define TYPE	KEYMAP_TYPE
#define MENU	KEYMAP_MENU
#define PROMPT	KEYMAP_PROMPT
#define CARD	KEYMAP_CARD
#define HELP	KEYMAP_HELP
#define MOVING	KEYMAP_MOVING
#define TAGGING	KEYMAP_TAGGING
#define VIEWING	KEYMAP_VIEWING
#define PROGRAM	KEYMAP_PROGRAM

const struct keymap_row keymap_rows[] = {
	{ TABLE, 'j', COMMAND_DOWN, MOVING, "next device" },
	{ TABLE, INPUT_DOWN, COMMAND_DOWN, MOVING, NULL },
	{ TABLE, 'k', COMMAND_UP, MOVING, "previous device" },
	{ TABLE, INPUT_UP, COMMAND_UP, MOVING, NULL },
	{ TABLE, INPUT_PAGE_DOWN, COMMAND_PAGE_DOWN, MOVING, "a page down" },
	{ TABLE, INPUT_CTRL('d'), COMMAND_PAGE_DOWN, MOVING, NULL },
	{ TABLE, INPUT_PAGE_UP, COMMAND_PAGE_UP, MOVING, "a page up" },
	{ TABLE, INPUT_CTRL('u'), COMMAND_PAGE_UP, MOVING, NULL },
	{ TABLE, 'g', COMMAND_FIRST, MOVING, "first device" },
	{ TABLE, INPUT_HOME, COMMAND_FIRST, MOVING, NULL },
	{ TABLE, 'G', COMMAND_LAST, MOVING, "last device" },
	{ TABLE, INPUT_END, COMMAND_LAST, MOVING, NULL },
	{ TABLE, 'J', COMMAND_PANE_DOWN, MOVING, "lower pane: down" },
	{ TABLE, 'K', COMMAND_PANE_UP, MOVING, "lower pane: up" },

	{ TABLE, ' ', COMMAND_TAG, TAGGING, "tag, or untag" },
	{ TABLE, '*', COMMAND_TAG_ALL, TAGGING, "tag all that are shown" },
	{ TABLE, 'U', COMMAND_UNTAG, TAGGING, "untag all" },

	{ TABLE, '/', COMMAND_FILTER, VIEWING, "filter as you type" },
	{ TABLE, 'o', COMMAND_SORT_NEXT, VIEWING, "sort by the next column" },
	{ TABLE, '<', COMMAND_SORT_LEFT, VIEWING, "sort: column to the left" },
	{ TABLE, '>', COMMAND_SORT_RIGHT, VIEWING, "sort: column to the right" },
	{ TABLE, 'O', COMMAND_SORT_TURN, VIEWING, "sort the other way round" },
	{ TABLE, INPUT_ENTER, COMMAND_MONITOR, VIEWING,
	    "serial monitor, as with m" },
	{ TABLE, 'R', COMMAND_ASK, VIEWING, "ask all devices for their mode" },

	{ TABLE, INPUT_ESC, COMMAND_ESCAPE, PROGRAM,
	    "close pane or filter, else cancel the job" },
	{ TABLE, INPUT_CTRL('c'), COMMAND_CANCEL, PROGRAM,
	    "cancel the job, else quit" },
	{ TABLE, INPUT_CTRL('l'), COMMAND_REDRAW, PROGRAM, "draw anew" },
	{ TABLE, INPUT_CTRL('z'), COMMAND_SUSPEND, PROGRAM,
	    "to the shell; fg comes back" },
	{ TABLE, '?', COMMAND_HELP, PROGRAM, "this help" },
	{ TABLE, INPUT_F1, COMMAND_HELP, PROGRAM, NULL },
	{ TABLE, 'h', COMMAND_HELP, PROGRAM, NULL },
	{ TABLE, 'q', COMMAND_QUIT, PROGRAM, "quit" },
	{ TABLE, INPUT_F10, COMMAND_QUIT, PROGRAM, NULL },

	{ LOG, 'j', COMMAND_DOWN, MOVING, "a line down" },
	{ LOG, INPUT_DOWN, COMMAND_DOWN, MOVING, NULL },
	{ LOG, 'k', COMMAND_UP, MOVING, "a line up; the log is held" },
	{ LOG, INPUT_UP, COMMAND_UP, MOVING, NULL },
	{ LOG, INPUT_PAGE_DOWN, COMMAND_PAGE_DOWN, MOVING, "a page down" },
	{ LOG, ' ', COMMAND_PAGE_DOWN, MOVING, NULL },
	{ LOG, INPUT_PAGE_UP, COMMAND_PAGE_UP, MOVING, "a page up" },
	{ LOG, 'b', COMMAND_PAGE_UP, MOVING, NULL },
	{ LOG, 'g', COMMAND_FIRST, MOVING, "to the oldest line" },
	{ LOG, INPUT_HOME, COMMAND_FIRST, MOVING, NULL },
	{ LOG, 'G', COMMAND_LAST, MOVING, "to the end, and follow" },
	{ LOG, INPUT_END, COMMAND_LAST, MOVING, NULL },
	{ LOG, 'F', COMMAND_LAST, MOVING, NULL },
	{ LOG, 'J', COMMAND_PANE_DOWN, MOVING, "info: down" },
	{ LOG, 'K', COMMAND_PANE_UP, MOVING, "info: up" },
	{ LOG, INPUT_TAB, COMMAND_FOCUS, VIEWING, "to the line you type" },
	{ LOG, INPUT_CTRL('t'), COMMAND_MENU, VIEWING,
	    "menu: a key for the device follows" },
	{ LOG, INPUT_ESC, COMMAND_ESCAPE, PROGRAM,
	    "close the info, else to the table" },
	{ LOG, 'q', COMMAND_ESCAPE, PROGRAM, NULL },
	{ LOG, INPUT_CTRL(']'), COMMAND_BACK, PROGRAM, "leave the monitor" },
	{ LOG, INPUT_CTRL('c'), COMMAND_CANCEL, PROGRAM,
	    "cancel the device's job, else leave" },
	{ LOG, INPUT_CTRL('l'), COMMAND_REDRAW, PROGRAM, "draw anew" },
	{ LOG, INPUT_CTRL('z'), COMMAND_SUSPEND, PROGRAM,
	    "to the shell; fg comes back" },
	{ LOG, '?', COMMAND_HELP, PROGRAM, "this help" },
	{ LOG, INPUT_F1, COMMAND_HELP, PROGRAM, NULL },

	{ TYPE, INPUT_ENTER, COMMAND_ACCEPT, VIEWING, "send the line" },
	{ TYPE, INPUT_TAB, COMMAND_FOCUS, VIEWING, "read the log" },
	{ TYPE, INPUT_ESC, COMMAND_FOCUS, VIEWING, NULL },
	{ TYPE, INPUT_CTRL('t'), COMMAND_MENU, VIEWING,
	    "menu: a key for the device follows" },
	{ TYPE, INPUT_PAGE_UP, COMMAND_PAGE_UP, MOVING,
	    "read the log, a page up" },
	{ TYPE, INPUT_PAGE_DOWN, COMMAND_PAGE_DOWN, MOVING,
	    "the log a page down" },
	{ TYPE, INPUT_LEFT, COMMAND_LEFT, MOVING, "left" },
	{ TYPE, INPUT_CTRL('b'), COMMAND_LEFT, MOVING, NULL },
	{ TYPE, INPUT_RIGHT, COMMAND_RIGHT, MOVING, "right" },
	{ TYPE, INPUT_CTRL('f'), COMMAND_RIGHT, MOVING, NULL },
	{ TYPE, INPUT_HOME, COMMAND_FIRST, MOVING, "begin of the line" },
	{ TYPE, INPUT_CTRL('a'), COMMAND_FIRST, MOVING, NULL },
	{ TYPE, INPUT_END, COMMAND_LAST, MOVING, "end of the line" },
	{ TYPE, INPUT_CTRL('e'), COMMAND_LAST, MOVING, NULL },
	{ TYPE, INPUT_BACKSPACE, COMMAND_ERASE, VIEWING, "erase to the left" },
	{ TYPE, INPUT_CTRL('h'), COMMAND_ERASE, VIEWING, NULL },
	{ TYPE, INPUT_DELETE, COMMAND_DELETE, VIEWING, "erase to the right" },
	{ TYPE, INPUT_CTRL('d'), COMMAND_DELETE, VIEWING, NULL },
	{ TYPE, INPUT_CTRL('w'), COMMAND_ERASE_WORD, VIEWING, "erase a word" },
	{ TYPE, INPUT_CTRL('u'), COMMAND_ERASE_LINE, VIEWING,
	    "erase the line" },
	{ TYPE, INPUT_CTRL(']'), COMMAND_BACK, PROGRAM, "leave the monitor" },
	{ TYPE, INPUT_CTRL('c'), COMMAND_CANCEL, PROGRAM,
	    "cancel the device's job, else leave" },
	{ TYPE, INPUT_CTRL('l'), COMMAND_REDRAW, PROGRAM, "draw anew" },
	{ TYPE, INPUT_CTRL('z'), COMMAND_SUSPEND, PROGRAM,
	    "to the shell; fg comes back" },
	{ TYPE, INPUT_F1, COMMAND_HELP, PROGRAM, "this help" },

	{ MENU, INPUT_CTRL('t'), COMMAND_SEND_PREFIX, VIEWING,
	    "send a Ctrl-t to the device" },
	{ MENU, 'q', COMMAND_ESCAPE, PROGRAM, "to the table" },
	{ MENU, INPUT_CTRL(']'), COMMAND_BACK, PROGRAM, "leave the monitor" },
	{ MENU, INPUT_ESC, COMMAND_NO, PROGRAM, "close the menu" },
	{ MENU, INPUT_CTRL('c'), COMMAND_NO, PROGRAM, NULL },
	{ MENU, INPUT_CTRL('l'), COMMAND_REDRAW, PROGRAM, "draw anew" },
	{ MENU, INPUT_CTRL('z'), COMMAND_SUSPEND, PROGRAM,
	    "to the shell; fg comes back" },
	{ MENU, '?', COMMAND_HELP, PROGRAM, "this help" },
	{ MENU, INPUT_F1, COMMAND_HELP, PROGRAM, NULL },

	{ PROMPT, INPUT_ENTER, COMMAND_ACCEPT, VIEWING, "take it" },
	{ PROMPT, INPUT_ESC, COMMAND_ESCAPE, VIEWING, "leave it" },
	{ PROMPT, INPUT_CTRL('c'), COMMAND_ESCAPE, VIEWING, NULL },
	{ PROMPT, INPUT_LEFT, COMMAND_LEFT, MOVING, "left" },
	{ PROMPT, INPUT_CTRL('b'), COMMAND_LEFT, MOVING, NULL },
	{ PROMPT, INPUT_RIGHT, COMMAND_RIGHT, MOVING, "right" },
	{ PROMPT, INPUT_CTRL('f'), COMMAND_RIGHT, MOVING, NULL },
	{ PROMPT, INPUT_HOME, COMMAND_FIRST, MOVING, "begin of the line" },
	{ PROMPT, INPUT_CTRL('a'), COMMAND_FIRST, MOVING, NULL },
	{ PROMPT, INPUT_END, COMMAND_LAST, MOVING, "end of the line" },
	{ PROMPT, INPUT_CTRL('e'), COMMAND_LAST, MOVING, NULL },
	{ PROMPT, INPUT_BACKSPACE, COMMAND_ERASE, VIEWING, "erase to the left" },
	{ PROMPT, INPUT_DELETE, COMMAND_DELETE, VIEWING, "erase to the right" },
	{ PROMPT, INPUT_CTRL('d'), COMMAND_DELETE, VIEWING, NULL },
	{ PROMPT, INPUT_CTRL('w'), COMMAND_ERASE_WORD, VIEWING, "erase a word" },
	{ PROMPT, INPUT_CTRL('u'), COMMAND_ERASE_LINE, VIEWING, "erase the line" },
	{ PROMPT, INPUT_CTRL('l'), COMMAND_REDRAW, PROGRAM, "draw anew" },
	{ PROMPT, INPUT_CTRL('z'), COMMAND_SUSPEND, PROGRAM,
	    "to the shell; fg comes back" },
	{ PROMPT, INPUT_F1, COMMAND_HELP, PROGRAM, "this help" },

	{ CARD, INPUT_ENTER, COMMAND_ACCEPT, VIEWING, "take the marked answer" },
	{ CARD, 'n', COMMAND_NO, VIEWING, "no" },
	{ CARD, 'N', COMMAND_NO, VIEWING, NULL },
	{ CARD, 'q', COMMAND_NO, VIEWING, NULL },
	{ CARD, INPUT_ESC, COMMAND_NO, VIEWING, NULL },
	{ CARD, INPUT_CTRL('c'), COMMAND_NO, VIEWING, NULL },
	{ CARD, 'y', COMMAND_YES, VIEWING, "yes" },
	{ CARD, 'Y', COMMAND_YES, VIEWING, NULL },
	{ CARD, INPUT_TAB, COMMAND_FOCUS, VIEWING, "mark the other answer" },
	{ CARD, INPUT_BACKTAB, COMMAND_FOCUS, VIEWING, NULL },
	{ CARD, INPUT_LEFT, COMMAND_FOCUS, VIEWING, NULL },
	{ CARD, INPUT_RIGHT, COMMAND_FOCUS, VIEWING, NULL },
	{ CARD, INPUT_CTRL('l'), COMMAND_REDRAW, PROGRAM, "draw anew" },
	{ CARD, INPUT_CTRL('z'), COMMAND_SUSPEND, PROGRAM,
	    "to the shell; fg comes back" },
	{ CARD, INPUT_F1, COMMAND_HELP, PROGRAM, "this help" },

	{ HELP, 'j', COMMAND_DOWN, MOVING, "down" },
	{ HELP, INPUT_DOWN, COMMAND_DOWN, MOVING, NULL },
	{ HELP, 'k', COMMAND_UP, MOVING, "up" },
	{ HELP, INPUT_UP, COMMAND_UP, MOVING, NULL },
	{ HELP, INPUT_PAGE_DOWN, COMMAND_PAGE_DOWN, MOVING, "a page down" },
	{ HELP, ' ', COMMAND_PAGE_DOWN, MOVING, NULL },
	{ HELP, INPUT_PAGE_UP, COMMAND_PAGE_UP, MOVING, "a page up" },
	{ HELP, 'g', COMMAND_FIRST, MOVING, "to the top" },
	{ HELP, INPUT_HOME, COMMAND_FIRST, MOVING, NULL },
	{ HELP, 'G', COMMAND_LAST, MOVING, "to the end" },
	{ HELP, INPUT_END, COMMAND_LAST, MOVING, NULL },
	{ HELP, 'q', COMMAND_BACK, PROGRAM, "back" },
	{ HELP, INPUT_ESC, COMMAND_BACK, PROGRAM, NULL },
	{ HELP, '?', COMMAND_BACK, PROGRAM, NULL },
	{ HELP, INPUT_F1, COMMAND_BACK, PROGRAM, NULL },
	{ HELP, INPUT_ENTER, COMMAND_BACK, PROGRAM, NULL },
	{ HELP, INPUT_CTRL('c'), COMMAND_BACK, PROGRAM, NULL },
	{ HELP, INPUT_CTRL('l'), COMMAND_REDRAW, PROGRAM, "draw anew" },
	{ HELP, INPUT_CTRL('z'), COMMAND_SUSPEND, PROGRAM,
	    "to the shell; fg comes back" },
};
const size_t keymap_row_count = sizeof keymap_rows / sizeof keymap_rows[0];

static const char *const group_titles[KEYMAP_GROUP_COUNT] = {
	[KEYMAP_MOVING] = "MOVING",
	[KEYMAP_TAGGING] = "SEVERAL AT ONCE",
	[KEYMAP_VIEWING] = "LOOKING",
	[KEYMAP_PROGRAM] = "PTERM",
};

static const struct {
	int		 key;
	const char	*name;
} key_names[] = {
	{ ' ', "Space" },
	{ INPUT_TAB, "Tab" },
	{ INPUT_ENTER, "Enter" },
	{ INPUT_ESC, "Esc" },
	{ INPUT_CTRL(']'), "Ctrl-]" },
	{ INPUT_BACKSPACE, "Backspace" },
	{ INPUT_UP, "Up" },
	{ INPUT_DOWN, "Down" },
	{ INPUT_LEFT, "Left" },
	{ INPUT_RIGHT, "Right" },
	{ INPUT_HOME, "Home" },
	{ INPUT_END, "End" },
	{ INPUT_PAGE_UP, "PgUp" },
	{ INPUT_PAGE_DOWN, "PgDn" },
	{ INPUT_INSERT, "Ins" },
	{ INPUT_DELETE, "Del" },
	{ INPUT_BACKTAB, "Shift-Tab" },
};

enum command
keymap_command(enum keymap_context context, int key)
{
	for (size_t i = 0; i < keymap_row_count; i++) {
		if (keymap_rows[i].context == context &&
		    keymap_rows[i].key == key)
			return keymap_rows[i].command;
	}
	return COMMAND_NONE;
}

const struct action *
keymap_action(enum keymap_context context, int key)
{
	if (context != KEYMAP_TABLE && context != KEYMAP_MENU)
		return NULL;
	if (key <= ' ' || key > '~')
		return NULL;
	return action_by_key((char)key);
}

const char *
keymap_group_title(enum keymap_group group)
{
	return group_titles[group];
}

const char *
keymap_key_name(int key, char *out, size_t size)
{
	for (size_t i = 0; i < sizeof key_names / sizeof key_names[0]; i++) {
		if (key_names[i].key == key)
			return key_names[i].name;
	}
	if (key >= INPUT_F1 && key <= INPUT_F12)
		snprintf(out, size, "F%d", key - INPUT_F1 + 1);
	else if (key > 0 && key < ' ')
		snprintf(out, size, "Ctrl-%c", key + 'a' - 1);
	else if (key > ' ' && key <= '~')
		snprintf(out, size, "%c", key);
	else
		snprintf(out, size, "?");
	return out;
}
