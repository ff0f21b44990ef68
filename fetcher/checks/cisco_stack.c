/* SPDX-License-Identifier: Apache-2.0
 *
 * Members of a stack of Cisco switches.
 */
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NUMBER,
	C_STATE,
	C_ROLE
};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.9.9.500.1.2.1.1",
	{SNMP_INDEX, {"1", 0}, {"6", 0}, {"3", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.500.1.2.1.1.6.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("cisco_stack", &source);

static const struct status_word states[] = {{"waiting", CHECK_WARN, 1},
    {"progressing", CHECK_WARN, 2}, {"added", CHECK_WARN, 3},
    {"ready", CHECK_OK, 4}, {"SDM mismatch", CHECK_CRIT, 5},
    {"version mismatch", CHECK_CRIT, 6}, {"feature mismatch", CHECK_CRIT, 7},
    {"initializing as master", CHECK_WARN, 8}, {"provisioned", CHECK_WARN, 9},
    {"invalid", CHECK_CRIT, 10}, {"removed", CHECK_CRIT, 11}, {0}};
static const struct status_word roles[] = {{"master", CHECK_OK, 1},
    {"member", CHECK_OK, 2}, {"not a member", CHECK_WARN, 3},
    {"standby", CHECK_OK, 4}, {0}};

static const struct row_items items = {0, C_NUMBER, C_INDEX, NULL, NULL};

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
	const struct status_word *role = status_find(roles, row->cell[C_ROLE]);

	status_say(out, "Switch state", row->cell[C_STATE], states);
	if (role != NULL)
		check_say(out, role->state, "role: %s", role->word);
}

const struct check check_cisco_stack = {
    .name = "cisco_stack",
    .title = "Switch stacks (Cisco)",
    .manual = "The state of each switch of a Cisco stack "
	      "(CISCO-STACKWISE-MIB). Ready is OK; waiting, progressing, "
	      "added and provisioned are WARN; mismatches and removed "
	      "switches are CRIT.",
    .description = "Switch %s stack status",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
