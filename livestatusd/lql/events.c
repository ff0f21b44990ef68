/* SPDX-License-Identifier: Apache-2.0
 *
 * What eventd must be asked for a query of the event console's tables: the
 * columns that the query looks at, and those of its conditions that eventd
 * understands exactly as we do, so that a year's history is not moved. The
 * filter is asked for every row all the same.
 */
#include "livestatusd/lql/query.h"

#include "common/mem.h"

#include <inttypes.h>

#define FILTERS_MAX 48u                    /* eventd takes 64 */
#define NUMBER_MAX  INT64_C(9000000000000) /* and no larger numbers */

static void
want_ref(struct lql_query *q, const struct column_ref *ref)
{
	if (ref->column != NULL && table_event_column(ref))
		events_want(&q->event_want, ref->column->off);
}

static void
want_node(struct lql_query *q, const struct node *n)
{
	if (n == NULL)
		return;
	if (n->kind == NODE_LEAF)
		want_ref(q, &n->ref);
	else
		for (size_t i = 0; i < n->n; i++)
			want_node(q, n->kids[i]);
}

static void
want_columns(struct lql_query *q)
{
	q->event_want = (struct events_want){0};
	want_node(q, lql_nodes_all(&q->filter));
	for (size_t i = 0; i < q->n_columns; i++)
		want_ref(q, &q->columns[i].ref);
	for (size_t i = 0; i < q->n_sort; i++)
		want_ref(q, &q->sort[i].ref);
	for (size_t i = 0; i < q->n_stats; i++) {
		if (q->stats[i].aggregate == AGGREGATE_COUNT)
			want_node(q, q->stats[i].filter);
		else
			want_ref(q, &q->stats[i].ref);
	}
	table_event_want(q->table, (lql_wanted(q) & 1u << ENTITY_HOST) != 0,
	    q->auth, &q->event_want);
}

struct handed { /* conditions that were handed down */
	struct str *to;
	unsigned n;
	bool all; /* all of them */
};

static void
hand_number(
    struct handed *h, const struct column *c, const char *op, int64_t value)
{
	str_addf(h->to, "Filter: %s %s %" PRId64 "\n", c->name, op, value);
	h->n++;
}

/* Times have fractions there: t <= 5 of whole seconds is t < 6. */
static bool
number_leaf(struct handed *h, const struct node *n)
{
	const struct column *c = n->ref.column;
	enum op op = n->op;

	if (n->pattern != NULL || n->i > NUMBER_MAX || n->i < -NUMBER_MAX)
		return false;
	if (n->negate) {
		static const enum op opposite[] = {
		    [OP_LESS] = OP_AT_LEAST,
		    [OP_GREATER] = OP_AT_MOST,
		    [OP_AT_MOST] = OP_GREATER,
		    [OP_AT_LEAST] = OP_LESS,
		};

		if (op < OP_LESS)
			return false;
		op = opposite[op];
	}
	switch (op) {
	case OP_EQUAL:
		hand_number(h, c, ">=", n->i);
		hand_number(h, c, "<", n->i + 1);
		return true;
	case OP_LESS:
		hand_number(h, c, "<", n->i);
		return true;
	case OP_GREATER:
		hand_number(h, c, ">=", n->i + 1);
		return true;
	case OP_AT_MOST:
		hand_number(h, c, "<", n->i + 1);
		return true;
	case OP_AT_LEAST:
		hand_number(h, c, ">=", n->i);
		return true;
	case OP_MATCH:
	case OP_EQUAL_NOCASE:
	case OP_MATCH_NOCASE:
		break;
	}
	return false;
}

static bool
is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.s[i] < ' ' || (unsigned char)s.s[i] > '~')
			return false;
	}
	return true;
}

/* Regular expressions are of the same kind there: eventd has an index of text.
 */
