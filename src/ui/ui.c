#include "config.h"

#include "ui/ui.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "ui/input.h"
#include "ui/state.h"

#define FRAME_US	LOOP_MS(16)
#define SPIN_US		LOOP_MS(120)
#define HINTS_MAX	24
/* A system that does not tell within this what is attached never will. */
#define READY_S		10

/* --- Frames ------------------------------------------------------------- */

static void
ui_schedule(struct ui *ui)
{
	uint64_t now = loop_now_us(ui->app->loop);

	if (!ui->is_dirty || ui->is_ended || terminal_is_busy(ui->terminal) ||
	    loop_timer_is_set(ui->pause))
		return;
	if (ui->drawn_us == 0 || now - ui->drawn_us >= FRAME_US)
		loop_deferred_schedule(ui->draw);
	else
		loop_timer_set(ui->pause, FRAME_US - (now - ui->drawn_us));
}

void
ui_dirty(struct ui *ui)
{
	ui->is_dirty = true;
	ui_schedule(ui);
}

static void
ui_on_pause(void *arg)
{
	struct ui *ui = arg;

	loop_deferred_schedule(ui->draw);
}

static void
ui_on_spin(void *arg)
{
	struct ui *ui = arg;

	ui->spin++;
	ui_dirty(ui);
}

/* --- The last two lines ------------------------------------------------- */

size_t
hint_add(struct view_hint *hints, size_t count, size_t max, const char *key,
    const char *text)
{
	if (count >= max)
		return count;
	snprintf(hints[count].key, sizeof hints[count].key, "%s", key);
	snprintf(hints[count].text, sizeof hints[count].text, "%s", text);
	return count + 1;
}

static int
hint_width(const struct view_hint *hint)
{
	return draw_width(hint->key) + 1 + draw_width(hint->text);
}

static int
hint_draw(const struct draw *line, int x, const struct view_hint *hint)
{
	x = draw_put(line, x, 0, STYLE_KEY, hint->key);
	return draw_put(line, x + 1, 0, STYLE_DIM, hint->text);
}

/* Help and the way out are always there; of the rest what fits. */
static void
ui_draw_hints(const struct draw *line, const struct view_hint *hints, size_t n,
    const struct view_hint *always, size_t always_count)
{
	int x = 1, end = line->r.width - 1, gap = 2;

	for (size_t i = 0; i < always_count; i++)
		end -= hint_width(&always[i]) + gap;
	for (size_t i = 0; i < n && x + hint_width(&hints[i]) <= end; i++)
		x = hint_draw(line, x, &hints[i]) + gap;
	for (size_t i = 0; i < always_count; i++)
		x = hint_draw(line, x, &always[i]) + gap;
}

static void
ui_draw_keys(struct ui *ui, const struct draw *line)
{
	struct view_hint hints[HINTS_MAX], always[2];
	size_t n = 0, fixed = 0;

	if (ui->has_help) {
		n = help_hints(hints, HINTS_MAX);
	} else if (ui->card.is_open) {
		n = hint_add(hints, n, HINTS_MAX, "n", "no");
		n = hint_add(hints, n, HINTS_MAX, "y", "yes");
		n = hint_add(hints, n, HINTS_MAX, "Tab", "other answer");
		n = hint_add(hints, n, HINTS_MAX, "Enter", "take it");
	} else if (ui->view != NULL) {
		n = ui->view->hints(ui->view_state, hints, HINTS_MAX);
		fixed = hint_add(always, fixed, 2, "F1", "help");
	} else {
		n = overview_hints(ui, hints, HINTS_MAX);
		fixed = hint_add(always, fixed, 2, "?", "help");
		fixed = hint_add(always, fixed, 2, "q", "quit");
	}
	ui_draw_hints(line, hints, n, always, fixed);
}

void
ui_note(struct ui *ui, enum style style, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ui->note, sizeof ui->note, fmt, ap);
	va_end(ap);
	ui->note_style = style;
	ui_dirty(ui);
}

/* --- Drawing ------------------------------------------------------------ */

