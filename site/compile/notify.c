/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks notification rules beyond their types and gathers the site's list;
 * notifyd works by it.
 */
#include "site/compile/notify.h"
#include "common/file.h"
#include "common/mem.h"
#include "notifyd/methods/table.h"

#include <stdlib.h>

static void
need_list(struct model *m, enum table_id id, const json_t *table,
    const char *key, struct place at)
{
	struct indexes unused = {0};

	named_need_list(
	    m, id, json_object_get(table, key), place_key(at, key), &unused);
	indexes_free(&unused);
}

static void
need_period(
    struct model *m, const json_t *table, const char *key, struct place at)
{
	const char *name = json_string_value(json_object_get(table, key));

	if (name != NULL)
		named_need(m, TABLE_PERIODS, name, place_key(at, key));
}

/* A rule outlives the hosts that it names. */
static void
warn_hosts(
    struct model *m, const json_t *when, const char *key, struct place at)
{
	const json_t *list = json_object_get(when, key);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s != NULL && s[0] != '~')
			named_warn(m, TABLE_HOSTS, s,
			    place_index(place_key(at, key), i));
	}
}

/* "<old><new>" of the letters, or a single word. */
static bool
code_ok(const char *code, const char *states)
{
	static const char *const words[] = {"x", "f", "s", "as", "af"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(code, words[i]) == 0)
			return true;
	}
	return strlen(code) == 2 &&
	    (code[0] == '?' || strchr(states, code[0]) != NULL) &&
	    strchr(states, code[1]) != NULL;
}

static void
check_codes(struct model *m, const json_t *when, const char *key,
    const char *states, struct place at)
{
	const json_t *list = json_object_get(when, key);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *code = json_string_value(json_array_get(list, i));

		if (code != NULL && !code_ok(code, states))
			model_mistake(m, place_index(place_key(at, key), i),
			    "expected two of ?%s such as \"?%c\", or x, f, s, "
			    "as, af, not \"%s\"",
			    states, states[1], code);
	}
}

static void
check_range(
    struct model *m, const json_t *when, const char *key, struct place at)
{
	const json_t *range = json_object_get(when, key);
	json_int_t from = json_integer_value(json_array_get(range, 0));
	json_int_t to = json_integer_value(json_array_get(range, 1));

	if (json_array_size(range) == 2 && to != 0 && from > to)
		model_mistake(m, place_key(at, key),
		    "from %" JSON_INTEGER_FORMAT
		    " is more than to %" JSON_INTEGER_FORMAT,
		    from, to);
}

static void
check_when(struct model *m, const json_t *when, struct place at)
{
	warn_hosts(m, when, "hosts", at);
	warn_hosts(m, when, "exclude_hosts", at);
	need_list(m, TABLE_HOST_GROUPS, when, "host_groups", at);
	need_list(m, TABLE_SERVICE_GROUPS, when, "service_groups", at);
	need_list(m, TABLE_SERVICE_GROUPS, when, "exclude_service_groups", at);
	need_list(m, TABLE_CONTACTS, when, "contacts", at);
	need_list(m, TABLE_CONTACT_GROUPS, when, "contact_groups", at);
	need_period(m, when, "time_period", at);
	check_codes(m, when, "host_events", "rdu", at);
	check_codes(m, when, "service_events", "rwcu", at);
	check_range(m, when, "number", at);
	check_range(m, when, "service_level", at);
}

static void
check_to(struct model *m, const json_t *to, struct place at)
{
	need_list(m, TABLE_CONTACTS, to, "users", at);
	need_list(m, TABLE_CONTACT_GROUPS, to, "groups", at);
	need_list(m, TABLE_CONTACT_GROUPS, to, "only_groups", at);
}

static bool
is_script(const struct model *m, const char *folder, const char *method)
{
	char *path;
	bool there;

	if (m->root == NULL || strchr(method, '/') != NULL)
		return false;
	path = xasprintf(
	    "%s/%s/vedette/notifications/%s", m->root, folder, method);
	there = file_exists(path);
	free(path);
	return there;
}

/* Scripts lie in the site's own folder or the version's. */
static void
check_method(struct model *m, const char *method, struct place at)
{
	bool found = method_def_find(method) != NULL ||
	    strcmp(method, "*") == 0 || is_script(m, "local/share", method) ||
	    is_script(m, "share", method);

	if (!found && m->root != NULL)
		model_warn(m, at,
		    "there is no method %s (neither built in nor in "
		    "local/share/vedette/notifications)",
		    method);
}

/* --- parameters -----------------------------------------------------------
 */

