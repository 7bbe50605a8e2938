#include "config.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "virtual/script-parts.h"

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
	int		(*call)(struct script_parser *);
};

static int
option_name(struct script_parser *p)
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
option_id(struct script_parser *p)
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
option_copy(struct script_parser *p, const char *what, char *out, size_t size)
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
option_serial(struct script_parser *p)
{
	p->has_serial = true;
	return option_copy(p, "a serial number", p->device.spec.serial,
	    sizeof p->device.spec.serial);
}

/* One of a list of names; its place is put into *out. */
static int
option_choice(struct script_parser *p, const char *what, const char *const *names,
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
option_mode(struct script_parser *p)
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
option_protection(struct script_parser *p)
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
option_log(struct script_parser *p)
{
	uint64_t rate;

	if (words_number(&p->words, "lines a second", 0, 100000, &rate,
	    p->err) != 0)
		return -1;
	p->device.spec.log_lines_per_s = (unsigned)rate;
	return 0;
}

static int
option_path(struct script_parser *p)
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
option_tty(struct script_parser *p)
{
	uint64_t number;

	if (words_number(&p->words, "a tty number", 0, BENCH_TTY_MAX, &number,
	    p->err) != 0)
		return -1;
	p->device.tty = (int)number;
	return 0;
}

static int
option_fault(struct script_parser *p)
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
option_set(struct script_parser *p, const struct option *option)
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

int
script_parse_options(struct script_parser *p)
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
