/* SPDX-License-Identifier: Apache-2.0
 *
 * One condition on the rows of a block. Numbers that lie in arrays are
 * compared in loops that the compiler turns into vector instructions: this
 * file is where queries over 100,000 services spend their time.
 */
#ifdef __GNUC__
#ifndef __clang__
#pragma GCC optimize("O3")
#endif
#endif
#include "livestatusd/lql/query.h"

#include "common/mem.h"
#include "common/num.h"

#include <stdio.h>

bool
lql_compare_int(enum op op, bool negate, int64_t x, int64_t ref)
{
	bool is = false;

	switch (op) {
	case OP_EQUAL:
		is = x == ref;
		break;
	case OP_MATCH: /* all bits of ref are set */
		is = (x & ref) == ref;
		break;
	case OP_EQUAL_NOCASE: /* no other bits than ref's are set */
		is = (x & ref) == x;
		break;
	case OP_MATCH_NOCASE: /* a bit of ref's is set */
		is = (x & ref) != 0;
		break;
	case OP_LESS:
		is = x < ref;
		break;
	case OP_GREATER:
		is = x > ref;
		break;
	case OP_AT_MOST:
		is = x <= ref;
		break;
	case OP_AT_LEAST:
		is = x >= ref;
		break;
	}
	return is != negate;
}

bool
lql_compare_float(enum op op, bool negate, double x, double ref)
{
	bool is = false;

	switch (op) {
	case OP_EQUAL:
		is = x == ref;
		break;
	case OP_LESS:
		is = x < ref;
		break;
	case OP_GREATER:
		is = x > ref;
		break;
	case OP_AT_MOST:
		is = x <= ref;
		break;
	case OP_AT_LEAST:
		is = x >= ref;
		break;
	case OP_MATCH:
	case OP_EQUAL_NOCASE:
	case OP_MATCH_NOCASE:
		return false; /* not defined for floats */
	}
	return is != negate;
}

static bool
compare_bytes(enum op op, bool negate, struct slice x, struct slice ref)
{
	size_t n = x.len < ref.len ? x.len : ref.len;
	int c = n == 0 ? 0 : memcmp(x.s, ref.s, n);

	if (c == 0)
		c = x.len < ref.len ? -1 : x.len > ref.len;
	return lql_compare_int(op, negate, c, 0);
}

static bool
string_fits(struct lql_query *q, const struct node *n, struct slice x)
{
	switch (n->op) {
	case OP_EQUAL:
		return slice_eq(x, n->value) != n->negate;
	case OP_MATCH:
	case OP_MATCH_NOCASE:
	case OP_EQUAL_NOCASE:
		return lql_pattern_matches(n->pattern, x, &q->too_expensive) !=
		    n->negate;
	case OP_LESS:
	case OP_GREATER:
	case OP_AT_MOST:
	case OP_AT_LEAST:
		break;
	}
	return compare_bytes(n->op, n->negate, x, n->value);
}

bool
lql_string_fits(struct lql_query *q, const struct node *n, struct slice x)
{
	return string_fits(q, n, x);
}

static bool
int_fits(struct lql_query *q, const struct node *n, int64_t x)
{
	char text[24];
	int len;

	if (n->pattern == NULL)
		return lql_compare_int(n->op, n->negate, x, n->i);
	len = snprintf(text, sizeof(text), "%lld", (long long)x);
	return lql_pattern_matches(n->pattern,
		   (struct slice){text, (size_t)len},
		   &q->too_expensive) != n->negate;
}

/* The name of element *at of a list, which is moved behind it. */
static struct slice
element(struct view *v, const struct node *n, size_t *at)
{
	const struct items *it = &v->items;
	const struct item *x = &it->v[(*at)++];
	size_t pairs = (n->ref.column->flags & COLUMN_PAIRS) ? 2 : 1;

	str_clear(&v->tmp);
	if (x->kind == ITEM_STRING)
		return x->s;
	if (x->kind == ITEM_OPEN) {
		for (size_t k = 0; it->v[*at].kind != ITEM_CLOSE; (*at)++) {
			x = &it->v[*at];
			if (k++ >= pairs)
				continue;
			if (k == 2)
				str_addc(&v->tmp, '|');
			if (x->kind == ITEM_STRING)
				str_addslice(&v->tmp, x->s);
			else
				str_addf(&v->tmp, "%lld", (long long)x->i);
		}
		(*at)++;
	} else {
		str_addf(&v->tmp, "%lld", (long long)x->i);
	}
	return (struct slice){str_get(&v->tmp), v->tmp.len};
}

