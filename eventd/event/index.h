/* SPDX-License-Identifier: Apache-2.0
 *
 * All live events, found by id, by what counts together, by host, by rule and
 * by their next deadline, each in constant or logarithmic time. Pure.
 */
#ifndef EVENTD_EVENT_INDEX_H
#define EVENTD_EVENT_INDEX_H

#include "eventd/event/event.h"

/* Events with one host, or of one rule, oldest first. */
struct event_group {
	char *key;
	uint64_t hash;
	struct event_group *next; /* in its bucket */
	struct event *first, *last;
	uint32_t n, n_real;    /* n_real: without overflow events */
	uint32_t active_limit; /* the limit that is in effect; 0: none */
};

struct group_table {
	struct event_group **buckets;
	size_t n_buckets, n;
};

struct event_index {
	struct event *first, *last; /* by age */
	size_t n, n_real;
	struct event **by_id, **by_join, **by_cancel;
	size_t n_buckets;
	struct group_table hosts, rules;
	struct event **heap; /* from 1 */
	size_t n_heap, heap_cap;
	uint64_t seed;
};

void index_init(struct event_index *ix, uint64_t seed);
/* Frees the events too. */
void index_free(struct event_index *ix);

/* Takes the event over; its id, host, rule, join_hash and due_us are set. */
void index_add(struct event_index *ix, struct event *ev);
void index_remove(struct event_index *ix, struct event *ev);
/* After due_us changed. */
void index_due(struct event_index *ix, struct event *ev);
/* The event with the earliest deadline, NULL if none has one. */
struct event *index_earliest(const struct event_index *ix);

struct event *index_find(const struct event_index *ix, uint64_t id);
/* The first event whose join_hash is that, then the next. */
struct event *index_join(const struct event_index *ix, uint64_t hash);
struct event *index_join_next(const struct event *ev);
/*
 * Events that a message may cancel: those of the rule and the host whose first
 * group is that, or that have none (NULL). In no order.
 */
struct event *index_cancel(const struct event_index *ix, const char *rule,
    const char *host, const struct slice *group);
struct event *index_cancel_next(const struct event *ev);
/* NULL: no such event. */
struct event_group *index_host(const struct event_index *ix, const char *host);
struct event_group *index_rule(const struct event_index *ix, const char *rule);

uint64_t index_hash(uint64_t seed, struct slice s);

#endif
