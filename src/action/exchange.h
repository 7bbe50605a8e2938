/*
 * An exchange: one control request (particle/ctrl.h), one DFU walk
 * (particle/dfu.h) or one single transfer, carried out on a handle of the bus.
 * The bridge between state machines that own no descriptor and no clock, and
 * the bus and the loop that have them.
 *
 * Each ends exactly once, by its callback from the loop, never from inside the
 * call that started it; the owner frees it then, or at any time before: after
 * exchange_free() nothing calls back. The handle must outlive it.
 *
 * exchange_cancel() and the end of timeout_ms end it tidily: the callback still
 * comes, within 1 s, after the device was told to forget the request.
 * exchange_free() of one that runs leaves what there is on the device.
 */
#ifndef PTERM_ACTION_EXCHANGE_H
#define PTERM_ACTION_EXCHANGE_H

#include "bus/bus.h"
#include "loop/loop.h"
#include "particle/ctrl.h"
#include "particle/dfu.h"

enum exchange_kind {
	EXCHANGE_CTRL,
	EXCHANGE_DFU,
	EXCHANGE_SINGLE,
};

struct exchange;

typedef void (*exchange_cb)(struct exchange *exchange, void *arg);

/* Plain data to read in the callback; by kind. */
struct exchange_result {
	enum exchange_kind	 kind;
	bool			 is_timed_out;	/* timeout_ms passed */
	const struct ctrl	*ctrl;
	const struct dfu	*dfu;
	enum usb_status		 status;	/* single */
	const uint8_t		*data;
	size_t			 len;
};

/* timeout_ms for the whole of it; 0: as long as it takes. */
struct exchange	*exchange_ctrl(struct loop *loop, struct bus_handle *handle,
		    const struct ctrl_request *request, unsigned timeout_ms,
		    exchange_cb cb, void *arg);
struct exchange	*exchange_dfu(struct loop *loop, struct bus_handle *handle,
		    enum dfu_goal goal, uint8_t interface, unsigned timeout_ms,
		    exchange_cb cb, void *arg);
/* data as bus_control() takes it. */
struct exchange	*exchange_single(struct loop *loop, struct bus_handle *handle,
		    const struct usb_setup *setup, const void *data,
		    unsigned timeout_ms, exchange_cb cb, void *arg);

/* Does nothing and ends: what could not begin is told from the loop, too. */
struct exchange	*exchange_nothing(struct loop *loop, exchange_cb cb, void *arg);

/* Asked twice is asked once. */
void		 exchange_cancel(struct exchange *exchange);
/* NULL is fine. */
void		 exchange_free(struct exchange *exchange);

const struct exchange_result *exchange_result(const struct exchange *exchange);
/* 0 where it went well, else -1 and the reason in words: ERROR_TIMEOUT where
 * timeout_ms passed. */
int		 exchange_error(const struct exchange *exchange,
		    struct error *err);

#endif
