/*
 * The real bus: libusb, libserialport, sysfs and udev behind bus.h.
 */
#ifndef PTERM_BUS_BUS_REAL_H
#define PTERM_BUS_BUS_REAL_H

#include "base/error.h"
#include "bus/bus.h"
#include "loop/loop.h"

/* NULL with err where this system has no USB. */
struct bus	*bus_real_new(struct loop *loop, struct error *err);

#endif
