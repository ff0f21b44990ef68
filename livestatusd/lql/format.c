/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers as bytes: csv, CSV, json, wrapped_json, python. Written straight
 * into the buffer. JSON and python are pure ASCII, because clients convert
 * from latin-1 first.
 */
#include "livestatusd/lql/query.h"

#include "livestatusd/lql/put.h"

#include "common/log.h"
#include "common/num.h"
#include "common/utf8.h"

#include <math.h>
#include <stdio.h>

static bool
is_json(const struct writer *w)
{
	return w->format == FORMAT_JSON || w->format == FORMAT_WRAPPED_JSON ||
	    w->format == FORMAT_PYTHON;
}

/* The end of the buffer, with room for `n` bytes. */
static char *
room(struct writer *w, size_t n)
{
	if (w->to->cap - w->to->len <= n)
		str_reserve(w->to, n + 1);
	return w->to->s + w->to->len;
}

static void
field_begin(struct writer *w)
{
	char *p = room(w, 1);

	if (w->first_field) {
		w->first_field = false;
		return;
	}
	*p = is_json(w) || w->format == FORMAT_CSV_QUOTED
	    ? ','
	    : (char)w->separators[1];
	w->to->len++;
}

static char *
put_hex(char *p, uint32_t c, int digits)
{
	static const char hex[] = "0123456789abcdef";

	for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
		*p++ = hex[c >> shift & 15];
	return p;
}

static char *
put_escape(char *p, uint32_t c, enum format format)
{
	*p++ = '\\';
	if (c < 0x10000) {
		*p++ = 'u';
		return put_hex(p, c, 4);
	}
	if (format == FORMAT_PYTHON) {
		*p++ = 'U';
		return put_hex(p, c, 8);
	}
	c -= 0x10000;
	*p++ = 'u';
	p = put_hex(p, 0xd800 + (c >> 10), 4);
	*p++ = '\\';
	*p++ = 'u';
	return put_hex(p, 0xdc00 + (c & 0x3ff), 4);
}

char *
lql_put_string(char *p, struct slice s, enum format format)
{
	size_t n;

	*p++ = '"';
	while (s.len > 0) {
		n = put_plain(p, s);
		p += n;
		s.s += n;
		s.len -= n;
		if (s.len > 0)
			p = put_escape(p, utf8_take(&s), format);
	}
	*p++ = '"';
	return p;
}

static void
json_string(struct writer *w, struct slice s)
{
	char *p = room(w, s.len * LQL_STRING_GROWTH + 2);

	w->to->len += (size_t)(lql_put_string(p, s, w->format) - p);
}

/* A line break would make two rows of one. */
static void
csv_text(struct writer *w, struct slice s)
{
	const char *lf;

	while (w->format == FORMAT_CSV &&
	    (lf = s.len == 0 ? NULL : memchr(s.s, '\n', s.len)) != NULL) {
		size_t n = (size_t)(lf - s.s);

		str_addn(w->to, s.s, n);
		str_add(w->to, "\\n");
		s.s += n + 1;
		s.len -= n + 1;
	}
	if (w->format == FORMAT_CSV) {
		str_addslice(w->to, s);
		return;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (s.s[i] == '"')
			str_addc(w->to, '"');
		str_addc(w->to, s.s[i]);
	}
}

static void
quote(struct writer *w)
{
	if (w->format == FORMAT_CSV_QUOTED)
		str_addc(w->to, '"');
}

static void
put_int(struct writer *w, int64_t value)
{
	char *p = room(w, PUT_INT_MAX + 1);

	w->to->len += (size_t)(put_number(p, value) - p);
}

/* Ten digits; of points in time microseconds too (last_update). */
static void
put_float(struct writer *w, double value)
{
	double size = fabs(value);
	char text[40];
	int n;

	if (value == floor(value) && size < 1e15) {
		put_int(w, (int64_t)value);
		return;
	}
	if (size >= 1e9 && size < 1e11)
		n = snprintf(text, sizeof(text), "%.6f", value);
	else
		n = snprintf(text, sizeof(text), "%.10g", value);
	str_addn(w->to, text, (size_t)n);
}

void
lql_writer_int(struct writer *w, int64_t value)
{
	field_begin(w);
	quote(w);
	put_int(w, value);
	quote(w);
}

void
lql_writer_null(struct writer *w)
{
	field_begin(w);
	if (w->format == FORMAT_PYTHON)
		str_add(w->to, "None");
	else if (is_json(w))
		str_add(w->to, "null");
	else if (w->format == FORMAT_CSV_QUOTED)
		str_add(w->to, "\"\"");
}

void
lql_writer_float(struct writer *w, double value)
{
	if (!isfinite(value)) {
		lql_writer_null(w);
		return;
	}
	field_begin(w);
	quote(w);
	put_float(w, value);
	quote(w);
}

