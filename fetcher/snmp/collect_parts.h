/* SPDX-License-Identifier: Apache-2.0
 *
 * What collect.c and collect_put.c share.
 */
#ifndef FETCHER_SNMP_COLLECT_PARTS_H
#define FETCHER_SNMP_COLLECT_PARTS_H

#include "fetcher/snmp/collect.h"
#include "fetcher/snmp/source.h"
#include "fetcher/snmp/table.h"

enum phase {
	PHASE_SYSTEM, /* sysDescr, sysObjectID */
	PHASE_SCAN,
	PHASE_SCALARS,
	PHASE_COLUMNS,
	PHASE_END
};

struct known { /* an OID of the scan */
	const char *name;
	struct oid oid; /* without ".*" */
	bool prefix, asked, exists;
	struct slice value;
};

struct column {
	struct oid oid; /* with ".0": a scalar */
	bool scalar, done;
	const uint32_t *at; /* where the walk stands, behind oid */
	uint32_t n_at;
	struct snmp_walked walked;
};

struct chosen {
	const struct section_type *type;
	bool fits;
};

struct collect {
	struct collect_settings set;
	enum phase phase;
	struct arena arena;
	struct known *known;
	size_t n_known, cap_known;
	struct chosen sections[COLLECT_MAX_SECTIONS];
	size_t n_sections;
	struct column *columns;
	size_t n_columns, cap_columns;
	unsigned repetitions; /* now */
	size_t width;         /* columns of one request, now */
	bool no_bulk;
	struct snmp_request request;
	size_t asked[SNMP_MAX_ASKED]; /* known or column of each variable */
	size_t n_values, n_bytes, n_requests;
	unsigned silences;
};

/* False: the column is no object identifier. */
bool collect_column_oid(const struct snmp_table *t,
    const struct snmp_column *column, struct oid *oid);

#endif
