/*
 * Doing things to devices: what a key acts on, asking first, names, and what
 * became of the jobs.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/state.h"

/* What is wrong with doing it: for the person, with the device's name. */
static void
act_refuse(struct ui *ui, const struct device *d, const struct error *err)
{
	rows_set_result(&ui->rows, d->number, false, err->text,
	    loop_now_us(ui->app->loop));
	ui_note(ui, STYLE_BAD, "%s: %s", device_label(d), err->text);
}

/* Where a key means one thing or its opposite, the mode tells which. */
static struct action_args
act_args(const struct action *action, const struct device *d)
{
	struct action_args args = { 0 };

	if ((action->options & ACTION_OPT_OFF) != 0)
		args.off = d->mode == DEVICE_LISTENING;
	/* A hung application takes no other request. */
	if ((action->options & ACTION_OPT_FORCE) != 0)
		args.force = d->mode == DEVICE_NOT_ANSWERING;
	return args;
}

static void
act_start(struct ui *ui, const struct action *action, uint32_t number)
{
	const struct device *d = registry_get(ui->app->registry, number);
	struct action_args args;
	struct error err = { 0 };

	if (d == NULL)
		return;
	args = act_args(action, d);
	if (jobs_start(ui->app->jobs, action, number, &args, 0, &err) == 0)
		act_refuse(ui, d, &err);
}

/* --- Asking first ------------------------------------------------------- */

static void
act_answered(bool yes, void *arg)
{
	struct ui *ui = arg;

	if (!yes) {
		ui_note(ui, STYLE_DIM, "nothing was done");
		return;
	}
	for (size_t i = 0; i < ui->asked_count; i++)
		act_start(ui, ui->asked_action, ui->asked[i]);
}

static void
act_ask(struct ui *ui, const struct action *action)
{
	char question[128], yes[32], mode[48];
	const struct device *d;

	snprintf(question, sizeof question, "%s %zu devices?", action->verb,
	    ui->asked_count);
	snprintf(yes, sizeof yes, "%s all %zu", action->short_name,
	    ui->asked_count);
	card_open(&ui->card, question, yes, "no", act_answered, ui);
	card_add_line(&ui->card, "%s", action->effect);
	for (size_t i = 0; i < ui->asked_count; i++) {
		d = registry_get(ui->app->registry, ui->asked[i]);
		card_add_line(&ui->card, "%s %-24s %-27s %s",
		    theme_plain_sign(&ui->theme, d->mode), device_label(d),
		    platform_shown_name(d->platform, d->usb.product),
		    devices_mode(ui, d, mode, sizeof mode));
	}
}

/* --- What a key acts on ------------------------------------------------- */

static void
act_on_tagged(struct ui *ui, const struct action *action)
{
	ui->asked_action = action;
	ui->asked_count = 0;
	/* In the order of the list. */
	for (size_t i = 0; i < registry_count(ui->app->registry); i++) {
		uint32_t number = registry_at(ui->app->registry, i)->number;

		if (rows_is_tagged(&ui->rows, number) &&
		    ui->asked_count < UI_ASKED_MAX)
			ui->asked[ui->asked_count++] = number;
	}
	if (ui->asked_count > 1 && (action->flags & ACTION_DISRUPTIVE) != 0)
		act_ask(ui, action);
	else
		act_answered(true, ui);
}

/* --- Names -------------------------------------------------------------- */

static bool
act_name_accepted(const char *text, void *arg)
{
	struct ui *ui = arg;
	const struct device *d = registry_get(ui->app->registry, ui->named);
	struct error err = { 0 };

	if (d == NULL)
		return true;
	if (names_set(ui->app->names, d->id, text, &err) != 0) {
		ui_note(ui, STYLE_BAD, "%s", err.text);
		return false;
	}
	registry_name_changed(ui->app->registry);
	ui_note(ui, STYLE_GOOD, *text == '\0' ? "%s has no name any more" :
	    "the name is %s", *text == '\0' ? d->id : text);
	return true;
}

static const struct prompt_events act_name = {
	.accepted = act_name_accepted,
};

static void
act_ask_name(struct ui *ui, const struct device *d)
{
	char label[64];

	if (d->id[0] == '\0') {
		ui_note(ui, STYLE_BAD, "%s: a device without an id can't have "
		    "a name: it would not be found again", device_label(d));
		return;
	}
	ui->named = d->number;
	snprintf(label, sizeof label, "name of %s:", d->id);
	prompt_open(&ui->prompt, label, d->nickname, &act_name, ui);
}

/* --- Doing it ----------------------------------------------------------- */

static void
act_front_end(struct ui *ui, const struct action *action,
    const struct device *d)
{
	switch (action->id) {
	case ACTION_INFO:
		ui->wants_info = !ui->wants_info;
		ui->info_top = 0;
		if (ui->wants_info)
			probe_details(ui->app->probe, d->number);
		break;
	case ACTION_NAME:
		act_ask_name(ui, d);
		break;
	case ACTION_MONITOR:
		ui_open(ui, ui_monitor, d->number);
		break;
	default:
		break;
	}
}

void
ui_act_on(struct ui *ui, const struct action *action, uint32_t device)
{
	const struct device *d = registry_get(ui->app->registry, device);
	struct error err = { 0 };

	if (d == NULL)
		return;
	if ((action->flags & ACTION_FRONT_END) == 0)
		act_start(ui, action, device);
	else if (action_check(action, d, &err) != 0)
		ui_note(ui, STYLE_BAD, "%s: %s", device_label(d), err.text);
	else
		act_front_end(ui, action, d);
	ui_dirty(ui);
}

void
act_key(struct ui *ui, const struct action *action)
{
	const struct device *d = rows_selected(&ui->rows);

	if (rows_tagged(&ui->rows) > 0 &&
	    (action->flags & ACTION_FRONT_END) == 0) {
		act_on_tagged(ui, action);
		return;
	}
	if (d != NULL)
		ui_act_on(ui, action, d->number);
	else if (ui->rows.count > 0)
		ui_note(ui, STYLE_WARN, "choose a device first: j or k");
}

uint32_t
act_selected_job(struct ui *ui)
{
	const struct device *d = rows_selected(&ui->rows);

	if (d == NULL || jobs_get(ui->app->jobs, d->job) == NULL)
		return 0;
	return d->job;
}

/* --- What became of it -------------------------------------------------- */

void
act_on_job(enum job_event event, const struct job *job, void *arg)
{
	struct ui *ui = arg;
	bool ok = job->result.code == ERROR_NONE;
	char text[ERROR_TEXT_MAX];

	ui_dirty(ui);
	if (event == JOB_STARTED)
		rows_drop_result(&ui->rows, job->device);
	if (event != JOB_ENDED)
		return;
	loop_deferred_schedule(ui->settle);
	/* Good news say by themselves what was done. */
	snprintf(text, sizeof text, "%s%s%.480s", ok ? "" : job->action->verb,
	    ok ? "" : ": ", job->result.text);
	rows_set_result(&ui->rows, job->device, ok, text,
	    loop_now_us(ui->app->loop));
	/* The rows are not in sight. */
	if (ui->view != NULL)
		ui_note(ui, ok ? STYLE_GOOD : STYLE_BAD, "%s: %s",
		    device_label(registry_get(ui->app->registry, job->device)),
		    text);
}
