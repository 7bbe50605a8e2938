#include "config.h"

#include "particle/ctrl-msg.h"

#include <stdio.h>
#include <string.h>

#include <pb_decode.h>

#include "particle/ctrl-msg.pb.h"

#define REPEATABLE	0x01	/* twice does no harm */
#define RESETS		0x04	/* the device resets 1 s later */

static const struct ctrl_type_row {
	uint16_t	 type;
	unsigned	 flags;
} types[] = {
	{ CTRL_ECHO, REPEATABLE },
	{ CTRL_GET_DEVICE_ID, REPEATABLE },
	{ CTRL_GET_SERIAL_NUMBER, REPEATABLE },
	{ CTRL_GET_SYSTEM_VERSION, REPEATABLE },
	{ CTRL_RESET, REPEATABLE | RESETS },
	{ CTRL_DFU_MODE, REPEATABLE | RESETS },
	{ CTRL_SAFE_MODE, REPEATABLE | RESETS },
	{ CTRL_START_LISTENING, REPEATABLE },
	{ CTRL_STOP_LISTENING, REPEATABLE },
	{ CTRL_GET_DEVICE_MODE, REPEATABLE },
	{ CTRL_GET_PROTECTED_STATE, REPEATABLE },
	{ CTRL_GET_MODULE_INFO, REPEATABLE },
	{ CTRL_GET_ASSET_INFO, REPEATABLE },
	{ CTRL_DIAGNOSTIC_INFO, REPEATABLE },
	{ CTRL_START_NYAN_SIGNAL, REPEATABLE },
	{ CTRL_STOP_NYAN_SIGNAL, REPEATABLE },
	{ CTRL_CLOUD_GET_CONNECTION_STATUS, REPEATABLE },
	{ CTRL_CELLULAR_GET_ICCID, REPEATABLE },
};

static const struct ctrl_type_row *
ctrl_type_row(uint16_t type)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (types[i].type == type)
			return &types[i];
	}
	return NULL;
}

static bool
ctrl_type_has(uint16_t type, unsigned flag)
{
	const struct ctrl_type_row *row = ctrl_type_row(type);

	return row != NULL && (row->flags & flag) != 0;
}

bool
ctrl_type_is_repeatable(uint16_t type)
{
	return ctrl_type_has(type, REPEATABLE);
}

bool
ctrl_type_resets(uint16_t type)
{
	return ctrl_type_has(type, RESETS);
}

/* --- Pieces ------------------------------------------------------------- */

/* Where a callback puts text or bytes; len is what was put. */
struct ctrl_span {
	void	*out;
	size_t	 size;
	size_t	 len;
};

static bool
ctrl_read_bytes(pb_istream_t *in, const pb_field_t *field, void **arg)
{
	struct ctrl_span *s = *arg;

	(void)field;
	s->len = in->bytes_left < s->size ? in->bytes_left : s->size;
	if (!pb_read(in, s->out, s->len))
		return false;
	return pb_read(in, NULL, in->bytes_left);	/* the rest, if any */
}

/* As above, and terminated; size has room for that. */
static bool
ctrl_read_text(pb_istream_t *in, const pb_field_t *field, void **arg)
{
	struct ctrl_span *s = *arg;
	struct ctrl_span shorter = { s->out, s->size - 1, 0 };
	void *inner = &shorter;

	if (!ctrl_read_bytes(in, field, &inner))
		return false;
	((char *)s->out)[shorter.len] = '\0';
	return true;
}

static pb_callback_t
ctrl_text_into(struct ctrl_span *span, char *out, size_t size)
{
	*span = (struct ctrl_span){ out, size, 0 };
	out[0] = '\0';
	return (pb_callback_t){ { .decode = ctrl_read_text }, span };
}

static int
ctrl_decode(const pb_msgdesc_t *fields, void *message, const uint8_t *data,
    size_t len, struct error *err)
{
	pb_istream_t in = pb_istream_from_buffer(data, len);

	if (pb_decode_ex(&in, fields, message, PB_DECODE_NOINIT))
		return 0;
	return error_set(err, ERROR_PROTOCOL,
	    "the reply can't be decoded: %s", PB_GET_ERROR(&in));
}

/* --- Small replies ------------------------------------------------------ */

int
ctrl_decode_text(const uint8_t *data, size_t len, char *out, size_t size,
    struct error *err)
{
	struct ctrl_span span;
	PbText m = { .text = ctrl_text_into(&span, out, size) };

