#include "config.h"

#include "virtual/replay-file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* Longest run of bytes that one word of data may stand for. */
#define RUN_MAX		65536u

struct reader {
	struct replay_file	*file;
	const char		*path;
	unsigned		 line;
	/* What comes next belongs to these; NULL: nothing yet. */
	struct replay_scenario	*scenario;
	struct replay_step	*step;
	bool			 wants_reply;
	struct error		*err;
};

static int
reader_error(struct reader *r, const char *what)
{
	return error_set(r->err, ERROR_USAGE, "%s:%u: %s", r->path, r->line,
	    what);
}

/* --- Data words --------------------------------------------------------- */

static bool
data_number(const char **text, int base, unsigned long *out)
{
	char *end;

	if (**text == '\0' || **text == '-' || **text == '+' ||
	    **text == ' ')
		return false;
	errno = 0;
	*out = strtoul(*text, &end, base);
	if (errno != 0 || end == *text)
		return false;
	*text = end;
	return true;
}

/* "@K+N": N bytes of the pattern from K on. */
static bool
data_pattern(const char *word, struct buf *out)
{
	unsigned long k, n;

	if (!data_number(&word, 10, &k) || *word++ != '+' ||
	    !data_number(&word, 10, &n) || *word != '\0' || n > RUN_MAX)
		return false;
	for (; n > 0; n--, k++)
		buf_put_u8(out, (uint8_t)(k + (k >> 8)));
	return true;
}

/* "BB*N": N times the byte BB. */
static bool
data_run(const char *word, struct buf *out)
{
	unsigned long byte, n;

	if (!data_number(&word, 16, &byte) || byte > 0xff || *word++ != '*' ||
	    !data_number(&word, 10, &n) || *word != '\0' || n > RUN_MAX)
		return false;
	for (; n > 0; n--)
		buf_put_u8(out, (uint8_t)byte);
	return true;
}

static bool
data_hex(const char *word, struct buf *out)
{
	char byte[3] = "";

	if (strlen(word) % 2 != 0 || !text_is_hex(word))
		return false;
	for (; *word != '\0'; word += 2) {
		memcpy(byte, word, 2);
		buf_put_u8(out, (uint8_t)strtoul(byte, NULL, 16));
	}
	return true;
}

static bool
data_word(const char *word, struct buf *out)
{
	if (strcmp(word, "-") == 0)
		return true;
	if (word[0] == '@')
		return data_pattern(word + 1, out);
	if (strchr(word, '*') != NULL)
		return data_run(word, out);
	return data_hex(word, out);
}

/* Words of data to the end of the line. */
static bool
data_words(char *text, struct buf *out)
{
	char *word;

	while ((word = strsep(&text, " ")) != NULL) {
		if (word[0] != '\0' && !data_word(word, out))
			return false;
	}
	return true;
}

/* --- Lines -------------------------------------------------------------- */

static int
read_scenario(struct reader *r, const char *name)
{
	struct replay_file *file = r->file;

	file->scenarios = xreallocarray(file->scenarios,
	    file->scenario_count + 1, sizeof *file->scenarios);
	r->scenario = &file->scenarios[file->scenario_count++];
	*r->scenario = (struct replay_scenario){
		.name = xstrdup(name), .line = r->line,
	};
	r->step = NULL;
	return 0;
}

static struct replay_step *
read_step(struct reader *r, enum replay_kind kind)
{
	struct replay_scenario *scenario = r->scenario;

	scenario->steps = xreallocarray(scenario->steps,
	    scenario->step_count + 1, sizeof *scenario->steps);
	r->step = &scenario->steps[scenario->step_count++];
	*r->step = (struct replay_step){ .kind = kind, .line = r->line };
	return r->step;
}

/* "BM BR VVVV IIII LLLL [DATA]" */
static int
read_transfer(struct reader *r, char *text)
{
	struct replay_step *step = read_step(r, REPLAY_TRANSFER);
	unsigned long field[5];
	const char *p = text;

	for (size_t i = 0; i < 5; i++) {
		p += strspn(p, " ");
		if (!data_number(&p, 16, &field[i]) ||
		    field[i] > (i < 2 ? 0xffu : 0xffffu))
			return reader_error(r, "not a setup packet");
	}
	step->setup = (struct usb_setup){
		.request_type = (uint8_t)field[0],
		.request = (uint8_t)field[1],
		.value = (uint16_t)field[2],
		.index = (uint16_t)field[3],
		.length = (uint16_t)field[4],
	};
	if (!data_words(text + (p - text), &step->out))
		return reader_error(r, "the data make no sense");
	if (step->out.len != (usb_is_in(&step->setup) ? 0 :
	    step->setup.length))
		return reader_error(r, "wLength and the data differ");
	r->wants_reply = true;
	return 0;
}

