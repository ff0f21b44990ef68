/* SPDX-License-Identifier: Apache-2.0
 *
 * One row: its fields in the answer, and bytes to sort or group it by.
 */
#include "livestatusd/lql/query.h"

#include "livestatusd/lql/put.h"

struct slice
lql_output_title(const struct output_column *c, struct str *tmp)
{
	if (c->title.s != NULL)
		return c->title;
	str_clear(tmp);
	str_add(tmp, c->ref.join->prefix);
	str_add(tmp, c->ref.column->name);
	return str_slice(tmp);
}

#define QUICK_MAX 32u /* columns */

bool
lql_row_is_quick(const struct lql_query *q)
{
	if (q->n_columns == 0 || q->n_columns > QUICK_MAX ||
	    (q->format != FORMAT_JSON && q->format != FORMAT_WRAPPED_JSON &&
		q->format != FORMAT_PYTHON))
		return false;
	for (size_t i = 0; i < q->n_columns; i++) {
		const struct column *c = q->columns[i].ref.column;

		if (c == NULL ||
		    (c->type != COLUMN_INT && c->type != COLUMN_TIME &&
			c->source != SOURCE_NAME && c->source != SOURCE_TEXT))
			return false;
	}
	return true;
}

struct field {
	struct slice s;
	int64_t i;
	enum {
		FIELD_INT,
		FIELD_PLAIN, /* a string that is JSON as it is */
		FIELD_STRING
	} kind;
};

/* The field's value; returns how many bytes it may need. */
static size_t
get_field(struct lql_query *q, struct view *v, const struct column *c,
    uint32_t at, struct field *f)
{
	f->kind = FIELD_INT;
	if (c->type == COLUMN_INT || c->type == COLUMN_TIME) {
		f->i = column_int(v, c, at);
		if (c->type == COLUMN_TIME)
			f->i += q->shift;
		return PUT_INT_MAX + 2;
	}
	f->kind = FIELD_PLAIN;
	f->s = (struct slice){"", 0};
	if (at == SNAP_NONE)
		return 3;
	if (c->source == SOURCE_NAME) {
		f->s = mirror_name(v->m, at);
		if (!v->m->names[at].plain)
			f->kind = FIELD_STRING;
	} else {
		f->s = mirror_text(v->m, at, (enum mirror_texts)c->off);
		if (!(mirror_get(v->m, at, plain) & 1u << c->off))
			f->kind = FIELD_STRING;
	}
	return f->kind == FIELD_PLAIN ? f->s.len + 3
				      : f->s.len * LQL_STRING_GROWTH + 3;
}

/* The whole row with one look at the room that is left. */
static void
write_quick(struct lql_query *q, struct view *v, struct writer *w,
    const struct row *row)
{
	struct field fields[QUICK_MAX];
	size_t need = 1;
	char *p;

	for (size_t i = 0; i < q->n_columns; i++)
		need += get_field(q, v, q->columns[i].ref.column,
		    row->at[q->columns[i].ref.join->entity], &fields[i]);
	if (w->to->cap - w->to->len <= need)
		str_reserve(w->to, need);
	p = w->to->s + w->to->len;
	for (size_t i = 0; i < q->n_columns; i++) {
		const struct field *f = &fields[i];

		if (i > 0)
			*p++ = ',';
		if (f->kind == FIELD_INT) {
			p = put_number(p, f->i);
		} else if (f->kind == FIELD_PLAIN) {
			*p++ = '"';
			p = put_bytes(p, f->s.s, f->s.len);
			*p++ = '"';
		} else {
			p = lql_put_string(p, f->s, w->format);
		}
	}
	w->to->len = (size_t)(p - w->to->s);
	w->first_field = false;
}

