#include "config.h"

#include "ui/view-monitor.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "ui/input.h"
#include "ui/state.h"

static void	monitor_open_line(struct monitor *m, const char *text);

static void
monitor_changed(void *arg)
{
	struct monitor *m = arg;

	ui_dirty(m->ui);
}

static const struct device *
monitor_device(const struct monitor *m)
{
	return registry_get(ui_app(m->ui)->registry, m->device);
}

const struct job *
monitor_job(const struct monitor *m)
{
	const struct device *d = monitor_device(m);

	return d == NULL ? NULL : jobs_get(ui_app(m->ui)->jobs, d->job);
}

/* --- The line that is typed --------------------------------------------- */

const struct monitor_eol *
monitor_eol(const struct monitor *m)
{
	static const struct monitor_eol eols[] = {
		{ "lf", "\n", "LF" },
		{ "cr", "\r", "CR" },
		{ "crlf", "\r\n", "CR LF" },
		{ "none", "", "no end" },
	};

	for (size_t i = 0; i < sizeof eols / sizeof *eols; i++) {
		if (strcmp(eols[i].name, ui_app(m->ui)->config.eol) == 0)
			return &eols[i];
	}
	return &eols[0];
}

/* What the device did not take stays in the line, and is not sent twice. */
static bool
monitor_send(const char *text, void *arg)
{
	struct monitor *m = arg;
	char *bytes = xasprintf("%s%s", text, monitor_eol(m)->bytes);
	size_t len = strlen(bytes), text_len = strlen(text), taken;

	taken = feed_write(m->feed, bytes, len);
	free(bytes);
	if (taken == len) {
		monitor_open_line(m, "");
		m->is_held = false;
		return false;
	}
	if (feed_is_open(m->feed))
		ui_note(m->ui, STYLE_BAD,
		    "not sent: the device does not read");
	else
		ui_note(m->ui, STYLE_BAD, "not sent: %s", feed_state(m->feed));
	monitor_open_line(m, text + (taken < text_len ? taken : text_len));
	return false;		/* it stays open */
}

static const struct prompt_events monitor_line_events = {
	.accepted = monitor_send,
};

/* text may be the line's own. */
static void
monitor_open_line(struct monitor *m, const char *text)
{
	char copy[PROMPT_MAX];

	text_copy(copy, sizeof copy, text);
	prompt_open(&m->line, ">", copy, &monitor_line_events, m);
}

/* Several lines become one, with a space between; ends are cut off. */
static void
monitor_paste(void *view, const char *text, size_t len)
{
	struct monitor *m = view;
	struct buf line = { 0 };

	if (m->is_reading || m->in_menu) {
		ui_note(m->ui, STYLE_WARN,
		    "pasted text was dropped: Tab leads to the line");
		return;
	}
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n')
			continue;
		buf_put_u8(&line, text[i] == '\n' || text[i] == '\r' ||
		    text[i] == '\t' ? ' ' : (uint8_t)text[i]);
	}
	if (!prompt_paste(&m->line, (const char *)line.data, line.len))
		ui_note(m->ui, STYLE_WARN, "pasted text was cut: a line has at "
		    "most %d bytes", PROMPT_MAX - 1);
	buf_fini(&line);
}

/* --- The log -------------------------------------------------------------- */

/* The line behind the last one that is shown where the oldest is the first. */
static uint64_t
monitor_first_bottom(const struct monitor *m)
{
	const struct session *session = feed_session(m->feed);
	uint64_t bottom = session_first(session) + (uint64_t)m->page;

	return bottom < session_end(session) ? bottom : session_end(session);
}

/* A page is filled before the log is held, also where it was held and lines
 * were dropped. */
uint64_t
monitor_bottom(const struct monitor *m)
{
	uint64_t first = monitor_first_bottom(m);

	if (!m->is_held)
		return session_end(feed_session(m->feed));
	return m->bottom > first ? m->bottom : first;
}

static void
monitor_move(struct monitor *m, int64_t by)
{
	uint64_t first = monitor_first_bottom(m), bottom = monitor_bottom(m);
	uint64_t end = session_end(feed_session(m->feed));
	uint64_t room = by < 0 ? bottom - first : end - bottom;
	uint64_t way = (uint64_t)(by < 0 ? -by : by);

	if (way > room)
		way = room;
	m->bottom = by < 0 ? bottom - way : bottom + way;
	m->is_held = by < 0 || m->bottom < end;
}

static void
monitor_wheel(void *view, int by)
{
	monitor_move(view, 3 * by);
}

/* --- Commands ------------------------------------------------------------- */

static void
monitor_cancel(struct monitor *m)
{
	const struct job *job = monitor_job(m);

	if (job != NULL)
		jobs_cancel(ui_app(m->ui)->jobs, job->number);
	else
		ui_back(m->ui);
}

static void
monitor_escape(struct monitor *m)
{
	if (m->shows_info)
		m->shows_info = false;
	else
		ui_show_table(m->ui);
}

static void
monitor_send_prefix(struct monitor *m)
{
	const uint8_t prefix = INPUT_CTRL('t');

	if (feed_write(m->feed, &prefix, 1) == 0)
		ui_note(m->ui, STYLE_BAD, "not sent: %s", feed_state(m->feed));
}

static void
monitor_scroll_info(struct monitor *m, int by)
{
	if (m->shows_info)
		m->ui->info_top += by;
}

