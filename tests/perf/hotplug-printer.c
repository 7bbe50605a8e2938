/*
 * What a program of twenty lines can do: prints the monotonic clock in
 * microseconds for each Particle device that libusb announces. pterm's way from
 * the same event to a row on the screen is measured beside it.
 */
#include "config.h"

#include <libusb.h>
#include <stdio.h>
#include <time.h>

static int
arrived(libusb_context *ctx, libusb_device *dev, libusb_hotplug_event event,
    void *arg)
{
	struct timespec ts;

	(void)ctx, (void)dev, (void)event, (void)arg;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	printf("%lld\n", (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
	fflush(stdout);
	return 0;
}

int
main(void)
{
	if (libusb_init(NULL) != 0 || libusb_hotplug_register_callback(NULL,
	    LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED, LIBUSB_HOTPLUG_NO_FLAGS,
	    0x2b04, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, arrived,
	    NULL, NULL) != 0)
		return 1;
	for (;;)
		libusb_handle_events(NULL);
}
