/* SPDX-License-Identifier: Apache-2.0
 *
 * A year of the event console's archive: writing it, its index of texts, and
 * the queries that people ask, with files that were not open before. Prints one
 * JSON object a row.
 *
 * Usage: bench_archive DIR [LINES]. DIR is made and filled if it is not there,
 * so that it can be kept for the next run.
 */
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/store/archive_sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define HOSTS  2000u
#define BATCH  1000u
#define YEAR_S INT64_C(31536000)
#define FIRST  INT64_C(1767225600) /* 2026-01-01 UTC */
#define TIMES  5

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
make_line(struct archive_item *it, uint64_t line, int64_t time_us)
{
	static const char *const words[] = {"link", "port", "fan", "session",
	    "disk", "power supply", "temperature", "neighbour", "tunnel",
	    "certificate", "login", "interface", "process", "battery"};
	static const char *const what[] = {"is down", "is up", "changed state",
	    "failed for user operator", "lost its carrier", "timed out"};
	struct event *ev = event_new();
	struct str text = {0}, host = {0};

	str_addf(&host, "host%04u", pick(HOSTS));
	str_addf(&text, "%s %u/%u of rack%02u %s, code %u", words[pick(14)],
	    pick(8), pick(48), pick(60), what[pick(6)], pick(100000));
	if (line % 100000 == 777)
		str_add(&text, " after a kernel panic");
	ev->id = line / 2;
	ev->first_us = ev->last_us = time_us;
	event_set(&ev->host, str_slice(&host));
	event_set(&ev->text, str_slice(&text));
	event_set(&ev->rule_id, SLICE("network"));
	*it = (struct archive_item){.kind = ARCHIVE_LINE,
	    .line = line,
	    .event_id = ev->id,
	    .time_us = time_us,
	    .what = xstrdup(line % 2 ? "NEW" : "DELETE"),
	    .who = xstrdup(""),
	    .addinfo = xstrdup(""),
	    .host = str_steal(&host),
	    .text = str_steal(&text)};
	event_put(&it->body, ev);
	event_free(&ev);
}

static void
print(const char *row, int64_t wall, int64_t took, uint64_t n)
{
	printf("{\"row\": \"archive: %s\", \"ms\": %.2f, \"cpu_ms\": %.2f, "
	       "\"n\": %" PRIu64 "}\n",
	    row, (double)wall / 1e6, (double)took / 1e6, n);
	fflush(stdout);
}

static void
fill(struct archive_sql *sql, uint32_t lines)
{
	struct archive_item *list = xcalloc(BATCH, sizeof(*list));
	int64_t wall = 0, took = 0;
	struct err err;
	int rc;

	for (uint32_t i = 0; i < lines; i += BATCH) {
		for (uint32_t k = 0; k < BATCH; k++) {
			make_line(&list[k], i + k + 1,
			    (FIRST + YEAR_S * (i + k) / lines) * 1000000);
			list[k].next = k + 1 < BATCH ? &list[k + 1] : NULL;
		}
		wall -= clock_mono();
		took -= cpu();
		if (archive_sql_run(sql, list, &err) != 0)
			fatal("%s", err.text);
		wall += clock_mono();
		took += cpu();
		for (uint32_t k = 0; k < BATCH; k++) {
			free(list[k].what);
			free(list[k].who);
			free(list[k].addinfo);
			free(list[k].host);
			free(list[k].text);
			str_free(&list[k].body);
		}
	}
	print("lines written", wall, took, lines);
	wall = clock_mono();
	took = cpu();
	while ((rc = archive_sql_index(sql, &err)) == 1)
		;
	if (rc != 0)
		fatal("%s", err.text);
	print("index of texts", clock_mono() - wall, cpu() - took, lines);
	free(list);
}

static void
query(struct archive_sql *sql, const char *row, const char *headers)
{
	struct str request = {0};
	struct err err;

	str_addf(&request,
	    "GET history\nColumns: history_time event_id event_host "
	    "event_text\n%s",
	    headers);
	for (int i = 0; i < TIMES; i++) {
		struct archive_item it = {.kind = ARCHIVE_QUERY};
		int64_t wall = clock_mono(), took = cpu();

		it.query = query_parse(str_slice(&request), &err);
		if (it.query == NULL)
			fatal("%s", err.text);
		archive_sql_query(sql, &it);
		if (it.failed)
			fatal("%s", str_get(&it.body));
		if (i == 0 || i == TIMES - 1) {
			char *name = xasprintf(
			    "%s%s", row, i == 0 ? ", the first time" : "");

			print(name, clock_mono() - wall, cpu() - took,
			    it.query->n_rows);
			free(name);
		}
		query_free(&it.query);
		str_free(&it.body);
	}
	str_free(&request);
}

static void
retention(struct archive_sql *sql)
{
	int64_t wall = clock_mono(), took = cpu();
	struct err err;

	archive_sql_expire(sql, (FIRST + 8 * 86400) * 1000000);
	if (archive_sql_index(sql, &err) == -1)
		fatal("%s", err.text);
	print("a week removed", clock_mono() - wall, cpu() - took, 1);
}

int
main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "archive-bench";
	uint32_t lines =
	    argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000000u;
	bool there = file_exists(dir);
	int64_t wall, took;
	struct archive_sql *sql;
	struct err err;

	wall = clock_mono();
	took = cpu();
	sql = archive_sql_open(dir, &err);
	if (sql == NULL)
		fatal("%s", err.text);
	if (there)
		print("opened", clock_mono() - wall, cpu() - took, 1);
	else
		fill(sql, lines);
	query(sql, "the newest 100", "Limit: 100\n");
	query(sql, "a word of a year, 1 in 100,000 lines",
	    "Filter: event_text ~~ kernel panic\n");
	query(sql, "two words of a year, 1 in 70 lines, the newest 100",
	    "Filter: event_text ~~ battery\nFilter: event_text ~~ carrier\n"
	    "Limit: 100\n");
	query(sql, "words that no line has",
	    "Filter: event_text ~~ unheard of\n");
	query(sql, "a number of a year", "Filter: event_text ~~ code 4711$\n");
	query(sql, "an hour half a year ago",
	    "Filter: history_time >= 1782993600\n"
	    "Filter: history_time < 1782997200\n");
	query(sql, "a host's year, the newest 100",
	    "Filter: event_host = host0815\nLimit: 100\n");
	query(sql, "one event's lines", "Filter: event_id = 31415\n");
	retention(sql);
	archive_sql_close(&sql);
	return 0;
}
