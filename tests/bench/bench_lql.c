/* SPDX-License-Identifier: Apache-2.0
 *
 * Livestatus queries over 100,000 services of 10,000 hosts: the rows of the
 * budget, in milliseconds of CPU, best of several runs. Prints one JSON object
 * a row: {"row", "ours_ms", "budget_ms"}.
 *
 * Usage: bench_lql [PART-OF-A-ROW'S-NAME [RUNS [cold]]]; cold: between two runs
 * the caches are filled with other things, as they are in a daemon that others
 * run beside.
 */
#include "common/clock.h"
#include "common/config/snapshot_build.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/lql/lql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOSTS    10000u
#define SERVICES 10u /* a host */
#define NOW      INT64_C(1700000000)

static const char *only; /* part of the rows' names; NULL: all */
static int runs = 60;
static bool cold;

static const char *const descriptions[SERVICES] = {"CPU load",
    "CPU utilization", "Check_MK", "Disk IO SUMMARY", "Filesystem /",
    "Filesystem /var (disk)", "Interface 1", "Interface 2", "Memory", "Uptime"};

/* Two of 20 contacts for each host and its services, labels of four kinds. */
static void
add_contacts(struct snapb *b)
{
	static const char *const kinds[] = {"prod", "test", "dev", "spare"};
	char name[32];

	for (uint32_t c = 0; c < 20; c++) {
		snprintf(name, sizeof(name), "contact%02u", c);
		snapb_contact(b, name);
	}
	for (uint32_t i = 0; i < HOSTS * (SERVICES + 1); i++) {
		uint32_t host = i < HOSTS ? i : (i - HOSTS) / SERVICES;
		uint32_t first = host % 19;
		const uint32_t who[] = {first, first + 1};
		const uint32_t label[] = {snapb_str(b, "env"),
		    snapb_str(b, kinds[host % 4]), snapb_str(b, "explicit")};
		struct snap_list contacts = snapb_list(b, who, 2);
		struct snap_list labels = snapb_list(b, label, 3);

		snapb_object(b, i)->contacts = contacts;
		snapb_object(b, i)->labels = labels;
	}
}

static struct snapshot *
build(struct snapb *b)
{
	struct err err = {""};
	char name[32];
	struct snapshot *snap;

	for (uint32_t h = 0; h < HOSTS; h++) {
		snprintf(name, sizeof(name), "host%05u.example.com", h);
		snapb_host(b, name);
	}
	for (uint32_t h = 0; h < HOSTS; h++)
		for (uint32_t s = 0; s < SERVICES; s++)
			snapb_service(b, h, descriptions[s]);
	add_contacts(b);
	snap = snapb_open(b, &err);
	if (snap == NULL)
		fatal("%s", err.text);
	return snap;
}

static void
feed(struct mirror *m)
{
	char output[128], perfdata[64];

	for (uint32_t i = 0; i < HOSTS * (SERVICES + 1); i++) {
		bool bad = i * 2654435761u % 100 < 3 && i >= HOSTS;
		struct msg_checkable c = {.object = i,
		    .state = bad ? 2 : 0,
		    .hard_state = bad ? 2 : 0,
		    .state_type = 1,
		    .attempt = 1,
		    .max_attempts = 1,
		    .flags = MSG_CHECKABLE_CHECKED | MSG_CHECKABLE_ACTIVE |
			MSG_CHECKABLE_NOTIFICATIONS,
		    .last_check = NOW - i % 60,
		    .last_state_change = NOW - 10000 - i};

		snprintf(output, sizeof(output),
		    "%s - value of object %u is %u.%u %%, that is all there "
		    "is to say",
		    bad ? "CRIT" : "OK", i, i % 97, i % 10);
		snprintf(perfdata, sizeof(perfdata), "value=%u.%u;80;90;0;100",
		    i % 97, i % 10);
		c.output = slice_of(output);
		c.perfdata = slice_of(perfdata);
		mirror_apply(m,
		    &(struct msg){.id = MSG_CHECKABLE, .checkable = c},
		    NOW * NS_PER_S);
	}
}

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
empty_caches(void)
{
	static volatile char *other;
	const size_t size = (size_t)64 << 20;

	if (other == NULL)
		other = xmalloc(size);
	for (size_t i = 0; i < size; i += 64)
		other[i]++;
}

