/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: sites' statistics and spoolers, patches of SUSE, the SSH daemon,
 * graphics cards.
 */
#include "tests/unit/fetcher/check_table.h"

#define STATISTICS(hosts, services)                                            \
	"<<<cmk_site_statistics:sep(59)>>>\n[heute]\n" hosts "\n" services     \
	"\n[alt]\n1;0;0;0\n2;0;0;0;0;0\n"

static void
test_statistics(void **state)
{
	static const struct row rows[] = {
	    {"cmk_site_statistics", "heute", NULL, 1,
		STATISTICS("1;2;3;4", "5;6;7;8;9;10"), 0,
		"Total hosts: 10, Problem hosts: 9, Total services: 45, "
		"Problem services: 40",
		NULL,
		"cmk_hosts_up=1;;;0 cmk_hosts_down=2;;;0 "
		"cmk_hosts_unreachable=3;;;0 cmk_hosts_in_downtime=4;;;0 "
		"cmk_services_ok=5;;;0 cmk_services_in_downtime=6;;;0 "
		"cmk_services_on_down_hosts=7;;;0 "
		"cmk_services_warning=8;;;0 cmk_services_unknown=9;;;0 "
		"cmk_services_critical=10;;;0"},
	    {"cmk_site_statistics", "alt", NULL, 1,
		STATISTICS("1;2;3;4", "5;6;7;8;9;10"), 0, NULL, NULL, NULL},
	    {"cmk_site_statistics", "heute", NULL, 1, STATISTICS("timeout", ""),
		3, NULL, NULL, NULL},
	    {"cmk_site_statistics", "heute", NULL, 1,
		STATISTICS("1;x;0;0", "1;0;0;0;0;0"), 3, NULL, NULL, NULL},
	    {"cmk_site_statistics", "neu", NULL, 1,
		STATISTICS("1;0;0;0", "1;0;0;0;0;0"), 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(STATISTICS("timeout", "timeout"), NULL,
	    "cmk_site_statistics/alt\n");
}

#define SPOOLER(now, corrupted, deferred, oldest)                              \
	"<<<mknotifyd:sep(0)>>>\n" now                                         \
	"\n[heute]\nVersion:         2.4.0\nUpdated:         1571212726 "      \
	"(2019-10-16 09:58:46)\nSpool:           New\nCount:           0\n"    \
	"Oldest:\nSpool:           Deferred\nCount:           " deferred       \
	"\nOldest:          " oldest                                           \
	"\nSpool:           Corrupted\nCount:           " corrupted            \
	"\nOldest:\nQueue:           mail\nCount: 9\n"
#define CONNECTION(site, state)                                                \
	site "Connection:               127.0.0.1:49850\n"                     \
	     "Type:                     incoming\n"                            \
	     "State:                    " state                                \
	     "\nSince:                    1571143941 (2019-10-15)\n"           \
	     "Connect Time:             30\nNotifications Sent:       47\n"    \
	     "Notifications Received:   48\n"
#define ITEM "heute Notification Spooler connection to "

static void
test_spooler(void **state)
{
	static const struct row rows[] = {
	    {"mknotifyd", "heute", NULL, 1, SPOOLER("1571212728", "0", "0", ""),
		0,
		"Version: 2.4.0, Spooler running, Corrupted files: 0, "
		"Deferred files: 0",
		NULL,
		"last_updated=2;90;90;0 new_files=0 "
		"corrupted_files=0;1;1000000 deferred_files=0"},
	    {"mknotifyd", "heute", NULL, 1,
		SPOOLER("1571212728", "0", "3", "1571212720 (x)"), 1,
		"Version: 2.4.0, Spooler running, Corrupted files: 0, "
		"Deferred files: 3, Oldest: 8 seconds (warn/crit at 5 "
		"seconds/10 minutes 0 seconds)(!)",
		NULL, NULL},
	    {"mknotifyd", "heute", NULL, 1, SPOOLER("1571212728", "1", "0", ""),
		1, NULL, NULL, NULL},
	    {"mknotifyd", "heute", NULL, 1, SPOOLER("1571212826", "0", "0", ""),
		2, NULL, NULL, NULL},
	    {"mknotifyd", "heute", "{\"last_updated\": [200, 300]}", 1,
		SPOOLER("1571212826", "0", "0", ""), 0, NULL, NULL, NULL},
	    {"mknotifyd", "heute", NULL, 1,
		"<<<mknotifyd:sep(0)>>>\n1571212728\n[heute]\nBinary file\n", 2,
		NULL, NULL, NULL},
	    {"mknotifyd", "heute", NULL, 1,
		"<<<mknotifyd:sep(0)>>>\n1571212728\n[alt]\n", 2, NULL, NULL,
		NULL},
	    {"mknotifyd_connection", ITEM "remote_site", NULL, 1,
		SPOOLER("1571212728", "0", "0", "") CONNECTION(
		    "Site: remote_site (127.0.0.1)\n", "established"),
		0,
		"Alive, Uptime: 19 hours 6 minutes, Connect time: 30 seconds, "
		"Notifications sent: 47, Notifications received: 48",
		NULL, "notifications_sent=47 notifications_received=48"},
	    {"mknotifyd_connection", ITEM "127.0.0.1", NULL, 1,
		SPOOLER("1571212728", "0", "0", "") CONNECTION("", "cooldown"),
		2, "Connection failed or terminated(!!)", NULL, ""},
	    {"mknotifyd_connection", ITEM "127.0.0.1", NULL, 1,
		SPOOLER("1571212728", "0", "0", "") CONNECTION("", "odd"), 3,
		NULL, NULL, NULL},
	    {"mknotifyd_connection", ITEM "x", NULL, 1,
		SPOOLER("1571212728", "0", "0", ""), 2, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    SPOOLER("1571212728", "0", "0", "") CONNECTION("", "cooldown")
		CONNECTION("Site: b (192.0.2.1)\n", "established")
		    CONNECTION("Site: c (192.0.2.1)\n", "established"),
	    NULL,
	    "mknotifyd/heute\nmknotifyd_connection/" ITEM "127.0.0.1\n"
	    "mknotifyd_connection/" ITEM "b\nmknotifyd_connection/" ITEM "c\n");
}

#define NEEDED(kind)                                                           \
	"SLE-Updates | SUSE-2026-1 | " kind " | moderate | --- | needed | A "  \
	"fix\n"
#define ZYPPER "<<<zypper:sep(124)>>>\n"

static void
test_zypper(void **state)
{
	static const struct row rows[] = {
	    {"zypper", "", NULL, 1, ZYPPER "0 patches needed (0 security)\n", 0,
		"0 updates", NULL, "updates=0;;;0"},
	    {"zypper", "", NULL, 1, ZYPPER, 0, "0 updates", NULL, NULL},
	    {"zypper", "", NULL, 1,
		ZYPPER NEEDED("recommended") NEEDED("optional"), 1,
		"2 updates, recommended: 1(!), optional: 1", NULL, NULL},
	    {"zypper", "", NULL, 1,
		ZYPPER NEEDED("security") NEEDED("security"), 2,
		"2 updates, security: 2(!!)", NULL, "updates=2;;;0"},
	    {"zypper", "", "{\"security\": \"WARN\"}", 1,
		ZYPPER NEEDED("security"), 1, NULL, NULL, NULL},
	    {"zypper", "", NULL, 1, ZYPPER "1 | foo | package | (any)\n", 1,
		"0 updates, 1 locks(!)", NULL, NULL},
	    {"zypper", "", NULL, 1, ZYPPER NEEDED("unheard"), 0,
		"1 updates, other: 1", NULL, NULL},
	    {"zypper", "", NULL, 1, ZYPPER "ERROR: Repository is invalid\n", 3,
		"ERROR: Repository is invalid(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(ZYPPER, NULL, "zypper/\n");
}

#define SSHD "<<<sshd_config>>>\nport 22\nport 2222\nPermitRootLogin no\n"

static void
test_sshd(void **state)
{
	static const struct row rows[] = {
	    {"sshd_config", "", NULL, 1, SSHD, 0,
		"Port: 22 2222, PermitRootLogin: no", NULL, NULL},
	    {"sshd_config", "",
		"{\"options\": {\"permitrootlogin\": [\"No\"]}}", 1, SSHD, 0,
		"permitrootlogin: no, Port: 22 2222", NULL, NULL},
	    {"sshd_config", "",
		"{\"options\": {\"PermitRootLogin\": [\"x\", \"yes\"]}}", 1,
		SSHD, 2,
		"PermitRootLogin: no (expected x or yes)(!!), Port: 22 2222",
		NULL, NULL},
	    {"sshd_config", "", "{\"options\": {\"UsePAM\": [\"yes\"]}}", 1,
		"<<<sshd_config>>>\nusepamx yes\n", 2,
		"UsePAM: not set (expected yes)(!!)", NULL, NULL},
	    {"sshd_config", "", NULL, 1, "<<<sshd_config>>>\nfoo\n", 0,
		"Everything is at its default", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(SSHD, NULL, "sshd_config/\n");
}

#define NVIDIA(errors, core)                                                   \
	"<<<nvidia>>>\nGPUErrors: " errors "\nGPUCoreTemp: " core              \
	"\nBoardTemp: 40\n"

static void
test_nvidia(void **state)
{
	static const struct row rows[] = {
	    {"nvidia_temp", "GPU NVIDIA", NULL, 1, NVIDIA("0", "52"), 0, NULL,
		NULL, "temp=52;60;65"},
	    {"nvidia_temp", "GPU NVIDIA", NULL, 1,
		NVIDIA("0", "61") NVIDIA("0", "40"), 1, NULL, NULL, NULL},
	    {"nvidia_temp", "GPU NVIDIA", NULL, 1, NVIDIA("0", "70"), 2, NULL,
		NULL, NULL},
	    {"nvidia_temp", "GPU NVIDIA", NULL, 1, NVIDIA("0", "-"), 3, NULL,
		NULL, NULL},
	    {"nvidia_temp", "System NVIDIA Board", NULL, 1, NVIDIA("0", "1"), 0,
		NULL, NULL, NULL},
	    {"nvidia_errors", "", NULL, 1, NVIDIA("0", "1"), 0, "Errors: 0",
		NULL, "nvidia_errors=0;1;1"},
	    {"nvidia_errors", "", NULL, 1, NVIDIA("2", "1"), 2, NULL, NULL,
		NULL},
	    {"nvidia_errors", "", NULL, 1, "<<<nvidia>>>\nx\n", 3, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(NVIDIA("0", "52"), NULL,
	    "nvidia_errors/\nnvidia_temp/GPU NVIDIA\n"
	    "nvidia_temp/System NVIDIA Board\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_statistics),
	    cmocka_unit_test(test_spooler),
	    cmocka_unit_test(test_zypper),
	    cmocka_unit_test(test_sshd),
	    cmocka_unit_test(test_nvidia),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
