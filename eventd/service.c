/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests: from the status port and from the bus, in one language. Nobody is
 * told of a change before it is durable.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/event/command.h"
#include "eventd/eventd.h"
#include "eventd/status/replicate.h"
#include "eventd/status/status.def"

#include <stdlib.h>
#include <unistd.h>

struct request {
	struct request *next;
	struct eventd *ed;
	struct query *query; /* own, or NULL */
	bool forgotten;
	bool shutdown;
	char *held;      /* own: a command that waits for the engine to work */
	char *replicate; /* own: REPLICATE, until it is durable */
	int64_t since;
	eventd_done_fn *done;
	void *arg;
};

static void
finish(struct request *r, bool good, struct slice text)
{
	struct eventd *ed = r->ed;
	struct request **at = &ed->requests;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	rates_request(
	    &ed->rates, (double)(clock_mono() - r->since) / (double)NS_PER_S);
	if (!r->forgotten)
		r->done(good, text, r->arg);
	if (r->shutdown)
		daemon_exit(ed->d, 0);
	query_free(&r->query);
	free(r->held);
	free(r->replicate);
	free(r);
}

static void
finish_error(struct request *r, const char *why)
{
	struct str text = {0};

	str_addf(&text, "ERROR: %s\n", why);
	for (size_t i = 0; i + 1 < text.len; i++) {
		if (text.s[i] == '\n')
			text.s[i] = ' ';
	}
	finish(r, false, str_slice(&text));
	str_free(&text);
}

/* --- GET
 * -------------------------------------------------------------------------- */

static void
on_archive(const struct str *answer, const char *why, void *arg)
{
	if (answer == NULL)
		finish_error(arg, why);
	else
		finish(arg, true, str_slice(answer));
}

static void
answer_events(struct request *r, struct str *out)
{
	const struct event_index *ix = &r->ed->engine->index;

	for (const struct event *ev = ix->first; ev != NULL;
	     ev = ev->all.next) {
		struct row row = {.event = ev};

		if (query_accepts(r->query, &row) &&
		    !query_row(r->query, &row, out))
			return;
	}
}

static void
answer_rules(struct request *r, struct str *out)
{
	const struct ruleset *rs = r->ed->engine->rules;

	for (size_t i = 0; i < rs->n; i++) {
		struct row row = {.rule = rs->rules[i]};

		if (query_accepts(r->query, &row) &&
		    !query_row(r->query, &row, out))
			return;
	}
}

static void
answer_sources(struct request *r, struct str *out)
{
	for (const struct source *s = sources_newest(r->ed->intake.sources);
	     s != NULL; s = s->older) {
		struct row row = {.source = s};

		if (query_accepts(r->query, &row) &&
		    !query_row(r->query, &row, out))
			return;
	}
}

/* False: the limit is reached. */
static bool
answer_pattern(struct request *r, const struct pattern_seen *s, struct str *out)
{
	struct str text = {0}, regex = {0};
	struct strings hosts = {0}, hours = {0};
	struct pattern_row p = {.seen = s, .hosts = &hosts, .hours = &hours};
	struct row row = {.pattern = &p};
	uint64_t sum = 0;
	bool more = true;

	pattern_text(s, &text);
	pattern_regex(s, &regex);
	p.text = str_slice(&text);
	p.regex = str_slice(&regex);
	for (unsigned i = 0; i < s->n_hosts; i++)
		strings_add(&hosts, slice_of(s->host[i]));
	for (unsigned i = 1; i <= PATTERN_HOURS; i++) {
		uint64_t upto = pattern_recent(s, i, eventd_now());
		char number[24];

		snprintf(number, sizeof(number), "%llu",
		    (unsigned long long)(upto - sum));
		strings_add(&hours, slice_of(number));
		sum = upto;
	}
	if (query_accepts(r->query, &row))
		more = query_row(r->query, &row, out);
	strings_free(&hosts);
	strings_free(&hours);
	str_free(&text);
	str_free(&regex);
	return more;
}

static void
answer_patterns(struct request *r, struct str *out)
{
	const struct pattern_seen *s =
	    ec_patterns_newest(r->ed->intake.patterns);

	while (s != NULL && answer_pattern(r, s, out))
		s = s->older;
}

static void
answer_forwards(struct request *r, struct str *out)
{
	struct forward_state s;

	for (size_t i = 0; forwarders_state(r->ed->intake.forward, i, &s);
	     i++) {
		struct row row = {.forward = &s};

		if (query_accepts(r->query, &row) &&
		    !query_row(r->query, &row, out))
			return;
	}
}

static void
answer_status(struct request *r, struct str *out)
{
	struct cell values[STATUS_COLUMNS] = {0};
	struct strings hosts = {0}, rules = {0};
	struct row row = {.status = values};

	eventd_status_values(r->ed, values, &hosts, &rules);
	if (query_accepts(r->query, &row))
		query_row(r->query, &row, out);
	strings_free(&hosts);
	strings_free(&rules);
}

/* What is shown is durable by now. */
static void
on_synced_get(const char *why, void *arg)
{
	struct request *r = arg;
	struct str out = {0};
	struct query *q = r->query;

	if (why != NULL) {
		finish_error(r, why);
		return;
	}
	if (q->table == QUERY_HISTORY) {
		r->query = NULL;
		archive_query(ec_store_archive(r->ed->store), q, on_archive, r);
		return;
	}
	query_begin(q, &out);
	if (q->limit == 0)
		;
	else if (q->table == QUERY_EVENTS)
		answer_events(r, &out);
	else if (q->table == QUERY_RULES)
		answer_rules(r, &out);
	else if (q->table == QUERY_SOURCES)
		answer_sources(r, &out);
	else if (q->table == QUERY_FORWARDS)
		answer_forwards(r, &out);
	else if (q->table == QUERY_PATTERNS)
		answer_patterns(r, &out);
	else
		answer_status(r, &out);
	query_end(q, &out);
	finish(r, true, str_slice(&out));
	str_free(&out);
}

