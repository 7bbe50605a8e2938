#include "config.h"

#include "virtual/script.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "loop/loop.h"
#include "virtual/words.h"

/* A repeated event must let others run. */
#define SCRIPT_EVERY_MIN_US	LOOP_MS(10)

struct parser {
	struct script		*script;
	struct words		 words;
	unsigned		 line;
	struct error		*err;

	/* The device whose options are being read. */
	bool			 has_device;
	unsigned		 device_line;
	unsigned		 copies;
	bool			 has_name;
	bool			 has_serial;
	struct script_device	 device;
	size_t			 made;		/* devices, for ids */
};

/* --- Options of a device ------------------------------------------------ */

enum option_kind {
	OPTION_TEXT,		/* char array at offset, size bytes */
	OPTION_FLAG,		/* bool at offset */
	OPTION_WORD,		/* uint16_t at offset */
	OPTION_CALL,
};

struct option {
	const char	*name;
	enum option_kind kind;
	size_t		 offset;
	size_t		 size;
	int		(*call)(struct parser *);
};

static int
option_name(struct parser *p)
{
	const char *name = words_need(&p->words, "a name", p->err);

	if (name == NULL)
		return -1;
	if (strlen(name) > BENCH_NAME_MAX - 8 ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] != '\0' ||
	    name[0] == '\0' || strcmp(name, "all") == 0)
		return error_set(p->err, ERROR_USAGE, "a name has at most %d "
		    "letters, digits, dots and dashes, and is not \"all\"",
		    BENCH_NAME_MAX - 8);
	text_copy(p->device.name, sizeof p->device.name, name);
	p->has_name = true;
	return 0;
}

static int
option_id(struct parser *p)
{
	const char *id = words_need(&p->words, "an id", p->err);

	if (id == NULL)
		return -1;
	if (strlen(id) != 24 || !text_is_hex(id))
		return error_set(p->err, ERROR_USAGE,
		    "an id has 24 hexadecimal digits");
	for (size_t i = 0; i <= 24; i++)
		p->device.spec.id[i] = (char)tolower((unsigned char)id[i]);
	return 0;
}

/* Copies the next word into a field of the spec that holds text. */
static int
option_copy(struct parser *p, const char *what, char *out, size_t size)
{
	const char *text = words_need(&p->words, what, p->err);

	if (text == NULL)
		return -1;
	if (strlen(text) != p->words.list[p->words.next - 1].len)
		return error_set(p->err, ERROR_USAGE,
		    "%s can't hold a NUL byte", what);
	if (strlen(text) >= size)
		return error_set(p->err, ERROR_USAGE,
		    "%s has at most %zu bytes", what, size - 1);
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

static int
option_serial(struct parser *p)
{
	p->has_serial = true;
	return option_copy(p, "a serial number", p->device.spec.serial,
	    sizeof p->device.spec.serial);
}

/* One of a list of names; its place is put into *out. */
static int
option_choice(struct parser *p, const char *what, const char *const *names,
    size_t count, unsigned *out)
{
	const char *word = words_need(&p->words, what, p->err);
	char shown[64];

	if (word == NULL)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], word) == 0) {
			*out = (unsigned)i;
			return 0;
		}
	}
	return error_set(p->err, ERROR_USAGE, "%s can't be \"%s\"", what,
	    text_clean(shown, sizeof shown, word, strlen(word)));
}

static int
option_mode(struct parser *p)
{
	static const char *const names[] = {
		[VDEV_NORMAL] = "normal",
		[VDEV_LISTENING] = "listening",
		[VDEV_SAFE] = "safe",
		[VDEV_DFU] = "dfu",
		[VDEV_EDL] = "edl",
	};
	unsigned choice;

	if (option_choice(p, "the mode", names,
	    sizeof names / sizeof names[0], &choice) != 0)
		return -1;
	p->device.spec.mode = (enum vdev_mode)choice;
	return 0;
}

static int
option_protection(struct parser *p)
{
	static const char *const names[] = {
		[VDEV_OPEN] = "open",
		[VDEV_PROTECTED] = "protected",
		[VDEV_SERVICE] = "service",
	};
	unsigned choice;

	if (option_choice(p, "the protection", names,
	    sizeof names / sizeof names[0], &choice) != 0)
		return -1;
	p->device.spec.protection = (enum vdev_protection)choice;
	return 0;
}

static int
option_log(struct parser *p)
{
	uint64_t rate;

	if (words_number(&p->words, "lines a second", 0, 100000, &rate,
	    p->err) != 0)
		return -1;
	p->device.spec.log_lines_per_s = (unsigned)rate;
	return 0;
}

