/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells and rows as Python literals, JSON, or plain text.
 */
#include "eventd/status/query.h"

#include <math.h>
#include <stdio.h>

static void
add_string(struct str *out, struct slice s, enum query_format f)
{
	char quote = f == FORMAT_PYTHON ? '\'' : '"';

	str_addc(out, quote);
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c == (unsigned char)quote || c == '\\') {
			str_addc(out, '\\');
			str_addc(out, (char)c);
		} else if (c == '\n') {
			str_add(out, "\\n");
		} else if (c < 0x20 && f == FORMAT_PYTHON) {
			str_addf(out, "\\x%02x", c);
		} else if (c < 0x20) {
			str_addf(out, "\\u%04x", c);
		} else {
			str_addc(out, (char)c);
		}
	}
	str_addc(out, quote);
}

/* Seconds with what fraction there is, at least ".0". */
static void
add_time(struct str *out, int64_t us)
{
	int64_t fraction = us % 1000000;
	char digits[8];
	size_t n = 6;

	if (fraction < 0)
		fraction = -fraction;
	snprintf(digits, sizeof(digits), "%06lld", (long long)fraction);
	while (n > 1 && digits[n - 1] == '0')
		n--;
	str_addf(out, "%s%lld.", us < 0 && us > -1000000 ? "-" : "",
	    (long long)(us / 1000000));
	str_addn(out, digits, n);
}

static void
add_float(struct str *out, double f)
{
	char text[40];

	if (!isfinite(f))
		f = 0;
	snprintf(text, sizeof(text), "%.9g", f);
	str_add(out, text);
	if (strpbrk(text, ".e") == NULL)
		str_add(out, ".0");
}

/* Tabs and line ends would break rows. */
static void
add_plain(struct str *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		str_addc(out, s.s[i] == '\t' || s.s[i] == '\n' ? ' ' : s.s[i]);
}

static void
add_list(struct str *out, const struct strings *list, enum query_format f)
{
	if (f != FORMAT_PLAIN)
		str_addc(out, '[');
	for (size_t i = 0; i < list->n; i++) {
		if (i > 0)
			str_add(out, f == FORMAT_PLAIN ? "," : ", ");
		if (f == FORMAT_PLAIN)
			add_plain(out, slice_of(list->v[i]));
		else
			add_string(out, slice_of(list->v[i]), f);
	}
	if (f != FORMAT_PLAIN)
		str_addc(out, ']');
}

void
cell_format(struct str *out, const struct cell *c, enum query_format f)
{
	switch (c->type) {
	case CELL_NULL:
		str_add(out,
		    f == FORMAT_PYTHON     ? "None"
			: f == FORMAT_JSON ? "null"
					   : "");
		break;
	case CELL_INT:
		str_addf(out, "%lld", (long long)c->i);
		break;
	case CELL_TIME:
		add_time(out, c->i);
		break;
	case CELL_FLOAT:
		add_float(out, c->f);
		break;
	case CELL_BOOL:
		if (f == FORMAT_PYTHON)
			str_add(out, c->i ? "True" : "False");
		else if (f == FORMAT_JSON)
			str_add(out, c->i ? "true" : "false");
		else
			str_add(out, c->i ? "1" : "0");
		break;
	case CELL_STR:
		if (f == FORMAT_PLAIN)
			add_plain(out, c->s);
		else
			add_string(out, c->s, f);
		break;
	case CELL_LIST:
		add_list(out, c->list, f);
		break;
	}
}

void
query_begin(struct query *q, struct str *out)
{
	bool plain = q->format == FORMAT_PLAIN;

	q->n_rows = 0;
	if (!plain)
		str_add(out, "[[");
	for (size_t i = 0; i < q->n_columns; i++) {
		struct cell c = {.type = CELL_STR, .s = slice_of(q->names[i])};

		if (i > 0)
			str_add(out, plain ? "\t" : ", ");
		cell_format(out, &c, q->format);
	}
	str_add(out, plain ? "\n" : "]");
}

bool
query_row(struct query *q, const struct row *row, struct str *out)
{
	bool plain = q->format == FORMAT_PLAIN;

	if (q->n_rows >= q->limit)
		return false;
	q->n_rows++;
	if (!plain)
		str_add(out, ",\n[");
	for (size_t i = 0; i < q->n_columns; i++) {
		const struct column *col = q->columns[i];
		struct cell c = {.type = CELL_NULL};

		if (col != NULL) {
			c.type = col->type;
			col->get(row, col->index, &c);
		}
		if (i > 0)
			str_add(out, plain ? "\t" : ", ");
		cell_format(out, &c, q->format);
	}
	str_add(out, plain ? "\n" : "]");
	return q->n_rows < q->limit;
}

void
query_end(struct query *q, struct str *out)
{
	if (q->format != FORMAT_PLAIN)
		str_add(out, "]\n");
}
