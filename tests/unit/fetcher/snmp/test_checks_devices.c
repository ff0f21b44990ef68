/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: checks of Juniper, HP ProCurve, FortiGate, APC, Dell, Synology and
 * QNAP devices, on walks as devices give them; and what checks share.
 */
#include "tests/unit/fetcher/check_table.h"

#define SYSTEM(object)                                                         \
	".1.3.6.1.2.1.1.1.0 Device\n.1.3.6.1.2.1.1.2.0 " object "\n"
#define E ".1.3.6.1.4.1."

#define J E "2636.3.1.13.1."
#define PART(n, name, temp, cpu, mem)                                          \
	J "5." n " " name "\n" J "7." n " " temp "\n" J "8." n " " cpu "\n" J  \
	  "11." n " " mem "\n"
#define FRU(n, name, type, state)                                              \
	E "2636.3.1.15.1.5." n " " name "\n" E "2636.3.1.15.1.6." n " " type   \
	  "\n" E "2636.3.1.15.1.8." n " " state "\n"

static void
test_juniper(void **state)
{
	static const char walk[] = SYSTEM(E "2636.1.1.1.2.31")
	    PART("9.1.0.0", "Routing Engine 0", "56", "0", "40")
		PART("4.1.0.0", "Fan tray", "0", "0", "0")
		    PART("7.1.0.0", "FPC: EX4200 @ 0/*/*", "x", "91", "") J
	    "15.9.1.0.0 2048\n" FRU("2.1", "Power Supply 0", "7", "6")
		FRU("4.1", "Fan 1", "13", "8") FRU("4.2", "Fan 2", "13", "2") E
	    "2636.3.4.2.2.1.0 3\n" E "2636.3.4.2.3.1.0 2\n" E
	    "2636.3.4.2.2.2.0 1\n";
	static const struct row rows[] = {
	    {"juniper_cpu", "Routing Engine 0", NULL, 1, walk, 0,
		"Total CPU: 0.00%", NULL, "util=0;80;90;0;100"},
	    {"juniper_cpu", "FPC: EX4200 @ 0/*/*", NULL, 1, walk, 2, NULL, NULL,
		NULL},
	    {"juniper_mem", "Routing Engine 0", NULL, 1, walk, 0,
		"Usage: 40.00% - 819 MiB of 2.00 GiB", NULL, NULL},
	    {"juniper_mem", "FPC: EX4200 @ 0/*/*", NULL, 1, walk, 3,
		"The usage is not given(?)", NULL, ""},
	    {"juniper_temp", "Routing Engine 0", NULL, 1, walk, 1, NULL, NULL,
		"temp=56;55;60"},
	    {"juniper_temp", "FPC: EX4200 @ 0/*/*", NULL, 1, walk, 3, NULL,
		NULL, ""},
	    {"juniper_fru", "Power Supply 0", NULL, 1, walk, 0,
		"Status: online", NULL, ""},
	    {"juniper_fru", "Fan 1", NULL, 1, walk, 2, "Status: offline(!!)",
		NULL, NULL},
	    {"juniper_alarm", NULL, NULL, 1, walk, 1,
		"no red alarm, yellow alarm (1)(!)", NULL, ""},
	    {"juniper_alarm", NULL, NULL, 1,
		SYSTEM(E "2636.1.1") E "2636.3.4.2.2.1.0 off\n", 3,
		"red alarm lamp: not given(?), yellow alarm lamp: not given(?)",
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(walk, NULL,
	    "juniper_alarm/\njuniper_cpu/FPC: EX4200 @ 0/*/*\n"
	    "juniper_cpu/Routing Engine 0\njuniper_fru/Power Supply 0\n"
	    "juniper_fru/Fan 1\njuniper_mem/Routing Engine 0\n"
	    "juniper_temp/Routing Engine 0\nsnmp_info/\n");
}

static void
test_procurve(void **state)
{
	static const char walk[] = SYSTEM(E "11.2.3.7.11.78") E
	    "11.2.14.11.5.1.9.6.1.0 95\n" E
	    "11.2.14.11.5.1.1.2.2.1.1.5.1 1000\n" E
	    "11.2.14.11.5.1.1.2.2.1.1.6.1 400\n" E
	    "11.2.14.11.5.1.1.2.2.1.1.7.1 600\n" E
	    "11.2.14.11.1.2.6.1.1.1 1\n" E "11.2.14.11.1.2.6.1.4.1 4\n" E
	    "11.2.14.11.1.2.6.1.7.1 Fan\n" E "11.2.14.11.1.2.6.1.1.2 2\n" E
	    "11.2.14.11.1.2.6.1.4.2 2\n" E "11.2.14.11.1.2.6.1.1.3 3\n" E
	    "11.2.14.11.1.2.6.1.4.3 5\n";
	static const struct row rows[] = {
	    {"hp_procurve_cpu", NULL, NULL, 1, walk, 2, NULL, NULL,
		"util=95;80;90;0;100"},
	    {"hp_procurve_cpu", NULL, NULL, 1,
		SYSTEM(E "11.2.3.7.11.78") E "11.2.14.11.5.1.9.6.1.0 900\n", 3,
		NULL, NULL, ""},
	    {"hp_procurve_mem", NULL, NULL, 1, walk, 0,
		"Usage: 60.00% - 600 B of 1000 B", NULL, NULL},
	    {"hp_procurve_sensors", "1", NULL, 1, walk, 0,
		"Condition: good, Fan", NULL, ""},
	    {"hp_procurve_sensors", "2", NULL, 1, walk, 2, "Condition: bad(!!)",
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(walk, NULL,
	    "hp_procurve_cpu/\nhp_procurve_mem/\nhp_procurve_sensors/1\n"
	    "hp_procurve_sensors/2\nsnmp_info/\n");
}

static void
test_fortigate(void **state)
{
	static const char walk[] = SYSTEM(E "12356.101.1.1000") E
	    "12356.101.4.1.3.0 17\n" E "12356.101.4.1.4.0 75\n" E
	    "12356.101.4.1.5.0 1048576\n" E "12356.101.4.1.8.0 120000\n";
	static const char odd[] = SYSTEM(E "12356.101.1.1000") E
	    "12356.101.4.1.3.0 -\n" E "12356.101.4.1.4.0 75\n" E
	    "12356.101.4.1.8.0 ?\n";
	static const struct row rows[] = {
	    {"fortigate_cpu_base", NULL, NULL, 1, walk, 0, "Total CPU: 17.00%",
		NULL, "util=17;80;90;0;100"},
	    {"fortigate_cpu_base", NULL, NULL, 1, odd, 3, NULL, NULL, ""},
	    {"fortigate_memory", NULL, NULL, 1, walk, 1,
		"Usage: 75.00% - 768 MiB of 1.00 GiB (warn/crit at 717 MiB/819 "
		"MiB)(!)",
		NULL, NULL},
	    {"fortigate_memory", NULL, NULL, 1, odd, 1,
		"Usage: 75.00% (warn/crit at 70.00%/80.00%)(!)", NULL,
		"mem_used_percent=75;70;80;0;100"},
	    {"fortigate_sessions_base", NULL, NULL, 1, walk, 1,
		"Sessions: 120000 (warn/crit at 100000/150000)(!)", NULL,
		"session=120000;100000;150000;0"},
	    {"fortigate_sessions_base", NULL, NULL, 1, odd, 3, NULL, NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(walk, NULL,
	    "fortigate_cpu_base/\nfortigate_memory/\n"
	    "fortigate_sessions_base/\nsnmp_info/\n");
}

#define APC SYSTEM(E "318.1.3.2.7")
#define UPS E "318.1.1.1."
#define HUMID(n, name, value)                                                  \
	E "318.1.1.10.4.2.3.1.3." n " " name "\n" E "318.1.1.10.4.2.3.1.6." n  \
	  " " value "\n"

static void
test_apc(void **state)
{
	static const char good[] =
	    APC UPS "2.1.1.0 2\n" UPS "4.1.1.0 2\n" UPS "2.2.1.0 100\n" UPS
		    "2.2.2.0 25\n" UPS "2.2.3.0 360000\n" UPS "2.2.4.0 1\n" UPS
		    "4.2.3.0 40\n";
	static const char bad[] =
	    APC UPS "2.1.1.0 3\n" UPS "4.1.1.0 3\n" UPS "2.2.1.0 90\n" UPS
		    "2.2.4.0 2\n" UPS "4.2.3.0 full\n";
	static const char others[] =
	    APC HUMID("1.1", "Rack", "62") HUMID("1.2", "None", "-1") E
	    "318.1.1.12.2.3.1.1.2.1 35\n" E "318.1.1.12.2.3.1.1.3.1 1\n" E
	    "318.1.1.12.2.3.1.1.4.1 1\n" E "318.1.1.12.2.3.1.1.2.2 x\n" E
	    "318.1.1.12.2.3.1.1.3.2 4\n";
	static const struct row rows[] = {
	    {"apc_symmetra", NULL, NULL, 1, good, 0,
		"Battery status: normal, Output status: on line, Capacity: "
		"100.00%, Battery temperature: 25.00, Load: 40.00%, Time "
		"remaining: 1 hour 0 minutes",
		NULL, "capacity=100 systemp=25 load=40;85;90 runtime=3600;;;0"},
	    {"apc_symmetra", NULL, NULL, 1, bad, 2,
		"Battery status: low(!!), Output status: on battery(!), "
		"Battery needs replacing(!), Capacity: 90.00% (warn/crit below "
		"95.00%/80.00%)(!)",
		NULL, NULL},
	    {"apc_humidity", "Rack", NULL, 1, others, 1,
		"Humidity: 62.00% (warn/crit at 60.00%/65.00%)(!)", NULL,
		"humidity=62;60;65"},
	    {"apc_humidity", "None", NULL, 1, others, 3, NULL, NULL, ""},
	    {"apc_rackpdu_power", "1", NULL, 1, others, 0,
		"Current: 3.50 A, Load: normal", NULL, "current=3.5"},
	    {"apc_rackpdu_power", "2", NULL, 1, others, 2, NULL, NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(good, NULL, "apc_symmetra/\nsnmp_info/\n");
	row_discover(others, NULL,
	    "apc_humidity/Rack\napc_rackpdu_power/1\napc_rackpdu_power/2\n"
	    "snmp_info/\n");
}

#define OMSA    E "674.10892.1."
#define IDRAC   E "674.10892.5.4."
#define STORAGE E "674.10892.5.5.1.20."

static void
test_dell(void **state)
{
	static const char omsa[] = SYSTEM(E "8072.3.2.10") OMSA
	    "700.20.1.8.1.1 Inlet\n" OMSA "700.20.1.6.1.1 230\n" OMSA
	    "700.20.1.5.1.1 3\n" OMSA "700.20.1.10.1.1 470\n" OMSA
	    "700.20.1.11.1.1 220\n" OMSA "700.12.1.8.1.1 Fan1\n" OMSA
	    "700.12.1.6.1.1 3600\n" OMSA "700.12.1.5.1.1 8\n" OMSA
	    "600.12.1.8.1.1 PS1 Status\n" OMSA "600.12.1.5.1.1 5\n" OMSA
	    "600.12.1.6.1.1 7500\n";
	static const char idrac[] = SYSTEM(E "674.10892.5") IDRAC
	    "700.20.1.8.1.1 Inlet\n" IDRAC "700.20.1.6.1.1 warm\n" IDRAC
	    "700.12.1.8.1.1 Fan1\n" IDRAC "700.12.1.5.1.1 3\n" STORAGE
	    "130.4.1.2.1 Physical Disk 0:1:0\n" STORAGE
	    "130.4.1.4.1 3\n" STORAGE "130.4.1.11.1 1024\n" STORAGE
	    "130.4.1.31.1 0\n" STORAGE "130.4.1.7.1 S1\n" STORAGE
	    "130.4.1.2.2 Physical Disk 0:1:1\n" STORAGE
	    "130.4.1.4.2 3\n" STORAGE "130.4.1.31.2 1\n" STORAGE
	    "140.1.1.2.1 Virtual Disk 0\n" STORAGE "140.1.1.4.1 4\n" STORAGE
	    "140.1.1.20.1 4\n";
	static const struct row rows[] = {
	    {"dell_om_sensors", "Inlet", NULL, 1, omsa, 1,
		"Temperature: 23.0 \302\260C (warn/crit at 22.0 "
		"\302\260C/47.0 \302\260C)(!)",
		"State of the probe: ok", "temp=23;22;47"},
	    {"dell_om_sensors", "Inlet", NULL, 1, idrac, 3,
		"The temperature is not given(?)", NULL, ""},
	    {"dell_om_fans", "Fan1", NULL, 1, omsa, 2,
		"Status: too low(!!), Speed: 3600 RPM", NULL, "fan=3600"},
	    {"dell_om_fans", "Fan1", NULL, 1, idrac, 0, "Status: ok", NULL, ""},
	    {"dell_om_power", "PS1 Status", NULL, 1, omsa, 2,
		"Status: critical(!!), up to 750 W", NULL, ""},
	    {"dell_idrac_disks", "Physical Disk 0:1:0", NULL, 1, idrac, 0,
		"State: online, Size: 1.00 GiB", "Serial number: S1", ""},
	    {"dell_idrac_disks", "Physical Disk 0:1:1", NULL, 1, idrac, 2,
		"State: online, a failure is expected (SMART)(!!)", NULL, NULL},
	    {"dell_idrac_virtdisks", "Virtual Disk 0", NULL, 1, idrac, 1,
		"Disk state: degraded(!), Component state: non-critical(!)",
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(omsa, NULL,
	    "dell_om_fans/Fan1\ndell_om_power/PS1 Status\n"
	    "dell_om_sensors/Inlet\nsnmp_info/\n");
	row_discover(idrac, NULL,
	    "dell_idrac_disks/Physical Disk 0:1:0\n"
	    "dell_idrac_disks/Physical Disk 0:1:1\n"
	    "dell_idrac_virtdisks/Virtual Disk 0\ndell_om_fans/Fan1\n"
	    "snmp_info/\n");
}

#define S E "6574."
#define Q E "24681.1.2.11.1."

static void
test_nas(void **state)
{
	static const char synology[] = SYSTEM(E "8072.3.2.10") S
	    "1.1.0 1\n" S "1.3.0 2\n" S "1.4.1.0 1\n" S "1.5.3.0 DSM 7.2\n" S
	    "1.5.4.0 1\n" S "2.1.1.2.0 Disk 1\n" S "2.1.1.3.0 ST4000 \n" S
	    "2.1.1.5.0 1\n" S "2.1.1.6.0 38\n" S "2.1.1.2.1 Disk 2\n" S
	    "2.1.1.5.1 5\n" S "2.1.1.6.1 x\n" S "3.1.1.2.0 Volume 1\n" S
	    "3.1.1.3.0 11\n";
	static const char qnap[] = SYSTEM(E "24681.1") Q
	    "2.1 HDD1\n" Q "3.1 38 C/100 F\n" Q "4.1 0\n" Q "5.1 WD40\n" Q
	    "7.1 GOOD\n" Q "2.2 HDD2\n" Q "3.2 --\n" Q "4.2 -9\n" Q
	    "7.2 BAD\n" Q "2.3 HDD3\n" Q "4.3 -5\n";
	static const struct row rows[] = {
	    {"synology_status", NULL, NULL, 1, synology, 2,
		"System state: normal, Power state: failed(!!), System fan: "
		"normal",
		NULL, ""},
	    {"synology_update", NULL, NULL, 1, synology, 1,
		"Update status: available(!), version: DSM 7.2", NULL, ""},
	    {"synology_disks", "Disk 1", NULL, 1, synology, 0,
		"Status: normal, Temperature: 38.0 \302\260C, Model: ST4000",
		NULL, "temp=38;60;70"},
	    {"synology_disks", "Disk 2", NULL, 1, synology, 2,
		"Status: crashed(!!)", NULL, ""},
	    {"synology_raid", "Volume 1", NULL, 1, synology, 1,
		"Status: degraded(!)", NULL, ""},
	    {"qnap_disks", "HDD1", NULL, 1, qnap, 0,
		"Status: ready, SMART: GOOD, Temperature: 38.0 \302\260C, "
		"Model: WD40",
		NULL, "temp=38;60;70"},
	    {"qnap_disks", "HDD2", NULL, 1, qnap, 2,
		"Status: read/write error(!!), SMART: BAD(!!)", NULL, ""},
	    {"qnap_disks", "HDD3", NULL, 1, qnap, 2, "Status: no disk(!!)",
		NULL, ""},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(synology, NULL,
	    "snmp_info/\nsynology_disks/Disk 1\nsynology_disks/Disk 2\n"
	    "synology_raid/Volume 1\nsynology_status/\nsynology_update/\n");
	row_discover(
	    qnap, NULL, "qnap_disks/HDD1\nqnap_disks/HDD2\nsnmp_info/\n");
}

/* Checks that share a ruleset take the same parameters of the same types. */
static void
test_shared_rulesets(void **state)
{
	(void)state;
	for (size_t i = 0; check_at(i) != NULL; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct check *a = check_at(i), *b = check_at(k);
			size_t p = 0;

			if (a->ruleset == NULL || b->ruleset == NULL ||
			    strcmp(a->ruleset, b->ruleset) != 0)
				continue;
			for (; a->params[p].name != NULL; p++) {
				if (b->params[p].name == NULL ||
				    strcmp(a->params[p].name,
					b->params[p].name) != 0)
					fail_msg("%s and %s: %s", a->name,
					    b->name, a->params[p].name);
				assert_int_equal(
				    a->params[p].type, b->params[p].type);
			}
			assert_null(b->params[p].name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_juniper),
	    cmocka_unit_test(test_procurve),
	    cmocka_unit_test(test_fortigate),
	    cmocka_unit_test(test_apc),
	    cmocka_unit_test(test_dell),
	    cmocka_unit_test(test_nas),
	    cmocka_unit_test(test_shared_rulesets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
