/* SPDX-License-Identifier: Apache-2.0
 *
 * HSRP groups of Cisco routers.
 */
#include "fetcher/checks/row_items.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_VIRTUAL,
	C_ACTIVE,
	C_STANDBY,
	C_STATE
};

static const struct check_param params[] = {
    {"discovered_state", CHECK_PARAM_STRING, "", CHECK_DEF_NONE,
	"part seen at discovery: active or standby; null: either is fine"},
    {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.9.9.106.1.2.1.1",
	{SNMP_INDEX, {"11", 0}, {"13", 0}, {"14", 0}, {"15", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.9."),
    SNMP_HAS(".1.3.6.1.4.1.9.9.106.1.2.1.1.15.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("cisco_hsrp", &source);

static const struct status_word states[] = {{"initial", CHECK_CRIT, 1},
    {"learn", CHECK_CRIT, 2}, {"listen", CHECK_CRIT, 3},
    {"speak", CHECK_CRIT, 4}, {"standby", CHECK_OK, 5}, {"active", CHECK_OK, 6},
    {0}};

static const struct row_items items = {0, C_VIRTUAL, C_INDEX, NULL, NULL};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];
	struct str item = {0};

	for (size_t i = 0; i < s->n; i++) {
		const struct status_word *w =
		    status_find(states, s->rows[i].cell[C_STATE]);

		if (w == NULL || w->state != CHECK_OK)
			continue;
		str_clear(&item);
		row_items_name(&items, s, &s->rows[i], &item);
		check_found_add(found, str_slice(&item),
		    json_pack("{s:s}", "discovered_state", w->word));
	}
	str_free(&item);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(&items, c, out);

	if (row == NULL)
		return;
	const struct status_word *now = status_find(states, row->cell[C_STATE]);
	struct slice seen = c->params[0].text;
	uint32_t state;

	if (now == NULL) {
		check_say(out, CHECK_UNKNOWN, "The state is not given");
		return;
	}
	state = slice_eqs(seen, now->word) || seen.len == 0 ? now->state
	    : now->state == CHECK_OK                        ? CHECK_WARN
							    : CHECK_CRIT;
	check_say(out, state, "Status: %s", now->word);
	if (state == CHECK_WARN && seen.len > 0)
		check_say(out, CHECK_OK, "was %.*s at discovery", (int)seen.len,
		    seen.s);
	check_say(out, CHECK_OK, "virtual address %.*s, active router %.*s",
	    (int)row->cell[C_VIRTUAL].len, row->cell[C_VIRTUAL].s,
	    (int)row->cell[C_ACTIVE].len, row->cell[C_ACTIVE].s);
}

const struct check check_cisco_hsrp = {
    .name = "cisco_hsrp",
    .title = "HSRP groups (Cisco)",
    .manual = "The part that a router plays in an HSRP group "
	      "(CISCO-HSRP-MIB): active or standby. The part seen at "
	      "discovery is expected; WARN if active and standby have changed "
	      "places, CRIT in any other state.",
    .ruleset = "cisco_hsrp",
    .description = "HSRP Group %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
