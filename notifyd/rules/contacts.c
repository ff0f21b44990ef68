/* SPDX-License-Identifier: Apache-2.0
 *
 * Contacts as the rules see them, and the whole of a compiled configuration.
 */
#include "notifyd/rules/index.h"
#include "notifyd/rules/meant.h"

#include "common/mem.h"
#include "common/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static char *
text_of(const json_t *entry, const char *key)
{
	const char *text = json_string_value(json_object_get(entry, key));

	return xstrdup(text == NULL ? "" : text);
}

/* Epoch seconds, or a local time "2026-03-02T08:00[:00]". */
static int64_t
read_time(struct reader *r, const char *key, const json_t *value, int64_t none)
{
	const char *text = json_string_value(value);
	struct tm tm = {.tm_isdst = -1};
	char *end;

	if (value == NULL || json_is_null(value))
		return none;
	if (json_is_integer(value))
		return json_integer_value(value);
	if (text != NULL) {
		end = strptime(text, "%Y-%m-%dT%H:%M", &tm);
		if (end == NULL)
			end = strptime(text, "%Y-%m-%d %H:%M", &tm);
		if (end != NULL && *end == ':')
			end = strptime(end, ":%S", &tm);
		if (end != NULL && *end == '\0')
			return mktime(&tm);
	}
	read_fail(r, key, "expected a time such as 2026-03-02T08:00:00");
	return none;
}

/* notifications: on | off | {from, to} */
static void
read_switch(
    struct reader *r, const json_t *value, struct rules_contact *contact)
{
	const char *key;
	json_t *item;

	contact->off_from = contact->off_to = INT64_MAX;
	if (value == NULL)
		return;
	if (!json_is_object(value)) {
		contact->off = !read_bool(r, "notifications", value);
		return;
	}
	json_object_foreach((json_t *)value, key, item)
	{
		if (strcmp(key, "from") != 0 && strcmp(key, "to") != 0)
			read_fail(r, "notifications", "unknown key %s", key);
	}
	contact->off_from = read_time(
	    r, "notifications.from", json_object_get(value, "from"), INT64_MIN);
	contact->off_to = read_time(
	    r, "notifications.to", json_object_get(value, "to"), INT64_MAX);
}

/* What a delivery carries of the person. */
static void
contact_describe(struct rules_contact *contact, const json_t *entry)
{
	const char *key;
	json_t *value, *own = json_object_get(entry, "custom_variables");

	contact->attributes = json_object();
	json_object_foreach(own, key, value)
	{
		if (json_is_string(value))
			json_object_set(contact->attributes, key, value);
	}
	contact->who = json_pack("{s:s, s:s, s:s, s:O}", "alias",
	    contact->alias, "email", contact->email, "pager", contact->pager,
	    "attributes", contact->attributes);
}

static int
read_contact(const char *name, const json_t *entry,
    const struct rules_world *world, struct rules_contact *contact,
    struct str *warnings, struct err *err_r)
{
	struct reader r = {.err = err_r};
	const json_t *value;

	snprintf(r.path, sizeof(r.path), "contacts.%.200s", name);
	contact->name = xstrdup(name);
	contact->alias = text_of(entry, "alias");
	contact->email = text_of(entry, "email");
	contact->pager = text_of(entry, "pager");
	contact_describe(contact, entry);
	value = json_object_get(entry, "notification_period");
	if (value != NULL && !json_is_null(value)) {
		contact->period = read_string(&r, "notification_period", value);
		if (!r.failed &&
		    !world->period_exists(contact->period, world->arg))
			read_fail(&r, "notification_period",
			    "there is no time period \"%s\"", contact->period);
	}
	value = json_object_get(entry, "contact_groups");
	if (value != NULL)
		read_names(&r, "contact_groups", value, &contact->groups);
	value = json_object_get(entry, "sites");
	if (value != NULL)
		read_names(&r, "sites", value, &contact->sites);
	value = json_object_get(entry, "fallback");
	if (value != NULL)
		contact->fallback = read_bool(&r, "fallback", value);
	read_switch(&r, json_object_get(entry, "notifications"), contact);
	gather_read_quiet(
	    &r, json_object_get(entry, "quiet_hours"), world, &contact->quiet);
	if (r.failed)
		return -1;
	value = json_object_get(entry, "notification_rules");
	if (value == NULL)
		return 0;
	snprintf(
	    r.path, sizeof(r.path), "contacts.%.200s.notification_rules", name);
	return rule_read_list(value, r.path, contact, world, &contact->rules,
	    &contact->n_rules, warnings, err_r);
}

