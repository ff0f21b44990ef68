/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of ENTITY-SENSOR-MIB (RFC 3433) and of the vendors' MIBs that were
 * made after it. Pure.
 */
#ifndef FETCHER_SNMP_SENSOR_H
#define FETCHER_SNMP_SENSOR_H

#include <stdbool.h>

enum sensor_type {
	SENSOR_OTHER = 1,
	SENSOR_UNKNOWN,
	SENSOR_VOLTS_AC,
	SENSOR_VOLTS_DC,
	SENSOR_AMPERES,
	SENSOR_WATTS,
	SENSOR_HERTZ,
	SENSOR_CELSIUS,
	SENSOR_PERCENT_RH,
	SENSOR_RPM,
	SENSOR_CMM,
	SENSOR_TRUTH
};

/*
 * The raw number with its scale (1 yocto ... 9 units ... 17 yotta) and its
 * precision (digits behind the point; -8 ... 9). Outside of these the device
 * does not fill the column: 9 and 0 are taken. Always finite.
 */
double sensor_value(double raw, double scale, double precision);
/* "temperature", "voltage", "current", "power", ...; NULL: no such type. */
const char *sensor_type_name(unsigned type);
/* "V", "A", "W", "Hz", "C", "%", "RPM", ...; "" if it has none. */
const char *sensor_type_unit(unsigned type);

#endif
