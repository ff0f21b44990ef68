/* SPDX-License-Identifier: Apache-2.0
 *
 * What each of several sites is asked; see several.h. The request's lines go
 * on as they are, but for those that say how the answer looks: columns that
 * rows are ordered by are asked as well, aggregates that cannot be put together
 * (an average) come with the numbers that they are made of, and conditions on
 * the site's name are decided here.
 */
#include "livestatusd/lql/several_parts.h"

#include "common/mem.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- columns -------------------------------------------------------------- */

/* The place of the column among those that are asked. */
static size_t
ask_column(struct lql_several *s, struct slice name)
{
	struct slice rest = str_slice(&s->columns), word;
	size_t at = 0;

	for (; slice_word(&rest, &word); at++)
		if (slice_eq(word, name))
			return at;
	str_addc(&s->columns, ' ');
	str_addslice(&s->columns, name);
	return s->n_columns++;
}

static struct field
ask_ref(struct lql_several *s, const struct column_ref *ref)
{
	struct field f = {FIELD_SITE, *ref};
	struct str name = {0};

	if (table_column_is_site(ref))
		return f;
	str_add(&name, ref->join->prefix);
	str_add(&name, ref->column->name);
	f.at = ask_column(s, str_slice(&name));
	str_free(&name);
	return f;
}

static bool
is_header(struct slice line, const char *name, struct slice *arg_r)
{
	size_t n = strlen(name);

	if (!slice_starts(line, name) || line.len <= n || line.s[n] != ':')
		return false;
	*arg_r = slice_trim((struct slice){line.s + n + 1, line.len - n - 1});
	return true;
}

/* As they were written: names that are unknown here may be known there. */
static void
ask_given(struct lql_several *s)
{
	struct slice rest = {s->q->text, s->q->text_len}, line, arg, word;
	size_t i = 0;

	while (slice_next(&rest, '\n', &line)) {
		if (!is_header(line, "Columns", &arg) &&
		    !is_header(line, "StatsGroupBy", &arg))
			continue;
		while (slice_word(&arg, &word) && i < s->q->n_columns) {
			struct field *f = &s->out[i];

			f->ref = s->q->columns[i++].ref;
			f->at = table_column_is_site(&f->ref)
			    ? FIELD_SITE
			    : ask_column(s, slice_trim(word));
		}
	}
}

/* --- order ---------------------------------------------------------------- */

static void
add_order(struct lql_several *s, struct field f, struct slice key, bool down)
{
	ARRAY_GROW(s->order, s->n_order, s->cap_order);
	s->order[s->n_order++] = (struct order){f, key, down};
}

/* The order of a table's rows (livestatus.md section 7); - for descending. */
static const char *
table_order(const struct table *t)
{
	switch (t->kind) {
	case TABLE_HOSTS:
	case TABLE_HOSTGROUPS:
	case TABLE_SERVICEGROUPS:
	case TABLE_CONTACTS:
	case TABLE_CONTACTGROUPS:
	case TABLE_COMMANDS:
	case TABLE_TIMEPERIODS:
	case TABLE_AGGREGATIONS:
		return "name";
	case TABLE_SERVICES:
		return "host_name description";
	case TABLE_HOSTSBYGROUP:
		return "hostgroup_name name";
	case TABLE_SERVICESBYGROUP:
		return "servicegroup_name host_name description";
	case TABLE_SERVICESBYHOSTGROUP:
		return "hostgroup_name host_name description";
	case TABLE_DOWNTIMES:
	case TABLE_COMMENTS:
		return "id";
	case TABLE_LOG:
		return "-time -lineno";
	case TABLE_STATEHIST:
		return "until";
	case TABLE_LABELS:
		return "name value";
	case TABLE_EVENTS:
		return "event_id";
	case TABLE_STATUS:
	case TABLE_COLUMNS:
	case TABLE_SITES:
	case TABLE_CRASHREPORTS:
	case TABLE_EVENT_HISTORY:
	case TABLE_NOTIFICATIONS:
	case TABLE_NOTICE_RULES:
	case TABLE_EXPLAIN:
	case TABLE_EVENT_RULES:
	case TABLE_EVENT_STATUS:
	case TABLE_EVENT_REPLICATION:
		break; /* site by site */
	}
	return "";
}

static void
order_rows(struct lql_several *s)
{
	struct lql_query *q = s->q;
	struct slice rest = slice_of(table_order(q->table)), word;
	struct column_ref ref;

	for (size_t i = 0; i < q->n_sort; i++)
		add_order(s, ask_ref(s, &q->sort[i].ref), q->sort[i].key,
		    q->sort[i].descending);
	while (slice_word(&rest, &word)) {
		bool down = word.s[0] == '-';

		if (down) {
			word.s++;
			word.len--;
		}
		if (table_resolve(q->table, word, &ref))
			add_order(
			    s, ask_ref(s, &ref), (struct slice){NULL, 0}, down);
	}
}

