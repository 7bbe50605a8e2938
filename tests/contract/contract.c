#include "config.h"

#include "contract/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "particle/platform.h"

/* Longer than the slowest thing that a test waits for, on emulated hardware. */
#define DEADLINE_US	LOOP_S(60)

const char contract_script[] =
    "scale 0.2\n"
    "device argon as argon id " ARGON_ID " version 6.2.0 log 0 off\n"
    "device boron as boron id " BORON_ID " version 6.2.0 log 0 off\n"
    "device photon2 as photon id " PHOTON_ID " version 6.2.0 log 0 off\n"
    "device argon as boot id " BOOT_ID " mode dfu log 0 off\n"
    "device argon as twin-a id " TWIN_ID " log 0 off\n"
    "device argon as twin-b id " TWIN_ID " log 0 off\n"
    "device tachyon as edl mode edl off\n"
    "foreign 0525:a4a7 as foreign serial FOREIGN log 0 off\n";

/* cmocka gives a group one state; tests run one after the other. */
static const struct contract_bench *contract_bench;

/* --- The loop ----------------------------------------------------------- */

static void
suite_late(void *arg)
{
	struct suite *s = arg;

	s->is_late = true;
}

void
suite_until(struct suite *s, suite_done done, void *arg, const char *what)
{
	s->is_late = false;
	loop_timer_set(s->deadline, DEADLINE_US);
	while (!done(s, arg)) {
		if (s->is_late) {
			s->is_broken = true;
			fail_msg("this did not come: %s", what);
		}
		loop_turn(s->loop, UINT64_MAX);
	}
	loop_timer_stop(s->deadline);
}

void
suite_command(struct suite *s, const char *text)
{
	s->is_inside = true;
	if (!s->bench->command(text, s->bench->arg))
		fail_msg("the bench refused: %s", text);
	s->is_inside = false;
}

void
suite_log(struct suite *s, const char *word)
{
	assert_true(s->log_len < LOG_MAX);
	s->log[s->log_len++] = word;
}

size_t
suite_log_at(struct suite *s, const char *word)
{
	for (size_t i = 0; i < s->log_len; i++) {
		if (strcmp(s->log[i], word) == 0)
			return i;
	}
	fail_msg("this did not happen: %s", word);
	return 0;
}

/* --- Nodes -------------------------------------------------------------- */

static struct seen_node *
suite_node(struct suite *s, bus_node number)
{
	for (size_t i = 0; i < s->node_count; i++) {
		if (s->nodes[i].info.node == number)
			return &s->nodes[i];
	}
	return NULL;
}

struct seen_node *
suite_find(struct suite *s, const char *serial)
{
	for (size_t i = 0; i < s->node_count; i++) {
		if (s->nodes[i].removed == 0 &&
		    strcasecmp(s->nodes[i].info.serial, serial) == 0)
			return &s->nodes[i];
	}
	return NULL;
}

static void
on_event(enum bus_event event, const struct bus_node_info *info, void *arg)
{
	struct suite *s = arg;
	struct seen_node *node;

	assert_false(s->is_inside);
	if (event == BUS_READY) {
		assert_null(info);
		s->ready++;
		s->nodes_at_ready = s->node_count;
		suite_log(s, "ready");
		return;
	}
	assert_non_null(info);
	node = suite_node(s, info->node);
	if (event == BUS_ADDED) {
		assert_int_not_equal(info->node, 0);
		assert_null(node);	/* numbers are never used again */
		assert_true(s->node_count < NODES_MAX);
		node = &s->nodes[s->node_count++];
		node->added++;
		suite_log(s, "added");
	} else {
		assert_non_null(node);
		assert_int_equal(node->removed, 0);
		if (event == BUS_CHANGED)
			node->changed++;
		else {
			node->removed++;
			suite_log(s, "removed");
		}
	}
	node->info = *info;
	if (event == BUS_REMOVED && s->on_removed != NULL)
		s->on_removed(s);
}

void
suite_start(struct suite *s)
{
	struct error err;

	s->is_inside = true;
	if (bus_start(s->bus, platform_is_wanted, on_event, s, &err) != 0)
		fail_msg("%s", err.text);
	s->is_inside = false;
}

static bool
node_is_there(struct suite *s, void *arg)
{
	return suite_find(s, arg) != NULL;
}

static bool
node_has_tty(struct suite *s, void *arg)
{
	const struct seen_node *node = suite_find(s, arg);

	return node != NULL && node->info.tty[0] != '\0' &&
	    node->info.tty_access;
}

