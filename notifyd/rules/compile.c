/* SPDX-License-Identifier: Apache-2.0
 *
 * From the documents to compiled rules and contacts. Unknown keys are
 * mistakes; what this version cannot do is refused, never ignored.
 */
#include "notifyd/rules/read.h"

#include "common/mem.h"
#include "notifyd/rules/escalation.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum kind {
	KIND_NAMES,
	KIND_TEXT,
	KIND_PAIRS,
	KIND_PATTERNS,
	KIND_HOSTS,
	KIND_SEARCH, /* one regex, anywhere */
	KIND_START,  /* one regex, anchored */
	KIND_RANGE,
	KIND_NUMBER, /* range with an open end */
	KIND_THROTTLE,
	KIND_OUTSIDE,
	KIND_HOST_CODES,
	KIND_SERVICE_CODES,
	KIND_EVENTS
};

/* clang-format off */
#define WHEN(key, kind) {#key, kind, offsetof(struct when, key)}
static const struct when_key {
	const char *key;
	enum kind kind;
	size_t offset;
} when_keys[] = {
	WHEN(sites, KIND_NAMES),
	WHEN(folder, KIND_TEXT),
	WHEN(tags, KIND_PAIRS),
	WHEN(labels, KIND_PAIRS),
	WHEN(service_labels, KIND_PAIRS),
	WHEN(host_groups, KIND_NAMES),
	WHEN(service_groups, KIND_NAMES),
	WHEN(exclude_service_groups, KIND_NAMES),
	WHEN(service_groups_regex, KIND_PATTERNS),
	WHEN(exclude_service_groups_regex, KIND_PATTERNS),
	WHEN(contacts, KIND_NAMES),
	WHEN(contact_groups, KIND_NAMES),
	WHEN(hosts, KIND_HOSTS),
	WHEN(exclude_hosts, KIND_HOSTS),
	WHEN(services, KIND_PATTERNS),
	WHEN(exclude_services, KIND_PATTERNS),
	WHEN(output, KIND_SEARCH),
	WHEN(check_commands, KIND_NAMES),
	WHEN(time_period, KIND_TEXT),
	{"outside", KIND_OUTSIDE, offsetof(struct when, hold)},
	WHEN(service_level, KIND_RANGE),
	WHEN(number, KIND_NUMBER),
	WHEN(throttle, KIND_THROTTLE),
	WHEN(host_events, KIND_HOST_CODES),
	WHEN(service_events, KIND_SERVICE_CODES),
	WHEN(comment, KIND_START),
	{"event_console", KIND_EVENTS, offsetof(struct when, events)},
};
/* clang-format on */

/* True: hold. */
static bool
read_outside(struct reader *r, const json_t *value)
{
	const char *word = json_string_value(value);

	if (word == NULL ||
	    (strcmp(word, "drop") != 0 && strcmp(word, "hold") != 0)) {
		read_fail(r, "when.outside", "expected drop or hold");
		return false;
	}
	return strcmp(word, "hold") == 0;
}

static void
read_when_key(struct reader *r, const struct when_key *k, const json_t *value,
    struct when *when)
{
	void *at = (char *)when + k->offset;

	switch (k->kind) {
	case KIND_NAMES:
		read_names(r, k->key, value, at);
		break;
	case KIND_TEXT:
		*(char **)at = read_string(r, k->key, value);
		break;
	case KIND_PAIRS:
		read_pairs(r, k->key, value, false, at);
		break;
	case KIND_PATTERNS:
		read_patterns(r, k->key, value, at);
		break;
	case KIND_HOSTS:
		read_hosts(r, k->key, value, at);
		break;
	case KIND_SEARCH:
	case KIND_START:
		*(struct pattern **)at =
		    read_pattern(r, k->key, value, k->kind == KIND_START);
		break;
	case KIND_RANGE:
	case KIND_NUMBER:
		read_range(r, k->key, value, k->kind == KIND_NUMBER, at);
		break;
	case KIND_THROTTLE:
		read_throttle(r, k->key, value, at);
		break;
	case KIND_OUTSIDE:
		*(bool *)at = read_outside(r, value);
		break;
	case KIND_HOST_CODES:
	case KIND_SERVICE_CODES:
		read_codes(r, k->key, value, k->kind == KIND_SERVICE_CODES, at);
		break;
	case KIND_EVENTS:
		read_events(r, value, at);
		break;
	}
}

