/* SPDX-License-Identifier: Apache-2.0
 *
 * Which part of the history a query can be about, found through And, Or and
 * Negate: times, kinds of lines, names of objects. What is found may be too
 * much, never too little: the filter is asked for every line all the same.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "livestatusd/lql/query.h"

#include <stdlib.h>

/* An own column of the table? */
static bool
is_own(const struct node *n, const char *name)
{
	const struct column_set *set = n->ref.join->set;

	return (set == &columns_log || set == &columns_statehist) &&
	    strcmp(n->ref.column->name, name) == 0;
}

/* --- time ------------------------------------------------------------------
 */

struct bounds { /* [from, until) */
	int64_t from, until;
};
static const struct bounds unbounded = {INT64_MIN, INT64_MAX};

static int64_t
behind(int64_t time)
{
	return time == INT64_MAX ? time : time + 1;
}

static struct bounds
leaf_bounds(const struct node *n, bool negated)
{
	struct bounds b = unbounded;
	bool no = n->negate != negated;

	if (!is_own(n, "time") || n->pattern != NULL)
		return b;
	switch (n->op) {
	case OP_EQUAL:
		if (!no)
			b = (struct bounds){n->i, behind(n->i)};
		break;
	case OP_AT_LEAST:
		*(no ? &b.until : &b.from) = n->i;
		break;
	case OP_GREATER:
		*(no ? &b.until : &b.from) = behind(n->i);
		break;
	case OP_LESS:
		*(no ? &b.from : &b.until) = n->i;
		break;
	case OP_AT_MOST:
		*(no ? &b.from : &b.until) = behind(n->i);
		break;
	case OP_MATCH:
	case OP_EQUAL_NOCASE:
	case OP_MATCH_NOCASE:
		break;
	}
	return b;
}

static struct bounds
node_bounds(const struct node *n, bool negated)
{
	bool both = (n->kind == NODE_AND) != negated;
	struct bounds b = unbounded;

	if (n->kind == NODE_NOT)
		return node_bounds(n->kids[0], !negated);
	if (n->kind == NODE_LEAF)
		return leaf_bounds(n, negated);
	for (size_t i = 0; i < n->n; i++) {
		struct bounds one = node_bounds(n->kids[i], negated);

		if (i == 0) {
			b = one;
		} else if (both) {
			b.from = one.from > b.from ? one.from : b.from;
			b.until = one.until < b.until ? one.until : b.until;
		} else {
			b.from = one.from < b.from ? one.from : b.from;
			b.until = one.until > b.until ? one.until : b.until;
		}
	}
	return b;
}

/* --- kinds of lines --------------------------------------------------------
 */

static bool
type_fits(const struct node *n, const char *type)
{
	struct slice text = slice_of(type);
	bool expensive = false, is;

	if (n->pattern != NULL)
		is = lql_pattern_matches(n->pattern, text, &expensive);
	else if (n->op == OP_EQUAL)
		is = slice_eq(text, n->value);
	else
		return true;
	return expensive || is != n->negate;
}

static uint64_t
leaf_kinds(const struct node *n, bool negated)
{
	uint64_t mask = 0;
	bool of_class = is_own(n, "class") && n->pattern == NULL;
	bool of_type = is_own(n, "type");

	if (!of_class && !of_type)
		return LINE_ALL;
	for (int k = 0; k < LINE_KINDS; k++) {
		enum line_kind kind = (enum line_kind)k;
		const char *type = line_type(kind);
		bool fits = of_class
		    ? lql_compare_int(n->op, n->negate, line_class(kind), n->i)
		    : type == NULL || type_fits(n, type);

		/* A text of its own may fit and may not. */
		if (fits != negated || (of_type && type == NULL))
			mask |= LINE_BIT(kind);
	}
	return mask;
}

static uint64_t
node_kinds(const struct node *n, bool negated)
{
	bool both = (n->kind == NODE_AND) != negated;
	uint64_t mask = both || n->n == 0 ? LINE_ALL : 0;

	if (n->kind == NODE_NOT)
		return node_kinds(n->kids[0], !negated);
	if (n->kind == NODE_LEAF)
		return leaf_kinds(n, negated);
	for (size_t i = 0; i < n->n; i++) {
		uint64_t one = node_kinds(n->kids[i], negated);

		mask = both ? mask & one : mask | one;
	}
	return mask;
}

/* --- names -----------------------------------------------------------------
 */

#define MAX_NAMES 1000

struct names {
	bool all; /* nothing is known */
	struct past_name *v;
	size_t n, cap;
};

static void
add_name(struct names *s, const struct past_name *name)
{
	ARRAY_GROW(s->v, s->n, s->cap);
	s->v[s->n++] = *name;
}