static int
option_path(struct parser *p)
{
	const char *path = words_need(&p->words, "a path", p->err);

	if (path == NULL)
		return -1;
	if (!command_path_is_valid(path))
		return error_set(p->err, ERROR_USAGE,
		    "a path looks like 1-1.2");
	text_copy(p->device.path, sizeof p->device.path, path);
	p->device.has_path = true;
	return 0;
}

static int
option_tty(struct parser *p)
{
	uint64_t number;

	if (words_number(&p->words, "a tty number", 0, BENCH_TTY_MAX, &number,
	    p->err) != 0)
		return -1;
	p->device.tty = (int)number;
	return 0;
}

static int
option_fault(struct parser *p)
{
	struct script_device *device = &p->device;
	char text[256], shown[64];

	words_rest(&p->words, text, sizeof text);
	if (device->fault_count == SCRIPT_FAULTS_MAX)
		return error_set(p->err, ERROR_USAGE,
		    "a device has at most %d faults", SCRIPT_FAULTS_MAX);
	if (!vdev_fault_parse(&device->faults[device->fault_count], text))
		return error_set(p->err, ERROR_USAGE,
		    "\"%s\" describes no fault", text_clean(shown,
		    sizeof shown, text, strlen(text)));
	device->fault_count++;
	return 0;
}

#define FIELD(member) offsetof(struct script_device, member), \
	sizeof ((struct script_device *)0)->member

static const struct option options[] = {
	{ "as", OPTION_CALL, 0, 0, option_name },
	{ "fault", OPTION_CALL, 0, 0, option_fault },
	{ "hung", OPTION_FLAG, FIELD(spec.hung), NULL },
	{ "id", OPTION_CALL, 0, 0, option_id },
	{ "log", OPTION_CALL, 0, 0, option_log },
	{ "manufacturer", OPTION_TEXT, FIELD(spec.manufacturer), NULL },
	{ "mode", OPTION_CALL, 0, 0, option_mode },
	{ "needs", OPTION_WORD, FIELD(spec.user_needs), NULL },
	{ "nickname", OPTION_TEXT, FIELD(nickname), NULL },
	{ "no-cdc", OPTION_FLAG, FIELD(spec.no_cdc), NULL },
	{ "no-serial", OPTION_FLAG, FIELD(spec.no_serial), NULL },
	{ "no-tty-access", OPTION_FLAG, FIELD(no_tty_access), NULL },
	{ "no-usb-access", OPTION_FLAG, FIELD(no_usb_access), NULL },
	{ "off", OPTION_FLAG, FIELD(is_off), NULL },
	{ "path", OPTION_CALL, 0, 0, option_path },
	{ "product", OPTION_TEXT, FIELD(spec.product), NULL },
	{ "protection", OPTION_CALL, 0, 0, option_protection },
	{ "serial", OPTION_CALL, 0, 0, option_serial },
	{ "sticker", OPTION_TEXT, FIELD(spec.manufacturing_serial), NULL },
	{ "tty", OPTION_CALL, 0, 0, option_tty },
	{ "user", OPTION_WORD, FIELD(spec.user_version), NULL },
	{ "version", OPTION_TEXT, FIELD(spec.system_version), NULL },
};

static int
option_set(struct parser *p, const struct option *option)
{
	char *field = (char *)&p->device + option->offset;
	uint64_t number;

	switch (option->kind) {
	case OPTION_TEXT:
		return option_copy(p, option->name, field, option->size);
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_WORD:
		if (words_number(&p->words, option->name, 0, UINT16_MAX,
		    &number, p->err) != 0)
			return -1;
		*(uint16_t *)(void *)field = (uint16_t)number;
		return 0;
	case OPTION_CALL:
		return option->call(p);
	}
	return 0;
}

static int
parser_options(struct parser *p)
{
	const char *word;
	char shown[64];
	size_t i;

	while ((word = words_next(&p->words)) != NULL) {
		for (i = 0; i < sizeof options / sizeof options[0]; i++) {
			if (strcmp(options[i].name, word) == 0)
				break;
		}
		if (i == sizeof options / sizeof options[0])
			return error_set(p->err, ERROR_USAGE,
			    "a device has no option \"%s\"",
			    text_clean(shown, sizeof shown, word,
			    strlen(word)));
		if (option_set(p, &options[i]) != 0)
			return -1;
	}
	return 0;
}

/* --- Devices ------------------------------------------------------------ */

/* What ids of a family begin with on the boards that people have. */
static const char *
device_id_prefix(const struct platform *platform)
{
	switch (platform->mcu) {
	case PLATFORM_MCU_STM32F1:
		return "48ff6e065067";
	case PLATFORM_MCU_STM32F2:
		return "2c0030000c47";
	case PLATFORM_MCU_NRF52840:
		return "e00fce68";
	case PLATFORM_MCU_RTL872X:
		return "0a10aced202194944a0";
	case PLATFORM_MCU_QCM6490:
		return "422a0600000000";
	}
	return "";
}

