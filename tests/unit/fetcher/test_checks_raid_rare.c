/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: controllers of disks by 3ware, Areca and LSI; the BIOS's RAID.
 */
#include "tests/unit/fetcher/check_table.h"

#define DISK(n, state)                                                         \
	"<<<3ware_disks>>>\np0 OK u0 233.76 GB 490234752 WD-1\np" #n " " state \
	" u0 233.76 GB 490234752 WD-2\np3 NOT-PRESENT - - - -\n"
#define UNIT(state)                                                            \
	"<<<3ware_units>>>\nu0 RAID-5 " state                                  \
	" - - 64K 931.312 OFF OFF\nu1 RAID-1 OK 12 - 233.7 ON ON\n"
#define INFO(wrong)                                                            \
	"<<<3ware_info>>>\nCtl Model Ports Drives Units NotOpt\n"              \
	"c0 9650SE-8LPML 8 7 2 " wrong " 2 1 1 OK\n"

static void
test_3ware(void **state)
{
	static const struct row rows[] = {
	    {"3ware_disks", "p1", NULL, 1, DISK(1, "OK"), 0,
		"Disk status is OK, Unit: u0, Size: 233.76 GB", NULL, NULL},
	    {"3ware_disks", "p1", NULL, 1, DISK(1, "SMART_FAILURE"), 1, NULL,
		NULL, NULL},
	    {"3ware_disks", "p1", NULL, 1, DISK(1, "DEGRADED"), 2, NULL, NULL,
		NULL},
	    {"3ware_disks", "p1", "{\"states\": {\"DEGRADED\": \"WARN\"}}", 1,
		DISK(1, "DEGRADED"), 1, NULL, NULL, NULL},
	    {"3ware_disks", "p3", NULL, 1, DISK(1, "OK"), 2, NULL, NULL, NULL},
	    {"3ware_units", "u0", NULL, 1, UNIT("OK"), 0,
		"OK, Type: RAID-5, Size: 931.3 GB", NULL, NULL},
	    {"3ware_units", "u0", NULL, 1, UNIT("REBUILDING"), 1, NULL, NULL,
		NULL},
	    {"3ware_units", "u0", NULL, 1, UNIT("DEGRADED"), 2, NULL, NULL,
		NULL},
	    {"3ware_units", "u1", NULL, 1, UNIT("OK"), 0, NULL, NULL, NULL},
	    {"3ware_units", "u9", NULL, 1, UNIT("OK"), 2, NULL, NULL, NULL},
	    {"3ware_info", "c0", NULL, 1, INFO("0"), 0,
		"9650SE-8LPML, Drives: 7, Units: 2", NULL, NULL},
	    {"3ware_info", "c0", NULL, 1, INFO("1"), 2, NULL, NULL, NULL},
	    {"3ware_info", "c1", NULL, 1, INFO("0"), 2, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(DISK(1, "X") UNIT("OK") INFO("0"), NULL,
	    "3ware_disks/p0\n3ware_disks/p1\n3ware_info/c0\n"
	    "3ware_units/u0\n3ware_units/u1\n");
}

#define ARC(disks, state)                                                      \
	"<<<arc_raid_status>>>\n # Name Disks TotalCap FreeCap State\n"        \
	"1  Raid Set # 00        " disks                                       \
	" 2250.5GB    0.0GB 123                " state "\n"
#define THREE "{\"discovered_disks\": 3}"

static void
test_areca(void **state)
{
	static const struct row rows[] = {
	    {"arc_raid_status", "1", THREE, 1, ARC("3", "Normal"), 0,
		"Normal, 3 disks", NULL, NULL},
	    {"arc_raid_status", "1", THREE, 1, ARC("3", "Rebuilding"), 1, NULL,
		NULL, NULL},
	    {"arc_raid_status", "1", THREE, 1, ARC("3", "Degrade"), 2, NULL,
		NULL, NULL},
	    {"arc_raid_status", "1", THREE, 1, ARC("2", "Normal"), 2,
		"Normal, 2 disks, 3 at discovery(!!)", NULL, NULL},
	    {"arc_raid_status", "1", NULL, 1, ARC("x", "Normal"), 2, NULL, NULL,
		NULL},
	    {"arc_raid_status", "2", NULL, 1, ARC("3", "Normal"), 2, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(ARC("3", "Normal"), NULL, "arc_raid_status/1\n");
}

#define LSI(volume, disk)                                                      \
	"<<<lsi>>>\nVolumeID 286\nStatusof volume " volume                     \
	"\nTargetID 0\nState Online(ONL)\nTargetID 1\nState " disk "\n"

static void
test_lsi(void **state)
{
	static const struct row rows[] = {
	    {"lsi_array", "286", NULL, 1, LSI("Okay(OKY)", "Online(ONL)"), 0,
		"Status: Okay", NULL, NULL},
	    {"lsi_array", "286", NULL, 1, LSI("Degraded(DGD)", "Online(ONL)"),
		2, "Status: Degraded(!!)", NULL, NULL},
	    {"lsi_array", "7", NULL, 1, LSI("Okay", "Online"), 2, NULL, NULL,
		NULL},
	    {"lsi_disk", "1", NULL, 1, LSI("Okay(OKY)", "Online(ONL)"), 0,
		"Status: Online", NULL, NULL},
	    {"lsi_disk", "1", NULL, 1, LSI("Okay(OKY)", "Failed(FLD)"), 2, NULL,
		NULL, NULL},
	    {"lsi_disk", "1", "{\"states\": {\"Failed\": \"OK\"}}", 1,
		LSI("Okay(OKY)", "Failed(FLD)"), 0, NULL, NULL, NULL},
	    {"lsi_disk", "5", NULL, 1, LSI("Okay", "Online"), 2, NULL, NULL,
		NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(LSI("Okay(OKY)", "Online(ONL)"), NULL,
	    "lsi_array/286\nlsi_disk/0\nlsi_disk/1\n");
}

#define DMRAID(array, disk)                                                    \
	"<<<dmraid>>>\nname   : isw_system\nsize   : 39062500\nstatus "        \
	": " array "\n/dev/sda: isw, \"isw_e\", GROUP, " disk                  \
	", 976773166 sectors, data@ 0 Model: WDC WD5002ABYS\n"

static void
test_dmraid(void **state)
{
	static const struct row rows[] = {
	    {"dmraid_ldisks", "isw_system", NULL, 1, DMRAID("ok", "ok"), 0,
		"Status: ok", NULL, NULL},
	    {"dmraid_ldisks", "isw_system", NULL, 1, DMRAID("nosync", "ok"), 2,
		NULL, NULL, NULL},
	    {"dmraid_ldisks", "isw_data", NULL, 1, DMRAID("ok", "ok"), 2, NULL,
		NULL, NULL},
	    {"dmraid_pdisks", "sda", NULL, 1, DMRAID("ok", "ok"), 0,
		"Status: ok, Model: WDC WD5002ABYS", NULL, NULL},
	    {"dmraid_pdisks", "sda", NULL, 1, DMRAID("ok", "broken"), 2, NULL,
		NULL, NULL},
	    {"dmraid_pdisks", "sda", NULL, 1,
		"<<<dmraid>>>\n/dev/sda: isw, x\n", 2, "The disk is gone(!!)",
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(DMRAID("ok", "ok"), NULL,
	    "dmraid_ldisks/isw_system\ndmraid_pdisks/sda\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_3ware),
	    cmocka_unit_test(test_areca),
	    cmocka_unit_test(test_lsi),
	    cmocka_unit_test(test_dmraid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
