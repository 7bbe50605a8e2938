#include "config.h"

#include "virtual/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "virtual/device-parts.h"
#include "virtual/inside.h"
#include "virtual/replay-file.h"

/* A device that has not answered after so long does not. */
#define ANSWER_US	LOOP_S(10)
/* To be back on the bus. */
#define ATTACH_US	LOOP_S(30)

/* What a file was recorded from, by words of its head. */
static const struct {
	const char	*word;
	const char	*platform;
	enum vdev_mode	 mode;
	/* Writes to internal flash are not in the recording. */
	bool		 hides_writes;
} replay_sources[] = {
	{ "control requests", "boron", VDEV_NORMAL, false },
	{ "(Photon)", "photon", VDEV_DFU, true },
	{ "nRF52840", "boron", VDEV_DFU, false },
	{ "RTL872x", "p2", VDEV_DFU, false },
};

#define RECORDED_ID	"e00fce680123456789abcdef"
/* "All scenarios but those that say otherwise run with a large pool." */
#define LARGE_POOL	"1000000"

struct replay {
	FILE			*out;
	const char		*path;
	const struct replay_scenario *scenario;
	bool			 hides_writes;
	struct loop		*loop;
	struct vdev		*dev;
	/* Events of the device that no step has asked for yet. */
	char			**events;
	size_t			 event_count;
	/* The transfer under way. */
	bool			 is_done;
	enum usb_status		 status;
	struct buf		 in;
	bool			 differs;
};

/* --- The device --------------------------------------------------------- */

static void
replay_moved(struct vdev *dev, void *arg)
{
	(void)dev, (void)arg;
}

static void
replay_observe(const char *text, void *arg)
{
	struct replay *r = arg;

	if (r->hides_writes && text_starts(text, "write alt=0 "))
		return;
	r->events = xreallocarray(r->events, r->event_count + 1,
	    sizeof *r->events);
	r->events[r->event_count++] = xstrdup(text);
}

static void
replay_forget_events(struct replay *r)
{
	for (size_t i = 0; i < r->event_count; i++)
		free(r->events[i]);
	free(r->events);
	r->events = NULL;
	r->event_count = 0;
}

static int
replay_make_device(struct replay *r, const char *head)
{
	static const struct vdev_port_ops ops = {
		.attached = replay_moved,
		.detached = replay_moved,
	};
	const char *version = strstr(head, "Device OS ");
	struct vdev_spec spec;
	size_t i = 0, n = sizeof replay_sources / sizeof replay_sources[0];

	while (i < n && strstr(head, replay_sources[i].word) == NULL)
		i++;
	if (i == n || version == NULL)
		return -1;
	version += strlen("Device OS ");
	vdev_spec_init(&spec, platform_by_name(replay_sources[i].platform));
	text_copy(spec.id, sizeof spec.id, RECORDED_ID);
	snprintf(spec.system_version, sizeof spec.system_version, "%.*s",
	    (int)strspn(version, "0123456789."), version);
	spec.mode = replay_sources[i].mode;
	r->hides_writes = replay_sources[i].hides_writes;
	r->loop = loop_new_virtual();
	r->dev = vdev_new(r->loop, &spec);
	vdev_set(r->dev, "pool", LARGE_POOL);
	vdev_set_observer(r->dev, replay_observe, r);
	vdev_hold_thread(r->dev, true);
	vdev_plug(r->dev, &ops, r);
	return 0;
}

static void
replay_free_device(struct replay *r)
{
	vdev_free(r->dev);
	loop_free(r->loop);
	replay_forget_events(r);
	buf_fini(&r->in);
}

/* --- Differences -------------------------------------------------------- */

/* Long data are shown from a little before the first difference. */
static void
replay_show(struct replay *r, const char *label, const char *text, size_t from)
{
	fprintf(r->out, "  %-9s %s%.64s%s\n", label, from > 0 ? "..." : "",
	    text + from, strlen(text + from) > 64 ? "..." : "");
}

