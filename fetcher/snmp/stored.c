/* SPDX-License-Identifier: Apache-2.0
 *
 * Stored walks; see stored.h.
 */
#include "fetcher/snmp/stored.h"

#include "common/mem.h"
#include "common/utf8.h"
#include "fetcher/snmp/stored_forms.h"

#include <stdlib.h>

#define MAX_LINES 1000000

struct line {
	struct oid oid;
	enum stored_form form;
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

/* The text of the line and of those that go on with it is all there. */
static void
finish_line(struct stored *s)
{
	struct line *l = &s->lines[s->n - 1];
	struct str value = {0};

	l->kind = stored_value(l->form, str_slice(&l->value), &value);
	str_free(&l->value);
	l->value = value;
	if (l->kind == SNMP_NONE) {
		str_free(&l->value);
		s->n--;
	}
}

struct stored *
stored_read(struct slice text, struct err *err_r)
{
	struct stored *s = xnew(struct stored);
	bool open = false; /* the last line may go on */
	struct slice line;
	size_t number = 0;

	while (slice_next(&text, '\n', &line)) {
		struct slice rest = {"", 0};
		enum stored_form form;
		struct oid oid;

		number++;
		if (line.len > 0 && line.s[line.len - 1] == '\r')
			line.len--;
		form = stored_form_of(line, &oid, &rest);
		if (form != STORED_NONE && s->n < MAX_LINES) {
			if (open)
				finish_line(s);
			ARRAY_GROW(s->lines, s->n, s->cap);
			s->lines[s->n] = (struct line){
			    .oid = oid, .form = form, .place = s->n};
			str_addslice(&s->lines[s->n++].value, rest);
			open = true;
		} else if (open && s->n < MAX_LINES) {
			if (text.len == 0 && line.len == 0)
				continue; /* the end of the file */
			str_addc(&s->lines[s->n - 1].value, '\n');
			str_addslice(&s->lines[s->n - 1].value, line);
		} else if (slice_trim(line).len > 0 && line.s[0] != '#') {
			err_set(err_r,
			    "line %zu: expected \"OID value\", like "
			    "\".1.3.6.1.2.1.1.5.0 core-sw1\", or what "
			    "snmpwalk -On writes",
			    number);
			stored_free(&s);
			return NULL;
		}
	}
	if (open)
		finish_line(s);
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
	    (stored_is_word(var->value) ||
		(var->value.len > 0 && var->value.s[0] == '"') ||
		slice_starts(var->value, "=")))
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

/* The conversation with the file in place of the device. */
static int
read_stored(struct stored *s, struct collect *c, struct err *err_r)
{
	const struct snmp_request *request;
	struct snmp_answer answer;

	while (collect_next(c, &request)) {
		stored_answer(s, request, &answer);
		if (collect_answer(c, &answer, err_r) == -1)
			return -1;
	}
	return 0;
}

int
stored_collect(struct slice walk, struct slice items,
    const struct collect_settings *settings, struct str *output,
    struct err *err_r)
{
	const struct section_type *wanted[COLLECT_MAX_SECTIONS];
	struct stored *s = stored_read(walk, err_r);
	int rc;

	if (s == NULL)
		return -1;
	size_t n = collect_wanted(items, items.len == 0, wanted);
	struct collect *c = collect_new(settings, wanted, n);
	rc = read_stored(s, c, err_r);
	if (rc == 0)
		collect_output(c, output);
	collect_free(&c);
	stored_free(&s);
	return rc;
}

int
stored_scan(struct slice walk, struct collect *c, struct err *err_r)
{
	struct stored *s = stored_read(walk, err_r);
	int rc = s == NULL ? -1 : read_stored(s, c, err_r);

	stored_free(&s);
	return rc;
}
