/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: input frequency
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/row_items.h"
#include "fetcher/snmp/source.h"

enum {
	C_PHASE,
	C_VALUE
};

static const struct check_param params[] = {
    MEASURE_PARAMS(
	"Hz", CHECK_DEF_NONE, CHECK_DEF_LEVELS(45, 40), "the frequency"),
    {0}};

static const struct check_metric metrics[] = {
    {"in_freq", "Hz", "the frequency"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1.3.3.1", {SNMP_INDEX, {"2", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("ups_in_freq", &source);

static bool
wanted(const struct row_cells *row)
{
	return rows_number(row, C_VALUE, 0) > 0;
}

static const struct row_items items = {0, C_PHASE, C_PHASE, wanted, NULL};

static void
discover(const struct check_context *c, struct check_found *found)
{
	row_items_discover(&items, c, found);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_items_find(&items, c, out);
	double value = row == NULL ? NAN : rows_number(row, C_VALUE, NAN);

	if (row == NULL)
		return;
	if (isnan(value))
		check_say(out, CHECK_UNKNOWN, "In frequency is not given");
	else
		measure_param_say(c, out, "In frequency", "in_freq", value / 10,
		    measure_hertz);
}

const struct check check_ups_in_freq = {
    .name = "ups_in_freq",
    .title = "UPS: input frequency",
    .manual = "The frequency of each input phase of a UPS (UPS-MIB). Phases "
	      "that have none are not discovered.",
    .ruleset = "ups_in_freq",
    .description = "IN frequency phase %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
