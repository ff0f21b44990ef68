/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading eventd's answer; see events.h. Texts are decoded where they lie, so
 * a row costs a few words beside the answer itself.
 */
#include "livestatusd/events/events.h"

#include "common/mem.h"
#include "common/num.h"
#include "common/utf8.h"

#include <stdlib.h>
#include <string.h>

struct events {
	struct events_want want;
	char *text, *at, *end;
	bool begun, over;
	struct event_cell *cells; /* want.n of each row */
	size_t n_cells, cap_cells;
	struct slice *items; /* of lists */
	size_t n_items, cap_items;
	const char *error;
};

void
events_want(struct events_want *w, size_t column)
{
	if (w->place[column] != 0)
		return;
	w->column[w->n] = (uint8_t)column;
	w->place[column] = ++w->n;
}

struct events *
events_new(struct slice answer, const struct events_want *want)
{
	struct events *e = xnew(struct events);

	e->want = *want;
	e->text = e->at = slice_dup(answer);
	e->end = e->text + answer.len;
	return e;
}

void
events_free(struct events **ep)
{
	struct events *e = *ep;

	if (e == NULL)
		return;
	*ep = NULL;
	free(e->text);
	free(e->cells);
	free(e->items);
	free(e);
}

size_t
events_count(const struct events *e)
{
	return e->want.n == 0 ? 0 : e->n_cells / e->want.n;
}

struct slice
events_whole(const struct events *e)
{
	return (struct slice){e->text, (size_t)(e->end - e->text)};
}

const char *
events_error(const struct events *e)
{
	return e->error;
}

const struct event_cell *
events_cell(const struct events *e, size_t row, size_t column)
{
	size_t place = e->want.place[column];
	const struct event_cell *c;

	if (place == 0)
		return NULL;
	c = &e->cells[row * e->want.n + place - 1];
	return c->kind == EVENT_NULL ? NULL : c;
}

struct slice
events_item(const struct events *e, const struct event_cell *list, size_t i)
{
	return e->items[list->first + i];
}

/* --- the answer's text ---------------------------------------------------- */

static bool
fail(struct events *e)
{
	e->error = "the event console: its answer cannot be read";
	return false;
}

/* Skips blanks; the next byte, NUL at the end. */
static char
peek(struct events *e)
{
	while (e->at < e->end && strchr(" \t\r\n", *e->at) != NULL &&
	    *e->at != '\0')
		e->at++;
	return e->at < e->end ? *e->at : '\0';
}

static bool
take(struct events *e, char c)
{
	if (peek(e) != c || c == '\0')
		return false;
	e->at++;
	return true;
}

/* The four digits behind \u. */
static bool
hex4(struct events *e, uint32_t *c_r)
{
	static const char digits[] = "0123456789abcdef";

	*c_r = 0;
	if (e->end - e->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = *e->at++;
		const char *d;

		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		d = c == '\0' ? NULL : strchr(digits, c);
		if (d == NULL)
			return false;
		*c_r = *c_r * 16 + (uint32_t)(d - digits);
	}
	return true;
}

/* Never longer than its \u form; a lone half of a pair becomes "?". */
static char *
put_utf8(char *to, uint32_t c)
{
	if (c >= 0xd800 && c < 0xe000)
		c = '?';
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

/* Behind the backslash. */
static char *
unescape(struct events *e, char *to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	uint32_t c, low;
	char letter = *e->at++;
	const char *which = letter == '\0' ? NULL : strchr(from, letter);

	if (which != NULL) {
		*to = into[which - from];
		return to + 1;
	}
	if (letter != 'u' || !hex4(e, &c))
		return NULL;
	if (c >= 0xd800 && c < 0xdc00 && e->end - e->at >= 6 &&
	    e->at[0] == '\\' && e->at[1] == 'u') {
		char *back = e->at;

		e->at += 2;
		if (hex4(e, &low) && low >= 0xdc00 && low < 0xe000)
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		else
			e->at = back;
	}
	return put_utf8(to, c);
}

/* Bytes that are no UTF-8 become "?": nothing grows. */
static void
make_valid(char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = utf8_length(s + i, len - i);

		if (n == 0)
			s[i] = '?';
		i += n == 0 ? 1 : n;
	}
}

