#include "config.h"

#include "virtual/inside.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "virtual/channel.h"
#include "virtual/device-parts.h"

/* --- The system thread -------------------------------------------------- */

void
vdev_hold_thread(struct vdev *dev, bool hold)
{
	dev->thread_is_held = hold;
	if (hold)
		loop_timer_stop(dev->thread_timer);
	else
		vdev_thread_wake(dev);
}

void
vdev_run_thread(struct vdev *dev)
{
	while (dev->channel != NULL && vdev_channel_next(dev->channel) >= 0)
		vdev_channel_work(dev->channel);
}

/* --- Observing ---------------------------------------------------------- */

void
vdev_set_observer(struct vdev *dev, vdev_observer observer, void *arg)
{
	dev->observer = observer;
	dev->observer_arg = arg;
}

void
vdev_observe(struct vdev *dev, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (dev->observer == NULL)
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	dev->observer(text, dev->observer_arg);
	free(text);
}

char *
vdev_hex(const void *data, size_t len)
{
	const uint8_t *bytes = data;
	struct buf hex = { 0 };
	char *text;

	for (size_t i = 0; i < len; i++)
		buf_printf(&hex, "%02x", bytes[i]);
	text = xstrdup(len == 0 ? "-" : buf_str(&hex));
	buf_fini(&hex);
	return text;
}

/* --- Settings ----------------------------------------------------------- */

static bool
inside_set_app(struct vdev *dev, const char *value)
{
	static const char *const names[] = {
		[VDEV_APP_ECHO] = "echo",
		[VDEV_APP_NONE] = "none",
		[VDEV_APP_SLOW] = "slow",
		[VDEV_APP_COMPLETION] = "completion",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i], value) == 0) {
			dev->app = (enum vdev_app)i;
			return true;
		}
	}
	return false;
}

bool
vdev_set(struct vdev *dev, const char *key, const char *value)
{
	bool yes = strcmp(value, "1") == 0;

	if (strcmp(key, "mode") == 0)
		dev->is_listening = strcmp(value, "listening") == 0;
	else if (strcmp(key, "protected") == 0)
		dev->spec.protection = yes ? VDEV_PROTECTED : VDEV_OPEN;
	else if (strcmp(key, "app") == 0)
		return inside_set_app(dev, value);
	else if (strcmp(key, "appresult") == 0)
		dev->app_result = (int32_t)strtol(value, NULL, 10);
	else if (strcmp(key, "answer") == 0)
		dev->app_completes = strcmp(value, "completion") == 0;
	else if (strcmp(key, "memory") == 0)
		dev->payloads_fail = !yes;
	else if (strcmp(key, "pool") == 0)
		dev->pool_size = strtoul(value, NULL, 10);
	else if (strcmp(key, "flashfail") == 0)
		dev->flash_fails = yes;
	else
		return false;
	return true;
}
