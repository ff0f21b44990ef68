/* SPDX-License-Identifier: Apache-2.0
 *
 * The first two bytes of an agent.
 */
#include "fetcher/agent_marker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void
all_markers(void **state)
{
	(void)state;
	assert_int_equal(agent_marker_of(SLICE("")), AGENT_MORE);
	assert_int_equal(agent_marker_of(SLICE("<")), AGENT_MORE);
	assert_int_equal(agent_marker_of(SLICE("<<")), AGENT_PLAIN);
	assert_int_equal(agent_marker_of(SLICE("<<<up")), AGENT_PLAIN);
	assert_int_equal(agent_marker_of(SLICE("16")), AGENT_TLS);
	assert_int_equal(agent_marker_of(SLICE("\x16\x03")), AGENT_UNKNOWN);
	assert_int_equal(agent_marker_of(SLICE("00")), AGENT_SYMMETRIC);
	assert_int_equal(agent_marker_of(SLICE("01")), AGENT_UNKNOWN);
	assert_int_equal(agent_marker_of(SLICE("02")), AGENT_SYMMETRIC);
	assert_int_equal(agent_marker_of(SLICE("03")), AGENT_SYMMETRIC);
	assert_int_equal(agent_marker_of(SLICE("04")), AGENT_SYMMETRIC);
	assert_int_equal(agent_marker_of(SLICE("05")), AGENT_SYMMETRIC);
	assert_int_equal(agent_marker_of(SLICE("06")), AGENT_UNKNOWN);
	assert_int_equal(agent_marker_of(SLICE("99")), AGENT_SYMMETRIC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_markers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
