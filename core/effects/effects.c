/* SPDX-License-Identifier: Apache-2.0
 *
 * The site's implementation of engine_ops, and the batch; see effects.h.
 */
#include "core/effects/effects.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "core/effects/encode.h"

#include <inttypes.h>
#include <stdlib.h>

#define PAYLOAD_BYTES (4u << 20)
#define FRAME_OBJECTS 10000 /* encoded in one turn if nobody waits */

int64_t
effects_clock(const struct effects *fx)
{
	return clock_mono() + fx->clock_base;
}

/* --- engine_ops ------------------------------------------------------------
 */

/*
 * After each record: very many of them at once become several payloads. Lists
 * and notices go before objects, so what a crash in between leaves is a notice
 * too many, never one too few.
 */
static void
cut(struct effects *fx)
{
	size_t from = fx->n_cuts == 0 ? 0 : fx->cuts[fx->n_cuts - 1];

	if (fx->records.len - from < PAYLOAD_BYTES)
		return;
	ARRAY_GROW(fx->cuts, fx->n_cuts, fx->cap_cuts);
	fx->cuts[fx->n_cuts++] = fx->records.len;
}

static void
note_dirty(struct effects *fx)
{
	if (fx->dirty_since == 0)
		fx->dirty_since = clock_mono();
}

static void
on_object(void *arg, uint32_t object, unsigned what)
{
	struct effects *fx = arg;

	if ((what & OBJECT_KEEP) && !fx->kept[object]) {
		fx->kept[object] = 1;
		ARRAY_GROW(fx->keep, fx->n_keep, fx->cap_keep);
		fx->keep[fx->n_keep++] = object;
	}
	if (fx->stream == NULL)
		return;
	stream_mark(fx->stream, object);
	note_dirty(fx);
}

static void
on_line(void *arg, int64_t now, struct slice line)
{
	struct effects *fx = arg;

	history_add(fx->history, now, line);
}

/* Gives the alert an id and lets it wait for notifyd. */
static void
add_alert(struct effects *fx, struct msg *m)
{
	struct slice id;

	str_clear(&fx->id);
	str_addslice(&fx->id, str_slice(&fx->id_front));
	str_addi(&fx->id, (int64_t)++fx->next_notice);
	id = str_slice(&fx->id);
	m->alert.id = id;
	str_clear(&fx->message);
	msg_put(&fx->message, m);
	if (outbox_add(fx->outbox, id, str_slice(&fx->message), UINT64_MAX))
		record_put_notice(&fx->records, id, str_slice(&fx->message));
	cut(fx);
}

static void
on_notice(void *arg, int64_t now, const struct notice *n)
{
	struct effects *fx = arg;
	struct msg m = {.id = MSG_ALERT};

	(void)now;
	tell_notice(
	    &fx->tell, &m.alert, fx->engine, n, clock_wall() / NS_PER_US);
	add_alert(fx, &m);
}

static void
on_quiet(void *arg, uint32_t object, const char *what, int64_t now)
{
	struct effects *fx = arg;
	struct msg m = {.id = MSG_ALERT};

	(void)now;
	tell_quiet(&fx->tell, &m.alert, fx->engine, object, what,
	    clock_wall() / NS_PER_US);
	add_alert(fx, &m);
}

static void
on_downtime(void *arg, const struct downtime *d, enum downtime_event event)
{
	struct effects *fx = arg;
	bool gone = idmap_get(&fx->engine->downtimes, d->id) == NULL;
	struct msg m = {.id = MSG_DOWNTIME_GONE, .downtime_gone = {d->id}};

	(void)event;
	if (gone) {
		record_put_downtime_gone(&fx->records, d->id);
	} else {
		record_put_downtime(&fx->records, fx->engine, d);
		encode_downtime(&m, d);
	}
	cut(fx);
	if (fx->stream == NULL)
		return;
	stream_add(fx->stream, &m);
	note_dirty(fx);
}

static void
on_comment(void *arg, const struct comment *c, bool gone)
{
	struct effects *fx = arg;
	struct msg m = {.id = MSG_COMMENT_GONE, .comment_gone = {c->id}};

	if (gone) {
		record_put_comment_gone(&fx->records, c->id);
	} else {
		record_put_comment(&fx->records, fx->engine, c);
		encode_comment(&m, c);
	}
	cut(fx);
	if (fx->stream == NULL)
		return;
	stream_add(fx->stream, &m);
	note_dirty(fx);
}

static void
on_replan(void *arg, uint32_t object, enum replan how)
{
	struct effects *fx = arg;

	if (fx->schedule != NULL)
		schedule_replan(fx->schedule, object, how, effects_clock(fx));
}