static bool
node_is_gone(struct suite *s, void *arg)
{
	const struct seen_node *node = arg;

	(void)s;
	return node->removed > 0;
}

struct seen_node *
suite_plug(struct suite *s, const char *name, const char *serial)
{
	char *text = xasprintf("plug %s", name);

	suite_command(s, text);
	free(text);
	suite_until(s, node_is_there, (void *)(uintptr_t)serial,
	    "the node of a device that was plugged in");
	return suite_find(s, serial);
}

struct seen_node *
suite_plug_tty(struct suite *s, const char *name, const char *serial)
{
	suite_plug(s, name, serial);
	suite_until(s, node_has_tty, (void *)(uintptr_t)serial,
	    "the tty of a device that was plugged in");
	return suite_find(s, serial);
}

void
suite_unplug(struct suite *s, const char *name, struct seen_node *node)
{
	char *text = xasprintf("unplug %s", name);

	suite_command(s, text);
	free(text);
	suite_until(s, node_is_gone, node, "the end of an unplugged node");
}

/* --- Transfers ---------------------------------------------------------- */

struct bus_handle *
suite_open(struct suite *s, const struct seen_node *node)
{
	struct error err;
	struct bus_handle *handle = bus_open(s->bus, node->info.node, &err);

	if (handle == NULL)
		fail_msg("open: %s", err.text);
	return handle;
}

static void
probe_ended(enum usb_status status, const uint8_t *data, size_t len, void *arg)
{
	struct probe *p = arg;

	assert_false(p->suite->is_inside);
	assert_int_equal(p->ends, 0);
	if (status != USB_OK) {
		assert_null(data);
		assert_int_equal(len, 0);
	}
	p->ends++;
	p->transfer = NULL;
	p->status = status;
	p->len = len;
	if (status == USB_OK && data != NULL)
		buf_append(&p->data, data, len);
	suite_log(p->suite, p->word);
	if (p->then != NULL)
		p->then(p);
}

void
probe_send(struct probe *p, struct suite *s, struct bus_handle *h,
    const struct usb_setup *setup, const void *data, unsigned timeout_ms)
{
	p->suite = s;
	if (p->word == NULL)
		p->word = "answered";
	s->is_inside = true;
	p->transfer = bus_control(h, setup, data, timeout_ms, probe_ended, p);
	s->is_inside = false;
	assert_non_null(p->transfer);
}

void
probe_version(struct probe *p, struct suite *s, struct bus_handle *h,
    const char *word, unsigned timeout_ms)
{
	static const struct usb_setup setup = {
		.request_type = USB_DIR_IN | USB_TYPE_VENDOR,
		.request = 0x50, .index = 30, .length = 64,
	};

	p->word = word;
	probe_send(p, s, h, &setup, NULL, timeout_ms);
}

static bool
probe_is_over(struct suite *s, void *arg)
{
	const struct probe *p = arg;

	(void)s;
	return p->ends > 0;
}

void
probe_wait(struct probe *p)
{
	suite_until(p->suite, probe_is_over, p, "the end of a transfer");
}

void
probe_fini(struct probe *p)
{
	buf_fini(&p->data);
}

/* --- Ports -------------------------------------------------------------- */

static void
on_opened(struct bus_port *port, const struct error *err, void *arg)
{
	struct wire *w = arg;

	assert_false(w->suite->is_inside);
	assert_ptr_equal(port, w->port);
	assert_int_equal(w->opened, 0);
	w->opened++;
	w->open_error = err != NULL ? err->code : ERROR_NONE;
	if (err != NULL)
		assert_int_not_equal(err->text[0], 0);
	suite_log(w->suite, w->word);
}

static void
on_data(struct bus_port *port, const uint8_t *data, size_t len, void *arg)
{
	struct wire *w = arg;

	assert_false(w->suite->is_inside);
	assert_ptr_equal(port, w->port);
	assert_int_equal(w->opened, 1);
	assert_int_equal(w->lost, 0);
	assert_true(len > 0 && len <= 64 * 1024);
	buf_append(&w->data, data, len);
}

static void
on_configured(struct bus_port *port, const struct error *err, void *arg)
{
	struct wire *w = arg;

	assert_false(w->suite->is_inside);
	assert_ptr_equal(port, w->port);
	assert_int_equal(w->lost, 0);
	w->configured++;
	w->config_error = err != NULL ? err->code : ERROR_NONE;
}

