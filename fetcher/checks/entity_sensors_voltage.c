/* SPDX-License-Identifier: Apache-2.0
 *
 * Voltages of the ENTITY-SENSOR-MIB.
 */
#include "fetcher/checks/entity.h"
#include "fetcher/checks/measure.h"

static const struct check_param params[] = {
    MEASURE_PARAMS("V", CHECK_DEF_NONE, CHECK_DEF_NONE, "the voltage"), {0}};

static const struct check_metric metrics[] = {{"voltage", "V", "voltage"}, {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	entity_discover(c, found, SENSOR_VOLTS_AC, SENSOR_VOLTS_DC);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct entity_sensor *e =
	    entity_find(c, SENSOR_VOLTS_AC, SENSOR_VOLTS_DC, out);

	if (e == NULL)
		return;
	measure_param_say(c, out, "Voltage", "voltage", e->value, measure_volt);
}

const struct check check_entity_sensors_voltage = {
    .name = "entity_sensors_voltage",
    .title = "Voltages (ENTITY-SENSOR)",
    .manual = "A voltage, AC or DC. A sensor that is unavailable is CRIT, one "
	      "that does not work WARN.",
    .ruleset = "voltage",
    .description = "Voltage %s",
    .sections =
	(const struct section_type *const[]){&section_entity_sensors, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
