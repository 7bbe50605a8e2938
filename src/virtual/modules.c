/*
 * The firmware modules of a virtual device, and the three forms in which
 * Device OS lists them (reference 5.2, 8.5).
 */
#include "config.h"

#include <string.h>

#include "virtual/reply.h"

/* The numbers of the module header (reference 7.1). */
enum module_function {
	MODULE_BOOTLOADER = 2,
	MODULE_SYSTEM = 4,
	MODULE_USER = 5,
	MODULE_NCP = 7,
	MODULE_RADIO = 8,
};

#define CHECK_INTEGRITY		0x02
#define CHECK_DEPENDENCIES	0x04
#define CHECK_ALL		0x1e

/* Old lists say what failed. */
#define VALIDITY_DEPENDENCY	0x02

#define MODULES_MAX		8
#define HASH_SIZE		32

struct module {
	enum module_function	function;
	unsigned		index;
	unsigned		version;
	unsigned		max_size;
	/* What it needs; function 0: nothing. */
	enum module_function	needs;
	unsigned		needs_index;
	unsigned		needs_version;
	bool			fits;	/* that is there */
};

/* Device OS and bootloader module versions of some releases (5.2). */
static const struct {
	uint32_t	release;
	unsigned	system;
	unsigned	bootloader;
} module_versions[] = {
	{ VDEV_VERSION(6, 2, 0), 6200, 3100 },
	{ VDEV_VERSION(6, 1, 1), 6101, 3001 },
	{ VDEV_VERSION(6, 0, 0), 6000, 3000 },
	{ VDEV_VERSION(5, 6, 0), 5600, 2400 },
	{ VDEV_VERSION(5, 0, 0), 5002, 2000 },
	{ VDEV_VERSION(4, 0, 0), 4003, 1101 },
	{ VDEV_VERSION(3, 1, 0), 3103, 1100 },
	{ VDEV_VERSION(3, 0, 0), 3005, 1005 },
	{ VDEV_VERSION(2, 0, 0), 2008, 1003 },
	{ VDEV_VERSION(1, 5, 0), 1502, 501 },
	{ VDEV_VERSION(1, 1, 0), 1102, 301 },
	{ VDEV_VERSION(0, 9, 0), 403, 300 },
	{ VDEV_VERSION(0, 7, 0), 207, 101 },
	{ 0, 107, 11 },
};

/* Releases between those listed follow the pattern of their kind. */
static unsigned
modules_system_version(const struct vdev *dev, unsigned *bootloader)
{
	unsigned major = dev->version >> 16;
	unsigned minor = dev->version >> 8 & 0xff, patch = dev->version & 0xff;
	size_t i = 0;

	while (dev->version < module_versions[i].release)
		i++;
	*bootloader = module_versions[i].bootloader;
	if (dev->version == module_versions[i].release || major == 0)
		return module_versions[i].system;
	return major * 1000 + minor * 100 + patch;
}

static unsigned
modules_user_needs(const struct vdev *dev)
{
	unsigned bootloader;

	return dev->spec.user_needs != 0 ? dev->spec.user_needs :
	    modules_system_version(dev, &bootloader);
}

bool
vdev_user_part_fits(const struct vdev *dev)
{
	unsigned bootloader;

	return dev->spec.user_needs <=
	    modules_system_version(dev, &bootloader);
}

static unsigned
modules_user_size(const struct vdev *dev)
{
	switch (dev->spec.platform->mcu) {
	case PLATFORM_MCU_RTL872X:
		return 1536 * 1024;
	case PLATFORM_MCU_NRF52840:
		return dev->version >= VDEV_VERSION(3, 1, 0) ? 256 * 1024 :
		    128 * 1024;
	default:
		return 128 * 1024;
	}
}

static size_t
modules_list(const struct vdev *dev, struct module list[MODULES_MAX])
{
	const struct platform *platform = dev->spec.platform;
	unsigned bootloader, system = modules_system_version(dev, &bootloader);
	bool is_nrf = platform->mcu == PLATFORM_MCU_NRF52840;
	bool is_gen2 = platform->generation == 2;
	unsigned parts = !is_gen2 ? 1 :
	    platform->features & PLATFORM_FEATURE_CELLULAR ? 3 : 2;
	size_t n = 0;

	list[n++] = (struct module){ MODULE_BOOTLOADER, 0, bootloader,
	    is_nrf ? 48 * 1024 : is_gen2 ? 16 * 1024 : 64 * 1024,
	    0, 0, 0, true };
	for (unsigned i = 1; i <= parts; i++) {
		list[n++] = (struct module){ MODULE_SYSTEM, i, system,
		    is_nrf ? 560 * 1024 : is_gen2 ? 256 * 1024 : 1536 * 1024,
		    i == 1 ? MODULE_BOOTLOADER : MODULE_SYSTEM,
		    i == 1 ? 0 : i - 1, i == 1 ? bootloader : system, true };
	}
	list[n++] = (struct module){ MODULE_USER, 1, dev->spec.user_version,
	    modules_user_size(dev), MODULE_SYSTEM, parts,
	    modules_user_needs(dev), vdev_user_part_fits(dev) };
	if (is_nrf && dev->version >= VDEV_VERSION(1, 5, 0))
		list[n++] = (struct module){ MODULE_RADIO, 0, 202,
		    152 * 1024, 0, 0, 0, true };
	if (is_nrf && platform->features & PLATFORM_FEATURE_WIFI)
		list[n++] = (struct module){ MODULE_NCP, 0, 5,
		    1536 * 1024, 0, 0, 0, true };
	return n;
}

