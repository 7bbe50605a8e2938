#include "pterm-handler-switch.h"

#if PTERM_HANDLER_IS_BUILT

#include "pterm-handler-core.h"

#include "pterm-handler-parts.h"

static void
put16(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

static void
put32(uint8_t *p, uint32_t value)
{
	put16(p, value);
	put16(p + 2, value >> 16);
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* At most max bytes of it; returns how many. */
static uint8_t
put_text(uint8_t *p, const char *text, size_t max)
{
	size_t len = 0;

	if (text == NULL)
		return 0;
	for (; len < max && text[len] != '\0'; len++)
		p[len] = (uint8_t)text[len];
	return (uint8_t)len;
}

bool
pterm_handler_is_ours(const uint8_t *in, size_t in_len)
{
	if (in_len == 0)
		return true;
	return in_len >= 4 && in[0] == PTERM_HANDLER_MAGIC_0 &&
	    in[1] == PTERM_HANDLER_MAGIC_1 && in[2] == PTERM_HANDLER_MAGIC_2 &&
	    in[3] == PTERM_HANDLER_MAGIC_3;
}

/* The optional u32 behind the header; 0 where it is left out. */
static bool
call_argument(const struct pterm_handler_call *call, uint32_t *value)
{
	*value = 0;
	if (call->in_len <= PTERM_HANDLER_HEADER_SIZE)
		return true;
	if (call->in_len < PTERM_HANDLER_AT_ARGUMENT + 4)
		return false;
	*value = get32(call->in + PTERM_HANDLER_AT_ARGUMENT);
	return true;
}

static void
call_answer(struct pterm_handler_call *call, uint32_t value)
{
	put32(call->out + PTERM_HANDLER_AT_ARGUMENT, value);
	call->out_len = PTERM_HANDLER_AT_ARGUMENT + 4;
}

static uint32_t
call_state(const struct pterm_handler *h, uint32_t now_ms)
{
	uint32_t state = 0;

	if (pterm_handler_is_armed(h, now_ms))
		state |= PTERM_HANDLER_IS_ARMED;
	if (h->is_locked)
		state |= PTERM_HANDLER_IS_LOCKED;
	if (h->is_protected)
		state |= PTERM_HANDLER_IS_PROTECTED;
	if (h->pending != PTERM_HANDLER_NONE)
		state |= PTERM_HANDLER_IS_PENDING;
	if (h->is_stuck)
		state |= PTERM_HANDLER_IS_STUCK;
	return state;
}

static enum pterm_handler_reason
call_query(struct pterm_handler *h, uint32_t now_ms,
    struct pterm_handler_call *call)
{
	uint8_t *out = call->out;
	uint32_t left_ms = pterm_handler_armed_for(h, now_ms);
	uint8_t *text = out + PTERM_HANDLER_AT_TEXT;
	uint8_t name_len = put_text(text, h->options.app_name,
	    PTERM_HANDLER_NAME_MAX);
	uint8_t version_len = put_text(text + name_len,
	    h->options.app_version, PTERM_HANDLER_APP_VERSION_MAX);

	out[PTERM_HANDLER_AT_LIBRARY] = PTERM_HANDLER_LIBRARY_MAJOR;
	out[PTERM_HANDLER_AT_LIBRARY + 1] = PTERM_HANDLER_LIBRARY_MINOR;
	out[PTERM_HANDLER_AT_LIBRARY + 2] = PTERM_HANDLER_LIBRARY_PATCH;
	out[PTERM_HANDLER_AT_ACTION] = h->last_action;
	put16(out + PTERM_HANDLER_AT_CAPABILITIES,
	    h->options.capabilities | PTERM_HANDLER_CAN_ECHO);
	put16(out + PTERM_HANDLER_AT_STATE, call_state(h, now_ms));
	put32(out + PTERM_HANDLER_AT_UPTIME, h->uptime_s);
	/* Rounded up: 0 is said of a disarmed one only. */
	put32(out + PTERM_HANDLER_AT_ARMED_FOR, (left_ms + 999) / 1000);
	put32(out + PTERM_HANDLER_AT_BOOTS,
	    h->kept != NULL ? h->kept->boots : 0);
	out[PTERM_HANDLER_AT_SOURCE] = h->last_source;
	out[PTERM_HANDLER_AT_RESET_REASON] = h->options.reset_reason;
	out[PTERM_HANDLER_AT_NAME_LEN] = name_len;
	out[PTERM_HANDLER_AT_APP_VERSION_LEN] = version_len;
	call->out_len = (size_t)PTERM_HANDLER_AT_TEXT + name_len + version_len;
	return PTERM_HANDLER_OK;
}

static enum pterm_handler_reason
call_arm(struct pterm_handler *h, uint32_t now_ms,
    struct pterm_handler_call *call)
{
	enum pterm_handler_reason reason = pterm_handler_may_arm(h);
	uint32_t seconds;

	if (!call_argument(call, &seconds))
		return PTERM_HANDLER_BAD_SIZE;
	if (reason != PTERM_HANDLER_OK)
		return reason;
	pterm_handler_arm(h, now_ms, seconds);
	call_answer(call, h->armed_for_ms / 1000);
	return PTERM_HANDLER_OK;
}

/* The safe direction: whoever may speak may lock. */
static enum pterm_handler_reason
call_lock(struct pterm_handler *h, uint32_t now_ms,
    struct pterm_handler_call *call)
{
	(void)now_ms;
	(void)call;
	pterm_handler_lock(h);
	return PTERM_HANDLER_OK;
}

static enum pterm_handler_reason
call_act(struct pterm_handler *h, uint32_t now_ms,
    struct pterm_handler_call *call)
{
	struct pterm_handler_order order = {
		.action = (enum pterm_handler_action)(PTERM_HANDLER_DFU +
		    call->in[PTERM_HANDLER_AT_OP] - PTERM_HANDLER_OP_DFU),
		.source = PTERM_HANDLER_FROM_REQUEST,
		/* 0 is no token, so it is stepped over. */
		.token = (uint16_t)(h->tokens == UINT16_MAX ? 1 :
		    h->tokens + 1),
	};
	enum pterm_handler_reason reason;

	if (!call_argument(call, &order.delay_ms))
		return PTERM_HANDLER_BAD_SIZE;
	if (order.delay_ms > PTERM_HANDLER_DELAY_MAX_MS)
		return PTERM_HANDLER_BAD_ARGUMENT;
	if (order.delay_ms < PTERM_HANDLER_REPLIED_MS)
		order.delay_ms = PTERM_HANDLER_REPLIED_MS;
	reason = pterm_handler_order(h, now_ms, &order);
	if (reason != PTERM_HANDLER_OK)
		return reason;
	h->tokens = order.token;
	call->token = order.token;
	call_answer(call, order.delay_ms);
	return PTERM_HANDLER_OK;
}

static enum pterm_handler_reason
call_echo(struct pterm_handler *h, uint32_t now_ms,
    struct pterm_handler_call *call)
{
	(void)h;
	(void)now_ms;
	for (size_t i = PTERM_HANDLER_HEADER_SIZE; i < call->in_len; i++)
		call->out[i] = call->in[i];
	call->out_len = call->in_len;
	return PTERM_HANDLER_OK;
}

static enum pterm_handler_reason
call_run(struct pterm_handler *h, uint32_t now_ms,
    struct pterm_handler_call *call)
{
	static enum pterm_handler_reason (*const ops[])(struct pterm_handler *,
	    uint32_t, struct pterm_handler_call *) = {
		[PTERM_HANDLER_OP_QUERY] = call_query,
		[PTERM_HANDLER_OP_ARM] = call_arm,
		[PTERM_HANDLER_OP_LOCK] = call_lock,
		[PTERM_HANDLER_OP_DFU] = call_act,
		[PTERM_HANDLER_OP_RESET] = call_act,
		[PTERM_HANDLER_OP_SAFE_MODE] = call_act,
		[PTERM_HANDLER_OP_ECHO] = call_echo,
	};

	if (call->in_len == 0)
		return call_query(h, now_ms, call);
	if (call->in_len < PTERM_HANDLER_HEADER_SIZE ||
	    call->in_len > PTERM_HANDLER_SIZE_MAX)
		return PTERM_HANDLER_BAD_SIZE;
	if (call->in[PTERM_HANDLER_AT_VERSION] != PTERM_HANDLER_VERSION)
		return PTERM_HANDLER_BAD_VERSION;
	if (call->in[PTERM_HANDLER_AT_OP] >= sizeof ops / sizeof ops[0])
		return PTERM_HANDLER_BAD_OP;
	return ops[call->in[PTERM_HANDLER_AT_OP]](h, now_ms, call);
}

bool
pterm_handler_request(struct pterm_handler *h, uint32_t now_ms,
    struct pterm_handler_call *call)
{
	enum pterm_handler_reason reason;
	uint8_t *out = call->out;

	call->out_len = 0;
	call->result = PTERM_HANDLER_RESULT_NO_MEMORY;
	call->token = 0;
	if (!pterm_handler_is_ours(call->in, call->in_len))
		return false;
	if (out == NULL || call->out_cap < PTERM_HANDLER_SIZE_MAX)
		return true;
	pterm_handler_tick(h, now_ms);
	out[0] = PTERM_HANDLER_MAGIC_0;
	out[1] = PTERM_HANDLER_MAGIC_1;
	out[2] = PTERM_HANDLER_MAGIC_2;
	out[3] = PTERM_HANDLER_MAGIC_3;
	out[PTERM_HANDLER_AT_VERSION] = PTERM_HANDLER_VERSION;
	out[PTERM_HANDLER_AT_OP] = call->in_len > PTERM_HANDLER_AT_OP ?
	    call->in[PTERM_HANDLER_AT_OP] : PTERM_HANDLER_OP_QUERY;
	call->out_len = PTERM_HANDLER_HEADER_SIZE;
	reason = call_run(h, now_ms, call);
	out[PTERM_HANDLER_AT_REASON] = (uint8_t)reason;
	out[PTERM_HANDLER_AT_REASON + 1] = 0;
	call->result = pterm_handler_result(reason);
	return true;
}

#endif
