/* SPDX-License-Identifier: Apache-2.0
 *
 * Fans of the ENTITY-SENSOR-MIB.
 */
#include "fetcher/checks/entity.h"
#include "fetcher/checks/measure.h"

static const struct check_param params[] = {
    MEASURE_PARAMS(
	"RPM", CHECK_DEF_NONE, CHECK_DEF_LEVELS(2000, 1000), "the speed"),
    {0}};

static const struct check_metric metrics[] = {{"fan", "RPM", "speed"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	entity_discover(c, found, SENSOR_RPM, SENSOR_RPM);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct entity_sensor *e =
	    entity_find(c, SENSOR_RPM, SENSOR_RPM, out);

	if (e == NULL)
		return;
	measure_param_say(c, out, "Speed", "fan", e->value, measure_rpm);
}

const struct check check_entity_sensors_fan = {
    .name = "entity_sensors_fan",
    .title = "Fans (ENTITY-SENSOR)",
    .manual = "The speed of a fan. A sensor that is unavailable is CRIT, one "
	      "that does not work WARN.",
    .ruleset = "hw_fans",
    .description = "Fan %s",
    .sections =
	(const struct section_type *const[]){&section_entity_sensors, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
