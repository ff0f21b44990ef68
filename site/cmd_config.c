/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette config: prints and edits site.yaml.
 */
#include "common/config/settings_edit.h"
#include "common/config/yaml.h"
#include "common/mem.h"
#include "site/audit.h"
#include "site/cmd.h"
#include "site/compile/compile.h"
#include "site/supervise.h"
#include "site/term.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct settings *
load(const struct site *site)
{
	struct str mistakes = {0};
	struct settings *set = settings_load(site->root, &mistakes);

	if (set == NULL) {
		fputs(str_get(&mistakes), stderr);
		cmd_fail("config",
		    "site.yaml has mistakes (correct them"
		    " first)");
	}
	str_free(&mistakes);
	return set;
}

/* A text as it is, everything else as JSON. */
static char *
printed(const json_t *value)
{
	char *dump, *text;

	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	dump = json_dumps(value, JSON_ENCODE_ANY);
	text = xstrdup(dump != NULL ? dump : "null");
	free(dump);
	return text;
}

static int
get(const struct cmd_call *call, const char *key)
{
	struct settings *set = load(call->site);
	const json_t *value;
	struct err err;
	char *text;
	int code = 0;

	if (set == NULL)
		return CMD_FAILED;
	value = settings_get(set, key, &err);
	if (value == NULL) {
		code = cmd_fail("config",
		    "%s (\"vedette config show\" lists them)", err.text);
	} else if (cmd_flag(call, "json")) {
		term_json(value);
	} else {
		text = printed(value);
		printf("%s\n", text);
		free(text);
	}
	settings_free(&set);
	return code;
}

static json_t *
parsed(const char *yaml)
{
	struct mistakes m = {0};
	struct yaml_doc *doc = yaml_parse("", slice_of(yaml), &m);
	json_t *value = json_incref(yaml_root(doc));

	yaml_doc_free(&doc);
	mistakes_free(&m);
	return value;
}

static int
show(const struct cmd_call *call)
{
	static const char *const columns[] = {
	    "key", "value", "default", "help"};
	struct settings *set = load(call->site);
	json_t *rows = json_array();
	struct settings_info info;

	if (set == NULL) {
		json_decref(rows);
		return CMD_FAILED;
	}
	for (size_t i = 0; settings_info(i, &info); i++)
		json_array_append_new(rows,
		    json_pack("{s:s, s:O?, s:o, s:s, s:s}", "key", info.path,
			"value", settings_get(set, info.path, NULL), "default",
			parsed(info.def), "type", info.type, "help",
			info.help));
	term_table(rows, columns, ARRAY_LEN(columns), cmd_flag(call, "json"));
	json_decref(rows);
	settings_free(&set);
	return 0;
}

static void
say_when(const struct site *site, const char *key)
{
	if (supervise_is_running(site))
		printf("%s is set; it takes effect with \"vedette activate\" or"
		       " \"vedette reload\".\n",
		    key);
	else
		printf("%s is set; it takes effect with the next \"vedette"
		       " start\".\n",
		    key);
}

static int
set_key(const struct cmd_call *call, const char *key, const char *value)
{
	struct str mistakes = {0};
	int code = 0;

	if (settings_set(call->site->root, key, value, &mistakes) == -1) {
		fputs(str_get(&mistakes), stderr);
		if (mistakes.len > 0 && mistakes.s[mistakes.len - 1] != '\n')
			fputc('\n', stderr);
		code = cmd_fail("config", "%s was not set", key);
	} else {
		char *what = strstr(key, "password") == NULL
		    ? xasprintf("%s = %s", key, value)
		    : xstrdup(key);

		audit_write(call->site, "config set", 0, what, NULL);
		free(what);
		say_when(call->site, key);
	}
	str_free(&mistakes);
	return code;
}

/* Rows for people leave out what was never set, unless all is asked for; then
 * what was written farther away and does not hold follows each row. */
static json_t *
rows_for_people(const json_t *rows, bool all)
{
	json_t *some = json_array(), *row, *hidden;
	size_t i, k;

	json_array_foreach(rows, i, row)
	{
		const char *source =
		    json_string_value(json_object_get(row, "source"));

		if (all || source == NULL || strcmp(source, "default") != 0)
			json_array_append(some, row);
		if (!all)
			continue;
		json_array_foreach(
		    json_object_get(row, "overridden"), k, hidden)
		{
			json_t *copy = json_copy(hidden);

			json_object_set_new(
			    copy, "attribute", json_string("  overridden"));
			json_array_append_new(some, copy);
		}
	}
	return some;
}