/* The place has what `method` takes. The site's own script of that name takes
 * what it likes. */
void
notify_check_parameters(struct model *m, const char *method, struct place at)
{
	const struct method_def *def = method_def_find(method);

	if (def != NULL && !is_script(m, "local/share", method))
		model_check(m, def->parameters, at);
}

static void
check_set(struct model *m, const struct entry *e)
{
	struct place at =
	    place_key(place_of(e->src, "notification_parameters"), e->name);
	const char *method =
	    json_string_value(json_object_get(e->value, "method"));

	if (method == NULL)
		return;
	check_method(m, method, place_key(at, "method"));
	notify_check_parameters(m, method, place_key(at, "parameters"));
}

/* A rule's parameters: the named set, in place of its name. */
static void
resolve_rule(struct model *m, json_t *rule, struct place at)
{
	json_t *given = json_object_get(rule, "parameters");
	const char *method = json_string_value(json_object_get(rule, "method"));
	const char *name = json_string_value(given), *of;
	json_t *set = NULL;
	uint32_t i;

	if (method == NULL)
		method = "mail";
	at = place_key(at, "parameters");
	if (json_is_object(given))
		notify_check_parameters(m, method, at);
	if (name == NULL)
		return;
	i = named_need(m, TABLE_PARAMETERS, name, at);
	if (i != NONE) {
		m->tables[TABLE_PARAMETERS].items[i].used = true;
		set = m->tables[TABLE_PARAMETERS].items[i].value;
	}
	of = json_string_value(json_object_get(set, "method"));
	if (of != NULL && strcmp(of, method) != 0)
		model_mistake(m, at,
		    "the set %s is for the method %s, but the rule's is %s",
		    name, of, method);
	set = json_object_get(set, "parameters");
	if (set == NULL)
		json_object_set_new(rule, "parameters", json_object());
	else
		json_object_set(rule, "parameters", set);
}

/* The policy, in place of its name. */
static void
resolve_escalation(struct model *m, json_t *rule, struct place at)
{
	const char *name =
	    json_string_value(json_object_get(rule, "escalation"));
	json_t *policy = NULL;
	uint32_t i;

	at = place_key(at, "escalation");
	if (name == NULL)
		return;
	i = named_need(m, TABLE_ESCALATIONS, name, at);
	if (i != NONE) {
		m->tables[TABLE_ESCALATIONS].items[i].used = true;
		policy = json_copy(m->tables[TABLE_ESCALATIONS].items[i].value);
	}
	if (json_is_true(json_object_get(rule, "cancel")))
		model_mistake_key(m, at,
		    "a rule that cancels cannot escalate: it tells nobody");
	if (json_object_get(rule, "to") != NULL)
		model_mistake_key(
		    m, at, "does not go together with the key to");
	if (policy == NULL) {
		json_object_del(rule, "escalation");
		return;
	}
	json_object_del(policy, "comment");
	json_object_set_new(rule, "escalation", policy);
}

/* Names within a policy, and its times. */
static void
check_policy(struct model *m, const struct entry *e)
{
	struct place at =
	    place_key(place_of(e->src, "escalation_policies"), e->name);
	const json_t *steps = json_object_get(e->value, "steps");
	int64_t before = -1, after = 0, every = 0;

	at = place_key(at, "steps");
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);
		struct place here = place_index(at, i);
		const char *method =
		    json_string_value(json_object_get(step, "method"));

		check_to(m, json_object_get(step, "to"), place_key(here, "to"));
		if (method != NULL) {
			check_method(m, method, place_key(here, "method"));
			notify_check_parameters(
			    m, method, place_key(here, "parameters"));
		}
		if (!schema_duration_ms(json_object_get(step, "after"), &after))
			continue;
		if (after <= before)
			model_mistake(m, place_key(here, "after"),
			    "expected more than that of the step before");
		before = after;
	}
	at = place_key(place_of(e->src, "escalation_policies"), e->name);
	if (schema_duration_ms(json_object_get(e->value, "every"), &every) &&
	    every <= before)
		model_mistake(m, place_key(at, "every"),
		    "expected more than `after` of the last step");
}

static void
resolve_rules(struct model *m, const json_t *rules, struct place at)
{
	for (size_t i = 0; i < json_array_size(rules); i++) {
		json_t *rule = json_array_get(rules, i);

		resolve_rule(m, rule, place_index(at, i));
		resolve_escalation(m, rule, place_index(at, i));
	}
}

