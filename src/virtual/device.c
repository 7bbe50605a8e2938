#include "config.h"

#include "virtual/device.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "virtual/cdc.h"
#include "virtual/channel.h"
#include "virtual/device-parts.h"
#include "virtual/dfu.h"
#include "virtual/flash.h"
#include "virtual/vendor.h"

/* The pool that requests and their short payloads share (reference 3.3). */
#define POOL_SMALL	512
#define POOL_LARGE	8192

/* From leaving the bus to being back on it, by chip. */
static const struct {
	unsigned dfu_ms;
	unsigned app_ms;
} boot_times[] = {
	[PLATFORM_MCU_STM32F1] = { 800, 1500 },
	[PLATFORM_MCU_STM32F2] = { 800, 1500 },
	[PLATFORM_MCU_NRF52840] = { 600, 1200 },
	[PLATFORM_MCU_RTL872X] = { 700, 1300 },
	[PLATFORM_MCU_QCM6490] = { 1500, 8000 },
};

/* DETACH in DFU pulls the device off the bus for a moment. */
#define REATTACH_US	20000

static void device_arrive(void *arg);
static void device_restart_now(void *arg);
static void device_thread(void *arg);

/* --- Making one --------------------------------------------------------- */

void
vdev_spec_init(struct vdev_spec *spec, const struct platform *platform)
{
	*spec = (struct vdev_spec){
		.platform = platform,
		.user_version = 1,
		.log_lines_per_s = 1,
		.time_scale = 1.0,
	};
	text_copy(spec->id, sizeof spec->id, "e00fce680123456789abcdef");
	text_copy(spec->manufacturer, sizeof spec->manufacturer, "Particle");
	text_copy(spec->system_version, sizeof spec->system_version,
	    platform->generation < 2 ? "1.4.4" :
	    platform->generation == 2 ? "3.3.1" : "6.2.0");
	if (platform->mcu == PLATFORM_MCU_QCM6490) {
		text_copy(spec->id, sizeof spec->id, "422a06000000000089abcdef");
		text_copy(spec->system_version, sizeof spec->system_version,
		    "1.0.0");
	}
}

static uint32_t
device_parse_version(const char *text)
{
	unsigned part[3] = { 0 };

	for (size_t i = 0; i < 3; i++) {
		while (*text >= '0' && *text <= '9' && part[i] < 256)
			part[i] = part[i] * 10 + (unsigned)(*text++ - '0');
		if (part[i] > 255)
			part[i] = 255;
		if (*text != '.')
			break;
		text++;
	}
	return VDEV_VERSION(part[0], part[1], part[2]);
}

struct vdev *
vdev_new(struct loop *loop, const struct vdev_spec *spec)
{
	struct vdev *dev = xcalloc(1, sizeof *dev);

	dev->loop = loop;
	dev->spec = *spec;
	if (dev->spec.serial[0] == '\0' && !dev->spec.no_serial) {
		text_copy(dev->spec.serial, sizeof dev->spec.serial,
		    dev->spec.id);
	}
	dev->version = device_parse_version(dev->spec.system_version);
	dev->pool_size = spec->platform->mcu == PLATFORM_MCU_RTL872X ?
	    POOL_LARGE : POOL_SMALL;
	dev->restart_timer = loop_timer_new(loop, device_restart_now, dev);
	dev->arrive_timer = loop_timer_new(loop, device_arrive, dev);
	dev->thread_timer = loop_timer_new(loop, device_thread, dev);
	vdev_transfer_init(dev);
	return dev;
}

static void
device_stop(struct vdev *dev)
{
	loop_timer_stop(dev->thread_timer);
	vdev_channel_free(dev->channel);
	vdev_vendor_free(dev->vendor);
	vdev_cdc_free(dev->cdc);
	vdev_dfu_free(dev->dfu);
	dev->channel = NULL;
	dev->vendor = NULL;
	dev->cdc = NULL;
	dev->dfu = NULL;
}

void
vdev_free(struct vdev *dev)
{
	if (dev == NULL)
		return;
	device_stop(dev);
	vdev_transfer_fini(dev);
	for (size_t i = 0; i < PLATFORM_DFU_ALTS_MAX; i++)
		vdev_flash_free(dev->flash[i]);
	loop_timer_free(dev->restart_timer);
	loop_timer_free(dev->arrive_timer);
	loop_timer_free(dev->thread_timer);
	free(dev);
}

const struct vdev_spec *
vdev_spec(const struct vdev *dev)
{
	return &dev->spec;
}

