/*
 * Keys: one table of what a key does where, with its explanation. The help and
 * the last line are built from it. Keys that do something to a device are not
 * in it: they come from actions[], and stand on a bare key in the table of
 * devices alone; in the log they are Ctrl-t and the table's letter.
 */
#ifndef PTERM_UI_KEYMAP_H
#define PTERM_UI_KEYMAP_H

#include <stddef.h>

#include "action/action.h"

/* Where a key is pressed. */
enum keymap_context {
	KEYMAP_TABLE,		/* the devices */
	KEYMAP_LOG,		/* the serial monitor: its log is read, */
	KEYMAP_TYPE,		/* its line is typed, */
	KEYMAP_MENU,		/* or Ctrl-t was pressed */
	KEYMAP_PROMPT,		/* a line is typed */
	KEYMAP_CARD,		/* a decision */
	KEYMAP_HELP,
	KEYMAP_CONTEXT_COUNT,
};

enum command {
	COMMAND_NONE,
	COMMAND_UP,
	COMMAND_DOWN,
	COMMAND_PAGE_UP,
	COMMAND_PAGE_DOWN,
	COMMAND_FIRST,
	COMMAND_LAST,
	COMMAND_PANE_UP,
	COMMAND_PANE_DOWN,
	COMMAND_TAG,
	COMMAND_TAG_ALL,
	COMMAND_UNTAG,
	COMMAND_FILTER,
	COMMAND_SORT_NEXT,
	COMMAND_SORT_LEFT,
	COMMAND_SORT_RIGHT,
	COMMAND_SORT_TURN,
	COMMAND_ASK,
	COMMAND_MONITOR,
	COMMAND_ESCAPE,
	COMMAND_CANCEL,
	COMMAND_REDRAW,
	COMMAND_SUSPEND,
	COMMAND_HELP,
	COMMAND_QUIT,
	COMMAND_FOCUS,		/* monitor: typing or reading */
	COMMAND_MENU,		/* monitor: a device key follows */
	COMMAND_SEND_PREFIX,	/* monitor: Ctrl-t itself, to the device */
	COMMAND_BACK,
	COMMAND_ACCEPT,
	COMMAND_LEFT,
	COMMAND_RIGHT,
	COMMAND_ERASE,
	COMMAND_DELETE,
	COMMAND_ERASE_WORD,
	COMMAND_ERASE_LINE,
	COMMAND_YES,
	COMMAND_NO,
	COMMAND_COUNT,
};

enum keymap_group {
	KEYMAP_MOVING,
	KEYMAP_TAGGING,
	KEYMAP_VIEWING,
	KEYMAP_PROGRAM,
	KEYMAP_GROUP_COUNT,
};

struct keymap_row {
	enum keymap_context	 context;
	int			 key;		/* input.h */
	enum command		 command;
	enum keymap_group	 group;
	const char		*help;	/* NULL: as the row above it */
};

extern const struct keymap_row	keymap_rows[];
extern const size_t		keymap_row_count;

enum command		 keymap_command(enum keymap_context context, int key);
/* A key that acts on a device; NULL anywhere but in the table and the menu. */
const struct action	*keymap_action(enum keymap_context context, int key);

const char	*keymap_group_title(enum keymap_group group);
/* "PgUp", "Ctrl-c", "j"; out is used for what is put together. */
const char	*keymap_key_name(int key, char *out, size_t size);

#endif
