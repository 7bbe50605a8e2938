/*
 * The serial monitor of one device: its lines, and a line to type.
 *
 * The focus is TYPE (letters go into the line, Enter sends it) or LOG (keys
 * move; nothing reaches the device). Moving up holds the log: it stays where it
 * is while lines go on arriving, and says how many are new.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "action/feed.h"
#include "app.h"
#include "base/mem.h"
#include "base/text.h"
#include "ui/input.h"
#include "ui/prompt.h"
#include "ui/view.h"

#define TIME_WIDTH	12	/* "12:41:03.112" */

struct monitor {
	struct ui	*ui;
	uint32_t	 device;
	struct feed	*feed;
	struct prompt	 line;
	bool		 is_reading;	/* focus LOG */
	bool		 in_menu;	/* Ctrl-t was pressed */
	bool		 is_held;
	uint64_t	 bottom;	/* held: the line behind the last shown */
	int		 page;		/* lines of the last draw */
};

static void	monitor_open_line(struct monitor *m);

static void
monitor_changed(void *arg)
{
	struct monitor *m = arg;

	ui_dirty(m->ui);
}

/* --- The line that is typed --------------------------------------------- */

static const char *
monitor_eol(const struct monitor *m)
{
	static const struct {
		const char *name, *bytes;
	} eols[] = {
		{ "lf", "\n" }, { "cr", "\r" }, { "crlf", "\r\n" },
		{ "none", "" },
	};
	const char *eol = ui_app(m->ui)->config.eol;

	for (size_t i = 0; i < sizeof eols / sizeof *eols; i++) {
		if (strcmp(eols[i].name, eol) == 0)
			return eols[i].bytes;
	}
	return "\n";
}

static bool
monitor_send(const char *text, void *arg)
{
	struct monitor *m = arg;
	char *bytes = xasprintf("%s%s", text, monitor_eol(m));
	size_t len = strlen(bytes), taken;

	taken = feed_write(m->feed, bytes, len);
	free(bytes);
	if (taken < len) {
		ui_note(m->ui, STYLE_BAD, "%s: not sent: %s",
		    feed_is_open(m->feed) ? "the device does not read" :
		    "the port is not open", feed_state(m->feed));
		return false;
	}
	monitor_open_line(m);
	return false;		/* the line stays open, empty */
}

static const struct prompt_events monitor_line_events = {
	.accepted = monitor_send,
};

static void
monitor_open_line(struct monitor *m)
{
	prompt_open(&m->line, "> ", "", &monitor_line_events, m);
}

/* --- Moving -------------------------------------------------------------- */

static void
monitor_move(struct monitor *m, int64_t by)
{
	const struct session *session = feed_session(m->feed);
	uint64_t first = session_first(session), end = session_end(session);
	uint64_t top = first + (uint64_t)(m->page > 0 ? m->page : 1);
	uint64_t bottom = m->is_held ? m->bottom : end;

	if (by < 0 && bottom > top)
		bottom -= bottom - top < (uint64_t)-by ? bottom - top :
		    (uint64_t)-by;
	else if (by > 0)
		bottom = end - bottom < (uint64_t)by ? end : bottom +
		    (uint64_t)by;
	m->bottom = bottom;
	m->is_held = bottom < end;
	ui_dirty(m->ui);
}

static void
monitor_command(void *view, enum command command)
{
	struct monitor *m = view;

	switch (command) {
	case COMMAND_UP:
		monitor_move(m, -1);
		break;
	case COMMAND_DOWN:
		monitor_move(m, 1);
		break;
	case COMMAND_PAGE_UP:
		m->is_reading = true;
		monitor_move(m, -(int64_t)m->page);
		break;
	case COMMAND_PAGE_DOWN:
		monitor_move(m, m->page);
		break;
	case COMMAND_FIRST:
		monitor_move(m, INT32_MIN);
		break;
	case COMMAND_LAST:
		monitor_move(m, INT32_MAX);
		break;
	case COMMAND_FOCUS:
		m->is_reading = !m->is_reading;
		ui_dirty(m->ui);
		break;
	case COMMAND_MENU:
		m->in_menu = true;
		ui_dirty(m->ui);
		break;
	case COMMAND_ESCAPE:
	case COMMAND_BACK:
		ui_back(m->ui);
		break;
	default:
		break;
	}
}

