/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of a table as they were walked, and their assembly into rows. Pure.
 */
#ifndef FETCHER_SNMP_TABLE_H
#define FETCHER_SNMP_TABLE_H

#include "common/str.h"
#include "fetcher/sections/arena.h"
#include "fetcher/snmp/wire.h"

#include <stdbool.h>
#include <stdint.h>

#define SNMP_MAX_ROWS 20000 /* of one column; more are left out */

struct snmp_value {
	const uint32_t *end; /* the OID behind the column's */
	uint32_t n_end;
	enum snmp_kind kind;
	struct slice value;
};

/* One column: values in the order in which the device gave them. */
struct snmp_walked {
	struct snmp_value *values;
	size_t n, cap;
	bool unordered; /* somewhere an end is not above the one before */
	uint32_t *seen; /* hash table over ends, once unordered */
	size_t n_seen;
};

/*
 * Takes one value, copied into the arena. False: the column is to end here,
 * because its OID was there before or there is no more room.
 */
bool snmp_walked_add(struct snmp_walked *w, struct arena *arena,
    const uint32_t *end, size_t n_end, enum snmp_kind kind, struct slice value);

/*
 * Rows by ascending ends. cells[row * n + column] is NULL where the column
 * has no value; a column that is NULL has none at all. Returns their number.
 */
size_t snmp_assemble(struct snmp_walked *const *columns, size_t n,
    struct arena *arena, const struct snmp_value ***cells_r);

#endif
