/*
 * Layout: where each pane of the dashboard goes, and which columns of the
 * device table fit. Arithmetic on rectangles alone: no terminal, no device.
 *
 * Promises, for any size from 1x1 on: no pane overlaps another one, none
 * leaves the screen, and a pane for which there is no room has height 0.
 */
#ifndef PTERM_UI_LAYOUT_H
#define PTERM_UI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

struct rect {
	int	x;
	int	y;
	int	width;
	int	height;
};

#define LAYOUT_MIN_WIDTH	60
#define LAYOUT_MIN_HEIGHT	12
/* From here on details and events stand side by side. */
#define LAYOUT_SPLIT_WIDTH	150

struct layout_wish {
	int	width;
	int	height;
	size_t	rows;		/* devices in the table */
	int	info_lines;	/* the full details take so many; 0: short form */
	int	card_lines;	/* a decision takes so many; 0: none is asked */
};

struct layout {
	bool		too_small;	/* nothing but a sentence fits */
	bool		is_split;	/* details and events side by side */
	struct rect	header;
	struct rect	head;		/* titles of the columns */
	struct rect	rows;
	struct rect	card;		/* the decision; first line is its rule */
	struct rect	detail;		/* first line is its rule */
	struct rect	events;		/* first line is its rule */
	struct rect	note;
	struct rect	keys;
};

void	layout_compute(struct layout *layout, const struct layout_wish *wish);

/* Columns of the device table, in the order in which they stand. */
enum column {
	COLUMN_MODE,
	COLUMN_NAME,
	COLUMN_PLATFORM,
	COLUMN_ID,
	COLUMN_OS,
	COLUMN_PORT,
	COLUMN_USB,
	COLUMN_SINCE,
	COLUMN_COUNT,
};

#define LAYOUT_COLUMN_GAP	2
/* Ids are shown whole from this width on, else their last 8 digits. */
#define LAYOUT_WHOLE_ID_WIDTH	100
#define LAYOUT_SHORT_ID	8

struct columns {
	int	x[COLUMN_COUNT];
	int	width[COLUMN_COUNT];	/* 0: does not fit */
	int	end;			/* where the free part of a row begins */
};

const char	*column_title(enum column column);
/* width: of the table; first: where the first column begins; wanted: what each
 * would like to have. Columns go by rank until the rest fits. */
void		 columns_fit(struct columns *columns, int width, int first,
		    const int wanted[COLUMN_COUNT]);
/* Where a message of so many columns begins: behind the last column if it fits
 * there, else over those that say least. keep_id: not over the last 8 digits of
 * the id, which are then all that is shown of it. */
int		 columns_message_x(const struct columns *columns, int width,
		    int message_width, bool keep_id);

#endif
