/* SPDX-License-Identifier: Apache-2.0
 *
 * site.yaml: defaults, the site's port offset, and every mistake at once.
 */
#include "common/config/settings_edit.h"
#include "common/file.h"
#include "common/settings.h"
#include "common/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static char root[64];

static void
put(const char *path, const char *text)
{
	struct str full = {0};
	struct err err;

	str_addf(&full, "%s/%s", root, path);
	assert_int_equal(
	    file_write(str_get(&full), slice_of(text), 0640, &err), 0);
	str_free(&full);
}

static int
set_up(void **state)
{
	char path[128];
	struct err err;

	(void)state;
	strcpy(root, "/tmp/test_settings_XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/etc/vedette", root);
	assert_int_equal(file_mkdirs(path, 0750, &err), 0);
	snprintf(path, sizeof(path), "%s/var/vedette", root);
	assert_int_equal(file_mkdirs(path, 0750, &err), 0);
	return 0;
}

static int
tear_down(void **state)
{
	struct err err;

	(void)state;
	return file_remove_tree(root, &err);
}

static struct settings *
load(struct str *mistakes)
{
	str_clear(mistakes);
	return settings_load(root, mistakes);
}

static void
test_defaults(void **state)
{
	struct str mistakes = {0};
	struct settings *s = load(&mistakes);

	(void)state;
	assert_non_null(s);
	assert_null(s->timezone);
	assert_int_equal(s->smtp_port, 25);
	assert_string_equal(s->smtp_tls, "none");
	assert_int_equal(s->retention_history, INT64_C(400) * 86400 * 1000);
	assert_false(s->notify_unreachable);
	assert_true(s->http.enabled);
	assert_int_equal(s->http.port, 5000);
	assert_int_equal(s->http.n_addresses, 2);
	assert_string_equal(s->http.addresses[0], "127.0.0.1");
	assert_string_equal(s->receiver.addresses[0], "0.0.0.0");
	assert_false(s->livestatus.enabled);
	assert_int_equal(json_object_size(s->livestatus.extra), 0);
	assert_string_equal(
	    json_string_value(json_object_get(s->notify_fallback, "method")),
	    "mail");
	assert_int_equal(
	    json_integer_value(json_object_get(
		json_object_get(json_object_get(s->doc, "listen"), "notify"),
		"port")),
	    6555);
	settings_free(&s);
	str_free(&mistakes);
}

static void
test_values(void **state)
{
	struct str mistakes = {0};
	struct settings *s;

	(void)state;
	put("var/vedette/port_offset", "1000\n");
	put("etc/vedette/site.yaml",
	    "timezone: Europe/Berlin\n"
	    "listen:\n"
	    "  livestatus: {enabled: yes, address: ['::'], tls: off}\n"
	    "  http: {port: 80, address: 192.0.2.1}\n"
	    "notifications:\n"
	    "  smtp: {host: mx, port: 587, tls: starttls}\n"
	    "  peers: {central: {key: abc, heartbeat: 5s}}\n"
	    "  methods: {mail: {retry: [30s, 5m], tries: 9}}\n"
	    "retention: {history: 30d}\n");
	s = load(&mistakes);
	assert_string_equal(str_get(&mistakes), "");
	assert_non_null(s);
	assert_string_equal(s->timezone, "Europe/Berlin");
	assert_int_equal(s->livestatus.port, 7557);
	assert_true(s->livestatus.enabled);
	assert_string_equal(s->livestatus.addresses[0], "::");
	assert_true(json_is_false(json_object_get(s->livestatus.extra, "tls")));
	assert_int_equal(s->http.port, 80); /* explicit: no offset */
	assert_int_equal(s->http.n_addresses, 1);
	assert_string_equal(s->smtp_host, "mx");
	assert_string_equal(s->smtp_tls, "starttls");
	assert_int_equal(s->retention_history, INT64_C(30) * 86400 * 1000);
	assert_int_equal(json_object_size(s->notify_peers), 1);
	settings_free(&s);
	str_free(&mistakes);
}

