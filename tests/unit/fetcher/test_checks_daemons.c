/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: Varnish, ISC's DHCP server, OMD sites.
 */
#include "tests/unit/fetcher/check_table.h"

#define VARNISH(hits, fails)                                                   \
	"<<<varnish>>>\nMAIN.uptime 60 1.00 Child process uptime\n"            \
	"MAIN.cache_hit " #hits " 0.1 Cache hits\nMAIN.cache_miss 20 0.1 "     \
	"Cache misses\nMAIN.client_req 5 0.1 Good client requests\n"           \
	"backend_conn 90 0.1 Backend\nbackend_fail " #fails                    \
	" 0.1 Backend\nbackend_unhealthy 0 0 x\nbackend_busy 0 0 x\n"          \
	"esi_errors " #fails " 0 ESI parse errors\n"

static void
test_varnish(void **state)
{
	static const struct row rows[] = {
	    {"varnish", NULL, NULL, 1760000060, VARNISH(80, 10), 0,
		"Up since 2025-10-09 08:53:20, Uptime: 1 minute 0 seconds",
		NULL, "uptime=60"},
	    {"varnish_cache", NULL, NULL, 10, VARNISH(80, 10), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"varnish_cache", NULL, "{\"hit\": [2, 4]}", 20, VARNISH(110, 10),
		1,
		"Cache misses: 0.00/s, Cache hits: 3.00/s (warn/crit at "
		"2.00/s/4.00/s)(!)",
		NULL, "varnish_cache_miss_rate=0 varnish_cache_hit_rate=3;2;4"},
	    {"varnish_client", NULL, NULL, 10, VARNISH(80, 10), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"varnish_client", NULL, NULL, 20, VARNISH(80, 10), 0, NULL, NULL,
		"varnish_client_req_rate=0"},
	    {"varnish_esi", NULL, NULL, 10, VARNISH(80, 10), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"varnish_esi", NULL, NULL, 20, VARNISH(80, 25), 1, NULL, NULL,
		"varnish_esi_errors_rate=1.5;1;2"},
	    {"varnish_backend", NULL, NULL, 10, VARNISH(80, 10),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"varnish_backend", NULL, NULL, 20, VARNISH(80, 20), 0, NULL, NULL,
		"varnish_backend_busy_rate=0 varnish_backend_unhealthy_rate=0 "
		"varnish_backend_fail_rate=1 varnish_backend_conn_rate=0"},
	    {"varnish_cache_hit_ratio", NULL, NULL, 1, VARNISH(80, 10), 0,
		"Cache hit ratio: 80.00%", NULL, "cache_hit_ratio=80;;;;100"},
	    {"varnish_cache_hit_ratio", NULL, NULL, 1, VARNISH(5, 10), 2,
		"Cache hit ratio: 20.00% (warn/crit below 70.00%/60.00%)(!!)",
		NULL, NULL},
	    {"varnish_backend_success_ratio", NULL, NULL, 1, VARNISH(80, 45), 1,
		NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(VARNISH(1, 1), NULL,
	    "varnish/\nvarnish_backend/\nvarnish_backend_success_ratio/\n"
	    "varnish_cache/\nvarnish_cache_hit_ratio/\nvarnish_client/\n"
	    "varnish_esi/\n");
}

#define DHCP(pids, leases)                                                     \
	"<<<isc_dhcpd>>>\n[general]\nPID: " pids                               \
	"\n[pools]\n192.0.2.10 192.0.2.19\ndynamic-bootp 192.0.2.30 "          \
	"192.0.2.39\nx 192.0.2.1\n[leases]\n" leases

static void
test_dhcp(void **state)
{
	static const struct row rows[] = {
	    {"isc_dhcpd", "192.0.2.10-192.0.2.19", NULL, 1,
		DHCP("812", "192.0.2.11\n192.0.2.12\n192.0.2.31\n"), 0,
		"Pool size: 10, Free leases: 8 (80.00%), Used leases: 2", NULL,
		"free_dhcp_leases=8;;;0;10 used_dhcp_leases=2;;;;10"},
	    {"isc_dhcpd", "192.0.2.10-192.0.2.19", NULL, 1,
		DHCP("812",
		    "192.0.2.10\n192.0.2.11\n192.0.2.12\n192.0.2.13\n"
		    "192.0.2.14\n192.0.2.15\n192.0.2.16\n192.0.2.17\n"
		    "192.0.2.18\n"),
		1, NULL, NULL, NULL},
	    {"isc_dhcpd", "192.0.2.30-192.0.2.39", NULL, 1, DHCP("", ""), 2,
		"DHCP Daemon not running(!!), Pool size: 10, Free leases: 10 "
		"(100.00%), Used leases: 0",
		NULL, NULL},
	    {"isc_dhcpd", "192.0.2.30-192.0.2.39", NULL, 1, DHCP("1 2", ""), 1,
		NULL, NULL, NULL},
	    {"isc_dhcpd", "x", NULL, 1, DHCP("1", ""), 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(DHCP("", ""), NULL,
	    "isc_dhcpd/192.0.2.10-192.0.2.19\n"
	    "isc_dhcpd/192.0.2.30-192.0.2.39\n");
}

#define OMD(second)                                                            \
	"<<<omd_status>>>\n[heute]\nrrdcached 0\nnpcd " second                 \
	"\nOVERALL 2\n[alt]\nnpcd 1\nOVERALL 1\n"
#define CORE(checks, notify)                                                   \
	"<<<livestatus_status:sep(59)>>>\n[heute]\nhost_checks;"               \
	"service_checks;num_hosts;num_services;enable_notifications;"          \
	"program_version\n1;" #checks ";10;500;" notify                        \
	";Check_MK 2.3\n[alt]\n"
#define CONSOLE(limit)                                                         \
	"<<<mkeventd_status:sep(0)>>>\n[\"heute\"]\n"                          \
	"[[\"status_num_open_events\", \"status_average_message_rate\", "      \
	"\"status_event_limit_active_hosts\"], [7, 1.5, " limit                \
	"]]\n[\"alt\"]\n"

static void
test_omd(void **state)
{
	static const struct row rows[] = {
	    {"omd_status", "heute", NULL, 1, OMD("0"), 0, "running", NULL, ""},
	    {"omd_status", "heute", NULL, 1, OMD("1"), 2,
		"partially running, stopped services: npcd(!!)", NULL, ""},
	    {"omd_status", "alt", "{\"stopped_state\": 1}", 1, OMD("1"), 1,
		"stopped(!)", NULL, ""},
	    {"omd_status", "x", NULL, 1, OMD("1"), 3, NULL, NULL, ""},
	    {"livestatus_status", "heute", NULL, 10, CORE(100, "1"), 0,
		"Monitored hosts: 10, Monitored services: 500, Core version: "
		"Check_MK 2.3",
		NULL, "monitored_hosts=10 monitored_services=500"},
	    {"livestatus_status", "heute", NULL, 20, CORE(200, "0"), 2,
		"Host checks: 0.00/s, Service checks: 10.00/s, Monitored "
		"hosts: 10, Monitored services: 500, Core version: Check_MK "
		"2.3, Notifications are disabled(!!)",
		NULL,
		"host_checks=0 service_checks=10 monitored_hosts=10 "
		"monitored_services=500"},
	    {"livestatus_status", "heute",
		"{\"switches\": {\"enable_notifications\": 0}}", 30,
		CORE(200, "0"), 0, NULL, NULL, NULL},
	    {"livestatus_status", "alt", NULL, 1, CORE(1, "1"), 2,
		"Site is currently not running(!!)", NULL, ""},
	    {"mkeventd_status", "heute", NULL, 1, CONSOLE("[]"), 0,
		"Current events: 7, Received messages: 1.50/s", NULL,
		"num_open_events=7 average_message_rate=1.5"},
	    {"mkeventd_status", "heute", NULL, 1, CONSOLE("[\"h\"]"), 1, NULL,
		NULL, NULL},
	    {"mkeventd_status", "alt", NULL, 1, CONSOLE("[]"), 2,
		"not running(!!)", NULL, ""},
	    {"mkeventd_status", "alt", NULL, 1,
		"<<<mkeventd_status:sep(0)>>>\n[[1]]\n", 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(OMD("0") CORE(1, "1") CONSOLE("[]"), NULL,
	    "livestatus_status/heute\nlivestatus_status/alt\n"
	    "mkeventd_status/heute\nomd_status/heute\nomd_status/alt\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_varnish),
	    cmocka_unit_test(test_dhcp),
	    cmocka_unit_test(test_omd),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
