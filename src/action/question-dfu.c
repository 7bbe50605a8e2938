/* The protection of a device in DFU: standard requests for strings alone, which
 * disturb nobody who is flashing it. */
#include "config.h"

#include "action/question-parts.h"
#include "particle/descriptor.h"
#include "particle/dfuse.h"

#define STRING_MS	1000

static void
question_tell_protection(struct question *q, enum device_protection protection)
{
	struct registry_answers answers = {
		.has_protection = true,
		.protection = protection,
	};

	question_tell(q, &answers);
}

static void
question_on_map(struct exchange *x, void *arg)
{
	struct question *q = arg;
	const struct exchange_result *r = exchange_result(x);
	char text[DESCRIPTOR_STRING_SIZE];
	struct dfuse_map map;

	if (r->status == USB_OK &&
	    descriptor_string(text, sizeof text, r->data, r->len) &&
	    dfuse_map_parse(&map, text, NULL) == 0)
		question_tell_protection(q, dfuse_map_is_protected(&map)
		    ? DEVICE_PROTECTION_ON : DEVICE_OPEN);
	question_end(q);
}

/* No state string: the memory map tells, but not service mode. */
static void
question_ask_map(struct question *q)
{
	const struct descriptor_interface *alt = NULL;
	struct descriptors descriptors;
	struct buf bytes = { 0 };
	struct usb_setup setup;

	if (bus_descriptors(q->env->bus, q->node, &bytes, NULL) == 0 &&
	    descriptors_parse(&descriptors, bytes.data, bytes.len))
		alt = descriptors_dfu(&descriptors, 0);
	if (alt == NULL || alt->string == 0) {
		question_end(q);
	} else {
		descriptor_get_string(&setup, alt->string, USB_LANGID_EN_US);
		exchange_free(q->part);
		q->part = exchange_single(q->env->loop, q->handle, &setup,
		    NULL, STRING_MS, question_on_map, q);
	}
	buf_fini(&bytes);
}

static void
question_on_state(struct exchange *x, void *arg)
{
	static const enum device_protection protections[] = {
		[DFUSE_STATE_OPEN] = DEVICE_OPEN,
		[DFUSE_STATE_PROTECTED] = DEVICE_PROTECTION_ON,
		[DFUSE_STATE_SERVICE] = DEVICE_SERVICE,
	};
	struct question *q = arg;
	const struct exchange_result *r = exchange_result(x);
	enum dfuse_state state = DFUSE_STATE_UNKNOWN;
	char text[DESCRIPTOR_STRING_SIZE];

	if (r->status == USB_OK &&
	    descriptor_string(text, sizeof text, r->data, r->len))
		state = dfuse_state_parse(text);
	if (state != DFUSE_STATE_UNKNOWN) {
		question_tell_protection(q, protections[state]);
		question_end(q);
	} else if (r->status == USB_STALL || r->status == USB_OK) {
		question_ask_map(q);
	} else {
		question_end(q);
	}
}

void
question_ask_state(struct question *q)
{
	struct usb_setup setup;

	descriptor_get_string(&setup, DFUSE_STATE_STRING, USB_LANGID_EN_US);
	q->part = exchange_single(q->env->loop, q->handle, &setup, NULL,
	    STRING_MS, question_on_state, q);
}
