#include "config.h"

#include "ui/view-monitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ui/state.h"

#define TIME_WIDTH	12	/* "12:41:03.112" */
#define GAP		3
#define LOG_MIN		3	/* lines that the info leaves */

/* --- The header ----------------------------------------------------------- */

/* "812 B", "4.1 kB": what was received. */
static void
monitor_count(char *out, size_t size, uint64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double value = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000) {
		snprintf(out, size, "%" PRIu64 " B", bytes);
		return;
	}
	while (value >= 999.95 && unit + 1 < sizeof units / sizeof *units) {
		value /= 1000;
		unit++;
	}
	snprintf(out, size, "%.1f %s", value, units[unit]);
}

/* From the right: what may go first stands leftmost. Returns its x. */
static int
monitor_draw_flags(const struct monitor *m, const struct draw *line)
{
	bool is_open = feed_is_open(m->feed);
	const char *follow = m->is_held ? "HELD" : "FOLLOW";
	char eol[24];
	int x = line->r.width - 1 - draw_width(follow);

	draw_put(line, x, 0, m->is_held ? STYLE_WARN : STYLE_GOOD, follow);
	if (line->r.width < 72)
		return x;
	/* A feed raises it when it opens. */
	x -= GAP + 3;
	draw_put(line, x, 0, is_open ? STYLE_TEXT : STYLE_DIM,
	    is_open ? "DTR" : "dtr");
	snprintf(eol, sizeof eol, "line %s", monitor_eol(m)->shown);
	x -= GAP + draw_width(eol);
	draw_put(line, x, 0, STYLE_DIM, eol);
	return x;
}

static void
monitor_draw_header(const struct monitor *m, const struct draw *line)
{
	const struct device *d = registry_get(ui_app(m->ui)->registry,
	    m->device);
	struct rect left = { .width = monitor_draw_flags(m, line) - GAP,
	    .height = 1 };
	struct draw part = draw_in(line, &left);
	char text[32];
	int x = 1;

	if (d == NULL)
		return;
	x = draw_put(&part, x, 0, theme_mode_style(d),
	    theme_mode_sign(line->theme, d, m->ui->spin)) + 1;
	if (d->mode == DEVICE_SWITCHING)
		m->ui->wants_spin = true;
	x = draw_put(&part, x, 0, STYLE_STRONG, device_label(d)) + GAP;
	x = draw_put(&part, x, 0, feed_is_open(m->feed) ? STYLE_GOOD :
	    STYLE_WARN, feed_state(m->feed)) + GAP;
	if (feed_boot(m->feed) > 1) {
		snprintf(text, sizeof text, "boot %u", feed_boot(m->feed));
		x = draw_put(&part, x, 0, STYLE_TEXT, text) + GAP;
	}
	monitor_count(text, sizeof text,
	    session_byte_count(feed_session(m->feed)));
	if (x + draw_width(text) < part.r.width)
		draw_put(&part, x, 0, STYLE_DIM, text);
}

/* --- The log -------------------------------------------------------------- */

static void
monitor_draw_time(const struct draw *line, uint64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / 1000000);
	char hms[16], stamp[32];
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL ||
	    strftime(hms, sizeof hms, "%H:%M:%S", &tm) == 0)
		return;
	snprintf(stamp, sizeof stamp, "%s.%03u", hms,
	    (unsigned)(wall_us / 1000 % 1000));
	draw_put(line, 1, 0, STYLE_DIM, stamp);
}

static void
monitor_draw_line(const struct draw *line, const struct session_line *l)
{
	struct rect rest = { .x = TIME_WIDTH + 2,
	    .width = line->r.width - TIME_WIDTH - 2, .height = 1 };
	struct draw text = draw_in(line, &rest);

	monitor_draw_time(line, l->wall_us);
	if (l->kind == SESSION_GAP)
		draw_rule(&text, 0, l->text, STYLE_WARN);
	else
		draw_put(&text, 0, 0, l->kind == SESSION_NOTE ? STYLE_DIM :
		    STYLE_TEXT, l->text);
}

static void
monitor_draw_log(struct monitor *m, const struct draw *d)
{
	const struct session *session = feed_session(m->feed);
	uint64_t first = session_first(session), bottom, top;
	uint64_t height = (uint64_t)d->r.height;
	struct session_line l;
	struct draw line;

	m->page = d->r.height;
	bottom = monitor_bottom(m);
	top = bottom - first > height ? bottom - height : first;
	for (uint64_t n = top; n < bottom; n++) {
		l = session_get(session, n);
		line = draw_line(d, (int)(n - top));
		monitor_draw_line(&line, &l);
	}
}

/* --- Below it ------------------------------------------------------------- */

/* What matters most just now: a sentence of pterm, that a key is waited for,
 * what is being done to the device, what is new, or why nothing comes. */
static void
monitor_draw_status(const struct monitor *m, const struct draw *line)
{
	uint64_t end = session_end(feed_session(m->feed));
	uint64_t bottom = monitor_bottom(m);
	const struct job *job = monitor_job(m);

	if (ui_draw_note(m->ui, line))
		return;
	if (m->in_menu)
		draw_put(line, 1, 0, STYLE_KEY,
		    "Ctrl-t: now a key for the device, or Esc");
	else if (job != NULL)
		draw_printf(line, 1, 0, STYLE_WARN, "%s: %s", job->action->verb,
		    job->doing);
	else if (end > bottom)
		draw_printf(line, 1, 0, STYLE_WARN, "%s %" PRIu64 " new",
		    theme_sign(line->theme, SIGN_DOWN), end - bottom);
	else if (!feed_is_open(m->feed))
		draw_rule(line, 0, feed_state(m->feed), STYLE_WARN);
}

static void
monitor_draw_input(struct monitor *m, const struct draw *line)
{
	if (m->is_reading)
		draw_put(line, 1, 0, STYLE_DIM,
		    "reading the log: nothing reaches the device");
	else
		prompt_draw(&m->line, line);
}

/* Returns how many lines it takes. */
static int
monitor_draw_info(struct monitor *m, const struct draw *d)
{
	struct rect rect = { .width = d->r.width };
	struct draw part;

	rect.height = 1 + detail_lines(m->ui, m->device, d->r.width);
	if (rect.height > d->r.height - LOG_MIN)
		rect.height = d->r.height - LOG_MIN;
	if (rect.height < 2)
		return 0;
	part = draw_in(d, &rect);
	detail_draw(m->ui, m->device, &part, true);
	part = draw_line(d, rect.height);
	draw_rule(&part, 0, NULL, STYLE_DIM);
	return rect.height + 1;
}

void
monitor_draw(void *view, const struct draw *screen)
{
	struct monitor *m = view;
	int height = screen->r.height, taken;
	struct rect log = { .y = 1, .width = screen->r.width,
	    .height = height > 3 ? height - 3 : 0 };
	struct draw part = draw_line(screen, 0);

	monitor_draw_header(m, &part);
	if (m->shows_info) {
		part = draw_in(screen, &log);
		taken = monitor_draw_info(m, &part);
		log.y += taken;
		log.height -= taken;
	}
	part = draw_in(screen, &log);
	monitor_draw_log(m, &part);
	part = draw_line(screen, height - 2);
	monitor_draw_status(m, &part);
	part = draw_line(screen, height - 1);
	monitor_draw_input(m, &part);
}
