/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is meant by a rule: the object's contacts, groups, users, addresses,
 * less those who are restricted away (notifications.md section 5.3).
 */
#include "notifyd/rules/meant.h"

#include "common/mem.h"

#include <stdlib.h>

void
nd_plan_skip(struct plan *plan, const char *contact, const char *method,
    const char *reason)
{
	for (size_t i = 0; i < plan->n_skips; i++) {
		const struct plan_skip *s = &plan->skips[i];

		if (strcmp(s->contact, contact) == 0 &&
		    strcmp(s->method, method) == 0 &&
		    strcmp(s->reason, reason) == 0)
			return;
	}
	ARRAY_GROW(plan->skips, plan->n_skips, plan->cap_skips);
	plan->skips[plan->n_skips++] = (struct plan_skip){
	    xstrdup(contact), xstrdup(method), xstrdup(reason)};
}

const char *
meant_name(const struct meant *m)
{
	return m->contact != NULL ? m->contact->name : m->address;
}

static void
meant_add(struct meant_list *list, const struct rules_contact *contact)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].contact == contact)
			return;
	}
	ARRAY_GROW(list->v, list->n, list->cap);
	list->v[list->n++] = (struct meant){.contact = contact};
}

static void
meant_add_emails(struct meant_list *list, const struct names *emails)
{
	for (size_t k = 0; k < emails->n; k++) {
		char *address = xasprintf("mailto:%s", emails->v[k]);
		bool there = false;

		for (size_t i = 0; i < list->n && !there; i++) {
			there = list->v[i].address != NULL &&
			    strcmp(list->v[i].address, address) == 0;
		}
		if (there) {
			free(address);
			continue;
		}
		ARRAY_GROW(list->v, list->n, list->cap);
		list->v[list->n++] = (struct meant){.address = address};
	}
}

void
meant_free(struct meant_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].address);
	free(list->v);
	*list = (struct meant_list){0};
}

void
meant_add_fallback(const struct rules *rules, struct meant_list *list)
{
	for (size_t i = 0; i < rules->n_contacts; i++) {
		if (rules->contacts[i].fallback)
			meant_add(list, &rules->contacts[i]);
	}
	meant_add_emails(list, &rules->fallback_emails);
}

static void
meant_add_name(const struct rules *rules, struct meant_list *list,
    const char *name, const char *method, struct plan *plan)
{
	const struct rules_contact *c = rules_find_contact(rules, name);

	if (c == NULL)
		nd_plan_skip(plan, name, method, "there is no such contact");
	else
		meant_add(list, c);
}

void
meant_add_object(const struct view *v, const char *method, struct plan *plan,
    struct meant_list *list)
{
	struct slice rest = slice_of(v->contacts), word;

	if (strcmp(v->contacts, "?") == 0) { /* unknown to the core */
		meant_add_fallback(v->rules, list);
		return;
	}
	while (slice_next(&rest, ',', &word)) {
		char *name = slice_dup(slice_trim(word));

		if (name[0] != '\0')
			meant_add_name(v->rules, list, name, method, plan);
		free(name);
	}
}

static bool
contact_in_group(const struct rules_contact *c, const struct names *groups)
{
	for (size_t i = 0; i < groups->n; i++) {
		if (names_have(&c->groups, groups->v[i]))
			return true;
	}
	return false;
}

/* only_groups (member of all) and only_attributes. */
static bool
contact_allowed(const struct rules_contact *c, const struct to *to)
{
	for (size_t i = 0; i < to->only_groups.n; i++) {
		if (c == NULL || !names_have(&c->groups, to->only_groups.v[i]))
			return false;
	}
	for (size_t i = 0; i < to->only_attributes.n; i++) {
		const struct pair_item *p = &to->only_attributes.v[i];
		const char *is = c == NULL
		    ? NULL
		    : json_string_value(json_object_get(c->attributes, p->key));

		if (is == NULL || !nd_pattern_matches(p->pattern, is))
			return false;
	}
	return true;
}

void
meant_of_rule(const struct view *v, const struct rule *rule, struct plan *plan,
    struct meant_list *list)
{
	const struct to *to = &rule->to;
	size_t kept = 0;

	if (rule->user != NULL) {
		meant_add(list, rule->user);
		return;
	}
	if (to->object_contacts)
		meant_add_object(v, rule->method, plan, list);
	for (size_t i = 0; i < to->n_members; i++)
		meant_add(list, to->members[i]);
	for (size_t i = 0; i < to->users.n; i++)
		meant_add_name(
		    v->rules, list, to->users.v[i], rule->method, plan);
	meant_add_emails(list, &to->emails);
	for (size_t i = 0; i < list->n; i++) {
		if (contact_allowed(list->v[i].contact, to))
			list->v[kept++] = list->v[i];
		else
			free(list->v[i].address);
	}
	list->n = kept;
}

void
nd_meant_prepare(const struct rules *rules, struct to *to)
{
	size_t cap = 0;

	if (!to->all_users && !to->all_users_with_email && to->groups.n == 0)
		return;
	for (size_t i = 0; i < rules->n_contacts; i++) {
		const struct rules_contact *c = &rules->contacts[i];

		if (!to->all_users &&
		    (!to->all_users_with_email || c->email[0] == '\0') &&
		    !contact_in_group(c, &to->groups))
			continue;
		ARRAY_GROW(to->members, to->n_members, cap);
		to->members[to->n_members++] = c;
	}
}
