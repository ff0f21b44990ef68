/* SPDX-License-Identifier: Apache-2.0
 *
 * Section snmp_uptime: the machine's uptime, or else that of its SNMP agent.
 */
#include "fetcher/sections/rows.h"
#include "fetcher/sections/uptime.h"
#include "fetcher/snmp/source.h"

#include "common/num.h"

/* 1/100 s, or "d:h:m:s" with fractions. */
static bool
read_ticks(struct slice text, double *seconds_r)
{
	static const double units[] = {86400, 3600, 60, 1};
	struct slice word;
	double value;
	size_t n = 0;

	*seconds_r = 0;
	if (num_double(text, seconds_r)) {
		*seconds_r /= 100;
		return *seconds_r >= 0;
	}
	while (n < 4 && slice_next(&text, ':', &word)) {
		if (!num_double(word, &value) || value < 0)
			return false;
		*seconds_r += units[n++] * value;
	}
	return n == 4;
}

static int
parse(struct split_lines *in, struct arena *arena, void *section,
    struct err *err_r)
{
	struct section_uptime *uptime = section;
	struct row_cells row;
	unsigned table = 0;

	if (rows_next(in, arena, &table, &row) &&
	    (read_ticks(row.cell[1], &uptime->seconds) ||
		read_ticks(row.cell[0], &uptime->seconds)))
		return 0;
	return section_bad(in, err_r, "expected hundredths of a second");
}

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1", {{"1.3.0", 0}, {"25.1.1.0", 0}, {0}}}, {0}};
static const struct snmp_atom any[] = {SNMP_HAS(SNMP_SYS_DESCR), {0}};
static const struct snmp_source source = {.tables = tables,
    .detect = any,
    .superseded_by = (const char *const[]){"uptime", NULL}};

const struct section_type section_snmp_uptime = {
    .names = {"snmp_uptime", NULL},
    .size = sizeof(struct section_uptime),
    .parse = parse,
    .snmp = &source,
};
