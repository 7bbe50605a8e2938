#include "config.h"

#include "model/names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"

#define ID_LENGTH	24
#define NAME_CHARS_MAX	32
#define NAME_BYTES_MAX	63
#define FILE_MAX	(1024 * 1024)
#define COMPLAINTS_MAX	100
#define SHOWN_MAX	64
#define SPACES		" \t\r\f\v"

/* A line of the file: as it stands there, and what it means. */
struct names_line {
	char	*raw;		/* without its newline */
	size_t	 raw_len;
	char	 id[ID_LENGTH + 1];	/* "": a comment, or nonsense */
	char	 name[NAME_BYTES_MAX + 1];
};

/* Tells whether the file is still the one that was read. */
struct names_stamp {
	bool		exists;
	dev_t		device;
	ino_t		inode;
	off_t		size;
	struct timespec	modified;
};

struct names {
	char			*path;	/* NULL: in memory alone */
	struct names_line	*lines;
	size_t			 count;
	size_t			 cap;
	char			*complaints[COMPLAINTS_MAX];
	size_t			 complaint_count;
	struct names_stamp	 stamp;
	bool			 is_unreadable;
	struct error		 why;
};

/* --- What may be a name ------------------------------------------------- */

static size_t
names_characters(const char *name)
{
	size_t count = 0;

	for (; *name != '\0'; name++)
		count += ((unsigned char)*name & 0xc0) != 0x80;
	return count;
}

/* "1-1.2": what the bus calls places. */
static bool
names_is_place(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	return digits != 0 && name[digits] == '-' &&
	    name[digits + 1 + strspn(name + digits + 1, "0123456789.")] == '\0';
}

/* NULL: fine; else what is wrong with it. */
static const char *
names_objection(const char *name)
{
	char clean[4 * NAME_BYTES_MAX + 1];
	size_t len = strlen(name), count;

	if (len == 0)
		return "a name has at least one character";
	if (len > NAME_BYTES_MAX || names_characters(name) > NAME_CHARS_MAX)
		return "a name has at most 32 characters";
	text_clean(clean, sizeof clean, name, len);
	if (strcmp(clean, name) != 0 || strpbrk(name, "\t") != NULL)
		return "a name has printable characters only";
	if (name[0] == ' ' || name[len - 1] == ' ')
		return "a name neither begins nor ends with a space";
	if (name[0] == '#' || name[0] == '-')
		return "a name begins with neither # nor -";
	count = strspn(name, "0123456789abcdefABCDEF");
	if (name[count] == '\0' && count >= 4)
		return "a name must not look like a device id";
	if (strchr(name, '/') != NULL || names_is_place(name))
		return "a name must not look like a path";
	if (text_starts(name, "tty"))
		return "a name must not look like a serial port";
	return NULL;
}

static bool
names_take_id(char id[ID_LENGTH + 1], const char *text, size_t len)
{
	if (len != ID_LENGTH)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		id[i] = c;
	}
	id[len] = '\0';
	return true;
}

/* --- Reading ------------------------------------------------------------ */

static void __attribute__((format(printf, 3, 4)))
names_complain(struct names *n, size_t number, const char *fmt, ...)
{
	char *text;
	va_list ap;

	if (n->complaint_count == COMPLAINTS_MAX)
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (number != 0)
		n->complaints[n->complaint_count++] = xasprintf("%s:%zu: %s",
		    n->path, number, text);
	else
		n->complaints[n->complaint_count++] = xasprintf("%s: %s",
		    n->path, text);
	free(text);
}

static struct names_line *
names_find(const struct names *n, const char *id)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->lines[i].id[0] != '\0' &&
		    strcasecmp(n->lines[i].id, id) == 0)
			return &n->lines[i];
	return NULL;
}

static const struct names_line *
names_find_name(const struct names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->lines[i].id[0] != '\0' &&
		    strcasecmp(n->lines[i].name, name) == 0)
			return &n->lines[i];
	return NULL;
}

