/* SPDX-License-Identifier: Apache-2.0
 *
 * Humidity by APC sensors.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/snmp/source.h"

enum {
	C_INDEX,
	C_NAME,
	C_VALUE
};

static const struct check_param params[] = {
    MEASURE_PARAMS("%", CHECK_DEF_LEVELS(60, 65), CHECK_DEF_LEVELS(40, 35),
	"the humidity"),
    {0}};

static const struct check_metric metrics[] = {
    {"humidity", "%", "relative humidity"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.318.1.1.10.4.2.3.1", {SNMP_INDEX, {"3", 0}, {"6", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_IS(SNMP_SYS_OBJECT, STARTS, ".1.3.6.1.4.1.318.1.3."),
    SNMP_HAS(".1.3.6.1.4.1.318.1.1.10.4.2.3.1.6.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("apc_humidity", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_VALUE, -1) >= 0;
}

static const struct row_items items = {0, C_NAME, C_INDEX, wanted, NULL};

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&items, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(&items, c, out);

	if (row == NULL)
		return;
	double value = rows_number(row, C_VALUE, -1);

	if (value < 0)
		check_say(out, CHECK_UNKNOWN, "The humidity is not given");
	else
		measure_param_say(
		    c, out, "Humidity", "humidity", value, render_percent);
}

const struct check check_apc_humidity = {
    .name = "apc_humidity",
    .title = "Humidity (APC)",
    .manual = "The relative humidity that a sensor of an APC device measures "
	      "(PowerNet-MIB).",
    .ruleset = "humidity",
    .description = "Humidity %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
