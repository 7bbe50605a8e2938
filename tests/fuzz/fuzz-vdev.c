/*
 * A virtual device under a hostile host: any setup packets, bulk data, bus
 * resets and buttons, at any moment. Each transfer ends once or stays open, and
 * no reply is longer than was asked for.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/usb.h"
#include "input.h"
#include "virtual/device.h"
#include "virtual/fault.h"

#define OPEN_MAX	8
#define STEPS_MAX	400

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct open {
	struct vdev_urb	*urb;		/* NULL: a free place */
	size_t		 asked;
};

struct host {
	struct loop	*loop;
	struct vdev	*dev;
	unsigned	 attached;
	unsigned	 detached;
	struct open	 open[OPEN_MAX];
};

static const char *const versions[] = {
	"6.2.0", "5.5.0", "3.3.1", "2.3.1", "1.0.1", "0.7.0", "0.6.0", "9",
};

static void
attached(struct vdev *dev, void *arg)
{
	struct host *host = arg;

	HOLDS(vdev_is_attached(dev));
	host->attached++;
	HOLDS(host->attached == host->detached + 1);
}

static void
detached(struct vdev *dev, void *arg)
{
	struct host *host = arg;

	HOLDS(!vdev_is_attached(dev));
	host->detached++;
	HOLDS(host->attached == host->detached);
	for (size_t i = 0; i < OPEN_MAX; i++)
		HOLDS(host->open[i].urb == NULL);
}

static const struct vdev_port_ops ops = { attached, detached };

static void
done(enum usb_status status, const uint8_t *data, size_t len, void *arg)
{
	struct open *open = arg;

	HOLDS(open->urb != NULL);
	HOLDS(len <= open->asked);
	HOLDS(status == USB_OK || status == USB_STALL || status == USB_GONE);
	HOLDS(status == USB_OK || len == 0);
	if (data != NULL && len > 0)
		HOLDS(data[0] == data[0] && data[len - 1] == data[len - 1]);
	open->urb = NULL;
}

static struct open *
free_place(struct host *host)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		if (host->open[i].urb == NULL)
			return &host->open[i];
	}
	return NULL;
}

static void
submit_control(struct host *host, struct input *in)
{
	struct open *open = free_place(host);
	struct usb_setup setup = {
		.request_type = input_u8(in),
		.request = input_u8(in),
		.value = input_u16(in),
		.index = input_u16(in),
		.length = input_u16(in),
	};
	uint8_t *out;
	const uint8_t *given;
	size_t len;

	if (open == NULL)
		return;
	open->asked = setup.length;
	out = calloc(1, (size_t)setup.length + 1);
	if (!usb_is_in(&setup)) {
		given = input_bytes(in, setup.length, &len);
		if (len > 0)
			memcpy(out, given, len);
	}
	open->urb = vdev_control(host->dev, &setup, out, done, open);
	free(out);
}

static void
submit_data(struct host *host, struct input *in)
{
	struct open *open = free_place(host);
	uint8_t endpoint = input_u8(in);
	const uint8_t *given;
	size_t len;

	given = input_bytes(in, input_u8(in), &len);
	if (open == NULL)
		return;
	open->asked = endpoint & USB_DIR_IN ? 64 : len;
	open->urb = vdev_data(host->dev, endpoint,
	    endpoint & USB_DIR_IN ? NULL : given, open->asked, done, open);
}

static void
nothing(void *arg)
{
	(void)arg;
}

static void
let_pass(struct host *host, uint64_t us)
{
	struct loop_timer *timer = loop_timer_new(host->loop, nothing, NULL);

	loop_timer_set(timer, us);
	while (loop_timer_is_set(timer))
		loop_turn(host->loop, UINT64_MAX);
	loop_timer_free(timer);
}

static void
cancel(struct host *host, uint8_t which)
{
	struct open *open = &host->open[which % OPEN_MAX];

	if (open->urb == NULL)
		return;
	vdev_urb_cancel(open->urb);
	open->urb = NULL;
}

static void
add_fault(struct host *host, struct input *in)
{
	struct vdev_fault fault = {
		.kind = (enum vdev_fault_kind)(input_u8(in) % 8),
		.where = (enum vdev_fault_where)(input_u8(in) % 6),
		.request = -1,
		.type = -1,
		.skip = input_u8(in) % 4,
		.count = input_u8(in) % 4,
		.delay_ms = input_u8(in),
		.length = input_u8(in),
	};

	vdev_add_fault(host->dev, &fault);
}

static void
step(struct host *host, struct input *in)
{
	switch (input_u8(in) % 12) {
	case 0:
		let_pass(host, input_u8(in));
		break;
	case 1:
		let_pass(host, (uint64_t)input_u16(in) * 100);
		break;
	case 2:
		submit_data(host, in);
		break;
	case 3:
		cancel(host, input_u8(in));
		break;
	case 4:
		vdev_bus_reset(host->dev);
		break;
	case 5:
		vdev_press(host->dev, (enum vdev_button)(input_u8(in) % 4));
		break;
	case 6:
		vdev_unplug(host->dev);
		break;
	case 7:
		if (!vdev_is_attached(host->dev) &&
		    host->attached == host->detached)
			vdev_plug(host->dev, &ops, host);
		break;
	case 8:
		add_fault(host, in);
		break;
	case 9:
		vdev_print(host->dev, "hello\r\n", 7);
		break;
	default:
		submit_control(host, in);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { data, len };
	struct host host = { .loop = loop_new_virtual() };
	struct vdev_spec spec;
	uint8_t flags;

	vdev_spec_init(&spec, &platforms[input_u8(&in) % platform_count]);
	strcpy(spec.system_version, versions[input_u8(&in) % 8]);
	spec.mode = (enum vdev_mode)(input_u8(&in) % 5);
	if (spec.mode == VDEV_DFU && spec.platform->dfu_pid == 0)
		spec.mode = VDEV_EDL;
	flags = input_u8(&in);
	spec.protection = (enum vdev_protection)((flags & 3) % 3);
	spec.hung = flags & 4;
	spec.no_cdc = flags & 8;
	spec.user_needs = flags & 16 ? 9999 : 0;
	spec.time_scale = flags & 32 ? 0 : 1;
	host.dev = vdev_new(host.loop, &spec);
	vdev_plug(host.dev, &ops, &host);
	for (unsigned i = 0; i < STEPS_MAX && in.left > 0; i++)
		step(&host, &in);
	let_pass(&host, LOOP_S(1));
	vdev_free(host.dev);
	loop_free(host.loop);
	return 0;
}
