#include "config.h"

#include "cli/suggest.h"

#include <string.h>

#include "base/text.h"

#define WORD_MAX	24	/* longer words are nobody's typing slip */
#define PREFIX_MIN	2

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Insertions, deletions, replacements, and neighbours swapped: each counts 1.
 * rows[r] is the distance of the first r letters of a to those of b so far. */
static size_t
suggest_distance(const char *a, const char *b)
{
	size_t rows[WORD_MAX + 1][WORD_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (size_t i = 0; i <= la; i++)
		rows[i][0] = i;
	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= la; i++)
		for (size_t j = 1; j <= lb; j++) {
			size_t cost = a[i - 1] != b[j - 1];

			rows[i][j] = min3(rows[i - 1][j] + 1,
			    rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				rows[i][j] = min3(rows[i][j],
				    rows[i - 2][j - 2] + 1, WORD_MAX);
		}
	return rows[la][lb];
}

void
suggest_begin(struct suggest *s, const char *typed)
{
	*s = (struct suggest){ .typed = typed, .distance = WORD_MAX };
}

void
suggest_word(struct suggest *s, const char *word)
{
	size_t len = strlen(s->typed), distance;

	distance = suggest_distance(s->typed, word);
	if (len >= PREFIX_MIN && text_starts(word, s->typed))
		distance = 1;
	/* One slip in three letters, but no more than two. */
	if (distance > (len + 2) / 3 || distance > 2)
		return;
	if (distance < s->distance) {
		s->best = word;
		s->distance = distance;
	}
}

const char *
suggest_best(const struct suggest *s)
{
	return s->best;
}
