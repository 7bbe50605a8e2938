#include "config.h"

#include "action/inspect.h"

int
inspect_descriptors(struct bus *bus, const struct device *device,
    struct descriptors *out, struct error *err)
{
	struct buf bytes = { 0 };
	int status;

	if (!device->is_present)
		return error_set(err, ERROR_GONE, "the device disconnected");
	status = bus_descriptors(bus, device->usb.node, &bytes, err);
	if (status == 0 && !descriptors_parse(out, bytes.data, bytes.len))
		status = error_set(err, ERROR_PROTOCOL,
		    "its descriptors make no sense");
	buf_fini(&bytes);
	return status;
}

/* USB class codes (usb.org), and Device OS' own interface. */
static const struct {
	int		 class;
	int		 subclass;	/* -1: any */
	int		 protocol;
	const char	*name;
} inspect_interfaces[] = {
	{ 0x02, 0x02, -1, "serial port, control" },
	{ 0x02, -1, -1, "communications" },
	{ 0x0a, -1, -1, "serial port, data" },
	{ 0x03, 0x01, 0x01, "keyboard" },
	{ 0x03, 0x01, 0x02, "mouse" },
	{ 0x03, -1, -1, "human interface" },
	{ 0x08, -1, -1, "mass storage" },
	{ 0xfe, 0x01, 0x02, "DFU" },
	{ 0xfe, 0x01, -1, "DFU, run time" },
	{ 0xff, 0xff, 0xff, "control channel" },
	{ 0xff, -1, -1, "vendor specific" },
};

const char *
inspect_interface_name(const struct descriptor_interface *i)
{
	for (size_t n = 0; n < sizeof inspect_interfaces /
	    sizeof inspect_interfaces[0]; n++) {
		int subclass = inspect_interfaces[n].subclass;
		int protocol = inspect_interfaces[n].protocol;

		if (inspect_interfaces[n].class == i->class &&
		    (subclass == -1 || subclass == i->subclass) &&
		    (protocol == -1 || protocol == i->protocol))
			return inspect_interfaces[n].name;
	}
	return "unknown";
}
