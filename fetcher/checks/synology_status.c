/* SPDX-License-Identifier: Apache-2.0
 *
 * State of Synology devices.
 */
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.6574.1",
	{{"1.0", 0}, {"3.0", 0}, {"4.1.0", 0}, {"4.2.0", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.4.1.6574.1.1.0"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("synology_status", &source);

static const struct status_word states[] = {
    {"normal", CHECK_OK, 1}, {"failed", CHECK_CRIT, 2}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	if (s->n > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const labels[] = {
	    "System state", "Power state", "System fan", "CPU fan"};
	const struct section_rows *s = c->sections[0];

	if (s->n == 0)
		check_say(out, CHECK_UNKNOWN, "The state is not told of");
	for (size_t i = 0; s->n > 0 && i < 4; i++)
		if (i < 2 || s->rows[0].cell[i].len > 0)
			status_say(out, labels[i], s->rows[0].cell[i], states);
}

const struct check check_synology_status = {
    .name = "synology_status",
    .title = "Status (Synology)",
    .manual = "The state of a Synology NAS and of its power supply and fans "
	      "(SYNOLOGY-SYSTEM-MIB); failed is CRIT.",
    .description = "Status",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
