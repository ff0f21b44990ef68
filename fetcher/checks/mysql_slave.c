/* SPDX-License-Identifier: Apache-2.0
 *
 * MySQL and MariaDB: replication.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mysql.h"

enum {
	P_BEHIND
};

static const struct check_param params[] = {
    {"seconds_behind_master", CHECK_PARAM_UPPER, "s", CHECK_DEF_NONE,
	"on how far it is behind"},
    {0}};

static const struct check_metric metrics[] = {
    {"relay_log_space", "B", "size of the relay log"},
    {"sync_latency", "s", "how far it is behind"}, {0}};

static const struct value_row space = {
    "Relay log", "relay_log_space", render_bytes, 0, 0, false};
static const struct value_row behind = {"Time behind master", "sync_latency",
    render_timespan, VALUE_PARAM(P_BEHIND), 0, false};

static const struct section_type section = SECTION_LINES("mysql_slave");

/* Of the words before and since MySQL 8.0.22. */
static bool
get(const struct section_lines *s, struct slice block, const char *old,
    const char *now, struct slice *text_r)
{
	return lines_get(s, block, old, text_r) ||
	    lines_get(s, block, now, text_r);
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice item, block, text;

	for (size_t i = 0; mysql_item(s, i, &item); i++)
		if (mysql_block(s, item, &block) &&
		    get(s, block, "Slave_IO_Running", "Replica_IO_Running",
			&text))
			check_found_add(found, item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice block, io, sql, late;

	if (!mysql_block(s, c->item, &block) ||
	    !get(s, block, "Slave_IO_Running", "Replica_IO_Running", &io)) {
		value_lost(out);
		return;
	}
	if (slice_eqs(io, "Yes")) {
		check_say(out, CHECK_OK, "Slave-IO: running");
		value_say(c, out, &space,
		    lines_number(s, block, "Relay_Log_Space"), 0);
	} else {
		check_say(out, CHECK_CRIT, "Slave-IO: not running");
	}
	if (!get(s, block, "Slave_SQL_Running", "Replica_SQL_Running", &sql) ||
	    !slice_eqs(sql, "Yes")) {
		check_say(out, CHECK_CRIT, "Slave-SQL: not running");
		return;
	}
	check_say(out, CHECK_OK, "Slave-SQL: running");
	if (!get(s, block, "Seconds_Behind_Master", "Seconds_Behind_Source",
		&late) ||
	    isnan(text_number(late)))
		check_say(out, CHECK_CRIT,
		    "Time behind master: NULL (Lost connection?)");
	else
		value_say(c, out, &behind, text_number(late), 0);
}

const struct check check_mysql_slave = {
    .name = "mysql_slave",
    .title = "MySQL: replication",
    .manual =
	"Does the replication of a MySQL or MariaDB server run, and how far is "
	"it behind? CRIT if one of its two threads does not run or the "
	"connection is lost.",
    .ruleset = "mysql_slave",
    .description = "MySQL DB Slave %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
