/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line: verbs, options, the table of help.
 */
#include "site/cmd.h"
#include "site/help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PARSE(line, err, ...)                                                  \
	parse((line), (err),                                                   \
	    (const char *const[]){"vedette", __VA_ARGS__, NULL})

static int
parse(struct cmd_line *line, struct err *err, const char *const *words)
{
	static char *argv[16];
	int argc = 0;

	while (words[argc] != NULL) {
		argv[argc] = (char *)(uintptr_t)words[argc];
		argc++;
	}
	argv[argc] = NULL;
	return cmd_parse(argc, argv, line, err);
}

static void
test_site_stands_before_or_after(void **state)
{
	struct cmd_line line;

	(void)state;
	assert_int_equal(PARSE(&line, NULL, "-s", "demo", "query", "a"), 0);
	assert_string_equal(line.cmd->name, "query");
	assert_string_equal(line.site, "demo");
	assert_int_equal(line.n_args, 1);
	free(line.args);
	assert_int_equal(PARSE(&line, NULL, "query", "a", "--site=demo"), 0);
	assert_string_equal(line.site, "demo");
	assert_int_equal(line.n_args, 1);
	free(line.args);
	assert_int_equal(PARSE(&line, NULL, "query", "-sdemo"), 0);
	assert_string_equal(line.site, "demo");
	free(line.args);
}

static const char *
value(const struct cmd_line *line, const char *option)
{
	struct cmd_call call = {.cmd = line->cmd};

	memcpy(call.values, line->values, sizeof(call.values));
	return cmd_value(&call, option);
}

static void
test_options_anywhere(void **state)
{
	struct cmd_line line;

	(void)state;
	assert_int_equal(PARSE(&line, NULL, "create", "--port-offset", "7",
			     "x1", "--admin-password=a=b", "-u", "me"),
	    0);
	assert_string_equal(value(&line, "port-offset"), "7");
	assert_string_equal(value(&line, "admin-password"), "a=b");
	assert_string_equal(value(&line, "user"), "me");
	assert_int_equal(line.n_args, 1);
	assert_string_equal(line.args[0], "x1");
	free(line.args);
}

static void
test_letters_are_bundled(void **state)
{
	struct cmd_line line;

	(void)state;
	assert_int_equal(PARSE(&line, NULL, "status", "-js", "demo"), 0);
	assert_non_null(value(&line, "json"));
	assert_string_equal(line.site, "demo");
	free(line.args);
}

static void
test_double_dash_ends_options(void **state)
{
	struct cmd_line line;

	(void)state;
	assert_int_equal(PARSE(&line, NULL, "query", "--", "--json"), 0);
	assert_int_equal(line.n_args, 1);
	assert_string_equal(line.args[0], "--json");
	free(line.args);
}

static void
expect_refused(const char *why, const char *const *words)
{
	struct cmd_line line;
	struct err err = {""};

	assert_int_equal(parse(&line, &err, words), -1);
	if (strstr(err.text, why) == NULL)
		fail_msg("\"%s\" does not speak of \"%s\"", err.text, why);
	free(line.args);
}
#define REFUSED(why, ...)                                                      \
	expect_refused(why, (const char *const[]){"vedette", __VA_ARGS__, NULL})

static void
test_mistakes_are_named(void **state)
{
	(void)state;
	REFUSED("unknown verb \"frob\"", "frob");
	REFUSED("unknown option --frob", "status", "--frob");
	REFUSED("unknown option -Q", "status", "-Q");
	REFUSED("unknown option --json", "--json", "status");
	REFUSED("--json takes no value", "status", "--json=1");
	REFUSED("--port-offset needs a value", "create", "x", "--port-offset");
	REFUSED("--site needs a value", "status", "-s");
}

static void
test_help_and_version(void **state)
{
	struct cmd_line line;

	(void)state;
	assert_int_equal(PARSE(&line, NULL, "status", "-h"), 0);
	assert_true(line.help);
	free(line.args);
	assert_int_equal(PARSE(&line, NULL, "--version"), 0);
	assert_true(line.version);
	assert_null(line.cmd);
	free(line.args);
}

/* What the contract asks of the table as a whole. */
static void
test_table_is_complete(void **state)
{
	static const char *const wanted[] = {"create", "rm", "start", "stop",
	    "restart", "reload", "status", "sites", "config", "su", "query",
	    "discover", "activate", "check-config", "fetch", "check", "version",
	    "reference", "help"};
	struct str text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (cmd_find(wanted[i]) == NULL)
			fail_msg("no verb %s", wanted[i]);
	for (size_t i = 0; cmd_table[i] != NULL; i++) {
		const struct cmd *cmd = cmd_table[i];
		size_t n = 0;

		assert_true(strlen(cmd->summary) > 10);
		assert_true(strlen(cmd->summary) < 62);
		assert_non_null(cmd->run);
		for (const struct cmd_option *o = cmd->options;
		     o != NULL && o->name != NULL; o++, n++) {
			assert_true(o->letter != 's' && o->letter != 'h');
			assert_true(strlen(o->help) > 5);
		}
		assert_true(n <= CMD_MAX_OPTIONS);
		str_clear(&text);
		cmd_usage(&text, cmd);
		assert_non_null(strstr(str_get(&text), cmd->details));
	}
	str_free(&text);
}

static void
test_man_page_has_every_verb(void **state)
{
	struct str man = {0};

	(void)state;
	help_man(&man);
	for (size_t i = 0; cmd_table[i] != NULL; i++) {
		char want[64];
		const char *dash = strchr(cmd_table[i]->name, '-');

		snprintf(want, sizeof(want), "\n.SS vedette %.*s%s%s",
		    dash ? (int)(dash - cmd_table[i]->name) : 40,
		    cmd_table[i]->name, dash ? "\\-" : "",
		    dash ? dash + 1 : "");
		if (strstr(str_get(&man), want) == NULL)
			fail_msg("not in the man page: %s", want);
	}
	str_free(&man);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_site_stands_before_or_after),
	    cmocka_unit_test(test_options_anywhere),
	    cmocka_unit_test(test_letters_are_bundled),
	    cmocka_unit_test(test_double_dash_ends_options),
	    cmocka_unit_test(test_mistakes_are_named),
	    cmocka_unit_test(test_help_and_version),
	    cmocka_unit_test(test_table_is_complete),
	    cmocka_unit_test(test_man_page_has_every_verb),
	};

	return cmocka_run_group_tests_name("cmd", tests, NULL, NULL);
}
