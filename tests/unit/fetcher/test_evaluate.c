/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: from an agent's output to results.
 */
#include "fetcher/evaluate.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MAX_RESULTS 64

struct fixture {
	struct str output, items, results;
	struct msg_job_result result[MAX_RESULTS];
	size_t n;
	int64_t now_us;
	const char *failure;
};

static int
setup(void **state)
{
	struct fixture *f = xnew(struct fixture);
	f->now_us = INT64_C(1760000150) * 1000000;
	setenv("TZ", "UTC", 1);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	str_free(&f->output);
	str_free(&f->items);
	str_free(&f->results);
	free(f);
	return 0;
}

static void
load(struct fixture *f, const char *name)
{
	char buf[4096];
	size_t n;
	char *path = xasprintf("tests/data/agent/%s", name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	str_clear(&f->output);
	while ((n = fread(buf, 1, sizeof(buf), file)) > 0)
		str_addn(&f->output, buf, n);
	fclose(file);
	free(path);
}

static void
item_full(struct fixture *f, uint32_t object, const char *check,
    const char *item, const char *params, struct slice state)
{
	struct msg_job_item i = {.object = object,
	    .check = slice_of(check),
	    .item = slice_of(item),
	    .params = slice_of(params),
	    .state = state};
	msg_job_item_put(&f->items, &i);
}

static void
item(struct fixture *f, uint32_t object, const char *check, const char *name)
{
	item_full(f, object, check, name, "", (struct slice){NULL, 0});
}

static void
run(struct fixture *f)
{
	struct msg_job job = {.kind = MSG_JOB_AGENT,
	    .host = SLICE("web01"),
	    .items = str_slice(&f->items)};
	struct evaluate_input in = {.job = &job,
	    .output = str_slice(&f->output),
	    .failure = f->failure,
	    .now_us = f->now_us,
	    .fetch_us = 123456};
	str_clear(&f->results);
	evaluate_agent(&in, &f->results);
	struct slice list = str_slice(&f->results);
	for (f->n = 0;
	     f->n < MAX_RESULTS && msg_job_result_next(&list, &f->result[f->n]);
	     f->n++)
		;
	assert_int_equal(list.len, 0);
}

static const struct msg_job_result *
result(const struct fixture *f, uint32_t object)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->result[i].object == object)
			return &f->result[i];
	return NULL;
}

static void
expect_slice(struct slice got, const char *want)
{
	char *text = slice_dup(got);
	assert_string_equal(text, want);
	free(text);
}

static void
expect(const struct fixture *f, uint32_t object, uint32_t state,
    const char *output)
{
	const struct msg_job_result *r = result(f, object);
	assert_non_null(r);
	expect_slice(r->output, output);
	assert_int_equal(r->state, state);
}

/* Seconds: user's and kernel's; each call is half a second later. */
static void
cpu_of_a_test(double used[2])
{
	static double calls;

	calls++;
	used[0] = calls * 0.5;
	used[1] = calls * 0.25;
}

static void
test_times(void **state)
{
	struct fixture *f = *state;
	struct msg_job job = {.kind = MSG_JOB_PROGRAM, .host = SLICE("web01")};
	struct evaluate_input in = {.job = &job,
	    .output = SLICE("<<<check_mk>>>\nVersion: 1\n"),
	    .has_snmp = true,
	    .fetch_us = 3000000,
	    .snmp_us = 1000000,
	    .children = {0.75, 0.125},
	    .cpu = cpu_of_a_test};
	struct slice list;

	evaluate_agent(&in, &f->results);
	list = str_slice(&f->results);
	assert_true(msg_job_result_next(&list, &f->result[0]));
	expect_slice(f->result[0].perfdata,
	    "execution_time=3 user_time=0.5 system_time=0.25 "
	    "children_user_time=0.75 children_system_time=0.125 "
	    "cmk_time_ds=2 cmk_time_snmp=1");
}

