/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette config set: one key changes, every other line stays.
 */
#include "site/settings_edit.h"

#include "common/config/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
edit(const char *text, const char *key, const char *given, struct str *out,
    struct mistakes *m)
{
	struct yaml_doc *doc = yaml_parse("VALUE", slice_of(given), m);
	int rc = settings_edit(
	    "site.yaml", slice_of(text), key, yaml_root(doc), out, m);

	yaml_doc_free(&doc);
	return rc;
}

static void
expect(const char *text, const char *key, const char *given, const char *want)
{
	struct mistakes m = {0};
	struct str out = {0}, said = {0};

	if (edit(text, key, given, &out, &m) == -1) {
		mistakes_print(&m, &said);
		fail_msg("%s", str_get(&said));
	}
	assert_string_equal(str_get(&out), want);
	mistakes_free(&m);
	str_free(&out);
	str_free(&said);
}

static void
refused(const char *text, const char *key, const char *given, const char *why)
{
	struct mistakes m = {0};
	struct str out = {0}, said = {0};

	assert_int_equal(edit(text, key, given, &out, &m), -1);
	mistakes_print(&m, &said);
	if (strstr(str_get(&said), why) == NULL)
		fail_msg("%s: nothing about %s", str_get(&said), why);
	mistakes_free(&m);
	str_free(&out);
	str_free(&said);
}

static void
test_into_an_empty_file(void **state)
{
	(void)state;
	expect(
	    "", "timezone", "Europe/Berlin", "timezone: \"Europe/Berlin\"\n");
	expect("# only words\n", "fetcher.workers", "2",
	    "# only words\nfetcher: {\"workers\": 2}\n");
}

static void
test_replaces_a_scalar(void **state)
{
	(void)state;
	expect("# one\ntimezone: UTC   # two\n# three\nfetcher: {workers: 1}\n",
	    "timezone", "Europe/Berlin",
	    "# one\ntimezone: \"Europe/Berlin\"\n# three\n"
	    "fetcher: {workers: 1}\n");
}

static void
test_goes_into_block_mappings(void **state)
{
	(void)state;
	expect("listen:\n  # the console\n  http:\n    port: 1\n"
	       "    enabled: true\n  # the end\ntimezone: UTC\n",
	    "listen.http.port", "5001",
	    "listen:\n  # the console\n  http:\n    port: 5001\n"
	    "    enabled: true\n  # the end\ntimezone: UTC\n");
}

static void
test_adds_to_a_block_mapping(void **state)
{
	(void)state;
	expect("listen:\n  http:\n    port: 5001\n\n# behind\ntimezone: UTC\n",
	    "listen.syslog_udp", "{enabled: true}",
	    "listen:\n  http:\n    port: 5001\n"
	    "  syslog_udp: {\"enabled\": true}\n\n# behind\ntimezone: UTC\n");
	expect("listen:\n  http:\n    port: 5001\n", "listen.http.enabled",
	    "off", "listen:\n  http:\n    port: 5001\n    enabled: false\n");
}

static void
test_changes_a_flow_mapping_as_a_whole(void **state)
{
	(void)state;
	expect("listen: {http: {port: 5001}}\ntimezone: UTC\n",
	    "listen.http.enabled", "false",
	    "listen: {\"http\": {\"port\": 5001, \"enabled\": false}}\n"
	    "timezone: UTC\n");
}

static void
test_replaces_lists(void **state)
{
	(void)state;
	expect("listen:\n  http:\n    address:\n    - 127.0.0.1\n    - ::1\n"
	       "    port: 5001\n",
	    "listen.http.address", "[0.0.0.0]",
	    "listen:\n  http:\n    address: [\"0.0.0.0\"]\n    port: 5001\n");
}

static void
test_mistakes_write_nothing(void **state)
{
	(void)state;
	refused("", "no.such", "1", "no");
	refused("", "fetcher.workers", "many", "fetcher.workers");
	refused("", "listen.http.port", "70000", "listen.http.port");
	refused("timezone: [\n", "fetcher.workers", "1", "site.yaml:");
	refused("nonsense: 1\n", "fetcher.workers", "1", "nonsense");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_into_an_empty_file),
	    cmocka_unit_test(test_replaces_a_scalar),
	    cmocka_unit_test(test_goes_into_block_mappings),
	    cmocka_unit_test(test_adds_to_a_block_mapping),
	    cmocka_unit_test(test_changes_a_flow_mapping_as_a_whole),
	    cmocka_unit_test(test_replaces_lists),
	    cmocka_unit_test(test_mistakes_write_nothing),
	};

	return cmocka_run_group_tests_name("settings_edit", tests, NULL, NULL);
}
