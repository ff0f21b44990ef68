/* SPDX-License-Identifier: Apache-2.0
 *
 * Journal and archive together; see store.h.
 */
#include "eventd/store/store.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "eventd/store/store_internal.h"

#include <stdlib.h>

#define QUEUE_BYTES   (256u << 20)
#define DIRTY_MS      200
#define COMPACT_BYTES (32u << 20)

void
ec_store_append(struct store *st)
{
	uint64_t n;

	if (st->sink != NULL) {
		st->sink(str_slice(&st->record), st->sink_arg);
		str_clear(&st->record);
		return;
	}
	n = journal_append(st->journal, str_slice(&st->record));
	if (n != 0)
		st->appended = n;
	else
		st->lost = true;
	if (st->tapped && n != 0)
		st->tap.record(str_slice(&st->record), st->tap.arg);
	else if (st->tapped)
		st->tap.broken(st->tap.arg);
	st->fresh = true;
	str_clear(&st->record);
}

/* --- opening ------------------------------------------------------------- */

static void
restore_history(struct store *st, const struct record *r)
{
	struct engine *e = st->engine;
	char *what, *who, *addinfo;

	if (r->id >= st->next_line)
		st->next_line = r->id + 1;
	ec_engine_seen(e, r->event->id);
	if (r->id <= st->restored_line)
		return;
	what = slice_dup(r->what);
	who = slice_dup(r->who);
	addinfo = slice_dup(r->addinfo);
	archive_add(st->archive, r->id, r->time_us, what, who, addinfo,
	    r->event->id, r->event->host, r->event->text, r->body);
	free(what);
	free(who);
	free(addinfo);
}

static void
restore_named(struct store *st, const struct record *r)
{
	char *name = slice_dup(r->name);

	if (r->kind == RECORD_HITS)
		ec_engine_restore_hits(st->engine, name, r->count);
	else
		ec_engine_restore_watch(st->engine, name, r->time_us, r->count);
	free(name);
}

static void
restore(struct slice bytes, void *arg)
{
	struct store *st = arg;
	struct record r;

	if (record_get(bytes, &r) != 0) {
		log_warn("journal: a record of %zu bytes is not understood and "
			 "left out",
		    bytes.len);
		return;
	}
	switch (r.kind) {
	case RECORD_EVENT:
		r.event->touched = ec_store_took_over(st);
		ec_engine_restore(st->engine, r.event);
		r.event = NULL;
		break;
	case RECORD_GONE:
		ec_store_note_gone(st, r.id);
		ec_engine_restore_gone(st->engine, r.id);
		break;
	case RECORD_NEXT:
		ec_engine_set_next(st->engine, r.id);
		if (r.line > st->next_line)
			st->next_line = r.line;
		break;
	case RECORD_HISTORY:
		restore_history(st, &r);
		break;
	case RECORD_HITS:
	case RECORD_WATCH:
		restore_named(st, &r);
		break;
	case RECORD_NOTICE:
		st->notices++;
		st->handlers.notice(r.name, r.body, st->handlers.arg);
		break;
	case RECORD_NOTICE_GONE:
		ec_store_note_told(st, r.name);
		st->handlers.notice_gone(r.name, st->handlers.arg);
		break;
	case RECORD_MODE:
		ec_store_restore_mode(st, &r);
		break;
	case RECORD_TAKEN:
		st->taken_since_us = r.time_us;
		st->taken_line = r.line;
		break;
	case RECORD_GAP:
		st->gap = (struct store_gap){r.count, r.id, r.line};
		break;
	case RECORD_PEER:
		free(st->peer);
		st->peer = slice_dup(r.name);
		break;
	case RECORD_FLUSH:
		archive_erase(st->archive, r.id);
		break;
	case RECORD_NOTICES:
		if (r.count > st->notices)
			st->notices = r.count;
		if (r.line > st->notices_flushed)
			st->notices_flushed = r.line;
		break;
	}
	record_clear(&r);
}

/* --- durable ---------------------------------------------------------------
 */

static void
finish_compaction(struct store *st)
{
	if (!st->old_file || journal_durable(st->journal) < st->saved_upto ||
	    archive_committed(st->archive) < st->saved_line)
		return;
	st->old_file = false;
	journal_drop_old(st->journal);
}

static void
pressure(struct store *st)
{
	bool full = st->lost || archive_is_full(st->archive);

	if (full == st->full)
		return;
	st->full = full;
	if (full)
		log_warn("store: the disk does not keep up: input waits");
	st->handlers.pressure(full, st->handlers.arg);
}

static void
durable(uint64_t upto, const struct err *failed, void *arg)
{
	struct store *st = arg;

	while (
	    st->first != NULL && (st->first->upto <= upto || failed != NULL)) {
		struct waiter *w = st->first;
		bool good = w->upto <= upto;
		double took =
		    (double)(clock_mono() - w->since) / (double)NS_PER_S;

		st->first = w->next;
		if (st->first == NULL)
			st->last = NULL;
		st->sync_time = 0.95 * st->sync_time + 0.05 * took;
		w->done(good ? NULL : failed->text, w->arg);
		free(w);
	}
	if (st->tapped && failed == NULL)
		st->tap.durable(upto, st->tap.arg);
	finish_compaction(st);
}

