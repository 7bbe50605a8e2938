/*
 * What a bus tells of one attachment of one USB device: plain data that bus,
 * model and front ends share. The rules stand in bus/bus.h.
 */
#ifndef PTERM_BASE_BUS_NODE_H
#define PTERM_BASE_BUS_NODE_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t bus_node;	/* 0 names none */

enum bus_speed {
	BUS_SPEED_UNKNOWN,
	BUS_SPEED_LOW,
	BUS_SPEED_FULL,
	BUS_SPEED_HIGH,
	BUS_SPEED_SUPER,
};

#define BUS_TEXT_MAX	256	/* a string descriptor has at most 126 units */
#define BUS_PATH_MAX	64

/* What the host knows of a node without sending it anything. Texts are as the
 * device gave them (hostile: sanitise before showing), "" where it gave none. */
struct bus_node_info {
	bus_node	node;
	uint16_t	vid;
	uint16_t	pid;
	uint16_t	release;	/* bcdDevice */
	uint8_t		bus;		/* number of the USB bus */
	uint8_t		address;	/* on that bus; changes at each attachment */
	enum bus_speed	speed;
	uint16_t	max_power_ma;
	char		path[BUS_PATH_MAX];	/* place: bus-port.port, "1-1.2" */
	char		serial[BUS_TEXT_MAX];
	char		product[BUS_TEXT_MAX];
	char		manufacturer[BUS_TEXT_MAX];
	char		tty[BUS_PATH_MAX];	/* "/dev/ttyACM0", or "" */
	bool		usb_access;	/* this user may open the USB node */
	bool		tty_access;	/* this user may open the tty */
	char		denied[BUS_TEXT_MAX];	/* why not, for the person */
};

#endif