static void
row(const struct mirror *m, const char *name, double budget, const char *query)
{
	struct lql_env env = {.now_ns = NOW * NS_PER_S};
	struct str out = {0};
	double best = 1e9;

	if (only != NULL && strstr(name, only) == NULL)
		return;
	for (int i = 0; i < runs; i++) {
		double from, took;

		if (cold)
			empty_caches();
		from = cpu_ms();
		str_clear(&out);
		if (lql_run(m, &env, slice_of(query), &out) != LQL_OK)
			fatal("%s: %s", name, str_get(&out));
		took = cpu_ms() - from;
		best = took < best ? took : best;
	}
	printf("{\"row\": \"%s\", \"ours_ms\": %.3f, \"budget_ms\": %.2f, "
	       "\"bytes\": %zu}\n",
	    name, best, budget, out.len);
	str_free(&out);
}

static void
memory(const struct mirror *m)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long size = 0, resident = 0;

	(void)m;
	if (f == NULL || fscanf(f, "%lu %lu", &size, &resident) != 2)
		fatal("/proc/self/statm cannot be read");
	fclose(f);
	printf("{\"row\": \"memory of the mirror and its configuration a "
	       "service\", \"ours_kb\": %.2f, \"budget_kb\": 0.60}\n",
	    (double)resident * 4.0 / (HOSTS * SERVICES));
}

int
main(int argc, char **argv)
{
	struct snapb *b = snapb_new(1, NOW);
	struct snapshot *snap = build(b);
	struct err err = {""};
	struct mirror *m = mirror_new(snap, &err);

	only = argc > 1 ? argv[1] : NULL;
	runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : runs;
	cold = argc > 3 && strcmp(argv[3], "cold") == 0;
	snapb_free(&b);
	if (m == NULL)
		fatal("%s", err.text);
	feed(m);
	memory(m);
	row(m, "livestatus: state = 2, 4 columns, 3 % hit", 0.4,
	    "GET services\nFilter: state = 2\n"
	    "Columns: host_name description state plugin_output\n"
	    "OutputFormat: json\n");
	row(m, "livestatus: all services, 6 columns, JSON", 15,
	    "GET services\nColumns: host_name description state "
	    "plugin_output perf_data last_check\nOutputFormat: json\n");
	row(m, "livestatus: four Stats over all services", 0.1,
	    "GET services\nStats: state = 0\nStats: state = 1\n"
	    "Stats: state = 2\nStats: state = 3\n");
	row(m, "livestatus: services of one host", 0.03,
	    "GET services\nFilter: host_name = host05000.example.com\n"
	    "Columns: description state plugin_output\n");
	row(m, "livestatus: description ~~ disk, 20 % hit", 2,
	    "GET services\nFilter: description ~~ disk\n"
	    "Columns: host_name description state\nOutputFormat: json\n");
	row(m, "livestatus: 10,000 hosts with worst state and counts", 1.5,
	    "GET hosts\nColumns: name worst_service_state num_services_ok "
	    "num_services_warn num_services_crit num_services_unknown\n"
	    "OutputFormat: json\n");
	row(m, "livestatus: plugin_output ~~ value 77, all services", 5,
	    "GET services\nFilter: plugin_output ~~ is 7.*all\n"
	    "Columns: host_name description\n");
	row(m, "livestatus: contacts >= contact07, 10 % hit", 5,
	    "GET services\nFilter: contacts >= contact07\n"
	    "Stats: state = 0\n");
	row(m, "livestatus: labels = env prod, 25 % hit", 5,
	    "GET services\nFilter: host_labels = env prod\n"
	    "Stats: state = 0\n");
	row(m, "livestatus: AuthUser, 10 % hit", 5,
	    "GET services\nAuthUser: contact07\nStats: state = 0\n");
	row(m, "livestatus: last_update, none hits", 1,
	    "GET services\nFilter: last_update >= 1700000001\n"
	    "Columns: host_name description state\n");
	row(m, "livestatus: sorted by state, limit 100", 50,
	    "GET services\nColumns: host_name description state\n"
	    "Sort: state desc\nSort: description asc\nLimit: 100\n");
	row(m, "livestatus: count by host", 20,
	    "GET services\nColumns: host_name\nStats: state = 0\n"
	    "Stats: state = 2\n");
	mirror_free(&m);
	snapshot_close(&snap);
	return 0;
}
