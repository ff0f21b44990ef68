/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: checks of hosts by SNMP (HOST-RESOURCES, UCD), of sensors, of
 * routing, and what a device says of itself.
 */
#include "tests/unit/fetcher/check_table.h"

#include <jansson.h>

#define LINUX                                                                  \
	".1.3.6.1.2.1.1.1.0 Linux web01 6.1.0-18-amd64 x86_64\n"               \
	".1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.8072.3.2.10\n"
#define HR  ".1.3.6.1.2.1.25.1.1.0 100000\n"
#define CPU ".1.3.6.1.2.1.25.3.3.1.2."
#define UCD ".1.3.6.1.4.1.2021."

static void
test_info(void **state)
{
	static const char walk[] =
	    ".1.3.6.1.2.1.1.1.0 ProCurve J9021A Switch\nrevision N.11\n"
	    ".1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.11.2.3.7.11.78\n"
	    ".1.3.6.1.2.1.1.4.0 noc\n.1.3.6.1.2.1.1.5.0 sw1\n"
	    ".1.3.6.1.2.1.1.6.0 rack 7\n";
	static const struct row rows[] = {
	    {"snmp_info", NULL, NULL, 1, walk, 0,
		"ProCurve J9021A Switch revision N.11, sw1, rack 7, noc",
		"Object ID: .1.3.6.1.4.1.11.2.3.7.11.78", ""},
	    {"snmp_info", NULL, NULL, 1, LINUX, 0,
		"Linux web01 6.1.0-18-amd64 x86_64", NULL, NULL},
	};
	struct discovery d = {0};
	struct str read = {0};

	(void)state;
	ROWS_RUN(rows);
	discover_agent(row_output(walk, SLICE(""), &read), SLICE("h"), &d);
	assert_string_equal(json_string_value(json_object_get(
				d.host_labels, "cmk/device_type")),
	    "switch");
	discovery_free(&d);
	str_free(&read);
}

