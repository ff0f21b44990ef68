/* SPDX-License-Identifier: Apache-2.0
 *
 * Disk IO: of all physical disks together, or of one disk.
 */
#include "fetcher/sections/diskstat.h"
#include "fetcher/checks/out.h"
#include "fetcher/checks/store.h"
#include "fetcher/discover.h"
#include "fetcher/sections/multipath.h"

#include <stdio.h>

enum value {
	READ_IOS,
	WRITE_IOS,
	READ_BYTES,
	WRITE_BYTES,
	UTILIZATION,
	QUEUE,
	LATENCY,
	WAIT,
	READ_WAIT,
	WRITE_WAIT,
	SIZE,
	READ_SIZE,
	WRITE_SIZE,
	VALUES
};

enum {
	P_AVERAGE = VALUES,
	P_DISCOVER
};

/* In the order of enum value; the metrics' names have the prefix disk_. */
static const struct {
	const char *label;
	bool summary, averaged; /* averaged over the disks of the summary */
	render_fn *render;
} values[VALUES] = {
    [READ_IOS] = {"Read operations", false, false, render_number},
    [WRITE_IOS] = {"Write operations", false, false, render_number},
    [READ_BYTES] = {"Read", true, false, render_byte_rate},
    [WRITE_BYTES] = {"Write", true, false, render_byte_rate},
    [UTILIZATION] = {"Utilization", true, true, render_percent},
    [QUEUE] = {"Queue length", false, true, render_number},
    [LATENCY] = {"Latency", true, true, render_seconds},
    [WAIT] = {"Average wait", false, true, render_seconds},
    [READ_WAIT] = {"Average read wait", false, true, render_seconds},
    [WRITE_WAIT] = {"Average write wait", false, true, render_seconds},
    [SIZE] = {"Average request size", false, true, render_bytes},
    [READ_SIZE] = {"Average read request size", false, true, render_bytes},
    [WRITE_SIZE] = {"Average write request size", false, true, render_bytes},
};

