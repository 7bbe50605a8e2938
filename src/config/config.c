#include "config.h"

#include "config/config.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define POLL_MAX_S	86400
#define BAUD_MIN	50
#define BAUD_MAX	12000000

const struct config_option config_options[] = {
	{ "poll", "SECONDS", "5",
	    "how often to ask devices for their mode; 0: never" },
	{ "mouse", "yes|no", "no",
	    "let the dashboard take mouse clicks" },
	{ "color", "yes|no", "yes",
	    "use colours on a terminal" },
	{ "unicode", "yes|no", "yes",
	    "use signs beyond ASCII where the locale is UTF-8" },
	{ "baud", "RATE", "115200",
	    "speed of the serial monitor" },
	{ "eol", "lf|cr|crlf|none", "lf",
	    "what the serial monitor sends at the end of a line" },
};
const size_t config_option_count =
    sizeof config_options / sizeof config_options[0];

#define SHOWN_MAX	80

static int
config_bad(const char *name, const char *value, const char *wanted,
    struct error *err)
{
	char shown[SHOWN_MAX];

	text_clean(shown, sizeof shown, value, strlen(value));
	return error_set(err, ERROR_USAGE, "%s is '%s', but must be %s", name,
	    shown, wanted);
}

static int
config_set_bool(bool *out, const char *name, const char *value,
    struct error *err)
{
	static const struct {
		const char	*word;
		bool		 value;
	} words[] = {
		{ "yes", true }, { "no", false },
		{ "on", true }, { "off", false },
		{ "true", true }, { "false", false },
		{ "1", true }, { "0", false },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i].word, value) == 0) {
			*out = words[i].value;
			return 0;
		}
	}
	return config_bad(name, value, "yes or no", err);
}

static int
config_set_poll(struct config *config, const char *value, struct error *err)
{
	uint64_t seconds;

	if (!text_parse_u64(value, 0, POLL_MAX_S, &seconds))
		return config_bad("poll", value,
		    "whole seconds from 0 (never) to 86400", err);
	config->poll_s = (unsigned)seconds;
	return 0;
}

/* At 14400 baud Device OS enters DFU mode, at 28800 older ones listen. */
static int
config_set_baud(struct config *config, const char *value, struct error *err)
{
	uint64_t baud;

	if (!text_parse_u64(value, BAUD_MIN, BAUD_MAX, &baud))
		return config_bad("baud", value, "a speed from 50 to 12000000",
		    err);
	if (baud == 14400 || baud == 28800)
		return error_set(err, ERROR_USAGE, "baud is %s, which makes "
		    "devices leave their program: take another speed", value);
	config->baud = (unsigned)baud;
	return 0;
}

static int
config_set_eol(struct config *config, const char *value, struct error *err)
{
	static const char *const words[] = { "lf", "cr", "crlf", "none" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i], value) == 0) {
			text_copy(config->eol, sizeof config->eol, value);
			return 0;
		}
	}
	return config_bad("eol", value, "lf, cr, crlf or none", err);
}

int
config_set(struct config *config, const char *name, const char *value,
    struct error *err)
{
	char shown[SHOWN_MAX];

	if (strcmp(name, "poll") == 0)
		return config_set_poll(config, value, err);
	if (strcmp(name, "mouse") == 0)
		return config_set_bool(&config->mouse, name, value, err);
	if (strcmp(name, "color") == 0)
		return config_set_bool(&config->color, name, value, err);
	if (strcmp(name, "unicode") == 0)
		return config_set_bool(&config->unicode, name, value, err);
	if (strcmp(name, "baud") == 0)
		return config_set_baud(config, value, err);
	if (strcmp(name, "eol") == 0)
		return config_set_eol(config, value, err);
	text_clean(shown, sizeof shown, name, strlen(name));
	return error_set(err, ERROR_USAGE, "there is no option '%s'", shown);
}

/* "poll" is PTERM_POLL. */
static const char *
config_environment(const char *name, char *variable, size_t size)
{
	snprintf(variable, size, "PTERM_%s", name);
	for (char *c = variable; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return getenv(variable);
}

/* What the terminal can show is no matter of taste. */
static void
config_respect_terminal(struct config *config)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (no_color != NULL && no_color[0] != '\0')
		config->color = false;
	if (term != NULL && strcmp(term, "dumb") == 0)
		config->color = false;
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		config->unicode = false;
}

int
config_init(struct config *config, struct error *err)
{
	memset(config, 0, sizeof *config);
	for (size_t i = 0; i < config_option_count; i++) {
		const struct config_option *o = &config_options[i];
		char variable[32];
		const char *value;

		if (config_set(config, o->name, o->fallback, err) != 0)
			return -1;
		value = config_environment(o->name, variable, sizeof variable);
		if (value == NULL || value[0] == '\0')
			continue;
		if (config_set(config, o->name, value, err) != 0) {
			error_prefix(err, "environment variable %s", variable);
			return -1;
		}
	}
	config_respect_terminal(config);
	return 0;
}