static void
replay_differ(struct replay *r, const struct replay_step *step,
    const char *want, const char *got)
{
	size_t from = 0;

	if (r->differs)
		return;
	r->differs = true;
	while (want[from] != '\0' && want[from] == got[from])
		from++;
	from = from > 40 ? from - 16 : 0;
	fprintf(r->out, "%s:%u: %s\n", r->path, step->line,
	    r->scenario->name);
	if (step->kind == REPLAY_TRANSFER) {
		fprintf(r->out, "  > %02x %02x %04x %04x %04x\n",
		    step->setup.request_type, step->setup.request,
		    step->setup.value, step->setup.index, step->setup.length);
	} else
		fprintf(r->out, "  . %s\n", step->command);
	replay_show(r, "recorded:", want, from);
	replay_show(r, "got:", got, from);
}

static void
replay_compare_events(struct replay *r, const struct replay_step *step)
{
	size_t n = step->event_count > r->event_count ? step->event_count :
	    r->event_count;

	for (size_t i = 0; i < n && !r->differs; i++) {
		const char *want = i < step->event_count ? step->events[i] :
		    "(nothing)";
		const char *got = i < r->event_count ? r->events[i] :
		    "(nothing)";

		if (strcmp(want, got) != 0)
			replay_differ(r, step, want, got);
	}
	replay_forget_events(r);
}

static char *
replay_say_expected(const struct replay_step *step)
{
	static const char *const words[] = {
		[REPLAY_ACK] = "ACK",
		[REPLAY_STALL] = "STALL",
		[REPLAY_GONE] = "GONE",
		[REPLAY_NONE] = "NONE",
	};

	if (step->expect == REPLAY_DATA)
		return vdev_hex(step->in.data, step->in.len);
	return xstrdup(words[step->expect]);
}

static char *
replay_say_reply(const struct replay *r, const struct replay_step *step)
{
	if (!r->is_done)
		return xstrdup("NONE");
	if (r->status == USB_STALL)
		return xstrdup("STALL");
	if (r->status != USB_OK)
		return xstrdup("GONE");
	if (!usb_is_in(&step->setup))
		return xstrdup("ACK");
	return vdev_hex(r->in.data, r->in.len);
}

static void
replay_compare_reply(struct replay *r, const struct replay_step *step)
{
	char *want, *got;

	if (step->expect == REPLAY_GONE)
		return;
	want = replay_say_expected(step);
	got = replay_say_reply(r, step);
	/* The class gave no answer: silence, or a stall from below it. */
	if (strcmp(want, got) != 0 && (step->expect != REPLAY_NONE ||
	    strcmp(got, "STALL") != 0))
		replay_differ(r, step, want, got);
	free(want);
	free(got);
}

/* --- Steps -------------------------------------------------------------- */

static void
replay_done(enum usb_status status, const uint8_t *data, size_t len, void *arg)
{
	struct replay *r = arg;

	r->is_done = true;
	r->status = status;
	buf_clear(&r->in);
	if (status == USB_OK && data != NULL)
		buf_append(&r->in, data, len);
}

static void
replay_turn_until_done(struct replay *r)
{
	uint64_t end = loop_now_us(r->loop) + ANSWER_US;

	while (!r->is_done && loop_now_us(r->loop) < end) {
		if (!loop_turn(r->loop, end - loop_now_us(r->loop)))
			return;
	}
}

static void
replay_turn_until_attached(struct replay *r)
{
	uint64_t end = loop_now_us(r->loop) + ATTACH_US;

	while (!vdev_is_attached(r->dev) && loop_now_us(r->loop) < end) {
		if (!loop_turn(r->loop, end - loop_now_us(r->loop)))
			return;
	}
}

static void
replay_never(void *arg)
{
	(void)arg;
}

/* Exactly so much time, and what is due at its end. */
static void
replay_wait(struct replay *r, uint64_t us)
{
	struct loop_timer *timer = loop_timer_new(r->loop, replay_never, NULL);
	uint64_t end = loop_now_us(r->loop) + us;

	loop_timer_set(timer, us);
	while (loop_timer_is_set(timer))
		loop_turn(r->loop, end - loop_now_us(r->loop));
	loop_timer_free(timer);
}

