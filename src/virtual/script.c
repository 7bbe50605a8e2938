#include "config.h"

#include "virtual/script.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "loop/loop.h"
#include "virtual/script-parts.h"

/* A repeated event must let others run. */
#define SCRIPT_EVERY_MIN_US	LOOP_MS(10)

static int
parser_event(struct script_parser *p, bool repeats)
{
	struct script *script = p->script;
	struct script_event event = { .line = p->line };

	if (script->event_count == SCRIPT_EVENTS_MAX)
		return error_set(p->err, ERROR_USAGE, "more than %d events",
		    SCRIPT_EVENTS_MAX);
	if (words_time(&p->words, &event.at_us, p->err) != 0)
		return -1;
	if (repeats)
		event.every_us = event.at_us;
	if (repeats && event.every_us < SCRIPT_EVERY_MIN_US)
		return error_set(p->err, ERROR_USAGE,
		    "every wants at least 10ms");
	if (command_parse(&event.command, &p->words, p->err) != 0)
		return -1;
	script->events = xreallocarray(script->events,
	    script->event_count + 1, sizeof *script->events);
	script->events[script->event_count++] = event;
	return 0;
}

static int
statement_at(struct script_parser *p)
{
	return parser_event(p, false);
}

static int
statement_every(struct script_parser *p)
{
	return parser_event(p, true);
}

static int
statement_scale(struct script_parser *p)
{
	if (words_decimal(&p->words, "the scale", 1000, &p->script->scale,
	    p->err) != 0)
		return -1;
	return words_end(&p->words, p->err);
}

static int
parser_line(struct script_parser *p, const char *line, size_t len)
{
	static const struct {
		const char	*name;
		int		(*parse)(struct script_parser *);
	} statements[] = {
		{ "device", script_parse_device },
		{ "foreign", script_parse_foreign },
		{ "at", statement_at },
		{ "every", statement_every },
		{ "scale", statement_scale },
	};
	const char *word;
	char shown[64];

	if (words_split(&p->words, line, len, p->err) != 0)
		return -1;
	if (words_peek(&p->words) == NULL)
		return 0;
	if (p->words.is_indented && p->has_device)
		return script_parse_options(p);
	if (script_end_device(p) != 0)
		return -1;
	word = words_next(&p->words);
	for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
		if (strcmp(statements[i].name, word) == 0)
			return statements[i].parse(p);
	}
	return error_set(p->err, ERROR_USAGE, "there is no statement \"%s\"",
	    text_clean(shown, sizeof shown, word, strlen(word)));
}

/* Events may stand above the devices that they name. */
static int
parser_check_events(struct script_parser *p)
{
	struct script *script = p->script;

	for (size_t i = 0; i < script->event_count; i++) {
		const char *target = script->events[i].command.target;
		bool is_known = *target == '\0' || strcmp(target, "all") == 0;
		char shown[64];

		for (size_t k = 0; k < script->device_count && !is_known; k++)
			is_known = command_target_is(target,
			    script->devices[k].name,
			    script->devices[k].spec.id);
		if (is_known)
			continue;
		p->line = script->events[i].line;
		return error_set(p->err, ERROR_USAGE,
		    "no device is called \"%s\"", text_clean(shown,
		    sizeof shown, target, strlen(target)));
	}
	return 0;
}

static int
parser_run(struct script_parser *p, const char *text, size_t len)
{
	if (len > SCRIPT_SIZE_MAX)
		return error_set(p->err, ERROR_USAGE,
		    "a script has at most %d bytes", SCRIPT_SIZE_MAX);
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t line_len = end != NULL ? (size_t)(end - text) : len;

		p->line++;
		if (parser_line(p, text, line_len) != 0)
			return -1;
		if (end != NULL)
			line_len++;
		text += line_len;
		len -= line_len;
	}
	if (script_end_device(p) != 0)
		return -1;
	script_place(p->script);
	for (size_t i = 0; i < p->script->device_count; i++)
		p->script->devices[i].spec.time_scale = p->script->scale;
	return parser_check_events(p);
}

struct script *
script_parse(const char *name, const char *text, size_t len,
    struct error *err)
{
	struct error ignored;
	struct script_parser *p = xcalloc(1, sizeof *p);
	struct script *script = xcalloc(1, sizeof *script);

	script->scale = 1.0;
	p->script = script;
	p->err = err != NULL ? err : &ignored;
	if (parser_run(p, text, len) != 0) {
		error_prefix(p->err, "%s:%u", name, p->line);
		script_free(script);
		script = NULL;
	}
	free(p->device.foreign);
	free(p);
	return script;
}

struct script *
script_load(const char *file, struct error *err)
{
	struct buf text = { 0 };
	struct script *script = NULL;

	if (path_read(file, SCRIPT_SIZE_MAX, &text, NULL, err) == 0)
		script = script_parse(file, (const char *)text.data, text.len,
		    err);
	buf_fini(&text);
	return script;
}

void
script_free(struct script *script)
{
	if (script == NULL)
		return;
	for (size_t i = 0; i < script->device_count; i++)
		free(script->devices[i].foreign);
	for (size_t i = 0; i < script->event_count; i++)
		command_fini(&script->events[i].command);
	free(script->devices);
	free(script->events);
	free(script);
}
