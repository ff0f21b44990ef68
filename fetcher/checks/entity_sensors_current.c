/* SPDX-License-Identifier: Apache-2.0
 *
 * Currents of the ENTITY-SENSOR-MIB.
 */
#include "fetcher/checks/entity.h"
#include "fetcher/checks/measure.h"

static const struct check_param params[] = {
    MEASURE_PARAMS("A", CHECK_DEF_NONE, CHECK_DEF_NONE, "the current"), {0}};

static const struct check_metric metrics[] = {{"current", "A", "current"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	entity_discover(c, found, SENSOR_AMPERES, SENSOR_AMPERES);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct entity_sensor *e =
	    entity_find(c, SENSOR_AMPERES, SENSOR_AMPERES, out);

	if (e == NULL)
		return;
	measure_param_say(
	    c, out, "Current", "current", e->value, measure_ampere);
}

const struct check check_entity_sensors_current = {
    .name = "entity_sensors_current",
    .title = "Currents (ENTITY-SENSOR)",
    .manual = "A current. A sensor that is unavailable is CRIT, one that does "
	      "not work WARN.",
    .ruleset = "el_current",
    .description = "Current %s",
    .sections =
	(const struct section_type *const[]){&section_entity_sensors, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
