/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: alarms that are present.
 */
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

#include "common/num.h"

#define WELL_KNOWN ".1.3.6.1.2.1.33.1.6.3."

static const struct check_metric metrics[] = {
    {"alarms", "", "alarms that are present"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1.6", {{"1.0", 0}, {0}}},
    {".1.3.6.1.2.1.33.1.6.2.1", {{"2", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("ups_alarms", &source);

/* upsWellKnownAlarms */
static const struct status_word alarms[] = {{"battery is bad", CHECK_CRIT, 1},
    {"on battery", CHECK_WARN, 2}, {"battery is low", CHECK_CRIT, 3},
    {"battery is empty", CHECK_CRIT, 4},
    {"temperature out of tolerance", CHECK_CRIT, 5},
    {"input out of tolerance", CHECK_WARN, 6},
    {"output out of tolerance", CHECK_CRIT, 7},
    {"output overload", CHECK_CRIT, 8}, {"on bypass", CHECK_WARN, 9},
    {"bypass out of tolerance", CHECK_WARN, 10},
    {"output switched off as asked", CHECK_WARN, 11},
    {"UPS switched off as asked", CHECK_WARN, 12},
    {"charger failed", CHECK_CRIT, 13}, {"output is off", CHECK_CRIT, 14},
    {"UPS is off", CHECK_CRIT, 15}, {"fan failure", CHECK_CRIT, 16},
    {"fuse failure", CHECK_CRIT, 17}, {"general fault", CHECK_CRIT, 18},
    {"diagnosis test failed", CHECK_CRIT, 19},
    {"communication lost", CHECK_CRIT, 20}, {"awaiting power", CHECK_WARN, 21},
    {"shutdown pending", CHECK_CRIT, 22}, {"shutdown imminent", CHECK_CRIT, 23},
    {"test in progress", CHECK_OK, 24}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	if (s->n > 0 && s->rows[0].table == 0)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	double present = -1;
	size_t listed = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct slice what = s->rows[i].cell[0];
		const struct status_word *w = NULL;

		if (s->rows[i].table == 0) {
			present = rows_number(&s->rows[i], 0, -1);
			continue;
		}
		listed++;
		if (slice_starts(what, WELL_KNOWN))
			w = status_find(alarms,
			    (struct slice){what.s + strlen(WELL_KNOWN),
				what.len - strlen(WELL_KNOWN)});
		if (w != NULL)
			check_say(out, w->state, "%s", w->word);
		else
			check_say(out, CHECK_WARN, "alarm %.*s", (int)what.len,
			    what.s);
	}
	if (present < 0 && listed == 0) {
		check_say(out, CHECK_UNKNOWN, "The alarms are not told of");
		return;
	}
	if (present < (double)listed)
		present = (double)listed;
	if (present <= 0)
		check_say(out, CHECK_OK, "No alarms");
	else if (listed == 0)
		check_say(out, CHECK_WARN, "%.0f alarms", present);
	check_metric(out, "alarms", present, NULL, 0, NAN);
}

const struct check check_ups_alarms = {
    .name = "ups_alarms",
    .title = "UPS: alarms",
    .manual =
	"The alarms that a UPS has present (UPS-MIB): being on battery or on "
	"bypass is WARN, a bad or empty battery, overload and failures are "
	"CRIT; alarms of the maker's own are WARN.",
    .description = "UPS Alarms",
    .sections = (const struct section_type *const[]){&section, NULL},
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
