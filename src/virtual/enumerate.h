/*
 * What a host does with a device that it finds on a port: reads descriptors
 * and strings and sets the configuration, as Linux does it, with the kernel's
 * 5 s for each request. A string that can't be had is "".
 */
#ifndef PTERM_VIRTUAL_ENUMERATE_H
#define PTERM_VIRTUAL_ENUMERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bus-node.h"
#include "loop/loop.h"
#include "virtual/device.h"

struct enumeration;

/* The serial function of a device, as cdc_acm looks for it. */
struct enumerate_acm {
	uint8_t	interface;	/* of the communications class */
	uint8_t	in, out;	/* bulk endpoints */
};

/* info: what the device itself tells is filled in. descriptors: device and
 * configuration. Both are valid during the call. NULL: the host gives up. */
typedef void (*enumerate_cb)(const struct bus_node_info *info,
	    const struct buf *descriptors, void *arg);

/* The callback comes from the loop, once. */
struct enumeration *enumerate_start(struct loop *loop, struct vdev *dev,
	    uint64_t delay_us, enumerate_cb cb, void *arg);
/* NULL is fine; no callback after it. Not needed after the callback. */
void	enumerate_cancel(struct enumeration *enumeration);

/* False: it has none. descriptors: hostile. */
bool	enumerate_find_acm(const struct buf *descriptors,
	    struct enumerate_acm *out);
/* Whether the configuration has an interface of this number. */
bool	enumerate_has_interface(const struct buf *descriptors, uint8_t number);

#endif
