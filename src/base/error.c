#include "config.h"

#include "base/error.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char	*name;
	int		 exit_status;
} error_codes[] = {
	[ERROR_NONE] =		{ "ok", 0 },
	[ERROR_FAILED] =	{ "failed", 1 },
	[ERROR_USAGE] =		{ "usage", 2 },
	[ERROR_NO_DEVICE] =	{ "no-device", 3 },
	[ERROR_AMBIGUOUS] =	{ "ambiguous", 4 },
	[ERROR_TIMEOUT] =	{ "timeout", 5 },
	[ERROR_PERMISSION] =	{ "permission", 6 },
	[ERROR_BUSY] =		{ "busy", 7 },
	[ERROR_REFUSED] =	{ "refused", 8 },
	[ERROR_GONE] =		{ "gone", 1 },
	[ERROR_STALL] =		{ "stall", 1 },
	[ERROR_IO] =		{ "io", 1 },
	[ERROR_PROTOCOL] =	{ "protocol", 1 },
	[ERROR_UNSUPPORTED] =	{ "unsupported", 1 },
	[ERROR_CANCELLED] =	{ "cancelled", 1 },
};

int
error_vset(struct error *err, enum error_code code, const char *fmt, va_list ap)
{
	if (err == NULL)
		return -1;
	err->code = code;
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	return -1;
}

int
error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_vset(err, code, fmt, ap);
	va_end(ap);
	return -1;
}

void
error_prefix(struct error *err, const char *fmt, ...)
{
	char old[ERROR_TEXT_MAX];
	va_list ap;
	size_t len;

	if (err == NULL)
		return;
	memcpy(old, err->text, sizeof old);
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof err->text - len, ": %s", old);
}

int
error_exit_status(enum error_code code)
{
	if ((size_t)code >= sizeof error_codes / sizeof *error_codes)
		return 1;
	return error_codes[code].exit_status;
}

const char *
error_code_name(enum error_code code)
{
	if ((size_t)code >= sizeof error_codes / sizeof *error_codes)
		return "failed";
	return error_codes[code].name;
}
