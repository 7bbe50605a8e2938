/* The kernel's side of USB/IP, faked: what vhci_hcd sends and wants back. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "virtual/usbip.h"
#include "virtual/vhci.h"

#define HEADER_LEN	48

struct rig {
	struct loop	*loop;
	struct vdev	*dev;
	struct usbip	*usbip;
	int		 fd;		/* the kernel's */
	struct buf	 in;
	uint64_t	 count;
	unsigned	 closed;
	unsigned	 left;
};

static void
on_closed(void *arg)
{
	struct rig *rig = arg;

	rig->closed++;
}

static void
on_attached(struct vdev *dev, void *arg)
{
	(void)dev, (void)arg;
}

static void
on_detached(struct vdev *dev, void *arg)
{
	struct rig *rig = arg;

	(void)dev;
	rig->left++;
}

static const struct vdev_port_ops port_ops = { on_attached, on_detached };

static void
stop(void *arg)
{
	loop_stop(arg);
}

static void
rig_run(struct rig *rig, uint64_t us)
{
	struct loop_timer *timer = loop_timer_new(rig->loop, stop, rig->loop);

	loop_timer_set(timer, us);
	loop_run(rig->loop);
	loop_timer_free(timer);
}

static int
setup(void **state)
{
	struct rig *rig = calloc(1, sizeof *rig);
	struct vdev_spec spec;
	int pair[2];

	rig->loop = loop_new_virtual();
	vdev_spec_init(&spec, platform_by_name("argon"));
	spec.log_lines_per_s = 0;
	rig->dev = vdev_new(rig->loop, &spec);
	vdev_plug(rig->dev, &port_ops, rig);
	rig_run(rig, LOOP_MS(10));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	rig->fd = pair[0];
	rig->usbip = usbip_new(rig->loop, pair[1], rig->dev, &rig->count,
	    on_closed, rig);
	*state = rig;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *rig = *state;

	usbip_free(rig->usbip);
	vdev_free(rig->dev);
	loop_free(rig->loop);
	if (rig->fd >= 0)
		close(rig->fd);
	buf_fini(&rig->in);
	free(rig);
	return 0;
}

static void
put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
send_all(struct rig *rig, const void *data, size_t len)
{
	assert_int_equal(write(rig->fd, data, len), (ssize_t)len);
}

/* A CMD_SUBMIT; setup is 8 bytes as on the wire, or NULL. */
static void
submit(struct rig *rig, uint32_t seqnum, bool is_in, uint32_t endpoint,
    uint32_t length, const char *setup_bytes)
{
	uint8_t header[HEADER_LEN] = { 0 };

	put32(header, 1);
	put32(header + 4, seqnum);
	put32(header + 8, 0x10001);
	put32(header + 12, is_in ? 1 : 0);
	put32(header + 16, endpoint);
	put32(header + 24, length);
	if (setup_bytes != NULL)
		memcpy(header + 40, setup_bytes, 8);
	send_all(rig, header, sizeof header);
}

static void
unlink_urb(struct rig *rig, uint32_t seqnum, uint32_t victim)
{
	uint8_t header[HEADER_LEN] = { 0 };

	put32(header, 2);
	put32(header + 4, seqnum);
	put32(header + 20, victim);
	send_all(rig, header, sizeof header);
}

/* What has come back so far. */
static void
receive(struct rig *rig)
{
	ssize_t n;

	rig_run(rig, LOOP_MS(20));
	buf_clear(&rig->in);
	while ((n = read(rig->fd, buf_reserve(&rig->in, 65536), 65536)) > 0)
		buf_commit(&rig->in, (size_t)n);
}

static void
expect(struct rig *rig, size_t at, uint32_t command, uint32_t seqnum,
    int32_t status, uint32_t actual)
{
	const uint8_t *h = rig->in.data + at;

	assert_true(rig->in.len >= at + HEADER_LEN);
	assert_int_equal(get32(h), command);
	assert_int_equal(get32(h + 4), seqnum);
	assert_int_equal((int32_t)get32(h + 20), status);
	assert_int_equal(get32(h + 24), actual);
}

#define GET_DEVICE	"\x80\x06\x00\x01\x00\x00\x12\x00"
#define GET_VERSION	"\xc0\x50\x00\x00\x1e\x00\x40\x00"
#define SET_LINES	"\x21\x22\x03\x00\x00\x00\x00\x00"
#define SET_CODING	"\x21\x20\x00\x00\x00\x00\x07\x00"

