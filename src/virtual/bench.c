#include "config.h"

#include "virtual/bench.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "virtual/script.h"
#include "virtual/words.h"

struct bench_event {
	struct bench		*bench;
	struct loop_timer	*timer;
	uint64_t		 at_us;
	uint64_t		 every_us;
	struct command		 command;
};

struct bench {
	struct loop		*loop;
	struct bench_device	*devices;
	size_t			 device_count;
	struct platform		*rows;		/* of foreign devices */
	struct bench_event	*events;
	size_t			 event_count;
	const struct bench_ops	*ops;		/* NULL: not running */
	void			*arg;
};

/* --- What the devices say ----------------------------------------------- */

static void
bench_attached(struct vdev *vdev, void *arg)
{
	struct bench_device *device = arg;
	struct bench *bench = device->bench;

	(void)vdev;
	if (bench->ops != NULL)
		bench->ops->attached(device, bench->arg);
}

static void
bench_detached(struct vdev *vdev, void *arg)
{
	struct bench_device *device = arg;
	struct bench *bench = device->bench;

	(void)vdev;
	device->was_there = false;
	device->boot_us = loop_now_us(bench->loop);
	if (bench->ops != NULL)
		bench->ops->detached(device, bench->arg);
}

static const struct vdev_port_ops bench_port_ops = {
	.attached = bench_attached,
	.detached = bench_detached,
};

static void
bench_power(struct bench_device *device)
{
	device->boot_us = loop_now_us(device->bench->loop);
	vdev_plug(device->vdev, &bench_port_ops, device);
}

/* --- Making one --------------------------------------------------------- */

static void
bench_event_fired(void *arg);

static void
bench_init_device(struct bench *bench, struct bench_device *device,
    const struct script_device *from, struct platform *row)
{
	struct vdev_spec spec = from->spec;

	if (from->foreign != NULL) {
		*row = *from->foreign;
		spec.platform = row;
	}
	device->bench = bench;
	device->vdev = vdev_new(bench->loop, &spec);
	text_copy(device->name, sizeof device->name, from->name);
	text_copy(device->nickname, sizeof device->nickname, from->nickname);
	text_copy(device->path, sizeof device->path, from->path);
	device->tty = from->tty;
	device->is_plugged = device->was_there = !from->is_off;
	device->usb_access = !from->no_usb_access;
	device->tty_access = !from->no_tty_access;
	for (size_t i = 0; i < from->fault_count; i++)
		vdev_add_fault(device->vdev, &from->faults[i]);
}

static void
bench_init_event(struct bench *bench, struct bench_event *event,
    const struct script_event *from)
{
	event->bench = bench;
	event->timer = loop_timer_new(bench->loop, bench_event_fired, event);
	event->at_us = from->at_us;
	event->every_us = from->every_us;
	event->command = from->command;
	if (from->command.text != NULL)
		event->command.text = xmemdup(from->command.text,
		    from->command.text_len + 1);
}

struct bench *
bench_new(struct loop *loop, const struct script *script)
{
	struct bench *bench = xcalloc(1, sizeof *bench);

	bench->loop = loop;
	bench->device_count = script->device_count;
	bench->devices = xcalloc(script->device_count, sizeof *bench->devices);
	bench->rows = xcalloc(script->device_count, sizeof *bench->rows);
	for (size_t i = 0; i < script->device_count; i++)
		bench_init_device(bench, &bench->devices[i],
		    &script->devices[i], &bench->rows[i]);
	bench->event_count = script->event_count;
	bench->events = xcalloc(script->event_count, sizeof *bench->events);
	for (size_t i = 0; i < script->event_count; i++)
		bench_init_event(bench, &bench->events[i],
		    &script->events[i]);
	return bench;
}

void
bench_free(struct bench *bench)
{
	if (bench == NULL)
		return;
	bench_stop(bench);
	for (size_t i = 0; i < bench->event_count; i++) {
		loop_timer_free(bench->events[i].timer);
		command_fini(&bench->events[i].command);
	}
	for (size_t i = 0; i < bench->device_count; i++)
		vdev_free(bench->devices[i].vdev);
	free(bench->events);
	free(bench->devices);
	free(bench->rows);
	free(bench);
}

