/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: checks that live on counters, run twice: CPU utilization, kernel,
 * disks, interfaces; and mount options, threads, TCP connections.
 */
#include "fetcher/evaluate.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct once { /* one service's result, and what it keeps */
	struct str results;
	struct msg_job_result r;
	char *blob;
	size_t blob_len;
};

static void
run(struct once *o, const char *check, const char *item, const char *params,
    int64_t now, const char *output)
{
	struct str items = {0};
	struct msg_job_item i = {.check = slice_of(check),
	    .item = slice_of(item),
	    .params = slice_of(params),
	    .state = {o->blob, o->blob_len}};
	msg_job_item_put(&items, &i);
	struct msg_job job = {.host = SLICE("h"), .items = str_slice(&items)};
	struct evaluate_input in = {
	    .job = &job, .output = slice_of(output), .now_us = now * 1000000};
	str_clear(&o->results);
	evaluate_agent(&in, &o->results);
	struct slice list = str_slice(&o->results);
	assert_true(msg_job_result_next(&list, &o->r));
	assert_true(msg_job_result_next(&list, &o->r));
	free(o->blob);
	o->blob = slice_dup(o->r.state_blob);
	o->blob_len = o->r.state_blob.len;
	str_free(&items);
}

static void
done(struct once *o)
{
	free(o->blob);
	str_free(&o->results);
	*o = (struct once){0};
}

static void
expect(struct slice got, const char *want)
{
	char *text = slice_dup(got);
	if (strcmp(text, want) != 0)
		print_error("got:  %s\n", text);
	assert_string_equal(text, want);
	free(text);
}

static void
test_cpu_utilization(void **state)
{
	struct once o = {0};
	(void)state;
	run(&o, "cpu_utilization", "", "", 1000,
	    "<<<kernel>>>\n1000\n"
	    "cpu  10000 50 4000 80000 600 10 90 20 0 0\n");
	/* Since the start of the host: 14770 of 94770. */
	assert_int_equal(o.r.state, 0);
	expect(o.r.output, "Total CPU: 15.59%");
	run(&o, "cpu_utilization", "",
	    "{\"util\": [\"30%\", \"90%\"], \"steal\": [1, 2]}", 1060,
	    "<<<kernel>>>\n1060\n"
	    "cpu  11200 50 4600 83600 720 12 118 20 0 0\n");
	assert_int_equal(o.r.state, 1);
	expect(o.r.output, "Total CPU: 35.14% (warn/crit at 30.00%/90.00%)(!)");
	expect(o.r.long_output,
	    "User: 21.62%\nSystem: 11.35%\nWait: 2.16%\nSteal: 0.00%");
	expect(o.r.perfdata,
	    "util=35.135135;30;90;0;100 user=21.621622;;;0;100 "
	    "system=11.351351;;;0;100 wait=2.162162;;;0;100 steal=0;1;2;0;100");
	run(&o, "cpu_utilization", "", "", 1120,
	    "<<<kernel>>>\n1120\n"
	    "cpu  11200 50 4600 83600 720 12 118 20 0 0\n");
	assert_int_equal(o.r.state, MSG_RESULT_NONE);
	done(&o);
}

static void
test_kernel_performance(void **state)
{
	struct once o = {0};
	(void)state;
	run(&o, "kernel_performance", "", "", 1000,
	    "<<<kernel>>>\n1000\nctxt 100\nprocesses 10\n");
	assert_int_equal(o.r.state, MSG_RESULT_NONE);
	assert_true(o.r.state_blob.len > 0);
	run(&o, "kernel_performance", "", "", 1060,
	    "<<<kernel>>>\n1060\nctxt 700\nprocesses 40\n");
	expect(
	    o.r.output, "Process creations: 0.50/s, Context switches: 10.00/s");
	expect(
	    o.r.perfdata, "process_creations=0.5;;;0 context_switches=10;;;0");
	/* The host was restarted: no rate. */
	run(&o, "kernel_performance", "", "", 1120,
	    "<<<kernel>>>\n1120\nctxt 1\nprocesses 1\n");
	assert_int_equal(o.r.state, MSG_RESULT_NONE);
	done(&o);
}

