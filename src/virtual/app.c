/*
 * The application of a virtual device: it logs what applications log
 * (reference 8.1) and knows a few words.
 */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "virtual/cdc.h"
#include "virtual/reply.h"

/* Device OS's time stamp: milliseconds since boot, ten digits. */
static void
app_stamp(const struct vdev *dev, struct buf *out)
{
	uint32_t ms = (uint32_t)(vdev_uptime_us(dev) / 1000);

	buf_printf(out, "%010u ", ms);
}

static uint32_t
app_noise(uint64_t number)
{
	uint64_t h = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(h >> 33);
}

void
vdev_app_greet(const struct vdev *dev, struct buf *out)
{
	app_stamp(dev, out);
	buf_printf(out, "[app] INFO: Device OS %s on %s, device id %s\r\n",
	    dev->spec.system_version, dev->spec.platform->display_name,
	    dev->spec.id);
	app_stamp(dev, out);
	buf_printf(out, "[app] INFO: version %u of the application is up; "
	    "\"help\" lists its commands\r\n", dev->spec.user_version);
}

void
vdev_app_log(const struct vdev *dev, uint64_t number, struct buf *out)
{
	uint32_t noise = app_noise(number);
	unsigned tenths = 195 + noise % 40;

	app_stamp(dev, out);
	switch (number % 16) {
	case 5:
		buf_printf(out, "[net.ifapi] TRACE: netif wl3 link is up, "
		    "rssi -%u dBm\r\n", 48 + noise % 20);
		break;
	case 9:
		buf_printf(out, "[comm.protocol] TRACE: ping, "
		    "round trip %u ms\r\n", 40 + noise % 90);
		break;
	case 11:
		buf_printf(out, "[app] WARN: battery at %u %%\r\n",
		    20 + noise % 60);
		break;
	case 15:
		buf_puts(out, "[app.sensor] ERROR: no answer from 0x44 "
		    "[code = -160, details = i2c]\r\n");
		break;
	default:
		buf_printf(out, "[app] INFO: %llu: temperature %u.%u C, "
		    "humidity %u %%\r\n", (unsigned long long)number,
		    tenths / 10, tenths % 10, 35 + noise % 25);
		break;
	}
}

static void
app_help(const struct vdev *dev, const char *rest, struct buf *out)
{
	(void)dev, (void)rest;
	buf_puts(out, "commands: help, id, version, uptime, temp, "
	    "echo TEXT\r\n");
}

static void
app_id(const struct vdev *dev, const char *rest, struct buf *out)
{
	(void)rest;
	buf_printf(out, "%s\r\n", dev->spec.id);
}

static void
app_version(const struct vdev *dev, const char *rest, struct buf *out)
{
	(void)rest;
	buf_printf(out, "application %u, Device OS %s\r\n",
	    dev->spec.user_version, dev->spec.system_version);
}

static void
app_uptime(const struct vdev *dev, const char *rest, struct buf *out)
{
	(void)rest;
	buf_printf(out, "up for %llu s\r\n",
	    (unsigned long long)(vdev_uptime_us(dev) / 1000000));
}

static void
app_temp(const struct vdev *dev, const char *rest, struct buf *out)
{
	unsigned tenths = 195 + app_noise(vdev_uptime_us(dev)) % 40;

	(void)rest;
	buf_printf(out, "%u.%u C\r\n", tenths / 10, tenths % 10);
}

static void
app_echo(const struct vdev *dev, const char *rest, struct buf *out)
{
	(void)dev;
	buf_printf(out, "%s\r\n", rest);
}

static const struct {
	const char	*word;
	void		(*say)(const struct vdev *, const char *rest,
			    struct buf *);
} app_words[] = {
	{ "echo", app_echo },
	{ "help", app_help },
	{ "id", app_id },
	{ "temp", app_temp },
	{ "uptime", app_uptime },
	{ "version", app_version },
};

void
vdev_app_command(const struct vdev *dev, const char *line, struct buf *out)
{
	size_t len = strcspn(line, " ");
	const char *rest = line + len + strspn(line + len, " ");

	for (size_t i = 0; i < sizeof app_words / sizeof app_words[0]; i++) {
		if (strlen(app_words[i].word) == len &&
		    strncmp(app_words[i].word, line, len) == 0) {
			app_words[i].say(dev, rest, out);
			return;
		}
	}
	buf_printf(out, "unknown command \"%.*s\", try \"help\"\r\n",
	    (int)len, line);
}