static void
test_mistakes(void **state)
{
	struct str mistakes = {0}, expected = {0};

	(void)state;
	put("etc/vedette/site.yaml",
	    "tiemzone: x\n"
	    "listen:\n"
	    "  htpp: {}\n"
	    "  http: {enabled: 5, port: 70000, allow: []}\n"
	    "notifications:\n"
	    "  smtp: {tls: starttsl, hots: x}\n"
	    "  mode: lokal\n"
	    "retention: 5d\n"
	    "eventd: {limits: {host: {action: stopp}}, max_message: 1}\n");
	assert_null(load(&mistakes));
#define AT(place, text)                                                        \
	str_addf(                                                              \
	    &expected, "%s/etc/vedette/site.yaml:%s: %s\n", root, place, text)
	AT("1:1", "tiemzone: unknown key; did you mean timezone?");
	AT("3:3", "listen.htpp: unknown listener; did you mean http?");
	AT("4:19", "listen.http.enabled: expected true or false, not 5");
	AT("4:28",
	    "listen.http.port: expected a whole number from 1 to 65535, "
	    "not 70000");
	AT("4:35",
	    "listen.http.allow: unknown key; expected one of enabled, "
	    "address, port");
	AT("6:15",
	    "notifications.smtp.tls: expected none, starttls or tls, not "
	    "\"starttsl\"; did you mean starttls?");
	AT("6:25", "notifications.smtp.hots: unknown key; did you mean host?");
	AT("7:9",
	    "notifications.mode: expected local, forward or both, not "
	    "\"lokal\"; did you mean local?");
	AT("8:12", "retention: expected a mapping (key: value)");
	AT("9:34",
	    "eventd.limits.host.action: expected stop, stop_overflow, "
	    "stop_overflow_notify or delete_oldest, not \"stopp\"; did you "
	    "mean stop?");
	AT("9:56",
	    "eventd.max_message: expected a size such as 64KiB or 1MB from "
	    "480 to 1048576, not 1");
	assert_string_equal(str_get(&mistakes), str_get(&expected));
	str_free(&mistakes);
	str_free(&expected);
}

static void
expect_edit(
    const char *text, const char *path, const char *value, const char *expected)
{
	struct str to = {0}, mistakes = {0};

	assert_int_equal(settings_edit("site.yaml", slice_of(text), path, value,
			     &to, &mistakes),
	    0);
	assert_string_equal(str_get(&mistakes), "");
	assert_string_equal(str_get(&to), expected);
	str_free(&to);
	str_free(&mistakes);
}

static void
test_edit(void **state)
{
	struct str to = {0}, mistakes = {0};

	(void)state;
	expect_edit("", "fetcher.workers", "2", "fetcher:\n  workers: 2\n");
	expect_edit("# top\nfetcher: {workers: 1} # x\n", "fetcher.workers",
	    "2", "# top\nfetcher: {workers: 2} # x\n");
	expect_edit("fetcher:\n  workers: 1   # few\nnotify_unreachable: no\n",
	    "fetcher.workers", "3",
	    "fetcher:\n  workers: 3   # few\nnotify_unreachable: no\n");
	expect_edit("listen:\n  http: {enabled: true}\n", "listen.livestatus",
	    "{enabled: true}",
	    "listen:\n  livestatus: {enabled: true}\n"
	    "  http: {enabled: true}\n");
	expect_edit("listen:\n  http: {enabled: true}\n",
	    "listen.livestatus.enabled", "true",
	    "listen:\n  livestatus: {enabled: true}\n"
	    "  http: {enabled: true}\n");
	expect_edit("listen:\n  http: {enabled: true}\n", "listen.http.port",
	    "81", "listen:\n  http: {enabled: true, port: 81}\n");
	expect_edit("timezone: Europe/Berlin\n", "timezone", "null",
	    "timezone: null\n");
	expect_edit("notifications:\n  forward_to:\n  - a\n  - b\n",
	    "notifications.forward_to", "[c]",
	    "# Written by `vedette config set`.\n"
	    "notifications:\n  forward_to:\n    - c\n");
	assert_int_equal(settings_edit("site.yaml", SLICE("{}"),
			     "fetcher.workers", "many", &to, &mistakes),
	    -1);
	assert_string_equal(str_get(&mistakes),
	    "fetcher.workers: expected a whole number from 0 "
	    "to 64, not \"many\"\n");
	str_clear(&mistakes);
	assert_int_equal(
	    settings_edit("site.yaml", SLICE(""), "a..b", "1", &to, &mistakes),
	    -1);
	str_free(&to);
	str_free(&mistakes);
}

static void
test_get(void **state)
{
	struct str mistakes = {0};
	struct settings *s = load(&mistakes);
	struct settings_info info;
	struct err err;
	size_t n = 0;

	(void)state;
	assert_int_equal(
	    json_integer_value(settings_get(s, "listen.http.port", &err)),
	    5000);
	assert_true(json_is_object(settings_get(s, "listen.http", &err)));
	assert_null(settings_get(s, "notifications.smtp.hosts", &err));
	assert_string_equal(err.text,
	    "there is no key notifications.smtp.hosts; did you mean "
	    "notifications.smtp.host?");
	while (settings_info(n, &info)) {
		assert_non_null(settings_get(s, info.path, &err));
		n++;
	}
	assert_true(n > 40);
	settings_free(&s);
	str_free(&mistakes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_edit),
	    cmocka_unit_test_setup_teardown(test_get, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_defaults, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_values, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_mistakes, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
