/* SPDX-License-Identifier: Apache-2.0
 *
 * One syslog message through parser, rules and engine, none hits: microseconds
 * of CPU by the number of rules with a text, with the scan and without. Prints
 * one JSON object a row: {"rules", "compile_s", "scan_us", "linear_us"}.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/event/engine.h"
#include "eventd/rule/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SECOND INT64_C(1000000000)

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Groups, alternations and anchors, as people write them. */
static struct ruleset *
rules_of(unsigned n)
{
	struct str json = {0}, mistakes = {0};
	struct ruleset *rs;
	json_t *doc;

	str_add(&json, "[");
	for (unsigned i = 0; i < n; i++)
		str_addf(&json,
		    "%s{\"id\":\"r%u\",\"when\":{\"text\":\"%s(fan|psu|slot%u) "
		    "(\\\\d+) (failed|lost) on "
		    "(\\\\S+)%s\"},\"state\":\"CRIT\"}",
		    i > 0 ? "," : "", i, i % 5 == 0 ? ".*" : "", i,
		    i % 7 == 0 ? "$" : "");
	str_add(&json, "]");
	doc = json_loads(str_get(&json), 0, NULL);
	rs = ruleset_compile(doc, NULL, &mistakes, NULL);
	if (rs == NULL)
		fatal("%s", str_get(&mistakes));
	json_decref(doc);
	str_free(&json);
	str_free(&mistakes);
	return rs;
}

static void
nothing(struct event *ev, void *arg)
{
	(void)ev;
	(void)arg;
}

static double
measure(struct engine *e, unsigned messages)
{
	static const char line[] =
	    "<30>Mar  5 13:59:58 gw2 dhcpd[512]: DHCPACK on 192.0.2.17 to "
	    "00:16:3e:11:22:33 (notebook-of-harri) via eth0 relay 192.0.2.1 "
	    "lease-duration 3600 uid 01:00:16:3e:11:22:33 slot 3 is fine";
	struct syslog_parser parser = {0};
	double start = cpu_s();

	for (unsigned i = 0; i < messages; i++) {
		struct message m = {0};

		syslog_parse(&parser, SLICE(line), "192.0.2.7",
		    1772719200 * SECOND / 1000, &m);
		ec_engine_message(e, &m, 1772719200 * SECOND / 1000);
	}
	syslog_parser_free(&parser);
	return (cpu_s() - start) / messages * 1e6;
}

static void
row(unsigned n)
{
	static const struct engine_effects effects = {.changed = nothing};
	static const struct engine_world world = {.match = {.site = "bench"}};
	struct str mistakes = {0};
	struct engine *e = ec_engine_new(rules_of(n),
	    eventd_options_read(NULL, &mistakes), &world, &effects, 1);
	struct scan_source *source = scan_source_new(e->rules);
	double linear, scanned, start = cpu_s(), compile;
	struct scan *scan;
	struct err err;

	scan = scan_compile(source, &err);
	if (scan == NULL)
		fatal("%s", err.text);
	compile = cpu_s() - start;
	linear = measure(e, 2000000 / (n + 100));
	ruleset_take_scan(e->rules, scan);
	measure(e, 1000);
	scanned = measure(e, 200000);
	printf("{\"rules\": %u, \"compile_s\": %.3f, \"scan_us\": %.3f, "
	       "\"linear_us\": %.3f}\n",
	    n, compile, scanned, linear);
	scan_source_free(&source);
	ec_engine_free(&e);
	str_free(&mistakes);
}

int
main(void)
{
	static const unsigned counts[] = {10, 100, 1000};

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		row(counts[i]);
	return 0;
}
