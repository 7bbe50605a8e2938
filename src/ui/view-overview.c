/*
 * The screen that is always there: the devices, the panes around them, and what
 * the keys of the table do.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ui/state.h"

#define PAGE(ui) ((ui)->layout.rows.height > 1 ? (ui)->layout.rows.height - 1 : 1)

/* --- Drawing ------------------------------------------------------------ */

static void
overview_draw_too_small(const struct ui *ui, const struct draw *screen)
{
	char text[96];

	snprintf(text, sizeof text, "pterm needs %dx%d, this is %dx%d",
	    LAYOUT_MIN_WIDTH, LAYOUT_MIN_HEIGHT, screen->r.width,
	    screen->r.height);
	(void)ui;
	draw_wrapped(screen, 0, 0, screen->r.height, STYLE_TEXT, text);
}

void
overview_draw(struct ui *ui, const struct draw *screen)
{
	struct layout *l = &ui->layout;
	const struct device *d = rows_selected(&ui->rows);
	uint32_t device = d != NULL ? d->number : 0;
	struct layout_wish wish = {
		.width = screen->r.width,
		.height = screen->r.height,
		.rows = ui->rows.count,
		.info_lines = ui->wants_info ?
		    detail_lines(ui, device, screen->r.width) : 0,
		.card_lines = ui->card.is_open ? card_height(&ui->card) : 0,
	};
	struct draw head, part;

	layout_compute(l, &wish);
	if (l->too_small) {
		overview_draw_too_small(ui, screen);
		return;
	}
	part = draw_in(screen, &l->header);
	devices_draw_header(ui, &part);
	head = draw_in(screen, &l->head);
	part = draw_in(screen, &l->rows);
	devices_draw(ui, &head, &part);
	part = draw_in(screen, &l->detail);
	detail_draw(ui, device, &part, ui->wants_info || l->is_split);
	part = draw_in(screen, &l->events);
	timeline_draw(ui, &part);
	part = draw_in(screen, &l->card);
	if (ui->card.is_open)
		card_draw(&ui->card, &part);
	/* In the rule below the table, or on the titles where there is none. */
	if (l->detail.height + l->events.height + l->card.height > 0)
		part = draw_line(screen, l->rows.y + l->rows.height);
	else
		part = head;
	devices_draw_more(ui, &part);
}

/* --- The last line ------------------------------------------------------ */

/* Most used first. */
static const enum action_id hinted[] = {
	ACTION_MONITOR, ACTION_DFU, ACTION_RESET, ACTION_SAFE_MODE,
	ACTION_LISTEN, ACTION_TOUCH, ACTION_BLINK, ACTION_INFO, ACTION_NAME,
};

/* Does it apply to what a key would act on? */
static bool
overview_applies(struct ui *ui, const struct action *action)
{
	const struct device *d = rows_selected(&ui->rows);

	if (rows_tagged(&ui->rows) == 0 ||
	    (action->flags & ACTION_FRONT_END) != 0)
		return d != NULL && action_applies(action, d);
	for (size_t i = 0; i < ui->rows.mark_count; i++) {
		d = registry_get(ui->app->registry, ui->rows.marks[i].device);
		if (ui->rows.marks[i].is_tagged && d != NULL &&
		    action_applies(action, d))
			return true;
	}
	return false;
}

size_t
overview_hints(struct ui *ui, struct view_hint *hints, size_t max)
{
	char key[2] = "";
	size_t n = 0;

	if (ui->rows.count > 0 && !ui->rows.is_selected)
		n = hint_add(hints, n, max, "j k", "choose");
	if (ui->wants_info)
		n = hint_add(hints, n, max, "Esc", "close");
	else if (ui->rows.filter[0] != '\0')
		n = hint_add(hints, n, max, "Esc", "show all");
	else if (act_selected_job(ui) != 0)
		n = hint_add(hints, n, max, "Esc", "cancel");
	for (size_t i = 0; i < sizeof hinted / sizeof hinted[0]; i++) {
		const struct action *action = &actions[hinted[i]];

		key[0] = action->key;
		if (overview_applies(ui, action))
			n = hint_add(hints, n, max, key, action->short_name);
	}
	if (ui->rows.count > 1)
		n = hint_add(hints, n, max, "Space", "tag");
	if (rows_tagged(&ui->rows) > 0)
		n = hint_add(hints, n, max, "U", "untag");
	n = hint_add(hints, n, max, "/", "filter");
	n = hint_add(hints, n, max, "o", "sort");
	return hint_add(hints, n, max, "R", "ask again");
}

/* --- Filter ------------------------------------------------------------- */

static void
overview_filter_changed(const char *text, void *arg)
{
	struct ui *ui = arg;

	rows_filter(&ui->rows, text);
}

