/* SPDX-License-Identifier: Apache-2.0
 *
 * The master: what its journal has goes to the slave, once it is on the disk
 * here and in the same wholes, each with the messages that it comes from. And
 * what a slave hands over after a takeover is taken in.
 */
#include "eventd/replica/replica_internal.h"

#include "common/log.h"
#include "common/mem.h"
#include "eventd/store/record.h"

#include <stdlib.h>

/* Nobody waits longer for a slave that is there and does not answer. */
#define PATIENCE_US INT64_C(10000000)

/* --- pieces --------------------------------------------------------------- */

static void
piece_free(struct piece *p)
{
	str_free(&p->records);
	str_free(&p->handled);
	free(p);
}

/* What is gathered waits for its batch to be whole, and for the disk. */
static void
put_piece(struct replica *r, uint32_t flags)
{
	struct piece *p = xnew(struct piece);

	*p = r->open;
	r->open = (struct piece){0};
	p->flags = flags;
	p->number = ++r->number;
	if (r->last == NULL)
		r->first = p;
	else
		r->last->next = p;
	r->last = p;
}

static void
gather(struct replica *r, struct slice record, uint32_t flags)
{
	struct msg_replica_record m = {record};

	msg_replica_record_put(&r->open.records, &m);
	if (r->open.records.len >= REPLICA_PIECE)
		put_piece(r, flags);
}

static void
whole(struct replica *r, uint32_t flags, uint64_t upto)
{
	put_piece(r, flags | MSG_REPLICA_END);
	for (struct piece *p = r->first; p != NULL; p = p->next) {
		if (p->upto == 0)
			p->upto = upto;
	}
}

static void
send_durable(struct replica *r)
{
	struct piece *p;

	while (r->following && (p = r->first) != NULL && p->upto != 0 &&
	    p->upto <= r->durable) {
		struct msg m = {.id = MSG_REPLICA,
		    .replica = {.number = p->number,
			.flags = p->flags,
			.records = str_slice(&p->records),
			.handled = str_slice(&p->handled)}};

		if (replica_say(r, &m) != 0)
			return;
		r->first = p->next;
		if (r->first == NULL)
			r->last = NULL;
		piece_free(p);
	}
}

/* --- the journal ---------------------------------------------------------- */

static void
on_record(struct slice record, void *arg)
{
	gather(arg, record, 0);
}

static void
on_batch(uint64_t upto, void *arg)
{
	whole(arg, 0, upto);
}

static void
on_durable(uint64_t upto, void *arg)
{
	struct replica *r = arg;

	r->durable = upto;
	send_durable(r);
}

static void
on_broken(void *arg)
{
	struct replica *r = arg;

	r->ops.end(
	    "the disk here does not keep up: all is sent anew", r->ops.arg);
}

void
ship_tap(struct replica *r)
{
	static const struct store_tap tap = {.record = on_record,
	    .batch = on_batch,
	    .durable = on_durable,
	    .broken = on_broken};
	struct store_tap mine = tap;

	mine.arg = r;
	ec_store_tap(r->st, &mine);
}

/* Those that wait for so much, or since so long. */
static bool
release(struct replica *r, uint64_t upto, int64_t since_us)
{
	struct waiter_of_slave **at = &r->waiters, *w, *over = NULL;

	while ((w = *at) != NULL) {
		if (w->number > upto && w->since_us > since_us) {
			at = &w->next;
			continue;
		}
		/* The oldest is the first that is told. */
		*at = w->next;
		w->next = over;
		over = w;
	}
	if (over == NULL)
		return false;
	while ((w = over) != NULL) {
		over = w->next;
		w->done(w->arg);
		free(w);
	}
	return true;
}

void
ship_tick(struct replica *r)
{
	int64_t now_us = r->ops.now(r->ops.arg).mono_us;

	if (release(r, 0, now_us - PATIENCE_US) && !r->told_late) {
		log_warn("replication: the fallback %s is there and stores "
			 "nothing for %d s: nobody waits for it",
		    r->peer, (int)(PATIENCE_US / 1000000));
		r->told_late = true;
	}
}