/* --- Keys ---------------------------------------------------------------- */

static void
monitor_menu_key(struct monitor *m, int key)
{
	const struct action *action = key > 0 && key < 0x7f ?
	    action_by_key((char)key) : NULL;
	uint8_t prefix = INPUT_CTRL('t');

	m->in_menu = false;
	ui_dirty(m->ui);
	if (key == prefix)
		feed_write(m->feed, &prefix, 1);
	else if (action != NULL && action->id != ACTION_MONITOR)
		ui_act_on(m->ui, action, m->device);
	else if (key == 'q')
		ui_back(m->ui);
	else if (key != INPUT_ESC)
		ui_note(m->ui, STYLE_WARN, "Ctrl-t and this key do nothing");
}

static bool
monitor_key(void *view, int key)
{
	struct monitor *m = view;
	enum command command;

	if (m->in_menu) {
		monitor_menu_key(m, key);
		return true;
	}
	if (m->is_reading || key == INPUT_TAB || key == INPUT_CTRL('t') ||
	    key == INPUT_CTRL(']') || key == INPUT_CTRL('c') ||
	    key == INPUT_CTRL('l') || key == INPUT_CTRL('z') ||
	    key == INPUT_F1 || key == INPUT_PAGE_UP || key == INPUT_PAGE_DOWN)
		return false;
	if (key == INPUT_ESC) {
		m->is_reading = true;
		ui_dirty(m->ui);
		return true;
	}
	command = keymap_command(KEYMAP_PROMPT, key);
	if (command == COMMAND_NONE)
		prompt_key(&m->line, key);
	else
		prompt_command(&m->line, command);
	ui_dirty(m->ui);
	return true;
}

static void
monitor_paste(void *view, const char *text, size_t len)
{
	struct monitor *m = view;

	if (m->is_reading) {
		ui_note(m->ui, STYLE_WARN,
		    "pasted text dropped: Tab leads to the line");
		return;
	}
	prompt_paste(&m->line, text, len);
	ui_dirty(m->ui);
}

/* --- Drawing ------------------------------------------------------------- */

static void
monitor_draw_header(struct monitor *m, const struct draw *line)
{
	const struct app *app = ui_app(m->ui);
	const struct device *device = registry_get(app->registry, m->device);
	char right[64];
	int x = 1;

	x = draw_put(line, x, 0, STYLE_STRONG,
	    device != NULL ? device_label(device) : "?") + 3;
	x = draw_put(line, x, 0, feed_is_open(m->feed) ? STYLE_GOOD :
	    STYLE_WARN, feed_state(m->feed)) + 3;
	snprintf(right, sizeof right, "line %s   %s ", app->config.eol,
	    m->is_held ? "HELD" : "FOLLOW");
	if (x + draw_width(right) < line->r.width)
		draw_right(line, 0, STYLE_DIM, right);
}

static void
monitor_draw_line(const struct draw *line, const struct session_line *l)
{
	time_t seconds = (time_t)(l->wall_us / 1000000);
	char stamp[32], hms[16];
	struct tm tm;
	struct rect rest = { .x = TIME_WIDTH + 2,
	    .width = line->r.width - TIME_WIDTH - 2, .height = 1 };
	struct draw in;

	localtime_r(&seconds, &tm);
	strftime(hms, sizeof hms, "%H:%M:%S", &tm);
	snprintf(stamp, sizeof stamp, "%s.%03u", hms,
	    (unsigned)(l->wall_us / 1000 % 1000));
	draw_put(line, 1, 0, STYLE_DIM, stamp);
	in = draw_in(line, &rest);
	if (l->kind == SESSION_GAP)
		draw_rule(&in, 0, l->text, STYLE_WARN);
	else
		draw_put(&in, 0, 0, l->kind == SESSION_NOTE ? STYLE_DIM :
		    STYLE_TEXT, l->text);
}

