/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: controllers of disks by MegaCli and storcli; exports of NFS.
 */
#include "tests/unit/fetcher/check_table.h"

#define PDISK(slot, state, predicted)                                          \
	"Enclosure Device ID: 32\nSlot Number: " #slot                         \
	"\nDevice Id: 8\nMedia Error Count: 0\nPredictive Failure "            \
	"Count: " #predicted "\nFirmware state: " state                        \
	"\nInquiry Data: SEAGATE ST3300657SS\n"
#define PDISKS(second)                                                         \
	"<<<megaraid_pdisks>>>\nAdapter #0\n" PDISK(0, "Online, Spun Up", 0)   \
	    second

static void
test_pdisks(void **state)
{
	static const struct row rows[] = {
	    {"megaraid_pdisks", "/c0/e32/s0", NULL, 1, PDISKS(""), 0,
		"Online, Spun Up, Name: SEAGATE ST3300657SS", NULL, NULL},
	    {"megaraid_pdisks", "/c0/e32/s1", NULL, 1,
		PDISKS(PDISK(1, "Rebuild", 0)), 1, NULL, NULL, NULL},
	    {"megaraid_pdisks", "/c0/e32/s1", NULL, 1,
		PDISKS(PDISK(1, "Unconfigured(good), Spun Up", 0)), 0, NULL,
		NULL, NULL},
	    {"megaraid_pdisks", "/c0/e32/s1", NULL, 1,
		PDISKS(PDISK(1, "Unconfigured(bad)", 0)), 1, NULL, NULL, NULL},
	    {"megaraid_pdisks", "/c0/e32/s1", NULL, 1,
		PDISKS(PDISK(1, "Failed", 0)), 2, NULL, NULL, NULL},
	    {"megaraid_pdisks", "/c0/e32/s1",
		"{\"states\": {\"Failed\": \"WARN\"}}", 1,
		PDISKS(PDISK(1, "Failed", 0)), 1, NULL, NULL, NULL},
	    {"megaraid_pdisks", "/c0/e32/s1", NULL, 1,
		PDISKS(PDISK(1, "Online", 7)), 1,
		"Online, Name: SEAGATE ST3300657SS, Predictive fail count: "
		"7(!)",
		NULL, NULL},
	    {"megaraid_pdisks", "/c1/e9/s9", NULL, 1, PDISKS(""), 2, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(PDISKS("Adapter #1\n" PDISK(4, "JBOD", 0)), NULL,
	    "megaraid_pdisks//c0/e32/s0\nmegaraid_pdisks//c1/e32/s4\n");
}

#define LDISK(state)                                                           \
	"<<<megaraid_ldisks>>>\nAdapter 0 -- Virtual Drive Information:\n"     \
	"Virtual Drive: 0 (Target Id: 0)\nState               : " state        \
	"\nDefault Cache Policy: WriteBack\nCurrent Cache Policy: "            \
	"WriteThrough\n"
#define BBU(replace, learns)                                                   \
	"<<<megaraid_bbu>>>\nBBU status for Adapter: 0\nBatteryType: iBBU\n"   \
	"Voltage: 4073 mV\nTemperature: 30 C\nBattery State     : Optimal\n"   \
	"  Voltage                   : OK\n  Temperature       : OK\n"         \
	"  Learn Cycle Active        : " learns                                \
	"\n  Battery Replacement required            : " replace               \
	"\nRelative State of Charge: 95 %\nisSOHGood: Yes\n"

static void
test_ldisks(void **state)
{
	static const struct row rows[] = {
	    {"megaraid_ldisks", "/c0/v0", NULL, 1, LDISK("Optimal"), 0,
		"Optimal",
		"Default cache policy: WriteBack\nCurrent cache policy: "
		"WriteThrough",
		NULL},
	    {"megaraid_ldisks", "/c0/v0", NULL, 1, LDISK("Degraded"), 2, NULL,
		NULL, NULL},
	    {"megaraid_ldisks", "/c0/v0", NULL, 1, LDISK("Partially Degraded"),
		1, NULL, NULL, NULL},
	    {"megaraid_ldisks", "/c0/v7", NULL, 1, LDISK("Optimal"), 2, NULL,
		NULL, NULL},
	    {"megaraid_bbu", "/c0", NULL, 1, BBU("No", "No"), 0,
		"All states as expected, Charge: 95 %", NULL, NULL},
	    {"megaraid_bbu", "/c0", NULL, 1, BBU("Yes", "No"), 1,
		"Battery Replacement required: Yes(!), Charge: 95 %", NULL,
		NULL},
	    {"megaraid_bbu", "/c0", NULL, 1, BBU("Yes", "Yes"), 0, NULL, NULL,
		NULL},
	    {"megaraid_bbu", "/c3", NULL, 1, BBU("No", "No"), 2, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(LDISK("Degraded") BBU("No", "No"), NULL,
	    "megaraid_bbu//c0\nmegaraid_ldisks//c0/v0\n");
}

#define STORCLI(pd, vd)                                                        \
	"<<<storcli_pdisks>>>\nController = 0\nPD LIST :\n=======\n-----\n"    \
	"EID:Slt DID State DG     Size Intf Med SED PI SeSz Model Sp\n-----\n" \
	"252:0     8 " pd                                                      \
	"  0 3.637 TB SAS  HDD N   N  4 KB ST4000 U\n-----\n"                  \
	"<<<storcli_vdrives>>>\nController = 0\n"                              \
	"DG/VD TYPE  State Access Consist Cache Cac sCC Size Name\n"           \
	"0/0   RAID1 " vd "  RW     Yes     RWTD  -   ON  9.094 TB \n"

static void
test_storcli(void **state)
{
	static const struct row rows[] = {
	    {"storcli_pdisks", "C0.252:0-8", NULL, 1, STORCLI("Onln", "Optl"),
		0, "Size: 3.637 TB, Disk State: Online", NULL, NULL},
	    {"storcli_pdisks", "C0.252:0-8", NULL, 1, STORCLI("Rbld", "Optl"),
		1, NULL, NULL, NULL},
	    {"storcli_pdisks", "C0.252:0-8", NULL, 1, STORCLI("Offln", "Optl"),
		2, NULL, NULL, NULL},
	    {"storcli_pdisks", "C0.252:1-9", NULL, 1, STORCLI("Onln", "Optl"),
		2, NULL, NULL, NULL},
	    {"storcli_vdrives", "C0.0/0", NULL, 1, STORCLI("Onln", "Optl"), 0,
		"Raid type is RAID1, Access: RW, Consistency: Yes, State is "
		"Optimal",
		NULL, NULL},
	    {"storcli_vdrives", "C0.0/0", NULL, 1, STORCLI("Onln", "Dgrd"), 2,
		NULL, NULL, NULL},
	    {"storcli_vdrives", "C0.0/0", NULL, 1, STORCLI("Onln", "Pdgd"), 1,
		NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(STORCLI("Onln", "Optl"), NULL,
	    "storcli_pdisks/C0.252:0-8\nstorcli_vdrives/C0.0/0\n");
}

static void
test_nfs(void **state)
{
	static const struct row rows[] = {
	    {"nfsexports", "/srv", NULL, 1,
		"<<<nfsexports>>>\n/home 192.0.2.0/24\n/srv (everyone)\n", 0,
		"Export is active", NULL, NULL},
	    {"nfsexports", "/srv", NULL, 1, "<<<nfsexports>>>\n/home *\n", 2,
		"Export not found in export list(!!)", NULL, NULL},
	    {"nfsexports", "/srv", NULL, 1, "<<<nfsexports>>>\n", 2, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover("<<<nfsexports>>>\n/home *\n/srv *\nerror\n", NULL,
	    "nfsexports//home\nnfsexports//srv\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pdisks),
	    cmocka_unit_test(test_ldisks),
	    cmocka_unit_test(test_storcli),
	    cmocka_unit_test(test_nfs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
