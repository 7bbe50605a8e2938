/*
 * The platform table: one row per Particle platform, and the only place that
 * knows a vendor or product id.
 *
 * Rows come from the public device-constants package (4.2.1) and from Device
 * OS's USB descriptors (reference 1.1, 1.3, 1.5). Everything else that depends
 * on the platform is a field here; nobody else asks for a platform by number.
 */
#ifndef PTERM_PARTICLE_PLATFORM_H
#define PTERM_PARTICLE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The chip decides how USB behaves: descriptors, DFU, quirks. */
enum platform_mcu {
	PLATFORM_MCU_STM32F1,		/* Core */
	PLATFORM_MCU_STM32F2,		/* Photon, P1, Electron */
	PLATFORM_MCU_NRF52840,
	PLATFORM_MCU_RTL872X,
	PLATFORM_MCU_QCM6490,		/* Tachyon: Linux */
};

/* In normal mode an OUT transfer without data is never completed. */
#define PLATFORM_QUIRK_OUT_NEEDS_DATA	0x01
/* Answers no control request at all (Core: none built in; Tachyon). */
#define PLATFORM_QUIRK_NO_CONTROL	0x02

/* Can be put under Device Protection (Device OS 6). */
#define PLATFORM_FEATURE_PROTECTION	0x01
#define PLATFORM_FEATURE_WIFI		0x02
#define PLATFORM_FEATURE_CELLULAR	0x04

#define PLATFORM_DFU_ALTS_MAX	3

/* The DFU interface, as the bootloader describes it. */
struct platform_dfu {
	uint16_t	transfer_size;		/* wTransferSize, bytes */
	uint8_t		alt_count;
	const char	*alts[PLATFORM_DFU_ALTS_MAX];	/* memory map strings */
	uint8_t		first_alt_string;	/* iInterface of alt 0 */
	uint8_t		error_string;		/* iString when protected, or 0 */
};

struct platform {
	uint16_t		id;
	const char		*name;		/* "p2": device-constants' name */
	const char		*display_name;	/* "Photon 2 / P2" */
	int			generation;	/* 1 to 4; 0: Linux */
	enum platform_mcu	mcu;
	uint16_t		vid;
	uint16_t		pid;		/* normal mode */
	uint16_t		dfu_pid;	/* 0: none */
	unsigned		quirks;
	unsigned		features;
	const char		*product;	/* product string, normal mode */
	const char		*dfu_product;
	/* A second name under the same ids, told by the product string:
	 * "Photon 2" beside "P2". NULL: none. */
	const char		*alias;
	struct platform_dfu	dfu;
	/* How a person puts this board into DFU by hand, one sentence;
	 * NULL: it has no DFU. */
	const char		*dfu_buttons;
};

enum platform_usb_mode {
	PLATFORM_USB_NORMAL,
	PLATFORM_USB_DFU,
	PLATFORM_USB_EDL,	/* Qualcomm's: maybe a Tachyon, nothing is sent */
};

/* All rows, in order of id. */
extern const struct platform	platforms[];
extern const size_t		platform_count;

const struct platform	*platform_by_id(uint16_t id);
const struct platform	*platform_by_name(const char *name);

/* NULL: not Particle's. The row of 05c6:9008 is Tachyon's, mode EDL. */
const struct platform	*platform_by_usb(uint16_t vid, uint16_t pid,
			    enum platform_usb_mode *mode);
/* For bus_start(). */
bool			 platform_is_wanted(uint16_t vid, uint16_t pid);

/* The name to show: the alias where the product string says so. */
const char		*platform_shown_name(const struct platform *platform,
			    const char *product);

#endif
