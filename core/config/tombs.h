/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of objects that vanished from the configuration, for TOMB_S: an
 * object that comes back by then has its acknowledgement, downtimes and
 * comments again (RT-7). Pure.
 */
#ifndef CORE_CONFIG_TOMBS_H
#define CORE_CONFIG_TOMBS_H

#include "common/str.h"

#include <stdint.h>

#define TOMB_S    (24 * 3600)
#define TOMBS_MAX 200000u

struct tombs;

struct tombs *tombs_new(void);
void tombs_free(struct tombs **tombs);
/* Appends a record (core/retention/record.h) of that object. */
void tombs_add(struct tombs *t, struct slice host, struct slice service,
    struct slice record, int64_t now);
/* The records of that object, taken out, freed by the caller; false: none. */
bool tombs_take(struct tombs *t, struct slice host, struct slice service,
    struct str *records_r);
void tombs_expire(struct tombs *t, int64_t now);
/* All records, for the state file, in pieces: appends the next few and moves
 * *at_r, 0 at the start; true at the end. */
bool tombs_put(const struct tombs *t, uint32_t *at_r, struct str *out);
uint32_t tombs_count(const struct tombs *t);

#endif
