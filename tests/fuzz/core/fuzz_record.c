/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of the state file and the journal: any bytes into an engine, which
 * must then run and write itself down again.
 */
#include "common/config/snapshot_build.h"
#include "core/retention/record.h"

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
	(void)line;
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
    .program = no_program,
};

static struct snapshot *
site(void)
{
	struct snapb *b = snapb_new(1, 0);
	struct snapshot *snap;

	snapb_host(b, "a");
	snapb_service(b, 0, "s");
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
	struct slice bytes = {(const char *)data, size};
	struct record_reader reader = {0};
	struct result result = {.code = 2, .start = 2000000};
	struct str out = {0};
	struct err err;

	if (snap == NULL) {
		snap = site();
		periods = periods_compile(snap, NULL);
	}
	reader.engine =
	    engine_new(snap, periods, &settings, &ops, NULL, 1000000);
	record_split(bytes, 1000);
	record_read(&reader, bytes, &err);
	engine_start(reader.engine, 1000000);
	engine_result(reader.engine, 1, &result, 2000000);
	engine_result(reader.engine, 0, &result, 2000000);
	for (int n = 0; n < 20 && engine_next(reader.engine) < 5000000; n++)
		engine_advance(reader.engine, engine_next(reader.engine));
	for (uint32_t i = 0; i < snap->n_objects; i++)
		record_put_object(&out, reader.engine, i);
	str_free(&out);
	engine_free(&reader.engine);
	return 0;
}