void
ship_stop(struct replica *r)
{
	struct piece *p;

	if (r->following)
		ec_store_tap(r->st, NULL);
	r->following = false;
	while ((p = r->first) != NULL) {
		r->first = p->next;
		piece_free(p);
	}
	r->last = NULL;
	str_clear(&r->open.records);
	str_clear(&r->open.handled);
	release(r, UINT64_MAX, INT64_MAX);
}

void
replica_heard(struct replica *r)
{
	uint64_t hash = r->hash;
	char bytes[8];

	if (!r->following || hash == 0)
		return;
	for (int i = 0; i < 8; i++)
		bytes[i] = (char)(hash >> 8 * i);
	str_addn(&r->open.handled, bytes, sizeof(bytes));
	r->hash = 0;
}

/* --- a slave follows ------------------------------------------------------ */

static struct moment *
moment_now(struct replica *r)
{
	struct moment *t = replica_moment(r);
	uint64_t position = ec_store_position(r->st);

	t->position = position == 0 ? 1 : position;
	return t;
}

static void
durable_upto(struct replica *r, uint64_t position)
{
	if (r->durable < position)
		r->durable = position;
	send_durable(r);
}

static void
on_state_durable(const char *why, void *arg)
{
	struct moment *t = arg;
	struct replica *r = t->r;
	uint64_t position = t->position;

	if (!replica_moment_over(t))
		return;
	if (why != NULL)
		r->ops.end(why, r->ops.arg);
	else
		durable_upto(r, position);
}

static void
on_state_record(struct slice record, void *arg)
{
	gather(arg, record, MSG_REPLICA_STATE);
}

static void
say_rules(struct replica *r)
{
	struct msg m = {.id = MSG_REPLICA_RULES};

	r->ops.rules(
	    &m.replica_rules.rules, &m.replica_rules.actions, r->ops.arg);
	replica_say(r, &m);
}

/* The whole state, then what changes. */
static void
begin_follow(struct replica *r)
{
	struct moment *t;
	uint64_t talk = r->talk;

	ship_stop(r);
	say_rules(r);
	if (talk != r->talk)
		return;
	t = moment_now(r);
	r->durable = 0;
	r->acked = r->number;
	ec_store_whole(r->st, on_state_record, r);
	whole(r, MSG_REPLICA_STATE, t->position);
	r->following = true;
	ship_tap(r);
	ec_store_sync(r->st, on_state_durable, t);
}

void
replica_rules_changed(struct replica *r)
{
	if (r->o.role == REPLICA_MASTER && r->following)
		begin_follow(r);
}

static void
on_asked_durable(const char *why, void *arg)
{
	struct moment *t = arg;
	struct replica *r = t->r;
	uint64_t position = t->position, talk = t->talk;
	struct msg m = {
	    .id = MSG_REPLICA_HERE, .replica_here = {.time_us = t->time_us}};

	if (!replica_moment_over(t) || why != NULL || !r->following)
		return;
	durable_upto(r, position);
	if (talk == r->talk)
		replica_say(r, &m);
}

/* When all that came before the question is on its way. */
static void
answer_ask(struct replica *r, int64_t time_us)
{
	struct moment *t = moment_now(r);

	t->time_us = time_us;
	/* Of messages that changed nothing. */
	if (r->open.handled.len > 0)
		whole(r, 0, t->position);
	ec_store_sync(r->st, on_asked_durable, t);
}

static void
on_stored(struct replica *r, uint64_t number)
{
	if (number > r->acked && number <= r->number)
		r->acked = number;
	release(r, r->acked, INT64_MIN);
}

