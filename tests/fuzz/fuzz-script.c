/* Scripts of virtual benches, and the commands of their control channel. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "input.h"
#include "virtual/bench.h"
#include "virtual/script.h"
#include "virtual/words.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_device(const struct script *script, size_t i)
{
	const struct script_device *device = &script->devices[i];

	HOLDS(device->spec.platform != NULL);
	HOLDS(device->name[0] != '\0');
	HOLDS(memchr(device->name, '\0', sizeof device->name) != NULL);
	HOLDS(strlen(device->spec.id) == 24);
	HOLDS(memchr(device->spec.serial, '\0',
	    sizeof device->spec.serial) != NULL);
	HOLDS(memchr(device->spec.product, '\0',
	    sizeof device->spec.product) != NULL);
	HOLDS(command_path_is_valid(device->path));
	HOLDS(device->tty >= BENCH_TTY_ANY && device->tty <= BENCH_TTY_MAX);
	HOLDS(device->fault_count <= SCRIPT_FAULTS_MAX);
}

/* A small bench comes to life; every line is also tried as a command. */
static void
live(const struct script *script, const char *text)
{
	struct loop *loop = loop_new_virtual();
	struct bench *bench = bench_new(loop, script);
	struct buf reply = { 0 };
	char line[WORDS_LINE_MAX + 2];
	size_t len;

	while (*text != '\0') {
		len = strcspn(text, "\n");
		if (len < sizeof line) {
			memcpy(line, text, len);
			line[len] = '\0';
			bench_command(bench, line, &reply, NULL);
		}
		text += len + (text[len] == '\n');
	}
	buf_fini(&reply);
	bench_free(bench);
	loop_free(loop);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct error err = { .code = ERROR_NONE };
	struct script *script = script_parse("fuzz", (const char *)data, len,
	    &err);
	struct buf text = { 0 };

	if (script == NULL) {
		HOLDS(err.code == ERROR_USAGE && err.text[0] != '\0');
		return 0;
	}
	HOLDS(script->device_count <= SCRIPT_DEVICES_MAX);
	HOLDS(script->event_count <= SCRIPT_EVENTS_MAX);
	for (size_t i = 0; i < script->device_count; i++)
		check_device(script, i);
	if (script->device_count <= 8 && script->event_count <= 64) {
		buf_append(&text, data, len);
		live(script, buf_str(&text));
		buf_fini(&text);
	}
	script_free(script);
	return 0;
}
