/* SPDX-License-Identifier: Apache-2.0
 *
 * One reading of a device; see collect.h.
 */
#include "fetcher/snmp/collect_parts.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "fetcher/checks/check.h"
#include "fetcher/checks/pattern.h"
#include "fetcher/snmp/source.h"
#include "fetcher/snmp/table.h"

#include <stdlib.h>
#include <strings.h>

#define BULK_REPETITIONS 10
#define BULK_COLUMNS     10 /* of one GetBulk: 100 values with the above */
#define SCAN_AT_ONCE     10
#define MAX_OIDS         512 /* that conditions name */

/* --- what is wanted -------------------------------------------------------
 */

static void
add_known(struct collect *c, const char *name)
{
	struct slice text = slice_of(name);

	for (size_t i = 0; i < c->n_known; i++)
		if (strcmp(c->known[i].name, name) == 0)
			return;
	if (c->n_known == MAX_OIDS)
		return;
	ARRAY_GROW(c->known, c->n_known, c->cap_known);
	struct known *k = &c->known[c->n_known++];
	*k = (struct known){.name = name};
	k->prefix = text.len > 2 && strcmp(name + text.len - 2, ".*") == 0;
	if (k->prefix)
		text.len -= 2;
	if (!oid_parse(text, &k->oid))
		c->n_known--;
}

static void
add_section(struct collect *c, const struct section_type *type)
{
	for (; type != NULL; type = type->fallback) {
		bool there = type->snmp == NULL;

		for (size_t i = 0; i < c->n_sections; i++)
			there = there || c->sections[i].type == type;
		if (there || c->n_sections == COLLECT_MAX_SECTIONS)
			continue;
		c->sections[c->n_sections++].type = type;
		for (const struct snmp_atom *a = type->snmp->detect;
		     a->oid != NULL; a++)
			add_known(c, a->oid);
	}
}

/* Those of CPUs first: the reading itself shows in them; then by name. */
static int
in_order(const void *a, const void *b)
{
	const char *x = ((const struct chosen *)a)->type->names[0];
	const char *y = ((const struct chosen *)b)->type->names[0];
	bool cx = strstr(x, "cpu") != NULL, cy = strstr(y, "cpu") != NULL;

	return cx != cy ? (cx ? -1 : 1) : strcmp(x, y);
}

struct collect *
collect_new(const struct collect_settings *settings,
    const struct section_type *const *wanted, size_t n)
{
	struct collect *c = xnew(struct collect);

	c->set = *settings;
	c->repetitions =
	    settings->bulk == 0 ? BULK_REPETITIONS : settings->bulk;
	c->width = BULK_COLUMNS;
	c->no_bulk = settings->v1 || settings->no_bulk;
	add_known(c, SNMP_SYS_DESCR);
	add_known(c, SNMP_SYS_OBJECT);
	for (size_t i = 0; i < n; i++)
		add_section(c, wanted[i]);
	qsort(c->sections, c->n_sections, sizeof(c->sections[0]), in_order);
	return c;
}

void
collect_free(struct collect **cp)
{
	struct collect *c = *cp;

	if (c == NULL)
		return;
	arena_free(&c->arena);
	free(c->known);
	free(c->columns);
	free(c);
	*cp = NULL;
}

size_t
collect_wanted(struct slice items, bool all, const struct section_type **wanted)
{
	size_t n = 0;

	for (size_t i = 0; check_at(i) != NULL; i++) {
		const struct check *check = check_at(i);
		struct slice rest = items;
		struct msg_job_item item;
		bool needed = all;

		while (!needed && msg_job_item_next(&rest, &item))
			needed = slice_eqs(item.check, check->name);
		for (size_t k = 0; needed && check->sections[k] != NULL; k++) {
			const struct section_type *t = check->sections[k];

			while (t != NULL && t->snmp == NULL)
				t = t->fallback;
			if (t != NULL && n < COLLECT_MAX_SECTIONS)
				wanted[n++] = t;
		}
	}
	return n;
}

/* --- the scan -------------------------------------------------------------
 */

