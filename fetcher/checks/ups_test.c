/* SPDX-License-Identifier: Apache-2.0
 *
 * UPS: result of the last self test.
 */
#include "fetcher/checks/measure.h"
#include "fetcher/checks/status_words.h"
#include "fetcher/discover.h"
#include "fetcher/sections/rows.h"
#include "fetcher/snmp/source.h"

enum {
	C_RESULT, /* table 0 */
	C_DETAIL,
	C_START
};
enum {
	C_UPTIME /* table 1 */
};

static const struct check_param params[] = {
    {"levels_elapsed_time", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on the time since the last test"},
    {0}};

static const struct snmp_table tables[] = {
    {".1.3.6.1.2.1.33.1.7", {{"3.0", 0}, {"4.0", 0}, {"5.0", 0}, {0}}},
    {".1.3.6.1.2.1.1", {{"3.0", 0}, {0}}}, {0}};
static const struct snmp_atom detect[] = {SNMP_HAS(".1.3.6.1.2.1.33.1.*"), {0}};
static const struct snmp_source source = {.tables = tables, .detect = detect};
static const struct section_type section = SECTION_ROWS("ups_test", &source);

static const struct status_word results[] = {{"passed", CHECK_OK, 1},
    {"warning", CHECK_WARN, 2}, {"error", CHECK_CRIT, 3},
    {"aborted", CHECK_WARN, 4}, {"in progress", CHECK_OK, 5},
    {"no test initiated", CHECK_OK, 6}, {0}};

static const struct row_cells *
row_of(const struct section_rows *s, unsigned table)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->rows[i].table == table)
			return &s->rows[i];
	return NULL;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct row_cells *row = row_of(c->sections[0], 0);

	if (row != NULL && status_find(results, row->cell[C_RESULT]) != NULL)
		check_found_add(found, SLICE(""), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct row_cells *row = row_of(c->sections[0], 0);
	const struct row_cells *clock = row_of(c->sections[0], 1);
	double start, now;

	if (row == NULL) {
		check_say(out, CHECK_UNKNOWN, "The test is not told of");
		return;
	}
	status_say(out, "Last test", row->cell[C_RESULT], results);
	if (row->cell[C_DETAIL].len > 0)
		check_say(out, CHECK_OK, "%.*s", (int)row->cell[C_DETAIL].len,
		    row->cell[C_DETAIL].s);
	start = rows_number(row, C_START, 0);
	now = clock == NULL ? -1 : rows_number(clock, C_UPTIME, -1);
	/* Both in 1/100 s since the start of the UPS; 0: none since then. */
	if (start > 0 && now >= start)
		check_value_say(out, false, "Time since start of last test",
		    (now - start) / 100, &c->params[0].levels, NULL,
		    render_timespan);
	else if (now >= 0 && c->params[0].set)
		check_value_say(out, false, "No test since the start, uptime",
		    now / 100, &c->params[0].levels, NULL, render_timespan);
}

const struct check check_ups_test = {
    .name = "ups_test",
    .title = "UPS: self test",
    .manual =
	"What the last self test of a UPS said and how long ago it was "
	"(UPS-MIB). An error is CRIT; a warning or a test that was aborted is "
	"WARN.",
    .ruleset = "ups_test",
    .description = "Self Test",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
