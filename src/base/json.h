/*
 * JSON documents: built as a tree, written in the order of insertion.
 *
 * Texts are cleaned (text_clean) before they go in, so that a device's bytes
 * can make neither invalid UTF-8 nor control characters. jansson behind it.
 */
#ifndef PTERM_BASE_JSON_H
#define PTERM_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct json;

struct json	*json_new_object(void);
struct json	*json_new_array(void);
void		 json_free(struct json *json);		/* NULL is fine */

/* Members of an object. text NULL puts null; json_put_text_or_null() puts null
 * for "" too. A child's ownership passes. */
void	json_put_text(struct json *object, const char *key, const char *text);
void	json_put_text_or_null(struct json *object, const char *key,
	    const char *text);
void	json_put_integer(struct json *object, const char *key, int64_t value);
void	json_put_bool(struct json *object, const char *key, bool value);
void	json_put_null(struct json *object, const char *key);
void	json_put_child(struct json *object, const char *key,
	    struct json *child);
/* Elements of an array. */
void	json_add_child(struct json *array, struct json *child);

/* Appends the document without a newline; pretty: indented by two. */
void	json_write(const struct json *json, bool pretty, struct buf *out);

#endif
