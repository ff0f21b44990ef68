/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette simulate from bytes to events: times, mistakes, and that the short
 * cut for quiet checks changes nothing.
 */
#include "site/simulate/scenario.h"
#include "site/simulate/simulate.h"

#include "common/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define HEAD                                                                   \
	"start: 2026-03-28T12:00:00\n"                                         \
	"timezone: Europe/Berlin\n"                                            \
	"config:\n"                                                            \
	"  hosts: {h: {check: ping}}\n"                                        \
	"  services:\n"                                                        \
	"  - {hosts: [h], description: a, check: {command: x}}\n"              \
	"  - {hosts: [h], description: b, check: {command: x}, "               \
	"check_interval: 37s, max_check_attempts: 3}\n"

static int
play(const char *text, bool plain, struct str *out, struct str *why)
{
	struct sim_options options = {.plain = plain, .fd = -1};
	struct mistakes m = {0};
	int rc = sim_run("x.yaml", slice_of(text), &options, out, &m);

	mistakes_print(&m, why);
	mistakes_free(&m);
	return rc;
}

static void
the_short_cut_changes_nothing(void **state)
{
	static const char text[] =
	    HEAD "checks: repeat\n"
		 "timeline:\n"
		 "- {at: 1000s, result: {host: h, service: b, state: CRIT}}\n"
		 "- {at: 3000s, result: {host: h, state: DOWN}}\n"
		 "- {at: 3100s, result: {host: h, state: UP}}\n"
		 "- {at: 4000s, restart: crash}\n"
		 "- {at: 5000s, command: \"DISABLE_SVC_CHECK;h;a\"}\n"
		 "- {at: 6000s, query: \"GET services\\nColumns: next_check "
		 "last_check staleness\\n\"}\n"
		 "until: 20h\n";
	struct str quick = {0}, plain = {0}, why = {0};

	(void)state;
	assert_int_equal(play(text, false, &quick, &why), 0);
	assert_int_equal(play(text, true, &plain, &why), 0);
	assert_string_equal(str_get(&why), "");
	assert_true(quick.len > 100000);
	assert_string_equal(str_get(&quick), str_get(&plain));
	str_free(&quick);
	str_free(&plain);
	str_free(&why);
}

static void
all_mistakes_at_once(void **state)
{
	static const char text[] = "start: 2026-03-28T12:00:00\n"
				   "timezone: Europe/Nowhere\n"
				   "config: {hosts: {h: {parents: [nix]}}}\n"
				   "timeline:\n"
				   "- {at: 5s, clock: +1h}\n"
				   "- {at: 4s, clock: +1h}\n";
	struct str out = {0}, why = {0};

	(void)state;
	assert_int_equal(play(text, false, &out, &why), -1);
	assert_non_null(strstr(str_get(&why), "x.yaml:2:11: timezone"));
	assert_non_null(strstr(str_get(&why), "x.yaml:3:"));
	assert_int_equal(out.len, 0);
	str_clear(&why);
	assert_int_equal(play(HEAD "timeline:\n- {at: 5s, clock: +1h}\n"
				   "- {at: 4s, clock: +1h}\n",
			     false, &out, &why),
	    -1);
	assert_non_null(strstr(str_get(&why), "timeline[1]"));
	str_free(&out);
	str_free(&why);
}

static void
local_times(void **state)
{
	int64_t wall, ns;

	(void)state;
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	assert_true(sim_local_time("2026-03-29T02:30:00", &wall));
	assert_int_equal(wall, 1774747800); /* 03:30, TP-6 */
	assert_true(sim_local_time("2026-10-25 02:00", &wall));
	assert_int_equal(wall, 1792886400); /* the first one */
	assert_false(sim_local_time("2026-13-01T00:00:00", &wall));
	assert_false(sim_local_time("90s", &wall));
	assert_true(sim_offset("-300s", &ns));
	assert_int_equal(ns, -300 * NS_PER_S);
	assert_false(sim_offset("soon", &ns));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_short_cut_changes_nothing),
	    cmocka_unit_test(all_mistakes_at_once),
	    cmocka_unit_test(local_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
