/* SPDX-License-Identifier: Apache-2.0
 *
 * Humidity of the ENTITY-SENSOR-MIB.
 */
#include "fetcher/checks/entity.h"
#include "fetcher/checks/measure.h"

static const struct check_param params[] = {
    MEASURE_PARAMS("%", CHECK_DEF_NONE, CHECK_DEF_NONE, "the humidity"), {0}};

static const struct check_metric metrics[] = {
    {"humidity", "%", "relative humidity"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	entity_discover(c, found, SENSOR_PERCENT_RH, SENSOR_PERCENT_RH);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct entity_sensor *e =
	    entity_find(c, SENSOR_PERCENT_RH, SENSOR_PERCENT_RH, out);

	if (e == NULL)
		return;
	measure_param_say(
	    c, out, "Humidity", "humidity", e->value, render_percent);
}

const struct check check_entity_sensors_humidity = {
    .name = "entity_sensors_humidity",
    .title = "Humidity (ENTITY-SENSOR)",
    .manual = "A relative humidity. A sensor that is unavailable is CRIT, one "
	      "that does not work WARN.",
    .ruleset = "humidity",
    .description = "Humidity %s",
    .sections =
	(const struct section_type *const[]){&section_entity_sensors, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