static const struct known *
known_of(const struct collect *c, const char *name)
{
	for (size_t i = 0; i < c->n_known; i++)
		if (strcmp(c->known[i].name, name) == 0)
			return &c->known[i];
	return NULL;
}

static bool
contains(struct slice text, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= text.len; i++)
		if (strncasecmp(text.s + i, part, n) == 0)
			return true;
	return false;
}

/* The whole text, without case, "." for any character. */
static bool
matches(struct slice text, const char *regex)
{
	char *whole = xasprintf("(?is)(?:%s)\\z", regex);
	struct err why;
	struct pattern *p = pattern_new(slice_of(whole), &why);
	bool fits;

	must(p != NULL); /* it is the program's own */
	fits = pattern_starts(p, text);
	pattern_free(p);
	free(whole);
	return fits;
}

static bool
atom_fits(const struct collect *c, const struct snmp_atom *a)
{
	const struct known *k = known_of(c, a->oid);
	bool is_system = strcmp(a->oid, SNMP_SYS_DESCR) == 0 ||
	    strcmp(a->oid, SNMP_SYS_OBJECT) == 0;
	bool exists = k != NULL && (k->exists || (is_system && c->set.bare));
	struct slice value = exists ? k->value : (struct slice){"", 0};
	size_t n = a->text == NULL ? 0 : strlen(a->text);

	if (a->test == SNMP_EXISTS)
		return exists != a->not ;
	if (!exists)
		return false;
	switch (a->test) {
	case SNMP_CONTAINS:
		return contains(value, a->text) != a->not ;
	case SNMP_STARTS:
		return (value.len >= n &&
			   strncasecmp(value.s, a->text, n) == 0) != a->not ;
	case SNMP_ENDS:
		return (value.len >= n &&
			   strncasecmp(value.s + value.len - n, a->text, n) ==
			       0) != a->not ;
	case SNMP_EQUALS:
		return (value.len == n &&
			   strncasecmp(value.s, a->text, n) == 0) != a->not ;
	case SNMP_MATCHES:
		return matches(value, a->text) != a->not ;
	case SNMP_EXISTS:
		break;
	}
	return false;
}

static bool
fits(const struct collect *c, const struct snmp_source *source)
{
	bool all = true;

	for (const struct snmp_atom *a = source->detect; a->oid != NULL; a++) {
		if (a->or &&all)
			return true;
		all = (a->or || all) && atom_fits(c, a);
	}
	return all;
}

static bool
agent_has(const struct collect *c, const char *name)
{
	struct slice text = c->set.agent_output, line;
	size_t n = strlen(name);

	while (slice_next(&text, '\n', &line))
		if (slice_starts(line, "<<<") && line.len > 3 + n &&
		    strncmp(line.s + 3, name, n) == 0 &&
		    (line.s[3 + n] == '>' || line.s[3 + n] == ':'))
			return true;
	return false;
}

static bool
is_superseded(const struct collect *c, const struct snmp_source *source)
{
	const char *const *by = source->superseded_by;

	for (; by != NULL && *by != NULL; by++) {
		if (agent_has(c, *by))
			return true;
		for (size_t i = 0; i < c->n_sections; i++)
			if (c->sections[i].fits &&
			    strcmp(c->sections[i].type->names[0], *by) == 0)
				return true;
	}
	return false;
}

/* --- columns --------------------------------------------------------------
 */

static void
add_column(struct collect *c, const struct oid *oid, bool scalar)
{
	for (size_t i = 0; i < c->n_columns; i++)
		if (oid_compare(c->columns[i].oid.id, c->columns[i].oid.n,
			oid->id, oid->n) == 0)
			return;
	if (c->n_columns == COLLECT_MAX_COLUMNS)
		return;
	ARRAY_GROW(c->columns, c->n_columns, c->cap_columns);
	c->columns[c->n_columns++] =
	    (struct column){.oid = *oid, .scalar = scalar};
}

bool
collect_column_oid(const struct snmp_table *t, const struct snmp_column *column,
    struct oid *oid_r)
{
	struct oid rest;

	return oid_parse(slice_of(t->oid), oid_r) &&
	    oid_parse(slice_of(column->oid), &rest) &&
	    oid_append(oid_r, rest.id, rest.n);
}

