/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: where its output comes from, and the state of the battery.
 */
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1", {{"4.1.0", 0}, {"2.1.0", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("ups_output_source", &source);

static const struct status_word sources[] = {{"other", CHECK_UNKNOWN, 1},
    {"none", CHECK_CRIT, 2}, {"normal", CHECK_OK, 3}, {"bypass", CHECK_WARN, 4},
    {"battery", CHECK_WARN, 5}, {"booster", CHECK_WARN, 6},
    {"reducer", CHECK_WARN, 7}, {0}};
static const struct status_word batteries[] = {{"unknown", CHECK_UNKNOWN, 1},
    {"normal", CHECK_OK, 2}, {"low", CHECK_CRIT, 3},
    {"depleted", CHECK_CRIT, 4}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	if (s->n > 0 && status_find(sources, s->rows[0].cell[0]) != NULL)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];

	if (s->n == 0) {
		check_say(out, CHECK_UNKNOWN, "The output is not told of");
		return;
	}
	status_say(out, "Output source", s->rows[0].cell[0], sources);
	if (s->rows[0].cell[1].len > 0)
		status_say(out, "Battery", s->rows[0].cell[1], batteries);
}

const struct check check_ups_output_source = {
    .name = "ups_output_source",
    .title = "UPS: source of the output",
    .manual =
	"Where a UPS takes its output from (UPS-MIB): WARN on battery, bypass, "
	"booster or reducer, CRIT without any; and whether its battery is low.",
    .description = "UPS Output Source",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