static bool
string_leaf(struct handed *h, const struct node *n)
{
	static const char *const names[] = {[OP_EQUAL] = "=",
	    [OP_MATCH] = "~",
	    [OP_EQUAL_NOCASE] = "=~",
	    [OP_MATCH_NOCASE] = "~~"};
	struct slice s = n->value;

	/* Blanks at the ends would be lost. */
	if ((size_t)n->op >= ARRAY_LEN(names) || names[n->op] == NULL ||
	    n->negate || s.len == 0 || slice_trim(s).len != s.len ||
	    memchr(s.s, '\0', s.len) != NULL)
		return false;
	if (n->op != OP_EQUAL && !is_ascii(s))
		return false;
	str_addf(h->to, "Filter: %s %s %.*s\n", n->ref.column->name,
	    names[n->op], (int)s.len, s.s);
	h->n++;
	return true;
}

static void
hand_down(struct handed *h, const struct node *n)
{
	bool done = false;

	if (n == NULL)
		return;
	if (n->kind == NODE_AND) {
		for (size_t i = 0; i < n->n; i++)
			hand_down(h, n->kids[i]);
		return;
	}
	if (n->kind == NODE_LEAF && table_event_column(&n->ref) &&
	    h->n < FILTERS_MAX) {
		if (n->ref.column->type == COLUMN_INT ||
		    n->ref.column->type == COLUMN_TIME)
			done = number_leaf(h, n);
		else if (n->ref.column->type == COLUMN_STRING)
			done = string_leaf(h, n);
	}
	h->all = h->all && done;
}

/* Rows beyond Limit are of no use if nothing else drops or orders rows. */
static void
hand_limit(struct lql_query *q, const struct handed *h)
{
	if (q->limit == QUERY_NO_LIMIT || !h->all || q->auth || q->n_sort > 0 ||
	    q->n_stats > 0 || q->format == FORMAT_WRAPPED_JSON ||
	    q->limit > NUMBER_MAX || q->offset > NUMBER_MAX)
		return;
	str_addf(h->to, "Limit: %" PRId64 "\n", q->limit + q->offset);
}

bool
lql_asks_notifier(const struct lql_query *q)
{
	return q->table != NULL &&
	    (q->table->kind == TABLE_NOTIFICATIONS ||
		q->table->kind == TABLE_NOTICE_RULES ||
		q->table->kind == TABLE_EXPLAIN);
}

/* The first call of its column; a person with limited sight sees nothing. */
static bool
asks_replication(const struct lql_query *q, struct str *text_r)
{
	for (size_t i = 0; !q->auth && i < q->n_columns; i++) {
		struct slice since = q->columns[i].argument;

		if (since.len == 0)
			continue;
		str_addf(text_r, "REPLICATE %.*s\n", (int)since.len, since.s);
		return true;
	}
	return false;
}

bool
lql_asks_events(struct lql_query *q, const struct mirror *m,
    const struct lql_env *env, struct str *text_r)
{
	struct handed h = {.to = text_r, .all = true};
	const char *source;

	if (q->code != LQL_OK || q->table == NULL)
		return false;
	if (q->table->kind == TABLE_EVENT_REPLICATION)
		return asks_replication(q, text_r);
	source = table_event_source(q->table);
	if (source == NULL)
		return false;
	lql_set_shift(q, env);
	if (q->code != LQL_OK)
		return false;
	want_columns(q);
	if (lql_asks_notifier(q))
		return lql_notifier_question(q, m, text_r);
	str_addf(text_r, "GET %s\nOutputFormat: json\nColumns:", source);
	for (size_t i = 0; i < q->event_want.n; i++)
		str_addf(text_r, " %s",
		    table_event_name(q->table, q->event_want.column[i]));
	str_addc(text_r, '\n');
	hand_down(&h, lql_nodes_all(&q->filter));
	hand_limit(q, &h);
	return true;
}

void
lql_take_events(struct lql_query *q, struct slice answer)
{
	events_free(&q->events);
	q->events = events_new(answer, &q->event_want);
}

void
lql_events_failed(struct lql_query *q, const char *why)
{
	lql_query_fail(q, LQL_NO_BACKEND, "%s", why);
}

bool
lql_is_long(const struct lql_query *q)
{
	return lql_reads_log(q) || q->events != NULL;
}
