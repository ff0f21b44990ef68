/* SPDX-License-Identifier: Apache-2.0
 *
 * Both roles: begin, steps from state to state, words; see replica.h.
 */
#include "eventd/replica/replica_internal.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define HELD_BYTES (64u << 20)

static struct replica_now
now(const struct replica *r)
{
	return r->ops.now(r->ops.arg);
}

int
replica_say(struct replica *r, const struct msg *m)
{
	if (r->ops.send(m, r->ops.arg) == 0)
		return 0;
	r->ops.end("the other side does not take what is sent fast enough",
	    r->ops.arg);
	return -1;
}

/* --- waiting -------------------------------------------------------------- */

struct moment *
replica_moment(struct replica *r)
{
	struct moment *t = xnew(struct moment);

	t->r = r;
	t->talk = r->talk;
	t->next = r->moments;
	r->moments = t;
	return t;
}

bool
replica_moment_over(struct moment *t)
{
	struct replica *r = t->r;
	struct moment **at = &r->moments;
	bool valid = t->talk == r->talk;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	free(t);
	return valid;
}

static void
on_confirmed(const char *why, void *arg)
{
	struct moment *t = arg;
	struct replica *r = t->r;
	struct msg m = {
	    .id = MSG_REPLICA_STORED, .replica_stored = {.number = t->number}};

	if (!replica_moment_over(t))
		return;
	if (why != NULL)
		r->ops.end(why, r->ops.arg);
	else
		replica_say(r, &m);
}

void
replica_confirm(struct replica *r, uint64_t number)
{
	struct moment *t = replica_moment(r);

	t->number = number;
	ec_store_sync(r->st, on_confirmed, t);
}

/* --- steps ---------------------------------------------------------------- */

static void
stop_work(struct replica *r)
{
	r->e->passive = true;
	r->works = false;
	r->ops.working(false, r->ops.arg);
}

/* Events and deadlines as of `from_us`, then the messages that came since. */
static void
work(struct replica *r, int64_t from_us)
{
	struct message *m;
	uint64_t n = 0;

	r->e->passive = false;
	r->works = true;
	ec_engine_start(r->e, from_us);
	while (r->held != NULL && (m = held_first(r->held)) != NULL) {
		ec_engine_message(r->e, m, m->received_us);
		held_drop(r->held);
		n++;
	}
	ec_engine_tick(r->e, now(r).wall_us);
	if (n > 0)
		log_info("replication: %llu messages that came meanwhile are "
			 "handled",
		    (unsigned long long)n);
	r->ops.working(true, r->ops.arg);
}

static void
take_over(struct replica *r)
{
	const struct store_state *state = ec_store_state(r->st);
	int64_t wall_us = now(r).wall_us, from_us = r->last_sync_us;
	bool again =
	    state->mode == STORE_TAKEOVER || state->mode == STORE_STAYS;

	log_warn("replication: this fallback takes over (%s)",
	    r->mode.stays           ? "by a command"
		: r->why[0] == '\0' ? "the master does not answer"
				    : r->why);
	ec_store_set_mode(r->st, r->mode.stays ? STORE_STAYS : STORE_TAKEOVER,
	    again ? state->since_us : wall_us, r->last_sync_us);
	follow_forget(r);
	if (again || from_us == 0 || from_us > wall_us)
		from_us = wall_us;
	work(r, from_us);
}

void
replica_do(struct replica *r, enum replica_step step)
{
	switch (step) {
	case REPLICA_NOTHING:
		break;
	case REPLICA_WORK:
		log_info("replication: the master works%s",
		    r->mode.up ? "" : "; no fallback has answered");
		work(r, now(r).wall_us);
		break;
	case REPLICA_TAKE_OVER:
		take_over(r);
		/* One that hangs is spoken to anew: then it may return. */
		if (r->mode.up && !r->mode.stays)
			r->ops.end("the master does not answer", r->ops.arg);
		break;
	case REPLICA_GO_BACK:
		give_back_begin(r);
		break;
	case REPLICA_FOLLOW_STEP:
		follow_ask_state(r);
		break;
	}
}

