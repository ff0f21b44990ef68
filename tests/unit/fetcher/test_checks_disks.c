/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: DRBD's counters, disks behind multipath, containers' disks, bonds
 * of Open vSwitch, peers of ntpd.
 */
#include "tests/unit/fetcher/check_table.h"

#define DRBD(ns, nr, dw, dr)                                                   \
	"<<<drbd>>>\nversion: 8.4.11 (api:1/proto:86-101)\n"                   \
	" 0: cs:Connected ro:Primary/Secondary ds:UpToDate/UpToDate C "        \
	"r-----\n"                                                             \
	"    ns:" #ns " nr:" #nr " dw:" #dw " dr:" #dr                         \
	" al:8 bm:2 lo:0 pe:1 ua:0 ap:3 ep:1 wo:f oos:64\n"                    \
	" 1: cs:Unconfigured\n"

static void
test_drbd(void **state)
{
	static const struct row rows[] = {
	    {"drbd_net", "0", NULL, 100, DRBD(1000, 2000, 1, 1),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"drbd_net", "0", NULL, 160, DRBD(7000, 2600, 1, 1), 0,
		"In: 10.2 kB/s, Out: 102 kB/s", NULL, "in=10 out=100"},
	    {"drbd_net", "1", NULL, 160, DRBD(1, 1, 1, 1), 3, NULL, NULL, NULL},
	    {"drbd_disk", "0", NULL, 100, DRBD(1, 1, 500, 100), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"drbd_disk", "0", NULL, 110, DRBD(1, 1, 600, 120), 0, NULL, NULL,
		"read=2 write=10"},
	    {"drbd_stats", "0", NULL, 1, DRBD(1, 1, 1, 1), 0,
		"activity log updates: 8, bit map updates: 2, local count "
		"requests: 0, pending requests: 1, unacknowledged requests: 0, "
		"application pending requests: 3, epoch objects: 1, kb out of "
		"sync: 64",
		NULL,
		"activity_log_updates=8 bit_map_updates=2 "
		"local_count_requests=0 pending_requests=1 "
		"unacknowledged_requests=0 application_pending_requests=3 "
		"epoch_objects=1 kb_out_of_sync=64"},
	    {"drbd_stats", "7", NULL, 1, DRBD(1, 1, 1, 1), 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(DRBD(1, 1, 1, 1), NULL,
	    "drbd/0\ndrbd_disk/0\ndrbd_net/0\ndrbd_stats/0\n");
	row_discover("<<<drbd>>>\nns:1\n 0: cs:Connected\n ns:x nr:1\n", NULL,
	    "drbd/0\n");
}

#define PATHS                                                                  \
	"<<<multipath>>>\nmpatha (3600c0ff0) dm-0 HP,MSA\n"                    \
	"`- 1:0:0:0 sda 8:0 active undef running\n"                            \
	"`- 2:0:0:0 sdb 8:16 active undef running\n"
#define DISKS(time, a, dm, c)                                                  \
	"<<<diskstat>>>\n" #time "\n"                                          \
	" 8 0 sda " #a " 0 8 0 0 0 0 0 0 0 0\n"                                \
	" 8 16 sdb " #a " 0 8 0 0 0 0 0 0 0 0\n"                               \
	" 8 32 sdc " #c " 0 8 0 0 0 0 0 0 0 0\n"                               \
	" 253 0 dm-0 " #dm " 0 16 0 0 0 0 0 0 0 0\n"                           \
	" 253 1 dm-1 5 0 16 0 0 0 0 0 0 0 0\n"

static void
test_multipath(void **state)
{
	/* Two paths with 10 operations a second each are one disk with 20. */
	static const struct row rows[] = {
	    {"diskstat", "SUMMARY", NULL, 1, DISKS(100, 100, 200, 7) PATHS,
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"diskstat", "SUMMARY", "{\"read_ios\": [24, 30]}", 1,
		DISKS(110, 200, 400, 57) PATHS, 1, NULL, NULL, NULL},
	    {"diskstat", "3600c0ff0", NULL, 1, DISKS(100, 100, 200, 7) PATHS,
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"diskstat", "3600c0ff0", "{\"read_ios\": [20, 21]}", 1,
		DISKS(110, 200, 400, 57) PATHS, 1, NULL, NULL, NULL},
	    {"diskstat", "sda", NULL, 1, DISKS(100, 1, 1, 1) PATHS, 3, NULL,
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(DISKS(1, 1, 1, 1) PATHS,
	    "{\"diskstat\": {\"discover\": [\"summary\", \"physical\"]}}",
	    "diskstat/SUMMARY\ndiskstat/sdc\ndiskstat/3600c0ff0\n"
	    "multipath/3600c0ff0\n");
	row_discover(DISKS(1, 1, 1, 1),
	    "{\"diskstat\": {\"discover\": [\"physical\", \"dm\"]}}",
	    "diskstat/sda\ndiskstat/sdb\ndiskstat/sdc\n");
}

#define JSON(time, bytes, ops)                                                 \
	"<<<docker_container_diskstat:sep(0)>>>\n@docker_version_info|{}\n"    \
	"{\"time\": " #time ", \"names\": {\"8:0\": \"sda\"}, "                \
	"\"io_service_bytes_recursive\": [{\"major\": 8, \"minor\": 0, "       \
	"\"op\": \"Read\", \"value\": " #bytes "}, {\"major\": 8, "            \
	"\"minor\": 0, \"op\": \"Total\", \"value\": 9}], "                    \
	"\"io_serviced_recursive\": [{\"major\": 8, \"minor\": 0, \"op\": "    \
	"\"Write\", \"value\": " #ops "}]}\n"
#define V2(time, bytes)                                                        \
	"<<<docker_container_diskstat_cgroupv2>>>\n[time]\n" #time             \
	"\n[io.stat]\n8:0 rbytes=" #bytes                                      \
	" wbytes=0 rios=1 wios=2 dbytes=0 dios=0\n[names]\nsda 8:0\n"
#define V1(time, bytes)                                                        \
	"<<<docker_container_diskstat>>>\n[time]\n" #time                      \
	"\n[io_service_bytes]\n8:0 Read 0\n8:0 Write " #bytes                  \
	"\n8:0 Total 1\nTotal 1\n[io_serviced]\n8:0 Read 1\n[names]\nsda "     \
	"8:0\n"

static void
test_container(void **state)
{
	static const struct row rows[] = {
	    {"diskstat", "SUMMARY", NULL, 1, JSON(100, 0, 0), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"diskstat", "SUMMARY", NULL, 1, JSON(110, 51200, 20), 0,
		"Read: 5.12 kB/s, Write: 0 B/s", NULL,
		"disk_read_ios=0;;;0 disk_write_ios=2;;;0 "
		"disk_read_throughput=5120;;;0 disk_write_throughput=0;;;0"},
	    {"diskstat", "sda", NULL, 1, V2(100, 0), MSG_RESULT_NONE, NULL,
		NULL, NULL},
	    {"diskstat", "sda", NULL, 1, V2(110, 10240), 0, NULL, NULL,
		"disk_read_ios=0;;;0 disk_write_ios=0;;;0 "
		"disk_read_throughput=1024;;;0 disk_write_throughput=0;;;0"},
	    {"diskstat", "SUMMARY", NULL, 1, V1(100, 0), MSG_RESULT_NONE, NULL,
		NULL, NULL},
	    {"diskstat", "SUMMARY", NULL, 1, V1(110, 10240), 0, NULL, NULL,
		"disk_read_ios=0;;;0 disk_write_ios=0;;;0 "
		"disk_read_throughput=0;;;0 disk_write_throughput=1024;;;0"},
	    {"diskstat", "SUMMARY", NULL, 1,
		"<<<docker_container_diskstat>>>\nx\n", 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(V1(1, 1), NULL, "diskstat/SUMMARY\n");
	row_discover(
	    "<<<lxc_container_cpu_cgroupv2>>>\nuptime 9 1\nnum_cpus 2\n"
	    "usage_usec 5\n",
	    NULL, "docker_container_cpu/\n");
}

#define OVS(second)                                                            \
	"<<<ovs_bonding:sep(58)>>>\n[bond1]\nbond_mode: active-backup\n"       \
	"updelay: 0 ms\nlacp_negotiated: false\n\nslave eth4: enabled\n"       \
	"\tactive slave\n\tmay_enable: true\n\nslave eth6: " second "\n"

static void
test_ovs(void **state)
{
	static const struct row rows[] = {
	    {"bonding", "bond1", NULL, 1, OVS("enabled"), 0,
		"Status: up, Mode: active-backup, Active: eth4", NULL, NULL},
	    {"bonding", "bond1", NULL, 1, OVS("disabled"), 1, NULL, NULL, NULL},
	    {"bonding", "bond1", NULL, 1,
		"<<<ovs_bonding:sep(58)>>>\n[bond1]\nslave eth0: disabled\n", 2,
		NULL, NULL, NULL},
	    {"bonding", "bond1", NULL, 1,
		"<<<ovs_bonding:sep(58)>>>\nslave eth0: disabled\n", 3, NULL,
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(OVS("enabled"), NULL, "bonding/bond1\n");
}

#define NTP                                                                    \
	"<<<ntp>>>\n* 192.0.2.1 .GPS. 1 u 33 64 377 0.512 -0.213 0.045\n"      \
	"% 192.0.2.2 .INIT. 16 u - 64 0 0.000 0.000 0.000\n"                   \
	"+ 192.0.2.3 .PPS. 11 u 33 64 377 0.512 300.0 0.045\n"

static void
test_ntp_peer(void **state)
{
	static const struct row rows[] = {
	    {"ntp_peer", "192.0.2.1", NULL, 1, NTP, 0,
		"Offset: 0.2130 ms, Stratum: 1", NULL,
		"offset=0.213;200;500 jitter=0.045;200;500"},
	    {"ntp_peer", "192.0.2.2", NULL, 1, NTP, 0, "Server is unreachable",
		NULL, NULL},
	    {"ntp_peer", "192.0.2.3", NULL, 1, NTP, 2, NULL, NULL, NULL},
	    {"ntp_peer", "192.0.2.9", NULL, 1, NTP, 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(NTP, NULL, "ntp/\n");
	row_discover(NTP, "{\"ntp_peer\": {\"discover\": true}}",
	    "ntp/\nntp_peer/192.0.2.1\nntp_peer/192.0.2.2\n"
	    "ntp_peer/192.0.2.3\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_drbd),
	    cmocka_unit_test(test_multipath),
	    cmocka_unit_test(test_container),
	    cmocka_unit_test(test_ovs),
	    cmocka_unit_test(test_ntp_peer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
