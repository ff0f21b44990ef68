/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: core's store of what hosts sent for other hosts.
 */
#include "common/mem.h"
#include "common/msg.h"
#include "core/schedule/piggyback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void
take(struct piggyback *p, const char *source, const char *targets,
    const char *bytes, int64_t now)
{
	struct slice rest = slice_of(targets), target;
	struct str blocks = {0};

	while (slice_word(&rest, &target)) {
		struct msg_piggyback_block b = {target, slice_of(bytes)};

		msg_piggyback_block_put(&blocks, &b);
	}
	piggyback_take(p, slice_of(source), str_slice(&blocks), now);
	str_free(&blocks);
}

/* "source bytes stored_at source_at;" of each. */
static void
same(const struct piggyback *p, const char *target, const char *expected)
{
	struct str kept = {0}, text = {0};
	struct msg_piggyback_kept k;
	struct slice list;

	piggyback_give(p, slice_of(target), &kept);
	list = str_slice(&kept);
	while (msg_piggyback_kept_next(&list, &k))
		str_addf(&text, "%.*s %.*s %lld %lld;", (int)k.source.len,
		    k.source.s, (int)k.output.len, k.output.s,
		    (long long)k.stored_at, (long long)k.source_at);
	assert_string_equal(str_get(&text), expected);
	str_free(&kept);
	str_free(&text);
}

static void
test_times(void **state)
{
	struct piggyback *p = piggyback_new();

	(void)state;
	same(p, "a", "");
	take(p, "s", "a b", "x", 100);
	take(p, "t", "a", "y", 110);
	same(p, "a", "s x 100 100;t y 110 110;");
	take(p, "s", "b", "z", 160); /* a is not mentioned any more */
	same(p, "a", "s x 100 160;t y 110 110;");
	same(p, "b", "s z 160 160;");
	take(p, "s", "", "", 220); /* nor anybody */
	same(p, "b", "s z 160 0;");
	assert_true(piggyback_has(p, SLICE("b")));
	assert_false(piggyback_has(p, SLICE("s")));
	piggyback_expire(p, 100 + PIGGYBACK_AGE);
	same(p, "a", "t y 110 110;");
	piggyback_expire(p, 1000 + PIGGYBACK_AGE);
	same(p, "b", "");
	piggyback_free(&p);
}

static void
test_many(void **state)
{
	struct piggyback *p = piggyback_new();
	char name[32];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "host%d", i);
		take(p, "s", name, "x", 100);
	}
	same(p, "host4711", "s x 100 100;");
	piggyback_free(&p);
}

static void
test_limits(void **state)
{
	struct piggyback *p = piggyback_new();
	char *big = xcalloc(1, PIGGYBACK_BLOCK_BYTES + 2);
	struct msg_piggyback_block b = {
	    SLICE("a"), {big, PIGGYBACK_BLOCK_BYTES + 1}};
	struct str blocks = {0};

	(void)state;
	msg_piggyback_block_put(&blocks, &b);
	piggyback_take(p, SLICE("s"), str_slice(&blocks), 100);
	assert_false(piggyback_has(p, SLICE("a")));
	str_free(&blocks);
	free(big);
	piggyback_free(&p);
}

static void
test_file(void **state)
{
	char path[] = "/tmp/piggyback.XXXXXX";
	struct piggyback *p = piggyback_new();
	struct err err;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	take(p, "s", "a b", "x", 100);
	take(p, "s", "b", "y", 160);
	assert_int_equal(piggyback_save(p, path, &err), 0);
	piggyback_free(&p);
	p = piggyback_new();
	assert_int_equal(piggyback_load(p, path, &err), 0);
	same(p, "a", "s x 100 160;");
	same(p, "b", "s y 160 160;");
	piggyback_free(&p);
	assert_int_equal(truncate(path, 10), 0);
	p = piggyback_new();
	assert_int_equal(piggyback_load(p, path, &err), -1);
	unlink(path);
	assert_int_equal(piggyback_load(p, path, &err), 0);
	piggyback_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
