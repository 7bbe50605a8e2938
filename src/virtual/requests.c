/*
 * What Device OS answers to control requests (reference 4), by its version.
 */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "virtual/channel.h"
#include "virtual/inside.h"
#include "virtual/reply.h"

#define RESULT_NOT_SUPPORTED	(-120)
#define RESULT_PROTECTED	(-1801)

#define RESET_GRACE_US		LOOP_S(1)

#define NEVER			UINT32_MAX

/* What a handler says: a result, or that it answers later. */
#define ANSWERS_LATER		1

struct request_kind {
	uint16_t	type;
	/* First Device OS that has it, by generation 2, 3, 4. */
	uint32_t	since[3];
	bool		on_protected;	/* a protected device answers it */
	/* Milliseconds of the system thread. */
	unsigned	ms;
	int32_t		(*handle)(struct vdev *, struct vdev_request *,
			    struct buf *reply);
	vdev_completed_cb completed;
};

#define V(major, minor, patch) VDEV_VERSION(major, minor, patch)

/* --- Handlers ----------------------------------------------------------- */

static int32_t
handle_echo(struct vdev *dev, struct vdev_request *req, struct buf *reply)
{
	const struct buf *payload = vdev_request_payload(req);

	(void)dev;
	buf_append(reply, payload->data, payload->len);
	return 0;
}

static void
app_completed(struct vdev *dev, uint16_t type, int32_t result)
{
	(void)dev, (void)type, (void)result;
}

static void
app_answer(struct vdev *dev, struct vdev_request *req)
{
	bool completes = dev->app == VDEV_APP_COMPLETION || dev->app_completes;

	vdev_request_answer(req, dev->app_result, vdev_request_payload(req),
	    completes ? app_completed : NULL);
}

/* The application's own. In safe mode it does not run. */
static int32_t
handle_app(struct vdev *dev, struct vdev_request *req, struct buf *reply)
{
	(void)reply;
	if (dev->app == VDEV_APP_NONE || dev->running != VDEV_NORMAL)
		return RESULT_NOT_SUPPORTED;
	if (dev->app != VDEV_APP_SLOW)
		app_answer(dev, req);
	return ANSWERS_LATER;
}

void
vdev_app_answer(struct vdev *dev)
{
	struct vdev_request *req = NULL;

	if (dev->channel != NULL)
		req = vdev_channel_unanswered(dev->channel, 10);
	if (req != NULL)
		app_answer(dev, req);
}

static int32_t
handle_device_id(struct vdev *dev, struct vdev_request *req, struct buf *reply)
{
	(void)req;
	vdev_pb_text(reply, 1, dev->spec.id);
	return 0;
}

static int32_t
handle_serial_number(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	char serial[32];

	(void)req;
	vdev_put_digits(dev, "P046AR", 15, serial, sizeof serial);
	vdev_pb_text(reply, 1, dev->spec.manufacturing_serial[0] != '\0' ?
	    dev->spec.manufacturing_serial : serial);
	return 0;
}

static int32_t
handle_version(struct vdev *dev, struct vdev_request *req, struct buf *reply)
{
	(void)req;
	vdev_pb_text(reply, 1, dev->spec.system_version);
	return 0;
}

static int32_t
handle_nothing(struct vdev *dev, struct vdev_request *req, struct buf *reply)
{
	(void)dev, (void)req, (void)reply;
	return 0;
}

static int32_t
handle_start_listening(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	(void)req, (void)reply;
	vdev_set_listening(dev, true);
	return 0;
}

static int32_t
handle_stop_listening(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	(void)req, (void)reply;
	vdev_set_listening(dev, false);
	return 0;
}

static int32_t
handle_mode(struct vdev *dev, struct vdev_request *req, struct buf *reply)
{
	(void)req;
	vdev_pb_uint(reply, 1, dev->is_listening);
	return 0;
}

static int32_t
handle_protected_state(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	(void)req;
	vdev_pb_uint(reply, 1, dev->spec.protection == VDEV_PROTECTED);
	vdev_pb_uint(reply, 2, dev->spec.protection == VDEV_SERVICE);
	return 0;
}

/* Allowed, but it takes the cloud's signature to go on. */
static int32_t
handle_set_protected(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	(void)dev, (void)req, (void)reply;
	return RESULT_NOT_SUPPORTED;
}

static int32_t
handle_module_info(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	(void)req;
	vdev_put_modules(dev, reply);
	return 0;
}

static int32_t
handle_diagnostics(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	if (vdev_request_payload(req)->len > 0)
		return RESULT_NOT_SUPPORTED;
	vdev_put_diagnostics(dev, reply);
	return 0;
}

static int32_t
handle_start_nyan(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	(void)req, (void)reply;
	dev->is_blinking = true;
	return 0;
}

static int32_t
handle_stop_nyan(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	(void)req, (void)reply;
	dev->is_blinking = false;
	return 0;
}

static int32_t
handle_cloud_status(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	(void)req;
	vdev_pb_uint(reply, 1, vdev_cloud_status(dev));
	return 0;
}

static int32_t
handle_cloud_connect(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	(void)req, (void)reply;
	vdev_cloud_set(dev, true);
	return 0;
}

static int32_t
handle_cloud_disconnect(struct vdev *dev, struct vdev_request *req,
    struct buf *reply)
{
	(void)req, (void)reply;
	vdev_cloud_set(dev, false);
	return 0;
}

