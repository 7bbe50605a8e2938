#include "config.h"

#include "particle/platform.h"

#include <string.h>

#define EDL_VID	0x05c6		/* Qualcomm */
#define EDL_PID	0x9008

#define OUT_NEEDS_DATA	PLATFORM_QUIRK_OUT_NEEDS_DATA
#define NO_CONTROL	PLATFORM_QUIRK_NO_CONTROL
#define PROTECTION	PLATFORM_FEATURE_PROTECTION
#define WIFI		PLATFORM_FEATURE_WIFI
#define CELLULAR	PLATFORM_FEATURE_CELLULAR

/* Buttons (reference 2.1): MODE held for 3 s from reset means DFU. */
#define BUTTONS_TAIL \
	" until the status LED blinks yellow (about 3 s)"
#define BUTTONS_MODE \
	"Hold RESET and MODE, release RESET, keep holding MODE" BUTTONS_TAIL
#define BUTTONS_SETUP \
	"Hold RESET and SETUP, release RESET, keep holding SETUP" BUTTONS_TAIL
#define BUTTONS_CARRIER \
	"On the carrier board, hold RESET and MODE, release RESET, keep " \
	"holding MODE" BUTTONS_TAIL
#define BUTTONS_TRACKER \
	"Open the enclosure, hold RESET and MODE, release RESET, keep " \
	"holding MODE" BUTTONS_TAIL

/* DFU interfaces by family (reference 1.5). */
#define DFU_CORE { \
	.transfer_size = 1024, \
	.alt_count = 2, \
	.alts = { \
		"@Internal Flash   /0x08000000/20*001Ka,108*001Kg", \
		"@ SPI Flash: SST25x  /0x00000000/512*004Kg", \
	}, \
	.first_alt_string = 4, \
}
#define STM32F2_INTERNAL \
	"@Internal Flash   /0x08000000/03*016Ka,01*016Kg,01*064Kg,07*128Kg"
#define STM32F2_DCT "@DCT Flash   /0x00000000/01*016Kg"
#define DFU_STM32F2 { \
	.transfer_size = 4096, \
	.alt_count = 2, \
	.alts = { STM32F2_INTERNAL, STM32F2_DCT }, \
	.first_alt_string = 6, \
}
#define DFU_P1 { \
	.transfer_size = 4096, \
	.alt_count = 3, \
	.alts = { \
		STM32F2_INTERNAL, \
		STM32F2_DCT, \
		"@Serial Flash   /0x00000000/256*004Kg", \
	}, \
	.first_alt_string = 6, \
}
#define DFU_NRF52840(external) { \
	.transfer_size = 4096, \
	.alt_count = 3, \
	.alts = { \
		"@Internal Flash   /0x00000000/1*004Ka,47*004Kg,192*004Kg," \
		    "4*004Kg,4*004Kg,8*004Ka", \
		"@DCT Flash   /0x00000000/1*016Ke", \
		"@External Flash   /0x80000000/" external "*004Kg", \
	}, \
	.first_alt_string = 6, \
	.error_string = 10, \
}
#define DFU_RTL872X { \
	.transfer_size = 4096, \
	.alt_count = 2, \
	.alts = { \
		"@Internal Flash   /0x08000000/2048*004Kg", \
		"@DCT Flash   /0x00000000/1*016Ke", \
	}, \
	.first_alt_string = 5, \
	.error_string = 7, \
}