static void
a_descriptor_is_read(void **state)
{
	struct rig *rig = *state;

	submit(rig, 7, true, 0, 18, GET_DEVICE);
	receive(rig);
	expect(rig, 0, 3, 7, 0, 18);
	assert_int_equal(rig->in.len, HEADER_LEN + 18);
	assert_int_equal(rig->in.data[HEADER_LEN], 18);
	assert_int_equal(rig->in.data[HEADER_LEN + 8], 0x04);
	assert_int_equal(rig->in.data[HEADER_LEN + 9], 0x2b);
	assert_int_equal(rig->count, 0);
}

static void
a_vendor_request_is_answered_and_counted(void **state)
{
	struct rig *rig = *state;

	submit(rig, 1, true, 0, 64, GET_VERSION);
	receive(rig);
	expect(rig, 0, 3, 1, 0, 5);
	assert_memory_equal(rig->in.data + HEADER_LEN, "6.2.0", 5);
	assert_int_equal(rig->count, 1);
}

static void
a_refusal_is_epipe(void **state)
{
	struct rig *rig = *state;

	submit(rig, 1, true, 0, 64, "\xc0\x50\x00\x00\x77\x77\x40\x00");
	receive(rig);
	expect(rig, 0, 3, 1, -32, 0);
	assert_int_equal(rig->in.len, HEADER_LEN);
}

static void
an_out_transfer_brings_its_data(void **state)
{
	struct rig *rig = *state;

	submit(rig, 1, false, 0, 7, SET_CODING);
	send_all(rig, "\x80\x25\x00\x00\x00\x00\x08", 7);
	submit(rig, 2, false, 0, 0, SET_LINES);
	receive(rig);
	expect(rig, 0, 3, 1, 0, 7);
	expect(rig, HEADER_LEN, 3, 2, 0, 0);
	assert_int_equal(rig->in.len, 2 * HEADER_LEN);
}

static void
messages_may_come_in_pieces(void **state)
{
	struct rig *rig = *state;
	uint8_t header[HEADER_LEN] = { 0 };

	put32(header, 1);
	put32(header + 4, 9);
	put32(header + 24, 7);
	memcpy(header + 40, SET_CODING, 8);
	for (size_t i = 0; i < sizeof header; i += 6) {
		send_all(rig, header + i, 6);
		rig_run(rig, LOOP_MS(1));
	}
	send_all(rig, "\x80\x25\x00", 3);
	receive(rig);
	assert_int_equal(rig->in.len, 0);
	send_all(rig, "\x00\x00\x00\x08", 4);
	receive(rig);
	expect(rig, 0, 3, 9, 0, 7);
}

static void
bulk_data_goes_both_ways(void **state)
{
	struct rig *rig = *state;

	submit(rig, 1, false, 0, 0, SET_LINES);
	submit(rig, 2, true, 1, 512, NULL);
	receive(rig);
	assert_int_equal(rig->in.len, HEADER_LEN);	/* it waits */
	vdev_print(rig->dev, "hello\r\n", 7);
	receive(rig);
	expect(rig, 0, 3, 2, 0, 7);
	assert_memory_equal(rig->in.data + HEADER_LEN, "hello\r\n", 7);
	submit(rig, 3, false, 1, 4, NULL);
	send_all(rig, "typed", 4);
	receive(rig);
	expect(rig, 0, 3, 3, 0, 4);
}

static void
an_open_transfer_can_be_unlinked(void **state)
{
	struct rig *rig = *state;

	submit(rig, 1, true, 1, 512, NULL);
	receive(rig);
	unlink_urb(rig, 2, 1);
	receive(rig);
	expect(rig, 0, 4, 2, -104, 0);
	assert_int_equal(rig->in.len, HEADER_LEN);
	unlink_urb(rig, 3, 1);		/* not there any more */
	receive(rig);
	expect(rig, 0, 4, 3, 0, 0);
}

static void
a_transfer_that_was_answered_can_not_be_unlinked(void **state)
{
	struct rig *rig = *state;

	submit(rig, 1, true, 0, 18, GET_DEVICE);
	receive(rig);
	unlink_urb(rig, 2, 1);
	receive(rig);
	expect(rig, 0, 4, 2, 0, 0);
}

static void
an_answer_never_exceeds_the_room(void **state)
{
	struct rig *rig = *state;

	/* wLength says 18, the buffer has 4 bytes. */
	submit(rig, 1, true, 0, 4, GET_DEVICE);
	receive(rig);
	expect(rig, 0, 3, 1, 0, 4);
	assert_int_equal(rig->in.len, HEADER_LEN + 4);
}

static void
lengths_that_disagree_are_refused(void **state)
{
	struct rig *rig = *state;

	submit(rig, 1, false, 0, 3, SET_CODING);	/* wLength 7 */
	send_all(rig, "abc", 3);
	submit(rig, 2, false, 0, 18, GET_DEVICE);	/* an IN request */
	send_all(rig, "abcdefghijklmnopqr", 18);
	receive(rig);
	expect(rig, 0, 3, 1, -32, 0);
	expect(rig, HEADER_LEN, 3, 2, -32, 0);
	assert_int_equal(rig->closed, 0);
}

