/* SPDX-License-Identifier: Apache-2.0
 *
 * MySQL and MariaDB: does the server answer?
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mysql.h"

static const struct section_type section = SECTION_LINES("mysql_ping");

static void
discover(const struct check_context *c, struct check_found *found)
{
	struct slice item;

	for (size_t i = 0; mysql_item(c->sections[0], i, &item); i++)
		check_found_add(found, item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice block, said = {"no answer", 9};

	if (!mysql_block(s, c->item, &block)) {
		value_lost(out);
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		if (!slice_eq(s->lines[i].block, block))
			continue;
		said = s->lines[i].text;
		if (slice_eqs(said, "mysqld is alive")) {
			check_say(out, CHECK_OK, "MySQL Daemon is alive");
			return;
		}
	}
	check_say(out, CHECK_CRIT, "%.*s", value_cut(said, 300), said.s);
}

const struct check check_mysql_ping = {
    .name = "mysql_ping",
    .title = "MySQL: does it answer?",
    .manual = "Does a MySQL or MariaDB server answer `mysqladmin ping`? CRIT "
	      "with its words if not.",
    .description = "MySQL Instance %s",
    .sections = (const struct section_type *const[]){&section, NULL},
    .discover = discover,
    .judge = judge,
};
