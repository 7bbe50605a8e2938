/*
 * The in-process bus: a bench's devices behind bus.h, with what a kernel does
 * in between, at the level of transfers: enumeration after the delay that a hub
 * takes, cdc_acm's requests, a tty that shows a little later than its device
 * and gets the lowest free number, one control transfer at a time on a device.
 *
 * What has power when the bus starts counts as attached long ago and is
 * announced with its tty, before BUS_READY.
 *
 * No call reaches a device that the filter does not want, but the requests by
 * which every kernel enumerates.
 */
#ifndef PTERM_VIRTUAL_BUS_VIRTUAL_H
#define PTERM_VIRTUAL_BUS_VIRTUAL_H

#include "bus/bus.h"
#include "loop/loop.h"
#include "virtual/bench.h"

/* The bench is started by bus_start() and must outlive the bus, which does not
 * free it. */
struct bus	*bus_virtual_new(struct loop *loop, struct bench *bench);

#endif