/* What the host's rules say of each trouble comes with its discovery. */
static void
test_states(void **state)
{
	static const char plan[] =
	    "{\"interval\":7200,\"params\":{\"ps\":{\"discover\":{"
	    "\"x \\\"check_mk\\\":{\":\"y\"}},\"check_mk\":{"
	    "\"connection\":\"WARN\",\"timeout\":0,\"empty_output\":3,"
	    "\"missing_sections\":\"OK\"}}}";
	static const struct {
		const char *failure, *output;
		bool late;
		uint32_t by_plan, by_default;
	} rows[] = {{"refused", "", false, 1, 2}, {"too late", "", true, 0, 2},
	    {NULL, "", false, 3, 2},
	    {NULL, "nonsense of no agent", false, 3, 2},
	    {NULL, "<<<check_mk>>>\nVersion: 1\n", false, 0, 1}};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct str items = {0}, results = {0};
		struct msg_job_item missing = {
		    .object = 1, .check = SLICE("uptime")};
		struct msg_job_item discovery = {.object = 2,
		    .check = SLICE("check_mk_discovery"),
		    .params = i % 2 == 0 ? slice_of(plan) : SLICE("")};
		msg_job_item_put(&items, &missing);
		msg_job_item_put(&items, &discovery);
		struct msg_job job = {.kind = MSG_JOB_AGENT,
		    .host = SLICE("web01"),
		    .items = str_slice(&items)};
		struct evaluate_input in = {.job = &job,
		    .output = slice_of(rows[i / 2].output),
		    .failure = rows[i / 2].failure,
		    .late = rows[i / 2].late};
		struct msg_job_result r;
		evaluate_agent(&in, &results);
		struct slice list = str_slice(&results);
		assert_true(msg_job_result_next(&list, &r));
		assert_int_equal(r.state,
		    i % 2 == 0 ? rows[i / 2].by_plan : rows[i / 2].by_default);
		str_free(&items);
		str_free(&results);
	}
}

static void
test_whole_host(void **state)
{
	struct fixture *f = *state;
	load(f, "linux-2.4.txt");
	item(f, 1, "filesystem", "/");
	item(f, 2, "cpu_loads", "");
	item(f, 3, "memory", "");
	item(f, 4, "uptime", "");
	run(f);
	assert_int_equal(f->n, 5);
	assert_int_equal(f->result[0].object, MSG_OWN_OBJECT);
	expect(f, MSG_OWN_OBJECT, 0,
	    "[agent] Success, Version: 2.4.0p16, OS: linux, "
	    "execution time 0.12 sec");
	expect_slice(result(f, MSG_OWN_OBJECT)->perfdata,
	    "execution_time=0.123456 cmk_time_agent=0.123456");
	expect(f, 1, 0, "Used: 40.15% - 19.7 GiB of 49.1 GiB");
	expect_slice(result(f, 1)->perfdata,
	    "fs_used=20180.65625;40214.896875;45241.758984;0;50268.621094 "
	    "fs_size=50268.621094;;;0 fs_used_percent=40.145633;80;90;0;100 "
	    "inodes_used=201001;2949120;3112960;0;3276800");
	expect(
	    f, 2, 0, "15 min load: 0.30, 15 min load per core: 0.04 (8 cores)");
	expect_slice(result(f, 2)->perfdata,
	    "load1=0.42;;;0;8 load5=0.38;;;0;8 load15=0.3;40;80;0;8");
	expect(
	    f, 4, 0, "Up since 2025-10-09 07:37:18, Uptime: 1 hour 18 minutes");
	expect_slice(result(f, 4)->perfdata, "uptime=4711.08");
	/* (8052000 - 1204212 - 4421500 + 50000) kB of 10149148 kB */
	expect(f, 3, 0, "Total virtual memory: 24.40% - 2.36 GiB of 9.68 GiB");
	assert_true(result(f, 1)->state_blob.len > 0);
	assert_int_equal(result(f, 2)->state_blob.len, 0);
}