static void
say_stay(struct replica *r)
{
	struct msg m = {.id = MSG_REPLICATE,
	    .replicate = {.want = MSG_REPLICATE_STAY,
		.since_us = ec_store_state(r->st)->since_us}};

	log_warn("replication: master and fallback both work; \"vedette event "
		 "switch sync\" here hands over what was done and follows "
		 "the master again");
	replica_say(r, &m);
}

void
replica_up(struct replica *r, const char *name)
{
	r->talk++;
	snprintf(r->peer, sizeof(r->peer), "%.63s", name);
	r->why[0] = '\0';
	r->told_late = false;
	ec_store_set_peer(r->st, r->peer);
	log_info("replication: %s %s is connected",
	    r->o.role == REPLICA_MASTER ? "the fallback" : "the master",
	    r->peer);
	replica_do(r, mode_up(&r->mode, now(r).mono_us));
	if (r->mode.state == REPLICA_TAKEOVER)
		say_stay(r);
}

void
replica_down(struct replica *r, const char *why)
{
	r->talk++;
	snprintf(r->why, sizeof(r->why), "%.199s", why);
	if (r->mode.up)
		log_warn("replication: the conversation with %s is over: %s",
		    r->peer, why);
	mode_down(&r->mode, now(r).mono_us);
	if (r->o.role == REPLICA_MASTER)
		ship_stop(r);
	r->asked = r->state_here = false;
	catch_up_forget(r);
	str_clear(&r->pending);
	str_clear(&r->pending_handled);
}

void
replica_refused(struct replica *r, const char *why)
{
	snprintf(r->why, sizeof(r->why), "%.199s", why);
	mode_refused(&r->mode, now(r).mono_us);
}

void
replica_message(struct replica *r, const struct msg *m)
{
	mode_heard(&r->mode, now(r).mono_us);
	if (r->o.role == REPLICA_MASTER)
		ship_message(r, m);
	else if (r->mode.state == REPLICA_RETURNING)
		give_back_message(r, m);
	else if (r->mode.state == REPLICA_SYNC)
		follow_message(r, m);
}

void
replica_tick(struct replica *r)
{
	replica_do(r, mode_tick(&r->mode, now(r).mono_us));
	if (r->o.role == REPLICA_MASTER)
		ship_tick(r);
	if (r->mode.state == REPLICA_SYNC)
		follow_tick(r);
	if (r->mode.state == REPLICA_RETURNING)
		give_back_tick(r);
}

int
replica_switch(struct replica *r, const char *mode, struct err *err_r)
{
	enum replica_step step;

	if (mode_switch(&r->mode, mode, now(r).mono_us, &step, err_r) != 0)
		return -1;
	replica_do(r, step);
	if (r->mode.state == REPLICA_TAKEOVER && r->mode.up)
		say_stay(r);
	return 0;
}

/* --- messages ------------------------------------------------------------- */

bool
replica_keeps(struct replica *r, const struct message *m)
{
	if (r->o.role == REPLICA_MASTER)
		r->hash = r->following ? held_hash(m) : 0;
	if (r->o.role != REPLICA_SLAVE || r->works)
		return false;
	held_add(r->held, m);
	return true;
}

/* --- begin and end -------------------------------------------------------- */

void
replica_set_ids(struct engine *e, const struct replica_options *o)
{
	ec_engine_set_fallback(e, o->role == REPLICA_SLAVE);
}

static void
copy_options(struct replica *r, const struct replica_options *o)
{
	replica_options_free(&r->o);
	r->o = *o;
	r->o.key = o->key == NULL ? NULL : xstrdup(o->key);
	r->o.connect = o->connect == NULL ? NULL : xstrdup(o->connect);
	r->mode.o = &r->o;
}

struct replica *
replica_new(struct engine *e, struct store *st, const struct replica_options *o,
    const struct replica_ops *ops)
{
	struct replica *r = xnew(struct replica);

	r->e = e;
	r->st = st;
	r->ops = *ops;
	copy_options(r, o);
	return r;
}

void
replica_free(struct replica **rp)
{
	struct replica *r = *rp;

	if (r == NULL)
		return;
	while (r->waiters != NULL) {
		struct waiter_of_slave *w = r->waiters;

		r->waiters = w->next;
		free(w);
	}
	while (r->moments != NULL) {
		struct moment *t = r->moments;

		r->moments = t->next;
		free(t);
	}
	ship_stop(r);
	held_free(&r->held);
	str_free(&r->pending);
	str_free(&r->pending_handled);
	str_free(&r->past);
	str_free(&r->open.records);
	str_free(&r->open.handled);
	replica_options_free(&r->o);
	free(r);
	*rp = NULL;
}