static int32_t
handle_iccid(struct vdev *dev, struct vdev_request *req, struct buf *reply)
{
	char text[32];

	(void)req;
	if (!(dev->spec.platform->features & PLATFORM_FEATURE_CELLULAR))
		return RESULT_NOT_SUPPORTED;
	dev->is_modem_on = true;
	vdev_put_digits(dev, "8934076500", 20, text, sizeof text);
	vdev_pb_text(reply, 1, text);
	if (dev->version >= V(5, 8, 0)) {
		vdev_put_digits(dev, "35225310", 15, text, sizeof text);
		vdev_pb_text(reply, 2, text);
	}
	return 0;
}

/* 40, 41, 50 and 60 act when the host has taken the end, whatever it was. */
static void
completed_reset(struct vdev *dev, uint16_t type, int32_t result)
{
	enum vdev_mode mode = VDEV_NORMAL;

	(void)result;
	if (type == 50)
		mode = VDEV_DFU;
	else if (type == 60)
		mode = VDEV_SAFE;
	vdev_restart(dev, mode, RESET_GRACE_US);
}

/* --- The table ---------------------------------------------------------- */

#define SINCE_FIRST	{ V(0, 8, 0), V(0, 9, 0), 0 }
#define SINCE_1_1	{ V(1, 1, 0), V(0, 9, 0), 0 }
#define SINCE_1_5	{ V(1, 5, 0), V(0, 9, 0), 0 }
#define SINCE_ECHO	{ V(1, 5, 0), V(1, 5, 0), 0 }
#define SINCE_5_6	{ NEVER, V(5, 6, 0), V(5, 6, 0) }
#define SINCE_6_0	{ NEVER, V(6, 0, 0), V(6, 0, 0) }

static const struct request_kind request_kinds[] = {
	{ 1, SINCE_ECHO, false, 1, handle_echo, NULL },
	{ 10, SINCE_FIRST, true, 1, handle_app, NULL },
	{ 20, SINCE_1_5, true, 1, handle_device_id, NULL },
	{ 21, SINCE_1_5, false, 1, handle_serial_number, NULL },
	{ 30, SINCE_FIRST, false, 1, handle_version, NULL },
	{ 40, SINCE_FIRST, false, 1, handle_nothing, completed_reset },
	{ 41, SINCE_FIRST, false, 1, handle_nothing, completed_reset },
	{ 50, SINCE_FIRST, false, 1, handle_nothing, completed_reset },
	{ 60, SINCE_FIRST, false, 1, handle_nothing, completed_reset },
	{ 70, SINCE_FIRST, false, 1, handle_start_listening, NULL },
	{ 71, SINCE_FIRST, false, 1, handle_stop_listening, NULL },
	{ 72, SINCE_1_1, false, 1, handle_mode, NULL },
	{ 76, SINCE_6_0, true, 1, handle_protected_state, NULL },
	{ 77, SINCE_6_0, true, 1, handle_set_protected, NULL },
	{ 90, SINCE_FIRST, false, 40, handle_module_info, NULL },
	{ 91, SINCE_5_6, false, 5, handle_nothing, NULL },
	{ 100, SINCE_FIRST, false, 5, handle_diagnostics, NULL },
	{ 230, SINCE_FIRST, false, 1, handle_start_nyan, NULL },
	{ 231, SINCE_FIRST, false, 1, handle_stop_nyan, NULL },
	{ 300, SINCE_1_1, false, 1, handle_cloud_status, NULL },
	{ 301, SINCE_1_1, false, 1, handle_cloud_connect, NULL },
	{ 302, SINCE_1_1, false, 1, handle_cloud_disconnect, NULL },
	{ 554, { NEVER, V(0, 9, 0), 0 }, false, 60, handle_iccid, NULL },
};

#define MODEM_START_US	LOOP_S(4)

static const struct request_kind *
request_kind(const struct vdev *dev, int type)
{
	int generation = dev->spec.platform->generation;

	if (generation < 2 || generation > 4)
		return NULL;
	for (size_t i = 0; i < sizeof request_kinds / sizeof *request_kinds;
	    i++) {
		const struct request_kind *kind = &request_kinds[i];

		if (kind->type == type)
			return dev->version >= kind->since[generation - 2] ?
			    kind : NULL;
	}
	return NULL;
}

uint64_t
vdev_request_us(const struct vdev *dev, int type)
{
	const struct request_kind *kind = request_kind(dev, type);
	uint64_t us = LOOP_MS(kind != NULL ? kind->ms : 1);

	if (kind != NULL && type == 554 && !dev->is_modem_on)
		us += MODEM_START_US;
	return us;
}

void
vdev_request_handle(struct vdev *dev, struct vdev_request *req)
{
	const struct request_kind *kind =
	    request_kind(dev, vdev_request_type(req));
	int32_t result = RESULT_NOT_SUPPORTED;
	struct buf reply = { 0 };

	if (dev->spec.protection == VDEV_PROTECTED &&
	    (kind == NULL || !kind->on_protected))
		result = RESULT_PROTECTED;
	else if (kind != NULL)
		result = kind->handle(dev, req, &reply);
	if (result != ANSWERS_LATER)
		vdev_request_answer(req, result, &reply,
		    result == 0 ? kind->completed : NULL);
	buf_fini(&reply);
}