bool
ui_draw_note(const struct ui *ui, const struct draw *line)
{
	if (ui->note[0] == '\0')
		return false;
	draw_put(line, 1, 0, ui->note_style, ui->note);
	return true;
}

/* A view; what is asked lies over its lower part. */
static void
ui_draw_view(struct ui *ui, const struct draw *screen)
{
	struct rect rect = { .width = screen->r.width };
	struct draw part;

	ui->view->draw(ui->view_state, screen);
	if (!ui->card.is_open)
		return;
	rect.height = card_height(&ui->card) + 1;
	if (rect.height > screen->r.height)
		rect.height = screen->r.height;
	rect.y = screen->r.height - rect.height;
	part = draw_in(screen, &rect);
	draw_clear(&part);
	card_draw(&ui->card, &part);
	screen->cursor->is_shown = false;
}

static void
ui_draw_screen(struct ui *ui, struct draw_cursor *cursor)
{
	struct draw all = { .win = stdscr, .theme = &ui->theme,
	    .cursor = cursor, .r = { .width = COLS, .height = LINES } };
	struct draw upper = all, keys, note;
	struct rect note_line = { .y = LINES - 2, .width = COLS, .height = 1 };

	werase(stdscr);
	keys = draw_line(&all, LINES - 1);
	note = draw_in(&all, &note_line);
	upper.r.height = LINES - 1;
	if (COLS < LAYOUT_MIN_WIDTH || LINES < LAYOUT_MIN_HEIGHT) {
		overview_draw(ui, &all);
		return;
	}
	if (ui->has_help)
		help_draw(ui, &upper);
	else if (ui->view != NULL)
		ui_draw_view(ui, &upper);
	else {
		overview_draw(ui, &all);
		ui_draw_note(ui, &note);
	}
	if (ui->prompt.is_open && !ui->has_help)
		prompt_draw(&ui->prompt, &keys);
	else
		ui_draw_keys(ui, &keys);
}

/* The first device is chosen once all that were there are known; from then on
 * the choice is the person's. An empty bench begins anew. */
static void
ui_update_rows(struct ui *ui)
{
	if (registry_count(ui->app->registry) == 0)
		ui->rows.is_chosen = false;
	rows_update(&ui->rows);
	if (ui->app->is_ready && !ui->rows.is_chosen && ui->rows.count > 0)
		rows_select(&ui->rows, 0);
}

static void
ui_on_quit_answer(bool yes, void *arg)
{
	if (yes)
		ui_quit(arg);
}

/* Who wanted to quit was only asked because jobs ran. */
static void
ui_settle(void *arg)
{
	struct ui *ui = arg;

	if (ui->card.is_open && ui->card.answered == ui_on_quit_answer &&
	    jobs_running(ui->app->jobs) == 0)
		ui_quit(ui);
}

static void
ui_draw(void *arg)
{
	struct ui *ui = arg;
	struct draw_cursor cursor = { 0 };

	if (ui->is_ended || terminal_is_busy(ui->terminal))
		return;
	ui->is_dirty = false;
	ui->wants_spin = false;
	ui_update_rows(ui);
	ui_draw_screen(ui, &cursor);
	curs_set(cursor.is_shown ? 1 : 0);
	if (cursor.is_shown)
		wmove(stdscr, cursor.y, cursor.x);
	wnoutrefresh(stdscr);
	terminal_flush(ui->terminal);
	ui->drawn_us = loop_now_us(ui->app->loop);
	if (ui->wants_spin && !loop_timer_is_set(ui->spinner))
		loop_timer_set(ui->spinner, SPIN_US);
}

/* --- Keys --------------------------------------------------------------- */

void
ui_ask_to_quit(struct ui *ui)
{
	size_t running = jobs_running(ui->app->jobs);
	char question[128];

	if (running == 0) {
		ui_quit(ui);
		return;
	}
	snprintf(question, sizeof question, "Quit while %zu job%s?", running,
	    running == 1 ? " runs" : "s run");
	card_open(&ui->card, question, "quit", "stay", ui_on_quit_answer, ui);
	for (size_t i = 0; i < registry_count(ui->app->registry); i++) {
		const struct device *d = registry_at(ui->app->registry, i);
		const struct job *job = jobs_get(ui->app->jobs, d->job);

		if (job != NULL)
			card_add_line(&ui->card, "%-24s %s: would be "
			    "cancelled", device_label(d), job->action->verb);
	}
}

