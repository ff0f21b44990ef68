/* SPDX-License-Identifier: Apache-2.0
 *
 * From the document to the trees. Patterns become the objects that fit; what is
 * not there is left out, or UNKNOWN in a frozen tree (BI-1, BI-4).
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "common/log.h"
#include "common/mem.h"
#include "common/num.h"
#include "livestatusd/bi/bi_internal.h"

#include <jansson.h>
#include <pcre2.h>
#include <stdlib.h>

struct reader {
	struct bi *bi;
	struct err *err;
	bool failed;
	struct aggregation *a; /* the one that is read */
};

static void
refuse(struct reader *r, const char *why, const char *what)
{
	if (!r->failed)
		err_set(r->err, "aggregation %s: %s %s",
		    r->a == NULL ? "?" : r->a->name, why, what);
	r->failed = true;
}

static uint32_t
add_node(struct bi *bi)
{
	ARRAY_GROW(bi->nodes, bi->n_nodes, bi->cap_nodes);
	bi->nodes[bi->n_nodes] = (struct node){.object = SNAP_NONE,
	    .target = SNAP_NONE,
	    .nth = 1,
	    .cap = BI_CRIT,
	    .start = {BI_NONE, BI_NONE, BI_NONE, BI_NONE}};
	return bi->n_nodes++;
}

static void
add_kid(struct bi *bi, uint32_t up, uint32_t kid)
{
	struct node *n = &bi->nodes[up], *k = &bi->nodes[kid];

	ARRAY_GROW(n->kids, n->n, n->cap_kids);
	n->kids[n->n++] = kid;
	ARRAY_GROW(k->ups, k->n_ups, k->cap_ups);
	k->ups[k->n_ups++] = up;
}

static void
add_leaf(struct reader *r, uint32_t up, uint32_t object)
{
	struct bi *bi = r->bi;
	uint32_t at = add_node(bi);

	bi->nodes[at].leaf = true;
	bi->nodes[at].object = object;
	bi->nodes[at].hard = r->a->hard;
	ARRAY_GROW(bi->leaves, bi->n_leaves, bi->cap_leaves);
	bi->leaves[bi->n_leaves++] = (struct leaf_of){object, at};
	add_kid(bi, up, at);
}

/* BI-4: the branch stays, what vanished is UNKNOWN. */
static void
add_missing(
    struct reader *r, uint32_t up, const char *host, const char *service)
{
	uint32_t at;

	if (!r->a->frozen)
		return;
	at = add_node(r->bi);
	r->bi->nodes[at].leaf = true;
	r->bi->nodes[at].host = xstrdup(host);
	r->bi->nodes[at].service = xstrdup(service == NULL ? "" : service);
	r->bi->nodes[at].start[SIDE_REAL] = BI_UNKNOWN;
	r->bi->nodes[at].start[SIDE_ACK] = BI_UNKNOWN;
	r->bi->nodes[at].start[SIDE_DOWNTIME] = BI_OK;
	r->bi->nodes[at].start[SIDE_SERVICE] = BI_OK;
	add_kid(r->bi, up, at);
}

/* --- which objects ---------------------------------------------------------
 */

struct match { /* a name, or "~regex" */
	const char *name;
	pcre2_code *re;
};

static void
match_open(struct reader *r, struct match *m, const char *text)
{
	PCRE2_SIZE offset;
	int code;

	*m = (struct match){.name = text};
	if (text == NULL || text[0] != '~')
		return;
	m->re = pcre2_compile((PCRE2_SPTR)(text + 1), PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_ANCHORED, &code, &offset, NULL);
	if (m->re == NULL)
		refuse(r, "no regular expression:", text);
}

static bool
match_fits(const struct match *m, const char *name)
{
	pcre2_match_data *data;
	int rc;

	if (m->re == NULL)
		return strcmp(m->name, name) == 0;
	data = pcre2_match_data_create_from_pattern(m->re, NULL);
	rc = pcre2_match(
	    m->re, (PCRE2_SPTR)name, strlen(name), 0, 0, data, NULL);
	pcre2_match_data_free(data);
	return rc >= 0;
}

