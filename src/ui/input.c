#include "config.h"

#include "ui/input.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* xterm's modifier parameter: 1 is none, and what stands above it is a key of
 * its own that nothing here is bound to. */
#define MODIFIER_NONE	1
#define PASTE_BEGIN	200
#define PASTE_END	"\033[201~"

static const struct {
	char	final;
	int	key;
} input_finals[] = {
	{ 'A', INPUT_UP },
	{ 'B', INPUT_DOWN },
	{ 'C', INPUT_RIGHT },
	{ 'D', INPUT_LEFT },
	{ 'F', INPUT_END },
	{ 'H', INPUT_HOME },
	{ 'P', INPUT_F1 },
	{ 'Q', INPUT_F2 },
	{ 'R', INPUT_F3 },
	{ 'S', INPUT_F4 },
	{ 'Z', INPUT_BACKTAB },
};

/* Esc [ NUMBER ~; those of rxvt and of the Linux console among them. */
static const struct {
	int	number;
	int	key;
} input_tildes[] = {
	{ 1, INPUT_HOME },
	{ 2, INPUT_INSERT },
	{ 3, INPUT_DELETE },
	{ 4, INPUT_END },
	{ 5, INPUT_PAGE_UP },
	{ 6, INPUT_PAGE_DOWN },
	{ 7, INPUT_HOME },
	{ 8, INPUT_END },
	{ 11, INPUT_F1 },
	{ 12, INPUT_F2 },
	{ 13, INPUT_F3 },
	{ 14, INPUT_F4 },
	{ 15, INPUT_F5 },
	{ 17, INPUT_F6 },
	{ 18, INPUT_F7 },
	{ 19, INPUT_F8 },
	{ 20, INPUT_F9 },
	{ 21, INPUT_F10 },
	{ 23, INPUT_F11 },
	{ 24, INPUT_F12 },
};

#define COUNT(a) (sizeof (a) / sizeof (a)[0])

static void
input_emit_key(struct input *in, int key)
{
	struct input_event event = { .kind = INPUT_KEY, .key = key };

	in->cb(&event, in->arg);
}

static void
input_emit_final(struct input *in, char final)
{
	for (size_t i = 0; i < COUNT(input_finals); i++) {
		if (input_finals[i].final == final)
			input_emit_key(in, input_finals[i].key);
	}
}

static void
input_emit_tilde(struct input *in, int number)
{
	for (size_t i = 0; i < COUNT(input_tildes); i++) {
		if (input_tildes[i].number == number)
			input_emit_key(in, input_tildes[i].key);
	}
}

/* Up to three decimal parameters; -1 where one is missing or makes no sense. */
static void
input_parameters(const char *s, int out[3])
{
	char *end;
	long value;

	for (int i = 0; i < 3; i++)
		out[i] = -1;
	for (int i = 0; i < 3; i++) {
		if (*s < '0' || *s > '9')
			return;
		value = strtol(s, &end, 10);
		out[i] = value > 100000 ? -1 : (int)value;
		if (*end != ';')
			return;
		s = end + 1;
	}
}

/* Esc [ < BUTTON ; X ; Y M, and m when it is let go (xterm, SGR mouse). */
static void
input_mouse(struct input *in, char final)
{
	struct input_event event = { .kind = INPUT_PRESS };
	int p[3];

	input_parameters(in->sequence + 1, p);
	if (final != 'M' || p[1] < 1 || p[2] < 1)
		return;
	if (p[0] == 64)
		event.kind = INPUT_WHEEL_UP;
	else if (p[0] == 65)
		event.kind = INPUT_WHEEL_DOWN;
	else if (p[0] != 0)
		return;
	event.x = p[1] - 1;
	event.y = p[2] - 1;
	in->cb(&event, in->arg);
}

static void
input_csi(struct input *in, char final)
{
	int p[3];

	in->state = INPUT_GROUND;
	in->sequence[in->len] = '\0';
	if (in->is_too_long)
		return;
	if (in->sequence[0] == '<') {
		input_mouse(in, final);
		return;
	}
	input_parameters(in->sequence, p);
	if (p[1] > MODIFIER_NONE)
		return;
	if (final == '~' && p[0] == PASTE_BEGIN) {
		in->state = INPUT_PASTING;
		buf_clear(&in->paste);
		in->is_too_long = false;
		in->len = 0;
	} else if (final == '~')
		input_emit_tilde(in, p[0]);
	else if (in->len == 0 || p[0] == 1)
		input_emit_final(in, final);
}

static void
input_begin(struct input *in, enum input_state state)
{
	in->state = state;
	in->len = 0;
	in->is_too_long = false;
}

static void
input_collect(struct input *in, char c)
{
	if (in->len + 1 < sizeof in->sequence)
		in->sequence[in->len++] = c;
	else
		in->is_too_long = true;
}

/* How long a character is, by its first byte; 0 where none begins so. */
static size_t
input_utf8_need(unsigned char c)
{
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	if (c >= 0xf0 && c <= 0xf4)
		return 4;
	return 0;
}

