/* SPDX-License-Identifier: Apache-2.0
 *
 * A site of a thousand services was off for six hours: no storm when it is
 * back (SC-5, FR-3, NO-3, RT-3), by vedette simulate.
 */
#include "site/simulate/scenario.h"
#include "site/simulate/simulate.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define SERVICES 1200
#define INTERVAL 300
#define BACK     (1200 + 6 * 3600) /* s from the start */

/* Service s0007's number, -1: the line has none. */
static int
number_in(const char *line)
{
	const char *at = strstr(line, "\"service\":\"s");

	return at == NULL ? -1 : (int)strtol(at + 12, NULL, 10);
}

static long
time_of(const char *line)
{
	assert_memory_equal(line, "{\"t\":", 5);
	return strtol(line + 5, NULL, 10);
}

static void
write_site(struct str *text)
{
	str_add(text,
	    "start: 2026-03-02T08:00:00\n"
	    "timezone: Europe/Berlin\n"
	    "checks: repeat\n"
	    "config:\n"
	    "  hosts: {h: {check: always_up}}\n"
	    "  timeperiods: {late: {alias: late, monday: [\"12:00-24:00\"]}}\n"
	    "  services:\n"
	    "  - {hosts: [h], description: held, check: passive, "
	    "notification_period: late}\n");
	for (int i = 0; i < SERVICES; i++)
		str_addf(text,
		    "  - {hosts: [h], description: s%04d, check: {command: "
		    "x}, check_interval: 5m, freshness: true}\n",
		    i);
	str_addf(text,
	    "timeline:\n"
	    "- {at: 0s, command: \"ENABLE_SERVICE_FRESHNESS_CHECKS\"}\n"
	    "- {at: 900s, result: {host: h, service: held, state: CRIT}}\n"
	    "- {at: 1000s, result: {host: h, service: held, state: OK}}\n"
	    "- {at: 1200s, restart: {how: crash, down: 6h}}\n"
	    "- {at: %ds, query: \"GET services\\nStats: staleness >= 1.5\\n"
	    "Filter: check_type = 0\\n\"}\n"
	    "until: %ds\n",
	    BACK + INTERVAL + 1, BACK + 2 * INTERVAL);
}

struct seen {
	unsigned checks[SERVICES], second[INTERVAL], after;
	unsigned notifications, alerts;
};

static void
take(struct seen *seen, const char *line)
{
	long t = time_of(line) - BACK;
	int i = number_in(line);

	if (t < 0)
		return;
	seen->notifications += strstr(line, "\"notification\"") != NULL;
	seen->alerts += strstr(line, "SERVICE ALERT") != NULL;
	if (strstr(line, "\"event\":\"check\"") == NULL || i < 0)
		return;
	assert_true(i < SERVICES);
	if (t >= INTERVAL) {
		seen->after++;
		return;
	}
	seen->checks[i]++;
	seen->second[t]++;
}

/* In any half minute about a tenth of all, nowhere a bunch. */
static void
is_spread(const struct seen *seen)
{
	unsigned sum = 0;

	for (int t = 0; t < INTERVAL; t++) {
		assert_true(seen->second[t] <= 20); /* 4 on average */
		sum += seen->second[t];
		if (t % 30 != 29)
			continue;
		assert_in_range(sum, 80, 160);
		sum = 0;
	}
}

static void
no_storm_after_hours_off(void **state)
{
	struct sim_options options = {.fd = -1};
	struct str text = {0}, out = {0}, why = {0};
	struct mistakes m = {0};
	struct seen seen = {0};
	char *line, *save = NULL;

	(void)state;
	write_site(&text);
	assert_int_equal(
	    sim_run("x.yaml", str_slice(&text), &options, &out, &m), 0);
	mistakes_print(&m, &why);
	assert_string_equal(str_get(&why), "");
	assert_non_null(strstr(str_get(&out), "[[0]]"));
	for (line = strtok_r(out.s, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		take(&seen, line);
	assert_int_equal(seen.notifications, 0);
	assert_int_equal(seen.alerts, 0);
	for (int i = 0; i < SERVICES; i++)
		assert_in_range(seen.checks[i], 1, 1);
	is_spread(&seen);
	assert_in_range(seen.after, SERVICES - 20, SERVICES + 20);
	mistakes_free(&m);
	str_free(&text);
	str_free(&out);
	str_free(&why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_storm_after_hours_off)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
