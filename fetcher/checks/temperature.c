/* SPDX-License-Identifier: Apache-2.0
 *
 * Temperature of the kernel's thermal zones.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lnx_thermal.h"

static const struct check_param params[] = {
    CELSIUS_PARAMS(CHECK_DEF_LEVELS(70, 80)), {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lnx_thermal *s = c->sections[0];
	for (size_t i = 0; i < s->n; i++)
		if (s->entries[i].enabled && s->entries[i].celsius > 0)
			check_found_add(found, s->entries[i].item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lnx_thermal *s = c->sections[0];
	const struct thermal_entry *e = NULL;
	struct celsius t = {0};

	for (size_t i = 0; i < s->n && e == NULL; i++)
		if (slice_eq(s->entries[i].item, c->item))
			e = &s->entries[i];
	if (e == NULL) {
		check_say(
		    out, CHECK_UNKNOWN, "Item not found in monitoring data");
		return;
	}
	t.value = e->celsius;
	if (!isnan(e->crit))
		t.upper = (struct check_levels){
		    CHECK_LEVELS_ABSOLUTE, e->warn, e->crit};
	celsius_say(c, &t, out);
	if (e->type.len > 0)
		check_tell(
		    out, CHECK_OK, "Sensor: %.*s", (int)e->type.len, e->type.s);
}

const struct check check_temperature = {
    .name = "temperature",
    .title = "Temperature",
    .manual =
	"The temperature of a thermal zone. Levels are the device's own trip "
	"points (WARN at the first passive one, CRIT at hot or critical), else "
	"70 and 80 degrees. Zones that are switched off or say 0 are not "
	"discovered.",
    .ruleset = "temperature",
    .description = "Temperature %s",
    .sections =
	(const struct section_type *const[]){&section_lnx_thermal, NULL},
    .params = params,
    .metrics = celsius_metrics,
    .discover = discover,
    .judge = judge,
};