bool
vdev_is_attached(const struct vdev *dev)
{
	return dev->is_attached;
}

enum vdev_mode
vdev_mode(const struct vdev *dev)
{
	if (dev->running == VDEV_NORMAL && dev->is_listening)
		return VDEV_LISTENING;
	return dev->running;
}

bool
vdev_is_blinking(const struct vdev *dev)
{
	return dev->is_blinking;
}

uint64_t
vdev_scaled(const struct vdev *dev, uint64_t us)
{
	return (uint64_t)((double)us * dev->spec.time_scale);
}

uint64_t
vdev_uptime_us(const struct vdev *dev)
{
	return loop_now_us(dev->loop) - dev->boot_us;
}

bool
vdev_has_app(const struct vdev *dev)
{
	return dev->running == VDEV_NORMAL && !dev->is_listening;
}

/* --- Life --------------------------------------------------------------- */

/* What runs after a restart into a mode. */
static void
device_boot(struct vdev *dev, enum vdev_mode mode)
{
	device_stop(dev);
	loop_timer_stop(dev->restart_timer);
	dev->will_boot = false;
	dev->will_reattach = false;
	dev->boot_us = loop_now_us(dev->loop);
	dev->is_blinking = false;
	dev->is_modem_on = false;
	dev->is_listening = mode == VDEV_LISTENING ||
	    (mode == VDEV_SAFE && dev->next_listens);
	dev->next_listens = false;
	dev->running = mode == VDEV_LISTENING ? VDEV_NORMAL : mode;
	/* A user part that needs more than there is does not run. */
	if (dev->running == VDEV_NORMAL && !vdev_user_part_fits(dev))
		dev->running = VDEV_SAFE;
	dev->wants_cloud = true;
	dev->cloud_us = dev->boot_us;
	dev->busy_until_us = 0;
	dev->configuration = 0;
	if (dev->running == VDEV_DFU) {
		dev->dfu = vdev_dfu_new(dev);
		return;
	}
	if (dev->running == VDEV_EDL ||
	    dev->spec.platform->mcu == PLATFORM_MCU_QCM6490)
		return;
	dev->channel = vdev_channel_new(dev);
	dev->vendor = vdev_vendor_new(dev);
	dev->cdc = vdev_cdc_new(dev);
}

static uint64_t
device_boot_us(const struct vdev *dev, enum vdev_mode mode)
{
	enum platform_mcu mcu = dev->spec.platform->mcu;
	unsigned ms = boot_times[mcu].app_ms;

	if (mode == VDEV_DFU || mode == VDEV_EDL)
		ms = boot_times[mcu].dfu_ms;
	return LOOP_MS(ms);
}

static void
device_arrive(void *arg)
{
	struct vdev *dev = arg;

	dev->is_attached = true;
	if (dev->dfu != NULL)
		vdev_dfu_bus_reset(dev->dfu);
	dev->ops->attached(dev, dev->ops_arg);
}

/* Off the bus; what then happens depends on will_return. */
static void
device_leave(struct vdev *dev, uint64_t return_us)
{
	loop_timer_stop(dev->restart_timer);
	dev->return_us = return_us;
	dev->will_return = dev->is_powered;
	if (!dev->is_attached)
		return;
	if (vdev_fault_no_return(dev))
		dev->will_return = false;
	dev->is_attached = false;
	dev->is_leaving = true;
	vdev_transfer_end_all(dev, USB_GONE);
}

void
vdev_left(struct vdev *dev)
{
	if (!dev->is_leaving)
		return;
	dev->is_leaving = false;
	if (dev->will_boot)
		device_boot(dev, dev->next);
	if (dev->will_return && dev->is_powered)
		loop_timer_set(dev->arrive_timer, dev->return_us);
	dev->ops->detached(dev, dev->ops_arg);
}

/* What answers now may be what asked for it, so that the new mode is set up
 * when everybody was told, in vdev_left(). */
static void
device_restart_now(void *arg)
{
	struct vdev *dev = arg;
	bool was_attached = dev->is_attached || dev->is_leaving;

	device_leave(dev, vdev_scaled(dev, device_boot_us(dev, dev->next)));
	loop_timer_stop(dev->thread_timer);
	dev->will_boot = true;
	if (was_attached)
		return;
	/* Restarted while it was away: begins anew. */
	device_boot(dev, dev->next);
	if (dev->will_return)
		loop_timer_set(dev->arrive_timer, dev->return_us);
}

