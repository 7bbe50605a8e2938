/*
 * The ttys of the in-process bus. A port is the one program that has a tty
 * open; what it asks for becomes requests of cdc_acm (acm.h).
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "virtual/bus-virtual-parts.h"

#define PORT_QUEUE_MAX	(64 * 1024)
#define PORT_READ_MAX	4096
#define PORT_WRITE_MAX	1024
#define PORT_STEPS	3

enum port_state {
	PORT_OPENING,
	PORT_OPEN,
	PORT_SHUT,		/* opening failed, or the device left */
};

/* One request of a pending operation. */
struct port_step {
	struct vbus_port	*port;
	struct acm_request	*request;
	/* What the kernel tells the program; it swallows the rest. */
	bool			 counts;
};

struct vbus_port {
	struct bus_port		 base;
	struct vbus		*bus;
	struct vbus_tty		*tty;		/* NULL: never had it */
	const struct bus_port_events *events;
	void			*arg;
	enum port_state		 state;

	/* The operation under way: opening, configuring, or a break. */
	struct port_step	 steps[PORT_STEPS];
	unsigned		 pending;
	bool			 is_busy;
	struct error		 error;		/* of the operation */
	struct loop_timer	*break_timer;
	unsigned		 break_ms;

	/* What is to be told, in this order. */
	struct loop_deferred	*later;
	bool			 owes_opened;
	bool			 owes_configured;
	bool			 owes_lost;

	struct buf		 out;
	struct vdev_urb		*read;
	struct vdev_urb		*write;
	size_t			 writing;	/* its bytes, the first of out */
};

static void port_read(struct vbus_port *port);

/* --- ttys --------------------------------------------------------------- */

static void
tty_free(struct vbus_tty *tty)
{
	tty->bus->ttys[tty->number] = NULL;
	acm_free(tty->acm);
	free(tty);
}

static void
tty_bound(enum usb_status status, void *arg)
{
	struct vbus_tty *tty = arg;

	if (status != USB_GONE)
		vbus_tty_ready(tty->node);
}

/* The number that the script wants, or the lowest free one. */
static int
tty_number(const struct vbus *bus, int wanted)
{
	if (wanted != BENCH_TTY_ANY && bus->ttys[wanted] == NULL)
		return wanted;
	for (int i = 0; i <= BENCH_TTY_MAX; i++) {
		if (bus->ttys[i] == NULL)
			return i;
	}
	return -1;
}

struct vbus_tty *
vbus_tty_bind(struct vbus_node *node, const struct enumerate_acm *layout)
{
	struct vbus *bus = node->bus;
	int number = tty_number(bus, node->device->tty);
	struct vbus_tty *tty;

	if (number < 0)
		return NULL;
	tty = xcalloc(1, sizeof *tty);
	tty->bus = bus;
	tty->number = (unsigned)number;
	tty->node = node;
	tty->layout = *layout;
	tty->acm = acm_new(bus->loop, node->device->vdev, layout->interface);
	acm_set_baud(tty->acm, ACM_BAUD, tty_bound, tty);
	bus->ttys[number] = tty;
	return tty;
}

static struct vbus_tty *
tty_by_path(struct vbus *bus, const char *path)
{
	for (size_t i = 0; i <= BENCH_TTY_MAX; i++) {
		struct vbus_tty *tty = bus->ttys[i];

		if (tty != NULL && tty->node != NULL &&
		    strcmp(tty->node->info.tty, path) == 0)
			return tty;
	}
	return NULL;
}

/* --- Telling ------------------------------------------------------------ */

static void
port_tell(void *arg)
{
	struct vbus_port *port = arg;
	const struct error *err = port->error.code != ERROR_NONE ?
	    &port->error : NULL;
	struct error gone = { .code = ERROR_NONE };

	/* One at a time: each may close the port. */
	if (port->owes_opened + port->owes_configured + port->owes_lost > 1)
		loop_deferred_schedule(port->later);
	if (port->owes_opened) {
		port->owes_opened = false;
		/* Not before: bytes would come before it is said. */
		if (port->state == PORT_OPEN)
			port_read(port);
		port->events->opened(&port->base, err, port->arg);
	} else if (port->owes_configured) {
		port->owes_configured = false;
		port->events->configured(&port->base, err, port->arg);
	} else if (port->owes_lost) {
		port->owes_lost = false;
		error_set(&gone, ERROR_GONE, "the device has left");
		port->events->lost(&port->base, &gone, port->arg);
	}
}

/* The operation is over; port->error says how. */
static void
port_finish(struct vbus_port *port)
{
	port->is_busy = false;
	if (port->state == PORT_OPENING) {
		port->state = port->error.code == ERROR_NONE ? PORT_OPEN :
		    PORT_SHUT;
		port->owes_opened = true;
	} else
		port->owes_configured = true;
	loop_deferred_schedule(port->later);
}

