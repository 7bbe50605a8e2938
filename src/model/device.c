#include "config.h"

#include "model/device.h"

#include <string.h>

static const char *const mode_names[DEVICE_MODE_COUNT] = {
	[DEVICE_UNKNOWN] = "unknown",
	[DEVICE_NORMAL] = "normal",
	[DEVICE_LISTENING] = "listening",
	[DEVICE_SAFE] = "safe",
	[DEVICE_DFU] = "dfu",
	[DEVICE_SWITCHING] = "switching",
	[DEVICE_EDL] = "edl",
	[DEVICE_PROTECTED] = "protected",
	[DEVICE_NO_PERMISSION] = "no-permission",
	[DEVICE_NOT_ANSWERING] = "not-answering",
};

static const char *const protection_names[] = {
	[DEVICE_PROTECTION_UNKNOWN] = NULL,
	[DEVICE_OPEN] = "open",
	[DEVICE_PROTECTION_ON] = "protected",
	[DEVICE_SERVICE] = "service",
};

const char *
device_mode_name(enum device_mode mode)
{
	return (unsigned)mode < DEVICE_MODE_COUNT ? mode_names[mode]
	    : mode_names[DEVICE_UNKNOWN];
}

bool
device_mode_parse(const char *name, enum device_mode *mode)
{
	for (unsigned i = 0; i < DEVICE_MODE_COUNT; i++) {
		if (strcmp(mode_names[i], name) == 0) {
			*mode = (enum device_mode)i;
			return true;
		}
	}
	return false;
}

const char *
device_protection_name(enum device_protection protection)
{
	return protection_names[protection];
}

const char *
device_label(const struct device *device)
{
	return device->label;
}
