/* SPDX-License-Identifier: Apache-2.0
 *
 * The OIDs of a declared table's columns, taken apart once in the life of the
 * process: each reading needs them several times.
 */
#ifndef FETCHER_SNMP_TABLE_OIDS_H
#define FETCHER_SNMP_TABLE_OIDS_H

#include "fetcher/snmp/oid.h"
#include "fetcher/snmp/source.h"

/* A column as it is asked for; oid NULL: SNMP_END, or no object identifier. */
struct table_column {
	const struct oid *oid; /* of which only the used numbers have room */
	bool scalar;           /* ends in ".0" */
};

/*
 * One of each column of the table, for ever. The table is a constant of the
 * program: it is known again by its address.
 */
const struct table_column *table_oids(const struct snmp_table *table);

#endif