void
vdev_restart(struct vdev *dev, enum vdev_mode mode, uint64_t delay_us)
{
	if (!dev->is_powered)
		return;
	/* The first one asked for wins, unless this one is at once. */
	if (delay_us > 0 && loop_timer_is_set(dev->restart_timer))
		return;
	dev->next = mode;
	if (delay_us == 0)
		device_restart_now(dev);
	else
		loop_timer_set(dev->restart_timer, vdev_scaled(dev, delay_us));
}

void
vdev_vanish(struct vdev *dev, uint64_t away_us)
{
	device_leave(dev, away_us);
	if (away_us == 0)
		dev->will_return = false;
	if (dev->channel != NULL)
		vdev_channel_bus_reset(dev->channel);
	if (dev->cdc != NULL)
		vdev_cdc_bus_reset(dev->cdc);
}

void
vdev_reattach(struct vdev *dev)
{
	dev->will_reattach = true;
}

void
vdev_answered(struct vdev *dev)
{
	if (!dev->will_reattach)
		return;
	dev->will_reattach = false;
	device_leave(dev, vdev_scaled(dev, REATTACH_US));
}

void
vdev_plug(struct vdev *dev, const struct vdev_port_ops *ops, void *arg)
{
	dev->ops = ops;
	dev->ops_arg = arg;
	dev->is_powered = true;
	device_boot(dev, dev->spec.mode);
	/* Else vdev_left() does it. */
	dev->will_return = true;
	dev->return_us = 0;
	if (!dev->is_leaving)
		loop_timer_set(dev->arrive_timer, 0);
}

void
vdev_unplug(struct vdev *dev)
{
	if (!dev->is_powered)
		return;
	dev->is_powered = false;
	dev->will_boot = false;
	loop_timer_stop(dev->arrive_timer);
	device_leave(dev, 0);
	device_stop(dev);
}

void
vdev_bus_reset(struct vdev *dev)
{
	if (!dev->is_attached)
		return;
	dev->configuration = 0;
	dev->busy_until_us = 0;
	if (dev->channel != NULL)
		vdev_channel_bus_reset(dev->channel);
	if (dev->cdc != NULL)
		vdev_cdc_bus_reset(dev->cdc);
	if (dev->dfu != NULL)
		vdev_dfu_bus_reset(dev->dfu);
}

void
vdev_press(struct vdev *dev, enum vdev_button button)
{
	switch (button) {
	case VDEV_BUTTON_RESET:
		vdev_restart(dev, VDEV_NORMAL, 0);
		break;
	case VDEV_BUTTON_LISTENING:
		if (dev->running == VDEV_NORMAL || dev->running == VDEV_SAFE)
			vdev_set_listening(dev, !dev->is_listening);
		break;
	case VDEV_BUTTON_SAFE:
		vdev_restart(dev, VDEV_SAFE, 0);
		break;
	case VDEV_BUTTON_DFU:
		vdev_restart(dev, dev->spec.platform->dfu_pid != 0 ?
		    VDEV_DFU : VDEV_EDL, 0);
		break;
	}
}

/* On a protected device listening is a light and no more (reference 2.1). */
bool
vdev_set_listening(struct vdev *dev, bool on)
{
	if (dev->spec.protection == VDEV_PROTECTED)
		return false;
	dev->is_listening = on;
	if (dev->cdc != NULL)
		vdev_cdc_mode_changed(dev->cdc);
	return true;
}

/* --- The system thread -------------------------------------------------- */

static bool
device_thread_is_stuck(const struct vdev *dev)
{
	return dev->spec.hung && dev->running == VDEV_NORMAL;
}

void
vdev_thread_wake(struct vdev *dev)
{
	int type;

	if (dev->channel == NULL || dev->will_boot || dev->thread_is_held ||
	    device_thread_is_stuck(dev) ||
	    loop_timer_is_set(dev->thread_timer))
		return;
	type = vdev_channel_next(dev->channel);
	if (type < 0)
		return;
	loop_timer_set(dev->thread_timer,
	    vdev_scaled(dev, vdev_request_us(dev, type)));
}

static void
device_thread(void *arg)
{
	struct vdev *dev = arg;

	vdev_channel_work(dev->channel);
	vdev_thread_wake(dev);
}

void
vdev_print(struct vdev *dev, const void *data, size_t len)
{
	if (dev->cdc != NULL && vdev_has_app(dev))
		vdev_cdc_print(dev->cdc, data, len);
}
