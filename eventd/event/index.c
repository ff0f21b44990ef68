/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash tables, lists and a heap over events; see index.h.
 */
#include "eventd/event/index.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

uint64_t
index_hash(uint64_t seed, struct slice s)
{
	uint64_t h = seed ^ 0xcbf29ce484222325u;

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.s[i]) * 0x100000001b3u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

static uint64_t
id_hash(uint64_t id)
{
	return id * 0x9e3779b97f4a7c15u >> 16;
}

void
index_init(struct event_index *ix, uint64_t seed)
{
	*ix = (struct event_index){.seed = seed};
}

/* The NUL belongs to each part, so that "ab"+"c" is not "a"+"bc". */
static uint64_t
hash_cancel(uint64_t seed, const char *rule, const char *host,
    const struct slice *group)
{
	uint64_t h = index_hash(seed, (struct slice){rule, strlen(rule) + 1});

	h = index_hash(h, (struct slice){host, strlen(host) + 1});
	return group == NULL ? h : index_hash(h + 1, *group);
}

/* --- tables ------------------------------------------------------------- */

static void
rehash(struct event_index *ix)
{
	size_t n = ix->n_buckets ? ix->n_buckets * 2 : 256;

	if (ix->n < ix->n_buckets)
		return;
	free(ix->by_id);
	free(ix->by_join);
	free(ix->by_cancel);
	ix->by_id = xcalloc(n, sizeof(*ix->by_id));
	ix->by_join = xcalloc(n, sizeof(*ix->by_join));
	ix->by_cancel = xcalloc(n, sizeof(*ix->by_cancel));
	ix->n_buckets = n;
	/* From the youngest on, so that the oldest stands first. */
	for (struct event *ev = ix->last; ev != NULL; ev = ev->all.prev) {
		size_t a = id_hash(ev->id) & (n - 1);
		size_t b = ev->join_hash & (n - 1);
		size_t c = ev->cancel_hash & (n - 1);

		ev->next_by_id = ix->by_id[a];
		ix->by_id[a] = ev;
		ev->next_by_join = ix->by_join[b];
		ix->by_join[b] = ev;
		ev->next_by_cancel = ix->by_cancel[c];
		ix->by_cancel[c] = ev;
	}
}

static void
group_rehash(struct group_table *t)
{
	size_t n = t->n_buckets ? t->n_buckets * 2 : 64;
	struct event_group **old = t->buckets;
	size_t old_n = t->n_buckets;

	if (t->n < t->n_buckets)
		return;
	t->buckets = xcalloc(n, sizeof(*t->buckets));
	t->n_buckets = n;
	for (size_t i = 0; i < old_n; i++) {
		struct event_group *g = old[i], *next;

		for (; g != NULL; g = next) {
			next = g->next;
			g->next = t->buckets[g->hash & (n - 1)];
			t->buckets[g->hash & (n - 1)] = g;
		}
	}
	free(old);
}

static struct event_group *
group_find(const struct group_table *t, uint64_t hash, const char *key)
{
	struct event_group *g;

	if (t->n_buckets == 0)
		return NULL;
	g = t->buckets[hash & (t->n_buckets - 1)];
	while (g != NULL && (g->hash != hash || strcmp(g->key, key) != 0))
		g = g->next;
	return g;
}

static struct event_group *
group_get(struct group_table *t, uint64_t hash, const char *key)
{
	struct event_group *g = group_find(t, hash, key);
	struct event_group **bucket;

	if (g != NULL)
		return g;
	group_rehash(t);
	g = xnew(struct event_group);
	g->key = xstrdup(key);
	g->hash = hash;
	bucket = &t->buckets[hash & (t->n_buckets - 1)];
	g->next = *bucket;
	*bucket = g;
	t->n++;
	return g;
}

static void
group_drop(struct group_table *t, struct event_group *g)
{
	struct event_group **at = &t->buckets[g->hash & (t->n_buckets - 1)];

	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	t->n--;
	free(g->key);
	free(g);
}

/* --- lists -------------------------------------------------------------- */

#define LINK(ev, off) ((struct event_link *)((char *)(ev) + (off)))

/* Keeps the list in order of ids; nearly always at its end. */
static void
list_add(
    struct event **first, struct event **last, struct event *ev, size_t off)
{
	struct event *before = *last;

