/*
 * Transfers in hex, for tests of what is fed with the ends of transfers
 * (particle/ctrl.h, particle/dfu.h). Setup packets are written as in
 * tests/data/transcripts: "c0 01 0000 0048 0040".
 */
#ifndef PTERM_TESTS_SUPPORT_WIRE_H
#define PTERM_TESTS_SUPPORT_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/usb.h"

#define WIRE_MAX	8192

struct wire_bytes {
	uint8_t	data[WIRE_MAX];
	size_t	len;
};

/* Blanks are skipped; anything else that is no hex ends the test program. */
void	wire_hex(struct wire_bytes *out, const char *hex);
/* The setup packet, and the data of an OUT transfer behind it. out may be
 * NULL. The string lives until the next call. */
const char *wire_text(char *buf, size_t size, const struct usb_setup *setup,
	    const uint8_t *out);

#endif
