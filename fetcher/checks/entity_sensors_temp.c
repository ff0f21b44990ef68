/* SPDX-License-Identifier: Apache-2.0
 *
 * Temperatures of the ENTITY-SENSOR-MIB.
 */
#include "fetcher/checks/entity.h"
#include "fetcher/checks/measure.h"

static void
discover(const struct check_context *c, struct check_found *found)
{
	entity_discover(c, found, SENSOR_CELSIUS, SENSOR_CELSIUS);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct entity_sensor *e =
	    entity_find(c, SENSOR_CELSIUS, SENSOR_CELSIUS, out);

	if (e == NULL)
		return;
	struct celsius t = {.value = e->value};
	celsius_say(c, &t, out);
}

const struct check check_entity_sensors_temp = {
    .name = "entity_sensors_temp",
    .title = "Temperatures (ENTITY-SENSOR)",
    .manual = "The temperature of a sensor. A sensor that is unavailable is "
	      "CRIT, one that does not work WARN.",
    .ruleset = "temperature",
    .description = "Temperature %s",
    .sections =
	(const struct section_type *const[]){&section_entity_temps, NULL},
    .params = celsius_params,
    .metrics = celsius_metrics,
    .discover = discover,
    .judge = judge,
};
