/* SPDX-License-Identifier: Apache-2.0
 *
 * The slave while it follows: the master's records become its own, wholes at
 * once; messages are kept until the master has handled them.
 */
#include "eventd/replica/replica_internal.h"

#include "common/log.h"
#include "common/mem.h"
#include "eventd/store/record.h"

#include <stdlib.h>

#define PENDING_MAX (512u << 20)
/* Kept so long beyond the question, because ways differ in length. */
#define MARGIN_US INT64_C(2000000)

static struct replica_now
now(const struct replica *r)
{
	return r->ops.now(r->ops.arg);
}

void
follow_forget(struct replica *r)
{
	str_free(&r->pending);
	str_free(&r->pending_handled);
	r->asked = r->state_here = false;
	r->returning = RETURN_NOT;
	catch_up_forget(r);
}

void
follow_ask_state(struct replica *r)
{
	struct msg m = {
	    .id = MSG_REPLICATE, .replicate = {.want = MSG_REPLICATE_FOLLOW}};

	r->asked = r->state_here = false;
	str_clear(&r->pending);
	str_clear(&r->pending_handled);
	replica_say(r, &m);
}

/* --- a whole -------------------------------------------------------------- */

struct seen { /* what the state has */
	uint64_t *ids;
	size_t n, cap;
	struct strings notices;
};

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void
see(struct seen *s, struct slice record)
{
	struct record r;

	if (record_get(record, &r) != 0)
		return;
	if (r.kind == RECORD_EVENT) {
		ARRAY_GROW(s->ids, s->n, s->cap);
		s->ids[s->n++] = r.event->id;
	} else if (r.kind == RECORD_NOTICE) {
		strings_add(&s->notices, r.name);
	}
	record_clear(&r);
}

static bool
keep_notice(const char *id, void *arg)
{
	return strings_has(&((struct seen *)arg)->notices, id);
}

/* What is here and not there ended while we did not hear of it. */
static void
drop_unseen(struct replica *r, struct seen *s)
{
	struct event *ev, *next;

	if (s->n > 0)
		qsort(s->ids, s->n, sizeof(*s->ids), compare);
	for (ev = r->e->index.first; ev != NULL; ev = next) {
		next = ev->all.next;
		if (s->n == 0 ||
		    bsearch(&ev->id, s->ids, s->n, sizeof(*s->ids), compare) ==
			NULL)
			ec_store_take_gone(r->st, ev->id);
	}
	r->ops.filter_notices(keep_notice, s, r->ops.arg);
}

/* What the numbers of the master's lines say. */
static void
note_line(struct replica *r, struct slice record, uint64_t *next_r)
{
	struct wire w = wire_of(record);
	uint32_t kind = wire_get_u32(&w);
	uint64_t number = wire_get_u64(&w);

	if (kind == RECORD_NEXT) {
		uint64_t line = wire_get_u64(&w);

		*next_r = line > *next_r ? line : *next_r;
	} else if (kind == RECORD_HISTORY && w.why == NULL) {
		catch_up_line(r, number);
	} else if (kind == RECORD_FLUSH) {
		catch_up_erased(r);
	}
}

static int
take_whole(struct replica *r, bool state, struct err *err_r)
{
	struct slice list = str_slice(&r->pending);
	struct msg_replica_record m;
	struct seen seen = {0};
	uint64_t next = 0;
	int rc = 0;

	while (rc == 0 && list.len > 0) {
		if (!msg_replica_record_next(&list, &m)) {
			err_set(err_r, "a damaged list of records");
			rc = -1;
			break;
		}
		if (state)
			see(&seen, m.bytes);
		note_line(r, m.bytes, &next);
		rc = ec_store_take(r->st, m.bytes, false, err_r);
	}
	if (rc == 0 && state) {
		drop_unseen(r, &seen);
		catch_up_state(r, next);
	} else if (rc == 0) {
		catch_up_whole(r);
	}
	free(seen.ids);
	strings_free(&seen.notices);
	return rc;
}

static void
take_handled(struct replica *r)
{
	struct slice list = str_slice(&r->pending_handled);
	int64_t now_us = now(r).wall_us;

	for (; list.len >= 8; list.s += 8, list.len -= 8) {
		uint64_t hash = 0;

		for (int i = 0; i < 8; i++)
			hash |= (uint64_t)(unsigned char)list.s[i] << 8 * i;
		held_handled(r->held, hash, now_us);
	}
}

/* --- messages ------------------------------------------------------------- */

static void
fail(struct replica *r, const char *why)
{
	log_error("replication: %s sends what cannot be taken: %s (install "
		  "the same version on both)",
	    r->peer, why);
	r->mode.success = false;
	r->ops.end(why, r->ops.arg);
}

static void
on_state(struct replica *r)
{
	r->state_here = true;
	r->last_sync_us = now(r).wall_us;
	mode_synced(&r->mode, now(r).mono_us);
	ec_store_set_mode(r->st, STORE_SYNC, 0, r->last_sync_us);
	log_info("replication: follows %s, with %zu open events", r->peer,
	    r->e->index.n);
}

static void
on_replica(struct replica *r, const struct msg_replica *m)
{
	bool state = (m->flags & MSG_REPLICA_STATE) != 0;
	struct err err;

	if (r->pending.len + m->records.len > PENDING_MAX) {
		fail(r, "over 512 MiB at once");
		return;
	}
	str_addslice(&r->pending, m->records);
	str_addslice(&r->pending_handled, m->handled);
	if ((m->flags & MSG_REPLICA_END) == 0)
		return;
	if (take_whole(r, state, &err) != 0) {
		fail(r, err.text);
		return;
	}
	take_handled(r);
	str_clear(&r->pending);
	str_clear(&r->pending_handled);
	if (state)
		on_state(r);
	replica_confirm(r, m->number);
}

static void
on_rules(struct replica *r, const struct msg_replica_rules *m)
{
	struct err err;

	if (r->ops.take_rules(m->rules, m->actions, &err, r->ops.arg) != 0)
		log_error("replication: the rules of %s cannot be used here, "
			  "the present ones stay: %s",
		    r->peer, err.text);
}

static void
on_here(struct replica *r, int64_t time_us)
{
	r->asked = false;
	if (!r->state_here)
		return;
	held_forget(r->held, time_us - MARGIN_US);
	r->last_sync_us = time_us;
	mode_synced(&r->mode, now(r).mono_us);
}

void
follow_message(struct replica *r, const struct msg *m)
{
	if (m->id == MSG_REPLICA_RULES)
		on_rules(r, &m->replica_rules);
	else if (m->id == MSG_REPLICA)
		on_replica(r, &m->replica);
	else if (m->id == MSG_REPLICA_PAST)
		catch_up_lines(r, &m->replica_past);
	else if (m->id == MSG_REPLICA_HERE)
		on_here(r, m->replica_here.time_us);
}

void
follow_tick(struct replica *r)
{
	struct replica_now t = now(r);
	struct msg m = {
	    .id = MSG_REPLICA_ASK, .replica_ask = {.time_us = t.wall_us}};

	catch_up_tick(r);
	/* Before the first state only so much is of use. */
	if (!r->mode.synced)
		held_forget(r->held, t.wall_us - r->o.takeover_us);
	if (!r->mode.up || !r->state_here || r->asked ||
	    t.mono_us - r->asked_us < r->o.interval_us)
		return;
	r->asked = true;
	r->asked_us = t.mono_us;
	replica_say(r, &m);
}