static void
print_explained(const struct cmd_call *call, const json_t *rows)
{
	static const char *const columns[] = {
	    "attribute", "value", "source", "where"};
	bool json = cmd_flag(call, "json");
	json_t *some = json ? json_incref((json_t *)(uintptr_t)rows)
			    : rows_for_people(rows, cmd_flag(call, "all"));

	term_table(some, columns, ARRAY_LEN(columns), json);
	json_decref(some);
}

static int
explain(const struct cmd_call *call, const char *host, const char *service)
{
	struct compile_report report = {0};
	struct str text = {0};
	struct err err = {""};
	json_t *rows =
	    compile_explain(call->site->root, host, service, &report, &err);
	int code = 0;

	if (rows != NULL) {
		print_explained(call, rows);
	} else {
		mistakes_print(&report.mistakes, &text);
		fputs(str_get(&text), stderr);
		code = cmd_fail("config", "%s",
		    report.mistakes.n_mistakes > 0
			? "the configuration has mistakes (correct them first)"
			: err.text);
	}
	json_decref(rows);
	compile_report_free(&report);
	str_free(&text);
	return code;
}

static int
schema(const char *file)
{
	json_t *document = compile_schema(file);

	if (document == NULL)
		return cmd_fail("config",
		    "there is no schema of %s (say conf.d, _folder or site)",
		    file);
	json_dumpf(document, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(document);
	return 0;
}

static int
run(const struct cmd_call *call)
{
	const char *what = call->argc > 0 ? call->argv[0] : "show";

	if (strcmp(what, "show") == 0 && call->argc <= 1)
		return show(call);
	if (strcmp(what, "get") == 0 && call->argc == 2)
		return get(call, call->argv[1]);
	if (strcmp(what, "set") == 0 && call->argc == 3)
		return set_key(call, call->argv[1], call->argv[2]);
	if (strcmp(what, "explain") == 0 && call->argc > 1)
		return explain(
		    call, call->argv[1], call->argc > 2 ? call->argv[2] : NULL);
	if (strcmp(what, "schema") == 0 && call->argc <= 2)
		return schema(call->argc > 1 ? call->argv[1] : "conf.d");
	if (strcmp(what, "example") == 0 && call->argc == 1) {
		fputs(compile_example(), stdout);
		return 0;
	}
	return cmd_fail("config",
	    "say \"show\", \"get KEY\", \"set KEY VALUE\", \"explain"
	    " HOST [SERVICE]\", \"schema\" or \"example\""
	    " (\"vedette config --help\")");
}

static const struct cmd_option options[] = {
    {"json", 'j', NULL,
	"show: an array of {key, value, default, type, help}; get: JSON;"
	" explain: an array of {attribute, value, source, where, overridden}"},
    {"all", 'a', NULL, "explain: defaults too, and what is overridden"},
    {NULL, 0, NULL, NULL},
};

static const char *const without_site[] = {"schema", "example", NULL};

const struct cmd cmd_config = {
    .name = "config",
    .args = "[show | get KEY | set KEY VALUE | explain HOST [SERVICE] | schema"
	    " [conf.d | _folder | site] | example]",
    .summary = "show and change settings, explain the configuration",
    .details =
	"KEY is a dotted path such as notifications.smtp.host, VALUE a YAML\n"
	"flow value (JSON too), checked before it is written; comments in the\n"
	"file stay. \"get\" prints the value in effect after the next\n"
	"activation, \"show\" all of them with defaults and help. A change "
	"takes\n"
	"effect with \"vedette activate\", \"reload\" or \"start\".\n"
	"\n"
	"\"explain\" says of a host or service, as the files stand now, which\n"
	"values hold and which line of which file, folder or rule each is "
	"from.\n"
	"\n"
	"\"schema\" prints the JSON Schema of a file in conf.d (or of a\n"
	"_folder.yaml, or of site.yaml), by which editors complete and check;\n"
	"\"example\" a commented file to start with. Both need no site.",
    .scope = CMD_SITE_FIRST,
    .max_args = 3,
    .without_site = without_site,
    .options = options,
    .run = run,
};
