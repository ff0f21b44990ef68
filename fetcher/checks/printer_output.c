/* SPDX-License-Identifier: Apache-2.0
 *
 * Printers: output trays.
 */
#include "fetcher/checks/printer_tray.h"
#include "fetcher/snmp/source.h"

static const struct check_param params[] = {
    {"capacity_levels", CHECK_PARAM_UPPER, "%", CHECK_DEF_LEVELS(100, 100),
	"on how full the tray is"},
    {0}};

static const struct check_metric metrics[] = {
    {"capacity", "%", "how full it is"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.43.9.2.1",
	{SNMP_INDEX, {"7", 0}, {"12", 0}, {"6", 0}, {"4", 0}, {"5", 0}, {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.43.9.2.1.4.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("printer_output", &source);

static void
judge(const struct check_context *c, struct check_out *out)
{
	struct measure m = {"Filled", "capacity", render_percent, 0, 0, 100,
	    &c->params[0], NULL, false};
	double level, max;

	if (!tray_say(c, out, "At least one more sheet fits", &level, &max))
		return;
	m.value = 100 - 100 * level / max;
	measure_say(out, &m);
	check_say(out, CHECK_OK, "room for %.0f of %.0f sheets", level, max);
}

const struct check check_printer_output = {
    .name = "printer_output",
    .title = "Printers: output trays",
    .manual = "State of an output tray and how full it is (Printer-MIB). Trays "
	      "that are broken, unknown or without a size are not discovered.",
    .ruleset = "printer_output",
    .description = "Output %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = tray_discover,
    .judge = judge,
};