static void
add_services(
    struct reader *r, uint32_t up, uint32_t host, const struct match *service)
{
	const struct snapshot *s = r->bi->snap;
	struct snap_list of = s->objects[host].services;
	uint32_t found;

	if (service->re == NULL) {
		found = snap_find_service(s, host, slice_of(service->name));
		if (found != SNAP_NONE)
			add_leaf(r, up, found);
		else
			add_missing(r, up, snap_s(s, s->objects[host].name),
			    service->name);
		return;
	}
	for (uint32_t i = of.off; i < of.off + of.n; i++)
		if (match_fits(service, snap_s(s, s->objects[i].name)))
			add_leaf(r, up, i);
}

static void
add_host(
    struct reader *r, uint32_t up, uint32_t host, const struct match *service)
{
	if (service->name == NULL)
		add_leaf(r, up, host);
	else
		add_services(r, up, host, service);
}

static void
read_objects(struct reader *r, uint32_t up, const json_t *entry)
{
	const struct snapshot *s = r->bi->snap;
	struct match host, service;
	uint32_t at;

	match_open(r, &host, json_string_value(json_object_get(entry, "host")));
	match_open(
	    r, &service, json_string_value(json_object_get(entry, "service")));
	if (!r->failed && host.re == NULL) {
		at = snap_find_host(s, slice_of(host.name));
		if (at != SNAP_NONE)
			add_host(r, up, at, &service);
		else
			add_missing(r, up, host.name, service.name);
	} else if (!r->failed) {
		for (at = 0; at < s->n_hosts; at++)
			if (match_fits(&host, snap_s(s, s->objects[at].name)))
				add_host(r, up, at, &service);
	}
	pcre2_code_free(host.re);
	pcre2_code_free(service.re);
}

/* --- functions -------------------------------------------------------------
 */

static int8_t
state_word(const char *word)
{
	static const char *const words[] = {"OK", "WARN", "CRIT", "UNKNOWN"};

	for (size_t i = 0; word != NULL && i < ARRAY_LEN(words); i++)
		if (strcmp(word, words[i]) == 0)
			return (int8_t)i;
	return BI_CRIT;
}

/* 3 or "60%". */
static void
read_limit(struct reader *r, struct limit *l, const json_t *value)
{
	struct slice text = slice_of(json_string_value(value));
	int64_t n = json_integer_value(value);

	l->percent = false;
	if (json_is_string(value)) {
		l->percent = text.len > 0 && text.s[text.len - 1] == '%';
		text.len -= l->percent;
		if (!num_range(text, 0, l->percent ? 100 : 1000000, &n))
			refuse(r, "no limit of count_ok:", text.s);
	}
	l->n = n < 0 ? 0 : (uint32_t)n;
}

static void
read_function(struct reader *r, uint32_t at, const json_t *value)
{
	struct node *n = &r->bi->nodes[at];
	const char *word = json_string_value(value);
	const json_t *options = NULL;
	const json_t *nth;

	if (json_is_object(value)) {
		word = json_object_iter_key(json_object_iter((json_t *)value));
		options = json_object_get(value, word);
	}
	n->ok = (struct limit){60, true};
	n->warn = (struct limit){40, true};
	if (word == NULL || strcmp(word, "worst") == 0)
		n->function = FUNCTION_WORST;
	else if (strcmp(word, "best") == 0)
		n->function = FUNCTION_BEST;
	else if (strcmp(word, "count_ok") == 0)
		n->function = FUNCTION_COUNT_OK;
	else
		refuse(r, "unknown function", word);
	nth = json_object_get(options, "n");
	if (json_integer_value(nth) > 0)
		n->nth = (uint32_t)json_integer_value(nth);
	n->cap = state_word(json_string_value(json_object_get(options, "cap")));
	if (json_object_get(options, "ok") != NULL)
		read_limit(r, &n->ok, json_object_get(options, "ok"));
	if (json_object_get(options, "warn") != NULL)
		read_limit(r, &n->warn, json_object_get(options, "warn"));
}

