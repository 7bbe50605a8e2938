/*
 * Rows: which devices the table shows, in what order, which is selected, which
 * are tagged, and how the last job of each ended. No terminal.
 *
 * Everything is held by device number. The selection stays with its device
 * wherever that goes in the list; when the device leaves, nothing is selected
 * until the person chooses again or it comes back: a key that was meant for one
 * board must not reach its neighbour. A tag goes with its device.
 */
#ifndef PTERM_UI_ROWS_H
#define PTERM_UI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/registry.h"
#include "ui/layout.h"

#define ROWS_FILTER_MAX	128

/* What is remembered of a device beside what the registry knows. */
struct row_mark {
	uint32_t	device;
	bool		is_tagged;
	bool		has_result;
	bool		result_ok;
	uint64_t	result_us;	/* loop clock */
	char		result[ERROR_TEXT_MAX];
};

struct rows {
	const struct registry	*registry;
	uint32_t		*shown;		/* device numbers, in order */
	size_t			 count;
	size_t			 cap;
	uint32_t		 selected;	/* 0: nothing was there yet */
	size_t			 at;		/* its place, or where it was */
	bool			 is_selected;	/* it is among those shown */
	bool			 is_chosen;	/* by the person, not by default */
	size_t			 top;		/* the first that is visible */
	enum column		 sort;
	bool			 is_turned;
	char			 filter[ROWS_FILTER_MAX];
	struct row_mark		*marks;
	size_t			 mark_count;
};

void	rows_init(struct rows *rows, const struct registry *registry);
void	rows_fini(struct rows *rows);

/* Reads the registry again; to be called before anything is drawn or done. */
void	rows_update(struct rows *rows);
/* The device left the list: its tag goes with it. */
void	rows_forget(struct rows *rows, uint32_t device);

/* NULL: none. */
const struct device *rows_selected(const struct rows *rows);
const struct device *rows_at(const struct rows *rows, size_t i);
void	rows_move(struct rows *rows, long by);
void	rows_select(struct rows *rows, size_t i);
/* Scrolls so that the selection is among height visible rows. */
void	rows_scroll(struct rows *rows, size_t height);

void	rows_filter(struct rows *rows, const char *filter);
/* by: to the right or left in the order of columns. */
void	rows_sort(struct rows *rows, int by);

bool	rows_is_tagged(const struct rows *rows, uint32_t device);
void	rows_tag(struct rows *rows, uint32_t device, bool on);
void	rows_tag_shown(struct rows *rows);
void	rows_untag(struct rows *rows);
size_t	rows_tagged(const struct rows *rows);

/* NULL: no job of it has ended, or it no longer matters. */
const struct row_mark *rows_result(const struct rows *rows, uint32_t device);
void	rows_set_result(struct rows *rows, uint32_t device, bool ok,
	    const char *text, uint64_t now_us);
void	rows_drop_result(struct rows *rows, uint32_t device);
/* Good news of more than a minute ago. */
void	rows_drop_old_results(struct rows *rows, uint64_t now_us);

#endif
