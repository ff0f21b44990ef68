/* SPDX-License-Identifier: Apache-2.0
 *
 * Stored walks; see stored.h.
 */
#include "fetcher/snmp/stored.h"

#include "common/mem.h"
#include "common/utf8.h"
#include "fetcher/snmp/collect.h"

#include <ctype.h>
#include <stdlib.h>

#define MAX_LINES 1000000

struct line {
	struct oid oid;
	enum snmp_kind kind;
	struct str value;
	size_t place;
};

struct stored {
	struct line *lines;
	size_t n, cap;
	struct snmp_var vars[SNMP_MAX_VARS];
};

static int
by_oid(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int c = oid_compare(x->oid.id, x->oid.n, y->oid.id, y->oid.n);

	return c != 0 ? c : x->place < y->place ? -1 : 1;
}

static int
digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
				    : -1;
}

/* "00 1B " within quotes into bytes; false: it is no such value. */
static bool
read_bytes(struct slice text, struct str *out)
{
	if (text.len < 2 || text.len % 3 != 2 || text.s[0] != '"' ||
	    text.s[text.len - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < text.len; i += 3)
		if (digit_of(text.s[i]) < 0 || digit_of(text.s[i + 1]) < 0 ||
		    text.s[i + 2] != ' ')
			return false;
	for (size_t i = 1; i + 1 < text.len; i += 3)
		str_addc(out,
		    (char)(digit_of(text.s[i]) << 4 | digit_of(text.s[i + 1])));
	return true;
}

static bool
is_word(struct slice text)
{
	bool any = false;

	for (size_t i = 0; i < text.len; i++) {
		any = any || isdigit((unsigned char)text.s[i]);
		if (!isdigit((unsigned char)text.s[i]) && text.s[i] != '.' &&
		    !(i == 0 && text.s[i] == '-'))
			return false;
	}
	return any;
}

static void
set_value(struct line *l, struct slice text)
{
	l->kind = SNMP_OCTETS;
	if (text.len >= 2 && read_bytes(text, &l->value))
		return;
	if (text.len >= 2 && text.s[0] == '"' && text.s[text.len - 1] == '"')
		text = (struct slice){text.s + 1, text.len - 2};
	else if (is_word(text))
		l->kind = SNMP_WORD;
	str_addslice(&l->value, text);
}

struct stored *
stored_read(struct slice text, struct err *err_r)
{
	struct stored *s = xnew(struct stored);
	struct slice line;
	size_t number = 0;

	while (slice_next(&text, '\n', &line)) {
		struct slice rest = line, name;
		struct oid oid;

		number++;
		if (line.len > 0 && line.s[line.len - 1] == '\r')
			rest.len--;
		bool any = slice_next(&rest, ' ', &name);
		if (any && name.len > 1 && name.s[0] == '.' &&
		    oid_parse(name, &oid) && s->n < MAX_LINES) {
			ARRAY_GROW(s->lines, s->n, s->cap);
			s->lines[s->n] =
			    (struct line){.oid = oid, .place = s->n};
			set_value(&s->lines[s->n++],
			    rest.s == NULL ? (struct slice){"", 0} : rest);
		} else if (s->n > 0 && s->n < MAX_LINES) {
			if (text.len == 0 && line.len == 0)
				continue; /* the end of the file */
			str_addc(&s->lines[s->n - 1].value, '\n');
			str_addslice(&s->lines[s->n - 1].value, line);
		} else if (slice_trim(line).len > 0) {
			err_set(err_r,
			    "line %zu: expected \"OID value\", like "
			    "\".1.3.6.1.2.1.1.5.0 core-sw1\"",
			    number);
			stored_free(&s);
			return NULL;
		}
	}
	if (s->n > 0)
		qsort(s->lines, s->n, sizeof(s->lines[0]), by_oid);
	return s;
}

void
stored_free(struct stored **sp)
{
	struct stored *s = *sp;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		str_free(&s->lines[i].value);
	free(s->lines);
	free(s);
	*sp = NULL;
}

/* The first line at the OID or behind it. */
static size_t
place_of(const struct stored *s, const struct oid *oid, bool behind)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = oid_compare(
		    s->lines[mid].oid.id, s->lines[mid].oid.n, oid->id, oid->n);

		if (c < 0 || (behind && c == 0))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
say(struct stored *s, struct snmp_answer *a, const struct oid *asked, size_t at,
    bool exact)
{
	struct snmp_var *v = &s->vars[a->n++];

	*v = (struct snmp_var){.oid = *asked, .kind = SNMP_NONE};
	if (at >= s->n ||
	    (exact &&
		oid_compare(s->lines[at].oid.id, s->lines[at].oid.n, asked->id,
		    asked->n) != 0))
		return;
	v->oid = s->lines[at].oid;
	v->kind = s->lines[at].kind;
	v->value = str_slice(&s->lines[at].value);
}

void
stored_answer(
    struct stored *s, const struct snmp_request *request, struct snmp_answer *a)
{
	size_t times = request->op == SNMP_BULK_OP ? request->repetitions : 1;
	struct oid at[SNMP_MAX_ASKED];

	*a = (struct snmp_answer){.vars = s->vars};
	memcpy(at, request->oids, sizeof(at));
	for (size_t t = 0; t < times; t++) {
		for (size_t i = 0; i < request->n; i++) {
			bool exact = request->op == SNMP_GET_OP;

			if (a->n == SNMP_MAX_VARS)
				return;
			say(s, a, &at[i], place_of(s, &at[i], !exact), exact);
			at[i] = s->vars[a->n - 1].oid;
		}
	}
}

void
stored_put(const struct snmp_var *var, struct str *out)
{
	bool plain = utf8_valid(var->value);

	oid_text(var->oid.id, var->oid.n, out);
	str_addc(out, ' ');
	for (size_t i = 0; i < var->value.len; i++)
		if ((unsigned char)var->value.s[i] < ' ')
			plain = false;
	if (plain && var->kind == SNMP_OCTETS &&
	    (is_word(var->value) ||
		(var->value.len > 0 && var->value.s[0] == '"')))
		str_addf(out, "\"%.*s\"", (int)var->value.len, var->value.s);
	else if (plain)
		str_addslice(out, var->value);
	else {
		str_addc(out, '"');
		for (size_t i = 0; i < var->value.len; i++)
			str_addf(out, "%02X ", (unsigned char)var->value.s[i]);
		str_addc(out, '"');
	}
	str_addc(out, '\n');
}

int
stored_collect(struct slice walk, struct slice items, struct str *output,
    struct err *err_r)
{
	const struct section_type *wanted[COLLECT_MAX_SECTIONS];
	struct collect_settings set = {0};
	struct stored *s = stored_read(walk, err_r);
	const struct snmp_request *request;
	struct snmp_answer answer;
	int rc = s == NULL ? -1 : 0;

	if (s == NULL)
		return -1;
	size_t n = collect_wanted(items, items.len == 0, wanted);
	struct collect *c = collect_new(&set, wanted, n);
	while (rc == 0 && collect_next(c, &request)) {
		stored_answer(s, request, &answer);
		rc = collect_answer(c, &answer, err_r);
	}
	if (rc == 0)
		collect_output(c, output);
	collect_free(&c);
	stored_free(&s);
	return rc;
}
