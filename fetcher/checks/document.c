/* SPDX-License-Identifier: Apache-2.0
 *
 * docs/checks.md, printed from the checks' own declarations.
 */
#include "fetcher/checks/document.h"
#include "fetcher/checks/render.h"
#include "fetcher/sections/section.h"

static const char *const type_names[CHECK_PARAM_TYPES] = {
    [CHECK_PARAM_UPPER] = "levels",
    [CHECK_PARAM_LOWER] = "lower levels",
    [CHECK_PARAM_NUMBER] = "number",
    [CHECK_PARAM_DURATION] = "duration",
    [CHECK_PARAM_BOOL] = "true or false",
    [CHECK_PARAM_STRING] = "text",
    [CHECK_PARAM_STATE] = "state",
    [CHECK_PARAM_STRINGS] = "list of texts",
    [CHECK_PARAM_STATES] = "object of states",
    [CHECK_PARAM_TEXTS] = "object of texts",
    [CHECK_PARAM_GROUPS] = "object of lists of texts",
    [CHECK_PARAM_STEPS] = "list of [from, warn, crit]",
};

const char *
check_param_type_name(enum check_param_type type)
{
	return type < CHECK_PARAM_TYPES ? type_names[type] : "";
}

static void
add_levels(struct str *out, const struct check_levels *l)
{
	const char *percent = l->kind == CHECK_LEVELS_PERCENT ? "%" : "";
	if (l->kind == CHECK_LEVELS_NONE) {
		str_add(out, "null");
		return;
	}
	str_addc(out, '[');
	render_plain(out, l->warn);
	str_addf(out, "%s, ", percent);
	render_plain(out, l->crit);
	str_addf(out, "%s]", percent);
}

void
check_param_default(const struct check_param *p, struct str *out)
{
	static const char *const states[] = {"OK", "WARN", "CRIT", "UNKNOWN"};
	switch (p->type) {
	case CHECK_PARAM_UPPER:
	case CHECK_PARAM_LOWER:
		add_levels(out, &p->def.levels);
		return;
	case CHECK_PARAM_BOOL:
		str_add(out, p->def.number > 0 ? "true" : "false");
		return;
	case CHECK_PARAM_STATE:
		str_add(out, states[(unsigned)p->def.number & 3]);
		return;
	case CHECK_PARAM_NUMBER:
	case CHECK_PARAM_DURATION:
		if (p->def.set)
			render_plain(out, p->def.number);
		else
			str_add(out, "null");
		return;
	case CHECK_PARAM_STRING:
		if (p->def.set)
			str_addslice(out, p->def.text);
		else
			str_add(out, "null");
		return;
	case CHECK_PARAM_STRINGS:
	case CHECK_PARAM_STATES:
	case CHECK_PARAM_TEXTS:
	case CHECK_PARAM_GROUPS:
	case CHECK_PARAM_STEPS:
	case CHECK_PARAM_TYPES:
		str_add(out, "none");
		return;
	}
}

/* A value that the parameter may have: its default, if that says something. */
static void
add_value(struct str *out, const struct check_param *p)
{
	static const char *const values[CHECK_PARAM_TYPES] = {
	    [CHECK_PARAM_UPPER] = "[10, 20]",
	    [CHECK_PARAM_LOWER] = "[20, 10]",
	    [CHECK_PARAM_NUMBER] = "5",
	    [CHECK_PARAM_DURATION] = "5m",
	    [CHECK_PARAM_BOOL] = "true",
	    [CHECK_PARAM_STRING] = "\"text\"",
	    [CHECK_PARAM_STATE] = "WARN",
	    [CHECK_PARAM_STRINGS] = "[\"text\"]",
	    [CHECK_PARAM_STATES] = "{\"word\": WARN}",
	    [CHECK_PARAM_TEXTS] = "{\"name\": \"text\"}",
	    [CHECK_PARAM_GROUPS] = "{\"name\": [\"pattern*\"]}",
	    [CHECK_PARAM_STEPS] = "[[100, 80%, 90%]]",
	};
	bool upper = p->type == CHECK_PARAM_UPPER;

	if ((upper || p->type == CHECK_PARAM_LOWER) && p->def.set)
		add_levels(out, &p->def.levels);
	else if (upper && strcmp(p->unit, "%") == 0)
		str_add(out, "[80%, 90%]");
	else if (p->type == CHECK_PARAM_NUMBER && p->def.set)
		render_plain(out, p->def.number);
	else
		str_add(out, values[p->type]);
}

void
check_example(const struct check *check, struct str *out)
{
	str_addf(out, "- {ruleset: %s, value: {%s: ", check->ruleset,
	    check->params[0].name);
	add_value(out, &check->params[0]);
	str_add(out, "}, when: {hosts: [\"web01\"]}}");
}

static void
add_params(struct str *out, const struct check *check)
{
	const struct check_param *p = check->params;
	if (p == NULL)
		return;
	str_add(out, "| parameter | type | unit | default | meaning |\n");
	str_add(out, "|---|---|---|---|---|\n");
	for (; p->name != NULL; p++) {
		str_addf(out, "| `%s` | %s | %s | ", p->name,
		    type_names[p->type], p->unit);
		check_param_default(p, out);
		str_addf(out, " | %s |\n", p->help);
	}
	str_addc(out, '\n');
	if (check->ruleset == NULL)
		return;
	str_add(out, "```yaml\n");
	check_example(check, out);
	str_add(out, "\n```\n\n");
}

static void
add_metrics(struct str *out, const struct check *check)
{
	const struct check_metric *m = check->metrics;
	if (m == NULL)
		return;
	str_add(out, "| metric | unit | meaning |\n|---|---|---|\n");
	for (; m->name != NULL; m++)
		str_addf(
		    out, "| `%s` | %s | %s |\n", m->name, m->unit, m->title);
	str_addc(out, '\n');
}

void
checks_document_one(const struct check *check, struct str *out)
{
	struct str service = {0};
	check_describe(check, SLICE("ITEM"), &service);
	str_addf(out, "## %s: %s\n\n%s\n\n", check->name, check->title,
	    check->manual);
	str_addf(out, "Services: `%s`. Sections:", str_get(&service));
	for (size_t i = 0; check->sections[i] != NULL; i++) {
		const struct section_type *s = check->sections[i];
		str_addf(out, "%s `%s`", i > 0 ? "," : "", s->names[0]);
		for (size_t k = 1; s->names[k] != NULL; k++)
			str_addf(out, " or `%s`", s->names[k]);
	}
	str_add(out, ". ");
	if (check->ruleset != NULL)
		str_addf(out, "Ruleset: `%s`.\n\n", check->ruleset);
	else
		str_add(out, "It takes no parameters.\n\n");
	add_params(out, check);
	add_metrics(out, check);
	str_free(&service);
}

void
checks_document(struct str *out)
{
	const struct check *check;

	str_add(out,
	    "# Checks\n\n"
	    "Printed by `vedette reference checks`. Levels are written `[warn, "
	    "crit]`, in the\nunit given or as percentages (`[80%, 90%]`); "
	    "`null` switches them off. Durations\nmay stand where seconds are "
	    "meant. Parameters are set by a rule:\n\n"
	    "```yaml\nrules:\n"
	    "- {ruleset: filesystem_levels, value: {levels: [70%, 80%]}, when: "
	    "{items: [\"/var/.*\"]}}\n```\n\n");
	for (size_t i = 0; (check = check_at(i)) != NULL; i++)
		checks_document_one(check, out);
}
