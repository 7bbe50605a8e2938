/*
 * Ttys: the other half of the real bus; the promises are those of bus.h.
 *
 * The kernel carries out opening, configuring, break and closing of a tty while
 * the caller waits, up to 5 s for each request that the device does not answer.
 * So each of them runs on a short-lived thread of its port, at most one at a
 * time, which touches nothing but that port's sp_port and its job and says
 * through an eventfd that it is done. Reading and writing go on the loop and
 * pause meanwhile: the kernel would hold them up too.
 *
 * A tty is opened for this program alone: flock, TIOCEXCL, and it must be in no
 * UUCP lock file and open in no other process that this user may look into.
 */
#ifndef PTERM_BUS_BUS_SERIAL_H
#define PTERM_BUS_BUS_SERIAL_H

#include "base/bus-node.h"
#include "bus/bus.h"
#include "bus/host-linux.h"
#include "loop/loop.h"

struct bus_serial;

struct bus_serial *bus_serial_new(struct loop *loop, const struct host *host,
		    struct bus *owner);
/* All ports must have been closed; waits for what the kernel still does. */
void		 bus_serial_free(struct bus_serial *serial);

/* node is where the tty belongs: at another place it is not opened. NULL:
 * there is no such device, which opened() says. */
struct bus_port	*bus_serial_open(struct bus_serial *serial, const char *tty,
		    const struct bus_node_info *node,
		    const struct bus_port_config *config,
		    const struct bus_port_events *events, void *arg);
/* As in bus.h. */
void		 bus_serial_close(struct bus_port *port);
void		 bus_serial_configure(struct bus_port *port,
		    const struct bus_port_config *config);
void		 bus_serial_break(struct bus_port *port, unsigned ms);
size_t		 bus_serial_write(struct bus_port *port, const void *data,
		    size_t len);

#endif
