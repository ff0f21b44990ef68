/* SPDX-License-Identifier: Apache-2.0
 *
 * What checks of entity_sensors have in common; see entity.h.
 */
#include "fetcher/checks/entity.h"

#include "fetcher/discover.h"

void
entity_discover(const struct check_context *c, struct check_found *found,
    enum sensor_type a, enum sensor_type b)
{
	const struct section_entity_sensors *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++)
		if ((s->list[i].type == a || s->list[i].type == b) &&
		    s->list[i].has_value &&
		    s->list[i].status != ENTITY_SENSOR_UNAVAILABLE)
			check_found_add(found, s->list[i].item, NULL);
}

const struct entity_sensor *
entity_find(const struct check_context *c, enum sensor_type a,
    enum sensor_type b, struct check_out *out)
{
	const struct section_entity_sensors *s = c->sections[0];

	for (size_t i = 0; i < s->n; i++) {
		const struct entity_sensor *e = &s->list[i];

		if ((e->type != a && e->type != b) ||
		    !slice_eq(e->item, c->item))
			continue;
		if (e->status == ENTITY_SENSOR_UNAVAILABLE)
			check_say(out, CHECK_CRIT,
			    "Status of the sensor: unavailable");
		else if (e->status == ENTITY_SENSOR_BROKEN)
			check_say(out, CHECK_WARN,
			    "Status of the sensor: non-operational");
		else if (!e->has_value)
			check_say(out, CHECK_UNKNOWN, "The value is not given");
		else
			return e;
		return NULL;
	}
	check_say(out, CHECK_UNKNOWN, "Item not found in monitoring data");
	return NULL;
}
