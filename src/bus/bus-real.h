/*
 * The real bus: this machine's USB devices through libusb (bus-usb.h), their
 * ttys through libserialport (bus-serial.h), and what Linux knows of both
 * (host-linux.h). The promises are those of bus.h.
 */
#ifndef PTERM_BUS_BUS_REAL_H
#define PTERM_BUS_BUS_REAL_H

#include "base/error.h"
#include "bus/bus.h"
#include "loop/loop.h"

/* NULL with err where there is nothing to build it on. */
struct bus	*bus_real_new(struct loop *loop, struct error *err);

#endif
