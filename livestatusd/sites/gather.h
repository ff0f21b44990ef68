/* SPDX-License-Identifier: Apache-2.0
 *
 * One query, asked of several sites in parallel; and commands for them.
 */
#ifndef LIVESTATUSD_SITES_GATHER_H
#define LIVESTATUSD_SITES_GATHER_H

#include "livestatusd/lql/lql.h"
#include "livestatusd/sites/sites.h"

/* --- queries -------------------------------------------------------------- */

struct gather;

/* The answer is complete; it may be taken. Not called inside of the begin. */
typedef void gather_done_fn(void *arg, enum lql_code code, struct str *answer);

/* `names` as for sites_named(). The query is taken. */
struct gather *gather_begin(struct sites *s, struct lql_query *q,
    struct slice names, gather_done_fn *done, void *arg);
/* Before it is done: `done` is not called. Afterwards: releases it. */
void gather_end(struct gather **g);

/* --- commands ------------------------------------------------------------- */

struct errand;

/*
 * NULL: taken by all that it was sent to; `seq` is this site's core's. called
 * inside of the begin.
 */
typedef void errand_done_fn(void *arg, const char *refused, uint64_t seq);

/*
 * "[time] NAME;...", from whom (see msg.def). Without `names` it goes to the
 * site that has the host of its first argument; to this one if none has.
 */
struct errand *errand_begin(struct sites *s, struct slice who,
    struct slice line, struct slice names, errand_done_fn *done, void *arg);
/* As gather_end(). */
void errand_end(struct errand **e);

#endif
