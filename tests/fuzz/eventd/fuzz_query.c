/* SPDX-License-Identifier: Apache-2.0
 *
 * A query of the status port, applied to one event; or, behind a "C", a
 * command to an engine with one event.
 */
#include "eventd/event/command.h"
#include "eventd/status/query.h"
#include "eventd/status/replicate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
history(const char *what, const char *who, const char *addinfo,
    const struct event *ev, int64_t now_us, void *arg)
{
	(void)what;
	(void)who;
	(void)addinfo;
	(void)ev;
	(void)now_us;
	(void)arg;
}

static void
action(struct event *ev, const char *name, bool recovery, void *arg)
{
	(void)ev;
	(void)name;
	(void)recovery;
	(void)arg;
}

static struct engine *
make_engine(void)
{
	static const struct engine_world world;
	static const struct engine_effects effects = {
	    .history = history, .action = action};
	struct str mistakes = {0};
	struct engine *e =
	    ec_engine_new(ruleset_compile(NULL, NULL, &mistakes, NULL),
		eventd_options_read(NULL, &mistakes), &world, &effects, 1);
	struct event *ev = event_new();

	ev->id = 1;
	ec_engine_restore(e, ev);
	ec_engine_start(e, 1);
	return e;
}

static void
run_command(struct slice line)
{
	struct engine *e = make_engine();
	struct err err;
	char *arg;

	ec_command_run(e, line, 2, &arg, &err);
	free(arg);
	ec_engine_free(&e);
}

/* The request, and the bytes as what is told of the configuration. */
static void
run_replicate(struct slice request)
{
	const struct replicate_config c = {
	    .loaded_us = INT64_MAX, .rules = request, .actions = SLICE("{}")};
	struct engine *e = make_engine();
	struct str out = {0};
	struct err err;

	status_replicate(request, e, &c, &out, &err);
	status_replicate(SLICE("REPLICATE 0"), e, &c, &out, &err);
	str_free(&out);
	ec_engine_free(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = {(const char *)data, size};
	struct event *ev;
	struct str out = {0};
	int64_t min, max;
	struct query *q;
	struct err err;

	if (size > 0 && data[0] == 'C') {
		run_command((struct slice){in.s + 1, in.len - 1});
		return 0;
	}
	if (size > 0 && data[0] == 'R') {
		run_replicate((struct slice){in.s + 1, in.len - 1});
		return 0;
	}
	q = query_parse(in, &err);
	if (q == NULL)
		return 0;
	/* What an index of the archive is asked for. */
	query_needle(q, "event_text", &out);
	str_clear(&out);
	query_bounds(q, "history_time", &min, &max);
	ev = event_new();
	if (q->table == QUERY_EVENTS) {
		struct row row = {.event = ev};

		query_begin(q, &out);
		if (query_accepts(q, &row))
			query_row(q, &row, &out);
		query_end(q, &out);
	}
	event_free(&ev);
	str_free(&out);
	query_free(&q);
	return 0;
}
