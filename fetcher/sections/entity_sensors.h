/* SPDX-License-Identifier: Apache-2.0
 *
 * Section entity_sensors: sensors of the ENTITY-SENSOR-MIB, with the names of
 * the ENTITY-MIB.
 */
#ifndef FETCHER_SECTIONS_ENTITY_SENSORS_H
#define FETCHER_SECTIONS_ENTITY_SENSORS_H

#include "fetcher/sections/section.h"
#include "fetcher/snmp/sensor.h"

enum entity_sensor_status {
	ENTITY_SENSOR_OK = 1,
	ENTITY_SENSOR_UNAVAILABLE = 2,
	ENTITY_SENSOR_BROKEN = 3
};

struct entity_sensor {
	struct slice item; /* "Sensor Chassis 1" */
	unsigned type;     /* enum sensor_type */
	unsigned status;   /* enum entity_sensor_status */
	bool has_value;
	double value; /* with scale and precision */
};

struct section_entity_sensors {
	struct entity_sensor *list;
	size_t n, cap;
};

extern const struct section_type section_entity_sensors;
/* The same for temperatures, which Cisco's own table tells better. */
extern const struct section_type section_entity_temps;

#endif
