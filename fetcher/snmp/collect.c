/* SPDX-License-Identifier: Apache-2.0
 *
 * One reading of a device; see collect.h.
 */
#include "fetcher/snmp/collect_parts.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "fetcher/checks/check.h"
#include "fetcher/snmp/source.h"
#include "fetcher/snmp/table.h"
#include "fetcher/snmp/table_oids.h"

#include <stdlib.h>

#define BULK_REPETITIONS 10
#define BULK_COLUMNS     10 /* times repetitions: values of one answer */
#define SCAN_AT_ONCE     10

/* --- what is wanted -------------------------------------------------------
 */

static void
add_section(struct collect *c, const struct section_type *type)
{
	for (; type != NULL; type = type->fallback) {
		bool there = type->snmp == NULL;

		for (size_t i = 0; i < c->n_sections; i++)
			there = there || c->sections[i].type == type;
		if (there || c->n_sections == COLLECT_MAX_SECTIONS)
			continue;
		ARRAY_GROW(c->sections, c->n_sections, c->cap_sections);
		c->sections[c->n_sections++] = (struct chosen){.type = type};
		for (const struct snmp_atom *a = type->snmp->detect;
		     a->oid != NULL; a++)
			collect_scan_need(c, a->oid);
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
	/* They may be shared with others, and outlive the job. */
	json_incref((json_t *)(uintptr_t)c->set.options);
	c->request = settings->request;
	c->arena = arena_take(settings->spare);
	c->owns_request = c->request == NULL;
	if (c->owns_request)
		c->request = xnew(struct snmp_request);
	c->wanted = xcalloc(n + 1, sizeof(c->wanted[0]));
	memcpy(c->wanted, wanted, n * sizeof(c->wanted[0]));
	c->n_wanted = n;
	c->known_until = INT64_MAX;
	c->repetitions =
	    settings->bulk == 0 ? BULK_REPETITIONS : settings->bulk;
	c->width = SNMP_MAX_ASKED;
	c->no_bulk = settings->v1 || settings->no_bulk;
	collect_scan_need(c, SNMP_SYS_DESCR);
	collect_scan_need(c, SNMP_SYS_OBJECT);
	for (size_t i = 0; i < n; i++)
		add_section(c, wanted[i]);
	if (c->n_sections > 1)
		qsort(c->sections, c->n_sections, sizeof(c->sections[0]),
		    in_order);
	collect_keep_read(c);
	return c;
}

void
collect_free(struct collect **cp)
{
	struct collect *c = *cp;

	if (c == NULL)
		return;
	arena_give(c->set.spare, &c->arena);
	for (size_t i = 0; i < c->n_known; i++)
		free((char *)(uintptr_t)c->known[i].value.s);
	json_decref((json_t *)(uintptr_t)c->set.options);
	free(c->known);
	free(c->sections);
	free(c->columns);
	free(c->wanted);
	free((char *)(uintptr_t)c->kept.s);
	if (c->owns_request)
		free(c->request);
	free(c);
	*cp = NULL;
}

/* The first section of each that a device can have. */
static size_t
add_wanted(
    const struct check *check, const struct section_type **wanted, size_t n)
{
	for (size_t k = 0; check->sections[k] != NULL; k++) {
		const struct section_type *t = check->sections[k];
		size_t i = 0;

		while (t != NULL && t->snmp == NULL)
			t = t->fallback;
		while (i < n && wanted[i] != t)
			i++;
		if (t != NULL && i == n && n < COLLECT_MAX_SECTIONS)
			wanted[n++] = t;
	}
	return n;
}

size_t
collect_wanted(struct slice items, bool all, const struct section_type **wanted)
{
	const struct check *check, *last = NULL;
	struct msg_job_item item;
	size_t n = 0;

	for (size_t i = 0; all && (check = check_at(i)) != NULL; i++)
		n = add_wanted(check, wanted, n);
	while (!all && msg_job_item_next(&items, &item)) {
		check = check_find(item.check);
		if (check != NULL && check != last)
			n = add_wanted(check, wanted, n);
		last = check;
	}
	return n;
}

/* --- columns --------------------------------------------------------------
 */

/* Of two bounds of which 0 is none. */
static size_t
larger(size_t a, size_t b)
{
	return a == 0 || b == 0 ? 0 : a < b ? b : a;
}

static void
add_column(struct collect *c, const struct table_column *column,
    const json_t *contexts, size_t first, size_t enough)
{
	struct column *k = collect_column(c, column->oid, contexts);

	if (k != NULL) {
		k->first = larger(k->first, first);
		k->enough = larger(k->enough, enough);
		return;
	}
	if (c->n_columns == COLLECT_MAX_COLUMNS)
		return;
	ARRAY_GROW(c->columns, c->n_columns, c->cap_columns);
	c->columns[c->n_columns++] = (struct column){.oid = column->oid,
	    .scalar = column->scalar,
	    .contexts = contexts,
	    .first = first,
	    .enough = enough};
}

static bool
same_contexts(const json_t *a, const json_t *b)
{
	return a == b || json_equal(a, b);
}

struct column *
collect_column(
    const struct collect *c, const struct oid *oid, const json_t *contexts)
{
	for (size_t i = 0; i < c->n_columns; i++) {
		const struct oid *other = c->columns[i].oid;

		if ((other == oid ||
			(other->n == oid->n &&
			    other->id[oid->n - 1] == oid->id[oid->n - 1] &&
			    oid_compare(other->id, oid->n, oid->id, oid->n) ==
				0)) &&
		    same_contexts(c->columns[i].contexts, contexts))
			return &c->columns[i];
	}
	return NULL;
}

static void
add_columns(struct collect *c, const struct chosen *s)
{
	const struct snmp_table *t = s->type->snmp->tables;
	struct collect_limit limit = collect_limit(c, s->type);
	const json_t *contexts = collect_contexts(c, s->type);

	for (; t->oid != NULL; t++) {
		const struct table_column *k = table_oids(t);

		for (size_t i = 0; t->columns[i].oid != NULL; i++)
			if (k[i].oid != NULL)
				add_column(
				    c, &k[i], contexts, limit.first, s->enough);
	}
}

static void
choose(struct collect *c)
{
	collect_scan_judge(c);
	for (size_t i = 0; i < c->n_sections; i++) {
		struct chosen *s = &c->sections[i];

		s->kept = s->fits && collect_keep_has(c, s->type);
		if (s->fits && !s->kept)
			add_columns(c, s);
	}
}

/* --- what to ask next -----------------------------------------------------
 */

static struct oid *
ask(struct collect *c, enum snmp_op op, size_t which, const struct oid *oid)
{
	struct oid *to = &c->request->oids[c->n_asked];

	c->op = op;
	c->asked[c->n_asked++] = which;
	oid_copy(to, oid);
	return to;
}

static void
ask_known(struct collect *c)
{
	for (size_t i = 0; i < c->n_known; i++) {
		struct known *k = &c->known[i];
		enum snmp_op op = k->prefix ? SNMP_NEXT_OP : SNMP_GET_OP;
		size_t n = strlen(k->name) - (k->prefix ? 2 : 0);

		if (c->phase == PHASE_SYSTEM && i >= 2)
			break;
		if (k->asked || c->n_asked >= SCAN_AT_ONCE ||
		    c->n_asked >= c->width || (c->n_asked > 0 && c->op != op))
			continue;
		if (k->oid == NULL)
			k->oid = arena_alloc(&c->arena, 1, sizeof(*k->oid));
		must(oid_parse((struct slice){k->name, n}, k->oid));
		ask(c, op, i, k->oid);
	}
}

/* One more than it has rows shows that a column ends there. */
static unsigned
repetitions_of(const struct collect *c, const struct column *k)
{
	return k->enough <= k->walked.n ||
		k->enough - k->walked.n >= c->repetitions
	    ? c->repetitions
	    : (unsigned)(k->enough - k->walked.n);
}

/* Would the answer still have a size that devices give? */
static bool
has_room(const struct collect *c, enum snmp_op op, unsigned repetitions)
{
	if (op != SNMP_BULK_OP)
		return c->n_asked < BULK_COLUMNS;
	return c->n_asked == 0 ||
	    (c->n_asked + 1) * repetitions <= BULK_COLUMNS * c->repetitions;
}

static void
ask_columns(struct collect *c, bool scalars)
{
	enum snmp_op op = scalars ? SNMP_GET_OP
	    : c->no_bulk          ? SNMP_NEXT_OP
				  : SNMP_BULK_OP;
	unsigned most = 0;

	for (size_t i = 0; i < c->n_columns && c->n_asked < c->width; i++) {
		struct column *k = &c->columns[i];
		unsigned mine = repetitions_of(c, k);

		if (k->scalar != scalars || !collect_open(c, k) ||
		    !has_room(c, op, mine > most ? mine : most) ||
		    (c->n_asked > 0 &&
			!collect_context_same(
			    c->context, collect_context_of(k))))
			continue;
		c->context = collect_context_of(k);
		if (!oid_append(ask(c, op, i, k->oid), k->at, k->n_at)) {
			k->done = true;
			c->n_asked--;
		} else if (mine > most) {
			most = mine;
		}
	}
	c->request->repetitions = most;
}

bool
collect_next(struct collect *c, const struct snmp_request **request_r)
{
	c->n_asked = 0;
	while (c->n_asked == 0) {
		switch (c->phase) {
		case PHASE_SYSTEM:
		case PHASE_SCAN:
			c->context = collect_context_scan(c);
			ask_known(c);
			break;
		case PHASE_SCALARS:
		case PHASE_COLUMNS:
			ask_columns(c, c->phase == PHASE_SCALARS);
			break;
		case PHASE_END:
			return false;
		}
		if (c->n_asked > 0)
			break;
		if (c->phase == PHASE_SCAN) {
			choose(c);
			if (c->set.scan_only)
				return false;
		}
		c->phase++;
	}
	c->n_requests++;
	c->request->op = c->op;
	c->request->n = c->n_asked;
	c->request->context = c->context;
	*request_r = c->request;
	return true;
}

/* --- what was answered ----------------------------------------------------
 */

static void
take_known(struct collect *c, size_t i, const struct snmp_var *v)
{
	struct known *k = &c->known[i];

	k->asked = true;
	k->asked_at = c->set.now;
	c->has_news = true;
	if (v == NULL || v->kind == SNMP_NONE)
		return;
	k->exists = k->prefix
	    ? oid_below(&v->oid, k->oid)
	    : oid_compare(v->oid.id, v->oid.n, k->oid->id, k->oid->n) == 0;
	if (k->exists)
		collect_keep_value(k, v->value);
}

/*
 * The row was there before. In another context that is no wonder as long as
 * the walk goes forward; else the device goes in circles.
 */
static void
skip_value(struct collect *c, struct column *k, const struct oid *oid)
{
	const uint32_t *end = oid->id + k->oid->n;
	uint32_t n = oid->n - k->oid->n;

	if (k->context == 0 || k->walked.n == SNMP_MAX_ROWS ||
	    oid_compare(end, n, k->at, k->n_at) <= 0) {
		k->done = true;
		return;
	}
	uint32_t *own = arena_alloc(&c->arena, n, sizeof(own[0]));
	memcpy(own, end, n * sizeof(own[0]));
	k->at = own;
	k->n_at = n;
}

/* A value of a column; the walk goes on behind it. */
static void
take_value(struct collect *c, size_t i, const struct snmp_var *v)
{
	struct column *k = &c->columns[i];
	const uint32_t *end = v->oid.id + k->oid->n;

	if (k->done)
		return;
	if (k->scalar) {
		k->done = true;
		if (v->kind == SNMP_NONE ||
		    oid_compare(v->oid.id, v->oid.n, k->oid->id, k->oid->n) !=
			0)
			return;
	} else if (v->kind == SNMP_NONE || !oid_below(&v->oid, k->oid)) {
		k->done = true;
		return;
	}
	c->n_values++;
	c->n_bytes += v->value.len;
	if (c->n_values > COLLECT_MAX_VALUES ||
	    c->n_bytes > COLLECT_MAX_BYTES) {
		c->over_limit = true;
		k->done = true;
	} else if (snmp_walked_add(&k->walked, &c->arena, end,
		       v->oid.n - k->oid->n, v->kind, v->value)) {
		const struct snmp_value *last =
		    &k->walked.values[k->walked.n - 1];

		k->at = last->end;
		k->n_at = last->n_end;
		k->done = k->done || (k->first > 0 && k->walked.n >= k->first);
	} else {
		skip_value(c, k, &v->oid);
	}
}

/* Variable i of the request has no answer and will have none. */
static void
give_up(struct collect *c, size_t i)
{
	if (c->phase <= PHASE_SCAN)
		take_known(c, c->asked[i], NULL);
	else
		c->columns[c->asked[i]].done = true;
}

/* Too much for the device: in smaller pieces; nothing left to make smaller:
 * without what was asked. */
static void
shrink(struct collect *c, bool one_by_one)
{
	bool bulk = c->op == SNMP_BULK_OP;

	c->has_news = true;
	if (bulk && !one_by_one && c->repetitions > 1)
		c->repetitions /= 2;
	else if (c->n_asked > 1)
		c->width = one_by_one ? 1 : (c->n_asked + 1) / 2;
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

/* Large requests may be the reason, once. */
static bool
ask_smaller(struct collect *c)
{
	if (c->phase < PHASE_SCALARS || c->silences++ > 0 ||
	    (c->n_asked == 1 && c->op != SNMP_BULK_OP))
		return false;
	c->width = 1;
	c->repetitions = 1;
	c->no_bulk = true;
	c->has_news = true;
	return true;
}

static int
take_silence(struct collect *c, bool no_context, struct err *err_r)
{
	bool skip = collect_context_may_skip(c);
	bool later = skip && c->columns[c->asked[0]].context > 0;

	if (!no_context && !later && ask_smaller(c))
		return 0;
	if (skip && collect_context_skip(c))
		return 0;
	err_set(err_r, "%s", "");
	return -1;
}

static int
take_error(struct collect *c, const struct snmp_answer *a, struct err *err_r)
{
	if (a->error == SNMP_SILENCE || a->error == SNMP_NO_CONTEXT)
		return take_silence(c, a->error == SNMP_NO_CONTEXT, err_r);
	if (a->error == SNMP_NO_SUCH_NAME && a->error_index >= 1 &&
	    a->error_index <= c->n_asked)
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
		size_t which = c->asked[i % c->n_asked];

		if (i >= c->n_asked && c->op != SNMP_BULK_OP)
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