static void
monitor_draw_log(struct monitor *m, const struct draw *d)
{
	const struct session *session = feed_session(m->feed);
	uint64_t first = session_first(session), end = session_end(session);
	uint64_t bottom = m->is_held ? m->bottom : end, top;
	struct session_line l;
	struct draw line;

	m->page = d->r.height;
	if (bottom < first + (uint64_t)d->r.height)
		bottom = first + (uint64_t)d->r.height;
	if (bottom > end)
		bottom = end;
	top = bottom - first > (uint64_t)d->r.height ?
	    bottom - (uint64_t)d->r.height : first;
	for (uint64_t n = top; n < bottom; n++) {
		l = session_get(session, n);
		line = draw_line(d, (int)(n - top));
		monitor_draw_line(&line, &l);
	}
}

static void
monitor_draw(void *view, const struct draw *screen)
{
	struct monitor *m = view;
	uint64_t end = session_end(feed_session(m->feed));
	int height = screen->r.height;
	struct rect log = { .y = 1, .width = screen->r.width,
	    .height = height > 3 ? height - 3 : 0 };
	struct draw part = draw_line(screen, 0);

	monitor_draw_header(m, &part);
	part = draw_in(screen, &log);
	monitor_draw_log(m, &part);
	if (m->is_held)
		draw_printf(screen, 1, height - 2, STYLE_WARN,
		    "%s %" PRIu64 " new", theme_sign(screen->theme, SIGN_DOWN),
		    end - m->bottom);
	part = draw_line(screen, height - 1);
	if (m->is_reading)
		draw_put(&part, 1, 0, STYLE_DIM,
		    "reading: nothing reaches the device");
	else
		prompt_draw(&m->line, &part);
}

static size_t
monitor_hint(struct view_hint *hints, size_t count, size_t max,
    const char *key, const char *text)
{
	if (count == max)
		return count;
	text_copy(hints[count].key, sizeof hints[count].key, key);
	text_copy(hints[count].text, sizeof hints[count].text, text);
	return count + 1;
}

static size_t
monitor_hints(void *view, struct view_hint *hints, size_t max)
{
	struct monitor *m = view;
	size_t n = 0;

	if (m->in_menu) {
		for (size_t i = 0; i < ACTION_COUNT; i++) {
			const char key[] = { actions[i].key, '\0' };

			if (actions[i].id != ACTION_MONITOR)
				n = monitor_hint(hints, n, max, key,
				    actions[i].short_name);
		}
		n = monitor_hint(hints, n, max, "q", "back");
		return monitor_hint(hints, n, max, "Ctrl-t", "sends itself");
	}
	n = monitor_hint(hints, n, max, m->is_reading ? "LOG" : "TYPE", "");
	n = monitor_hint(hints, n, max, "Tab", m->is_reading ? "type" : "log");
	n = monitor_hint(hints, n, max, "Ctrl-t", "menu");
	n = monitor_hint(hints, n, max, m->is_reading ? "Esc" : "Ctrl-]",
	    "back");
	n = monitor_hint(hints, n, max, "PgUp", "hold");
	if (m->is_held)
		n = monitor_hint(hints, n, max, "G", "follow");
	return monitor_hint(hints, n, max, "F1", "help");
}

/* --- Opening and closing -------------------------------------------------- */

static void *
monitor_open(struct ui *ui, uint32_t device)
{
	struct monitor *m = xcalloc(1, sizeof *m);

	m->ui = ui;
	m->device = device;
	m->feed = feed_watch(ui_app(ui)->feeds, device, monitor_changed, m);
	monitor_open_line(m);
	return m;
}

static void
monitor_close(void *view)
{
	struct monitor *m = view;

	feed_unwatch(m->feed, m);
	free(m);
}

static const struct view_ops monitor_ops = {
	.context = KEYMAP_LOG,
	.open = monitor_open,
	.close = monitor_close,
	.draw = monitor_draw,
	.key = monitor_key,
	.command = monitor_command,
	.paste = monitor_paste,
	.hints = monitor_hints,
};

const struct view_ops *const ui_monitor = &monitor_ops;
