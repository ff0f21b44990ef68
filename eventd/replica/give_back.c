/* SPDX-License-Identifier: Apache-2.0
 *
 * The slave after a takeover: what it did goes to the master, first the lines
 * of the archive, bit by bit, then the events that changed, those that ended,
 * counters and notices, at once. Until the master has all of it, nothing of it
 * is forgotten here, so that a return that breaks off begins again where it
 * was.
 */
#include "eventd/replica/replica_internal.h"

#include "common/log.h"
#include "common/mem.h"
#include "eventd/store/record.h"

void
give_back_begin(struct replica *r)
{
	struct msg m = {.id = MSG_REPLICATE,
	    .replicate = {.want = MSG_REPLICATE_RETURN,
		.since_us = ec_store_state(r->st)->since_us}};

	if (r->works) {
		log_info("replication: the master %s is back: what was done "
			 "meanwhile is handed over",
		    r->peer);
		r->e->passive = true;
		r->works = false;
		r->ops.working(false, r->ops.arg);
	}
	r->returning = RETURN_ASKED;
	replica_say(r, &m);
}

static int
say_records(struct replica *r, struct slice records, uint32_t flags)
{
	struct msg m = {.id = MSG_REPLICA,
	    .replica = {
		.number = ++r->number, .flags = flags, .records = records}};

	r->return_last = r->number;
	return replica_say(r, &m);
}

/* --- the rest ------------------------------------------------------------- */

struct rest {
	struct replica *r;
	struct str list;
};

static void
add(struct rest *rest, const struct str *record)
{
	struct msg_replica_record m = {str_slice(record)};

	msg_replica_record_put(&rest->list, &m);
}

/* Events come apart: only those that changed. */
static void
add_other(struct slice record, void *arg)
{
	struct rest *rest = arg;
	struct msg_replica_record m = {record};
	struct wire w = wire_of(record);

	if (wire_get_u32(&w) != RECORD_EVENT)
		msg_replica_record_put(&rest->list, &m);
}

static void
send_rest(struct replica *r)
{
	const struct strings *told = ec_store_told(r->st);
	struct rest rest = {.r = r};
	struct str record = {0};
	const uint64_t *shut;
	size_t n;

	shut = ec_store_shut(r->st, &n);
	for (size_t i = 0; i < n; i++) {
		record_gone(&record, shut[i]);
		add(&rest, &record);
		str_clear(&record);
	}
	for (struct event *ev = r->e->index.first; ev != NULL;
	     ev = ev->all.next) {
		if (!ev->touched)
			continue;
		record_event(&record, ev);
		add(&rest, &record);
		str_clear(&record);
	}
	ec_store_whole(r->st, add_other, &rest);
	for (size_t i = 0; i < told->n; i++) {
		record_notice_gone(&record, slice_of(told->v[i]));
		add(&rest, &record);
		str_clear(&record);
	}
	r->returning = RETURN_REST;
	say_records(r, str_slice(&rest.list), MSG_REPLICA_END);
	str_free(&rest.list);
	str_free(&record);
}

/* --- lines ---------------------------------------------------------------- */

/* The number of the last line of a list of records. */
static uint64_t
last_line(struct slice list)
{
	struct msg_replica_record m;
	uint64_t line = 0;

	while (list.len > 0 && msg_replica_record_next(&list, &m)) {
		struct wire w = wire_of(m.bytes);

		wire_get_u32(&w);
		line = wire_get_u64(&w);
	}
	return line;
}

static void
on_lines(const struct str *answer, const char *why, void *arg)
{
	struct replica *r = ((struct moment *)arg)->r;

	if (!replica_moment_over(arg) || r->returning != RETURN_LINES)
		return;
	if (answer == NULL) {
		log_error("replication: %s", why);
		r->ops.end(why, r->ops.arg);
	} else if (answer->len == 0) {
		send_rest(r);
	} else {
		r->return_line = last_line(str_slice(answer)) + 1;
		say_records(r, str_slice(answer), 0);
	}
}

static void
read_lines(struct replica *r)
{
	r->returning = RETURN_LINES;
	archive_lines(ec_store_archive(r->st), r->return_line, on_lines,
	    replica_moment(r));
}

/* --- messages ------------------------------------------------------------- */

static void
finish(struct replica *r)
{
	log_info("replication: the master has all of it");
	ec_store_set_mode(r->st, STORE_SYNC, 0, r->last_sync_us);
	r->returning = RETURN_NOT;
	replica_do(r, mode_returned(&r->mode, r->ops.now(r->ops.arg).mono_us));
}

void
give_back_message(struct replica *r, const struct msg *m)
{
	if (m->id == MSG_REPLICA_WANT && r->returning == RETURN_ASKED) {
		if (m->replica_want.complete) {
			finish(r);
			return;
		}
		r->return_line = ec_store_state(r->st)->line;
		if (m->replica_want.line > r->return_line)
			r->return_line = m->replica_want.line;
		r->returning = RETURN_QUIET;
		give_back_tick(r);
	}
	if (m->id != MSG_REPLICA_STORED ||
	    m->replica_stored.number != r->return_last)
		return;
	if (r->returning == RETURN_LINES)
		read_lines(r);
	else if (r->returning == RETURN_REST)
		finish(r);
}

void
give_back_tick(struct replica *r)
{
	/* A notice that is on its way is not given to the master, too. */
	if (r->returning == RETURN_QUIET && r->mode.up &&
	    r->ops.under_way(r->ops.arg) == 0)
		read_lines(r);
}
