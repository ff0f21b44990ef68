/* SPDX-License-Identifier: Apache-2.0
 *
 * CPUs of Cisco devices.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_ENTITY,
	C_REVISED,
	C_OLD
};
enum {
	C_ENTITY_INDEX,
	C_NAME,
	C_DESCR
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.9.9.109.1.1.1.1",
	{SNMP_INDEX, {"2", 0}, {"8", 0}, {"5", 0}, {0}}},
    {".1.3.6.1.2.1.47.1.1.1.1", {SNMP_INDEX, {"7", 0}, {"2", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.109.1.1.1.1.2.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("cisco_cpu_multiitem", &source);

static double
percent_of(const struct row_cells *row)
{
	return rows_number(row, C_REVISED, rows_number(row, C_OLD, -1));
}

/* Two CPUs of one module have their index behind its name. */
static void
item_of(
    const struct section_rows *s, const struct row_cells *row, struct str *out)
{
	const struct row_cells *entity =
	    rows_find(s, 1, C_ENTITY_INDEX, row->cell[C_ENTITY]);
	struct slice name = {"", 0};
	size_t same = 0;

	if (entity != NULL)
		name = slice_trim(entity->cell[C_NAME]).len > 0
		    ? slice_trim(entity->cell[C_NAME])
		    : slice_trim(entity->cell[C_DESCR]);
	for (size_t i = 0; i < s->n; i++)
		same += s->rows[i].table == 0 &&
		    slice_eq(s->rows[i].cell[C_ENTITY], row->cell[C_ENTITY]);
	for (size_t i = 0; i < name.len; i++)
		str_addc(out, (unsigned char)name.s[i] < ' ' ? ' ' : name.s[i]);
	if (name.len > 0 && same > 1)
		str_addc(out, ' ');
	if (name.len == 0 || same > 1)
		str_addslice(out, row->cell[C_INDEX]);
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];
	struct str item = {0};

	for (size_t i = 0; i < s->n && i < 1000; i++) {
		if (s->rows[i].table != 0 || percent_of(&s->rows[i]) < 0)
			continue;
		str_clear(&item);
		item_of(s, &s->rows[i], &item);
		check_found_add(found, str_slice(&item), NULL);
	}
	str_free(&item);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	struct str item = {0};
	const struct row_cells *row = NULL;

	for (size_t i = 0; i < s->n && row == NULL; i++) {
		if (s->rows[i].table != 0)
			continue;
		str_clear(&item);
		item_of(s, &s->rows[i], &item);
		if (slice_eq(str_slice(&item), c->item))
			row = &s->rows[i];
	}
	str_free(&item);
	if (row == NULL)
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
	else if (percent_of(row) < 0)
		check_say(out, CHECK_UNKNOWN, "The utilization is not given");
	else
		utilization_say(c, "Utilization in the last 5 minutes",
		    percent_of(row), &c->params[0], &c->params[1], out);
}

const struct check check_cisco_cpu_multiitem = {
    .name = "cisco_cpu_multiitem",
    .title = "CPUs (Cisco)",
    .manual = "How busy each CPU of a Cisco device was in the last five "
	      "minutes (CISCO-PROCESS-MIB). The item is the name of the "
	      "module that has the CPU, or else its number.",
    .ruleset = "cpu_utilization_multiitem",
    .description = "CPU utilization %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = utilization_params,
    .metrics = utilization_metrics,
    .discover = discover,
    .judge = judge,
};
