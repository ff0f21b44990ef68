/* SPDX-License-Identifier: Apache-2.0
 *
 * What holds for a host or a service: its own values, then its folder's, then
 * what rules say, then what discovery found. A default is no value here.
 */
#include "site/compile/merge.h"
#include "site/compile/rules.h"

/* Rules' values of every attribute but labels, which come first. */
static void
apply_rules(struct model *m, const struct rules_target *target, json_t **values)
{
	bool service = target->description != NULL;

	for (unsigned a = 0; a < ATTR_COUNT; a++) {
		struct ruleset *set;

		if (a == ATTR_labels)
			continue;
		set = rules_of_attr(m, (enum attr)a, service);
		if (set != NULL)
			values[a] = rules_apply(m, set, target, values[a]);
	}
}

/* Labels from rules and discovery, which the object does not set itself. */
static json_t *
apply_labels(struct model *m, const struct rules_target *target, json_t *labels,
    json_t *found)
{
	struct ruleset *set =
	    rules_of_attr(m, ATTR_labels, target->description != NULL);

	if (set != NULL)
		labels = rules_apply(m, set, target, labels);
	return merge_values(m, ATTR_labels, labels, found, false);
}

void
attrs_own_of_host(struct model *m, struct host *h)
{
	const struct folder *f = &m->folders[h->folder];
	const char *key;
	json_t *value;

	memcpy(h->values, f->values, sizeof(h->values));
	json_object_foreach(h->own, key, value)
	{
		enum attr a = keys_attr(key);

		if (a != ATTR_COUNT && !json_is_null(value))
			h->values[a] = merge_values(m, a, value, f->values[a],
			    a == ATTR_contact_groups);
	}
	tags_of_host(m, h);
}

void
attrs_labels_of_host(struct model *m, struct host *h)
{
	struct rules_target target = {.host = (uint32_t)(h - m->hosts)};

	h->explicit_labels = h->values[ATTR_labels];
	h->values[ATTR_labels] =
	    apply_labels(m, &target, h->explicit_labels, h->found_labels);
}

void
attrs_rest_of_host(struct model *m, struct host *h)
{
	struct rules_target target = {.host = (uint32_t)(h - m->hosts)};

	apply_rules(m, &target, h->values);
}

void
attrs_of_service(struct model *m, const struct service *s, json_t **values)
{
	struct rules_target target = {
	    .host = s->host,
	    .description = s->description,
	    .description_id = s->description_id,
	    .item = s->item,
	};
	bool found = s->origin == SERVICE_FOUND;
	const char *key;
	json_t *value;

	memset(values, 0, ATTR_COUNT * sizeof(values[0]));
	json_object_foreach(s->own, key, value)
	{
		enum attr a = keys_attr(key);

		if (a != ATTR_COUNT && a != ATTR_check &&
		    !json_is_null(value) && !(found && a == ATTR_labels))
			values[a] = value;
	}
	values[ATTR_labels] = apply_labels(m, &target, values[ATTR_labels],
	    found ? json_object_get(s->own, "labels") : NULL);
	target.labels = values[ATTR_labels];
	apply_rules(m, &target, values);
}
