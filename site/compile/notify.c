/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks notification rules beyond their types and gathers the site's list;
 * notifyd works by it.
 */
#include "site/compile/notify.h"
#include "common/file.h"
#include "common/mem.h"

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

/* Scripts lie in the site's own folder or the version's. */
static void
check_method(struct model *m, const char *method, struct place at)
{
	static const char *const folders[] = {
	    "local/share/vedette/notifications", "share/vedette/notifications"};
	bool found = strcmp(method, "mail") == 0 || strcmp(method, "*") == 0;

	for (size_t i = 0; m->root != NULL && i < ARRAY_LEN(folders); i++) {
		char *path = xasprintf("%s/%s/%s", m->root, folders[i], method);

		found |= strchr(method, '/') == NULL && file_exists(path);
		free(path);
	}
	if (!found && m->root != NULL)
		model_warn(m, at,
		    "there is no method %s (neither built in nor in "
		    "local/share/vedette/notifications)",
		    method);
}

static void
check_bulk(struct model *m, const json_t *bulk, struct place at)
{
	bool horizon = json_object_get(bulk, "horizon") != NULL;
	bool period = json_object_get(bulk, "period") != NULL;

	if (!json_is_object(bulk))
		return;
	need_period(m, bulk, "period", at);
	if (horizon == period)
		model_mistake(
		    m, at, "expected one of the keys horizon and period");
	if (json_object_get(bulk, "outside") != NULL && !period)
		model_mistake_key(m, place_key(at, "outside"),
		    "goes with the key period alone");
}

static void
check_rule(struct model *m, const json_t *rule, struct place at, bool own)
{
	static const char *const not_own[] = {"to", "allow_disable"};
	const char *method = json_string_value(json_object_get(rule, "method"));

	check_when(m, json_object_get(rule, "when"), place_key(at, "when"));
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