static void
on_check_at(void *arg, uint32_t object, int64_t when, bool forced)
{
	struct effects *fx = arg;
	int64_t at =
	    when > INT64_MAX / NS_PER_S ? INT64_MAX / 2 : when * NS_PER_S;

	if (fx->schedule == NULL)
		return;
	schedule_check_at(fx->schedule, object, at - fx->schedule->drift,
	    forced, effects_clock(fx));
	if (when > clock_wall() / NS_PER_S + 1) /* what was answered stays */
		on_object(fx, object, OBJECT_KEEP);
	if (fx->stream != NULL) {
		stream_mark(fx->stream, object);
		note_dirty(fx);
	}
}

static uint64_t
on_planned(void *arg, const struct engine *e, uint32_t object)
{
	const struct effects *fx = arg;

	if (fx->schedule == NULL || fx->schedule->engine != e)
		return 0;
	return schedule_plan_of(fx->schedule, object);
}

static void
on_program(void *arg)
{
	struct effects *fx = arg;

	fx->program = true;
}

static void
on_contact(void *arg, uint32_t contact)
{
	struct effects *fx = arg;
	struct str pairs = {0};
	struct msg m;

	record_put_contact(&fx->records, fx->engine, contact);
	cut(fx);
	if (fx->stream == NULL)
		return;
	encode_contact(&m, &pairs, fx->engine, contact);
	stream_add(fx->stream, &m);
	str_free(&pairs);
	note_dirty(fx);
}

static void
on_handler(void *arg, const struct handler *h)
{
	struct effects *fx = arg;

	if (fx->jobs != NULL)
		jobs_handler(fx->jobs, h);
}

static void
on_measured(void *arg, uint32_t object, const struct result *r, int64_t now)
{
	struct effects *fx = arg;
	const struct snapshot *snap = fx->engine->snap;
	const struct snap_object *o = &snap->objects[object];

	struct slice host, service;

	if (fx->metrics == NULL && fx->influx == NULL)
		return;
	host = slice_of(snap_s(snap, snap->objects[o->host].name));
	service = o->is_service ? slice_of(snap_s(snap, o->name)) : SLICE("");
	if (r->start > 0)
		now = r->start;
	if (fx->metrics != NULL)
		metrics_add(fx->metrics, host, service, now, r->perfdata);
	if (fx->influx != NULL)
		influx_add(fx->influx, host, service, now, r->perfdata);
}

const struct engine_ops effects_ops = {
    .measured = on_measured,
    .object = on_object,
    .line = on_line,
    .notice = on_notice,
    .quiet = on_quiet,
    .downtime = on_downtime,
    .comment = on_comment,
    .replan = on_replan,
    .check_at = on_check_at,
    .program = on_program,
    .contact = on_contact,
    .planned = on_planned,
    .handler = on_handler,
};

/* --- the batch -------------------------------------------------------------
 */

void
effects_init(struct effects *fx)
{
	fx->kept = xcalloc(fx->engine->snap->n_objects + 1, 1);
	str_addf(&fx->id_front, "%s-core-%016" PRIx64 "-", fx->daemon->site,
	    fx->boot);
}

void
effects_free(struct effects *fx)
{
	str_free(&fx->records);
	str_free(&fx->message);
	str_free(&fx->id);
	str_free(&fx->id_front);
	tell_free(&fx->tell);
	free(fx->kept);
	free(fx->keep);
	free(fx->answers);
	free(fx->cuts);
	*fx = (struct effects){0};
}

void
effects_adopt(
    struct effects *fx, struct engine *engine, struct schedule *schedule)
{
	must(fx->n_keep == 0);
	fx->engine = engine;
	fx->schedule = schedule;
	free(fx->kept);
	fx->kept = xcalloc(engine->snap->n_objects + 1, 1);
}

/* Forgets the first `done` bytes, which are the first `pieces` payloads. */
static void
drop_records(struct effects *fx, size_t done, uint32_t pieces)
{
	uint32_t n = 0;

	memmove(fx->records.s, fx->records.s + done, fx->records.len - done);
	fx->records.len -= done;
	for (uint32_t i = pieces; i < fx->n_cuts; i++)
		fx->cuts[n++] = fx->cuts[i] - done;
	fx->n_cuts = n;
}

/* Hands the records to the journal; false: it does not take all of them. */
static bool
append_records(struct effects *fx)
{
	size_t done = 0;
	uint32_t pieces = 0;

	if (fx->records.len == 0)
		return true;
	while (done < fx->records.len) {
		size_t end =
		    pieces < fx->n_cuts ? fx->cuts[pieces] : fx->records.len;
		uint64_t number = store_append(fx->store,
		    (struct slice){fx->records.s + done, end - done});

		if (number == 0)
			break;
		fx->appended = number;
		done = end;
		pieces++;
	}
	fx->stalled_now = done < fx->records.len;
	fx->stalled += fx->stalled_now;
	drop_records(fx, done, pieces);
	return !fx->stalled_now;
}

