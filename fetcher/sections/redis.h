/* SPDX-License-Identifier: Apache-2.0
 *
 * Section redis_info: "[[[NAME|ADDRESS|PORT]]]", then what `redis-cli info`
 * says. The instance's item is its name, or ADDRESS:PORT without one.
 */
#ifndef FETCHER_SECTIONS_REDIS_H
#define FETCHER_SECTIONS_REDIS_H

#include "fetcher/sections/lines.h"

extern const struct section_type section_redis;

/* Appends the item of a block. */
void redis_item(struct slice block, struct str *to);
/* The block of an item; false: it is not there. */
bool redis_block(
    const struct section_lines *s, struct slice item, struct slice *block_r);

#endif
