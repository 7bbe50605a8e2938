#include "config.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

/*
 * Unicode 15, table 3-7: the lead byte fixes the length and the range of the
 * second byte, which keeps out overlong forms, surrogates and what lies above
 * U+10FFFF.
 */
size_t
utf8_decode(const char *s, size_t len, uint32_t *out)
{
	const unsigned char *p = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xbf;
	uint32_t c;
	size_t need;

	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		need = 2;
		c = p[0] & 0x1fu;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		need = 3;
		c = p[0] & 0x0fu;
		low = p[0] == 0xe0 ? 0xa0 : 0x80;
		high = p[0] == 0xed ? 0x9f : 0xbf;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		need = 4;
		c = p[0] & 0x07u;
		low = p[0] == 0xf0 ? 0x90 : 0x80;
		high = p[0] == 0xf4 ? 0x8f : 0xbf;
	} else
		return 0;
	if (len < need || p[1] < low || p[1] > high)
		return 0;
	c = c << 6 | (p[1] & 0x3fu);
	for (size_t i = 2; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	*out = c;
	return need;
}

size_t
utf8_encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool
text_copy(char *dst, size_t size, const char *src)
{
	size_t len = strlen(src);

	if (size == 0)
		return false;
	if (len < size) {
		memcpy(dst, src, len + 1);
		return true;
	}
	len = size - 1;
	while (len > 0 && ((unsigned char)src[len] & 0xc0) == 0x80)
		len--;
	memcpy(dst, src, len);
	dst[len] = '\0';
	return false;
}

/* Characters that change how others are shown, or are not shown themselves:
 * C0, C1, line separators, zero-width and bidirectional controls, the byte
 * order mark, tags. */
static bool
text_is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad ||
	    c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	    c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	    (c >= 0xe0000 && c <= 0xe007f) || (c & 0xfffe) == 0xfffe;
}

char *
text_clean(char *dst, size_t size, const char *src, size_t len)
{
	size_t used = 0, n, piece_len;
	const char *piece;
	char escape[16];
	uint32_t c;

	if (size == 0)
		return dst;
	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(src + i, len - i, &c);
		piece = src + i;
		piece_len = n;
		if (n == 0 || text_is_unsafe(c)) {
			if (n == 0)
				c = (unsigned char)src[i];
			if (n == 0 || c < 0x100)
				snprintf(escape, sizeof escape, "\\x%02" PRIx32,
				    c);
			else
				snprintf(escape, sizeof escape, "\\u%04" PRIx32,
				    c);
			piece = escape;
			piece_len = strlen(escape);
			n = n == 0 ? 1 : n;
		}
		if (piece_len >= size - used)
			break;
		memcpy(dst + used, piece, piece_len);
		used += piece_len;
	}
	dst[used] = '\0';
	return dst;
}

static size_t
char_width(uint32_t c)
{
	int width = wcwidth((wchar_t)c);

	return width < 0 ? 1 : (size_t)width;
}

size_t
text_width(const char *s)
{
	size_t len = strlen(s), width = 0, n;
	uint32_t c;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &c);
		if (n == 0) {
			n = 1;
			width++;
		} else
			width += char_width(c);
	}
	return width;
}

size_t
text_fit(const char *s, size_t columns)
{
	size_t len = strlen(s), width = 0, i, n, w;
	uint32_t c;

	for (i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &c);
		w = n == 0 ? 1 : char_width(c);
		if (n == 0)
			n = 1;
		if (width + w > columns)
			break;
		width += w;
	}
	return i;
}

bool
text_is_hex(const char *s)
{
	if (*s == '\0')
		return false;
	return s[strspn(s, "0123456789abcdefABCDEF")] == '\0';
}

bool
text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
text_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s), suffix_len = strlen(suffix);

	return len >= suffix_len && strcmp(s + len - suffix_len, suffix) == 0;
}

bool
text_parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' ||
		    __builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*s - '0'), &value))
			return false;
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

char *
text_duration(char *dst, size_t size, uint64_t us)
{
	if (us < UINT64_C(10000000))
		snprintf(dst, size, "%" PRIu64 ".%02" PRIu64 " s",
		    us / 1000000, us / 10000 % 100);
	else if (us < UINT64_C(100000000))
		snprintf(dst, size, "%" PRIu64 ".%" PRIu64 " s",
		    us / 1000000, us / 100000 % 10);
	else
		snprintf(dst, size, "%" PRIu64 " min", us / 60000000);
	return dst;
}

char *
text_rfc3339(char *dst, size_t size, uint64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / 1000000);
	char date[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(dst, size, "%s.%03uZ", date,
	    (unsigned)(wall_us / 1000 % 1000));
	return dst;
}
