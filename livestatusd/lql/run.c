/* SPDX-License-Identifier: Apache-2.0
 *
 * Carrying out a query: from the table's rows through the filter to the
 * answer.
 */
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "livestatusd/lql/query.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

#define SLICE_BYTES (512u << 10) /* of the history at a time */

struct lql_run {
	struct lql_query *q;
	struct view *v;
	struct view view; /* *v */
	struct lql_env env;
	struct range *ranges;
	bool open, scanned;
	size_t head; /* where the answer begins in out */
	struct block *b;
	struct scan scan;
	struct writer w;
	struct sorter *sorter;
	struct groups *groups;
	size_t start, max_body; /* where the body begins in out */
	size_t piece;           /* a slice ends after so many bytes; 0 */
	int64_t deadline;       /* monotonic; INT64_MAX: none */
	uint64_t found;
	uint8_t entities[ENTITIES]; /* those that rows are asked for */
	int n_entities;
	struct ahead ahead;
};

/* Offset of the client's clock, to the next half hour. */
void
lql_set_shift(struct lql_query *q, const struct lql_env *env)
{
	int64_t off;

	if (q->shifted || q->localtime == QUERY_NO_LIMIT)
		return;
	q->shifted = true;
	off = q->localtime - env->now_ns / NS_PER_S;
	if (off <= -86400 || off >= 86400) {
		lql_query_fail(q, LQL_BAD,
		    "while processing header 'Localtime': the clocks differ "
		    "by more than 24 hours");
		return;
	}
	off = (off >= 0 ? off + 900 : off - 900) / 1800 * 1800;
	if (off <= -86400 || off >= 86400) {
		lql_query_fail(q, LQL_BAD,
		    "while processing header 'Localtime': the clocks differ "
		    "by 24 hours");
		return;
	}
	q->shift = off;
	lql_node_shift(lql_nodes_all(&q->filter), off);
	lql_node_shift(lql_nodes_all(&q->wait), off);
	for (size_t i = 0; i < q->n_stats; i++)
		lql_node_shift(q->stats[i].filter, off);
}

static void
set_user(struct lql_query *q, struct view *v)
{
	if (!q->auth)
		return;
	v->restricted = true;
	v->user = snap_find_contact(v->snap, q->user);
	for (size_t i = 0; i < q->n_auth_groups; i++) {
		uint32_t at =
		    snap_find_contact_group(v->snap, q->auth_groups[i]);

		if (at == SNAP_NONE)
			continue;
		if (v->groups == NULL)
			v->groups =
			    xcalloc(q->n_auth_groups, sizeof(*v->groups));
		v->groups[v->n_groups++] = at;
	}
}

uint32_t
lql_wanted(struct lql_query *q)
{
	uint32_t want = lql_node_wants(lql_nodes_all(&q->filter));

	for (size_t i = 0; i < q->n_columns; i++)
		if (q->columns[i].ref.column != NULL)
			want |= 1u << q->columns[i].ref.join->entity;
	for (size_t i = 0; i < q->n_sort; i++)
		want |= 1u << q->sort[i].ref.join->entity;
	for (size_t i = 0; i < q->n_stats; i++)
		want |= q->stats[i].aggregate == AGGREGATE_COUNT
		    ? lql_node_wants(q->stats[i].filter)
		    : 1u << q->stats[i].ref.join->entity;
	return want | (q->auth ? table_sees_want(q->table) : 0);
}

void
lql_titles_write(const struct lql_query *q, struct writer *w, struct str *tmp)
{
	bool wrapped = q->format == FORMAT_WRAPPED_JSON;
	char number[32];

	if (q->headers != TOGGLE_ON)
		return;
	if (wrapped)
		lql_writer_columns_begin(w);
	else
		lql_writer_row(w);
	for (size_t i = 0; i < q->n_columns; i++)
		lql_writer_string(w, lql_output_title(&q->columns[i], tmp));
	for (size_t i = 0; i < q->n_stats; i++) {
		int n = snprintf(number, sizeof(number), "stats_%zu", i + 1);

		lql_writer_string(w, (struct slice){number, (size_t)n});
	}
	if (wrapped)
		lql_writer_columns_end(w);
	else
		lql_writer_row_end(w);
}

static void
hide_unseen(struct lql_run *r, uint8_t *mask)
{
	struct row row;

	if (!r->q->auth)
		return;
	block_fill(r->b);
	for (uint32_t i = 0; i < r->b->n; i++) {
		if (!mask[i])
			continue;
		for (int e = 0; e < ENTITIES; e++)
			row.at[e] = r->b->at[e][i];
		mask[i] = table_sees(r->q->table, r->v, &row);
	}
}