/* The same script gives the same ids: splitmix64 of the device's place. */
static void
device_make_id(char out[25], const struct platform *platform, size_t n)
{
	uint64_t z = (uint64_t)(n + 1) * UINT64_C(0x9e3779b97f4a7c15);
	size_t used;
	char digits[33];

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	snprintf(digits, sizeof digits, "%016" PRIx64 "%016" PRIx64, z, ~z);
	text_copy(out, 25, device_id_prefix(platform));
	used = strlen(out);
	text_copy(out + used, 25 - used, digits);
}

static const struct script_device *
script_by_name(const struct script *script, const char *name)
{
	for (size_t i = 0; i < script->device_count; i++) {
		if (strcmp(script->devices[i].name, name) == 0)
			return &script->devices[i];
	}
	return NULL;
}

static const struct script_device *
script_by_path(const struct script *script, const char *path)
{
	for (size_t i = 0; i < script->device_count; i++) {
		if (strcmp(script->devices[i].path, path) == 0)
			return &script->devices[i];
	}
	return NULL;
}

/* "argon", or "argon-2" where that is taken. */
static int
device_name(struct parser *p, struct script_device *device, unsigned copy)
{
	struct script *script = p->script;
	char base[BENCH_NAME_MAX];
	unsigned n = 2;

	text_copy(base, sizeof base, device->name);
	base[BENCH_NAME_MAX - 8] = '\0';
	if (p->copies > 1)
		snprintf(device->name, sizeof device->name, "%.*s-%u",
		    BENCH_NAME_MAX - 8, base, copy + 1);
	if (script_by_name(script, device->name) == NULL)
		return 0;
	if (p->has_name)
		return error_set(p->err, ERROR_USAGE,
		    "another device is called %s, too", device->name);
	do
		snprintf(device->name, sizeof device->name, "%.*s-%u",
		    BENCH_NAME_MAX - 8, base, n++);
	while (script_by_name(script, device->name) != NULL);
	return 0;
}

static int
device_check(struct parser *p, const struct script_device *device)
{
	const struct script_device *other;
	const struct platform *platform = device->spec.platform;

	if (device->spec.mode == VDEV_DFU && platform->dfu_pid == 0)
		return error_set(p->err, ERROR_USAGE, "%s has no DFU mode",
		    platform->name);
	if (!device->has_path || device->is_off)
		return 0;
	other = script_by_path(p->script, device->path);
	if (other != NULL && !other->is_off)
		return error_set(p->err, ERROR_USAGE,
		    "%s is plugged in at %s already", other->name,
		    device->path);
	return 0;
}

static int
parser_add_device(struct parser *p, unsigned copy)
{
	struct script *script = p->script;
	struct script_device device = p->device;

	if (script->device_count == SCRIPT_DEVICES_MAX)
		return error_set(p->err, ERROR_USAGE,
		    "more than %d devices", SCRIPT_DEVICES_MAX);
	if (device.spec.id[0] == '\0')
		device_make_id(device.spec.id, device.spec.platform, p->made);
	p->made++;
	if (!p->has_serial)
		text_copy(device.spec.serial, sizeof device.spec.serial,
		    device.spec.id);
	if (device_name(p, &device, copy) != 0 ||
	    device_check(p, &device) != 0)
		return -1;
	if (device.foreign != NULL) {
		device.foreign = xmemdup(device.foreign,
		    sizeof *device.foreign);
		device.spec.platform = device.foreign;
	}
	script->devices[script->device_count++] = device;
	return 0;
}

/* The options of a device are complete. */
static int
parser_end_device(struct parser *p)
{
	unsigned line = p->line;
	int result = 0;

	if (!p->has_device)
		return 0;
	p->has_device = false;
	p->line = p->device_line;
	p->script->devices = xreallocarray(p->script->devices,
	    p->script->device_count + p->copies, sizeof *p->script->devices);
	for (unsigned i = 0; i < p->copies && result == 0; i++)
		result = parser_add_device(p, i);
	free(p->device.foreign);
	p->device.foreign = NULL;
	if (result == 0)
		p->line = line;
	return result;
}

/* "photon2" for "Photon 2". */
static bool
device_is_alias(const struct platform *platform, const char *word)
{
	const char *s = platform->alias;

	if (s == NULL)
		return false;
	for (; *s != '\0'; s++) {
		if (*s == ' ')
			continue;
		if (*word++ != tolower((unsigned char)*s))
			return false;
	}
	return *word == '\0';
}

static const struct platform *
device_platform(const char *word, const char **product)
{
	const struct platform *platform;
	uint64_t number;

	*product = "";
	if (text_parse_u64(word, 0, UINT16_MAX, &number))
		return platform_by_id((uint16_t)number);
	if ((platform = platform_by_name(word)) != NULL)
		return platform;
	for (size_t i = 0; i < platform_count; i++) {
		if (device_is_alias(&platforms[i], word)) {
			*product = platforms[i].alias;
			return &platforms[i];
		}
	}
	return NULL;
}

