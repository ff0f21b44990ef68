/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: files, bonds, multipath, DRBD, Docker.
 */
#include "tests/unit/fetcher/check_table.h"

#define FILES                                                                  \
	"<<<fileinfo:sep(124)>>>\n1760000000\n[[[header]]]\n"                  \
	"name|status|size|time\n[[[content]]]\n/etc/"                          \
	"passwd|ok|1834|1759990000\n"                                          \
	"/var/log/a.log|ok|100|1759999940\n/var/log/b.log|ok|300|1759999400\n" \
	"/gone|missing\n/bad|stat failed: Permission denied||\n"

static void
test_files(void **state)
{
	static const struct row rows[] = {
	    {"fileinfo", "/etc/passwd", NULL, 1760000500, FILES, 0,
		"Size: 1.79 KiB, Age: 2 hours 46 minutes", NULL,
		"size=1834;;;0 age=10000"},
	    {"fileinfo", "/etc/passwd", "{\"maxage\": [\"1h\", \"1d\"]}",
		1760000500, FILES, 1, NULL, NULL,
		"size=1834;;;0 age=10000;3600;86400"},
	    {"fileinfo", "/gone", NULL, 1, FILES, 3, "File not found(?)", NULL,
		""},
	    {"fileinfo", "/bad", NULL, 1, FILES, 1,
		"File stat failed: stat failed: Permission denied(!)", NULL,
		""},
	    {"fileinfo", "/old", NULL, 1760000010,
		"<<<fileinfo:sep(124)>>>\n1760000000\n/old|17|1759999990\n", 0,
		NULL, NULL, "size=17;;;0 age=10"},
	    {"fileinfo_groups", "logs",
		"{\"groups\": {\"logs\": [\"/var/log/*\"]}, \"maxcount\": "
		"[2, 3]}",
		1, FILES, 1, NULL, NULL,
		"count=2;2;3;0 size=400;;;0 size_smallest=100;;;0 "
		"size_largest=300;;;0 age_newest=60 age_oldest=600"},
	    {"fileinfo_groups", "logs", NULL, 1, FILES, 3, NULL, NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(FILES,
	    "{\"fileinfo_groups\": {\"groups\": {\"logs\": [\"/var/*\"], "
	    "\"none\": [\"/x\"]}}}",
	    "fileinfo//etc/passwd\nfileinfo//var/log/a.log\n"
	    "fileinfo//var/log/b.log\nfileinfo//bad\nfileinfo_groups/logs\n");
}

#define BOND(bond, eth1, id)                                                   \
	"<<<lnx_bonding:sep(58)>>>\n==> ./bond0 <==\n"                         \
	"Ethernet Channel Bonding Driver: v3.7.1\n\n"                          \
	"Bonding Mode: fault-tolerance (active-backup)\n"                      \
	"Primary Slave: eth0 (primary_reselect always)\n"                      \
	"Currently Active Slave: eth1\nMII Status: " bond "\n"                 \
	"Active Aggregator Info:\nAggregator ID: 1\n\n"                        \
	"Slave Interface: eth0\nMII Status: up\nLink Failure Count: 0\n"       \
	"Permanent HW addr: 02:fc:00:00:00:01\nAggregator ID: 1\n\n"           \
	"Slave Interface: eth1\nMII Status: " eth1 "\nAggregator ID: " id "\n"

static void
test_bonding(void **state)
{
	static const struct row rows[] = {
	    {"bonding", "bond0", NULL, 1, BOND("up", "up", "1"), 0,
		"Status: up, Mode: fault-tolerance (active-backup), Active: "
		"eth1",
		"eth0/02:fc:00:00:00:01: up\neth1/: up", ""},
	    {"bonding", "bond0", "{\"expect_active\": \"primary\"}", 1,
		BOND("up", "up", "1"), 1,
		"Status: up, Mode: fault-tolerance (active-backup), Active: "
		"eth1 (expected eth0)(!)",
		NULL, ""},
	    {"bonding", "bond0", NULL, 1, BOND("up", "down", "2"), 1, NULL,
		NULL, ""},
	    {"bonding", "bond0", NULL, 1, BOND("down", "down", "1"), 2, NULL,
		NULL, ""},
	    {"bonding", "bond1", NULL, 1, BOND("up", "up", "1"), 2, NULL, NULL,
		""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(BOND("up", "up", "1"), NULL, "bonding/bond0\n");
	row_discover(BOND("down", "up", "1"), NULL, "");
}

#define PATHS(second)                                                          \
	"<<<multipath>>>\nmpatha (360a98000) dm-15 NETAPP,LUN\n"               \
	"size=25G features='1 queue_if_no_path' hwhandler='0' wp=rw\n"         \
	"|-+- policy='round-robin 0' prio=0 status=active\n"                   \
	"| `- 1:0:3:50 sdy 65:128 active undef running\n"                      \
	"`-+- policy='round-robin 0' prio=0 status=enabled\n"                  \
	"  `- 3:0:3:50 sdz 65:144 " second " undef running\n"                  \
	"36000d dm-1 IBM,X\n[size=1G]\n\\_ round-robin 0 [prio=0][active]\n"   \
	" \\_ 0:0:0:1 sda 8:0  [active][undef]\n"

static void
test_multipath(void **state)
{
	static const struct row rows[] = {
	    {"multipath", "360a98000", "{\"paths\": 2}", 1, PATHS("active"), 0,
		"(mpatha) Paths active: 2 of 2, expected: 2", NULL, ""},
	    {"multipath", "mpatha", "{\"paths\": 2}", 1, PATHS("failed"), 2,
		"Paths active: 1 of 2, expected: 2(!!), Broken paths: sdz",
		NULL, ""},
	    {"multipath", "36000d", NULL, 1, PATHS("failed"), 0,
		"Paths active: 1 of 1", NULL, ""},
	    {"multipath", "x", NULL, 1, PATHS("failed"), 2, NULL, NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    PATHS("active"), NULL, "multipath/360a98000\nmultipath/36000d\n");
	row_discover(PATHS("active"), "{\"multipath\": {\"use_alias\": true}}",
	    "multipath/mpatha\nmultipath/36000d\n");
}

#define DRBD(cs, ds)                                                           \
	"<<<drbd>>>\nversion: 8.4.11 (api:1/proto:86-101)\nGIT-hash: 1\n"      \
	" 0: cs:" cs " ro:Primary/Secondary ds:" ds " C r-----\n"              \
	"    ns:12 nr:0 dw:12 dr:1 al:1 bm:0 lo:0 pe:0 ua:0 ap:0 ep:1 wo:b "   \
	"oos:0\n 1: cs:Unconfigured\n"

static void
test_drbd(void **state)
{
	static const struct row rows[] = {
	    {"drbd", "0", "{\"roles\": \"Primary/Secondary\"}", 1,
		DRBD("Connected", "UpToDate/UpToDate"), 0,
		"Connection state: Connected, Roles: Primary/Secondary, Disk "
		"states: UpToDate/UpToDate",
		NULL, ""},
	    {"drbd", "0", "{\"roles\": \"Secondary/Primary\"}", 1,
		DRBD("Connected", "UpToDate/UpToDate"), 2, NULL, NULL, ""},
	    {"drbd", "0", NULL, 1, DRBD("SyncSource", "UpToDate/Consistent"), 1,
		NULL, NULL, ""},
	    {"drbd", "0", NULL, 1, DRBD("Connected", "UpToDate/Inconsistent"),
		2, NULL, NULL, ""},
	    {"drbd", "0", NULL, 1, DRBD("WFConnection", "UpToDate/DUnknown"), 2,
		NULL, NULL, ""},
	    {"drbd", "1", NULL, 1, DRBD("Connected", "UpToDate/UpToDate"), 2,
		NULL, NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(DRBD("Connected", "UpToDate/UpToDate"), NULL,
	    "drbd/0\ndrbd_disk/0\ndrbd_net/0\ndrbd_stats/0\n");
}

#define DOCKER                                                                 \
	"<<<docker_node_info:sep(124)>>>\n"                                    \
	"@docker_version_info|{\"PluginVersion\":\"0.1\"}\n"                   \
	"{\"Name\":\"node1\",\"ServerVersion\":\"24.0\",\"Containers\":5,"     \
	"\"ContainersRunning\":3,\"ContainersPaused\":0,"                      \
	"\"ContainersStopped\":2}\n"

static void
test_docker(void **state)
{
	static const struct row rows[] = {
	    {"docker_node_info", NULL, NULL, 1, DOCKER, 0,
		"Daemon running on host node1", "Version: 24.0", ""},
	    {"docker_node_info", NULL, NULL, 1,
		"<<<docker_node_info:sep(124)>>>\n{\"Unknown\":\"no "
		"socket\"}\n",
		2, "no socket(!!)", NULL, ""},
	    {"docker_node_info", NULL, NULL, 1,
		"<<<docker_node_info:sep(124)>>>\nError: x\n", 3, NULL, NULL,
		NULL},
	    {"docker_containers", NULL, "{\"lower_running\": [4, 1]}", 1,
		DOCKER, 1,
		"Containers: 5, Running: 3 (warn/crit below 4/1)(!), Paused: "
		"0, Stopped: 2",
		NULL,
		"containers=5;;;0 running_containers=3;;;0 "
		"paused_containers=0;;;0 stopped_containers=2;;;0"},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(DOCKER, NULL, "docker_containers/\ndocker_node_info/\n");
}

static void
test_agent(void **state)
{
	static const struct row rows[] = {
	    {"check_mk_agent", NULL, NULL, 1,
		"<<<check_mk>>>\nVersion: 2.4.0\nEncryptionPanic: true\n", 2,
		NULL, NULL, ""},
	    {"check_mk_agent", NULL, NULL, 1,
		"<<<check_mk>>>\nVersion: 2.4.0\nUpdateFailed: no\n"
		"UpdateRecoverAction: do\n",
		1, "Version: 2.4.0, Update of the agent failed: no do(!)", NULL,
		""},
	};
	(void)state;
	ROWS_RUN(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_bonding),
	    cmocka_unit_test(test_multipath),
	    cmocka_unit_test(test_drbd),
	    cmocka_unit_test(test_docker),
	    cmocka_unit_test(test_agent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
