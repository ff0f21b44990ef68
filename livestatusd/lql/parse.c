/* SPDX-License-Identifier: Apache-2.0
 *
 * From lines to a query. All of the request is read before the first mistake
 * is reported, because ResponseHeader may stand behind it.
 */
#include "common/mem.h"
#include "common/num.h"
#include "livestatusd/lql/query.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
lql_query_fail(struct lql_query *q, enum lql_code code, const char *fmt, ...)
{
	va_list ap;

	if (q->code != LQL_OK)
		return;
	q->code = code;
	va_start(ap, fmt);
	vsnprintf(q->err.text, sizeof(q->err.text), fmt, ap);
	va_end(ap);
}

static int
h_filter(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	struct nodes *s = which == 0 ? &q->filter : &q->wait;
	struct node *n = lql_node_parse(q->table, arg, err_r);

	if (n == NULL)
		return -1;
	if (which == 1)
		q->wait_given = true;
	ARRAY_GROW(s->v, s->n, s->cap);
	s->v[s->n++] = n;
	return lql_count_condition(q, n, err_r);
}

/* which: 0 And, 1 Or, 2 Negate; 10 more for wait conditions. */
static int
h_combine(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	struct nodes *s = which < 10 ? &q->filter : &q->wait;
	int64_t n = 1;

	if (which >= 10)
		q->wait_given = true;
	which %= 10;
	if (which == 2) {
		if (arg.len > 0) {
			err_set(err_r, "an argument is not expected");
			return -1;
		}
		return lql_nodes_combine(s, 1, NODE_NOT, err_r);
	}
	if (lql_take_number(arg, &n, err_r) != 0 ||
	    lql_nodes_combine(
		s, (size_t)n, which == 0 ? NODE_AND : NODE_OR, err_r) != 0)
		return -1;
	return n == 0 ? lql_count_condition(q, s->v[s->n - 1], err_r) : 0;
}

/* "base:title:arguments" */
static void
dynamic_column(
    const struct table *t, struct slice word, struct output_column *c)
{
	struct slice rest = word, base, title;

	c->title = word;
	if (!slice_next(&rest, ':', &base) || !slice_next(&rest, ':', &title) ||
	    title.len == 0)
		return;
	if (!table_resolve(t, base, &c->ref) ||
	    !(c->ref.column->flags & COLUMN_DYNAMIC)) {
		c->ref.column = NULL;
		return;
	}
	c->title = title;
	c->argument = rest;
	if (slice_eqs(slice_of(c->ref.column->name), "rrddata")) {
		c->call = rpn_parse(rest);
		if (c->call == NULL)
			c->ref.column = NULL;
	}
}

static int
h_columns(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	struct slice word;

	(void)which;
	q->columns_given = true;
	while (slice_word(&arg, &word)) {
		struct output_column c = {0};

		if (q->n_columns >= QUERY_COLUMNS) {
			err_set(err_r, "more than %u columns", QUERY_COLUMNS);
			return -1;
		}
		if (memchr(word.s, ':', word.len) != NULL)
			dynamic_column(q->table, word, &c);
		else if (!table_resolve(q->table, word, &c.ref))
			c = (struct output_column){.title = word};
		ARRAY_GROW(q->columns, q->n_columns, q->cap_columns);
		q->columns[q->n_columns++] = c;
	}
	return 0;
}

/* "column [key] [asc|desc]"; which 1: "column[.key] [asc|desc]" */
static int
h_sort(struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	struct sort_key k = {0};
	struct slice name, word;
	const char *dot;

	if (!slice_word(&arg, &name)) {
		err_set(err_r, "a column is missing");
		return -1;
	}
	dot = memchr(name.s, '.', name.len);
	if (which == 1 && dot != NULL) {
		k.key = (struct slice){
		    dot + 1, name.len - (size_t)(dot + 1 - name.s)};
		name.len = (size_t)(dot - name.s);
	}
	if (!table_resolve(q->table, name, &k.ref)) {
		err_set(err_r, "table '%s' has no column '%.*s'",
		    q->table->name, (int)name.len, name.s);
		return -1;
	}
	while (slice_word(&arg, &word)) {
		if (slice_eqs(word, "desc"))
			k.descending = true;
		else if (!slice_eqs(word, "asc") &&
		    k.ref.column->type == COLUMN_DICT && k.key.len == 0)
			k.key = word;
		else if (!slice_eqs(word, "asc")) {
			err_set(err_r, "expected asc or desc");
			return -1;
		}
	}
	if (q->n_sort >= 32) {
		err_set(err_r, "more than 32 columns");
		return -1;
	}
	ARRAY_GROW(q->sort, q->n_sort, q->cap_sort);
	q->sort[q->n_sort++] = k;
	return 0;
}

