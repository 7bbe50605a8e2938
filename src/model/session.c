#include "config.h"

#include "model/session.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

struct line {
	enum session_kind	 kind;
	uint64_t		 wall_us;
	char			*text;
};

/* Line n is lines[n % capacity]. The open line's bytes are in `open`, as they
 * came; its text is made anew whenever it grows. */
struct session {
	struct line	*lines;
	size_t		 capacity;
	uint64_t	 first;
	uint64_t	 end;
	struct buf	 open;
	bool		 is_open;	/* line end - 1 is the open one */
	bool		 after_cr;	/* an LF now belongs to that CR */
	uint64_t	 bytes;
};

struct session *
session_new(size_t capacity)
{
	struct session *session = xcalloc(1, sizeof *session);

	assert(capacity > 0);
	session->capacity = capacity;
	session->lines = xcalloc(capacity, sizeof *session->lines);
	return session;
}

void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	for (size_t i = 0; i < session->capacity; i++)
		free(session->lines[i].text);
	free(session->lines);
	buf_fini(&session->open);
	free(session);
}

static struct line *
session_line_at(const struct session *session, uint64_t number)
{
	return &session->lines[number % session->capacity];
}

/* text becomes the session's. */
static void
session_append(struct session *session, enum session_kind kind,
    uint64_t wall_us, char *text)
{
	struct line *line;

	if (session->end - session->first == session->capacity)
		session->first++;
	line = session_line_at(session, session->end++);
	free(line->text);
	*line = (struct line){ kind, wall_us, text };
}

static char *
session_clean(const struct buf *bytes)
{
	/* An escape makes at most six bytes out of one. */
	size_t size = 6 * bytes->len + 1;

	return text_clean(xmalloc(size), size, (const char *)bytes->data,
	    bytes->len);
}

static void
session_show_open(struct session *session, uint64_t wall_us)
{
	struct line *line;

	if (!session->is_open) {
		session_append(session, SESSION_TEXT, wall_us,
		    session_clean(&session->open));
		session->is_open = true;
		return;
	}
	line = session_line_at(session, session->end - 1);
	free(line->text);
	line->text = session_clean(&session->open);
}

static void
session_close_line(struct session *session)
{
	session->is_open = false;
	buf_clear(&session->open);
}

/* How many bytes from data come before the end of the line. */
static size_t
session_run(const uint8_t *data, size_t len)
{
	size_t n = 0;

	while (n < len && data[n] != '\n' && data[n] != '\r')
		n++;
	return n;
}

void
session_bytes(struct session *session, const uint8_t *data, size_t len,
    uint64_t wall_us)
{
	size_t n, room;

	session->bytes += len;
	while (len > 0) {
		if (session->after_cr && *data == '\n') {
			session->after_cr = false;
			data++;
			len--;
			continue;
		}
		session->after_cr = false;
		room = SESSION_LINE_MAX - session->open.len;
		n = session_run(data, len);
		if (n > room)
			n = room;
		buf_append(&session->open, data, n);
		data += n;
		len -= n;
		if (len == 0) {
			if (n > 0)
				session_show_open(session, wall_us);
			return;
		}
		session_show_open(session, wall_us);
		session_close_line(session);
		if (*data == '\n' || *data == '\r') {
			session->after_cr = *data == '\r';
			data++;
			len--;
		}
	}
}

void
session_say(struct session *session, enum session_kind kind, uint64_t wall_us,
    const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;
	char *raw;

	session_close_line(session);
	session->after_cr = false;
	va_start(ap, fmt);
	raw = xvasprintf(fmt, ap);
	va_end(ap);
	buf_puts(&text, raw);
	session_append(session, kind, wall_us, session_clean(&text));
	buf_fini(&text);
	free(raw);
}

uint64_t
session_first(const struct session *session)
{
	return session->first;
}

uint64_t
session_end(const struct session *session)
{
	return session->end;
}

struct session_line
session_get(const struct session *session, uint64_t number)
{
	const struct line *line = session_line_at(session, number);

	assert(number >= session->first && number < session->end);
	return (struct session_line){
		.kind = line->kind,
		.wall_us = line->wall_us,
		.text = line->text,
		.is_open = session->is_open && number == session->end - 1,
	};
}

uint64_t
session_byte_count(const struct session *session)
{
	return session->bytes;
}
