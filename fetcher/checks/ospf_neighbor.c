/* SPDX-License-Identifier: Apache-2.0
 *
 * OSPF neighbours by the OSPF-MIB.
 */
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_ADDRESS,
	C_ROUTER,
	C_STATE
};

static const struct check_param params[] = {
    {"states", CHECK_PARAM_STATES, "", CHECK_DEF_NONE,
	"state of the service by the neighbour's: down, attempt, init, "
	"two-way, exchange start, exchange, loading, full"},
    {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.14.10.1", {SNMP_INDEX, {"1", 0}, {"3", 0}, {"6", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.14.10.1.6.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("ospf_neighbor", &source);

static const struct status_word states[] = {{"down", CHECK_CRIT, 1},
    {"attempt", CHECK_WARN, 2}, {"init", CHECK_WARN, 3},
    {"two-way", CHECK_OK, 4}, {"exchange start", CHECK_WARN, 5},
    {"exchange", CHECK_WARN, 6}, {"loading", CHECK_WARN, 7},
    {"full", CHECK_OK, 8}, {0}};

static const struct row_items items = {0, C_ADDRESS, C_INDEX, NULL, NULL};

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
	const struct status_word *w = status_find(states, row->cell[C_STATE]);
	uint32_t state = w == NULL ? CHECK_UNKNOWN : w->state;

	if (w != NULL)
		check_params_state(&c->params[0], w->word, &state);
	check_say(out, state, "State: %s", w == NULL ? "not given" : w->word);
	if (row->cell[C_ROUTER].len > 0)
		check_say(out, CHECK_OK, "Router: %.*s",
		    (int)row->cell[C_ROUTER].len, row->cell[C_ROUTER].s);
}

const struct check check_ospf_neighbor = {
    .name = "ospf_neighbor",
    .title = "OSPF neighbours",
    .manual = "The relation to an OSPF neighbour (OSPF-MIB): full and two-way "
	      "are OK, what comes before is WARN, down is CRIT.",
    .ruleset = "ospf_neighbor",
    .description = "OSPF Neighbor %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
