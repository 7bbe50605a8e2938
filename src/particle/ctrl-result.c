#include "config.h"

#include "particle/ctrl-result.h"

#include <stddef.h>

/* Sorted, 0 first. text NULL: the name says it. */
static const struct {
	int32_t		 result;
	enum error_code	 code;
	const char	*name;
	const char	*text;
} results[] = {
	{ 0, ERROR_NONE, "NONE", "success" },
	{ -100, ERROR_FAILED, "UNKNOWN", "unspecified failure" },
	{ -110, ERROR_BUSY, "BUSY", "what it needs is in use" },
	{ -120, ERROR_UNSUPPORTED, "NOT_SUPPORTED",
	    "not available with its platform or Device OS" },
	{ -130, ERROR_REFUSED, "NOT_ALLOWED",
	    "the application or its settings forbid it" },
	{ -140, ERROR_FAILED, "CANCELLED", "cancelled" },
	{ -150, ERROR_FAILED, "ABORTED", "aborted" },
	{ -160, ERROR_TIMEOUT, "TIMEOUT", "it took the device too long" },
	{ -170, ERROR_FAILED, "NOT_FOUND", "no such thing on the device" },
	{ -180, ERROR_FAILED, "ALREADY_EXISTS", "already there" },
	{ -190, ERROR_FAILED, "TOO_LARGE", "too large" },
	{ -191, ERROR_FAILED, "NOT_ENOUGH_DATA", "too little data" },
	{ -200, ERROR_FAILED, "LIMIT_EXCEEDED", "a limit is exceeded" },
	{ -201, ERROR_FAILED, "END_OF_STREAM", NULL },
	{ -210, ERROR_FAILED, "INVALID_STATE", "not at this moment" },
	{ -219, ERROR_IO, "FLASH_IO", "its flash failed" },
	{ -220, ERROR_IO, "IO", "input or output failed" },
	{ -221, ERROR_BUSY, "WOULD_BLOCK", NULL },
	{ -225, ERROR_FAILED, "FILE", "file error" },
	{ -226, ERROR_FAILED, "PATH_TOO_LONG", NULL },
	{ -230, ERROR_FAILED, "NETWORK", "network error" },
	{ -240, ERROR_PROTOCOL, "PROTOCOL", "protocol error" },
	{ -250, ERROR_FAILED, "INTERNAL", "internal error of Device OS" },
	{ -260, ERROR_FAILED, "NO_MEMORY", "it has no memory left" },
	{ -270, ERROR_FAILED, "INVALID_ARGUMENT", "invalid argument" },
	{ -280, ERROR_PROTOCOL, "BAD_DATA", "it can't decode the request" },
	{ -281, ERROR_PROTOCOL, "ENCODING_FAILED", NULL },
	{ -290, ERROR_FAILED, "OUT_OF_RANGE", "out of range" },
	{ -300, ERROR_UNSUPPORTED, "DEPRECATED", "no longer supported" },
	{ -1200, ERROR_FAILED, "AT_NOT_OK", "the modem refused a command" },
	{ -1210, ERROR_FAILED, "AT_RESPONSE_UNEXPECTED",
	    "the modem's answer makes no sense" },
	{ -1300, ERROR_FAILED, "OTA_MODULE_NOT_FOUND",
	    "no such firmware module" },
	{ -1310, ERROR_FAILED, "OTA_UNSUPPORTED_MODULE",
	    "it takes no such firmware module" },
	{ -1320, ERROR_FAILED, "OTA_VALIDATION_FAILED",
	    "the firmware is not valid" },
	{ -1330, ERROR_FAILED, "OTA_INTEGRITY_CHECK_FAILED",
	    "the firmware is damaged" },
	{ -1331, ERROR_FAILED, "OTA_RESUMED_UPDATE_FAILED", NULL },
	{ -1340, ERROR_FAILED, "OTA_DEPENDENCY_CHECK_FAILED",
	    "what the firmware depends on is missing" },
	{ -1350, ERROR_FAILED, "OTA_INVALID_ADDRESS",
	    "the firmware belongs to another address" },
	{ -1351, ERROR_FAILED, "OTA_INVALID_SIZE",
	    "the firmware has the wrong size" },
	{ -1360, ERROR_REFUSED, "OTA_INVALID_PLATFORM",
	    "the firmware is built for another platform" },
	{ -1370, ERROR_FAILED, "OTA_INVALID_FORMAT",
	    "not a firmware module" },
	{ -1380, ERROR_REFUSED, "OTA_UPDATES_DISABLED",
	    "the application has disabled updates" },
	{ -1390, ERROR_FAILED, "OTA", "the update failed" },
	{ -1400, ERROR_FAILED, "CRYPTO", "cryptography failed" },
	{ -1800, ERROR_FAILED, "INVALID_SERVER_SETTINGS",
	    "its server settings are invalid" },
	{ -1801, ERROR_REFUSED, "PROTECTED", "Device Protection is active" },
	{ -1802, ERROR_REFUSED, "KEY_MISMATCH", "unknown key" },
	{ -1803, ERROR_REFUSED, "INVALID_SIGNATURE", "invalid signature" },
	{ -3000, ERROR_FAILED, "HAL_RTC_INVALID_TIME", "its clock is not set" },
};

/* Families of codes that pterm has no single words for. */
static const struct {
	int32_t		 first, last;
	const char	*text;
} families[] = {
	{ -1005, -1000, "cloud protocol error" },
	{ -1132, -1100, "cloud protocol error" },
	{ -1606, -1600, "I2C error" },
	{ -1712, -1700, "PPP error" },
	{ -1912, -1900, "file system error" },
	{ -2011, -2000, "ledger error" },
};

static size_t
ctrl_result_row(int32_t result)
{
	size_t n = sizeof results / sizeof results[0];

	for (size_t i = 0; i < n; i++) {
		if (results[i].result == result)
			return i;
	}
	return SIZE_MAX;
}

int
ctrl_result_error(int32_t result, struct error *err)
{
	size_t row = ctrl_result_row(result);

	if (row != SIZE_MAX) {
		const char *text = results[row].text;
		const char *name = results[row].name;

		if (text == NULL)
			return error_set(err, results[row].code,
			    "the device says %s (%d)", name, result);
		return error_set(err, results[row].code, "%s (%s, %d)", text,
		    name, result);
	}
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
		if (result >= families[i].first && result <= families[i].last)
			return error_set(err, ERROR_FAILED, "%s (%d)",
			    families[i].text, result);
	}
	return error_set(err, ERROR_FAILED, "the device says error %d", result);
}
