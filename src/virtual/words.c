#include "config.h"

#include "virtual/words.h"

#include <string.h>

#include "base/text.h"

static bool
words_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int
words_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* What stands behind a backslash; moves *at past it. */
static int
words_escape(const char *line, size_t len, size_t *at, char *out,
    struct error *err)
{
	static const char names[] = "\"\\nrte", values[] = "\"\\\n\r\t\033";
	size_t i = *at;
	const char *name;

	if (i < len && line[i] == 'x') {
		int high = i + 1 < len ? words_hex(line[i + 1]) : -1;
		int low = i + 2 < len ? words_hex(line[i + 2]) : -1;

		if (high < 0 || low < 0)
			return error_set(err, ERROR_USAGE,
			    "\\x wants two hexadecimal digits");
		*out = (char)(high << 4 | low);
		*at = i + 3;
		return 0;
	}
	name = i < len && line[i] != '\0' ? strchr(names, line[i]) : NULL;
	if (name == NULL)
		return error_set(err, ERROR_USAGE,
		    "a backslash wants one of \" \\ n r t e xNN behind it");
	*out = values[name - names];
	*at = i + 1;
	return 0;
}

/* Copies a word in quotes; *at stands behind the opening one. */
static int
words_quoted(const char *line, size_t len, size_t *at, char **out,
    struct error *err)
{
	size_t i = *at;

	while (i < len && line[i] != '"') {
		if (line[i] == '\\') {
			i++;
			if (words_escape(line, len, &i, *out, err) != 0)
				return -1;
		} else
			**out = line[i++];
		(*out)++;
	}
	if (i == len)
		return error_set(err, ERROR_USAGE, "a quote is not closed");
	*at = i + 1;
	if (*at < len && !words_is_blank(line[*at]))
		return error_set(err, ERROR_USAGE,
		    "a blank is missing behind a closing quote");
	return 0;
}

static int
words_plain(const char *line, size_t len, size_t *at, char **out,
    struct error *err)
{
	for (; *at < len && !words_is_blank(line[*at]); (*at)++) {
		if (line[*at] == '"')
			return error_set(err, ERROR_USAGE,
			    "a quote in the middle of a word");
		if (line[*at] == '\0')
			return error_set(err, ERROR_USAGE, "a NUL byte");
		*(*out)++ = line[*at];
	}
	return 0;
}

int
words_split(struct words *words, const char *line, size_t len,
    struct error *err)
{
	char *out = words->store;
	size_t at = 0;

	words->count = words->next = 0;
	words->is_indented = len > 0 && words_is_blank(line[0]);
	if (len > WORDS_LINE_MAX)
		return error_set(err, ERROR_USAGE,
		    "the line is longer than %d bytes", WORDS_LINE_MAX);
	for (;;) {
		struct word *word = &words->list[words->count];

		while (at < len && words_is_blank(line[at]))
			at++;
		if (at == len || line[at] == '#')
			return 0;
		if (words->count == WORDS_MAX)
			return error_set(err, ERROR_USAGE,
			    "more than %d words in a line", WORDS_MAX);
		word->text = out;
		if (line[at] == '"') {
			at++;
			if (words_quoted(line, len, &at, &out, err) != 0)
				return -1;
		} else if (words_plain(line, len, &at, &out, err) != 0)
			return -1;
		word->len = (size_t)(out - word->text);
		*out++ = '\0';
		words->count++;
	}
}

const char *
words_peek(const struct words *words)
{
	if (words->next == words->count)
		return NULL;
	return words->list[words->next].text;
}

const char *
words_next(struct words *words)
{
	if (words->next == words->count)
		return NULL;
	return words->list[words->next++].text;
}

bool
words_take(struct words *words, const char *text)
{
	const char *word = words_peek(words);

	if (word == NULL || strcmp(word, text) != 0)
		return false;
	words->next++;
	return true;
}

const char *
words_need(struct words *words, const char *what, struct error *err)
{
	const char *word = words_next(words);

	if (word == NULL)
		error_set(err, ERROR_USAGE, "%s is missing", what);
	return word;
}

void
words_rest(struct words *words, char *out, size_t size)
{
	size_t used = 0;
	const char *word;

	out[0] = '\0';
	while ((word = words_next(words)) != NULL) {
		if (used > 0 && used + 1 < size)
			out[used++] = ' ';
		text_copy(out + used, size - used, word);
		used += strlen(out + used);
	}
}

int
words_end(const struct words *words, struct error *err)
{
	char shown[64];
	const char *word = words_peek(words);

	if (word == NULL)
		return 0;
	return error_set(err, ERROR_USAGE, "\"%s\" is too much",
	    text_clean(shown, sizeof shown, word, strlen(word)));
}

static int
words_bad_number(const char *what, const char *word, struct error *err)
{
	char shown[64];

	return error_set(err, ERROR_USAGE, "%s can't be \"%s\"", what,
	    text_clean(shown, sizeof shown, word, strlen(word)));
}

int
words_number(struct words *words, const char *what, uint64_t min,
    uint64_t max, uint64_t *out, struct error *err)
{
	const char *word = words_need(words, what, err);

	if (word == NULL)
		return -1;
	if (!text_parse_u64(word, min, max, out))
		return words_bad_number(what, word, err);
	return 0;
}

/* DIGITS[.DIGITS] in millionths, at most a million; the rest of the text is
 * left in *end. */
static bool
words_millionths(const char *s, const char **end, uint64_t *out)
{
	uint64_t value = 0, unit = 1000000;
	const char *start = s;

	for (; *s >= '0' && *s <= '9'; s++) {
		value = value * 10 + (uint64_t)(*s - '0') * 1000000;
		if (value > UINT64_C(1000000000000))
			return false;
	}
	if (s == start)
		return false;
	if (*s == '.') {
		start = ++s;
		for (; *s >= '0' && *s <= '9'; s++) {
			unit /= 10;
			value += (uint64_t)(*s - '0') * unit;
		}
		if (s == start)
			return false;
	}
	*end = s;
	*out = value;
	return true;
}

int
words_decimal(struct words *words, const char *what, double max,
    double *out, struct error *err)
{
	const char *word = words_need(words, what, err), *end;
	uint64_t value;

	if (word == NULL)
		return -1;
	if (!words_millionths(word, &end, &value) || *end != '\0' ||
	    (double)value / 1e6 > max)
		return words_bad_number(what, word, err);
	*out = (double)value / 1e6;
	return 0;
}

int
words_time(struct words *words, uint64_t *us, struct error *err)
{
	static const struct {
		const char	*name;
		uint64_t	 us;
	} units[] = {
		{ "ms", 1000 },
		{ "s", 1000000 },
		{ "min", 60000000 },
	};
	const char *word = words_need(words, "a time", err), *end;
	uint64_t value;

	if (word == NULL)
		return -1;
	if (!words_millionths(word, &end, &value))
		return words_bad_number("a time", word, err);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		/* At most 10^12 millionths of a minute: no wrap. */
		*us = value / 1000 * (units[i].us / 1000) +
		    value % 1000 * (units[i].us / 1000) / 1000;
		return 0;
	}
	return error_set(err, ERROR_USAGE,
	    "a time wants its unit: 250ms, 3s or 2min");
}
