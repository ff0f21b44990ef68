/* SPDX-License-Identifier: Apache-2.0
 *
 * Parsing queries and applying filters; see query.h.
 */
#include "eventd/status/query.h"

#include "common/mem.h"
#include "common/num.h"
#include "eventd/status/needle.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <strings.h>

#define MATCH_LIMIT 100000

struct filter {
	const struct column *column;
	enum filter_op op;
	char *text;
	int64_t number; /* CELL_INT, CELL_BOOL; CELL_TIME in microseconds */
	double real;
	struct strings words; /* OP_IN */
	pcre2_code *regex;
	pcre2_match_data *match;
	pcre2_match_context *context; /* with a limit: a query ends soon */
};

static const char *const table_names[] = {
    "events", "history", "rules", "status", "sources", "forwards", "patterns"};

static const struct column *
find_column(enum query_table table, struct slice name)
{
	const struct column *c = query_columns(table);

	while (c->name != NULL && !slice_eqs(name, c->name))
		c++;
	if (c->name != NULL)
		return c;
	c = query_more_columns(table);
	while (c->name != NULL && !slice_eqs(name, c->name))
		c++;
	return c->name == NULL ? NULL : c;
}

void
query_free(struct query **qp)
{
	struct query *q = *qp;

	if (q == NULL)
		return;
	for (size_t i = 0; i < q->n_columns; i++)
		free(q->names[i]);
	for (size_t i = 0; i < q->n_filters; i++) {
		struct filter *f = &q->filters[i];

		free(f->text);
		strings_free(&f->words);
		pcre2_code_free(f->regex);
		pcre2_match_data_free(f->match);
		pcre2_match_context_free(f->context);
	}
	free(q->filters);
	free(q);
	*qp = NULL;
}

static int
parse_op(struct slice word, enum filter_op *op_r, struct err *err_r)
{
	static const char *const ops[] = {
	    "=", ">", "<", ">=", "<=", "~", "=~", "~~", "in"};

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		if (slice_eqs(word, ops[i])) {
			*op_r = (enum filter_op)i;
			return 0;
		}
	}
	err_set(err_r, "there is no operator \"%.*s\"",
	    (int)(word.len > 20 ? 20 : word.len), word.s);
	return -1;
}

static int
filter_regex(struct filter *f, struct err *err_r)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF |
	    (f->op == OP_REGEX_NOCASE ? PCRE2_CASELESS : 0);
	PCRE2_UCHAR why[200];
	PCRE2_SIZE at;
	int code;

	f->regex = pcre2_compile((PCRE2_SPTR)f->text, PCRE2_ZERO_TERMINATED,
	    options, &code, &at, NULL);
	if (f->regex == NULL) {
		pcre2_get_error_message(code, why, sizeof(why));
		err_set(err_r, "bad regular expression: %s at offset %zu",
		    (const char *)why, (size_t)at);
		return -1;
	}
	f->match = pcre2_match_data_create(1, NULL);
	f->context = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(f->context, MATCH_LIMIT);
	pcre2_jit_compile(f->regex, PCRE2_JIT_COMPLETE);
	return 0;
}

static int
filter_number(struct filter *f, struct err *err_r)
{
	struct slice text = slice_trim(slice_of(f->text));

	if (f->column->type == CELL_BOOL &&
	    (slice_eqs(text, "True") || slice_eqs(text, "true")))
		f->real = 1;
	else if (f->column->type == CELL_BOOL &&
	    (slice_eqs(text, "False") || slice_eqs(text, "false")))
		f->real = 0;
	else if (!num_double(text, &f->real) || f->real > 9e12 ||
	    f->real < -9e12) {
		err_set(err_r, "column %s: a number is expected, not \"%s\"",
		    f->column->name, f->text);
		return -1;
	}
	f->number = (int64_t)f->real;
	if (f->column->type == CELL_TIME)
		f->number = (int64_t)(f->real * 1e6);
	return 0;
}

static bool
is_number(enum cell_type type)
{
	return type == CELL_INT || type == CELL_TIME || type == CELL_FLOAT ||
	    type == CELL_BOOL;
}

