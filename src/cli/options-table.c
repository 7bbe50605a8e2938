/* Every option there is, and how its value is read. */
#include "config.h"

#include "cli/options.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SECONDS_MAX	86400
#define SHOWN_MAX	80

/* Seconds with at most microseconds, the same in every locale. */
static bool
options_seconds(const char *s, uint64_t *us)
{
	uint64_t value = 0, unit = 1000000;
	bool has_digit = false;

	for (; *s >= '0' && *s <= '9'; s++) {
		value = value * 10 + (uint64_t)(*s - '0') * unit;
		has_digit = true;
		if (value > (uint64_t)SECONDS_MAX * 1000000)
			return false;
	}
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++) {
			unit /= 10;
			value += (uint64_t)(*s - '0') * unit;
			has_digit = true;
		}
	*us = value;
	return has_digit && *s == '\0' &&
	    value <= (uint64_t)SECONDS_MAX * 1000000;
}

static const char *
options_shown(char out[SHOWN_MAX], const char *word)
{
	return text_clean(out, SHOWN_MAX, word, strlen(word));
}

static int
set_demo(struct options *o, const char *value, struct error *err)
{
	o->demo = true;
	o->demo_file = value;
	if (value != NULL && value[0] == '\0')
		return error_set(err, ERROR_USAGE, "--demo= names no file: "
		    "write --demo=FILE, or --demo for the bench that is "
		    "built in");
	return 0;
}

static int
set_json(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->json = true;
	return 0;
}

static int
set_yes(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->yes = true;
	return 0;
}

static int
set_timeout(struct options *o, const char *value, struct error *err)
{
	char shown[SHOWN_MAX];

	if (options_seconds(value, &o->timeout_us) && o->timeout_us > 0)
		return 0;
	return error_set(err, ERROR_USAGE, "--timeout is '%s', but must be "
	    "seconds: more than 0, at most %d, such as 10 or 2.5",
	    options_shown(shown, value), SECONDS_MAX);
}

static int
set_poll(struct options *o, const char *value, struct error *err)
{
	(void)err;		/* config_set() looks at it */
	o->poll = value;
	return 0;
}

static int
set_no_color(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->no_color = true;
	return 0;
}

static int
set_quiet(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->quiet = true;
	return 0;
}

static int
set_verbose(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->verbose = true;
	return 0;
}

static int
set_version(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->version = true;
	return 0;
}

static int
set_help(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->help = true;
	return 0;
}

static int
set_complete_devices(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->complete_devices = true;
	return 0;
}

static int
set_complete_options(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->complete_options = true;
	return 0;
}

static int
set_complete_verbs(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->complete_verbs = true;
	return 0;
}

static int
set_all(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->all = true;
	return 0;
}

static int
set_plain(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->plain = true;
	return 0;
}

static int
set_watch(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->watch = true;
	return 0;
}

/* "normal,dfu": any of them. */
static int
set_mode(struct options *o, const char *value, struct error *err)
{
	char shown[SHOWN_MAX], word[32];
	enum device_mode mode;

	for (;;) {
		size_t len = strcspn(value, ",");

		snprintf(word, sizeof word, "%.*s",
		    (int)(len < sizeof word ? len : sizeof word - 1), value);
		if (!device_mode_parse(word, &mode))
			break;
		o->modes |= ACTION_MODE(mode);
		value += len;
		if (*value == '\0')
			return 0;
		value++;
	}
	return error_set(err, ERROR_USAGE, "--mode knows no '%s': it is one or "
	    "more, with commas between, of normal, listening, safe, dfu, "
	    "switching, edl, protected, no-permission, not-answering, unknown",
	    options_shown(shown, word));
}

static int
set_via(struct options *o, const char *value, struct error *err)
{
	char shown[SHOWN_MAX];

	if (strcmp(value, "control") == 0)
		o->args.via = ACTION_VIA_CONTROL;
	else if (strcmp(value, "touch") == 0)
		o->args.via = ACTION_VIA_TOUCH;
	else
		return error_set(err, ERROR_USAGE, "--via is '%s', but must be "
		    "control or touch", options_shown(shown, value));
	return 0;
}

static int
set_force(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->args.force = true;
	return 0;
}

static int
set_off(struct options *o, const char *value, struct error *err)
{
	(void)value, (void)err;
	o->args.off = true;
	return 0;
}

static int
set_for(struct options *o, const char *value, struct error *err)
{
	char shown[SHOWN_MAX];
	uint64_t seconds;

	if (!text_parse_u64(value, 1, SECONDS_MAX, &seconds))
		return error_set(err, ERROR_USAGE, "--for is '%s', but must be "
		    "whole seconds from 1 to %d", options_shown(shown, value),
		    SECONDS_MAX);
	o->args.for_s = (unsigned)seconds;
	return 0;
}

const struct option options_table[] = {
	{ .name = "all", .verbs = OPTION_ALL, .set = set_all,
	    .help = "every device that is attached" },
	{ .name = "for", .argument = "SECONDS", .verbs = ACTION_OPT_FOR,
	    .set = set_for, .help = "how long" },
	{ .name = "force", .verbs = ACTION_OPT_FORCE, .set = set_force,
	    .help = "for one that hangs: the vendor request" },
	{ .name = "mode", .argument = "MODE", .verbs = OPTION_MODE,
	    .set = set_mode, .help = "the mode to wait for; several with "
	    "commas between" },
	{ .name = "off", .verbs = ACTION_OPT_OFF, .set = set_off,
	    .help = "end it" },
	{ .name = "plain", .verbs = OPTION_PLAIN, .set = set_plain,
	    .help = "lines on standard output, also on a terminal" },
	{ .name = "via", .argument = "control|touch", .verbs = ACTION_OPT_VIA,
	    .set = set_via, .help = "this way only" },
	{ .name = "watch", .verbs = OPTION_WATCH, .set = set_watch,
	    .help = "go on, and tell what comes, changes and leaves" },

	{ .name = "demo", .argument = "FILE", .is_optional = true,
	    .set = set_demo, .help = "virtual devices, of a script if given" },
	{ .name = "help", .letter = 'h', .set = set_help,
	    .help = "explain pterm, or the verb" },
	{ .name = "json", .set = set_json,
	    .help = "machine-readable: a document, or one event a line" },
	{ .name = "no-color", .set = set_no_color, .help = "no colours" },
	{ .name = "poll", .argument = "SECONDS", .set = set_poll,
	    .help = "how often to ask devices for their mode; 0: never" },
	{ .name = "quiet", .letter = 'q', .set = set_quiet,
	    .help = "no progress and no notes, only errors" },
	{ .name = "timeout", .argument = "SECONDS", .set = set_timeout,
	    .help = "give up after this long, whatever the verb does" },
	{ .name = "verbose", .letter = 'v', .set = set_verbose,
	    .help = "also tell which devices come, change and leave" },
	{ .name = "version", .letter = 'V', .set = set_version,
	    .help = "print the version" },
	{ .name = "yes", .letter = 'y', .set = set_yes,
	    .help = "don't ask before disturbing several devices" },

	{ .name = "complete-devices", .set = set_complete_devices },
	{ .name = "complete-options", .set = set_complete_options },
	{ .name = "complete-verbs", .set = set_complete_verbs },
};
const size_t options_count = sizeof options_table / sizeof options_table[0];
