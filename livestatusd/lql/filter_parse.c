/* SPDX-License-Identifier: Apache-2.0
 *
 * Making filters: leaves from "column op value", and stacks of them.
 */
#include "common/mem.h"
#include "common/num.h"
#include "livestatusd/lql/query.h"

#include <stdlib.h>

static bool
parse_op(struct slice text, enum op *op_r, bool *negate_r)
{
	static const struct {
		const char *text;
		enum op op;
	} ops[] = {
	    {"=", OP_EQUAL},
	    {"~", OP_MATCH},
	    {"=~", OP_EQUAL_NOCASE},
	    {"~~", OP_MATCH_NOCASE},
	    {"<", OP_LESS},
	    {">", OP_GREATER},
	    {"<=", OP_AT_MOST},
	    {">=", OP_AT_LEAST},
	};

	*negate_r = slice_starts(text, "!");
	if (*negate_r) {
		text.s++;
		text.len--;
	}
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		if (slice_eqs(text, ops[i].text)) {
			*op_r = ops[i].op;
			return true;
		}
	}
	return false;
}

/* Leading digits, the rest ignored; the whole is a number: true. */
static bool
lenient_int(struct slice s, int64_t *i_r)
{
	size_t n = 0;

	*i_r = 0;
	if (n < s.len && (s.s[n] == '-' || s.s[n] == '+'))
		n++;
	while (n < s.len && s.s[n] >= '0' && s.s[n] <= '9')
		n++;
	if (n > 0 && s.s[0] == '+') {
		s.s++;
		s.len--;
		n--;
	}
	if (num_i64((struct slice){s.s, n}, i_r))
		return n == s.len;
	*i_r = n > 18 ? (s.s[0] == '-' ? INT64_MIN : INT64_MAX) : 0;
	return false;
}

/*
 * A word in single quotes (a quote inside is doubled) or up to the first
 * blank; the last one goes to the end of the line. Written to `out`.
 */
static bool
take_quoted(struct slice *rest, bool last, struct str *out)
{
	while (rest->len > 0 && *rest->s == ' ') {
		rest->s++;
		rest->len--;
	}
	if (!slice_starts(*rest, "'")) {
		struct slice word = {NULL, 0};

		if (last) {
			word = *rest;
			rest->len = 0;
		} else {
			slice_word(rest, &word);
		}
		str_addslice(out, word);
		return true;
	}
	for (size_t i = 1; i < rest->len; i++) {
		if (rest->s[i] != '\'') {
			str_addc(out, rest->s[i]);
		} else if (i + 1 < rest->len && rest->s[i + 1] == '\'') {
			str_addc(out, '\'');
			i++;
		} else {
			rest->s += i + 1;
			rest->len -= i + 1;
			return true;
		}
	}
	return false;
}

static int
parse_dict(struct node *n, struct err *err_r)
{
	struct slice rest = n->value;
	struct str text = {0};
	size_t key_len;

	str_reserve(&text, 1);
	if (!take_quoted(&rest, false, &text)) {
		err_set(err_r, "a quote is not closed");
		str_free(&text);
		return -1;
	}
	key_len = text.len;
	if (!take_quoted(&rest, true, &text)) {
		err_set(err_r, "a quote is not closed");
		str_free(&text);
		return -1;
	}
	n->key = (struct slice){text.s, key_len};
	n->value = (struct slice){text.s + key_len, text.len - key_len};
	n->owned = str_steal(&text);
	return 0;
}

static bool
is_pattern(enum op op)
{
	return op == OP_MATCH || op == OP_MATCH_NOCASE;
}

/* Which leaves need a pattern, and which kind. */
static int
make_pattern(struct node *n, struct err *err_r)
{
	enum column_type type = n->ref.column->type;
	bool nocase = n->op == OP_MATCH_NOCASE;
	bool literal = false;

	if (type == COLUMN_FLOAT)
		return 0;
	if (type == COLUMN_INT || type == COLUMN_TIME) {
		if (!is_pattern(n->op) || n->is_number)
			return 0;
	} else if (type == COLUMN_LIST) {
		literal = n->op == OP_GREATER || n->op == OP_AT_MOST;
		nocase = nocase || literal;
		if (!is_pattern(n->op) && !literal)
			return 0;
	} else if (!is_pattern(n->op)) {
		literal = nocase = true;
		if (n->op != OP_EQUAL_NOCASE)
			return 0;
	}
	n->pattern = lql_pattern_new(n->value, nocase, literal, err_r);
	if (n->pattern == NULL)
		return -1;
	if (n->ref.column->source == SOURCE_NAME ||
	    n->ref.column->source == SOURCE_CONFIG)
		n->known = xcalloc(KNOWN_STRINGS, sizeof(*n->known));
	return 0;
}