static void
test_filesystem_levels_and_item(void **state)
{
	struct fixture *f = *state;
	load(f, "linux-2.4.txt");
	item(f, 1, "filesystem", "/var/lib/my data");
	item(f, 2, "filesystem", "/gone");
	item(f, 3, "filesystem", "btrfs /dev/sdc");
	item_full(f, 4, "filesystem", "/", "{\"levels\": [\"30%\", \"50%\"]}",
	    (struct slice){NULL, 0});
	item_full(f, 5, "filesystem", "/", "{\"levels\": [-40000, -20000]}",
	    (struct slice){NULL, 0});
	item_full(f, 6, "filesystem", "/", "{\"levels\": null}",
	    (struct slice){NULL, 0});
	item_full(f, 7, "filesystem", "/", "{\"levles\": null, \"magic\": []}",
	    (struct slice){NULL, 0});
	item_full(f, 8, "filesystem", "/", "{\"magic\": 0.8}",
	    (struct slice){NULL, 0});
	run(f);
	expect(f, 1, 2,
	    "Used: 90.46% - 181 GiB of 200 GiB (warn/crit at 80.00%/90.00% "
	    "used)(!!), Inodes available: 5242880 (5.00%) (warn/crit below "
	    "10.00%/5.00%)(!)");
	expect(f, 2, 3, "Item not found in monitoring data(?)");
	expect(f, 3, 0, "Used: 20.00% - 4.00 GiB of 20.0 GiB");
	expect(f, 4, 1,
	    "Used: 40.15% - 19.7 GiB of 49.1 GiB (warn/crit at 30.00%/50.00% "
	    "used)(!)");
	expect(f, 5, 1,
	    "Used: 40.15% - 19.7 GiB of 49.1 GiB (warn/crit at 10.0 GiB/29.6 "
	    "GiB used)(!)");
	expect(f, 6, 0, "Used: 40.15% - 19.7 GiB of 49.1 GiB");
	expect(f, 7, 3,
	    "parameters: magic: expected a number or null; levles: the check "
	    "filesystem has no such parameter(?)");
	expect(f, 8, 0,
	    "Used: 40.15% - 19.7 GiB of 49.1 GiB (warn/crit at 83.29%/91.64% "
	    "used)");
}

static void
test_growth(void **state)
{
	struct fixture *f = *state;
	static const char before[] =
	    "<<<df>>>\n/dev/a ext4 10240 1024 9216 10% /\n";
	static const char after[] =
	    "<<<df>>>\n/dev/a ext4 10240 2048 8192 20% /\n";
	str_add(&f->output, before);
	item(f, 1, "filesystem", "/");
	run(f);
	char *blob = slice_dup(result(f, 1)->state_blob);
	struct slice kept = {blob, result(f, 1)->state_blob.len};
	str_clear(&f->output);
	str_add(&f->output, after);
	str_clear(&f->items);
	item_full(f, 1, "filesystem", "/", "{\"levels\": null}", kept);
	f->now_us += 60 * INT64_C(1000000);
	run(f);
	/* 1 MiB in a minute */
	expect_slice(result(f, 1)->perfdata,
	    "fs_used=2;;;0;10 fs_size=10;;;0 fs_used_percent=20;;;0;100 "
	    "growth=1440 trend=1440");
	free(blob);
}

static void
test_missing_and_broken_sections(void **state)
{
	struct fixture *f = *state;
	load(f, "broken.txt");
	item(f, 1, "filesystem", "/");
	item(f, 2, "cpu_loads", "");
	item(f, 3, "uptime", "");
	item(f, 4, "memory", "");
	item(f, 5, "local", "Gr\303\274n");
	item(f, 6, "nonsense", "");
	run(f);
	assert_null(result(f, 2));
	expect(f, 1, 0, "Used: 40.15% - 19.7 GiB of 49.1 GiB");
	expect(
	    f, 3, 3, "cannot parse section uptime line 1: expected seconds(?)");
	expect(f, 4, 0, "Total (RAM + swap): 60.00% - 600 KiB of 1000 KiB");
	expect(f, 5, 0, "\303\244\303\266\303\274 ok");
	expect(f, 6, 3, "there is no check nonsense(?)");
	expect(f, MSG_OWN_OBJECT, 1,
	    "[agent] Success, Version: 1.6.0p11, OS: linux, Missing "
	    "monitoring data for plugins: cpu_loads (section cpu)(!), Section "
	    "uptime failed: line 1: expected seconds(!), "
	    "execution time 0.12 sec");
	expect_slice(result(f, MSG_OWN_OBJECT)->long_output,
	    "1 section headers not understood, the first in line 7");
}

