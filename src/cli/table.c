#include "config.h"

#include "cli/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/report.h"

#define CELL_MAX	512

struct table_cell {
	char		*text;
	const char	*color;
};

struct table {
	size_t			 columns;
	struct table_cell	*cells;
	size_t			 count;
};

struct table *
table_new(size_t columns)
{
	struct table *t = xcalloc(1, sizeof *t);

	t->columns = columns;
	return t;
}

void
table_free(struct table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->cells[i].text);
	free(t->cells);
	free(t);
}

void
table_add_colored(struct table *t, const char *color, const char *text)
{
	char clean[CELL_MAX];

	text_clean(clean, sizeof clean, text, strlen(text));
	t->cells = xreallocarray(t->cells, t->count + 1, sizeof *t->cells);
	t->cells[t->count++] = (struct table_cell){ xstrdup(clean), color };
}

void
table_add(struct table *t, const char *text)
{
	table_add_colored(t, "", text);
}

static size_t
table_width(const struct table *t, size_t column)
{
	size_t width = 1;

	for (size_t i = column; i < t->count; i += t->columns) {
		size_t w = text_width(t->cells[i].text);

		width = w > width ? w : width;
	}
	return width;
}

/* Returns how many blanks belong behind it, if something follows. */
static size_t
table_print_cell(const struct table_cell *cell, size_t width, FILE *to)
{
	if (cell->text[0] == '\0') {
		fputc('-', to);
		return width - 1;
	}
	fprintf(to, "%s%s%s", cell->color, cell->text,
	    cell->color[0] != '\0' ? REPORT_COLOR_END : "");
	return width - text_width(cell->text);
}

void
table_print(const struct table *t, FILE *to)
{
	size_t *widths = xcalloc(t->columns, sizeof *widths), blanks = 0;

	for (size_t c = 0; c < t->columns; c++)
		widths[c] = table_width(t, c);
	for (size_t i = 0; i < t->count; i++) {
		const struct table_cell *cell = &t->cells[i];
		size_t c = i % t->columns;
		bool is_last = c + 1 == t->columns;

		if (is_last && cell->text[0] == '\0') {
			fputc('\n', to);
			continue;
		}
		if (c > 0)
			fprintf(to, "%*s", (int)(blanks + 2), "");
		blanks = table_print_cell(cell, widths[c], to);
		if (is_last)
			fputc('\n', to);
	}
	free(widths);
}
