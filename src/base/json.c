#include "config.h"

#include "base/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* struct json is jansson's json_t under a name of ours. */
static json_t *
json_theirs(struct json *json)
{
	return (json_t *)json;
}

static struct json *
json_ours(json_t *json)
{
	if (json == NULL)
		abort();	/* no memory: jansson has no other reason here */
	return (struct json *)json;
}

struct json *
json_new_object(void)
{
	return json_ours(json_object());
}

struct json *
json_new_array(void)
{
	return json_ours(json_array());
}

void
json_free(struct json *json)
{
	json_decref(json_theirs(json));
}

static struct json *
json_new_text(const char *text)
{
	/* An escape makes at most six bytes out of one. */
	size_t len = strlen(text), size = 6 * len + 1;
	char *clean = text_clean(xmalloc(size), size, text, len);
	struct json *json = json_ours(json_string(clean));

	free(clean);
	return json;
}

void
json_put_child(struct json *object, const char *key, struct json *child)
{
	if (json_object_set_new(json_theirs(object), key, json_theirs(child)))
		abort();
}

void
json_put_text(struct json *object, const char *key, const char *text)
{
	if (text == NULL)
		json_put_null(object, key);
	else
		json_put_child(object, key, json_new_text(text));
}

void
json_put_text_or_null(struct json *object, const char *key, const char *text)
{
	json_put_text(object, key,
	    text != NULL && *text != '\0' ? text : NULL);
}

void
json_put_integer(struct json *object, const char *key, int64_t value)
{
	json_put_child(object, key, json_ours(json_integer(value)));
}

void
json_put_bool(struct json *object, const char *key, bool value)
{
	json_put_child(object, key, json_ours(json_boolean(value)));
}

void
json_put_null(struct json *object, const char *key)
{
	json_put_child(object, key, json_ours(json_null()));
}

void
json_add_child(struct json *array, struct json *child)
{
	if (json_array_append_new(json_theirs(array), json_theirs(child)))
		abort();
}

static int
json_append(const char *data, size_t len, void *arg)
{
	buf_append(arg, data, len);
	return 0;
}

void
json_write(const struct json *json, bool pretty, struct buf *out)
{
	/* 10 digits are enough for times in seconds and keep 0.1 readable. */
	size_t flags = JSON_REAL_PRECISION(10) |
	    (pretty ? JSON_INDENT(2) : JSON_COMPACT);

	if (json_dump_callback((const json_t *)json, json_append, out, flags))
		abort();
}
