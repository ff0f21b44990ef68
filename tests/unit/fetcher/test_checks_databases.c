/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: MySQL, PostgreSQL, Oracle.
 */
#include "tests/unit/fetcher/check_table.h"

#define MYSQL(connections, bytes)                                              \
	"<<<mysql>>>\n[[shop]]\nversion 10.11.6-MariaDB\n"                     \
	"Threads_connected 20\nThreads_running 3\nConnections " #connections   \
	"\nMax_used_connections 90\nmax_connections "                          \
	"100\nInnodb_data_read " #bytes "\nInnodb_data_written 0\n"
#define GALERA(comment, size)                                                  \
	"<<<mysql>>>\n[[]]\nwsrep_provider /usr/lib/libgalera_smm.so\n"        \
	"wsrep_local_state_comment " comment "\nwsrep_cluster_size " #size     \
	"\n"

static void
test_mysql(void **state)
{
	static const struct row rows[] = {
	    {"mysql", "shop", NULL, 1, MYSQL(1, 1), 0,
		"Version: 10.11.6-MariaDB", NULL, ""},
	    {"mysql", "blog", NULL, 1, MYSQL(1, 1), 3, NULL, NULL, NULL},
	    {"mysql_sessions", "shop", NULL, 10, MYSQL(1, 1), 0,
		"Total: 20, Running: 3", NULL,
		"total_sessions=20 running_sessions=3"},
	    {"mysql_sessions", "shop", "{\"running\": [3, 9]}", 20,
		MYSQL(51, 1), 1,
		"Total: 20, Running: 3 (warn/crit at 3/9)(!), Connections: "
		"5.00/s",
		NULL,
		"total_sessions=20 running_sessions=3;3;9 connect_rate=5"},
	    {"mysql_connections", "shop", "{\"perc_used\": [\"80%\", \"95%\"]}",
		1, MYSQL(1, 1), 1,
		"Max. parallel connections since server start: 90.00% "
		"(warn/crit at 80.00%/95.00%)(!), Currently open connections: "
		"20.00%",
		NULL,
		"connections_perc_used=90;80;95;;100 connections_max_used=90 "
		"connections_max=100 connections_perc_conn_threads=20;;;;100 "
		"connections_conn_threads=20"},
	    {"mysql_connections", "shop", NULL, 1, "<<<mysql>>>\n[[shop]]\nx\n",
		3, NULL, NULL, NULL},
	    {"mysql_innodb_io", "shop", NULL, 10, MYSQL(1, 0), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"mysql_innodb_io", "shop", NULL, 20, MYSQL(1, 10000), 0,
		"Read: 1.00 kB/s, Write: 0 B/s", NULL, "read=1000 write=0"},
	    {"mysql_innodb_io", "shop", "{\"average\": 5}", 30, MYSQL(1, 20000),
		0, NULL, NULL, "read=1000 read.avg=1000 write=0 write.avg=0"},
	    {"mysql_galerasync", "mysql", NULL, 1, GALERA("Synced", 3), 0,
		"WSREP local state comment: Synced", NULL, NULL},
	    {"mysql_galerasync", "mysql", NULL, 1, GALERA("Donor", 3), 2, NULL,
		NULL, NULL},
	    {"mysql_galerasize", "mysql", "{\"invsize\": 3}", 1,
		GALERA("Synced", 2), 2,
		"WSREP cluster size: 2 (at discovery: 3)(!!)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(MYSQL(1, 1), NULL,
	    "mysql/shop\nmysql_connections/shop\nmysql_innodb_io/shop\n"
	    "mysql_sessions/shop\n");
	row_discover(GALERA("Synced", 3), NULL,
	    "mysql_galerasize/mysql\nmysql_galerasync/mysql\n");
	row_discover("<<<mysql>>>\nversion 8\n", NULL, "mysql/mysql\n");
}

#define SLAVE(io, sql, late)                                                   \
	"<<<mysql_slave>>>\n[[shop]]\n*** 1. row ***\n Slave_IO_Running: " io  \
	"\n Slave_SQL_Running: " sql "\n Relay_Log_Space: 2048\n"              \
	" Seconds_Behind_Master: " late "\n"

static void
test_mysql_more(void **state)
{
	static const struct row rows[] = {
	    {"mysql_ping", "shop", NULL, 1,
		"<<<mysql_ping>>>\n[[shop]]\nmysqld is alive\n", 0,
		"MySQL Daemon is alive", NULL, ""},
	    {"mysql_ping", "mysql", NULL, 1,
		"<<<mysql_ping>>>\nmysqladmin: connect failed\n", 2,
		"mysqladmin: connect failed(!!)", NULL, ""},
	    {"mysql_capacity", "shop:web", "{\"levels\": [1024, 4096]}", 1,
		"<<<mysql_capacity>>>\n[[shop]]\nmysql 5 0\nweb 2048 10\n", 1,
		"Size: 2.00 KiB (warn/crit at 1.00 KiB/4.00 KiB)(!)", NULL,
		"database_size=2048;1024;4096"},
	    {"mysql_capacity", "shop:web", NULL, 1,
		"<<<mysql_capacity>>>\n[[shop]]\nweb NULL NULL\n", 3, NULL,
		NULL, NULL},
	    {"mysql_slave", "shop", NULL, 1, SLAVE("Yes", "Yes", "60"), 0,
		"Slave-IO: running, Relay log: 2.00 KiB, Slave-SQL: running, "
		"Time behind master: 1 minute 0 seconds",
		NULL, "relay_log_space=2048 sync_latency=60"},
	    {"mysql_slave", "shop", "{\"seconds_behind_master\": [30, 90]}", 1,
		SLAVE("Yes", "Yes", "60"), 1, NULL, NULL, NULL},
	    {"mysql_slave", "shop", NULL, 1, SLAVE("No", "Yes", "NULL"), 2,
		"Slave-IO: not running(!!), Slave-SQL: running, Time behind "
		"master: NULL (Lost connection?)(!!)",
		NULL, NULL},
	    {"mysql_slave", "shop", NULL, 1, SLAVE("Yes", "No", "1"), 2, NULL,
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    SLAVE("Yes", "Yes",
		"1") "<<<mysql_ping>>>\n[[a]]\n[[b]]\nx\n"
		     "<<<mysql_capacity>>>\n[[a]]\nmysql 5 0\nweb 1 1\n",
	    NULL,
	    "mysql_capacity/a:web\nmysql_ping/a\nmysql_ping/b\n"
	    "mysql_slave/shop\n");
}

#define STATS(commits, size)                                                   \
	"<<<postgres_stat_database:sep(59)>>>\n[[[main]]]\n"                   \
	"datid;datname;numbackends;xact_commit;blks_read;tup_fetched;"         \
	"tup_inserted;tup_updated;tup_deleted;datsize\n"                       \
	"5;shop;1;" #commits ";0;0;0;0;0;" size "\n"
#define DATABASES "[databases_start]\nshop\n[databases_end]\n"
#define LOCKS                                                                  \
	"<<<postgres_locks:sep(59)>>>\n[[[main]]]\n" DATABASES                 \
	"datname;granted;mode\nshop;t;AccessShareLock\nshop;t;ExclusiveLock\n" \
	"shop;t;AccessShareLock\nother;t;ExclusiveLock\n"
#define CONNECTIONS(active)                                                    \
	"<<<postgres_connections:sep(59)>>>\n[[[main]]]\n" DATABASES           \
	"datname;mc;idle;active\nshop;100;4;" #active "\n"
#define BLOAT(ratio)                                                           \
	"<<<postgres_bloat:sep(59)>>>\n[[[main]]]\n" DATABASES                 \
	"db;schemaname;tablename;tbloat;wastedbytes;iname;ibloat;"             \
	"wastedibytes\nshop;public;orders;" #ratio                             \
	";2048;orders_pkey;0.5;0\nshop;public;log;1.0;4096;log_pkey;0.2;0\n"

static void
test_postgres(void **state)
{
	static const struct row rows[] = {
	    {"postgres_instances", "MAIN", NULL, 1,
		"<<<postgres_instances>>>\n[[[main]]]\n812 "
		"/usr/lib/postgresql/15/bin/postgres -D /var/lib\n"
		"<<<postgres_version:sep(1)>>>\n[[[main]]]\nPostgreSQL 15.5\n",
		0, "Status: running with PID 812, Version: PostgreSQL 15.5",
		NULL, ""},
	    {"postgres_instances", "MAIN", NULL, 1,
		"<<<postgres_instances>>>\n[[[main]]]\n[[[two]]]\n1 x\n", 2,
		NULL, NULL, NULL},
	    {"postgres_sessions", "MAIN", "{\"total\": [5, 9]}", 1,
		"<<<postgres_sessions>>>\n[[[main]]]\nt 4\nf 2\n", 1,
		"Total: 6 (warn/crit at 5/9)(!), Running: 2", NULL,
		"total=6;5;9 running=2"},
	    {"postgres_sessions", "Main", NULL, 1,
		"<<<postgres_sessions>>>\nt 4\n", 0, "Total: 4, Running: 0",
		NULL, NULL},
	    {"postgres_sessions", "MAIN", NULL, 1,
		"<<<postgres_sessions>>>\n[[[main]]]\n[[[two]]]\nt 1\n",
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"postgres_stat_database", "MAIN/shop", NULL, 10, STATS(100, "1"),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"postgres_stat_database", "MAIN/shop", "{\"xact_commit\": [5, 9]}",
		20, STATS(160, "1"), 1,
		"Blocks Read: 0.00/s, Fetches: 0.00/s, Commits: 6.00/s "
		"(warn/crit at 5.00/s/9.00/s)(!), Deletes: 0.00/s, Updates: "
		"0.00/s, Inserts: 0.00/s",
		NULL,
		"blks_read=0 tup_fetched=0 xact_commit=6;5;9 tup_deleted=0 "
		"tup_updated=0 tup_inserted=0"},
	    {"postgres_stat_database_size", "MAIN/shop", NULL, 1,
		STATS(1, "7340032"), 0, "Size: 7.00 MiB", NULL, "size=7340032"},
	    {"postgres_stat_database_size", "MAIN/shop", NULL, 1, STATS(1, ""),
		1, NULL, NULL, NULL},
	    {"postgres_locks", "MAIN/shop", NULL, 1, LOCKS, 0,
		"Access Share Locks: 2, Exclusive Locks: 1", NULL,
		"shared_locks=2 exclusive_locks=1"},
	    {"postgres_connections", "MAIN/shop", NULL, 1, CONNECTIONS(80), 1,
		"Used active connections: 80, Used active percentage: 80.00% "
		"(warn/crit at 80.00%/90.00%)(!), Used idle connections: 4, "
		"Used idle percentage: 4.00%",
		NULL, "active_connections=80;;;;100 idle_connections=4;;;;100"},
	    {"postgres_connections", "MAIN/shop", NULL, 1,
		"<<<postgres_connections:sep(59)>>>\n[[[main]]]\n" DATABASES, 0,
		"No active connections", NULL, NULL},
	    {"postgres_bloat", "MAIN/shop", NULL, 1, BLOAT(1.9), 1,
		"Maximum table bloat at orders: 190.00% (warn/crit at "
		"180.00%/200.00%)(!), Maximum wasted tablespace at log: 4.00 "
		"KiB, Maximum index bloat at orders_pkey: 50.00%, Maximum "
		"wasted indexspace at orders_pkey: 0 B",
		NULL, "tablespace_wasted=6144 indexspace_wasted=0"},
	    {"postgres_query_duration", "MAIN/shop", "{\"levels\": [60, 90]}",
		1,
		"<<<postgres_query_duration:sep(59)>>>\n[[[main]]]\n" DATABASES
		"datname;usename;seconds;pid;current_query\nshop;web;70;12;"
		"SELECT 1\nshop;web;7;13;SELECT 2\n",
		1,
		"Longest query: 1 minute 10 seconds (warn/crit at 1 minute 0 "
		"seconds/1 minute 30 seconds)(!)",
		"Username: web\nPID: 12\nQuery: SELECT 1", "seconds=70;60;90"},
	    {"postgres_query_duration", "MAIN/x", NULL, 1,
		"<<<postgres_query_duration:sep(59)>>>\n[[[main]]]\na;b\n", 0,
		"No queries running", NULL, NULL},
	    {"postgres_conn_time", "MAIN", NULL, 1,
		"<<<postgres_conn_time>>>\n[[[main]]]\n0.063\n", 0, NULL, NULL,
		"connection_time=0.063"},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(STATS(1, "1") LOCKS CONNECTIONS(1)
			 BLOAT(1) "<<<postgres_conn_time>>>\n[[[main]]]\n1\n",
	    NULL,
	    "postgres_bloat/MAIN/shop\npostgres_conn_time/MAIN\n"
	    "postgres_connections/MAIN/shop\npostgres_locks/MAIN/shop\n"
	    "postgres_stat_database/MAIN/shop\n"
	    "postgres_stat_database_size/MAIN/shop\n");
}

#define ORACLE(mode, logins)                                                   \
	"<<<oracle_instance:sep(124)>>>\nTUX|19.3|" mode "|" logins            \
	"|STARTED|3600|123|ARCHIVELOG|PRIMARY|NO|TUXDB\n"                      \
	"DEAD|FAILURE|ORA-12541: no listener\n"

static void
test_oracle(void **state)
{
	static const struct row rows[] = {
	    {"oracle_instance", "TUX", NULL, 1, ORACLE("OPEN", "ALLOWED"), 0,
		"Database Name TUXDB, Status OPEN, Role PRIMARY, Version 19.3, "
		"Logins allowed, Log Mode ARCHIVELOG",
		"Uptime: 1 hour 0 minutes", "uptime=3600"},
	    {"oracle_instance", "TUX", NULL, 1, ORACLE("MOUNTED", "ALLOWED"), 2,
		NULL, NULL, NULL},
	    {"oracle_instance", "TUX", "{\"logins\": 1}", 1,
		ORACLE("OPEN", "RESTRICTED"), 1, NULL, NULL, NULL},
	    {"oracle_instance", "DEAD", NULL, 1, ORACLE("OPEN", "ALLOWED"), 2,
		"ORA-12541: no listener(!!)", NULL, ""},
	    {"oracle_instance", "GONE", NULL, 1, ORACLE("OPEN", "ALLOWED"), 2,
		NULL, NULL, ""},
	    {"oracle_sessions", "TUX", NULL, 1,
		"<<<oracle_sessions:sep(124)>>>\nTUX|160|800|200\n", 1,
		"Sessions: 160 (warn/crit at 150/300)(!), Of those allowed: "
		"20.00%",
		NULL, "sessions=160;150;300;;800"},
	    {"oracle_sessions", "X", NULL, 1,
		"<<<oracle_sessions:sep(124)>>>\nTUX|160|800|200\n",
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"oracle_processes", "TUX", NULL, 1,
		"<<<oracle_processes:sep(124)>>>\nTUX|95|100\n", 2,
		"Processes: 95 (warn/crit at 70/90)(!!), of 100", NULL,
		"processes=95;70;90;;100"},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    ORACLE(
		"OPEN", "ALLOWED") "<<<oracle_sessions:sep(124)>>>\nTUX|1|2|3\n"
				   "<<<oracle_processes:sep(124)>>>\nTUX|1|2\n",
	    NULL,
	    "oracle_instance/TUX\noracle_instance/DEAD\n"
	    "oracle_processes/TUX\noracle_sessions/TUX\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mysql),
	    cmocka_unit_test(test_mysql_more),
	    cmocka_unit_test(test_postgres),
	    cmocka_unit_test(test_oracle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