/* Without filling a block of which few rows are wanted. */
static void
get_row(const struct lql_run *r, uint32_t i, struct row *row)
{
	const struct block *b = r->b;

	memset(row, 0xff, sizeof(*row));
	if (b->lazy) {
		row->at[b->lazy_entity] = b->first + i;
		if (b->hosts != NULL)
			row->at[ENTITY_HOST] = b->hosts[b->first + i];
		return;
	}
	for (int e = 0; e < r->n_entities; e++)
		row->at[r->entities[e]] = b->at[r->entities[e]][i];
}

/* False: no further rows are needed. */
static bool
take_row(struct lql_run *r, uint32_t i)
{
	struct lql_query *q = r->q;
	uint64_t number = r->found++;
	struct row row;

	if (r->sorter == NULL && number < (uint64_t)q->offset)
		return true;
	if (r->sorter == NULL && q->limit != QUERY_NO_LIMIT &&
	    number >= (uint64_t)q->offset + (uint64_t)q->limit)
		return q->format == FORMAT_WRAPPED_JSON; /* for its total */
	get_row(r, i, &row);
	if (r->sorter != NULL) {
		lql_sorter_add(r->sorter, q, r->v, &row);
		return true;
	}
	lql_writer_row(&r->w);
	lql_row_write(q, r->v, &r->w, &row);
	lql_writer_row_end(&r->w);
	return r->w.to->len - r->start <= r->max_body;
}

/* Which bytes of the mask are 1; it is padded to whole words. */
static uint32_t
find_hits(const uint8_t *mask, uint32_t rows, uint16_t hits[BLOCK_ROWS])
{
	uint32_t n = 0;
	uint64_t x;

	for (uint32_t i = 0; i < rows; i += 8) {
		memcpy(&x, mask + i, 8);
		x = le64toh(x);
		for (; x != 0; x &= x - 1)
			hits[n++] =
			    (uint16_t)(i + (unsigned)__builtin_ctzll(x) / 8);
	}
	return n;
}

static bool
take_rows(struct lql_run *r, uint8_t mask[BLOCK_ROWS])
{
	uint16_t hits[BLOCK_ROWS];
	uint32_t n;
	bool sparse;

	memset(mask + r->b->n, 0, BLOCK_ROWS - r->b->n);
	n = find_hits(mask, r->b->n, hits);
	/* Neighbours are fetched by the processor itself. */
	sparse = r->b->dense && n < r->b->n / 8;
	if (n > 0 && !sparse)
		block_fill(r->b);
	for (uint32_t k = 0; k < n; k++) {
		if (sparse)
			lql_ahead(&r->ahead, r->v->m, r->b->first, hits, n, k);
		if (!take_row(r, hits[k]))
			return false;
	}
	return true;
}

/* False: it cannot go on. */
static bool
within_limits(struct lql_run *r)
{
	struct lql_query *q = r->q;

	if (q->too_expensive)
		lql_query_fail(
		    q, LQL_LIMIT, "a regular expression needs too many steps");
	if (r->w.to->len - r->start > r->max_body)
		lql_query_fail(q, LQL_LIMIT,
		    "Maximum response size of %zu bytes exceeded!",
		    r->max_body);
	if (r->v->kept_bytes > VIEW_KEPT_MAX)
		lql_query_fail(q, LQL_LIMIT,
		    "sorting and grouping so many lines of the history needs "
		    "too much memory (narrow the time)");
	if (r->deadline != INT64_MAX && r->env.mono() > r->deadline)
		lql_query_fail(q, LQL_LIMIT,
		    "Maximum query time of %lld seconds exceeded!",
		    (long long)q->timelimit_s);
	if (q->events != NULL && events_error(q->events) != NULL)
		lql_events_failed(q, events_error(q->events));
	return q->code == LQL_OK;
}

/* Works until `until` (monotonic); true: all rows are seen. */
static bool
scan_rows(struct lql_run *r, int64_t until)
{
	struct lql_query *q = r->q;
	const struct node *filter = lql_nodes_all(&q->filter);
	uint8_t all[BLOCK_ROWS], mask[BLOCK_ROWS];
	enum scan_next next;

	memset(all, 1, sizeof(all));
	if (q->limit == 0 && q->n_stats == 0 &&
	    q->format != FORMAT_WRAPPED_JSON)
		return true;
	while ((next = table_scan_next(&r->scan, r->b)) != SCAN_END) {
		if (next == SCAN_ROWS) {
			if (filter != NULL)
				lql_node_eval(q, r->v, filter, r->b, all, mask);
			else
				memcpy(mask, all, r->b->n);
			hide_unseen(r, mask);
			if (r->groups != NULL)
				lql_groups_add(r->groups, q, r->v, r->b, mask,
				    filter == NULL && !q->auth);
			else if (!take_rows(r, mask))
				return true;
		}
		if (!within_limits(r))
			return true;
		if (until != INT64_MAX && r->env.mono() >= until)
			return false;
		if (r->piece > 0 && r->w.to->len >= r->piece)
			return false;
	}
	return true;
}

