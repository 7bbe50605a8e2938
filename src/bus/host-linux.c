#include "config.h"

#include "bus/host-linux.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/usb.h"

#define HOST_ATTRIBUTE_MAX	1024
#define HOST_DESCRIPTORS_MAX	65536
#define HOST_MONITOR_BUFFER	(8 * 1024 * 1024)

struct host {
	char	*root;
};

struct host_monitor {
	struct udev		*udev;
	struct udev_monitor	*monitor;
	struct loop_fd		*source;
	host_monitor_cb		 cb;
	void			*arg;
};

struct host *
host_new(const char *root)
{
	struct host *host = xcalloc(1, sizeof *host);

	host->root = xstrdup(root);
	return host;
}

void
host_free(struct host *host)
{
	if (host == NULL)
		return;
	free(host->root);
	free(host);
}

const char *
host_root(const struct host *host)
{
	return host->root;
}

/* --- Places ------------------------------------------------------------- */

/* "1-1.2": what the kernel calls a device that is no root hub. */
static bool
host_is_place(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && isdigit((unsigned char)s[i]))
		i++;
	if (i == 0 || i == len || s[i] != '-')
		return false;
	for (i++; i < len; i++) {
		if (!isdigit((unsigned char)s[i]) && s[i] != '.')
			return false;
	}
	return isdigit((unsigned char)s[len - 1]) != 0;
}

/* The last component that names a device or an interface of one is the
 * nearest. */
bool
host_place_of(const char *devpath, char *path, size_t size)
{
	const char *end = devpath + strlen(devpath);

	while (end > devpath) {
		const char *start = end;
		size_t len;

		while (start > devpath && start[-1] != '/')
			start--;
		len = strcspn(start, ":/");
		if (host_is_place(start, len) && len < size) {
			memcpy(path, start, len);
			path[len] = '\0';
			return true;
		}
		end = start > devpath ? start - 1 : devpath;
	}
	return false;
}

/* --- Reading sysfs ------------------------------------------------------ */

static int
host_open(const struct host *host, int flags, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
host_open(const struct host *host, int flags, const char *fmt, ...)
{
	char path[PATH_MAX];
	int len, more;
	va_list ap;

	len = snprintf(path, sizeof path, "%s", host->root);
	if (len < 0 || (size_t)len >= sizeof path)
		return -1;
	va_start(ap, fmt);
	more = vsnprintf(path + len, sizeof path - (size_t)len, fmt, ap);
	va_end(ap);
	if (more < 0 || (size_t)(len + more) >= sizeof path)
		return -1;
	return open(path, flags | O_RDONLY | O_CLOEXEC);
}

static int
host_open_device(const struct host *host, const char *path)
{
	if (!host_is_place(path, strlen(path)))
		return -1;
	return host_open(host, O_DIRECTORY, "/sys/bus/usb/devices/%s", path);
}

/* The attribute without the newline that the kernel puts after it; "" where
 * there is none. */
static void
host_attribute(int dir, const char *name, char *dst, size_t size)
{
	char text[HOST_ATTRIBUTE_MAX];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, text, sizeof text - 1);
		close(fd);
	}
	if (n < 0)
		n = 0;
	if (n > 0 && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	text_copy(dst, size, text);
}

static bool
host_number(int dir, const char *name, unsigned max, unsigned *out)
{
	char text[16];
	uint64_t number;

	host_attribute(dir, name, text, sizeof text);
	if (!text_parse_u64(text, 0, max, &number))
		return false;
	*out = (unsigned)number;
	return true;
}

/* --- A USB device ------------------------------------------------------- */

static bool
host_is_attachment(int dir, uint8_t address)
{
	unsigned there;

	return host_number(dir, "devnum", UINT8_MAX, &there) &&
	    there == address;
}

bool
host_usb_is_there(const struct host *host, const char *path, uint8_t address)
{
	int dir = host_open_device(host, path);
	bool is_there;

	if (dir < 0)
		return false;
	is_there = host_is_attachment(dir, address);
	close(dir);
	return is_there;
}

bool
host_usb_texts(const struct host *host, struct bus_node_info *info)
{
	int dir = host_open_device(host, info->path);
	bool is_there;

	if (dir < 0)
		return false;
	host_attribute(dir, "serial", info->serial, sizeof info->serial);
	host_attribute(dir, "product", info->product, sizeof info->product);
	host_attribute(dir, "manufacturer", info->manufacturer,
	    sizeof info->manufacturer);
	/* Asked last: all of it was of this attachment, then. */
	is_there = host_is_attachment(dir, info->address);
	close(dir);
	return is_there;
}