/* Groups are ordered by their own columns. */
static void
order_groups(struct lql_several *s)
{
	struct lql_query *q = s->q;

	for (size_t i = 0; i < q->n_sort; i++) {
		const struct sort_key *k = &q->sort[i];

		for (size_t c = 0; c < q->n_columns; c++) {
			if (s->out[c].ref.column != k->ref.column ||
			    s->out[c].ref.join != k->ref.join)
				continue;
			add_order(s, s->out[c], k->key, k->descending);
			break;
		}
	}
}

/* --- stats ---------------------------------------------------------------- */

static void
ask_extra(struct lql_several *s, const char *what, const struct column_ref *ref)
{
	str_addf(&s->extra, "Stats: %s %s%s\n", what, ref->join->prefix,
	    ref->column->name);
	s->n_extra++;
}

/* What is needed beside the aggregate itself to put several together. */
static void
ask_cell(struct lql_several *s, const struct stat *stat, bool *count)
{
	const struct column *c = stat->ref.column;
	bool metrics;

	if (stat->aggregate == AGGREGATE_COUNT)
		return;
	metrics = (c->flags & COLUMN_PERFDATA) != 0;
	*count = *count || c->type == COLUMN_INT || c->type == COLUMN_TIME ||
	    c->type == COLUMN_FLOAT;
	switch (stat->aggregate) {
	case AGGREGATE_AVG:
		ask_extra(s, "sum", &stat->ref);
		break;
	case AGGREGATE_STD:
		ask_extra(s, "avg", &stat->ref);
		if (metrics)
			ask_extra(s, "sum", &stat->ref);
		break;
	case AGGREGATE_AVGINV:
		ask_extra(s, "suminv", &stat->ref);
		break;
	case AGGREGATE_COUNT:
	case AGGREGATE_SUM:
	case AGGREGATE_MIN:
	case AGGREGATE_MAX:
	case AGGREGATE_SUMINV:
		break;
	}
}

/* The table's first column of a type. */
static bool
first_of(const struct table *t, enum column_type type, struct column_ref *ref_r)
{
	for (size_t i = 0; table_column(t, i, ref_r); i++)
		if (ref_r->column->type == type && !table_column_is_site(ref_r))
			return true;
	return false;
}

/* Number of rows: a condition that holds for each of them. */
static void
ask_count(struct lql_several *s)
{
	const struct table *t = s->q->table;
	struct column_ref r;

	s->count_at = s->n_columns + s->q->n_stats + s->n_extra;
	if (first_of(t, COLUMN_INT, &r) || first_of(t, COLUMN_TIME, &r))
		str_addf(&s->extra,
		    "Stats: %s%s >= 0\nStats: %s%s < 0\nStatsOr: 2\n",
		    r.join->prefix, r.column->name, r.join->prefix,
		    r.column->name);
	else if (first_of(t, COLUMN_STRING, &r))
		str_addf(&s->extra, "Stats: %s%s >=\n", r.join->prefix,
		    r.column->name);
	s->n_extra++;
}

static void
ask_stats(struct lql_several *s)
{
	struct lql_query *q = s->q;
	/* Without columns that are asked, a site without rows answers too. */
	bool count = q->n_columns > 0 && s->n_columns == 0;

	s->cells = xcalloc(q->n_stats, sizeof(*s->cells));
	for (size_t i = 0; i < q->n_stats; i++) {
		s->cells[i] = s->n_columns + q->n_stats + s->n_extra;
		ask_cell(s, &q->stats[i], &count);
	}
	if (count)
		ask_count(s);
}

/* --- the request ---------------------------------------------------------- */

/* Lines that are not handed on; or are, but say something else. */
static bool
is_ours(const struct lql_several *s, struct slice line, bool wait)
{
	static const char *const ours[] = {"Columns", "StatsGroupBy",
	    "OutputFormat", "Separators", "ColumnHeaders", "KeepAlive",
	    "ResponseHeader", "Limit", "Offset", "OnlySites", "Backends",
	    "Cache"};
	struct slice arg;

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (is_header(line, ours[i], &arg))
			return true;
	if (!wait && slice_starts(line, "Wait"))
		return true;
	return s->q->n_stats > 0 &&
	    (is_header(line, "Sort", &arg) || is_header(line, "OrderBy", &arg));
}

/* A condition on the site's name is the same for all rows of a site. */
static bool
decide_site(
    struct lql_several *s, struct slice line, const char *site, struct str *to)
{
	static const char *const names[] = {
	    "Filter", "WaitCondition", "Stats", "Sort", "OrderBy"};
	struct slice arg = {NULL, 0}, word, rest;
	struct column_ref ref;
	struct err err;
	struct node *n;
	size_t k = 0;
	bool fits;