static void
replay_control(struct replay *r, const struct usb_setup *setup,
    const uint8_t *out)
{
	struct vdev_urb *urb;

	r->is_done = false;
	urb = vdev_control(r->dev, setup, out, replay_done, r);
	replay_turn_until_done(r);
	if (!r->is_done)
		vdev_urb_cancel(urb);
}

/* Pairs of INIT and RESET, to use up ids. */
static void
replay_burn(struct replay *r, unsigned long count)
{
	struct usb_setup init = { 0xc0, 1, 64, 10, 64 };
	struct usb_setup reset = { 0xc0, 5, 0, 0, 64 };

	for (; count > 0; count--) {
		replay_control(r, &init, NULL);
		if (r->in.len < 8)
			return;
		reset.index = (uint16_t)(r->in.data[6] | r->in.data[7] << 8);
		replay_control(r, &reset, NULL);
	}
}

static bool
replay_set(struct replay *r, char *settings)
{
	char *word;

	while ((word = strsep(&settings, " ")) != NULL) {
		char *value = strchr(word, '=');

		if (word[0] == '\0')
			continue;
		if (value == NULL)
			return false;
		*value++ = '\0';
		if (!vdev_set(r->dev, word, value))
			return false;
	}
	return true;
}

static bool
replay_command(struct replay *r, const char *command)
{
	char *copy = xstrdup(command), *rest = copy;
	const char *word = strsep(&rest, " ");
	unsigned long number = rest != NULL ? strtoul(rest, NULL, 10) : 0;
	bool is_known = true;

	if (strcmp(word, "run") == 0)
		vdev_run_thread(r->dev);
	else if (strcmp(word, "answer") == 0)
		vdev_app_answer(r->dev);
	else if (strcmp(word, "bus-reset") == 0)
		vdev_bus_reset(r->dev);
	else if (strcmp(word, "attach") == 0)
		replay_turn_until_attached(r);
	else if (strcmp(word, "wait") == 0)
		replay_wait(r, LOOP_MS(number));
	else if (strcmp(word, "burn") == 0)
		replay_burn(r, number);
	else if (strcmp(word, "set") == 0 && rest != NULL)
		is_known = replay_set(r, rest);
	else
		is_known = false;
	free(copy);
	return is_known;
}

static void
replay_step(struct replay *r, const struct replay_step *step)
{
	if (step->kind == REPLAY_TRANSFER) {
		replay_control(r, &step->setup, step->out.data);
		replay_compare_reply(r, step);
	} else if (!replay_command(r, step->command))
		replay_differ(r, step, step->command, "(unknown)");
	replay_compare_events(r, step);
}

static bool
replay_scenario(struct replay *r, const char *head)
{
	r->differs = false;
	if (replay_make_device(r, head) != 0)
		return false;
	replay_turn_until_attached(r);
	for (size_t i = 0; i < r->scenario->step_count && !r->differs; i++)
		replay_step(r, &r->scenario->steps[i]);
	replay_free_device(r);
	return !r->differs;
}

static bool
replay_file(const char *path, FILE *out)
{
	struct replay r = { .out = out, .path = path };
	const char *name = strrchr(path, '/');
	FILE *from = fopen(path, "r");
	struct replay_file file;
	struct error err;
	size_t good = 0;
	int status;

	if (from == NULL) {
		fprintf(out, "%s: %s\n", path, strerror(errno));
		return false;
	}
	status = replay_file_read(&file, from, path, &err);
	fclose(from);
	if (status != 0) {
		fprintf(out, "%s\n", err.text);
		return false;
	}
	for (size_t i = 0; i < file.scenario_count; i++) {
		r.scenario = &file.scenarios[i];
		if (replay_scenario(&r, file.head))
			good++;
	}
	fprintf(out, "%s: %zu scenarios, %zu as recorded\n",
	    name != NULL ? name + 1 : path, file.scenario_count, good);
	good = good == file.scenario_count;
	replay_file_fini(&file);
	return good;
}

int
replay_run(int nfiles, char **files, FILE *out)
{
	bool is_good = true;

	for (int i = 0; i < nfiles; i++)
		is_good = replay_file(files[i], out) && is_good;
	return is_good ? 0 : 1;
}
