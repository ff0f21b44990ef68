/* SPDX-License-Identifier: Apache-2.0
 *
 * A month of history, 10 million lines in files of a day: making the indexes,
 * and the queries that people ask. Prints one JSON object a row.
 *
 * Usage: bench_history DIR [LINES]. DIR is made and filled if it is not there;
 * so that it can be kept for the next run.
 */
#include "common/clock.h"
#include "common/config/snapshot_build.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/lql/lql.h"
#include "livestatusd/server/logfiles.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define HOSTS    2000u
#define SERVICES 20u
#define DAYS     30u
#define FIRST    INT64_C(1767225600) /* 2026-01-01 UTC */

/* CPU: other processes do not count. */
static int64_t
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static uint64_t seed = 1;

static uint32_t
pick(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static void
add_line(struct str *to, int64_t at)
{
	static const char *const states[] = {
	    "OK", "WARNING", "CRITICAL", "UNKNOWN"};
	uint32_t kind = pick(100), host = pick(HOSTS);
	const char *state = states[pick(4)];

	str_addf(to, "[%" PRId64 "] ", at);
	if (kind < 70)
		str_addf(to,
		    "SERVICE ALERT: host%04u;service%02u;%s;%s;%u;load is "
		    "%u.%02u, levels at 5.00 and 10.00\n",
		    host, pick(SERVICES), state, pick(2) ? "HARD" : "SOFT",
		    1 + pick(3), pick(20), pick(100));
	else if (kind < 80)
		str_addf(to, "HOST ALERT: host%04u;%s;HARD;1;no answer\n", host,
		    pick(2) ? "UP" : "DOWN");
	else if (kind < 98)
		str_addf(to,
		    "SERVICE NOTIFICATION: user%u;host%04u;service%02u;%s;mail;"
		    "load is high\n",
		    pick(20), host, pick(SERVICES), state);
	else
		str_addf(to,
		    "EXTERNAL COMMAND: SCHEDULE_FORCED_SVC_CHECK;host%04u;"
		    "service%02u;%" PRId64 "\n",
		    host, pick(SERVICES), at);
}

static void
add_states(struct str *to, int64_t at)
{
	str_addf(to,
	    "[%" PRId64 "] LOG VERSION: 2.0\n"
	    "[%" PRId64 "] logging intermediate states\n",
	    at, at);
	for (uint32_t h = 0; h < HOSTS; h++) {
		str_addf(to,
		    "[%" PRId64 "] CURRENT HOST STATE: host%04u;UP;HARD;1;up\n",
		    at, h);
		for (uint32_t s = 0; s < SERVICES; s++)
			str_addf(to,
			    "[%" PRId64 "] CURRENT SERVICE STATE: host%04u;"
			    "service%02u;OK;HARD;1;fine\n",
			    at, h, s);
	}
}

static void
write_day(const char *dir, uint32_t day, uint32_t lines)
{
	char *path = xasprintf("%s/2026-01-%02u.log", dir, day + 1);
	int64_t at = FIRST + (int64_t)day * 86400;
	FILE *f = fopen(path, "w");
	struct str text = {0};

	if (f == NULL)
		fatal("%s cannot be written", path);
	add_states(&text, at);
	for (uint32_t i = 0; i < lines; i++) {
		add_line(&text, at + (int64_t)i * 86400 / lines);
		if (text.len < 1u << 20)
			continue;
		fwrite(text.s, 1, text.len, f);
		str_clear(&text);
	}
	fwrite(str_get(&text), 1, text.len, f);
	if (fclose(f) != 0)
		fatal("%s cannot be written", path);
	str_free(&text);
	free(path);
}

static struct mirror *
make_mirror(void)
{
	struct snapb *b = snapb_new(1, FIRST);
	struct err err = {""};
	struct mirror *m;
	struct snapshot *snap;
	char name[32];

	for (uint32_t h = 0; h < HOSTS; h++) {
		snprintf(name, sizeof(name), "host%04u", h);
		snapb_host(b, name);
	}
	for (uint32_t h = 0; h < HOSTS; h++)
		for (uint32_t s = 0; s < SERVICES; s++) {
			snprintf(name, sizeof(name), "service%02u", s);
			snapb_service(b, h, name);
		}
	snap = snapb_open(b, &err);
	if (snap == NULL)
		fatal("%s", err.text);
	snapb_free(&b);
	m = mirror_new(snap, &err);
	if (m == NULL)
		fatal("%s", err.text);
	return m;
}

/* In slices of 3 ms, as the daemon does it. */
static void
row(const struct mirror *m, struct past *past, const char *what,
    const char *request)
{
	struct lql_env env = {.now_ns = (FIRST + 30 * 86400) * NS_PER_S,
	    .mono = clock_mono,
	    .past = past};
	int64_t total = 0, longest = 0;
	struct str out = {0};

	for (int i = 0; i < 3; i++) {
		struct lql_query *q = lql_parse(slice_of(request));
		int64_t began = cpu(), slice = began;
		struct lql_run *run;
		bool done;

		str_clear(&out);
		run = lql_begin(q, m, &env, &out);
		do {
			done = lql_go_on(run, m, 3 * NS_PER_MS);
			if (cpu() - slice > longest)
				longest = cpu() - slice;
			slice = cpu();
		} while (!done);
		if (lql_end(&run) != LQL_OK)
			fatal("%s: %s", what, str_get(&out));
		lql_free(&q);
		if (i == 0 || cpu() - began < total)
			total = cpu() - began;
	}
	printf("{\"row\": \"history: %s\", \"ms\": %.2f, \"longest_slice_ms\": "
	       "%.2f, \"bytes\": %zu}\n",
	    what, (double)total / 1e6, (double)longest / 1e6, out.len);
	fflush(stdout);
	str_free(&out);
}

static void
rows(const struct mirror *m, struct past *past)
{
	row(m, past, "alerts of one host on one day",
	    "GET log\nColumns: time type state plugin_output\n"
	    "Filter: host_name = host0042\nFilter: class = 1\n"
	    "Filter: time >= 1768435200\nFilter: time < 1768521600\n");
	row(m, past, "a month of one service",
	    "GET log\nColumns: time type state plugin_output\n"
	    "Filter: host_name = host0042\n"
	    "Filter: service_description = service07\n");
	row(m, past, "the newest 100 lines",
	    "GET log\nColumns: time message\nLimit: 100\n");
	row(m, past, "commands of one day",
	    "GET log\nColumns: time options\nFilter: class = 5\n"
	    "Filter: time >= 1768435200\nFilter: time < 1768521600\n");
	row(m, past, "alerts of one day counted by host",
	    "GET log\nColumns: host_name\nStats: class = 1\n"
	    "Filter: class = 1\n"
	    "Filter: time >= 1768435200\nFilter: time < 1768521600\n");
	row(m, past, "statehist of one service, a month",
	    "GET statehist\nColumns: from until state\n"
	    "Filter: host_name = host0042\n"
	    "Filter: service_description = service07\n"
	    "Filter: time >= 1767225600\n");
	row(m, past, "statehist of 42,000 objects, a day",
	    "GET statehist\nColumns: host_name service_description\n"
	    "Stats: sum duration_ok\nStats: sum duration_critical\n"
	    "Filter: time >= 1768435200\nFilter: time < 1768521600\n");
	row(m, past, "a text in all lines of the month",
	    "GET log\nColumns: time\nFilter: plugin_output ~ 19.99,\n"
	    "Limit: 1000000\n");
}

static void
bench_index(struct logfiles *l, const char *what)
{
	int64_t began = cpu(), slice = began, longest = 0;
	bool more;

	logfiles_refresh(l);
	do {
		more = logfiles_index(l);
		if (cpu() - slice > longest)
			longest = cpu() - slice;
		slice = cpu();
	} while (more);
	printf("{\"row\": \"history: %s\", \"ms\": %.0f, \"longest_slice_ms\": "
	       "%.2f, \"lines\": %" PRIu64 "}\n",
	    what, (double)(cpu() - began) / 1e6, (double)longest / 1e6,
	    past_lines(logfiles_past(l)));
}

int
main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "history-bench";
	uint32_t lines =
	    argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 10000000u;
	struct mirror *m = make_mirror();
	struct logfiles *l;
	struct err err;

	if (!file_exists(dir)) {
		if (file_mkdirs(dir, 0750, &err) == -1)
			fatal("%s", err.text);
		for (uint32_t d = 0; d < DAYS; d++)
			write_day(dir, d, lines / DAYS);
	}
	l = logfiles_new(dir);
	bench_index(l, "indexes as they are found");
	logfiles_free(&l);
	l = logfiles_new(dir);
	bench_index(l, "opening the indexes");
	if (argc > 3)
		row(m, logfiles_past(l), argv[3], argv[3]);
	else
		rows(m, logfiles_past(l));
	logfiles_free(&l);
	mirror_free(&m);
	return 0;
}