	while (before != NULL && before->id > ev->id)
		before = LINK(before, off)->prev;
	LINK(ev, off)->prev = before;
	LINK(ev, off)->next = before == NULL ? *first : LINK(before, off)->next;
	if (LINK(ev, off)->next != NULL)
		LINK(LINK(ev, off)->next, off)->prev = ev;
	else
		*last = ev;
	if (before != NULL)
		LINK(before, off)->next = ev;
	else
		*first = ev;
}

static void
list_remove(
    struct event **first, struct event **last, struct event *ev, size_t off)
{
	struct event_link *l = LINK(ev, off);

	if (l->prev != NULL)
		LINK(l->prev, off)->next = l->next;
	else
		*first = l->next;
	if (l->next != NULL)
		LINK(l->next, off)->prev = l->prev;
	else
		*last = l->prev;
	*l = (struct event_link){0};
}

/* --- heap --------------------------------------------------------------- */

static void
heap_place(struct event_index *ix, size_t at, struct event *ev)
{
	ix->heap[at] = ev;
	ev->heap_at = at;
}

static void
heap_sift(struct event_index *ix, size_t at)
{
	struct event *ev = ix->heap[at];

	while (at > 1 && ix->heap[at / 2]->due_us > ev->due_us) {
		heap_place(ix, at, ix->heap[at / 2]);
		at /= 2;
	}
	while (at * 2 <= ix->n_heap) {
		size_t kid = at * 2;

		if (kid < ix->n_heap &&
		    ix->heap[kid + 1]->due_us < ix->heap[kid]->due_us)
			kid++;
		if (ix->heap[kid]->due_us >= ev->due_us)
			break;
		heap_place(ix, at, ix->heap[kid]);
		at = kid;
	}
	heap_place(ix, at, ev);
}

static void
heap_remove(struct event_index *ix, struct event *ev)
{
	size_t at = ev->heap_at;

	if (at == 0)
		return;
	ev->heap_at = 0;
	if (at < ix->n_heap) {
		heap_place(ix, at, ix->heap[ix->n_heap]);
		ix->n_heap--;
		heap_sift(ix, at);
	} else {
		ix->n_heap--;
	}
}

void
index_due(struct event_index *ix, struct event *ev)
{
	if (ev->due_us == 0) {
		heap_remove(ix, ev);
		return;
	}
	if (ev->heap_at == 0) {
		if (ix->n_heap + 2 > ix->heap_cap) {
			ix->heap_cap = ix->heap_cap ? ix->heap_cap * 2 : 64;
			ix->heap = xreallocarray(
			    ix->heap, ix->heap_cap, sizeof(*ix->heap));
		}
		heap_place(ix, ++ix->n_heap, ev);
	}
	heap_sift(ix, ev->heap_at);
}

struct event *
index_earliest(const struct event_index *ix)
{
	return ix->n_heap == 0 ? NULL : ix->heap[1];
}

/* --- the whole ---------------------------------------------------------- */

static void
group_enter(struct event_group *g, struct event *ev, size_t off)
{
	list_add(&g->first, &g->last, ev, off);
	g->n++;
	g->n_real += !ev->overflow;
}

static void
group_leave(
    struct group_table *t, struct event_group *g, struct event *ev, size_t off)
{
	list_remove(&g->first, &g->last, ev, off);
	g->n--;
	g->n_real -= !ev->overflow;
	if (g->n_real < g->active_limit)
		g->active_limit = 0;
	if (g->n == 0)
		group_drop(t, g);
}

void
index_add(struct event_index *ix, struct event *ev)
{
	const char *rule = ev->rule_id == NULL ? "" : ev->rule_id;
	struct slice first =
	    ev->groups.n == 0 ? SLICE("") : slice_of(ev->groups.v[0]);
	size_t a, b, c;

	ev->cancel_hash = hash_cancel(
	    ix->seed, rule, ev->host, ev->groups.n == 0 ? NULL : &first);
	rehash(ix);
	list_add(&ix->first, &ix->last, ev, offsetof(struct event, all));
	a = id_hash(ev->id) & (ix->n_buckets - 1);
	b = ev->join_hash & (ix->n_buckets - 1);
	ev->next_by_id = ix->by_id[a];
	ix->by_id[a] = ev;
	ev->next_by_join = ix->by_join[b];
	ix->by_join[b] = ev;
	c = ev->cancel_hash & (ix->n_buckets - 1);
	ev->next_by_cancel = ix->by_cancel[c];
	ix->by_cancel[c] = ev;
	ev->host_group = group_get(
	    &ix->hosts, index_hash(ix->seed, slice_of(ev->host)), ev->host);
	group_enter(ev->host_group, ev, offsetof(struct event, by_host));
	ev->rule_group =
	    group_get(&ix->rules, index_hash(ix->seed, slice_of(rule)), rule);
	group_enter(ev->rule_group, ev, offsetof(struct event, by_rule));
	ix->n++;
	ix->n_real += !ev->overflow;
	index_due(ix, ev);
}

