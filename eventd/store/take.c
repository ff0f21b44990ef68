/* SPDX-License-Identifier: Apache-2.0
 *
 * What the store does for a fallback: records that come from the other event
 * console, those that go there, and what a takeover must remember until the
 * master has heard of it. See store.h.
 */
#include "common/mem.h"
#include "eventd/store/store_internal.h"

#include <stdlib.h>

/* --- what goes there ------------------------------------------------------ */

void
ec_store_tap(struct store *st, const struct store_tap *tap)
{
	st->tapped = tap != NULL;
	st->tap = tap == NULL ? (struct store_tap){0} : *tap;
	st->fresh = false;
}

uint64_t
ec_store_position(struct store *st)
{
	ec_store_write_dirty(st);
	return st->appended;
}

void
ec_store_whole(struct store *st, store_record_fn *record, void *arg)
{
	uint64_t hits_sum = st->hits_sum;

	st->sink = record;
	st->sink_arg = arg;
	ec_store_write_state(st);
	st->sink = NULL;
	st->hits_sum = hits_sum;
}

/* --- what comes from there ------------------------------------------------ */

static void
take_line(struct store *st, const struct record *r)
{
	char *what = slice_dup(r->what), *who = slice_dup(r->who);
	char *addinfo = slice_dup(r->addinfo);

	ec_engine_seen(st->engine, r->event->id);
	ec_store_add_line(
	    st, r->time_us, what, who, addinfo, r->event, r->body);
	free(what);
	free(who);
	free(addinfo);
}

void
ec_store_take_past(struct store *st, const struct record *r)
{
	char *what = slice_dup(r->what), *who = slice_dup(r->who);
	char *addinfo = slice_dup(r->addinfo);

	archive_add(st->archive, st->next_line++, r->time_us, what, who,
	    addinfo, r->event->id, r->event->host, r->event->text, r->body);
	free(what);
	free(who);
	free(addinfo);
}

static const struct watch *
find_watch(const struct engine *e, const char *rule)
{
	for (size_t i = 0; i < e->n_watches; i++) {
		if (strcmp(e->watches[i].rule->id, rule) == 0)
			return &e->watches[i];
	}
	return NULL;
}

static void
take_watch(struct store *st, const struct record *r, bool merge)
{
	char *rule = slice_dup(r->name);
	const struct watch *w = find_watch(st->engine, rule);

	if (!merge || w == NULL || r->time_us > w->from_us ||
	    (r->time_us == w->from_us && r->count > w->count)) {
		ec_engine_restore_watch(st->engine, rule, r->time_us, r->count);
		ec_store_watch(st, rule, r->time_us, r->count);
	}
	free(rule);
}

static void
take_hits(struct store *st, const struct record *r, bool merge)
{
	char *id = slice_dup(r->name);
	const struct rule *rule = ruleset_find(st->engine->rules, id);

	if (rule != NULL && (!merge || r->count > rule->hits))
		ec_engine_restore_hits(st->engine, id, r->count);
	free(id);
}

static void
take_event(struct store *st, struct record *r)
{
	struct event *ev = r->event;

	r->event = NULL;
	ec_engine_restore(st->engine, ev);
	if (st->handlers.taken != NULL)
		st->handlers.taken(ev, st->handlers.arg);
	record_event(&st->record, ev);
	ec_store_append(st);
}

void
ec_store_take_gone(struct store *st, uint64_t id)
{
	struct event *ev = index_find(&st->engine->index, id);

	if (ev != NULL) {
		ev->phase = PHASE_CLOSED;
		if (st->handlers.taken != NULL)
			st->handlers.taken(ev, st->handlers.arg);
		record_gone(&st->record, id);
		ec_store_append(st);
	}
	ec_engine_restore_gone(st->engine, id);
}

