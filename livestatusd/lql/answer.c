/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading another Livestatus's answer; see answer.h.
 */
#include "livestatusd/lql/answer.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "common/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 4 /* of lists in a value */

void
answer_init(struct answer *a, struct str *text)
{
	*a = (struct answer){.text = *text};
	*text = (struct str){0};
	/* A row's decoded texts are never longer than the row, times three
	 * where bytes are replaced. */
	a->decoded = xmalloc(a->text.len * 3 + 1);
}

void
answer_deinit(struct answer *a)
{
	str_free(&a->text);
	free(a->decoded);
	free(a->items.v);
	*a = (struct answer){0};
}

static int
look(struct answer *a)
{
	while (a->at < a->text.len && strchr(" \t\r\n", a->text.s[a->at]) &&
	    a->text.s[a->at] != '\0')
		a->at++;
	return a->at < a->text.len ? (unsigned char)a->text.s[a->at] : -1;
}

/* Takes the character if it is next. */
static bool
take(struct answer *a, int c)
{
	if (look(a) != c)
		return false;
	a->at++;
	return true;
}

static void
put(struct answer *a, uint32_t c)
{
	char *p = a->decoded + a->used;

	if (c == 0 || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		c = 0xfffd;
	if (c < 0x80) {
		*p++ = (char)c;
	} else if (c < 0x800) {
		*p++ = (char)(0xc0 | c >> 6);
		*p++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*p++ = (char)(0xe0 | c >> 12);
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	} else {
		*p++ = (char)(0xf0 | c >> 18);
		*p++ = (char)(0x80 | (c >> 12 & 0x3f));
		*p++ = (char)(0x80 | (c >> 6 & 0x3f));
		*p++ = (char)(0x80 | (c & 0x3f));
	}
	a->used = (size_t)(p - a->decoded);
}

/* Four hexadecimal digits behind "\u". */
static bool
hex4(struct answer *a, uint32_t *c_r)
{
	*c_r = 0;
	if (a->text.len - a->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char d = a->text.s[a->at++];

		*c_r <<= 4;
		if (d >= '0' && d <= '9')
			*c_r |= (uint32_t)(d - '0');
		else if ((d | 32) >= 'a' && (d | 32) <= 'f')
			*c_r |= (uint32_t)((d | 32) - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* Behind a backslash. */
static bool
escape(struct answer *a)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	uint32_t c, low;
	size_t back;

	if (a->at >= a->text.len)
		return false;
	c = (unsigned char)a->text.s[a->at++];
	if (c != 'u') {
		at = c == 0 ? NULL : strchr(from, (int)c);
		if (at == NULL)
			return false;
		put(a, (unsigned char)to[at - from]);
		return true;
	}
	if (!hex4(a, &c))
		return false;
	back = a->at;
	if (c >= 0xd800 && c < 0xdc00 && a->text.len - a->at >= 6 &&
	    memcmp(a->text.s + a->at, "\\u", 2) == 0) {
		a->at += 2;
		if (hex4(a, &low) && low >= 0xdc00 && low < 0xe000)
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		else
			a->at = back;
	}
	put(a, c);
	return true;
}

/* Behind the opening quote. */
static bool
string(struct answer *a, struct slice *s_r)
{
	size_t start = a->used;

	while (a->at < a->text.len) {
		unsigned char c = (unsigned char)a->text.s[a->at];

		if (c == '"') {
			a->at++;
			*s_r =
			    (struct slice){a->decoded + start, a->used - start};
			return true;
		}
		if (c == '\\') {
			a->at++;
			if (!escape(a))
				return false;
		} else if (c >= 0x20 && c < 0x80) {
			a->decoded[a->used++] = (char)c;
			a->at++;
		} else {
			struct slice rest = {
			    a->text.s + a->at, a->text.len - a->at};

			put(a, utf8_take(&rest));
			a->at = a->text.len - rest.len;
		}
	}
	return false;
}

static bool
word(struct answer *a, const char *text)
{
	size_t n = strlen(text);

	if (a->text.len - a->at < n || memcmp(a->text.s + a->at, text, n) != 0)
		return false;
	a->at += n;
	return true;
}

static bool
number(struct answer *a, struct value *v)
{
	size_t start = a->at;
	struct slice s;
	bool whole = true;

	while (a->at < a->text.len && a->text.s[a->at] != '\0' &&
	    strchr("+-0123456789.eE", a->text.s[a->at]) != NULL) {
		whole = whole && strchr(".eE", a->text.s[a->at]) == NULL;
		a->at++;
	}
	s = (struct slice){a->text.s + start, a->at - start};
	v->kind = VALUE_INT;
	if (whole && num_i64(s, &v->i))
		return true;
	v->kind = VALUE_FLOAT;
	return num_double(s, &v->f) && isfinite(v->f);
}

/* null, true, a number or a string. */
static bool
scalar(struct answer *a, struct value *v)
{
	int c = look(a);

	if (c == '"') {
		a->at++;
		v->kind = VALUE_STRING;
		return string(a, &v->s);
	}
	if (c == 'n') {
		v->kind = VALUE_NULL;
		return word(a, "null");
	}
	if (c == 't' || c == 'f') {
		v->kind = VALUE_INT;
		v->i = c == 't';
		return word(a, c == 't' ? "true" : "false");
	}
	return number(a, v);
}

static bool
item(struct answer *a)
{
	struct value v;

	if (!scalar(a, &v))
		return false;
	if (v.kind == VALUE_STRING)
		items_string(&a->items, v.s);
	else if (v.kind == VALUE_INT)
		items_int(&a->items, v.i);
	else
		items_float(&a->items, v.kind == VALUE_FLOAT ? v.f : NAN);
	return true;
}

/* Behind the opening bracket. */
static bool
list(struct answer *a, unsigned depth)
{
	if (take(a, ']'))
		return true;
	do {
		if (take(a, '[')) {
			items_open(&a->items);
			if (depth >= MAX_DEPTH || !list(a, depth + 1))
				return false;
			items_close(&a->items);
		} else if (!item(a)) {
			return false;
		}
	} while (take(a, ','));
	return take(a, ']');
}

/* Behind the opening brace: names and plain values. */
static bool
dict(struct answer *a)
{
	if (take(a, '}'))
		return true;
	do {
		if (look(a) != '"' || !item(a) || !take(a, ':') || !item(a))
			return false;
	} while (take(a, ','));
	return take(a, '}');
}

static bool
value(struct answer *a, struct value *v)
{
	size_t first = a->items.n;
	bool ok;

	if (take(a, '[')) {
		v->kind = VALUE_LIST;
		ok = list(a, 1);
	} else if (take(a, '{')) {
		v->kind = VALUE_DICT;
		ok = dict(a);
	} else {
		return scalar(a, v);
	}
	v->first = first;
	v->n = a->items.n - first;
	return ok;
}

static bool
row(struct answer *a, struct value *values, size_t n)
{
	struct value more;
	size_t i = 0;

	a->used = 0;
	a->items.n = 0;
	if (!take(a, '['))
		return false;
	if (!take(a, ']')) {
		do {
			if (!value(a, i < n ? &values[i] : &more))
				return false;
			i++;
		} while (take(a, ','));
		if (!take(a, ']'))
			return false;
	}
	for (; i < n; i++)
		values[i].kind = VALUE_NULL;
	return true;
}

/* What wraps the rows: names and values of no interest, but for the total. */
static bool
around(struct answer *a, bool before)
{
	struct value v;
	struct slice name;

	do {
		if (!take(a, '"') || !string(a, &name) || !take(a, ':'))
			return false;
		if (before && slice_eqs(name, "data"))
			return take(a, '[');
		if (!value(a, &v))
			return false;
		if (slice_eqs(name, "total_count") && v.kind == VALUE_INT &&
		    v.i >= 0)
			a->total = (uint64_t)v.i;
	} while (take(a, ','));
	return !before && take(a, '}');
}

static bool
begin(struct answer *a)
{
	a->begun = true;
	a->wrapped = take(a, '{');
	return a->wrapped ? around(a, true) : take(a, '[');
}

int
answer_next(struct answer *a, struct value *values, size_t n)
{
	bool first = !a->begun;

	if (first && !begin(a))
		return -1;
	if (take(a, ']')) {
		a->used = 0;
		a->items.n = 0;
		if (a->wrapped && take(a, ',') && !around(a, false))
			return -1;
		return look(a) == -1 || a->wrapped ? 0 : -1;
	}
	if (!first && !take(a, ','))
		return -1;
	look(a);
	a->row = a->at;
	if (!row(a, values, n))
		return -1;
	a->total++;
	return 1;
}

void
answer_again(struct answer *a, size_t at, struct value *values, size_t n)
{
	a->at = at;
	must(row(a, values, n)); /* it could be read before */
}

struct items
answer_items(const struct answer *a, const struct value *v)
{
	if ((v->kind != VALUE_LIST && v->kind != VALUE_DICT) || v->n == 0)
		return (struct items){0};
	return (struct items){a->items.v + v->first, v->n, 0};
}

int64_t
value_int(const struct value *v)
{
	if (v->kind == VALUE_INT)
		return v->i;
	if (v->kind == VALUE_FLOAT && fabs(v->f) < 9e18)
		return (int64_t)v->f;
	return 0;
}

double
value_float(const struct value *v)
{
	if (v->kind == VALUE_INT)
		return (double)v->i;
	return v->kind == VALUE_FLOAT ? v->f : 0;
}
