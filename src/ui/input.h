/*
 * Input: what a terminal sends, as keys, pasted text and mouse events.
 *
 * A plain state machine: bytes in (in pieces of any size), events out; it owns
 * no descriptor and no clock. Where bytes may be the beginning of a sequence,
 * input_is_pending() says so; the caller waits a moment (25 ms) for the rest
 * and then calls input_flush(), by which a lone Esc becomes a key.
 *
 * Sequences that are not known, keys with Alt and bytes that are not UTF-8 are
 * swallowed whole: no part of them may press a key. Pasted text (bracketed
 * paste) is one event, however long it took; it is cut at INPUT_PASTE_MAX.
 */
#ifndef PTERM_UI_INPUT_H
#define PTERM_UI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* A key is its character (control characters are 1 to 31), or one of these. */
enum input_key {
	INPUT_UP = 0x110000,	/* above Unicode */
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_RIGHT,
	INPUT_HOME,
	INPUT_END,
	INPUT_PAGE_UP,
	INPUT_PAGE_DOWN,
	INPUT_INSERT,
	INPUT_DELETE,
	INPUT_BACKTAB,
	INPUT_F1,
	INPUT_F2,
	INPUT_F3,
	INPUT_F4,
	INPUT_F5,
	INPUT_F6,
	INPUT_F7,
	INPUT_F8,
	INPUT_F9,
	INPUT_F10,
	INPUT_F11,
	INPUT_F12,
};

#define INPUT_CTRL(c)	((c) & 0x1f)
#define INPUT_TAB	INPUT_CTRL('i')
#define INPUT_ENTER	INPUT_CTRL('m')
#define INPUT_ESC	0x1b
#define INPUT_BACKSPACE	0x7f

enum input_kind {
	INPUT_KEY,
	INPUT_PASTE,
	INPUT_PRESS,		/* mouse: left button */
	INPUT_WHEEL_UP,
	INPUT_WHEEL_DOWN,
};

struct input_event {
	enum input_kind	 kind;
	int		 key;	/* INPUT_KEY */
	const char	*text;	/* INPUT_PASTE: as it came, not terminated */
	size_t		 len;
	int		 x;	/* mouse: cell, from 0 */
	int		 y;
};

typedef void (*input_cb)(const struct input_event *event, void *arg);

#define INPUT_SEQUENCE_MAX	64
#define INPUT_PASTE_MAX		65536

enum input_state {
	INPUT_GROUND,
	INPUT_UTF8,		/* inside a character */
	INPUT_ESCAPED,		/* after Esc */
	INPUT_CSI,
	INPUT_SS3,
	INPUT_LINUX_F,		/* after Esc [ [ of the Linux console */
	INPUT_STRING,		/* OSC, DCS and the like: to its end */
	INPUT_PASTING,
};

/* Zeroed is ready; fill in cb. */
struct input {
	enum input_state state;
	char		 sequence[INPUT_SEQUENCE_MAX];
	size_t		 len;
	size_t		 need;	/* INPUT_UTF8: bytes of the character */
	bool		 is_too_long;
	struct buf	 paste;
	input_cb	 cb;
	void		*arg;
};

void	input_feed(struct input *input, const char *data, size_t len);
bool	input_is_pending(const struct input *input);
void	input_flush(struct input *input);
void	input_fini(struct input *input);

#endif