static void
parser_begin_device(struct parser *p, const struct platform *platform)
{
	memset(&p->device, 0, sizeof p->device);
	vdev_spec_init(&p->device.spec, platform);
	p->device.tty = BENCH_TTY_ANY;
	p->has_device = true;
	p->has_name = p->has_serial = false;
	p->device_line = p->line;
	p->copies = 1;
}

static int
statement_device(struct parser *p)
{
	const char *word = words_need(&p->words, "a platform", p->err);
	const struct platform *platform;
	const char *product;
	uint64_t copies;
	char shown[64];

	if (word == NULL)
		return -1;
	if ((platform = device_platform(word, &product)) == NULL)
		return error_set(p->err, ERROR_USAGE,
		    "there is no platform \"%s\"",
		    text_clean(shown, sizeof shown, word, strlen(word)));
	parser_begin_device(p, platform);
	p->device.spec.id[0] = '\0';
	if (*product != '\0')
		text_copy(p->device.spec.product,
		    sizeof p->device.spec.product, product);
	text_copy(p->device.name, sizeof p->device.name,
	    *product != '\0' ? word : platform->name);
	if (words_take(&p->words, "x")) {
		if (words_number(&p->words, "a count", 1, SCRIPT_DEVICES_MAX,
		    &copies, p->err) != 0)
			return -1;
		p->copies = (unsigned)copies;
	}
	return parser_options(p);
}

static bool
foreign_number(const char **s, uint16_t *out)
{
	unsigned value = 0;
	int i;

	for (i = 0; i < 4 && isxdigit((unsigned char)**s); i++, (*s)++) {
		int c = tolower((unsigned char)**s);

		value = value << 4 |
		    (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*out = (uint16_t)value;
	return i == 4;
}

/* A device of another maker that has a serial port: a platform row of its own,
 * made from one of ours. */
static int
statement_foreign(struct parser *p)
{
	const char *word = words_need(&p->words, "VID:PID", p->err);
	struct platform row = *platform_by_name("argon");

	if (word == NULL)
		return -1;
	if (!foreign_number(&word, &row.vid) || *word++ != ':' ||
	    !foreign_number(&word, &row.pid) || *word != '\0')
		return error_set(p->err, ERROR_USAGE,
		    "foreign wants VID:PID, each 4 hexadecimal digits");
	if (platform_is_wanted(row.vid, row.pid))
		return error_set(p->err, ERROR_USAGE,
		    "%04x:%04x is Particle's: use device", row.vid, row.pid);
	row.name = "foreign";
	row.display_name = row.product = "Foreign Device";
	row.alias = NULL;
	row.dfu_pid = 0;
	parser_begin_device(p, &row);
	p->device.spec.id[0] = '\0';
	p->device.foreign = xmemdup(&row, sizeof row);
	p->device.spec.platform = p->device.foreign;
	text_copy(p->device.name, sizeof p->device.name, row.name);
	return parser_options(p);
}

/* Ports of 7-port hubs at bus 1, in order, past those that the script names. */
static void
script_place(struct script *script)
{
	unsigned n = 0;

	for (size_t i = 0; i < script->device_count; i++) {
		struct script_device *device = &script->devices[i];
		char path[BUS_PATH_MAX];

		if (device->has_path)
			continue;
		do {
			snprintf(path, sizeof path, "1-%u.%u", n / 7 + 1,
			    n % 7 + 1);
			n++;
		} while (script_by_path(script, path) != NULL);
		text_copy(device->path, sizeof device->path, path);
	}
}

/* --- Events and the file ------------------------------------------------ */

static int
parser_event(struct parser *p, bool repeats)
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
statement_at(struct parser *p)
{
	return parser_event(p, false);
}

static int
statement_every(struct parser *p)
{
	return parser_event(p, true);
}

static int
statement_scale(struct parser *p)
{
	if (words_decimal(&p->words, "the scale", 1000, &p->script->scale,
	    p->err) != 0)
		return -1;
	return words_end(&p->words, p->err);
}

static int
parser_line(struct parser *p, const char *line, size_t len)
{
	static const struct {
		const char	*name;
		int		(*parse)(struct parser *);
	} statements[] = {
		{ "device", statement_device },
		{ "foreign", statement_foreign },
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
		return parser_options(p);
	if (parser_end_device(p) != 0)
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
parser_check_events(struct parser *p)
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
parser_run(struct parser *p, const char *text, size_t len)
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
	if (parser_end_device(p) != 0)
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
	struct parser *p = xcalloc(1, sizeof *p);
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
