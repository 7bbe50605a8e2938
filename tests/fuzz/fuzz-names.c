/* The nickname file: whatever stands in it, nothing of it is lost. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/path.h"
#include "base/text.h"
#include "input.h"
#include "model/names.h"

#define ID	"0123456789abcdef01234567"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A name that can be shown as it is. */
static void
check_name(const char *name)
{
	char clean[512];

	text_clean(clean, sizeof clean, name, strlen(name));
	HOLDS(strcmp(clean, name) == 0 && name[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/pterm-fuzz-names.XXXXXX";
	struct buf after = { 0 };
	struct names *names;
	const char *old;
	int fd = mkstemp(path);

	HOLDS(fd >= 0);
	if (write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	names = names_open(path);
	for (size_t i = 0; i < names_complaint_count(names); i++)
		HOLDS(names_complaint(names, i)[0] != '\0');
	old = names_get(names, ID);
	if (old != NULL)
		check_name(old);
	if (names_set(names, ID, "fuzz rig", NULL) == 0) {
		HOLDS(strcmp(names_get(names, ID), "fuzz rig") == 0);
		HOLDS(path_read(path, 2 * size + 4096, &after, NULL,
		    NULL) == 0);
		/* Only the one line can have gone. */
		HOLDS(after.len + 256 >= size);
		buf_fini(&after);
		names_close(names);
		names = names_open(path);
		HOLDS(strcmp(names_get(names, ID), "fuzz rig") == 0);
		HOLDS(names_set(names, ID, NULL, NULL) == 0);
		HOLDS(names_get(names, ID) == NULL);
	}
	names_close(names);
	unlink(path);
	return 0;
}