void
replica_sync(struct replica *r, replica_done_fn *done, void *arg)
{
	struct waiter_of_slave *w;

	if (!r->following || r->acked >= r->number) {
		done(arg);
		return;
	}
	w = xnew(struct waiter_of_slave);
	w->number = r->number;
	w->since_us = r->ops.now(r->ops.arg).mono_us;
	w->done = done;
	w->arg = arg;
	w->next = r->waiters;
	r->waiters = w;
}

/* --- a slave hands over --------------------------------------------------- */

static void
offer_return(struct replica *r, int64_t since_us)
{
	struct msg m = {.id = MSG_REPLICA_WANT};

	ship_stop(r);
	r->since_us = since_us;
	r->taken = ec_store_taken(r->st, since_us);
	m.replica_want.complete = r->taken == UINT64_MAX;
	m.replica_want.line = r->taken + 1;
	log_info(
	    "replication: the fallback %s hands over what it did", r->peer);
	replica_say(r, &m);
}

/* The number of a line of the archive; 0: it is something else. */
static uint64_t
line_of(struct slice record)
{
	struct wire w = wire_of(record);
	uint32_t kind = wire_get_u32(&w);
	uint64_t line = kind == RECORD_HISTORY ? wire_get_u64(&w) : 0;

	return w.why == NULL ? line : 0;
}

static int
take_records(struct replica *r, struct slice list, struct err *err_r)
{
	while (list.len > 0) {
		struct msg_replica_record m;
		uint64_t line;

		if (!msg_replica_record_next(&list, &m)) {
			err_set(err_r, "a damaged list of records");
			return -1;
		}
		line = line_of(m.bytes);
		if (line != 0 && line <= r->taken)
			continue;
		if (ec_store_take(r->st, m.bytes, true, err_r) != 0)
			return -1;
		if (line != 0)
			r->taken = line;
	}
	return 0;
}

static void
take_return(struct replica *r, const struct msg_replica *m)
{
	bool end = (m->flags & MSG_REPLICA_END) != 0;
	struct err err;

	if (r->since_us == 0 || r->taken == UINT64_MAX)
		return;
	if (take_records(r, m->records, &err) != 0) {
		log_error("replication: %s sends what cannot be taken: %s "
			  "(install the same version on both)",
		    r->peer, err.text);
		r->ops.end(err.text, r->ops.arg);
		return;
	}
	if (end)
		r->taken = UINT64_MAX;
	ec_store_set_taken(r->st, r->since_us, r->taken);
	replica_confirm(r, m->number);
	if (!end)
		return;
	log_info("replication: all of it is here");
	if (r->works)
		ec_engine_start(r->e, r->ops.now(r->ops.arg).wall_us);
	else
		replica_do(r, mode_joined(&r->mode));
}

/* --- messages ------------------------------------------------------------- */

static void
on_replicate(struct replica *r, const struct msg_replicate *m)
{
	if (m->want == MSG_REPLICATE_RETURN) {
		offer_return(r, m->since_us);
		return;
	}
	if (m->want == MSG_REPLICATE_FOLLOW) {
		replica_do(r, mode_joined(&r->mode));
		begin_follow(r);
		return;
	}
	log_warn("replication: the fallback %s has taken over and goes on: "
		 "both work, and people may be told twice (\"vedette event "
		 "switch sync\" there)",
	    r->peer);
	ship_stop(r);
	replica_do(r, mode_joined(&r->mode));
}

void
ship_message(struct replica *r, const struct msg *m)
{
	if (m->id == MSG_REPLICATE)
		on_replicate(r, &m->replicate);
	else if (m->id == MSG_REPLICA_ASK && r->following)
		answer_ask(r, m->replica_ask.time_us);
	else if (m->id == MSG_REPLICA_STORED)
		on_stored(r, m->replica_stored.number);
	else if (m->id == MSG_REPLICA_PAST_WANT && r->following)
		catch_up_give(r, m->replica_past_want.from);
	else if (m->id == MSG_REPLICA)
		take_return(r, &m->replica);
}
