/* SPDX-License-Identifier: Apache-2.0
 *
 * The rulesets ignored_services, ignored_checks and clustered_services; see
 * found.h.
 */
#include "site/compile/found.h"
#include "site/compile/rules.h"

static bool
check_is_ignored(
    struct model *m, const struct rules_target *service, const char *check)
{
	struct ruleset *set = rules_of_extra(m, EXTRA_IGNORED_CHECKS);
	struct rules_target target = {.host = service->host};
	const json_t *list =
	    set == NULL ? NULL : rules_apply(m, set, &target, NULL);

	for (size_t i = 0; check != NULL && i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s != NULL && strcmp(s, check) == 0)
			return true;
	}
	return false;
}

static bool
has_node(const struct host *cluster, const char *node)
{
	for (size_t i = 0; i < json_array_size(cluster->nodes); i++) {
		const char *s =
		    json_string_value(json_array_get(cluster->nodes, i));

		if (s != NULL && strcmp(s, node) == 0)
			return true;
	}
	return false;
}

/* The cluster that the value names, or the first one of the node; NONE. */
static uint32_t
cluster_of(const struct model *m, uint32_t host, const json_t *value)
{
	const char *node = m->hosts[host].name;

	if (json_is_string(value)) {
		uint32_t index =
		    named_find(m, TABLE_HOSTS, json_string_value(value));

		return index != NONE && has_node(&m->hosts[index], node) ? index
									 : NONE;
	}
	for (uint32_t i = 0;
	     json_is_true(value) && i < m->tables[TABLE_HOSTS].n; i++) {
		if (has_node(&m->hosts[i], node))
			return i;
	}
	return NONE;
}

enum found_fate
found_fate(struct model *m, uint32_t host, const char *description,
    const json_t *check, const json_t *labels, uint32_t *cluster_r)
{
	struct ruleset *ignored = rules_of_extra(m, EXTRA_IGNORED_SERVICES);
	struct ruleset *clustered = m->hosts[host].is_node
	    ? rules_of_extra(m, EXTRA_CLUSTERED_SERVICES)
	    : NULL;
	struct rules_target target = {.host = host,
	    .description = description,
	    .item = json_string_value(json_object_get(check, "item")),
	    .labels = labels};

	if (ignored != NULL || clustered != NULL)
		target.description_id = rules_text_id(m, description);
	if (ignored != NULL &&
	    json_is_true(rules_apply(m, ignored, &target, NULL)))
		return FOUND_IGNORED;
	if (check_is_ignored(
		m, &target, json_string_value(json_object_get(check, "check"))))
		return FOUND_IGNORED;
	if (clustered != NULL) {
		*cluster_r = cluster_of(
		    m, host, rules_apply(m, clustered, &target, NULL));
		if (*cluster_r != NONE)
			return FOUND_CLUSTERED;
	}
	return FOUND_KEPT;
}
