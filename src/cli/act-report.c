#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/act.h"
#include "cli/report.h"

#define CLEAN_MAX	(4 * JOB_TEXT_MAX)

/* Milliseconds are what a person or a plot wants. */
static void
act_put_duration(struct json *json, uint64_t us)
{
	json_put_integer(json, "duration_ms", (int64_t)(us / 1000));
}

static struct json *
act_event(const struct act *act, const char *event, const struct act_row *row)
{
	struct json *json = cli_event(act->cli, event, act_device(act, row));

	json_put_text(json, "action", act->action->verb);
	return json;
}

/* The label, and how many blanks make it as wide as the others. */
static int
act_label(const struct act *act, const struct act_row *row,
    char out[CLI_LABEL_MAX])
{
	size_t width = text_width(cli_label(act_device(act, row), out));

	return width < act->width ? (int)(act->width - width) : 0;
}

void
act_report_start(const struct act *act, const struct act_row *row)
{
	if (act->cli->options->json)
		cli_put_json(act->cli, act_event(act, "started", row));
}

void
act_report_step(const struct act *act, const struct act_row *row,
    const struct job *job)
{
	char label[CLI_LABEL_MAX], took[32];
	struct json *json;
	int blanks;

	if (act->cli->options->json) {
		json = act_event(act, "step", row);
		json_put_bool(json, "ok", job->step_ok);
		json_put_text(json, "text", job->step);
		act_put_duration(json, job->step_us);
		cli_put_json(act->cli, json);
		return;
	}
	blanks = act_label(act, row, label);
	cli_note(act->cli, "%s%*s  %s%s (%s)", label, blanks, "",
	    job->step_ok ? "" : "failed: ", job->step,
	    text_duration(took, sizeof took, job->step_us));
}

static void
act_json_result(const struct act *act, const struct act_row *row)
{
	const struct device *d = act_device(act, row);
	struct json *json = act_event(act, "result", row);

	json_put_bool(json, "ok", row->result.code == ERROR_NONE);
	json_put_text(json, "code", error_code_name(row->result.code));
	json_put_integer(json, "exit", error_exit_status(row->result.code));
	json_put_text_or_null(json, "text", row->result.text);
	act_put_duration(json, row->took_us);
	json_put_text(json, "mode", device_mode_name(d->mode));
	json_put_text_or_null(json, "tty", d->is_present ? d->usb.tty : "");
	cli_put_json(act->cli, json);
}

/* The only device's failure is an error; beside others it is a row like
 * theirs. */
void
act_report_result(const struct act *act, const struct act_row *row)
{
	char label[CLI_LABEL_MAX], text[CLEAN_MAX];
	struct error err = row->result;
	int blanks;

	if (act->cli->options->json)
		act_json_result(act, row);
	blanks = act_label(act, row, label);
	if (err.code != ERROR_NONE && act->count == 1) {
		error_prefix(&err, "%s: %s", label, act->action->verb);
		cli_fail(&err);
		if (err.code == ERROR_PERMISSION)
			cli_print_mend(act->cli);
		return;
	}
	if (act->cli->options->json)
		return;
	printf("%s%*s  %s  %-6s  %s\n", label, blanks, "", act->action->verb,
	    err.code == ERROR_NONE ? "ok" : error_code_name(err.code),
	    text_clean(text, sizeof text, err.text, strlen(err.text)));
	cli_flush(act->cli);
}

void
act_report_sum(const struct act *act)
{
	bool is_denied = false;
	size_t bad = 0;

	if (act->count == 1)
		return;
	for (size_t i = 0; i < act->count; i++) {
		enum error_code code = act->rows[i].result.code;

		bad += code != ERROR_NONE || !act->rows[i].is_done;
		is_denied = is_denied || code == ERROR_PERMISSION;
	}
	if (is_denied)
		cli_print_mend(act->cli);
	if (bad > 0)
		cli_note(act->cli, "pterm: %s: %zu of %zu devices failed",
		    act->action->verb, bad, act->count);
}