/* Looks like a SHA-256 and stays the same for the same module. */
static void
modules_hash(const struct module *m, uint8_t hash[HASH_SIZE])
{
	uint32_t h = 2166136261u ^ (m->function << 24) ^ (m->index << 20) ^
	    m->version;

	for (size_t i = 0; i < HASH_SIZE; i++) {
		h = h * 1664525 + 1013904223;
		hash[i] = (uint8_t)(h >> 24);
	}
}

/* 5.6.0 and later: what was checked and what passed. */
static void
modules_put_new(const struct module *m, struct buf *reply)
{
	struct buf b = { 0 }, needs = { 0 };
	uint8_t hash[HASH_SIZE];

	modules_hash(m, hash);
	vdev_pb_uint(&b, 1, m->function);
	vdev_pb_uint(&b, 2, m->index);
	vdev_pb_uint(&b, 3, m->version);
	vdev_pb_uint(&b, 5, m->max_size);
	vdev_pb_fixed32(&b, 6, CHECK_ALL);
	vdev_pb_fixed32(&b, 7, m->fits ? CHECK_ALL :
	    CHECK_ALL & ~CHECK_DEPENDENCIES);
	vdev_pb_bytes(&b, 8, hash, sizeof hash);
	if (m->needs != 0) {
		vdev_pb_uint(&needs, 1, m->needs);
		vdev_pb_uint(&needs, 2, m->needs_index);
		vdev_pb_uint(&needs, 3, m->needs_version);
		vdev_pb_bytes(&b, 9, needs.data, needs.len);
	}
	vdev_pb_uint(&b, 11, m->max_size / 2);
	vdev_pb_bytes(reply, 2, b.data, b.len);
	buf_fini(&needs);
	buf_fini(&b);
}

/* Before, with numbers of its own for the types. */
static unsigned
modules_old_type(enum module_function function)
{
	switch (function) {
	case MODULE_BOOTLOADER:
		return 1;
	case MODULE_SYSTEM:
		return 2;
	case MODULE_USER:
		return 3;
	case MODULE_NCP:
		return 5;
	case MODULE_RADIO:
		return 6;
	}
	return 0;
}

static void
modules_put_old(const struct module *m, struct buf *reply)
{
	struct buf b = { 0 }, needs = { 0 };

	vdev_pb_uint(&b, 1, modules_old_type(m->function));
	vdev_pb_uint(&b, 2, m->index);
	vdev_pb_uint(&b, 3, m->version);
	vdev_pb_uint(&b, 4, m->max_size / 2);
	vdev_pb_uint(&b, 5, m->fits ? 0 : VALIDITY_DEPENDENCY);
	if (m->needs != 0) {
		vdev_pb_uint(&needs, 1, modules_old_type(m->needs));
		vdev_pb_uint(&needs, 2, m->needs_index);
		vdev_pb_uint(&needs, 3, m->needs_version);
		vdev_pb_bytes(&b, 6, needs.data, needs.len);
	}
	vdev_pb_bytes(reply, 1, b.data, b.len);
	buf_fini(&needs);
	buf_fini(&b);
}

static const char *
modules_letter(enum module_function function)
{
	switch (function) {
	case MODULE_BOOTLOADER:
		return "b";
	case MODULE_SYSTEM:
		return "s";
	case MODULE_USER:
		return "u";
	case MODULE_NCP:
		return "c";
	case MODULE_RADIO:
		return "a";
	}
	return "_";
}

void
vdev_put_module_json(const struct vdev *dev, struct buf *reply)
{
	struct module list[MODULES_MAX];
	size_t count = modules_list(dev, list);

	buf_printf(reply, "{\"p\":%u,\"m\":[", dev->spec.platform->id);
	for (size_t i = 0; i < count; i++) {
		const struct module *m = &list[i];
		unsigned passed = m->fits ? CHECK_ALL :
		    CHECK_ALL & ~CHECK_DEPENDENCIES;

		buf_printf(reply, "%s{\"s\":%u,\"l\":\"m\",\"vc\":%u,"
		    "\"vv\":%u,", i == 0 ? "" : ",", m->max_size, CHECK_ALL,
		    passed);
		if (m->function == MODULE_USER) {
			uint8_t hash[HASH_SIZE];

			modules_hash(m, hash);
			buf_puts(reply, "\"u\":\"");
			for (size_t k = 0; k < HASH_SIZE; k++)
				buf_printf(reply, "%02X", hash[k]);
			buf_puts(reply, "\",");
		}
		buf_printf(reply, "\"f\":\"%s\",\"n\":\"%u\",\"v\":%u,"
		    "\"d\":[", modules_letter(m->function), m->index,
		    m->version);
		if (m->needs != 0)
			buf_printf(reply, "{\"f\":\"%s\",\"n\":\"%u\","
			    "\"v\":%u}", modules_letter(m->needs),
			    m->needs_index, m->needs_version);
		buf_puts(reply, "]}");
	}
	buf_puts(reply, "]}");
}

void
vdev_put_modules(const struct vdev *dev, struct buf *reply)
{
	struct module list[MODULES_MAX];
	size_t count = modules_list(dev, list);

	if (dev->spec.platform->generation == 2 &&
	    dev->version < VDEV_VERSION(1, 1, 0)) {
		vdev_put_module_json(dev, reply);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (dev->version >= VDEV_VERSION(5, 6, 0))
			modules_put_new(&list[i], reply);
		else
			modules_put_old(&list[i], reply);
	}
}