	return ctrl_decode(PbText_fields, &m, data, len, err);
}

static int
ctrl_decode_number(const uint8_t *data, size_t len, uint32_t *out,
    struct error *err)
{
	PbNumber m = PbNumber_init_zero;

	*out = 0;
	if (ctrl_decode(PbNumber_fields, &m, data, len, err) != 0)
		return -1;
	*out = (uint32_t)m.number;
	return 0;
}

int
ctrl_decode_mode(const uint8_t *data, size_t len, uint32_t *mode,
    struct error *err)
{
	return ctrl_decode_number(data, len, mode, err);
}

int
ctrl_decode_cloud(const uint8_t *data, size_t len, uint32_t *status,
    struct error *err)
{
	return ctrl_decode_number(data, len, status, err);
}

const char *
ctrl_cloud_name(uint32_t status, char *out, size_t size)
{
	static const char *const names[] = {
		[CTRL_CLOUD_DISCONNECTED] = "disconnected",
		[CTRL_CLOUD_CONNECTING] = "connecting",
		[CTRL_CLOUD_CONNECTED] = "connected",
		[CTRL_CLOUD_DISCONNECTING] = "disconnecting",
	};

	if (status < sizeof names / sizeof names[0])
		return names[status];
	snprintf(out, size, "unknown (%u)", status);
	return out;
}

int
ctrl_decode_protection(const uint8_t *data, size_t len,
    struct ctrl_protection *out, struct error *err)
{
	PbProtection m = PbProtection_init_zero;

	*out = (struct ctrl_protection){ 0 };
	if (ctrl_decode(PbProtection_fields, &m, data, len, err) != 0)
		return -1;
	out->is_protected = m.is_protected;
	out->is_overridden = m.is_overridden;
	return 0;
}

int
ctrl_decode_cellular(const uint8_t *data, size_t len,
    struct ctrl_cellular *out, struct error *err)
{
	struct ctrl_span iccid, imei;
	PbCellular m = {
		.iccid = ctrl_text_into(&iccid, out->iccid, sizeof out->iccid),
		.imei = ctrl_text_into(&imei, out->imei, sizeof out->imei),
	};

	return ctrl_decode(PbCellular_fields, &m, data, len, err);
}

/* --- Modules ------------------------------------------------------------ */

/* The types of the list up to Device OS 5.5, in the numbers of today. */
static uint32_t
ctrl_old_type(int32_t type)
{
	static const uint32_t map[] = {
		MODULE_INVALID, MODULE_BOOTLOADER, MODULE_SYSTEM, MODULE_USER,
		MODULE_MONO, MODULE_NCP, MODULE_RADIO_STACK,
	};

	if (type >= 0 && (size_t)type < sizeof map / sizeof map[0])
		return map[type];
	return MODULE_UNKNOWN_OLD((uint32_t)type & 0xffff);
}

struct ctrl_dependencies {
	struct module_info	*module;
	bool			 is_old;
};

static bool
ctrl_read_dependency(pb_istream_t *in, const pb_field_t *field, void **arg)
{
	struct ctrl_dependencies *to = *arg;
	struct module_info *m = to->module;
	PbDependency d = PbDependency_init_zero;

	(void)field;
	if (!pb_decode(in, PbDependency_fields, &d))
		return false;
	if (m->dependency_count == MODULE_DEPENDENCIES_MAX)
		return true;
	m->dependencies[m->dependency_count++] = (struct module_dependency){
		.type = to->is_old ? ctrl_old_type(d.type) : (uint32_t)d.type,
		.index = d.index,
		.version = d.version,
	};
	return true;
}

static bool
ctrl_count_asset(pb_istream_t *in, const pb_field_t *field, void **arg)
{
	struct module_info *m = *arg;

	(void)field;
	m->asset_count++;
	return pb_read(in, NULL, in->bytes_left);
}

/* Adds it; what does not fit into the list is skipped. */
static void
ctrl_add_module(struct module_list *list, const struct module_info *module)
{
	struct module_info *m = module_list_add(list);

	if (m != NULL)
		*m = *module;
}

/* Bits of PbOldModule.validity: checks that failed. */
#define OLD_INTEGRITY_FAILED	0x01
#define OLD_DEPENDENCY_FAILED	0x02