static void
hung_up_on(struct rig *rig)
{
	receive(rig);
	assert_int_equal(rig->closed, 1);
	rig_run(rig, LOOP_S(1));
	assert_int_equal(rig->closed, 1);
}

static void
an_unknown_command_ends_it(void **state)
{
	uint8_t header[HEADER_LEN] = { 0 };

	put32(header, 0x8003);
	send_all(*state, header, sizeof header);
	hung_up_on(*state);
}

static void
a_monstrous_length_ends_it(void **state)
{
	submit(*state, 1, false, 0, 0xfffffff0, SET_CODING);
	hung_up_on(*state);
}

static void
an_endpoint_that_can_not_be_ends_it(void **state)
{
	submit(*state, 1, true, 0x12345, 64, NULL);
	hung_up_on(*state);
}

static void
isochronous_packets_end_it(void **state)
{
	uint8_t header[HEADER_LEN] = { 0 };

	put32(header, 1);
	put32(header + 12, 1);
	put32(header + 16, 1);
	put32(header + 24, 64);
	put32(header + 32, 8);
	send_all(*state, header, sizeof header);
	hung_up_on(*state);
}

static void
an_unknown_endpoint_stalls(void **state)
{
	struct rig *rig = *state;

	submit(rig, 1, true, 9, 64, NULL);
	receive(rig);
	expect(rig, 0, 3, 1, -32, 0);
	assert_int_equal(rig->closed, 0);
}

static void
the_kernel_hangs_up(void **state)
{
	struct rig *rig = *state;

	submit(rig, 1, true, 1, 512, NULL);
	rig_run(rig, LOOP_MS(5));
	close(rig->fd);
	rig->fd = -1;
	rig_run(rig, LOOP_MS(20));
	assert_int_equal(rig->closed, 1);
}

static void
a_device_that_leaves_ends_its_transfers(void **state)
{
	struct rig *rig = *state;

	submit(rig, 1, true, 1, 512, NULL);
	rig_run(rig, LOOP_MS(5));
	vdev_unplug(rig->dev);
	receive(rig);
	expect(rig, 0, 3, 1, -108, 0);
	assert_int_equal(rig->left, 1);
}

/* --- Ports -------------------------------------------------------------- */

static void
free_ports_are_those_of_the_fast_hub(void **state)
{
	static const char text[] =
	    "hub port sta spd dev      sockfd local_busid\n"
	    "hs  0000 006 002 00010001 000003 1-1\n"
	    "hs  0001 004 000 00000000 000000 0-0\n"
	    "hs  0002 005 000 00000000 000000 0-0\n"
	    "ss  0008 004 000 00000000 000000 0-0\n"
	    "hs  0016 004 000 00000000 000000 0-0\n";
	bool is_free[VHCI_PORTS_MAX] = { false };

	(void)state;
	assert_true(vhci_parse_status(text, is_free));
	for (size_t i = 0; i < VHCI_PORTS_MAX; i++)
		assert_int_equal(is_free[i], i == 1 || i == 16);
}

static void
what_is_no_status_file_is_noticed(void **state)
{
	bool is_free[VHCI_PORTS_MAX] = { false };

	(void)state;
	assert_false(vhci_parse_status("", is_free));
	assert_false(vhci_parse_status("hs  0001 004", is_free));
	assert_true(vhci_parse_status("hub port sta\nhs \nhs x\nhs  9999 004\n"
	    "hs 99999999999 4\nhs", is_free));
	for (size_t i = 0; i < VHCI_PORTS_MAX; i++)
		assert_false(is_free[i]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_descriptor_is_read),
		TEST(a_vendor_request_is_answered_and_counted),
		TEST(a_refusal_is_epipe),
		TEST(an_out_transfer_brings_its_data),
		TEST(messages_may_come_in_pieces),
		TEST(bulk_data_goes_both_ways),
		TEST(an_open_transfer_can_be_unlinked),
		TEST(a_transfer_that_was_answered_can_not_be_unlinked),
		TEST(an_answer_never_exceeds_the_room),
		TEST(lengths_that_disagree_are_refused),
		TEST(an_unknown_command_ends_it),
		TEST(a_monstrous_length_ends_it),
		TEST(an_endpoint_that_can_not_be_ends_it),
		TEST(isochronous_packets_end_it),
		TEST(an_unknown_endpoint_stalls),
		TEST(the_kernel_hangs_up),
		TEST(a_device_that_leaves_ends_its_transfers),
		cmocka_unit_test(free_ports_are_those_of_the_fast_hub),
		cmocka_unit_test(what_is_no_status_file_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