static bool
list_has(struct lql_query *q, struct view *v, const struct node *n)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < v->items.n;) {
		struct slice x = element(v, n, &i);

		if (n->pattern != NULL) {
			if (lql_pattern_matches(
				n->pattern, x, &q->too_expensive))
				return true;
		} else if (slice_eq(x, n->value)) {
			return true;
		}
		if (n->ref.column->flags & COLUMN_ATTRS)
			bits |= column_attributes_mask(x);
	}
	return (n->ref.column->flags & COLUMN_ATTRS) && n->is_number &&
	    n->value.len > 0 && n->i != 0 && (bits & n->i) == n->i;
}

static bool
list_fits(struct lql_query *q, struct view *v, const struct node *n)
{
	switch (n->op) {
	case OP_EQUAL: /* only asks whether the list is empty */
		return n->value.len == 0 && (v->items.n == 0) != n->negate;
	case OP_EQUAL_NOCASE:
		return false;
	case OP_MATCH:
	case OP_MATCH_NOCASE:
	case OP_AT_LEAST: /* contains */
	case OP_AT_MOST:  /* contains, in any case of letters */
		return list_has(q, v, n) != n->negate;
	case OP_LESS: /* does not contain */
	case OP_GREATER:
		return list_has(q, v, n) == n->negate;
	}
	return false;
}

static bool
dict_fits(struct lql_query *q, struct view *v, const struct node *n)
{
	struct slice value = {"", 0};
	bool numbers = (n->ref.column->flags & COLUMN_NUMBERS) != 0;
	double number = 0;

	for (size_t i = 0; i + 1 < v->items.n; i += 2) {
		const struct item *x = &v->items.v[i + 1];

		if (!slice_eq(v->items.v[i].s, n->key))
			continue;
		if (x->kind == ITEM_STRING)
			value = x->s;
		else
			number = x->f;
		break;
	}
	if (numbers)
		return lql_compare_float(n->op, n->negate, number, n->f);
	return string_fits(q, n, value);
}

/* Any column of any row, the long way. */
static bool
fits(struct lql_query *q, struct view *v, const struct node *n, uint32_t at)
{
	const struct column *c = n->ref.column;

	switch (c->type) {
	case COLUMN_INT:
	case COLUMN_TIME:
		return int_fits(q, n, column_int(v, c, at));
	case COLUMN_FLOAT:
		return lql_compare_float(
		    n->op, n->negate, column_float(v, c, at), n->f);
	case COLUMN_STRING:
	case COLUMN_BLOB:
		return string_fits(q, n, column_string(v, c, at));
	case COLUMN_LIST:
		column_items(v, c, at);
		return list_fits(q, v, n);
	case COLUMN_DICT:
		column_items(v, c, at);
		return dict_fits(q, v, n);
	case COLUMN_NULL:
		break;
	}
	return false;
}

/* clang-format off */
#define LOOP(cond)                                                             \
	for (uint32_t i = 0; i < rows; i++)                                    \
		out[i] = in[i] & (uint8_t)((cond) ^ negate)
#define LOOPS(name, type)                                                      \
	static void                                                            \
	name(enum op op, uint8_t negate, type ref, uint32_t rows,              \
	    const type *restrict x, const uint8_t *restrict in,                \
	    uint8_t *restrict out)                                             \
	{                                                                      \
		if (op == OP_EQUAL)                                            \
			LOOP(x[i] == ref);                                     \
		else if (op == OP_LESS)                                        \
			LOOP(x[i] < ref);                                      \
		else if (op == OP_GREATER)                                     \
			LOOP(x[i] > ref);                                      \
		else if (op == OP_AT_MOST)                                     \
			LOOP(x[i] <= ref);                                     \
		else                                                           \
			LOOP(x[i] >= ref);                                     \
	}
/* clang-format on */
LOOPS(loop_u8, uint8_t)
LOOPS(loop_u32, uint32_t)
LOOPS(loop_i64, int64_t)

static void
loop_flag(const struct node *n, uint32_t mask, uint32_t rows,
    const uint32_t *restrict x, const uint8_t *restrict in,
    uint8_t *restrict out)
{
	uint8_t on = lql_compare_int(n->op, n->negate, 1, n->i);
	uint8_t off = lql_compare_int(n->op, n->negate, 0, n->i);

	for (uint32_t i = 0; i < rows; i++)
		out[i] = in[i] & ((x[i] & mask) != 0 ? on : off);
}

/*
 * The same, counted, of one page at most: a byte is enough for the sum, and the
 * compiler adds sixteen of them at a time.
 */
_Static_assert(MIRROR_PAGE <= UINT8_MAX, "a page is counted in a byte");
/* clang-format off */
#define COUNT(cond)                                                            \
	for (uint32_t i = 0; i < rows; i++)                                    \
		n = (uint8_t)(n + ((cond) ? 1 : 0))
