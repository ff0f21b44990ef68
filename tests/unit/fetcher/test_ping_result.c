/* SPDX-License-Identifier: Apache-2.0
 *
 * Levels and words of pings.
 */
#include "fetcher/ping_result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void
plan_from_options(void **state)
{
	struct ping_plan p = ping_plan_read(SLICE(""));

	(void)state;
	assert_int_equal(p.packets, 5);
	assert_true(p.rta_warn == 200 && p.rta_crit == 500);
	assert_true(p.loss_warn == 80 && p.loss_crit == 100);
	p = ping_plan_read(
	    SLICE("{\"packets\": 3, \"rta\": [10, 20.5], \"loss\": [1, 2]}"));
	assert_int_equal(p.packets, 3);
	assert_true(p.rta_warn == 10 && p.rta_crit == 20.5);
	assert_true(p.loss_warn == 1 && p.loss_crit == 2);
	assert_int_equal(
	    ping_plan_read(SLICE("{\"packets\":9999}")).packets, 20);
	assert_int_equal(ping_plan_read(SLICE("{\"packets\":0}")).packets, 5);
	assert_int_equal(ping_plan_read(SLICE("]")).packets, 5);
}

static void
service(uint32_t n_answers, double ms, uint32_t want, const char *text,
    const char *perf)
{
	struct ping_plan plan = ping_plan_read(SLICE(""));
	struct ping_answers a = {.address = "192.0.2.1", .sent = 5};
	struct str output = {0}, perfdata = {0};

	for (uint32_t i = 0; i < n_answers; i++)
		ping_answers_add(&a, ms + i);
	assert_int_equal(
	    ping_judge_service(&a, &plan, &output, &perfdata), want);
	assert_string_equal(str_get(&output), text);
	assert_string_equal(str_get(&perfdata), perf);
	str_free(&output);
	str_free(&perfdata);
}

static void
services(void **state)
{
	(void)state;
	service(5, 1, 0, "OK - 192.0.2.1: rta 3.000ms, lost 0%",
	    "rta=3.000ms;200.000;500.000;0; pl=0%;80;100;; "
	    "rtmax=5.000ms;;;; rtmin=1.000ms;;;;");
	service(1, 1, 1, "WARNING - 192.0.2.1: rta 1.000ms, lost 80%",
	    "rta=1.000ms;200.000;500.000;0; pl=80%;80;100;; "
	    "rtmax=1.000ms;;;; rtmin=1.000ms;;;;");
	service(5, 498, 2, "CRITICAL - 192.0.2.1: rta 500.000ms, lost 0%",
	    "rta=500.000ms;200.000;500.000;0; pl=0%;80;100;; "
	    "rtmax=502.000ms;;;; rtmin=498.000ms;;;;");
	service(0, 0, 2, "CRITICAL - 192.0.2.1: rta nan, lost 100%",
	    "rta=0.000ms;200.000;500.000;0; pl=100%;80;100;; "
	    "rtmax=0.000ms;;;; rtmin=0.000ms;;;;");
}

static void
hosts(void **state)
{
	struct ping_answers a = {.address = "192.0.2.1", .sent = 3};
	struct str text = {0};

	(void)state;
	assert_int_equal(ping_judge_host(&a, 9000, &text), 2);
	assert_string_equal(str_get(&text),
	    "CRITICAL - 192.0.2.1: no answer to 3 pings within 9s");
	str_clear(&text);
	a.why = "network is unreachable";
	assert_int_equal(ping_judge_host(&a, 9000, &text), 2);
	assert_string_equal(str_get(&text),
	    "CRITICAL - 192.0.2.1 cannot be "
	    "pinged: network is unreachable");
	str_clear(&text);
	ping_answers_add(&a, 0.5);
	assert_int_equal(ping_judge_host(&a, 9000, &text), 0);
	assert_string_equal(
	    str_get(&text), "OK - 192.0.2.1 answers to ping: rta 0.500ms");
	str_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plan_from_options),
	    cmocka_unit_test(services),
	    cmocka_unit_test(hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
