#include "config.h"

#include "virtual/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

struct command_row {
	const char		*name;
	enum command_verb	 verb;
	bool			 has_target;
	/* Takes what follows the target; NULL: nothing does. */
	int			(*arguments)(struct command *, struct words *,
				    struct error *);
};

static int
command_tty_number(struct command *command, struct words *words,
    struct error *err)
{
	uint64_t number;

	command->sets_tty = true;
	command->tty = BENCH_TTY_ANY;
	if (words_take(words, "any"))
		return 0;
	if (words_number(words, "a tty number", 0, BENCH_TTY_MAX, &number,
	    err) != 0)
		return -1;
	command->tty = (int)number;
	return 0;
}

bool
command_path_is_valid(const char *path)
{
	size_t digits = strspn(path, "0123456789");
	const char *s = path + digits;
	char separator = '-';

	if (digits == 0 || digits > 3 || strlen(path) >= BUS_PATH_MAX)
		return false;
	do {
		if (*s++ != separator)
			return false;
		digits = strspn(s, "0123456789");
		if (digits == 0 || digits > 3)
			return false;
		s += digits;
		separator = '.';
	} while (*s != '\0');
	return true;
}

static int
command_plug(struct command *command, struct words *words, struct error *err)
{
	const char *path;

	for (;;) {
		if (words_take(words, "path")) {
			if ((path = words_need(words, "a path", err)) == NULL)
				return -1;
			if (!command_path_is_valid(path))
				return error_set(err, ERROR_USAGE,
				    "a path looks like 1-1.2");
			text_copy(command->path, sizeof command->path, path);
		} else if (words_take(words, "tty")) {
			if (command_tty_number(command, words, err) != 0)
				return -1;
		} else
			return 0;
	}
}

static int
command_press(struct command *command, struct words *words, struct error *err)
{
	static const char *const buttons[] = {
		[VDEV_BUTTON_RESET] = "reset",
		[VDEV_BUTTON_LISTENING] = "listening",
		[VDEV_BUTTON_SAFE] = "safe",
		[VDEV_BUTTON_DFU] = "dfu",
	};

	for (size_t i = 0; i < sizeof buttons / sizeof buttons[0]; i++) {
		if (words_take(words, buttons[i])) {
			command->button = (enum vdev_button)i;
			return 0;
		}
	}
	return error_set(err, ERROR_USAGE,
	    "press wants one of reset, listening, safe, dfu");
}

/* Words joined by blanks, behind them the end; escapes may have put anything
 * into them. */
static void
command_join(struct command *command, struct words *words, const char *end)
{
	struct buf text = { 0 };

	for (; words->next < words->count; words->next++) {
		const struct word *word = &words->list[words->next];

		if (text.len > 0)
			buf_put_u8(&text, ' ');
		buf_append(&text, word->text, word->len);
	}
	buf_puts(&text, end);
	command->text_len = text.len;
	buf_put_u8(&text, '\0');
	command->text = (char *)text.data;
}

static int
command_print(struct command *command, struct words *words, struct error *err)
{
	(void)err;
	command_join(command, words, "\r\n");
	return 0;
}

static int
command_write(struct command *command, struct words *words, struct error *err)
{
	(void)err;
	command_join(command, words, "");
	return 0;
}

static int
command_hold(struct command *command, struct words *words, struct error *err)
{
	(void)err;
	command_join(command, words, "");
	return 0;
}

static int
command_fault(struct command *command, struct words *words, struct error *err)
{
	char text[256], shown[64];

	words_rest(words, text, sizeof text);
	if (!vdev_fault_parse(&command->fault, text))
		return error_set(err, ERROR_USAGE,
		    "\"%s\" describes no fault", text_clean(shown,
		    sizeof shown, text, strlen(text)));
	return 0;
}

static int
command_access(struct command *command, struct words *words, struct error *err)
{
	do {
		if (words_take(words, "usb"))
			command->sets_usb_access = command->usb_access = true;
		else if (words_take(words, "no-usb"))
			command->sets_usb_access = true;
		else if (words_take(words, "tty"))
			command->sets_tty_access = command->tty_access = true;
		else if (words_take(words, "no-tty"))
			command->sets_tty_access = true;
		else
			return error_set(err, ERROR_USAGE,
			    "access wants some of usb, no-usb, tty, no-tty");
	} while (words_peek(words) != NULL);
	return 0;
}

static const struct command_row command_rows[] = {
	{ "plug", COMMAND_PLUG, true, command_plug },
	{ "unplug", COMMAND_UNPLUG, true, NULL },
	{ "press", COMMAND_PRESS, true, command_press },
	{ "log", COMMAND_LOG, true, command_print },
	{ "print", COMMAND_PRINT, true, command_print },
	{ "write", COMMAND_PRINT, true, command_write },
	{ "fault", COMMAND_FAULT, true, command_fault },
	{ "clear-faults", COMMAND_CLEAR_FAULTS, true, NULL },
	{ "access", COMMAND_ACCESS, true, command_access },
	{ "hold", COMMAND_HOLD, true, command_hold },
	{ "release", COMMAND_RELEASE, true, NULL },
	{ "tty", COMMAND_TTY, true, command_tty_number },
	{ "bus-reset", COMMAND_BUS_RESET, true, NULL },
	{ "list", COMMAND_LIST, false, NULL },
	{ "count", COMMAND_COUNT, true, NULL },
};

static const struct command_row *
command_row(const char *name)
{
	for (size_t i = 0; i < sizeof command_rows / sizeof *command_rows; i++) {
		if (strcmp(command_rows[i].name, name) == 0)
			return &command_rows[i];
	}
	return NULL;
}

static int
command_target(struct command *command, struct words *words, struct error *err)
{
	const char *target = words_need(words, "the name of a device", err);

	if (target == NULL)
		return -1;
	if (!text_copy(command->target, sizeof command->target, target))
		return error_set(err, ERROR_USAGE, "a name is too long");
	return 0;
}

int
command_parse(struct command *command, struct words *words, struct error *err)
{
	const char *name = words_need(words, "a command", err);
	const struct command_row *row;
	char shown[64];

	memset(command, 0, sizeof *command);
	command->tty = BENCH_TTY_ANY;
	if (name == NULL)
		return -1;
	if ((row = command_row(name)) == NULL)
		return error_set(err, ERROR_USAGE, "there is no command \"%s\"",
		    text_clean(shown, sizeof shown, name, strlen(name)));
	command->verb = row->verb;
	if ((row->has_target && command_target(command, words, err) != 0) ||
	    (row->arguments != NULL &&
	    row->arguments(command, words, err) != 0) ||
	    words_end(words, err) != 0) {
		command_fini(command);
		return -1;
	}
	return 0;
}

void
command_fini(struct command *command)
{
	free(command->text);
	command->text = NULL;
}

bool
command_target_is(const char *target, const char *name, const char *id)
{
	size_t len = strlen(target);

	if (len > 0 && target[len - 1] == '*')
		return strncmp(target, name, len - 1) == 0;
	return strcmp(target, "all") == 0 || strcmp(target, name) == 0 ||
	    (*id != '\0' && strcmp(target, id) == 0);
}
