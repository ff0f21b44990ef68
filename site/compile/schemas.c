/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON Schemas of the configuration's files, for editors. Of a rule's value
 * they say what its ruleset takes.
 */
#include "common/config/schema_json.h"
#include "common/config/settings_table.h"
#include "notifyd/methods/table.h"
#include "site/compile/compile.h"
#include "site/compile/model.h"

#include <stdlib.h>

struct rulesets {
	struct schema_json *x;
	json_t *names; /* enum */
	json_t *cases; /* allOf */
};

static void
add_case(struct rulesets *r, const char *name, json_t *value)
{
	json_array_append_new(r->names, json_string(name));
	json_array_append_new(r->cases,
	    json_pack("{s:{s:{s:{s:s}}, s:[s]}, s:{s:{s:o}}}", "if",
		"properties", "ruleset", "const", name, "required", "ruleset",
		"then", "properties", "value", value));
}

/* {default, periods}, or the parameters themselves. */
static void
add_check(const char *ruleset, const char *check, const char *title, void *arg)
{
	struct rulesets *r = arg;
	json_t *params, *defaults, *plain, *timed, *one;
	const char *key;
	json_t *value;
	size_t i;

	json_array_foreach(r->names, i, value)
	{
		if (strcmp(json_string_value(value), ruleset) == 0)
			return;
	}
	params = json_object();
	defaults = checks_defaults(check);
	json_object_foreach(defaults, key, value)
	{
		char *text = json_dumps(value, JSON_ENCODE_ANY);

		json_object_set_new(params, key,
		    json_pack("{s:o}", "description",
			json_sprintf("default: %s", text)));
		free(text);
	}
	json_decref(defaults);
	plain = json_pack("{s:s, s:o, s:b}", "type", "object", "properties",
	    params, "additionalProperties", 0);
	one = json_pack("{s:s, s:{s:{s:s}, s:O}, s:[s,s], s:b}", "type",
	    "object", "properties", "period", "type", "string", "value", plain,
	    "required", "period", "value", "additionalProperties", 0);
	timed = json_pack("{s:s, s:{s:O, s:{s:s, s:o}}, s:[s], s:b}", "type",
	    "object", "properties", "default", plain, "periods", "type",
	    "array", "items", one, "required", "periods",
	    "additionalProperties", 0);
	add_case(r, ruleset,
	    json_pack(
		"{s:s, s:[o,o]}", "description", title, "anyOf", plain, timed));
}

static void
add_all(struct rulesets *r)
{
	for (unsigned service = 0; service < 2; service++) {
		for (unsigned a = 0; a < ATTR_COUNT; a++) {
			struct str name = {0};

			if (!keys_has_ruleset((enum attr)a, service))
				continue;
			str_addf(&name, "%s_%s", service ? "service" : "host",
			    keys_attrs[a].name);
			add_case(r, str_get(&name),
			    schema_json_of(r->x, keys_attrs[a].schema));
			str_free(&name);
		}
	}
	for (unsigned i = 0; i < EXTRA_COUNT; i++)
		add_case(r, keys_extras[i].name,
		    schema_json_of(r->x, keys_extras[i].schema));
	checks_each(add_check, r);
}

/* The definition of a rule gets its rulesets. */
static void
refine_rules(json_t *schema, struct rulesets *r)
{
	json_t *definitions = json_object_get(schema, "$defs"), *one;
	const char *key;

	json_object_foreach(definitions, key, one)
	{
		json_t *properties = json_object_get(one, "properties");
		json_t *ruleset = json_object_get(properties, "ruleset");

		if (ruleset == NULL)
			continue;
		json_object_set(ruleset, "enum", r->names);
		json_object_set(one, "allOf", r->cases);
	}
	json_decref(r->names);
	json_decref(r->cases);
}