/* Writes the events that changed. */
void
ec_store_write_dirty(struct store *st)
{
	size_t n = st->n_dirty;

	st->n_dirty = 0;
	st->urgent = false;
	for (size_t i = 0; i < n; i++) {
		struct event *ev = index_find(&st->engine->index, st->dirty[i]);

		if (ev == NULL || !ev->dirty)
			continue;
		ev->dirty = false;
		record_event(&st->record, ev);
		ec_store_append(st);
		ev->stored = true;
	}
	if (st->fresh && st->tapped)
		st->tap.batch(st->appended, st->tap.arg);
	st->fresh = false;
}

/* After a full queue everything is written anew. */
static void
repair(struct store *st)
{
	if (!st->lost || journal_durable(st->journal) < st->appended)
		return;
	st->lost = false;
	for (struct event *ev = st->engine->index.first; ev != NULL;
	     ev = ev->all.next)
		ec_store_changed(st, ev);
	st->handlers.save_notices(st->handlers.arg);
	log_info("store: the disk keeps up again");
}

static void
on_timer(uv_timer_t *timer)
{
	struct store *st = timer->data;

	repair(st);
	ec_store_write_dirty(st);
	pressure(st);
	finish_compaction(st);
}

static void
on_prepare(uv_prepare_t *prepare)
{
	struct store *st = prepare->data;

	if (st->urgent || (st->fresh && st->n_dirty == 0))
		ec_store_write_dirty(st);
}

struct store *
ec_store_open(uv_loop_t *loop, const char *folder, struct engine *engine,
    const struct store_handlers *handlers, struct err *err_r)
{
	struct store *st = xnew(struct store);
	char *path = xasprintf("%s/history", folder);

	st->engine = engine;
	st->handlers = *handlers;
	st->next_line = 1;
	st->restoring = true;
	st->archive = archive_open(loop, path, err_r);
	free(path);
	if (st->archive == NULL) {
		free(st);
		return NULL;
	}
	st->restored_line = archive_committed(st->archive);
	st->next_line = st->restored_line + 1;
	path = xasprintf("%s/journal", folder);
	st->journal =
	    journal_open(loop, path, QUEUE_BYTES, restore, durable, st, err_r);
	free(path);
	if (st->journal == NULL) {
		archive_close(&st->archive);
		str_free(&st->record);
		free(st);
		return NULL;
	}
	st->restoring = false;
	must(uv_timer_init(loop, &st->timer) == 0);
	must(uv_prepare_init(loop, &st->prepare) == 0);
	st->timer.data = st->prepare.data = st;
	uv_timer_start(&st->timer, on_timer, DIRTY_MS, DIRTY_MS);
	uv_prepare_start(&st->prepare, on_prepare);
	return st;
}

static void
closed(uv_handle_t *handle)
{
	struct store *st = handle->data;

	if (handle == (uv_handle_t *)&st->timer) {
		uv_close((uv_handle_t *)&st->prepare, closed);
		return;
	}
	free(st);
}

static void save_hits(struct store *st);

void
ec_store_close(struct store **stp)
{
	struct store *st = *stp;
	struct waiter *next;

	if (st == NULL)
		return;
	save_hits(st);
	ec_store_write_dirty(st);
	journal_close(&st->journal);
	archive_close(&st->archive);
	for (struct waiter *w = st->first; w != NULL; w = next) {
		next = w->next;
		free(w);
	}
	st->first = NULL;
	str_free(&st->record);
	free(st->dirty);
	free(st->shut);
	strings_free(&st->told);
	free(st->peer);
	uv_timer_stop(&st->timer);
	uv_prepare_stop(&st->prepare);
	uv_close((uv_handle_t *)&st->timer, closed);
	*stp = NULL;
}

/* --- effects -----------------------------------------------------------------
 */

void
ec_store_changed(struct store *st, struct event *ev)
{
	st->urgent |= !ev->stored;
	ev->touched |= ec_store_took_over(st);
	if (ev->dirty)
		return;
	ev->dirty = true;
	ARRAY_GROW(st->dirty, st->n_dirty, st->dirty_cap);
	st->dirty[st->n_dirty++] = ev->id;
}

void
ec_store_gone(struct store *st, const struct event *ev)
{
	/* What was never written needs no end. */
	if (!ev->stored)
		return;
	ec_store_note_gone(st, ev->id);
	record_gone(&st->record, ev->id);
	ec_store_append(st);
}

void
ec_store_add_line(struct store *st, int64_t time_us, const char *what,
    const char *who, const char *addinfo, const struct event *ev,
    struct slice body)
{
	uint64_t line = st->next_line++;

	record_history(&st->record, line, time_us, what, who, addinfo, body);
	ec_store_append(st);
	archive_add(st->archive, line, time_us, what, who, addinfo, ev->id,
	    ev->host, ev->text, body);
}

