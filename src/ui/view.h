/*
 * What a screen is: a table of functions. The table of devices is always there;
 * one view may lie over it (the serial monitor), and the help over everything.
 *
 * A view holds ids and asks the model again when it draws. It notes what
 * changed with ui_dirty() and draws when it is told to, never by itself. It
 * ends by ui_back() or ui_show_table(), by which close() is called.
 *
 * To add one: fill in a struct view_ops, and open it with ui_open().
 */
#ifndef PTERM_UI_VIEW_H
#define PTERM_UI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/draw.h"
#include "ui/keymap.h"

struct ui;
struct app;

/* One entry of the last line. */
struct view_hint {
	char	key[16];
	char	text[32];
};

struct view_ops {
	/* Where keys are pressed just now. */
	enum keymap_context (*context)(const void *view);
	void	*(*open)(struct ui *ui, uint32_t device);
	void	 (*close)(void *view);
	/* The whole screen but the last line; ui_draw_note() is due, too. */
	void	 (*draw)(void *view, const struct draw *screen);
	/* What the keymap made of a key in this view's context. */
	void	 (*command)(void *view, enum command command);
	/* A key that it made nothing of: text, or the key of an action. */
	void	 (*key)(void *view, int key);
	void	 (*paste)(void *view, const char *text, size_t len);
	/* The mouse's: -1 is up. */
	void	 (*wheel)(void *view, int by);
	/* Entries of the last line, most used first; returns how many. */
	size_t	 (*hints)(void *view, struct view_hint *hints, size_t max);
};

/* The serial monitor (view-monitor.c). */
extern const struct view_ops *const	ui_monitor;

struct app	*ui_app(struct ui *ui);
/* Something that is shown changed: one draw at the end of the turn. */
void		 ui_dirty(struct ui *ui);
/* A sentence, until the next key: above the last line, or where a view draws
 * it. */
void		 ui_note(struct ui *ui, enum style style, const char *fmt, ...)
		    __attribute__((format(printf, 3, 4)));
/* False: there is none. */
bool		 ui_draw_note(const struct ui *ui, const struct draw *line);
void		 ui_open(struct ui *ui, const struct view_ops *ops,
		    uint32_t device);
/* Where the view was opened from: the table, or the shell (which may be asked
 * about first). */
void		 ui_back(struct ui *ui);
bool		 ui_back_quits(const struct ui *ui);
/* To the table, wherever the view was opened from. */
void		 ui_show_table(struct ui *ui);
/* Does it to this one device, as its key in the table would. */
void		 ui_act_on(struct ui *ui, const struct action *action,
		    uint32_t device);

#endif
