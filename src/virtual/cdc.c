#include "config.h"

#include "virtual/cdc.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LINE_CODING_SIZE	7

#define RATE_DFU		14400
#define RATE_LISTENING		28800

#define LINE_DTR		0x01

/* The application waits where more than this has not been fetched; prints of
 * others beyond the second are dropped. */
#define APP_ROOM		4096
#define PRINT_ROOM		(256 * 1024)

/* A host that does not read for so long is taken for gone. */
#define GIVE_UP_US		2500000

/* The application prints in batches, at most so often. */
#define LOG_TICK_US		10000

#define INPUT_LINE_MAX		256

struct vdev_cdc {
	struct vdev		*dev;
	uint8_t			 line_coding[LINE_CODING_SIZE];
	bool			 is_open;
	bool			 has_greeted;
	struct buf		 tx;
	char			 line[INPUT_LINE_MAX];
	size_t			 line_len;
	struct vdev_console	*console;
	struct loop_timer	*log_timer;
	uint64_t		 log_base_us;	/* lines are due since then */
	uint64_t		 log_done;	/* of those, printed */
	uint64_t		 log_number;
	struct loop_timer	*give_up_timer;
};

static void cdc_log(void *arg);
static void cdc_give_up(void *arg);

struct vdev_cdc *
vdev_cdc_new(struct vdev *dev)
{
	static const uint8_t coding[LINE_CODING_SIZE] = {
		0x80, 0x25, 0, 0, 0, 0, 8,	/* 9600 8N1 */
	};
	struct vdev_cdc *cdc = xcalloc(1, sizeof *cdc);

	cdc->dev = dev;
	memcpy(cdc->line_coding, coding, sizeof coding);
	cdc->console = vdev_console_new(dev);
	cdc->log_timer = loop_timer_new(dev->loop, cdc_log, cdc);
	cdc->give_up_timer = loop_timer_new(dev->loop, cdc_give_up, cdc);
	return cdc;
}

void
vdev_cdc_free(struct vdev_cdc *cdc)
{
	if (cdc == NULL)
		return;
	loop_timer_free(cdc->log_timer);
	loop_timer_free(cdc->give_up_timer);
	vdev_console_free(cdc->console);
	buf_fini(&cdc->tx);
	free(cdc);
}

/* --- Output ------------------------------------------------------------- */

static bool
cdc_app_runs(const struct vdev_cdc *cdc)
{
	return vdev_has_app(cdc->dev) && !cdc->dev->spec.hung &&
	    cdc->dev->spec.protection != VDEV_PROTECTED;
}

static void
cdc_send(struct vdev_cdc *cdc, const void *data, size_t len)
{
	size_t room = PRINT_ROOM - cdc->tx.len;

	if (!cdc->is_open || len == 0)
		return;
	buf_append(&cdc->tx, data, len < room ? len : room);
	if (!loop_timer_is_set(cdc->give_up_timer))
		loop_timer_set(cdc->give_up_timer,
		    vdev_scaled(cdc->dev, GIVE_UP_US));
	vdev_data_wake(cdc->dev);
}

static void
cdc_give_up(void *arg)
{
	struct vdev_cdc *cdc = arg;

	/* With no delays at all nobody is late. */
	if (cdc->dev->spec.time_scale <= 0)
		return;
	cdc->is_open = false;
	buf_clear(&cdc->tx);
	loop_timer_stop(cdc->log_timer);
}

void
vdev_cdc_print(struct vdev_cdc *cdc, const void *data, size_t len)
{
	if (cdc->dev->spec.protection != VDEV_PROTECTED)
		cdc_send(cdc, data, len);
}

size_t
vdev_cdc_pending(const struct vdev_cdc *cdc)
{
	return cdc->tx.len;
}

/* --- The application ---------------------------------------------------- */

static uint64_t
cdc_log_period_us(const struct vdev_cdc *cdc)
{
	uint64_t period = LOOP_S(1) / cdc->dev->spec.log_lines_per_s;

	return period > LOG_TICK_US ? period : LOG_TICK_US;
}

static void
cdc_log_restart(struct vdev_cdc *cdc)
{
	cdc->log_base_us = loop_now_us(cdc->dev->loop);
	cdc->log_done = 0;
}

/* Prints what is due since the port was opened; a full buffer stops the
 * application, and its time with it. */
static void
cdc_log(void *arg)
{
	struct vdev_cdc *cdc = arg;
	uint64_t passed = loop_now_us(cdc->dev->loop) - cdc->log_base_us;
	uint64_t due = passed / 1000 * cdc->dev->spec.log_lines_per_s / 1000;
	struct buf out = { 0 };

	if (!cdc->is_open || !cdc_app_runs(cdc))
		return;
	while (cdc->log_done < due && cdc->tx.len + out.len < APP_ROOM) {
		vdev_app_log(cdc->dev, cdc->log_number++, &out);
		cdc->log_done++;
	}
	if (cdc->log_done < due)
		cdc_log_restart(cdc);
	cdc_send(cdc, out.data, out.len);
	buf_fini(&out);
	loop_timer_set(cdc->log_timer, cdc_log_period_us(cdc));
}

