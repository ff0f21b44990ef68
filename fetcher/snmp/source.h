/* SPDX-License-Identifier: Apache-2.0
 *
 * How a section is read by SNMP: its tables, and the devices that have it.
 * Part of the declaration of a section (fetcher/sections/section.h); collect.c
 * reads it, the rows come to the section's parser as lines (rows.h).
 */
#ifndef FETCHER_SNMP_SOURCE_H
#define FETCHER_SNMP_SOURCE_H

#include <stdbool.h>

#define SNMP_MAX_COLUMNS 24

enum snmp_cell {
	SNMP_TEXT,  /* text, numbers, OIDs as dotted text */
	SNMP_BYTES, /* raw bytes, as hexadecimal digits */
	SNMP_END    /* the part of the OID behind the column: "4.2" */
};

struct snmp_column {     /* {0} ends the list */
	const char *oid; /* below the table's; ending in ".0": one value */
	enum snmp_cell cell;
};
#define SNMP_INDEX                                                             \
	{                                                                      \
		"index", SNMP_END                                              \
	}

/* Columns with one value each (all end in ".0") make a table of one row. */
struct snmp_table {      /* {0} ends the list */
	const char *oid; /* ".1.3.6.1.2.1.2.2.1" */
	struct snmp_column columns[SNMP_MAX_COLUMNS + 1];
};

enum snmp_test {
	SNMP_EXISTS, /* the OID has a value; with ".*" at its end: one below */
	SNMP_CONTAINS,
	SNMP_STARTS,
	SNMP_ENDS,
	SNMP_EQUALS,
	SNMP_MATCHES /* a regular expression fits the whole value */
};

/*
 * What is true of a device: all atoms up to the next `or`, or those after it.
 * Texts are compared without case; "." of SNMP_MATCHES is any character. An
 * OID without value satisfies only `not` of SNMP_EXISTS. Written with the
 * macros below: {SNMP_HAS(X), SNMP_HAS_NOT(Y), SNMP_OR_HAS(Z), {0}} is
 * "X and not Y, or Z".
 */
struct snmp_atom {       /* {0} ends the list */
	const char *oid; /* as an agent says it, with a leading dot */
	enum snmp_test test;
	const char *text; /* NULL for SNMP_EXISTS */
	bool not ;
	bool or ; /* begins another way to fit */
};
/* clang-format off */
#define SNMP_HAS(o)          {(o), SNMP_EXISTS, NULL, false, false}
#define SNMP_HAS_NOT(o)      {(o), SNMP_EXISTS, NULL, true, false}
#define SNMP_OR_HAS(o)       {(o), SNMP_EXISTS, NULL, false, true}
#define SNMP_IS(o, t, x)     {(o), SNMP_##t, (x), false, false}
#define SNMP_IS_NOT(o, t, x) {(o), SNMP_##t, (x), true, false}
#define SNMP_OR_IS(o, t, x)  {(o), SNMP_##t, (x), false, true}
/* clang-format on */

struct snmp_source {
	const struct snmp_table *tables;
	const struct snmp_atom *detect;
	/* Sections that say the same and better; NULL-ended or NULL. Those of
	 * the host's agent count too. */
	const char *const *superseded_by;
	/*
	 * Seconds between two readings of what is expensive for the device or
	 * changes rarely; 0: at each check. In between the services go on with
	 * what was read, and say so. The rule host_snmp_fetch_interval changes
	 * it.
	 */
	unsigned interval_s;
};

/* What a reading keeps for the next, as a section: collect_keep.c. */
#define SNMP_SCAN_SECTION "snmp_scan"
#define SNMP_SYS_DESCR    ".1.3.6.1.2.1.1.1.0"
#define SNMP_SYS_OBJECT   ".1.3.6.1.2.1.1.2.0"
#define SNMP_HR_UPTIME    ".1.3.6.1.2.1.25.1.1.0"

#endif