static bool
string(struct events *e, struct slice *s_r)
{
	char *start, *to;

	if (!take(e, '"'))
		return fail(e);
	start = to = e->at;
	while (e->at < e->end && *e->at != '"') {
		if (*e->at != '\\') {
			*to++ = *e->at++;
			continue;
		}
		if (++e->at == e->end)
			return fail(e);
		to = unescape(e, to);
		if (to == NULL)
			return fail(e);
	}
	if (e->at == e->end)
		return fail(e);
	e->at++;
	*s_r = (struct slice){start, (size_t)(to - start)};
	if (!utf8_valid(*s_r))
		make_valid(start, s_r->len);
	return true;
}

static bool
list(struct events *e, struct event_cell *c)
{
	struct slice s;

	c->kind = EVENT_LIST;
	c->len = 0;
	c->first = e->n_items;
	if (!take(e, '['))
		return fail(e);
	if (take(e, ']'))
		return true;
	do {
		if (!string(e, &s))
			return false;
		ARRAY_GROW(e->items, e->n_items, e->cap_items);
		e->items[e->n_items++] = s;
		c->len++;
	} while (take(e, ','));
	return take(e, ']') || fail(e);
}

/* A number, true, false, null. */
static bool
word(struct events *e, struct event_cell *c)
{
	struct slice s = {e->at, 0};
	int64_t i;

	while (e->at < e->end && strchr(",] \t\r\n", *e->at) == NULL)
		e->at++;
	s.len = (size_t)(e->at - s.s);
	c->kind = EVENT_INT;
	if (slice_eqs(s, "null")) {
		c->kind = EVENT_NULL;
	} else if (slice_eqs(s, "true") || slice_eqs(s, "false")) {
		c->i = s.len == 4;
	} else if (num_range(s, INT64_MIN, INT64_MAX, &i)) {
		c->i = i;
	} else if (num_double(s, &c->f)) {
		c->kind = EVENT_FLOAT;
	} else {
		return fail(e);
	}
	return true;
}

static bool
cell(struct events *e, struct event_cell *c)
{
	struct slice s;
	char first = peek(e);

	if (first == '[')
		return list(e, c);
	if (first != '"')
		return word(e, c);
	if (!string(e, &s))
		return false;
	c->kind = EVENT_STRING;
	c->len = (uint32_t)s.len;
	c->s = s.s;
	return true;
}

/* One row; its cells are added unless it is the row of names. */
static bool
row(struct events *e, bool names)
{
	struct event_cell c = {0};
	size_t before = e->n_cells;

	if (!take(e, '['))
		return fail(e);
	for (size_t i = 0; i < e->want.n; i++) {
		if ((i > 0 && !take(e, ',')) || !cell(e, &c)) {
			e->n_cells = before;
			return fail(e);
		}
		if (names)
			continue;
		ARRAY_GROW(e->cells, e->n_cells, e->cap_cells);
		e->cells[e->n_cells++] = c;
	}
	if (take(e, ']'))
		return true;
	e->n_cells = before;
	return fail(e);
}

static bool
is_too_much(struct events *e)
{
	if (e->n_cells * sizeof(*e->cells) + e->n_items * sizeof(*e->items) <=
	    EVENTS_MAX_BYTES)
		return false;
	e->error = "so many events need too much memory (narrow the time)";
	return true;
}

bool
events_read(struct events *e, size_t rows)
{
	size_t n = 0;

	if (e->over || e->error != NULL)
		return false;
	if (!e->begun) {
		e->begun = true;
		if (!take(e, '[') || !row(e, true))
			return fail(e);
	}
	for (; n < rows && take(e, ','); n++)
		if (!row(e, false) || is_too_much(e))
			return false;
	if (n < rows) {
		e->over = true;
		if (!take(e, ']') || peek(e) != '\0')
			return fail(e);
	}
	return n > 0;
}
