/* SPDX-License-Identifier: Apache-2.0
 *
 * The compiled configuration: what is built is found again, and nothing that
 * is cut short, damaged or out of order is ever taken.
 */
#include "common/config/snapshot_build.h"
#include "common/config/snapshot_file.h"
#include "common/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct snapb *
small(void)
{
	struct snapb *b = snapb_new(7, 1000);
	uint32_t list[] = {0, 1};
	uint32_t a, c;

	snapb_contact(b, "anna");
	snapb_contact(b, "bert");
	snapb_group(b, SNAPB_CONTACT_GROUPS, "all");
	snapb_group_at(b, SNAPB_CONTACT_GROUPS, 0)->members =
	    snapb_list(b, list, 2);
	snapb_period(b, "24X7", "Always", "{}");
	snapb_command(b, "check_x", "x $ARG1$");
	a = snapb_host(b, "a");
	snapb_host(b, "b");
	c = snapb_host(b, "c");
	snapb_object(b, a)->contacts = snapb_list(b, list, 1);
	snapb_object(b, snapb_service(b, a, "CPU"))->contacts =
	    snapb_list(b, list + 1, 1);
	snapb_service(b, a, "Disk /");
	snapb_service(b, c, "CPU");
	snapb_rules(b, NULL, "[]", "{}");
	return b;
}

static void
test_find(void **state)
{
	struct snapb *b = small();
	struct err err;
	struct snapshot *snap = snapb_open(b, &err);

	(void)state;
	assert_non_null(snap);
	assert_int_equal(snap->generation, 7);
	assert_int_equal(snap->created, 1000);
	assert_int_equal(snap->n_hosts, 3);
	assert_int_equal(snap->n_objects, 6);
	assert_int_equal(snap_find_host(snap, SLICE("a")), 0);
	assert_int_equal(snap_find_host(snap, SLICE("c")), 2);
	assert_int_equal(snap_find_host(snap, SLICE("")), SNAP_NONE);
	assert_int_equal(snap_find_host(snap, SLICE("aa")), SNAP_NONE);
	assert_int_equal(snap_find_service(snap, 0, SLICE("Disk /")), 4);
	assert_int_equal(snap_find_service(snap, 1, SLICE("CPU")), SNAP_NONE);
	assert_int_equal(snap_find_service(snap, 2, SLICE("CPU")), 5);
	assert_int_equal(snap_find_contact(snap, SLICE("bert")), 1);
	assert_int_equal(snap_find_period(snap, SLICE("24X7")), 0);
	assert_int_equal(snap_find_command(snap, SLICE("check_x")), 0);
	assert_int_equal(snap_find_contact_group(snap, SLICE("all")), 0);
	assert_int_equal(snap_find_host_group(snap, SLICE("all")), SNAP_NONE);
	assert_string_equal(snap_s(snap, snap->notification_rules), "");
	assert_string_equal(snap_s(snap, snap->event_rules), "[]");
	assert_true(snap_is_contact(snap, 0, 0));
	assert_false(snap_is_contact(snap, 0, 1));
	assert_true(snap_is_contact(snap, 3, 0)); /* by the host */
	assert_true(snap_is_contact(snap, 3, 1));
	assert_false(snap_is_contact(snap, 5, 1));
	snapshot_close(&snap);
	snapb_free(&b);
}

static void
test_cut_short(void **state)
{
	struct snapb *b = small();
	struct str bytes = {0};
	struct err err;

	(void)state;
	snapb_bytes(b, &bytes);
	for (size_t n = 0; n < bytes.len; n++) {
		struct slice part = {bytes.s, n};

		assert_null(snapshot_from_memory(part, &err));
	}
	for (size_t n = 0; n < bytes.len; n++) {
		bytes.s[n] = (char)(bytes.s[n] ^ 0x40);
		assert_null(snapshot_from_memory(str_slice(&bytes), &err));
		bytes.s[n] = (char)(bytes.s[n] ^ 0x40);
	}
	str_free(&bytes);
	snapb_free(&b);
}

/* With a good checksum, each wrong reference is still refused. */
static void
refuse(struct snapb *b)
{
	struct err err;

	assert_null(snapb_open(b, &err));
	snapb_free(&b);
}

static void
test_wrong_references(void **state)
{
	uint32_t list[] = {1, 0}, far[] = {9};
	struct snapb *b;

	(void)state;
	b = small();
	snapb_object(b, 0)->alias = 100000;
	refuse(b);
	b = small();
	snapb_object(b, 3)->check_period = 1;
	refuse(b);
	b = small();
	snapb_object(b, 3)->contacts = snapb_list(b, list, 2);
	refuse(b);
	b = small();
	snapb_object(b, 1)->parents = snapb_list(b, far, 1);
	refuse(b);
	b = small();
	snapb_object(b, 1)->parents.n = 1000;
	refuse(b);
	b = small();
	snapb_object(b, 3)->check = SNAP_CHECK_COLLECTED;
	refuse(b);
	b = small();
	snapb_object(b, 3)->collector = 5; /* another host's */
	refuse(b);
	b = small();
	snapb_object(b, 3)->check = SNAP_CHECK_KINDS;
	refuse(b);
	b = small();
	snapb_object(b, 3)->flap_low = 0.0 / 0.0;
	refuse(b);
	b = snapb_new(1, 0);
	snapb_host(b, "b");
	snapb_host(b, "a");
	refuse(b);
	b = small();
	snapb_service(b, 2, "CPU");
	refuse(b);
	b = small();
	snapb_service(b, 0, "Zoo");
	refuse(b);
	b = small();
	snapb_contact(b, "abc");
	refuse(b);
}

static void
test_file(void **state)
{
	char path[] = "/tmp/test_snapshot_XXXXXX";
	struct snapb *b = small();
	struct snapshot *snap;
	struct err err;

	(void)state;
	close(mkstemp(path));
	assert_int_equal(snapb_write(b, path, &err), 0);
	snap = snapshot_open(path, &err);
	assert_non_null(snap);
	snapshot_close(&snap);
	assert_int_equal(truncate(path, 100), 0);
	assert_null(snapshot_open(path, &err));
	unlink(path);
	assert_null(snapshot_open(path, &err));
	assert_null(snapshot_open("/tmp", &err));
	snapb_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_find),
	    cmocka_unit_test(test_cut_short),
	    cmocka_unit_test(test_wrong_references),
	    cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
