/* Replies to control requests, and what the module list means. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "particle/ctrl-msg.h"

/* Protobuf by hand: each puts one field. */
static void
put_varint(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_put_u8(b, (uint8_t)(v | 0x80));
	buf_put_u8(b, (uint8_t)v);
}

static void
put_number(struct buf *b, unsigned field, uint64_t v)
{
	put_varint(b, field << 3);
	put_varint(b, v);
}

static void
put_fixed32(struct buf *b, unsigned field, uint32_t v)
{
	put_varint(b, field << 3 | 5);
	buf_put_le32(b, v);
}

static void
put_bytes(struct buf *b, unsigned field, const void *data, size_t len)
{
	put_varint(b, field << 3 | 2);
	put_varint(b, len);
	buf_append(b, data, len);
}

static void
put_message(struct buf *b, unsigned field, struct buf *inner)
{
	put_bytes(b, field, inner->data, inner->len);
	buf_fini(inner);
}

static void
put_dependency(struct buf *b, unsigned field, uint32_t type, uint32_t index,
    uint32_t version)
{
	struct buf d = { 0 };

	put_number(&d, 1, type);
	put_number(&d, 2, index);
	put_number(&d, 3, version);
	put_message(b, field, &d);
}

struct module {
	uint32_t type, index, version, store, checked, passed;
	uint32_t needs_type, needs_index, needs_version;
};

static void
put_module(struct buf *b, const struct module *m)
{
	static const uint8_t hash[32] = { 0xaa, 0xbb };
	struct buf in = { 0 };

	put_number(&in, 1, m->type);
	put_number(&in, 2, m->index);
	put_number(&in, 3, m->version);
	put_number(&in, 4, m->store);
	put_number(&in, 5, 0x40000);
	put_fixed32(&in, 6, m->checked);
	put_fixed32(&in, 7, m->passed);
	put_bytes(&in, 8, hash, sizeof hash);
	if (m->needs_type != 0)
		put_dependency(&in, 9, m->needs_type, m->needs_index,
		    m->needs_version);
	put_number(&in, 11, 1234);
	put_message(b, 2, &in);
}

static struct module_list *
decode(struct buf *b)
{
	struct module_list *list;
	struct error err;

	list = ctrl_decode_modules(b->data, b->len, &err);
	if (list == NULL)
		fail_msg("%s", err.text);
	buf_fini(b);
	return list;
}

static void
empty_replies_are_defaults(void **state)
{
	struct ctrl_protection protection;
	struct module_list *list;
	uint32_t number = 7;
	char text[8] = "junk";

	(void)state;
	assert_int_equal(ctrl_decode_mode(NULL, 0, &number, NULL), 0);
	assert_int_equal(number, CTRL_MODE_NORMAL);
	assert_int_equal(ctrl_decode_protection(NULL, 0, &protection, NULL),
	    0);
	assert_false(protection.is_protected || protection.is_overridden);
	assert_int_equal(ctrl_decode_text(NULL, 0, text, sizeof text, NULL),
	    0);
	assert_string_equal(text, "");
	list = ctrl_decode_modules(NULL, 0, NULL);
	assert_non_null(list);
	assert_int_equal(list->count, 0);
	module_list_free(list);
}

static void
texts_are_read_and_cut(void **state)
{
	static const uint8_t reply[] = "\x0a\x05" "6.2.0";
	char text[16], small[4];

	(void)state;
	assert_int_equal(ctrl_decode_text(reply, 7, text, sizeof text, NULL),
	    0);
	assert_string_equal(text, "6.2.0");
	assert_int_equal(ctrl_decode_text(reply, 7, small, sizeof small,
	    NULL), 0);
	assert_string_equal(small, "6.2");
}

static void
unknown_fields_are_skipped_and_unknown_numbers_kept(void **state)
{
	struct buf b = { 0 };
	uint32_t mode;
	char text[32];

	(void)state;
	put_number(&b, 15, 1);
	put_bytes(&b, 16, "later", 5);
	put_number(&b, 1, 9);
	put_fixed32(&b, 17, 5);
	assert_int_equal(ctrl_decode_mode(b.data, b.len, &mode, NULL), 0);
	assert_int_equal(mode, 9);
	assert_string_equal(ctrl_cloud_name(9, text, sizeof text),
	    "unknown (9)");
	assert_string_equal(ctrl_cloud_name(2, text, sizeof text),
	    "connected");
	buf_fini(&b);
}

