/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: the agent's own service, ZFS, thin pools, containers, proxies,
 * small mail servers.
 */
#include "tests/unit/fetcher/check_table.h"

#define AGENT "<<<check_mk>>>\nVersion: 2.4.0p16\nAgentOS: linux\n"
#define CTL(legacy, list)                                                      \
	AGENT "<<<cmk_agent_ctl_status:sep(0)>>>\n"                            \
	      "{\"version\":\"2.4.0p16\",\"agent_socket_operational\":true,"   \
	      "\"ip_allowlist\":[" list "],\"allow_legacy_pull\":" legacy      \
	      ",\"connections\":[]}\n"
#define PLUGINS                                                                \
	AGENT "<<<checkmk_agent_plugins_lnx:sep(0)>>>\n"                       \
	      "pluginsdir /usr/lib/check_mk_agent/plugins\n"                   \
	      "localdir /usr/lib/check_mk_agent/local\n"                       \
	      "/usr/lib/check_mk_agent/plugins/300/mk_apt:CMK_VERSION="        \
	      "\"2.4.0p16\"\n/usr/lib/check_mk_agent/plugins/old.py:"          \
	      "__version__ = \"2.3.0b1\"\n"                                    \
	      "/usr/lib/check_mk_agent/local/mine:CMK_VERSION="                \
	      "\"unversioned\"\n"

