/*
 * The way out where this user may not open a device: which of udev's rules, the
 * group and their application this machine lacks, and the command that mends
 * it. It speaks of real devices alone; whom the virtual bench denies access no
 * rules help.
 */
#ifndef PTERM_ACTION_MEND_H
#define PTERM_ACTION_MEND_H

/* What is lacking, in this order. */
enum mend_lack {
	MEND_RULES,		/* no udev rules of pterm */
	MEND_GROUP,		/* this user is not in their group */
	MEND_APPLY,		/* they were not applied to what is attached */
};

/* All of it clean text. */
struct mend {
	char	brief[72];	/* "way out: ...", of a line */
	char	why[96];	/* what is lacking, up to "this mends it" */
	char	command[256];
};

/* Looks at this machine. */
void	mend_find(struct mend *mend);
/* detail: the file of the rules, or the user; MEND_APPLY has none. */
void	mend_tell(struct mend *mend, enum mend_lack lack, const char *detail);

#endif