static void
truncated_replies_are_refused(void **state)
{
	struct buf b = { 0 };
	struct error err;

	(void)state;
	put_module(&b, &(struct module){ MODULE_USER, 1, 6, 0, 6, 6, 4, 1, 5 });
	for (size_t len = 1; len < b.len; len++) {
		struct module_list *list;

		list = ctrl_decode_modules(b.data, len, &err);
		assert_null(list);
		assert_int_equal(err.code, ERROR_PROTOCOL);
	}
	buf_fini(&b);
}

static void
new_module_list_is_read(void **state)
{
	struct buf b = { 0 };
	struct module_list *list;
	const struct module_info *m;
	char text[64];

	(void)state;
	put_module(&b, &(struct module){ MODULE_BOOTLOADER, 0, 3100, 0, 6, 6,
	    0, 0, 0 });
	put_module(&b, &(struct module){ MODULE_USER, 1, 6, 0, 0x1e, 0x1a,
	    MODULE_SYSTEM, 1, 6200 });
	put_module(&b, &(struct module){ 44, 1, 6, 9, 0, 0, 0, 0, 0 });
	list = decode(&b);
	assert_false(list->is_old);
	assert_int_equal(list->count, 3);
	m = &list->modules[1];
	assert_int_equal(m->version, 6);
	assert_int_equal(m->size, 1234);
	assert_int_equal(m->max_size, 0x40000);
	assert_true(m->has_hash);
	assert_int_equal(m->hash[1], 0xbb);
	assert_int_equal(m->dependency_count, 1);
	assert_int_equal(m->dependencies[0].version, 6200);
	assert_int_equal(module_failed(m), MODULE_CHECK_DEPENDENCY);
	assert_string_equal(module_checks_text(m->checked, text, sizeof text),
	    "integrity, dependencies, range, platform");
	assert_string_equal(module_checks_text(0, text, sizeof text), "");
	assert_string_equal(module_name(list, 44, 1, text, sizeof text),
	    "unknown (44)");
	assert_string_equal(module_store_name(9, text, sizeof text),
	    "unknown (9)");
	assert_string_equal(module_store_name(1, text, sizeof text),
	    "factory");
	module_list_free(list);
}

static void
put_old_module(struct buf *b, uint32_t type, uint32_t index, uint32_t version,
    uint32_t validity, uint32_t needs_index, uint32_t needs)
{
	struct buf in = { 0 };

	put_number(&in, 1, type);
	put_number(&in, 2, index);
	put_number(&in, 3, version);
	put_number(&in, 5, validity);
	if (needs != 0)
		put_dependency(&in, 6, 2, needs_index, needs);
	put_message(b, 1, &in);
}

static void
old_module_list_speaks_the_same_words(void **state)
{
	struct buf b = { 0 };
	struct module_list *list;
	char text[64];

	(void)state;
	put_old_module(&b, 1, 0, 1003, 0, 0, 0);
	put_old_module(&b, 2, 1, 2008, 0, 0, 0);
	put_old_module(&b, 2, 2, 2008, 0, 1, 2008);
	put_old_module(&b, 3, 1, 6, 2, 2, 3005);
	put_old_module(&b, 9, 1, 6, 1, 0, 0);
	list = decode(&b);
	assert_true(list->is_old);
	assert_int_equal(list->count, 5);
	assert_int_equal(list->modules[0].type, MODULE_BOOTLOADER);
	assert_int_equal(list->modules[3].type, MODULE_USER);
	assert_string_equal(module_name(list, list->modules[2].type, 2, text,
	    sizeof text), "system part 2");
	assert_string_equal(module_name(list, list->modules[4].type, 1, text,
	    sizeof text), "unknown (9)");
	assert_true(module_list_safe_mode_reason(list, text, sizeof text));
	assert_string_equal(text,
	    "user part needs system part 2 3005, device has 2008");
	module_list_free(list);
}

static void
check_reason(const struct module *modules, size_t n, const char *expected)
{
	struct buf b = { 0 };
	struct module_list *list;
	char text[128];

	for (size_t i = 0; i < n; i++)
		put_module(&b, &modules[i]);
	list = decode(&b);
	assert_int_equal(module_list_safe_mode_reason(list, text, sizeof text),
	    expected != NULL);
	assert_string_equal(text, expected == NULL ? "" : expected);
	module_list_free(list);
}

