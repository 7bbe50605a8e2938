/*
 * The handler's core: when a device may be put into DFU, reset or put into safe
 * mode, and who asked. C11 without a library: no heap, no I/O, no clock. Time
 * (milliseconds that wrap at 32 bits) and pin level are arguments; what to do is
 * returned by pterm_handler_process() and done by the caller. The same code runs
 * in the device, in its tests and in virtual devices.
 *
 *	pterm_handler_init(&h, &options, &kept, now_ms);
 *	for (;;)
 *		switch (pterm_handler_process(&h, now_ms, is_pressed))
 *		...
 *
 * Rules. Nothing acts before it is armed; arming ends by itself. A lock lasts
 * until reset and drops what was pending. Device Protection refuses everything.
 * One action is pending at a time; a second one is refused. All of it is judged
 * when the request comes, and lock and protection once more when it is due.
 *
 * Threads. Everything belongs to the thread of the application, except
 * pterm_handler_edge(), which is for the interrupt (one caller at a time), and
 * pterm_handler_replied(), which may be called from anywhere.
 *
 * The button. An interrupt hands in each edge with its time; a level that stays
 * for the debounce time counts, so a press during a long loop() is not missed.
 * process() looks at the level too, so a lost edge does not matter. Holding the
 * button arms, and may act; a press or a double press acts while armed.
 */
#ifndef PTERM_HANDLER_CORE_H
#define PTERM_HANDLER_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pterm-handler-wire.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PTERM_HANDLER_LIBRARY_MAJOR	0
#define PTERM_HANDLER_LIBRARY_MINOR	1
#define PTERM_HANDLER_LIBRARY_PATCH	0

#define PTERM_HANDLER_DEBOUNCE_MS	40	/* where options say 0 */
#define PTERM_HANDLER_HOLD_MS		3000	/* where options say 0 */
#define PTERM_HANDLER_DOUBLE_MS		400	/* second press, from release */
#define PTERM_HANDLER_ARM_S		300	/* where nobody says more */
#define PTERM_HANDLER_ARM_MAX_S		3600
#define PTERM_HANDLER_DELAY_MAX_MS	3600000
#define PTERM_HANDLER_ANSWER_MS		1000	/* for the cloud's answer */
#define PTERM_HANDLER_REPLIED_MS	300	/* from the reply to the act */
/* A host that does not take the reply in this time loses its action. */
#define PTERM_HANDLER_UNREAD_MS		10000

struct pterm_handler_options {
	const char	*app_name;	/* both may be NULL; kept, not copied */
	const char	*app_version;
	uint16_t	 debounce_ms;
	uint16_t	 hold_ms;
	uint16_t	 capabilities;	/* PTERM_HANDLER_CAN_... */
	uint8_t		 on_press;	/* enum pterm_handler_action */
	uint8_t		 on_double;
	uint8_t		 on_hold;	/* beside arming */
	uint8_t		 reset_reason;	/* Device OS's, for the query */
};

/* In memory that a reset leaves as it is, where there is such memory. Whatever
 * stands in it at first is checked. */
struct pterm_handler_kept {
	uint32_t	boots;
	uint8_t		action;		/* what we did last, and for whom */
	uint8_t		source;
	uint16_t	check;
};

/* A time in which the level did not change: the interrupt makes them. */
struct pterm_handler_span {
	uint32_t	to_ms;
	uint16_t	length_ms;	/* 65535: or longer */
	uint8_t		is_pressed;
	uint8_t		edge;		/* the number of the edge it began with */
};

#define PTERM_HANDLER_SPANS	4	/* a power of two */

/* No field is for others than the core. 4-byte machines: below 128 bytes,
 * together with what is kept. */
struct pterm_handler {
	struct pterm_handler_options	 options;
	struct pterm_handler_kept	*kept;

	uint32_t	uptime_s;
	uint32_t	second_ms;	/* when uptime_s was last whole */
	uint32_t	armed_ms;	/* since when */
	uint32_t	armed_for_ms;	/* 0: disarmed */
	uint32_t	due_from_ms;	/* the pending action... */
	uint32_t	due_after_ms;
	uint16_t	token;		/* ...waits for this reply, or 0 */
	uint16_t	tokens;		/* the last one given out */
	uint8_t		pending;	/* enum pterm_handler_action */
	uint8_t		source;		/* enum pterm_handler_source */
	uint8_t		last_action;	/* before this start */
	uint8_t		last_source;

