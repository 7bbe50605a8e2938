#include "pterm-handler-switch.h"

#if PTERM_HANDLER_IS_BUILT

#include "pterm-handler-core.h"

#include "pterm-handler-parts.h"

/*
 * Two views of the pin come together here. The interrupt cuts time into spans in
 * which the level stayed; it keeps those that are long enough and hands each in
 * when the next edge ends it. process() polls the level and accepts it once it
 * has stayed without an edge. Both say the same of one press, and accepting a
 * level twice changes nothing: so each covers what the other misses, a press
 * during a long loop() or an edge that got lost.
 */

void
pterm_handler_edge(struct pterm_handler *h, uint32_t now_ms, bool is_pressed)
{
	uint32_t length_ms = now_ms - h->edge_ms;
	uint8_t in = h->spans_in;
	uint8_t edges = h->edges;

	if (length_ms >= h->options.debounce_ms) {
		uint8_t out = __atomic_load_n(&h->spans_out, __ATOMIC_ACQUIRE);

		if ((uint8_t)(in - out) == PTERM_HANDLER_SPANS) {
			__atomic_store_n(&h->spans_lost,
			    (uint8_t)(h->spans_lost + 1), __ATOMIC_RELEASE);
		} else {
			struct pterm_handler_span *s =
			    &h->spans[in % PTERM_HANDLER_SPANS];

			s->to_ms = now_ms;
			s->length_ms = (uint16_t)(length_ms < UINT16_MAX ?
			    length_ms : UINT16_MAX);
			s->is_pressed = h->edge_pressed;
			s->edge = edges;
			__atomic_store_n(&h->spans_in, (uint8_t)(in + 1),
			    __ATOMIC_RELEASE);
		}
	}
	h->edge_ms = now_ms;
	__atomic_store_n(&h->edge_pressed, is_pressed, __ATOMIC_RELAXED);
	__atomic_store_n(&h->edges, (uint8_t)(edges + 1), __ATOMIC_RELEASE);
}

static void
button_act(struct pterm_handler *h, uint32_t now_ms, uint8_t action)
{
	if (action == PTERM_HANDLER_NONE)
		return;
	pterm_handler_order(h, now_ms, &(struct pterm_handler_order){
		.action = (enum pterm_handler_action)action,
		.source = PTERM_HANDLER_FROM_BUTTON,
	});
}

/* Nothing more came in time: so many presses it was. Three mean nothing. */
static void
button_resolve(struct pterm_handler *h, uint32_t at_ms, uint32_t now_ms)
{
	uint8_t presses = h->presses;

	if (presses == 0 || h->is_down ||
	    at_ms - h->level_ms <= PTERM_HANDLER_DOUBLE_MS)
		return;
	h->presses = 0;
	if (presses == 1)
		button_act(h, now_ms, h->options.on_press);
	else if (presses == 2)
		button_act(h, now_ms, h->options.on_double);
}

static void
button_accept(struct pterm_handler *h, bool is_pressed, uint32_t from_ms,
    uint32_t now_ms)
{
	if (is_pressed == h->is_down)
		return;
	if (is_pressed) {
		button_resolve(h, from_ms, now_ms);
		h->is_hold_done = false;
	} else if (h->is_stuck) {
		h->is_stuck = false;
	} else if (!h->is_hold_done && h->presses < UINT8_MAX) {
		h->presses++;
	}
	h->is_down = is_pressed;
	h->level_ms = from_ms;
}

/* It is or was down until at_ms. */
static void
button_hold(struct pterm_handler *h, uint32_t at_ms, uint32_t now_ms)
{
	if (!h->is_down || h->is_stuck || h->is_hold_done ||
	    at_ms - h->level_ms < h->options.hold_ms)
		return;
	h->is_hold_done = true;
	h->presses = 0;
	if (pterm_handler_arm(h, now_ms, 0))
		button_act(h, now_ms, h->options.on_hold);
}

static void
button_take_spans(struct pterm_handler *h, uint32_t now_ms)
{
	uint8_t edges = __atomic_load_n(&h->edges, __ATOMIC_ACQUIRE);
	uint8_t in = __atomic_load_n(&h->spans_in, __ATOMIC_ACQUIRE);

	while (h->spans_out != in) {
		struct pterm_handler_span s =
		    h->spans[h->spans_out % PTERM_HANDLER_SPANS];

		__atomic_store_n(&h->spans_out, (uint8_t)(h->spans_out + 1),
		    __ATOMIC_RELEASE);
		if (h->is_doubting && s.edge == h->doubted_edge)
			continue;
		button_accept(h, s.is_pressed, s.to_ms - s.length_ms, now_ms);
		if (s.is_pressed)
			button_hold(h, s.to_ms, now_ms);
	}
	/* An edge is counted after its span is in: so that one was there. */
	if (edges != h->doubted_edge)
		h->is_doubting = false;
}

/* More than there was room for: none of it counts, nor does what goes on. */
static void
button_forget(struct pterm_handler *h)
{
	uint8_t lost = __atomic_load_n(&h->spans_lost, __ATOMIC_ACQUIRE);

	if (lost == h->lost_seen)
		return;
	h->lost_seen = lost;
	h->presses = 0;
	h->is_down = true;
	h->is_stuck = true;
}

static void
button_poll(struct pterm_handler *h, uint32_t now_ms, bool is_pressed)
{
	uint8_t edges = __atomic_load_n(&h->edges, __ATOMIC_ACQUIRE);
	bool edge_pressed =
	    __atomic_load_n(&h->edge_pressed, __ATOMIC_RELAXED) != 0;

	if (edges != h->polled_edges || is_pressed != h->is_raw_down) {
		h->polled_edges = edges;
		h->is_raw_down = is_pressed;
		h->raw_ms = now_ms;
	}
	if (now_ms - h->raw_ms < h->options.debounce_ms)
		return;
	/* The interrupt read the pin in the middle of a bounce, or an edge was
	 * lost: the span that began there would tell the opposite. */
	if (is_pressed != edge_pressed) {
		h->is_doubting = true;
		h->doubted_edge = edges;
	}
	button_accept(h, is_pressed, h->raw_ms, now_ms);
	if (is_pressed)
		button_hold(h, now_ms, now_ms);
	else
		button_resolve(h, now_ms, now_ms);
}

void
pterm_handler_button(struct pterm_handler *h, uint32_t now_ms,
    bool is_pressed)
{
	button_take_spans(h, now_ms);
	button_forget(h);
	button_poll(h, now_ms, is_pressed);
}

#endif
