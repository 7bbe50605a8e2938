/*
 * The detail pane: what is known of the selected device, in short as words that
 * flow, or one fact a line.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/module-text.h"
#include "ui/state.h"

#define FACTS_MAX	64
#define LABEL_WIDTH	14
#define FLOW_GAP	3

struct fact {
	const char	*label;		/* "": a sentence of its own */
	char		 value[ERROR_TEXT_MAX];
	char		 brief[64];	/* for the short form; "": value */
	enum style	 style;
	bool		 is_long;	/* only in the full form */
};

struct facts {
	struct fact	items[FACTS_MAX];
	size_t		count;
};

static struct fact *
facts_add(struct facts *facts, const char *label)
{
	struct fact *fact = &facts->items[facts->count];

	if (facts->count + 1 < FACTS_MAX)
		facts->count++;
	*fact = (struct fact){ .label = label, .style = STYLE_TEXT };
	return fact;
}

static void
facts_text(struct facts *facts, const char *label, const char *value)
{
	if (value[0] != '\0')
		text_copy(facts_add(facts, label)->value,
		    sizeof ((struct fact *)0)->value, value);
}

static void
facts_long(struct facts *facts, const char *label, const char *value)
{
	size_t before = facts->count;

	facts_text(facts, label, value);
	if (facts->count > before)
		facts->items[before].is_long = true;
}

static const char *
detail_speed(enum bus_speed speed)
{
	static const char *const names[] = {
		[BUS_SPEED_UNKNOWN] = "",
		[BUS_SPEED_LOW] = " low speed",
		[BUS_SPEED_FULL] = " full speed",
		[BUS_SPEED_HIGH] = " high speed",
		[BUS_SPEED_SUPER] = " super speed",
	};

	return (unsigned)speed < sizeof names / sizeof names[0] ?
	    names[speed] : "";
}

/* In short a line; in the full form with the command to type. */
static void
facts_mend(struct facts *facts, const struct ui *ui, const struct device *d)
{
	if (d->mode != DEVICE_NO_PERMISSION)
		return;
	facts_text(facts, "", ui->mend.brief);
	facts_long(facts, "by hand", ui->mend.command);
}

/* What is wrong, and the way out, go first. */
static void
facts_problem(struct facts *facts, const struct ui *ui, const struct device *d)
{
	const struct row_mark *result = rows_result(&ui->rows, d->number);

	/* Where the way is barred, that is what an action says, too. */
	if (result != NULL && !result->result_ok &&
	    strcmp(result->result, d->problem) != 0) {
		facts_text(facts, "", result->result);
		facts->items[facts->count - 1].style = STYLE_BAD;
	}
	if (d->problem[0] != '\0') {
		facts_text(facts, "", d->problem);
		facts->items[facts->count - 1].style = STYLE_BAD;
	}
	facts_mend(facts, ui, d);
	if (d->mode_reason[0] != '\0') {
		facts_text(facts, "", d->mode_reason);
		facts->items[facts->count - 1].style = theme_mode_style(d);
	}
}

static void
facts_identity(struct facts *facts, const struct device *d)
{
	struct fact *f = facts_add(facts, "platform");

	snprintf(f->value, sizeof f->value, "%s (%u)",
	    platform_shown_name(d->platform, d->usb.product),
	    d->platform->id);
	f = facts_add(facts, "mode");
	snprintf(f->value, sizeof f->value, "%s", theme_mode_word(d->mode));
	f->style = theme_mode_style(d);
	f->is_long = true;
	facts_long(facts, "device id", d->id);
	facts_long(facts, "nickname", d->nickname);
	facts_text(facts, "Device OS", d->system_version);
	facts_text(facts, "serial", d->manufacturing_serial);
	if (device_protection_name(d->protection) != NULL) {
		f = facts_add(facts, "protection");
		snprintf(f->value, sizeof f->value, "%s",
		    device_protection_name(d->protection));
	}
	facts_text(facts, "cloud", d->cloud);
}

static void
facts_usb(struct facts *facts, const struct device *d)
{
	struct fact *f = facts_add(facts, "usb");

	snprintf(f->value, sizeof f->value, "%s%s %u mA", d->usb.path,
	    detail_speed(d->usb.speed), d->usb.max_power_ma);
	f = facts_add(facts, "usb id");
	snprintf(f->value, sizeof f->value,
	    "%04x:%04x release %x.%02x, bus %u address %u", d->usb.vid,
	    d->usb.pid, d->usb.release >> 8, d->usb.release & 0xff, d->usb.bus,
	    d->usb.address);
	f->is_long = true;
	facts_text(facts, "tty", d->usb.tty);
	facts_long(facts, "product", d->usb.product);
	facts_long(facts, "maker", d->usb.manufacturer);
	if (strcmp(d->usb.serial, d->id) != 0)
		facts_long(facts, "usb serial", d->usb.serial);
	f = facts_add(facts, "access");
	snprintf(f->value, sizeof f->value, "usb %s%s%s",
	    d->usb.usb_access ? "yes" : "no",
	    d->usb.tty[0] == '\0' ? "" : ", tty ",
	    d->usb.tty[0] == '\0' ? "" : d->usb.tty_access ? "yes" : "no");
	f->is_long = true;
}

static void
facts_module(struct facts *facts, const struct module_text *m)
{
	struct fact *f = facts_add(facts, "module");
	size_t used;

	if (!m->is_good)
		f->style = STYLE_BAD;
	snprintf(f->value, sizeof f->value, "%s %" PRIu32 " %s%s", m->name,
	    m->version, m->is_good ? "ok" : "fails: ", m->failed);
	used = strlen(f->value);
	if (m->needs[0] != '\0')
		snprintf(f->value + used, sizeof f->value - used,
		    ", needs %s", m->needs);
	used = strlen(f->value);
	if (!m->is_main)
		snprintf(f->value + used, sizeof f->value - used, " (%s)",
		    m->store);
	f->is_long = !m->is_main;
	/* What is wrong with it stands there as the reason of safe mode. */
	snprintf(f->brief, sizeof f->brief, "%s %" PRIu32 " %s", m->name,
	    m->version, m->is_good ? "ok" : "fails");
}

