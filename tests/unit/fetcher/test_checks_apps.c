/* SPDX-License-Identifier: Apache-2.0
 *
 * Unit test: APT, Postfix, ZFS, LVM.
 */
#include "tests/unit/fetcher/check_table.h"

static void
test_apt(void **state)
{
	static const struct row rows[] = {
	    {"apt", NULL, NULL, 1, "<<<apt:sep(0)>>>\nNo updates pending\n", 0,
		"No updates pending for installation", NULL,
		"normal_updates=0;;;0 removals=0;;;0 security_updates=0;;;0"},
	    {"apt", NULL, NULL, 1,
		"<<<apt:sep(0)>>>\nInst nano [1] (2 Debian:12/stable [amd64])\n"
		"Inst vim [1] (2 Debian:12/stable [amd64])\n",
		1, "2 normal updates(!)", NULL, NULL},
	    {"apt", NULL, NULL, 1,
		"<<<apt:sep(0)>>>\nInst libssl3 [3.0.1] (3.0.2 "
		"Debian-Security:12/stable-security [amd64])\nRemv old [1]\n",
		2, "1 auto removals (old)(!), 1 security updates (libssl3)(!!)",
		"0 normal updates", NULL},
	    {"apt", NULL, "{\"ignored\": [\"lib\"]}", 1,
		"<<<apt:sep(0)>>>\nInst libssl3 [3.0.1] (x-security)\n", 0,
		NULL, NULL, NULL},
	    {"apt", NULL, NULL, 1, "<<<apt:sep(0)>>>\nInst\nE: broken\n", 0,
		NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
}

static void
test_postfix(void **state)
{
	static const char output[] =
	    "<<<postfix_mailq>>>\n[[[default]]]\nQUEUE_deferred 60 %d\n";
	static const struct row rows[] = {
	    {"postfix_mailq", "default", NULL, 1,
		"<<<postfix_mailq>>>\n[[[default]]]\nQUEUE_deferred 60 8\n"
		"QUEUE_active 4 1\n",
		0, "Deferred queue length: 8, Active queue length: 1", NULL,
		"mail_queue_deferred_length=8;10;20;0 "
		"mail_queue_deferred_size=61440;;;0 "
		"mail_queue_active_length=1;200;300;0 "
		"mail_queue_active_size=4096;;;0"},
	    {"postfix_mailq", "default", NULL, 1,
		"<<<postfix_mailq>>>\n-- 20 Kbytes in 12 Requests.\n", 1, NULL,
		NULL, NULL},
	    {"postfix_mailq", "default", NULL, 1,
		"<<<postfix_mailq>>>\nQUEUE_deferred 60 118\n", 2,
		"Deferred queue length: 118 (warn/crit at 10/20)(!!)", NULL,
		NULL},
	    {"postfix_mailq", "default", NULL, 1,
		"<<<postfix_mailq>>>\nMail queue is empty\n", 0, NULL, NULL,
		NULL},
	    {"postfix_mailq", "default", NULL, 1, output, 3, NULL, NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover("<<<postfix_mailq>>>\n[[[a]]]\n[[[b]]]\n", NULL,
	    "postfix_mailq/a\npostfix_mailq/b\n");
}

#define ZFS(pool, disk, errors)                                                \
	"<<<zpool_status>>>\n  pool: tank\n state: " pool "\nconfig:\n"        \
	" NAME STATE READ WRITE CKSUM\n tank " pool " 0 0 0\n"                 \
	" sda " disk "\nerrors: " errors "\n"

static void
test_zpool(void **state)
{
	static const struct row rows[] = {
	    {"zpool_status", NULL, NULL, 1,
		"<<<zpool_status>>>\nall pools are healthy\n", 0,
		"All pools are healthy", NULL, NULL},
	    {"zpool_status", NULL, NULL, 1,
		ZFS("DEGRADED", "OFFLINE 0 0 0", "No known data errors"), 1,
		"Pool tank: DEGRADED(!), tank: DEGRADED(!), sda: OFFLINE(!)",
		NULL, NULL},
	    {"zpool_status", NULL, NULL, 1,
		ZFS("ONLINE", "ONLINE 0 3 0", "No known data errors"), 1,
		"Pool tank: ONLINE, sda: ONLINE, 3 errors(!)", NULL, NULL},
	    {"zpool_status", NULL, NULL, 1,
		ZFS("FAULTED", "UNAVAIL 0 0 0", "2 data errors"), 2, NULL, NULL,
		NULL},
	    {"zpool_status", NULL, NULL, 1,
		"<<<zpool_status>>>\nno pools available\n", 3,
		"No pools available(?)", NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover("<<<zpool_status>>>\nno pools available\n", NULL, "");
}

static void
test_lvm(void **state)
{
	static const char good[] =
	    "<<<lvm_vgs>>>\nvg0 2 5 0 wz--n- 10737418240 5368709120\n";
	static const struct row rows[] = {
	    {"lvm_vgs", "vg0", NULL, 1, good, 0,
		"Used: 50.00% - 5.00 GiB of 10.0 GiB", NULL,
		"fs_used=5120;;;0;10240 fs_size=10240;;;0 "
		"fs_used_percent=50;;;0;100"},
	    {"lvm_vgs", "vg0", "{\"levels\": [\"50%\", \"60%\"]}", 1, good, 1,
		NULL, NULL, NULL},
	    {"lvm_vgs", "vg0", "{\"levels\": [\"40%\", \"50%\"]}", 1, good, 2,
		NULL, NULL, NULL},
	    {"lvm_vgs", "vg1", NULL, 1, good, 2, "The volume group is gone(!!)",
		NULL, NULL},
	    {"lvm_vgs", "vg0", NULL, 1, "<<<lvm_vgs>>>\nvg0 2 5\n", 3, NULL,
		NULL, NULL},
	};
	(void)state;
	ROWS_RUN(rows);
	row_discover(good, NULL, "lvm_vgs/vg0\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_apt),
	    cmocka_unit_test(test_postfix),
	    cmocka_unit_test(test_zpool),
	    cmocka_unit_test(test_lvm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
