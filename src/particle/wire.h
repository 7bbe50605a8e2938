/* Little-endian numbers in foreign bytes; the caller has checked the length. */
#ifndef PTERM_PARTICLE_WIRE_H
#define PTERM_PARTICLE_WIRE_H

#include <stdint.h>

static inline uint16_t
wire_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
wire_le24(const uint8_t *p)
{
	return wire_le16(p) | (uint32_t)p[2] << 16;
}

static inline uint32_t
wire_le32(const uint8_t *p)
{
	return wire_le16(p) | (uint32_t)wire_le16(p + 2) << 16;
}

#endif
