/*
 * Memory: allocation that never returns NULL.
 *
 * Where memory runs out the program says so and ends (exit status 1); callers
 * are not littered with checks. Sizes are multiplied with a check: a product
 * that wraps ends the program too. xmalloc(0) returns a pointer to free.
 */
#ifndef PTERM_BASE_MEM_H
#define PTERM_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

void	*xmalloc(size_t size);
void	*xcalloc(size_t n, size_t size);		/* zeroed */
void	*xreallocarray(void *p, size_t n, size_t size);
void	*xmemdup(const void *p, size_t size);
char	*xstrdup(const char *s);
char	*xstrndup(const char *s, size_t max);
char	*xasprintf(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));
char	*xvasprintf(const char *fmt, va_list ap)
	    __attribute__((format(printf, 1, 0)));

#endif