static int
contact_compare(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int
read_contacts(struct rules *rules, const json_t *object, struct str *warnings,
    struct err *err_r)
{
	size_t n = json_object_size(object), i = 0;
	const char **names = xcalloc(n + 1, sizeof(*names)), *key;
	json_t *value;
	int done = 0;

	json_object_foreach((json_t *)object, key, value) names[i++] = key;
	qsort(names, n, sizeof(*names), contact_compare);
	rules->contacts = xcalloc(n + 1, sizeof(*rules->contacts));
	for (i = 0; i < n && done == 0; i++) {
		rules->n_contacts++;
		done = read_contact(names[i], json_object_get(object, names[i]),
		    &rules->world, &rules->contacts[i], warnings, err_r);
	}
	free(names);
	return done;
}

static int
read_fallback(struct rules *rules, const json_t *object, struct err *err_r)
{
	struct reader r = {.err = err_r, .path = "notifications.fallback"};
	const json_t *emails = json_object_get(object, "emails");
	const json_t *method = json_object_get(object, "method");

	rules->fallback_method = xstrdup("mail");
	if (emails != NULL)
		read_names(&r, "emails", emails, &rules->fallback_emails);
	if (method != NULL && !json_is_null(method)) {
		free(rules->fallback_method);
		rules->fallback_method = read_string(&r, "method", method);
	}
	return r.failed ? -1 : 0;
}

static int
read_group(struct rules *rules, const json_t *value, struct err *err_r)
{
	struct reader r = {.err = err_r, .path = "notifications"};

	gather_read_group(&r, "group", value, &rules->group);
	return r.failed ? -1 : 0;
}

static void
prepare(const struct rules *rules, struct rule *rule)
{
	nd_meant_prepare(rules, &rule->to);
	for (size_t i = 0; i < rule->n_steps; i++)
		nd_meant_prepare(rules, &rule->steps[i].to);
}

struct rules *
rules_compile(
    const struct rules_config *config, struct str *warnings, struct err *err_r)
{
	struct rules *rules = xnew(struct rules);

	rules->world = config->world;
	rules->absent = config->rules == NULL;
	if (read_contacts(rules, config->contacts, warnings, err_r) < 0 ||
	    read_fallback(rules, config->fallback, err_r) < 0 ||
	    read_group(rules, config->group, err_r) < 0 ||
	    (!rules->absent &&
		rule_read_list(config->rules, "notification_rules", NULL,
		    &rules->world, &rules->v, &rules->n, warnings, err_r) < 0))
		nd_rules_free(&rules);
	if (rules == NULL)
		return NULL;
	for (size_t i = 0; i < rules->n; i++)
		prepare(rules, &rules->v[i]);
	rules->index = nd_index_new(rules);
	return rules;
}

static void
contact_free(struct rules_contact *contact)
{
	for (size_t i = 0; i < contact->n_rules; i++)
		nd_rule_free(&contact->rules[i]);
	free(contact->rules);
	free(contact->name);
	free(contact->alias);
	free(contact->email);
	free(contact->pager);
	free(contact->period);
	gather_quiet_free(&contact->quiet);
	names_free(&contact->groups);
	names_free(&contact->sites);
	json_decref(contact->attributes);
	json_decref(contact->who);
}

void
nd_rules_free(struct rules **rules)
{
	if (*rules == NULL)
		return;
	nd_index_free(&(*rules)->index);
	for (size_t i = 0; i < (*rules)->n; i++)
		nd_rule_free(&(*rules)->v[i]);
	for (size_t i = 0; i < (*rules)->n_contacts; i++)
		contact_free(&(*rules)->contacts[i]);
	free((*rules)->v);
	free((*rules)->contacts);
	free((*rules)->fallback_method);
	names_free(&(*rules)->fallback_emails);
	free(*rules);
	*rules = NULL;
}

const struct rules_contact *
rules_find_contact(const struct rules *rules, const char *name)
{
	size_t lo = 0, hi = rules->n_contacts;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(rules->contacts[mid].name, name);

		if (c == 0)
			return &rules->contacts[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}
