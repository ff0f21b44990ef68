/* SPDX-License-Identifier: Apache-2.0
 *
 * Field-replaceable power supplies of Cisco devices.
 */
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_STATE,
	C_CURRENT
};
enum {
	C_ENTITY_INDEX,
	C_NAME
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.9.9.117.1.1.2.1", {SNMP_INDEX, {"2", 0}, {"3", 0}, {0}}},
    {".1.3.6.1.2.1.47.1.1.1.1", {SNMP_INDEX, {"7", 0}, {"2", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.117.1.1.2.1.2.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("cisco_fru_power", &source);

static const struct status_word states[] = {{"off: environment", CHECK_CRIT, 1},
    {"on", CHECK_OK, 2}, {"off: by the administrator", CHECK_WARN, 3},
    {"off: denied", CHECK_CRIT, 4}, {"off: too little power", CHECK_CRIT, 5},
    {"off: temperature", CHECK_CRIT, 6}, {"off: fan", CHECK_CRIT, 7},
    {"off: cooling", CHECK_CRIT, 8}, {"off: connector rating", CHECK_CRIT, 9},
    {"on, without inline power", CHECK_WARN, 10}, {"failed", CHECK_CRIT, 12},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++) {
		const struct status_word *w =
		    status_find(states, s->rows[i].cell[C_STATE]);
		if (s->rows[i].table == 0 && w != NULL && w->number != 1 &&
		    w->number != 3)
			check_found_add(found, s->rows[i].cell[C_INDEX], NULL);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	const struct row_cells *row = rows_find(s, 0, C_INDEX, c->item);
	const struct row_cells *entity;

	if (row == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	status_say(out, "Status", row->cell[C_STATE], states);
	entity = rows_find(s, 1, C_ENTITY_INDEX, row->cell[C_INDEX]);
	if (entity != NULL && entity->cell[C_NAME].len > 0)
		check_say(out, CHECK_OK, "%.*s", (int)entity->cell[C_NAME].len,
		    entity->cell[C_NAME].s);
}

const struct check check_cisco_fru_power = {
    .name = "cisco_fru_power",
    .title = "Power supplies: FRUs (Cisco)",
    .manual = "The state of each power supply of a Cisco device by the "
	      "CISCO-ENTITY-FRU-CONTROL-MIB. Supplies that were switched off "
	      "on purpose or are missing are not discovered.",
    .description = "FRU Power %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
