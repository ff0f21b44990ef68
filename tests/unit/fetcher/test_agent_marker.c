/* SPDX-License-Identifier: Apache-2.0
 *
 * The first two bytes of an agent, and the words about those that are refused.
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

static void
words_say_what_to_do(void **state)
{
	struct err why;

	(void)state;
	agent_marker_refuse(AGENT_TLS, SLICE("16"), &why);
	assert_non_null(strstr(why.text, "answers with TLS"));
	agent_marker_refuse(AGENT_SYMMETRIC, SLICE("03ab"), &why);
	assert_non_null(strstr(why.text, "encrypted (marker 03)"));
	agent_marker_refuse(
	    AGENT_UNKNOWN, SLICE("SSH-2.0-Open\x01SSH\r\nmore"), &why);
	assert_non_null(strstr(why.text, "begins with \"SSH-2.0-Open.SSH\" "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_markers),
	    cmocka_unit_test(words_say_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
