/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: connections, of those that may be.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/postgres.h"

enum {
	P_ACTIVE,
	P_IDLE,
	P_ACTIVE_ABS,
	P_IDLE_ABS
};

static const struct check_param params[] = {
    {"levels_perc_active", CHECK_PARAM_UPPER, "%", CHECK_DEF_PERCENT(80, 90),
	"on active connections, of those allowed"},
    {"levels_perc_idle", CHECK_PARAM_UPPER, "%", CHECK_DEF_PERCENT(80, 90),
	"on idle connections, of those allowed"},
    {"levels_abs_active", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the number of active connections"},
    {"levels_abs_idle", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on the number of idle connections"},
    {0}};

static const struct check_metric metrics[] = {
    {"active_connections", "", "active connections"},
    {"idle_connections", "", "idle connections"}, {0}};

static const struct {
	const char *column, *other; /* older plugins have one for all */
	struct value_row count, share;
} kinds[] = {{"active", "current",
		 {"Used active connections", "active_connections", render_count,
		     VALUE_PARAM(P_ACTIVE_ABS), 0, false},
		 {"Used active percentage", NULL, render_percent,
		     VALUE_PARAM(P_ACTIVE), 0, false}},
    {"idle", "idle",
	{"Used idle connections", "idle_connections", render_count,
	    VALUE_PARAM(P_IDLE_ABS), 0, false},
	{"Used idle percentage", NULL, render_percent, VALUE_PARAM(P_IDLE), 0,
	    false}}};

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

static void
say(const struct check_context *c, const struct postgres_row *row,
    struct check_out *out)
{
	double allowed = postgres_number(row, "mc");

	for (size_t k = 0; k < 2; k++) {
		double used = postgres_number(row, kinds[k].column);
		if (isnan(used))
			used = postgres_number(row, kinds[k].other);
		if (isnan(used))
			continue;
		value_say(
		    c, out, &kinds[k].count, used, allowed > 0 ? allowed : 0);
		if (allowed > 0)
			value_say(
			    c, out, &kinds[k].share, 100 * used / allowed, 100);
	}
}

static void
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_postgres *s = c->sections[0];
	struct slice name;
	bool known = false;

	for (size_t i = 0; i < s->n; i++)
		if (postgres_text(&s->rows[i], "datname", &name) &&
		    postgres_is(c->item, s->rows[i].instance, name)) {
			say(c, &s->rows[i], out);
			return;
		}
	for (size_t i = 0; i < s->n_databases && !known; i++)
		known = postgres_is(
		    c->item, s->databases[i].instance, s->databases[i].name);
	if (known)
		check_say(out, CHECK_OK, "No active connections");
	else
		out->none = true; /* nobody could log in */
}

const struct check check_postgres_connections = {
    .name = "postgres_connections",
    .title = "PostgreSQL: connections",
    .manual = "How many of the connections that a PostgreSQL instance allows "
	      "are used for a database, active and idle ones.",
    .ruleset = "db_connections",
    .description = "PostgreSQL Connections %s",
    .sections =
	(const struct section_type *const[]){
	    &section_postgres_connections, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