/* --- trees -----------------------------------------------------------------
 */

#define MAX_DEPTH 50

static void read_branch(
    struct reader *r, uint32_t at, const json_t *entry, unsigned depth);

static void
read_reference(struct reader *r, uint32_t up, const char *name)
{
	uint32_t at = add_node(r->bi);
	uint32_t target = bi_find(r->bi, slice_of(name));

	if (target == SNAP_NONE) {
		refuse(r, "there is no aggregation", name);
		return;
	}
	r->bi->nodes[at].leaf = r->bi->nodes[at].refers = true;
	r->bi->nodes[at].target = target;
	add_kid(r->bi, up, at);
}

static void
read_entry(struct reader *r, uint32_t up, const json_t *entry, unsigned depth)
{
	const char *other =
	    json_string_value(json_object_get(entry, "aggregation"));
	uint32_t at;

	if (other != NULL) {
		read_reference(r, up, other);
	} else if (json_object_get(entry, "nodes") != NULL) {
		at = add_node(r->bi);
		add_kid(r->bi, up, at);
		read_branch(r, at, entry, depth + 1);
	} else if (json_is_string(json_object_get(entry, "host"))) {
		read_objects(r, up, entry);
	} else {
		refuse(
		    r, "a node has neither host nor aggregation nor", "nodes");
	}
}

static void
read_branch(struct reader *r, uint32_t at, const json_t *entry, unsigned depth)
{
	const char *title = json_string_value(json_object_get(entry, "title"));
	const json_t *nodes = json_object_get(entry, "nodes"), *one;
	size_t i;

	if (depth > MAX_DEPTH) {
		refuse(r, "nested more than 50 deep", "");
		return;
	}
	r->bi->nodes[at].title = title == NULL ? NULL : xstrdup(title);
	read_function(r, at, json_object_get(entry, "function"));
	json_array_foreach(nodes, i, one) if (!r->failed)
	    read_entry(r, at, one, depth);
}

static void
read_aggregation(struct reader *r, struct aggregation *a, const json_t *entry)
{
	const char *alias = json_string_value(json_object_get(entry, "alias"));
	const char *at =
	    json_string_value(json_object_get(entry, "downtime_at"));

	r->a = a;
	a->alias = alias == NULL ? NULL : xstrdup(alias);
	a->hard = json_is_true(json_object_get(entry, "hard_states"));
	a->frozen = json_is_true(json_object_get(entry, "frozen"));
	a->downtime_at_warn = at != NULL && strcmp(at, "WARN") == 0;
	read_branch(r, a->top, entry, 0);
}

/* --- order and cycles ------------------------------------------------------
 */

/* Computes what is below first. 1: being worked at, 2: done. */
static void
settle(struct reader *r, uint32_t at, uint8_t *seen, unsigned depth)
{
	struct bi *bi = r->bi;

	if (seen[at] == 1 || depth > MAX_DEPTH * MAX_DEPTH) {
		refuse(r, "it contains itself, through an aggregation", "");
		return;
	}
	if (seen[at] == 2)
		return;
	seen[at] = 1;
	for (uint32_t i = 0; i < bi->nodes[at].n && !r->failed; i++)
		settle(r, bi->nodes[at].kids[i], seen, depth + 1);
	bi_compute(bi, at);
	seen[at] = 2;
}

