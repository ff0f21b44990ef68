/* SPDX-License-Identifier: Apache-2.0
 *
 * The dynamic column rrddata: what it is called with, and the values that come
 * of it. A call is RPN:FROM:UNTIL:STEP[:MAXPOINTS]; RPN is a list, with commas,
 * of metrics (with .max, .min or .average behind them), numbers and operators
 * as rrdtool has them. Pure: who calls fetches the metrics.
 */
#ifndef LIVESTATUSD_TABLE_RPN_H
#define LIVESTATUSD_TABLE_RPN_H

#include "common/rrd.h"
#include "livestatusd/table/column.h"

#define RPN_WORDS      64u   /* of a list */
#define RPN_POINTS     400   /* unless the call says how many */
#define RPN_POINTS_MAX 20000 /* that it may say */

struct rpn;

/* NULL: it is no such call. The text is borrowed. */
struct rpn *rpn_parse(struct slice call);
void rpn_free(struct rpn **r);

/* Fetches a metric; false: nothing is kept of it. `function`: see rrd.h. */
typedef bool rpn_fetch_fn(void *arg, struct slice metric, const char *function,
    int64_t from, int64_t until, struct rrd_series *s_r);
/*
 * Appends start, end, step (wall seconds) and the values, each of the time
 * that ends step after the one before; the first is of start + step. start to
 * end is a whole number of steps and contains what was asked for. 0, 0, 0 if
 * there is nothing of a metric.
 */
void rpn_evaluate(const struct rpn *r, int64_t now, rpn_fetch_fn *fetch,
    void *arg, struct items *to);

#endif