struct node *
lql_node_parse(const struct table *t, struct slice text, struct err *err_r)
{
	struct slice column, op;
	struct node *n = xnew(struct node);

	n->depth = 1;
	if (!slice_word(&text, &column)) {
		err_set(err_r, "a column is missing");
		goto failed;
	}
	if (!table_resolve(t, column, &n->ref)) {
		err_set(err_r, "table '%s' has no column '%.*s'", t->name,
		    (int)column.len, column.s);
		goto failed;
	}
	if (!slice_word(&text, &op)) {
		err_set(err_r, "an operator is missing behind '%.*s'",
		    (int)column.len, column.s);
		goto failed;
	}
	if (!parse_op(op, &n->op, &n->negate)) {
		err_set(err_r, "invalid operator '%.*s'", (int)op.len, op.s);
		goto failed;
	}
	n->value = slice_trim(text);
	if (n->ref.column->type == COLUMN_DICT && parse_dict(n, err_r) != 0)
		goto failed;
	n->is_number = lenient_int(n->value, &n->i);
	if (!num_double(n->value, &n->f))
		n->f = (double)n->i;
	if (make_pattern(n, err_r) != 0)
		goto failed;
	return n;
failed:
	lql_node_free(&n);
	return NULL;
}

void
lql_node_free(struct node **np)
{
	struct node *n = *np;

	if (n == NULL)
		return;
	*np = NULL;
	for (size_t i = 0; i < n->n; i++)
		lql_node_free(&n->kids[i]);
	free(n->kids);
	free(n->owned);
	lql_pattern_free(&n->pattern);
	free(n->known);
	free(n);
}

int
lql_nodes_combine(
    struct nodes *s, size_t n, enum node_kind kind, struct err *err_r)
{
	struct node *node;

	if (n > s->n) {
		err_set(err_r, "cannot combine %zu filters, there are %zu", n,
		    s->n);
		return -1;
	}
	if (n == 1 && kind != NODE_NOT)
		return 0;
	node = xnew(struct node);
	node->kind = kind;
	node->kids = xcalloc(n + 1, sizeof(*node->kids));
	node->n = n;
	node->depth = 1;
	for (size_t i = 0; i < n; i++) {
		node->kids[i] = s->v[s->n - n + i];
		if (node->kids[i]->depth >= node->depth)
			node->depth = node->kids[i]->depth + 1;
	}
	s->n -= n;
	ARRAY_GROW(s->v, s->n, s->cap);
	s->v[s->n++] = node;
	if (node->depth > QUERY_MAX_DEPTH) {
		err_set(err_r, "filters are nested deeper than %u",
		    QUERY_MAX_DEPTH);
		return -1;
	}
	return 0;
}

struct node *
lql_nodes_all(struct nodes *s)
{
	if (s->n > 1)
		lql_nodes_combine(s, s->n, NODE_AND, NULL);
	return s->n == 0 ? NULL : s->v[0];
}

void
lql_nodes_free(struct nodes *s)
{
	for (size_t i = 0; i < s->n; i++)
		lql_node_free(&s->v[i]);
	free(s->v);
	*s = (struct nodes){0};
}

void
lql_node_shift(struct node *n, int64_t seconds)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->n; i++)
		lql_node_shift(n->kids[i], seconds);
	if (n->kind == NODE_LEAF && n->ref.column->type == COLUMN_TIME &&
	    n->i < INT64_MAX - 100000 && n->i > INT64_MIN + 100000)
		n->i -= seconds;
}

void
lql_node_forget(struct node *n)
{
	if (n == NULL)
		return;
	if (n->known != NULL)
		memset(n->known, 0, KNOWN_STRINGS * sizeof(*n->known));
	for (size_t i = 0; i < n->n; i++)
		lql_node_forget(n->kids[i]);
}

uint32_t
lql_node_wants(const struct node *n)
{
	uint32_t want = 0;

	if (n == NULL)
		return 0;
	if (n->kind == NODE_LEAF)
		return 1u << n->ref.join->entity;
	for (size_t i = 0; i < n->n; i++)
		want |= lql_node_wants(n->kids[i]);
	return want;
}
