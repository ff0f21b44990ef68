/* SPDX-License-Identifier: Apache-2.0
 *
 * Disks: their temperature.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/smart.h"

enum {
	P_LEVELS,
	P_LOWER
};

static const struct check_param params[] = {
    {"levels", CHECK_PARAM_UPPER, "C", CHECK_DEF_LEVELS(35, 40),
	"on the temperature"},
    {"levels_lower", CHECK_PARAM_LOWER, "C", CHECK_DEF_NONE,
	"on a temperature that is too low"},
    {0}};

static const struct check_metric metrics[] = {
    {"temp", "C", "temperature"}, {0}};

static const struct value_row row = {"Temperature", "temp", value_celsius,
    VALUE_PARAM(P_LEVELS), VALUE_PARAM(P_LOWER), false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_smart *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if (s->disks[i].has_temperature)
			check_found_add(found, s->disks[i].item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct smart_disk *d =
	    section_smart_find(c->sections[0], c->item);

	if (d == NULL || !d->has_temperature)
		value_lost(out);
	else
		value_say(c, out, &row, d->temperature, 0);
}

const struct check check_smart_temp = {
    .name = "smart_temp",
    .title = "Disks: temperature by S.M.A.R.T.",
    .manual = "The temperature of a disk, read by `smartctl` in the agent's "
	      "plugin.",
    .ruleset = "smart_temperature",
    .description = "Temperature SMART %s",
    .sections = (const struct section_type *const[]){&section_smart, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