#define COUNTS(name, type)                                                     \
	static inline __attribute__((always_inline)) uint32_t                  \
	name(enum op op, type ref, uint32_t rows, const type *x)               \
	{                                                                      \
		uint8_t n = 0;                                                 \
									       \
		if (op == OP_EQUAL)                                            \
			COUNT(x[i] == ref);                                    \
		else if (op == OP_LESS)                                        \
			COUNT(x[i] < ref);                                     \
		else if (op == OP_GREATER)                                     \
			COUNT(x[i] > ref);                                     \
		else if (op == OP_AT_MOST)                                     \
			COUNT(x[i] <= ref);                                    \
		else                                                           \
			COUNT(x[i] >= ref);                                    \
		return n;                                                      \
	}
/* clang-format on */
COUNTS(count_u8, uint8_t)
COUNTS(count_u32, uint32_t)
COUNTS(count_i64, int64_t)

static inline __attribute__((always_inline)) uint32_t
count_flag(uint32_t mask, uint32_t rows, const uint32_t *x)
{
	uint8_t n = 0;

	COUNT((x[i] & mask) != 0);
	return n;
}

/* Those that fit; without `negate`. */
static inline __attribute__((always_inline)) uint32_t
count_page(const struct node *n, const void *p, uint32_t from, uint32_t rows)
{
	const struct column *c = n->ref.column;
	uint32_t set;

	if (c->source == SOURCE_U8)
		return count_u8(
		    n->op, (uint8_t)n->i, rows, (const uint8_t *)p + from);
	if (c->source == SOURCE_U32)
		return count_u32(
		    n->op, (uint32_t)n->i, rows, (const uint32_t *)p + from);
	if (c->source == SOURCE_I64)
		return count_i64(n->op, n->i, rows, (const int64_t *)p + from);
	set = count_flag(c->mask, rows, (const uint32_t *)p + from);
	return (lql_compare_int(n->op, false, 1, n->i) ? set : 0) +
	    (lql_compare_int(n->op, false, 0, n->i) ? rows - set : 0);
}

uint64_t
lql_mask_count(const uint8_t *mask, uint32_t rows)
{
	uint64_t sum = 0;

	for (uint32_t from = 0; from < rows; from += 128) {
		uint32_t some = rows - from < 128 ? rows - from : 128;
		uint8_t n = 0;

		for (uint32_t i = 0; i < some; i++)
			n = (uint8_t)(n + mask[from + i]);
		sum += n;
	}
	return sum;
}

/* Neighbours in one page. */
static void
dense(const struct node *n, const char *p, uint32_t from, uint32_t rows,
    const uint8_t *in, uint8_t *out)
{
	const struct column *c = n->ref.column;

	if (c->source == SOURCE_U8)
		loop_u8(n->op, n->negate, (uint8_t)n->i, rows,
		    (const uint8_t *)p + from, in, out);
	else if (c->source == SOURCE_U32)
		loop_u32(n->op, n->negate, (uint32_t)n->i, rows,
		    (const uint32_t *)(const void *)p + from, in, out);
	else if (c->source == SOURCE_I64)
		loop_i64(n->op, n->negate, n->i, rows,
		    (const int64_t *)(const void *)p + from, in, out);
	else
		loop_flag(n, c->mask, rows,
		    (const uint32_t *)(const void *)p + from, in, out);
}

/* The numbers of the rows behind these are on their way meanwhile. */
MEM_PREFETCHES
fetch_next_block(
    const struct view *v, const struct column *c, uint32_t from, uint32_t rows)
{
	uint32_t last = v->snap->n_objects - 1;
	size_t bytes = MIRROR_PAGE *
	    (c->source == SOURCE_U8           ? 1
		    : c->source == SOURCE_I64 ? 8
					      : 4);

	from += rows;
	for (uint32_t i = from; i < from + BLOCK_ROWS && i <= last;
	     i += MIRROR_PAGE) {
		const char *p =
		    (const char *)v->m->pages[i >> MIRROR_SHIFT] + c->off;

		for (size_t k = 0; k < bytes; k += 64)
			__builtin_prefetch(p + k);
	}
}

/* Rows that follow each other, a page at a time. */
static void
dense_pages(struct view *v, const struct node *n, uint32_t from, uint32_t rows,
    const uint8_t *in, uint8_t *out)
{
	fetch_next_block(v, n->ref.column, from, rows);
	for (uint32_t k = 0, step; k < rows; k += step) {
		uint32_t at = (from + k) & (MIRROR_PAGE - 1);
		const void *page = v->m->pages[(from + k) >> MIRROR_SHIFT];

		step =
		    MIRROR_PAGE - at < rows - k ? MIRROR_PAGE - at : rows - k;
		dense(n, (const char *)page + n->ref.column->off, at, step,
		    in + k, out + k);
	}
}

