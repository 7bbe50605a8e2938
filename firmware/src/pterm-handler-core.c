#include "pterm-handler-switch.h"

#if PTERM_HANDLER_IS_BUILT

#include "pterm-handler-core.h"

#include "pterm-handler-parts.h"

/* Memory that has lost its contents looks valid once in 65536 times. */
static uint16_t
kept_check(const struct pterm_handler_kept *kept)
{
	uint32_t sum = 0x5a3c ^ kept->boots ^ kept->boots >> 16;

	return (uint16_t)(sum ^ (uint32_t)kept->action << 12 ^
	    (uint32_t)kept->source << 8);
}

static void
kept_store(struct pterm_handler_kept *kept, uint8_t action, uint8_t source)
{
	kept->action = action;
	kept->source = source;
	kept->check = kept_check(kept);
}

/* Takes over what the last run left, once. */
static void
kept_begin(struct pterm_handler *h)
{
	struct pterm_handler_kept *kept = h->kept;

	if (kept == NULL)
		return;
	if (kept->check == kept_check(kept)) {
		h->last_action = kept->action;
		h->last_source = kept->source;
		kept->boots++;
	} else {
		kept->boots = 1;
	}
	kept_store(kept, PTERM_HANDLER_NONE, PTERM_HANDLER_FROM_NOBODY);
}

void
pterm_handler_init(struct pterm_handler *h,
    const struct pterm_handler_options *options,
    struct pterm_handler_kept *kept, uint32_t now_ms, bool is_pressed)
{
	*h = (struct pterm_handler){
		.options = *options,
		.kept = kept,
		.uptime_s = now_ms / 1000,
		.second_ms = now_ms - now_ms % 1000,
		.raw_ms = now_ms,
		.level_ms = now_ms,
		.is_raw_down = is_pressed,
		.is_down = is_pressed,
		.is_stuck = is_pressed,
		.edge_ms = now_ms,
		.edge_pressed = is_pressed,
	};
	if (h->options.debounce_ms == 0)
		h->options.debounce_ms = PTERM_HANDLER_DEBOUNCE_MS;
	if (h->options.hold_ms == 0)
		h->options.hold_ms = PTERM_HANDLER_HOLD_MS;
	kept_begin(h);
}

uint32_t
pterm_handler_armed_for(const struct pterm_handler *h, uint32_t now_ms)
{
	uint32_t past_ms = now_ms - h->armed_ms;

	return past_ms < h->armed_for_ms ? h->armed_for_ms - past_ms : 0;
}

bool
pterm_handler_is_armed(const struct pterm_handler *h, uint32_t now_ms)
{
	return pterm_handler_armed_for(h, now_ms) != 0;
}

void
pterm_handler_tick(struct pterm_handler *h, uint32_t now_ms)
{
	uint32_t seconds = (now_ms - h->second_ms) / 1000;

	h->uptime_s += seconds;
	h->second_ms += seconds * 1000;
	/* For good: the clock comes round, the arming must not. */
	if (!pterm_handler_is_armed(h, now_ms))
		h->armed_for_ms = 0;
}

void
pterm_handler_drop(struct pterm_handler *h)
{
	h->pending = PTERM_HANDLER_NONE;
	h->token = 0;
}

void
pterm_handler_protect(struct pterm_handler *h, bool is_protected)
{
	h->is_protected = is_protected;
	if (is_protected) {
		pterm_handler_disarm(h);
		pterm_handler_drop(h);
	}
}

void
pterm_handler_disarm(struct pterm_handler *h)
{
	h->armed_for_ms = 0;
}

void
pterm_handler_lock(struct pterm_handler *h)
{
	h->is_locked = true;
	pterm_handler_disarm(h);
	pterm_handler_drop(h);
}

bool
pterm_handler_arm(struct pterm_handler *h, uint32_t now_ms, uint32_t seconds)
{
	if (h->is_locked || h->is_protected)
		return false;
	if (seconds == 0)
		seconds = PTERM_HANDLER_ARM_S;
	if (seconds > PTERM_HANDLER_ARM_MAX_S)
		seconds = PTERM_HANDLER_ARM_MAX_S;
	h->armed_ms = now_ms;
	h->armed_for_ms = seconds * 1000;
	return true;
}

static enum pterm_handler_reason
core_shut(const struct pterm_handler *h)
{
	if (h->is_protected)
		return PTERM_HANDLER_PROTECTED;
	if (h->is_locked)
		return PTERM_HANDLER_LOCKED;
	return PTERM_HANDLER_OK;
}

enum pterm_handler_reason
pterm_handler_may_arm(const struct pterm_handler *h)
{
	enum pterm_handler_reason reason = core_shut(h);

	if (reason == PTERM_HANDLER_OK &&
	    (h->options.capabilities & PTERM_HANDLER_CAN_REMOTE_ARM) == 0)
		reason = PTERM_HANDLER_NO_REMOTE_ARM;
	return reason;
}

