/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory pools of Cisco devices.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_USED,
	C_FREE,
	C_USED64,
	C_FREE64
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.9.9.221.1.1.1.1",
	{SNMP_INDEX, {"3", 0}, {"7", 0}, {"8", 0}, {"18", 0}, {"20", 0}, {0}}},
    {".1.3.6.1.4.1.9.9.48.1.1.1",
	{SNMP_INDEX, {"2", 0}, {"5", 0}, {"6", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.48.1.1.1.2.*"),
    SNMP_OR_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.221.1.1.1.1.3.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("cisco_mem", &source);

/* 64-bit columns, where the device has them. */
static double
first_of(const struct row_cells *row, size_t wide, size_t narrow)
{
	double value = rows_number(row, wide, -1);

	return value > 0 ? value : rows_number(row, narrow, -1);
}

static bool
wanted(const struct row_cells *row)
{
	return !slice_eqs(row->cell[C_NAME], "Driver text") &&
	    first_of(row, C_USED64, C_USED) + first_of(row, C_FREE64, C_FREE) >
	    0;
}

static const struct row_items enhanced = {0, C_NAME, C_INDEX, wanted, NULL};
static const struct row_items plain = {1, C_NAME, C_INDEX, wanted, NULL};

/* The old table knows 32 bits and not all modules. */
static const struct row_items *
items_of(const struct check_context *c)
{
	const struct section_rows *s = c->sections[0];

	return s->n > 0 && s->rows[0].table == 0 ? &enhanced : &plain;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(items_of(c), c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(items_of(c), c, out);
	double used, free;

	if (row == NULL)
		return;
	used = first_of(row, C_USED64, C_USED);
	free = first_of(row, C_FREE64, C_FREE);
	if (used < 0 || free < 0)
		check_say(out, CHECK_UNKNOWN, "The usage is not given");
	else
		pool_say(c, used, used + free, out);
}

const struct check check_cisco_mem = {
    .name = "cisco_mem",
    .title = "Memory pools (Cisco)",
    .manual = "Used memory of each pool of a Cisco device, by the "
	      "CISCO-ENHANCED-MEMPOOL-MIB, or else by the "
	      "CISCO-MEMORY-POOL-MIB. The pool \"Driver text\" is full by its "
	      "nature and not discovered.",
    .ruleset = "memory_multiitem",
    .description = "Memory %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = pool_params,
    .metrics = pool_metrics,
    .discover = discover,
    .judge = judge,
};
