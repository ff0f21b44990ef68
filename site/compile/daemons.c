/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks the daemons' own readers of rules, so that what is activated is never
 * refused by one of them later. They name a place as a path in the document
 * that they are given; here it becomes a place in a file. The only file here
 * that knows eventd and, with notify.c, notifyd.
 */
#include "site/compile/daemons.h"
#include "common/mem.h"
#include "eventd/action.h"
#include "eventd/options.h"
#include "eventd/rule/rule.h"
#include "notifyd/rules/rules.h"
#include "site/compile/notify.h"

#include <stdlib.h>

/* --- places --------------------------------------------------------------- */

static const json_t *
value_at(const struct place *at)
{
	const json_t *value = at->src->root;

	for (unsigned i = 0; i < at->n; i++)
		value = at->steps[i].key != NULL
		    ? json_object_get(value, at->steps[i].key)
		    : json_array_get(value, at->steps[i].index);
	return value;
}

/* The key of `object` that `path` goes on with; NULL if there is none. */
static const char *
key_of(const json_t *object, const char *path)
{
	const char *key, *best = NULL;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		size_t n = strlen(key);

		if (strncmp(path, key, n) == 0 &&
		    (path[n] == '.' || path[n] == ':' || path[n] == '[') &&
		    (best == NULL || strlen(best) < n))
			best = key;
	}
	return best;
}

/* `rest` goes on from `at`: ".when.text: why", "[2].id: why" or ": why". */
static void
tell(struct model *m, struct place at, const char *rest, bool warning)
{
	const char *end;

	while (at.n < PLACE_MAX) {
		const char *key;
		unsigned long index;
		char *after;

		if (rest[0] == '[') {
			index = strtoul(rest + 1, &after, 10);
			if (*after != ']' ||
			    json_array_get(value_at(&at), index) == NULL)
				break;
			at = place_index(at, index);
			rest = after + 1;
			continue;
		}
		key = rest[0] == '.' ? key_of(value_at(&at), rest + 1) : NULL;
		if (key == NULL)
			break;
		at = place_key(at, key);
		rest += 1 + strlen(key);
	}
	end = rest + strspn(rest, ".: ");
	if (warning)
		model_warn(m, at, "%s", end);
	else
		model_mistake(m, at, "%s", end);
}

/* Calls tell() for each line that begins with `prefix`. */
static void
tell_lines(struct model *m, struct place at, const char *prefix,
    const struct str *text, bool warning)
{
	struct slice rest = str_slice(text), line;

	while (slice_next(&rest, '\n', &line)) {
		char *copy = xstrndup(line.s, line.len);
		size_t n = strlen(prefix);

		if (line.len > 0)
			tell(m, at,
			    strncmp(copy, prefix, n) == 0 ? copy + n : copy,
			    warning);
		free(copy);
	}
}

/* --- notifyd -------------------------------------------------------------- */

static bool
period_exists(const char *name, void *arg)
{
	return named_find(arg, TABLE_PERIODS, name) != NONE;
}

static bool
never(const char *name, int64_t at, void *arg)
{
	(void)name, (void)at, (void)arg;
	return false;
}

/* Compiles rules and contacts; a mistake is told below `at`. */
static void
try_notify(struct model *m, const json_t *rules, const json_t *contacts,
    struct place at)
{
	struct rules_config config = {.rules = rules,
	    .contacts = contacts,
	    .world = {.period_exists = period_exists,
		.period_is_in = never,
		.arg = m}};
	struct str warnings = {0};
	struct err err = {""};
	struct rules *compiled = rules_compile(&config, &warnings, &err);
	const char *rest;

	if (compiled == NULL) {
		rest = strstr(err.text, "notification_rules[0]");
		tell(m, at,
		    rest == NULL ? err.text
				 : rest + strlen("notification_rules[0]"),
		    false);
	}
	nd_rules_free(&compiled);
	str_free(&warnings);
}

/* Every contact without rules of its own. */
static json_t *
plain_contacts(const struct model *m)
{
	const struct table *t = &m->tables[TABLE_CONTACTS];
	json_t *all = json_object();

	for (uint32_t i = 0; i < t->n; i++)
		json_object_set_new(all, t->items[i].name, json_object());
	return all;
}

