#include "config.h"

#include "ui/prompt.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

void
prompt_open(struct prompt *prompt, const char *label, const char *text,
    const struct prompt_events *events, void *arg)
{
	*prompt = (struct prompt){ .is_open = true, .events = events,
	    .arg = arg };
	text_copy(prompt->label, sizeof prompt->label, label);
	text_copy(prompt->text, sizeof prompt->text, text);
	prompt->cursor = strlen(prompt->text);
}

static void
prompt_changed(struct prompt *p)
{
	if (p->events->changed != NULL)
		p->events->changed(p->text, p->arg);
}

static bool
prompt_insert(struct prompt *p, const char *bytes, size_t len)
{
	size_t have = strlen(p->text);

	if (have + len >= sizeof p->text)
		return false;
	memmove(p->text + p->cursor + len, p->text + p->cursor,
	    have - p->cursor + 1);
	memcpy(p->text + p->cursor, bytes, len);
	p->cursor += len;
	return true;
}

/* Bytes of the character that ends, or begins, at a place. */
static size_t
prompt_before(const struct prompt *p, size_t at)
{
	size_t n = 0;

	while (n < at) {
		n++;
		if (((unsigned char)p->text[at - n] & 0xc0) != 0x80)
			break;
	}
	return n;
}

static size_t
prompt_after(const struct prompt *p, size_t at)
{
	size_t n = 0;

	while (p->text[at + n] != '\0') {
		n++;
		if (((unsigned char)p->text[at + n] & 0xc0) != 0x80)
			break;
	}
	return n;
}

static void
prompt_cut(struct prompt *p, size_t from, size_t len)
{
	memmove(p->text + from, p->text + from + len,
	    strlen(p->text + from + len) + 1);
	p->cursor = from;
	prompt_changed(p);
}

static void
prompt_erase_word(struct prompt *p)
{
	size_t at = p->cursor;

	while (at > 0 && p->text[at - 1] == ' ')
		at--;
	while (at > 0 && p->text[at - 1] != ' ')
		at--;
	prompt_cut(p, at, p->cursor - at);
}

void
prompt_key(struct prompt *prompt, int key)
{
	char bytes[4];

	if (key < ' ' || key == INPUT_BACKSPACE || key >= INPUT_UP)
		return;
	if (prompt_insert(prompt, bytes, utf8_encode((uint32_t)key, bytes)))
		prompt_changed(prompt);
}

void
prompt_command(struct prompt *prompt, enum command command)
{
	size_t at = prompt->cursor, n;

	switch (command) {
	case COMMAND_ACCEPT:
		prompt->is_open = !prompt->events->accepted(prompt->text,
		    prompt->arg);
		break;
	case COMMAND_ESCAPE:
		prompt->is_open = false;
		if (prompt->events->left != NULL)
			prompt->events->left(prompt->arg);
		break;
	case COMMAND_LEFT:
		prompt->cursor -= prompt_before(prompt, at);
		break;
	case COMMAND_RIGHT:
		prompt->cursor += prompt_after(prompt, at);
		break;
	case COMMAND_FIRST:
		prompt->cursor = 0;
		break;
	case COMMAND_LAST:
		prompt->cursor = strlen(prompt->text);
		break;
	case COMMAND_ERASE:
		n = prompt_before(prompt, at);
		prompt_cut(prompt, at - n, n);
		break;
	case COMMAND_DELETE:
		prompt_cut(prompt, at, prompt_after(prompt, at));
		break;
	case COMMAND_ERASE_WORD:
		prompt_erase_word(prompt);
		break;
	case COMMAND_ERASE_LINE:
		prompt_cut(prompt, 0, strlen(prompt->text));
		break;
	default:
		break;
	}
}

bool
prompt_paste(struct prompt *prompt, const char *text, size_t len)
{
	uint32_t c;
	size_t n, i;

	for (i = 0; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &c);
		if (n == 0 || c < ' ' || (c >= 0x7f && c < 0xa0)) {
			n = n == 0 ? 1 : n;
			continue;
		}
		if (!prompt_insert(prompt, text + i, n))
			break;
	}
	prompt_changed(prompt);
	return i >= len;
}

void
prompt_draw(const struct prompt *prompt, const struct draw *line)
{
	char before[PROMPT_MAX];
	const char *text = prompt->text;
	int x, room, cursor;

	x = draw_put(line, 1, 0, STYLE_KEY, prompt->label) + 1;
	room = line->r.width - x - 1;
	snprintf(before, sizeof before, "%.*s", (int)prompt->cursor, text);
	cursor = draw_width(before);
	/* A long text scrolls, so that the cursor stays in sight. */
	while (cursor > room && *text != '\0') {
		text += prompt_after(prompt, (size_t)(text - prompt->text));
		snprintf(before, sizeof before, "%.*s",
		    (int)(prompt->text + prompt->cursor - text), text);
		cursor = draw_width(before);
	}
	draw_put(line, x, 0, STYLE_TEXT, text);
	draw_cursor(line, x + cursor, 0);
}
