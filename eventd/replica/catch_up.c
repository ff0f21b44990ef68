/* SPDX-License-Identifier: Apache-2.0
 *
 * The slave's archive after it was away: the lines that it missed come from
 * the master's archive, some at a time, beside what is new. What is here
 * already (it came back from a takeover of ours, or came before a crash) is
 * told by time, event and what happened. The lines go to the archive without
 * the journal; the gap is made smaller once they are committed, so that a
 * crash only asks for them again.
 */
#include "eventd/replica/replica_internal.h"

#include "common/log.h"
#include "common/mem.h"
#include "eventd/store/record.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

void
catch_up_forget(struct replica *r)
{
	str_free(&r->past);
	r->past_asked = false;
	r->past_next = 0;
}

static bool
is_over(const struct replica *r)
{
	return r->mode.state != REPLICA_SYNC || !r->state_here;
}

/* --- the gap -------------------------------------------------------------- */

void
catch_up_state(struct replica *r, uint64_t next_line)
{
	struct store_gap gap = *ec_store_gap(r->st);
	uint64_t from = gap.from != 0 ? gap.from : gap.followed + 1;

	/* Its archive began anew. */
	if (next_line <= gap.followed)
		from = 1;
	catch_up_forget(r);
	gap.followed = next_line > 0 ? next_line - 1 : 0;
	gap.from = from <= gap.followed ? from : 0;
	gap.to = gap.from == 0 ? 0 : gap.followed;
	ec_store_set_gap(r->st, &gap);
}

void
catch_up_line(struct replica *r, uint64_t line)
{
	if (line > r->line)
		r->line = line;
}

void
catch_up_whole(struct replica *r)
{
	struct store_gap gap = *ec_store_gap(r->st);

	if (r->line <= gap.followed)
		return;
	gap.followed = r->line;
	ec_store_set_gap(r->st, &gap);
}

void
catch_up_erased(struct replica *r)
{
	struct store_gap gap = *ec_store_gap(r->st);

	catch_up_forget(r);
	if (gap.from == 0)
		return;
	gap.from = gap.to = 0;
	ec_store_set_gap(r->st, &gap);
}

uint64_t
catch_up_missing(const struct replica *r)
{
	const struct store_gap *gap = ec_store_gap(r->st);

	return gap->from == 0 ? 0 : gap->to - gap->from + 1;
}

/* What was added until here is committed; 0: and nothing is missing. */
static void
committed(struct replica *r, uint64_t next)
{
	struct store_gap gap = *ec_store_gap(r->st);

	gap.from = next > gap.to ? 0 : next;
	if (gap.from == 0)
		gap.to = 0;
	ec_store_set_gap(r->st, &gap);
	if (gap.from != 0)
		return;
	log_info("replication: the archive has the lines that it missed");
	catch_up_forget(r);
}

/* --- lines that are here already ------------------------------------------ */

struct known {
	char **keys; /* sorted */
	size_t n, cap;
};

