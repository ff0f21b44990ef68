/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette config: prints and edits site.yaml.
 */
#include "common/config/settings_load.h"
#include "common/config/settings_table.h"
#include "common/file.h"
#include "common/mem.h"
#include "site/cmd.h"
#include "site/settings_edit.h"
#include "site/supervise.h"
#include "site/term.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (1u << 20)

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
	char *text;

	if (set == NULL)
		return CMD_FAILED;
	value = settings_doc_get(set->doc, key);
	if (value == NULL) {
		settings_free(&set);
		return cmd_fail("config",
		    "%s: there is no such key (\"vedette"
		    " config show\" lists them)",
		    key);
	}
	if (cmd_flag(call, "json")) {
		term_json(value);
	} else {
		text = printed(value);
		printf("%s\n", text);
		free(text);
	}
	settings_free(&set);
	return 0;
}

static void
add_row(json_t *rows, const struct settings *set, const char *key, json_t *def,
    const char *help)
{
	json_t *value = settings_doc_get(set->doc, key);

	json_array_append_new(rows,
	    json_pack("{s:s, s:O?, s:o, s:s}", "key", key, "value", value,
		"default", def, "help", help));
}

static void
add_listener(json_t *rows, const struct settings *set,
    const struct settings_listener_entry *l)
{
	char *key = xasprintf("listen.%s.enabled", l->name);

	add_row(rows, set, key, json_boolean(l->enabled), l->help);
	free(key);
	key = xasprintf("listen.%s.port", l->name);
	add_row(rows, set, key,
	    json_integer((json_int_t)l->port + set->port_offset),
	    "its port, the site's port offset included");
	free(key);
	key = xasprintf("listen.%s.address", l->name);
	add_row(rows, set, key,
	    l->open ? json_pack("[s, s]", "0.0.0.0", "::")
		    : json_pack("[s, s]", "127.0.0.1", "::1"),
	    "its addresses");
	free(key);
}

static json_t *
default_of(const struct settings_entry *e)
{
	struct mistakes m = {0};
	struct yaml_doc *doc = yaml_parse(e->path, slice_of(e->def), &m);
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

	if (set == NULL) {
		json_decref(rows);
		return CMD_FAILED;
	}
	for (size_t i = 0; settings_listener_entry(i) != NULL; i++)
		add_listener(rows, set, settings_listener_entry(i));
	for (size_t i = 0; settings_entry(i) != NULL; i++) {
		const struct settings_entry *e = settings_entry(i);
		add_row(rows, set, e->path, default_of(e), e->help);
	}
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

/* Reads, edits, writes. 0 or CMD_FAILED, with the reason printed. */
static int
edit(const struct site *site, const char *key, json_t *value)
{
	char *path = site_path(site, "etc/vedette/site.yaml");
	struct str text = {0}, new = {0}, said = {0};
	struct mistakes m = {0};
	struct err err;
	int code = 0;

	if (file_exists(path) && file_read(path, FILE_MAX, &text, &err) == -1)
		code = cmd_fail("config", "%s", err.text);
	else if (settings_edit(path, str_slice(&text), key, value, &new, &m) ==
	    -1) {
		mistakes_print(&m, &said);
		fputs(str_get(&said), stderr);
		code = cmd_fail("config", "%s was not set", key);
	} else if (file_write(path, str_slice(&new), 0640, &err) == -1)
		code = cmd_fail("config", "%s", err.text);
	mistakes_free(&m);
	str_free(&text);
	str_free(&new);
	str_free(&said);
	free(path);
	return code;
}

static int
set_key(const struct cmd_call *call, const char *key, const char *given)
{
	struct mistakes m = {0};
	struct yaml_doc *doc = yaml_parse("VALUE", slice_of(given), &m);
	struct str said = {0};
	int code;

	if (m.n_mistakes > 0) {
		mistakes_print(&m, &said);
		fputs(str_get(&said), stderr);
		code = cmd_fail("config", "%s was not set", key);
	} else {
		code = edit(call->site, key, yaml_root(doc));
	}
	if (code == 0)
		say_when(call->site, key);
	yaml_doc_free(&doc);
	mistakes_free(&m);
	str_free(&said);
	return code;
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
	return cmd_fail("config",
	    "say \"show\", \"get KEY\" or \"set KEY"
	    " VALUE\" (\"vedette config --help\")");
}

static const struct cmd_option options[] = {
    {"json", 'j', NULL,
	"show: an array of {key, value, default, help}; get: JSON"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_config = {
    .name = "config",
    .args = "[show | get KEY | set KEY VALUE]",
    .summary = "show and change the settings in site.yaml",
    .details =
	"KEY is a dotted path such as notifications.smtp.host, VALUE a YAML\n"
	"flow value (JSON too), checked before it is written; comments in the\n"
	"file stay. \"get\" prints the value in effect after the next\n"
	"activation, \"show\" all of them with defaults and help. A change "
	"takes\n"
	"effect with \"vedette activate\", \"reload\" or \"start\".",
    .scope = CMD_SITE_FIRST,
    .max_args = 3,
    .options = options,
    .run = run,
};
