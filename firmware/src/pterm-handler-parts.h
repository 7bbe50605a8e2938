/* What the files of the core share; not for others. */
#ifndef PTERM_HANDLER_PARTS_H
#define PTERM_HANDLER_PARTS_H

#include "pterm-handler-core.h"

/* Who asks for what. delay_ms runs from now, or from the reply of token. */
struct pterm_handler_order {
	enum pterm_handler_action	action;
	enum pterm_handler_source	source;
	uint32_t			delay_ms;
	uint16_t			token;
};

/* May it be armed from afar? */
enum pterm_handler_reason	pterm_handler_may_arm(
	    const struct pterm_handler *h);
/* Checks the rules; where the reason is OK the action is pending. */
enum pterm_handler_reason	pterm_handler_order(struct pterm_handler *h,
	    uint32_t now_ms, const struct pterm_handler_order *order);
void				pterm_handler_drop(struct pterm_handler *h);
/* Keeps the uptime, and ends what has run out. */
void				pterm_handler_tick(struct pterm_handler *h,
	    uint32_t now_ms);
uint32_t			pterm_handler_armed_for(
	    const struct pterm_handler *h, uint32_t now_ms);
int32_t				pterm_handler_result(
	    enum pterm_handler_reason reason);

/* The button: what it means now is ordered. */
void	pterm_handler_button(struct pterm_handler *h, uint32_t now_ms,
	    bool is_pressed);

#endif
