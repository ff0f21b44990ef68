/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns' OIDs, remembered by the address of their table; see table_oids.h.
 */
#include "fetcher/snmp/table_oids.h"

#include "common/log.h"
#include "common/mem.h"

#include <stddef.h>
#include <string.h>

#define BUCKETS 512 /* some two hundred tables are declared */

struct known_table {
	struct known_table *next;
	const struct snmp_table *table;
	struct table_column columns[SNMP_MAX_COLUMNS];
};

static struct known_table *buckets[BUCKETS];

static const struct oid *
column_oid(const struct snmp_table *t, const struct snmp_column *column)
{
	struct oid whole, rest, *own;

	if (column->cell == SNMP_END || !oid_parse(slice_of(t->oid), &whole) ||
	    !oid_parse(slice_of(column->oid), &rest) ||
	    !oid_append(&whole, rest.id, rest.n))
		return NULL;
	own = xmalloc(offsetof(struct oid, id) + whole.n * sizeof(own->id[0]));
	oid_copy(own, &whole);
	return own;
}

static bool
is_scalar(const char *oid)
{
	size_t n = strlen(oid);

	return n > 2 && strcmp(oid + n - 2, ".0") == 0;
}

const struct table_column *
table_oids(const struct snmp_table *t)
{
	struct known_table **at =
	    &buckets[((uintptr_t)t >> 4) * 2654435761u % BUCKETS];
	struct known_table *k = *at;

	while (k != NULL && k->table != t)
		k = k->next;
	if (k != NULL)
		return k->columns;
	k = xnew(struct known_table);
	k->table = t;
	k->next = *at;
	for (size_t i = 0; t->columns[i].oid != NULL; i++) {
		must(i < SNMP_MAX_COLUMNS);
		k->columns[i].oid = column_oid(t, &t->columns[i]);
		k->columns[i].scalar = is_scalar(t->columns[i].oid);
	}
	*at = k;
	return k->columns;
}
