/* SPDX-License-Identifier: Apache-2.0
 *
 * Presence of power of the ENTITY-SENSOR-MIB.
 */
#include "fetcher/checks/entity.h"
#include "fetcher/checks/measure.h"

static const struct check_param params[] = {
    {"power_off", CHECK_PARAM_STATE, "", CHECK_DEF_NUMBER(CHECK_WARN),
	"state if the sensor says that it is off"},
    {0}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	entity_discover(c, found, SENSOR_TRUTH, SENSOR_TRUTH);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct entity_sensor *e =
	    entity_find(c, SENSOR_TRUTH, SENSOR_TRUTH, out);

	if (e == NULL)
		return;
	/* TruthValue: 1 true, 2 false. */
	if (e->value > 0.5 && e->value < 1.5)
		check_say(out, CHECK_OK, "Powered on");
	else
		check_say(out, (uint32_t)c->params[0].number, "Powered off");
}

const struct check check_entity_sensors_power_presence = {
    .name = "entity_sensors_power_presence",
    .title = "Presence of power (ENTITY-SENSOR)",
    .manual = "Whether a sensor of a truth value, on most devices of a power "
	      "supply, says yes. A sensor that is unavailable is CRIT, one "
	      "that does not work WARN.",
    .ruleset = "power_presence",
    .description = "Power %s",
    .sections =
	(const struct section_type *const[]){&section_entity_sensors, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
