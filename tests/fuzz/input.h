/*
 * Fuzz input as a stream of decisions: what is asked for beyond its end is 0.
 */
#ifndef PTERM_TESTS_FUZZ_INPUT_H
#define PTERM_TESTS_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A property that must hold whatever the input; also where NDEBUG is set. */
#define HOLDS(condition)	((condition) ? (void)0 : __builtin_trap())

struct input {
	const uint8_t	*p;
	size_t		 left;
};

static inline uint8_t
input_u8(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->p++;
}

static inline uint16_t
input_u16(struct input *in)
{
	uint16_t low = input_u8(in);

	return (uint16_t)(low | input_u8(in) << 8);
}

/* At most want bytes; *len is how many there are. */
static inline const uint8_t *
input_bytes(struct input *in, size_t want, size_t *len)
{
	const uint8_t *p = in->p;

	*len = want < in->left ? want : in->left;
	in->p += *len;
	in->left -= *len;
	return p;
}

#endif
