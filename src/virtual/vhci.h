/*
 * Plugs a bench into the kernel: every device that is attached to its bus gets
 * a port of the kernel's virtual host controllers (module vhci-hcd) and is from
 * then on real to everybody. A device that leaves and comes back has the same
 * port again, unless it was plugged in at another path of the bench.
 *
 * Needs root. Where the kernel has no such controller, an error says what to
 * do.
 */
#ifndef PTERM_VIRTUAL_VHCI_H
#define PTERM_VIRTUAL_VHCI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "loop/loop.h"
#include "virtual/bench.h"

#define VHCI_SYSFS	"/sys/devices/platform/vhci_hcd.0"
#define VHCI_PORTS_MAX	1024

struct vhci;

struct vhci_events {
	/* port >= 0: it was attached there; -1: it left. */
	void	(*moved)(struct bench_device *, int port, void *arg);
	/* What went wrong with a device; the others go on. */
	void	(*failed)(struct bench_device *, const struct error *,
		    void *arg);
	/* What had power at the start is attached or has failed. */
	void	(*ready)(void *arg);
};

/* sysfs: the folder of the first controller (VHCI_SYSFS). Starts the bench. */
struct vhci	*vhci_new(struct loop *loop, struct bench *bench,
		    const char *sysfs, const struct vhci_events *events,
		    void *arg, struct error *err);
/* Everything is unplugged. */
void		 vhci_free(struct vhci *vhci);

/* The ports of high- and full-speed hubs in the text of a status file: free
 * ones are set in is_free[], which has VHCI_PORTS_MAX places. False: the text
 * is no such file. */
bool		 vhci_parse_status(const char *text, bool *is_free);

#endif