static void
get(struct request *r, struct slice text)
{
	struct err err;

	if (!r->ed->engine->passive)
		ec_engine_tick(r->ed->engine, eventd_now());
	r->query = query_parse(text, &err);
	if (r->query == NULL)
		finish_error(r, err.text);
	else if (r->query->table != QUERY_EVENTS &&
	    r->query->table != QUERY_HISTORY)
		on_synced_get(NULL, r);
	else
		ec_store_sync(r->ed->store, on_synced_get, r);
}

/* --- REPLICATE ------------------------------------------------------------ */

static void
on_synced_replicate(const char *why, void *arg)
{
	struct request *r = arg;
	struct eventd *ed = r->ed;
	const struct snapshot *snap = world_snapshot(ed->world);
	const struct replicate_config c = {.loaded_us = ed->config_loaded_us,
	    .rules = slice_of(snap_s(snap, snap->event_rules)),
	    .actions = slice_of(snap_s(snap, snap->event_actions))};
	struct str out = {0};
	struct err err;

	if (why != NULL)
		finish_error(r, why);
	else if (status_replicate(
		     slice_of(r->replicate), ed->engine, &c, &out, &err) != 0)
		finish_error(r, err.text);
	else
		finish(r, true, str_slice(&out));
	str_free(&out);
}

/* --- COMMAND
 * --------------------------------------------------------------------- */

static void
on_replicated(void *arg)
{
	finish(arg, true, SLICE("None\n"));
}

/* A fallback has it, too, before it is answered. */
static void
on_synced_command(const char *why, void *arg)
{
	struct request *r = arg;

	if (why != NULL)
		finish_error(r, why);
	else
		replica_sync(
		    fallback_replica(r->ed->fallback), on_replicated, r);
}

static void
command(struct request *r, struct slice line)
{
	struct eventd *ed = r->ed;
	struct err err = {0};
	char *raw;
	char *path;
	enum command_kind kind;

	if (!ed->engine->passive)
		ec_engine_tick(ed->engine, eventd_now());
	kind = ec_command_run(ed->engine, line, eventd_now(), &raw, &err);
	eventd_arm(ed);
	switch (kind) {
	case COMMAND_CREATE:
		eventd_message(
		    slice_of(raw), "", INPUT_COMMAND, eventd_now(), ed);
		break;
	case COMMAND_RELOAD:
		if (eventd_reload(ed, &err) != 0)
			kind = COMMAND_FAILED;
		break;
	case COMMAND_REOPENLOG:
		path = daemon_path(ed->d, "var/log/%s.log", ed->d->instance);
		if (log_open(path, &err) != 0)
			kind = COMMAND_FAILED;
		free(path);
		break;
	case COMMAND_FLUSH:
		ec_store_flush_all(ed->store);
		ec_store_hits(ed->store);
		break;
	case COMMAND_RESET:
		ec_store_hits(ed->store);
		break;
	case COMMAND_SWITCH:
		if (replica_switch(fallback_replica(ed->fallback), raw, &err) !=
		    0)
			kind = COMMAND_FAILED;
		break;
	case COMMAND_SHUTDOWN:
		r->shutdown = true;
		break;
	case COMMAND_SYNC:
	case COMMAND_DONE:
	case COMMAND_FAILED:
		break;
	}
	free(raw);
	if (kind == COMMAND_FAILED) {
		finish_error(r, err.text);
		return;
	}
	ec_store_sync(ed->store, on_synced_command, r);
}

void
eventd_request(struct eventd *ed, struct slice text, bool commands,
    eventd_done_fn *done, void *arg)
{
	struct request *r = xnew(struct request);

	r->ed = ed;
	r->done = done;
	r->arg = arg;
	r->since = clock_mono();
	r->next = ed->requests;
	ed->requests = r;
	if (!slice_starts(text, "COMMAND") &&
	    !slice_starts(text, "REPLICATE")) {
		get(r, text);
	} else if (!commands) {
		/* Actions of REPLICATE may hold what is nobody's business. */
		finish_error(r,
		    "commands are not allowed here (see "
		    "eventd.status_tcp.commands)");
	} else if (slice_starts(text, "REPLICATE")) {
		r->replicate = slice_dup(text);
		ec_store_sync(ed->store, on_synced_replicate, r);
	} else {
		text.s += strlen("COMMAND");
		text.len -= strlen("COMMAND");
		if (replica_joins(fallback_replica(ed->fallback)))
			r->held = slice_dup(slice_trim(text));
		else
			command(r, slice_trim(text));
	}
}

/* The oldest that waits, NULL if none does; the list begins with the newest. */
static struct request *
oldest_held(struct eventd *ed)
{
	struct request *held = NULL;

	for (struct request *r = ed->requests; r != NULL; r = r->next) {
		if (r->held != NULL)
			held = r;
	}
	return held;
}

void
eventd_run_held(struct eventd *ed)
{
	struct request *r;

	while ((r = oldest_held(ed)) != NULL) {
		char *line = r->held;

		r->held = NULL;
		command(r, slice_of(line));
		free(line);
	}
}

void
eventd_forget(struct eventd *ed, const void *arg)
{
	for (struct request *r = ed->requests; r != NULL; r = r->next)
		r->forgotten |= r->arg == arg;
}

void
eventd_drop_requests(struct eventd *ed)
{
	while (ed->requests != NULL) {
		struct request *r = ed->requests;

		ed->requests = r->next;
		query_free(&r->query);
		free(r->held);
		free(r->replicate);
		free(r);
	}
}
