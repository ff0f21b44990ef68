/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: MRPE, software RAID, temperature, jobs.
 */
#include "tests/unit/fetcher/check_table.h"

static void
test_mrpe(void **state)
{
	static const char output[] =
	    "<<<mrpe>>>\n"
	    "(check_disk) Disk%20usage 1 DISK WARNING - free 12 GB|"
	    "/=2321MB;8000;~:9000;0;10000 'a b'=3c\001Line 1|x=1\001y=U z=2\n"
	    "cached(1760000000,300) Load 0 fine\n"
	    "Odd x what\nNot 127 no such file\n\nbroken\n";
	static const struct row rows[] = {
	    {"mrpe", "Load", NULL, 1760000060, output, 0, "fine", "", ""},
	    {"mrpe", "Disk usage", NULL, 1, output, 1,
		"DISK WARNING - free 12 GB",
		"Line 1\nUndefined metric: y\nPlugin: check_disk",
		"/=2321;8000;9000;0;10000 a_b=3 x=1 z=2"},
	    {"mrpe", "Odd", NULL, 1, output, 3,
		"what, Invalid plugin status 'x'(?)", NULL, ""},
	    {"mrpe", "Not", NULL, 1, output, 3, "no such file", NULL, ""},
	    {"mrpe", "Gone", NULL, 1, output, 3,
		"Item not found in monitoring data(?)", NULL, ""},
	    {"mrpe", "C", NULL, 1, "<<<mrpe>>>\n(x) C 2 bad\n", 2, "bad", NULL,
		""},
	    {"mrpe", "D", NULL, 1, "<<<mrpe>>>\n(x) D 0 \001a\001\001b|\001\n",
		0, "", "a\n\nb\nPlugin: x", ""},
	    {"mrpe", "E", NULL, 1, "<<<mrpe>>>\n(x) E 0\n", 0, "", "Plugin: x",
		""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    output, NULL, "mrpe/Disk usage\nmrpe/Load\nmrpe/Odd\nmrpe/Not\n");
}

#define MD "<<<md>>>\nPersonalities : [raid1] [raid6]\n"

static void
test_md(void **state)
{
	static const struct row rows[] = {
	    {"md", "md0", NULL, 1,
		MD "md0 : active raid1 sdb1[1] sda1[0]\n"
		   "      104320 blocks [2/2] [UU]\n"
		   "unused devices: <none>\n",
		0, "Status: active, Spare: 0, Failed: 0, Active: 2 of 2 [UU]",
		NULL, NULL},
	    {"md", "md0", NULL, 1,
		MD "md0 : active raid1 sdb1[2] sda1[0]\n"
		   "      104320 blocks [2/1] [U_]\n"
		   "      [==>..]  recovery = 12.6% (37043392/292945152) "
		   "finish=127.5min speed=33440K/sec\n",
		1,
		"Status: active, Spare: 0, Failed: 0, Active: 1 of 2 [U_], "
		"Recovery: 12.6%, finish: 127.5min, speed: 33440K/sec(!)",
		NULL, NULL},
	    {"md", "md0", NULL, 1,
		MD "md0 : active raid1 sdc1[2](S) sdb1[1](F) sda1[0]\n"
		   "      104320 blocks [2/1] [U_]\n",
		2,
		"Status: active, Spare: 1, Failed: 1(!!), Active: 1 of 2 "
		"[U_](!!)",
		NULL, NULL},
	    {"md", "md0", NULL, 1,
		MD "md0 : active raid1 sdb1[1] sda1[0]\n"
		   "      1 blocks [2/2] [UU]\n      check = 3.0%\n",
		0, NULL, NULL, NULL},
	    {"md", "md0", NULL, 1,
		MD "md0 : active raid1 sdb1[1] sda1[0]\n"
		   "      1 blocks [2/2] [UU]\n      resync=DELAYED\n",
		1, NULL, NULL, NULL},
	    {"md", "md0", NULL, 1, MD "md0 : inactive sda1[0](S) [\n", 2, NULL,
		NULL, NULL},
	    {"md", "md0", NULL, 1, MD, 2, "The array is gone(!!)", NULL, NULL},
	    {"md", "md0", NULL, 1, "<<<md>>>\nhello\n", 3,
		"cannot parse section md line 1: expected: md0 : ...(?)", NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(MD "md1 : active raid0 sda[0] sdb[1]\n"
			"md2 : active raid5 sda[0]\n",
	    NULL, "md/md2\n");
}

#define THERMAL "<<<lnx_thermal:sep(124)>>>\n"

static void
test_temperature(void **state)
{
	static const struct row rows[] = {
	    {"temperature", "Zone 0", NULL, 1,
		THERMAL "thermal_zone0|enabled|x86_pkg_temp|48000\n", 0,
		"Temperature: 48.0 \302\260C", "Sensor: x86_pkg_temp",
		"temp=48;70;80"},
	    {"temperature", "Zone 0", NULL, 1,
		THERMAL "thermal_zone0|-|acpitz|75000\n", 1,
		"Temperature: 75.0 \302\260C (warn/crit at 70.0 \302\260C/80.0 "
		"\302\260C)(!)",
		NULL, "temp=75;70;80"},
	    {"temperature", "Zone 0", NULL, 1,
		THERMAL
		"thermal_zone0|-|acpitz|96000|95000|critical|90000|passive\n",
		2, NULL, NULL, "temp=96;90;95"},
	    {"temperature", "Zone 0", "{\"device_levels\": false}", 1,
		THERMAL "thermal_zone0|-|acpitz|96000|99000|hot\n", 2, NULL,
		NULL, "temp=96;70;80"},
	    {"temperature", "Zone 1", "{\"trend_levels\": [5, 10]}", 1000,
		THERMAL "thermal_zone1|-|acpitz|40000\n", 0, NULL, NULL, NULL},
	    {"temperature", "Zone 1", "{\"trend_levels\": [5, 10]}", 1900,
		THERMAL "thermal_zone1|-|acpitz|43000\n", 1,
		"Temperature: 43.0 \302\260C, Temperature trend: 6.0 \302\260C "
		"(warn/crit at 5.0 \302\260C/10.0 \302\260C)(!)",
		NULL, NULL},
	    {"temperature", "Zone 0", NULL, 1, THERMAL "thermal_zone0|a\n", 3,
		NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(THERMAL "thermal_zone0|disabled|a|48000\n"
			     "thermal_zone1|enabled|b|0\n"
			     "thermal_zone12|enabled|c|48000\n",
	    NULL, "temperature/Zone 12\n");
}

#define JOB(code)                                                              \
	"<<<job>>>\n==> nightly <==\nstart_time 1760000000\n"                  \
	"exit_code " code "\nreal_time 12:03.50\nuser_time 20.11\n"            \
	"system_time 3.50\nreads 1024\nwrites 2048\n"                          \
	"max_res_kbytes 51200\navg_mem_kbytes 0\n"                             \
	"invol_context_switches 12\nvol_context_switches 400\n"

static void
test_job(void **state)
{
	static const struct row rows[] = {
	    {"job", "nightly", NULL, 1760003600, JOB("0"), 0,
		"Latest exit code: 0, Real time: 12 minutes 3 seconds",
		"Latest job started at 2025-10-09 08:53:20\n"
		"User time: 20.11 s\nSystem time: 3.50 s\n"
		"Filesystem reads: 1024\nFilesystem writes: 2048\n"
		"Max. memory: 48.8 MiB\nAvg. memory: 0 B\n"
		"Invol. context switches: 12\nVol. context switches: 400\n"
		"Job age: 1 hour 0 minutes",
		"real_time=723.5 user_time=20.11 system_time=3.5 reads=1024 "
		"writes=2048 max_res_bytes=51200000 avg_mem_bytes=0 "
		"invol_context_switches=12 vol_context_switches=400 "
		"start_time=1760000000"},
	    {"job", "nightly", "{\"exit_codes\": {\"7\": \"WARN\"}}",
		1760003600, JOB("7"), 1, NULL, NULL, NULL},
	    {"job", "nightly", NULL, 1760003600, JOB("3"), 2, NULL, NULL, NULL},
	    {"job", "nightly", "{\"age\": [\"1h\", \"2h\"]}", 1760003600,
		JOB("0"), 1, NULL, NULL, NULL},
	    {"job", "nightly", NULL, 1760000060,
		JOB("0") "==> nightly.4711running <==\nstart_time 1760000050\n",
		0,
		"Latest exit code: 0, 1 running since 2025-10-09 08:54:10, "
		"Real time: 12 minutes 3 seconds",
		NULL, NULL},
	    {"job", "x", NULL, 1, JOB("0"), 3,
		"Got incomplete information for this job(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(JOB("0") "==> b.12running <==\nstart_time 1\n", NULL,
	    "job/nightly\n");
}

#define DF                                                                     \
	"<<<df_v2>>>\n/dev/sda1 ext4 104857600 52428800 52428800 50% "         \
	"/data/a\n"                                                            \
	"/dev/sda2 ext4 104857600 94371840 10485760 90% /data/b\n"             \
	"/dev/sda3 ext4 1048576 997000 51576 95% /\n"

static void
test_filesystem_groups(void **state)
{
	static const char group[] = "{\"groups\": {\"data\": [\"/data/*\"]}}";
	static const char steps[] =
	    "{\"levels_by_size\": [[10, \"80%\", \"95%\"], [50, \"92%\", "
	    "\"95%\"]]}";
	static const struct row rows[] = {
	    {"filesystem", "data", group, 1, DF, 0,
		"Used: 70.00% - 140 GiB of 200 GiB", NULL,
		"fs_used=143360;163840;184320;0;204800 fs_size=204800;;;0 "
		"fs_used_percent=70;80;90;0;100"},
	    {"filesystem", "/data/b", NULL, 1, DF, 2, NULL, NULL, NULL},
	    {"filesystem", "/data/b", steps, 1, DF, 0, NULL, NULL, NULL},
	    {"filesystem", "/", steps, 1, DF, 0,
		"Used: 95.08% - 974 MiB of 1.00 GiB", NULL, NULL},
	    {"filesystem", "other", group, 1, DF, 3, NULL, NULL, NULL},
	    {"filesystem", "/", "{\"levels_by_size\": [[1, 2]]}", 1, DF, 3,
		NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(DF,
	    "{\"filesystem\": {\"groups\": {\"data\": [\"/data/*\"], \"x\": "
	    "[\"/x\"]}}}",
	    "filesystem/data\nfilesystem//\n");
}

static void
test_disks_by_rule(void **state)
{
	(void)state;
	row_discover("<<<diskstat>>>\n1760000000\n"
		     "8 0 sda 1 5 8 4 5 9 4 6 3 5 13\n"
		     "253 0 dm-0 9 0 9 9 9 0 9 9 0 9 9\n"
		     "[dmsetup_info]\nvg0-root 253:0 vg0 root\n",
	    "{\"diskstat\": {\"discover\": [\"physical\", \"lvm\"]}}",
	    "diskstat/sda\ndiskstat/LVM vg0-root\n");
}

#define IFS(up, in)                                                            \
	"<<<lnx_if>>>\n[start_iplink]\n"                                       \
	"2: eth0: <BROADCAST,UP,LOWER_UP> mtu 1500\n"                          \
	"3: eth1: <BROADCAST" up "> mtu 1500\n[end_iplink]\n"                  \
	"<<<lnx_if:sep(58)>>>\n"                                               \
	" eth0: " in " 10 0 0 0 0 0 0  2000 20 0 0 0 0 0 0\n"                  \
	" eth1: " in " 10 0 0 0 0 0 0  2000 20 0 0 0 0 0 0\n"                  \
	"[eth0]\nSpeed: 1000Mb/s\n[eth1]\nSpeed: 1000Mb/s\n"

static void
test_interface_groups(void **state)
{
	static const char group[] = "{\"groups\": {\"uplink\": [\"eth*\"]}}";
	static const struct row rows[] = {
	    {"interfaces", "uplink", group, 1000, IFS(",UP,LOWER_UP", "1000"),
		0, "[uplink], (up), Speed: 2 GBit/s", NULL, NULL},
	    {"interfaces", "uplink", group, 1060, IFS(",UP,LOWER_UP", "61000"),
		0,
		"[uplink], (up), Speed: 2 GBit/s, In: 2.00 kB/s (<0.01%), "
		"Out: 0 B/s (0.00%)",
		NULL, NULL},
	    {"interfaces", "uplink", group, 1120, IFS("", "70000"), 1,
		"[uplink], (degraded)(!), Speed: 1 GBit/s, In: 150 B/s "
		"(<0.01%), Out: 0 B/s (0.00%)",
		NULL, NULL},
	    /* One comes back: its counters are no rate. */
	    {"interfaces", "uplink", group, 1180, IFS(",UP,LOWER_UP", "80000"),
		0, "[uplink], (up), Speed: 2 GBit/s", NULL, NULL},
	    {"interfaces", "other", group, 1, IFS("", "1"), 3, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(IFS("", "1"),
	    "{\"interfaces\": {\"item\": \"alias\", \"groups\": {\"uplink\": "
	    "[\"eth*\"]}}}",
	    "interfaces/uplink\ninterfaces/eth0\n");
	row_discover(IFS("", "1"),
	    "{\"interfaces\": {\"discover_states\": [\"1\", \"2\"]}}",
	    "interfaces/1\ninterfaces/2\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mrpe),
	    cmocka_unit_test(test_md),
	    cmocka_unit_test(test_temperature),
	    cmocka_unit_test(test_job),
	    cmocka_unit_test(test_filesystem_groups),
	    cmocka_unit_test(test_disks_by_rule),
	    cmocka_unit_test(test_interface_groups),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