/* A configuration's length by its own word; 0: not a configuration. */
static size_t
host_configuration_length(const uint8_t *data, size_t len)
{
	size_t total;

	if (len < 9 || data[0] < 9 || data[1] != USB_DESC_CONFIGURATION)
		return 0;
	total = (size_t)data[2] | (size_t)data[3] << 8;
	if (total < 9)
		return 0;
	/* A device may claim more than it sent. */
	return total < len ? total : len;
}

bool
host_pick_descriptors(const uint8_t *data, size_t len, unsigned value,
    struct buf *out)
{
	size_t at = 18, total;

	if (len < at || data[0] != at || data[1] != USB_DESC_DEVICE)
		return false;
	for (; at < len; at += total) {
		total = host_configuration_length(data + at, len - at);
		if (total == 0)
			return false;
		if (data[at + 5] != value)
			continue;
		buf_append(out, data, 18);
		buf_append(out, data + at, total);
		return true;
	}
	return false;
}

static void
host_read_all(int dir, const char *name, struct buf *out)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return;
	while (out->len < HOST_DESCRIPTORS_MAX) {
		n = read(fd, buf_reserve(out, 4096), 4096);
		if (n <= 0)
			break;
		buf_commit(out, (size_t)n);
	}
	close(fd);
}

int
host_usb_descriptors(const struct host *host, const char *path,
    struct buf *out, struct error *err)
{
	struct buf all = { 0 };
	int dir = host_open_device(host, path);
	unsigned value = 0;
	bool is_good;

	if (dir < 0)
		return error_set(err, ERROR_GONE, "the device has left");
	/* Unconfigured, the file has nothing or "0": the first one, then. */
	if (!host_number(dir, "bConfigurationValue", UINT8_MAX, &value) ||
	    value == 0)
		value = 1;
	host_read_all(dir, "descriptors", &all);
	close(dir);
	is_good = host_pick_descriptors(all.data, all.len, value, out);
	if (all.len == 0)
		error_set(err, ERROR_GONE, "the device has left");
	else if (!is_good)
		error_set(err, ERROR_PROTOCOL,
		    "the device's descriptors make no sense");
	buf_fini(&all);
	return is_good ? 0 : -1;
}

/* --- Ttys --------------------------------------------------------------- */

