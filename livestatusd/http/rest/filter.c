/* SPDX-License-Identifier: Apache-2.0
 *
 * From JSON to Livestatus; see filter.h.
 */
#include "livestatusd/http/rest/filter.h"

#include <inttypes.h>

struct filter {
	const char *table;
	struct str *lql;
	struct err *err;
	unsigned leafs;
};

static const char *const operators[] = {"=", "~", "=~", "~~", "<", ">",
    "<=", ">=", "!=", "!~", "!=~", "!~~", "!<", "!>", "!<=", "!>=", NULL};

bool
filter_is_column(const char *name)
{
	return name != NULL && name[0] != '\0' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789") ==
	    strlen(name);
}

/* "columns" or "table.column": [a-z]+\.)?[_a-z0-9]+ without the table. */
static const char *
column_of(const struct filter *f, const char *left)
{
	const char *dot = strchr(left, '.');
	size_t table = strlen(f->table);

	if (dot != NULL) {
		if ((size_t)(dot - left) != table ||
		    strncmp(left, f->table, table) != 0)
			return NULL;
		left = dot + 1;
	}
	return filter_is_column(left) ? left : NULL;
}

/* No newline may pass. */
static bool
is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n' || text[i] == '\r' || text[i] == '\0')
			return false;
	return true;
}

static int
add_right(struct filter *f, const json_t *right)
{
	if (json_is_integer(right))
		str_addf(f->lql, " %" JSON_INTEGER_FORMAT "\n",
		    json_integer_value(right));
	else if (json_is_real(right))
		str_addf(f->lql, " %.17g\n", json_real_value(right));
	else if (json_is_boolean(right))
		str_addf(f->lql, " %d\n", json_is_true(right));
	else if (json_is_string(right) &&
	    is_plain(json_string_value(right), json_string_length(right)))
		str_addf(f->lql, " %s\n", json_string_value(right));
	else {
		err_set(f->err,
		    "\"right\": expected a text of one line, or a number");
		return -1;
	}
	return 0;
}

static int
add_leaf(struct filter *f, const char *op, const json_t *query)
{
	const char *left = json_string_value(json_object_get(query, "left"));
	const char *column = left == NULL ? NULL : column_of(f, left);
	size_t i = 0;

	while (operators[i] != NULL && strcmp(operators[i], op) != 0)
		i++;
	if (operators[i] == NULL) {
		err_set(f->err, "\"op\": there is no operator \"%.40s\"", op);
		return -1;
	}
	if (column == NULL) {
		err_set(f->err,
		    "\"left\": expected a column of %s, not \"%.100s\"",
		    f->table, left == NULL ? "" : left);
		return -1;
	}
	if (++f->leafs > FILTER_LEAFS) {
		err_set(f->err, "more than %d conditions", FILTER_LEAFS);
		return -1;
	}
	str_addf(f->lql, "Filter: %s %s", column, op);
	return add_right(f, json_object_get(query, "right"));
}

static int add(struct filter *f, const json_t *query, unsigned depth);

static int
add_list(struct filter *f, const char *word, const json_t *list, unsigned depth)
{
	size_t i;
	json_t *one;

	if (!json_is_array(list)) {
		err_set(f->err, "\"expr\": expected a list");
		return -1;
	}
	json_array_foreach((json_t *)(uintptr_t)list, i,
	    one) if (add(f, one, depth + 1) == -1) return -1;
	/* An empty "and" fits all, an empty "or" nothing, as in Livestatus. */
	str_addf(f->lql, "%s: %zu\n", word, json_array_size(list));
	return 0;
}

static int
add(struct filter *f, const json_t *query, unsigned depth)
{
	const char *op = json_string_value(json_object_get(query, "op"));
	const json_t *expr = json_object_get(query, "expr");

	if (op == NULL) {
		err_set(f->err,
		    "expected {\"op\": ..., \"left\": ..., \"right\": ...}");
		return -1;
	}
	if (depth > FILTER_DEPTH) {
		err_set(f->err, "nested deeper than %d", FILTER_DEPTH);
		return -1;
	}
	if (strcmp(op, "and") == 0)
		return add_list(f, "And", expr, depth);
	if (strcmp(op, "or") == 0)
		return add_list(f, "Or", expr, depth);
	if (strcmp(op, "not") != 0)
		return add_leaf(f, op, query);
	if (add(f, expr, depth + 1) == -1)
		return -1;
	str_add(f->lql, "Negate:\n");
	return 0;
}

int
filter_to_lql(
    const json_t *query, const char *table, struct str *lql, struct err *err_r)
{
	struct filter f = {.table = table, .lql = lql, .err = err_r};

	return add(&f, query, 0);
}
