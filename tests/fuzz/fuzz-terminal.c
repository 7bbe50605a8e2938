/* What a terminal sends: keys, pasted text and the mouse. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/input.h"
#include "ui/prompt.h"

/* tests/fuzz/input.h has another struct input. */
#define HOLDS(condition) ((condition) ? (void)0 : abort())

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct seen {
	uint64_t	sum;		/* of all that came, in order */
	struct prompt	prompt;
};

static void
seen_add(struct seen *seen, uint64_t value)
{
	seen->sum = (seen->sum ^ value) * UINT64_C(1099511628211);
}

static void
check_prompt(const struct prompt *prompt)
{
	size_t len = strlen(prompt->text), n;
	uint32_t c;

	HOLDS(prompt->cursor <= len);
	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(prompt->text + i, len - i, &c);
		HOLDS(n > 0 && c >= ' ');
	}
}

static void
on_event(const struct input_event *event, void *arg)
{
	struct seen *seen = arg;

	seen_add(seen, (uint64_t)event->kind);
	if (event->kind == INPUT_KEY) {
		HOLDS(event->key >= 0 && event->key <= INPUT_F12);
		seen_add(seen, (uint64_t)event->key);
		if (keymap_command(KEYMAP_PROMPT, event->key) == COMMAND_NONE)
			prompt_key(&seen->prompt, event->key);
		else if (event->key != INPUT_ENTER && event->key != INPUT_ESC)
			prompt_command(&seen->prompt, keymap_command(
			    KEYMAP_PROMPT, event->key));
	} else if (event->kind == INPUT_PASTE) {
		HOLDS(event->len <= INPUT_PASTE_MAX);
		for (size_t i = 0; i < event->len; i++)
			seen_add(seen, (unsigned char)event->text[i]);
		prompt_paste(&seen->prompt, event->text, event->len);
	} else {
		HOLDS(event->x >= 0 && event->y >= 0);
		seen_add(seen, (uint64_t)event->x);
		seen_add(seen, (uint64_t)event->y);
	}
	check_prompt(&seen->prompt);
}

/* In pieces of so many bytes: the same comes of it. */
static uint64_t
feed(const uint8_t *data, size_t len, size_t piece)
{
	static const struct prompt_events none = { 0 };
	struct seen seen = { 0 };
	struct input input = { .cb = on_event, .arg = &seen };

	prompt_open(&seen.prompt, ">", "", &none, NULL);
	for (size_t i = 0; i < len; i += piece)
		input_feed(&input, (const char *)data + i,
		    len - i < piece ? len - i : piece);
	input_flush(&input);
	HOLDS(!input_is_pending(&input));
	input_fini(&input);
	return seen.sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint64_t whole = feed(data, len, len == 0 ? 1 : len);

	HOLDS(feed(data, len, 1) == whole);
	HOLDS(feed(data, len, 3) == whole);
	return 0;
}
