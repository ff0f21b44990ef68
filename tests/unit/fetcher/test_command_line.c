/* SPDX-License-Identifier: Apache-2.0
 *
 * Command lines: what is split here, what needs a shell, what is found where.
 */
#include "fetcher/child.h"
#include "fetcher/command_line.h"

#include "common/clock.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The words joined by "<>", or "(shell)". */
static const char *
split(const char *line)
{
	static char buf[512];
	char **words = command_split(slice_of(line));
	size_t n = 0;

	if (words == NULL)
		return "(shell)";
	buf[0] = '\0';
	for (char **w = words; *w != NULL; w++)
		n += (size_t)snprintf(buf + n, sizeof(buf) - n, "<%s>", *w);
	child_free_words(words);
	return buf;
}

static void
simple_lines_are_split(void **state)
{
	(void)state;
	assert_string_equal(split(""), "");
	assert_string_equal(split("  \t "), "");
	assert_string_equal(split("check_x"), "<check_x>");
	assert_string_equal(
	    split(" check_x  -H\t1.2.3.4 "), "<check_x><-H><1.2.3.4>");
	assert_string_equal(split("a 'b c' \"d e\" ''"), "<a><b c><d e><>");
	assert_string_equal(split("a b'c d'e"), "<a><bc de>");
	assert_string_equal(split("a '$x' \"it's\""), "<a><$x><it's>");
	assert_string_equal(
	    split("a b\\ c \"\\\"\\\\\\n\""), "<a><b c><\"\\\\n>");
	assert_string_equal(split("a --x=y -c 80%,90% x~y x#y"),
	    "<a><--x=y><-c><80%,90%><x~y><x#y>");
	assert_string_equal(split("a ! x{y}"), "<a><!><x{y}>");
}