static void
test_diskstat(void **state)
{
	static const char before[] =
	    "<<<diskstat>>>\n1760000000\n"
	    "8 0 sda 1000 5 80000 4000 500 9 40000 6000 3 5000 13000\n"
	    "8 1 sda1 1000 5 80000 4000 500 9 40000 6000 3 5000 13000\n"
	    "253 0 dm-0 9 0 9 9 9 0 9 9 0 9 9\n"
	    "[dmsetup_info]\nvg0-root 253:0 vg0 root\n";
	static const char after[] =
	    "<<<diskstat>>>\n1760000060\n"
	    "8 0 sda 1120 5 92288 4360 740 9 61504 7200 3 5900 13000 1 2\n"
	    "8 1 sda1 1120 5 92288 4360 740 9 61504 7200 3 5900 13000\n"
	    "253 0 dm-0 9 0 9 9 9 0 9 9 0 9 9\n"
	    "[dmsetup_info]\nvg0-root 253:0 vg0 root\n";
	static const char with_new[] =
	    "<<<diskstat>>>\n1760000120\n"
	    "8 0 sda 1120 5 92288 4360 740 9 61504 7200 3 5900 13000\n"
	    "8 16 sdb 1 5 2 4 5 9 6 7 3 5 13000\n";
	struct once o = {0};
	(void)state;
	run(&o, "diskstat", "SUMMARY", "", 1, before);
	assert_int_equal(o.r.state, MSG_RESULT_NONE);
	run(&o, "diskstat", "SUMMARY", "", 61, after);
	expect(o.r.output,
	    "Read: 105 kB/s, Write: 184 kB/s, Utilization: 1.50%, Latency: "
	    "2.50 ms");
	expect(o.r.perfdata,
	    "disk_read_ios=2;;;0 disk_write_ios=4;;;0 "
	    "disk_read_throughput=104857.6;;;0 "
	    "disk_write_throughput=183500.8;;;0 disk_utilization=0.015;;;0 "
	    "disk_queue_length=3;;;0 disk_latency=0.0025;;;0 "
	    "disk_average_wait=0.004333;;;0 disk_average_read_wait=0.003;;;0 "
	    "disk_average_write_wait=0.005;;;0 "
	    "disk_average_request_size=48059.733333;;;0 "
	    "disk_average_read_request_size=52428.8;;;0 "
	    "disk_average_write_request_size=45875.2;;;0");
	run(&o, "diskstat", "SUMMARY", "", 121, with_new);
	assert_int_equal(o.r.state, MSG_RESULT_NONE);
	done(&o);
	run(&o, "diskstat", "LVM vg0-root", "", 1, before);
	assert_int_equal(o.r.state, MSG_RESULT_NONE);
	run(&o, "diskstat", "sda1", "", 1, before);
	expect(o.r.output, "Item not found in monitoring data(?)");
	done(&o);
}

#define LINK                                                                   \
	"<<<lnx_if>>>\n[start_iplink]\n"                                       \
	"2: eth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n"            \
	"3: eth1: <BROADCAST,MULTICAST> mtu 1500\n[end_iplink]\n"              \
	"<<<lnx_if:sep(58)>>>\n"

