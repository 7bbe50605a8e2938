/*
 * The console of listening mode (reference 8.5): single characters, and
 * dialogues for a claim code and for Wi-Fi.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "virtual/cdc.h"
#include "virtual/reply.h"

#define FIELD_MAX	128
#define CAN		0x18

/* Which line is being typed. */
enum console_field {
	FIELD_NONE,
	FIELD_CLAIM_CODE,
	FIELD_SSID,
	FIELD_SECURITY,
	FIELD_CIPHER,
	FIELD_PASSWORD,
};

struct vdev_console {
	struct vdev		*dev;
	enum console_field	 field;
	char			 text[FIELD_MAX];
	size_t			 len;
};

struct vdev_console *
vdev_console_new(struct vdev *dev)
{
	struct vdev_console *console = xcalloc(1, sizeof *console);

	console->dev = dev;
	return console;
}

void
vdev_console_free(struct vdev_console *console)
{
	free(console);
}

static bool
console_has(const struct vdev *dev, unsigned feature)
{
	return dev->spec.platform->features & feature;
}

/* --- Single characters -------------------------------------------------- */

static void
console_version(struct vdev_console *console, struct buf *reply)
{
	buf_printf(reply, "system firmware version: %s\n\r\n",
	    console->dev->spec.system_version);
}

static void
console_identity(struct vdev_console *console, struct buf *reply)
{
	const struct vdev *dev = console->dev;
	char text[32];

	if (dev->spec.platform->generation <= 2 &&
	    console_has(dev, PLATFORM_FEATURE_WIFI)) {
		buf_printf(reply, "Your device id is %s\r\n", dev->spec.id);
		return;
	}
	buf_printf(reply, "Device ID: %s\r\n", dev->spec.id);
	if (console_has(dev, PLATFORM_FEATURE_CELLULAR)) {
		vdev_put_digits(dev, "35225310", 15, text, sizeof text);
		buf_printf(reply, "IMEI: %s\r\n", text);
		vdev_put_digits(dev, "8934076500", 20, text, sizeof text);
		buf_printf(reply, "ICCID: %s\r\n", text);
		buf_puts(reply, "Cell Radio Version: 02.06,A00.01\r\n");
	}
	if (dev->spec.platform->generation <= 2)
		return;
	vdev_put_digits(dev, "P046AR", 15, text, sizeof text);
	buf_printf(reply, "Serial Number: %s\r\n",
	    dev->spec.manufacturing_serial[0] != '\0' ?
	    dev->spec.manufacturing_serial : text);
}

static void
console_mac(struct vdev_console *console, struct buf *reply)
{
	const char *id = console->dev->spec.id;
	size_t len = strlen(id);
	const char *tail = len >= 6 ? id + len - 6 : "000000";

	buf_printf(reply, "Your device MAC address is\r\n"
	    "94:94:4a:%.2s:%.2s:%.2s\r\n", tail, tail + 2, tail + 4);
}

static void
console_modules(struct vdev_console *console, struct buf *reply)
{
	vdev_put_module_json(console->dev, reply);
	buf_puts(reply, "\r\n");
}

static void
console_diagnostics(struct vdev_console *console, struct buf *reply)
{
	vdev_put_diagnostics(console->dev, reply);
	buf_puts(reply, "\r\n");
}

static void
console_claimed(struct vdev_console *console, struct buf *reply)
{
	(void)console;
	buf_puts(reply, "Device claimed: yes\r\n");
}

static void
console_claim(struct vdev_console *console, struct buf *reply)
{
	console->field = FIELD_CLAIM_CODE;
	buf_puts(reply, "Enter 63-digit claim code: ");
}

static void
console_wifi(struct vdev_console *console, struct buf *reply)
{
	if (!console_has(console->dev, PLATFORM_FEATURE_WIFI))
		return;
	console->field = FIELD_SSID;
	buf_puts(reply, "SSID: ");
}

