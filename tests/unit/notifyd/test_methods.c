/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of methods and their parameters.
 */
#include "notifyd/methods/table.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
defaults_fit_their_types(void **state)
{
	const struct method_def *def, *before = NULL;

	(void)state;
	for (size_t i = 0; (def = method_def_at(i)) != NULL; i++) {
		json_t *params = json_object();
		struct mistakes m = {0};
		struct str text = {0};

		if (before != NULL)
			assert_true(strcmp(before->name, def->name) < 0);
		before = def;
		for (const struct schema_key *k = def->parameters->keys;
		     k->key != NULL; k++) {
			assert_false(k->required);
			assert_non_null(k->help);
		}
		method_add_defaults(def->name, params);
		schema_check(def->parameters, NULL, NULL, params, &m);
		mistakes_print(&m, &text);
		assert_string_equal(str_get(&text), "");
		str_free(&text);
		mistakes_free(&m);
		json_decref(params);
	}
}

static void
the_nearer_parameter_wins(void **state)
{
	json_t *methods = json_loads("{\"x\": {\"parameters\": "
				     "{\"a\": 1, \"b\": 1, \"c\": 1, \"d\": "
				     "1, \"e\": 1}}}",
	    0, NULL);
	json_t *host = json_loads(
	    "{\"x\": {\"b\": 2, \"c\": 2, \"d\": 2}, \"y\": {\"a\": 9}}", 0,
	    NULL);
	json_t *service = json_loads("{\"x\": {\"c\": 3, \"d\": 3}}", 0, NULL);
	json_t *rule = json_loads("{\"d\": 4, \"e\": null}", 0, NULL);
	json_t *all = method_parameters("x", methods, host, service, rule);
	char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);

	(void)state;
	assert_string_equal(text, "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}");
	free(text);
	json_decref(all);
	all = method_parameters("z", NULL, NULL, NULL, NULL);
	assert_int_equal(json_object_size(all), 0);
	json_decref(all);
	json_decref(methods);
	json_decref(host);
	json_decref(service);
	json_decref(rule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults_fit_their_types),
	    cmocka_unit_test(the_nearer_parameter_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
