/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: ports by SNMP, on walks as devices give them.
 */
#include "tests/unit/fetcher/check_table.h"

#define SYSTEM(ticks)                                                          \
	".1.3.6.1.2.1.1.1.0 Switch\n.1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.1.1\n"     \
	".1.3.6.1.2.1.1.3.0 " ticks "\n"
#define T ".1.3.6.1.2.1.2.2.1."
#define X ".1.3.6.1.2.1.31.1.1.1."
#define PORT(n, descr, alias, oper, speed)                                     \
	T "1." n " " n "\n" T "2." n " " descr "\n" T "3." n " 6\n" T "5." n   \
	  " 4294967295\n" T "8." n " " oper "\n" X "15." n " " speed "\n" X    \
	  "18." n " " alias "\n" T "6." n " \"00 1B 21 0A 0B 0C \"\n"
#define COUNT(n, octets, ucast, mcast, bcast, discards, errors)                \
	X "6." n " " octets "\n" X "7." n " " ucast "\n" X "8." n " " mcast    \
	  "\n" X "9." n " " bcast "\n" T "13." n " " discards "\n" T "14." n   \
	  " " errors "\n" X "10." n " " octets "\n" X "11." n " " ucast "\n" X \
	  "12." n " 0\n" X "13." n " 0\n" T "19." n " 0\n" T "20." n " 0\n" T  \
	  "21." n " 4\n"

#define ONE(ticks, oper, speed, octets, ucast, discards, errors)               \
	SYSTEM(ticks)                                                          \
	PORT("10001", "Gi1/0/1", "uplink", oper, speed)                        \
	COUNT("10001", octets, ucast, "0", "0", discards, errors)
#define SEEN                                                                   \
	"{\"discovered_oper_status\": [\"1\"], \"discovered_speed\": "         \
	"1000000000}"
#define HEAD "[uplink, Gi1/0/1], (up), MAC: 00:1B:21:0A:0B:0C, "