static int
h_number(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	int64_t n;

	if (lql_take_number(arg, &n, err_r) != 0)
		return -1;
	switch (which) {
	case 0:
		q->limit = n;
		break;
	case 1:
		q->offset = n;
		break;
	case 2:
		q->timelimit_s = n;
		break;
	case 3:
		q->localtime = n;
		break;
	default:
		q->wait_timeout_ms = n;
		break;
	}
	return 0;
}

static int
h_format(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	static const struct {
		const char *name;
		enum format format;
	} formats[] = {
	    {"csv", FORMAT_CSV},
	    {"CSV", FORMAT_CSV_QUOTED},
	    {"json", FORMAT_JSON},
	    {"wrapped_json", FORMAT_WRAPPED_JSON},
	    {"python", FORMAT_PYTHON},
	    {"python3", FORMAT_PYTHON},
	};

	(void)which;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (slice_eqs(arg, formats[i].name)) {
			q->format = formats[i].format;
			return 0;
		}
	}
	err_set(
	    err_r, "expected csv, CSV, json, wrapped_json, python or python3");
	return -1;
}

static int
h_separators(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	(void)which;
	for (int i = 0; i < 4; i++) {
		struct slice word = {NULL, 0};
		int64_t n;

		slice_word(&arg, &word);
		if (!num_range(word, 0, 255, &n)) {
			err_set(err_r, "expected four numbers from 0 to 255");
			return -1;
		}
		q->separators[i] = (unsigned char)n;
	}
	return 0;
}

/* which: 0 ColumnHeaders, 1 KeepAlive */
static int
h_toggle(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	bool on = slice_eqs(arg, "on");

	if (!on && !slice_eqs(arg, "off")) {
		err_set(err_r, "expected on or off");
		return -1;
	}
	if (which == 0)
		q->headers = on ? TOGGLE_ON : TOGGLE_OFF;
	else
		q->keepalive = on;
	return 0;
}

static int
h_response(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	(void)which;
	q->fixed16 = slice_eqs(arg, "fixed16");
	if (q->fixed16 || slice_eqs(arg, "off"))
		return 0;
	err_set(err_r, "expected off or fixed16");
	return -1;
}

/* A contact group, whose part is seen beside the user's; again: one more. */
static int
h_auth_group(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	(void)which;
	if (q->n_auth_groups >= QUERY_AUTH_GROUPS) {
		err_set(err_r, "more than %d groups", QUERY_AUTH_GROUPS);
		return -1;
	}
	ARRAY_GROW(q->auth_groups, q->n_auth_groups, q->cap_auth_groups);
	q->auth_groups[q->n_auth_groups++] = arg;
	q->auth = true;
	return 0;
}

/* which: 0 AuthUser, 1 WaitObject, 2 OnlySites */
static int
h_text(struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	if (which == 2) {
		q->sites = arg;
		if (arg.len > 0)
			return 0;
		err_set(err_r,
		    "expected names of sites, or * for all, or . for this one");
		return -1;
	}
	if (which == 0) {
		q->auth = true;
		q->user = arg;
	} else {
		q->wait_object = arg;
		q->wait_object_given = true;
	}
	return 0;
}

static int
h_trigger(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	static const char *const names[] = {"check", "state", "log", "downtime",
	    "comment", "command", "program"};

	(void)which;
	q->wait_given = true;
	if (slice_eqs(arg, "all")) {
		q->wait_trigger = ~0u;
		return 0;
	}
	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		if (slice_eqs(arg, names[i])) {
			q->wait_trigger = 1u << i;
			return 0;
		}
	}
	err_set(err_r,
	    "expected all, check, state, log, downtime, comment, "
	    "command or program");
	return -1;
}

static int
h_ignore(
    struct lql_query *q, struct slice arg, int64_t which, struct err *err_r)
{
	(void)q;
	(void)arg;
	(void)which;
	(void)err_r;
	return 0;
}

