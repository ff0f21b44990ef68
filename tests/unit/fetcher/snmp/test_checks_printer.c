/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: checks of the Printer-MIB, on walks as devices give them.
 */
#include "tests/unit/fetcher/check_table.h"

#define SYSTEM                                                                 \
	".1.3.6.1.2.1.1.1.0 Laser printer\n"                                   \
	".1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.11.2.3.9.1\n"
#define M      ".1.3.6.1.2.1.43."
#define SUPPLY M "11.1.1."
#define COLOR  M "12.1.1.4."

#define ONE(n, color, class, name, unit, max, level)                           \
	SUPPLY "3.1." n " " color "\n" SUPPLY "4.1." n                         \
	       " " class "\n" SUPPLY "6.1." n " " name "\n" SUPPLY "7.1." n    \
			 " " unit "\n" SUPPLY "8.1." n " " max "\n" SUPPLY     \
			 "9.1." n " " level "\n"

static const char supplies[] = SYSTEM COLOR "1.1 black\n" COLOR "1.2 cyan\n"
    /* */
    ONE("1", "1", "3", "Toner Cartridge S/N:4711", "7", "6000", "2400") ONE("2",
	"2", "3", "Toner Cartridge S/N:4712", "7", "6000",
	"900") ONE("3", "0", "4", "Waste Box", "19", "100", "95")
	ONE("4", "1", "3", "Image Drum Unit", "19", "100", "-3")
	    ONE("5", "0", "3", "Stapler", "18", "-2", "2000")
		ONE("6", "0", "3", "Fuser", "11", "-2", "-2")
		    ONE("7", "0", "3", "Roller", "19", "-1", "-1")
			ONE("8", "0", "3", "Empty", "19", "0", "0")
			    ONE("9", "0", "3", "Odd", "19", "many", "")
				ONE("10", "9", "3", "Lost", "19", "100", "-2");

