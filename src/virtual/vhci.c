#include "config.h"

#include "virtual/vhci.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "virtual/usbip.h"

#define STATUS_FREE	4	/* VDEV_ST_NULL */
#define SPEED_FULL	2	/* USB_SPEED_FULL */
#define STATUS_MAX	65536	/* bytes of a status file */
#define CONTROLLERS_MAX	64

/* The kernel takes a while to let go of a port. */
#define RETRY_US	LOOP_MS(10)
#define RETRIES_MAX	1000

struct vhci_slot {
	struct vhci		*vhci;
	struct bench_device	*device;
	int			 port;		/* kept when it leaves; or -1 */
	unsigned		 controller;	/* that has the port */
	char			 path[BUS_PATH_MAX];	/* that the port stands for */
	struct usbip		*usbip;		/* NULL: not attached */
	struct loop_timer	*timer;		/* attaches */
	unsigned		 tries;
	bool			 is_settled;	/* vhci_events.ready */
};

struct vhci {
	struct loop		*loop;
	struct bench		*bench;
	char			*sysfs;
	const struct vhci_events *events;
	void			*arg;
	struct vhci_slot	*slots;		/* one a device */
	size_t			 count;
	struct loop_deferred	*check;
	bool			 is_ready;
};

/* --- sysfs -------------------------------------------------------------- */

/* "hs  0000 004 000 00000000 000000 0-0" */
static void
status_line(const char *line, bool *is_free)
{
	unsigned port, status;

	if (sscanf(line, "hs %4u %3u", &port, &status) == 2 &&
	    port < VHCI_PORTS_MAX)
		is_free[port] = status == STATUS_FREE;
}

bool
vhci_parse_status(const char *text, bool *is_free)
{
	if (!text_starts(text, "hub port sta"))
		return false;
	while ((text = strchr(text, '\n')) != NULL) {
		text++;
		if (text_starts(text, "hs "))
			status_line(text, is_free);
	}
	return true;
}

/* All controllers have their status file in the first one's folder. For each
 * free port its controller is told, counted from 1; 0: the port is not free. */
static int
vhci_free_ports(const struct vhci *vhci, unsigned *controllers,
    struct error *err)
{
	bool missing = false;

	for (unsigned i = 0; i < CONTROLLERS_MAX; i++) {
		bool is_free[VHCI_PORTS_MAX] = { false };
		struct buf text = { 0 };
		char *file = i == 0 ? xasprintf("%s/status", vhci->sysfs) :
		    xasprintf("%s/status.%u", vhci->sysfs, i);
		int result = path_read(file, STATUS_MAX, &text, &missing, err);

		if (result == 0 && !vhci_parse_status(buf_str(&text), is_free))
			result = error_set(err, ERROR_FAILED,
			    "%s: not what vhci_hcd writes", file);
		free(file);
		buf_fini(&text);
		if (result != 0 && missing && i > 0)
			return 0;
		if (result != 0)
			return -1;
		for (size_t port = 0; port < VHCI_PORTS_MAX; port++) {
			if (is_free[port])
				controllers[port] = i + 1;
		}
	}
	return 0;
}

static int
vhci_check(const struct vhci *vhci, struct error *err)
{
	char *file = xasprintf("%s/attach", vhci->sysfs);
	int result = 0;

	if (access(file, F_OK) != 0)
		result = error_set(err, ERROR_UNSUPPORTED,
		    "this kernel has no virtual USB controller: "
		    "run modprobe vhci-hcd");
	else if (access(file, W_OK) != 0)
		result = error_set(err, ERROR_PERMISSION,
		    "only root may plug devices into the kernel: run it with "
		    "sudo");
	free(file);
	return result;
}