void
bench_start(struct bench *bench, const struct bench_ops *ops, void *arg)
{
	bench->ops = ops;
	bench->arg = arg;
	for (size_t i = 0; i < bench->device_count; i++) {
		struct bench_device *device = &bench->devices[i];

		if (device->is_plugged)
			bench_power(device);
	}
	for (size_t i = 0; i < bench->event_count; i++)
		loop_timer_set(bench->events[i].timer,
		    bench->events[i].at_us);
}

void
bench_stop(struct bench *bench)
{
	if (bench->ops == NULL)
		return;
	bench->ops = NULL;
	for (size_t i = 0; i < bench->event_count; i++)
		loop_timer_stop(bench->events[i].timer);
	for (size_t i = 0; i < bench->device_count; i++)
		vdev_unplug(bench->devices[i].vdev);
}

/* --- Commands ----------------------------------------------------------- */

static int
do_plug(struct bench_device *device, const struct command *command,
    struct error *err)
{
	struct bench *bench = device->bench;
	const char *path = *command->path != '\0' ? command->path :
	    device->path;

	if (device->is_plugged)
		return error_set(err, ERROR_USAGE, "%s is plugged in already",
		    device->name);
	for (size_t i = 0; i < bench->device_count; i++) {
		struct bench_device *other = &bench->devices[i];

		if (other->is_plugged && strcmp(other->path, path) == 0)
			return error_set(err, ERROR_USAGE,
			    "%s is plugged in at %s already", other->name,
			    path);
	}
	if (path != device->path)
		text_copy(device->path, sizeof device->path, path);
	if (command->sets_tty)
		device->tty = command->tty;
	device->is_plugged = true;
	device->was_there = bench->ops == NULL;
	if (bench->ops != NULL)
		bench_power(device);
	return 0;
}

static int
do_change(struct bench_device *device)
{
	struct bench *bench = device->bench;

	if (bench->ops != NULL && bench->ops->changed != NULL)
		bench->ops->changed(device, bench->arg);
	return 0;
}

static int
do_unplug(struct bench_device *device)
{
	device->is_plugged = device->was_there = false;
	vdev_unplug(device->vdev);
	return do_change(device);
}

static int
do_access(struct bench_device *device, const struct command *command)
{
	if (command->sets_usb_access)
		device->usb_access = command->usb_access;
	if (command->sets_tty_access)
		device->tty_access = command->tty_access;
	return do_change(device);
}

static int
do_hold(struct bench_device *device, const char *text)
{
	text_copy(device->held_by, sizeof device->held_by,
	    *text != '\0' ? text : "another program");
	return do_change(device);
}

static int
do_bus_reset(struct bench_device *device)
{
	struct bench *bench = device->bench;

	vdev_bus_reset(device->vdev);
	if (bench->ops != NULL && bench->ops->bus_reset != NULL)
		bench->ops->bus_reset(device, bench->arg);
	return 0;
}

static int
do_log(struct bench_device *device, const struct command *command)
{
	uint64_t up_us = loop_now_us(device->bench->loop) - device->boot_us;
	struct buf line = { 0 };

	buf_printf(&line, "%010" PRIu32 " ", (uint32_t)(up_us / 1000));
	buf_append(&line, command->text, command->text_len);
	vdev_print(device->vdev, line.data, line.len);
	buf_fini(&line);
	return 0;
}

static int
do_count(struct bench_device *device, struct buf *reply)
{
	if (reply != NULL)
		buf_printf(reply, "%s %llu\n", device->name,
		    (unsigned long long)device->transfers);
	return 0;
}

static const char *
device_state(const struct bench_device *device)
{
	static const char *const modes[] = {
		[VDEV_NORMAL] = "normal",
		[VDEV_LISTENING] = "listening",
		[VDEV_SAFE] = "safe",
		[VDEV_DFU] = "dfu",
		[VDEV_EDL] = "edl",
	};

	if (!device->is_plugged)
		return "unplugged";
	if (!vdev_is_attached(device->vdev))
		return "away";
	return modes[vdev_mode(device->vdev)];
}