static void
port_forget_steps(struct vbus_port *port)
{
	for (size_t i = 0; i < PORT_STEPS; i++) {
		acm_forget(port->steps[i].request);
		port->steps[i].request = NULL;
	}
	port->pending = 0;
}

static void
port_cancel_data(struct vbus_port *port)
{
	if (port->read != NULL)
		vdev_urb_cancel(port->read);
	if (port->write != NULL)
		vdev_urb_cancel(port->write);
	port->read = port->write = NULL;
}

/* The device has left; so have the requests. */
static void
port_gone(struct vbus_port *port)
{
	port_cancel_data(port);
	port_forget_steps(port);
	loop_timer_stop(port->break_timer);
	if (port->state == PORT_OPEN) {
		port->owes_lost = true;
		loop_deferred_schedule(port->later);
	}
	if (port->is_busy) {
		error_set(&port->error, ERROR_GONE, "the device has left");
		port_finish(port);
	}
	port->state = PORT_SHUT;
}

void
vbus_tty_gone(struct vbus_tty *tty)
{
	tty->node = NULL;
	if (tty->port == NULL) {
		tty_free(tty);
		return;
	}
	/* Its requests are the driver's; both go before anybody is told. */
	port_gone(tty->port);
	acm_free(tty->acm);
	tty->acm = NULL;
}

/* --- Operations --------------------------------------------------------- */

static void
port_note_status(struct vbus_port *port, enum usb_status status)
{
	switch (status) {
	case USB_OK:
		break;
	case USB_STALL:
		error_set(&port->error, ERROR_STALL,
		    "/dev/ttyACM%u: the device refused", port->tty->number);
		break;
	case USB_TIMEOUT:
		error_set(&port->error, ERROR_TIMEOUT,
		    "/dev/ttyACM%u: the device did not answer within 5 s",
		    port->tty->number);
		break;
	case USB_GONE:
		error_set(&port->error, ERROR_GONE, "the device has left");
		break;
	default:
		error_set(&port->error, ERROR_IO,
		    "/dev/ttyACM%u: the transfer broke", port->tty->number);
		break;
	}
}

static void
port_stepped(enum usb_status status, void *arg)
{
	struct port_step *step = arg;
	struct vbus_port *port = step->port;

	step->request = NULL;
	if (step->counts || status == USB_GONE)
		port_note_status(port, status);
	if (--port->pending == 0)
		port_finish(port);
}

static struct port_step *
port_next_step(struct vbus_port *port, bool counts)
{
	struct port_step *step = &port->steps[port->pending++];

	assert(port->pending <= PORT_STEPS);
	step->port = port;
	step->counts = counts;
	return step;
}

/* What the program wants changed; the speed is set whatever the device says. */
static void
port_begin_config(struct vbus_port *port, const struct bus_port_config *config)
{
	struct acm *acm = port->tty->acm;
	unsigned mask = 0, set = 0;
	struct port_step *step;

	if (config->baud != 0) {
		step = port_next_step(port, false);
		step->request = acm_set_baud(acm, config->baud, port_stepped,
		    step);
	}
	if (config->dtr != BUS_LINE_KEEP)
		mask |= ACM_DTR;
	if (config->dtr == BUS_LINE_ON)
		set |= ACM_DTR;
	if (config->rts != BUS_LINE_KEEP)
		mask |= ACM_RTS;
	if (config->rts == BUS_LINE_ON)
		set |= ACM_RTS;
	if (mask != 0) {
		step = port_next_step(port, true);
		step->request = acm_set_lines(acm, mask, set, port_stepped,
		    step);
	}
}

static int
port_check_open(struct vbus *bus, const char *path, struct vbus_tty **tty,
    struct error *err)
{
	const struct bench_device *device;
	char shown[BUS_PATH_MAX];

	text_clean(shown, sizeof shown, path, strlen(path));
	*tty = tty_by_path(bus, path);
	if (*tty == NULL)
		return error_set(err, ERROR_GONE, "there is no %s", shown);
	device = (*tty)->node->device;
	if (!device->tty_access)
		return error_set(err, ERROR_PERMISSION,
		    "%s may only be opened by root and the group dialout",
		    path);
	if (device->held_by[0] != '\0')
		return error_set(err, ERROR_BUSY, "%s is in use by %s", path,
		    device->held_by);
	if ((*tty)->port != NULL)
		return error_set(err, ERROR_BUSY,
		    "%s is in use by this program", path);
	return 0;
}

static void
port_break_timer(void *arg)
{
	struct vbus_port *port = arg;
	struct port_step *step = port_next_step(port, true);

	step->request = acm_send_break(port->tty->acm, 0, port_stepped, step);
}

