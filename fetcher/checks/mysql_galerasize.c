/* SPDX-License-Identifier: Apache-2.0
 *
 * MySQL and MariaDB: how many nodes a Galera cluster has.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/mysql.h"

enum {
	P_SIZE
};

static const struct check_param params[] = {
    {"invsize", CHECK_PARAM_NUMBER, "", CHECK_DEF_NONE,
	"how many nodes there must be; discovery remembers how many there "
	"were"},
    {0}};

static double
size_of(const struct section_lines *s, struct slice item)
{
	struct slice block, provider;

	if (!mysql_block(s, item, &block) ||
	    !lines_get(s, block, "wsrep_provider", &provider) ||
	    provider.len == 0 || slice_eqs(provider, "none"))
		return NAN;
	return lines_number(s, block, "wsrep_cluster_size");
}

static void
discover(const struct check_context *c, struct check_found *found)
{
	struct slice item;

	for (size_t i = 0; mysql_item(c->sections[0], i, &item); i++) {
		double size = size_of(c->sections[0], item);
		if (isfinite(size))
			check_found_add(
			    found, item, json_pack("{s:f}", "invsize", size));
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	double size = size_of(c->sections[0], c->item);
	const struct check_value *wanted = &c->params[P_SIZE];

	if (isnan(size))
		value_lost(out);
	else if (wanted->set && size < wanted->number)
		check_say(out, CHECK_CRIT,
		    "WSREP cluster size: %.0f (at discovery: %.0f)", size,
		    wanted->number);
	else
		check_say(out, CHECK_OK, "WSREP cluster size: %.0f", size);
}

const struct check check_mysql_galerasize = {
    .name = "mysql_galerasize",
    .title = "MySQL: Galera, size of the cluster",
    .manual = "How many nodes of a Galera cluster this one sees. CRIT if there "
	      "are fewer than when it was discovered.",
    .ruleset = "mysql_galerasize",
    .description = "MySQL Galera Size %s",
    .sections = (const struct section_type *const[]){&section_mysql, NULL},
    .params = params,
    .discover = discover,
    .judge = judge,
};
