/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: what a database does.
 */
#include "fetcher/checks/store.h"
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/postgres.h"

enum {
	P_BLOCKS,
	P_FETCHES,
	P_COMMITS,
	P_DELETES,
	P_UPDATES,
	P_INSERTS,
	RATES
};

static const struct check_param params[] = {
    {"blocks_read", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on blocks read from disk"},
    {"fetches", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE, "on rows fetched"},
    {"xact_commit", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE, "on commits"},
    {"tup_deleted", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on rows deleted"},
    {"tup_updated", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on rows updated"},
    {"tup_inserted", CHECK_PARAM_UPPER, "1/s", CHECK_DEF_NONE,
	"on rows inserted"},
    {0}};

/* Columns too, in the order of the parameters. */
static const struct check_metric metrics[] = {
    {"blks_read", "1/s", "blocks read from disk"},
    {"tup_fetched", "1/s", "rows fetched"}, {"xact_commit", "1/s", "commits"},
    {"tup_deleted", "1/s", "rows deleted"},
    {"tup_updated", "1/s", "rows updated"},
    {"tup_inserted", "1/s", "rows inserted"}, {0}};

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
	static const char *const labels[RATES] = {"Blocks Read", "Fetches",
	    "Commits", "Deletes", "Updates", "Inserts"};
	const struct section_postgres *s = c->sections[0];
	bool any = false;
	struct slice name;

	for (size_t i = 0; i < s->n; i++) {
		if (!postgres_text(&s->rows[i], "datname", &name) ||
		    !postgres_is(c->item, s->rows[i].instance, name))
			continue;
		for (size_t k = 0; k < RATES; k++) {
			const struct value_row row = {labels[k],
			    metrics[k].name, value_per_second, VALUE_PARAM(k),
			    0, false};
			any = value_say_rate(c, out, &row, metrics[k].name,
				  postgres_number(
				      &s->rows[i], metrics[k].name)) ||
			    any;
		}
		break;
	}
	/* Without a row nobody could log in; the instance's service says so. */
	out->none = !any;
}

const struct check check_postgres_stat_database = {
    .name = "postgres_stat_database",
    .title = "PostgreSQL: statistics of a database",
    .manual =
	"How many rows are read and changed in a database, and how many "
	"transactions are committed. Nothing is judged without levels; the "
	"first check has no rates and gives no result.",
    .ruleset = "postgres_stat_database",
    .description = "PostgreSQL DB %s Statistics",
    .sections =
	(const struct section_type *const[]){
	    &section_postgres_stat_database, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