void
ui_quit(struct ui *ui)
{
	ui->is_ended = true;
	loop_stop(ui->app->loop);
}

/* Keys are for the view. */
static bool
ui_is_in_view(const struct ui *ui)
{
	return ui->view != NULL && !ui->has_help && !ui->card.is_open &&
	    !ui->prompt.is_open;
}

static enum keymap_context
ui_context(const struct ui *ui)
{
	if (ui->has_help)
		return KEYMAP_HELP;
	if (ui->card.is_open)
		return KEYMAP_CARD;
	if (ui->prompt.is_open)
		return KEYMAP_PROMPT;
	return ui->view != NULL ? ui->view->context(ui->view_state) :
	    KEYMAP_TABLE;
}

/* What is the same everywhere. */
static bool
ui_common_command(struct ui *ui, enum command command)
{
	switch (command) {
	case COMMAND_HELP:
		ui->has_help = true;
		ui->help_top = 0;
		return true;
	case COMMAND_REDRAW:
		terminal_forget(ui->terminal);
		return true;
	case COMMAND_SUSPEND:
		terminal_suspend(ui->terminal);
		return true;
	case COMMAND_QUIT:
		ui_ask_to_quit(ui);
		return true;
	default:
		return false;
	}
}

static void
ui_command(struct ui *ui, enum keymap_context context, enum command command)
{
	if (ui_common_command(ui, command))
		return;
	switch (context) {
	case KEYMAP_HELP:
		help_command(ui, command);
		break;
	case KEYMAP_CARD:
		card_command(&ui->card, command);
		break;
	case KEYMAP_PROMPT:
		prompt_command(&ui->prompt, command);
		break;
	case KEYMAP_TABLE:
		overview_command(ui, command);
		break;
	default:
		if (command == COMMAND_BACK)
			ui_back(ui);
		else
			ui->view->command(ui->view_state, command);
		break;
	}
}

static void
ui_on_key(struct ui *ui, int key)
{
	enum keymap_context context = ui_context(ui);
	enum command command = keymap_command(context, key);
	const struct action *action = keymap_action(context, key);

	if (command != COMMAND_NONE)
		ui_command(ui, context, command);
	else if (ui_is_in_view(ui))
		ui->view->key(ui->view_state, key);
	else if (action != NULL)
		act_key(ui, action);
	else if (context == KEYMAP_PROMPT)
		prompt_key(&ui->prompt, key);
}

static void
ui_on_paste(struct ui *ui, const struct input_event *event)
{
	enum keymap_context context = ui_context(ui);

	if (context == KEYMAP_PROMPT)
		prompt_paste(&ui->prompt, event->text, event->len);
	else if (ui_is_in_view(ui))
		ui->view->paste(ui->view_state, event->text, event->len);
	else
		ui_note(ui, STYLE_WARN, "pasted text was dropped: here it "
		    "would press keys");
}

static void
ui_on_input(const struct input_event *event, void *arg)
{
	struct ui *ui = arg;

	if (ui->is_ended)
		return;
	/* Keys mean what the screen shows: nothing is drawn between. */
	ui_update_rows(ui);
	ui->note[0] = '\0';
	if (event->kind == INPUT_KEY)
		ui_on_key(ui, event->key);
	else if (event->kind == INPUT_PASTE)
		ui_on_paste(ui, event);
	else if (ui_context(ui) == KEYMAP_TABLE)
		overview_press(ui, event);
	else if (ui_is_in_view(ui) && event->kind != INPUT_PRESS)
		ui->view->wheel(ui->view_state,
		    event->kind == INPUT_WHEEL_UP ? -1 : 1);
	ui_dirty(ui);
}

