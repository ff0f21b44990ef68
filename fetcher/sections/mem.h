/* SPDX-License-Identifier: Apache-2.0
 *
 * Section mem: the fields of /proc/meminfo.
 */
#ifndef FETCHER_SECTIONS_MEM_H
#define FETCHER_SECTIONS_MEM_H

#include "fetcher/sections/section.h"

#define MEM_MAX_FIELDS 128

struct mem_field {
	struct slice name; /* "MemTotal" */
	double value;      /* bytes, or a count where the line has no unit */
};

struct section_mem {
	struct mem_field fields[MEM_MAX_FIELDS];
	size_t n;
};

extern const struct section_type section_mem;
/* By SNMP: UCD-SNMP-MIB, HOST-RESOURCES-MIB. */
extern const struct section_type section_ucd_mem, section_hr_mem;

/* The field's value, or -1 if it is not there. */
double section_mem_get(const struct section_mem *mem, const char *name);

#endif
