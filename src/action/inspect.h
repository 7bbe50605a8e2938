/*
 * What can be said of a device without asking it: its descriptors, as the host
 * has them cached. For the detail pane and `pterm info`.
 */
#ifndef PTERM_ACTION_INSPECT_H
#define PTERM_ACTION_INSPECT_H

#include "base/error.h"
#include "bus/bus.h"
#include "model/device.h"
#include "particle/descriptor.h"
#include "particle/module-list.h"

int		 inspect_descriptors(struct bus *bus,
		    const struct device *device, struct descriptors *out,
		    struct error *err);
/* "serial port", "control channel", "DFU"; "unknown" for others. */
const char	*inspect_interface_name(const struct descriptor_interface *i);

#endif
