/* SPDX-License-Identifier: Apache-2.0
 *
 * MySQL and MariaDB: a node of a Galera cluster.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mysql.h"

static bool
read_comment(
    const struct section_lines *s, struct slice item, struct slice *comment_r)
{
	struct slice block, provider;

	return mysql_block(s, item, &block) &&
	    lines_get(s, block, "wsrep_provider", &provider) &&
	    provider.len > 0 && !slice_eqs(provider, "none") &&
	    lines_get(s, block, "wsrep_local_state_comment", comment_r);
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	struct slice item, comment;

	for (size_t i = 0; mysql_item(c->sections[0], i, &item); i++)
		if (read_comment(c->sections[0], item, &comment))
			check_found_add(found, item, NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	struct slice comment;

	if (read_comment(c->sections[0], c->item, &comment))
		check_say(out,
		    slice_eqs(comment, "Synced") ? CHECK_OK : CHECK_CRIT,
		    "WSREP local state comment: %.*s", value_cut(comment, 100),
		    comment.s);
	else
		value_lost(out);
}

const struct check check_mysql_galerasync = {
    .name = "mysql_galerasync",
    .title = "MySQL: Galera, is the node in step?",
    .manual = "The state of a node of a Galera cluster. CRIT unless it is "
	      "`Synced`.",
    .description = "MySQL Galera Sync %s",
    .sections = (const struct section_type *const[]){&section_mysql, NULL},
    .discover = discover,
    .judge = judge,
};
