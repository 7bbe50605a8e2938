/*
 * A device as text and as JSON: what list, list --watch and info share.
 */
#ifndef PTERM_CLI_REPORT_H
#define PTERM_CLI_REPORT_H

#include "action/action.h"
#include "base/json.h"
#include "config/config.h"
#include "model/device.h"

/* The members of a device in `list --json`, put into an object. */
void		 report_put_device(struct json *json, const struct device *d);
/* The same as an object of its own. */
struct json	*report_device(const struct device *d);

/* Words for people, not cleaned. */
const char	*report_platform(const struct device *d);
/* "ttyACM0"; "" where there is none. */
const char	*report_port(const struct device *d);
/* Reason of the mode or what stands in the way; "" for nothing. */
const char	*report_note(const struct device *d);
const char	*report_speed(enum bus_speed speed);	/* NULL: unknown */

/* Before and behind a mode on a terminal: its colour and sign. */
const char	*report_mode_color(const struct device *d);
const char	*report_mode_sign(const struct device *d, bool unicode);
#define REPORT_COLOR_END	"\033[0m"

#endif