const struct platform platforms[] = {
	{
		.id = 0, .name = "core", .display_name = "Core",
		.generation = 1, .mcu = PLATFORM_MCU_STM32F1,
		.vid = 0x1d50, .pid = 0x607d, .dfu_pid = 0x607f,
		.quirks = NO_CONTROL, .features = WIFI,
		.product = "Spark Core with WiFi and Arduino support",
		.dfu_product = "CORE DFU",
		.dfu = DFU_CORE,
		.dfu_buttons = BUTTONS_MODE,
	},
	{
		.id = 6, .name = "photon", .display_name = "Photon",
		.generation = 2, .mcu = PLATFORM_MCU_STM32F2,
		.vid = 0x2b04, .pid = 0xc006, .dfu_pid = 0xd006,
		.features = WIFI,
		.product = "Photon", .dfu_product = "Photon DFU Mode",
		.dfu = DFU_STM32F2,
		.dfu_buttons = BUTTONS_SETUP,
	},
	{
		.id = 8, .name = "p1", .display_name = "P1",
		.generation = 2, .mcu = PLATFORM_MCU_STM32F2,
		.vid = 0x2b04, .pid = 0xc008, .dfu_pid = 0xd008,
		.features = WIFI,
		.product = "P1", .dfu_product = "P1 DFU Mode",
		.dfu = DFU_P1,
		.dfu_buttons = BUTTONS_SETUP,
	},
	{
		.id = 10, .name = "electron",
		.display_name = "Electron / E Series",
		.generation = 2, .mcu = PLATFORM_MCU_STM32F2,
		.vid = 0x2b04, .pid = 0xc00a, .dfu_pid = 0xd00a,
		.features = CELLULAR,
		.product = "Electron", .dfu_product = "Electron DFU Mode",
		.dfu = DFU_STM32F2,
		.dfu_buttons = BUTTONS_MODE,
	},
	{
		.id = 12, .name = "argon", .display_name = "Argon",
		.generation = 3, .mcu = PLATFORM_MCU_NRF52840,
		.vid = 0x2b04, .pid = 0xc00c, .dfu_pid = 0xd00c,
		.features = PROTECTION | WIFI,
		.product = "Argon CDC Mode", .dfu_product = "Argon DFU Mode",
		.dfu = DFU_NRF52840("1024"),
		.dfu_buttons = BUTTONS_MODE,
	},
	{
		.id = 13, .name = "boron", .display_name = "Boron",
		.generation = 3, .mcu = PLATFORM_MCU_NRF52840,
		.vid = 0x2b04, .pid = 0xc00d, .dfu_pid = 0xd00d,
		.features = PROTECTION | CELLULAR,
		.product = "Boron CDC Mode", .dfu_product = "Boron DFU Mode",
		.dfu = DFU_NRF52840("1024"),
		.dfu_buttons = BUTTONS_MODE,
	},
	{
		.id = 14, .name = "xenon", .display_name = "Xenon",
		.generation = 3, .mcu = PLATFORM_MCU_NRF52840,
		.vid = 0x2b04, .pid = 0xc00e, .dfu_pid = 0xd00e,
		.product = "Xenon CDC Mode", .dfu_product = "Xenon DFU Mode",
		.dfu = DFU_NRF52840("1024"),
		.dfu_buttons = BUTTONS_MODE,
	},
	{
		.id = 15, .name = "esomx", .display_name = "E-SoM-X",
		.generation = 3, .mcu = PLATFORM_MCU_NRF52840,
		.vid = 0x2b04, .pid = 0xc00f, .dfu_pid = 0xd00f,
		.features = PROTECTION | CELLULAR,
		.product = "E-SoM-X CDC Mode",
		.dfu_product = "E-SoM-X DFU Mode",
		.dfu = DFU_NRF52840("2048"),
		.dfu_buttons = BUTTONS_CARRIER,
	},
	{
		.id = 22, .name = "asom", .display_name = "A-SoM",
		.generation = 3, .mcu = PLATFORM_MCU_NRF52840,
		.vid = 0x2b04, .pid = 0xc016, .dfu_pid = 0xd016,
		.features = WIFI,
		.product = "A-SoM CDC Mode", .dfu_product = "A-SoM DFU Mode",
		.dfu = DFU_NRF52840("1024"),
		.dfu_buttons = BUTTONS_CARRIER,
	},
	{
		.id = 23, .name = "bsom", .display_name = "B-SoM",
		.generation = 3, .mcu = PLATFORM_MCU_NRF52840,
		.vid = 0x2b04, .pid = 0xc017, .dfu_pid = 0xd017,
		.features = PROTECTION | CELLULAR,
		.product = "B-SoM CDC Mode", .dfu_product = "B-SoM DFU Mode",
		.dfu = DFU_NRF52840("1024"),
		.dfu_buttons = BUTTONS_CARRIER,
	},
	{
		.id = 24, .name = "xsom", .display_name = "X-SoM",
		.generation = 3, .mcu = PLATFORM_MCU_NRF52840,
		.vid = 0x2b04, .pid = 0xc018, .dfu_pid = 0xd018,
		.product = "X-SoM CDC Mode", .dfu_product = "X-SoM DFU Mode",
		.dfu = DFU_NRF52840("1024"),
		.dfu_buttons = BUTTONS_CARRIER,
	},
	{
		.id = 25, .name = "b5som", .display_name = "B5-SoM",
		.generation = 3, .mcu = PLATFORM_MCU_NRF52840,
		.vid = 0x2b04, .pid = 0xc019, .dfu_pid = 0xd019,
		.features = PROTECTION | CELLULAR,
		.product = "B5-SoM CDC Mode",
		.dfu_product = "B5-SoM DFU Mode",
		.dfu = DFU_NRF52840("2048"),
		.dfu_buttons = BUTTONS_CARRIER,
	},
	{
		.id = 26, .name = "tracker",
		.display_name = "Asset Tracker / Monitor One",
		.generation = 3, .mcu = PLATFORM_MCU_NRF52840,
		.vid = 0x2b04, .pid = 0xc01a, .dfu_pid = 0xd01a,
		.features = PROTECTION | CELLULAR,
		.product = "Tracker CDC Mode",
		.dfu_product = "Tracker DFU Mode",
		.dfu = DFU_NRF52840("2048"),
		.dfu_buttons = BUTTONS_TRACKER,
	},
	{
		.id = 28, .name = "trackerm", .display_name = "Tracker-M",
		.generation = 3, .mcu = PLATFORM_MCU_RTL872X,
		.vid = 0x2b04, .pid = 0xc01c, .dfu_pid = 0xd01c,
		.quirks = OUT_NEEDS_DATA, .features = PROTECTION | CELLULAR,
		.product = "TrackerM", .dfu_product = "TrackerM DFU Mode",
		.dfu = DFU_RTL872X,
		.dfu_buttons = BUTTONS_TRACKER,
	},
	{
		.id = 32, .name = "p2", .display_name = "Photon 2 / P2",
		.generation = 4, .mcu = PLATFORM_MCU_RTL872X,
		.vid = 0x2b04, .pid = 0xc020, .dfu_pid = 0xd020,
		.quirks = OUT_NEEDS_DATA, .features = PROTECTION | WIFI,
		.product = "P2", .dfu_product = "P2 DFU Mode",
		.alias = "Photon 2",
		.dfu = DFU_RTL872X,
		.dfu_buttons = BUTTONS_MODE,
	},
	{
		.id = 35, .name = "msom", .display_name = "M-SoM",
		.generation = 4, .mcu = PLATFORM_MCU_RTL872X,
		.vid = 0x2b04, .pid = 0xc023, .dfu_pid = 0xd023,
		.quirks = OUT_NEEDS_DATA,
		.features = PROTECTION | WIFI | CELLULAR,
		.product = "M-SoM", .dfu_product = "M-SoM DFU Mode",
		.dfu = DFU_RTL872X,
		.dfu_buttons = BUTTONS_CARRIER,
	},
	{
		.id = 37, .name = "electron2", .display_name = "Electron 2",
		.generation = 3, .mcu = PLATFORM_MCU_NRF52840,
		.vid = 0x2b04, .pid = 0xc025, .dfu_pid = 0xd025,
		.features = CELLULAR,
		.product = "Electron 2 CDC Mode",
		.dfu_product = "Electron 2 DFU Mode",
		.dfu = DFU_NRF52840("2048"),
		.dfu_buttons = BUTTONS_MODE,
	},
	{
		.id = 38, .name = "sulu", .display_name = "Sulu",
		.generation = 4, .mcu = PLATFORM_MCU_RTL872X,
		.vid = 0x2b04, .pid = 0xc026, .dfu_pid = 0xd026,
		.quirks = OUT_NEEDS_DATA,
		.features = PROTECTION | WIFI | CELLULAR,
		.product = "Sulu", .dfu_product = "Sulu DFU Mode",
		.dfu = DFU_RTL872X,
		.dfu_buttons = BUTTONS_MODE,
	},
	{
		.id = 42, .name = "tachyon", .display_name = "Tachyon",
		.generation = 0, .mcu = PLATFORM_MCU_QCM6490,
		.vid = 0x2b04, .pid = 0xc02a, .dfu_pid = 0,
		.quirks = NO_CONTROL, .features = WIFI | CELLULAR,
		.product = "Tachyon", .dfu_product = NULL,
	},
};