void
lql_row_write(struct lql_query *q, struct view *v, struct writer *w,
    const struct row *row)
{
	if (q->quick) {
		write_quick(q, v, w, row);
		return;
	}
	for (size_t i = 0; i < q->n_columns; i++) {
		const struct column *c = q->columns[i].ref.column;
		uint32_t at;

		if (c == NULL) {
			lql_writer_null(w);
			continue;
		}
		at = row->at[q->columns[i].ref.join->entity];
		switch (c->type) {
		case COLUMN_INT:
			lql_writer_int(w, column_int(v, c, at));
			break;
		case COLUMN_TIME:
			lql_writer_int(w, column_int(v, c, at) + q->shift);
			break;
		case COLUMN_FLOAT:
			lql_writer_float(w, column_float(v, c, at));
			break;
		case COLUMN_STRING:
			lql_writer_string(w, column_string(v, c, at));
			break;
		case COLUMN_BLOB:
			lql_writer_blob(w, column_string(v, c, at));
			break;
		case COLUMN_LIST:
			v->call = q->columns[i].call;
			column_items(v, c, at);
			lql_writer_list(w, &v->items);
			break;
		case COLUMN_DICT:
			column_items(v, c, at);
			lql_writer_dict(w, &v->items);
			break;
		case COLUMN_NULL:
			lql_writer_null(w);
			break;
		}
	}
}

static void
key_u64(struct str *key, uint64_t v)
{
	char bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (char)(v >> (56 - 8 * i));
	str_addn(key, bytes, 8);
}

void
lql_key_int(struct str *key, int64_t v)
{
	key_u64(key, (uint64_t)v ^ UINT64_C(1) << 63);
}

void
lql_key_float(struct str *key, double v)
{
	uint64_t bits;

	if (v == 0)
		v = 0; /* -0.0 is 0 */
	memcpy(&bits, &v, sizeof(bits));
	key_u64(key, bits >> 63 ? ~bits : bits | UINT64_C(1) << 63);
}

void
lql_key_items(struct str *key, const struct items *items)
{
	for (size_t i = 0; i < items->n; i++) {
		const struct item *x = &items->v[i];

		if (x->kind == ITEM_STRING)
			str_addslice(key, x->s);
		else if (x->kind == ITEM_FLOAT)
			lql_key_float(key, x->f);
		else
			lql_key_int(key, x->i);
		str_addc(key, '\1');
	}
	str_addc(key, '\0');
}

void
lql_key_dict_entry(
    struct str *key, const struct items *items, struct slice name, bool numbers)
{
	double number = 0;

	for (size_t i = 0; i + 1 < items->n; i += 2) {
		const struct item *x = &items->v[i + 1];

		if (!slice_eq(items->v[i].s, name))
			continue;
		if (x->kind == ITEM_STRING)
			str_addslice(key, x->s);
		else
			number = x->f;
		break;
	}
	if (numbers)
		lql_key_float(key, number);
	else
		str_addc(key, '\0');
}

void
lql_row_key(struct lql_query *q, struct view *v, const struct column_ref *ref,
    struct slice dict_key, const struct row *row, struct str *key)
{
	const struct column *c = ref->column;
	uint32_t at;

	(void)q;
	if (c == NULL)
		return;
	at = row->at[ref->join->entity];
	switch (c->type) {
	case COLUMN_INT:
	case COLUMN_TIME:
		lql_key_int(key, column_int(v, c, at));
		break;
	case COLUMN_FLOAT:
		lql_key_float(key, column_float(v, c, at));
		break;
	case COLUMN_STRING:
	case COLUMN_BLOB:
		str_addslice(key, column_string(v, c, at));
		str_addc(key, '\0');
		break;
	case COLUMN_DICT:
		column_items(v, c, at);
		if (dict_key.len > 0) {
			lql_key_dict_entry(key, &v->items, dict_key,
			    (c->flags & COLUMN_NUMBERS) != 0);
			break;
		}
		lql_key_items(key, &v->items);
		break;
	case COLUMN_LIST:
		column_items(v, c, at);
		lql_key_items(key, &v->items);
		break;
	case COLUMN_NULL:
		break;
	}
}
