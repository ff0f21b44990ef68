/* SPDX-License-Identifier: Apache-2.0
 *
 * Electric power of the ENTITY-SENSOR-MIB.
 */
#include "fetcher/checks/entity.h"
#include "fetcher/checks/measure.h"

static const struct check_param params[] = {
    MEASURE_PARAMS("W", CHECK_DEF_NONE, CHECK_DEF_NONE, "the power"), {0}};

static const struct check_metric metrics[] = {{"power", "W", "power"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	entity_discover(c, found, SENSOR_WATTS, SENSOR_WATTS);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct entity_sensor *e =
	    entity_find(c, SENSOR_WATTS, SENSOR_WATTS, out);

	if (e == NULL)
		return;
	measure_param_say(c, out, "Power", "power", e->value, measure_watt);
}

const struct check check_entity_sensors_power = {
    .name = "entity_sensors_power",
    .title = "Electric power (ENTITY-SENSOR)",
    .manual = "Electric power. A sensor that is unavailable is CRIT, one that "
	      "does not work WARN.",
    .ruleset = "el_power",
    .description = "Power %s",
    .sections =
	(const struct section_type *const[]){&section_entity_sensors, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