static char *
key_of(int64_t time_us, const char *what, const char *who, const char *addinfo,
    uint64_t event)
{
	return xasprintf("%lld %llu %s\t%s\t%s", (long long)time_us,
	    (unsigned long long)event, what, who, addinfo);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static const char *
text_at(const json_t *row, size_t i)
{
	const char *s = json_string_value(json_array_get(row, i));

	return s == NULL ? "" : s;
}

static void
read_known(struct known *k, struct slice answer)
{
	json_t *doc = json_loadb(answer.s, answer.len, 0, NULL);

	/* The first row has the columns' names. */
	for (size_t i = 1; i < json_array_size(doc); i++) {
		const json_t *row = json_array_get(doc, i);
		double at = json_number_value(json_array_get(row, 0));

		ARRAY_GROW(k->keys, k->n, k->cap);
		k->keys[k->n++] = key_of(llround(at * 1e6), text_at(row, 1),
		    text_at(row, 2), text_at(row, 3),
		    (uint64_t)json_integer_value(json_array_get(row, 4)));
	}
	json_decref(doc);
	if (k->n > 0)
		qsort(k->keys, k->n, sizeof(*k->keys), compare);
}

static void
known_free(struct known *k)
{
	for (size_t i = 0; i < k->n; i++)
		free(k->keys[i]);
	free(k->keys);
}

static bool
is_known(const struct known *k, const struct record *r)
{
	char *what = slice_dup(r->what), *who = slice_dup(r->who);
	char *addinfo = slice_dup(r->addinfo);
	char *key = key_of(r->time_us, what, who, addinfo, r->event->id);
	bool found = k->n > 0 &&
	    bsearch(&key, k->keys, k->n, sizeof(*k->keys), compare) != NULL;

	free(what);
	free(who);
	free(addinfo);
	free(key);
	return found;
}

/* --- a batch -------------------------------------------------------------- */

/* The next line of the batch that is of the gap. False: there is none. */
static bool
next_line(struct replica *r, struct slice *list, struct record *record_r)
{
	const struct store_gap *gap = ec_store_gap(r->st);
	struct msg_replica_record m;

	while (list->len > 0 && msg_replica_record_next(list, &m)) {
		if (record_get(m.bytes, record_r) != 0)
			continue;
		if (record_r->kind == RECORD_HISTORY &&
		    record_r->id >= gap->from && record_r->id <= gap->to)
			return true;
		record_clear(record_r);
	}
	return false;
}

static void
add_batch(struct replica *r, const struct known *known)
{
	struct slice list = str_slice(&r->past);
	uint64_t last = 0;
	struct record line;

	while (next_line(r, &list, &line)) {
		last = line.id;
		if (!is_known(known, &line))
			ec_store_take_past(r->st, &line);
		record_clear(&line);
	}
	str_clear(&r->past);
	r->past_next = last + 1;
}

static void
on_known(const struct str *answer, const char *why, void *arg)
{
	struct replica *r = ((struct moment *)arg)->r;
	struct known known = {0};

	if (!replica_moment_over(arg) || is_over(r))
		return;
	/* It was asked behind the lines of the batch before. */
	if (r->past_next != 0)
		committed(r, r->past_next);
	if (ec_store_gap(r->st)->from == 0)
		return;
	if (answer == NULL)
		log_warn("replication: lines that were missed may be in the "
			 "archive twice: %s",
		    why);
	else
		read_known(&known, str_slice(answer));
	if (r->past.len > 0)
		add_batch(r, &known);
	known_free(&known);
	r->past_asked = false;
	catch_up_tick(r);
}

static void
look_for_them(struct replica *r, int64_t min_us, int64_t max_us)
{
	struct str text = {0};
	struct query *q;
	struct err err;

	/* A microsecond more on each side, for what rounding does. */
	str_addf(&text,
	    "GET history\nColumns: history_time history_what history_who "
	    "history_addinfo event_id\nOutputFormat: json\n"
	    "Filter: history_time >= %lld.%06lld\n"
	    "Filter: history_time <= %lld.%06lld\n",
	    (long long)((min_us - 1) / 1000000),
	    (long long)((min_us - 1) % 1000000),
	    (long long)((max_us + 1) / 1000000),
	    (long long)((max_us + 1) % 1000000));
	q = query_parse(str_slice(&text), &err);
	if (q == NULL)
		panic("%s", err.text);
	archive_query(ec_store_archive(r->st), q, on_known, replica_moment(r));
	str_free(&text);
}

void
catch_up_lines(struct replica *r, const struct msg_replica_past *m)
{
	struct slice list;
	int64_t min_us = 0, max_us = 0;
	struct record line;
	bool any = false;

	if (!r->past_asked || r->past.len > 0 || is_over(r))
		return;
	str_addslice(&r->past, m->records);
	list = str_slice(&r->past);
	for (; next_line(r, &list, &line); any = true) {
		if (!any || line.time_us < min_us)
			min_us = line.time_us;
		if (!any || line.time_us > max_us)
			max_us = line.time_us;
		record_clear(&line);
	}
	if (!any) {
		/* That was all; only what was added waits for the disk. */
		str_clear(&r->past);
		r->past_next = ec_store_gap(r->st)->to + 1;
	}
	if (min_us < 1 || max_us > INT64_C(9000000000000) * 1000000)
		min_us = max_us = 1;
	look_for_them(r, min_us, max_us);
}

void
catch_up_tick(struct replica *r)
{
	struct msg m = {.id = MSG_REPLICA_PAST_WANT};

	if (r->past_asked || !r->state_here || catch_up_missing(r) == 0 ||
	    archive_is_full(ec_store_archive(r->st)))
		return;
	r->past_asked = true;
	if (r->past_next > ec_store_gap(r->st)->to) {
		look_for_them(r, 1, 1);
		return;
	}
	m.replica_past_want.from =
	    r->past_next != 0 ? r->past_next : ec_store_gap(r->st)->from;
	replica_say(r, &m);
}

/* --- the master ----------------------------------------------------------- */

static void
on_past(const struct str *answer, const char *why, void *arg)
{
	struct replica *r = ((struct moment *)arg)->r;
	struct msg m = {.id = MSG_REPLICA_PAST};

	if (!replica_moment_over(arg) || !r->following)
		return;
	if (answer == NULL) {
		log_error("replication: %s", why);
		r->ops.end(why, r->ops.arg);
		return;
	}
	m.replica_past.records = str_slice(answer);
	replica_say(r, &m);
}

void
catch_up_give(struct replica *r, uint64_t from)
{
	archive_lines(
	    ec_store_archive(r->st), from, on_past, replica_moment(r));
}