/* --- Views over the table ----------------------------------------------- */

struct app *
ui_app(struct ui *ui)
{
	return ui->app;
}

static void
ui_close_view(struct ui *ui)
{
	if (ui->view == NULL)
		return;
	ui->view->close(ui->view_state);
	ui->view = NULL;
	ui->view_state = NULL;
	ui_dirty(ui);
}

void
ui_back(struct ui *ui)
{
	if (ui->view_is_all)
		ui_ask_to_quit(ui);
	else
		ui_close_view(ui);
}

bool
ui_back_quits(const struct ui *ui)
{
	return ui->view_is_all;
}

void
ui_show_table(struct ui *ui)
{
	ui->view_is_all = false;
	ui_close_view(ui);
}

void
ui_open(struct ui *ui, const struct view_ops *ops, uint32_t device)
{
	ui_close_view(ui);
	ui->awaited = NULL;
	ui->view_is_all = false;
	ui->view_state = ops->open(ui, device);
	if (ui->view_state != NULL)
		ui->view = ops;
	ui_dirty(ui);
}

/* --- What happens ------------------------------------------------------- */

/* Looked up when a device can't be opened, and not when it is drawn. Real
 * devices alone: no rules of this machine open what the bench has locked. */
static void
ui_find_mend(struct ui *ui, const struct device *d)
{
	if (d->mode == DEVICE_NO_PERMISSION && ui->app->bench == NULL)
		mend_find(&ui->mend);
}

static void
ui_on_registry(enum registry_event event, const struct device *device,
    void *arg)
{
	struct ui *ui = arg;

	if (event == REGISTRY_REMOVED)
		rows_forget(&ui->rows, device->number);
	else if (ui->awaited != NULL &&
	    strcasecmp(ui->awaited, device->id) == 0) {
		ui->note[0] = '\0';
		ui_open(ui, ui_monitor, device->number);
		ui->view_is_all = true;
	}
	if (event != REGISTRY_REMOVED)
		ui_find_mend(ui, device);
	ui_dirty(ui);
}

/* The shared tick: ages, and what is no longer news. */
static void
ui_on_tick(void *arg)
{
	struct ui *ui = arg;

	rows_drop_old_results(&ui->rows, loop_now_us(ui->app->loop));
	ui_dirty(ui);
}

static void
ui_on_ready(void *arg)
{
	ui_dirty(arg);
}

static void
ui_on_redraw(void *arg)
{
	ui_dirty(arg);
}

static void
ui_on_drained(void *arg)
{
	ui_schedule(arg);
}

static void
ui_on_killed(int signo, void *arg)
{
	struct ui *ui = arg;

	ui->exit_status = 128 + signo;
	ui_quit(ui);
}

static const struct terminal_events ui_terminal_events = {
	.input = ui_on_input,
	.redraw = ui_on_redraw,
	.drained = ui_on_drained,
	.killed = ui_on_killed,
};

/* --- Start and end ------------------------------------------------------ */

static void
ui_start_theme(struct ui *ui)
{
	const char *term = getenv("TERM");
	struct theme_options options = {
		.color = ui->app->config.color && has_colors(),
		.unicode = ui->app->config.unicode,
		.is_linux_console = term != NULL && strcmp(term, "linux") == 0,
	};

	if (options.color) {
		start_color();
		use_default_colors();
		options.colors = COLORS;
		options.pairs = COLOR_PAIRS;
	}
	theme_init(&ui->theme, &options);
}

static void
ui_start_listening(struct ui *ui)
{
	struct app *app = ui->app;

	ui->registry_listener = registry_listen(app->registry, ui_on_registry,
	    ui);
	ui->jobs_listener = jobs_listen(app->jobs, act_on_job, ui);
	probe_watch(app->probe, ui_on_tick, ui);
	app->on_ready = ui_on_ready;
	app->on_ready_arg = ui;
}

