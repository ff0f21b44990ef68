/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: checks of Cisco devices, on walks as devices give them.
 */
#include "tests/unit/fetcher/check_table.h"

#define IOS                                                                    \
	".1.3.6.1.2.1.1.1.0 Cisco IOS Software, C3750E\n"                      \
	".1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.9.1.516\n"
#define OTHER                                                                  \
	".1.3.6.1.2.1.1.1.0 Other\n"                                           \
	".1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.99.1\n"
#define C          ".1.3.6.1.4.1.9."
#define NAME(n, s) ".1.3.6.1.2.1.47.1.1.1.1.7." n " " s "\n"

static void
test_cpu(void **state)
{
	static const char old[] = IOS C "2.1.57.0 12\n" C "2.1.58.0 10\n";
	static const char multi[] =
	    IOS C "2.1.57.0 12\n" NAME("1001", "Switch 1") C
	    "9.109.1.1.1.1.2.1 1001\n" C "9.109.1.1.1.1.8.1 85\n" C
	    "9.109.1.1.1.1.2.2 0\n" C "9.109.1.1.1.1.5.2 7\n" C
	    "9.109.1.1.1.1.2.3 0\n" C "9.109.1.1.1.1.8.3 high\n";
	static const struct row rows[] = {
	    {"cisco_cpu", NULL, NULL, 1, old, 0, "Total CPU: 12.00%", NULL,
		"util=12;80;90;0;100"},
	    {"cisco_cpu", NULL, NULL, 1, IOS C "2.1.57.0 busy\n", 3,
		"The utilization is not given(?)", NULL, ""},
	    {"cisco_cpu_multiitem", "Switch 1", NULL, 1, multi, 1,
		"Utilization in the last 5 minutes: 85.00% (warn/crit at "
		"80.00%/90.00%)(!)",
		NULL, "util=85;80;90;0;100"},
	    {"cisco_cpu_multiitem", "2", NULL, 1, multi, 0, NULL, NULL,
		"util=7;80;90;0;100"},
	    {"cisco_cpu_multiitem", "3", NULL, 1, multi, 3, NULL, NULL, ""},
	    {"cisco_cpu_multiitem", "4", NULL, 1, multi, 3,
		"Item not found in monitoring data(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(old, NULL, "cisco_cpu/\nsnmp_info/\n");
	row_discover(multi, NULL,
	    "cisco_cpu_multiitem/Switch 1\ncisco_cpu_multiitem/2\n"
	    "snmp_info/\n");
	/* Another maker's device is not asked for it. */
	row_discover(OTHER C "2.1.57.0 12\n", NULL, "snmp_info/\n");
}

#define OLD_POOL(n, name, used, free)                                          \
	C "9.48.1.1.1.2." n " " name "\n" C "9.48.1.1.1.5." n " " used "\n" C  \
	  "9.48.1.1.1.6." n " " free "\n"
#define POOL(n, name, used, free, wide_used, wide_free)                        \
	C "9.221.1.1.1.1.3." n " " name "\n" C "9.221.1.1.1.1.7." n " " used   \
	  "\n" C "9.221.1.1.1.1.8." n " " free "\n" C "9.221.1.1.1.1.18." n    \
	  " " wide_used "\n" C "9.221.1.1.1.1.20." n " " wide_free "\n"

static void
test_mem(void **state)
{
	static const char old[] =
	    IOS OLD_POOL("1", "Processor", "85000000", "15000000")
		OLD_POOL("2", "I/O", "10", "30")
		    OLD_POOL("3", "Driver text", "40", "1048536")
			OLD_POOL("4", "Odd", "", "much");
	static const char both[] =
	    IOS OLD_POOL("1", "Processor", "1", "1") POOL("1001.1", "Processor",
		"4294967295", "4294967295", "6000000000", "4000000000")
		POOL("2001.1", "Processor", "30", "70", "", "");
	static const struct row rows[] = {
	    {"cisco_mem", "Processor", NULL, 1, old, 1,
		"Usage: 85.00% - 81.1 MiB of 95.4 MiB (warn/crit at 76.3 "
		"MiB/85.8 MiB)(!)",
		NULL,
		"mem_used=85000000;80000000;90000000;0;100000000 "
		"mem_used_percent=85;80;90;0;100"},
	    {"cisco_mem", "I/O", "{\"levels\": [5, 20]}", 1, old, 1, NULL, NULL,
		NULL},
	    {"cisco_mem", "Odd", NULL, 1, old, 3, NULL, NULL, ""},
	    {"cisco_mem", "Processor 1001.1", NULL, 1, both, 0,
		"Usage: 60.00% - 5.59 GiB of 9.31 GiB", NULL, NULL},
	    {"cisco_mem", "Processor 2001.1", NULL, 1, both, 0,
		"Usage: 30.00% - 30 B of 100 B", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(
	    old, NULL, "cisco_mem/Processor\ncisco_mem/I/O\nsnmp_info/\n");
	row_discover(both, NULL,
	    "cisco_mem/Processor 1001.1\ncisco_mem/Processor 2001.1\n"
	    "snmp_info/\n");
}

#define ENV(table, n, name, rest) C "9.13.1." table ".1.2." n " " name "\n" rest
#define SENSOR(n, type, scale, precision, value, status)                       \
	C "9.91.1.1.1.1.1." n " " type "\n" C "9.91.1.1.1.1.2." n " " scale    \
	  "\n" C "9.91.1.1.1.1.3." n " " precision "\n" C "9.91.1.1.1.1.4." n  \
	  " " value "\n" C "9.91.1.1.1.1.5." n " " status "\n"
#define LIMIT(n, severity, relation, value)                                    \
	C "9.91.1.2.1.1.2." n " " severity "\n" C "9.91.1.2.1.1.3." n          \
	  " " relation "\n" C "9.91.1.2.1.1.4." n " " value "\n"

static void
test_environment(void **state)
{
	static const char walk[] = IOS
	    /* */
	    ENV("3", "1005", "SW#1, Sensor#1, GREEN",
		C "9.13.1.3.1.3.1005 41\n" C "9.13.1.3.1.4.1005 60\n" C
		  "9.13.1.3.1.6.1005 1\n") ENV("3", "1006", "Hot",
		C "9.13.1.3.1.3.1006 0\n" C "9.13.1.3.1.6.1006 3\n")
		ENV("3", "1007", "Gone", C "9.13.1.3.1.6.1007 5\n") ENV(
		    "4", "1", "Switch#1, Fan#1", C "9.13.1.4.1.3.1 1\n")
		    ENV("4", "2", "Switch#1, Fan#1", C "9.13.1.4.1.3.2 3\n")
			ENV("4", "3", "Odd", C "9.13.1.4.1.3.3 9\n")
			    ENV("4", "4", "Empty", C "9.13.1.4.1.3.4 5\n") ENV(
				"5", "1", "Switch#1, PS1",
				C "9.13.1.5.1.3.1 1\n" C "9.13.1.5.1.4.1 2\n")
				ENV("5", "2", "RPS", C "9.13.1.5.1.3.2 6\n");
	static const char sensors[] = IOS NAME("7", "CPU") NAME("8", "Inlet")
	    NAME("9", "Volt") SENSOR("7", "8", "9", "1", "655", "1")
		LIMIT("7.1", "10", "4", "650") LIMIT("7.2", "20", "4", "750")
		    LIMIT("7.3", "10", "2", "50") LIMIT("7.4", "20", "2", "-50")
			SENSOR("8", "8", "9", "0", "20", "2")
			    SENSOR("9", "4", "9", "0", "12", "1")
				SENSOR("77", "8", "9", "0", "x", "1")
				    LIMIT("77.1", "10", "4", "1");
	static const struct row rows[] = {
	    {"cisco_temperature", "SW#1, Sensor#1", NULL, 1, walk, 0,
		"Temperature: 41.0 \302\260C, Status: normal", NULL,
		"temp=41;60;60"},
	    {"cisco_temperature", "Hot", NULL, 1, walk, 2,
		"Status: critical(!!)", NULL, ""},
	    {"cisco_fan", "Switch#1, Fan#1 1", NULL, 1, walk, 0,
		"Status: normal", NULL, ""},
	    {"cisco_fan", "Switch#1, Fan#1 2", NULL, 1, walk, 2,
		"Status: critical(!!)", NULL, NULL},
	    {"cisco_fan", "Odd", NULL, 1, walk, 3, "Status: unknown (9)(?)",
		NULL, NULL},
	    {"cisco_power", "Switch#1, PS1", NULL, 1, walk, 0,
		"Status: normal, Source: AC", NULL, ""},
	    {"cisco_power", "RPS", NULL, 1, walk, 2,
		"Status: not functioning(!!)", NULL, NULL},
	    {"cisco_temperature", "CPU", NULL, 1, sensors, 1,
		"Temperature: 65.5 \302\260C (warn/crit at 65.0 "
		"\302\260C/75.0 \302\260C)(!)",
		NULL, "temp=65.5;65;75"},
	    {"cisco_temperature", "CPU",
		"{\"device_levels\": false, \"levels\": [70, 80]}", 1, sensors,
		0, NULL, NULL, "temp=65.5;70;80"},
	    {"cisco_temperature", "Inlet", NULL, 1, sensors, 1,
		"Status of the sensor: unavailable(!)", NULL, ""},
	    {"cisco_temperature", "77", NULL, 1, sensors, 3,
		"The temperature is not given(?)", NULL, ""},
	    {"cisco_temperature", "Volt", NULL, 1, sensors, 3, NULL, NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(walk, NULL,
	    "cisco_fan/Switch#1, Fan#1 1\ncisco_fan/Switch#1, Fan#1 2\n"
	    "cisco_fan/Odd\ncisco_power/Switch#1, PS1\ncisco_power/RPS\n"
	    "cisco_temperature/SW#1, Sensor#1\ncisco_temperature/Hot\n"
	    "snmp_info/\n");
	row_discover(sensors, NULL,
	    "cisco_temperature/CPU\ncisco_temperature/77\nsnmp_info/\n");
}

#define HSRP(n, address, state)                                                \
	C "9.106.1.2.1.1.11." n " " address "\n" C "9.106.1.2.1.1.13." n       \
	  " 10.0.0.2\n" C "9.106.1.2.1.1.14." n " 10.0.0.3\n" C                \
	  "9.106.1.2.1.1.15." n " " state "\n"

static void
test_roles(void **state)
{
	static const char walk[] = IOS HSRP("3.1", "10.0.0.1", "6")
	    HSRP("4.1", "10.0.1.1", "5") HSRP("5.1", "10.0.2.1", "2") C
	    "9.500.1.2.1.1.1.1001 1\n" C "9.500.1.2.1.1.3.1001 1\n" C
	    "9.500.1.2.1.1.6.1001 4\n" C "9.500.1.2.1.1.1.2001 2\n" C
	    "9.500.1.2.1.1.6.2001 6\n" C
	    "9.117.1.1.2.1.2.470 2\n" NAME("470", "PS A") C
	    "9.117.1.1.2.1.2.471 5\n" C "9.117.1.1.2.1.2.472 3\n" C
	    "9.147.1.2.2.2.1.5.40.6 1200\n" C "9.147.1.2.2.2.1.5.40.7 5000\n";
	static const char active[] = "{\"discovered_state\": \"active\"}";
	static const struct row rows[] = {
	    {"cisco_hsrp", "10.0.0.1", active, 1, walk, 0,
		"Status: active, virtual address 10.0.0.1, active router "
		"10.0.0.2",
		NULL, ""},
	    {"cisco_hsrp", "10.0.1.1", active, 1, walk, 1,
		"Status: standby(!), was active at discovery, virtual address "
		"10.0.1.1, active router 10.0.0.2",
		NULL, NULL},
	    {"cisco_hsrp", "10.0.1.1", NULL, 1, walk, 0, NULL, NULL, NULL},
	    {"cisco_hsrp", "10.0.2.1", active, 1, walk, 2, NULL, NULL, NULL},
	    {"cisco_stack", "1", NULL, 1, walk, 0,
		"Switch state: ready, role: master", NULL, ""},
	    {"cisco_stack", "2", NULL, 1, walk, 2,
		"Switch state: version mismatch(!!)", NULL, NULL},
	    {"cisco_fru_power", "470", NULL, 1, walk, 0, "Status: on, PS A",
		NULL, ""},
	    {"cisco_fru_power", "471", NULL, 1, walk, 2,
		"Status: off: too little power(!!)", NULL, NULL},
	    {"cisco_fru_power", "1", NULL, 1, walk, 3, NULL, NULL, NULL},
	    {"cisco_asa_connections", NULL, "{\"connections\": [1000, 2000]}",
		1, walk, 1,
		"Currently used: 1200 (warn/crit at 1000/2000)(!), Max. since "
		"system startup: 5000",
		NULL, "fw_connections_active=1200;1000;2000;0"},
	    {"cisco_asa_connections", NULL, NULL, 1,
		IOS C "9.147.1.2.2.2.1.5.40.6 none\n", 3,
		"The number is not given(?)", NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(walk, NULL,
	    "cisco_asa_connections/\ncisco_fru_power/470\n"
	    "cisco_fru_power/471\ncisco_hsrp/10.0.0.1\ncisco_hsrp/10.0.1.1\n"
	    "cisco_stack/1\ncisco_stack/2\nsnmp_info/\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cpu),
	    cmocka_unit_test(test_mem),
	    cmocka_unit_test(test_environment),
	    cmocka_unit_test(test_roles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
