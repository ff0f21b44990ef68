/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: Ceph; the admin state of ports.
 */
#include "tests/unit/fetcher/check_table.h"

#define CEPH(health, up, in, pgs)                                              \
	"<<<ceph_status:sep(0)>>>\n{\n\"health\": {\"status\": "               \
	"\"HEALTH_" health                                                     \
	"\", \"checks\": {\"OSD_DOWN\": {\"summary\": {\"message\":\n"         \
	"\"osds down\"}}, \"x\": {}}},\n\"osdmap\": {\"osdmap\": "             \
	"{\"num_osds\": 20, \"num_up_osds\": " up ", \"num_in_osds\": " in     \
	", \"num_remapped_pgs\": 0}},\n\"pgmap\": {\"num_pgs\": 384, "         \
	"\"pgs_by_state\": [" pgs "]}}\n"
#define PGS(state) "{\"state_name\": \"" state "\", \"count\": 384}"
#define GOOD       CEPH("OK", "20", "20", PGS("active+clean"))

static void
test_status(void **state)
{
	static const struct row rows[] = {
	    {"ceph_status", "", NULL, 1,
		"<<<cephstatus:sep(0)>>>\n{\"health\": {\"overall_status\": "
		"\"HEALTH_OK\"}}\n",
		0, "Health: OK", NULL, NULL},
	    {"ceph_status", "", NULL, 1, CEPH("WARN", "1", "1", ""), 1,
		"Health: WARN(!), osds down", NULL, NULL},
	    {"ceph_status", "", NULL, 1, CEPH("ERR", "1", "1", ""), 2, NULL,
		NULL, NULL},
	    {"ceph_status", "", "{\"health_err\": \"WARN\"}", 1,
		CEPH("ERR", "1", "1", ""), 1, NULL, NULL, NULL},
	    {"ceph_status", "", NULL, 1, CEPH("ODD", "1", "1", ""), 3, NULL,
		NULL, NULL},
	    {"ceph_status", "", NULL, 1, "<<<ceph_status:sep(0)>>>\n{\n\n", 3,
		NULL, NULL, NULL},
	    {"ceph_status_osds", "", NULL, 1, GOOD, 0,
		"OSDs: 20, Remapped PGs: 0, OSDs out: 0, OSDs down: 0", NULL,
		NULL},
	    {"ceph_status_osds", "", NULL, 1, CEPH("OK", "19", "20", ""), 1,
		NULL, NULL, NULL},
	    {"ceph_status_osds", "", NULL, 1, CEPH("OK", "20", "18", ""), 2,
		NULL, NULL, NULL},
	    {"ceph_status_osds", "", NULL, 1, CEPH("OK", "null", "18", ""), 3,
		NULL, NULL, NULL},
	    {"ceph_status_pgs", "", NULL, 1, GOOD, 0,
		"PGs: 384, active+clean: 384", NULL, "num_pgs=384;;;0"},
	    {"ceph_status_pgs", "", NULL, 1,
		CEPH("OK", "1", "1",
		    PGS("active+clean") "," PGS("active+undersized")),
		1, "PGs: 384, active+clean: 384, active+undersized: 384(!)",
		NULL, NULL},
	    {"ceph_status_pgs", "", NULL, 1,
		CEPH("OK", "1", "1", PGS("degraded+stale")), 2, NULL, NULL,
		NULL},
	    {"ceph_status_pgs", "", "{\"states\": {\"stale\": \"OK\"}}", 1,
		CEPH("OK", "1", "1", PGS("stale")), 0, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    GOOD, NULL, "ceph_status/\nceph_status_osds/\nceph_status_pgs/\n");
}

#define TABLE(used)                                                            \
	"<<<ceph_df>>>\nRAW STORAGE:\n"                                        \
	"    CLASS SIZE AVAIL USED RAW USED %RAW USED\n"                       \
	"    ssd 84 TiB 81 TiB 2.9 TiB 3.0 TiB 3.52\n"                         \
	"    TOTAL 84 TiB 63 TiB 2.9 TiB 3.0 TiB 3.52\nPOOLS:\n"               \
	"    POOL ID STORED OBJECTS USED %USED MAX AVAIL QUOTA OBJECTS\n"      \
	"    images 1 25 GiB 5.88k " used " 0.10 25 GiB N/A\n    short 1\n"
#define JSON                                                                   \
	"<<<cephdf:sep(0)>>>\n{\"stats\": {\"total_bytes\": 400, "             \
	"\"total_used_raw_bytes\": 340},\n\"pools\": [{\"name\": \"a\", "      \
	"\"stats\": {\"bytes_used\": 3, \"max_avail\": 1}}, {\"name\": "       \
	"\"b\"}]}\n"

static void
test_df(void **state)
{
	static const struct row rows[] = {
	    {"ceph_df", "images", NULL, 1, TABLE("75 GiB"), 0, NULL, NULL,
		"fs_used=76800;81920;92160;0;102400 fs_size=102400;;;0 "
		"fs_used_percent=75;80;90;0;100"},
	    {"ceph_df", "images", NULL, 1, TABLE("475G"), 2, NULL, NULL, NULL},
	    {"ceph_df", "images", "{\"levels\": null}", 1, TABLE("475G"), 0,
		NULL, NULL, NULL},
	    {"ceph_df", "SUMMARY", NULL, 1, TABLE("75 GiB"), 0, NULL, NULL,
		NULL},
	    {"ceph_df", "SUMMARY", NULL, 1, JSON, 1, NULL, NULL, NULL},
	    {"ceph_df", "a", NULL, 1, JSON, 0, NULL, NULL, NULL},
	    {"ceph_df", "b", NULL, 1, JSON, 2, "The pool is gone(!!)", NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    TABLE("75 GiB"), NULL, "ceph_df/SUMMARY\nceph_df/images\n");
	row_discover(JSON, NULL, "ceph_df/SUMMARY\nceph_df/a\n");
}

#define PORT(admin, oper)                                                      \
	".1.3.6.1.2.1.1.1.0 = STRING: a switch\n"                              \
	".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.9\n"                           \
	".1.3.6.1.2.1.2.2.1.1.3 = INTEGER: 3\n"                                \
	".1.3.6.1.2.1.2.2.1.2.3 = STRING: Gi0/3\n"                             \
	".1.3.6.1.2.1.2.2.1.7.3 = INTEGER: " admin                             \
	"\n.1.3.6.1.2.1.2.2.1.8.3 = INTEGER: " oper                            \
	"\n.1.3.6.1.2.1.31.1.1.1.6.3 = Counter64: 5\n"
#define WAS(state) "{\"discovered_admin_status\": \"" state "\"}"

static void
test_admin(void **state)
{
	static const struct row rows[] = {
	    {"if64adm", "3", WAS("1"), 1, PORT("1", "2"), 0,
		"[Gi0/3], Admin state: up, Operational state: down", NULL, ""},
	    {"if64adm", "3", WAS("1"), 1, PORT("2", "2"), 2,
		"[Gi0/3], Admin state: down (expected up)(!!), Operational "
		"state: down",
		NULL, NULL},
	    {"if64adm", "3", "{\"state\": \"2\"}", 1, PORT("2", "2"), 0, NULL,
		NULL, NULL},
	    {"if64adm", "3", WAS("1"), 1, PORT("9", "9"), 3, NULL, NULL, NULL},
	    {"if64adm", "4", WAS("1"), 1, PORT("1", "1"), 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(PORT("2", "2"), NULL, "snmp_info/\n");
	row_discover(PORT("2", "2"), "{\"if64adm\": {\"discover\": true}}",
	    "if64adm/3\nsnmp_info/\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_status),
	    cmocka_unit_test(test_df),
	    cmocka_unit_test(test_admin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