static void
cdc_start_app(struct vdev_cdc *cdc)
{
	struct buf out = { 0 };

	if (!cdc->is_open || !cdc_app_runs(cdc))
		return;
	if (!cdc->has_greeted && cdc->dev->spec.log_lines_per_s > 0) {
		vdev_app_greet(cdc->dev, &out);
		cdc_send(cdc, out.data, out.len);
		buf_fini(&out);
	}
	cdc->has_greeted = true;
	if (cdc->dev->spec.log_lines_per_s == 0 ||
	    loop_timer_is_set(cdc->log_timer))
		return;
	cdc_log_restart(cdc);
	loop_timer_set(cdc->log_timer, cdc_log_period_us(cdc));
}

static void
cdc_app_input(struct vdev_cdc *cdc, char c)
{
	struct buf out = { 0 };

	if (c != '\r' && c != '\n') {
		if (cdc->line_len + 1 < sizeof cdc->line)
			cdc->line[cdc->line_len++] = c;
		return;
	}
	if (cdc->line_len == 0)
		return;
	cdc->line[cdc->line_len] = '\0';
	cdc->line_len = 0;
	vdev_app_command(cdc->dev, cdc->line, &out);
	cdc_send(cdc, out.data, out.len);
	buf_fini(&out);
}

/* --- Input and line state ------------------------------------------------ */

static void
cdc_set_open(struct vdev_cdc *cdc, bool open)
{
	if (cdc->is_open == open)
		return;
	cdc->is_open = open;
	buf_clear(&cdc->tx);
	loop_timer_stop(cdc->give_up_timer);
	loop_timer_stop(cdc->log_timer);
	if (open)
		cdc_start_app(cdc);
}

void
vdev_cdc_mode_changed(struct vdev_cdc *cdc)
{
	loop_timer_stop(cdc->log_timer);
	vdev_console_free(cdc->console);
	cdc->console = vdev_console_new(cdc->dev);
	cdc->line_len = 0;
	cdc_start_app(cdc);
}

void
vdev_cdc_take(struct vdev_cdc *cdc, struct buf *in, size_t room)
{
	size_t len = cdc->tx.len < room ? cdc->tx.len : room;

	buf_append(in, cdc->tx.data, len);
	buf_drop(&cdc->tx, len);
	loop_timer_stop(cdc->give_up_timer);
	if (cdc->tx.len > 0)
		loop_timer_set(cdc->give_up_timer,
		    vdev_scaled(cdc->dev, GIVE_UP_US));
}

void
vdev_cdc_input(struct vdev_cdc *cdc, const uint8_t *data, size_t len)
{
	struct vdev *dev = cdc->dev;
	struct buf out = { 0 };

	/* Who sends has the port open, DTR or not. */
	cdc_set_open(cdc, true);
	if (dev->spec.protection == VDEV_PROTECTED)
		return;
	for (size_t i = 0; i < len; i++) {
		if (cdc_app_runs(cdc))
			cdc_app_input(cdc, (char)data[i]);
		else if (dev->is_listening) {
			vdev_console_input(cdc->console, (char)data[i], &out);
			cdc_send(cdc, out.data, out.len);
			buf_clear(&out);
		}
		if (!dev->is_attached)
			break;	/* it was a command to restart */
	}
	buf_fini(&out);
}

static void
cdc_set_line_coding(struct vdev_cdc *cdc, const uint8_t *out)
{
	struct vdev *dev = cdc->dev;
	uint32_t rate = out[0] | (uint32_t)out[1] << 8 |
	    (uint32_t)out[2] << 16 | (uint32_t)out[3] << 24;

	memcpy(cdc->line_coding, out, LINE_CODING_SIZE);
	/* In the interrupt, every time, whatever runs (reference 2.5). */
	if (rate == RATE_DFU && dev->spec.platform->dfu_pid != 0)
		vdev_restart(dev, VDEV_DFU, 0);
	else if (rate == RATE_LISTENING && !dev->is_listening &&
	    dev->version < VDEV_VERSION(6, 0, 0))
		vdev_set_listening(dev, true);
}

enum vdev_answer
vdev_cdc_setup(struct vdev_cdc *cdc, const struct usb_setup *setup,
    const uint8_t *out, struct buf *in)
{
	if (usb_is_in(setup)) {
		if (setup->request != CDC_REQ_GET_LINE_CODING)
			return VDEV_ANSWER_STALL;
		buf_append(in, cdc->line_coding, sizeof cdc->line_coding);
		return VDEV_ANSWER_OK;
	}
	switch (setup->request) {
	case CDC_REQ_SET_LINE_CODING:
		if (setup->length < LINE_CODING_SIZE)
			return VDEV_ANSWER_STALL;
		cdc_set_line_coding(cdc, out);
		return VDEV_ANSWER_OK;
	case CDC_REQ_SET_CONTROL_LINE_STATE:
		cdc_set_open(cdc, setup->value & LINE_DTR);
		return VDEV_ANSWER_OK;
	case CDC_REQ_SEND_BREAK:
		return VDEV_ANSWER_OK;
	default:
		return VDEV_ANSWER_STALL;
	}
}

void
vdev_cdc_bus_reset(struct vdev_cdc *cdc)
{
	cdc_set_open(cdc, false);
}