static void
facts_modules(struct facts *facts, const struct device *d)
{
	struct module_text m;

	for (size_t i = 0; i < module_text_count(d); i++) {
		if (module_text_get(d, i, &m) && !m.is_empty)
			facts_module(facts, &m);
	}
}

static void
facts_time(struct facts *facts, const struct ui *ui, const struct device *d)
{
	uint64_t now = loop_now_us(ui->app->loop);
	uint64_t minutes = now > d->since_us ?
	    (now - d->since_us) / LOOP_S(60) : 0;
	struct fact *f;

	f = facts_add(facts, "here for");
	if (minutes < 1)
		snprintf(f->value, sizeof f->value, "less than a minute");
	else
		snprintf(f->value, sizeof f->value, "%" PRIu64 " min", minutes);
	f->is_long = true;
	if (d->departures > 0) {
		f = facts_add(facts, "left the bus");
		snprintf(f->value, sizeof f->value, "%u time%s", d->departures,
		    d->departures == 1 ? "" : "s");
		f->is_long = true;
	}
}

static void
facts_build(struct facts *facts, const struct ui *ui, const struct device *d)
{
	facts->count = 0;
	facts_problem(facts, ui, d);
	facts_identity(facts, d);
	facts_usb(facts, d);
	facts_modules(facts, d);
	facts_time(facts, ui, d);
}

/* --- Drawing ------------------------------------------------------------ */

static int
fact_lines(const struct fact *fact, int width)
{
	int x = fact->label[0] == '\0' ? 2 : 2 + LABEL_WIDTH;
	int lines = draw_wrapped_lines(width - x - 1, fact->value);

	return lines < 1 ? 1 : lines;
}

int
detail_lines(struct ui *ui, uint32_t device, int width)
{
	const struct device *d = registry_get(ui->app->registry, device);
	struct facts facts;
	int lines = 0;

	if (d == NULL)
		return 1;
	facts_build(&facts, ui, d);
	for (size_t i = 0; i < facts.count; i++)
		lines += fact_lines(&facts.items[i], width);
	return lines;
}

static void
detail_draw_full(struct ui *ui, uint32_t device, const struct draw *d,
    const struct facts *facts)
{
	int total = detail_lines(ui, device, d->r.width), y;
	const char *label = "";

	if (ui->info_top > total - d->r.height)
		ui->info_top = total - d->r.height;
	if (ui->info_top < 0)
		ui->info_top = 0;
	y = -ui->info_top;
	for (size_t i = 0; i < facts->count && y < d->r.height; i++) {
		const struct fact *f = &facts->items[i];
		int x = f->label[0] == '\0' ? 2 : 2 + LABEL_WIDTH;
		struct draw text = *d;

		text.r.width--;
		if (strcmp(label, f->label) != 0)
			draw_text(d, 2, y, LABEL_WIDTH - 1, STYLE_DIM,
			    f->label);
		label = f->label;
		/* A fact that begins above the edge is drawn from there. */
		draw_wrapped(&text, x, y, fact_lines(f, d->r.width), f->style,
		    f->value);
		y += fact_lines(f, d->r.width);
	}
	if (total - ui->info_top > d->r.height)
		draw_right(d, d->r.height - 1, STYLE_KEY, " J more ");
}

static void
detail_draw_flow(const struct draw *d, const struct facts *facts)
{
	const char *label = "";
	int x = 2, y = 0;

	for (size_t i = 0; i < facts->count && y < d->r.height; i++) {
		const struct fact *f = &facts->items[i];
		const char *value = f->brief[0] != '\0' ? f->brief : f->value;
		bool same = strcmp(label, f->label) == 0;
		int label_width = same || f->label[0] == '\0' ? 0 :
		    draw_width(f->label) + 1;

		if (f->is_long)
			continue;
		if (f->label[0] == '\0') {
			y += draw_wrapped(d, x, y, 2, f->style, f->value);
			continue;
		}
		if (x > 2 && x + label_width + draw_width(value) >
		    d->r.width - 1) {
			x = 2;
			y++;
			label_width = draw_width(f->label) + 1;
			same = false;
		}
		if (!same)
			draw_put(d, x, y, STYLE_DIM, f->label);
		x = draw_put(d, x + label_width, y, f->style, value) +
		    FLOW_GAP;
		label = f->label;
	}
}

void
detail_draw(struct ui *ui, uint32_t number, const struct draw *d, bool all)
{
	const struct device *device = registry_get(ui->app->registry, number);
	struct rect below = { .y = 1, .width = d->r.width,
	    .height = d->r.height - 1 };
	struct draw body;
	struct facts facts;

	if (d->r.height < 2)
		return;
	body = draw_in(d, &below);
	if (device == NULL) {
		draw_rule(d, 0, NULL, STYLE_DIM);
		device = registry_get(ui->app->registry, ui->rows.selected);
		if (device != NULL && ui->rows.count > 0)
			draw_printf(&body, 2, 0, STYLE_DIM, "%s is not there: "
			    "choose a device with j or k.",
			    device_label(device));
		return;
	}
	draw_rule(d, 0, device_label(device), STYLE_STRONG);
	facts_build(&facts, ui, device);
	if (all)
		detail_draw_full(ui, number, &body, &facts);
	else
		detail_draw_flow(&body, &facts);
}