/* False: the journal takes nothing now; the batch stays open. */
static bool
append(struct effects *fx)
{
	if (fx->program) {
		record_put_program(&fx->records, fx->engine);
		fx->program = false;
	}
	while (fx->n_keep > 0) {
		uint32_t object = fx->keep[fx->n_keep - 1];

		/* Objects can be encoded later; they need not wait here. */
		if (fx->records.len >= PAYLOAD_BYTES && !append_records(fx))
			return false;
		record_put_object(&fx->records, fx->engine, object);
		fx->kept[object] = 0;
		fx->n_keep--;
	}
	if (!append_records(fx))
		return false;
	outbox_numbered(fx->outbox, fx->appended);
	return true;
}

void
effects_close(struct effects *fx, int64_t now)
{
	uint64_t seq;

	history_push(fx->history);
	if (!append(fx))
		return;
	if (!fx->commands) {
		if (fx->dirty_since == 0 ||
		    clock_mono() - fx->dirty_since < EFFECTS_COALESCE_NS)
			return;
		stream_frame(fx->stream, fx->appended, FRAME_OBJECTS, now);
		fx->dirty_since = stream_dirty(fx->stream) ? 1 : 0;
		return;
	}
	seq = stream_frame(fx->stream, fx->appended, UINT32_MAX, now);
	fx->dirty_since = 0;
	fx->commands = false;
	for (uint32_t i = fx->n_answers; i-- > 0;) {
		if (fx->answers[i].number != UINT64_MAX)
			break;
		fx->answers[i].number = fx->appended;
		fx->answers[i].seq = seq;
	}
}

void
effects_settle(struct effects *fx, int64_t now)
{
	effects_close(fx, now);
	/* The journal is full: these objects are in the next state file. */
	while (fx->n_keep > 0)
		fx->kept[fx->keep[--fx->n_keep]] = 0;
	stream_frame(fx->stream, fx->appended, UINT32_MAX, now);
	fx->dirty_since = 0;
}

void
effects_answer(struct effects *fx, struct bus_peer *peer, uint64_t id)
{
	ARRAY_GROW(fx->answers, fx->n_answers, fx->cap_answers);
	fx->answers[fx->n_answers++] =
	    (struct answer){.peer = peer, .id = id, .number = UINT64_MAX};
	fx->commands = true;
}

void
effects_forget(struct effects *fx, struct bus_peer *peer)
{
	for (uint32_t i = 0; i < fx->n_answers; i++)
		if (fx->answers[i].peer == peer)
			fx->answers[i].peer = NULL;
}

static void
send_answers(struct effects *fx, uint64_t durable)
{
	struct bus_peer *flush = NULL;
	uint32_t n = 0;

	for (; n < fx->n_answers && fx->answers[n].number <= durable; n++) {
		const struct answer *a = &fx->answers[n];
		struct msg m = {.id = MSG_ANSWER,
		    .answer = {.id = a->id, .status = MSG_OK, .seq = a->seq}};

		if (a->peer == NULL)
			continue;
		bus_send(a->peer, &m);
		if (flush != NULL && flush != a->peer)
			bus_flush(flush);
		flush = a->peer;
	}
	if (flush != NULL)
		bus_flush(flush);
	fx->n_answers -= n;
	if (fx->n_answers > 0)
		memmove(fx->answers, fx->answers + n,
		    fx->n_answers * sizeof(*fx->answers));
}

/* The journal goes on trying, so "refused" alone would not be true. */
static void
refuse_answers(struct effects *fx, uint64_t durable)
{
	struct str text = {0};

	str_addf(&text, "not yet durable: %s; it may still take effect",
	    fx->disk.text);
	for (uint32_t i = 0; i < fx->n_answers; i++) {
		struct answer *a = &fx->answers[i];
		struct msg m = {.id = MSG_ANSWER,
		    .answer = {.id = a->id,
			.status = MSG_REFUSED,
			.text = str_slice(&text),
			.seq = a->seq}};

		if (a->number <= durable || a->peer == NULL)
			continue;
		log_warn("command %" PRIu64 " of %s: %s", a->id,
		    bus_peer_name(a->peer), str_get(&text));
		bus_send(a->peer, &m);
		bus_flush(a->peer);
		a->peer = NULL;
	}
	str_free(&text);
}

bool
effects_release(struct effects *fx, int64_t now)
{
	/* At the end the store is closed, and everything is durable. */
	uint64_t durable =
	    fx->store == NULL ? UINT64_MAX : store_durable(fx->store);
	/* While the disk refuses, states are shown all the same: a site that
	 * is blind would be worse. Answers and notices wait. */
	bool shown = fx->disk.text[0] != '\0';
	bool more = stream_release(
	    fx->stream, fx->appended, shown ? UINT64_MAX : durable, now);

	send_answers(fx, durable);
	if (shown)
		refuse_answers(fx, durable);
	outbox_send(fx->outbox, durable);
	return more;
}