struct bus_port *
vbus_port_open(struct bus *base, const char *path,
    const struct bus_port_config *config, const struct bus_port_events *events,
    void *arg)
{
	struct vbus *bus = vbus_of(base);
	struct vbus_port *port = xcalloc(1, sizeof *port);
	struct port_step *step;
	struct vbus_tty *tty;

	port->base.bus = base;
	port->bus = bus;
	port->events = events;
	port->arg = arg;
	port->is_busy = true;
	port->later = loop_deferred_new(bus->loop, port_tell, port);
	port->break_timer = loop_timer_new(bus->loop, port_break_timer, port);
	bus->open++;
	if (port_check_open(bus, path, &tty, &port->error) != 0) {
		port_finish(port);
		return &port->base;
	}
	port->tty = tty;
	tty->port = port;
	/* The kernel raises both lines and opens whatever comes of it. */
	step = port_next_step(port, false);
	step->request = acm_set_lines(tty->acm, ACM_DTR | ACM_RTS,
	    ACM_DTR | ACM_RTS, port_stepped, step);
	port_begin_config(port, config);
	return &port->base;
}

void
vbus_port_close(struct bus_port *base)
{
	struct vbus_port *port = (struct vbus_port *)(void *)base;
	struct vbus_tty *tty = port->tty;

	port_cancel_data(port);
	port_forget_steps(port);
	loop_timer_free(port->break_timer);
	loop_deferred_free(port->later);
	if (tty != NULL) {
		tty->port = NULL;
		if (tty->node == NULL)
			tty_free(tty);
		else
			acm_set_lines(tty->acm, ACM_DTR | ACM_RTS, 0, NULL,
			    NULL);
	}
	port->bus->open--;
	buf_fini(&port->out);
	free(port);
}

/* False: the port is shut, the operation has ended. */
static bool
port_begin(struct vbus_port *port)
{
	assert(!port->is_busy && !port->owes_configured &&
	    port->state != PORT_OPENING);
	port->is_busy = true;
	port->error.code = ERROR_NONE;
	if (port->state == PORT_OPEN)
		return true;
	error_set(&port->error, ERROR_GONE, "the device has left");
	port_finish(port);
	return false;
}

void
vbus_port_configure(struct bus_port *base, const struct bus_port_config *config)
{
	struct vbus_port *port = (struct vbus_port *)(void *)base;

	if (!port_begin(port))
		return;
	port_begin_config(port, config);
	if (port->pending == 0)
		port_finish(port);
}

static void
port_break_began(enum usb_status status, void *arg)
{
	struct port_step *step = arg;
	struct vbus_port *port = step->port;

	step->request = NULL;
	port->pending--;
	port_note_status(port, status);
	if (port->error.code == ERROR_NONE)
		loop_timer_set(port->break_timer, LOOP_MS(port->break_ms));
	else
		port_finish(port);
}

void
vbus_port_break(struct bus_port *base, unsigned ms)
{
	struct vbus_port *port = (struct vbus_port *)(void *)base;
	struct port_step *step;

	if (!port_begin(port))
		return;
	step = port_next_step(port, true);
	step->request = acm_send_break(port->tty->acm, 0xffff,
	    port_break_began, step);
	port->break_ms = ms;
}

/* --- Bytes -------------------------------------------------------------- */

static void
port_read_done(enum usb_status status, const uint8_t *data, size_t len,
    void *arg)
{
	struct vbus_port *port = arg;

	port->read = NULL;
	if (status != USB_OK)
		return;		/* it leaves, or its endpoint is halted */
	port_read(port);
	if (len > 0)
		port->events->data(&port->base, data, len, port->arg);
}

static void
port_read(struct vbus_port *port)
{
	struct vbus_tty *tty = port->tty;

	port->read = vdev_data(tty->node->device->vdev, tty->layout.in, NULL,
	    PORT_READ_MAX, port_read_done, port);
}

static void port_write(struct vbus_port *port);

static void
port_write_done(enum usb_status status, const uint8_t *data, size_t len,
    void *arg)
{
	struct vbus_port *port = arg;

	(void)data, (void)len;
	port->write = NULL;
	if (status == USB_GONE)
		return;
	/* What the device refuses is lost, as in the kernel. */
	buf_drop(&port->out, port->writing);
	if (port->out.len > 0)
		port_write(port);
	else if (port->events->drained != NULL)
		port->events->drained(&port->base, port->arg);
}

static void
port_write(struct vbus_port *port)
{
	struct vbus_tty *tty = port->tty;

	port->writing = port->out.len < PORT_WRITE_MAX ? port->out.len :
	    PORT_WRITE_MAX;
	port->write = vdev_data(tty->node->device->vdev, tty->layout.out,
	    port->out.data, port->writing, port_write_done, port);
}

size_t
vbus_port_write(struct bus_port *base, const void *data, size_t len)
{
	struct vbus_port *port = (struct vbus_port *)(void *)base;
	size_t room = PORT_QUEUE_MAX - port->out.len;

	if (port->state != PORT_OPEN)
		return 0;
	if (len > room)
		len = room;
	buf_append(&port->out, data, len);
	if (port->write == NULL && port->out.len > 0)
		port_write(port);
	return len;
}