const size_t platform_count = sizeof platforms / sizeof platforms[0];

const struct platform *
platform_by_id(uint16_t id)
{
	for (size_t i = 0; i < platform_count; i++) {
		if (platforms[i].id == id)
			return &platforms[i];
	}
	return NULL;
}

const struct platform *
platform_by_name(const char *name)
{
	for (size_t i = 0; i < platform_count; i++) {
		if (strcmp(platforms[i].name, name) == 0)
			return &platforms[i];
	}
	return NULL;
}

const struct platform *
platform_by_usb(uint16_t vid, uint16_t pid, enum platform_usb_mode *mode)
{
	if (vid == EDL_VID && pid == EDL_PID) {
		*mode = PLATFORM_USB_EDL;
		return platform_by_name("tachyon");
	}
	for (size_t i = 0; i < platform_count; i++) {
		const struct platform *p = &platforms[i];

		if (p->vid != vid || pid == 0)
			continue;
		if (p->pid == pid) {
			*mode = PLATFORM_USB_NORMAL;
			return p;
		}
		if (p->dfu_pid == pid) {
			*mode = PLATFORM_USB_DFU;
			return p;
		}
	}
	return NULL;
}

bool
platform_is_wanted(uint16_t vid, uint16_t pid)
{
	enum platform_usb_mode mode;

	return platform_by_usb(vid, pid, &mode) != NULL;
}

static bool
platform_starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

const char *
platform_shown_name(const struct platform *platform, const char *product)
{
	if (platform->alias == NULL || product == NULL)
		return platform->display_name;
	if (platform_starts_with(product, platform->alias))
		return platform->alias;
	if (platform_starts_with(product, platform->product))
		return platform->product;
	return platform->display_name;
}