static const struct header {
	const char *name;
	lql_header_fn *fn;
	int64_t which;
} headers[] = {
    {"Columns", h_columns, 0},
    {"Filter", h_filter, 0},
    {"And", h_combine, 0},
    {"Or", h_combine, 1},
    {"Negate", h_combine, 2},
    {"Stats", lql_h_stats, 0},
    {"StatsAnd", lql_h_stats_combine, 0},
    {"StatsOr", lql_h_stats_combine, 1},
    {"StatsNegate", lql_h_stats_combine, 2},
    {"StatsGroupBy", h_columns, 1},
    {"Sort", h_sort, 0},
    {"OrderBy", h_sort, 1},
    {"Limit", h_number, 0},
    {"Offset", h_number, 1},
    {"Timelimit", h_number, 2},
    {"Localtime", h_number, 3},
    {"WaitTimeout", h_number, 4},
    {"OutputFormat", h_format, 0},
    {"Separators", h_separators, 0},
    {"ColumnHeaders", h_toggle, 0},
    {"KeepAlive", h_toggle, 1},
    {"ResponseHeader", h_response, 0},
    {"AuthUser", h_text, 0},
    {"AuthGroup", h_auth_group, 0},
    {"WaitObject", h_text, 1},
    {"WaitCondition", h_filter, 1},
    {"WaitConditionAnd", h_combine, 10},
    {"WaitConditionOr", h_combine, 11},
    {"WaitConditionNegate", h_combine, 12},
    {"WaitTrigger", h_trigger, 0},
    {"OnlySites", h_text, 2},
    {"Cache", h_ignore, 0},
    {"Backends", h_ignore, 0},
};

const char *
lql_header_name(size_t i)
{
	return i < ARRAY_LEN(headers) ? headers[i].name : NULL;
}

static bool
needs_table(lql_header_fn *fn)
{
	return fn == h_columns || fn == h_filter || fn == lql_h_stats ||
	    fn == h_sort || fn == h_combine || fn == lql_h_stats_combine;
}

static void
parse_header(struct lql_query *q, struct slice line)
{
	const char *colon = memchr(line.s, ':', line.len);
	struct slice name = line, arg;
	struct err err = {""};

	if (colon == NULL) {
		lql_query_fail(q, LQL_BAD, "invalid header '%.*s': no colon",
		    (int)(line.len < 100 ? line.len : 100), line.s);
		return;
	}
	name.len = (size_t)(colon - line.s);
	arg = slice_trim((struct slice){colon + 1, line.len - name.len - 1});
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		const struct header *h = &headers[i];

		if (!slice_eqs(name, h->name))
			continue;
		if (needs_table(h->fn) &&
		    (q->table == NULL || q->code != LQL_OK))
			return; /* a mistake is known already */
		if (h->fn(q, arg, h->which, &err) != 0)
			lql_query_fail(q, LQL_BAD,
			    "while processing header '%s': %s", h->name,
			    err.text);
		return;
	}
	lql_query_fail(q, LQL_BAD, "Undefined request header '%.*s'",
	    (int)(line.len < 100 ? line.len : 100), line.s);
}

static void
parse_first(struct lql_query *q, struct slice line)
{
	if (!slice_starts(line, "GET") || (line.len > 3 && line.s[3] != ' ')) {
		q->no_method = true;
		lql_query_fail(q, LQL_INVALID,
		    "Invalid request method: expected "
		    "GET or COMMAND");
		return;
	}
	line = slice_trim((struct slice){line.s + 3, line.len - 3});
	if (line.len == 0) {
		lql_query_fail(
		    q, LQL_INVALID, "Invalid GET request, missing table name");
		return;
	}
	q->table = lql_table_find(line);
	if (q->table == NULL)
		lql_query_fail(q, LQL_NOT_FOUND,
		    "Invalid GET request, no such table '%.*s'",
		    (int)(line.len < 100 ? line.len : 100), line.s);
}

/* Without Columns and Stats: every column there is. */
static void
all_columns(struct lql_query *q)
{
	struct output_column c = {0};

	for (size_t i = 0; table_column(q->table, i, &c.ref); i++) {
		if (c.ref.column->flags & COLUMN_DYNAMIC)
			continue;
		ARRAY_GROW(q->columns, q->n_columns, q->cap_columns);
		q->columns[q->n_columns++] = c;
	}
	q->headers = TOGGLE_ON;
}

struct lql_query *
lql_parse(struct slice request)
{
	struct lql_query *q = xnew(struct lql_query);
	struct slice rest, line;
	bool first = true;

	*q = (struct lql_query){
	    .limit = QUERY_NO_LIMIT,
	    .timelimit_s = QUERY_NO_LIMIT,
	    .localtime = QUERY_NO_LIMIT,
	    .separators = {'\n', ';', ',', '|'},
	    .wait_trigger = ~0u,
	    .code = LQL_OK,
	};
	q->text = slice_dup(request);
	q->text_len = request.len;
	rest = (struct slice){q->text, request.len};
	while (slice_next(&rest, '\n', &line)) {
		while (line.len > 0 &&
		    strchr(" \t\r\v\f", line.s[line.len - 1]) != NULL)
			line.len--;
		if (line.len == 0)
			continue;
		if (first)
			parse_first(q, line);
		else
			parse_header(q, line);
		first = false;
	}
	if (first)
		lql_query_fail(q, LQL_INVALID, "the request is empty");
	if (q->table != NULL && !q->columns_given && q->n_stats == 0)
		all_columns(q);
	return q;
}
