/* SPDX-License-Identifier: Apache-2.0
 *
 * Updates of Synology devices.
 */
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.6574.1.5", {{"4.0", 0}, {"3.0", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.4.1.6574.1.1.0"), {0}};
static const struct snmp_source source = {
    .tables = tables, .detect = detect, .interval_s = 3600};
static const struct section_type section =
    SECTION_ROWS("synology_update", &source);

static const struct status_word states[] = {{"available", CHECK_WARN, 1},
    {"unavailable", CHECK_OK, 2}, {"connecting", CHECK_OK, 3},
    {"disconnected", CHECK_WARN, 4}, {"other", CHECK_UNKNOWN, 5}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	if (s->n > 0 && s->rows[0].cell[0].len > 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];

	if (s->n == 0) {
		check_say(out, CHECK_UNKNOWN, "The state is not told of");
		return;
	}
	status_say(out, "Update status", s->rows[0].cell[0], states);
	if (s->rows[0].cell[1].len > 0)
		check_say(out, CHECK_OK, "version: %.*s",
		    (int)s->rows[0].cell[1].len, s->rows[0].cell[1].s);
}

const struct check check_synology_update = {
    .name = "synology_update",
    .title = "Updates (Synology)",
    .manual = "Whether a Synology NAS has an update of its system "
	      "(SYNOLOGY-SYSTEM-MIB): one that is available is WARN, and so "
	      "is a server of updates that cannot be asked. It is read once "
	      "an hour.",
    .description = "Update",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
