/*
 * The state of the dashboard, shared by the files of this folder that make it
 * up. Views that lie over the table see view.h alone.
 */
#ifndef PTERM_UI_STATE_H
#define PTERM_UI_STATE_H

#include "action/mend.h"
#include "app.h"
#include "ui/card.h"
#include "ui/layout.h"
#include "ui/prompt.h"
#include "ui/rows.h"
#include "ui/terminal.h"
#include "ui/theme.h"
#include "ui/view.h"

#define UI_NOTE_MAX	256
/* An action on several devices that waits for its answer. */
#define UI_ASKED_MAX	1024

struct ui {
	struct app		*app;
	struct terminal		*terminal;
	struct theme		 theme;
	struct registry_listener *registry_listener;
	struct jobs_listener	*jobs_listener;

	/* One draw at the end of the turn, at most one in 16 ms. */
	struct loop_deferred	*draw;
	struct loop_deferred	*settle;	/* a job has ended */
	struct loop_timer	*pause;
	uint64_t		 drawn_us;	/* 0: never */
	bool			 is_dirty;

	/* Turns the signs of devices that are switching; runs only while there
	 * are such. */
	struct loop_timer	*spinner;
	unsigned		 spin;
	bool			 wants_spin;

	struct rows		 rows;
	struct layout		 layout;	/* of the last draw */
	bool			 wants_info;
	int			 info_top;	/* lines scrolled off */
	struct mend		 mend;		/* of what can't be opened; "":
						 * there is nothing to mend */
	uint64_t		 events_end;	/* 0: the newest are shown */

	struct prompt		 prompt;
	struct card		 card;
	const struct view_ops	*view;		/* NULL: the table */
	void			*view_state;
	bool			 view_is_all;	/* pterm was begun for it */
	const char		*awaited;	/* the id of a device to open the
						 * view of; NULL: none */
	bool			 has_help;
	int			 help_top;

	char			 note[UI_NOTE_MAX];
	enum style		 note_style;

	const struct action	*asked_action;	/* by the card */
	uint32_t		 asked[UI_ASKED_MAX];
	size_t			 asked_count;
	uint32_t		 named;		/* by the prompt */

	struct loop_timer	*deadline;	/* of --timeout */
	bool			 is_ended;
	int			 exit_status;
};

/* "Photon 2", and short names where ids are cut. */
const char	*ui_device_name(const struct device *device, char *out,
		    size_t size);
void		 ui_quit(struct ui *ui);
/* What runs is asked about first. */
void		 ui_ask_to_quit(struct ui *ui);

/* view-overview.c: the table and the panes around it. */
void	overview_draw(struct ui *ui, const struct draw *screen);
void	overview_command(struct ui *ui, enum command command);
void	overview_press(struct ui *ui, const struct input_event *event);
size_t	overview_hints(struct ui *ui, struct view_hint *hints, size_t max);

/* view-devices.c */
void	devices_draw_header(struct ui *ui, const struct draw *line);
void	devices_draw(struct ui *ui, const struct draw *head,
	    const struct draw *rows);
/* The mode as its row says it: "asking", "→ dfu". */
const char *devices_mode(const struct ui *ui, const struct device *device,
	    char *out, size_t size);
/* Says that the list goes on above or below what is in sight. */
void	devices_draw_more(struct ui *ui, const struct draw *rule);

/* view-detail.c; device 0: none is chosen. */
int	detail_lines(struct ui *ui, uint32_t device, int width);
void	detail_draw(struct ui *ui, uint32_t device, const struct draw *d,
	    bool all);

/* view-timeline.c */
void	timeline_draw(struct ui *ui, const struct draw *d);
void	timeline_scroll(struct ui *ui, int by);

/* view-help.c */
void	help_draw(struct ui *ui, const struct draw *screen);
void	help_command(struct ui *ui, enum command command);
size_t	help_hints(struct view_hint *hints, size_t max);

/* act.c: doing things to devices. */
void	act_key(struct ui *ui, const struct action *action);
void	act_on_job(enum job_event event, const struct job *job, void *arg);
/* The job of the selected device; 0: none. */
uint32_t act_selected_job(struct ui *ui);

/* hint "d" "dfu"; returns the new count. */
size_t	hint_add(struct view_hint *hints, size_t count, size_t max,
	    const char *key, const char *text);

#endif