static void
input_ground(struct input *in, char c)
{
	unsigned char byte = (unsigned char)c;

	if (c == INPUT_ESC) {
		input_begin(in, INPUT_ESCAPED);
	} else if (c == '\n') {
		/* Ctrl-J, and what some send for Enter. */
		input_emit_key(in, INPUT_ENTER);
	} else if (c == '\b') {
		input_emit_key(in, INPUT_BACKSPACE);
	} else if (byte < 0x80) {
		input_emit_key(in, byte);
	} else if (input_utf8_need(byte) > 0) {
		input_begin(in, INPUT_UTF8);
		in->need = input_utf8_need(byte);
		input_collect(in, c);
	}
}

static void
input_utf8(struct input *in, char c)
{
	uint32_t code;

	if (((unsigned char)c & 0xc0) != 0x80) {
		in->state = INPUT_GROUND;
		input_ground(in, c);
		return;
	}
	input_collect(in, c);
	if (in->len < in->need)
		return;
	in->state = INPUT_GROUND;
	/* C1 controls are nobody's key. */
	if (utf8_decode(in->sequence, in->len, &code) == in->len && code >= 0xa0)
		input_emit_key(in, (int)code);
}

static void
input_escaped(struct input *in, char c)
{
	switch (c) {
	case '[':
		input_begin(in, INPUT_CSI);
		break;
	case 'O':
		input_begin(in, INPUT_SS3);
		break;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		input_begin(in, INPUT_STRING);
		break;
	case INPUT_ESC:
		/* The first one was the key. */
		input_begin(in, INPUT_ESCAPED);
		input_emit_key(in, INPUT_ESC);
		break;
	default:
		/* With Alt: nobody's key. */
		in->state = INPUT_GROUND;
		if (input_utf8_need((unsigned char)c) > 0) {
			input_begin(in, INPUT_UTF8);
			in->need = input_utf8_need((unsigned char)c);
			input_collect(in, c);
			/* Makes the character fail, so that it is swallowed. */
			in->sequence[0] = '\xff';
		}
		break;
	}
}

static void
input_csi_byte(struct input *in, char c)
{
	if (c == INPUT_ESC) {
		input_begin(in, INPUT_ESCAPED);
	} else if (c == '[' && in->len == 0) {
		input_begin(in, INPUT_LINUX_F);
	} else if (c >= 0x20 && c <= 0x3f) {
		input_collect(in, c);
	} else if (c >= 0x40 && c <= 0x7e) {
		input_csi(in, c);
	} else
		in->state = INPUT_GROUND;
}

static void
input_ss3(struct input *in, char c)
{
	if (c == INPUT_ESC) {
		input_begin(in, INPUT_ESCAPED);
	} else if (c >= '0' && c <= '9') {
		/* A modifier: swallow what follows, too. */
		in->is_too_long = true;
	} else {
		in->state = INPUT_GROUND;
		if (!in->is_too_long && c == 'M')
			input_emit_key(in, INPUT_ENTER);	/* keypad */
		else if (!in->is_too_long)
			input_emit_final(in, c);
	}
}

/* Swallowed up to BEL, or ST (Esc \). */
static void
input_string(struct input *in, char c)
{
	if (c == '\a' || c == INPUT_CTRL('x'))
		in->state = INPUT_GROUND;
	else if (c == INPUT_ESC)
		in->state = INPUT_ESCAPED;
}

static void
input_pasting(struct input *in, char c)
{
	struct input_event event = { .kind = INPUT_PASTE };
	size_t end = strlen(PASTE_END);

	buf_append(&in->paste, &c, 1);
	if (in->paste.len >= end && memcmp(in->paste.data + in->paste.len - end,
	    PASTE_END, end) == 0) {
		in->state = INPUT_GROUND;
		event.text = (const char *)in->paste.data;
		event.len = in->paste.len - end;
		in->cb(&event, in->arg);
		buf_fini(&in->paste);
		return;
	}
	/* Too long: keep the beginning, and enough to see the end. */
	if (in->paste.len > INPUT_PASTE_MAX + end) {
		memmove(in->paste.data + INPUT_PASTE_MAX,
		    in->paste.data + INPUT_PASTE_MAX + 1, end);
		in->paste.len--;
	}
}

static void
input_linux_f(struct input *in, char c)
{
	in->state = INPUT_GROUND;
	if (c >= 'A' && c <= 'E')
		input_emit_key(in, INPUT_F1 + (c - 'A'));
}

static void (*const input_states[])(struct input *, char) = {
	[INPUT_GROUND] = input_ground,
	[INPUT_UTF8] = input_utf8,
	[INPUT_ESCAPED] = input_escaped,
	[INPUT_CSI] = input_csi_byte,
	[INPUT_SS3] = input_ss3,
	[INPUT_LINUX_F] = input_linux_f,
	[INPUT_STRING] = input_string,
	[INPUT_PASTING] = input_pasting,
};

void
input_feed(struct input *input, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		input_states[input->state](input, data[i]);
}

bool
input_is_pending(const struct input *input)
{
	return input->state != INPUT_GROUND && input->state != INPUT_PASTING;
}

void
input_flush(struct input *input)
{
	enum input_state state = input->state;

	if (!input_is_pending(input))
		return;
	input->state = INPUT_GROUND;
	if (state == INPUT_ESCAPED)
		input_emit_key(input, INPUT_ESC);
}

void
input_fini(struct input *input)
{
	buf_fini(&input->paste);
}
