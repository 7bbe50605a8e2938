#include "config.h"

#include "cli/report.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const char *
report_platform(const struct device *d)
{
	if (d->usb_mode == PLATFORM_USB_EDL)
		return "Qualcomm EDL, maybe Tachyon";
	return platform_shown_name(d->platform, d->usb.product);
}

const char *
report_port(const struct device *d)
{
	if (!d->is_present)
		return "";
	return text_starts(d->usb.tty, "/dev/") ? d->usb.tty + strlen("/dev/")
	    : d->usb.tty;
}

const char *
report_note(const struct device *d)
{
	return d->problem[0] != '\0' ? d->problem : d->mode_reason;
}

const char *
report_speed(enum bus_speed speed)
{
	static const char *const names[] = {
		[BUS_SPEED_UNKNOWN] = NULL,
		[BUS_SPEED_LOW] = "low",
		[BUS_SPEED_FULL] = "full",
		[BUS_SPEED_HIGH] = "high",
		[BUS_SPEED_SUPER] = "super",
	};

	return (size_t)speed < sizeof names / sizeof names[0] ? names[speed]
	    : NULL;
}

static void
report_put_platform(struct json *json, const struct device *d)
{
	const struct platform *p = d->platform;

	/* Any Qualcomm chip in EDL mode looks like a Tachyon's. */
	if (d->usb_mode == PLATFORM_USB_EDL) {
		json_put_null(json, "platform");
		json_put_null(json, "platform_id");
	} else {
		json_put_text(json, "platform", p->name);
		json_put_integer(json, "platform_id", p->id);
	}
	json_put_text(json, "platform_name", report_platform(d));
	json_put_text_or_null(json, "product", d->usb.product);
	if (p->generation > 0)
		json_put_integer(json, "generation", p->generation);
	else
		json_put_null(json, "generation");
}

static struct json *
report_usb(const struct device *d)
{
	struct json *usb = json_new_object();
	char hex[8];

	snprintf(hex, sizeof hex, "%04x", d->usb.vid);
	json_put_text(usb, "vid", hex);
	snprintf(hex, sizeof hex, "%04x", d->usb.pid);
	json_put_text(usb, "pid", hex);
	if (d->is_present) {
		json_put_integer(usb, "bus", d->usb.bus);
		json_put_integer(usb, "address", d->usb.address);
	} else {
		json_put_null(usb, "bus");
		json_put_null(usb, "address");
	}
	json_put_text_or_null(usb, "path", d->usb.path);
	json_put_text(usb, "speed", report_speed(d->usb.speed));
	return usb;
}

void
report_put_device(struct json *json, const struct device *d)
{
	struct json *access = json_new_object();

	json_put_text_or_null(json, "id", d->id);
	report_put_platform(json, d);
	json_put_text(json, "mode", device_mode_name(d->mode));
	json_put_text_or_null(json, "mode_reason", d->mode_reason);
	json_put_text(json, "protection",
	    device_protection_name(d->protection));
	json_put_text_or_null(json, "system_version", d->system_version);
	json_put_text_or_null(json, "tty", d->is_present ? d->usb.tty : "");
	json_put_text_or_null(json, "nickname", d->nickname);
	/* false means that this user may not, not that there is none. */
	json_put_bool(access, "usb", d->usb.usb_access);
	json_put_bool(access, "tty", d->usb.tty[0] == '\0' ||
	    d->usb.tty_access);
	json_put_child(json, "access", access);
	json_put_text_or_null(json, "problem", d->problem);
	json_put_child(json, "usb", report_usb(d));
}

struct json *
report_device(const struct device *d)
{
	struct json *json = json_new_object();

	report_put_device(json, d);
	return json;
}

/* The colours are those of the devices' own status LED. */
static const struct {
	const char	*color;
	const char	*sign;
	const char	*ascii;
} report_modes[DEVICE_MODE_COUNT] = {
	[DEVICE_UNKNOWN] = { "\033[2m", "○", "?" },
	[DEVICE_NORMAL] = { "\033[36m", "●", "*" },
	[DEVICE_LISTENING] = { "\033[34m", "◐", "~" },
	[DEVICE_SAFE] = { "\033[35m", "◆", "!" },
	[DEVICE_DFU] = { "\033[33m", "▲", "^" },
	[DEVICE_SWITCHING] = { "", "↻", "." },
	[DEVICE_EDL] = { "\033[2m", "▽", "v" },
	[DEVICE_PROTECTED] = { "\033[1m", "■", "#" },
	[DEVICE_NO_PERMISSION] = { "\033[31m", "✖", "x" },
	[DEVICE_NOT_ANSWERING] = { "\033[31m", "✖", "x" },
};

const char *
report_mode_color(const struct device *d)
{
	enum device_mode mode = d->mode == DEVICE_SWITCHING ? d->going_to
	    : d->mode;

	return report_modes[mode].color;
}

const char *
report_mode_sign(const struct device *d, bool unicode)
{
	return unicode ? report_modes[d->mode].sign
	    : report_modes[d->mode].ascii;
}