void
notify_resolve(struct model *m)
{
	const struct table *sets = &m->tables[TABLE_PARAMETERS];
	const struct table *contacts = &m->tables[TABLE_CONTACTS];
	const struct table *policies = &m->tables[TABLE_ESCALATIONS];

	for (uint32_t i = 0; i < sets->n; i++)
		check_set(m, &sets->items[i]);
	for (uint32_t i = 0; i < policies->n; i++)
		check_policy(m, &policies->items[i]);
	for (size_t i = 0; i < m->n_sources; i++) {
		const struct source *src = m->sources[i];

		if (src->kind == SOURCE_CONF)
			resolve_rules(m,
			    json_object_get(src->root, "notification_rules"),
			    place_of(src, "notification_rules"));
	}
	for (uint32_t i = 0; i < contacts->n; i++) {
		const struct entry *e = &contacts->items[i];

		resolve_rules(m,
		    json_object_get(e->value, "notification_rules"),
		    place_key(place_key(place_of(e->src, "contacts"), e->name),
			"notification_rules"));
	}
}

/* The period at whose end something is sent. */
void
notify_check_gathering(struct model *m, const json_t *table, struct place at)
{
	const char *period =
	    json_string_value(json_object_get(table, "period"));

	need_period(m, table, "period", at);
	if (period != NULL && strcmp(period, "24X7") == 0)
		model_mistake(m, place_key(at, "period"),
		    "24X7 never ends, so nothing would be sent");
}

static void
check_bulk(struct model *m, const json_t *bulk, struct place at)
{
	bool horizon = json_object_get(bulk, "horizon") != NULL;
	bool period = json_object_get(bulk, "period") != NULL;

	if (!json_is_object(bulk))
		return;
	notify_check_gathering(m, bulk, at);
	if (horizon == period)
		model_mistake(
		    m, at, "expected one of the keys horizon and period");
	if (json_object_get(bulk, "outside") != NULL && !period)
		model_mistake_key(m, place_key(at, "outside"),
		    "goes with the key period alone");
}

static void
check_outside(struct model *m, const json_t *rule, struct place at)
{
	const json_t *when = json_object_get(rule, "when");
	const char *outside =
	    json_string_value(json_object_get(when, "outside"));

	if (outside == NULL)
		return;
	if (json_object_get(when, "time_period") == NULL)
		model_mistake_key(m, place_key(at, "outside"),
		    "goes with the key time_period alone");
	if (json_is_true(json_object_get(rule, "cancel")) &&
	    strcmp(outside, "hold") == 0)
		model_mistake(m, place_key(at, "outside"),
		    "a rule that cancels cannot hold: it tells nobody");
}

static void
check_rule(struct model *m, const json_t *rule, struct place at, bool own)
{
	static const char *const not_own[] = {
	    "to", "allow_disable", "escalation"};
	const char *method = json_string_value(json_object_get(rule, "method"));

	check_when(m, json_object_get(rule, "when"), place_key(at, "when"));
	check_outside(m, rule, place_key(at, "when"));
	check_to(m, json_object_get(rule, "to"), place_key(at, "to"));
	check_bulk(m, json_object_get(rule, "bulk"), place_key(at, "bulk"));
	if (method != NULL)
		check_method(m, method, place_key(at, "method"));
	for (size_t i = 0; own && i < ARRAY_LEN(not_own); i++) {
		if (json_object_get(rule, not_own[i]) != NULL)
			model_mistake_key(m, place_key(at, not_own[i]),
			    "a contact's own rule is for the contact alone");
	}
}

void
notify_check_rules(
    struct model *m, const json_t *rules, struct place at, bool own)
{
	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i);
		const char *id = json_string_value(json_object_get(rule, "id"));

		check_rule(m, rule, place_index(at, i), own);
		for (size_t k = 0; id != NULL && k < i; k++) {
			const char *other = json_string_value(
			    json_object_get(json_array_get(rules, k), "id"));

			if (other != NULL && strcmp(id, other) == 0)
				model_mistake(m,
				    place_key(place_index(at, i), "id"),
				    "the id %s is there twice", id);
		}
	}
}

/* NULL while the key is in no file. */
json_t *
notify_gather(struct model *m)
{
	json_t *all = NULL;

	for (size_t i = 0; i < m->n_sources; i++) {
		const struct source *src = m->sources[i];
		json_t *rules =
		    json_object_get(src->root, "notification_rules");

		if (src->kind != SOURCE_CONF || rules == NULL)
			continue;
		notify_check_rules(
		    m, rules, place_of(src, "notification_rules"), false);
		if (all == NULL)
			all = model_keep(m, json_array());
		json_array_extend(all, rules);
	}
	return all;
}
