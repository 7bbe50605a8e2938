#include "config.h"

#include "bus/bus.h"

int
bus_start(struct bus *bus, bus_filter filter, bus_event_cb cb, void *arg,
    struct error *err)
{
	return bus->ops->start(bus, filter, cb, arg, err);
}

void
bus_free(struct bus *bus)
{
	if (bus != NULL)
		bus->ops->free(bus);
}

int
bus_descriptors(struct bus *bus, bus_node node, struct buf *out,
    struct error *err)
{
	return bus->ops->descriptors(bus, node, out, err);
}

struct bus_handle *
bus_open(struct bus *bus, bus_node node, struct error *err)
{
	return bus->ops->open(bus, node, err);
}

void
bus_close(struct bus_handle *handle)
{
	if (handle != NULL)
		handle->bus->ops->close(handle);
}

int
bus_claim(struct bus_handle *handle, uint8_t interface, struct error *err)
{
	return handle->bus->ops->claim(handle, interface, err);
}

struct bus_transfer *
bus_control(struct bus_handle *handle, const struct usb_setup *setup,
    const void *data, unsigned timeout_ms, bus_transfer_cb cb, void *arg)
{
	return handle->bus->ops->control(handle, setup, data, timeout_ms, cb,
	    arg);
}

void
bus_transfer_cancel(struct bus_transfer *transfer)
{
	if (transfer != NULL)
		transfer->bus->ops->transfer_cancel(transfer);
}

struct bus_port *
bus_port_open(struct bus *bus, const char *tty,
    const struct bus_port_config *config, const struct bus_port_events *events,
    void *arg)
{
	return bus->ops->port_open(bus, tty, config, events, arg);
}

void
bus_port_close(struct bus_port *port)
{
	if (port != NULL)
		port->bus->ops->port_close(port);
}

void
bus_port_configure(struct bus_port *port, const struct bus_port_config *config)
{
	port->bus->ops->port_configure(port, config);
}

void
bus_port_break(struct bus_port *port, unsigned ms)
{
	port->bus->ops->port_break(port, ms);
}

size_t
bus_port_write(struct bus_port *port, const void *data, size_t len)
{
	return port->bus->ops->port_write(port, data, len);
}
