/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: temperature of the battery.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

static const struct check_param params[] = {
    CELSIUS_PARAMS(CHECK_DEF_LEVELS(40, 50)), {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1.2", {{"7.0", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("ups_bat_temp", &source);

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_rows *s = c->sections[0];

	/* Devices without a sensor say 0. */
	if (s->n > 0 && rows_number(&s->rows[0], 0, 0) > 0)
		check_found_add(found, SLICE("Battery"), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_rows *s = c->sections[0];
	struct celsius t = {
	    .value = s->n > 0 ? rows_number(&s->rows[0], 0, NAN) : NAN};

	if (isnan(t.value))
		check_say(out, CHECK_UNKNOWN, "The temperature is not given");
	else
		celsius_say(c, &t, out);
}

const struct check check_ups_bat_temp = {
    .name = "ups_bat_temp",
    .title = "UPS: temperature of the battery",
    .manual = "The temperature of a UPS's battery (UPS-MIB). Devices that say "
	      "0 have no sensor.",
    .ruleset = "temperature",
    .description = "Temperature %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = celsius_metrics,
    .discover = discover,
    .judge = judge,
};
