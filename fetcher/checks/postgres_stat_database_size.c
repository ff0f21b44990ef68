/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: the size of a database.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/postgres.h"

enum {
	P_SIZE
};

static const struct check_param params[] = {
    {"database_size", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE, "on the size"},
    {0}};

static const struct check_metric metrics[] = {{"size", "B", "size"}, {0}};

static const struct value_row row = {
    "Size", "size", render_bytes, VALUE_PARAM(P_SIZE), 0, false};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_postgres *s = c->sections[0];
	struct str item = {0};
	struct slice name;

	for (size_t i = 0; i < s->n; i++) {
		if (!postgres_text(&s->rows[i], "datname", &name))
			continue;
		str_clear(&item);
		postgres_item(&item, s->rows[i].instance, name);
		check_found_add(found, str_slice(&item), NULL);
	}
	str_free(&item);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_postgres *s = c->sections[0];
	struct slice name;

	out->none = true; /* nobody could log in */
	for (size_t i = 0; i < s->n && out->none; i++) {
		if (!postgres_text(&s->rows[i], "datname", &name) ||
		    !postgres_is(c->item, s->rows[i].instance, name))
			continue;
		double size = postgres_number(&s->rows[i], "datsize");
		out->none = false;
		if (isnan(size))
			check_say(
			    out, CHECK_WARN, "Database size is not available");
		value_say(c, out, &row, size, 0);
	}
}

const struct check check_postgres_stat_database_size = {
    .name = "postgres_stat_database_size",
    .title = "PostgreSQL: size of a database",
    .manual = "The size of a database. Nothing is judged without levels.",
    .ruleset = "postgres_db_size",
    .description = "PostgreSQL DB %s Size",
    .sections =
	(const struct section_type *const[]){
	    &section_postgres_stat_database, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