static bool
overview_filter_accepted(const char *text, void *arg)
{
	(void)text;
	(void)arg;
	return true;
}

static void
overview_filter_left(void *arg)
{
	struct ui *ui = arg;

	rows_filter(&ui->rows, "");
}

static const struct prompt_events overview_filter = {
	.changed = overview_filter_changed,
	.accepted = overview_filter_accepted,
	.left = overview_filter_left,
};

/* --- Commands ----------------------------------------------------------- */

static void
overview_escape(struct ui *ui)
{
	if (ui->wants_info)
		ui->wants_info = false;
	else if (ui->rows.filter[0] != '\0')
		rows_filter(&ui->rows, "");
	else if (act_selected_job(ui) != 0)
		jobs_cancel(ui->app->jobs, act_selected_job(ui));
}

static void
overview_cancel(struct ui *ui)
{
	if (act_selected_job(ui) != 0)
		jobs_cancel(ui->app->jobs, act_selected_job(ui));
	else
		ui_ask_to_quit(ui);
}

static void
overview_pane(struct ui *ui, int by)
{
	if (ui->wants_info)
		ui->info_top += by;
	else
		timeline_scroll(ui, by);
}

static void
overview_tag(struct ui *ui)
{
	const struct device *d = rows_selected(&ui->rows);

	if (d == NULL)
		return;
	rows_tag(&ui->rows, d->number, !rows_is_tagged(&ui->rows, d->number));
	rows_move(&ui->rows, 1);
}

static void
overview_ask_again(struct ui *ui)
{
	probe_now(ui->app->probe, 0);
	if (ui->wants_info && rows_selected(&ui->rows) != NULL)
		probe_details(ui->app->probe, ui->rows.selected);
	ui_note(ui, STYLE_DIM, "all devices are asked for their mode");
}

static void
overview_sort(struct ui *ui, int by)
{
	rows_sort(&ui->rows, by);
	ui_note(ui, STYLE_DIM, "sorted by %s", column_title(ui->rows.sort));
}

void
overview_command(struct ui *ui, enum command command)
{
	switch (command) {
	case COMMAND_UP:
		rows_move(&ui->rows, -1);
		break;
	case COMMAND_DOWN:
		rows_move(&ui->rows, 1);
		break;
	case COMMAND_PAGE_UP:
		rows_move(&ui->rows, -PAGE(ui));
		break;
	case COMMAND_PAGE_DOWN:
		rows_move(&ui->rows, PAGE(ui));
		break;
	case COMMAND_FIRST:
		rows_select(&ui->rows, 0);
		break;
	case COMMAND_LAST:
		rows_select(&ui->rows, ui->rows.count);
		break;
	case COMMAND_PANE_UP:
		overview_pane(ui, -1);
		break;
	case COMMAND_PANE_DOWN:
		overview_pane(ui, 1);
		break;
	case COMMAND_TAG:
		overview_tag(ui);
		break;
	case COMMAND_TAG_ALL:
		rows_tag_shown(&ui->rows);
		break;
	case COMMAND_UNTAG:
		rows_untag(&ui->rows);
		break;
	case COMMAND_FILTER:
		prompt_open(&ui->prompt, "/", ui->rows.filter, &overview_filter,
		    ui);
		break;
	case COMMAND_SORT_NEXT:
	case COMMAND_SORT_RIGHT:
		overview_sort(ui, 1);
		break;
	case COMMAND_SORT_LEFT:
		overview_sort(ui, -1);
		break;
	case COMMAND_SORT_TURN:
		ui->rows.is_turned = !ui->rows.is_turned;
		break;
	case COMMAND_ASK:
		overview_ask_again(ui);
		break;
	case COMMAND_MONITOR:
		act_key(ui, &actions[ACTION_MONITOR]);
		break;
	case COMMAND_ESCAPE:
		overview_escape(ui);
		break;
	case COMMAND_CANCEL:
		overview_cancel(ui);
		break;
	default:
		break;
	}
}

/* Mouse: a click chooses a row, the wheel scrolls what it is over. */
void
overview_press(struct ui *ui, const struct input_event *event)
{
	const struct rect *r = &ui->layout.rows;
	int by = event->kind == INPUT_WHEEL_UP ? -1 : 1;

	if (event->kind != INPUT_PRESS) {
		if (event->y < r->y + r->height)
			rows_move(&ui->rows, by);
		else
			overview_pane(ui, by);
		return;
	}
	if (event->y >= r->y && event->y < r->y + r->height &&
	    ui->rows.top + (size_t)(event->y - r->y) < ui->rows.count)
		rows_select(&ui->rows,
		    ui->rows.top + (size_t)(event->y - r->y));
}
