/* SPDX-License-Identifier: Apache-2.0
 *
 * Computing aggregations; see bi.h.
 */
#include "livestatusd/bi/bi.h"

#include "common/mem.h"
#include "livestatusd/bi/bi_internal.h"

#include <stdlib.h>
#include <string.h>

/* BI-1 */
unsigned
bi_badness(int state)
{
	switch (state) {
	case BI_PENDING:
		return 1;
	case BI_WARN:
		return 2;
	case BI_UNKNOWN:
		return 3;
	case BI_CRIT:
		return 4;
	default:
		return 0;
	}
}

static int8_t
state_of_badness(unsigned badness)
{
	static const int8_t states[] = {
	    BI_OK, BI_PENDING, BI_WARN, BI_UNKNOWN, BI_CRIT};

	return states[badness];
}

/* --- functions (BI-2) ------------------------------------------------------
 */

/* The nth by badness, the worst or the best first; the last if there are fewer.
 */
static int8_t
nth_state(const struct node *n, const uint32_t counts[5], uint32_t total)
{
	uint32_t nth = n->nth < total ? n->nth : total;

	for (unsigned i = 0; i < 5; i++) {
		unsigned b = n->function == FUNCTION_WORST ? 4 - i : i;

		if (counts[b] >= nth)
			return state_of_badness(b);
		nth -= counts[b];
	}
	return BI_OK;
}

static bool
reaches(const struct limit *l, uint32_t ok, uint32_t total)
{
	if (l->percent)
		return (uint64_t)ok * 100 >= (uint64_t)l->n * total;
	return ok >= l->n;
}

static int8_t
combine(const struct bi *bi, const struct node *n, enum side side)
{
	uint32_t counts[5] = {0}, total = 0;
	int8_t state;

	for (uint32_t i = 0; i < n->n; i++) {
		int8_t s = bi->states[n->kids[i]].state[side];

		if (s == BI_NONE)
			continue;
		counts[bi_badness(s)]++;
		total++;
	}
	if (total == 0)
		return BI_NONE;
	if (n->function == FUNCTION_COUNT_OK)
		return reaches(&n->ok, counts[0], total)  ? BI_OK
		    : reaches(&n->warn, counts[0], total) ? BI_WARN
							  : BI_CRIT;
	state = nth_state(n, counts, total);
	return bi_badness(state) > bi_badness(n->cap) ? n->cap : state;
}

/* --- computing -------------------------------------------------------------
 */

static int8_t
leaf_state(const struct bi *bi, const struct node *n, const struct bi_leaf *l)
{
	static const int8_t of_host[] = {BI_OK, BI_CRIT, BI_UNKNOWN};
	int8_t s = n->hard && l->state >= 0 ? l->hard_state : l->state;

	if (s < 0)
		return BI_PENDING;
	if (n->object >= bi->snap->n_hosts)
		return s > 3 ? BI_UNKNOWN : s;
	return s > 2 ? BI_UNKNOWN : of_host[s];
}

static void
compute_leaf(struct bi *bi, uint32_t leaf)
{
	uint32_t at = bi->leaves[leaf].node;
	struct node_now *n = &bi->states[at];
	const struct bi_leaf *l = &bi->now[leaf];
	int8_t real = leaf_state(bi, &bi->nodes[at], l);

	n->assumed = bi->assumed[leaf] != BI_NONE;
	if (n->assumed)
		real = bi->assumed[leaf];
	n->state[SIDE_REAL] = real;
	n->state[SIDE_DOWNTIME] = l->in_downtime ? BI_CRIT : BI_OK;
	n->state[SIDE_ACK] = l->acknowledged ? BI_OK : real;
	n->state[SIDE_SERVICE] = l->out_of_service ? BI_CRIT : BI_OK;
}

bool
bi_compute(struct bi *bi, uint32_t at)
{
	const struct node *n = &bi->nodes[at];
	struct node_now *now = &bi->states[at];
	bool was = now->assumed, differs = false;

	if (n->leaf && !n->refers)
		return false;
	now->assumed = false;
	for (uint32_t i = 0; i < n->n; i++)
		now->assumed = now->assumed || bi->states[n->kids[i]].assumed;
	for (int side = 0; side < SIDES; side++) {
		int8_t s = n->refers ? bi->states[n->kids[0]].state[side]
				     : combine(bi, n, (enum side)side);

		differs = differs || s != now->state[side];
		now->state[side] = s;
	}
	return differs || was != now->assumed;
}

/* Upwards as far as something differs; how many were computed. */
static unsigned
propagate(struct bi *bi, uint32_t at)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < bi->nodes[at].n_ups; i++) {
		uint32_t up = bi->nodes[at].ups[i];

		n++;
		if (bi_compute(bi, up))
			n += propagate(bi, up);
	}
	return n;
}

