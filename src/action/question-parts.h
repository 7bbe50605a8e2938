/*
 * Inside of a question: what its files share and nobody else sees.
 */
#ifndef PTERM_ACTION_QUESTION_PARTS_H
#define PTERM_ACTION_QUESTION_PARTS_H

#include "action/exchange.h"
#include "action/question.h"
#include "particle/sysver.h"

#define QUESTION_NOTICE_MS	2000	/* the row says: no answer */
#define QUESTION_LATE_MS	10000	/* not-answering */
#define QUESTION_GIVE_UP_MS	30000

struct question {
	const struct action_env	*env;
	uint32_t		 device;
	bus_node		 node;
	unsigned		 todo;
	unsigned		 asking;	/* the part that is out */
	question_cb		 cb;
	void			*arg;
	struct bus_handle	*handle;
	struct exchange		*version;
	struct exchange		*part;
	struct loop_timer	*timer;		/* patience for the mode */
	struct loop_timer	*hold;		/* "normal" is kept back */
	struct loop_deferred	*end;
	uint64_t		 asked_us;
	bool			 is_mode_open;
	bool			 has_noticed;
	bool			 is_late;
	bool			 is_dropped;
	bool			 is_ended;
	bool			 is_holding;
	bool			 has_version;
	char			 version_text[SYSVER_TEXT_MAX];
};

/* question.c */
/* NULL: that attachment is over. */
const struct device *question_target(const struct question *q);
void	question_tell(struct question *q, struct registry_answers *answers);
void	question_next(struct question *q);
void	question_end(struct question *q);

/* question-mode.c */
void	question_on_mode(struct exchange *x, void *arg);
void	question_tell_mode(struct question *q, enum device_mode mode,
	    const char *reason, const char *problem);
/* "normal", unless the modules say otherwise. */
void	question_tell_normal(struct question *q);
/* What is known stays, with a problem. */
void	question_tell_problem(struct question *q, const char *problem);
void	question_on_hold(void *arg);	/* "normal" was kept back long enough */

/* question-dfu.c */
void	question_ask_state(struct question *q);

#endif
