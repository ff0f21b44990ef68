/* SPDX-License-Identifier: Apache-2.0
 *
 * Disks of Synology devices.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_MODEL,
	C_STATE,
	C_CELSIUS
};

static const struct check_param params[] = {
    CELSIUS_PARAMS(CHECK_DEF_LEVELS(60, 70)), {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.6574.2.1.1",
	{SNMP_INDEX, {"2", 0}, {"3", 0}, {"5", 0}, {"6", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.4.1.6574.1.1.0"),
    SNMP_HAS(".1.3.6.1.4.1.6574.2.1.1.5.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("synology_disks", &source);

static const struct status_word states[] = {{"normal", CHECK_OK, 1},
    {"initialized", CHECK_OK, 2}, {"not initialized", CHECK_OK, 3},
    {"partition failed", CHECK_WARN, 4}, {"crashed", CHECK_CRIT, 5}, {0}};

static const struct row_items items = {0, C_NAME, C_INDEX, NULL, NULL};

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&items, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(&items, c, out);

	if (row == NULL)
		return;
	struct celsius t = {.value = rows_number(row, C_CELSIUS, NAN)};

	status_say(out, "Status", row->cell[C_STATE], states);
	if (t.value > 0)
		celsius_say(c, &t, out);
	if (row->cell[C_MODEL].len > 0)
		check_say(out, CHECK_OK, "Model: %.*s",
		    (int)slice_trim(row->cell[C_MODEL]).len,
		    slice_trim(row->cell[C_MODEL]).s);
}

const struct check check_synology_disks = {
    .name = "synology_disks",
    .title = "Disks (Synology)",
    .manual = "The state and temperature of each disk of a Synology NAS "
	      "(SYNOLOGY-DISK-MIB). A disk without a partition of the system "
	      "is WARN, one that failed or crashed CRIT; hot spares are OK.",
    .ruleset = "temperature",
    .description = "%s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = celsius_metrics,
    .discover = discover,
    .judge = judge,
};
