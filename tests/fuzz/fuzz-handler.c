/*
 * The handler's core against a host and a cloud that say anything, and a button
 * that does anything.
 *
 * Input: options (1); then steps: a kind (1), milliseconds that pass (2), and for
 * a request or a cloud call its length (1) and bytes.
 */
#include "config.h"

#include <string.h>

#include "firmware/src/pterm-handler-core.h"
#include "input.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum {
	STEP_REQUEST,
	STEP_CLOUD,
	STEP_EDGE,
	STEP_REPLIED,
	STEP_ARM,
	STEP_LOCK,
	STEP_PROTECT,
	STEP_PROCESS,
	STEPS,
};

struct world {
	struct pterm_handler	 h;
	uint32_t		 now;
	uint16_t		 token;
	bool			 is_down;
	bool			 is_locked;
	bool			 is_protected;
	bool			 was_armed;	/* ever */
};

static void
note_arming(struct world *w)
{
	w->was_armed = w->was_armed || pterm_handler_is_armed(&w->h, w->now);
}

static void
request(struct world *w, struct input *in)
{
	uint8_t out[PTERM_HANDLER_SIZE_MAX + 1];
	size_t len;
	const uint8_t *p = input_bytes(in, input_u8(in), &len);
	struct pterm_handler_call call = {
		.in = len == 0 ? NULL : p,
		.in_len = len,
		.out = out,
		.out_cap = PTERM_HANDLER_SIZE_MAX,
	};
	bool ours = pterm_handler_is_ours(call.in, len);

	out[PTERM_HANDLER_SIZE_MAX] = 0xa5;
	HOLDS(pterm_handler_request(&w->h, w->now, &call) == ours);
	HOLDS(out[PTERM_HANDLER_SIZE_MAX] == 0xa5);
	HOLDS(call.out_len <= PTERM_HANDLER_SIZE_MAX);
	HOLDS(ours == (call.out_len >= PTERM_HANDLER_HEADER_SIZE));
	HOLDS(!ours || memcmp(out, "PtHd", 4) == 0);
	HOLDS(call.token == 0 || call.result == 0);
	HOLDS(!ours ||
	    (call.result == 0) == (out[PTERM_HANDLER_AT_REASON] == 0));
	if (ours && call.result == 0 &&
	    out[PTERM_HANDLER_AT_OP] == PTERM_HANDLER_OP_LOCK)
		w->is_locked = true;
	if (call.token != 0) {
		HOLDS(w->was_armed && !w->is_locked && !w->is_protected);
		w->token = call.token;
	}
}

/* The words of the cloud may lock too: the query tells. */
static bool
says_locked(struct world *w)
{
	uint8_t out[PTERM_HANDLER_SIZE_MAX];
	struct pterm_handler_call call = {
		.out = out,
		.out_cap = sizeof out,
	};

	HOLDS(pterm_handler_request(&w->h, w->now, &call));
	return (out[PTERM_HANDLER_AT_STATE] & PTERM_HANDLER_IS_LOCKED) != 0;
}

static void
cloud(struct world *w, struct input *in)
{
	size_t len;
	const uint8_t *p = input_bytes(in, input_u8(in), &len);
	bool was_locked = w->is_locked;
	int32_t result = pterm_handler_cloud(&w->h, w->now,
	    PTERM_HANDLER_RESET, (const char *)p, len);

	HOLDS(result <= PTERM_HANDLER_DELAY_MAX_MS);
	note_arming(w);
	w->is_locked = says_locked(w);
	HOLDS(w->is_locked || !was_locked);
	HOLDS(result <= 0 ||
	    (w->was_armed && !w->is_locked && !w->is_protected));
}

static void
process(struct world *w)
{
	enum pterm_handler_action action =
	    pterm_handler_process(&w->h, w->now, w->is_down);

	note_arming(w);
	HOLDS(action <= PTERM_HANDLER_SAFE_MODE);
	if (action != PTERM_HANDLER_NONE)
		HOLDS(w->was_armed && !w->is_locked && !w->is_protected);
}

static void
step(struct world *w, struct input *in)
{
	uint8_t kind = input_u8(in);

	w->now += input_u16(in);
	switch (kind % STEPS) {
	case STEP_REQUEST:
		request(w, in);
		break;
	case STEP_CLOUD:
		cloud(w, in);
		break;
	case STEP_EDGE:
		w->is_down = !w->is_down;
		pterm_handler_edge(&w->h, w->now, w->is_down);
		break;
	case STEP_REPLIED:
		pterm_handler_replied(&w->h, w->token, (kind & 0x80) == 0);
		break;
	case STEP_ARM:
		pterm_handler_arm(&w->h, w->now, kind);
		break;
	case STEP_LOCK:
		pterm_handler_lock(&w->h);
		w->is_locked = true;
		break;
	case STEP_PROTECT:
		w->is_protected = (kind & 0x80) != 0;
		pterm_handler_protect(&w->h, w->is_protected);
		break;
	default:
		break;
	}
	note_arming(w);
	process(w);
	HOLDS(!w->is_locked || !pterm_handler_is_armed(&w->h, w->now));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { data, len };
	struct world w = { .now = UINT32_MAX - 20000 };
	uint8_t how = input_u8(&in);

	pterm_handler_init(&w.h, &(struct pterm_handler_options){
		.app_name = (how & 1) != 0 ? "an application's long name" : "",
		.app_version = (how & 2) != 0 ? "1.2.3-and-more" : NULL,
		.capabilities = (uint16_t)(how >> 4),
		.on_press = PTERM_HANDLER_DFU,
		.on_double = PTERM_HANDLER_RESET,
		.on_hold = (how & 4) != 0 ? PTERM_HANDLER_SAFE_MODE :
		    PTERM_HANDLER_NONE,
	}, NULL, w.now, (how & 8) != 0);
	while (in.left != 0)
		step(&w, &in);
	return 0;
}