static void
test_agent(void **state)
{
	static const char wanted[] =
	    "{\"only_from\": [\"192.0.2.1\", \"10.0.0.0/8\"]}";
	static const struct row rows[] = {
	    {"check_mk_agent", NULL, NULL, 1, CTL("true", ""), 1,
		"Version: 2.4.0p16, OS: linux, TLS is not activated on "
		"monitored host (see details)(!)",
		NULL, NULL},
	    {"check_mk_agent", NULL, "{\"legacy_pull_state\": 0}", 1,
		CTL("true", ""), 0, NULL, NULL, NULL},
	    {"check_mk_agent", NULL, NULL, 1, CTL("false", "\"192.0.2.1\""), 0,
		"Version: 2.4.0p16, OS: linux", "Allowed IP ranges: 192.0.2.1",
		NULL},
	    {"check_mk_agent", NULL, wanted, 1,
		CTL("false", "\"192.0.2.1\",\"::1\""), 1,
		"Version: 2.4.0p16, OS: linux, Unexpected allowed IP ranges "
		"(exceeding: ::1, missing: 10.0.0.0/8)(!)",
		NULL, NULL},
	    /* Without a controller the agent says it. */
	    {"check_mk_agent", NULL, wanted, 1,
		AGENT "OnlyFrom: 10.0.0.0/8 192.0.2.1\n", 0,
		"Version: 2.4.0p16, OS: linux", NULL, NULL},
	    {"check_mk_agent", NULL, wanted, 1, AGENT, 1, NULL, NULL, NULL},
	    {"check_mk_agent", NULL, NULL, 1, PLUGINS, 0,
		"Version: 2.4.0p16, OS: linux, Agent plug-ins: 2, Local "
		"checks: 1",
		NULL, NULL},
	    {"check_mk_agent", NULL, "{\"plugins_min_version\": \"2.3.0\"}", 1,
		PLUGINS, 1,
		"Version: 2.4.0p16, OS: linux, Agent plug-ins: 2, Local "
		"checks: 1, 2 older than 2.3.0: old.py 2.3.0b1, mine "
		"unversioned(!)",
		NULL, NULL},
	    {"check_mk_agent", NULL,
		"{\"plugins_min_version\": \"2.3.0b1\", \"plugins_ignored\": "
		"[\"mine\"]}",
		1, PLUGINS, 0, NULL, NULL, NULL},
	    {"check_mk_agent", NULL, "{\"plugins_min_version\": \"new\"}", 1,
		PLUGINS, 3, NULL, NULL, NULL},
	    {"check_mk_agent", NULL, NULL, 1,
		AGENT "<<<checkmk_cached_plugins:sep(124)>>>\n"
		      "timeout|mk_oracle|120|812\nkillfailed|slow|60|9\n",
		1,
		"Version: 2.4.0p16, OS: linux, Timed out plugin(s): mk_oracle "
		"(120 s)(!), Termination failed: slow (60 s)(!)",
		NULL, NULL},
	    {"check_mk_agent", NULL, NULL, 1,
		AGENT "<<<checkmk_cached_plugins:sep(124)>>>\ntimeout\n", 3,
		NULL, NULL, NULL},
	    {"check_mk_agent", NULL, NULL, 1,
		AGENT "<<<cmk_agent_ctl_status:sep(0)>>>\n[1]\n", 3, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
}

#define ZFS(quota)                                                             \
	"<<<zfsget:sep(9)>>>\n"                                                \
	"tank\tname\ttank\t-\ntank\tquota\t0\tdefault\n"                       \
	"tank\tused\t1048576\t-\ntank\tavailable\t3145728\t-\n"                \
	"tank\tmountpoint\t/tank\tdefault\ntank\ttype\tfilesystem\t-\n"        \
	"tank/home\tquota\t" quota "\tlocal\ntank/home\tused\t1048576\t-\n"    \
	"tank/home\tavailable\t3145728\t-\n"                                   \
	"tank/home\tmountpoint\t/home\tlocal\n"                                \
	"tank/home\ttype\tfilesystem\t-\n"                                     \
	"tank/vol\tused\t1\t-\ntank/vol\ttype\tvolume\t-\n"                    \
	"<<<zfsget>>>\n[df]\ntank zfs 4096 1024 3072 25% /tank\n"              \
	"rpool zfs 4096 1024 3072 25% /rpool\n"
#define POOLS                                                                  \
	"<<<zpool>>>\nNAME SIZE ALLOC FREE CKPOINT EXPANDSZ FRAG CAP DEDUP "   \
	"HEALTH ALTROOT\ntank 1G 870M 154M - - 10% 85% 1.00x ONLINE -\n"

static void
test_zfs(void **state)
{
	static const struct row rows[] = {
	    {"filesystem", "/tank", NULL, 1, ZFS("0"), 0,
		"Used: 25.00% - 1.00 MiB of 4.00 MiB", NULL,
		"fs_used=1;3.2;3.6;0;4 fs_size=4;;;0 "
		"fs_used_percent=25;80;90;0;100"},
	    {"filesystem", "/home", NULL, 1, ZFS("1048576"), 2, NULL, NULL,
		NULL},
	    {"filesystem", "/home", NULL, 1, "<<<zfsget:sep(9)>>>\nx\n", 3,
		NULL, NULL, NULL},
	    {"zpool", "tank", NULL, 1, POOLS, 1,
		"Used: 84.96% - 870 MiB of 1.00 GiB (warn/crit at 819 "
		"MiB/922 MiB)(!)",
		"Health: ONLINE",
		"fs_used=870;819.2;921.6;0;1024 fs_size=1024;;;0 "
		"fs_used_percent=84.960938;80;90;0;100"},
	    {"zpool", "gone", NULL, 1, POOLS, 2, NULL, NULL, NULL},
	    {"zpool", "tank", NULL, 1, "<<<zpool>>>\nNAME CAP\n", 3, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(ZFS("0"), NULL,
	    "filesystem//tank\nfilesystem//rpool\nfilesystem//home\n");
	row_discover(POOLS, NULL, "zpool/tank\n");
	row_discover("<<<zpool>>>\nno pools available\n", NULL, "");
}

static void
test_thin_pools(void **state)
{
	static const char good[] =
	    "<<<lvm_lvs:sep(124)>>>\n"
	    "  root|vg0|-wi-ao----|10737418240||||||||\n"
	    "  pool|vg0|twi-aotz--|10737418240|||85.50|3.12||||\n";
	static const struct row rows[] = {
	    {"lvm_lvs", "vg0/pool", NULL, 1, good, 1,
		"Data usage: 85.50% (warn/crit at 80.00%/90.00%)(!), Meta "
		"usage: 3.12%",
		NULL,
		"data_usage=85.5;80;90;0;100 meta_usage=3.12;80;90;0;100"},
	    {"lvm_lvs", "vg0/gone", NULL, 1, good, 2, "The pool is gone(!!)",
		NULL, NULL},
	    {"lvm_lvs", "vg0/pool", NULL, 1,
		"<<<lvm_lvs:sep(124)>>>\npool|vg0|twi|1\n", 3, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(good, NULL, "lvm_lvs/vg0/pool\n");
}

#define CONTAINER(text)                                                        \
	"<<<docker_container_status:sep(0)>>>\n"                               \
	"@docker_version_info|{\"ApiVersion\":\"1.41\"}\n{" text "}\n"

static void
test_containers(void **state)
{
	static const char running[] = CONTAINER(
	    "\"Status\":\"running\",\"ExitCode\":0,\"NodeName\":\"node1\","
	    "\"ImageTags\":[\"nginx:1\"],\"Health\":{\"Status\":\"unhealthy\","
	    "\"Log\":[{\"Output\":\"no answer\\n\"}]},"
	    "\"StartedAt\":\"2025-10-09T08:53:20.123Z\"");
	static const struct row rows[] = {
	    {"docker_container_status", NULL, NULL, 1, running, 0,
		"Container running, Node: node1", "Image: nginx:1", NULL},
	    {"docker_container_status", NULL, NULL, 1,
		CONTAINER("\"Status\":\"exited\",\"ExitCode\":0"), 0,
		"Container exited (0)", NULL, NULL},
	    {"docker_container_status", NULL, NULL, 1,
		CONTAINER("\"Status\":\"exited\",\"ExitCode\":0,"
			  "\"RestartPolicy\":{\"Name\":\"always\"}"),
		2, NULL, NULL, NULL},
	    {"docker_container_status", NULL, NULL, 1,
		CONTAINER("\"Status\":\"exited\",\"ExitCode\":137"), 2,
		"Container exited (137)(!!)", NULL, NULL},
	    {"docker_container_status", NULL, "{\"states\": {\"paused\": 1}}",
		1, CONTAINER("\"Status\":\"paused\""), 1, "Container paused(!)",
		NULL, NULL},
	    {"docker_container_status", NULL, NULL, 1, CONTAINER(""), 3, NULL,
		NULL, NULL},
	    {"docker_container_health", NULL, NULL, 1, running, 2,
		"Health status: unhealthy(!!)", "Last health report: no answer",
		NULL},
	    {"docker_container_health", NULL, NULL, 1,
		CONTAINER("\"Status\":\"running\""), 3, NULL, NULL, NULL},
	    {"docker_container_health", NULL, NULL, 1,
		CONTAINER("\"Status\":\"exited\""), MSG_RESULT_NONE, NULL, NULL,
		NULL},
	    {"docker_container_uptime", NULL, NULL, 1760000060, running, 0,
		"Up since 2025-10-09 08:53:20, Uptime: 1 minute 0 seconds",
		NULL, "uptime=60"},
	    /* The node's clock is ahead of ours. */
	    {"docker_container_uptime", NULL, NULL, 1, running, 0, NULL, NULL,
		"uptime=0"},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(running, NULL,
	    "docker_container_health/\ndocker_container_status/\n"
	    "docker_container_uptime/\n");
}

#define CPU(usage, system)                                                     \
	"<<<docker_container_cpu:sep(0)>>>\n{\"cpu_usage\":{\"total_"          \
	"usage\":" #usage "},\"system_cpu_usage\":" #system                    \
	",\"online_cpus\":4}\n"
#define CPU2(usec, uptime)                                                     \
	"<<<docker_container_cpu_cgroupv2>>>\nuptime " #uptime                 \
	" 1\nnum_cpus 2\nusage_usec " #usec "\nuser_usec 1\nsystem_usec 1\n"
#define CPU1(user, system, all)                                                \
	"<<<docker_container_cpu>>>\ncpu  " #all " 0 0 0 0 0 0 0 7 0\n"        \
	"num_cpus 2\nuser " #user "\nsystem " #system "\n"

static void
test_container_resources(void **state)
{
	static const struct row rows[] = {
	    {"memory", NULL, NULL, 1,
		"<<<docker_container_mem:sep(0)>>>\n{\"usage\":3145728,"
		"\"limit\":4194304,\"stats\":{\"cache\":1048576}}\n",
		0, "Total (RAM + swap): 50.00% - 2.00 MiB of 4.00 MiB", NULL,
		"mem_used=2097152;;;0;4194304 mem_used_percent=50;;;0;100 "
		"swap_used=0;;;0;0 total_used=2097152;6291456;8388608;0;"
		"4194304"},
	    {"memory", NULL, NULL, 1,
		"<<<docker_container_mem_cgroupv2>>>\nanon 1\nfile 1048576\n"
		"memory.current 3145728\nmemory.max max\nMemTotal: 8192 kB\n",
		0, "Total (RAM + swap): 25.00% - 2.00 MiB of 8.00 MiB", NULL,
		NULL},
	    {"memory", NULL, NULL, 1,
		"<<<docker_container_mem>>>\ncache 0\nusage_in_bytes 1048576\n"
		"limit_in_bytes 9223372036854771712\nMemTotal: 4096 kB\n",
		0, "Total (RAM + swap): 25.00% - 1.00 MiB of 4.00 MiB", NULL,
		NULL},
	    {"memory", NULL, NULL, 1, "<<<docker_container_mem>>>\nx\n", 3,
		NULL, NULL, NULL},
	    {"docker_container_cpu", NULL, NULL, 1,
		CPU(1000000000, 100000000000), MSG_RESULT_NONE, NULL, NULL,
		NULL},
	    {"docker_container_cpu", NULL, NULL, 61,
		CPU(61000000000, 340000000000), 0, "Total CPU: 100.00%", NULL,
		"util=100;;;0;400"},
	    /* Nothing new; then the container was started anew. */
	    {"docker_container_cpu", NULL, NULL, 62,
		CPU(61000000000, 340000000000), MSG_RESULT_NONE, NULL, NULL,
		NULL},
	    {"docker_container_cpu", NULL, NULL, 121, CPU(1000, 580000000000),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"docker_container_cpu", "2", NULL, 1, CPU2(1000000, 10),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"docker_container_cpu", "2", "{\"util\": [\"40%\", \"60%\"]}", 2,
		CPU2(6000000, 20), 1, NULL, NULL, "util=50;40;60;0;200"},
	    {"docker_container_cpu", "1", NULL, 1, CPU1(10, 10, 1000),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"docker_container_cpu", "1", NULL, 2, CPU1(60, 60, 1200), 0,
		"Total CPU: 100.00%", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(CPU2(1, 1), NULL, "docker_container_cpu/\n");
}

#define PROXY(sessions, status)                                                \
	"<<<haproxy:sep(44)>>>\n# pxname,svname,...\n"                         \
	"www,FRONTEND,,,1,2,2000," #sessions                                   \
	",1,1,0,0,0,,,,,OPEN,,,,,,,,,1,2,0,,,,0,0,0,2,,,,\n"                   \
	"www,web1,0,0,0,1,,5,1,1,,0,,0,0,0,0," status                          \
	",1,1,0,0,0,120,0,,1,2,1,,5,,2,0,,1,L4OK,,0\n"                         \
	"www,BACKEND,0,0,0,1,200,5,1,1,0,0,,0,0,0,0,UP,1,1,0,,0,120,0,,1,2,"   \
	"0,,5,,1,0,,1,,,,\n"

static void
test_haproxy(void **state)
{
	static const struct row rows[] = {
	    {"haproxy_frontend", "www", NULL, 1000, PROXY(100, "UP"), 0,
		"Status: OPEN", NULL, ""},
	    {"haproxy_frontend", "www", NULL, 1010, PROXY(150, "UP"), 0,
		"Status: OPEN, Session rate: 5.00", NULL, "session_rate=5;;;0"},
	    {"haproxy_frontend", "www", NULL, 1020, PROXY(1, "UP"), 0,
		"Status: OPEN", NULL, ""},
	    {"haproxy_server", "www/web1", NULL, 1, PROXY(1, "UP"), 0,
		"Status: UP, Active, Layer check: L4OK, Status since: 2 "
		"minutes 0 seconds",
		NULL, NULL},
	    {"haproxy_server", "www/web1", NULL, 1, PROXY(1, "DOWN 1/2"), 2,
		NULL, NULL, NULL},
	    {"haproxy_server", "www/web1", NULL, 1, PROXY(1, "MAINT (via a/b)"),
		1, NULL, NULL, NULL},
	    {"haproxy_server", "www/web1", NULL, 1, PROXY(1, "no check"), 2,
		NULL, NULL, NULL},
	    {"haproxy_server", "www/web1",
		"{\"states\": {\"no check\": 0, \"DRAIN\": 1}}", 1,
		PROXY(1, "no check"), 0, NULL, NULL, NULL},
	    {"haproxy_server", "www/web2", NULL, 1, PROXY(1, "UP"), 3, NULL,
		NULL, NULL},
	    {"haproxy_server", "www/web1", NULL, 1,
		"<<<haproxy:sep(44)>>>\na,b,c\n", 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(PROXY(1, "UP"), NULL,
	    "haproxy_frontend/www\nhaproxy_server/www/web1\n");
}

#define NGINX(accepted, requests)                                              \
	"<<<nginx_status>>>\n127.0.0.1 80 Active connections: 10\n"            \
	"127.0.0.1 80 server accepts handled requests\n"                       \
	"127.0.0.1 80 " #accepted " 20 " #requests "\n"                        \
	"127.0.0.1 80 Reading: 1 Writing: 2 Waiting: 7\n"

static void
test_nginx(void **state)
{
	static const struct row rows[] = {
	    {"nginx_status", "127.0.0.1:80", NULL, 1000, NGINX(20, 100), 0,
		"Active connections: 10", "Reading: 1, writing: 2, waiting: 7",
		"active=10;;;0 reading=1;;;0 writing=2;;;0 waiting=7;;;0 "
		"requests_per_conn=5;;;0 accepted=20;;;0 handled=20;;;0 "
		"requests=100;;;0"},
	    {"nginx_status", "127.0.0.1:80",
		"{\"active_connections\": [10, 20]}", 1010, NGINX(30, 200), 1,
		"Active connections: 10 (warn/crit at 10/20)(!), Requests: "
		"10.00/s, Accepted: 1.00/s",
		NULL, NULL},
	    {"nginx_status", "127.0.0.1:80", NULL, 1020, NGINX(1, 1), 0,
		"Active connections: 10", NULL, NULL},
	    {"nginx_status", "127.0.0.1:80", NULL, 1,
		"<<<nginx_status>>>\n127.0.0.1 80 502 Bad Gateway\n", 3, NULL,
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(NGINX(1, 1), NULL, "nginx_status/127.0.0.1:80\n");
}

static void
test_mail(void **state)
{
	static const struct row rows[] = {
	    {"nullmailer_mailq", NULL, NULL, 1,
		"<<<nullmailer_mailq>>>\n16 3 deferred\n4 1 failed\n", 2,
		"Deferred mails: 3, Failed mails: 1 (warn/crit at 1/1)(!!)",
		NULL,
		"mail_queue_deferred_length=3;10;20;0 "
		"mail_queue_deferred_size=16384;;;0 "
		"mail_queue_failed_length=1;1;1;0 "
		"mail_queue_failed_size=4096;;;0"},
	    {"nullmailer_mailq", NULL, NULL, 1, "<<<nullmailer_mailq>>>\n4 0\n",
		0, "Deferred mails: 0", NULL, NULL},
	    {"nullmailer_mailq", NULL, NULL, 1, "<<<nullmailer_mailq>>>\nx\n",
		3, NULL, NULL, NULL},
	    {"postfix_mailq_status", "postfix", NULL, 1,
		"<<<postfix_mailq_status:sep(58)>>>\n"
		"postfix:the Postfix mail system is running:PID:812\n",
		0, "Status: the Postfix mail system is running, PID: 812", NULL,
		NULL},
	    {"postfix_mailq_status", "postfix", NULL, 1,
		"<<<postfix_mailq_status:sep(58)>>>\n"
		"postfix:the Postfix mail system is not running\n",
		2, "Status: the Postfix mail system is not running(!!)", NULL,
		NULL},
	    {"postfix_mailq_status", "postfix", NULL, 1,
		"<<<postfix_mailq_status:sep(58)>>>\nx\n", 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover("<<<postfix_mailq_status:sep(58)>>>\na:x\n"
		     "<<<nullmailer_mailq>>>\n4 0 deferred\n",
	    NULL, "nullmailer_mailq/\npostfix_mailq_status/a\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_agent),
	    cmocka_unit_test(test_zfs),
	    cmocka_unit_test(test_thin_pools),
	    cmocka_unit_test(test_containers),
	    cmocka_unit_test(test_container_resources),
	    cmocka_unit_test(test_haproxy),
	    cmocka_unit_test(test_nginx),
	    cmocka_unit_test(test_mail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
