/*
 * One question to one attachment of a device: opens it, asks a chain of things,
 * tells the registry what it answers. The probe decides when; see probe.h.
 *
 * Ends once, by its callback from the loop; its owner frees it then or before.
 */
#ifndef PTERM_ACTION_QUESTION_H
#define PTERM_ACTION_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "action/job.h"

/* What to ask, in this order. */
#define QUESTION_MODE		0x01	/* and the version beside it */
#define QUESTION_MODULES	0x02
#define QUESTION_PROTECTION	0x04
#define QUESTION_SERIAL		0x08
#define QUESTION_CLOUD		0x10
#define QUESTION_DFU_STATE	0x20	/* protection of a device in DFU */

struct question;

enum question_event {
	QUESTION_LATE,		/* not-answering now; it stays out */
	QUESTION_ENDED,
};

typedef void (*question_cb)(enum question_event event, struct question *q,
	    void *arg);

struct question	*question_new(const struct action_env *env, uint32_t device,
		    unsigned parts, question_cb cb, void *arg);
/* Takes it back tidily: QUESTION_ENDED comes within 1 s. */
void		 question_drop(struct question *q);
void		 question_free(struct question *q);

uint32_t	 question_device(const struct question *q);
bus_node	 question_node(const struct question *q);
/* Asked, not answered, not late, not dropped. */
bool		 question_is_open(const struct question *q);

#endif