	uint32_t	raw_ms;		/* the level as polled, since when */
	uint32_t	level_ms;	/* the level as accepted, since when */
	uint8_t		presses;	/* whose meaning is open yet */
	uint8_t		polled_edges;
	uint8_t		doubted_edge;
	uint8_t		lost_seen;
	bool		is_locked : 1;
	bool		is_protected : 1;
	bool		is_raw_down : 1;
	bool		is_down : 1;
	bool		is_stuck : 1;	/* counts only once released */
	bool		is_hold_done : 1;
	bool		is_doubting : 1;
	uint8_t		spans_out;	/* read by the interrupt */

	/* Written by the interrupt alone. */
	uint8_t		spans_in;	/* read by process(), as are these: */
	uint8_t		spans_lost;
	uint8_t		edges;
	uint8_t		edge_pressed;
	uint32_t	edge_ms;
	struct pterm_handler_span	spans[PTERM_HANDLER_SPANS];

	/* Written by pterm_handler_replied() alone. */
	uint32_t	replied;
};

/* Options are copied. kept may be NULL: boots are not counted then. */
void	pterm_handler_init(struct pterm_handler *h,
	    const struct pterm_handler_options *options,
	    struct pterm_handler_kept *kept, uint32_t now_ms, bool is_pressed);

/* Returns what to do now; each action is returned once. It may have failed or
 * come back (virtual platform): go on as if nothing had been. */
enum pterm_handler_action	pterm_handler_process(struct pterm_handler *h,
	    uint32_t now_ms, bool is_pressed);

/* For the interrupt of the button: a few stores, no calls. */
void	pterm_handler_edge(struct pterm_handler *h, uint32_t now_ms,
	    bool is_pressed);

/* Device Protection as it is now; ask before process() and before requests. */
void	pterm_handler_protect(struct pterm_handler *h, bool is_protected);

/* For the application: its own code may always arm (not where locked or
 * protected). 0 seconds is the default; more than the maximum is cut. */
bool	pterm_handler_arm(struct pterm_handler *h, uint32_t now_ms,
	    uint32_t seconds);
void	pterm_handler_disarm(struct pterm_handler *h);
void	pterm_handler_lock(struct pterm_handler *h);
bool	pterm_handler_is_armed(const struct pterm_handler *h, uint32_t now_ms);
/* Asks for an action in the application's name: 0, or a negative result. */
int32_t	pterm_handler_ask(struct pterm_handler *h, uint32_t now_ms,
	    enum pterm_handler_action action, uint32_t delay_ms);

/*
 * A cloud function was called with this text. Words, in any order, of any case:
 *
 *	now		the default: as soon as the caller has its answer
 *	in N[ms|s|m]	later (seconds where no unit is said)
 *	safe		safe mode, not the function's own action
 *	arm		arms first; alone it only arms
 *	lock		alone: locks
 *	cancel		alone: drops the pending action
 *
 * Returns what the caller gets: milliseconds until the action, for "arm" alone
 * seconds armed, else 0; or a negative result.
 */
int32_t	pterm_handler_cloud(struct pterm_handler *h, uint32_t now_ms,
	    enum pterm_handler_action action, const char *text, size_t len);

struct pterm_handler_call {
	const uint8_t	*in;		/* may be NULL where in_len is 0 */
	size_t		 in_len;
	uint8_t		*out;
	size_t		 out_cap;	/* PTERM_HANDLER_SIZE_MAX or more */
	/* Set by the call. */
	size_t		 out_len;
	int32_t		 result;
	uint16_t	 token;		/* not 0: report the reply's end */
};

/* A control request. False: it is not for this handler, and nothing was done. */
bool	pterm_handler_request(struct pterm_handler *h, uint32_t now_ms,
	    struct pterm_handler_call *call);
/* The host has taken the reply, or the request was cancelled. An action waits
 * for the former and dies of the latter. */
void	pterm_handler_replied(struct pterm_handler *h, uint16_t token,
	    bool is_taken);

/* Whether a payload is one that pterm_handler_request() would take. */
bool	pterm_handler_is_ours(const uint8_t *in, size_t in_len);

#ifdef __cplusplus
}
#endif

#endif
