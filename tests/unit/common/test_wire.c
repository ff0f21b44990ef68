/* SPDX-License-Identifier: Apache-2.0
 *
 * MessagePack bodies and the catalogue's codecs.
 */
#include "common/mem.h"
#include "common/msg.h"
#include "common/wire_raw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
test_numbers(void **state)
{
	static const int64_t values[] = {0, 1, -1, 127, 128, -32, -33, 255, 256,
	    65535, 65536, -129, -32769, INT32_MIN, UINT32_MAX, INT64_MAX,
	    INT64_MIN};
	struct str out = {0};
	struct wire w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		wire_put_i64(&out, values[i]);
	w = wire_of(str_slice(&out));
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		assert_int_equal(wire_get_i64(&w), values[i]);
	assert_null(w.why);
	assert_true(wire_at_end(&w));
	str_free(&out);
}

static void
test_range(void **state)
{
	struct str out = {0};
	struct wire w;

	(void)state;
	wire_put_i64(&out, -1);
	w = wire_of(str_slice(&out));
	assert_int_equal(wire_get_u32(&w), 0);
	assert_non_null(w.why);
	str_clear(&out);
	wire_put_u64(&out, (uint64_t)UINT32_MAX + 1);
	w = wire_of(str_slice(&out));
	wire_get_u32(&w);
	assert_non_null(w.why);
	str_free(&out);
}

static void
test_sticky(void **state)
{
	struct wire w = wire_of(SLICE("\xa5"
				      "ab"));
	struct slice s = wire_get_str(&w);

	(void)state;
	assert_int_equal(s.len, 0);
	assert_string_equal(w.why, "cut short");
	assert_int_equal(wire_get_u32(&w), 0);
	assert_string_equal(w.why, "cut short");
}

static void
test_greedy_array(void **state)
{
	struct wire w = wire_of(SLICE("\xdd\xff\xff\xff\xff"));

	(void)state;
	assert_int_equal(wire_get_array(&w), 0);
	assert_non_null(w.why);
}

static void
test_message(void **state)
{
	struct str items = {0}, frame = {0}, text = {0};
	struct msg_job_item item = {
	    .object = 7, .check = SLICE("filesystem"), .item = SLICE("/")};
	struct msg m, in;
	const char *why = NULL;
	struct slice rest;
	struct wire w;

	(void)state;
	msg_job_item_put(&items, &item);
	item.object = 8;
	msg_job_item_put(&items, &item);
	m = (struct msg){.id = MSG_JOB,
	    .job = {.job_id = 1,
		.host = SLICE("h"),
		.timeout_ms = 60000,
		.items = str_slice(&items)}};
	msg_put(&frame, &m);
	msg_put(&frame, &(struct msg){.id = MSG_HEARTBEAT, .heartbeat = {9}});
	w = wire_of(str_slice(&frame));
	assert_int_equal(msg_get(&w, &in, &why), 1);
	assert_int_equal(in.id, MSG_JOB);
	assert_true(slice_eqs(in.job.host, "h"));
	rest = in.job.items;
	assert_true(msg_job_item_next(&rest, &item));
	assert_int_equal(item.object, 7);
	assert_true(msg_job_item_next(&rest, &item));
	assert_int_equal(item.object, 8);
	assert_false(msg_job_item_next(&rest, &item));
	msg_print(&text, &in);
	assert_non_null(strstr(text.s, "job_id=1"));
	assert_int_equal(msg_get(&w, &in, &why), 1);
	assert_int_equal(in.heartbeat.boot, 9);
	assert_int_equal(msg_get(&w, &in, &why), 0);
	str_free(&items);
	str_free(&frame);
	str_free(&text);
}

/* Every prefix of a frame is refused or is at a message's end. */
static void
test_prefixes(void **state)
{
	struct str frame = {0};
	const char *why;
	struct msg in;

	(void)state;
	msg_put(&frame,
	    &(struct msg){.id = MSG_COMMAND,
		.command = {1, SLICE("me"), SLICE("[1] X;y")}});
	for (size_t n = 1; n < frame.len; n++) {
		struct wire w = wire_of((struct slice){frame.s, n});

		assert_int_equal(msg_get(&w, &in, &why), -1);
	}
	str_free(&frame);
}

static void
test_field_count(void **state)
{
	struct str frame = {0};
	const char *why = NULL;
	struct wire w;
	struct msg in;

	(void)state;
	wire_put_array(&frame, 3);
	wire_put_u32(&frame, MSG_HEARTBEAT);
	wire_put_u64(&frame, 1);
	wire_put_u64(&frame, 2);
	w = wire_of(str_slice(&frame));
	assert_int_equal(msg_get(&w, &in, &why), -1);
	assert_string_equal(why, "wrong number of fields");
	str_free(&frame);
}

/* The fast writer of messages says the same as the slow one can read. */
static void
reserved_room(void **state)
{
	static const int64_t numbers[] = {0, 1, 127, 128, 255, 256, 65535,
	    65536, UINT32_MAX, INT64_C(1) << 32, INT64_MAX, -1, -32, -33, -128,
	    INT32_MIN, (int64_t)INT32_MIN - 1, INT64_MIN};
	static const size_t lengths[] = {0, 31, 32, 255, 256, 65535, 65536};
	struct str out = {0}, text = {0};
	struct wire w;

	(void)state;
	for (size_t i = 0; i < 70000; i++)
		str_addc(&text, 'x');
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint8_t *p;

		str_clear(&out);
		p = wire_raw_begin(&out,
		    WIRE_ROOM_i64(0) + WIRE_ROOM_u64(0) + WIRE_ROOM_u32(0) +
			WIRE_ROOM_f64(0) + WIRE_ROOM_bool(0));
		p = wire_raw_i64(p, numbers[i]);
		p = wire_raw_u64(p, (uint64_t)numbers[i]);
		p = wire_raw_u32(p, (uint32_t)numbers[i]);
		p = wire_raw_f64(p, (double)numbers[i]);
		wire_raw_end(&out, wire_raw_bool(p, i % 2 == 1));
		w = wire_of(str_slice(&out));
		assert_true(wire_get_i64(&w) == numbers[i]);
		assert_true(wire_get_u64(&w) == (uint64_t)numbers[i]);
		assert_true(wire_get_u32(&w) == (uint32_t)numbers[i]);
		assert_true(wire_get_f64(&w) == (double)numbers[i]);
		assert_true(wire_get_bool(&w) == (i % 2 == 1));
		assert_true(wire_at_end(&w) && w.why == NULL);
	}
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct slice v = {text.s, lengths[i]};
		uint8_t *p;

		str_clear(&out);
		p = wire_raw_begin(&out,
		    WIRE_ROOM_ARRAY + WIRE_ROOM_str(v) + WIRE_ROOM_list(v));
		p = wire_raw_array(p, 2);
		p = wire_raw_str(p, v);
		wire_raw_end(&out, wire_raw_list(p, v));
		w = wire_of(str_slice(&out));
		assert_int_equal(wire_get_array(&w), 2);
		assert_true(slice_eq(wire_get_str(&w), v));
		assert_true(slice_eq(wire_get_list(&w), v));
		assert_true(wire_at_end(&w) && w.why == NULL);
	}
	str_free(&out);
	str_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reserved_room),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_range),
	    cmocka_unit_test(test_sticky),
	    cmocka_unit_test(test_greedy_array),
	    cmocka_unit_test(test_message),
	    cmocka_unit_test(test_prefixes),
	    cmocka_unit_test(test_field_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
