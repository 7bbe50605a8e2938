/*
 * What the handler and a host say to each other: the payload of an application
 * control request (type 10) and of its reply, byte by byte. README.md has the
 * same as tables. Both sides include this file; it is C and C++.
 *
 * A query is a request of size 0, or OP_QUERY. Any other request, and every
 * reply, begins with PTERM_HANDLER_HEADER_SIZE bytes:
 *
 *	0  magic, 4 bytes: "PtHd"
 *	4  version of this format
 *	5  operation; a reply repeats it
 *	6  request: 0. Reply: the reason (enum pterm_handler_reason)
 *	7  0
 *
 * Numbers are little-endian and not aligned. Bytes behind those that are known
 * are ignored, so that a later version may append. A reply without the magic is
 * somebody else's: leave that application alone.
 */
#ifndef PTERM_HANDLER_WIRE_H
#define PTERM_HANDLER_WIRE_H

#define PTERM_HANDLER_REQUEST_TYPE	10	/* CTRL_REQUEST_APP_CUSTOM */

#define PTERM_HANDLER_MAGIC_0		0x50	/* P */
#define PTERM_HANDLER_MAGIC_1		0x74	/* t */
#define PTERM_HANDLER_MAGIC_2		0x48	/* H */
#define PTERM_HANDLER_MAGIC_3		0x64	/* d */
#define PTERM_HANDLER_VERSION		1

#define PTERM_HANDLER_HEADER_SIZE	8
/* Device OS keeps payloads up to this size in its pool, and one transfer
 * carries them: no request and no reply is longer. */
#define PTERM_HANDLER_SIZE_MAX		64
#define PTERM_HANDLER_ECHO_MAX \
	(PTERM_HANDLER_SIZE_MAX - PTERM_HANDLER_HEADER_SIZE)

/* Where the fields are: offsets from the start of the payload. */
#define PTERM_HANDLER_AT_VERSION	4
#define PTERM_HANDLER_AT_OP		5
#define PTERM_HANDLER_AT_REASON		6

enum pterm_handler_op {
	PTERM_HANDLER_OP_QUERY,
	PTERM_HANDLER_OP_ARM,		/* optional u32: seconds, 0 default */
	PTERM_HANDLER_OP_LOCK,
	PTERM_HANDLER_OP_DFU,		/* optional u32: delay in ms */
	PTERM_HANDLER_OP_RESET,		/* the same */
	PTERM_HANDLER_OP_SAFE_MODE,	/* the same */
	PTERM_HANDLER_OP_ECHO,		/* what follows comes back */
};

/* The u32 of a request; of the reply to ARM: seconds granted; of the replies to
 * DFU, RESET and SAFE_MODE: milliseconds from the reply to the action. */
#define PTERM_HANDLER_AT_ARGUMENT	8

/* The reply to a query. Texts follow each other at AT_TEXT, without an end. */
#define PTERM_HANDLER_AT_LIBRARY	8	/* u8 major, minor, patch */
#define PTERM_HANDLER_AT_ACTION		11	/* u8, last; enum below */
#define PTERM_HANDLER_AT_CAPABILITIES	12	/* u16 */
#define PTERM_HANDLER_AT_STATE		14	/* u16 */
#define PTERM_HANDLER_AT_UPTIME		16	/* u32, seconds */
#define PTERM_HANDLER_AT_ARMED_FOR	20	/* u32, seconds left, 0 disarmed */
#define PTERM_HANDLER_AT_BOOTS		24	/* u32, 0 where not counted */
#define PTERM_HANDLER_AT_SOURCE		28	/* u8, last; enum below */
#define PTERM_HANDLER_AT_RESET_REASON	29	/* u8, Device OS's, 0 unknown */
#define PTERM_HANDLER_AT_NAME_LEN	30	/* u8 */
#define PTERM_HANDLER_AT_APP_VERSION_LEN 31	/* u8 */
#define PTERM_HANDLER_AT_TEXT		32	/* name, then version */
#define PTERM_HANDLER_NAME_MAX		20
#define PTERM_HANDLER_APP_VERSION_MAX	12

/* Capabilities: what this application has built in and allowed. */
#define PTERM_HANDLER_CAN_BUTTON	0x0001
#define PTERM_HANDLER_CAN_CLOUD		0x0002
#define PTERM_HANDLER_CAN_REMOTE_ARM	0x0004
#define PTERM_HANDLER_CAN_ECHO		0x0008

/* State. */
#define PTERM_HANDLER_IS_ARMED		0x0001
#define PTERM_HANDLER_IS_LOCKED		0x0002
#define PTERM_HANDLER_IS_PROTECTED	0x0004
#define PTERM_HANDLER_IS_PENDING	0x0008	/* an action is on its way */
#define PTERM_HANDLER_IS_STUCK		0x0010	/* button down since the start */

/* Why a request was refused, beside the result code of Device OS. */
enum pterm_handler_reason {
	PTERM_HANDLER_OK,
	PTERM_HANDLER_DISARMED,
	PTERM_HANDLER_LOCKED,
	PTERM_HANDLER_PROTECTED,	/* Device Protection is on */
	PTERM_HANDLER_BUSY,		/* an action is pending already */
	PTERM_HANDLER_NO_REMOTE_ARM,	/* the application did not allow it */
	PTERM_HANDLER_BAD_VERSION,	/* the reply's version is ours */
	PTERM_HANDLER_BAD_OP,
	PTERM_HANDLER_BAD_SIZE,
	PTERM_HANDLER_BAD_ARGUMENT,
};

enum pterm_handler_action {
	PTERM_HANDLER_NONE,
	PTERM_HANDLER_DFU,
	PTERM_HANDLER_RESET,
	PTERM_HANDLER_SAFE_MODE,
};

enum pterm_handler_source {
	PTERM_HANDLER_FROM_NOBODY,
	PTERM_HANDLER_FROM_BUTTON,
	PTERM_HANDLER_FROM_CLOUD,
	PTERM_HANDLER_FROM_REQUEST,
	PTERM_HANDLER_FROM_APPLICATION,
};

/* Result codes of Device OS that the handler uses (system_error.h). */
#define PTERM_HANDLER_RESULT_OK			0
#define PTERM_HANDLER_RESULT_BUSY		(-110)
#define PTERM_HANDLER_RESULT_NOT_SUPPORTED	(-120)
#define PTERM_HANDLER_RESULT_NOT_ALLOWED	(-130)
#define PTERM_HANDLER_RESULT_INVALID_STATE	(-210)
#define PTERM_HANDLER_RESULT_NO_MEMORY		(-260)
#define PTERM_HANDLER_RESULT_INVALID_ARGUMENT	(-270)
#define PTERM_HANDLER_RESULT_BAD_DATA		(-280)

#endif
