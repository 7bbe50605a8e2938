/*
 * USB descriptors, read from bytes that may be anything: the device descriptor
 * followed by one configuration, and string descriptors.
 *
 * Lengths are checked against what is there; what is broken ends the reading,
 * and what was read so far stays.
 */
#ifndef PTERM_PARTICLE_DESCRIPTOR_H
#define PTERM_PARTICLE_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/usb.h"

struct descriptor_interface {
	uint8_t		number;
	uint8_t		alt;
	uint8_t		class;
	uint8_t		subclass;
	uint8_t		protocol;
	uint8_t		string;		/* iInterface */
	uint8_t		endpoint_count;	/* as it says */
	uint8_t		first_endpoint;	/* in struct descriptors' endpoints */
	uint8_t		endpoints_read;
};

struct descriptor_endpoint {
	uint8_t		address;	/* with its direction bit */
	uint8_t		attributes;
	uint16_t	max_packet;
	uint8_t		interval;
};

/* DFU functional descriptor; Particle's sits behind the last alternate. */
struct descriptor_dfu {
	uint8_t		attributes;
	uint16_t	detach_timeout_ms;
	uint16_t	transfer_size;
	uint16_t	version;	/* bcdDFUVersion; 0x011a is DfuSe */
};

#define DESCRIPTOR_INTERFACES_MAX	32	/* alternates count */
#define DESCRIPTOR_ENDPOINTS_MAX	64

struct descriptors {
	bool		has_device;
	uint16_t	usb_version;	/* bcdUSB */
	uint8_t		class;
	uint8_t		subclass;
	uint8_t		protocol;
	uint8_t		max_packet0;
	uint16_t	vid;
	uint16_t	pid;
	uint16_t	release;	/* bcdDevice */
	uint8_t		manufacturer_string;
	uint8_t		product_string;
	uint8_t		serial_string;

	bool		has_configuration;
	uint8_t		configuration;	/* bConfigurationValue */
	bool		is_self_powered;
	uint16_t	max_power_ma;

	struct descriptor_interface	interfaces[DESCRIPTOR_INTERFACES_MAX];
	size_t				interface_count;
	struct descriptor_endpoint	endpoints[DESCRIPTOR_ENDPOINTS_MAX];
	size_t				endpoint_count;
	bool				has_dfu;
	struct descriptor_dfu		dfu;

	bool		is_cut;		/* broken, or more than fits */
};

/* What bus_descriptors() gave. False: not even a device descriptor. */
bool	descriptors_parse(struct descriptors *d, const uint8_t *data,
	    size_t len);

/* The n-th (from 0) interface of that kind; -1 fits any. NULL: no more. */
const struct descriptor_interface *descriptors_find(
	    const struct descriptors *d, int class, int subclass, int protocol,
	    size_t n);

/* FE/01/02, alternate n. */
const struct descriptor_interface *descriptors_dfu(
	    const struct descriptors *d, size_t n);
/* FF/FF/FF without endpoints: Device OS' control interface. */
const struct descriptor_interface *descriptors_control(
	    const struct descriptors *d);

/* Asks for a string; langid usually USB_LANGID_EN_US. */
void	descriptor_get_string(struct usb_setup *setup, uint8_t index,
	    uint16_t langid);

/* A string descriptor as UTF-8, up to its first NUL; halves of surrogate pairs
 * become U+FFFD. Cut at a character where out is too small; a buffer of 384
 * bytes holds any. False, and out "": not a string descriptor. */
#define DESCRIPTOR_STRING_SIZE	384
bool	descriptor_string(char *out, size_t size, const uint8_t *data,
	    size_t len);

#endif