static int
read_reply(struct reader *r, char *text)
{
	static const struct {
		const char		*word;
		enum replay_expect	 expect;
	} words[] = {
		{ "ACK", REPLAY_ACK },
		{ "STALL", REPLAY_STALL },
		{ "GONE", REPLAY_GONE },
		{ "NONE", REPLAY_NONE },
	};
	struct replay_step *step = r->step;

	if (!r->wants_reply || step == NULL)
		return reader_error(r, "a reply to nothing");
	r->wants_reply = false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i].word, text) == 0) {
			step->expect = words[i].expect;
			return 0;
		}
	}
	step->expect = REPLAY_DATA;
	if (!data_words(text, &step->in))
		return reader_error(r, "the data make no sense");
	return 0;
}

/* "NAME KEY=VALUE ...": data= and reply= become plain hex, as the device core
 * says them. */
static int
read_event(struct reader *r, char *text)
{
	struct replay_step *step = r->step;
	struct buf line = { 0 }, data = { 0 };
	bool is_good = true;
	char *word;

	if (step == NULL)
		return reader_error(r, "an event before any step");
	while ((word = strsep(&text, " ")) != NULL) {
		char *value = strchr(word, '=');

		if (line.len > 0)
			buf_puts(&line, " ");
		if (value == NULL || (!text_starts(word, "data=") &&
		    !text_starts(word, "reply="))) {
			buf_puts(&line, word);
			continue;
		}
		buf_clear(&data);
		is_good = is_good && data_word(value + 1, &data);
		buf_printf(&line, "%.*s", (int)(value + 1 - word), word);
		for (size_t i = 0; i < data.len; i++)
			buf_printf(&line, "%02x", data.data[i]);
		if (data.len == 0)
			buf_puts(&line, "-");
	}
	step->events = xreallocarray(step->events, step->event_count + 1,
	    sizeof *step->events);
	step->events[step->event_count++] = xstrdup(buf_str(&line));
	buf_fini(&line);
	buf_fini(&data);
	return is_good ? 0 : reader_error(r, "the data make no sense");
}

static int
read_line(struct reader *r, char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (r->file->head == NULL)
		r->file->head = xstrdup(line);
	if (line[0] == '\0' || line[0] == '#')
		return 0;
	if (text_starts(line, "== "))
		return read_scenario(r, line + 3);
	if (r->scenario == NULL)
		return reader_error(r, "a step before the first scenario");
	if (text_starts(line, "> "))
		return read_transfer(r, line + 2);
	if (text_starts(line, "< "))
		return read_reply(r, line + 2);
	if (text_starts(line, "! "))
		return read_event(r, line + 2);
	if (!text_starts(line, ". "))
		return reader_error(r, "not a line of a transcript");
	read_step(r, REPLAY_COMMAND)->command = xstrdup(line + 2);
	r->wants_reply = false;
	return 0;
}

int
replay_file_read(struct replay_file *file, FILE *from, const char *name,
    struct error *err)
{
	struct reader r = { .file = file, .path = name, .err = err };
	char *line = NULL;
	size_t cap = 0;
	int result = 0;

	*file = (struct replay_file){ 0 };
	while (result == 0 && getline(&line, &cap, from) >= 0) {
		r.line++;
		result = read_line(&r, line);
	}
	if (result == 0 && file->scenario_count == 0)
		result = error_set(err, ERROR_USAGE, "%s: no scenario", name);
	free(line);
	if (result != 0)
		replay_file_fini(file);
	return result;
}

static void
scenario_fini(struct replay_scenario *scenario)
{
	for (size_t i = 0; i < scenario->step_count; i++) {
		struct replay_step *step = &scenario->steps[i];

		for (size_t k = 0; k < step->event_count; k++)
			free(step->events[k]);
		free(step->events);
		free(step->command);
		buf_fini(&step->out);
		buf_fini(&step->in);
	}
	free(scenario->steps);
	free(scenario->name);
}

void
replay_file_fini(struct replay_file *file)
{
	for (size_t i = 0; i < file->scenario_count; i++)
		scenario_fini(&file->scenarios[i]);
	free(file->scenarios);
	free(file->head);
	*file = (struct replay_file){ 0 };
}
