/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: persist() sections over several fetches, as any worker sees them:
 * the outcome's blocks of one job are the next job's sources.
 */
#include "common/mem.h"
#include "fetcher/persist.h"
#include "fetcher/piggyback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct host {           /* what core keeps of it */
	struct str own; /* the block for itself */
};

/* A fetch at `now`; returns the cache time of the service Uptime, -1: none. */
static int64_t
fetch(struct host *h, const char *output, int64_t now, int64_t *interval_r)
{
	struct str sources = {0}, items = {0}, results = {0}, blocks = {0};
	struct msg_piggyback_kept kept = {.source = SLICE("web01"),
	    .output = str_slice(&h->own),
	    .stored_at = now - 60,
	    .source_at = now - 60};
	struct msg_job_item item = {.check = SLICE("uptime")};
	struct piggyback_sources read = {0};
	struct msg_piggyback_block b;
	struct msg_job_result r;
	int64_t cached = -1;

	if (h->own.len > 0)
		msg_piggyback_kept_put(&sources, &kept);
	msg_job_item_put(&items, &item);
	struct msg_job job = {.host = SLICE("web01"),
	    .interval_ms = 60000,
	    .sources = str_slice(&sources),
	    .items = str_slice(&items)};
	piggyback_sources_read(&read, &job, now);
	assert_int_equal(read.n, 0); /* its own copy is no other host's data */
	struct evaluate_input in = {.job = &job,
	    .output = slice_of(output),
	    .persisted = read.persisted,
	    .now_us = now * 1000000};
	evaluate_agent(&in, &results);
	struct slice list = str_slice(&results);
	assert_true(msg_job_result_next(&list, &r));
	if (msg_job_result_next(&list, &r)) {
		assert_int_equal(r.state, 0);
		cached = r.cached_at;
		*interval_r = (int64_t)r.cache_interval;
	}
	piggyback_blocks(&job, slice_of(output), now, &blocks);
	str_clear(&h->own);
	list = str_slice(&blocks);
	while (msg_piggyback_block_next(&list, &b)) {
		assert_true(slice_eqs(b.target, "web01"));
		str_addslice(&h->own, b.output);
	}
	piggyback_sources_free(&read);
	str_free(&sources);
	str_free(&items);
	str_free(&results);
	str_free(&blocks);
	return cached;
}

static void
test_stored_copy(void **state)
{
	struct host h = {0};
	int64_t interval = 0;

	(void)state;
	assert_int_equal(
	    fetch(&h, "<<<a>>>\n1\n<<<uptime:persist(2000)>>>\n12 3\n", 1000,
		&interval),
	    1000);
	assert_int_equal(interval, 1000);
	assert_string_equal(str_get(&h.own),
	    "<<<uptime:persist(2000):cached(1000,1000)>>>\n12 3\n");
	/* Lacking it, with the age that it has. */
	for (int64_t now = 1060; now < 2000; now += 60) {
		assert_int_equal(
		    fetch(&h, "<<<a>>>\n1\n", now, &interval), 1000);
		assert_int_equal(interval, 1000);
	}
	/* It has expired: not used, not kept. */
	assert_int_equal(fetch(&h, "<<<a>>>\n1\n", 2000, &interval), -1);
	assert_int_equal(h.own.len, 0);
	str_free(&h.own);
}

static void
test_replaced(void **state)
{
	struct host h = {0};
	int64_t interval = 0;

	(void)state;
	/* cached() wins over persist(). */
	assert_int_equal(fetch(&h,
			     "<<<uptime:cached(900,300):persist(2000)>>>\n1 "
			     "1\n<<<b:persist(1500):sep(0):nostrip()>>>\n x\n",
			     1000, &interval),
	    900);
	assert_int_equal(interval, 300);
	/* Fresh data of that name, though without the option: the copy goes. */
	assert_int_equal(fetch(&h, "<<<uptime>>>\n1 1\n", 1060, &interval), 0);
	assert_string_equal(str_get(&h.own),
	    "<<<b:persist(1500):sep(0):nostrip():cached(1000,500)>>>\n x\n");
	/* A fetch that says nothing gives nothing, and the copy stays. */
	assert_int_equal(fetch(&h, "", 1120, &interval), -1);
	assert_true(h.own.len > 0);
	str_free(&h.own);
}

static void
test_bounded(void **state)
{
	struct str output = {0}, kept = {0};

	(void)state;
	str_add(&output, "<<<big:persist(9999)>>>\n");
	while (output.len < PERSIST_MAX_BYTES)
		str_add(&output, "0123456789abcdef0123456789abcdef\n");
	str_add(&output, "<<<small:persist(9999)>>>\n1\n");
	persist_keep(str_slice(&output), SLICE("h"), SLICE(""), 1, &kept);
	assert_string_equal(
	    str_get(&kept), "<<<small:persist(9999):cached(1,9998)>>>\n1\n");
	str_free(&output);
	str_free(&kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stored_copy),
	    cmocka_unit_test(test_replaced),
	    cmocka_unit_test(test_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
