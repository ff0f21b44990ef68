/* SPDX-License-Identifier: Apache-2.0
 *
 * Business aggregation (core-semantics section 20): trees whose leaves are
 * hosts and services, or other aggregations. Pure. A changed leaf computes anew
 * what depends on it, and nothing else.
 */
#ifndef LIVESTATUSD_BI_BI_H
#define LIVESTATUSD_BI_BI_H

#include "common/config/snapshot.h"
#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

enum bi_state { /* as services; worse is OK < PENDING < WARN < UNKNOWN < CRIT */
	BI_NONE = -2, /* there is nothing below */
	BI_PENDING = -1,
	BI_OK,
	BI_WARN,
	BI_CRIT,
	BI_UNKNOWN
};
/* 0 to 4; 0 for BI_NONE. */
unsigned bi_badness(int state);

/* What is known of an object. */
struct bi_leaf {
	int8_t state;      /* service 0..3, host 0..2; -1 pending */
	int8_t hard_state; /* the last hard one */
	bool in_downtime;  /* services: their host's, too */
	bool acknowledged;
	bool out_of_service; /* not in its service period */
};

struct bi;
/* The aggregations that the snapshot holds; objects are pending. Never NULL;
 * what compile has let pass is never wrong. */
struct bi *bi_new(const struct snapshot *snap);
/* From a document: {NAME: {...}}; NULL with a reason. */
struct bi *bi_read(
    const struct snapshot *snap, const char *json, struct err *err_r);
void bi_free(struct bi **bi);
/* The present results, to be looked at while `bi` goes on; ends before it. */
struct bi *bi_copy(const struct bi *bi);
void bi_free_copy(struct bi **copy);

/* Is the object in any tree? */
bool bi_has(const struct bi *bi, uint32_t object);
/* The nodes that are computed anew by this. */
unsigned bi_update(struct bi *bi, uint32_t object, const struct bi_leaf *leaf);
/* What if: the object's leaves are taken to be in that state, BI_NONE ends it.
 */
void bi_assume(struct bi *bi, uint32_t object, int state);

/* Aggregations, in byte order of their names. */
uint32_t bi_count(const struct bi *bi);
uint32_t bi_find(const struct bi *bi, struct slice name); /* SNAP_NONE: none */
struct bi_result {
	const char *name, *title; /* title: the alias, or the name */
	int state;                /* BI_NONE: nothing below */
	bool in_downtime, acknowledged, out_of_service, assumed;
};
struct bi_result bi_result(const struct bi *bi, uint32_t aggregation);

/* --- looking back (BI-4) ---------------------------------------------------
 */

struct bi_change { /* of a leaf, from `at` on (wall seconds) */
	int64_t at;
	uint32_t object;
	struct bi_leaf leaf;
};
struct bi_span {
	int64_t from, until;
	struct bi_result result;
};
/*
 * Plays the changes, which are in order of time, and tells the aggregation's
 * spans of constant result between `from` and `until`, without gaps. The
 * leaves of `bi` are left as the last change says.
 */
void bi_replay(struct bi *bi, uint32_t aggregation,
    const struct bi_change *changes, size_t n, int64_t from, int64_t until,
    void (*each)(void *arg, const struct bi_span *span), void *arg);

/* --- the tree --------------------------------------------------------------
 */

struct bi_node {
	uint32_t up;          /* number in the walk; SNAP_NONE: the top */
	unsigned depth;       /* 0: the top */
	const char *text;     /* title of a branch; "" for leaves */
	const char *function; /* "worst", "best", "count_ok"; NULL: a leaf */
	uint32_t object;      /* of a leaf; SNAP_NONE */
	uint32_t aggregation; /* that it refers to; SNAP_NONE */
	/* A leaf that is not there (frozen): names as written, else NULL. */
	const char *host, *service;
	int state;
	bool in_downtime, acknowledged, out_of_service;
};
typedef void bi_node_fn(void *arg, uint32_t number, const struct bi_node *node);
/* Every node of the tree, parents first, in the order of the configuration;
 * other aggregations are one node each. */
void bi_walk(
    const struct bi *bi, uint32_t aggregation, bi_node_fn *each, void *arg);
/* Every object below, other aggregations' included; each once, ascending. The
 * caller frees. */
uint32_t *bi_objects(const struct bi *bi, uint32_t aggregation, uint32_t *n_r);

#endif