static bool
is_scalar(const struct snmp_column *column)
{
	size_t n = strlen(column->oid);

	return n > 2 && strcmp(column->oid + n - 2, ".0") == 0;
}

static void
choose(struct collect *c)
{
	for (size_t i = 0; i < c->n_sections; i++)
		c->sections[i].fits = fits(c, c->sections[i].type->snmp);
	for (size_t i = 0; i < c->n_sections; i++)
		if (is_superseded(c, c->sections[i].type->snmp))
			c->sections[i].fits = false;
	for (size_t i = 0; i < c->n_sections; i++) {
		if (!c->sections[i].fits)
			continue;
		const struct snmp_table *t = c->sections[i].type->snmp->tables;
		for (; t->oid != NULL; t++) {
			const struct snmp_column *k = t->columns;
			for (; k->oid != NULL; k++) {
				struct oid oid;
				if (k->cell != SNMP_END &&
				    collect_column_oid(t, k, &oid))
					add_column(c, &oid, is_scalar(k));
			}
		}
	}
}

/* --- what to ask next -----------------------------------------------------
 */

static void
ask(struct collect *c, enum snmp_op op, size_t which, const struct oid *oid)
{
	c->request.op = op;
	c->asked[c->request.n] = which;
	c->request.oids[c->request.n++] = *oid;
}

static void
ask_known(struct collect *c)
{
	for (size_t i = 0; i < c->n_known; i++) {
		struct known *k = &c->known[i];
		enum snmp_op op = k->prefix ? SNMP_NEXT_OP : SNMP_GET_OP;

		if (c->phase == PHASE_SYSTEM && i >= 2)
			break;
		if (k->asked || c->request.n >= SCAN_AT_ONCE ||
		    c->request.n >= c->width ||
		    (c->request.n > 0 && c->request.op != op))
			continue;
		ask(c, op, i, &k->oid);
	}
}

static void
ask_columns(struct collect *c, bool scalars)
{
	enum snmp_op op = scalars ? SNMP_GET_OP
	    : c->no_bulk          ? SNMP_NEXT_OP
				  : SNMP_BULK_OP;

	c->request.repetitions = c->repetitions;
	for (size_t i = 0; i < c->n_columns && c->request.n < c->width; i++) {
		struct column *k = &c->columns[i];
		struct oid oid = k->oid;

		if (k->done || k->scalar != scalars)
			continue;
		if (!oid_append(&oid, k->at, k->n_at)) {
			k->done = true;
			continue;
		}
		ask(c, op, i, &oid);
	}
}

bool
collect_next(struct collect *c, const struct snmp_request **request_r)
{
	c->request.n = 0;
	while (c->request.n == 0) {
		switch (c->phase) {
		case PHASE_SYSTEM:
		case PHASE_SCAN:
			ask_known(c);
			break;
		case PHASE_SCALARS:
		case PHASE_COLUMNS:
			ask_columns(c, c->phase == PHASE_SCALARS);
			break;
		case PHASE_END:
			return false;
		}
		if (c->request.n > 0)
			break;
		if (c->phase == PHASE_SCAN)
			choose(c);
		c->phase++;
	}
	c->n_requests++;
	*request_r = &c->request;
	return true;
}

/* --- what was answered ----------------------------------------------------
 */

static struct slice
keep(struct collect *c, struct slice value)
{
	char *own = arena_alloc(&c->arena, value.len + 1, 1);

	if (value.len > 0)
		memcpy(own, value.s, value.len);
	return (struct slice){own, value.len};
}

static void
take_known(struct collect *c, size_t i, const struct snmp_var *v)
{
	struct known *k = &c->known[i];

	k->asked = true;
	if (v == NULL || v->kind == SNMP_NONE)
		return;
	k->exists = k->prefix
	    ? oid_below(&v->oid, &k->oid)
	    : oid_compare(v->oid.id, v->oid.n, k->oid.id, k->oid.n) == 0;
	if (k->exists)
		k->value = keep(c, v->value);
}