static void
take_next(struct store *st, const struct record *r)
{
	struct engine *e = st->engine;
	uint64_t next = ec_engine_own_id(e, r->id) ? e->next_id : e->other_next;

	if (r->id > next)
		ec_engine_set_next(e, r->id);
	record_next(&st->record, r->id, st->next_line);
	ec_store_append(st);
}

static void
take_notices(struct store *st, const struct record *r)
{
	if (r->count > st->notices)
		st->notices = r->count;
	if (r->line > st->notices_flushed)
		st->notices_flushed = r->line;
	record_notices(&st->record, st->notices, st->notices_flushed);
	ec_store_append(st);
}

static void
take_flush(struct store *st)
{
	while (st->engine->index.first != NULL)
		ec_store_take_gone(st, st->engine->index.first->id);
	ec_engine_forget_ids(st->engine);
	ec_store_flush_all(st);
}

/* NULL, or why not. */
static const char *
wrong(const struct record *r)
{
	uint64_t id = r->event != NULL ? r->event->id
	    : r->kind == RECORD_FLUSH  ? 0
				       : r->id;

	if (id > 2 * EVENT_FALLBACK_IDS)
		return "an id out of range";
	if (r->kind == RECORD_EVENT &&
	    (r->event->phase == PHASE_CLOSED || r->event->id == 0))
		return "an event that is not open";
	if (r->kind == RECORD_NEXT && r->id == 0)
		return "an id of 0";
	if (r->kind == RECORD_MODE || r->kind == RECORD_TAKEN ||
	    r->kind == RECORD_PEER || r->kind == RECORD_GAP)
		return "a record that is nobody else's";
	return NULL;
}

int
ec_store_take(
    struct store *st, struct slice bytes, bool merge, struct err *err_r)
{
	const char *why = "a damaged record";
	struct record r = {0};

	if (record_get(bytes, &r) != 0 || (why = wrong(&r)) != NULL) {
		record_clear(&r);
		err_set(err_r, "%s", why);
		return -1;
	}
	switch (r.kind) {
	case RECORD_EVENT:
		take_event(st, &r);
		break;
	case RECORD_GONE:
		ec_store_take_gone(st, r.id);
		break;
	case RECORD_NEXT:
		take_next(st, &r);
		break;
	case RECORD_HISTORY:
		take_line(st, &r);
		break;
	case RECORD_HITS:
		take_hits(st, &r, merge);
		break;
	case RECORD_WATCH:
		take_watch(st, &r, merge);
		break;
	case RECORD_NOTICE:
		st->handlers.notice(r.name, r.body, st->handlers.arg);
		ec_store_notice(st, r.name, r.body);
		break;
	case RECORD_NOTICE_GONE:
		st->handlers.notice_gone(r.name, st->handlers.arg);
		ec_store_notice_gone(st, r.name);
		break;
	case RECORD_FLUSH:
		take_flush(st);
		break;
	case RECORD_NOTICES:
		take_notices(st, &r);
		break;
	case RECORD_MODE:
	case RECORD_TAKEN:
	case RECORD_PEER:
	case RECORD_GAP:
		break;
	}
	record_clear(&r);
	return 0;
}

/* --- a takeover ----------------------------------------------------------- */

bool
ec_store_took_over(const struct store *st)
{
	return st->state.mode == STORE_TAKEOVER ||
	    st->state.mode == STORE_STAYS;
}

void
ec_store_note_gone(struct store *st, uint64_t id)
{
	if (!ec_store_took_over(st) || ec_engine_own_id(st->engine, id))
		return;
	ARRAY_GROW(st->shut, st->n_shut, st->shut_cap);
	st->shut[st->n_shut++] = id;
}

void
ec_store_note_told(struct store *st, struct slice notice)
{
	if (ec_store_took_over(st))
		strings_add(&st->told, notice);
}

static void
forget(struct store *st)
{
	st->n_shut = 0;
	strings_free(&st->told);
	for (struct event *ev = st->engine->index.first; ev != NULL;
	     ev = ev->all.next)
		ev->touched = false;
}