void
index_remove(struct event_index *ix, struct event *ev)
{
	struct event **at = &ix->by_id[id_hash(ev->id) & (ix->n_buckets - 1)];

	while (*at != ev)
		at = &(*at)->next_by_id;
	*at = ev->next_by_id;
	at = &ix->by_join[ev->join_hash & (ix->n_buckets - 1)];
	while (*at != ev)
		at = &(*at)->next_by_join;
	*at = ev->next_by_join;
	at = &ix->by_cancel[ev->cancel_hash & (ix->n_buckets - 1)];
	while (*at != ev)
		at = &(*at)->next_by_cancel;
	*at = ev->next_by_cancel;
	list_remove(&ix->first, &ix->last, ev, offsetof(struct event, all));
	group_leave(
	    &ix->hosts, ev->host_group, ev, offsetof(struct event, by_host));
	group_leave(
	    &ix->rules, ev->rule_group, ev, offsetof(struct event, by_rule));
	ev->host_group = ev->rule_group = NULL;
	heap_remove(ix, ev);
	ix->n--;
	ix->n_real -= !ev->overflow;
}

void
index_free(struct event_index *ix)
{
	while (ix->first != NULL) {
		struct event *ev = ix->first;

		index_remove(ix, ev);
		event_free(&ev);
	}
	free(ix->by_id);
	free(ix->by_join);
	free(ix->by_cancel);
	free(ix->heap);
	free(ix->hosts.buckets);
	free(ix->rules.buckets);
	*ix = (struct event_index){.seed = ix->seed};
}

struct event *
index_find(const struct event_index *ix, uint64_t id)
{
	struct event *ev;

	if (ix->n_buckets == 0)
		return NULL;
	ev = ix->by_id[id_hash(id) & (ix->n_buckets - 1)];
	while (ev != NULL && ev->id != id)
		ev = ev->next_by_id;
	return ev;
}

struct event *
index_join(const struct event_index *ix, uint64_t hash)
{
	struct event *ev;

	if (ix->n_buckets == 0)
		return NULL;
	ev = ix->by_join[hash & (ix->n_buckets - 1)];
	while (ev != NULL && ev->join_hash != hash)
		ev = ev->next_by_join;
	return ev;
}

struct event *
index_join_next(const struct event *ev)
{
	uint64_t hash = ev->join_hash;

	do
		ev = ev->next_by_join;
	while (ev != NULL && ev->join_hash != hash);
	return (struct event *)ev;
}

struct event *
index_cancel(const struct event_index *ix, const char *rule, const char *host,
    const struct slice *group)
{
	uint64_t hash = hash_cancel(ix->seed, rule, host, group);
	struct event *ev;

	if (ix->n_buckets == 0)
		return NULL;
	ev = ix->by_cancel[hash & (ix->n_buckets - 1)];
	while (ev != NULL && ev->cancel_hash != hash)
		ev = ev->next_by_cancel;
	return ev;
}

struct event *
index_cancel_next(const struct event *ev)
{
	uint64_t hash = ev->cancel_hash;

	do
		ev = ev->next_by_cancel;
	while (ev != NULL && ev->cancel_hash != hash);
	return (struct event *)ev;
}

struct event_group *
index_host(const struct event_index *ix, const char *host)
{
	return group_find(
	    &ix->hosts, index_hash(ix->seed, slice_of(host)), host);
}

struct event_group *
index_rule(const struct event_index *ix, const char *rule)
{
	return group_find(
	    &ix->rules, index_hash(ix->seed, slice_of(rule)), rule);
}
