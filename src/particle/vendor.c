#include "config.h"

#include "particle/vendor.h"

#define VENDOR_REQUEST	0x50

/* wIndex, Device OS 0.6.1 and later. */
#define INDEX_DEVICE_ID		20
#define INDEX_SYSTEM_VERSION	30
#define INDEX_RESET		40
/* wIndex, Device OS 0.6.0. */
#define INDEX_060_DEVICE_ID	0
#define INDEX_060_VERSION	1

static void
vendor_in(struct usb_setup *setup, uint16_t index, uint16_t length)
{
	*setup = (struct usb_setup){
		.request_type = USB_DIR_IN | USB_TYPE_VENDOR,
		.request = VENDOR_REQUEST,
		.index = index,
		.length = length,
	};
}

void
vendor_get_version(struct usb_setup *setup)
{
	vendor_in(setup, INDEX_SYSTEM_VERSION, 64);
}

void
vendor_get_device_id(struct usb_setup *setup)
{
	vendor_in(setup, INDEX_DEVICE_ID, 64);
}

void
vendor_get_version_060(struct usb_setup *setup)
{
	vendor_in(setup, INDEX_060_VERSION, 64);
}

void
vendor_get_device_id_060(struct usb_setup *setup)
{
	vendor_in(setup, INDEX_060_DEVICE_ID, 64);
}

void
vendor_forced_reset(const struct platform *platform, struct vendor_out *out)
{
	bool needs_data =
	    (platform->quirks & PLATFORM_QUIRK_OUT_NEEDS_DATA) != 0;

	*out = (struct vendor_out){
		.setup = {
			.request_type = USB_TYPE_VENDOR,
			.request = VENDOR_REQUEST,
			.index = INDEX_RESET,
			.length = needs_data ? 1 : 0,
		},
	};
}

/* 0: none. */
static const struct {
	uint8_t	index_060;
	uint8_t	index_061;
} old_requests[] = {
	[VENDOR_OLD_RESET] = { 2, 40 },
	[VENDOR_OLD_DFU] = { 3, 50 },
	[VENDOR_OLD_SAFE_MODE] = { 4, 60 },
	[VENDOR_OLD_LISTENING] = { 4, 70 },
};

bool
vendor_has_old(const struct sysver *version)
{
	return version->major == 0 &&
	    (version->minor == 6 || version->minor == 7);
}

bool
vendor_old(const struct sysver *version, enum vendor_old what,
    struct usb_setup *setup)
{
	bool is_060 = version->minor == 6 && version->patch == 0;

	if (!vendor_has_old(version))
		return false;
	*setup = (struct usb_setup){
		.request_type = USB_TYPE_VENDOR,
		.request = VENDOR_REQUEST,
		.index = is_060 ? old_requests[what].index_060
		    : old_requests[what].index_061,
	};
	return true;
}
