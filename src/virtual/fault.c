#include "config.h"

#include "virtual/fault.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "virtual/channel.h"
#include "virtual/device-parts.h"
#include "virtual/vendor.h"

#define TEXT_MAX	256

struct vdev_fault_state {
	struct vdev_fault	fault;
	unsigned		seen;	/* transfers that matched */
	unsigned		acted;
};

static const char *const fault_kinds[] = {
	[VDEV_FAULT_NONE] = "none",
	[VDEV_FAULT_STALL] = "stall",
	[VDEV_FAULT_NAK] = "nak",
	[VDEV_FAULT_LATE] = "late",
	[VDEV_FAULT_SHORT] = "short",
	[VDEV_FAULT_GARBAGE] = "garbage",
	[VDEV_FAULT_VANISH] = "vanish",
	[VDEV_FAULT_NO_RETURN] = "no-return",
};

static const char *const fault_wheres[] = {
	[VDEV_FAULT_ANY] = "any",
	[VDEV_FAULT_SERVICE] = "service",
	[VDEV_FAULT_VENDOR] = "vendor",
	[VDEV_FAULT_LINE] = "line",
	[VDEV_FAULT_DFU] = "dfu",
	[VDEV_FAULT_STRING] = "string",
};

const char *
vdev_fault_kind_name(enum vdev_fault_kind kind)
{
	return fault_kinds[kind];
}

/* --- From text ---------------------------------------------------------- */

static int
fault_find(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return (int)i;
	}
	return -1;
}

static bool
fault_parse_number(struct vdev_fault *fault, const char *key, const char *text)
{
	uint64_t value;

	if (!text_parse_u64(text, 0, 1000000000, &value))
		return false;
	if (strcmp(key, "request") == 0)
		fault->request = (int)value;
	else if (strcmp(key, "type") == 0)
		fault->type = (int)value;
	else if (strcmp(key, "skip") == 0)
		fault->skip = (unsigned)value;
	else if (strcmp(key, "count") == 0)
		fault->count = (unsigned)value;
	else if (strcmp(key, "delay") == 0)
		fault->delay_ms = (unsigned)value;
	else if (strcmp(key, "length") == 0)
		fault->length = (unsigned)value;
	else
		return false;
	return true;
}

static bool
fault_parse_word(struct vdev_fault *fault, char *word)
{
	char *value = strchr(word, '=');
	int found;

	if (value != NULL) {
		*value++ = '\0';
		return fault_parse_number(fault, word, value);
	}
	if (fault->kind == VDEV_FAULT_NONE) {
		found = fault_find(fault_kinds,
		    sizeof fault_kinds / sizeof fault_kinds[0], word);
		fault->kind = (enum vdev_fault_kind)found;
		return found > 0;
	}
	found = fault_find(fault_wheres,
	    sizeof fault_wheres / sizeof fault_wheres[0], word);
	if (found < 0)
		return false;
	fault->where = (enum vdev_fault_where)found;
	return true;
}

bool
vdev_fault_parse(struct vdev_fault *fault, const char *text)
{
	struct vdev_fault parsed = { .request = -1, .type = -1, .count = 1 };
	char copy[TEXT_MAX], *rest = copy, *word;

	if (!text_copy(copy, sizeof copy, text))
		return false;
	while ((word = strsep(&rest, " \t")) != NULL) {
		if (word[0] != '\0' && !fault_parse_word(&parsed, word))
			return false;
	}
	if (parsed.kind == VDEV_FAULT_NONE)
		return false;
	*fault = parsed;
	return true;
}

/* --- At work ------------------------------------------------------------ */

void
vdev_add_fault(struct vdev *dev, const struct vdev_fault *fault)
{
	dev->faults = xreallocarray(dev->faults, dev->fault_count + 1,
	    sizeof *dev->faults);
	dev->faults[dev->fault_count++] =
	    (struct vdev_fault_state){ .fault = *fault };
}

void
vdev_clear_faults(struct vdev *dev)
{
	free(dev->faults);
	dev->faults = NULL;
	dev->fault_count = 0;
}

static bool
fault_is_where(const struct vdev *dev, const struct vdev_fault *fault,
    const struct usb_setup *setup)
{
	uint8_t type = setup->request_type & USB_TYPE_MASK;

	switch (fault->where) {
	case VDEV_FAULT_ANY:
		return true;
	case VDEV_FAULT_SERVICE:
		return type == USB_TYPE_VENDOR && setup->request >= 1 &&
		    setup->request <= 5;
	case VDEV_FAULT_VENDOR:
		return type == USB_TYPE_VENDOR &&
		    setup->request == VDEV_VENDOR_REQUEST;
	case VDEV_FAULT_LINE:
		return type == USB_TYPE_CLASS && dev->dfu == NULL;
	case VDEV_FAULT_DFU:
		return type == USB_TYPE_CLASS && dev->dfu != NULL;
	case VDEV_FAULT_STRING:
		return type == USB_TYPE_STANDARD &&
		    setup->request == USB_REQ_GET_DESCRIPTOR &&
		    setup->value >> 8 == USB_DESC_STRING;
	}
	return false;
}

/* The type of a control request stands in INIT and in vendor requests; the
 * other services name it by the id. */
static int
fault_type_of(const struct vdev *dev, const struct usb_setup *setup)
{
	if (setup->request == VDEV_VENDOR_REQUEST || setup->request == 1)
		return setup->index;
	if (dev->channel == NULL)
		return -1;
	return vdev_channel_type_of(dev->channel, setup->index);
}

static bool
fault_matches(const struct vdev *dev, const struct vdev_fault *fault,
    const struct usb_setup *setup)
{
	bool any_request = fault->request < 0 ||
	    (fault->request == 0 && fault->where == VDEV_FAULT_SERVICE);

	if (fault->kind == VDEV_FAULT_NO_RETURN ||
	    !fault_is_where(dev, fault, setup))
		return false;
	if (!any_request && fault->request != setup->request)
		return false;
	return fault->type < 0 || fault_type_of(dev, setup) == fault->type;
}

/* Counts a match; whether the fault acts on it. */
static bool
fault_fires(struct vdev_fault_state *state)
{
	if (state->seen++ < state->fault.skip)
		return false;
	if (state->fault.count != 0 && state->acted >= state->fault.count)
		return false;
	state->acted++;
	return true;
}

const struct vdev_fault *
vdev_fault_for(struct vdev *dev, const struct usb_setup *setup)
{
	const struct vdev_fault *found = NULL;

	for (size_t i = 0; i < dev->fault_count; i++) {
		struct vdev_fault_state *state = &dev->faults[i];

		if (fault_matches(dev, &state->fault, setup) &&
		    fault_fires(state) && found == NULL)
			found = &state->fault;
	}
	return found;
}

bool
vdev_fault_no_return(struct vdev *dev)
{
	for (size_t i = 0; i < dev->fault_count; i++) {
		struct vdev_fault_state *state = &dev->faults[i];

		if (state->fault.kind == VDEV_FAULT_NO_RETURN &&
		    fault_fires(state))
			return true;
	}
	return false;
}