static void
on_drained(struct bus_port *port, void *arg)
{
	struct wire *w = arg;

	assert_false(w->suite->is_inside);
	assert_ptr_equal(port, w->port);
	w->drained++;
}

static void
on_lost(struct bus_port *port, const struct error *err, void *arg)
{
	struct wire *w = arg;

	assert_false(w->suite->is_inside);
	assert_ptr_equal(port, w->port);
	assert_int_equal(w->opened, 1);
	assert_int_equal(w->open_error, ERROR_NONE);
	assert_int_equal(w->lost, 0);
	assert_non_null(err);
	w->lost++;
	w->lost_error = err->code;
	suite_log(w->suite, "lost");
}

static const struct bus_port_events wire_events = {
	.opened = on_opened,
	.data = on_data,
	.configured = on_configured,
	.drained = on_drained,
	.lost = on_lost,
};

void
wire_open_with(struct wire *w, struct suite *s, const char *tty,
    const char *word, const struct bus_port_config *config)
{
	w->suite = s;
	w->word = word;
	s->is_inside = true;
	w->port = bus_port_open(s->bus, tty, config, &wire_events, w);
	s->is_inside = false;
	assert_non_null(w->port);
}

void
wire_open(struct wire *w, struct suite *s, const char *tty, const char *word)
{
	struct bus_port_config config = { .baud = 115200 };

	wire_open_with(w, s, tty, word, &config);
}

bool
wire_is_opened(struct suite *s, void *arg)
{
	const struct wire *w = arg;

	(void)s;
	return w->opened > 0;
}

bool
wire_is_configured(struct suite *s, void *arg)
{
	const struct wire *w = arg;

	(void)s;
	return w->configured > 0;
}

bool
wire_is_lost(struct suite *s, void *arg)
{
	const struct wire *w = arg;

	(void)s;
	return w->lost > 0;
}

void
wire_wait_open(struct wire *w)
{
	suite_until(w->suite, wire_is_opened, w, "the opening of a port");
	assert_int_equal(w->open_error, ERROR_NONE);
}

struct wanted_text {
	struct wire	*wire;
	const char	*text;
};

static bool
wire_has_text(struct suite *s, void *arg)
{
	const struct wanted_text *wanted = arg;

	(void)s;
	return strstr(buf_str(&wanted->wire->data), wanted->text) != NULL;
}

void
wire_wait_text(struct wire *w, const char *text)
{
	struct wanted_text wanted = { w, text };

	suite_until(w->suite, wire_has_text, &wanted, text);
}

void
wire_close(struct wire *w)
{
	w->suite->is_inside = true;
	bus_port_close(w->port);
	w->suite->is_inside = false;
	w->port = NULL;
	buf_fini(&w->data);
}

/* --- Setting up --------------------------------------------------------- */

int
suite_setup(void **state)
{
	struct suite *s = xcalloc(1, sizeof *s);

	s->bench = contract_bench;
	s->loop = s->bench->loop_new(s->bench->arg);
	s->bus = s->bench->bus_new(s->loop, s->bench->arg);
	s->deadline = loop_timer_new(s->loop, suite_late, s);
	*state = s;
	return 0;
}

int
suite_teardown(void **state)
{
	struct suite *s = *state;

	s->bench->command("clear-faults all", s->bench->arg);
	s->bench->command("unplug all", s->bench->arg);
	/* A test that failed has left handles open. */
	if (s->is_broken)
		return 0;
	bus_free(s->bus);
	if (s->bench->bus_freed != NULL)
		s->bench->bus_freed(s->bench->arg);
	loop_timer_free(s->deadline);
	loop_free(s->loop);
	free(s);
	return 0;
}

int
contract_run(const struct contract_bench *bench, const char *name)
{
	size_t count = contract_node_test_count +
	    contract_transfer_test_count + contract_port_test_count, at = 0;
	struct CMUnitTest *tests = xcalloc(count, sizeof *tests);
	int failed;

	contract_bench = bench;
	for (size_t i = 0; i < contract_node_test_count; i++)
		tests[at++] = contract_node_tests[i];
	for (size_t i = 0; i < contract_transfer_test_count; i++)
		tests[at++] = contract_transfer_tests[i];
	for (size_t i = 0; i < contract_port_test_count; i++)
		tests[at++] = contract_port_tests[i];
	failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
	free(tests);
	return failed;
}