static int
by_object(const void *a, const void *b)
{
	const struct leaf_of *x = a, *y = b;

	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

static void
finish(struct reader *r)
{
	struct bi *bi = r->bi;
	uint8_t *seen = xcalloc(bi->n_nodes + 1, 1);

	for (uint32_t i = 0; i < bi->n_nodes; i++)
		if (bi->nodes[i].refers)
			add_kid(bi, i, bi->all[bi->nodes[i].target].top);
	if (bi->n_leaves > 1)
		qsort(bi->leaves, bi->n_leaves, sizeof(*bi->leaves), by_object);
	bi->now = xcalloc(bi->n_leaves + 1, sizeof(*bi->now));
	bi->assumed = xmalloc(bi->n_leaves + 1);
	for (uint32_t i = 0; i < bi->n_leaves; i++) {
		struct node *n = &bi->nodes[bi->leaves[i].node];

		bi->now[i] = (struct bi_leaf){.state = -1};
		bi->assumed[i] = BI_NONE;
		n->start[SIDE_REAL] = n->start[SIDE_ACK] = BI_PENDING;
		n->start[SIDE_DOWNTIME] = n->start[SIDE_SERVICE] = BI_OK;
	}
	bi->states = xcalloc(bi->n_nodes + 1, sizeof(*bi->states));
	for (uint32_t i = 0; i < bi->n_nodes; i++)
		memcpy(bi->states[i].state, bi->nodes[i].start, SIDES);
	for (uint32_t i = 0; i < bi->n && !r->failed; i++) {
		r->a = &bi->all[i];
		settle(r, bi->all[i].top, seen, 0);
	}
	free(seen);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
list_names(struct bi *bi, json_t *doc)
{
	const char **names = xcalloc(json_object_size(doc) + 1, sizeof(*names));
	const char *key;
	json_t *value;
	size_t n = 0;

	json_object_foreach(doc, key, value) names[n++] = key;
	if (n > 1)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		ARRAY_GROW(bi->all, bi->n, bi->cap);
		bi->all[bi->n++] = (struct aggregation){
		    .name = xstrdup(names[i]), .top = add_node(bi)};
	}
	free(names);
}

struct bi *
bi_read(const struct snapshot *snap, const char *json, struct err *err_r)
{
	struct bi *bi = xnew(struct bi);
	struct reader r = {.bi = bi, .err = err_r};
	json_t *doc = json[0] == '\0' ? NULL : json_loads(json, 0, NULL);

	bi->snap = snap;
	list_names(bi, doc);
	for (uint32_t i = 0; i < bi->n && !r.failed; i++)
		read_aggregation(
		    &r, &bi->all[i], json_object_get(doc, bi->all[i].name));
	if (!r.failed)
		finish(&r);
	json_decref(doc);
	if (r.failed)
		bi_free(&bi);
	return bi;
}

struct bi *
bi_new(const struct snapshot *snap)
{
	struct err err;
	struct bi *bi = bi_read(snap, snap_s(snap, snap->aggregations), &err);

	if (bi != NULL)
		return bi;
	log_error("aggregations: %s; none is shown", err.text);
	return bi_read(snap, "", &err);
}

void
bi_free(struct bi **bip)
{
	struct bi *bi = *bip;

	if (bi == NULL)
		return;
	*bip = NULL;
	for (uint32_t i = 0; i < bi->n_nodes; i++) {
		free(bi->nodes[i].title);
		free(bi->nodes[i].kids);
		free(bi->nodes[i].ups);
		free(bi->nodes[i].host);
		free(bi->nodes[i].service);
	}
	for (uint32_t i = 0; i < bi->n; i++) {
		free(bi->all[i].name);
		free(bi->all[i].alias);
	}
	free(bi->nodes);
	free(bi->states);
	free(bi->all);
	free(bi->leaves);
	free(bi->now);
	free(bi->assumed);
	free(bi);
}

struct bi *
bi_copy(const struct bi *bi)
{
	struct bi *copy = xnew(struct bi);

	*copy = *bi;
	copy->states = xcalloc(bi->n_nodes + 1, sizeof(*bi->states));
	if (bi->n_nodes > 0)
		memcpy(copy->states, bi->states,
		    bi->n_nodes * sizeof(*bi->states));
	return copy;
}

void
bi_free_copy(struct bi **bip)
{
	free((*bip)->states);
	free(*bip);
	*bip = NULL;
}
