/*
 * A decision: what is going to happen, to which devices, and two answers, the
 * safe one being the default.
 */
#ifndef PTERM_UI_CARD_H
#define PTERM_UI_CARD_H

#include <stdbool.h>

#include "base/buf.h"
#include "ui/draw.h"
#include "ui/keymap.h"

/* Zeroed is closed. */
struct card {
	bool		 is_open;
	char		 question[128];
	struct buf	 lines;		/* of '\n' ended text */
	int		 line_count;
	char		 yes[32];
	char		 no[32];
	bool		 is_yes;	/* the marked answer */
	void		(*answered)(bool yes, void *arg);
	void		*arg;
};

void	card_open(struct card *card, const char *question, const char *yes,
	    const char *no, void (*answered)(bool yes, void *arg), void *arg);
/* Before the first draw. */
void	card_add_line(struct card *card, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	card_command(struct card *card, enum command command);
/* Lines below its rule. */
int	card_height(const struct card *card);
void	card_draw(const struct card *card, const struct draw *d);
void	card_fini(struct card *card);

#endif
