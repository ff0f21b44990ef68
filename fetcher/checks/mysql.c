/* SPDX-License-Identifier: Apache-2.0
 *
 * MySQL and MariaDB: the version.
 */
#include "fetcher/sections/mysql.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_lines *s = c->sections[0];
	struct slice item, block, text;

	for (size_t i = 0; mysql_item(s, i, &item); i++)
		if (mysql_block(s, item, &block) &&
		    lines_get(s, block, "version", &text))
			check_found_add(found, item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_lines *s = c->sections[0];
	struct slice block, text;

	if (mysql_block(s, c->item, &block) &&
	    lines_get(s, block, "version", &text))
		check_say(out, CHECK_OK, "Version: %.*s", value_cut(text, 100),
		    text.s);
	else
		value_lost(out);
}

const struct check check_mysql = {
    .name = "mysql",
    .title = "MySQL: version",
    .manual = "The version of a MySQL or MariaDB server. Nothing is judged.",
    .description = "MySQL Version %s",
    .sections = (const struct section_type *const[]){&section_mysql, NULL},
    .discover = discover,
    .judge = judge,
};
