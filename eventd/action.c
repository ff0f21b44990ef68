/* SPDX-License-Identifier: Apache-2.0
 *
 * Definitions of actions and their environment; see action.h.
 */
#include "eventd/action.h"

#include "common/mem.h"
#include "eventd/action_internal.h"
#include "eventd/rule/reader.h"
#include "eventd/status/query.h"

#include <ctype.h>
#include <stdlib.h>

static void
read_action(struct action_table *t, const char *id, const json_t *object,
    struct str *mistakes)
{
	static const char *const kinds[] = {"script", NULL};
	const char *script, *kind;
	struct action *a;
	struct reader r;

	reader_init(&r, object, mistakes, "event_actions.%s", id);
	t->v = xreallocarray(t->v, t->n + 1, sizeof(*t->v));
	a = &t->v[t->n++];
	*a = (struct action){.id = xstrdup(id)};
	reader_string(&r, "title");
	reader_bool(&r, "hidden", false);
	a->disabled = reader_bool(&r, "disabled", false);
	kind = json_string_value(json_object_get(object, "kind"));
	if (kind != NULL && strcmp(kind, "email") == 0)
		reader_mistake(&r, "kind",
		    "this version sends no mail by itself; use @NOTIFY or a "
		    "script");
	else
		reader_word(&r, "kind", kinds, 0);
	script = reader_string(&r, "script");
	if (script == NULL && !r.bad)
		reader_mistake(&r, "script", "is needed");
	a->script = xstrdup(script == NULL ? "" : script);
	if (!r.bad)
		reader_end(&r);
}

struct action_table *
action_table_read(const json_t *doc, struct str *mistakes)
{
	struct action_table *t = xnew(struct action_table);
	size_t before = mistakes->len;
	const char *id;
	json_t *value;

	if (doc != NULL && !json_is_object(doc))
		str_add(mistakes, "event_actions: an object is expected\n");
	json_object_foreach((json_t *)doc, id, value)
	{
		read_action(t, id, value, mistakes);
	}
	if (mistakes->len > before)
		action_table_free(&t);
	return t;
}

void
action_table_free(struct action_table **tp)
{
	struct action_table *t = *tp;

	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].id);
		free(t->v[i].script);
	}
	free(t->v);
	free(t);
	*tp = NULL;
}

const struct action *
action_find(const struct action_table *t, const char *id)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->v[i].id, id) == 0)
			return &t->v[i];
	}
	return NULL;
}

bool
action_known(const struct action_table *t, const char *id)
{
	return action_find(t, id) != NULL;
}

bool
action_exists(const struct action_table *t, const char *id)
{
	const struct action *a = action_find(t, id);

	return a != NULL && !a->disabled;
}

static void
add_env(char ***env, size_t *n, const char *name, struct slice value)
{
	struct str s = {0};

	str_add(&s, "CMK_");
	for (; *name != '\0'; name++)
		str_addc(&s, (char)toupper((unsigned char)*name));
	str_addc(&s, '=');
	str_addslice(&s, value);
	*env = xreallocarray(*env, *n + 2, sizeof(**env));
	(*env)[(*n)++] = str_steal(&s);
	(*env)[*n] = NULL;
}

char **
action_env(const struct event *ev)
{
	struct row row = {.event = ev};
	struct str text = {0};
	char **env = NULL;
	size_t n = 0;

	for (const struct column *c = query_columns(QUERY_EVENTS);
	     c->name != NULL; c++) {
		struct cell cell = {.type = c->type};

		c->get(&row, c->index, &cell);
		str_clear(&text);
		if (cell.type == CELL_STR)
			str_addslice(&text, cell.s);
		else
			cell_format(&text, &cell, FORMAT_PLAIN);
		add_env(&env, &n, c->name + strlen("event_"), str_slice(&text));
	}
	for (size_t i = 0; i < ev->groups.n; i++) {
		char name[40];

		snprintf(name, sizeof(name), "MATCH_GROUP_%zu", i + 1);
		add_env(&env, &n, name, slice_of(ev->groups.v[i]));
	}
	str_free(&text);
	return env;
}

void
action_env_free(char **env)
{
	for (size_t i = 0; env != NULL && env[i] != NULL; i++)
		free(env[i]);
	free(env);
}
