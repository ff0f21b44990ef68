/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration's reference, printed from the tables that check it.
 */
#include "site/compile/compile.h"
#include "site/compile/model.h"

#define MAX_DEPTH 6

/* "|" would end a cell. */
static void
add_cell(struct str *to, const char *text)
{
	for (; text != NULL && *text != '\0'; text++) {
		if (*text == '|')
			str_addc(to, '\\');
		str_addc(to, *text);
	}
}

static void
add_row(struct str *to, const char *name, const struct schema *schema,
    const char *middle, const char *def, const char *help)
{
	struct str type = {0};

	schema_expected(schema, &type);
	str_addf(to, "| `%s` | ", name);
	add_cell(to, str_get(&type));
	str_add(to, " | ");
	if (middle != NULL)
		str_addf(to, "%s | ", middle);
	add_cell(to, def);
	str_add(to, " | ");
	add_cell(to, help);
	str_add(to, " |\n");
	str_free(&type);
}

static void add_keys(struct str *to, const char *prefix,
    const struct schema *schema, unsigned depth);

/* What lies below a value: a table's keys, a list's or mapping's elements. */
static void
add_below(struct str *to, const char *path, const struct schema *schema,
    unsigned depth)
{
	struct str sub = {0};

	if (schema->kind == SCHEMA_TABLE) {
		add_keys(to, path, schema, depth + 1);
	} else if (schema->kind == SCHEMA_LIST) {
		str_addf(&sub, "%s[]", path);
		add_below(to, str_get(&sub), schema->of, depth);
	} else if (schema->kind == SCHEMA_MAP) {
		str_addf(&sub, "%s.NAME", path);
		add_below(to, str_get(&sub), schema->of, depth);
	} else if (schema->kind == SCHEMA_EITHER) {
		for (size_t i = 0; schema->either[i] != NULL; i++) {
			if (schema->either[i]->kind == SCHEMA_TABLE)
				add_below(to, path, schema->either[i], depth);
		}
	}
	str_free(&sub);
}

static void
add_keys(struct str *to, const char *prefix, const struct schema *schema,
    unsigned depth)
{
	if (depth > MAX_DEPTH)
		return;
	for (const struct schema_key *k = schema->keys; k->key != NULL; k++) {
		struct str path = {0};

		str_addf(&path, "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".",
		    k->key);
		add_row(to, str_get(&path), k->type, NULL,
		    k->required ? "required" : k->def, k->help);
		add_below(to, str_get(&path), k->type, depth);
		str_free(&path);
	}
}

void
compile_document_keys(struct str *to)
{
	str_add(to,
	    "# Keys of the configuration\n\n"
	    "`a.NAME.b` is the key b of each entry of the mapping a, `a[].b` "
	    "the key b of each element of the list a.\n\n"
	    "| key | value | default | |\n|---|---|---|---|\n");
	add_keys(to, "", &keys_file, 0);
	str_add(to,
	    "\nA folder's `_folder.yaml` has the keys of a host and "
	    "`title`.\n");
}

/* --- rulesets ------------------------------------------------------------- */

static const char *
words_of(enum eval eval)
{
	switch (eval) {
	case EVAL_FIRST:
		return "first";
	case EVAL_KEYS:
		return "per key";
	case EVAL_ALL:
		return "all";
	case EVAL_IN_OUT:
		return "in or out";
	case EVAL_NONE:
		break;
	}
	return "";
}

static void
add_check(const char *ruleset, const char *check, const char *title, void *arg)
{
	struct str *to = arg;

	str_addf(to, "| `%s` | parameters of the check `%s` | per key | | ",
	    ruleset, check);
	add_cell(to, title);
	str_add(to, " |\n");
}

void
compile_document_rulesets(struct str *to)
{
	str_add(to,
	    "# Rulesets\n\n"
	    "*first*: the first matching rule's value; *per key*: each key "
	    "from the first matching rule that has it; *all*: all matching "
	    "rules' values together; *in or out*: the first matching rule says "
	    "true or false. What an object or its folder sets itself "
	    "comes before rules.\n\n"
	    "| ruleset | value | evaluation | default | |\n"
	    "|---|---|---|---|---|\n");
	for (unsigned service = 0; service < 2; service++) {
		for (unsigned a = 0; a < ATTR_COUNT; a++) {
			const struct attr_def *def = &keys_attrs[a];
			struct str name = {0};

			if (!keys_has_ruleset((enum attr)a, service))
				continue;
			str_addf(&name, "%s_%s", service ? "service" : "host",
			    def->name);
			add_row(to, str_get(&name), def->schema,
			    words_of(def->eval), def->def, def->help);
			str_free(&name);
		}
	}
	for (unsigned i = 0; i < EXTRA_COUNT; i++) {
		const struct extra_def *x = &keys_extras[i];

		add_row(
		    to, x->name, x->schema, words_of(x->eval), x->def, x->help);
	}
	checks_each(add_check, to);
}
