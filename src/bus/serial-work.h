/*
 * What is done to a tty while the caller waits: each may take 5 s or more where
 * a device does not answer. bus-serial.c calls these from a thread of the port;
 * they touch nothing but the struct serial_work given to them.
 *
 * libserialport is known to serial-work.c alone.
 */
#ifndef PTERM_BUS_SERIAL_WORK_H
#define PTERM_BUS_SERIAL_WORK_H

#include "base/bus-node.h"
#include "base/error.h"
#include "bus/bus.h"
#include "bus/host-linux.h"

struct sp_port;

struct serial_work {
	const struct host	*host;
	char			 tty[BUS_PATH_MAX];
	char			 path[BUS_PATH_MAX];	/* of its USB device */
	uint8_t			 address;
	struct bus_port_config	 config;	/* what is wanted */
	unsigned		 break_ms;
	struct sp_port		*port;		/* NULL: not open */
	int			 fd;		/* of port */
	struct error		 error;		/* how the last one ended */
};

/* Each sets error (ERROR_NONE: good). */
void	serial_work_open(struct serial_work *work);
void	serial_work_configure(struct serial_work *work);
void	serial_work_break(struct serial_work *work);
void	serial_work_close(struct serial_work *work);

/* The same sentence for reading and writing. */
int	serial_work_error(const char *tty, int saved_errno, struct error *err);

#endif
