/*
 * Errors: what went wrong, for the program and for the person.
 *
 * The world said no: a function returns -1 or NULL and fills a struct error,
 * always its last argument. The code is for the program, the text is one
 * sentence without a full stop that names the thing and the cause:
 * "gatehouse: erase 0x080a0000: device disconnected". A layer may prefix its
 * own name once. Nobody below the front ends prints.
 *
 * A NULL error is allowed everywhere: the caller does not care why.
 */
#ifndef PTERM_BASE_ERROR_H
#define PTERM_BASE_ERROR_H

#include <stdarg.h>

enum error_code {
	ERROR_NONE,
	ERROR_FAILED,		/* nothing more special */
	ERROR_USAGE,		/* the user's words are off */
	ERROR_NO_DEVICE,	/* no such device is attached */
	ERROR_AMBIGUOUS,	/* several devices fit */
	ERROR_TIMEOUT,		/* a deadline passed */
	ERROR_PERMISSION,	/* the system does not let this user */
	ERROR_BUSY,		/* another program holds it */
	ERROR_REFUSED,		/* a safety check of ours said no */
	ERROR_GONE,		/* the device left in the middle of it */
	ERROR_STALL,		/* the device refused the request */
	ERROR_IO,		/* the transfer broke */
	ERROR_PROTOCOL,		/* the device's answer makes no sense */
	ERROR_UNSUPPORTED,	/* the device or its firmware can't */
	ERROR_CANCELLED,	/* the user, or the end of the program */
};

#define ERROR_TEXT_MAX 512

struct error {
	enum error_code	code;
	char		text[ERROR_TEXT_MAX];
};

/* Replaces what was there; a text that is too long is cut. Returns -1, so that
 * "return error_set(...)" reads well. */
int	error_set(struct error *err, enum error_code code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
int	error_vset(struct error *err, enum error_code code, const char *fmt,
	    va_list ap) __attribute__((format(printf, 3, 0)));

/* Puts "PREFIX: " before the text. */
void	error_prefix(struct error *err, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* The exit status of pterm(1) for a code: 0 ok, 1 failed, 2 usage, 3 no such
 * device, 4 ambiguous, 5 timed out, 6 permission, 7 busy, 8 refused. */
int	error_exit_status(enum error_code code);

/* A short word for JSON: "timeout", "no-device", ... */
const char	*error_code_name(enum error_code code);

#endif
