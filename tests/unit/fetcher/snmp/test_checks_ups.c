/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: checks of the UPS-MIB, on walks as devices give them.
 */
#include "tests/unit/fetcher/check_table.h"

#define SYSTEM                                                                 \
	".1.3.6.1.2.1.1.1.0 UPS SNMP adapter\n"                                \
	".1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.705.1\n"
#define B   ".1.3.6.1.2.1.33.1."
#define IN  B "3.3.1."
#define OUT B "4.4.1."

static void
test_phases(void **state)
{
	static const char good[] =
	    SYSTEM IN "2.1 500\n" IN "2.2 499\n" IN "2.3 0\n" IN "3.1 231\n" IN
		      "3.2 205\n" IN "3.3 0\n" OUT "2.1 230\n" OUT "2.2 0\n" OUT
		      "4.1 1200\n" OUT "4.2 0\n" OUT "5.1 86\n" OUT "5.2 0\n";
	/* Words, nothing, a row without the column, too large a number. */
	static const char odd[] = SYSTEM IN "2.1 fifty\n" IN "3.1 \n" IN
					    "3.2 99999999999999999999\n" OUT
					    "2.1 -1\n" OUT "5.3 20\n";
	static const struct row rows[] = {
	    {"ups_in_voltage", "1", NULL, 1, good, 0, "In voltage: 231.0 V",
		NULL, "in_voltage=231"},
	    {"ups_in_voltage", "2", NULL, 1, good, 1,
		"In voltage: 205.0 V (warn/crit below 210.0 V/180.0 V)(!)",
		NULL, NULL},
	    {"ups_in_voltage", "3", NULL, 1, good, 2, NULL, NULL, NULL},
	    {"ups_in_voltage", "9", NULL, 1, good, 3,
		"Item not found in monitoring data(?)", NULL, NULL},
	    {"ups_in_voltage", "1", "{\"levels\": [230, 240]}", 1, good, 1,
		"In voltage: 231.0 V (warn/crit at 230.0 V/240.0 V)(!)", NULL,
		"in_voltage=231;230;240"},
	    {"ups_in_freq", "1", NULL, 1, good, 0, "In frequency: 50.0 Hz",
		NULL, "in_freq=50"},
	    {"ups_in_freq", "3", NULL, 1, good, 2, NULL, NULL, NULL},
	    {"ups_out_voltage", "1", NULL, 1, good, 0, "Out voltage: 230.0 V",
		NULL, "out_voltage=230"},
	    {"ups_power", "1", NULL, 1, good, 0, "Power: 1200.0 W", NULL,
		"power=1200"},
	    {"ups_power", "2", NULL, 1, good, 2,
		"Power: 0.0 W (warn/crit below 20.0 W/1.0 W)(!!)", NULL, NULL},
	    {"ups_out_load", "1", NULL, 1, good, 1,
		"Load: 86.00% (warn/crit at 85.00%/90.00%)(!)", NULL,
		"out_load=86;85;90"},
	    {"ups_in_freq", "1", NULL, 1, odd, 3,
		"In frequency is not given(?)", NULL, ""},
	    {"ups_in_voltage", "1", NULL, 1, odd, 3,
		"In voltage is not given(?)", NULL, ""},
	    {"ups_out_voltage", "1", NULL, 1, odd, 2, NULL, NULL, NULL},
	    {"ups_out_voltage", "1", NULL, 1, SYSTEM, NO_RESULT, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(good, NULL,
	    "snmp_info/\nups_in_freq/1\nups_in_freq/2\nups_in_voltage/1\n"
	    "ups_in_voltage/2\nups_out_load/1\nups_out_voltage/1\n"
	    "ups_power/1\n");
	row_discover(odd, NULL, "snmp_info/\nups_in_voltage/2\n");
}

#define BATTERY(on, minutes, charge, temp)                                     \
	SYSTEM B "2.1.0 2\n" B "2.2.0 " on "\n" B "2.3.0 " minutes "\n" B      \
		 "2.4.0 " charge "\n" B "2.7.0 " temp "\n" B "4.1.0 3\n"

static void
test_battery(void **state)
{
	static const struct row rows[] = {
	    {"ups_capacity", NULL, NULL, 1, BATTERY("0", "34", "100", "25"), 0,
		"Time remaining: 34 minutes 0 seconds, Capacity: 100.00%, On "
		"mains",
		NULL,
		"battery_seconds_remaining=2040;;;0 "
		"battery_capacity=100;;;0;100"},
	    {"ups_capacity", NULL, NULL, 1, BATTERY("95", "3", "91", "25"), 1,
		"Time remaining: 3 minutes 0 seconds, Capacity: 91.00% "
		"(warn/crit below 95.00%/90.00%)(!), On battery for: 1 minute "
		"35 seconds",
		NULL, NULL},
	    {"ups_capacity", NULL, "{\"battime\": [\"10m\", \"5m\"]}", 1,
		BATTERY("95", "3", "99", "25"), 2,
		"Time remaining: 3 minutes 0 seconds (warn/crit below 10 "
		"minutes 0 seconds/5 minutes 0 seconds)(!!), Capacity: 99.00%, "
		"On battery for: 1 minute 35 seconds",
		NULL, NULL},
	    {"ups_capacity", NULL, NULL, 1, BATTERY("0", "0", "100", "25"), 0,
		"Capacity: 100.00%, On mains", NULL, NULL},
	    {"ups_capacity", NULL, NULL, 1, BATTERY("0", "x", "", "25"), 3,
		"The battery's charge is not given(?), On mains", NULL, ""},
	    {"ups_bat_temp", "Battery", NULL, 1, BATTERY("0", "1", "1", "25"),
		0, "Temperature: 25.0 \302\260C", NULL, "temp=25;40;50"},
	    {"ups_bat_temp", "Battery", NULL, 1, BATTERY("0", "1", "1", "50"),
		2, NULL, NULL, NULL},
	    {"ups_bat_temp", "Battery", NULL, 1, BATTERY("0", "1", "1", "?"), 3,
		"The temperature is not given(?)", NULL, NULL},
	    {"ups_output_source", NULL, NULL, 1, BATTERY("0", "1", "1", "25"),
		0, "Output source: normal, Battery: normal", NULL, ""},
	    {"ups_output_source", NULL, NULL, 1,
		SYSTEM B "4.1.0 5\n" B "2.1.0 3\n", 2,
		"Output source: battery(!), Battery: low(!!)", NULL, NULL},
	    {"ups_output_source", NULL, NULL, 1, SYSTEM B "4.1.0 9\n", 3,
		"Output source: unknown (9)(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(BATTERY("0", "34", "100", "25"), NULL,
	    "snmp_info/\nups_bat_temp/Battery\nups_capacity/"
	    "\nups_output_source/\n");
	row_discover(BATTERY("0", "", "", "0"), NULL,
	    "snmp_info/\nups_output_source/\n");
}

#define TEST(result, start)                                                    \
	SYSTEM ".1.3.6.1.2.1.1.3.0 8640000\n" B "7.3.0 " result "\n" B         \
	       "7.5.0 " start "\n"
#define ALARM(n) B "6.2.1.2." n " " B "6.3." n "\n"

static void
test_alarms(void **state)
{
	static const struct row rows[] = {
	    {"ups_test", NULL, NULL, 1, TEST("1", "5040000"), 0,
		"Last test: passed, Time since start of last test: 10 hours 0 "
		"minutes",
		NULL, ""},
	    {"ups_test", NULL, "{\"levels_elapsed_time\": [\"8h\", \"1d\"]}", 1,
		TEST("1", "5040000"), 1, NULL, NULL, NULL},
	    {"ups_test", NULL, "{\"levels_elapsed_time\": [\"8h\", \"1d\"]}", 1,
		TEST("6", "0"), 2,
		"Last test: no test initiated, No test since the start, "
		"uptime: 1 day 0 hours (warn/crit at 8 hours 0 minutes/1 day 0 "
		"hours)(!!)",
		NULL, NULL},
	    {"ups_test", NULL, NULL, 1,
		TEST("3", "5040000") B "7.4.0 Battery weak\n", 2,
		"Last test: error(!!), Battery weak, Time since start of last "
		"test: 10 hours 0 minutes",
		NULL, NULL},
	    {"ups_test", NULL, NULL, 1, TEST("", "x"), 3,
		"Last test: not given(?)", NULL, NULL},
	    {"ups_alarms", NULL, NULL, 1, SYSTEM B "6.1.0 0\n", 0, "No alarms",
		NULL, "alarms=0;;;0"},
	    {"ups_alarms", NULL, NULL, 1,
		SYSTEM B "6.1.0 2\n" ALARM("2") ALARM("3"), 2,
		"on battery(!), battery is low(!!)", NULL, "alarms=2;;;0"},
	    {"ups_alarms", NULL, NULL, 1,
		SYSTEM B "6.1.0 1\n" B "6.2.1.2.7 .1.3.6.1.4.1.705.9\n", 1,
		"alarm .1.3.6.1.4.1.705.9(!)", NULL, NULL},
	    /* A count without the table, a table without the count. */
	    {"ups_alarms", NULL, NULL, 1, SYSTEM B "6.1.0 3\n", 1,
		"3 alarms(!)", NULL, "alarms=3;;;0"},
	    {"ups_alarms", NULL, NULL, 1, SYSTEM ALARM("16"), 2,
		"fan failure(!!)", NULL, "alarms=1;;;0"},
	    {"ups_alarms", NULL, NULL, 1, SYSTEM B "6.1.0 many\n", 3,
		"The alarms are not told of(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(TEST("1", "1"), NULL, "snmp_info/\nups_test/\nuptime/\n");
	row_discover(SYSTEM B "6.1.0 0\n", NULL, "snmp_info/\nups_alarms/\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_phases),
	    cmocka_unit_test(test_battery),
	    cmocka_unit_test(test_alarms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
