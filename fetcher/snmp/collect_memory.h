/* SPDX-License-Identifier: Apache-2.0
 *
 * Readings that are over, by host, for the next of the same device: mostly the
 * same sections are wanted of it, and what it is was found out before. A
 * bounded number; a host may take the place of another.
 */
#ifndef FETCHER_SNMP_COLLECT_MEMORY_H
#define FETCHER_SNMP_COLLECT_MEMORY_H

#include "fetcher/snmp/collect.h"

struct collect_memory;

struct collect_memory *collect_memory_new(void);
/* All readings have been given back or freed. */
void collect_memory_free(struct collect_memory **memory);

/* Of a device: the one that was kept, or a new one. To be given back. */
struct collect *collect_memory_take(struct collect_memory *memory,
    const struct collect_settings *settings,
    const struct section_type *const *wanted, size_t n);
/* Room for what comes out of a reading, empty; any call may change it. */
struct str *collect_memory_output(struct collect_memory *memory);
/* Kept, if it has ended well and is good for once more. */
void collect_memory_give(
    struct collect_memory *memory, struct slice host, struct collect **collect);

#endif
