/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: Pacemaker, Proxmox, Redis, mk_filestats, Docker's nodes.
 */
#include "tests/unit/fetcher/check_table.h"

#define CRM(group, clone)                                                      \
	"<<<heartbeat_crm>>>\nCluster Summary:\n_ * Stack: corosync\n"         \
	"_ * Current DC: ha01 (version 2.1.2) - partition with quorum\n"       \
	"_ * Last updated: Wed Jul  8 09:55:26 2020\n"                         \
	"_ * 2 nodes configured\n_ * 3 resource instances configured\n"        \
	"Online: [ ha01 ha02 ]\nFull list of resources:\n"                     \
	"Resource Group: grp\n_vip\t(ocf::heartbeat:IPaddr2):\tStarted ha01\n" \
	"_db\t(ocf::heartbeat:pgsql):\t" group "\n"                            \
	"alone\t(ocf::heartbeat:Dummy):\tStarted ha02 (unmanaged)\n"           \
	"Clone Set: cl_ping [ping]\n_ Started: [ ha01 ]\n" clone               \
	"Failed Resource Actions:\n* db_monitor on ha02 'error' (1)\n"

static void
test_crm(void **state)
{
	static const struct row rows[] = {
	    {"heartbeat_crm", NULL, "{\"num_nodes\": 2, \"num_resources\": 3}",
		1594202150, CRM("Started ha01", ""), 0,
		"DC: ha01, Nodes: 2, Resources: 3", NULL, ""},
	    {"heartbeat_crm", NULL, "{\"num_nodes\": 3}", 1594202150,
		CRM("Started ha01", ""), 2,
		"DC: ha01, Nodes: 2 (Expected: 3)(!!), Resources: 3", NULL, ""},
	    {"heartbeat_crm", NULL, "{\"dc\": \"ha02\"}", 1594202150,
		CRM("Started ha01", ""), 2, NULL, NULL, ""},
	    {"heartbeat_crm", NULL, "{\"show_failed_actions\": true}",
		1594202150, CRM("Started ha01", ""), 1,
		"DC: ha01, Nodes: 2, Resources: 3, Failed: db_monitor on ha02 "
		"'error' (1)(!)",
		NULL, ""},
	    {"heartbeat_crm", NULL, NULL, 1594202926, CRM("Started ha01", ""),
		2,
		"Ignoring reported data (status output too old: 13 minutes 20 "
		"seconds)(!!)",
		NULL, ""},
	    {"heartbeat_crm", NULL, NULL, 1,
		"<<<heartbeat_crm>>>\nConnection to cluster failed: x\n", 2,
		NULL, NULL, ""},
	    {"heartbeat_crm_resources", "grp", NULL, 1, CRM("Started ha01", ""),
		0, NULL, NULL, ""},
	    {"heartbeat_crm_resources", "grp", NULL, 1, CRM("Stopped", ""), 2,
		NULL, NULL, ""},
	    {"heartbeat_crm_resources", "grp", "{\"expected_node\": \"ha02\"}",
		1, CRM("Started ha01", ""), 2, NULL, NULL, ""},
	    {"heartbeat_crm_resources", "alone", NULL, 1,
		CRM("Started ha01", ""), 1, NULL, NULL, ""},
	    {"heartbeat_crm_resources", "cl_ping", NULL, 1,
		CRM("Stopped", "_ Stopped: [ ha02 ]\n"), 0,
		"Started: [ ha01 ], Stopped: [ ha02 ]", NULL, ""},
	    {"heartbeat_crm_resources", "gone", NULL, 1, CRM("Stopped", ""), 2,
		NULL, NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(CRM("Started ha01", ""), NULL,
	    "heartbeat_crm/\nheartbeat_crm_resources/grp\n"
	    "heartbeat_crm_resources/alone\nheartbeat_crm_resources/cl_ping\n");
}

#define PVE(total, quorate)                                                    \
	"<<<pvecm_status:sep(58)>>>\nName: farm\nNodes: 3\nExpected votes: "   \
	"3\nTotal votes: " total "\nQuorate: " quorate "\n"                    \
	"<<<pvecm_nodes>>>\nMembership information\n"                          \
	"Nodeid Votes Name\n1 1 pve1 (local)\n2 1 pve2\n"

static void
test_pve(void **state)
{
	static const struct row rows[] = {
	    {"pvecm_status", NULL, NULL, 1, PVE("3", "Yes"), 0,
		"Name: farm, Nodes: 3, Expected votes: 3, total votes: 3, No "
		"faults",
		NULL, ""},
	    {"pvecm_status", NULL, NULL, 1, PVE("2", "Yes"), 2, NULL, NULL, ""},
	    {"pvecm_status", NULL, NULL, 1, PVE("3", "No"), 2, NULL, NULL, ""},
	    {"pvecm_status", NULL, NULL, 1,
		"<<<pvecm_status:sep(58)>>>\ncman_tool: Cannot open connection "
		"to cman\n",
		2, NULL, NULL, ""},
	    {"pvecm_nodes", "pve2", NULL, 1, PVE("3", "Yes"), 0,
		"Status: member of the cluster, ID: 2", NULL, ""},
	    {"pvecm_nodes", "pve3", NULL, 1, PVE("3", "Yes"), 2, NULL, NULL,
		""},
	    {"pvecm_nodes", "old", NULL, 1,
		"<<<pvecm_nodes>>>\n1 X 123 2014-08-01 10:00:00 old\n", 1, NULL,
		NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(PVE("3", "Yes"), NULL,
	    "pvecm_nodes/pve1\npvecm_nodes/pve2\npvecm_status/\n");
}

#define REDIS(saved)                                                           \
	"<<<redis_info:sep(58)>>>\n[[[shop|127.0.0.1|6380]]]\n# Server\n"      \
	"redis_version:6.0.16\nredis_mode:standalone\n"                        \
	"uptime_in_seconds:3600\n# Clients\nconnected_clients:5\n"             \
	"client_recent_max_input_buffer:8\nblocked_clients:0\n"                \
	"# Persistence\nrdb_changes_since_last_save:3\n"                       \
	"rdb_last_save_time:1760000000\nrdb_last_bgsave_status:" saved         \
	"\naof_last_bgrewrite_status:ok\n[[[127.0.0.1|6381]]]\n"               \
	"error:Could not connect\n"

static void
test_redis(void **state)
{
	static const struct row rows[] = {
	    {"redis_info", "shop", NULL, 1, REDIS("ok"), 0,
		"Mode: standalone, Uptime: 1 hour 0 minutes, Version: 6.0.16",
		NULL, "uptime=3600"},
	    {"redis_info", "shop", "{\"expected_mode\": \"cluster\"}", 1,
		REDIS("ok"), 1, NULL, NULL, NULL},
	    {"redis_info", "127.0.0.1:6381", NULL, 1, REDIS("ok"), 2,
		"Could not connect(!!)", NULL, NULL},
	    {"redis_info_clients", "shop", "{\"connected_upper\": [5, 9]}", 1,
		REDIS("ok"), 1,
		"Number of client connections: 5 (warn/crit at 5/9)(!), "
		"Biggest input buffer: 8, Number of clients pending on a "
		"blocking call: 0",
		NULL,
		"clients_connected=5;5;9 clients_input=8 clients_blocked=0"},
	    {"redis_info_persistence", "shop", NULL, 1, REDIS("ok"), 0,
		"Last RDB save operation: successful, Last AOF rewrite "
		"operation: successful, Last successful RDB save: 2025-10-09 "
		"08:53:20, Number of changes since last dump: 3",
		NULL, "changes_sld=3"},
	    {"redis_info_persistence", "shop", NULL, 1, REDIS("err"), 1, NULL,
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(REDIS("ok"), NULL,
	    "redis_info/shop\nredis_info/127.0.0.1:6381\n"
	    "redis_info_clients/shop\nredis_info_persistence/shop\n");
}

#define FILES                                                                  \
	"<<<filestats:sep(0)>>>\n[[[file_stats logs of web]]]\n"               \
	"{'stat_status': 'ok', 'age': 60, 'path': '/l/it\\'s \"a\"', "         \
	"'type': 'file', 'size': 2048}\n{'type': 'file', 'age': None, "        \
	"'size': 10L, 'path': u'/l/b'}\n{'type': 'summary', 'count': 7}\n"     \
	"[[[count_only spool]]]\n{'type': 'summary', 'count': 3}\n"            \
	"[[[single_file passwd]]]\n{'stat_status': 'ok', 'age': 9, 'path': "   \
	"'/etc/passwd', 'type': 'file', 'size': 5}\n"                          \
	"[[[single_file gone]]]\n{'stat_status': 'file vanished', 'age': "     \
	"None, 'path': '/gone', 'type': 'file', 'size': None}\n"

static void
test_filestats(void **state)
{
	static const struct row rows[] = {
	    {"filestats", "logs of web", "{\"maxcount\": [5, 9]}", 1, FILES, 1,
		"Files in total: 7 (warn/crit at 5/9)(!), Smallest: 10 B, "
		"Largest: 2.00 KiB, Newest: 1 minute 0 seconds, Oldest: 1 "
		"minute 0 seconds",
		"Smallest: /l/b\nLargest: /l/it's \"a\"\nNewest: /l/it's "
		"\"a\"\nOldest: /l/it's \"a\"",
		"file_count=7;5;9 size_smallest=10 size_largest=2048 "
		"age_newest=60 age_oldest=60"},
	    {"filestats", "spool", NULL, 1, FILES, 0, "Files in total: 3", NULL,
		"file_count=3"},
	    {"filestats_single", "passwd", "{\"max_size\": [4, 9]}", 1, FILES,
		1, NULL, NULL, "size=5;4;9 age=9"},
	    {"filestats_single", "gone", NULL, 1, FILES, 3,
		"Status: file vanished(?)", NULL, ""},
	    {"filestats", "x", NULL, 1, FILES, 3, NULL, NULL, NULL},
	    {"filestats", "x", NULL, 1,
		"<<<filestats:sep(0)>>>\n[[[a b]]]\n{'x\\x\n", 3, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(FILES, NULL,
	    "filestats/logs of web\nfilestats/spool\n"
	    "filestats_single/passwd\nfilestats_single/gone\n");
}

#define NODE                                                                   \
	"<<<docker_node_disk_usage:sep(124)>>>\n@docker_version_info|{}\n"     \
	"{\"count\": 7, \"active\": 2, \"type\": \"images\", \"size\": 2048, " \
	"\"reclaimable\": 1024}\n<<<docker_node_images:sep(0)>>>\n"            \
	"@docker_version_info|{}\n[[[images]]]\n{\"Id\": \"a\"}\n{\"Id\": "    \
	"\"b\"}\n[[[containers]]]\n{\"Id\": \"c\"}\n"

static void
test_docker(void **state)
{
	static const struct row rows[] = {
	    {"docker_node_disk_usage", "images", "{\"count\": [7, 9]}", 1, NODE,
		1,
		"Size: 2.00 KiB, Reclaimable: 1.00 KiB, Count: 7 (warn/crit at "
		"7/9)(!), Active: 2",
		NULL, "size=2048 reclaimable=1024 count=7;7;9 active=2"},
	    {"docker_node_disk_usage", "volumes", NULL, 1, NODE, 3, NULL, NULL,
		NULL},
	    {"docker_node_images", NULL, NULL, 1, NODE, 0, "Images: 2", NULL,
		"images=2"},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    NODE, NULL, "docker_node_disk_usage/images\ndocker_node_images/\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_crm),
	    cmocka_unit_test(test_pve),
	    cmocka_unit_test(test_redis),
	    cmocka_unit_test(test_filestats),
	    cmocka_unit_test(test_docker),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
