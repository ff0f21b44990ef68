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

static const char default_body[] = "Host:        $HOST$\n"
				   "Application: $APPLICATION$\n"
				   "Text:        $TEXT$\n"
				   "State:       $STATE$\n"
				   "Comment:     $COMMENT$\n"
				   "Event:       $ID$ by rule $RULE_ID$\n";

/* `absent` NULL: it is needed. */
static char *
read_text(struct reader *r, const char *key, const char *absent)
{
	const char *text = reader_string(r, key);

	if (text == NULL && absent == NULL && !r->bad)
		reader_mistake(r, key, "is needed");
	return xstrdup(text != NULL ? text : absent != NULL ? absent : "");
}

static void
read_action(struct action_table *t, const char *id, const json_t *object,
    struct str *mistakes)
{
	static const char *const kinds[] = {"script", "email", NULL};
	bool mail;
	struct action *a;
	struct reader r;

	reader_init(&r, object, mistakes, "event_actions.%s", id);
	t->v = xreallocarray(t->v, t->n + 1, sizeof(*t->v));
	a = &t->v[t->n++];
	*a = (struct action){.id = xstrdup(id)};
	reader_string(&r, "title");
	reader_bool(&r, "hidden", false);
	a->disabled = reader_bool(&r, "disabled", false);
	mail = reader_word(&r, "kind", kinds, 0) == 1;
	if (mail) {
		a->to = read_text(&r, "to", NULL);
		a->subject = read_text(&r, "subject", "$HOST$: $TEXT$");
		a->body = read_text(&r, "body", default_body);
	} else {
		a->script = read_text(&r, "script", NULL);
	}
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
		free(t->v[i].to);
		free(t->v[i].subject);
		free(t->v[i].body);
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

/* --- mails ----------------------------------------------------------------
 */

static const char *
value_of(char *const *env, const char *name, size_t len)
{
	static const char prefix[] = "CMK_";
	const size_t n = sizeof(prefix) - 1;

	for (size_t i = 0; env[i] != NULL; i++) {
		if (strncmp(env[i] + n, name, len) == 0 &&
		    env[i][n + len] == '=')
			return env[i] + n + len + 1;
	}
	return NULL;
}

/* $NAME$ is the event's field; what is no field stays as it is. */
static char *
expand(const char *text, char *const *env)
{
	struct str out = {0};

	while (*text != '\0') {
		const char *end = *text == '$' ? strchr(text + 1, '$') : NULL;
		const char *value = end == NULL
		    ? NULL
		    : value_of(env, text + 1, (size_t)(end - text - 1));

		if (value == NULL) {
			str_addc(&out, *text++);
			continue;
		}
		str_add(&out, value);
		text = end + 1;
	}
	return str_steal(&out);
}

bool
action_mail(const struct action_table *t, const char *id,
    const struct event *ev, struct action_mail *mail_r)
{
	const struct action *a = action_find(t, id);
	char **env;

	if (a == NULL || a->disabled || a->to == NULL)
		return false;
	env = action_env(ev);
	mail_r->to = expand(a->to, env);
	mail_r->subject = expand(a->subject, env);
	mail_r->body = expand(a->body, env);
	action_env_free(env);
	return true;
}

void
action_mail_free(struct action_mail *mail)
{
	free(mail->to);
	free(mail->subject);
	free(mail->body);
}

void
action_mail_addinfo(const struct action_mail *mail, struct str *to)
{
	str_addf(to, "%s|%s", mail->to, mail->subject);
}
