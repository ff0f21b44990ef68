/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: MongoDB and Microsoft SQL Server.
 */
#include "tests/unit/fetcher/check_table.h"

#define CONNECTIONS(current, available, made)                                  \
	"<<<mongodb_connections>>>\ncurrent " current "\navailable " available \
	"\ntotalCreated " made "\n"
#define MEMORY                                                                 \
	"<<<mongodb_mem>>>\nresident 856\nsupported True\nvirtual 6100\n"      \
	"bits 64\nnote fields vary by platform\npage_faults 86\n"
#define LOCKS                                                                  \
	"<<<mongodb_locks>>>\nactiveClients readers 1\nactiveClients total "   \
	"53\nactiveClients writers 2\ncurrentQueue readers 0\n"                \
	"currentQueue total 32\ncurrentQueue writers 32\n"

static void
test_mongodb(void **state)
{
	static const struct row rows[] = {
	    {"mongodb_connections", "Connections", NULL, 100,
		CONNECTIONS("68", "51132", "1000"), 0,
		"Used connections: 68, Used percentage: 0.13%", NULL,
		"connections=68;;;;51200"},
	    {"mongodb_connections", "Connections", NULL, 110,
		CONNECTIONS("170", "30", "1100"), 1,
		"Used connections: 170, Used percentage: 85.00% (warn/crit at "
		"80.00%/90.00%)(!), Rate: 10.00/s",
		NULL, NULL},
	    {"mongodb_connections", "Connections", "{\"levels_abs\": [1, 2]}",
		120, CONNECTIONS("2", "0", "1"), 2, NULL, NULL, NULL},
	    {"mongodb_connections", "Connections", NULL, 1,
		"<<<mongodb_connections>>>\ncurrent x\n", MSG_RESULT_NONE, NULL,
		NULL, NULL},
	    {"mongodb_instance", "", NULL, 1,
		"<<<mongodb_instance:sep(9)>>>\nmode\tSecondary\n"
		"address\t10.1.2.4\n",
		0, "Mode: Secondary, Address: 10.1.2.4", NULL, NULL},
	    {"mongodb_instance", "", NULL, 1,
		"<<<mongodb_instance:sep(9)>>>\nerror\tlogin refused\n", 2,
		"login refused(!!)", NULL, NULL},
	    {"mongodb_instance", "", NULL, 1,
		"<<<mongodb_instance:sep(9)>>>\nodd\n", 3, NULL, NULL, NULL},
	    {"mongodb_mem", "", NULL, 1, MEMORY, 0,
		"Resident usage: 856 MiB, Virtual usage: 5.96 GiB", NULL, NULL},
	    {"mongodb_mem", "", NULL, 61, MEMORY "mapped 2000\n", 1,
		"Resident usage: 856 MiB, Virtual usage: 5.96 GiB, Mapped "
		"usage: 1.95 GiB, Virtual size is 3.0 times the mapped size "
		"(memory may leak)(!)",
		NULL, NULL},
	    {"mongodb_mem", "", "{\"resident_levels\": [1, 2]}", 1, MEMORY, 2,
		NULL, NULL, NULL},
	    {"mongodb_locks", "", NULL, 1, LOCKS, 0,
		"Clients readers: 1, Clients writers: 2, Clients total: 53, "
		"Queue readers: 0, Queue writers: 32, Queue total: 32",
		NULL, NULL},
	    {"mongodb_locks", "", "{\"queue_total_locks\": [32, 99]}", 1, LOCKS,
		1, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(CONNECTIONS("1", "2", "3") MEMORY LOCKS
	    "<<<mongodb_instance:sep(9)>>>\nmode\tPrimary\n",
	    NULL,
	    "mongodb_connections/Connections\nmongodb_instance/\n"
	    "mongodb_locks/\nmongodb_mem/\n");
}

#define INSTANCE                                                               \
	"<<<mssql_instance:sep(124)>>>\n"                                      \
	"MSSQL_ONE|config|10.50.1600.1|Enterprise Edition|CLU\n"
#define SESSIONS "<<<mssql_blocked_sessions:sep(124)>>>\n"
#define WAITING  SESSIONS "ONE|75|40000|LCK_M_S|115\nONE|76|1|X|75\n"

static void
test_mssql(void **state)
{
	static const struct row rows[] = {
	    {"mssql_instance", "ONE", NULL, 1, INSTANCE "MSSQL_ONE|state|1|\n",
		0,
		"Version: 10.50.1600.1 - Enterprise Edition, Clustered as "
		"CLU",
		NULL, NULL},
	    {"mssql_instance", "ONE", NULL, 1,
		"<<<mssql_instance:sep(124)>>>\nMSSQL_ONE|state|0|no login\n",
		2, "Failed to connect to database (no login)(!!)", NULL, NULL},
	    {"mssql_instance", "ONE", "{\"map_connection_state\": \"WARN\"}", 1,
		INSTANCE "MSSQL_ONE|state|0|x\n", 1, NULL, NULL, NULL},
	    {"mssql_instance", "TWO", NULL, 1, INSTANCE, 2, NULL, NULL, NULL},
	    {"mssql_databases", "ONE master", NULL, 1,
		"<<<mssql_databases:sep(124)>>>\n"
		"Instance|DBname|Status|Recovery|auto_close|auto_shrink\n"
		"ONE|master|ONLINE|SIMPLE|0|1\n",
		1,
		"Status: ONLINE, Recovery: SIMPLE, Auto close: off, Auto "
		"shrink: on(!)",
		NULL, NULL},
	    {"mssql_databases", "ONE master",
		"{\"map_db_states\": {\"RECOVERY_PENDING\": \"CRIT\"}}", 1,
		"<<<mssql_databases>>>\nONE master recovery pending FULL 0 0\n",
		2,
		"Status: recovery pending(!!), Recovery: FULL, Auto close: "
		"off, Auto shrink: off",
		NULL, NULL},
	    {"mssql_databases", "ONE master", NULL, 1,
		"<<<mssql_databases:sep(124)>>>\nONE|master|ERROR: no "
		"right|-|-|-\n",
		2, "no right(!!)", NULL, NULL},
	    {"mssql_databases", "ONE gone", NULL, 1,
		"<<<mssql_databases:sep(124)>>>\nONE|master|ONLINE|FULL|0|0\n",
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"mssql_connections", "ONE my db", "{\"levels\": [10, 20]}", 1,
		"<<<mssql_connections>>>\nONE my db 16\nONE tempdb 1\n", 1,
		"Connections: 16 (warn/crit at 10/20)(!)", NULL,
		"connections=16;10;20"},
	    {"mssql_connections", "ONE x", NULL, 1,
		"<<<mssql_connections>>>\nONE 16\n", MSG_RESULT_NONE, NULL,
		NULL, NULL},
	    {"mssql_blocked_sessions", "ONE", NULL, 1,
		SESSIONS "ONE|No blocking sessions\n", 0,
		"No blocking sessions", NULL, NULL},
	    {"mssql_blocked_sessions", "ONE", NULL, 1, WAITING, 2,
		"2 blocked by 115 and others, longest 40.0 s(!!)",
		"Session 75 blocked by 115 for 40.0 s (LCK_M_S)\n"
		"Session 76 blocked by 75 for 0.0 s (X)",
		NULL},
	    {"mssql_blocked_sessions", "ONE", "{\"waittime\": [30, 60]}", 1,
		WAITING, 1, NULL, NULL, NULL},
	    {"mssql_blocked_sessions", "ONE",
		"{\"ignore_waittypes\": [\"X\", \"LCK_M_S\"]}", 1, WAITING, 0,
		"No blocking sessions, 2 ignored", NULL, NULL},
	    {"mssql_blocked_sessions", "TWO", NULL, 1, WAITING, MSG_RESULT_NONE,
		NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(INSTANCE WAITING
	    "<<<mssql_connections>>>\nONE my db 16\nERROR: x\n"
	    "<<<mssql_databases:sep(124)>>>\nONE|a b|ONLINE|FULL|0|0\n",
	    NULL,
	    "mssql_blocked_sessions/ONE\nmssql_connections/ONE my db\n"
	    "mssql_databases/ONE a b\nmssql_instance/ONE\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mongodb),
	    cmocka_unit_test(test_mssql),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
