/*
 * Session: the serial conversation with one device, as lines.
 *
 * Bytes come in any pieces; CR LF, LF and a lone CR end a line, also across
 * pieces. What came without an end is the open line: it is shown, and grows. A
 * line of more than SESSION_LINE_MAX bytes is broken into several. A gap (the
 * device was away) and a note are lines of their own and close an open one.
 *
 * Lines are named by a number that only grows; the oldest go when there are
 * more than the capacity. Text is clean (text_clean): no byte of the device can
 * steer the terminal. Pure state: bytes and times are arguments.
 */
#ifndef PTERM_MODEL_SESSION_H
#define PTERM_MODEL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_LINE_MAX 2048

struct session;

enum session_kind {
	SESSION_TEXT,		/* the device said it */
	SESSION_GAP,		/* it was away */
	SESSION_NOTE,		/* pterm has something to say */
};

struct session_line {
	enum session_kind	 kind;
	uint64_t		 wall_us;	/* when its first byte came */
	const char		*text;		/* valid until the next change */
	bool			 is_open;
};

struct session	*session_new(size_t capacity);
void		 session_free(struct session *session);

void	session_bytes(struct session *session, const uint8_t *data, size_t len,
	    uint64_t wall_us);
void	session_say(struct session *session, enum session_kind kind,
	    uint64_t wall_us, const char *fmt, ...)
	    __attribute__((format(printf, 4, 5)));

/* Lines first..end-1 exist; the last may be open. */
uint64_t	 session_first(const struct session *session);
uint64_t	 session_end(const struct session *session);
struct session_line session_get(const struct session *session, uint64_t number);
uint64_t	 session_byte_count(const struct session *session);

#endif
