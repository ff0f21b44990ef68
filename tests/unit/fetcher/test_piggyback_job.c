/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: what a job says of piggyback: names, blocks, what is used.
 */
#include "common/mem.h"
#include "fetcher/piggyback.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
test_target(void **state)
{
	static const struct {
		const char *translate, *written, *target;
	} cases[] = {
	    {"{}", " vm 1 ", "vm_1"},
	    {"{\"drop_domain\":true}", "web01.example.com", "web01"},
	    {"{\"drop_domain\":true}", "10.1.2.3", "10.1.2.3"},
	    {"{\"case\":\"upper\"}", "web01", "WEB01"},
	    {"{\"case\":\"lower\"}", "WEB01", "web01"},
	    {"{\"regex\":[[\"vm-(.*)-(\\\\d+)\",\"\\\\2.\\\\1\"]]}",
		"vm-web-12", "12.web"},
	    {"{\"regex\":[[\"vm\",\"x\"],[\"(\",\"y\"],[\"vm-(.*)\",\"\\\\1\"]]"
	     "}",
		"vm-web", "web"},
	    {"{\"drop_domain\":true,\"map\":{\"a\":\"b c\"}}", "a.example",
		"b_c"},
	    {"{\"map\":{\"a\":\"\"}}", "a", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *translate = json_loads(cases[i].translate, 0, NULL);
		struct str out = {0};

		assert_non_null(translate);
		piggyback_target(translate, slice_of(cases[i].written), &out);
		assert_string_equal(str_get(&out), cases[i].target);
		str_free(&out);
		json_decref(translate);
	}
}

static void
test_blocks(void **state)
{
	struct msg_job job = {.host = SLICE("esx1"),
	    .interval_ms = 60000,
	    .piggyback = SLICE("{\"translate\":{\"drop_domain\":true}}")};
	struct slice output = SLICE("<<<uptime>>>\n1 2\n"
				    "<<<<b.example>>>>\n<<<a>>>\n1\n"
				    "<<<<a>>>>\n<<<a>>>\n2\n<<<<>>>>\n"
				    "<<<<esx1.example>>>>\n<<<own>>>\n3\n"
				    "<<<<b>>>>\n<<<b>>>\n4\n<<<<>>>>\n");
	struct str blocks = {0};
	struct msg_piggyback_block b;
	struct slice list;

	(void)state;
	piggyback_blocks(&job, output, 1000, &blocks);
	list = str_slice(&blocks);
	assert_true(msg_piggyback_block_next(&list, &b));
	assert_true(slice_eqs(b.target, "a"));
	assert_true(slice_eqs(b.output, "<<<a:cached(1000,90)>>>\n2\n"));
	assert_true(msg_piggyback_block_next(&list, &b));
	assert_true(slice_eqs(b.target, "b"));
	assert_true(slice_eqs(b.output,
	    "<<<a:cached(1000,90)>>>\n1\n<<<b:cached(1000,90)>>>\n4\n"));
	assert_false(msg_piggyback_block_next(&list, &b));
	str_clear(&blocks);
	piggyback_blocks(&job, SLICE("<<<uptime>>>\n1 2\n"), 1000, &blocks);
	assert_int_equal(blocks.len, 0);
	str_free(&blocks);
}

static void
put(struct str *list, const char *source, int64_t at, int64_t source_at)
{
	struct msg_piggyback_kept k = {
	    slice_of(source), at, source_at, SLICE("<<<uptime>>>\n1 2\n")};

	msg_piggyback_kept_put(list, &k);
}

static void
test_sources(void **state)
{
	struct str kept = {0};
	struct msg_job job = {.host = SLICE("vm1"),
	    .piggyback = SLICE("{\"max_age\":\"10m\",\"validity\":\"2m\","
			       "\"validity_state\":1,\"sources\":{\"esx3\":"
			       "{\"max_age\":\"1m\"}}}")};
	struct piggyback_sources s = {0};

	(void)state;
	put(&kept, "esx1", 1000, 1000);
	put(&kept, "esx2", 1000, 1060);
	put(&kept, "esx3", 1000, 1000);
	job.sources = str_slice(&kept);
	piggyback_sources_read(&s, &job, 1070);
	assert_int_equal(s.n, 3);
	assert_int_not_equal(s.list[0].output.len, 0);
	assert_int_equal(s.list[0].state, 0);
	assert_int_not_equal(s.list[1].output.len, 0);
	assert_int_equal(s.list[1].state, 1);
	assert_int_equal(s.list[2].output.len, 0);
	piggyback_sources_free(&s);
	job.piggyback = SLICE("{\"use\":\"never\"}");
	piggyback_sources_read(&s, &job, 1070);
	assert_int_equal(s.n, 0);
	piggyback_sources_free(&s);
	str_free(&kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_target),
	    cmocka_unit_test(test_blocks),
	    cmocka_unit_test(test_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