/* "COLUMN OP VALUE" */
static int
parse_filter(struct query *q, struct slice rest, struct err *err_r)
{
	struct slice column, op, word;
	struct filter *f;

	if (q->n_filters == QUERY_FILTERS_MAX) {
		err_set(err_r, "more than %d filters", QUERY_FILTERS_MAX);
		return -1;
	}
	if (!slice_word(&rest, &column) || !slice_word(&rest, &op)) {
		err_set(err_r, "a filter is COLUMN OPERATOR VALUE");
		return -1;
	}
	if (rest.len > 0) {
		rest.s++;
		rest.len--;
	}
	q->filters =
	    xreallocarray(q->filters, q->n_filters + 1, sizeof(*q->filters));
	f = &q->filters[q->n_filters++];
	*f = (struct filter){.text = slice_dup(rest)};
	f->column = find_column(q->table, column);
	if (f->column == NULL) {
		err_set(err_r, "table %s has no column \"%.*s\"",
		    table_names[q->table],
		    (int)(column.len > 60 ? 60 : column.len), column.s);
		return -1;
	}
	if (parse_op(op, &f->op, err_r) != 0)
		return -1;
	if (f->op == OP_REGEX || f->op == OP_REGEX_NOCASE)
		return filter_regex(f, err_r);
	if (f->op == OP_IN) {
		while (slice_word(&rest, &word))
			strings_add(&f->words, word);
		return 0;
	}
	return is_number(f->column->type) ? filter_number(f, err_r) : 0;
}

static int
parse_columns(struct query *q, struct slice rest, struct err *err_r)
{
	struct slice word;

	while (slice_word(&rest, &word)) {
		if (q->n_columns == QUERY_COLUMNS_MAX) {
			err_set(
			    err_r, "more than %d columns", QUERY_COLUMNS_MAX);
			return -1;
		}
		q->columns[q->n_columns] = find_column(q->table, word);
		q->names[q->n_columns++] = slice_dup(word);
	}
	return 0;
}

static int
parse_header(struct query *q, struct slice line, struct err *err_r)
{
	struct slice name, value;
	int64_t limit;

	if (!slice_next(&line, ':', &name))
		return 0;
	value = slice_trim(line);
	if (slice_eqs(name, "Columns"))
		return parse_columns(q, value, err_r);
	if (slice_eqs(name, "Filter"))
		return parse_filter(q, value, err_r);
	if (slice_eqs(name, "Limit")) {
		if (!num_range(value, 0, INT64_MAX, &limit)) {
			err_set(err_r, "Limit: a number is expected");
			return -1;
		}
		q->limit = (uint64_t)limit;
	} else if (slice_eqs(name, "OutputFormat")) {
		if (slice_eqs(value, "json")) {
			q->format = FORMAT_JSON;
		} else if (slice_eqs(value, "plain")) {
			q->format = FORMAT_PLAIN;
		} else if (slice_eqs(value, "python")) {
			q->format = FORMAT_PYTHON;
		} else {
			err_set(err_r, "OutputFormat is python, json or plain");
			return -1;
		}
	}
	return 0;
}

static int
parse_table(struct query *q, struct slice line, struct err *err_r)
{
	struct slice get, table;

	if (!slice_word(&line, &get) || !slice_eqs(get, "GET")) {
		err_set(err_r,
		    "a request begins with GET or COMMAND, or is REPLICATE "
		    "TIME");
		return -1;
	}
	if (!slice_word(&line, &table))
		table = SLICE("");
	for (size_t i = 0; i < ARRAY_LEN(table_names); i++) {
		if (slice_eqs(table, table_names[i])) {
			q->table = (enum query_table)i;
			return 0;
		}
	}
	err_set(err_r, "there is no table \"%.*s\"",
	    (int)(table.len > 60 ? 60 : table.len), table.s);
	return -1;
}

struct query *
query_parse(struct slice text, struct err *err_r)
{
	struct query *q = xnew(struct query);
	struct slice line;
	bool first = true;

	q->limit = UINT64_MAX;
	if (text.len == 0)
		text = SLICE("\n");
	while (slice_next(&text, '\n', &line)) {
		int rc;

		line = slice_trim(line);
		rc = first ? parse_table(q, line, err_r)
			   : parse_header(q, line, err_r);
		if (rc != 0) {
			query_free(&q);
			return NULL;
		}
		first = false;
	}
	if (q->n_columns == 0) {
		for (const struct column *c = query_columns(q->table);
		     c->name != NULL; c++) {
			q->columns[q->n_columns] = c;
			q->names[q->n_columns++] = xstrdup(c->name);
		}
	}
	return q;
}

/* --- filters -------------------------------------------------------------- */

static int
compare(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int diff = n == 0 ? 0 : memcmp(a.s, b.s, n);

	return diff != 0 ? diff : a.len < b.len ? -1 : a.len > b.len;
}

static bool
equal_nocase(struct slice a, const char *b)
{
	return a.len == strlen(b) &&
	    (a.len == 0 || strncasecmp(a.s, b, a.len) == 0);
}

static bool
by_sign(enum filter_op op, int diff)
{
	switch (op) {
	case OP_GT:
		return diff > 0;
	case OP_LT:
		return diff < 0;
	case OP_GE:
		return diff >= 0;
	case OP_LE:
		return diff <= 0;
	case OP_EQ:
	case OP_EQ_NOCASE:
		return diff == 0;
	case OP_REGEX:
	case OP_REGEX_NOCASE:
	case OP_IN:
		break;
	}
	return false;
}

