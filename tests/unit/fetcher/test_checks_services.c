/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: systemd, processes, log files, network mounts.
 */
#include "tests/unit/fetcher/check_table.h"

#define UNITS(more)                                                            \
	"<<<systemd_units>>>\n[list-unit-files]\n"                             \
	"ssh.service enabled enabled\nold.service disabled enabled\n"          \
	"job@.service static -\n[status]\n"                                    \
	"\342\227\217 slow.service - Slow\n"                                   \
	" Loaded: loaded (/lib/systemd/system/slow.service; enabled)\n"        \
	" Active: deactivating (stop) since Thu 2025-10-09 08:00:00 UTC; "     \
	"45s ago\n[all]\n"                                                     \
	"ssh.service loaded active running OpenBSD Secure Shell server\n"      \
	"old.service loaded inactive dead Old\n"                               \
	"docker.socket loaded failed failed Docker\n" more

static void
test_systemd(void **state)
{
	static const struct row rows[] = {
	    {"systemd_summary", NULL, NULL, 1, UNITS(""), 0,
		"Total: 2, Disabled: 1, Failed: 0", "", ""},
	    {"systemd_summary", NULL, NULL, 1,
		UNITS("slow.service loaded deactivating stop Slow\n"), 1,
		"Total: 3, Disabled: 1, Failed: 0, Service 'slow' deactivating "
		"for: 45 seconds (warn/crit at 30 seconds/1 minute 0 "
		"seconds)(!)",
		NULL, NULL},
	    {"systemd_summary", NULL, NULL, 1,
		UNITS("\342\227\217 a.service loaded failed failed A\n"
		      "* job@1.service loaded failed failed B\n"
		      "b.service loaded failed failed A\n"
		      "c.service loaded strange strange A\n"),
		2,
		"Total: 6, Disabled: 1, Failed: 3, 2 services failed (a, "
		"b)(!!), 1 service strange (c)(!!), 1 static service failed "
		"(job@1)(!!)",
		NULL, NULL},
	    {"systemd_summary", NULL,
		"{\"ignored\": [\"a\", \"(\"], \"states\": {\"failed\": 1}}", 1,
		UNITS("a.service loaded failed failed A\n"), 3, NULL, NULL,
		NULL},
	    {"systemd_summary", NULL, NULL, 1, "<<<systemd_units>>>\nx\n", 0,
		"Total: 0, Disabled: 0, Failed: 0", NULL, NULL},
	    {"systemd_service", "ssh", NULL, 1, UNITS(""), 0,
		"Status: active, OpenBSD Secure Shell server", NULL, NULL},
	    {"systemd_service", "old", "{\"states\": {\"inactive\": \"WARN\"}}",
		1, UNITS(""), 1, "Status: inactive(!), Old", NULL, NULL},
	    {"systemd_service", "gone", NULL, 1, UNITS(""), 2,
		"Unit not found(!!)", NULL, NULL},
	    {"systemd_socket", "docker", NULL, 1, UNITS(""), 2,
		"Status: failed(!!), Docker", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    UNITS("check-mk-agent@1.service loaded active running x\n"),
	    "{\"systemd_service\": {\"discover\": [\"ss\", \"check\"]}, "
	    "\"systemd_socket\": {\"discover\": [\".*\"]}}",
	    "systemd_service/ssh\nsystemd_socket/docker\nsystemd_summary/\n");
}

#define PS(cpu, more)                                                          \
	"<<<ps_lnx>>>\n[time]\n" cpu "[processes]\n"                           \
	"[header] CGROUP USER VSZ RSS TIME ELAPSED PID COMMAND\n"              \
	"0::/a www 2048 1024 00:01:07 2-03:11:09 812 nginx: worker process\n"  \
	"0::/a root 1024 1024 00:00:01 01:00 811 nginx: master process\n"      \
	"0::/b harri 1024 1024 00:00:01 10:00 900 bash\n"                      \
	"half a line\n" more

static void
test_ps(void **state)
{
	static const char nginx[] = "{\"process\": \"~nginx\"}";
	static const struct row rows[] = {
	    {"ps", "nginx", nginx, 1, PS("1760000000\n", ""), 0,
		"Processes: 2, Virtual memory: 3.00 MiB, Resident memory: 2.00 "
		"MiB, CPU: 0.00%",
		"Youngest running for: 1 minute 0 seconds\n"
		"Oldest running for: 2 days 3 hours",
		"count=2;;;0 vsz=3072;;;0 rss=2048;;;0 pcpu=0;;;0 "
		"age_youngest=60;;;0 age_oldest=184269;;;0"},
	    {"ps", "nginx", "{\"process\": \"~nginx\", \"cpu\": [90, 95]}", 1,
		"<<<ps_lnx>>>\n[time]\n1760000060\n[processes]\n"
		"[header] USER VSZ RSS TIME PID COMMAND\n"
		"www 2048 1024 00:02:01 812 nginx: worker process\n",
		1,
		"Processes: 1, Virtual memory: 2.00 MiB, Resident memory: 1.00 "
		"MiB, CPU: 90.00% (warn/crit at 90.00%/95.00%)(!)",
		NULL, NULL},
	    {"ps", "bash", "{\"process\": \"bash\", \"user\": \"root\"}", 1,
		PS("1\n", ""), 2, "Processes: 0 (warn/crit below 1/1)(!!)",
		NULL, "count=0;;;0"},
	    {"ps", "old", "{\"process\": \"/sbin/init\", \"levels\": [1, 2]}",
		1, "<<<ps>>>\n(root,225948,9684,00:00:03,1) /sbin/init\n(x\n",
		1, NULL, NULL, NULL},
	    {"ps", "x", "{\"process\": \"~(\"}", 1, PS("1\n", ""), 3, NULL,
		NULL, NULL},
	    {"ps", "x", nginx, 1, "<<<ps_lnx>>>\n[time]\nnow\n", 3,
		"cannot parse section ps_lnx line 2: expected a time(?)", NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(PS("1\n", ""),
	    "{\"ps\": {\"discover\": {\"%s of %u\": \"~nginx: (\\\\w+)\"}}}",
	    "ps/worker of www\nps/master of root\n");
}

#define LOG "<<<logwatch>>>\n[[[/var/log/syslog]]]\n"

static void
test_logwatch(void **state)
{
	static const char item[] = "/var/log/syslog";
	static const char params[] =
	    "{\"reclassify\": {\"harmless\": \"OK\", \"slow\": \"CRIT\"}, "
	    "\"ignored\": [\"noise\"], \"keep\": \"1h\"}";
	static const struct row rows[] = {
	    {"logwatch", item, NULL, 1760000000, LOG, 0, "No error messages",
		"", ""},
	    {"logwatch", item, NULL, 1760000000,
		LOG "BATCH: 1\n. context\nW disk: slow\nO fine\n", 1,
		"1 WARN, Last worst: \"disk: slow\"(!)",
		"2025-10-09 08:53:20 W disk: slow", NULL},
	    {"logwatch", item, NULL, 1760000060, LOG "C I/O error on sda\n", 2,
		"1 CRIT, 1 WARN, Last worst: \"I/O error on sda\"(!!)",
		"2025-10-09 08:53:20 W disk: slow\n"
		"2025-10-09 08:54:20 C I/O error on sda",
		NULL},
	    {"logwatch", item, params, 1760000120,
		LOG "C quite harmless\nW noise\n", 2, NULL, NULL, NULL},
	    {"logwatch", item, params, 1760003620, LOG, 2, NULL,
		"2025-10-09 08:54:20 C I/O error on sda", NULL},
	    {"logwatch", item, params, 1760003661, LOG "W slow again\n", 2,
		NULL, "2025-10-09 09:54:21 C slow again", NULL},
	    {"logwatch", item, NULL, 1760090062, LOG, 0, "No error messages",
		"", NULL},
	    {"logwatch", item, NULL, 1760090062,
		"<<<logwatch>>>\n[[[/var/log/syslog:cannotopen]]]\n", 1,
		"No error messages, the file cannot be opened(!)", NULL, NULL},
	    {"logwatch", item, "{\"ignored\": [\"[\"]}", 1, LOG "x\nO fine\n",
		3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(LOG "[[[/a:missing]]]\n", NULL,
	    "logwatch//var/log/syslog\nlogwatch//a\n");
}

/* However much comes, what is kept stays small. */
static void
test_logwatch_flood(void **state)
{
	struct str output = {0}, blob = {0};
	struct row row = {"logwatch", "f", NULL, 1, NULL, 2, NULL, NULL, NULL};
	(void)state;
	str_add(&output, "<<<logwatch>>>\n[[[f]]]\n");
	for (int i = 0; i < 5000; i++)
		str_addf(&output, "C message %d %0300d\n", i, 0);
	row.output = str_get(&output);
	for (int i = 0; i < 3; i++)
		row_run(&row, &blob);
	assert_in_range(blob.len, 2000, 4096);
	assert_non_null(memmem(blob.s, blob.len, "message 4999", 12));
	str_free(&output);
	str_free(&blob);
}

#define NFS(state, free)                                                       \
	"<<<nfsmounts_v2:sep(0)>>>\n{\"mountpoint\": \"/srv\", \"source\": "   \
	"\"nas:/srv\", \"state\": \"" state "\", \"usage\": "                  \
	"{\"total_blocks\": 1000, \"free_blocks_su\": 400, "                   \
	"\"free_blocks\": " free ", \"blocksize\": 1048576}}\n"

static void
test_network_mounts(void **state)
{
	static const struct row rows[] = {
	    {"nfsmounts", "/srv", NULL, 1, NFS("ok", "380"), 0,
		"Used: 62.00% - 620 MiB of 1000 MiB", "Source: nas:/srv",
		"fs_used=620;800;900;0;1000 fs_size=1000;;;0 "
		"fs_used_percent=62;80;90;0;100"},
	    {"nfsmounts", "/srv", NULL, 1, NFS("ok", "150"), 1, NULL, NULL,
		NULL},
	    {"nfsmounts", "/srv", NULL, 1, NFS("hanging", "0"), 2,
		"Server not responding(!!)", NULL, NULL},
	    {"nfsmounts", "/gone", NULL, 1, NFS("ok", "0"), 2,
		"Not mounted(!!)", NULL, NULL},
	    {"nfsmounts", "/srv", NULL, 1, "<<<nfsmounts_v2:sep(0)>>>\n{\n", 3,
		NULL, NULL, NULL},
	    {"cifsmounts", "/mnt/share", NULL, 1,
		"<<<cifsmounts>>>\n/mnt/share ok 1000 400 380 1048576\n", 0,
		"Used: 62.00% - 620 MiB of 1000 MiB", NULL, NULL},
	    {"cifsmounts", "/mnt/share", NULL, 1,
		"<<<cifsmounts>>>\n/mnt/share Permission denied\n", 2,
		"Permission denied(!!)", NULL, NULL},
	    {"cifsmounts", "/mnt/share", NULL, 1,
		"<<<cifsmounts>>>\n/mnt/share ok - - - -\n", 0,
		"Mount seems OK", NULL, NULL},
	    {"cifsmounts", "/mnt/share", NULL, 1,
		"<<<cifsmounts>>>\n/mnt/share\n", 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(NFS("ok", "1"), NULL, "nfsmounts//srv\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_systemd),
	    cmocka_unit_test(test_ps),
	    cmocka_unit_test(test_logwatch),
	    cmocka_unit_test(test_logwatch_flood),
	    cmocka_unit_test(test_network_mounts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