static void
test_rates(void **state)
{
	static const struct row rows[] = {
	    {"interfaces", "10001", SEEN, 1000,
		ONE("100000", "1", "1000", "1000", "100", "0", "0"), 0,
		HEAD "Speed: 1 GBit/s", NULL, NULL},
	    /* The device's clock counts: 10 s, although the site's says 60. */
	    {"interfaces", "10001", SEEN, 1060,
		ONE("101000", "1", "1000", "11000", "10100", "20", "2"), 1,
		HEAD "Speed: 1 GBit/s, In: 1.00 kB/s (<0.01%), In errors: "
		     "0.02% (warn/crit at 0.01%/0.10%)(!), Out: 1.00 kB/s "
		     "(<0.01%)",
		NULL,
		"in=1000;;;0;125000000 inucast=1000;;;0 inmcast=0;;;0 "
		"inbcast=0;;;0 innucast=0;;;0 indisc=2;;;0 inerr=0.2;;;0 "
		"out=1000;;;0;125000000 outucast=1000;;;0 outmcast=0;;;0 "
		"outbcast=0;;;0 outnucast=0;;;0 outdisc=0;;;0 outerr=0;;;0 "
		"outqlen=4;;;0"},
	    /* Nothing new: the same uptime. */
	    {"interfaces", "10001", SEEN, 1120,
		ONE("101000", "1", "1000", "12000", "10100", "20", "2"), 0,
		HEAD "Speed: 1 GBit/s",
		"In: no rate, the device's uptime is the same (probably no "
		"new data)\nOut: no rate, the device's uptime is the same "
		"(probably no new data)",
		NULL},
	    /* A restart of the device. */
	    {"interfaces", "10001", SEEN, 1180,
		ONE("500", "1", "1000", "10", "1", "0", "0"), 0,
		HEAD "Speed: 1 GBit/s",
		"In: no rate, the device's uptime went back (reboot or "
		"overflow)\nOut: no rate, the device's uptime went back "
		"(reboot or overflow)",
		NULL},
	    {"interfaces", "10001", SEEN, 1240,
		ONE("6500", "1", "100", "610", "1", "0", "0"), 1,
		HEAD "Speed: 100 MBit/s (expected: 1 GBit/s)(!), In: 10 B/s "
		     "(<0.01%), Out: 10 B/s (<0.01%)",
		NULL, NULL},
	    {"interfaces", "10001", SEEN, 1300,
		ONE("12500", "2", "0", "", "x", "", ""), 2,
		"[uplink, Gi1/0/1], (down)(!!), MAC: 00:1B:21:0A:0B:0C, Speed: "
		"4.295 GBit/s (expected: 1 GBit/s)(!)",
		NULL, ""},
	    {"interfaces", "10001", "{\"state\": [\"1\", \"2\"]}", 1,
		ONE("1", "2", "1000", "1", "1", "0", "0"), 0, NULL, NULL, ""},
	    {"interfaces", "10002", NULL, 1,
		ONE("1", "2", "1000", "1", "1", "0", "0"), 3,
		"Item not found in monitoring data(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
}

static void
test_names(void **state)
{
	/* One port without 64-bit counters, words, an index beyond 10^8. */
	static const char walk[] = SYSTEM("1000") PORT("9", "Vlan 9", "", "1",
	    "1000") PORT("436207616", "mgmt0", "uplink", "up", "1000")
	    PORT("436207617", "Eth1", "uplink", "1", "10000")
		PORT("436207618", "Eth2", "", "lowerLayerDown", "10000")
		    PORT("436207619", "Eth3", "", "1", "odd")
			COUNT("9", "1", "1", "1", "1", "1", "1")
			    COUNT("436207617", "1", "1", "1", "1", "1", "1") T
	    "3.436207619 loopback\n";
	static const struct row rows[] = {
	    {"interfaces", "436207617", NULL, 1, walk, 0,
		"[uplink, Eth1], (up), MAC: 00:1B:21:0A:0B:0C, Speed: 10 "
		"GBit/s",
		NULL, NULL},
	    {"interfaces", "uplink 436207617", NULL, 1, walk, 0, NULL, NULL,
		NULL},
	    {"interfaces", "Eth1", NULL, 1, walk, 0,
		"[uplink], (up), MAC: 00:1B:21:0A:0B:0C, Speed: 10 GBit/s",
		NULL, NULL},
	    {"interfaces", "Eth2", NULL, 1, walk, 0,
		"[Eth2], (lower layer down), MAC: 00:1B:21:0A:0B:0C, Speed: 10 "
		"GBit/s",
		NULL, NULL},
	    {"interfaces", "trunk", "{\"groups\": {\"trunk\": [\"uplink\"]}}",
		1, walk, 0, "[trunk], (up), Speed: 11 GBit/s", NULL, NULL},
	    {"interfaces", "trunk", "{\"groups\": {\"trunk\": [\"Eth*\"]}}", 1,
		walk, 1, "[trunk], (degraded)(!), Speed: 14.29 GBit/s", NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(walk, NULL,
	    "interfaces/000000009\ninterfaces/436207616\n"
	    "interfaces/436207617\ninterfaces/436207619\nsnmp_info/\n"
	    "uptime/\n");
	row_discover(walk,
	    "{\"interfaces\": {\"item\": \"alias\", \"discover_states\": "
	    "[\"1\", \"7\"]}}",
	    "interfaces/Vlan 9\ninterfaces/uplink 436207616\n"
	    "interfaces/uplink 436207617\ninterfaces/Eth2\ninterfaces/Eth3\n"
	    "snmp_info/\nuptime/\n");
	/* What the agent tells goes before. */
	row_discover("<<<lnx_if:sep(58)>>>\n[eth0]\nLink detected: yes\n"
		     "<<<if64:sep(9):nostrip()>>>\n1\tx\t6\t1\t1\n",
	    NULL, "interfaces/1\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rates),
	    cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