static const struct check_param params[] = {
    {"read_ios", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on read operations"},
    {"write_ios", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on write operations"},
    {"read_throughput", CHECK_PARAM_UPPER, "B/s", CHECK_DEF_NONE,
	"on data read"},
    {"write_throughput", CHECK_PARAM_UPPER, "B/s", CHECK_DEF_NONE,
	"on data written"},
    {"utilization", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the share of time that the disk is busy, 0 to 1 or percentages"},
    {"queue_length", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on operations under way"},
    {"latency", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on busy time per operation"},
    {"average_wait", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on time from request to answer"},
    {"average_read_wait", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the same of reads"},
    {"average_write_wait", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the same of writes"},
    {"average_request_size", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the size of a request"},
    {"average_read_request_size", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the same of reads"},
    {"average_write_request_size", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the same of writes"},
    {"average", CHECK_PARAM_NUMBER, "min", CHECK_DEF_NONE,
	"replace all values by their averages of so many minutes"},
    {"discover", CHECK_PARAM_STRINGS, "", CHECK_DEF_NONE,
	"services to discover, of summary, physical, lvm, dm; by default the "
	"summary alone"},
    {0}};

static const struct check_metric metrics[] = {
    {"disk_read_ios", "1/s", "read operations"},
    {"disk_write_ios", "1/s", "write operations"},
    {"disk_read_throughput", "B/s", "data read"},
    {"disk_write_throughput", "B/s", "data written"},
    {"disk_utilization", "", "busy share of time, 0 to 1"},
    {"disk_queue_length", "", "operations under way"},
    {"disk_latency", "s", "busy time per operation"},
    {"disk_average_wait", "s", "time from request to answer"},
    {"disk_average_read_wait", "s", "the same of reads"},
    {"disk_average_write_wait", "s", "the same of writes"},
    {"disk_average_request_size", "B", "size of a request"},
    {"disk_average_read_request_size", "B", "the same of reads"},
    {"disk_average_write_request_size", "B", "the same of writes"}, {0}};

static bool
is_wanted(const struct check_context *c, const char *what)
{
	const json_t *list = c->params[P_DISCOVER].json;
	if (list == NULL)
		return strcmp(what, "summary") == 0;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), what) ==
		    0)
			return true;
	return false;
}

/*
 * The disk as it counts: a device of multipath goes by its UUID, and the paths
 * to it are left out, else the same input and output would count twice. False:
 * it does not count.
 */
static bool
counted(const struct check_context *c, const struct diskstat_entry *e,
    struct diskstat_entry *disk_r)
{
	const struct section_multipath *m = c->sections[1];

	*disk_r = *e;
	for (size_t i = 0; m != NULL && i < m->n; i++) {
		const struct multipath_device *d = &m->devices[i];
		if (slice_eq(d->device, e->device)) {
			disk_r->name = d->uuid;
			disk_r->kind = DISKSTAT_PHYSICAL;
		}
		for (size_t k = 0; k < d->n_members; k++)
			if (slice_eq(d->members[k], e->device))
				return false;
	}
	return disk_r->name.len > 0;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_diskstat *s = c->sections[0];
	struct diskstat_entry disk, *e = &disk;
	bool any = false;
	for (size_t i = 0; i < s->n; i++)
		any = any ||
		    (counted(c, &s->entries[i], e) && e->kind != DISKSTAT_LVM);
	if (any && is_wanted(c, "summary"))
		check_found_add(found, SLICE("SUMMARY"), NULL);
	for (size_t i = 0; i < s->n; i++) {
		if (counted(c, &s->entries[i], e) &&
		    is_wanted(c,
			e->kind == DISKSTAT_LVM            ? "lvm"
			    : e->kind == DISKSTAT_PHYSICAL ? "physical"
							   : "dm"))
			check_found_add(found, e->name, NULL);
	}
}

static double
ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static void
compute(const double *d, double seconds, double in_flight, double *v)
{
	double ios = d[DISKSTAT_READS] + d[DISKSTAT_WRITES];
	double bytes =
	    (d[DISKSTAT_READ_SECTORS] + d[DISKSTAT_WRITE_SECTORS]) * 512;

	v[READ_IOS] = d[DISKSTAT_READS] / seconds;
	v[WRITE_IOS] = d[DISKSTAT_WRITES] / seconds;
	v[READ_BYTES] = d[DISKSTAT_READ_SECTORS] * 512 / seconds;
	v[WRITE_BYTES] = d[DISKSTAT_WRITE_SECTORS] * 512 / seconds;
	v[UTILIZATION] = d[DISKSTAT_BUSY_MS] / 1000 / seconds;
	v[QUEUE] = in_flight;
	v[LATENCY] = ratio(d[DISKSTAT_BUSY_MS] / 1000, ios);
	v[WAIT] =
	    ratio((d[DISKSTAT_READ_MS] + d[DISKSTAT_WRITE_MS]) / 1000, ios);
	v[READ_WAIT] = ratio(d[DISKSTAT_READ_MS] / 1000, d[DISKSTAT_READS]);
	v[WRITE_WAIT] = ratio(d[DISKSTAT_WRITE_MS] / 1000, d[DISKSTAT_WRITES]);
	v[SIZE] = ratio(bytes, ios);
	v[READ_SIZE] = ratio(d[DISKSTAT_READ_SECTORS] * 512, d[DISKSTAT_READS]);
	v[WRITE_SIZE] =
	    ratio(d[DISKSTAT_WRITE_SECTORS] * 512, d[DISKSTAT_WRITES]);
}

/* A name of the store: the disk's name hashed, as names have no bound. */
static void
key_of(struct slice disk, char *key)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < disk.len; i++)
		hash = (hash ^ (unsigned char)disk.s[i]) * 16777619u;
	snprintf(key, STORE_MAX_KEY, "%08x", hash);
}

static const enum diskstat_counter kept[] = {DISKSTAT_READS,
    DISKSTAT_READ_SECTORS, DISKSTAT_READ_MS, DISKSTAT_WRITES,
    DISKSTAT_WRITE_SECTORS, DISKSTAT_WRITE_MS, DISKSTAT_BUSY_MS};

#define N_KEPT (sizeof(kept) / sizeof(kept[0]))

/* Per second; false as long as one of them has no rate. */
static bool
rates(const struct check_context *c, const struct diskstat_entry *e,
    double time, double *d)
{
	char disk[STORE_MAX_KEY], key[STORE_MAX_KEY + 4];
	bool all = true;
	key_of(e->name, disk);
	memset(d, 0, DISKSTAT_COUNTERS * sizeof(*d));
	for (size_t i = 0; i < N_KEPT; i++) {
		snprintf(key, sizeof(key), "%s.%zu", disk, i);
		all = check_store_rate(c->store, key, time,
			  e->counters[kept[i]], true, &d[kept[i]]) &&
		    all;
	}
	return all;
}

static bool
is_summed(const struct diskstat_entry *e)
{
	return e->kind != DISKSTAT_LVM;
}

/* Sums, then means of those values that cannot be added up. */
static size_t
sum_up(const struct check_context *c, const struct section_diskstat *s,
    double *v, bool *ready)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		double d[DISKSTAT_COUNTERS], one[VALUES];
		struct diskstat_entry disk;
		if (!counted(c, &s->entries[i], &disk) || !is_summed(&disk))
			continue;
		n++;
		/* One new disk makes the whole sum wait a cycle. */
		*ready = rates(c, &disk, s->time, d) && *ready;
		compute(d, 1, disk.counters[DISKSTAT_IN_FLIGHT], one);
		for (size_t k = 0; k < VALUES; k++)
			v[k] += one[k];
	}
	for (size_t k = 0; k < VALUES && n > 0; k++)
		if (values[k].averaged)
			v[k] /= (double)n;
	return n;
}

static void
report(const struct check_context *c, double *v, struct check_out *out)
{
	double minutes = c->params[P_AVERAGE].number;
	const struct section_diskstat *s = c->sections[0];
	for (size_t k = 0; k < VALUES && (!s->partial || k < UTILIZATION);
	     k++) {
		char key[STORE_MAX_KEY];
		double factor = k == UTILIZATION ? 100 : 1;
		snprintf(key, sizeof(key), "average%zu", k);
		if (c->params[P_AVERAGE].set && minutes > 0)
			v[k] = check_store_average(
			    c->store, key, c->now, v[k], minutes);
		struct check_levels l = check_levels_of(
					&c->params[k].levels, 1),
				    shown;
		if (!c->params[k].set)
			l.kind = CHECK_LEVELS_NONE;
		shown = (struct check_levels){
		    l.kind, l.warn * factor, l.crit * factor};
		check_value_say(out, !values[k].summary, values[k].label,
		    v[k] * factor, &shown, NULL, values[k].render);
		check_metric(out, metrics[k].name, v[k], &l, 0, NAN);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_diskstat *s = c->sections[0];
	double v[VALUES] = {0}, d[DISKSTAT_COUNTERS];
	bool ready = true;
	size_t n = 0;

	if (slice_eqs(c->item, "SUMMARY")) {
		n = sum_up(c, s, v, &ready);
	} else {
		for (size_t i = 0; i < s->n && n == 0; i++) {
			struct diskstat_entry disk;
			if (!counted(c, &s->entries[i], &disk) ||
			    !slice_eq(disk.name, c->item))
				continue;
			n = 1;
			ready = rates(c, &disk, s->time, d);
			compute(d, 1, disk.counters[DISKSTAT_IN_FLIGHT], v);
		}
	}
	if (n == 0)
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
	else if (!ready)
		out->none = true;
	else
		report(c, v, out);
}

const struct check check_diskstat = {
    .name = "diskstat",
    .title = "Disk I/O",
    .manual =
	"Throughput, operations, latency and utilization since the last check. "
	"The item `SUMMARY` adds up all disks but LVM's volumes; with "
	"`discover` each disk (`sda`, `LVM vg0-root`, `DM name`) is a service "
	"too. A device of multipath goes by its UUID and the paths to it are "
	"left out. Of a container there are operations and bytes alone. The "
	"first check has no rates and gives no result. Nothing "
	"is judged "
	"without levels.",
    .ruleset = "diskstat",
    .description = "Disk IO %s",
    .sections = (const struct section_type *const[]){&section_diskstat,
	&section_multipath, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