/* The first leaf of the object, or behind where it would be. */
static uint32_t
first_leaf(const struct bi *bi, uint32_t object)
{
	uint32_t lo = 0, hi = bi->n_leaves;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (bi->leaves[mid].object < object)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool
is_of(const struct bi *bi, uint32_t leaf, uint32_t object)
{
	return leaf < bi->n_leaves && bi->leaves[leaf].object == object;
}

bool
bi_has(const struct bi *bi, uint32_t object)
{
	return is_of(bi, first_leaf(bi, object), object);
}

static unsigned
recompute(struct bi *bi, uint32_t leaf)
{
	const struct node_now *n = &bi->states[bi->leaves[leaf].node];
	struct node_now was = *n;

	compute_leaf(bi, leaf);
	if (memcmp(was.state, n->state, sizeof(n->state)) == 0 &&
	    was.assumed == n->assumed)
		return 0;
	return propagate(bi, bi->leaves[leaf].node);
}

unsigned
bi_update(struct bi *bi, uint32_t object, const struct bi_leaf *known)
{
	uint32_t i = first_leaf(bi, object);
	unsigned n = 0;

	for (; is_of(bi, i, object); i++) {
		bi->now[i] = *known;
		n += recompute(bi, i);
	}
	return n;
}

void
bi_assume(struct bi *bi, uint32_t object, int state)
{
	uint32_t i = first_leaf(bi, object);

	for (; is_of(bi, i, object); i++) {
		bi->assumed[i] = (int8_t)state;
		recompute(bi, i);
	}
}

/* --- results ---------------------------------------------------------------
 */

uint32_t
bi_count(const struct bi *bi)
{
	return bi == NULL ? 0 : bi->n;
}

uint32_t
bi_find(const struct bi *bi, struct slice name)
{
	for (uint32_t i = 0; i < bi_count(bi); i++)
		if (slice_eqs(name, bi->all[i].name))
			return i;
	return SNAP_NONE;
}

/* BI-3 */
static void
set_flags(const struct node_now *n, bool at_warn, bool *downtime, bool *ack,
    bool *service)
{
	unsigned limit = bi_badness(at_warn ? BI_WARN : BI_CRIT);
	int8_t real = n->state[SIDE_REAL];

	*downtime = bi_badness(n->state[SIDE_DOWNTIME]) >= limit;
	*service = bi_badness(n->state[SIDE_SERVICE]) >= limit;
	*ack = n->state[SIDE_ACK] == BI_OK && real != BI_OK && real != BI_NONE;
}

struct bi_result
bi_result(const struct bi *bi, uint32_t at)
{
	const struct aggregation *a = &bi->all[at];
	const struct node_now *n = &bi->states[a->top];
	struct bi_result r = {.name = a->name,
	    .title = a->alias == NULL ? a->name : a->alias,
	    .state = n->state[SIDE_REAL],
	    .assumed = n->assumed};

	set_flags(n, a->downtime_at_warn, &r.in_downtime, &r.acknowledged,
	    &r.out_of_service);
	return r;
}

struct walk {
	const struct bi *bi;
	const struct aggregation *a;
	bi_node_fn *each;
	void *arg;
	uint32_t n;
};

static void
walk(struct walk *w, uint32_t at, uint32_t up, unsigned depth)
{
	static const char *const functions[] = {"worst", "best", "count_ok"};
	const struct node *n = &w->bi->nodes[at];
	const struct node_now *now = &w->bi->states[at];
	struct bi_node out = {.up = up,
	    .depth = depth,
	    .text = n->title == NULL ? "" : n->title,
	    .function = n->leaf ? NULL : functions[n->function],
	    .object = n->object,
	    .aggregation = n->refers ? n->target : SNAP_NONE,
	    .host = n->host,
	    .service = n->service,
	    .state = now->state[SIDE_REAL]};
	uint32_t number = w->n++;

	set_flags(now, w->a->downtime_at_warn, &out.in_downtime,
	    &out.acknowledged, &out.out_of_service);
	w->each(w->arg, number, &out);
	for (uint32_t i = 0; !n->leaf && i < n->n; i++)
		walk(w, n->kids[i], number, depth + 1);
}

void
bi_walk(const struct bi *bi, uint32_t at, bi_node_fn *each, void *arg)
{
	struct walk w = {bi, &bi->all[at], each, arg, 0};

	walk(&w, bi->all[at].top, SNAP_NONE, 0);
}

struct list {
	uint32_t *v, n, cap;
};

static void
add_objects(const struct bi *bi, uint32_t at, struct list *l)
{
	const struct node *n = &bi->nodes[at];

	if (n->leaf && !n->refers && n->object != SNAP_NONE) {
		ARRAY_GROW(l->v, l->n, l->cap);
		l->v[l->n++] = n->object;
	}
	for (uint32_t i = 0; i < n->n; i++)
		add_objects(bi, n->kids[i], l);
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

uint32_t *
bi_objects(const struct bi *bi, uint32_t at, uint32_t *n_r)
{
	struct list l = {0};
	uint32_t n = 0;

	add_objects(bi, bi->all[at].top, &l);
	if (l.n > 1)
		qsort(l.v, l.n, sizeof(*l.v), by_number);
	for (uint32_t i = 0; i < l.n; i++)
		if (n == 0 || l.v[n - 1] != l.v[i])
			l.v[n++] = l.v[i];
	*n_r = n;
	return l.v;
}

static bool
same_result(const struct bi_result *a, const struct bi_result *b)
{
	return a->state == b->state && a->in_downtime == b->in_downtime &&
	    a->acknowledged == b->acknowledged &&
	    a->out_of_service == b->out_of_service;
}

void
bi_replay(struct bi *bi, uint32_t at, const struct bi_change *changes, size_t n,
    int64_t from, int64_t until,
    void (*each)(void *arg, const struct bi_span *span), void *arg)
{
	struct bi_span span = {.from = from};
	size_t i = 0;

	/* What holds at the start; then each moment at which a leaf changes. */
	for (; i < n && changes[i].at <= from; i++)
		bi_update(bi, changes[i].object, &changes[i].leaf);
	span.result = bi_result(bi, at);
	while (i < n && changes[i].at < until) {
		int64_t now = changes[i].at;
		struct bi_result r;

		for (; i < n && changes[i].at == now; i++)
			bi_update(bi, changes[i].object, &changes[i].leaf);
		r = bi_result(bi, at);
		if (same_result(&r, &span.result))
			continue;
		span.until = now;
		each(arg, &span);
		span = (struct bi_span){.from = now, .result = r};
	}
	span.until = until;
	if (span.from < until)
		each(arg, &span);
}