static void
others_need_a_shell(void **state)
{
	static const char *const lines[] = {"a | b", "a; b", "a && b", "a > f",
	    "a `b`", "a $HOME", "a \"$HOME\"", "a \"`b`\"", "a *.c", "a ~",
	    "a #b", "X=1 a", "{ a; }", "! a", "(a)", "a 'b", "a \"b", "a \\",
	    "exit 2", "a\nb", "a [b]", "a ?"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (strcmp(split(lines[i]), "(shell)") != 0)
			fail_msg("%s: %s", lines[i], split(lines[i]));
	assert_null(command_split((struct slice){"a\0b", 3}));
}

static void
write_program(const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs("#!/bin/sh\n", f);
	fclose(f);
	assert_int_equal(chmod(path, 0755), 0);
}

static void
local_plugins_come_first(void **state)
{
	char root[] = "/tmp/command-XXXXXX", path[128], cmd[300];
	struct err why = {""};
	char **argv;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(cmd, sizeof(cmd),
	    "mkdir -p %s/local/lib/nagios/plugins %s/lib/nagios/plugins", root,
	    root);
	assert_int_equal(system(cmd), 0);
	snprintf(path, sizeof(path), "%s/lib/nagios/plugins/true", root);
	write_program(path);
	argv = command_argv(root, COMMAND_PLUGIN, SLICE("true -x"), &why);
	assert_string_equal(argv[0], path);
	assert_string_equal(argv[1], "-x");
	child_free_words(argv);
	snprintf(path, sizeof(path), "%s/local/lib/nagios/plugins/true", root);
	write_program(path);
	argv = command_argv(root, COMMAND_PLUGIN, SLICE("true"), &why);
	assert_string_equal(argv[0], path);
	child_free_words(argv);
	argv = command_argv("", COMMAND_PLUGIN, SLICE("true"), &why);
	assert_non_null(strstr(argv[0], "bin/true"));
	child_free_words(argv);
	assert_null(
	    command_argv(root, COMMAND_PLUGIN, SLICE("no_such_plugin"), &why));
	assert_non_null(strstr(why.text,
	    "no_such_plugin was not found in "
	    "local/lib/nagios/plugins"));
	assert_null(command_argv(root, COMMAND_PLUGIN, SLICE(" "), &why));
	assert_string_equal(why.text, "the command line is empty");
	snprintf(cmd, sizeof(cmd), "rm -r %s", root);
	assert_int_equal(system(cmd), 0);
}

static void
paths_are_believed_for_a_second(void **state)
{
	char root[] = "/tmp/command-XXXXXX", path[128], cmd[300];
	struct command_paths paths = {0};
	struct err why = {""};
	char **argv;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(
	    cmd, sizeof(cmd), "mkdir -p %s/local/lib/nagios/plugins", root);
	assert_int_equal(system(cmd), 0);
	snprintf(path, sizeof(path), "%s/local/lib/nagios/plugins/true", root);
	for (int i = 0; i < 3; i++) {
		/* The system's; still; then the site's, which is new. */
		argv = command_argv_soon(&paths, 10 + i * NS_PER_S / 2, root,
		    COMMAND_PLUGIN, SLICE("true -x"), &why);
		assert_string_equal(argv[1], "-x");
		assert_int_equal(strcmp(argv[0], path) == 0, i == 2);
		child_free_words(argv);
		write_program(path);
	}
	/* A name of the other kind is another one. */
	argv = command_argv_soon(
	    &paths, 10 + NS_PER_S, root, COMMAND_PROGRAM, SLICE("true"), &why);
	assert_string_not_equal(argv[0], path);
	child_free_words(argv);
	/* What was not found is looked for each time. */
	assert_null(command_argv_soon(
	    &paths, 20, root, COMMAND_PLUGIN, SLICE("late"), &why));
	snprintf(path, sizeof(path), "%s/local/lib/nagios/plugins/late", root);
	write_program(path);
	argv = command_argv_soon(
	    &paths, 20, root, COMMAND_PLUGIN, SLICE("late"), &why);
	assert_string_equal(argv[0], path);
	child_free_words(argv);
	command_paths_free(&paths);
	snprintf(cmd, sizeof(cmd), "rm -r %s", root);
	assert_int_equal(system(cmd), 0);
}

static void
agents_have_a_folder(void **state)
{
	char root[] = "/tmp/command-XXXXXX", path[128], cmd[300];
	struct err why = {""};
	char **argv;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(cmd, sizeof(cmd),
	    "mkdir -p %s/local/share/vedette/agents %s/share/vedette/agents",
	    root, root);
	assert_int_equal(system(cmd), 0);
	assert_null(
	    command_argv(root, COMMAND_PROGRAM, SLICE("agent_x"), &why));
	assert_string_equal(why.text,
	    "agent_x was not found in local/share/vedette/agents, "
	    "share/vedette/agents or PATH (install it, or write its whole "
	    "path)");
	snprintf(path, sizeof(path), "%s/share/vedette/agents/agent_x", root);
	write_program(path);
	argv = command_argv(root, COMMAND_PROGRAM, SLICE("agent_x -v"), &why);
	assert_string_equal(argv[0], path);
	child_free_words(argv);
	assert_null(command_argv(root, COMMAND_PLUGIN, SLICE("agent_x"), &why));
	snprintf(
	    path, sizeof(path), "%s/local/share/vedette/agents/agent_x", root);
	write_program(path);
	argv = command_argv(root, COMMAND_PROGRAM, SLICE("agent_x"), &why);
	assert_string_equal(argv[0], path);
	child_free_words(argv);
	snprintf(path, sizeof(path), "%s/share/vedette/agents/agent_y", root);
	write_program(path);
	assert_int_equal(chmod(path, 0644), 0);
	assert_null(
	    command_argv(root, COMMAND_PROGRAM, SLICE("agent_y"), &why));
	assert_non_null(strstr(why.text, "agents/agent_y is not executable"));
	snprintf(cmd, sizeof(cmd), "rm -r %s", root);
	assert_int_equal(system(cmd), 0);
}

static bool
has(char **env, const char *begin)
{
	for (; *env != NULL; env++)
		if (strncmp(*env, begin, strlen(begin)) == 0)
			return true;
	return false;
}

static void
environment_is_c(void **state)
{
	char **env;

	(void)state;
	setenv("LANG", "de_DE.UTF-8", 1);
	setenv("LC_NUMERIC", "de_DE.UTF-8", 1);
	setenv("VEDETTE_TEST", "1", 1);
	env = command_environment("/site", COMMAND_PLUGIN);
	assert_true(has(env, "LC_ALL=C"));
	assert_true(has(env, "VEDETTE_TEST=1"));
	assert_true(has(env, "PATH=/site/local/lib/nagios/plugins:/site/lib/"));
	assert_false(has(env, "LANG="));
	assert_false(has(env, "LC_NUMERIC="));
	child_free_words(env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(simple_lines_are_split),
	    cmocka_unit_test(others_need_a_shell),
	    cmocka_unit_test(local_plugins_come_first),
	    cmocka_unit_test(paths_are_believed_for_a_second),
	    cmocka_unit_test(agents_have_a_folder),
	    cmocka_unit_test(environment_is_c),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
