/*
 * What is known of one Particle device. Plain data: the registry writes it,
 * everybody else reads it during a call and keeps only its number.
 *
 * A device is known by its id (24 hex digits). One without a usable serial
 * number, or with one that is already present, is known by its USB path and
 * has id "". The number names it for as long as the program runs, across
 * re-enumeration; numbers are never reused.
 */
#ifndef PTERM_MODEL_DEVICE_H
#define PTERM_MODEL_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bus-node.h"
#include "particle/platform.h"

/* What the device does; reference 2.1. */
enum device_mode {
	DEVICE_UNKNOWN,		/* not asked, or not answered yet */
	DEVICE_NORMAL,
	DEVICE_LISTENING,
	DEVICE_SAFE,
	DEVICE_DFU,
	DEVICE_SWITCHING,	/* on its way to `going_to` */
	DEVICE_EDL,		/* Qualcomm EDL, maybe a Tachyon */
	DEVICE_PROTECTED,	/* answers nothing but that it is protected */
	DEVICE_NO_PERMISSION,
	DEVICE_NOT_ANSWERING,
	DEVICE_MODE_COUNT,
};

/* "normal", "not-answering": as in JSON and --mode. */
const char	*device_mode_name(enum device_mode mode);
/* false: no such name. */
bool		 device_mode_parse(const char *name, enum device_mode *mode);

enum device_protection {
	DEVICE_PROTECTION_UNKNOWN,
	DEVICE_OPEN,
	DEVICE_PROTECTION_ON,
	DEVICE_SERVICE,
};

/* "open", "protected", "service"; NULL for unknown. */
const char	*device_protection_name(enum device_protection protection);

#define DEVICE_ID_LEN	24
#define DEVICE_KEY_MAX	(BUS_PATH_MAX + 8)
#define DEVICE_NAME_MAX	64
#define DEVICE_TEXT_MAX	160

struct device {
	uint32_t		 number;
	char			 id[DEVICE_ID_LEN + 1];	/* "": none */
	char			 key[DEVICE_KEY_MAX];	/* id, or "usb:1-1.2" */
	char			 nickname[DEVICE_NAME_MAX];	/* "": none */
	char			 label[DEVICE_KEY_MAX];	/* device_label() */
	const struct platform	*platform;	/* never NULL */
	enum platform_usb_mode	 usb_mode;	/* what the PID says */
	struct bus_node_info	 usb;		/* of the last attachment */
	bool			 is_present;	/* on the bus at this moment */

	enum device_mode	 mode;
	enum device_mode	 going_to;	/* while DEVICE_SWITCHING */
	char			 mode_reason[DEVICE_TEXT_MAX];	/* why safe */
	enum device_protection	 protection;
	/* What stands in its way, and the way out: one clean sentence. */
	char			 problem[DEVICE_TEXT_MAX];

	char			 system_version[32];	/* "6.2.0", "" */
	char			 manufacturing_serial[32];	/* request 21 */
	char			 cloud[16];	/* "connected"; "": not asked */
	/* Module info (request 90), as the device sent it; see ctrl-msg.h. */
	struct module_list	*modules;	/* NULL: not known */
	bool			 modules_are_current;	/* of this attachment */

	uint64_t		 since_us;	/* attached, loop clock */
	uint64_t		 mode_since_us;
	/* When the open question went out; 0: none is open. */
	uint64_t		 asked_us;
	uint32_t		 job;		/* that holds it, or 0 */
	unsigned		 departures;	/* how often it left the bus */
};

/* What a person calls it: nickname, else id, else "usb 1-1.2". */
const char	*device_label(const struct device *device);

#endif
