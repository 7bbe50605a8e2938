#include "config.h"

#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
wire_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *p = c == '\0' ? NULL : strchr(digits, c);

	return p == NULL ? -1 : (int)(p - digits);
}

void
wire_hex(struct wire_bytes *out, const char *hex)
{
	out->len = 0;
	for (;;) {
		int high, low;

		hex += strspn(hex, " ");
		if (*hex == '\0')
			return;
		high = wire_digit(hex[0]);
		low = wire_digit(hex[1]);
		if (high < 0 || low < 0 || out->len == WIRE_MAX) {
			fprintf(stderr, "wire_hex: no hex: %s\n", hex);
			abort();
		}
		out->data[out->len++] = (uint8_t)(high << 4 | low);
		hex += 2;
	}
}

const char *
wire_text(char *buf, size_t size, const struct usb_setup *setup,
    const uint8_t *out)
{
	size_t used = (size_t)snprintf(buf, size, "%02x %02x %04x %04x %04x",
	    setup->request_type, setup->request, setup->value, setup->index,
	    setup->length);

	for (size_t i = 0; out != NULL && i < setup->length && i < 32; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%02x",
		    i == 0 ? " " : "", out[i]);
	return buf;
}