static void
safe_mode_has_its_reason_in_the_modules(void **state)
{
	struct module good[] = {
		{ MODULE_SYSTEM, 1, 5600, 0, 6, 6, MODULE_BOOTLOADER, 0, 2400 },
		{ MODULE_USER, 1, 6, 0, 6, 6, MODULE_SYSTEM, 1, 5600 },
		{ MODULE_BOOTLOADER, 0, 2400, 0, 6, 2, 0, 0, 0 },
	};
	struct module m[3];

	(void)state;
	check_reason(good, 3, NULL);	/* a bootloader is no reason */

	memcpy(m, good, sizeof m);
	m[1].passed = 2;
	m[1].needs_version = 6200;
	check_reason(m, 3, "user part needs system 6200, device has 5600");
	check_reason(m + 1, 2, "user part needs system 6200, device has none");

	m[1].needs_version = 5000;	/* it fails, and nothing tells why */
	check_reason(m, 3, "user part fails its dependency check");

	m[1].passed = 4;
	check_reason(m, 3, "user part fails its integrity check");

	m[1].store = MODULE_STORE_FACTORY;	/* that one does not run */
	check_reason(m, 3, NULL);

	memcpy(m, good, sizeof m);
	m[0].passed = 2;
	m[0].needs_version = 3100;
	m[1].passed = 2;
	check_reason(m, 3,
	    "system part needs bootloader 3100, device has 2400");
}

static void
json_module_list_is_recognised(void **state)
{
	static const char json[] = "{\"p\":6,\"m\":[]}";
	struct error err;

	(void)state;
	assert_null(ctrl_decode_modules((const uint8_t *)json,
	    sizeof json - 1, &err));
	assert_int_equal(err.code, ERROR_UNSUPPORTED);
}

static void
lists_that_are_too_long_are_cut(void **state)
{
	static struct ctrl_assets assets;
	struct buf b = { 0 };
	struct module_list *list;

	(void)state;
	for (int i = 0; i < MODULE_LIST_MAX + 5; i++)
		put_module(&b, &(struct module){ MODULE_USER, 1, 6, 0, 6, 6,
		    0, 0, 0 });
	list = decode(&b);
	assert_int_equal(list->count, MODULE_LIST_MAX);
	assert_true(list->is_cut);
	module_list_free(list);

	for (int i = 0; i < CTRL_ASSETS_MAX + 1; i++) {
		struct buf in = { 0 };

		put_bytes(&in, 2, "bell.wav", 8);
		put_number(&in, 3, 77);
		put_message(&b, i % 2 == 0 ? 1 : 2, &in);
	}
	assert_int_equal(ctrl_decode_assets(b.data, b.len, &assets, NULL), 0);
	assert_int_equal(assets.available_count, CTRL_ASSETS_MAX / 2 + 1);
	assert_string_equal(assets.required[0].name, "bell.wav");
	assert_int_equal(assets.required[0].size, 77);
	assert_false(assets.is_cut);
	buf_fini(&b);
}

static void
cellular_numbers_are_read(void **state)
{
	struct ctrl_cellular out;
	struct buf b = { 0 };

	(void)state;
	put_bytes(&b, 1, "8934076500002589123", 19);
	assert_int_equal(ctrl_decode_cellular(b.data, b.len, &out, NULL), 0);
	assert_string_equal(out.iccid, "8934076500002589123");
	assert_string_equal(out.imei, "");
	buf_fini(&b);
}

static void
requests_know_what_may_be_done_with_them(void **state)
{
	(void)state;
	assert_true(ctrl_type_is_repeatable(CTRL_DFU_MODE));
	assert_false(ctrl_type_is_repeatable(CTRL_APP_CUSTOM));
	assert_false(ctrl_type_is_repeatable(9999));
	assert_true(ctrl_type_resets(CTRL_SAFE_MODE));
	assert_false(ctrl_type_resets(CTRL_START_LISTENING));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_replies_are_defaults),
		cmocka_unit_test(texts_are_read_and_cut),
		cmocka_unit_test(
		    unknown_fields_are_skipped_and_unknown_numbers_kept),
		cmocka_unit_test(truncated_replies_are_refused),
		cmocka_unit_test(new_module_list_is_read),
		cmocka_unit_test(old_module_list_speaks_the_same_words),
		cmocka_unit_test(safe_mode_has_its_reason_in_the_modules),
		cmocka_unit_test(json_module_list_is_recognised),
		cmocka_unit_test(lists_that_are_too_long_are_cut),
		cmocka_unit_test(cellular_numbers_are_read),
		cmocka_unit_test(requests_know_what_may_be_done_with_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