static struct ui *
ui_new(struct app *app, struct error *err)
{
	struct ui *ui = xcalloc(1, sizeof *ui);

	ui->app = app;
	ui->terminal = terminal_open(app->loop, app->config.mouse,
	    &ui_terminal_events, ui, err);
	if (ui->terminal == NULL) {
		free(ui);
		return NULL;
	}
	ui_start_theme(ui);
	rows_init(&ui->rows, app->registry);
	ui->draw = loop_deferred_new(app->loop, ui_draw, ui);
	ui->settle = loop_deferred_new(app->loop, ui_settle, ui);
	ui->pause = loop_timer_new(app->loop, ui_on_pause, ui);
	ui->spinner = loop_timer_new(app->loop, ui_on_spin, ui);
	ui_start_listening(ui);
	return ui;
}

static void
ui_free(struct ui *ui)
{
	struct app *app = ui->app;

	ui_close_view(ui);
	app->on_ready = NULL;
	probe_watch(app->probe, NULL, NULL);
	jobs_unlisten(ui->jobs_listener);
	registry_unlisten(ui->registry_listener);
	loop_deferred_free(ui->draw);
	loop_deferred_free(ui->settle);
	loop_timer_free(ui->pause);
	loop_timer_free(ui->spinner);
	loop_timer_free(ui->deadline);
	terminal_close(ui->terminal);
	card_fini(&ui->card);
	rows_fini(&ui->rows);
	free(ui);
}

/* --- Begun for a monitor -------------------------------------------------- */

static void
ui_on_deadline(void *arg)
{
	struct ui *ui = arg;

	if (ui->awaited != NULL)
		ui->exit_status = error_exit_status(ERROR_TIMEOUT);
	ui_quit(ui);
}

static void
ui_on_late(void *arg)
{
	*(bool *)arg = true;
}

/* Before the terminal is touched: who names no device gets a sentence in the
 * shell. 0 in *device: not there yet. */
static int
ui_find_device(struct app *app, const char *text, uint32_t *device,
    struct error *err)
{
	bool is_late = false;
	struct loop_timer *timer = loop_timer_new(app->loop, ui_on_late,
	    &is_late);
	const struct device *d;

	loop_timer_set(timer, LOOP_S(READY_S));
	while (!app->is_ready && !is_late)
		loop_turn(app->loop, UINT64_MAX);
	loop_timer_free(timer);
	d = registry_find(app->registry, text, err);
	if (d == NULL && !(err->code == ERROR_NO_DEVICE && text != NULL &&
	    registry_is_id(text)))
		return -1;
	*device = d != NULL ? d->number : 0;
	return 0;
}

static void
ui_begin_monitor(struct ui *ui, const struct ui_options *options,
    uint32_t device)
{
	if (options->timeout_us != 0) {
		ui->deadline = loop_timer_new(ui->app->loop, ui_on_deadline,
		    ui);
		loop_timer_set(ui->deadline, options->timeout_us);
	}
	if (device != 0) {
		ui_open(ui, ui_monitor, device);
		ui->view_is_all = true;
		return;
	}
	ui->awaited = options->device;
	ui_note(ui, STYLE_WARN, "waits for %s, which is not attached",
	    options->device);
}

static int
ui_fail(const struct error *err)
{
	fprintf(stderr, "pterm: %s\n", err->text);
	return error_exit_status(err->code);
}

int
ui_run(struct app *app, const struct ui_options *options)
{
	struct error err = { 0 };
	uint32_t device = 0;
	const char *awaited;
	struct ui *ui;
	int status;

	if (app_start(app, &err) != 0 || (options->monitor &&
	    ui_find_device(app, options->device, &device, &err) != 0))
		return ui_fail(&err);
	ui = ui_new(app, &err);
	if (ui == NULL)
		return ui_fail(&err);
	if (options->monitor)
		ui_begin_monitor(ui, options, device);
	ui_dirty(ui);
	loop_run(app->loop);
	status = ui->exit_status;
	awaited = ui->awaited;
	ui_free(ui);
	if (awaited != NULL && status == error_exit_status(ERROR_TIMEOUT))
		fprintf(stderr, "pterm: %s was not attached in time\n",
		    awaited);
	return status;
}
