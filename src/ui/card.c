#include "config.h"

#include "ui/card.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void
card_open(struct card *card, const char *question, const char *yes,
    const char *no, void (*answered)(bool yes, void *arg), void *arg)
{
	card_fini(card);
	*card = (struct card){ .is_open = true, .answered = answered,
	    .arg = arg };
	text_copy(card->question, sizeof card->question, question);
	text_copy(card->yes, sizeof card->yes, yes);
	text_copy(card->no, sizeof card->no, no);
}

void
card_add_line(struct card *card, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	for (char *p = line; *p != '\0'; p++) {
		if (*p == '\n')
			*p = ' ';
	}
	buf_puts(&card->lines, line);
	buf_puts(&card->lines, "\n");
	card->line_count++;
}

static void
card_answer(struct card *card, bool yes)
{
	card->is_open = false;
	card->answered(yes, card->arg);
}

void
card_command(struct card *card, enum command command)
{
	switch (command) {
	case COMMAND_YES:
		card_answer(card, true);
		break;
	case COMMAND_NO:
		card_answer(card, false);
		break;
	case COMMAND_ACCEPT:
		card_answer(card, card->is_yes);
		break;
	case COMMAND_FOCUS:
		card->is_yes = !card->is_yes;
		break;
	default:
		break;
	}
}

int
card_height(const struct card *card)
{
	/* A blank line, and the answers. */
	return card->line_count + 2;
}

static void
card_draw_answers(const struct card *card, const struct draw *d, int y)
{
	char text[48];
	int x = 2;

	snprintf(text, sizeof text, "[ n  %s ]", card->no);
	x = draw_put(d, x, y, card->is_yes ? STYLE_TEXT : STYLE_CHOICE, text);
	snprintf(text, sizeof text, "[ y  %s ]", card->yes);
	draw_put(d, x + 2, y, card->is_yes ? STYLE_CHOICE : STYLE_TEXT, text);
}

void
card_draw(const struct card *card, const struct draw *d)
{
	const char *line = (const char *)card->lines.data, *end;
	/* The answers are always there; lines that don't fit are counted. */
	int room = d->r.height - 2, shown = 0;
	char text[512];

	if (room < 0)
		return;
	draw_rule(d, 0, card->question, STYLE_WARN);
	for (int i = 0; i < card->line_count; i++) {
		end = memchr(line, '\n', card->lines.len - (size_t)
		    (line - (const char *)card->lines.data));
		if (shown == room - 1 && card->line_count - i > 1) {
			snprintf(text, sizeof text, "and %d more",
			    card->line_count - i);
			draw_put(d, 2, 1 + shown++, STYLE_DIM, text);
			break;
		}
		snprintf(text, sizeof text, "%.*s", (int)(end - line), line);
		draw_put(d, 2, 1 + shown++, STYLE_TEXT, text);
		line = end + 1;
	}
	card_draw_answers(card, d, d->r.height - 1);
}

void
card_fini(struct card *card)
{
	buf_fini(&card->lines);
	card->is_open = false;
}
