/*
 * Text that is safe to show, and small string tools.
 */
#ifndef PTERM_BASE_TEXT_H
#define PTERM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies and always terminates; cuts at a character, not inside one. Returns
 * whether all of it fitted. */
bool	text_copy(char *dst, size_t size, const char *src);

/* Makes hostile bytes fit to be shown on one line of a terminal: valid UTF-8
 * stays, control characters (C0, C1, DEL) and bidirectional overrides become
 * visible ("\x1b", "\u202e"), invalid bytes become "\xNN". Always terminates;
 * cuts between characters. Returns dst. */
char	*text_clean(char *dst, size_t size, const char *src, size_t len);

/* Columns on a terminal of clean UTF-8 (wide characters count two, combining
 * ones none). */
size_t	text_width(const char *s);
/* Length in bytes of the longest prefix that fits in columns. */
size_t	text_fit(const char *s, size_t columns);

/* One character: its length in bytes, or 0 where the bytes are not UTF-8. */
size_t	utf8_decode(const char *s, size_t len, uint32_t *out);
/* c is at most U+10FFFF; returns how many of the four bytes it takes. */
size_t	utf8_encode(uint32_t c, char out[4]);

bool	text_is_hex(const char *s);
bool	text_starts(const char *s, const char *prefix);
bool	text_ends(const char *s, const char *suffix);
/* Whole decimal number in min..max; false where it is anything else. */
bool	text_parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out);
/* "0.09 s", "1.71 s", "12 s", "3 min": always the same few digits. */
char	*text_duration(char *dst, size_t size, uint64_t us);
/* RFC 3339 UTC with milliseconds: "2026-11-23T12:41:03.112Z". */
char	*text_rfc3339(char *dst, size_t size, uint64_t wall_us);

#endif