static void
open_scan(struct lql_run *r)
{
	struct lql_query *q = r->q;

	r->open = true;
	if (q->table->kind == TABLE_LABELS)
		table_collect_labels(r->v);
	table_scan_init(&r->scan, q->table, r->v);
	lql_plan_scan(q, &r->scan, &r->ranges);
	lql_plan_past(q, &r->scan);
	r->scan.want = lql_wanted(q);
	q->quick = lql_row_is_quick(q);
	lql_ahead_init(&r->ahead, q);
	for (uint8_t e = 0; e < ENTITIES; e++)
		if (r->scan.want & 1u << e)
			r->entities[r->n_entities++] = e;
	r->b = xmalloc(sizeof(*r->b));
	memset(r->b, 0xff, sizeof(*r->b));
	if (q->n_stats > 0)
		r->groups = lql_groups_new(q);
	else if (q->n_sort > 0)
		r->sorter = lql_sorter_new();
	lql_writer_begin(&r->w, r->w.to, q);
	lql_titles_write(q, &r->w, &r->v->tmp);
}

static void
write_rest(struct lql_run *r)
{
	struct lql_query *q = r->q;

	within_limits(r);
	if (q->code == LQL_OK && r->groups != NULL) {
		lql_groups_write(r->groups, q, r->v, &r->w);
		r->found = lql_groups_count(r->groups);
	} else if (q->code == LQL_OK && r->sorter != NULL) {
		lql_sorter_write(r->sorter, q, r->v, &r->w);
	}
	lql_writer_end(&r->w, r->found);
	within_limits(r);
}

void
lql_header_put(char *at, enum lql_code code, size_t len)
{
	char text[LQL_HEADER_BYTES + 16];

	snprintf(text, sizeof(text), "%03d %11zu\n", (int)code, len);
	memcpy(at, text, LQL_HEADER_BYTES);
}

void
lql_failure(struct str *out, bool header, enum lql_code code, const char *text)
{
	char head[LQL_HEADER_BYTES];

	if (header) {
		lql_header_put(head, code, strlen(text) + 1);
		str_addn(out, head, LQL_HEADER_BYTES);
	}
	str_add(out, text);
	str_addc(out, '\n');
}

static void
open_run(struct lql_run *r, const struct mirror *m)
{
	struct lql_query *q = r->q;

	view_init(&r->view, m, &r->env);
	r->v = &r->view;
	r->v->events = q->events;
	lql_set_shift(q, &r->env);
	if (q->code != LQL_OK)
		return;
	set_user(q, r->v);
	if (q->fixed16)
		str_addn(r->w.to, "                ", LQL_HEADER_BYTES);
	r->start = r->w.to->len;
	r->max_body = r->env.max_body == 0 ? LQL_MAX_BODY : r->env.max_body;
	open_scan(r);
}

static void
close_run(struct lql_run *r)
{
	table_scan_deinit(&r->scan);
	lql_groups_free(&r->groups);
	lql_sorter_free(&r->sorter);
	free(r->b);
	free(r->ranges);
	view_deinit(&r->view);
}

struct lql_run *
lql_begin(struct lql_query *q, const struct mirror *m,
    const struct lql_env *env, struct str *out)
{
	struct lql_run *r = xnew(struct lql_run);

	r->q = q;
	r->env = *env;
	r->head = out->len;
	r->w.to = out;
	r->deadline = INT64_MAX;
	if (q->timelimit_s != QUERY_NO_LIMIT && env->mono != NULL &&
	    q->timelimit_s < INT64_MAX / NS_PER_S / 2)
		r->deadline = env->mono() + q->timelimit_s * NS_PER_S;
	open_run(r, m);
	return r;
}

bool
lql_stream(struct lql_run *r, size_t piece)
{
	const struct lql_query *q = r->q;

	if (q->code != LQL_OK || q->fixed16 || r->groups != NULL ||
	    r->sorter != NULL || r->deadline != INT64_MAX)
		return false;
	r->piece = piece;
	return true;
}

void
lql_took(struct lql_run *r)
{
	r->head = r->start = 0;
}

