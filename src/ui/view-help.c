/*
 * The help: what every key does, from the action table and the keymap, and what
 * the signs mean. In as many columns as fit.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/input.h"
#include "ui/state.h"

#define KEYS_WIDTH	15
#define COLUMN_WIDTH	64
#define HELP_LINES_MAX	160

struct help_line {
	enum style	 style;		/* of the key or sign */
	char		 key[40];	/* "": a title, or an empty line */
	char		 text[96];
	bool		 is_title;
	int		 column;
	int		 y;
};

struct help {
	struct help_line	lines[HELP_LINES_MAX];
	int			count;
};

static struct help_line *
help_add(struct help *help, enum style style, const char *key,
    const char *text)
{
	struct help_line *line = &help->lines[help->count];

	if (help->count + 1 < HELP_LINES_MAX)
		help->count++;
	*line = (struct help_line){ .style = style };
	snprintf(line->key, sizeof line->key, "%s", key);
	snprintf(line->text, sizeof line->text, "%s", text);
	return line;
}

static void
help_title(struct help *help, const char *title)
{
	if (help->count > 0)
		help_add(help, STYLE_TEXT, "", "");
	help_add(help, STYLE_STRONG, "", title)->is_title = true;
}

/* Those that go for all that are tagged, or (flag ACTION_FRONT_END) those of
 * the selected device alone. */
static void
help_actions(struct help *help, unsigned flag, enum action_id but)
{
	char key[2] = "";

	for (size_t i = 0; i < ACTION_COUNT; i++) {
		key[0] = actions[i].key;
		if ((actions[i].flags & ACTION_FRONT_END) == flag &&
		    actions[i].id != but)
			help_add(help, STYLE_KEY, key, actions[i].summary);
	}
}

/* Rows without a text of their own are further keys of the one above. */
static void
help_group(struct help *help, enum keymap_context context,
    enum keymap_group group)
{
	const struct keymap_row *row;
	struct help_line *line = NULL;
	char room[16];
	const char *name;
	size_t len;

	for (size_t i = 0; i < keymap_row_count; i++) {
		row = &keymap_rows[i];
		if (row->context != context || row->group != group)
			continue;
		name = keymap_key_name(row->key, room, sizeof room);
		if (row->help != NULL) {
			line = help_add(help, STYLE_KEY, name, row->help);
		} else if (line != NULL) {
			len = strlen(line->key);
			snprintf(line->key + len, sizeof line->key - len,
			    " %s", name);
		}
	}
}

static void
help_context(struct help *help, enum keymap_context context, const char *title)
{
	help_title(help, title);
	for (int g = 0; g < KEYMAP_GROUP_COUNT; g++)
		help_group(help, context, (enum keymap_group)g);
}

static const struct {
	enum device_mode	 mode;
	const char		*text;
} help_modes[] = {
	{ DEVICE_NORMAL, "the application runs (green: not connected)" },
	{ DEVICE_LISTENING, "waits to be set up" },
	{ DEVICE_SAFE, "Device OS runs, the application does not" },
	{ DEVICE_DFU, "the bootloader waits for firmware" },
	{ DEVICE_SWITCHING, "on its way to another mode" },
	{ DEVICE_PROTECTED, "device protection is on: answers nothing else" },
	{ DEVICE_EDL, "Qualcomm EDL, maybe a Tachyon: nothing is sent" },
	{ DEVICE_NO_PERMISSION, "you may not open it; the row says why" },
	{ DEVICE_NOT_ANSWERING, "asked, and silent for 10 s" },
	{ DEVICE_UNKNOWN, "not known yet" },
};

static void
help_legend(struct help *help, const struct theme *theme)
{
	char key[40];

	help_title(help, "MODES");
	for (size_t i = 0; i < sizeof help_modes / sizeof help_modes[0]; i++) {
		snprintf(key, sizeof key, "%s %s",
		    theme_plain_sign(theme, help_modes[i].mode),
		    theme_mode_word(help_modes[i].mode));
		help_add(help, theme_plain_style(help_modes[i].mode), key,
		    help_modes[i].text);
	}
}