static void
read_when(struct reader *r, const json_t *object,
    const struct rules_world *world, struct when *when)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object)) {
		read_fail(r, "when", "expected a mapping");
		return;
	}
	json_object_foreach((json_t *)object, key, value)
	{
		const struct when_key *found = NULL;

		for (size_t i = 0; i < ARRAY_LEN(when_keys); i++) {
			if (strcmp(when_keys[i].key, key) == 0)
				found = &when_keys[i];
		}
		if (found == NULL)
			read_fail(r, "when", "unknown key %s", key);
		else
			read_when_key(r, found, value, when);
		if (r->failed)
			return;
	}
	if (when->time_period != NULL &&
	    !world->period_exists(when->time_period, world->arg)) {
		read_fail(r, "when.time_period",
		    "there is no time period \"%s\"", when->time_period);
	}
	if (when->time_period == NULL &&
	    json_object_get(object, "outside") != NULL)
		read_fail(r, "when.outside", "goes with time_period alone");
}

void
read_to(struct reader *r, const json_t *object, struct to *to)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object)) {
		read_fail(r, "to", "expected a mapping");
		return;
	}
	json_object_foreach((json_t *)object, key, value)
	{
		if (strcmp(key, "object_contacts") == 0)
			to->object_contacts = read_bool(r, key, value);
		else if (strcmp(key, "all_users") == 0)
			to->all_users = read_bool(r, key, value);
		else if (strcmp(key, "all_users_with_email") == 0)
			to->all_users_with_email = read_bool(r, key, value);
		else if (strcmp(key, "users") == 0)
			read_names(r, key, value, &to->users);
		else if (strcmp(key, "groups") == 0)
			read_names(r, key, value, &to->groups);
		else if (strcmp(key, "emails") == 0)
			read_names(r, key, value, &to->emails);
		else if (strcmp(key, "only_groups") == 0)
			read_names(r, key, value, &to->only_groups);
		else if (strcmp(key, "only_attributes") == 0)
			read_pairs(r, key, value, true, &to->only_attributes);
		else
			read_fail(r, "to", "unknown key %s", key);
		if (r->failed)
			return;
	}
}

/* Is it one of the plain keys of a rule? Reads it then. */
static bool
read_rule_key(struct reader *r, const char *key, const json_t *value,
    const struct rules_world *world, struct rule *rule)
{
	if (strcmp(key, "id") == 0) {
		free(rule->id);
		rule->id = read_string(r, key, value);
	} else if (strcmp(key, "description") == 0) {
		free(rule->description);
		rule->description = read_string(r, key, value);
	} else if (strcmp(key, "comment") == 0 ||
	    strcmp(key, "docu_url") == 0) {
		free(read_string(r, key, value)); /* for people alone */
	} else if (strcmp(key, "disabled") == 0) {
		rule->disabled = read_bool(r, key, value);
	} else if (strcmp(key, "allow_disable") == 0) {
		rule->locked = !read_bool(r, key, value);
	} else if (strcmp(key, "cancel") == 0) {
		rule->cancel = read_bool(r, key, value);
	} else if (strcmp(key, "method") == 0) {
		free(rule->method);
		rule->method = read_string(r, key, value);
	} else if (strcmp(key, "when") == 0) {
		read_when(r, value, world, &rule->when);
	} else if (strcmp(key, "to") == 0) {
		if (rule->user != NULL)
			read_fail(
			    r, key, "a user's own rule is for them alone");
		else
			read_to(r, value, &rule->to);
	} else {
		return false;
	}
	return true;
}

static void
read_rule(struct reader *r, const json_t *object,
    const struct rules_world *world, struct rule *rule)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object)) {
		read_fail(r, "", "expected a rule");
		return;
	}
	json_object_foreach((json_t *)object, key, value)
	{
		if (strcmp(key, "parameters") == 0) {
			if (!json_is_object(value))
				read_fail(r, key, "expected a mapping");
			else
				rule->params = json_incref(value);
		} else if (strcmp(key, "escalation") == 0) {
			escalation_read(r, value, rule);
		} else if (strcmp(key, "bulk") == 0) {
			gather_read_bulk(r, value, world, &rule->bulk);
		} else if (strcmp(key, "group") == 0) {
			gather_read_group(r, key, value, &rule->group);
		} else if (!read_rule_key(r, key, value, world, rule)) {
			read_fail(r, "", "unknown key %s", key);
		}
		if (r->failed)
			return;
	}
	if (rule->params == NULL)
		rule->params = json_object();
	if (json_object_get(object, "to") == NULL)
		rule->to.object_contacts = rule->n_steps == 0;
	else if (rule->n_steps > 0)
		read_fail(r, "to", "does not go together with escalation");
	escalation_complete(r, rule);
	if (rule->cancel && rule->when.hold)
		read_fail(r, "when.outside",
		    "a rule that cancels cannot hold: it tells nobody");
	if (rule->bulk.given && rule->group.wanted)
		read_fail(r, "group", "does not go together with bulk");
	if (rule->user != NULL && rule->locked)
		read_fail(r, "allow_disable",
		    "a user's own rule can always be cancelled");
	if (strcmp(rule->method, "*") == 0 && !rule->cancel)
		read_fail(r, "method", "\"*\" is for cancelling rules");
	if (strchr(rule->method, '/') != NULL || rule->method[0] == '.' ||
	    rule->method[0] == '\0')
		read_fail(
		    r, "method", "\"%s\" is no name of a method", rule->method);
}