static void
test_cpu(void **state)
{
	static const char util[] = "{\"average\": 15}";
	static const struct row rows[] = {
	    {"hr_cpu", NULL, NULL, 1, LINUX HR CPU "1 90\n" CPU "2 72\n", 1,
		"Total CPU: 81.00% (warn/crit at 80.00%/90.00%)(!)",
		"Processors: 2", "util=81;80;90;0;100"},
	    {"hr_cpu", NULL, util, 60, LINUX HR CPU "1 10\n", 0,
		"Total CPU (15 min average): 10.00%", "Processors: 1",
		"util=10;;;0;100 util_average=10;80;90;0;100"},
	    {"hr_cpu", NULL, util, 120, LINUX HR CPU "1 20\n", 0, NULL, NULL,
		"util=20;;;0;100 util_average=12.227159;80;90;0;100"},
	    {"hr_cpu", NULL, NULL, 1, LINUX HR CPU "1 idle\n" CPU "2 -1\n", 3,
		"No processor is told of(?)", NULL, ""},
	    /* In the first minute after the start of snmpd. */
	    {"hr_cpu", NULL, NULL, 1, LINUX HR, NO_RESULT, NULL, NULL, NULL},
	    {"ucd_cpu_load", NULL, NULL, 1,
		LINUX UCD "10.1.3.1 0.50\n" UCD "10.1.3.2 0.40\n" UCD
			  "10.1.6.3 6.0\n",
		1, "15 min load: 6.00 (warn/crit at 5.00/10.00)(!)",
		"5 min load: 0.40\n1 min load: 0.50",
		"load1=0.5;;;0 load5=0.4;;;0 load15=6;5;10;0"},
	    {"ucd_cpu_load", NULL, NULL, 1, LINUX UCD "10.1.3.1 0.50\n", 3,
		"The load is not given(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    LINUX HR CPU "1 3\n", NULL, "hr_cpu/\nsnmp_info/\nuptime/\n");
	row_discover(LINUX HR CPU "1 none\n", NULL, "snmp_info/\nuptime/\n");
}

#define JIFFIES(user, idle, more)                                              \
	LINUX UCD "11.50.0 " user "\n" UCD "11.51.0 0\n" UCD                   \
		  "11.52.0 100\n" UCD "11.53.0 " idle "\n" UCD                 \
		  "11.54.0 50\n" more

static void
test_cpu_util(void **state)
{
	static const struct row rows[] = {
	    {"ucd_cpu_util", NULL, NULL, 60,
		JIFFIES("1000", "5000", UCD "11.57.0 10\n"), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"ucd_cpu_util", NULL, NULL, 120,
		JIFFIES("1300", "5700", UCD "11.57.0 610\n"), 0,
		"Total CPU: 30.00%", "User: 30.00%\nSystem: 0.00%\nWait: 0.00%",
		"write_blocks=10;;;0 util=30;80;90;0;100 user=30;;;0;100 "
		"system=0;;;0;100 wait=0;;;0;100"},
	    /* A restart. */
	    {"ucd_cpu_util", NULL, NULL, 180, JIFFIES("3", "7", ""),
		MSG_RESULT_NONE, NULL, NULL, NULL},
	    {"ucd_cpu_util", NULL, NULL, 240, JIFFIES("", "many", ""), 3,
		"The counters are not given(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    JIFFIES("1", "1", ""), NULL, "snmp_info/\nucd_cpu_util/\n");
	/* With HOST-RESOURCES that is taken. */
	row_discover(JIFFIES("1", "1", HR), NULL, "snmp_info/\nuptime/\n");
}

#define IO(n, name, read, wide, ops)                                           \
	UCD "13.15.1.1.2." n " " name "\n" UCD "13.15.1.1.3." n " " read       \
	    "\n" UCD "13.15.1.1.12." n " " wide "\n" UCD "13.15.1.1.5." n      \
	    " " ops "\n"
#define PROC(n, name, min, max, count, error, text)                            \
	UCD "2.1.2." n " " name "\n" UCD "2.1.3." n " " min "\n" UCD           \
	    "2.1.4." n " " max "\n" UCD "2.1.5." n " " count "\n" UCD          \
	    "2.1.100." n " " error "\n" UCD "2.1.101." n " " text "\n"

static void
test_ucd(void **state)
{
	static const char procs[] =
	    LINUX PROC("1", "cron", "1", "2", "1", "0", "")
		PROC("2", "httpd", "2", "9", "1", "1", "Too few httpd running")
		    PROC("3", "java", "0", "0", "0", "1", "No java process")
			PROC("4", "odd", "x", "", "", "", "")
			    PROC("5", "many", "0", "2", "3", "0", "");
	static const struct row rows[] = {
	    {"ucd_diskio", "sda", NULL, 60,
		LINUX IO("1", "sda", "5000", "100000", "10"), MSG_RESULT_NONE,
		NULL, NULL, NULL},
	    {"ucd_diskio", "sda", NULL, 120,
		LINUX IO("1", "sda", "1", "220000", "70"), 0, "Read: 2.00 kB/s",
		"Read operations: 1.00",
		"disk_read_throughput=2000;;;0 disk_read_ios=1;;;0"},
	    {"ucd_diskio", "sda", "{\"read\": [1000, 3000]}", 180,
		LINUX IO("1", "sda", "1", "340000", "x"), 1, NULL, NULL,
		"disk_read_throughput=2000;1000;3000;0"},
	    {"ucd_diskio", "sdb", NULL, 180, LINUX IO("1", "sda", "1", "1", ""),
		3, NULL, NULL, NULL},
	    {"ucd_processes", "cron", NULL, 1, procs, 0, "Total: 1", NULL,
		"processes=1;;;0"},
	    {"ucd_processes", "httpd", NULL, 1, procs, 2,
		"Total: 1, fewer than 2(!!), Too few httpd running(!!)", NULL,
		NULL},
	    {"ucd_processes", "java", NULL, 1, procs, 2, NULL, NULL, NULL},
	    {"ucd_processes", "many", NULL, 1, procs, 2,
		"Total: 3, more than 2(!!)", NULL, NULL},
	    {"ucd_processes", "odd", NULL, 1, procs, 3,
		"The number is not given(?)", NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(LINUX IO("1", "sda", "1", "1", "1") IO("2", "loop0", "1",
			 "1", "1") IO("3", "", "1", "1", "1"),
	    NULL, "snmp_info/\nucd_diskio/sda\n");
	row_discover(procs, NULL,
	    "snmp_info/\nucd_processes/cron\nucd_processes/httpd\n"
	    "ucd_processes/java\nucd_processes/odd\nucd_processes/many\n");
}

#define STORE(n, type, descr)                                                  \
	".1.3.6.1.2.1.25.2.3.1.2." n " " type "\n.1.3.6.1.2.1.25.2.3.1.3." n   \
	" " descr "\n.1.3.6.1.2.1.25.2.3.1.4." n                               \
	" 4096 Bytes\n.1.3.6.1.2.1.25.2.3.1.5." n                              \
	" -4294966296\n.1.3.6.1.2.1.25.2.3.1.6." n " 100\n"

/* Fixed disks, as they and as vCenter appliances say it; nothing else. */
static void
test_storage(void **state)
{
	(void)state;
	row_discover(LINUX ".1.3.6.1.2.1.25.1.1.0 100\n" STORE(
			 "1", ".1.3.6.1.2.1.25.2.1.4", "C:\\ Label:System")
			 STORE("2", ".1.3.6.1.2.1.25.2.3.1.2.4",
			     "/dev/sd0a, mounted on: /storage/db")
			     STORE("3", ".1.3.6.1.2.1.25.2.1.9", "/flash"),
	    NULL,
	    "filesystem/C:/\nfilesystem//storage/db\nsnmp_info/\nuptime/\n");
}

#define NAME(n, name) ".1.3.6.1.2.1.47.1.1.1.1.7." n " " name "\n"
#define SENSOR(n, type, scale, precision, value, status)                       \
	".1.3.6.1.2.1.99.1.1.1.1." n " " type "\n.1.3.6.1.2.1.99.1.1.1.2." n   \
	" " scale "\n.1.3.6.1.2.1.99.1.1.1.3." n " " precision                 \
	"\n.1.3.6.1.2.1.99.1.1.1.4." n " " value                               \
	"\n.1.3.6.1.2.1.99.1.1.1.5." n " " status "\n"

/* Which of the two tables of the memory is read of whom: never both. */
static void
test_memory_choice(void **state)
{
#define DEVICE(descr, object)                                                  \
	".1.3.6.1.2.1.1.1.0 " descr "\n.1.3.6.1.2.1.1.2.0 " object "\n"
#define STORAGE ".1.3.6.1.2.1.25.2.3.1.2.1 .1.3.6.1.2.1.25.2.1.2\n"
#define MEMORY  UCD "4.5.0 1000\n"
#define OTHER   ".1.3.6.1.4.1.9999.1"
	static const struct {
		const char *walk;
		bool hr, ucd;
	} cases[] = {
	    {DEVICE("Linux web01", OTHER) HR STORAGE MEMORY, false, true},
	    {LINUX HR STORAGE MEMORY, true, false}, /* plain net-snmp */
	    {LINUX MEMORY, false, true},
	    {DEVICE("Linux web01", OTHER) HR STORAGE, true, false},
	    {DEVICE("Windows", OTHER) HR STORAGE MEMORY, true, false},
	    {DEVICE("Barracuda", OTHER) HR STORAGE MEMORY, false, true},
	    {DEVICE("ironport", OTHER) MEMORY, false, true},
	    {DEVICE("Linux", ".1.3.6.1.4.1.3375.2.1") HR STORAGE MEMORY, false,
		false},
	    {DEVICE("Linux", ".1.3.6.1.4.1.2620.1.6") HR STORAGE MEMORY, false,
		false},
	    {DEVICE("Linux", ".1.3.6.1.4.1.2620.1.6") MEMORY, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str read = {0};

		row_output(cases[i].walk, SLICE(""), &read);
		print_message("%s\n", cases[i].walk);
		assert_int_equal(
		    strstr(str_get(&read), "<<<hr_mem:") != NULL, cases[i].hr);
		assert_int_equal(strstr(str_get(&read), "<<<ucd_mem:") != NULL,
		    cases[i].ucd);
		str_free(&read);
	}
}

static void
test_entity(void **state)
{
	static const char walk[] =
	    ".1.3.6.1.2.1.1.1.0 firewall\n.1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.1.1\n"
	    /* The types of RFC 3433 in turn. */
	    NAME("1", "Temperature @ CPU") NAME("2", "Fan #1 Speed Sensor")
		NAME("3", "PSU 1 Voltage") NAME("4", "PSU 1 Current")
		    NAME("5", "PSU 1") NAME("6", "Power Supply 2") NAME(
			"7", "Humidity") SENSOR("1", "8", "9", "1", "415", "1")
			SENSOR("2", "10", "9", "0", "900", "1") SENSOR("3", "4",
			    "8", "0", "11900", "1") SENSOR("4", "5", "8", "0",
			    "2500", "1") SENSOR("5", "6", "9", "0", "120", "1")
			    SENSOR("6", "12", "9", "0", "2", "1")
				SENSOR("7", "9", "9", "0", "44", "1") SENSOR(
				    "8", "8", "9", "0", "20", "2")
				    SENSOR("9", "8", "9", "0", "20", "3")
					SENSOR("10", "8", "x", "", "warm", "1");
	static const struct row rows[] = {
	    {"entity_sensors_temp", "Sensor CPU", NULL, 1, walk, 0,
		"Temperature: 41.5 \302\260C", NULL, "temp=41.5"},
	    {"entity_sensors_temp", "Sensor CPU",
		"{\"levels\": [40, 50], \"levels_lower\": [5, 0]}", 1, walk, 1,
		NULL, NULL, "temp=41.5;40;50"},
	    {"entity_sensors_temp", "Sensor 8", NULL, 1, walk, 2,
		"Status of the sensor: unavailable(!!)", NULL, ""},
	    {"entity_sensors_temp", "Sensor 9", NULL, 1, walk, 1,
		"Status of the sensor: non-operational(!)", NULL, ""},
	    {"entity_sensors_temp", "Sensor 10", NULL, 1, walk, 3,
		"The value is not given(?)", NULL, ""},
	    {"entity_sensors_fan", "Sensor 1 Speed", NULL, 1, walk, 2,
		"Speed: 900 RPM (warn/crit below 2000 RPM/1000 RPM)(!!)", NULL,
		"fan=900"},
	    {"entity_sensors_voltage", "Sensor PSU 1 Voltage", NULL, 1, walk, 0,
		"Voltage: 11.9 V", NULL, "voltage=11.9"},
	    {"entity_sensors_current", "Sensor PSU 1 Current",
		"{\"levels\": [2, 3]}", 1, walk, 1,
		"Current: 2.50 A (warn/crit at 2.00 A/3.00 A)(!)", NULL,
		"current=2.5;2;3"},
	    {"entity_sensors_power", "Sensor PSU 1", NULL, 1, walk, 0,
		"Power: 120.0 W", NULL, "power=120"},
	    {"entity_sensors_power_presence", "Sensor Power Supply 2", NULL, 1,
		walk, 1, "Powered off(!)", NULL, ""},
	    {"entity_sensors_power_presence", "Sensor Power Supply 2",
		"{\"power_off\": 2}", 1, walk, 2, NULL, NULL, NULL},
	    {"entity_sensors_humidity", "Sensor Humidity", NULL, 1, walk, 0,
		"Humidity: 44.00%", NULL, "humidity=44"},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(walk, NULL,
	    "entity_sensors_current/Sensor PSU 1 Current\n"
	    "entity_sensors_fan/Sensor 1 Speed\n"
	    "entity_sensors_humidity/Sensor Humidity\n"
	    "entity_sensors_power/Sensor PSU 1\n"
	    "entity_sensors_power_presence/Sensor Power Supply 2\n"
	    "entity_sensors_temp/Sensor CPU\nentity_sensors_temp/Sensor 9\n"
	    "entity_sensors_voltage/Sensor PSU 1 Voltage\nsnmp_info/\n");
}

#define ROUTER                                                                 \
	".1.3.6.1.2.1.1.1.0 router\n.1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.1.1\n"
#define BGP ".1.3.6.1.2.1.15.3.1."
#define PEER(a, state, admin, error)                                           \
	BGP "2." a " " state "\n" BGP "3." a " " admin "\n" BGP "7." a " " a   \
	    "\n" BGP "9." a " 65001\n" BGP "14." a " \"" error "\"\n" BGP      \
	    "16." a " 86400\n"
#define OSPF(a, state)                                                         \
	".1.3.6.1.2.1.14.10.1.1." a ".0 " a "\n.1.3.6.1.2.1.14.10.1.3." a      \
	".0 10.0.0.9\n.1.3.6.1.2.1.14.10.1.6." a ".0 " state "\n"

static void
test_routing(void **state)
{
	static const char bgp[] = ROUTER PEER("10.0.0.1", "6", "2", "00 00 ")
	    PEER("10.0.0.2", "3", "2", "04 00 ")
		PEER("10.0.0.3", "1", "1", "06 02 ")
		    PEER("10.0.0.4", "up", "", "ff ");
	static const char ospf[] = ROUTER OSPF("10.0.1.1", "8")
	    OSPF("10.0.1.2", "1") OSPF("10.0.1.3", "99");
	static const struct row rows[] = {
	    {"bgp_peer", "10.0.0.1", NULL, 1, bgp, 0,
		"Admin state: running, Peer state: established, Remote AS: "
		"65001, Established for: 1 day 0 hours",
		NULL, "established_time=86400;;;0"},
	    {"bgp_peer", "10.0.0.2", NULL, 1, bgp, 2,
		"Admin state: running, Peer state: active(!!), Remote AS: "
		"65001",
		"Last error: hold timer expired (code 4, subcode 0x00)", ""},
	    {"bgp_peer", "10.0.0.2", "{\"peer_states\": {\"active\": 1}}", 1,
		bgp, 1, NULL, NULL, NULL},
	    {"bgp_peer", "10.0.0.3", NULL, 1, bgp, 1,
		"Admin state: halted(!), Peer state: idle, Remote AS: 65001",
		"Last error: cease (code 6, subcode 0x02)", NULL},
	    {"bgp_peer", "10.0.0.3", "{\"admin_states\": {\"halted\": 0}}", 1,
		bgp, 0, NULL, NULL, NULL},
	    {"bgp_peer", "10.0.0.4", NULL, 1, bgp, 3, NULL, NULL, NULL},
	    {"ospf_neighbor", "10.0.1.1", NULL, 1, ospf, 0,
		"State: full, Router: 10.0.0.9", NULL, ""},
	    {"ospf_neighbor", "10.0.1.2", NULL, 1, ospf, 2,
		"State: down(!!), Router: 10.0.0.9", NULL, NULL},
	    {"ospf_neighbor", "10.0.1.2", "{\"states\": {\"down\": 1}}", 1,
		ospf, 1, NULL, NULL, NULL},
	    {"ospf_neighbor", "10.0.1.3", NULL, 1, ospf, 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(bgp, NULL,
	    "bgp_peer/10.0.0.1\nbgp_peer/10.0.0.2\nbgp_peer/10.0.0.4\n"
	    "snmp_info/\n");
	row_discover(ospf, NULL,
	    "ospf_neighbor/10.0.1.1\nospf_neighbor/10.0.1.2\n"
	    "ospf_neighbor/10.0.1.3\nsnmp_info/\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_info),
	    cmocka_unit_test(test_cpu),
	    cmocka_unit_test(test_cpu_util),
	    cmocka_unit_test(test_ucd),
	    cmocka_unit_test(test_storage),
	    cmocka_unit_test(test_memory_choice),
	    cmocka_unit_test(test_entity),
	    cmocka_unit_test(test_routing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
