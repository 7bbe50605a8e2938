/*
 * libusb on our loop: which USB devices are attached, and control transfers to
 * them. Half of the real bus; the promises are those of bus.h.
 *
 * libusb waits nowhere: its descriptors are the loop's, so is the time that a
 * transfer has, and everything it has to say is collected first and told from
 * the loop, outside libusb.
 *
 * A device is one attachment, from arrived() to left().
 */
#ifndef PTERM_BUS_BUS_USB_H
#define PTERM_BUS_BUS_USB_H

#include <stddef.h>
#include <stdint.h>

#include "base/bus-node.h"
#include "base/error.h"
#include "base/usb.h"
#include "bus/bus.h"
#include "bus/host-linux.h"
#include "loop/loop.h"

struct bus_usb;
struct bus_usb_device;

struct bus_usb_events {
	void	(*arrived)(struct bus_usb_device *, void *arg);
	/* Its transfers have ended. The last that is heard of it; its handles
	 * must still be closed. */
	void	(*left)(struct bus_usb_device *, void *arg);
	/* All that was there at the start has arrived. */
	void	(*ready)(void *arg);
};

/* owner is what handles and transfers name as their bus. */
struct bus_usb	*bus_usb_new(struct loop *loop, const struct host *host,
		    struct bus *owner, const struct bus_usb_events *events,
		    void *arg);
int		 bus_usb_start(struct bus_usb *usb, bus_filter filter,
		    struct error *err);
/* Looks for what has come: for hosts on which libusb is not told. */
void		 bus_usb_look(struct bus_usb *usb);
void		 bus_usb_free(struct bus_usb *usb);

/* For the owner to find its own half. */
void		 bus_usb_set_data(struct bus_usb_device *device, void *data);
void		*bus_usb_data(const struct bus_usb_device *device);
/* What libusb knows: ids, release, place, address, speed, power. */
void		 bus_usb_facts(const struct bus_usb_device *device,
		    struct bus_node_info *info);

/* As in bus.h. */
struct bus_handle *bus_usb_open(struct bus_usb_device *device,
		    struct error *err);
void		 bus_usb_close(struct bus_handle *handle);
int		 bus_usb_claim(struct bus_handle *handle, uint8_t interface,
		    struct error *err);
struct bus_transfer *bus_usb_control(struct bus_handle *handle,
		    const struct usb_setup *setup, const void *data,
		    unsigned timeout_ms, bus_transfer_cb cb, void *arg);
void		 bus_usb_transfer_cancel(struct bus_transfer *transfer);

#endif
