/* SPDX-License-Identifier: Apache-2.0
 *
 * External commands: any line against a small site. Invariant 10: no command
 * ends the process.
 */
#include "common/config/snapshot_build.h"
#include "core/command/command.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
no_object(void *arg, uint32_t object, unsigned what)
{
	(void)arg;
	(void)object;
	(void)what;
}

static void
no_line(void *arg, int64_t now, struct slice line)
{
	(void)arg;
	(void)now;
	if (line.len > 0 && memchr(line.s, '\n', line.len) != NULL)
		abort(); /* nobody may forge a line */
}

static void
no_notice(void *arg, int64_t now, const struct notice *n)
{
	(void)arg;
	(void)now;
	(void)n;
}

static void
no_downtime(void *arg, const struct downtime *d, enum downtime_event event)
{
	(void)arg;
	(void)d;
	(void)event;
}

static void
no_comment(void *arg, const struct comment *c, bool gone)
{
	(void)arg;
	(void)c;
	(void)gone;
}

static void
no_replan(void *arg, uint32_t object, enum replan how)
{
	(void)arg;
	(void)object;
	(void)how;
}

static void
no_check(void *arg, uint32_t object, int64_t when, bool forced)
{
	(void)arg;
	(void)object;
	(void)when;
	(void)forced;
}

static void
no_program(void *arg)
{
	(void)arg;
}

static const struct engine_ops ops = {
    .object = no_object,
    .line = no_line,
    .notice = no_notice,
    .downtime = no_downtime,
    .comment = no_comment,
    .replan = no_replan,
    .check_at = no_check,
    .program = no_program,
};

static struct snapshot *
site(void)
{
	struct snapb *b = snapb_new(1, 0);
	uint32_t members[] = {0, 1}, service = 2, parent = 0;
	struct snapshot *snap;

	snapb_host(b, "a");
	snapb_host(b, "b");
	snapb_object(b, 1)->parents = snapb_list(b, &parent, 1);
	snapb_service(b, 1, "s");
	snapb_group(b, SNAPB_HOST_GROUPS, "g");
	snapb_group_at(b, SNAPB_HOST_GROUPS, 0)->members =
	    snapb_list(b, members, 2);
	snapb_group(b, SNAPB_SERVICE_GROUPS, "g");
	snapb_group_at(b, SNAPB_SERVICE_GROUPS, 0)->members =
	    snapb_list(b, &service, 1);
	snapb_period(b, "p", "", "{\"monday\":[\"08:00-17:00\"]}");
	snap = snapb_open(b, NULL);
	snapb_free(&b);
	return snap;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct snapshot *snap;
	static struct periods *periods;
	struct engine_settings settings = {0};
	struct command_context ctx = {.now = 1000000};
	struct slice rest = {(const char *)data, size}, line;
	struct engine *e;
	struct err err;

	if (snap == NULL) {
		snap = site();
		periods = periods_compile(snap, NULL);
	}
	e = engine_new(snap, periods, &settings, &ops, NULL, ctx.now);
	engine_start(e, ctx.now);
	ctx.engine = e;
	/* Several lines play together; time passes between them. */
	for (int n = 0; n < 50 && slice_next(&rest, '\n', &line); n++) {
		command_run(&ctx, line, &err);
		ctx.now += 100;
		engine_advance(e, ctx.now);
	}
	engine_free(&e);
	return 0;
}