static void
console_leave(struct vdev_console *console, struct buf *reply)
{
	(void)reply;
	vdev_set_listening(console->dev, false);
}

static void
console_safe_mode(struct vdev_console *console, struct buf *reply)
{
	(void)reply;
	console->dev->next_listens = true;
	vdev_restart(console->dev, VDEV_SAFE, 0);
}

static void
console_ymodem(struct vdev_console *console, struct buf *reply)
{
	static const char cans[] = { CAN, CAN, CAN, CAN };

	buf_puts(reply, "Waiting for the binary file to be sent ... "
	    "(press 'a' to abort)\r\n");
	if (console->dev->version < VDEV_VERSION(6, 0, 0))
		return;
	buf_append(reply, cans, sizeof cans);
	buf_puts(reply, "Serial/YModem flashing is no longer supported\r\n");
}

static const struct {
	char	 key;
	void	(*answer)(struct vdev_console *, struct buf *reply);
} console_keys[] = {
	{ 'C', console_claim },
	{ 'L', console_safe_mode },
	{ 'c', console_claimed },
	{ 'd', console_diagnostics },
	{ 'f', console_ymodem },
	{ 'i', console_identity },
	{ 'm', console_mac },
	{ 's', console_modules },
	{ 'v', console_version },
	{ 'w', console_wifi },
	{ 'x', console_leave },
};

/* --- Dialogues ---------------------------------------------------------- */

static void
console_wifi_done(struct vdev_console *console, struct buf *reply)
{
	console->field = FIELD_NONE;
	buf_puts(reply, "Thanks! Wait a moment while I save those "
	    "credentials...\r\n\r\n"
	    "Awesome. Now we'll connect!\r\n\r\n");
}

static void
console_after_security(struct vdev_console *console, struct buf *reply)
{
	int security = atoi(console->text);

	if (security == 0) {
		console_wifi_done(console, reply);
	} else if (security >= 2) {
		console->field = FIELD_CIPHER;
		buf_puts(reply,
		    "Security Cipher 1=AES, 2=TKIP, 3=AES+TKIP: ");
	} else {
		console->field = FIELD_PASSWORD;
		buf_puts(reply, "Password: ");
	}
}

static void
console_line(struct vdev_console *console, struct buf *reply)
{
	buf_puts(reply, "\r\n");
	switch (console->field) {
	case FIELD_NONE:
		break;
	case FIELD_CLAIM_CODE:
		console->field = FIELD_NONE;
		if (console->len == 63)
			buf_printf(reply, "Claim code set to: %s\r\n",
			    console->text);
		else
			buf_puts(reply, "Sorry, claim code should be 63 "
			    "digits.\r\n");
		break;
	case FIELD_SSID:
		console->field = FIELD_SECURITY;
		buf_puts(reply, "Security 0=unsecured, 1=WEP, 2=WPA, "
		    "3=WPA2: ");
		break;
	case FIELD_SECURITY:
		console_after_security(console, reply);
		break;
	case FIELD_CIPHER:
		console->field = FIELD_PASSWORD;
		buf_puts(reply, "Password: ");
		break;
	case FIELD_PASSWORD:
		console_wifi_done(console, reply);
		break;
	}
	console->len = 0;
}

void
vdev_console_input(struct vdev_console *console, char c, struct buf *reply)
{
	if (console->field != FIELD_NONE) {
		if (c == '\r' || c == '\n') {
			console->text[console->len] = '\0';
			console_line(console, reply);
		} else if (console->len + 1 < sizeof console->text) {
			console->text[console->len++] = c;
			buf_put_u8(reply, (uint8_t)c);
		}
		return;
	}
	for (size_t i = 0; i < sizeof console_keys / sizeof console_keys[0];
	    i++) {
		if (console_keys[i].key == c) {
			console_keys[i].answer(console, reply);
			return;
		}
	}
}