static void
monitor_log_command(struct monitor *m, enum command command)
{
	switch (command) {
	case COMMAND_UP:
		monitor_move(m, -1);
		break;
	case COMMAND_DOWN:
		monitor_move(m, 1);
		break;
	case COMMAND_FIRST:
		monitor_move(m, INT32_MIN);
		break;
	case COMMAND_LAST:
		monitor_move(m, INT32_MAX);
		break;
	case COMMAND_PANE_UP:
		monitor_scroll_info(m, -1);
		break;
	case COMMAND_PANE_DOWN:
		monitor_scroll_info(m, 1);
		break;
	default:
		break;
	}
}

static enum keymap_context
monitor_context(const void *view)
{
	const struct monitor *m = view;

	if (m->in_menu)
		return KEYMAP_MENU;
	return m->is_reading ? KEYMAP_LOG : KEYMAP_TYPE;
}

static void
monitor_command(void *view, enum command command)
{
	struct monitor *m = view;
	bool was_menu = m->in_menu;

	m->in_menu = command == COMMAND_MENU;
	switch (command) {
	case COMMAND_MENU:
	case COMMAND_NO:
		break;
	case COMMAND_SEND_PREFIX:
		monitor_send_prefix(m);
		break;
	case COMMAND_FOCUS:
		m->is_reading = !m->is_reading;
		break;
	case COMMAND_PAGE_UP:
		m->is_reading = true;
		monitor_move(m, -(int64_t)m->page);
		break;
	case COMMAND_PAGE_DOWN:
		monitor_move(m, m->page);
		break;
	case COMMAND_CANCEL:
		monitor_cancel(m);
		break;
	case COMMAND_ESCAPE:
		if (was_menu)
			ui_show_table(m->ui);
		else
			monitor_escape(m);
		break;
	default:
		if (m->is_reading)
			monitor_log_command(m, command);
		else
			prompt_command(&m->line, command);
		break;
	}
}

/* Device keys act on this device, whatever is tagged in the table. */
static void
monitor_menu_key(struct monitor *m, int key)
{
	const struct action *action = keymap_action(KEYMAP_MENU, key);
	char name[16];

	m->in_menu = false;
	if (action == NULL) {
		ui_note(m->ui, STYLE_WARN, "Ctrl-t %s does nothing: F1 is help",
		    keymap_key_name(key, name, sizeof name));
		return;
	}
	if (action->id == ACTION_INFO) {
		m->shows_info = !m->shows_info;
		m->ui->info_top = 0;
		if (m->shows_info)
			probe_details(ui_app(m->ui)->probe, m->device);
	} else if (action->id != ACTION_MONITOR)
		ui_act_on(m->ui, action, m->device);
}

static void
monitor_key(void *view, int key)
{
	struct monitor *m = view;

	if (m->in_menu)
		monitor_menu_key(m, key);
	else if (!m->is_reading)
		prompt_key(&m->line, key);
}

/* --- The last line -------------------------------------------------------- */

static size_t
monitor_menu_hints(struct monitor *m, struct view_hint *hints, size_t max)
{
	const struct device *d = monitor_device(m);
	size_t n = 0;

	for (size_t i = 0; i < ACTION_COUNT; i++) {
		const char key[] = { actions[i].key, '\0' };

		if (actions[i].id != ACTION_MONITOR && d != NULL &&
		    action_applies(&actions[i], d))
			n = hint_add(hints, n, max, key, actions[i].short_name);
	}
	n = hint_add(hints, n, max, "q", "table");
	n = hint_add(hints, n, max, "Ctrl-t", "send it");
	return hint_add(hints, n, max, "Esc", "close menu");
}

static size_t
monitor_hints(void *view, struct view_hint *hints, size_t max)
{
	struct monitor *m = view;
	size_t n = 0;

	if (m->in_menu)
		return monitor_menu_hints(m, hints, max);
	n = hint_add(hints, n, max, m->is_reading ? "LOG" : "TYPE", "");
	n = hint_add(hints, n, max, "Tab", m->is_reading ? "type" : "log");
	n = hint_add(hints, n, max, "Ctrl-t", "menu");
	n = hint_add(hints, n, max, "Ctrl-]", ui_back_quits(m->ui) ? "quit" :
	    "back");
	if (monitor_job(m) != NULL)
		n = hint_add(hints, n, max, "Ctrl-c", "cancel");
	if (m->is_reading) {
		if (m->is_held)
			n = hint_add(hints, n, max, "G", "follow");
		n = hint_add(hints, n, max, "Esc", m->shows_info ?
		    "close info" : "table");
		n = hint_add(hints, n, max, "j k", "move");
		return n;
	}
	return hint_add(hints, n, max, "PgUp", "hold");
}

/* --- Opening and closing -------------------------------------------------- */

static void *
monitor_open(struct ui *ui, uint32_t device)
{
	struct monitor *m = xcalloc(1, sizeof *m);

	m->ui = ui;
	m->device = device;
	m->feed = feed_watch(ui_app(ui)->feeds, device, monitor_changed, m);
	monitor_open_line(m, "");
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
	.context = monitor_context,
	.open = monitor_open,
	.close = monitor_close,
	.draw = monitor_draw,
	.command = monitor_command,
	.key = monitor_key,
	.paste = monitor_paste,
	.wheel = monitor_wheel,
	.hints = monitor_hints,
};

const struct view_ops *const ui_monitor = &monitor_ops;
