/* SPDX-License-Identifier: Apache-2.0
 *
 * What hosts sent for other hosts, by target and source, with times. Core
 * keeps it because it outlives workers; nobody looks into the bytes here.
 * Memory is bounded: beyond it new blocks are dropped and counted.
 */
#ifndef CORE_SCHEDULE_PIGGYBACK_H
#define CORE_SCHEDULE_PIGGYBACK_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define PIGGYBACK_BYTES       (256u << 20) /* of all blocks */
#define PIGGYBACK_BLOCK_BYTES (4u << 20)   /* of one target from one source */
#define PIGGYBACK_AGE         86400        /* seconds; older ones are dropped */

struct piggyback;

struct piggyback *piggyback_new(void);
void piggyback_free(struct piggyback **p);

/*
 * `source` was fetched: `blocks` are its piggyback_block records, all that it
 * has. Without any it counts as a source no more. `now` in wall seconds.
 */
void piggyback_take(
    struct piggyback *p, struct slice source, struct slice blocks, int64_t now);
/* Appends piggyback_kept records: what there is for the host. */
void piggyback_give(
    const struct piggyback *p, struct slice target, struct str *kept);
bool piggyback_has(const struct piggyback *p, struct slice target);
/* Drops what is older than PIGGYBACK_AGE. */
void piggyback_expire(struct piggyback *p, int64_t now);
void piggyback_counters(const struct piggyback *p, struct str *list);

/*
 * A file that carries it over a stop; after a crash it comes from the next
 * fetches. A missing file is none; a damaged one is an error.
 */
int piggyback_save(
    const struct piggyback *p, const char *path, struct err *err_r);
int piggyback_load(struct piggyback *p, const char *path, struct err *err_r);

#endif
