/* SPDX-License-Identifier: Apache-2.0
 *
 * MongoDB: connections, "current 68", "available 51132", "totalCreated 108141".
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"

enum {
	P_ABSOLUTE,
	P_SHARE
};

static const struct check_param params[] = {
    {"levels_abs", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the number of open connections"},
    {"levels_perc", CHECK_PARAM_UPPER, "%", CHECK_DEF_LEVELS(80, 90),
	"on the share of the connections that may be"},
    {0}};

static const struct check_metric metrics[] = {
    {"connections", "", "open connections; maximum: as many as may be"},
    {"connections_rate", "1/s", "new connections"}, {0}};

static const struct value_row count = {"Used connections", "connections",
    render_count, VALUE_PARAM(P_ABSOLUTE), 0, false};
static const struct value_row share = {
    "Used percentage", NULL, render_percent, VALUE_PARAM(P_SHARE), 0, false};
static const struct value_row fresh = {
    "Rate", "connections_rate", value_per_second, 0, 0, false};

static const struct section_type section = SECTION_LINES("mongodb_connections");

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];

	if (isfinite(lines_number(s, SLICE(""), "current")))
		check_found_add(found, SLICE("Connections"), NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	double used = lines_number(s, SLICE(""), "current");
	double most = used + lines_number(s, SLICE(""), "available");
	double made = lines_number(s, SLICE(""), "totalCreated");

	if (!isfinite(used)) {
		out->none = true; /* the service Instance says why */
		return;
	}
	value_say(c, out, &count, used, most > 0 ? most : 0);
	if (most > 0)
		value_say(c, out, &share, 100 * used / most, 100);
	if (isfinite(made))
		value_say_rate(c, out, &fresh, "created", made);
}

const struct check check_mongodb_connections = {
    .name = "mongodb_connections",
    .title = "MongoDB: connections",
    .manual = "How many connections a MongoDB server has, of how many that it "
	      "allows, and how many are made a second.",
    .ruleset = "mongodb_connections",
    .description = "MongoDB %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
