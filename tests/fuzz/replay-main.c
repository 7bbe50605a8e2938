/*
 * Runs a fuzz target over its corpus, for "make check".
 *
 * The corpus is the folder given, or else tests/fuzz/corpus/NAME of the sources
 * for a program named fuzz-NAME. Every file is run whole and, as broken-off
 * input is what parsers stumble over, every prefix of its first bytes. Each run
 * has a copy of exactly its length, so that reading past it is noticed. Prints
 * TAP, one line.
 */
#include "config.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define PREFIXES_MAX	256

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
run(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len);

	if (copy == NULL && len != 0)
		abort();
	if (len != 0)
		memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static bool
read_file(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	buf_clear(b);
	if (f == NULL)
		return false;
	do {
		n = fread(buf_reserve(b, 4096), 1, 4096, f);
		buf_commit(b, n);
	} while (n != 0);
	n = (size_t)ferror(f);
	fclose(f);
	return n == 0;
}

/* How many files were run; -1: one can't be read. */
static int
replay(const char *folder)
{
	struct dirent **entries;
	struct buf b = { 0 };
	int n = scandir(folder, &entries, NULL, alphasort);
	int files = 0;

	for (int i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", folder, entries[i]->d_name);
		bool is_hidden = entries[i]->d_name[0] == '.';

		free(entries[i]);
		if (!is_hidden && files >= 0) {
			if (!read_file(&b, path)) {
				printf("# can't read %s\n", path);
				files = -1;
			} else {
				for (size_t k = 0; k < b.len &&
				    k < PREFIXES_MAX; k++)
					run(b.data, k);
				run(b.data, b.len);
				files++;
			}
		}
		free(path);
	}
	if (n >= 0)
		free(entries);
	buf_fini(&b);
	return files;
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	const char *top = getenv("top_srcdir");
	char *folder;
	int files;

	name = name == NULL ? argv[0] : name + 1;
	if (strncmp(name, "fuzz-", 5) == 0)
		name += 5;
	folder = argc > 1 ? xstrdup(argv[1])
	    : xasprintf("%s/tests/fuzz/corpus/%s", top == NULL ? "." : top,
	    name);
	printf("1..1\n");
	fflush(stdout);
	files = replay(folder);
	if (files <= 0)
		printf("not ok 1 - fuzz-%s: no corpus in %s\n", name, folder);
	else
		printf("ok 1 - fuzz-%s takes its corpus of %d files\n", name,
		    files);
	free(folder);
	return files <= 0;
}
