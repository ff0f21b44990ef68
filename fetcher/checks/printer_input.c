/* SPDX-License-Identifier: Apache-2.0
 *
 * Printers: input trays.
 */
#include "fetcher/checks/printer_tray.h"
#include "fetcher/snmp/source.h"

static const struct check_param params[] = {
    {"capacity_levels", CHECK_PARAM_LOWER, "%", CHECK_DEF_LEVELS(0, 0),
	"on the paper that remains"},
    {0}};

static const struct check_metric metrics[] = {
    {"capacity", "%", "paper that remains"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.43.8.2.1",
	{SNMP_INDEX, {"13", 0}, {"18", 0}, {"11", 0}, {"9", 0}, {"10", 0},
	    {0}}},
    {0}};
static const struct snmp_atom detect[] = {
    SNMP_HAS(".1.3.6.1.2.1.43.8.2.1.9.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section =
    SECTION_ROWS("printer_input", &source);

static void
judge(const struct check_context *c, struct check_out *out)
{
	struct measure m = {"Remaining", "capacity", render_percent, 0, 0, 100,
	    NULL, &c->params[0], false};
	double level, max;

	if (!tray_say(c, out, "At least one sheet remaining", &level, &max))
		return;
	m.value = 100 * level / max;
	measure_say(out, &m);
	check_say(out, CHECK_OK, "%.0f of %.0f sheets", level, max);
}

const struct check check_printer_input = {
    .name = "printer_input",
    .title = "Printers: input trays",
    .manual = "State and paper of an input tray (Printer-MIB). Trays that are "
	      "broken, unknown or without a size are not discovered.",
    .ruleset = "printer_input",
    .description = "Input %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = tray_discover,
    .judge = judge,
};