int
rule_read_list(const json_t *list, const char *path,
    const struct rules_contact *contact, const struct rules_world *world,
    struct rule **rules_r, size_t *n_r, struct str *warnings, struct err *err_r)
{
	size_t i;
	json_t *item;

	if (!json_is_array(list)) {
		err_set(err_r, "%s: expected a list of rules", path);
		return -1;
	}
	*rules_r = xcalloc(json_array_size(list) + 1, sizeof(**rules_r));
	json_array_foreach(list, i, item)
	{
		struct reader r = {.err = err_r};
		struct rule *rule = &(*rules_r)[i];

		snprintf(r.path, sizeof(r.path), "%s[%zu]", path, i);
		rule->number = (unsigned)i + 1;
		rule->user = contact;
		rule->id = xasprintf("%zu", i + 1);
		rule->description = xstrdup("");
		rule->method = xstrdup("mail");
		(*n_r)++;
		read_rule(&r, item, world, rule);
		if (r.failed)
			return -1;
		nd_rule_index(rule);
		if (world->method_exists != NULL && !rule->cancel &&
		    !world->method_exists(rule->method, world->arg)) {
			str_addf(warnings,
			    "%s%s.method: there is no method \"%s\"",
			    warnings->len > 0 ? "\n" : "", r.path,
			    rule->method);
		}
	}
	return 0;
}

static void
hosts_free(struct hosts *hosts)
{
	for (size_t i = 0; i < hosts->n; i++) {
		free(hosts->v[i].name);
		nd_pattern_free(&hosts->v[i].pattern);
	}
	free(hosts->v);
}

static void
patterns_free(struct patterns *patterns)
{
	for (size_t i = 0; i < patterns->n; i++)
		nd_pattern_free(&patterns->v[i]);
	free(patterns->v);
}

void
names_free(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
	*names = (struct names){0};
}

void
pairs_free(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++) {
		free(pairs->v[i].key);
		free(pairs->v[i].full);
		names_free(&pairs->v[i].values);
		nd_pattern_free(&pairs->v[i].pattern);
	}
	free(pairs->v);
	*pairs = (struct pairs){0};
}

static void
when_free(struct when *when)
{
	for (size_t i = 0; i < ARRAY_LEN(when_keys); i++) {
		void *at = (char *)when + when_keys[i].offset;

		switch (when_keys[i].kind) {
		case KIND_NAMES:
		case KIND_HOST_CODES:
		case KIND_SERVICE_CODES:
			names_free(at);
			break;
		case KIND_TEXT:
			free(*(char **)at);
			break;
		case KIND_PAIRS:
			pairs_free(at);
			break;
		case KIND_PATTERNS:
			patterns_free(at);
			break;
		case KIND_HOSTS:
			hosts_free(at);
			break;
		case KIND_SEARCH:
		case KIND_START:
			nd_pattern_free(at);
			break;
		case KIND_EVENTS:
			names_free(&when->events.rules);
			nd_pattern_free(&when->events.comment);
			break;
		case KIND_RANGE:
		case KIND_NUMBER:
		case KIND_THROTTLE:
		case KIND_OUTSIDE:
			break;
		}
	}
}

void
nd_rule_free(struct rule *rule)
{
	escalation_free(rule);
	free(rule->id);
	free(rule->description);
	free(rule->method);
	json_decref(rule->params);
	gather_bulk_free(&rule->bulk);
	when_free(&rule->when);
	names_free(&rule->to.users);
	names_free(&rule->to.groups);
	names_free(&rule->to.emails);
	names_free(&rule->to.only_groups);
	pairs_free(&rule->to.only_attributes);
	free(rule->to.members);
}
