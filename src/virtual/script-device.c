#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "virtual/script-parts.h"

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
device_name(struct script_parser *p, struct script_device *device, unsigned copy)
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
device_check(struct script_parser *p, const struct script_device *device)
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
parser_add_device(struct script_parser *p, unsigned copy)
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
int
script_end_device(struct script_parser *p)
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
parser_begin_device(struct script_parser *p, const struct platform *platform)
{
	memset(&p->device, 0, sizeof p->device);
	vdev_spec_init(&p->device.spec, platform);
	p->device.tty = BENCH_TTY_ANY;
	p->has_device = true;
	p->has_name = p->has_serial = false;
	p->device_line = p->line;
	p->copies = 1;
}

int
script_parse_device(struct script_parser *p)
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
	return script_parse_options(p);
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
int
script_parse_foreign(struct script_parser *p)
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
	return script_parse_options(p);
}

/* Ports of 7-port hubs at bus 1, in order, past those that the script names. */
void
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
