#include "config.h"

#include "particle/device-id.h"

#include <ctype.h>
#include <string.h>

static bool
device_id_is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool
device_id_parse(char out[DEVICE_ID_SIZE], const char *text, size_t len)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c > 0x7e)
			continue;
		c = (unsigned char)tolower(c);
		if (n == DEVICE_ID_LENGTH || !device_id_is_hex((char)c)) {
			out[0] = '\0';
			return false;
		}
		out[n++] = (char)c;
	}
	out[n] = '\0';
	if (n == DEVICE_ID_LENGTH)
		return true;
	out[0] = '\0';
	return false;
}

/* Reference 1.4: 42, the platform's id and 06, then the serial in 18 digits. */
#define EDL_PREFIX	"422a06"
#define EDL_DIGITS	18
#define EDL_MARK	"_SN:"

bool
device_id_from_edl(char out[DEVICE_ID_SIZE], const char *product)
{
	const char *serial = strstr(product, EDL_MARK);
	char text[DEVICE_ID_SIZE] = EDL_PREFIX;
	size_t len;

	out[0] = '\0';
	if (serial == NULL)
		return false;
	serial += strlen(EDL_MARK);
	len = strlen(serial);
	if (len == 0)
		return false;
	if (len > EDL_DIGITS)
		len = EDL_DIGITS;
	memset(text + strlen(EDL_PREFIX), '0', EDL_DIGITS - len);
	memcpy(text + DEVICE_ID_LENGTH - len, serial, len);
	return device_id_parse(out, text, DEVICE_ID_LENGTH);
}
