/*
 * One line of a script or of the control channel, cut into words.
 *
 * Words are separated by blanks. A word in double quotes may hold blanks and
 * the escapes \" \\ \n \r \t \e and \xNN, which is how scripts make hostile
 * strings. '#' at the start of a word begins a comment. Lines are hostile: a
 * line that is too long or has too many words is an error, not a cut.
 */
#ifndef PTERM_VIRTUAL_WORDS_H
#define PTERM_VIRTUAL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define WORDS_LINE_MAX	4096
#define WORDS_MAX	64

struct word {
	const char	*text;		/* NUL-terminated; may hold NULs, too */
	size_t		 len;
};

struct words {
	struct word	 list[WORDS_MAX];
	size_t		 count;
	size_t		 next;		/* the word that words_next() gives */
	bool		 is_indented;	/* the line began with a blank */
	char		 store[WORDS_LINE_MAX + WORDS_MAX];
};

/* line needs no terminator and holds no newline. */
int	words_split(struct words *words, const char *line, size_t len,
	    struct error *err);

/* NULL at the end of the line. */
const char *words_peek(const struct words *words);
const char *words_next(struct words *words);
/* The next word if it is this one. */
bool	words_take(struct words *words, const char *text);
/* The next word; where none is left an error says that WHAT is missing. */
const char *words_need(struct words *words, const char *what,
	    struct error *err);
/* The rest of the line, one blank between words; the words are used up. */
void	words_rest(struct words *words, char *out, size_t size);
/* An error where words are left. */
int	words_end(const struct words *words, struct error *err);

/* Numbers, the same in every locale. Times: 3s, 250ms, 1.5s, 2min. */
int	words_number(struct words *words, const char *what, uint64_t min,
	    uint64_t max, uint64_t *out, struct error *err);
int	words_decimal(struct words *words, const char *what, double max,
	    double *out, struct error *err);
int	words_time(struct words *words, uint64_t *us, struct error *err);

#endif