void
ec_store_restore_mode(struct store *st, const struct record *r)
{
	bool before = ec_store_took_over(st);

	st->state = (struct store_state){
	    (enum store_mode)(r->mode & 3), r->time_us, r->sync_us, r->line};
	if (!before || !ec_store_took_over(st))
		forget(st);
}

/* For a compaction: what comes behind it is of this takeover. */
void
ec_store_write_mode(struct store *st)
{
	if (st->state.mode == STORE_ALONE)
		return;
	record_mode(&st->record, st->state.mode, st->state.since_us,
	    st->state.sync_us, st->state.line);
	ec_store_append(st);
	for (size_t i = 0; i < st->n_shut; i++) {
		record_gone(&st->record, st->shut[i]);
		ec_store_append(st);
	}
	for (size_t i = 0; i < st->told.n; i++) {
		record_notice_gone(&st->record, slice_of(st->told.v[i]));
		ec_store_append(st);
	}
}

const struct store_state *
ec_store_state(const struct store *st)
{
	return &st->state;
}

/* st->record, which is nobody else's business. */
static void
append_own(struct store *st)
{
	bool tapped = st->tapped;

	st->tapped = false;
	ec_store_append(st);
	st->tapped = tapped;
}

void
ec_store_set_mode(
    struct store *st, enum store_mode mode, int64_t since_us, int64_t sync_us)
{
	struct record r = {.mode = mode,
	    .time_us = since_us,
	    .sync_us = sync_us,
	    .line = ec_store_took_over(st) ? st->state.line : st->next_line};

	ec_store_write_dirty(st);
	ec_store_restore_mode(st, &r);
	record_mode(&st->record, mode, since_us, sync_us, r.line);
	append_own(st);
}

const uint64_t *
ec_store_shut(const struct store *st, size_t *n_r)
{
	*n_r = st->n_shut;
	return st->shut;
}

const struct strings *
ec_store_told(const struct store *st)
{
	return &st->told;
}

void
ec_store_set_taken(struct store *st, int64_t since_us, uint64_t line)
{
	st->taken_since_us = since_us;
	st->taken_line = line;
	record_taken(&st->record, since_us, line);
	append_own(st);
}

void
ec_store_set_peer(struct store *st, const char *site)
{
	if (st->peer != NULL && strcmp(st->peer, site) == 0)
		return;
	/* Lines of another master have other numbers. */
	if (st->peer != NULL && st->gap.followed != 0)
		ec_store_set_gap(st, &(struct store_gap){0});
	free(st->peer);
	st->peer = xstrdup(site);
	record_peer(&st->record, site);
	append_own(st);
}

const struct store_gap *
ec_store_gap(const struct store *st)
{
	return &st->gap;
}

static void
put_gap(struct store *st)
{
	record_gap(&st->record, st->gap.followed, st->gap.from, st->gap.to);
}

void
ec_store_set_gap(struct store *st, const struct store_gap *gap)
{
	st->gap = *gap;
	put_gap(st);
	append_own(st);
}

const char *
ec_store_origin(const struct store *st, uint64_t id)
{
	return st->peer == NULL || ec_engine_own_id(st->engine, id) ? ""
								    : st->peer;
}

void
ec_store_write_own(struct store *st)
{
	if (st->taken_since_us != 0) {
		record_taken(&st->record, st->taken_since_us, st->taken_line);
		ec_store_append(st);
	}
	if (st->gap.followed != 0) {
		put_gap(st);
		ec_store_append(st);
	}
	if (st->peer != NULL) {
		record_peer(&st->record, st->peer);
		ec_store_append(st);
	}
}

uint64_t
ec_store_taken(const struct store *st, int64_t since_us)
{
	return since_us != 0 && since_us == st->taken_since_us ? st->taken_line
							       : 0;
}