void
replica_begin(struct replica *r)
{
	const struct store_state *state = ec_store_state(r->st);
	struct replica_now t = now(r);
	bool over = state->mode == STORE_TAKEOVER || state->mode == STORE_STAYS;
	struct replica_past past = {.took_over = over,
	    .stays = state->mode == STORE_STAYS,
	    .synced = state->sync_us != 0,
	    .lost_us = t.mono_us - (t.wall_us - state->sync_us)};

	r->last_sync_us = state->sync_us;
	if (r->o.role != REPLICA_SLAVE && state->mode != STORE_ALONE)
		ec_store_set_mode(r->st, STORE_ALONE, 0, 0);
	if (r->o.role == REPLICA_SLAVE && r->held == NULL)
		r->held = held_new(HELD_BYTES);
	mode_start(&r->mode, &r->o, &past, t.mono_us);
	if (mode_passive(&r->mode))
		stop_work(r);
	else
		work(r, t.wall_us);
	if (r->o.role == REPLICA_SLAVE)
		log_info("replication: this is a fallback %s",
		    over ? "that has taken over" : "that follows its master");
}

void
replica_configure(struct replica *r, const struct replica_options *o)
{
	bool same = replica_options_same(&r->o, o);

	copy_options(r, o);
	if (same)
		return;
	if (r->mode.up)
		r->ops.end("the settings have changed", r->ops.arg);
	ship_stop(r);
	follow_forget(r);
	replica_set_ids(r->e, o);
	if (o->role != REPLICA_SLAVE)
		held_free(&r->held);
	replica_begin(r);
}

bool
replica_joins(const struct replica *r)
{
	return r->mode.state == REPLICA_JOINING;
}

bool
replica_works(const struct replica *r)
{
	return r->works;
}

/* --- words ---------------------------------------------------------------- */

static void
words(const struct replica *r, char *to, size_t size)
{
	const char *away = r->why[0] == '\0' ? "nobody has come" : r->why;

	if (r->o.role == REPLICA_DISABLED)
		snprintf(to, size, "there is no other event console");
	else if (r->mode.state == REPLICA_JOINING)
		snprintf(to, size, "waits for what the fallback did");
	else if (r->o.role == REPLICA_MASTER && r->following)
		snprintf(to, size, "the fallback %s follows", r->peer);
	else if (r->o.role == REPLICA_MASTER && r->mode.up)
		snprintf(to, size,
		    "the fallback %s has taken over, and both "
		    "work",
		    r->peer);
	else if (r->o.role == REPLICA_MASTER)
		snprintf(to, size, "no fallback is connected: %s", away);
	else if (r->mode.state == REPLICA_RETURNING)
		snprintf(to, size, "hands over to %s what it did", r->peer);
	else if (r->mode.state == REPLICA_TAKEOVER)
		snprintf(to, size, "has taken over%s%s",
		    r->mode.up ? "; the master works too" : ": ",
		    r->mode.up ? "" : away);
	else if (r->mode.up)
		snprintf(to, size, "follows %s%s", r->peer,
		    r->state_here ? "" : "; the state is on the way");
	else
		snprintf(to, size, "the master does not answer: %s", away);
}

void
replica_status(const struct replica *r, struct replica_status *s)
{
	static const char *const roles[] = {"disabled", "master", "slave"};

	*s = (struct replica_status){.role = roles[r->o.role],
	    .slave_mode = mode_slave(&r->mode),
	    .last_sync_us = r->o.role == REPLICA_SLAVE ? r->last_sync_us : 0,
	    .success = r->mode.success,
	    .behind = r->following ? r->number - r->acked : 0};
	if (r->o.role == REPLICA_SLAVE)
		s->missing = catch_up_missing(r);
	if (r->held != NULL) {
		s->held = held_count(r->held);
		s->held_lost = held_lost(r->held);
	}
	words(r, s->words, sizeof(s->words));
}
