/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL: locks.
 */
#include "fetcher/checks/value.h"
#include "fetcher/discover.h"
#include "fetcher/sections/postgres.h"

enum {
	P_SHARED,
	P_EXCLUSIVE
};

static const struct check_param params[] = {
    {"levels_shared", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on access share locks"},
    {"levels_exclusive", CHECK_PARAM_UPPER, "", CHECK_DEF_NONE,
	"on exclusive locks"},
    {0}};

static const struct check_metric metrics[] = {
    {"shared_locks", "", "access share locks"},
    {"exclusive_locks", "", "exclusive locks"}, {0}};

static const struct value_row shared = {"Access Share Locks", "shared_locks",
    render_count, VALUE_PARAM(P_SHARED), 0, false};
static const struct value_row exclusive = {"Exclusive Locks", "exclusive_locks",
    render_count, VALUE_PARAM(P_EXCLUSIVE), 0, false};

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
judge(const struct check_context *c, struct check_out *out)
{
	const struct section_postgres *s = c->sections[0];
	double n_shared = 0, n_exclusive = 0;
	struct slice name, mode;
	bool any = false;

	for (size_t i = 0; i < s->n_databases && !any; i++)
		any = postgres_is(
		    c->item, s->databases[i].instance, s->databases[i].name);
	for (size_t i = 0; i < s->n; i++) {
		if (!postgres_text(&s->rows[i], "datname", &name) ||
		    !postgres_text(&s->rows[i], "mode", &mode) ||
		    !postgres_is(c->item, s->rows[i].instance, name))
			continue;
		n_shared += slice_eqs(mode, "AccessShareLock");
		n_exclusive += slice_eqs(mode, "ExclusiveLock");
	}
	if (!any) {
		out->none = true; /* nobody could log in */
		return;
	}
	value_say(c, out, &shared, n_shared, 0);
	value_say(c, out, &exclusive, n_exclusive, 0);
}

const struct check check_postgres_locks = {
    .name = "postgres_locks",
    .title = "PostgreSQL: locks",
    .manual = "How many access share and exclusive locks a database has. "
	      "Nothing is judged without levels.",
    .ruleset = "postgres_locks",
    .description = "PostgreSQL Locks %s",
    .sections =
	(const struct section_type *const[]){&section_postgres_locks, NULL},
    .params = params,
    .metrics = metrics,
    .discover = discover,
    .judge = judge,
};
