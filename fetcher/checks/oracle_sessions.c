/* SPDX-License-Identifier: Apache-2.0
 *
 * Oracle: sessions, "SID|current|limit|most so far".
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_ABSOLUTE,
	P_SHARE
};

static const struct check_param params[] = {
    {"sessions_abs", CHECK_PARAM_UPPER, "", CHECK_DEF_LEVELS(150, 300),
	"on their number"},
    {"sessions_perc", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on the share of those that may be"},
    {0}};

static const struct check_metric metrics[] = {
    {"sessions", "", "sessions; maximum: as many as may be"}, {0}};

static const struct value_row count = {
    "Sessions", "sessions", render_count, VALUE_PARAM(P_ABSOLUTE), 0, false};
static const struct value_row share = {
    "Of those allowed", NULL, render_percent, VALUE_PARAM(P_SHARE), 0, false};

static const struct section_type section = SECTION_LINES("oracle_sessions");

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[2];

	for (size_t i = 0; i < s->n; i++)
		if (line_cells(&s->lines[i], cells, 2) == 2 &&
		    isfinite(text_number(cells[1])))
			check_found_add(found, cells[0], NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice cells[3];

	for (size_t i = 0; i < s->n; i++) {
		if (line_cells(&s->lines[i], cells, 3) < 2 ||
		    !slice_eq(cells[0], c->item))
			continue;
		double n = text_number(cells[1]), most = text_number(cells[2]);
		value_say(c, out, &count, n, most > 0 ? most : 0);
		if (most > 0)
			value_say(c, out, &share, 100 * n / most, 100);
		return;
	}
	out->none = true; /* nobody could log in: `Instance` says that */
}

const struct check check_oracle_sessions = {
    .name = "oracle_sessions",
    .title = "Oracle: sessions",
    .manual = "How many sessions an Oracle instance has, and of how many that "
	      "may be.",
    .ruleset = "oracle_sessions",
    .description = "ORA %s Sessions",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
