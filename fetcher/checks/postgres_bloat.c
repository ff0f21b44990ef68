/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: space that tables and indexes waste.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/postgres.h"

enum {
	P_TABLE,
	P_INDEX,
	P_TABLE_BYTES,
	P_INDEX_BYTES
};

static const struct check_param params[] = {
    {"table_bloat_perc", CHECK_PARAM_UPPER, "%", CHECK_DEF_PERCENT(180, 200),
	"on a table's size, of the size that it needs"},
    {"index_bloat_perc", CHECK_PARAM_UPPER, "%", CHECK_DEF_PERCENT(180, 200),
	"on an index's size, of the size that it needs"},
    {"table_bloat_abs", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the space that a table wastes"},
    {"index_bloat_abs", CHECK_PARAM_UPPER, "B", CHECK_DEF_NONE,
	"on the space that an index wastes"},
    {0}};

static const struct check_metric metrics[] = {
    {"tablespace_wasted", "B", "by the tables listed"},
    {"indexspace_wasted", "B", "by their indexes"}, {0}};

static const struct {
	const char *what, *name, *ratio, *bytes;
	size_t perc, abs;
} kinds[] = {
    {"table", "tablename", "tbloat", "wastedbytes", P_TABLE, P_TABLE_BYTES},
    {"index", "iname", "ibloat", "wastedibytes", P_INDEX, P_INDEX_BYTES}};

static void
discover(const struct check_context *c, struct check_found *found)
{
	const struct section_postgres *s = c->sections[0];
	struct str item = {0};

	for (size_t i = 0; i < s->n_databases; i++) {
		str_clear(&item);
		postgres_item(
		    &item, s->databases[i].instance, s->databases[i].name);
		check_found_add(found, str_slice(&item), NULL);
	}
	str_free(&item);
}

static struct slice
name_of(const struct postgres_row *row, const char *column)
{
	struct slice text;

	return row != NULL && postgres_text(row, column, &text)
	    ? text
	    : (struct slice){"?", 1};
}

/* The worst by share and by space, and the sum of what is wasted. */
static void
say(const struct check_context *c, size_t k, struct check_out *out)
{
	const struct section_postgres *s = c->sections[0];
	const struct postgres_row *worst = NULL, *largest = NULL;
	double ratio = -1, most = -1, sum = 0;
	struct slice db, name;
	struct str text = {0};

	for (size_t i = 0; i < s->n; i++) {
		const struct postgres_row *row = &s->rows[i];
		if (!postgres_text(row, "db", &db) ||
		    !postgres_is(c->item, row->instance, db))
			continue;
		double r = postgres_number(row, kinds[k].ratio);
		double b = postgres_number(row, kinds[k].bytes);
		if (r > ratio) {
			ratio = r;
			worst = row;
		}
		if (b > most) {
			most = b;
			largest = row;
		}
		sum += isfinite(b) ? b : 0;
	}
	if (worst != NULL) {
		struct check_levels l =
		    check_levels_of(&c->params[kinds[k].perc].levels, 100);
		name = name_of(worst, kinds[k].name);
		str_addf(&text, "Maximum %s bloat at %.*s", kinds[k].what,
		    value_cut(name, 100), name.s);
		/* How many times the size that it needs. */
		check_value_say(out, false, str_get(&text), 100 * ratio,
		    c->params[kinds[k].perc].set ? &l : NULL, NULL,
		    render_percent);
	}
	if (largest != NULL) {
		str_clear(&text);
		name = name_of(largest, kinds[k].name);
		str_addf(&text, "Maximum wasted %sspace at %.*s", kinds[k].what,
		    value_cut(name, 100), name.s);
		check_value_say(out, false, str_get(&text), most,
		    value_levels(c, kinds[k].abs), NULL, render_bytes);
	}
	str_free(&text);
	check_metric(out, metrics[k].name, sum, NULL, NAN, NAN);
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_postgres *s = c->sections[0];
	bool known = false, any = false;
	struct slice db;

	for (size_t i = 0; i < s->n_databases && !known; i++)
		known = postgres_is(
		    c->item, s->databases[i].instance, s->databases[i].name);
	for (size_t i = 0; i < s->n && !any; i++)
		any = postgres_text(&s->rows[i], "db", &db) &&
		    postgres_is(c->item, s->rows[i].instance, db);
	if (!any && known)
		check_say(out, CHECK_OK, "No bloat listed");
	else if (!any)
		out->none = true; /* nobody could log in */
	for (size_t k = 0; k < 2 && any; k++)
		say(c, k, out);
}

const struct check check_postgres_bloat = {
    .name = "postgres_bloat",
    .title = "PostgreSQL: bloat",
    .manual =
	"Space that tables and indexes of a database take beyond what they "
	"need, because rows were changed and not vacuumed: the worst of them "
	"by share and by size.",
    .ruleset = "db_bloat",
    .description = "PostgreSQL Bloat %s",
    .sections =
	(const struct section_type *const[]){&section_postgres_bloat, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
