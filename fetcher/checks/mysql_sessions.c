/* SPDX-License-Identifier: Apache-2.0
 *
 * MySQL and MariaDB: sessions.
 */
#include "fetcher/checks/store.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mysql.h"

enum {
	P_TOTAL,
	P_RUNNING,
	P_CONNECTIONS
};

static const struct check_param params[] = {
    {"total", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE, "on all sessions"},
    {"running", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on sessions that run a query"},
    {"connections", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on new connections"},
    {0}};

static const struct check_metric metrics[] = {
    {"total_sessions", "", "sessions"},
    {"running_sessions", "", "of these, those that run a query"},
    {"connect_rate", "1/s", "new connections"}, {0}};

static const struct value_row total = {
    "Total", "total_sessions", render_count, VALUE_PARAM(P_TOTAL), 0, false};
static const struct value_row running = {"Running", "running_sessions",
    render_count, VALUE_PARAM(P_RUNNING), 0, false};
static const struct value_row connects = {"Connections", "connect_rate",
    value_per_second, VALUE_PARAM(P_CONNECTIONS), 0, false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice item, block;

	for (size_t i = 0; mysql_item(s, i, &item); i++)
		if (mysql_block(s, item, &block) &&
		    isfinite(lines_number(s, block, "Threads_connected")))
			check_found_add(found, item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice block;

	if (!mysql_block(s, c->item, &block)) {
		value_lost(out);
		return;
	}
	value_say(
	    c, out, &total, lines_number(s, block, "Threads_connected"), 0);
	value_say(
	    c, out, &running, lines_number(s, block, "Threads_running"), 0);
	value_say_rate(c, out, &connects, "connections",
	    lines_number(s, block, "Connections"));
}

const struct check check_mysql_sessions = {
    .name = "mysql_sessions",
    .title = "MySQL: sessions",
    .manual = "How many sessions a MySQL or MariaDB server has, how many of "
	      "them run a query, and how many connections are made. Nothing is "
	      "judged without levels.",
    .ruleset = "mysql_sessions",
    .description = "MySQL Sessions %s",
    .sections = (const struct section_type *const[]){&section_mysql, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