static void
help_build(struct help *help, const struct ui *ui)
{
	help->count = 0;
	if (ui->view != NULL) {
		help_context(help, KEYMAP_TYPE, "TYPING");
		help_context(help, KEYMAP_LOG, "READING THE LOG");
		help_title(help, "AFTER CTRL-T: THE DEVICE");
		help_actions(help, 0, ACTION_COUNT);
		help_actions(help, ACTION_FRONT_END, ACTION_MONITOR);
		help_context(help, KEYMAP_MENU, "AFTER CTRL-T, TOO");
		return;
	}
	/* What is meant is most of all what goes on. */
	if (ui->prompt.is_open)
		help_context(help, KEYMAP_PROMPT, "WHILE YOU TYPE");
	if (ui->card.is_open)
		help_context(help, KEYMAP_CARD, "WHEN YOU ARE ASKED");
	help_title(help, "THE DEVICE, OR ALL THAT ARE TAGGED");
	help_actions(help, 0, ACTION_COUNT);
	help_title(help, "THE SELECTED DEVICE ALONE");
	help_actions(help, ACTION_FRONT_END, ACTION_COUNT);
	for (int g = 0; g < KEYMAP_GROUP_COUNT; g++) {
		help_title(help, keymap_group_title((enum keymap_group)g));
		help_group(help, KEYMAP_TABLE, (enum keymap_group)g);
	}
	help_legend(help, &ui->theme);
	if (!ui->prompt.is_open)
		help_context(help, KEYMAP_PROMPT, "WHILE YOU TYPE");
	if (!ui->card.is_open)
		help_context(help, KEYMAP_CARD, "WHEN YOU ARE ASKED");
}

/* Lines of the group that begins at a title, with the empty one behind it. */
static int
help_group_lines(const struct help *help, int from)
{
	int i = from + 1;

	while (i < help->count && !help->lines[i].is_title)
		i++;
	return i - from;
}

/* Puts groups under each other, into the next column where they would be
 * higher than that; returns how many columns that takes. No group is torn. */
static int
help_place(struct help *help, int height)
{
	int column = 0, y = 0, lines;

	for (int i = 0; i < help->count; i += lines) {
		lines = help_group_lines(help, i);
		if (y > 0 && y + lines > height + 1) {
			column++;
			y = 0;
		}
		for (int n = 0; n < lines; n++) {
			help->lines[i + n].column = column;
			help->lines[i + n].y = y++;
		}
	}
	return column + 1;
}

/* As low as the columns allow; returns the height. */
static int
help_arrange(struct help *help, int columns)
{
	int height = help->count / columns;

	while (help_place(help, height) > columns)
		height++;
	return height;
}

static void
help_draw_line(const struct draw *d, int x, int y, const struct help_line *l)
{
	if (y < 0 || y >= d->r.height)
		return;
	if (l->key[0] == '\0') {
		draw_text(d, x, y, COLUMN_WIDTH - 2, l->style, l->text);
		return;
	}
	draw_text(d, x, y, KEYS_WIDTH, l->style, l->key);
	draw_text(d, x + KEYS_WIDTH + 1, y, COLUMN_WIDTH - KEYS_WIDTH - 3,
	    STYLE_TEXT, l->text);
}

void
help_draw(struct ui *ui, const struct draw *screen)
{
	struct rect rect = { .x = 2, .y = 2, .width = screen->r.width - 2,
	    .height = screen->r.height - 2 };
	struct draw body = draw_in(screen, &rect);
	struct help *help = xcalloc(1, sizeof *help);
	int columns = screen->r.width / COLUMN_WIDTH, total, x;

	help_build(help, ui);
	total = help_arrange(help, columns < 1 ? 1 : columns);
	if (ui->help_top > total - body.r.height)
		ui->help_top = total - body.r.height;
	if (ui->help_top < 0)
		ui->help_top = 0;
	x = draw_put(screen, 1, 0, STYLE_BRAND, "pterm");
	draw_put(screen, x + 3, 0, STYLE_STRONG, "help");
	for (int i = 0; i < help->count; i++)
		help_draw_line(&body, help->lines[i].column * COLUMN_WIDTH,
		    help->lines[i].y - ui->help_top, &help->lines[i]);
	if (total - ui->help_top > body.r.height)
		draw_right(screen, 0, STYLE_KEY, "j more ");
	free(help);
}

void
help_command(struct ui *ui, enum command command)
{
	int page = LINES > 6 ? LINES - 4 : 1;

	switch (command) {
	case COMMAND_DOWN:
		ui->help_top++;
		break;
	case COMMAND_UP:
		ui->help_top--;
		break;
	case COMMAND_PAGE_DOWN:
		ui->help_top += page;
		break;
	case COMMAND_PAGE_UP:
		ui->help_top -= page;
		break;
	case COMMAND_FIRST:
		ui->help_top = 0;
		break;
	case COMMAND_LAST:
		ui->help_top = HELP_LINES_MAX;
		break;
	case COMMAND_BACK:
		ui->has_help = false;
		break;
	default:
		break;
	}
}

size_t
help_hints(struct view_hint *hints, size_t max)
{
	size_t n = 0;

	n = hint_add(hints, n, max, "j k", "scroll");
	return hint_add(hints, n, max, "q", "back");
}
