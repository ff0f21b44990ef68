/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: does an instance run?
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/lines.h"
#include "fetcher/sections/postgres.h"

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_postgres *s = c->sections[0];

	for (size_t i = 0; i < s->n_instances; i++)
		check_found_add(found, s->instances[i], NULL);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_postgres *s = c->sections[0];
	const struct section_postgres *versions = c->sections[1];

	for (size_t i = 0; i < s->n; i++) {
		double pid = text_number(s->rows[i].text);
		if (!slice_eq(s->rows[i].instance, c->item) || isnan(pid))
			continue;
		check_say(out, CHECK_OK, "Status: running with PID %.0f", pid);
		for (size_t k = 0; versions != NULL && k < versions->n; k++)
			if (slice_eq(versions->rows[k].instance, c->item)) {
				check_say(out, CHECK_OK, "Version: %.*s",
				    value_cut(versions->rows[k].text, 200),
				    versions->rows[k].text.s);
				break;
			}
		return;
	}
	check_say(out, CHECK_CRIT,
	    "Instance %.*s not running, or the name of its data directory is "
	    "another one",
	    value_cut(c->item, 100), c->item.s);
}

const struct check check_postgres_instances = {
    .name = "postgres_instances",
    .title = "PostgreSQL: does the instance run?",
    .manual = "Is there a process of this PostgreSQL instance? CRIT if not.",
    .description = "PostgreSQL Instance %s",
    .sections =
	(const struct section_type *const[]){
	    &section_postgres_instances, &section_postgres_version, NULL},
    .discover = discover,
    .judge = judge,
};
