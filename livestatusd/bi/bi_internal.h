/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the aggregations share: read.c makes the trees, bi.c
 * computes them.
 */
#ifndef LIVESTATUSD_BI_INTERNAL_H
#define LIVESTATUSD_BI_INTERNAL_H

#include "livestatusd/bi/bi.h"

enum function {
	FUNCTION_WORST,
	FUNCTION_BEST,
	FUNCTION_COUNT_OK
};

struct limit { /* of count_ok */
	uint32_t n;
	bool percent;
};

/* A node's four states: as it is (or is assumed), with leaves in downtime as
 * CRIT and all others OK, with acknowledged leaves OK, out of service as CRIT.
 */
enum side {
	SIDE_REAL,
	SIDE_DOWNTIME,
	SIDE_ACK,
	SIDE_SERVICE,
	SIDES
};

struct node_now { /* what changes of a node */
	int8_t state[SIDES];
	bool assumed; /* somewhere below */
};

struct node {
	int8_t start[SIDES]; /* before anything is known */
	bool leaf, refers;   /* refers: to another aggregation's top */
	/* branch */
	char *title;
	enum function function;
	uint32_t nth;
	int8_t cap; /* worst state that comes out */
	struct limit ok, warn;
	uint32_t *kids, n, cap_kids;
	/* leaf */
	uint32_t object; /* SNAP_NONE: it is not there */
	uint32_t target; /* refers: the aggregation */
	char *host, *service;
	bool hard; /* takes hard states only */
	/* who depends on it */
	uint32_t *ups, n_ups, cap_ups;
};

struct aggregation {
	char *name, *alias;
	uint32_t top; /* node */
	bool hard, frozen, downtime_at_warn;
};

struct leaf_of { /* leaves by object, ascending */
	uint32_t object, node;
};

struct bi {
	const struct snapshot *snap;
	struct node *nodes;
	uint32_t n_nodes, cap_nodes;
	struct node_now *states; /* by node */
	struct aggregation *all;
	uint32_t n, cap;
	struct leaf_of *leaves;
	uint32_t n_leaves, cap_leaves;
	struct bi_leaf *now; /* by leaf: what is known */
	int8_t *assumed;     /* by leaf; BI_NONE */
};

/* Computes a node from its kids; true: something differs. */
bool bi_compute(struct bi *bi, uint32_t node);

#endif
