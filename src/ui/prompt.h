/*
 * A line that is typed, on the last line of the screen: a filter, a nickname.
 */
#ifndef PTERM_UI_PROMPT_H
#define PTERM_UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/draw.h"
#include "ui/input.h"
#include "ui/keymap.h"

struct prompt;

struct prompt_events {
	/* After each change; may be NULL. */
	void	(*changed)(const char *text, void *arg);
	/* Enter; false keeps it open (the text is not good). */
	bool	(*accepted)(const char *text, void *arg);
	/* Esc; may be NULL. */
	void	(*left)(void *arg);
};

#define PROMPT_MAX	1024

/* Zeroed is closed. */
struct prompt {
	bool				 is_open;
	char				 label[64];
	char				 text[PROMPT_MAX];
	size_t				 cursor;	/* byte in text */
	const struct prompt_events	*events;
	void				*arg;
};

void	prompt_open(struct prompt *prompt, const char *label, const char *text,
	    const struct prompt_events *events, void *arg);
void	prompt_key(struct prompt *prompt, int key);
void	prompt_command(struct prompt *prompt, enum command command);
/* Control characters and ends of lines are left out. False: it did not fit. */
bool	prompt_paste(struct prompt *prompt, const char *text, size_t len);
/* line: where it stands; the cursor is left where it belongs. */
void	prompt_draw(const struct prompt *prompt, const struct draw *line);

#endif