static void
test_failures(void **state)
{
	struct fixture *f = *state;
	item(f, 1, "uptime", "");
	run(f);
	expect(f, MSG_OWN_OBJECT, 2,
	    "[agent] Empty output from agent(!!), execution time 0.12 sec");
	assert_int_equal(f->n, 1);
	str_add(&f->output, "SSH-2.0-OpenSSH_9.2\n");
	run(f);
	assert_int_equal(f->n, 1);
	expect(f, MSG_OWN_OBJECT, 2,
	    "[agent] No section in 20 bytes of output: is it an agent?(!!), "
	    "execution time 0.12 sec");
	f->failure = "connection refused";
	run(f);
	assert_int_equal(f->n, 1);
	expect(f, MSG_OWN_OBJECT, 2,
	    "[agent] connection refused(!!), execution time 0.12 sec");
	f->failure = NULL;
	str_clear(&f->output);
	str_add(&f->output, "<<<check_mk>>>\n<<<mem>>>\n");
	item(f, 2, "memory", "");
	run(f);
	assert_int_equal(f->n, 1);
	expect(f, MSG_OWN_OBJECT, 1,
	    "[agent] Success, Missing monitoring data for all plugins(!), "
	    "execution time 0.12 sec");
}

static void
test_local(void **state)
{
	struct fixture *f = *state;
	load(f, "linux-2.4.txt");
	item(f, 1, "local", "Backup_DB");
	item(f, 2, "local", "Web shop");
	item(f, 3, "local", "Room_1");
	item(f, 4, "local", "Queue");
	item(f, 5, "local", "Queue2");
	item(f, 6, "local", "Slow_Scan");
	item(f, 7, "local", "Foo");
	item(f, 8, "local", "Gone");
	run(f);
	expect(f, 1, 0, "finished 03:10");
	expect_slice(result(f, 1)->perfdata, "size=52428800;90000000;90000000");
	expect(f, 2, 2, "checkout broken");
	expect_slice(result(f, 2)->long_output, "see ticket 12");
	expect(f, 3, 2, "Humidity: 27.00 (warn/crit below 40.00/30.00)(!!)");
	expect_slice(result(f, 3)->perfdata, "humidity=27;60;70");
	expect(f, 4, 1, "Len: 8.00 (warn/crit at 7.00/inf)(!)");
	expect(f, 5, 2, "Len: 8.00 (warn/crit at 7.00/7.00)(!!)");
	expect(f, 6, 1, "4 findings");
	expect_slice(result(f, 6)->long_output,
	    "Cache generated 2 minutes 30 seconds ago, cache interval: 10 "
	    "minutes 0 seconds, elapsed cache lifespan: 25.00%");
	assert_int_equal(result(f, 6)->cached_at, 1760000000);
	assert_int_equal(result(f, 6)->cache_interval, 600);
	expect(f, 7, 3,
	    "bar, invalid data: the state is \"OK\", not 0, 1, 2, 3 or P(?)");
	expect(f, 8, 3, "Item not found in monitoring data(?)");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_times),
	    cmocka_unit_test(test_states),
	    TEST(test_whole_host),
	    TEST(test_filesystem_levels_and_item),
	    TEST(test_growth),
	    TEST(test_missing_and_broken_sections),
	    TEST(test_failures),
	    TEST(test_local),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