static struct names
leaf_names(const struct node *n, bool negated)
{
	struct past_name name = {.any_host = true, .any_service = true};
	struct names s = {0};

	if (n->op != OP_EQUAL || n->negate != negated) {
		s.all = true;
	} else if (is_own(n, "host_name") && n->value.len > 0) {
		name.host = n->value;
		name.any_host = false;
		add_name(&s, &name);
	} else if (is_own(n, "service_description")) {
		name.service = n->value;
		name.any_service = false;
		add_name(&s, &name);
	} else {
		s.all = true;
	}
	return s;
}

/* Both must fit; false: they cannot. */
static bool
meet(const struct past_name *a, const struct past_name *b,
    struct past_name *both_r)
{
	*both_r = *a;
	if (a->any_host) {
		both_r->host = b->host;
		both_r->any_host = b->any_host;
	} else if (!b->any_host && !slice_eq(a->host, b->host)) {
		return false;
	}
	if (a->any_service) {
		both_r->service = b->service;
		both_r->any_service = b->any_service;
	} else if (!b->any_service && !slice_eq(a->service, b->service)) {
		return false;
	}
	return true;
}

static struct names
both_names(struct names a, struct names b)
{
	struct names s = {0};
	struct past_name one;

	if (a.all || (!b.all && a.n * b.n > MAX_NAMES)) {
		free(a.v);
		return b;
	}
	for (size_t i = 0; !b.all && i < a.n; i++)
		for (size_t k = 0; k < b.n; k++)
			if (meet(&a.v[i], &b.v[k], &one))
				add_name(&s, &one);
	if (b.all)
		return a;
	free(a.v);
	free(b.v);
	return s;
}

static struct names
either_names(struct names a, struct names b)
{
	if (a.all || b.all || a.n + b.n > MAX_NAMES) {
		free(a.v);
		free(b.v);
		return (struct names){.all = true};
	}
	for (size_t i = 0; i < b.n; i++)
		add_name(&a, &b.v[i]);
	free(b.v);
	return a;
}

static struct names
node_names(const struct node *n, bool negated)
{
	bool both = (n->kind == NODE_AND) != negated;
	struct names s = {.all = true};

	if (n->kind == NODE_NOT)
		return node_names(n->kids[0], !negated);
	if (n->kind == NODE_LEAF)
		return leaf_names(n, negated);
	for (size_t i = 0; i < n->n; i++) {
		struct names one = node_names(n->kids[i], negated);

		s = i == 0 ? one
		    : both ? both_names(s, one)
			   : either_names(s, one);
	}
	return s;
}

/* --- all of it -------------------------------------------------------------
 */

/* Lines that name nothing are not under any name. */
static void
drop_nameless(struct names *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].any_host && !s->v[i].any_service &&
		    s->v[i].service.len == 0)
			s->all = true;
}

/* A service's spans depend on its host's lines. */
static void
with_hosts(struct names *s)
{
	size_t n = s->n;

	for (size_t i = 0; i < n; i++) {
		struct past_name host = s->v[i];

		if (s->v[i].any_service || s->v[i].service.len == 0)
			continue;
		host.service = (struct slice){NULL, 0};
		add_name(s, &host);
	}
}

static void
plan_statehist(struct lql_query *q, struct scan *s, struct past_want *want)
{
	if (want->from == INT64_MIN) {
		lql_query_fail(q, LQL_INVALID,
		    "start of timeframe required (write, for instance, "
		    "Filter: time >= %lld)",
		    (long long)(s->view->now - 86400));
		return;
	}
	if (want->until == INT64_MAX)
		want->until = s->view->now;
	want->replay = true;
	want->always = REPLAY_ALWAYS;
	want->named = REPLAY_NAMED;
	if (want->from < want->until)
		s->replay =
		    table_statehist_replay(s->view, want->from, want->until);
}

void
lql_plan_past(struct lql_query *q, struct scan *s)
{
	const struct node *filter = lql_nodes_all(&q->filter);
	bool log = s->table->kind == TABLE_LOG;
	struct bounds b = unbounded;
	struct names names = {.all = true};
	struct past_want want = {.newest_first = log, .named = LINE_ALL};

	if (!log && s->table->kind != TABLE_STATEHIST)
		return;
	if (filter != NULL) {
		b = node_bounds(filter, false);
		names = node_names(filter, false);
		if (log)
			want.named = node_kinds(filter, false);
	}
	want.from = b.from;
	want.until = b.until;
	if (!log)
		plan_statehist(q, s, &want);
	if (log)
		drop_nameless(&names);
	else
		with_hosts(&names);
	want.names = names.v;
	want.n_names = names.all ? 0 : names.n;
	/* Names that cannot be leave no row. */
	if (s->view->env->past != NULL && q->code == LQL_OK &&
	    (names.all || names.n > 0))
		s->cursor = past_open(s->view->env->past, &want);
	free(names.v);
}
