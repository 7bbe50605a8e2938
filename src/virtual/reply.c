#include "config.h"

#include "virtual/reply.h"

#include <string.h>

#include "base/text.h"

#define WIRE_VARINT	0
#define WIRE_BYTES	2
#define WIRE_FIXED32	5

/* From power-on to the cloud, where there is a network. */
#define CLOUD_CONNECT_US	LOOP_S(6)

/* --- Protocol Buffers --------------------------------------------------- */

static void
pb_varint(struct buf *b, uint64_t value)
{
	while (value >= 0x80) {
		buf_put_u8(b, (uint8_t)(value | 0x80));
		value >>= 7;
	}
	buf_put_u8(b, (uint8_t)value);
}

static void
pb_tag(struct buf *b, unsigned field, unsigned wire)
{
	pb_varint(b, (uint64_t)field << 3 | wire);
}

void
vdev_pb_uint(struct buf *b, unsigned field, uint64_t value)
{
	if (value == 0)
		return;
	pb_tag(b, field, WIRE_VARINT);
	pb_varint(b, value);
}

void
vdev_pb_fixed32(struct buf *b, unsigned field, uint32_t value)
{
	if (value == 0)
		return;
	pb_tag(b, field, WIRE_FIXED32);
	buf_put_le32(b, value);
}

void
vdev_pb_bytes(struct buf *b, unsigned field, const void *data, size_t len)
{
	pb_tag(b, field, WIRE_BYTES);
	pb_varint(b, len);
	buf_append(b, data, len);
}

void
vdev_pb_text(struct buf *b, unsigned field, const char *text)
{
	if (text[0] != '\0')
		vdev_pb_bytes(b, field, text, strlen(text));
}

/* --- Cloud -------------------------------------------------------------- */

unsigned
vdev_cloud_status(const struct vdev *dev)
{
	uint64_t since = loop_now_us(dev->loop) - dev->cloud_us;

	if (!dev->wants_cloud || dev->is_listening)
		return 0;
	return since < vdev_scaled(dev, CLOUD_CONNECT_US) ? 1 : 2;
}

void
vdev_cloud_set(struct vdev *dev, bool wanted)
{
	if (dev->wants_cloud == wanted)
		return;
	dev->wants_cloud = wanted;
	dev->cloud_us = loop_now_us(dev->loop);
}

/* --- Diagnostics -------------------------------------------------------- */

void
vdev_put_diagnostics(const struct vdev *dev, struct buf *reply)
{
	static const int status[] = { 0, 1, 2 };
	unsigned cloud = vdev_cloud_status(dev);

	buf_printf(reply, "{\"sys:uptime\":%llu,\"sys:reset\":140,"
	    "\"sys:tram\":163840,\"sys:uram\":80912,\"mem:free\":82928,"
	    "\"net:stat\":%d,\"net:err\":0,\"cloud:stat\":%d,"
	    "\"cloud:err\":0,\"cloud:connatt\":1,\"cloud:dconn\":0,"
	    "\"pub:limit\":0",
	    (unsigned long long)(vdev_uptime_us(dev) / 1000000),
	    cloud == 0 ? 0 : 4, status[cloud]);
	if (dev->spec.platform->features & PLATFORM_FEATURE_CELLULAR)
		buf_puts(reply, ",\"net:sigstrv\":{\"err\":-230}");
	if (dev->version >= VDEV_VERSION(6, 0, 0))
		buf_printf(reply, ",\"sys:protected\":%d",
		    dev->spec.protection == VDEV_PROTECTED);
	buf_puts(reply, "}");
}

void
vdev_put_digits(const struct vdev *dev, const char *prefix, unsigned count,
    char *out, size_t size)
{
	uint32_t h = 2166136261u;
	size_t len;

	for (const char *p = dev->spec.id; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	text_copy(out, size, prefix);
	for (len = strlen(out); len < count && len + 1 < size; len++) {
		h = h * 1664525 + 1013904223;
		out[len] = (char)('0' + (h >> 16) % 10);
	}
	out[len] = '\0';
}
