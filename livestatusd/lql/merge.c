/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of several sites become one answer: put into order by keys that are
 * made of the columns, cut by Offset and Limit, and written in the format that
 * was asked for.
 */
#include "livestatusd/lql/several_parts.h"

#include "common/mem.h"
#include "common/utf8.h"

#include <stdlib.h>

/* --- answers come in ------------------------------------------------------ */

void
lql_several_take(struct lql_several *s, const char *site, struct str *body)
{
	struct part *p;

	ARRAY_GROW(s->parts, s->n_parts, s->cap_parts);
	p = &s->parts[s->n_parts++];
	p->site = xstrdup(site);
	answer_init(&p->answer, body);
}

static void
add_json(struct str *to, const char *text)
{
	struct writer w = {
	    .to = to, .format = FORMAT_JSON, .first_field = true};

	lql_writer_string(&w, slice_of(text));
}

void
lql_several_fail(struct lql_several *s, const char *site, enum lql_code code,
    const char *why)
{
	size_t n = strcspn(why, "\n");

	if (s->code == LQL_OK) {
		s->code = code;
		str_addf(&s->why, "site %s: %.*s", site, (int)n, why);
	}
	str_addc(&s->failed, s->failed.len == 0 ? '{' : ',');
	add_json(&s->failed, site);
	str_addc(&s->failed, ':');
	add_json(&s->failed, why);
}

/* --- values --------------------------------------------------------------- */

void
several_row(struct lql_several *s, const struct found *f)
{
	answer_again(&s->parts[f->part].answer, f->row, s->values, s->n_values);
}

static struct slice
value_text(const struct value *v)
{
	return v->kind == VALUE_STRING ? v->s : (struct slice){"", 0};
}

/* Bytes that sort like the value, as lql_row_key() makes them. */
void
several_key(struct lql_several *s, const struct part *p,
    const struct field *field, struct slice dict_key, struct str *key)
{
	const struct column *c = field->ref.column;
	const struct value *v;
	struct items items;

	if (c == NULL)
		return;
	if (field->at == FIELD_SITE) {
		str_add(key, p->site);
		str_addc(key, '\0');
		return;
	}
	v = &s->values[field->at];
	switch (c->type) {
	case COLUMN_INT:
	case COLUMN_TIME:
		lql_key_int(key, value_int(v));
		break;
	case COLUMN_FLOAT:
		lql_key_float(key, value_float(v));
		break;
	case COLUMN_STRING:
	case COLUMN_BLOB:
		str_addslice(key, value_text(v));
		str_addc(key, '\0');
		break;
	case COLUMN_LIST:
	case COLUMN_DICT:
		items = answer_items(&p->answer, v);
		if (c->type == COLUMN_DICT && dict_key.len > 0)
			lql_key_dict_entry(key, &items, dict_key,
			    (c->flags & COLUMN_NUMBERS) != 0);
		else
			lql_key_items(key, &items);
		break;
	case COLUMN_NULL:
		break;
	}
}

/* A blob's bytes are the characters of the text. */
static void
write_blob(struct writer *w, struct slice s)
{
	struct str bytes = {0};

	while (s.len > 0)
		str_addc(&bytes, (char)utf8_take(&s));
	lql_writer_blob(w, str_slice(&bytes));
	str_free(&bytes);
}

void
several_write_field(struct lql_several *s, const struct part *p,
    const struct field *field, struct writer *w)
{
	const struct value *v;
	struct items items;

	if (field->at == FIELD_SITE) {
		lql_writer_string(w, slice_of(p->site));
		return;
	}
	v = &s->values[field->at];
	switch (v->kind) {
	case VALUE_NULL:
		lql_writer_null(w);
		break;
	case VALUE_INT:
		lql_writer_int(w, v->i);
		break;
	case VALUE_FLOAT:
		lql_writer_float(w, v->f);
		break;
	case VALUE_STRING:
		if (field->ref.column != NULL &&
		    field->ref.column->type == COLUMN_BLOB)
			write_blob(w, v->s);
		else
			lql_writer_string(w, v->s);
		break;
	case VALUE_LIST:
		items = answer_items(&p->answer, v);
		lql_writer_list(w, &items);
		break;
	case VALUE_DICT:
		items = answer_items(&p->answer, v);
		lql_writer_dict(w, &items);
		break;
	}
}

/* --- order ---------------------------------------------------------------- */

