/* SPDX-License-Identifier: Apache-2.0
 *
 * vedette checks: the checks that there are, and the manual of each.
 */
#include "common/mem.h"
#include "fetcher/checks/check.h"
#include "fetcher/sections/section.h"
#include "site/cmd.h"
#include "site/term.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static json_t *
sections_of(const struct check *c)
{
	json_t *all = json_array();

	for (size_t i = 0; c->sections[i] != NULL; i++)
		for (size_t k = 0; k < ARRAY_LEN(c->sections[i]->names); k++)
			if (c->sections[i]->names[k] != NULL)
				json_array_append_new(
				    all, json_string(c->sections[i]->names[k]));
	return all;
}

static json_t *
row_of(const struct check *c)
{
	struct str services = {0};
	json_t *row;

	check_describe(c, SLICE("ITEM"), &services);
	row = json_pack("{s:s, s:s, s:s, s:o, s:s?}", "check", c->name, "title",
	    c->title, "services", str_get(&services), "sections",
	    sections_of(c), "ruleset", c->ruleset);
	str_free(&services);
	return row;
}

static int
list(const struct cmd_call *call)
{
	static const char *const columns[] = {
	    "check", "services", "ruleset", "title"};
	json_t *rows = json_array();
	const struct check *c;

	for (size_t i = 0; (c = check_at(i)) != NULL; i++)
		json_array_append_new(rows, row_of(c));
	term_table(rows, columns, ARRAY_LEN(columns), cmd_flag(call, "json"));
	json_decref(rows);
	return 0;
}

static json_t *
whole(const struct check *c)
{
	json_t *row = row_of(c), *params = json_array(),
	       *metrics = json_array();
	const struct check_param *p = c->params;
	const struct check_metric *m = c->metrics;

	for (; p != NULL && p->name != NULL; p++) {
		struct str def = {0};

		check_param_default(p, &def);
		json_array_append_new(params,
		    json_pack("{s:s, s:s, s:s, s:s, s:s}", "parameter", p->name,
			"type", check_param_type_name(p->type), "unit", p->unit,
			"default", str_get(&def), "help", p->help));
		str_free(&def);
	}
	for (; m != NULL && m->name != NULL; m++)
		json_array_append_new(metrics,
		    json_pack("{s:s, s:s, s:s}", "metric", m->name, "unit",
			m->unit, "title", m->title));
	json_object_set_new(row, "manual", json_string(c->manual));
	json_object_set_new(
	    row, "discovered", json_boolean(c->discover != NULL));
	json_object_set_new(row, "parameters", params);
	json_object_set_new(row, "metrics", metrics);
	return row;
}

static bool
wants(const struct check *c, const char *section)
{
	for (size_t i = 0; c->sections[i] != NULL; i++)
		for (size_t k = 0; k < ARRAY_LEN(c->sections[i]->names); k++)
			if (c->sections[i]->names[k] != NULL &&
			    strcmp(c->sections[i]->names[k], section) == 0)
				return true;
	return false;
}

/* People know sections by name: their checks are named. */
static int
no_check(const char *name)
{
	struct str text = {0};
	const struct check *c;
	int code;

	for (size_t i = 0; (c = check_at(i)) != NULL; i++)
		if (wants(c, name))
			str_addf(
			    &text, "%s%s", text.len > 0 ? ", " : "", c->name);
	if (text.len > 0)
		code = cmd_fail("checks",
		    "there is no check %s; checks of the section %s: %s", name,
		    name, str_get(&text));
	else
		code = cmd_fail("checks",
		    "there is no check %s (\"vedette checks list\" names them)",
		    name);
	str_free(&text);
	return code;
}

static int
show(const struct cmd_call *call, const char *name)
{
	const struct check *c = check_find(slice_of(name));
	struct str text = {0};

	if (c == NULL)
		return no_check(name);
	if (cmd_flag(call, "json")) {
		json_t *row = whole(c);
		term_json(row);
		json_decref(row);
		return 0;
	}
	checks_document_one(c, &text);
	fputs(str_get(&text), stdout);
	str_free(&text);
	return 0;
}

static int
run(const struct cmd_call *call)
{
	const char *what = call->argv[0];

	if (strcmp(what, "list") == 0 && call->argc == 1)
		return list(call);
	if (strcmp(what, "show") == 0 && call->argc == 2)
		return show(call, call->argv[1]);
	return cmd_fail(
	    "checks", "expected \"list\" or \"show NAME\", not \"%s\"", what);
}

static const struct cmd_option options[] = {
    {"json", 'j', NULL,
	"list: an array of {check, title, services, sections, ruleset}; show: "
	"one such object with manual, parameters and metrics"},
    {NULL, 0, NULL, NULL},
};

const struct cmd cmd_checks = {
    .name = "checks",
    .args = "list | show NAME",
    .summary = "the checks that there are, and the manual of each",
    .details =
	"list names every check with its services and the ruleset of its\n"
	"parameters. show prints the manual of one: what it judges, the\n"
	"sections of agents that it reads, its services, its parameters with\n"
	"types and defaults, its metrics with their units. All of it comes\n"
	"from the check's own declaration.",
    .scope = CMD_ANYWHERE,
    .min_args = 1,
    .max_args = 2,
    .options = options,
    .run = run,
};
