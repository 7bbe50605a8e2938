/*
 * A table of text: columns as wide as their widest cell, two blanks between,
 * nothing behind the last. Cells are cleaned; empty ones show "-", so that
 * every row has the same number of words up to the last column.
 */
#ifndef PTERM_CLI_TABLE_H
#define PTERM_CLI_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct table;

struct table	*table_new(size_t columns);
void		 table_free(struct table *table);
/* The next cell, from left to right, row by row. */
void		 table_add(struct table *table, const char *text);
/* As that, but with an escape sequence before it and the one that ends colours
 * behind it. */
void		 table_add_colored(struct table *table, const char *color,
		    const char *text);
void		 table_print(const struct table *table, FILE *to);

#endif
