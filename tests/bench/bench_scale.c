/* SPDX-License-Identifier: Apache-2.0
 *
 * Core past the machine: N services checked each minute by workers that are
 * simulated, on a clock that is, for SECONDS: bench_scale SERVICES SECONDS.
 * Prints one line of JSON: nanoseconds of CPU for each result (schedule, state
 * machine, plan), bytes for each service, and what writing and reading the
 * state of all of them takes (RT-8).
 */
#include "common/clock.h"
#include "common/config/snapshot_build.h"
#include "common/log.h"
#include "core/retention/record.h"
#include "core/schedule/intake.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PER_HOST 50u
#define BEGIN    (INT64_C(1772434800) * NS_PER_S)
#define AT_ONCE  500u /* starts in one turn, as core's */

static struct schedule *schedule;

static void
on_object(void *arg, uint32_t object, unsigned what)
{
	(void)arg;
	(void)object;
	(void)what;
}
static void
on_line(void *arg, int64_t now, struct slice line)
{
	(void)arg;
	(void)now;
	(void)line;
}
static void
on_notice(void *arg, int64_t now, const struct notice *n)
{
	(void)arg;
	(void)now;
	(void)n;
}
static void
on_downtime(void *arg, const struct downtime *d, enum downtime_event event)
{
	(void)arg;
	(void)d;
	(void)event;
}
static void
on_comment(void *arg, const struct comment *c, bool gone)
{
	(void)arg;
	(void)c;
	(void)gone;
}
static void
on_replan(void *arg, uint32_t object, enum replan how)
{
	const int64_t *now = arg;

	schedule_replan(schedule, object, how, *now);
}
static void
on_check_at(void *arg, uint32_t object, int64_t when, bool forced)
{
	(void)arg;
	(void)object;
	(void)when;
	(void)forced;
}
static void
on_program(void *arg)
{
	(void)arg;
}

static const struct engine_ops ops = {
    .object = on_object,
    .line = on_line,
    .notice = on_notice,
    .downtime = on_downtime,
    .comment = on_comment,
    .replan = on_replan,
    .check_at = on_check_at,
    .program = on_program,
};

static struct snapshot *
configuration(uint32_t services)
{
	struct snapb *b = snapb_new(1, 0);
	struct err err = {""};
	struct snapshot *snap;
	char name[32];

	for (uint32_t h = 0; h < (services + PER_HOST - 1) / PER_HOST; h++) {
		snprintf(name, sizeof(name), "host%06u", h);
		snapb_host(b, name);
		snapb_object(b, h)->check = SNAP_CHECK_ALWAYS_UP;
	}
	for (uint32_t i = 0; i < services; i++) {
		uint32_t s;

		snprintf(name, sizeof(name), "service%03u", i % PER_HOST);
		s = snapb_service(b, i / PER_HOST, name);
		snapb_object(b, s)->check = SNAP_CHECK_COMMAND;
		snapb_object(b, s)->flags |= SNAP_ACTIVE;
		snapb_object(b, s)->check_interval_ms = 60000;
		snapb_object(b, s)->retry_interval_ms = 60000;
		snapb_object(b, s)->max_check_attempts = 1;
	}
	snap = snapb_open(b, &err);
	if (snap == NULL)
		fatal("%s", err.text);
	snapb_free(&b);
	return snap;
}

/* CPU of this process, ns. */
static int64_t
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static size_t
in_use(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* One of a hundred results is a problem. */
static void
answer(const struct due *due, int64_t now, uint64_t nth)
{
	struct intake in = {.schedule = schedule,
	    .collector = due->object,
	    .started_us = now / NS_PER_US,
	    .duration_us = 1000,
	    .now = now / NS_PER_S};
	struct msg_job_result r = {.state = nth % 100 == 99 ? 2 : 0,
	    .output = SLICE("OK - all is well"),
	    .perfdata = SLICE("time=1.5")};

	intake_own(&in, &r);
	schedule_done(schedule, due->object);
}

static uint64_t
run(struct engine *e, int64_t *now, int64_t end)
{
	uint64_t results = 0;
	struct due due;

	while ((*now = schedule_next(schedule)) < end) {
		engine_advance(e, *now / NS_PER_S);
		while (schedule_advance(schedule, *now, AT_ONCE))
			;
		while (schedule_take(schedule, MSG_JOB_PLUGIN, &due))
			answer(&due, *now, results++);
	}
	return results;
}

static void
save_and_load(const struct engine *e, const struct snapshot *snap,
    const struct periods *periods, double *save_r, double *load_r)
{
	struct engine_settings settings = {0};
	int64_t now = BEGIN, began = cpu();
	struct record_reader reader = {0};
	struct str image = {0};
	struct err err = {""};

	record_put_program(&image, e);
	for (uint32_t i = 0; i < snap->n_objects; i++)
		record_put_object(&image, e, i);
	record_put_end(&image, snap->n_objects);
	*save_r = (double)(cpu() - began) / 1e9;
	reader.engine =
	    engine_new(snap, periods, &settings, &ops, &now, BEGIN / NS_PER_S);
	began = cpu();
	if (record_read(&reader, str_slice(&image), &err) == -1)
		fatal("%s", err.text);
	*load_r = (double)(cpu() - began) / 1e9;
	engine_free(&reader.engine);
	str_free(&image);
}

int
main(int argc, char **argv)
{
	uint32_t services =
	    argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000;
	int64_t seconds = argc > 2 ? strtol(argv[2], NULL, 10) : 600,
		now = BEGIN, began;
	struct snapshot *snap = configuration(services);
	struct engine_settings settings = {0};
	struct err err = {""};
	struct periods *periods = periods_compile(snap, &err);
	size_t before = in_use();
	struct engine *e =
	    engine_new(snap, periods, &settings, &ops, &now, BEGIN / NS_PER_S);
	double save, load, used;
	uint64_t results;

	engine_start(e, BEGIN / NS_PER_S);
	schedule = schedule_new(e, 0, BEGIN);
	run(e, &now, BEGIN + 120 * NS_PER_S);
	began = cpu();
	results = run(e, &now, BEGIN + (120 + seconds) * NS_PER_S);
	used = (double)(cpu() - began);
	save_and_load(e, snap, periods, &save, &load);
	printf("{\"services\": %u, \"simulated_s\": %" PRId64
	       ", \"results\": %" PRIu64 ", \"cpu_s\": %.2f, "
	       "\"ns_a_result\": %.0f, \"bytes_a_service\": %.0f, "
	       "\"configuration_bytes_a_service\": %.0f, \"save_s\": %.3f, "
	       "\"load_s\": %.3f}\n",
	    services, seconds, results, used / 1e9, used / (double)results,
	    (double)(in_use() - before) / services, (double)before / services,
	    save, load);
	schedule_free(&schedule);
	engine_free(&e);
	periods_free(&periods);
	snapshot_close(&snap);
	return 0;
}