static bool
ctrl_read_old_module(pb_istream_t *in, const pb_field_t *field, void **arg)
{
	struct module_list *list = *arg;
	struct module_info m = { 0 };
	struct ctrl_dependencies to = { &m, true };
	PbOldModule pb = {
		.dependencies = { { .decode = ctrl_read_dependency }, &to },
	};

	(void)field;
	if (!pb_decode_ex(in, PbOldModule_fields, &pb, PB_DECODE_NOINIT))
		return false;
	m.type = ctrl_old_type(pb.type);
	m.index = pb.index;
	m.version = pb.version;
	m.size = pb.size;
	m.store = MODULE_STORE_MAIN;
	m.checked = MODULE_CHECK_INTEGRITY | MODULE_CHECK_DEPENDENCY;
	m.passed = m.checked;
	if ((pb.validity & OLD_INTEGRITY_FAILED) != 0)
		m.passed &= ~(uint32_t)MODULE_CHECK_INTEGRITY;
	if ((pb.validity & OLD_DEPENDENCY_FAILED) != 0)
		m.passed &= ~(uint32_t)MODULE_CHECK_DEPENDENCY;
	ctrl_add_module(list, &m);
	return true;
}

static bool
ctrl_read_module(pb_istream_t *in, const pb_field_t *field, void **arg)
{
	struct module_list *list = *arg;
	struct module_info m = { 0 };
	struct ctrl_dependencies to = { &m, false };
	struct ctrl_span hash = { m.hash, sizeof m.hash, 0 };
	PbModule pb = {
		.hash = { { .decode = ctrl_read_bytes }, &hash },
		.dependencies = { { .decode = ctrl_read_dependency }, &to },
		.assets = { { .decode = ctrl_count_asset }, &m },
	};

	(void)field;
	if (!pb_decode_ex(in, PbModule_fields, &pb, PB_DECODE_NOINIT))
		return false;
	m.type = (uint32_t)pb.type;
	m.index = pb.index;
	m.version = pb.version;
	m.store = (uint32_t)pb.store;
	m.size = pb.size;
	m.max_size = pb.max_size;
	m.checked = pb.checked;
	m.passed = pb.passed;
	m.has_hash = hash.len == sizeof m.hash;
	ctrl_add_module(list, &m);
	return true;
}

struct module_list *
ctrl_decode_modules(const uint8_t *data, size_t len, struct error *err)
{
	struct module_list *list, *old;
	PbModules m;
	int rc;

	if (len != 0 && data[0] == '{') {
		error_set(err, ERROR_UNSUPPORTED,
		    "this Device OS lists its modules as JSON");
		return NULL;
	}
	list = module_list_new();
	old = module_list_new();
	old->is_old = true;
	m = (PbModules){
		.old_modules = { { .decode = ctrl_read_old_module }, old },
		.modules = { { .decode = ctrl_read_module }, list },
	};
	rc = ctrl_decode(PbModules_fields, &m, data, len, err);
	if (rc == 0 && list->count == 0 && old->count != 0) {
		module_list_free(list);
		return old;
	}
	module_list_free(old);
	if (rc == 0)
		return list;
	module_list_free(list);
	return NULL;
}

/* --- Assets ------------------------------------------------------------- */

struct ctrl_asset_reader {
	struct ctrl_asset	*assets;
	size_t			*count;
	bool			*is_cut;
};

static bool
ctrl_read_asset(pb_istream_t *in, const pb_field_t *field, void **arg)
{
	struct ctrl_asset_reader *to = *arg;
	struct ctrl_asset asset = { 0 };
	struct ctrl_span name;
	PbAsset pb = {
		.name = ctrl_text_into(&name, asset.name, sizeof asset.name),
	};

	(void)field;
	if (!pb_decode_ex(in, PbAsset_fields, &pb, PB_DECODE_NOINIT))
		return false;
	asset.size = pb.size;
	if (*to->count == CTRL_ASSETS_MAX)
		*to->is_cut = true;
	else
		to->assets[(*to->count)++] = asset;
	return true;
}

int
ctrl_decode_assets(const uint8_t *data, size_t len, struct ctrl_assets *out,
    struct error *err)
{
	struct ctrl_asset_reader available = {
		out->available, &out->available_count, &out->is_cut,
	};
	struct ctrl_asset_reader required = {
		out->required, &out->required_count, &out->is_cut,
	};
	PbAssets m = {
		.available = { { .decode = ctrl_read_asset }, &available },
		.required = { { .decode = ctrl_read_asset }, &required },
	};

	*out = (struct ctrl_assets){ 0 };
	return ctrl_decode(PbAssets_fields, &m, data, len, err);
}