bool
lql_go_on(struct lql_run *r, const struct mirror *m, int64_t ns)
{
	int64_t until = INT64_MAX;

	if (r->q->code != LQL_OK || r->scanned)
		return true;
	must(r->view.snap == m->snap);
	r->view.m = m;
	if (ns != INT64_MAX && r->env.mono != NULL) {
		until = r->env.mono() + ns;
		r->scan.slice = SLICE_BYTES;
	}
	r->scanned = r->q->code != LQL_OK || scan_rows(r, until);
	return r->scanned;
}

enum lql_code
lql_end(struct lql_run **rp)
{
	struct lql_run *r = *rp;
	struct lql_query *q = r->q;
	struct str *out = r->w.to;
	enum lql_code code;

	*rp = NULL;
	if (q->code == LQL_OK)
		write_rest(r);
	code = q->code;
	if (code != LQL_OK) {
		out->len = r->head;
		lql_failure(out, q->fixed16, code, q->err.text);
	} else if (q->fixed16) {
		lql_header_put(out->s + r->head, LQL_OK, out->len - r->start);
	}
	close_run(r);
	free(r);
	return code;
}

enum lql_code
lql_execute(struct lql_query *q, const struct mirror *m,
    const struct lql_env *env, struct str *out)
{
	struct lql_run *r = lql_begin(q, m, env, out);

	lql_go_on(r, m, INT64_MAX);
	return lql_end(&r);
}

/* Whatever the row is like, the filter gives that; by its form alone. */
static bool
gives_always(const struct node *n, bool what)
{
	/* And is true, Or is false unless one of the kids is not. */
	bool all = n->kind == (what ? NODE_AND : NODE_OR);

	if (n->kind == NODE_LEAF)
		return false;
	if (n->kind == NODE_NOT)
		return gives_always(n->kids[0], !what);
	for (size_t i = 0; i < n->n; i++)
		if (gives_always(n->kids[i], what) != all)
			return !all;
	return all;
}

/* Finds the object that conditions are about. */
static void
resolve_wait(struct lql_query *q, struct view *v)
{
	int rc;

	q->wait_resolved = true;
	if (!q->wait_object_given && q->wait.n == 0)
		return;
	if (!q->wait_object_given && q->table->kind != TABLE_STATUS) {
		lql_query_fail(
		    q, LQL_INVALID, "WaitCondition without WaitObject");
		return;
	}
	rc = table_object(q->table, v, q->wait_object, &q->wait_row);
	if (rc < 0)
		lql_query_fail(q, LQL_INVALID, "table '%s' has no WaitObject",
		    q->table->name);
	else if (rc == 0 || !table_sees(q->table, v, &q->wait_row))
		lql_query_fail(q, LQL_INVALID,
		    "primary key '%.*s' not found or not accessible",
		    (int)(q->wait_object.len < 200 ? q->wait_object.len : 200),
		    q->wait_object.s);
	else if (q->wait.n > 0 && q->wait_timeout_ms == 0 &&
	    gives_always(lql_nodes_all(&q->wait), false))
		lql_query_fail(q, LQL_INVALID,
		    "waiting for WaitCondition would hang forever");
}

static bool
condition_holds(struct lql_query *q, struct view *v)
{
	struct block *b = xmalloc(sizeof(*b));
	uint8_t in = 1, out = 1;

	b->n = 1;
	b->dense = b->lazy = false;
	for (int e = 0; e < ENTITIES; e++)
		b->at[e][0] = q->wait_row.at[e];
	lql_node_eval(q, v, lql_nodes_all(&q->wait), b, &in, &out);
	free(b);
	return out;
}

bool
lql_must_wait(struct lql_query *q, const struct mirror *m,
    const struct lql_env *env, const uint64_t before[MIRROR_EVENTS])
{
	struct view v;
	bool wait = true;

	if (!q->wait_given || q->code != LQL_OK)
		return false;
	view_init(&v, m, env);
	set_user(q, &v);
	lql_set_shift(q, env);
	q->wait_resolved = false; /* objects may be numbered anew */
	if (q->wait_generation != m->snap->generation)
		lql_node_forget(lql_nodes_all(&q->wait));
	q->wait_generation = m->snap->generation;
	resolve_wait(q, &v);
	if (q->code != LQL_OK) {
		wait = false;
	} else if (q->wait.n > 0) {
		wait = !condition_holds(q, &v);
	} else {
		for (int i = 0; i < MIRROR_EVENTS; i++)
			if ((q->wait_trigger & 1u << i) &&
			    m->events[i] != before[i])
				wait = false;
	}
	view_deinit(&v);
	return wait;
}

enum lql_code
lql_run(const struct mirror *m, const struct lql_env *env, struct slice request,
    struct str *out)
{
	struct lql_query *q = lql_parse(request);
	enum lql_code code = lql_execute(q, m, env, out);

	lql_free(&q);
	return code;
}