	while (k < ARRAY_LEN(names) && !is_header(line, names[k], &arg))
		k++;
	rest = arg;
	if (k == ARRAY_LEN(names) || !slice_word(&rest, &word) ||
	    !table_resolve(s->q->table, word, &ref) ||
	    !table_column_is_site(&ref))
		return false;
	if (k >= 3)
		return true;
	n = lql_node_parse(s->q->table, arg, &err);
	if (n == NULL)
		return true; /* has been parsed before */
	fits = lql_string_fits(s->q, n, slice_of(site));
	lql_node_free(&n);
	if (k == 0)
		str_add(to, fits ? "And: 0\n" : "Or: 0\n");
	else if (k == 1)
		str_add(to,
		    fits ? "WaitConditionAnd: 0\n" : "WaitConditionOr: 0\n");
	else if (first_of(s->q->table, COLUMN_STRING, &ref))
		str_addf(to, "Stats: %s%s %s\n", ref.join->prefix,
		    ref.column->name, fits ? ">=" : "<");
	return true;
}

static void
ask_lines(struct lql_several *s, const struct lql_asked *to, struct str *out)
{
	struct slice rest = {s->q->text, s->q->text_len}, line;

	while (slice_next(&rest, '\n', &line)) {
		while (line.len > 0 &&
		    strchr(" \t\r\v\f", line.s[line.len - 1]) != NULL)
			line.len--;
		if (line.len == 0 || is_ours(s, line, to->wait) ||
		    decide_site(s, line, to->site, out))
			continue;
		str_addslice(out, line);
		str_addc(out, '\n');
	}
}

void
lql_several_ask(
    struct lql_several *s, const struct lql_asked *to, struct str *request)
{
	const struct lql_query *q = s->q;
	bool wrapped = to->vedette && q->format == FORMAT_WRAPPED_JSON;

	ask_lines(s, to, request);
	str_add(request, str_get(&s->extra));
	if (s->n_columns > 0)
		str_addf(request, "Columns:%s\n", str_get(&s->columns));
	if (q->limit != QUERY_NO_LIMIT && q->n_stats == 0)
		str_addf(request, "Limit: %" PRId64 "\n", q->limit + q->offset);
	if (to->vedette)
		str_add(request, "OnlySites: .\n");
	str_addf(request,
	    "OutputFormat: %s\nColumnHeaders: off\nKeepAlive: on\n"
	    "ResponseHeader: fixed16\n\n",
	    wrapped ? "wrapped_json" : "json");
}

/* --- beginning and end ---------------------------------------------------- */

bool
lql_is_own(const struct lql_query *q)
{
	return q->table == NULL || q->table->kind == TABLE_COLUMNS ||
	    q->table->kind == TABLE_SITES;
}

bool
lql_waits(const struct lql_query *q)
{
	return q->wait_given;
}

struct lql_several *
lql_several_new(struct lql_query *q)
{
	struct lql_several *s = xnew(struct lql_several);
	struct column_ref ref;

	s->q = q;
	s->code = LQL_OK;
	if (q->code != LQL_OK)
		return s;
	s->out = xcalloc(q->n_columns + 1, sizeof(*s->out));
	if (q->columns_given)
		ask_given(s);
	else
		for (size_t i = 0; i < q->n_columns; i++)
			s->out[i] = ask_ref(s, &q->columns[i].ref);
	if (q->n_stats > 0) {
		order_groups(s);
		ask_stats(s);
	} else {
		order_rows(s);
		/* A row of nothing could not be seen. */
		if (s->n_columns == 0 &&
		    (first_of(q->table, COLUMN_STRING, &ref) ||
			first_of(q->table, COLUMN_INT, &ref)))
			ask_ref(s, &ref);
	}
	s->n_values = s->n_columns + q->n_stats + s->n_extra;
	s->values = xcalloc(s->n_values + 1, sizeof(*s->values));
	return s;
}

void
lql_several_free(struct lql_several **sp)
{
	struct lql_several *s = *sp;

	if (s == NULL)
		return;
	*sp = NULL;
	for (size_t i = 0; i < s->n_parts; i++) {
		answer_deinit(&s->parts[i].answer);
		free(s->parts[i].site);
	}
	free(s->parts);
	free(s->out);
	free(s->order);
	free(s->cells);
	free(s->values);
	free(s->found);
	str_free(&s->columns);
	str_free(&s->extra);
	str_free(&s->failed);
	str_free(&s->why);
	str_free(&s->keys);
	free(s);
}

bool
lql_several_is_wrong(const struct lql_several *s)
{
	return s->q->code != LQL_OK;
}