static struct names_line *
names_append(struct names *n, const char *raw, size_t len)
{
	struct names_line *line;

	if (n->count == n->cap) {
		n->cap = n->cap == 0 ? 16 : n->cap * 2;
		n->lines = xreallocarray(n->lines, n->cap, sizeof *n->lines);
	}
	line = &n->lines[n->count++];
	*line = (struct names_line){ .raw_len = len };
	line->raw = xmalloc(len + 1);
	memcpy(line->raw, raw, len);
	line->raw[len] = '\0';
	return line;
}

/* Fills id and name, or complains and leaves both empty. */
static void
names_understand(struct names *n, struct names_line *line, size_t number)
{
	const char *p = line->raw, *end = p + line->raw_len;
	char id[ID_LENGTH + 1], shown[SHOWN_MAX], name[NAME_BYTES_MAX + 1];
	const char *objection;
	size_t len;

	if (memchr(p, '\0', line->raw_len) != NULL) {
		names_complain(n, number, "the line holds a NUL byte");
		return;
	}
	p += strspn(p, SPACES);
	if (*p == '\0' || *p == '#')
		return;
	len = strcspn(p, SPACES);
	if (!names_take_id(id, p, len)) {
		names_complain(n, number, "%s is not a device id (24 hex "
		    "digits)", text_clean(shown, sizeof shown, p, len));
		return;
	}
	p += len;
	p += strspn(p, SPACES);
	while (end > p && strchr(SPACES, end[-1]) != NULL)
		end--;
	len = (size_t)(end - p);
	if (len >= sizeof name) {
		names_complain(n, number, "a name has at most 32 characters");
		return;
	}
	memcpy(name, p, len);
	name[len] = '\0';
	objection = names_objection(name);
	if (objection != NULL)
		names_complain(n, number, "%s", objection);
	else if (names_find(n, id) != NULL)
		names_complain(n, number, "%s has a name already", id);
	else if (names_find_name(n, name) != NULL)
		names_complain(n, number, "another device is called %s", name);
	else {
		memcpy(line->id, id, sizeof line->id);
		memcpy(line->name, name, sizeof line->name);
	}
}

static void
names_clear(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->lines[i].raw);
	for (size_t i = 0; i < n->complaint_count; i++)
		free(n->complaints[i]);
	n->count = 0;
	n->complaint_count = 0;
	n->is_unreadable = false;
}

static struct names_stamp
names_stamp(const char *path)
{
	struct stat st;

	if (path == NULL || stat(path, &st) != 0)
		return (struct names_stamp){ 0 };
	return (struct names_stamp){
		.exists = true,
		.device = st.st_dev,
		.inode = st.st_ino,
		.size = st.st_size,
		.modified = st.st_mtim,
	};
}

static bool
names_is_same(const struct names_stamp *a, const struct names_stamp *b)
{
	return a->exists == b->exists && a->device == b->device &&
	    a->inode == b->inode && a->size == b->size &&
	    a->modified.tv_sec == b->modified.tv_sec &&
	    a->modified.tv_nsec == b->modified.tv_nsec;
}

static void
names_read(struct names *n)
{
	struct buf text = { 0 };
	bool missing = false;

	if (n->path == NULL)
		return;
	names_clear(n);
	if (n->path[0] == '\0')
		return;
	n->stamp = names_stamp(n->path);
	if (path_read(n->path, FILE_MAX, &text, &missing, &n->why) != 0) {
		n->is_unreadable = !missing;
		if (n->is_unreadable)
			names_complain(n, 0, "not read: %s", n->why.text);
		buf_fini(&text);
		return;
	}
	for (size_t at = 0, number = 1; at < text.len; number++) {
		const uint8_t *line = text.data + at;
		const uint8_t *end = memchr(line, '\n', text.len - at);
		size_t len = end != NULL ? (size_t)(end - line)
		    : text.len - at;

		names_append(n, (const char *)line, len);
		names_understand(n, &n->lines[n->count - 1], number);
		at += len + 1;
	}
	buf_fini(&text);
}