/* "port socket devid speed"; false with errno. */
static bool
vhci_write_attach(const struct vhci *vhci, int port, int fd, size_t devid)
{
	char *file = xasprintf("%s/attach", vhci->sysfs), text[64];
	int attach = open(file, O_WRONLY | O_CLOEXEC), saved;
	ssize_t written = -1;

	free(file);
	if (attach < 0)
		return false;
	snprintf(text, sizeof text, "%d %d %zu %d", port, fd, devid,
	    SPEED_FULL);
	written = write(attach, text, strlen(text));
	saved = errno;
	close(attach);
	errno = saved;
	return written >= 0;
}

/* --- Devices ------------------------------------------------------------ */

static void
slot_settle(struct vhci_slot *slot)
{
	slot->is_settled = true;
	loop_deferred_schedule(slot->vhci->check);
}

static void
slot_failed(struct vhci_slot *slot, const struct error *err)
{
	struct vhci *vhci = slot->vhci;

	slot_settle(slot);
	vhci->events->failed(slot->device, err, vhci->arg);
}

/* The kernel let go of it: to the device its cable is pulled and stays so. */
static void
slot_closed(void *arg)
{
	struct vhci_slot *slot = arg;
	struct vhci *vhci = slot->vhci;
	struct error err;

	usbip_free(slot->usbip);
	slot->usbip = NULL;
	error_set(&err, ERROR_GONE, "the kernel has detached it");
	vhci->events->failed(slot->device, &err, vhci->arg);
}

static bool
vhci_is_reserved(const struct vhci *vhci, int port)
{
	for (size_t i = 0; i < vhci->count; i++) {
		if (vhci->slots[i].port == port)
			return true;
	}
	return false;
}

static unsigned
vhci_load(const struct vhci *vhci, unsigned controller)
{
	unsigned load = 0;

	for (size_t i = 0; i < vhci->count; i++) {
		if (vhci->slots[i].port >= 0 &&
		    vhci->slots[i].controller == controller)
			load++;
	}
	return load;
}

/* On the controller that has the fewest of our devices: the kernel enumerates
 * one device after the other on a hub, but hubs side by side. */
static int
slot_choose_port(struct vhci_slot *slot, struct error *err)
{
	struct vhci *vhci = slot->vhci;
	unsigned controllers[VHCI_PORTS_MAX] = { 0 }, load, least = UINT_MAX;
	int best = -1;

	if (slot->port >= 0 && strcmp(slot->path, slot->device->path) == 0)
		return 0;
	slot->port = -1;
	if (vhci_free_ports(vhci, controllers, err) != 0)
		return -1;
	for (int i = 0; i < VHCI_PORTS_MAX; i++) {
		if (controllers[i] == 0 || vhci_is_reserved(vhci, i))
			continue;
		load = vhci_load(vhci, controllers[i]);
		if (load < least) {
			least = load;
			best = i;
		}
	}
	if (best < 0)
		return error_set(err, ERROR_FAILED, "no port of the kernel's "
		    "virtual controllers is free; there are 15 a controller");
	slot->port = best;
	slot->controller = controllers[best];
	text_copy(slot->path, sizeof slot->path, slot->device->path);
	return 0;
}

