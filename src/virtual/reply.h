/*
 * What Device OS tells about itself, by version: the payloads of replies to
 * control requests (requests.c asks) and of the old vendor requests.
 */
#ifndef PTERM_VIRTUAL_REPLY_H
#define PTERM_VIRTUAL_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "virtual/device-parts.h"

/* Protocol Buffers, as much as the replies need. proto3 leaves out defaults;
 * so do these. */
void	vdev_pb_uint(struct buf *b, unsigned field, uint64_t value);
void	vdev_pb_fixed32(struct buf *b, unsigned field, uint32_t value);
void	vdev_pb_bytes(struct buf *b, unsigned field, const void *data,
	    size_t len);
void	vdev_pb_text(struct buf *b, unsigned field, const char *text);

/* Module info: what request 90 answers (list as the version has it), and the
 * JSON of old versions and of the listening console. */
void	vdev_put_modules(const struct vdev *dev, struct buf *reply);
void	vdev_put_module_json(const struct vdev *dev, struct buf *reply);

/* Diagnostics (100): JSON. */
void	vdev_put_diagnostics(const struct vdev *dev, struct buf *reply);

/* Cloud connection: 0 disconnected, 1 connecting, 2 connected. */
unsigned vdev_cloud_status(const struct vdev *dev);
void	vdev_cloud_set(struct vdev *dev, bool wanted);

/* Invented but fixed for a device: derived from its id. */
void	vdev_put_digits(const struct vdev *dev, const char *prefix,
	    unsigned count, char *out, size_t size);

#endif
