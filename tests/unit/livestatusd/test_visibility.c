/* SPDX-License-Identifier: Apache-2.0
 *
 * AuthUser: who sees which rows, by contacts and by the settings visibility.*.
 */
#include "tests/unit/livestatusd/fixture.h"

static void
test_auth_user(void **state)
{
	struct fixture *f = *state;

	assert_answer(f,
	    "GET hosts\nColumns: name num_services\n"
	    "AuthUser: ann\n",
	    "web1;4\n");
	assert_answer(
	    f, "GET services\nColumns: description\nAuthUser: bob\n", "Load\n");
	assert_answer(
	    f, "GET services\nColumns: description\nAuthUser: eve\n", "");
	assert_answer(f, "GET hostgroups\nColumns: name\nAuthUser: ann\n", "");
	assert_answer(f, "GET downtimes\nColumns: id\nAuthUser: ann\n", "7\n");
	assert_answer(
	    f, "GET contacts\nColumns: name\nAuthUser: eve\n", "ann\nbob\n");
	assert_answer(
	    f, "GET services\nStats: state != 9\nAuthUser: bob\n", "1\n");
	assert_answer(f, "GET log\nColumns: type\nAuthUser: ann\n",
	    "EXTERNAL COMMAND\nSERVICE NOTIFICATION\nSERVICE ALERT\n"
	    "INITIAL HOST STATE\nLOG VERSION\n");
}

/* The settings visibility.services and visibility.groups. */
static void
test_visibility(void **state)
{
	struct fixture *f = *state;

	assert_answer(f, "GET services\nColumns: description\nAuthUser: ann\n",
	    "CPU\nDisk /\nDisk /var\nHTTP\n");
	f->env.strict_services = true;
	assert_answer(f, "GET services\nColumns: description\nAuthUser: ann\n",
	    "CPU\nDisk /\nDisk /var\n");
	assert_answer(f,
	    "GET hosts\nColumns: name num_services total_services\n"
	    "AuthUser: ann\n",
	    "web1;3;4\n");
	assert_answer(
	    f, "GET services\nStats: state != 9\nAuthUser: bob\n", "1\n");
	f->env.strict_services = false;
	assert_answer(f, "GET hostgroups\nColumns: name\nAuthUser: ann\n", "");
	assert_answer(
	    f, "GET servicegroups\nColumns: name\nAuthUser: ann\n", "");
	f->env.loose_groups = true;
	assert_answer(f,
	    "GET hostgroups\nColumns: name num_hosts members num_services\n"
	    "AuthUser: ann\n",
	    "linux;1;web1;4\n");
	assert_answer(f,
	    "GET servicegroups\nColumns: name members num_services\n"
	    "AuthUser: ann\n",
	    "disks;web1|Disk /,web1|Disk /var;2\n");
	assert_answer(f,
	    "GET hostsbygroup\nColumns: hostgroup_name name\n"
	    "AuthUser: ann\n",
	    "linux;web1\n");
	assert_answer(f, "GET hostgroups\nColumns: name\nAuthUser: eve\n", "");
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_auth_user),
	    TEST(test_visibility),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
