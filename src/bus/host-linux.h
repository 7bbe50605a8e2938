/*
 * What Linux knows of a USB device and of its tty without asking the device:
 * its texts and descriptors from sysfs, which tty belongs to it by its place
 * in the tree, and whether this user may open its nodes; and udev's word on
 * what changed.
 *
 * A struct host never changes after host_new(), and everything that takes a
 * const struct host may be called from any thread. Only host_monitor_*
 * belongs to the loop.
 *
 * Files are read below root ("" for this machine): sys, dev, proc and run. The
 * paths in texts and results never have it.
 */
#ifndef PTERM_BUS_HOST_LINUX_H
#define PTERM_BUS_HOST_LINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bus-node.h"
#include "base/error.h"
#include "loop/loop.h"

struct host;

struct host	*host_new(const char *root);
void		 host_free(struct host *host);
const char	*host_root(const struct host *host);

/* --- A USB device ------------------------------------------------------- */

/* Fills serial, product and manufacturer of the device at info->path. False:
 * what is there now (if anything) is not the attachment info->address. */
bool	host_usb_texts(const struct host *host, struct bus_node_info *info);
/* The same question alone. */
bool	host_usb_is_there(const struct host *host, const char *path,
	    uint8_t address);
/* Appends the device descriptor and the active configuration's descriptors. */
int	host_usb_descriptors(const struct host *host, const char *path,
	    struct buf *out, struct error *err);
/* The tty of the device's first serial function ("/dev/ttyACM0"). False where
 * it has none, or udev has not finished with it yet. */
bool	host_usb_tty(const struct host *host, const char *path, char *tty,
	    size_t size);
/* Where the USB device of a tty is: "1-1.2". False: it belongs to none. */
bool	host_tty_usb_path(const struct host *host, const char *tty,
	    char *path, size_t size);

/* --- Access ------------------------------------------------------------- */

/* "/dev/bus/usb/001/004" */
void	host_usb_node(const struct bus_node_info *info, char *node,
	    size_t size);
/* Fills usb_access, tty_access and denied for the nodes that info names. */
void	host_access(const struct host *host, struct bus_node_info *info);
/* Says why this user may not open the node, and what would change that. */
int	host_deny(const struct host *host, const char *node,
	    struct error *err);
/* Whether udev was told to keep ModemManager away from this tty. */
bool	host_tty_is_ignored(const struct host *host, const char *tty);

/* --- What changes ------------------------------------------------------- */

struct host_monitor;

/* Something about the USB device at this place changed: it or a tty of it came
 * or went, or its access did. is_arrival: the device itself came. path NULL:
 * too much happened at once, and some of it was not told. */
typedef void (*host_monitor_cb)(const char *path, bool is_arrival, void *arg);

/* Listens to udevd; where none runs, to the kernel. */
struct host_monitor *host_monitor_new(const struct host *host,
		    struct loop *loop, host_monitor_cb cb, void *arg,
		    struct error *err);
void	host_monitor_free(struct host_monitor *monitor);
/* Whether udevd runs: without it libusb hears of nothing that changes. */
bool	host_has_udevd(const struct host *host);

/* --- Pure parts, for tests ---------------------------------------------- */

/* Out of the file "descriptors" of sysfs, which has all configurations: the
 * device's and those of configuration value. False: it makes no sense. */
bool	host_pick_descriptors(const uint8_t *data, size_t len, unsigned value,
	    struct buf *out);
/* The USB device's place in a path of sysfs, of the device itself or of
 * something below it: ".../1-1.2/1-1.2:1.0/tty/ttyACM0" has "1-1.2". */
bool	host_place_of(const char *devpath, char *path, size_t size);

#endif