void
ec_store_history(struct store *st, const char *what, const char *who,
    const char *addinfo, const struct event *ev, int64_t now_us)
{
	struct str body = {0};

	event_put(&body, ev);
	ec_store_add_line(st, now_us, what, who, addinfo, ev, str_slice(&body));
	str_free(&body);
}

void
ec_store_watch(
    struct store *st, const char *rule, int64_t from_us, uint64_t count)
{
	record_watch(&st->record, rule, from_us, count);
	ec_store_append(st);
}

void
ec_store_notice(struct store *st, struct slice id, struct slice body)
{
	st->notices++;
	record_notice(&st->record, id, body);
	ec_store_append(st);
}

uint64_t
ec_store_notice_number(struct store *st, struct event *ev)
{
	ev->notices++;
	ec_store_changed(st, ev);
	return st->notices_flushed + ev->notices;
}

void
ec_store_notice_gone(struct store *st, struct slice id)
{
	ec_store_note_told(st, id);
	record_notice_gone(&st->record, id);
	ec_store_append(st);
}

static void
write_next(struct store *st)
{
	record_next(&st->record, st->engine->other_next, st->next_line);
	ec_store_append(st);
	record_next(&st->record, st->engine->next_id, st->next_line);
	ec_store_append(st);
}

void
ec_store_flush_all(struct store *st)
{
	write_next(st);
	record_flush(&st->record, st->next_line - 1);
	ec_store_append(st);
	archive_erase(st->archive, st->next_line - 1);
	st->notices_flushed = st->notices;
	record_notices(&st->record, st->notices, st->notices_flushed);
	ec_store_append(st);
}

void
ec_store_sync(struct store *st, store_synced_fn *done, void *arg)
{
	struct waiter *w;

	ec_store_write_dirty(st);
	if (st->lost) {
		done("the disk does not keep up, try again", arg);
		return;
	}
	if (st->first == NULL && journal_durable(st->journal) >= st->appended) {
		done(NULL, arg);
		return;
	}
	w = xnew(struct waiter);
	w->upto = st->appended;
	w->since = clock_mono();
	w->done = done;
	w->arg = arg;
	if (st->last == NULL)
		st->first = w;
	else
		st->last->next = w;
	st->last = w;
}

/* --- now and then
 * -------------------------------------------------------------- */

static void
save_hits(struct store *st)
{
	const struct ruleset *rs = st->engine->rules;
	uint64_t sum = 0;

	for (size_t i = 0; i < rs->n; i++)
		sum += rs->rules[i]->hits;
	if (sum == st->hits_sum)
		return;
	st->hits_sum = sum;
	for (size_t i = 0; i < rs->n; i++) {
		record_hits(&st->record, rs->rules[i]->id, rs->rules[i]->hits);
		ec_store_append(st);
	}
}

void
ec_store_hits(struct store *st)
{
	st->hits_sum = UINT64_MAX;
	save_hits(st);
}

static void
write_events(struct store *st, bool touched)
{
	struct event *ev;

	for (ev = st->engine->index.first; ev != NULL; ev = ev->all.next) {
		if (ev->touched != touched)
			continue;
		record_event(&st->record, ev);
		ec_store_append(st);
		ev->stored = true;
	}
}

void
ec_store_write_state(struct store *st)
{
	struct engine *e = st->engine;

	write_next(st);
	record_notices(&st->record, st->notices, st->notices_flushed);
	ec_store_append(st);
	st->hits_sum = UINT64_MAX;
	save_hits(st);
	for (size_t i = 0; i < e->n_watches; i++)
		ec_store_watch(st, e->watches[i].rule->id,
		    e->watches[i].from_us, e->watches[i].count);
	write_events(st, false);
	st->handlers.save_notices(st->handlers.arg);
	if (st->sink == NULL)
		ec_store_write_mode(st);
	write_events(st, true);
}

static void
compact(struct store *st)
{
	bool tapped;

	ec_store_write_dirty(st);
	journal_rotate(st->journal);
	st->saved_line = st->next_line - 1;
	tapped = st->tapped;
	st->tapped = false; /* nothing of this is news */
	ec_store_write_state(st);
	ec_store_write_own(st);
	st->tapped = tapped;
	st->fresh = false;
	st->saved_upto = st->appended;
	st->old_file = !st->lost;
	st->compacted_bytes = journal_size(st->journal);
}

void
ec_store_tick(struct store *st, int64_t now_us, int64_t keep_us)
{
	save_hits(st);
	if (!st->old_file && !st->lost &&
	    journal_size(st->journal) > COMPACT_BYTES + 4 * st->compacted_bytes)
		compact(st);
	if (keep_us > 0)
		archive_expire(st->archive, now_us - keep_us);
}

struct archive *
ec_store_archive(struct store *st)
{
	return st->archive;
}

uint64_t
ec_store_journal_bytes(const struct store *st)
{
	return journal_size(st->journal);
}

double
ec_store_sync_time(const struct store *st)
{
	return st->sync_time;
}