/* What each built-in method takes, for who names one beside parameters. */
static json_t *
method_cases(struct schema_json *x)
{
	json_t *cases = json_array();
	const struct method_def *def;

	for (size_t i = 0; (def = method_def_at(i)) != NULL; i++)
		json_array_append_new(cases,
		    json_pack(
			"{s:{s:{s:{s:s}}, s:[s]}, s:{s:{s:{s:[{s:s}, o]}}}"
			"}",
			"if", "properties", "method", "const", def->name,
			"required", "method", "then", "properties",
			"parameters", "anyOf", "type", "string",
			schema_json_of(x, def->parameters)));
	return cases;
}

/* The definitions that have both get the cases, which are taken. */
static void
refine_methods(json_t *schema, json_t *cases)
{
	json_t *definitions = json_object_get(schema, "$defs"), *one;
	const char *key;

	json_object_foreach(definitions, key, one)
	{
		json_t *properties = json_object_get(one, "properties");

		if (json_object_get(properties, "method") != NULL &&
		    json_object_get(properties, "parameters") != NULL)
			json_object_set(one, "allOf", cases);
	}
	json_decref(cases);
}

static json_t *
conf_schema(void)
{
	struct rulesets r = {schema_json_new(), json_array(), json_array()};
	json_t *root = schema_json_of(r.x, &keys_file), *schema;
	json_t *methods = method_cases(r.x);

	add_all(&r);
	schema = schema_json_end(
	    &r.x, root, "Vedette: a file of etc/vedette/conf.d");
	refine_rules(schema, &r);
	refine_methods(schema, methods);
	return schema;
}

/* --- site.yaml: dotted paths become nested tables --------------------------
 */

static json_t *
level_at(json_t *root, const char *path, const char **last_r)
{
	const char *dot;

	while ((dot = strchr(path, '.')) != NULL) {
		json_t *properties = json_object_get(root, "properties");
		json_t *next =
		    json_object_getn(properties, path, (size_t)(dot - path));

		if (next == NULL) {
			next = json_pack("{s:s, s:{}, s:b}", "type", "object",
			    "properties", "additionalProperties", 0);
			json_object_setn_new(
			    properties, path, (size_t)(dot - path), next);
		}
		root = next;
		path = dot + 1;
	}
	*last_r = path;
	return json_object_get(root, "properties");
}

static void
add_setting(struct schema_json *x, json_t *root, const char *path,
    const struct schema *schema, const char *help)
{
	const char *last;
	json_t *level = level_at(root, path, &last);
	json_t *one = schema_json_of(x, schema);

	if (help != NULL)
		json_object_set_new(one, "description", json_string(help));
	json_object_set_new(level, last, one);
}

static json_t *
site_schema(void)
{
	struct schema_json *x = schema_json_new();
	json_t *root = json_pack("{s:[s,s], s:{}, s:b}", "type", "object",
	    "null", "properties", "additionalProperties", 0);

	for (size_t i = 0; settings_entry(i) != NULL; i++) {
		const struct settings_entry *e = settings_entry(i);
		const struct schema *special = settings_schema_of(e->path);

		add_setting(x, root, e->path,
		    special != NULL ? special : e->schema, e->help);
	}
	for (size_t i = 0; settings_listener_entry(i) != NULL; i++) {
		const struct settings_listener_entry *l =
		    settings_listener_entry(i);
		struct str path = {0};

		str_addf(&path, "listen.%s", l->name);
		add_setting(x, root, str_get(&path),
		    settings_listener_schema(l->name), l->help);
		str_free(&path);
	}
	return schema_json_end(&x, root, "Vedette: etc/vedette/site.yaml");
}

static json_t *
plain_schema(const struct schema *schema, const char *title)
{
	struct schema_json *x = schema_json_new();
	json_t *root = schema_json_of(x, schema);

	return schema_json_end(&x, root, title);
}

json_t *
compile_schema(const char *file)
{
	if (strcmp(file, "conf.d") == 0)
		return conf_schema();
	if (strcmp(file, "_folder") == 0)
		return plain_schema(&keys_folder, "Vedette: a _folder.yaml");
	if (strcmp(file, "site") == 0)
		return site_schema();
	return NULL;
}
