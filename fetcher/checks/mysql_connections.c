/* SPDX-License-Identifier: Apache-2.0
 *
 * MySQL and MariaDB: connections, of those that may be.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mysql.h"

enum {
	P_USED,
	P_OPEN
};

static const struct check_param params[] = {
    {"perc_used", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on the most connections at once since the start, of those allowed"},
    {"perc_conn_threads", CHECK_PARAM_UPPER, "%", CHECK_DEF_NONE,
	"on the open connections, of those allowed"},
    {0}};

static const struct check_metric metrics[] = {
    {"connections_perc_used", "%", "the most at once since the start"},
    {"connections_max_used", "", "the same"},
    {"connections_max", "", "connections allowed"},
    {"connections_perc_conn_threads", "%", "open connections"},
    {"connections_conn_threads", "", "the same"}, {0}};

static const struct value_row rows[] = {
    {"Max. parallel connections since server start", "connections_perc_used",
	render_percent, VALUE_PARAM(P_USED), 0, false},
    {NULL, "connections_max_used", render_count, 0, 0, false},
    {NULL, "connections_max", render_count, 0, 0, false},
    {"Currently open connections", "connections_perc_conn_threads",
	render_percent, VALUE_PARAM(P_OPEN), 0, false},
    {NULL, "connections_conn_threads", render_count, 0, 0, false}};

static bool
read_block(const struct section_lines *s, struct slice item, double *most,
    double *open, double *allowed)
{
	struct slice block;

	if (!mysql_block(s, item, &block))
		return false;
	*most = lines_number(s, block, "Max_used_connections");
	*open = lines_number(s, block, "Threads_connected");
	*allowed = lines_number(s, block, "max_connections");
	return isfinite(*most) && isfinite(*open) && *allowed > 0;
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	double most, open, allowed;
	struct slice item;

	for (size_t i = 0; mysql_item(c->sections[0], i, &item); i++)
		if (read_block(c->sections[0], item, &most, &open, &allowed))
			check_found_add(found, item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	double most, open, allowed;

	if (!read_block(c->sections[0], c->item, &most, &open, &allowed)) {
		check_say(
		    out, CHECK_UNKNOWN, "Connection information is missing");
		return;
	}
	value_say(c, out, &rows[0], 100 * most / allowed, 100);
	value_say(c, out, &rows[1], most, 0);
	value_say(c, out, &rows[2], allowed, 0);
	value_say(c, out, &rows[3], 100 * open / allowed, 100);
	value_say(c, out, &rows[4], open, 0);
}

const struct check check_mysql_connections = {
    .name = "mysql_connections",
    .title = "MySQL: connections",
    .manual =
	"How many of the connections that a MySQL or MariaDB server allows are "
	"open, and how many were at most since its start. Nothing is judged "
	"without levels.",
    .ruleset = "mysql_connections",
    .description = "MySQL Connections %s",
    .sections = (const struct section_type *const[]){&section_mysql, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