uint64_t
lql_leaf_count(
    struct view *v, const struct node *n, uint32_t from, uint32_t rows)
{
	uint64_t sum = 0;

	fetch_next_block(v, n->ref.column, from, rows);
	for (uint32_t k = 0, step; k < rows; k += step) {
		uint32_t at = (from + k) & (MIRROR_PAGE - 1);
		const void *p =
		    (const char *)v->m->pages[(from + k) >> MIRROR_SHIFT] +
		    n->ref.column->off;

		step =
		    MIRROR_PAGE - at < rows - k ? MIRROR_PAGE - at : rows - k;
		/* A whole page's loop has a known length. */
		sum += step == MIRROR_PAGE ? count_page(n, p, 0, MIRROR_PAGE)
					   : count_page(n, p, at, step);
	}
	return n->negate ? rows - sum : sum;
}

/*
 * Patterns on strings of the configuration: descriptions repeat, so each is
 * decided once, as long as there is room to remember it.
 */
static void
eval_known(struct lql_query *q, struct view *v, const struct node *n,
    const uint32_t *at, uint32_t rows, const uint8_t *in, uint8_t *out)
{
	const struct column *c = n->ref.column;
	snap_str s;

	for (uint32_t i = 0; i < rows; i++) {
		struct known_string *k;

		out[i] = 0;
		if (!in[i])
			continue;
		if (at[i] == SNAP_NONE) {
			out[i] = string_fits(q, n, (struct slice){"", 0});
			continue;
		}
		if (c->source == SOURCE_NAME)
			s = v->m->names[at[i]].at;
		else
			memcpy(&s,
			    (const char *)&v->snap->objects[at[i]] + c->off,
			    sizeof(s));
		k = &n->known[(s ^ s >> 10) & (KNOWN_STRINGS - 1)];
		if (k->at != s || !k->set)
			*k = (struct known_string){.at = s,
			    .set = true,
			    .fits = string_fits(
				q, n, slice_of(snap_s(v->snap, s)))};
		out[i] = k->fits;
	}
}

/* Equal lists of the configuration lie in one place: each is decided once. */
static void
eval_shared(struct lql_query *q, struct view *v, const struct node *n,
    const uint32_t *at, uint32_t rows, const uint8_t *in, uint8_t *out)
{
	const struct column *c = n->ref.column;

	for (uint32_t i = 0; i < rows; i++) {
		struct snap_list list = {0, 0};
		struct known_string *k;
		uint32_t key;

		out[i] = 0;
		if (!in[i])
			continue;
		if (at[i] != SNAP_NONE)
			memcpy(&list,
			    (const char *)&v->snap->objects[at[i]] + c->mask,
			    sizeof(list));
		key = list.n == 0 ? 0 : list.off + 1;
		k = &n->known[(key ^ key >> 10) & (KNOWN_STRINGS - 1)];
		if (k->at != key || !k->set)
			*k = (struct known_string){.at = key,
			    .set = true,
			    .fits = fits(q, v, n, at[i])};
		out[i] = k->fits;
	}
}

bool
lql_leaf_is_number(const struct node *n)
{
	if (n->pattern != NULL || n->ref.join->prefix[0] != '\0')
		return false;
	if (n->ref.column->source == SOURCE_FLAG)
		return true;
	if (n->op == OP_MATCH || n->op == OP_MATCH_NOCASE ||
	    n->op == OP_EQUAL_NOCASE) /* of bits */
		return false;
	return (n->ref.column->source == SOURCE_U8 && n->i >= 0 &&
		   n->i <= UINT8_MAX) ||
	    (n->ref.column->source == SOURCE_U32 && n->i >= 0 &&
		n->i <= UINT32_MAX) ||
	    n->ref.column->source == SOURCE_I64;
}

void
lql_leaf_eval(struct lql_query *q, struct view *v, const struct node *n,
    struct block *b, const uint8_t *in, uint8_t *out)
{
	enum entity e = n->ref.join->entity;

	if (b->dense && lql_leaf_is_number(n)) {
		dense_pages(v, n, b->first, b->n, in, out);
		return;
	}
	block_fill(b);
	if (n->known != NULL) {
		(n->ref.column->flags & COLUMN_SHARED
			? eval_shared
			: eval_known)(q, v, n, b->at[e], b->n, in, out);
		return;
	}
	for (uint32_t i = 0; i < b->n; i++)
		out[i] = in[i] && fits(q, v, n, b->at[e][i]);
}