static void
test_supply(void **state)
{
	static const struct row rows[] = {
	    {"printer_supply", "Black Toner Cartridge", NULL, 1, supplies, 0,
		"Remaining: 40.00%, Supply: 2400 of max. 6000 impressions",
		NULL, "supply_remaining=40;;;0;100 pages=2400;;;0;6000"},
	    {"printer_supply", "Cyan Toner Cartridge", NULL, 1, supplies, 1,
		"Remaining: 15.00% (warn/crit below 20.00%/10.00%)(!), Supply: "
		"900 of max. 6000 impressions",
		NULL, NULL},
	    {"printer_supply", "Cyan Toner Cartridge",
		"{\"upturn_toner\": true}", 1, supplies, 0, NULL, NULL, NULL},
	    {"printer_supply", "Waste Box", NULL, 1, supplies, 2,
		"Remaining: 5.00% (warn/crit below 20.00%/10.00%)(!!), Supply: "
		"95 of max. 100%",
		NULL, NULL},
	    {"printer_supply", "Black Image Drum Unit", NULL, 1, supplies, 1,
		"Some remaining(!)", NULL, ""},
	    {"printer_supply", "Black Image Drum Unit",
		"{\"some_remaining\": \"OK\"}", 1, supplies, 0, NULL, NULL,
		NULL},
	    {"printer_supply", "Stapler", NULL, 1, supplies, 0, "Level: 2000",
		NULL, "pages=2000"},
	    {"printer_supply", "Roller", NULL, 1, supplies, 0,
		"There are no restrictions on this supply", NULL, ""},
	    {"printer_supply", "Empty", NULL, 1, supplies, 2,
		"Remaining: 0.00% (warn/crit below 20.00%/10.00%)(!!), Supply: "
		"0 of max. 100%",
		NULL, NULL},
	    {"printer_supply", "Odd", NULL, 1, supplies, 3, "Unknown level(?)",
		NULL, ""},
	    {"printer_supply", "Lost", NULL, 1, supplies, 3, "Unknown level(?)",
		NULL, ""},
	    {"printer_supply", "Gone", NULL, 1, supplies, 3,
		"Item not found in monitoring data(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(supplies, NULL,
	    "printer_supply/Black Toner Cartridge\n"
	    "printer_supply/Cyan Toner Cartridge\nprinter_supply/Waste Box\n"
	    "printer_supply/Black Image Drum Unit\nprinter_supply/Stapler\n"
	    "printer_supply/Roller\nprinter_supply/Empty\n"
	    "printer_supply/Lost\nsnmp_info/\n");
}

#define ALERT(n, severity, group, code, text)                                  \
	M "18.1.1.2.1." n " " severity "\n" M "18.1.1.4.1." n " " group "\n" M \
	  "18.1.1.7.1." n " " code "\n" M "18.1.1.8.1." n " " text "\n"
#define GENERAL M "5.1.1.1.1 7\n"

static void
test_alerts(void **state)
{
	static const struct row rows[] = {
	    {"printer_alerts", NULL, NULL, 1, SYSTEM GENERAL, 0,
		"No alerts present", NULL, "alerts=0;;;0"},
	    {"printer_alerts", NULL, NULL, 1,
		SYSTEM GENERAL ALERT("1", "3", "8", "13", "Tray 2 empty")
		    ALERT("2", "5", "11", "12", "Toner low"),
		2, "input: Tray 2 empty(!!), marker supplies: Toner low(!)",
		NULL, "alerts=2;;;0"},
	    {"printer_alerts", NULL, NULL, 1,
		SYSTEM GENERAL ALERT("1", "4", "6", "3", ""), 1,
		"cover: cover open(!)", NULL, NULL},
	    {"printer_alerts", NULL, NULL, 1,
		SYSTEM GENERAL ALERT("1", "1", "5", "1", "Sleep mode on"), 0,
		"No alerts present", NULL, NULL},
	    {"printer_alerts", NULL, NULL, 1,
		SYSTEM GENERAL M "18.1.1.2.1.1 high\n", 3,
		"unknown: an alert without a text(?)", NULL, NULL},
	    {"printer_pages", NULL, NULL, 1,
		SYSTEM M "10.2.1.4.1.1 4711\n" M "10.2.1.4.1.2 289\n", 0,
		"Total prints: 5000", NULL, "pages_total=5000;;;0"},
	    {"printer_pages", NULL, NULL, 1, SYSTEM M "10.2.1.4.1.1 -2\n", 3,
		"The printer does not count(?)", NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(SYSTEM GENERAL, NULL, "printer_alerts/\nsnmp_info/\n");
	row_discover(
	    SYSTEM M "10.2.1.4.1.1 1\n", NULL, "printer_pages/\nsnmp_info/\n");
	row_discover(SYSTEM M "10.2.1.4.1.1 -2\n", NULL, "snmp_info/\n");
}

#define IN(n, name, descr, status, max, level)                                 \
	M "8.2.1.13.1." n " " name "\n" M "8.2.1.18.1." n " " descr "\n" M     \
	  "8.2.1.11.1." n " " status "\n" M "8.2.1.9.1." n " " max "\n" M      \
	  "8.2.1.10.1." n " " level "\n"
#define OUT(n, name, status, max, left)                                        \
	M "9.2.1.7.1." n " " name "\n" M "9.2.1.6.1." n " " status "\n" M      \
	  "9.2.1.4.1." n " " max "\n" M "9.2.1.5.1." n " " left "\n"

static void
test_trays(void **state)
{
	static const char walk[] =
	    SYSTEM IN("1", "Tray", "upper", "0", "500", "250")
		IN("2", "Tray", "lower", "16", "500", "0")
		    IN("3", "Manual", "", "9", "100", "-3")
			IN("4", "Broken", "", "3", "100", "0")
			    IN("5", "Odd", "", "x", "", "")
				OUT("1", "Face down", "0", "250", "-3")
				    OUT("2", "Stacker", "36", "1000", "0");
	static const struct row rows[] = {
	    {"printer_input", "Tray 1.1", NULL, 1, walk, 0,
		"upper, Status: Available and idle, Alerts: None, Remaining: "
		"50.00%, 250 of 500 sheets",
		NULL, "capacity=50;;;0;100"},
	    {"printer_input", "Tray 1.2", "{\"capacity_levels\": [20, 10]}", 1,
		walk, 2,
		"lower, Status: Available and idle, Alerts: Critical(!!), "
		"Remaining: 0.00% (warn/crit below 20.00%/10.00%)(!!), 0 of "
		"500 sheets",
		NULL, NULL},
	    {"printer_input", "Manual", NULL, 1, walk, 2,
		"Status: Unavailable and on request(!!), Alerts: "
		"Non-Critical(!), At least one sheet remaining",
		NULL, ""},
	    {"printer_input", "Odd", NULL, 1, walk, 3,
		"Status is not given(?), Capacity: unknown", NULL, ""},
	    {"printer_output", "Face down", NULL, 1, walk, 0,
		"Status: Available and idle, Alerts: None, At least one more "
		"sheet fits",
		NULL, ""},
	    {"printer_output", "Stacker", NULL, 1, walk, 2,
		"Status: Available and active, off-line, Alerts: None, Filled: "
		"100.00% (warn/crit at 100.00%/100.00%)(!!), room for 0 of "
		"1000 sheets",
		NULL, "capacity=100;100;100;0;100"},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(walk, NULL,
	    "printer_input/Tray 1.1\nprinter_input/Tray 1.2\n"
	    "printer_input/Manual\nprinter_output/Face down\n"
	    "printer_output/Stacker\nsnmp_info/\n");
	/* Without names the descriptions are taken. */
	row_discover(SYSTEM M "8.2.1.18.1.1 lower\n" M "8.2.1.11.1.1 0\n" M
			      "8.2.1.9.1.1 10\n",
	    NULL, "printer_input/lower\nsnmp_info/\n");
}

#define HR ".1.3.6.1.2.1.25.3.5.1."

static void
test_status(void **state)
{
	static const struct row rows[] = {
	    {"hr_printer", NULL, NULL, 1,
		SYSTEM HR "1.1 3\n" HR "2.1 \"00 \"\n", 0, "Status: idle", NULL,
		""},
	    {"hr_printer", NULL, NULL, 1,
		SYSTEM HR "1.1 4\n" HR "2.1 \"A0 20 \"\n", 2,
		"Status: printing, low paper(!), low toner(!), marker supply "
		"missing(!!)",
		NULL, NULL},
	    {"hr_printer", NULL, NULL, 1, SYSTEM HR "1.1 9\n", 3,
		"Status: unknown (9)(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(SYSTEM HR "1.1 3\n", NULL, "hr_printer/\nsnmp_info/\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_supply),
	    cmocka_unit_test(test_alerts),
	    cmocka_unit_test(test_trays),
	    cmocka_unit_test(test_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