enum pterm_handler_reason
pterm_handler_order(struct pterm_handler *h, uint32_t now_ms,
    const struct pterm_handler_order *order)
{
	enum pterm_handler_reason reason = core_shut(h);

	if (reason != PTERM_HANDLER_OK)
		return reason;
	if (!pterm_handler_is_armed(h, now_ms))
		return PTERM_HANDLER_DISARMED;
	if (h->pending != PTERM_HANDLER_NONE)
		return PTERM_HANDLER_BUSY;
	if (order->delay_ms > PTERM_HANDLER_DELAY_MAX_MS)
		return PTERM_HANDLER_BAD_ARGUMENT;
	h->pending = (uint8_t)order->action;
	h->source = (uint8_t)order->source;
	h->due_from_ms = now_ms;
	h->due_after_ms = order->delay_ms;
	h->token = order->token;
	return PTERM_HANDLER_OK;
}

int32_t
pterm_handler_result(enum pterm_handler_reason reason)
{
	static const int16_t results[] = {
		[PTERM_HANDLER_OK] = PTERM_HANDLER_RESULT_OK,
		[PTERM_HANDLER_DISARMED] = PTERM_HANDLER_RESULT_NOT_ALLOWED,
		[PTERM_HANDLER_LOCKED] = PTERM_HANDLER_RESULT_NOT_ALLOWED,
		[PTERM_HANDLER_PROTECTED] = PTERM_HANDLER_RESULT_NOT_ALLOWED,
		[PTERM_HANDLER_BUSY] = PTERM_HANDLER_RESULT_BUSY,
		[PTERM_HANDLER_NO_REMOTE_ARM] =
		    PTERM_HANDLER_RESULT_NOT_ALLOWED,
		[PTERM_HANDLER_BAD_VERSION] =
		    PTERM_HANDLER_RESULT_NOT_SUPPORTED,
		[PTERM_HANDLER_BAD_OP] = PTERM_HANDLER_RESULT_NOT_SUPPORTED,
		[PTERM_HANDLER_BAD_SIZE] = PTERM_HANDLER_RESULT_BAD_DATA,
		[PTERM_HANDLER_BAD_ARGUMENT] =
		    PTERM_HANDLER_RESULT_INVALID_ARGUMENT,
	};

	return results[reason];
}

int32_t
pterm_handler_ask(struct pterm_handler *h, uint32_t now_ms,
    enum pterm_handler_action action, uint32_t delay_ms)
{
	if (action == PTERM_HANDLER_NONE)
		return PTERM_HANDLER_RESULT_INVALID_ARGUMENT;
	pterm_handler_tick(h, now_ms);
	return pterm_handler_result(pterm_handler_order(h, now_ms,
	    &(struct pterm_handler_order){
		.action = action,
		.source = PTERM_HANDLER_FROM_APPLICATION,
		.delay_ms = delay_ms,
	    }));
}

void
pterm_handler_replied(struct pterm_handler *h, uint16_t token, bool is_taken)
{
	__atomic_store_n(&h->replied, (uint32_t)token << 1 | is_taken,
	    __ATOMIC_RELEASE);
}

/* The pending action belongs to a reply that is on its way. A late word on an
 * older one may hide that on ours: then ours is dropped as unread. */
static void
core_await_reply(struct pterm_handler *h, uint32_t now_ms)
{
	uint32_t replied = __atomic_load_n(&h->replied, __ATOMIC_ACQUIRE);

	if (replied >> 1 == h->token) {
		if ((replied & 1) == 0) {
			pterm_handler_drop(h);
			return;
		}
		h->token = 0;
		h->due_from_ms = now_ms;
	} else if (now_ms - h->due_from_ms >= PTERM_HANDLER_UNREAD_MS) {
		pterm_handler_drop(h);
	}
}

static enum pterm_handler_action
core_due(struct pterm_handler *h, uint32_t now_ms)
{
	enum pterm_handler_action action =
	    (enum pterm_handler_action)h->pending;

	if (action == PTERM_HANDLER_NONE || h->token != 0 ||
	    now_ms - h->due_from_ms < h->due_after_ms)
		return PTERM_HANDLER_NONE;
	if (h->kept != NULL)
		kept_store(h->kept, h->pending, h->source);
	pterm_handler_drop(h);
	return action;
}

enum pterm_handler_action
pterm_handler_process(struct pterm_handler *h, uint32_t now_ms,
    bool is_pressed)
{
	pterm_handler_tick(h, now_ms);
	if ((h->options.capabilities & PTERM_HANDLER_CAN_BUTTON) != 0)
		pterm_handler_button(h, now_ms, is_pressed);
	if (h->token != 0)
		core_await_reply(h, now_ms);
	return core_due(h, now_ms);
}

#endif