/* A value of a column; the walk goes on behind it. */
static void
take_value(struct collect *c, size_t i, const struct snmp_var *v)
{
	struct column *k = &c->columns[i];
	const uint32_t *end = v->oid.id + k->oid.n;

	if (k->done)
		return;
	if (k->scalar) {
		k->done = true;
		if (v->kind == SNMP_NONE ||
		    oid_compare(v->oid.id, v->oid.n, k->oid.id, k->oid.n) != 0)
			return;
	} else if (v->kind == SNMP_NONE || !oid_below(&v->oid, &k->oid)) {
		k->done = true;
		return;
	}
	c->n_values++;
	c->n_bytes += v->value.len;
	if (c->n_values > COLLECT_MAX_VALUES ||
	    c->n_bytes > COLLECT_MAX_BYTES ||
	    !snmp_walked_add(&k->walked, &c->arena, end, v->oid.n - k->oid.n,
		v->kind, v->value)) {
		k->done = true;
		return;
	}
	const struct snmp_value *last = &k->walked.values[k->walked.n - 1];
	k->at = last->end;
	k->n_at = last->n_end;
}

/* Variable i of the request has no answer and will have none. */
static void
give_up(struct collect *c, size_t i)
{
	if (c->phase <= PHASE_SCAN)
		c->known[c->asked[i]].asked = true;
	else
		c->columns[c->asked[i]].done = true;
}

/* Too much for the device: in smaller pieces; nothing left to make smaller:
 * without what was asked. */
static void
shrink(struct collect *c, bool one_by_one)
{
	bool bulk = c->request.op == SNMP_BULK_OP;

	if (bulk && !one_by_one && c->repetitions > 1)
		c->repetitions /= 2;
	else if (c->request.n > 1)
		c->width = one_by_one ? 1 : (c->request.n + 1) / 2;
	else if (bulk)
		c->no_bulk = true;
	else
		give_up(c, 0);
}

static int
take_system(const struct collect *c, struct err *err_r)
{
	if (c->phase != PHASE_SYSTEM || c->set.bare || !c->known[0].asked ||
	    !c->known[1].asked || (c->known[0].exists && c->known[1].exists))
		return 0;
	err_set(err_r,
	    "the device answers, but not what it is: %s is missing (does this "
	    "user or community see the system group? If the device has none, "
	    "set snmp.without_system: true)",
	    c->known[0].exists ? "sysObjectID " SNMP_SYS_OBJECT
			       : "sysDescr " SNMP_SYS_DESCR);
	return -1;
}

static int
take_error(struct collect *c, const struct snmp_answer *a, struct err *err_r)
{
	if (a->error == SNMP_SILENCE) {
		/* Large requests may be the reason, once. */
		if (c->phase < PHASE_SCALARS || c->silences++ > 0 ||
		    (c->request.n == 1 && c->request.op != SNMP_BULK_OP)) {
			err_set(err_r, "%s", "");
			return -1;
		}
		c->width = 1;
		c->repetitions = 1;
		c->no_bulk = true;
		return 0;
	}
	if (a->error == SNMP_NO_SUCH_NAME && a->error_index >= 1 &&
	    a->error_index <= c->request.n)
		give_up(c, a->error_index - 1);
	else
		shrink(c, a->error != SNMP_TOO_BIG);
	return take_system(c, err_r);
}

int
collect_answer(
    struct collect *c, const struct snmp_answer *a, struct err *err_r)
{
	bool is_known = c->phase <= PHASE_SCAN;

	if (a->error != SNMP_OK)
		return take_error(c, a, err_r);
	for (size_t i = 0; i < a->n; i++) {
		size_t which = c->asked[i % c->request.n];

		if (i >= c->request.n && c->request.op != SNMP_BULK_OP)
			break;
		if (is_known)
			take_known(c, which, &a->vars[i]);
		else
			take_value(c, which, &a->vars[i]);
	}
	/* A truncated answer: the rest is asked again, unless nothing came. */
	if (a->n == 0)
		shrink(c, true);
	return take_system(c, err_r);
}

size_t
collect_requests(const struct collect *c)
{
	return c->n_requests;
}

size_t
collect_sections(const struct collect *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_sections; i++)
		n += c->sections[i].fits;
	return n;
}
