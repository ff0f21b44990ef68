/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes JSON Schema; see schema_json.h.
 */
#include "common/config/schema_json.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_PATTERN "^[^;\\x00-\\x1f\\x7f]+$"
#define DURATION_PATTERN                                                       \
	"^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ms|s|m|h|d|w)?"                       \
	"( ?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ms|s|m|h|d|w))*$"
#define BYTES_PATTERN "^[0-9]+ ?(KiB|MiB|GiB|KB|kB|MB|GB|B)?$"

struct known {
	const struct schema *schema;
	char name[16];
};

struct schema_json {
	struct known *known; /* tables with a definition */
	size_t n, cap;
	json_t *definitions;
};

struct schema_json *
schema_json_new(void)
{
	struct schema_json *x = xnew(struct schema_json);

	x->definitions = json_object();
	return x;
}

static json_t *
text_or_number(const char *pattern)
{
	json_t *value = json_pack("{s:[s,s]}", "type", "string", "integer");

	if (pattern != NULL)
		json_object_set_new(value, "pattern", json_string(pattern));
	return value;
}

static json_t *
number(const struct schema *s, const char *type)
{
	json_t *value = json_pack("{s:s}", "type", type);

	if (s->min == 0 && s->max == 0)
		return value;
	json_object_set_new(value, "minimum", json_real(s->min));
	json_object_set_new(value, "maximum", json_real(s->max));
	return value;
}

/* Words that look like numbers may be written as such. */
static json_t *
words(const struct schema *s)
{
	json_t *list = json_array();

	for (size_t i = 0; s->words[i] != NULL; i++) {
		const char *w = s->words[i];

		json_array_append_new(list, json_string(w));
		if (w[0] >= '0' && w[0] <= '9' && w[1] == '\0')
			json_array_append_new(list, json_integer(w[0] - '0'));
	}
	return json_pack("{s:o}", "enum", list);
}

static json_t *
list_of(struct schema_json *x, const struct schema *s)
{
	json_t *value = json_pack(
	    "{s:s, s:o}", "type", "array", "items", schema_json_of(x, s->of));

	if (s->min > 0)
		json_object_set_new(
		    value, "minItems", json_integer((json_int_t)s->min));
	if (s->max > 0)
		json_object_set_new(
		    value, "maxItems", json_integer((json_int_t)s->max));
	return value;
}

static json_t *
table(struct schema_json *x, const struct schema *s)
{
	json_t *properties = json_object(), *required = json_array();
	json_t *value = json_pack("{s:s, s:o, s:b}", "type", "object",
	    "properties", properties, "additionalProperties", 0);

	for (const struct schema_key *k = s->keys; k->key != NULL; k++) {
		json_t *one = schema_json_of(x, k->type);
		struct str help = {0};

		if (k->help != NULL)
			str_add(&help, k->help);
		if (k->def != NULL && k->def[0] != '\0')
			str_addf(&help, "%sdefault: %s",
			    help.len > 0 ? "; " : "", k->def);
		if (help.len > 0)
			json_object_set_new(
			    one, "description", json_string(str_get(&help)));
		json_object_set_new(properties, k->key, one);
		if (k->required)
			json_array_append_new(required, json_string(k->key));
		str_free(&help);
	}
	if (json_array_size(required) > 0)
		json_object_set(value, "required", required);
	json_decref(required);
	return value;
}

static json_t *
either(struct schema_json *x, const struct schema *s)
{
	json_t *list = json_array();

	for (size_t i = 0; s->either[i] != NULL; i++)
		json_array_append_new(list, schema_json_of(x, s->either[i]));
	return json_pack("{s:o}", "anyOf", list);
}

/* Each table and each choice is defined once, so that they may contain
 * themselves. */
static json_t *
reference(struct schema_json *x, const struct schema *s)
{
	char name[sizeof(x->known[0].name)];
	json_t *definition;
	size_t i = 0;

	while (i < x->n && x->known[i].schema != s)
		i++;
	if (i == x->n) {
		ARRAY_GROW(x->known, x->n, x->cap);
		x->known[i].schema = s;
		snprintf(x->known[i].name, sizeof(name), "t%zu", i);
		x->n++;
		memcpy(name, x->known[i].name, sizeof(name));
		definition =
		    s->kind == SCHEMA_TABLE ? table(x, s) : either(x, s);
		json_object_set_new(x->definitions, name, definition);
	}
	return json_pack(
	    "{s:o}", "$ref", json_sprintf("#/$defs/%s", x->known[i].name));
}

static json_t *
plain(struct schema_json *x, const struct schema *s)
{
	switch (s->kind) {
	case SCHEMA_TEXT:
	case SCHEMA_REGEX:
		return text_or_number(NULL);
	case SCHEMA_EMAIL:
	case SCHEMA_NETWORK:
		return json_pack("{s:s}", "type", "string");
	case SCHEMA_NAME:
		return text_or_number(NAME_PATTERN);
	case SCHEMA_BOOL: /* YAML 1.2 takes the words for texts */
		return json_pack("{s:[b,b,s,s,s,s]}", "enum", 1, 0, "on", "off",
		    "yes", "no");
	case SCHEMA_INT:
		return number(s, "integer");
	case SCHEMA_REAL:
		return number(s, "number");
	case SCHEMA_DURATION:
		return text_or_number(DURATION_PATTERN);
	case SCHEMA_BYTES:
		return text_or_number(BYTES_PATTERN);
	case SCHEMA_WORD:
		return words(s);
	case SCHEMA_LIST:
		return list_of(x, s);
	case SCHEMA_MAP:
		return json_pack("{s:s, s:o}", "type", "object",
		    "additionalProperties", schema_json_of(x, s->of));
	case SCHEMA_TABLE:
	case SCHEMA_EITHER:
		return reference(x, s);
	case SCHEMA_ANY:
		break;
	}
	return json_object();
}

json_t *
schema_json_of(struct schema_json *x, const struct schema *s)
{
	json_t *value = plain(x, s);

	if (s->null_ok && s->kind != SCHEMA_ANY)
		value =
		    json_pack("{s:[o, {s:s}]}", "anyOf", value, "type", "null");
	if (s->expected != NULL)
		json_object_set_new(
		    value, "description", json_string(s->expected));
	return value;
}

json_t *
schema_json_end(struct schema_json **xp, json_t *root, const char *title)
{
	struct schema_json *x = *xp;

	*xp = NULL;
	json_object_set_new(root, "$schema",
	    json_string("https://json-schema.org/draft/2020-12/schema"));
	json_object_set_new(root, "title", json_string(title));
	json_object_set_new(root, "$defs", x->definitions);
	free(x->known);
	free(x);
	return root;
}