static bool
text_fits(const struct filter *f, struct slice s)
{
	switch (f->op) {
	case OP_REGEX:
	case OP_REGEX_NOCASE:
		return pcre2_match(f->regex,
			   (PCRE2_SPTR)(s.s == NULL ? "" : s.s), s.len, 0, 0,
			   f->match, f->context) >= 0;
	case OP_EQ_NOCASE:
		return equal_nocase(s, f->text);
	case OP_IN:
		for (size_t i = 0; i < f->words.n; i++) {
			if (equal_nocase(s, f->words.v[i]))
				return true;
		}
		return false;
	case OP_EQ:
	case OP_GT:
	case OP_LT:
	case OP_GE:
	case OP_LE:
		break;
	}
	return by_sign(f->op, compare(s, slice_of(f->text)));
}

static bool
number_fits(const struct filter *f, const struct cell *c)
{
	struct str text = {0};
	bool fits;

	if (f->op == OP_REGEX || f->op == OP_REGEX_NOCASE || f->op == OP_IN) {
		cell_format(&text, c, FORMAT_PLAIN);
		fits = text_fits(f, str_slice(&text));
		str_free(&text);
		return fits;
	}
	if (c->type == CELL_FLOAT)
		return by_sign(f->op,
		    c->f < f->real       ? -1
			: c->f > f->real ? 1
					 : 0);
	/* A fraction in the filter of a whole number counts. */
	if (c->type == CELL_INT && (double)f->number != f->real)
		return by_sign(f->op, (double)c->i < f->real ? -1 : 1);
	return by_sign(f->op, c->i < f->number ? -1 : c->i > f->number);
}

static bool
filter_fits(const struct filter *f, const struct row *row)
{
	struct cell c = {.type = f->column->type};

	f->column->get(row, f->column->index, &c);
	switch (c.type) {
	case CELL_NULL:
		return text_fits(f, SLICE(""));
	case CELL_STR:
		return text_fits(f, c.s);
	case CELL_LIST:
		for (size_t i = 0; i < c.list->n; i++) {
			if (text_fits(f, slice_of(c.list->v[i])))
				return true;
		}
		return c.list->n == 0 && text_fits(f, SLICE(""));
	case CELL_INT:
	case CELL_TIME:
	case CELL_FLOAT:
	case CELL_BOOL:
		break;
	}
	return number_fits(f, &c);
}

bool
query_accepts(struct query *q, const struct row *row)
{
	for (size_t i = 0; i < q->n_filters; i++) {
		if (!filter_fits(&q->filters[i], row))
			return false;
	}
	return true;
}

bool
query_bounds(
    const struct query *q, const char *column, int64_t *min_r, int64_t *max_r)
{
	bool any = false;

	*min_r = INT64_MIN;
	*max_r = INT64_MAX;
	for (size_t i = 0; i < q->n_filters; i++) {
		const struct filter *f = &q->filters[i];

		if (strcmp(f->column->name, column) != 0 || f->op > OP_LE)
			continue;
		any = true;
		/* Wide by one, for fractions; the filter itself decides. */
		if (f->op != OP_LT && f->op != OP_LE && f->number - 1 > *min_r)
			*min_r = f->number - 1;
		if (f->op != OP_GT && f->op != OP_GE && f->number + 1 < *max_r)
			*max_r = f->number + 1;
	}
	return any;
}

const char *
query_equal(const struct query *q, const char *column)
{
	for (size_t i = 0; i < q->n_filters; i++) {
		if (q->filters[i].op == OP_EQ &&
		    strcmp(q->filters[i].column->name, column) == 0)
			return q->filters[i].text;
	}
	return NULL;
}

/* The longest run of ASCII of a text that must be equal. */
static void
ascii_run(const char *text, struct str *needle)
{
	while (*text != '\0') {
		size_t n = 0;

		while (text[n] != '\0' && (text[n] & 0x80) == 0)
			n++;
		if (n > needle->len) {
			str_clear(needle);
			str_addn(needle, text, n);
		}
		text += n > 0 ? n : 1;
	}
}

void
query_needle(const struct query *q, const char *column, struct str *needle)
{
	struct str one = {0};

	str_clear(needle);
	for (size_t i = 0; i < q->n_filters; i++) {
		const struct filter *f = &q->filters[i];

		if (strcmp(f->column->name, column) != 0)
			continue;
		str_clear(&one);
		if (f->op == OP_REGEX || f->op == OP_REGEX_NOCASE)
			needle_of(f->text, &one);
		else if (f->op == OP_EQ || f->op == OP_EQ_NOCASE)
			ascii_run(f->text, &one);
		if (one.len > needle->len) {
			str_clear(needle);
			str_addslice(needle, str_slice(&one));
		}
	}
	str_free(&one);
}