/* One by one, as the reader stops at the first mistake. */
static void
try_each(struct model *m, json_t *rules, json_t *contacts, const char *contact,
    struct place at)
{
	for (size_t i = 0; i < json_array_size(rules); i++) {
		json_t *one = json_pack("[O]", json_array_get(rules, i));

		if (contact == NULL) {
			try_notify(m, one, contacts, place_index(at, i));
		} else {
			json_object_set_new(contacts, contact,
			    json_pack("{s:O}", "notification_rules", one));
			try_notify(m, NULL, contacts, place_index(at, i));
			json_object_set_new(contacts, contact, json_object());
		}
		json_decref(one);
	}
}

void
daemons_check_notify(struct model *m)
{
	const struct table *t = &m->tables[TABLE_CONTACTS];
	json_t *contacts = plain_contacts(m);

	for (size_t i = 0; i < m->n_sources; i++) {
		const struct source *src = m->sources[i];

		if (src->kind == SOURCE_CONF)
			try_each(m,
			    json_object_get(src->root, "notification_rules"),
			    contacts, NULL,
			    place_of(src, "notification_rules"));
	}
	for (uint32_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->items[i];

		try_each(m, json_object_get(e->value, "notification_rules"),
		    contacts, e->name,
		    place_key(place_key(place_of(e->src, "contacts"), e->name),
			"notification_rules"));
	}
	json_decref(contacts);
}

/* --- eventd --------------------------------------------------------------- */

static bool
known(const char *kind, const char *name, void *arg)
{
	const struct model *m = arg;

	if (strcmp(kind, "time period") == 0)
		return named_find(m, TABLE_PERIODS, name) != NONE;
	if (strcmp(kind, "contact group") == 0)
		return named_find(m, TABLE_CONTACT_GROUPS, name) != NONE;
	return strcmp(name, "@NOTIFY") == 0 ||
	    named_find(m, TABLE_ACTIONS, name) != NONE;
}

static void
check_event_rules(struct model *m)
{
	const struct rule_names names = {known, m};

	/* Entry by entry: whether ids are unique was looked at already. */
	for (size_t i = 0; i < m->n_sources; i++) {
		const struct source *src = m->sources[i];
		json_t *rules = src->kind == SOURCE_CONF
		    ? json_object_get(src->root, "event_rules")
		    : NULL;

		for (size_t r = 0; r < json_array_size(rules); r++) {
			json_t *one =
			    json_pack("[O]", json_array_get(rules, r));
			struct str mistakes = {0};
			struct ruleset *set =
			    ruleset_compile(one, &names, &mistakes, NULL);

			tell_lines(m,
			    place_index(place_of(src, "event_rules"), r),
			    "event_rules[0]", &mistakes, false);
			ruleset_free(&set);
			str_free(&mistakes);
			json_decref(one);
		}
	}
}

static void
check_event_actions(struct model *m)
{
	const struct table *t = &m->tables[TABLE_ACTIONS];

	for (uint32_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->items[i];
		json_t *one = json_pack("{s:O}", e->name, e->value);
		struct str mistakes = {0};
		struct action_table *table = action_table_read(one, &mistakes);

		tell_lines(m, place_of(e->src, "event_actions"),
		    "event_actions", &mistakes, false);
		action_table_free(&table);
		str_free(&mistakes);
		json_decref(one);
	}
}

void
daemons_check_events(struct model *m)
{
	struct mistakes found = {0}, *all = m->m;

	m->m = &found;
	check_event_actions(m);
	check_event_rules(m);
	m->m = all;
	/* They say again what was found by the types of values. */
	mistakes_move_others(all, &found);
}

void
daemons_check_settings(struct model *m)
{
	char *path = xasprintf("%s/etc/vedette/site.yaml", m->root);
	struct mistakes unused = {0};
	struct yaml_doc *doc = yaml_read(path, &unused);
	struct source src = {
	    .kind = SOURCE_CONF, .doc = doc, .root = yaml_root(doc)};
	const json_t *own = json_object_get(src.root, "eventd");
	const json_t *methods = json_object_get(
	    json_object_get(src.root, "notifications"), "methods");
	struct place at = place_key(place_of(&src, "notifications"), "methods");
	const char *method;
	json_t *unused_value;
	struct str mistakes = {0};
	struct eventd_options *options;

	if (json_is_object(own)) {
		options = eventd_options_read(own, &mistakes);
		tell_lines(
		    m, place_of(&src, "eventd"), "eventd", &mistakes, false);
		eventd_options_free(&options);
	}
	json_object_foreach((json_t *)(uintptr_t)methods, method, unused_value)
	    notify_check_parameters(
		m, method, place_key(place_key(at, method), "parameters"));
	str_free(&mistakes);
	mistakes_free(&unused);
	yaml_doc_free(&doc);
	free(path);
}
