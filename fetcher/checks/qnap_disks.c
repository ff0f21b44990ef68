/* SPDX-License-Identifier: Apache-2.0
 *
 * Disks of QNAP devices.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

#include "common/num.h"

enum {
	C_INDEX,
	C_NAME,
	C_CELSIUS,
	C_STATE,
	C_MODEL,
	C_SMART
};

static const struct check_param params[] = {
    CELSIUS_PARAMS(CHECK_DEF_LEVELS(60, 70)), {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.24681.1.2.11.1",
	{SNMP_INDEX, {"2", 0}, {"3", 0}, {"4", 0}, {"5", 0}, {"7", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.4.1.24681.1.2.11.1.4.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("qnap_disks", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_STATE, -5) != -5;
}

static const struct status_word states[] = {{"ready", CHECK_OK, 0},
    {"no disk", CHECK_CRIT, -5}, {"invalid", CHECK_CRIT, -6},
    {"read/write error", CHECK_CRIT, -9}, {"unknown", CHECK_UNKNOWN, -4}, {0}};

static const struct row_items items = {0, C_NAME, C_INDEX, wanted, NULL};

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
	struct slice smart = slice_trim(row->cell[C_SMART]);
	struct slice warm = row->cell[C_CELSIUS], word;
	struct celsius t = {0};

	status_say(out, "Status", row->cell[C_STATE], states);
	if (slice_eqs(smart, "GOOD"))
		check_say(out, CHECK_OK, "SMART: GOOD");
	else if (smart.len > 0 && !slice_eqs(smart, "--"))
		check_say(
		    out, CHECK_CRIT, "SMART: %.*s", (int)smart.len, smart.s);
	/* "38 C/100 F" */
	if (slice_word(&warm, &word) && num_double(word, &t.value) &&
	    t.value > 0)
		celsius_say(c, &t, out);
	if (slice_trim(row->cell[C_MODEL]).len > 0)
		check_say(out, CHECK_OK, "Model: %.*s",
		    (int)slice_trim(row->cell[C_MODEL]).len,
		    slice_trim(row->cell[C_MODEL]).s);
}

const struct check check_qnap_disks = {
    .name = "qnap_disks",
    .title = "Disks (QNAP)",
    .manual = "The state, SMART result and temperature of each disk of a QNAP "
	      "NAS (NAS-MIB). Empty bays are not discovered.",
    .ruleset = "temperature",
    .description = "Disk %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = celsius_metrics,
    .discover = discover,
    .judge = judge,
};