static int
by_key(const void *a, const void *b, void *arg)
{
	const struct found *x = a, *y = b;
	const char *keys = arg;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = n == 0 ? 0 : memcmp(keys + x->off, keys + y->off, n);

	if (c != 0)
		return c;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

void
several_sort(struct lql_several *s)
{
	if (s->n_found > 1)
		qsort_r(
		    s->found, s->n_found, sizeof(*s->found), by_key, s->keys.s);
}

static void
add_key(struct lql_several *s, const struct part *p)
{
	const struct lql_query *q = s->q;

	if (q->n_stats > 0) { /* rows of a group become neighbours */
		for (size_t i = 0; i < q->n_columns; i++)
			several_key(s, p, &s->out[i], (struct slice){NULL, 0},
			    &s->keys);
		return;
	}
	for (size_t i = 0; i < s->n_order; i++) {
		const struct order *o = &s->order[i];
		size_t from = s->keys.len;

		several_key(s, p, &o->field, o->key, &s->keys);
		if (o->descending)
			for (; from < s->keys.len; from++)
				s->keys.s[from] = (char)~s->keys.s[from];
	}
}

/* False: it is no answer. */
static bool
read_part(struct lql_several *s, uint32_t number)
{
	struct part *p = &s->parts[number];
	const struct lql_query *q = s->q;
	size_t before = s->n_found;
	int rc;

	while ((rc = answer_next(&p->answer, s->values, s->n_values)) == 1) {
		struct found f = {.part = number,
		    .row = p->answer.row,
		    .off = s->keys.len,
		    .number = s->n_found};

		if (q->n_columns > 0 && s->n_columns == 0 && q->n_stats > 0 &&
		    value_int(&s->values[s->count_at]) == 0)
			continue; /* no rows, no group */
		add_key(s, p);
		f.len = s->keys.len - f.off;
		ARRAY_GROW(s->found, s->n_found, s->cap_found);
		s->found[s->n_found++] = f;
	}
	if (rc == 0) {
		s->total += p->answer.total;
		return true;
	}
	s->n_found = before;
	lql_several_fail(
	    s, p->site, LQL_NO_BACKEND, "its answer is not what was asked for");
	return false;
}

/* --- rows go out ---------------------------------------------------------- */

/* `labels` has each pair once, whichever sites have it. */
static void
drop_doubles(struct lql_several *s)
{
	size_t to = 0;

	for (size_t i = 0; i < s->q->n_columns; i++)
		if (s->out[i].at == FIELD_SITE)
			return;
	for (size_t i = 0; i < s->n_found; i++) {
		const struct found *f = &s->found[i];

		if (to > 0 && s->found[to - 1].len == f->len &&
		    memcmp(s->keys.s + s->found[to - 1].off, s->keys.s + f->off,
			f->len) == 0)
			continue;
		s->found[to++] = *f;
	}
	s->total -= s->n_found - to;
	s->n_found = to;
}

static void
write_rows(struct lql_several *s, struct writer *w, size_t start)
{
	const struct lql_query *q = s->q;
	size_t to = s->n_found;

	several_sort(s);
	if (q->table->kind == TABLE_LABELS)
		drop_doubles(s);
	to = s->n_found;
	if (q->limit != QUERY_NO_LIMIT && (uint64_t)(q->offset + q->limit) < to)
		to = (size_t)(q->offset + q->limit);
	for (size_t i = (size_t)q->offset; i < to; i++) {
		const struct found *f = &s->found[i];

		several_row(s, f);
		lql_writer_row(w);
		for (size_t c = 0; c < q->n_columns; c++)
			several_write_field(
			    s, &s->parts[f->part], &s->out[c], w);
		lql_writer_row_end(w);
		if (w->to->len - start > LQL_MAX_BODY) {
			lql_query_fail(s->q, LQL_LIMIT,
			    "Maximum response size of %zu bytes exceeded!",
			    LQL_MAX_BODY);
			return;
		}
	}
}

static void
write_answer(struct lql_several *s, struct str *out)
{
	struct lql_query *q = s->q;
	struct str tmp = {0};
	struct writer w;
	size_t start = out->len;

	lql_writer_begin(&w, out, q);
	if (s->failed.len > 0) {
		str_addc(&s->failed, '}');
		w.failed = &s->failed;
	}
	lql_titles_write(q, &w, &tmp);
	str_free(&tmp);
	if (q->n_stats > 0) {
		several_sort(s);
		several_fold(s, &w);
	} else {
		write_rows(s, &w, start);
	}
	lql_writer_end(&w, s->total);
}

enum lql_code
lql_several_write(struct lql_several *s, struct str *out)
{
	struct lql_query *q = s->q;
	size_t head = out->len, start;
	bool any = false;

	if (q->code == LQL_OK) {
		for (uint32_t i = 0; i < s->n_parts; i++)
			any = read_part(s, i) || any;
		if (!any)
			lql_query_fail(q,
			    s->code == LQL_OK ? LQL_NO_BACKEND : s->code, "%s",
			    s->code == LQL_OK ? "no site was asked"
					      : str_get(&s->why));
	}
	if (q->code == LQL_OK) {
		if (q->fixed16)
			str_addn(out, "                ", LQL_HEADER_BYTES);
		start = out->len;
		write_answer(s, out);
		if (q->fixed16)
			lql_header_put(out->s + head, LQL_OK, out->len - start);
	}
	if (q->code != LQL_OK) {
		out->len = head;
		lql_failure(out, q->fixed16, q->code, q->err.text);
	}
	return q->code;
}