static void
test_interfaces(void **state)
{
	static const char before[] = LINK
	    " eth0: 1000 10 0 0 0 0 0 0  2000 20 0 0 0 0 0 0\n"
	    "[eth0]\n\tSpeed: 1000Mb/s\n\tLink detected: yes\n"
	    "Address: 02:fc:00:00:00:01\n[eth1]\nAddress: 02:fc:00:00:00:02\n";
	static const char after[] = LINK
	    " eth0: 61000 70 6 0 0 0 0 0  122000 80 0 0 0 0 0 0\n"
	    "[eth0]\n\tSpeed: 100Mb/s\n\tLink detected: yes\n"
	    "Address: 02:fc:00:00:00:01\n[eth1]\nAddress: 02:fc:00:00:00:02\n";
	static const char params[] =
	    "{\"discovered_oper_status\": [\"1\"], \"discovered_speed\": "
	    "1000000000}";
	struct once o = {0};
	(void)state;
	run(&o, "interfaces", "1", params, 1000, before);
	assert_int_equal(o.r.state, 0);
	expect(o.r.output,
	    "[eth0], (up), MAC: 02:FC:00:00:00:01, Speed: 1 GBit/s");
	run(&o, "interfaces", "01", params, 1060, after);
	assert_int_equal(o.r.state, 2);
	expect(o.r.output,
	    "[eth0], (up), MAC: 02:FC:00:00:00:01, Speed: 100 MBit/s "
	    "(expected: 1 GBit/s)(!), In: 1.00 kB/s (<0.01%), In errors: 9.09% "
	    "(warn/crit at 0.01%/0.10%)(!!), Out: 2.00 kB/s (0.02%)");
	expect(o.r.perfdata,
	    "in=1000;;;0;12500000 inucast=1;;;0 inmcast=0;;;0 inbcast=0;;;0 "
	    "innucast=0;;;0 indisc=0;;;0 inerr=0.1;;;0 "
	    "out=2000;;;0;12500000 outucast=1;;;0 outmcast=0;;;0 "
	    "outbcast=0;;;0 outnucast=0;;;0 outdisc=0;;;0 outerr=0;;;0 "
	    "outqlen=0;;;0");
	run(&o, "interfaces", "2", params, 1060, after);
	assert_int_equal(o.r.state, 2);
	expect(o.r.output,
	    "[eth1], (down)(!!), MAC: 02:FC:00:00:00:02, Speed: 1 GBit/s "
	    "(assumed)");
	run(&o, "interfaces", "3", params, 1060, after);
	expect(o.r.output, "Item not found in monitoring data(?)");
	done(&o);
}

static void
test_mounts(void **state)
{
	static const char params[] =
	    "{\"options\": [\"rw\", \"relatime\", \"commit=5\"]}";
	struct once o = {0};
	(void)state;
	run(&o, "mounts", "/my data", params, 1,
	    "<<<mounts>>>\n/dev/a /my\\040data ext4 rw,relatime,commit=9 0 "
	    "0\n");
	assert_int_equal(o.r.state, 0);
	expect(o.r.output, "Mount options exactly as expected");
	run(&o, "mounts", "/my data", params, 1,
	    "<<<mounts>>>\n/dev/a /my\\040data ext4 ro,relatime 0 0\n");
	assert_int_equal(o.r.state, 2);
	expect(o.r.output,
	    "Missing: rw(!), Exceeding: ro(!), Filesystem has switched to "
	    "read-only and is probably corrupted(!!)");
	run(&o, "mounts", "/my data", params, 1,
	    "<<<mounts>>>\n/dev/a /my\\040data\\040(deleted) ext4 rw 0 0\n");
	assert_int_equal(o.r.state, 1);
	done(&o);
}

static void
test_threads_and_connections(void **state)
{
	struct once o = {0};
	(void)state;
	run(&o, "cpu_threads", "", "", 1,
	    "<<<cpu>>>\n0 0 0 2/2500 24011 8\n10000\n");
	assert_int_equal(o.r.state, 1);
	expect(o.r.output,
	    "Count: 2500 (warn/crit at 2000/4000)(!), Usage: 25.00%");
	expect(
	    o.r.perfdata, "threads=2500;2000;4000;0 thread_usage=25;;;0;100");
	run(&o, "tcp_conn_stats", "", "{\"TIME_WAIT\": [2, 10]}", 1,
	    "<<<tcp_conn_stats>>>\n01 21\n06 4\n0A 26\n");
	assert_int_equal(o.r.state, 1);
	expect(
	    o.r.output, "Established: 21, Time wait: 4 (warn/crit at 2/10)(!)");
	expect(o.r.long_output, "Listen: 26");
	done(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cpu_utilization),
	    cmocka_unit_test(test_kernel_performance),
	    cmocka_unit_test(test_diskstat),
	    cmocka_unit_test(test_interfaces),
	    cmocka_unit_test(test_mounts),
	    cmocka_unit_test(test_threads_and_connections),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
