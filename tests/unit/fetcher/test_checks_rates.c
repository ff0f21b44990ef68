/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: counters that are reset, wrap, stand still, or come back after a
 * week, and clocks that go back: a value may be missing, never wrong.
 */
#include "tests/unit/fetcher/check_table.h"

#define WEEK          (7 * 86400)

#define CTXT(time, n) "<<<kernel>>>\n" #time "\nctxt " #n "\nprocesses " #n "\n"

static void
test_kernel(void **state)
{
	static const struct row rows[] = {
	    {"kernel_performance", NULL, NULL, 1000, CTXT(1000, 1000),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"kernel_performance", NULL, NULL, 1060, CTXT(1060, 1600), 0, NULL,
		NULL, "process_creations=10;;;0 context_switches=10;;;0"},
	    /* The agent was asked twice within a second. */
	    {"kernel_performance", NULL, NULL, 1061, CTXT(1060, 1600),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    /* Its clock was put back an hour: no rate, then from there on. */
	    {"kernel_performance", NULL, NULL, 1120, CTXT(100, 1700),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"kernel_performance", NULL, NULL, 1180, CTXT(160, 1760), 0, NULL,
		NULL, "process_creations=1;;;0 context_switches=1;;;0"},
	    /* Back after a week, started anew: one cycle without. */
	    {"kernel_performance", NULL, NULL, 1180 + WEEK, CTXT(604960, 5),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"kernel_performance", NULL, NULL, 1240 + WEEK, CTXT(605020, 65), 0,
		NULL, NULL, "process_creations=1;;;0 context_switches=1;;;0"},
	};
	(void)state;
	ROWS_RUN(rows);
}

#define CPU(time, line) "<<<kernel>>>\n" #time "\ncpu  " line "\n"

static void
test_cpu(void **state)
{
	static const struct row rows[] = {
	    {"cpu_utilization", NULL, NULL, 1000, CPU(1000, "100 0 0 900"), 0,
		"Total CPU: 10.00%", NULL, NULL},
	    {"cpu_utilization", NULL, NULL, 1060, CPU(1060, "200 0 0 1000"), 0,
		"Total CPU: 50.00%", NULL, NULL},
	    /* The same second, but the CPU worked on. */
	    {"cpu_utilization", NULL, NULL, 1060, CPU(1060, "300 0 0 1000"), 0,
		"Total CPU: 100.00%", NULL, NULL},
	    {"cpu_utilization", NULL, NULL, 1060, CPU(1060, "300 0 0 1000"),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    /* The clock goes back: jiffies do not. */
	    {"cpu_utilization", NULL, NULL, 1120, CPU(20, "300 0 0 1100"), 0,
		"Total CPU: 0.00%", NULL, NULL},
	    /* Idle and waiting time that run back a little are no restart. */
	    {"cpu_utilization", NULL, NULL, 1180, CPU(80, "400 0 0 1099"), 0,
		"Total CPU: 100.00%", NULL, NULL},
	    /* A week later, started anew: since then. */
	    {"cpu_utilization", NULL, NULL, 1180 + WEEK,
		CPU(604880, "20 0 0 180"), 0, "Total CPU: 10.00%", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
}

#define CORES "{\"core_util\": [\"50%\", \"95%\"], \"core_metrics\": true}"
#define TWO_CORES(time, all, one, two)                                         \
	CPU(time, all) "cpu0 " one "\ncpu1 " two "\n"

static void
test_cores(void **state)
{
	static const struct row rows[] = {
	    {"cpu_utilization", NULL, CORES, 1000,
		TWO_CORES(1000, "20 0 0 180", "10 0 0 90", "10 0 0 90"), 0,
		NULL, "User: 10.00%\nSystem: 0.00%\nWait: 0.00%", NULL},
	    {"cpu_utilization", NULL, CORES, 1060,
		TWO_CORES(1060, "90 0 0 310", "70 0 0 130", "20 0 0 180"), 1,
		"Total CPU: 35.00%, Core 0: 60.00% (warn/crit at "
		"50.00%/95.00%)(!)",
		NULL,
		"util=35;;;0;100 user=35;;;0;100 system=0;;;0;100 "
		"wait=0;;;0;100 cpu_core_util_0=60;50;95;0;100 "
		"cpu_core_util_1=10;50;95;0;100"},
	    /* Cores count from 0 again after a restart: nothing of them. */
	    {"cpu_utilization", NULL, CORES, 1120,
		TWO_CORES(1120, "20 0 0 180", "10 0 0 90", "10 0 0 90"), 0,
		NULL, "User: 10.00%\nSystem: 0.00%\nWait: 0.00%", NULL},
	    {"cpu_utilization", "x", "{\"above\": [60, 120]}", 1000,
		CPU(1000, "100 0 0 0"), 0, NULL, NULL, NULL},
	    {"cpu_utilization", "x", "{\"above\": [60, 120]}", 1060,
		CPU(1060, "200 0 0 0"), 1,
		"Total CPU: 100.00%, Total CPU above 90.00% for: 1 minute 0 "
		"seconds (warn/crit at 1 minute 0 seconds/2 minutes 0 "
		"seconds)(!)",
		NULL, NULL},
	    {"cpu_utilization", "x", "{\"above\": [60, 120]}", 1120,
		CPU(1120, "200 0 0 100"), 0, "Total CPU: 0.00%", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
}

#define NET(bytes, packets, errors)                                            \
	"<<<lnx_if:sep(58)>>>\neth0: " #bytes " " #packets " " #errors         \
	" 0 0 0 0 0 " #bytes " " #packets " 0 0 0 0 0 0\n[eth0]\n"             \
	"Speed: 1000Mb/s\nLink detected: yes\n"

static void
test_interfaces(void **state)
{
	static const char later[] =
	    "in=100;;;0;125000000 inucast=1;;;0 inmcast=0;;;0 inbcast=0;;;0 "
	    "innucast=0;;;0 indisc=0;;;0 inerr=0;;;0 out=100;;;0;125000000 "
	    "outucast=1;;;0 outmcast=0;;;0 outbcast=0;;;0 outnucast=0;;;0 "
	    "outdisc=0;;;0 outerr=0;;;0 outqlen=0;;;0";
	static const struct row rows[] = {
	    {"interfaces", "1", NULL, 1000, NET(1000, 10, 0), 0,
		"[eth0], (up), Speed: 1 GBit/s",
		"In: counters have no rate yet (first check or restart)\n"
		"Out: counters have no rate yet (first check or restart)",
		"outqlen=0;;;0"},
	    {"interfaces", "1", NULL, 1060, NET(7000, 70, 0), 0, NULL, NULL,
		later},
	    /* A 32-bit counter wraps: that one is missing, not the others. */
	    {"interfaces", "1", NULL, 1120, NET(5, 130, 0), 0, NULL,
		"In: no rate yet of: traffic\nIn errors: 0.00%\nIn discards: "
		"0.00 packets/s\nOut: no rate yet of: traffic\nOut errors: "
		"0.00%\nOut discards: 0.00 packets/s",
		"inucast=1;;;0 inmcast=0;;;0 inbcast=0;;;0 innucast=0;;;0 "
		"indisc=0;;;0 inerr=0;;;0 outucast=1;;;0 outmcast=0;;;0 "
		"outbcast=0;;;0 outnucast=0;;;0 outdisc=0;;;0 outerr=0;;;0 "
		"outqlen=0;;;0"},
	    /* Our own clock goes back. */
	    {"interfaces", "1", NULL, 500, NET(6005, 190, 0), 0, NULL, NULL,
		"outqlen=0;;;0"},
	    {"interfaces", "1", NULL, 560, NET(12005, 250, 0), 0, NULL, NULL,
		later},
	    {"interfaces", "1", NULL, 560 + WEEK, NET(5, 2, 0), 0, NULL, NULL,
		"inmcast=0;;;0 inbcast=0;;;0 innucast=0;;;0 "
		"indisc=0;;;0 inerr=0;;;0 outmcast=0;;;0 outbcast=0;;;0 "
		"outnucast=0;;;0 outdisc=0;;;0 outerr=0;;;0 outqlen=0;;;0"},
	    {"interfaces", "1",
		"{\"total\": [150, 300], \"unicast\": [1, 5], "
		"\"states\": {\"1\": 1}}",
		620 + WEEK, NET(6005, 62, 0), 1,
		"[eth0], (up)(!), Speed: 1 GBit/s, In: 100 B/s (<0.01%), In "
		"unicast: 1.00 packets/s (warn/crit at 1.00 packets/s/5.00 "
		"packets/s)(!), Out: 100 B/s (<0.01%), Out unicast: 1.00 "
		"packets/s (warn/crit at 1.00 packets/s/5.00 packets/s)(!), "
		"Total: 200 B/s (warn/crit at 150 B/s/300 B/s)(!)",
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
}

#define DISK(time, reads)                                                      \
	"<<<diskstat>>>\n" #time "\n8 0 sda " #reads " 0 0 0 0 0 0 0 0 0 0\n"
#define CRYPT(time, reads)                                                     \
	DISK(time, reads)                                                      \
	"253 0 dm-0 " #reads " 0 0 0 0 0 0 0 0 0 0\n253 1 dm-1 " #reads        \
	" 0 0 0 0 0 0 0 0 0 0\n[dmsetup_info]\ncrypt 253:0\n"                  \
	"vg0-root 253:1 vg0 root\n"

static void
test_disks(void **state)
{
	static const struct row rows[] = {
	    {"diskstat", "SUMMARY", NULL, 1, DISK(1000, 600), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"diskstat", "SUMMARY", NULL, 1, DISK(1000, 600), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"diskstat", "SUMMARY", NULL, 1, DISK(900, 660), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"diskstat", "SUMMARY", NULL, 1, DISK(960, 720), 0, NULL, NULL,
		"disk_read_ios=1;;;0 disk_write_ios=0;;;0 "
		"disk_read_throughput=0;;;0 disk_write_throughput=0;;;0 "
		"disk_utilization=0;;;0 disk_queue_length=0;;;0 "
		"disk_latency=0;;;0 disk_average_wait=0;;;0 "
		"disk_average_read_wait=0;;;0 disk_average_write_wait=0;;;0 "
		"disk_average_request_size=0;;;0 "
		"disk_average_read_request_size=0;;;0 "
		"disk_average_write_request_size=0;;;0"},
	    {"diskstat", "SUMMARY", NULL, 1 + WEEK, DISK(605760, 3),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    /* LVM's volumes are not summed up, other mappings are. */
	    {"diskstat", "SUMMARY", NULL, 1, CRYPT(700000, 3), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"diskstat", "SUMMARY", NULL, 1, CRYPT(700010, 13), 0, NULL,
		"Read operations: 2.00\nWrite operations: 0.00\nQueue length: "
		"0.00\nAverage wait: 0.00 s\nAverage read wait: 0.00 "
		"s\nAverage "
		"write wait: 0.00 s\nAverage request size: 0 B\nAverage read "
		"request size: 0 B\nAverage write request size: 0 B",
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
}

#define PS(time, cpu)                                                          \
	"<<<ps_lnx>>>\n[time]\n" #time "\n[processes]\n[header] CGROUP USER "  \
	"VSZ RSS TIME ELAPSED PID COMMAND\n0::/ root 1 1 " cpu " 10:00 7 x\n"

static void
test_processes(void **state)
{
	static const struct row rows[] = {
	    {"ps", "x", NULL, 1, PS(1000, "00:01:00"), 0, NULL, NULL, NULL},
	    {"ps", "x", NULL, 1, PS(1060, "00:01:30"), 0,
		"Processes: 1, Virtual memory: 1.00 KiB, Resident memory: 1.00 "
		"KiB, CPU: 50.00%",
		NULL, NULL},
	    /* Another process has the number now. */
	    {"ps", "x", NULL, 1, PS(1120, "00:00:10"), 0,
		"Processes: 1, Virtual memory: 1.00 KiB, Resident memory: 1.00 "
		"KiB, CPU: 0.00%",
		NULL, NULL},
	    {"ps", "x", NULL, 1, PS(1000, "00:10:00"), 0,
		"Processes: 1, Virtual memory: 1.00 KiB, Resident memory: 1.00 "
		"KiB, CPU: 0.00%",
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
}

#define DF(used, free)                                                         \
	"<<<df>>>\n/dev/sda1 ext4 102400 " #used " " #free " 50% /\n"

static void
test_trend(void **state)
{
	static const char no_trend[] = "fs_used=50;80;90;0;100 fs_size=100;;;0 "
				       "fs_used_percent=50;80;90;0;100";
	static const struct row rows[] = {
	    {"filesystem", "/", NULL, 1000, DF(51200, 51200), 0, NULL, NULL,
		no_trend},
	    {"filesystem", "/", NULL, 1000, DF(51200, 51200), 0, NULL, NULL,
		no_trend},
	    /* Our clock goes back: no growth out of it. */
	    {"filesystem", "/", NULL, 100, DF(51200, 51200), 0, NULL, NULL,
		no_trend},
	    {"filesystem", "/", NULL, 100 + WEEK, DF(58368, 44032), 0, NULL,
		NULL,
		"fs_used=57;80;90;0;100 fs_size=100;;;0 "
		"fs_used_percent=57;80;90;0;100 growth=1 trend=1"},
	    /* It may shrink. */
	    {"filesystem", "/", NULL, 100 + WEEK + 86400, DF(51200, 51200), 0,
		NULL, NULL,
		"fs_used=50;80;90;0;100 fs_size=100;;;0 "
		"fs_used_percent=50;80;90;0;100 growth=-7 trend=-4.656854"},
	    /* No step of size fits: full is CRIT. */
	    {"filesystem", "a", "{\"levels_by_size\": [[1, 5, 6]]}", 1,
		"<<<df>>>\n/dev/sda1 ext4 102400 102399 1 99% a\n", 0, NULL,
		NULL, NULL},
	    {"filesystem", "a", "{\"levels_by_size\": [[1, 5, 6]]}", 1,
		"<<<df>>>\n/dev/sda1 ext4 102400 102400 0 100% a\n", 2, NULL,
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kernel),
	    cmocka_unit_test(test_cpu),
	    cmocka_unit_test(test_cores),
	    cmocka_unit_test(test_interfaces),
	    cmocka_unit_test(test_disks),
	    cmocka_unit_test(test_processes),
	    cmocka_unit_test(test_trend),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
