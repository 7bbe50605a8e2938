/* The reader of transcripts. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "virtual/replay-file.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_step(const struct replay_step *step)
{
	if (step->kind == REPLAY_COMMAND) {
		HOLDS(step->command != NULL);
		return;
	}
	HOLDS(step->command == NULL);
	HOLDS(step->out.len == (usb_is_in(&step->setup) ? 0 :
	    step->setup.length));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	FILE *f = len > 0 ? fmemopen((void *)(uintptr_t)data, len, "r") : NULL;
	struct error err = { .code = ERROR_NONE };
	struct replay_file file;

	if (f == NULL)
		return 0;
	if (replay_file_read(&file, f, "fuzz", &err) != 0) {
		HOLDS(err.code != ERROR_NONE && err.text[0] != '\0');
		fclose(f);
		return 0;
	}
	HOLDS(file.head != NULL && file.scenario_count > 0);
	for (size_t i = 0; i < file.scenario_count; i++) {
		for (size_t k = 0; k < file.scenarios[i].step_count; k++)
			check_step(&file.scenarios[i].steps[k]);
	}
	replay_file_fini(&file);
	fclose(f);
	return 0;
}
