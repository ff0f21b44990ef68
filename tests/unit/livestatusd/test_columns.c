/* SPDX-License-Identifier: Apache-2.0
 *
 * Every column of columns.def is there, with its type, and joined where tables
 * are joined; and it can be shown, filtered, counted, grouped and sorted by in
 * every table that has it, whatever its value.
 */
#include "livestatusd/table/table.h"
#include "tests/unit/livestatusd/fixture.h"

static const struct {
	const char *table, *name, *type;
} columns[] = {
#define COLUMN(t, n, ty) {t, n, ty},
#include "tests/unit/livestatusd/columns.def"
#undef COLUMN
};

/* Whose columns a table has, under which prefix. */
static const struct {
	const char *table, *prefix, *of;
} joins[] = {
    {"services", "host_", "hosts"},
    {"hostsbygroup", "", "hosts"},
    {"hostsbygroup", "hostgroup_", "hostgroups"},
    {"servicesbygroup", "", "services"},
    {"servicesbygroup", "host_", "hosts"},
    {"servicesbygroup", "servicegroup_", "servicegroups"},
    {"servicesbyhostgroup", "", "services"},
    {"servicesbyhostgroup", "host_", "hosts"},
    {"servicesbyhostgroup", "hostgroup_", "hostgroups"},
    {"downtimes", "host_", "hosts"},
    {"downtimes", "service_", "services"},
    {"comments", "host_", "hosts"},
    {"comments", "service_", "services"},
    {"log", "current_host_", "hosts"},
    {"log", "current_service_", "services"},
    {"log", "current_contact_", "contacts"},
    {"log", "current_command_", "commands"},
    {"statehist", "current_host_", "hosts"},
    {"statehist", "current_service_", "services"},
    {"eventconsoleevents", "host_", "hosts"},
    {"eventconsolehistory", "host_", "hosts"},
};

static unsigned missing;

static void
look_for(const char *table, const char *prefix, size_t i)
{
	const struct table *t = lql_table_find(slice_of(table));
	char *name = xasprintf("%s%s", prefix, columns[i].name);
	struct column_ref ref;

	if (t == NULL || !table_resolve(t, slice_of(name), &ref)) {
		print_message("%s has no %s\n", table, name);
		missing++;
	} else if (strcmp(column_type_name(ref.column->type),
		       columns[i].type) != 0) {
		print_message("%s.%s is %s, not %s\n", table, name,
		    column_type_name(ref.column->type), columns[i].type);
		missing++;
	} else if (ref.column->help == NULL || ref.column->help[0] == '\0') {
		print_message("%s.%s has no description\n", table, name);
		missing++;
	}
	free(name);
}

static void
test_all_are_there(void **state)
{
	(void)state;
	missing = 0;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		look_for(columns[i].table, "", i);
		for (size_t j = 0; j < ARRAY_LEN(joins); j++)
			if (strcmp(joins[j].of, columns[i].table) == 0)
				look_for(joins[j].table, joins[j].prefix, i);
	}
	assert_int_equal(missing, 0);
}

/* The table's own prefix may stand before, any number of times. */
static void
test_prefixes(void **state)
{
	struct column_ref ref;

	(void)state;
	for (size_t i = 0; i < table_count; i++) {
		const struct table *t = table_all[i];
		struct column_ref first;
		char *name;

		assert_true(table_column(t, 0, &first));
		name = xasprintf("%s%s%s%s", t->own_prefix, t->own_prefix,
		    first.join->prefix, first.column->name);
		if (!table_resolve(t, slice_of(name), &ref) ||
		    ref.column != first.column)
			fail_msg("%s has no %s", t->name, name);
		free(name);
	}
}

/* Any column in any place of a query: an answer, never a failure. */
static void
test_everything_can_be_asked(void **state)
{
	static const char *const ways[] = {
	    "Columns: %s\nOutputFormat: json\n",
	    "Columns: %s\nOutputFormat: python3\nSort: %s desc\n",
	    "Columns: %s\nFilter: %s =\nFilter: %s !=\nOr: 2\n",
	    "Stats: sum %s\nStats: avg %s\nStats: std %s\nStats: min %s\n"
	    "OutputFormat: json\n",
	    "Stats: max %s\nStats: suminv %s\nStats: avginv %s\n",
	    "Columns: %s\nStats: %s !=\nOutputFormat: CSV\n",
	};
	struct fixture *f = *state;
	struct column_ref ref;

	for (size_t t = 0; t < table_count; t++) {
		for (size_t i = 0; table_column(table_all[t], i, &ref); i++) {
			char *name = xasprintf(
			    "%s%s", ref.join->prefix, ref.column->name);

			if (ref.column->flags & COLUMN_DYNAMIC ||
			    strstr(name, "current_service_host") != NULL) {
				free(name);
				continue;
			}
			for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
				struct str q = {0};

				str_addf(&q, "GET %s\n", table_all[t]->name);
				for (const char *p = ways[w]; *p; p++) {
					if (p[0] == '%') {
						str_add(&q, name);
						p++;
					} else {
						str_addc(&q, *p);
					}
				}
				if (table_all[t]->kind == TABLE_STATEHIST)
					str_add(&q, "Filter: time > 9\n");
				str_add(
				    &q, "ResponseHeader: fixed16\nLimit: 3\n");
				if (strncmp(ask(f, str_get(&q)), "200 ", 4) !=
					0 ||
				    strstr(str_get(&f->out), "nan") != NULL)
					fail_msg("%s\n%s", str_get(&q),
					    str_get(&f->out));
				str_free(&q);
			}
			free(name);
		}
	}
}

/* Rows about nothing: the type's empty value. */
static void
test_empty_values(void **state)
{
	struct fixture *f = *state;

	assert_answer(f,
	    "GET downtimes\nColumns: id service_description service_state "
	    "service_last_check service_groups service_labels "
	    "service_staleness service_plugin_output\nFilter: id = 3\n"
	    "OutputFormat: json\n",
	    "[[3,\"\",0,0,[],{},0,\"\"]]\n");
	assert_answer(
	    f, "GET crashreports\n", "id;component;site;peer_key;peer_name\n");
	assert_answer(f,
	    "GET eventconsoleevents\nColumns: event_id\n"
	    "OutputFormat: json\n",
	    "[]\n");
	assert_answer(f,
	    "GET hosts\nColumns: name depends_exec mk_inventory "
	    "obsess_over_host smartping_timeout\nFilter: name = db1\n"
	    "OutputFormat: python3\n",
	    "[[\"db1\",[],b\"\",0,0]]\n");
}

/* Clients are told which columns never have a value. */
static void
test_empty_ones_say_so(void **state)
{
	struct column_ref ref;

	(void)state;
	for (size_t t = 0; t < table_count; t++)
		for (size_t i = 0; table_column(table_all[t], i, &ref); i++)
			if (ref.column->source == SOURCE_EMPTY &&
			    strstr(ref.column->help, "always") == NULL)
				fail_msg("%s: %s", table_all[t]->name,
				    ref.column->name);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    T(test_all_are_there),
	    T(test_prefixes),
	    T(test_everything_can_be_asked),
	    T(test_empty_values),
	    T(test_empty_ones_say_so),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
