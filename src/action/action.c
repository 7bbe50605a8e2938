#include "config.h"

#include "action/action.h"

#include <string.h>

#include "action/job-run.h"

#define MODE(mode)	ACTION_MODE(DEVICE_##mode)
/* Device OS runs, or may. */
#define RUNNING		(MODE(UNKNOWN) | MODE(NORMAL) | MODE(LISTENING) | \
			    MODE(SAFE) | MODE(PROTECTED) | \
			    MODE(NOT_ANSWERING) | MODE(NO_PERMISSION))
#define ANY		(~0u)

const struct action actions[ACTION_COUNT] = {
	[ACTION_DFU] = {
		.id = ACTION_DFU, .key = 'd', .verb = "dfu",
		.short_name = "dfu",
		.summary = "put into DFU mode, verified",
		.effect = "each stops and goes into DFU mode",
		.flags = ACTION_DISRUPTIVE | ACTION_NEEDS_NO_USB,
		.options = ACTION_OPT_VIA,
		.modes = RUNNING, .modes_done = MODE(DFU),
		.ops = &action_dfu_ops,
	},
	[ACTION_TOUCH] = {
		.id = ACTION_TOUCH, .key = 't', .verb = "touch",
		.short_name = "touch",
		.summary = "put into DFU mode by a 14400 baud touch alone",
		.effect = "each stops and goes into DFU mode",
		.flags = ACTION_DISRUPTIVE | ACTION_NEEDS_NO_USB,
		.modes = RUNNING, .modes_done = MODE(DFU),
		.ops = &action_touch_ops,
	},
	[ACTION_RESET] = {
		.id = ACTION_RESET, .key = 'r', .verb = "reset",
		.short_name = "reset",
		.summary = "restart, or leave DFU mode",
		.effect = "each restarts; one in DFU mode leaves it",
		.flags = ACTION_DISRUPTIVE | ACTION_NEEDS_CONTROL,
		.options = ACTION_OPT_FORCE,
		.modes = RUNNING | MODE(DFU),
		.ops = &action_reset_ops,
	},
	[ACTION_SAFE_MODE] = {
		.id = ACTION_SAFE_MODE, .key = 's', .verb = "safe-mode",
		.short_name = "safe",
		.summary = "restart into safe mode",
		.effect = "each restarts into safe mode, without its application",
		.flags = ACTION_DISRUPTIVE | ACTION_NEEDS_CONTROL,
		.modes = RUNNING | MODE(DFU),
		.ops = &action_safe_ops,
	},
	[ACTION_LISTEN] = {
		.id = ACTION_LISTEN, .key = 'l', .verb = "listen",
		.short_name = "listen",
		.summary = "enter or leave listening mode",
		.effect = "each enters listening mode; one that listens leaves it",
		.flags = ACTION_DISRUPTIVE | ACTION_NEEDS_CONTROL,
		.options = ACTION_OPT_OFF,
		.modes = RUNNING,
		.ops = &action_listen_ops,
	},
	[ACTION_BLINK] = {
		.id = ACTION_BLINK, .key = 'b', .verb = "blink",
		.short_name = "blink",
		.summary = "blink the LED: which board is it?",
		.flags = ACTION_NEEDS_CONTROL,
		.options = ACTION_OPT_FOR,
		.modes = RUNNING,
		.ops = &action_blink_ops,
	},
	[ACTION_INFO] = {
		.id = ACTION_INFO, .key = 'i', .verb = "info",
		.short_name = "info",
		.summary = "show all that the device tells",
		.flags = ACTION_FRONT_END | ACTION_NEEDS_NO_USB,
		.modes = ANY,
	},
	[ACTION_MONITOR] = {
		.id = ACTION_MONITOR, .key = 'm', .verb = "monitor",
		.short_name = "monitor",
		.summary = "serial monitor that follows the device",
		.flags = ACTION_FRONT_END | ACTION_NEEDS_NO_USB,
		.modes = ANY & ~MODE(EDL),
	},
	[ACTION_NAME] = {
		.id = ACTION_NAME, .key = 'n', .verb = "name",
		.short_name = "name",
		.summary = "give the device a nickname",
		.flags = ACTION_FRONT_END | ACTION_NEEDS_NO_USB,
		.modes = ANY,
	},
};

const struct action *
action_by_key(char key)
{
	for (size_t i = 0; i < ACTION_COUNT; i++)
		if (actions[i].key == key)
			return &actions[i];
	return NULL;
}

bool
action_applies(const struct action *action, const struct device *device)
{
	if (action->id == ACTION_NAME && device->id[0] == '\0')
		return false;
	return action_check(action, device, NULL) == 0 &&
	    (ACTION_MODE(device->mode) & action->modes_done) == 0;
}

/* What the platform can't do, whatever its mode. */
static int
action_check_platform(const struct action *action, const struct device *d,
    struct error *err)
{
	bool has_control =
	    (d->platform->quirks & PLATFORM_QUIRK_NO_CONTROL) == 0;
	bool is_dfu = action->id == ACTION_DFU || action->id == ACTION_TOUCH;

	if ((action->flags & ACTION_NEEDS_CONTROL) != 0 && !has_control &&
	    d->usb_mode != PLATFORM_USB_DFU)
		return error_set(err, ERROR_UNSUPPORTED,
		    "%s takes no control requests: use its buttons",
		    d->platform->display_name);
	if (is_dfu && d->platform->dfu_pid == 0)
		return error_set(err, ERROR_UNSUPPORTED,
		    "%s has no DFU mode", d->platform->display_name);
	return 0;
}

static int
action_check_access(const struct action *action, const struct device *d,
    struct error *err)
{
	const char *why = d->problem[0] != '\0' ? d->problem
	    : "permission denied";

	if ((action->flags & ACTION_FRONT_END) != 0 || d->usb.usb_access)
		return 0;
	if ((action->flags & ACTION_NEEDS_NO_USB) == 0)
		return error_set(err, ERROR_PERMISSION, "%s", why);
	if (d->usb.tty[0] == '\0' || !d->usb.tty_access)
		return error_set(err, ERROR_PERMISSION, "%s", why);
	return 0;
}

int
action_check(const struct action *action, const struct device *d,
    struct error *err)
{
	if ((ACTION_MODE(d->mode) & action->modes_done) != 0)
		return 0;
	if (d->mode == DEVICE_EDL && (action->modes & MODE(EDL)) == 0)
		return error_set(err, ERROR_REFUSED,
		    "nothing is sent to a chip in EDL mode");
	if (d->mode == DEVICE_SWITCHING &&
	    (action->modes & MODE(SWITCHING)) == 0)
		return error_set(err, ERROR_REFUSED,
		    "it is on its way to another mode: wait until it is there");
	if ((ACTION_MODE(d->mode) & action->modes) == 0)
		return error_set(err, ERROR_REFUSED,
		    "not possible in %s mode", device_mode_name(d->mode));
	if (action_check_platform(action, d, err) != 0)
		return -1;
	return action_check_access(action, d, err);
}