bool
host_has_udevd(const struct host *host)
{
	int fd = host_open(host, O_PATH, "/run/udev/control");

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Before udevd has been through its rules, a tty has not got the group and the
 * mode that they give it: it is as if it were not there yet. */
static bool
host_is_settled(const struct host *host, int tty_dir)
{
	char number[32];
	int fd;

	if (!host_has_udevd(host))
		return true;
	host_attribute(tty_dir, "dev", number, sizeof number);
	fd = host_open(host, O_PATH, "/run/udev/data/c%s", number);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* The tty of the interface whose folder is name ("1-1.2:1.0"). */
static bool
host_interface_tty(const struct host *host, int device, const char *name,
    char *tty, size_t size)
{
	char sub[NAME_MAX + sizeof "/tty"];
	struct dirent *entry;
	bool found = false;
	DIR *dir;
	int fd;

	snprintf(sub, sizeof sub, "%s/tty", name);
	fd = openat(device, sub, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return false;
	}
	while (!found && (entry = readdir(dir)) != NULL) {
		int tty_dir;

		if (!text_starts(entry->d_name, "tty"))
			continue;
		tty_dir = openat(dirfd(dir), entry->d_name,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (tty_dir < 0)
			continue;
		found = host_is_settled(host, tty_dir);
		close(tty_dir);
		if (found)
			snprintf(tty, size, "/dev/%s", entry->d_name);
	}
	closedir(dir);
	return found;
}

/* "1-1.2:1.0" is interface 0 of the device at "1-1.2". */
static bool
host_interface_number(const char *name, const char *path, unsigned long *out)
{
	size_t len = strlen(path);
	const char *dot;
	char *end;

	if (strncmp(name, path, len) != 0 || name[len] != ':')
		return false;
	dot = strrchr(name + len, '.');
	if (dot == NULL || !isdigit((unsigned char)dot[1]))
		return false;
	*out = strtoul(dot + 1, &end, 10);
	return *end == '\0';
}

/* A device may have two serial functions (USBSerial1 of Gen 2): the first. */
bool
host_usb_tty(const struct host *host, const char *path, char *tty, size_t size)
{
	int fd = host_open_device(host, path);
	unsigned long best = ULONG_MAX, number;
	char found[NAME_MAX + 6];
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return false;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return false;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (!host_interface_number(entry->d_name, path, &number) ||
		    number >= best)
			continue;
		if (host_interface_tty(host, dirfd(dir), entry->d_name, found,
		    sizeof found) && strlen(found) < size) {
			best = number;
			text_copy(tty, size, found);
		}
	}
	closedir(dir);
	return best != ULONG_MAX;
}

bool
host_tty_usb_path(const struct host *host, const char *tty, char *path,
    size_t size)
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	if (!text_starts(tty, "/dev/tty") || strchr(tty + 5, '/') != NULL)
		return false;
	if (snprintf(link, sizeof link, "%s/sys/class/tty/%s", host->root,
	    tty + 5) >= (int)sizeof link)
		return false;
	len = readlink(link, target, sizeof target - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	return host_place_of(target, path, size);
}

/* A property that udev keeps of a tty, or of the USB device that it is on. */
static bool
host_has_property(struct udev_device *device, const char *key)
{
	const char *value;

	if (device == NULL)
		return false;
	value = udev_device_get_property_value(device, key);
	return value != NULL && strcmp(value, "0") != 0;
}

bool
host_tty_is_ignored(const struct host *host, const char *tty)
{
	static const char key[] = "ID_MM_DEVICE_IGNORE";
	struct udev_device *device;
	struct udev *udev;
	bool is_ignored;

	/* libudev knows no root; a udev of its own is what a thread needs. */
	if (host->root[0] != '\0' || !text_starts(tty, "/dev/"))
		return false;
	udev = udev_new();
	if (udev == NULL)
		return false;
	device = udev_device_new_from_subsystem_sysname(udev, "tty", tty + 5);
	is_ignored = host_has_property(device, key) ||
	    (device != NULL && host_has_property(
	    udev_device_get_parent_with_subsystem_devtype(device, "usb",
	    "usb_device"), key));
	if (device != NULL)
		udev_device_unref(device);
	udev_unref(udev);
	return is_ignored;
}

/* --- The monitor -------------------------------------------------------- */

static void
host_monitor_note(struct host_monitor *monitor, struct udev_device *device)
{
	const char *devpath = udev_device_get_devpath(device);
	const char *subsystem = udev_device_get_subsystem(device);
	const char *action = udev_device_get_action(device);
	char path[BUS_PATH_MAX];
	bool is_arrival;

	if (devpath == NULL || subsystem == NULL || action == NULL ||
	    !host_place_of(devpath, path, sizeof path))
		return;
	is_arrival = strcmp(subsystem, "usb") == 0 &&
	    strcmp(action, "add") == 0;
	monitor->cb(path, is_arrival, monitor->arg);
}

static void
host_monitor_readable(int fd, unsigned events, void *arg)
{
	struct host_monitor *monitor = arg;
	struct udev_device *device;

	(void)fd, (void)events;
	/* One a turn: the callback may lead anywhere. */
	errno = 0;
	device = udev_monitor_receive_device(monitor->monitor);
	if (device == NULL) {
		if (errno == ENOBUFS)
			monitor->cb(NULL, true, monitor->arg);
		return;
	}
	host_monitor_note(monitor, device);
	udev_device_unref(device);
}

struct host_monitor *
host_monitor_new(const struct host *host, struct loop *loop,
    host_monitor_cb cb, void *arg, struct error *err)
{
	struct host_monitor *monitor = xcalloc(1, sizeof *monitor);

	monitor->cb = cb;
	monitor->arg = arg;
	monitor->udev = udev_new();
	if (monitor->udev != NULL)
		monitor->monitor = udev_monitor_new_from_netlink(monitor->udev,
		    host_has_udevd(host) ? "udev" : "kernel");
	if (monitor->monitor == NULL ||
	    udev_monitor_filter_add_match_subsystem_devtype(monitor->monitor,
	    "usb", "usb_device") < 0 ||
	    udev_monitor_filter_add_match_subsystem_devtype(monitor->monitor,
	    "tty", NULL) < 0 ||
	    udev_monitor_enable_receiving(monitor->monitor) < 0) {
		error_set(err, ERROR_FAILED,
		    "the system does not tell of devices that come and go: %s",
		    strerror(errno));
		host_monitor_free(monitor);
		return NULL;
	}
	/* A rack of boards that is switched on; less where it is not allowed. */
	udev_monitor_set_receive_buffer_size(monitor->monitor,
	    HOST_MONITOR_BUFFER);
	monitor->source = loop_fd_new(loop,
	    udev_monitor_get_fd(monitor->monitor), LOOP_READ,
	    host_monitor_readable, monitor);
	return monitor;
}

void
host_monitor_free(struct host_monitor *monitor)
{
	if (monitor == NULL)
		return;
	if (monitor->source != NULL)
		loop_fd_free(monitor->source);
	if (monitor->monitor != NULL)
		udev_monitor_unref(monitor->monitor);
	if (monitor->udev != NULL)
		udev_unref(monitor->udev);
	free(monitor);
}
