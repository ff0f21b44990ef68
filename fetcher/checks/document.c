/* SPDX-License-Identifier: Apache-2.0
 *
 * docs/checks.md, printed from the checks' own declarations.
 */
#include "fetcher/checks/check.h"
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
