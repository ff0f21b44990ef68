/* SPDX-License-Identifier: Apache-2.0
 *
 * Disks of Dell servers.
 */
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_STATE,
	C_SMART,
	C_MB,
	C_SERIAL
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.674.10892.5.5.1.20.130.4.1",
	{SNMP_INDEX, {"2", 0}, {"4", 0}, {"31", 0}, {"11", 0}, {"7", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.4.1.674.10892.5.5.1.20.130.4.1.4.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("dell_idrac_disks", &source);

static const struct status_word states[] = {{"unknown", CHECK_UNKNOWN, 1},
    {"ready", CHECK_OK, 2}, {"online", CHECK_OK, 3}, {"foreign", CHECK_WARN, 4},
    {"offline", CHECK_CRIT, 5}, {"blocked", CHECK_CRIT, 6},
    {"failed", CHECK_CRIT, 7}, {"non-RAID", CHECK_OK, 8},
    {"removed", CHECK_CRIT, 9}, {"read-only", CHECK_WARN, 10}, {0}};

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
	double bytes = rows_number(row, C_MB, -1) * 1048576;

	status_say(out, "State", row->cell[C_STATE], states);
	if (rows_number(row, C_SMART, 0) == 1)
		check_say(out, CHECK_CRIT, "a failure is expected (SMART)");
	if (bytes > 0) {
		struct str text = {0};

		str_add(&text, "Size: ");
		render_bytes(&text, bytes);
		check_say_str(out, CHECK_OK, &text);
		str_free(&text);
	}
	if (row->cell[C_SERIAL].len > 0)
		check_tell(out, CHECK_OK, "Serial number: %.*s",
		    (int)row->cell[C_SERIAL].len, row->cell[C_SERIAL].s);
}

const struct check check_dell_idrac_disks = {
    .name = "dell_idrac_disks",
    .title = "Disks (Dell iDRAC)",
    .manual = "The state of each physical disk of a Dell server, as its RAID "
	      "controller sees it (iDRAC): failed and missing disks are CRIT, "
	      "so is one that the controller expects to fail; foreign and "
	      "rebuilding ones are WARN.",
    .description = "Disk %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
