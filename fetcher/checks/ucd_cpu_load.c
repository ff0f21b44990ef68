/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU load by the UCD-SNMP-MIB.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"
#include "fetcher/snmp/source_ucd.h"

enum {
	C_INDEX,
	C_TEXT,
	C_FLOAT
};

static const struct check_param params[] = {
    {"levels1", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the average of one minute"},
    {"levels5", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the average of five minutes"},
    {"levels15", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(5, 10),
	"on the average of fifteen minutes"},
    {0}};

static const struct check_metric metrics[] = {
    {"load1", "", "average of 1 minute"}, {"load5", "", "average of 5 minutes"},
    {"load15", "", "average of 15 minutes"}, {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.4.1.2021.10.1", {SNMP_INDEX, {"3", 0}, {"6", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {UCD_DETECT, {0}};
static const struct snmp_source source = {.tables = tables,
    .detect = detect,
    .superseded_by = (const char *const[]){"cpu", NULL}};
static const struct section_type section =
    SECTION_ROWS("ucd_cpu_load", &source);

/* Of 1, 5 and 15 minutes; false: not all are there. */
static bool
loads_of(const struct section_rows *s, double *load)
{
	for (size_t i = 0; i < 3; i++) {
		const char index[] = {(char)('1' + i), '\0'};
		const struct row_cells *row =
		    rows_find(s, 0, C_INDEX, slice_of(index));

		load[i] = row == NULL ? -1 : rows_number(row, C_TEXT, -1);
		if (row != NULL && load[i] < 0)
			load[i] = rows_number(row, C_FLOAT, -1);
		if (load[i] < 0)
			return false;
	}
	return true;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	double load[3];

	if (loads_of(c->sections[0], load))
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	static const char *const names[] = {"load1", "load5", "load15"};
	static const char *const labels[] = {
	    "1 min load", "5 min load", "15 min load"};
	double load[3];

	if (!loads_of(c->sections[0], load)) {
		check_say(out, CHECK_UNKNOWN, "The load is not given");
		return;
	}
	for (size_t i = 3; i-- > 0;) {
		struct measure m = {labels[i], NULL, render_number, load[i], 0,
		    NAN, &c->params[i], NULL, i != 2};
		measure_say(out, &m);
	}
	for (size_t i = 0; i < 3; i++) {
		struct check_levels l =
		    check_levels_of(&c->params[i].levels, 100);
		check_metric(out, names[i], load[i], &l, 0, NAN);
	}
}

const struct check check_ucd_cpu_load = {
    .name = "ucd_cpu_load",
    .title = "CPU load (UCD)",
    .manual = "The load averages of 1, 5 and 15 minutes of a host with "
	      "net-snmp (UCD-SNMP-MIB). How many cores it has is not known, "
	      "so levels are on the whole load, not per core.",
    .ruleset = "cpu_load",
    .description = "CPU load",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