void
lql_writer_string(struct writer *w, struct slice s)
{
	field_begin(w);
	if (is_json(w)) {
		json_string(w, s);
		return;
	}
	quote(w);
	csv_text(w, s);
	quote(w);
}

void
lql_writer_blob(struct writer *w, struct slice s)
{
	bool python = w->format == FORMAT_PYTHON;

	field_begin(w);
	if (!is_json(w)) {
		quote(w);
		str_addslice(w->to, s);
		quote(w);
		return;
	}
	str_add(w->to, python ? "b\"" : "\"");
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
			str_addc(w->to, (char)c);
		else
			str_addf(w->to, python ? "\\x%02x" : "\\u%04x", c);
	}
	str_addc(w->to, '"');
}

static void
put_item(struct writer *w, const struct item *x)
{
	if (x->kind == ITEM_INT)
		put_int(w, x->i);
	else if (x->kind == ITEM_FLOAT && isfinite(x->f))
		put_float(w, x->f);
	else if (x->kind == ITEM_FLOAT)
		str_add(w->to, w->format == FORMAT_PYTHON ? "None" : "null");
	else if (is_json(w))
		json_string(w, x->s);
	else
		csv_text(w, x->s);
}

static char
list_separator(const struct writer *w, bool inner)
{
	if (is_json(w))
		return ',';
	if (w->format == FORMAT_CSV_QUOTED)
		return inner ? '|' : ',';
	return (char)w->separators[inner ? 3 : 2];
}

void
lql_writer_list(struct writer *w, const struct items *items)
{
	bool first = true, inner = false, json = is_json(w);

	field_begin(w);
	quote(w);
	if (json)
		str_addc(w->to, '[');
	for (size_t i = 0; i < items->n; i++) {
		const struct item *x = &items->v[i];

		if (x->kind == ITEM_CLOSE) {
			if (json)
				str_addc(w->to, ']');
			inner = first = false;
			continue;
		}
		if (!first)
			str_addc(w->to, list_separator(w, inner));
		first = x->kind == ITEM_OPEN;
		if (x->kind == ITEM_OPEN) {
			inner = true;
			if (json)
				str_addc(w->to, '[');
		} else {
			put_item(w, x);
		}
	}
	if (json)
		str_addc(w->to, ']');
	quote(w);
}

void
lql_writer_dict(struct writer *w, const struct items *items)
{
	bool json = is_json(w);

	field_begin(w);
	quote(w);
	if (json)
		str_addc(w->to, '{');
	for (size_t i = 0; i + 1 < items->n; i += 2) {
		if (i > 0)
			str_addc(w->to, list_separator(w, false));
		put_item(w, &items->v[i]);
		str_addc(w->to, json ? ':' : list_separator(w, true));
		put_item(w, &items->v[i + 1]);
	}
	if (json)
		str_addc(w->to, '}');
	quote(w);
}

void
lql_writer_begin(struct writer *w, struct str *to, const struct lql_query *q)
{
	*w = (struct writer){.to = to,
	    .format = q->format,
	    .separators = q->separators,
	    .first_row = true,
	    .first_field = true};
	if (w->format == FORMAT_WRAPPED_JSON)
		str_addc(to, '{');
	else if (is_json(w))
		str_addc(to, '[');
}

void
lql_writer_columns_begin(struct writer *w)
{
	str_add(w->to, "\"columns\":[");
	w->first_field = true;
}

void
lql_writer_columns_end(struct writer *w)
{
	str_add(w->to, "],");
}

void
lql_writer_row(struct writer *w)
{
	char *p;

	w->first_field = true;
	if (!is_json(w))
		return;
	p = room(w, 16);
	if (w->first_row) {
		if (w->format == FORMAT_WRAPPED_JSON)
			str_add(w->to, "\"data\":[");
		str_addc(w->to, '[');
	} else {
		memcpy(p, ",\n[", 3);
		w->to->len += 3;
	}
	w->first_row = false;
}

void
lql_writer_row_end(struct writer *w)
{
	char *p = room(w, 2);

	if (is_json(w)) {
		*p = ']';
		w->to->len++;
	} else if (w->format == FORMAT_CSV) {
		*p = (char)w->separators[0];
		w->to->len++;
	} else {
		memcpy(p, "\r\n", 2);
		w->to->len += 2;
	}
}

void
lql_writer_end(struct writer *w, uint64_t total)
{
	if (w->format == FORMAT_WRAPPED_JSON) {
		if (w->first_row)
			str_add(w->to, "\"data\":[");
		str_add(w->to, "],");
		if (w->failed != NULL)
			str_addf(w->to, "\"failed\":%s,", str_get(w->failed));
		str_addf(w->to, "\"total_count\":%llu}\n",
		    (unsigned long long)total);
	} else if (is_json(w)) {
		str_add(w->to, "]\n");
	}
	str_reserve(w->to, 1);
	w->to->s[w->to->len] = '\0';
}
