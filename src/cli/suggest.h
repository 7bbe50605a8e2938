/*
 * "Did you mean ...?": the known word that a mistyped one is nearest to.
 */
#ifndef PTERM_CLI_SUGGEST_H
#define PTERM_CLI_SUGGEST_H

#include <stddef.h>

struct suggest {
	const char	*typed;
	const char	*best;
	size_t		 distance;
};

void		 suggest_begin(struct suggest *s, const char *typed);
void		 suggest_word(struct suggest *s, const char *word);
/* NULL: nothing is near enough. */
const char	*suggest_best(const struct suggest *s);

#endif
