/*
 * Control messages: the numbers of control requests, and what is in their
 * replies (reference 4.1, 5).
 *
 * Every request that pterm sends today has an empty payload. Replies are
 * protobuf messages; a field at its default value is not sent, so that an empty
 * reply is a good one. Numbers of enums that are not known are kept; x_name()
 * says "unknown (N)" for them. Unknown fields are skipped, texts that are too
 * long are cut, and lists that are too long are cut and say so.
 *
 * Texts are as the device gave them: clean them before showing.
 */
#ifndef PTERM_PARTICLE_CTRL_MSG_H
#define PTERM_PARTICLE_CTRL_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "particle/module-list.h"

enum ctrl_type {
	CTRL_ECHO = 1,
	CTRL_APP_CUSTOM = 10,
	CTRL_GET_DEVICE_ID = 20,
	CTRL_GET_SERIAL_NUMBER = 21,
	CTRL_GET_SYSTEM_VERSION = 30,
	CTRL_RESET = 40,
	CTRL_DFU_MODE = 50,
	CTRL_SAFE_MODE = 60,
	CTRL_START_LISTENING = 70,
	CTRL_STOP_LISTENING = 71,
	CTRL_GET_DEVICE_MODE = 72,
	CTRL_GET_PROTECTED_STATE = 76,
	CTRL_GET_MODULE_INFO = 90,
	CTRL_GET_ASSET_INFO = 91,
	CTRL_DIAGNOSTIC_INFO = 100,	/* the reply is JSON text */
	CTRL_START_NYAN_SIGNAL = 230,
	CTRL_STOP_NYAN_SIGNAL = 231,
	CTRL_CLOUD_GET_CONNECTION_STATUS = 300,
	CTRL_CELLULAR_GET_ICCID = 554,
};

/* For struct ctrl_request.repeatable. */
bool		 ctrl_type_is_repeatable(uint16_t type);
/* The device resets 1 s after it accepted such a request: that it leaves the
 * bus before the last CHECK is good news. */
bool		 ctrl_type_resets(uint16_t type);

/* Each returns 0, or -1 with ERROR_PROTOCOL. */

/* Replies to 20, 21 and 30. */
int	ctrl_decode_text(const uint8_t *data, size_t len, char *out,
	    size_t size, struct error *err);

/* 72. Safe mode reads as normal. */
#define CTRL_MODE_NORMAL	0
#define CTRL_MODE_LISTENING	1
int	ctrl_decode_mode(const uint8_t *data, size_t len, uint32_t *mode,
	    struct error *err);

/* 76. */
struct ctrl_protection {
	bool	is_protected;
	bool	is_overridden;		/* service mode */
};
int	ctrl_decode_protection(const uint8_t *data, size_t len,
	    struct ctrl_protection *out, struct error *err);

/* 300. */
enum ctrl_cloud {
	CTRL_CLOUD_DISCONNECTED,
	CTRL_CLOUD_CONNECTING,
	CTRL_CLOUD_CONNECTED,
	CTRL_CLOUD_DISCONNECTING,
};
int	ctrl_decode_cloud(const uint8_t *data, size_t len, uint32_t *status,
	    struct error *err);
/* "connected"; out is used for an unknown one. */
const char *ctrl_cloud_name(uint32_t status, char *out, size_t size);

/* 554. */
struct ctrl_cellular {
	char	iccid[32];
	char	imei[32];
};
int	ctrl_decode_cellular(const uint8_t *data, size_t len,
	    struct ctrl_cellular *out, struct error *err);

/* 90; free with module_list_free(). NULL and ERROR_UNSUPPORTED: Device OS 0.8
 * to 1.0 of Gen 2 answers in JSON, which is not read. */
struct module_list *ctrl_decode_modules(const uint8_t *data, size_t len,
	    struct error *err);

/* 91. */
#define CTRL_ASSETS_MAX		32
struct ctrl_asset {
	char		name[64];
	uint32_t	size;
};
struct ctrl_assets {
	struct ctrl_asset	available[CTRL_ASSETS_MAX];
	size_t			available_count;
	struct ctrl_asset	required[CTRL_ASSETS_MAX];
	size_t			required_count;
	bool			is_cut;		/* there were more */
};
int	ctrl_decode_assets(const uint8_t *data, size_t len,
	    struct ctrl_assets *out, struct error *err);

#endif