/* 0: attached, 1: the port is busy still, -1: failed. */
static int
slot_try(struct vhci_slot *slot, struct error *err)
{
	struct vhci *vhci = slot->vhci;
	size_t devid = (size_t)1 << 16 | (size_t)(slot - vhci->slots + 1);
	int pair[2], saved;

	if (slot_choose_port(slot, err) != 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return error_set(err, ERROR_FAILED, "socketpair: %s",
		    strerror(errno));
	if (!vhci_write_attach(vhci, slot->port, pair[1], devid)) {
		saved = errno;
		close(pair[0]);
		close(pair[1]);
		if (saved == EBUSY)
			return 1;
		return error_set(err, ERROR_FAILED,
		    "attaching to port %d: %s", slot->port, strerror(saved));
	}
	close(pair[1]);
	slot->usbip = usbip_new(vhci->loop, pair[0], slot->device->vdev,
	    &slot->device->transfers, slot_closed, slot);
	return 0;
}

static void
slot_attach(void *arg)
{
	struct vhci_slot *slot = arg;
	struct vhci *vhci = slot->vhci;
	struct error err;
	int result = slot_try(slot, &err);

	if (result == 1 && ++slot->tries <= RETRIES_MAX) {
		loop_timer_set(slot->timer, RETRY_US);
		return;
	}
	if (result == 1)
		error_set(&err, ERROR_BUSY,
		    "the kernel does not let go of port %d", slot->port);
	if (result != 0) {
		slot_failed(slot, &err);
		return;
	}
	slot_settle(slot);
	vhci->events->moved(slot->device, slot->port, vhci->arg);
}

static void
vhci_attached(struct bench_device *device, void *arg)
{
	struct vhci_slot *slot = device->port;

	(void)arg;
	slot->tries = 0;
	loop_timer_set(slot->timer, 0);
}

static void
vhci_detached(struct bench_device *device, void *arg)
{
	struct vhci *vhci = arg;
	struct vhci_slot *slot = device->port;
	bool was_attached = slot->usbip != NULL;

	loop_timer_stop(slot->timer);
	usbip_free(slot->usbip);
	slot->usbip = NULL;
	slot_settle(slot);
	if (was_attached)
		vhci->events->moved(device, -1, vhci->arg);
}

static void
vhci_changed(struct bench_device *device, void *arg)
{
	struct vhci_slot *slot = device->port;

	(void)arg;
	if (!device->is_plugged)
		slot_settle(slot);
}

static const struct bench_ops vhci_bench_ops = {
	.attached = vhci_attached,
	.detached = vhci_detached,
	.changed = vhci_changed,
};

static void
vhci_check_ready(void *arg)
{
	struct vhci *vhci = arg;

	for (size_t i = 0; i < vhci->count; i++) {
		if (!vhci->slots[i].is_settled)
			return;
	}
	if (!vhci->is_ready) {
		vhci->is_ready = true;
		vhci->events->ready(vhci->arg);
	}
}

struct vhci *
vhci_new(struct loop *loop, struct bench *bench, const char *sysfs,
    const struct vhci_events *events, void *arg, struct error *err)
{
	struct vhci *vhci = xcalloc(1, sizeof *vhci);

	vhci->loop = loop;
	vhci->bench = bench;
	vhci->sysfs = xstrdup(sysfs);
	vhci->events = events;
	vhci->arg = arg;
	if (vhci_check(vhci, err) != 0) {
		free(vhci->sysfs);
		free(vhci);
		return NULL;
	}
	vhci->check = loop_deferred_new(loop, vhci_check_ready, vhci);
	vhci->count = bench_device_count(bench);
	vhci->slots = xcalloc(vhci->count, sizeof *vhci->slots);
	for (size_t i = 0; i < vhci->count; i++) {
		struct vhci_slot *slot = &vhci->slots[i];

		slot->vhci = vhci;
		slot->device = bench_device_at(bench, i);
		slot->device->port = slot;
		slot->port = -1;
		slot->timer = loop_timer_new(loop, slot_attach, slot);
		slot->is_settled = !slot->device->is_plugged;
	}
	bench_start(bench, &vhci_bench_ops, vhci);
	loop_deferred_schedule(vhci->check);
	return vhci;
}

void
vhci_free(struct vhci *vhci)
{
	if (vhci == NULL)
		return;
	for (size_t i = 0; i < vhci->count; i++) {
		struct vhci_slot *slot = &vhci->slots[i];

		usbip_free(slot->usbip);
		loop_timer_free(slot->timer);
		slot->device->port = NULL;
	}
	bench_stop(vhci->bench);
	loop_deferred_free(vhci->check);
	free(vhci->slots);
	free(vhci->sysfs);
	free(vhci);
}