struct names *
names_open(const char *path)
{
	struct names *n = xcalloc(1, sizeof *n);

	if (path != NULL)
		n->path = xstrdup(path);
	names_read(n);
	return n;
}

void
names_close(struct names *n)
{
	if (n == NULL)
		return;
	names_clear(n);
	free(n->lines);
	free(n->path);
	free(n);
}

const char *
names_get(const struct names *n, const char *id)
{
	const struct names_line *line = names_find(n, id);

	return line != NULL ? line->name : NULL;
}

size_t
names_complaint_count(const struct names *n)
{
	return n->complaint_count;
}

const char *
names_complaint(const struct names *n, size_t i)
{
	return i < n->complaint_count ? n->complaints[i] : NULL;
}

/* --- Writing ------------------------------------------------------------ */

static int
names_write(struct names *n, struct error *err)
{
	struct buf text = { 0 };
	int result;

	if (n->path == NULL)
		return 0;
	for (size_t i = 0; i < n->count; i++) {
		buf_append(&text, n->lines[i].raw, n->lines[i].raw_len);
		buf_put_u8(&text, '\n');
	}
	result = path_make_parents(n->path, err);
	if (result == 0)
		result = path_replace(n->path, text.data, text.len, 0644, err);
	buf_fini(&text);
	return result;
}

static void
names_remove(struct names *n, struct names_line *line)
{
	size_t i = (size_t)(line - n->lines);

	free(line->raw);
	memmove(line, line + 1, (n->count - i - 1) * sizeof *line);
	n->count--;
}

static void
names_put(struct names *n, const char *id, const char *name)
{
	struct names_line *line = names_find(n, id);
	char *raw = xasprintf("%s %s", id, name);

	if (line == NULL)
		line = names_append(n, "", 0);
	free(line->raw);
	line->raw = raw;
	line->raw_len = strlen(raw);
	text_copy(line->id, sizeof line->id, id);
	text_copy(line->name, sizeof line->name, name);
}

static int
names_check(const struct names *n, const char *id, const char *name,
    struct error *err)
{
	const char *objection = names_objection(name);
	const struct names_line *other;
	char shown[SHOWN_MAX];

	if (objection != NULL)
		return error_set(err, ERROR_USAGE, "%s: %s", text_clean(shown,
		    sizeof shown, name, strlen(name)), objection);
	other = names_find_name(n, name);
	if (other != NULL && strcmp(other->id, id) != 0)
		return error_set(err, ERROR_USAGE,
		    "%s: device %s has this name already", name, other->id);
	return 0;
}

/* Brings the file up to date with what people did to it meanwhile. */
static int
names_refresh(struct names *n, struct error *err)
{
	struct names_stamp now;

	if (n->path != NULL && n->path[0] == '\0')
		return error_set(err, ERROR_FAILED,
		    "nowhere to keep names: HOME is not set");
	now = names_stamp(n->path);
	if (!names_is_same(&now, &n->stamp) || n->is_unreadable)
		names_read(n);
	if (!n->is_unreadable)
		return 0;
	if (err != NULL)
		*err = n->why;
	return -1;
}

static int
names_save(struct names *n, struct error *err)
{
	int result = names_write(n, err);

	names_read(n);		/* what is known is what stands there */
	return result;
}

int
names_set(struct names *n, const char *id_text, const char *name,
    struct error *err)
{
	struct names_line *line;
	char id[ID_LENGTH + 1];

	if (!names_take_id(id, id_text, strlen(id_text)))
		return error_set(err, ERROR_USAGE,
		    "a device without an id can't have a name");
	if (names_refresh(n, err) != 0)
		return -1;
	if (name != NULL && name[0] != '\0') {
		if (names_check(n, id, name, err) != 0)
			return -1;
		names_put(n, id, name);
		return names_save(n, err);
	}
	/* A second line of this device, ignored so far, would come up. */
	while ((line = names_find(n, id)) != NULL) {
		names_remove(n, line);
		if (names_save(n, err) != 0)
			return -1;
	}
	return 0;
}
