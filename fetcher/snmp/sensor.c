/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of sensors; see sensor.h.
 */
#include "fetcher/snmp/sensor.h"

#include "common/mem.h"

#include <math.h>
#include <stddef.h>

#define SCALE_UNITS   9
#define SCALE_MAX     17
#define PRECISION_MIN (-8)
#define PRECISION_MAX 9

static const struct {
	const char *name, *unit;
} types[] = {
    [SENSOR_OTHER] = {"other", ""},
    [SENSOR_UNKNOWN] = {"unknown", ""},
    [SENSOR_VOLTS_AC] = {"voltage", "V"},
    [SENSOR_VOLTS_DC] = {"voltage", "V"},
    [SENSOR_AMPERES] = {"current", "A"},
    [SENSOR_WATTS] = {"power", "W"},
    [SENSOR_HERTZ] = {"frequency", "Hz"},
    [SENSOR_CELSIUS] = {"temperature", "C"},
    [SENSOR_PERCENT_RH] = {"humidity", "%"},
    [SENSOR_RPM] = {"fan", "RPM"},
    [SENSOR_CMM] = {"airflow", "m3/min"},
    [SENSOR_TRUTH] = {"truth value", ""},
};

static bool
is_within(double x, double low, double high)
{
	return x >= low && x <= high && x == trunc(x);
}

double
sensor_value(double raw, double scale, double precision)
{
	double exponent = 0;

	if (!isfinite(raw))
		return 0;
	if (is_within(scale, 1, SCALE_MAX))
		exponent = 3 * (scale - SCALE_UNITS);
	if (is_within(precision, PRECISION_MIN, PRECISION_MAX))
		exponent -= precision;
	double value =
	    exponent < 0 ? raw / pow(10, -exponent) : raw * pow(10, exponent);
	return isfinite(value) ? value : 0;
}

const char *
sensor_type_name(unsigned type)
{
	return type < ARRAY_LEN(types) ? types[type].name : NULL;
}

const char *
sensor_type_unit(unsigned type)
{
	const char *unit = type < ARRAY_LEN(types) ? types[type].unit : NULL;

	return unit == NULL ? "" : unit;
}