static void
bench_list(const struct bench *bench, struct buf *reply)
{
	for (size_t i = 0; i < bench->device_count; i++) {
		const struct bench_device *device = &bench->devices[i];
		const struct vdev_spec *spec = vdev_spec(device->vdev);

		buf_printf(reply, "%s %s %s %s %s%s\n", device->name, spec->id,
		    spec->platform->name, device->path, device_state(device),
		    vdev_is_blinking(device->vdev) ? " blinking" : "");
	}
}

static int
bench_do(struct bench_device *device, const struct command *command,
    struct buf *reply, struct error *err)
{
	switch (command->verb) {
	case COMMAND_PLUG:
		return do_plug(device, command, err);
	case COMMAND_UNPLUG:
		return do_unplug(device);
	case COMMAND_PRESS:
		vdev_press(device->vdev, command->button);
		return 0;
	case COMMAND_LOG:
		return do_log(device, command);
	case COMMAND_PRINT:
		vdev_print(device->vdev, command->text, command->text_len);
		return 0;
	case COMMAND_FAULT:
		vdev_add_fault(device->vdev, &command->fault);
		return 0;
	case COMMAND_CLEAR_FAULTS:
		vdev_clear_faults(device->vdev);
		return 0;
	case COMMAND_ACCESS:
		return do_access(device, command);
	case COMMAND_HOLD:
		return do_hold(device, command->text);
	case COMMAND_RELEASE:
		device->held_by[0] = '\0';
		return do_change(device);
	case COMMAND_TTY:
		device->tty = command->tty;
		return 0;
	case COMMAND_BUS_RESET:
		return do_bus_reset(device);
	case COMMAND_COUNT:
		return do_count(device, reply);
	case COMMAND_LIST:
		break;
	}
	return 0;
}

static int
bench_run(struct bench *bench, const struct command *command,
    struct buf *reply, struct error *err)
{
	bool is_found = false;
	char shown[BENCH_NAME_MAX];

	if (command->verb == COMMAND_LIST) {
		if (reply != NULL)
			bench_list(bench, reply);
		return 0;
	}
	for (size_t i = 0; i < bench->device_count; i++) {
		struct bench_device *device = &bench->devices[i];

		if (!command_target_is(command->target, device->name,
		    vdev_spec(device->vdev)->id))
			continue;
		is_found = true;
		if (bench_do(device, command, reply, err) != 0)
			return -1;
	}
	if (!is_found)
		return error_set(err, ERROR_NO_DEVICE,
		    "no device is called \"%s\"", text_clean(shown,
		    sizeof shown, command->target, strlen(command->target)));
	return 0;
}

/* An event that can't be done (plugging in what is plugged in) is no event. */
static void
bench_event_fired(void *arg)
{
	struct bench_event *event = arg;

	if (event->every_us > 0)
		loop_timer_set(event->timer, event->every_us);
	bench_run(event->bench, &event->command, NULL, NULL);
}

int
bench_command(struct bench *bench, const char *text, struct buf *reply,
    struct error *err)
{
	struct words words;
	struct command command;
	int result;

	if (words_split(&words, text, strlen(text), err) != 0 ||
	    command_parse(&command, &words, err) != 0)
		return -1;
	result = bench_run(bench, &command, reply, err);
	command_fini(&command);
	return result;
}

size_t
bench_device_count(const struct bench *bench)
{
	return bench->device_count;
}

struct bench_device *
bench_device_at(const struct bench *bench, size_t i)
{
	return &bench->devices[i];
}

struct bench_device *
bench_find(const struct bench *bench, const char *name)
{
	for (size_t i = 0; i < bench->device_count; i++) {
		struct bench_device *device = &bench->devices[i];

		if (strcmp(device->name, name) == 0 ||
		    strcmp(vdev_spec(device->vdev)->id, name) == 0)
			return device;
	}
	return NULL;
}
