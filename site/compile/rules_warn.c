/* SPDX-License-Identifier: Apache-2.0
 *
 * Warns of rules that hold for nothing, or stand behind one that always holds.
 */
#include "common/mem.h"
#include "site/compile/rules_kept.h"

#include <stdlib.h>

/* The first pair that no host has, as "the label env: prod". */
static bool
missing_pair(
    const struct rule_index *x, bool label, const json_t *picks, struct str *to)
{
	const char *key;
	json_t *pick;

	json_object_foreach((json_t *)(uintptr_t)picks, key, pick)
	{
		const char *value = json_string_value(pick);

		if (value == NULL || rule_index_count(x, label, key, value) > 0)
			continue;
		str_addf(
		    to, "the %s %s: %s", label ? "label" : "tag", key, value);
		return true;
	}
	return false;
}

static bool
no_host_exists(const struct model *m, const json_t *names)
{
	for (size_t i = 0; i < json_array_size(names); i++) {
		if (named_find(m, TABLE_HOSTS,
			json_string_value(json_array_get(names, i))) != NONE)
			return false;
	}
	return json_array_size(names) > 0;
}

static void
warn_no_host(struct model *m, const struct rule *r)
{
	struct place at = place_index(place_of(r->src, "rules"), r->index);
	const struct rule_index *x = m->rules->index;
	struct str what = {0};

	if (missing_pair(x, true, r->when.labels, &what) ||
	    missing_pair(x, false, r->when.tags, &what))
		model_warn(m, at, "this rule never holds: no host has %s",
		    str_get(&what));
	else if (no_host_exists(m, r->when.host_names))
		model_warn(
		    m, at, "this rule never holds: none of its hosts exists");
	else
		model_warn(m, at, "this rule never holds: no host fits");
	str_free(&what);
}

static void
warn_hidden(struct model *m, const struct rule *r, const struct rule *before)
{
	struct str where = {0};

	model_where(m,
	    place_index(place_of(before->src, "rules"), before->index), &where);
	model_warn(m, place_index(place_of(r->src, "rules"), r->index),
	    "this rule is never reached: the one in %s comes first and always "
	    "holds",
	    str_get(&where));
	str_free(&where);
}

static bool
has_found(const struct model *m)
{
	for (size_t i = m->n_sources; i > 0; i--) {
		if (m->sources[i - 1]->kind == SOURCE_DISCOVERED)
			return true;
	}
	return false;
}

static bool
is_of_set(const struct service *s, const struct ruleset *set)
{
	const char *name = NULL;
	bool items;

	if (set->check == NULL)
		return true;
	return s->check != NULL && checks_find(s->check, &name, &items) &&
	    name != NULL && strcmp(name, set->name) == 0;
}

static bool
would_hold(struct model *m, struct rule *r, const struct service *s)
{
	struct rules_target target = {.host = s->host,
	    .description = s->description,
	    .description_id = s->description_id,
	    .item = s->item};
	json_t *values[ATTR_COUNT];

	if (r->when.service_labels != NULL ||
	    r->when.service_label_groups != NULL) {
		attrs_of_service(m, s, values);
		target.labels = values[ATTR_labels];
	}
	return rule_when_service(&r->when, &target);
}

/* Before discovery there may be none that a check's rules could fit. */
static bool
has_service(const struct model *m, const struct ruleset *set)
{
	for (uint32_t i = 0; i < m->n_services; i++) {
		if (is_of_set(&m->services[i], set))
			return true;
	}
	return false;
}

/* Is there a service that the rule would hold for, were it asked? After so
 * many that fit nothing, the rest is not looked for: `left`. */
static bool
fits_some_service(
    struct model *m, struct ruleset *set, size_t rule, unsigned *left)
{
	struct rule *r = &set->rules[rule];

	for (uint32_t h = 0; *left > 0 && h < m->tables[TABLE_HOSTS].n; h++) {
		const struct host *host = &m->hosts[h];

		if ((set->bits[h * set->words + rule / 64] >> rule % 64 & 1) ==
		    0)
			continue;
		for (uint32_t i = 0; i < host->n_services; i++) {
			const struct service *s =
			    &m->services[host->first_service + i];

			if (would_hold(m, r, s) && is_of_set(s, set))
				return true;
		}
	}
	if (*left == 0 || !has_service(m, set))
		return true;
	(*left)--;
	return false;
}

static void
warn_of_set(struct model *m, struct ruleset *set, unsigned *left)
{
	uint32_t n_hosts = m->tables[TABLE_HOSTS].n;
	const struct rule *always = NULL;
	uint64_t *any = xcalloc(set->words + 1, sizeof(any[0]));

	for (uint32_t h = 0; h < n_hosts; h++) {
		for (size_t w = 0; w < set->words; w++)
			any[w] |= set->bits[h * set->words + w];
	}
	for (size_t i = 0; i < set->n; i++) {
		const struct rule *r = &set->rules[i];

		if (always != NULL)
			warn_hidden(m, r, always);
		else if ((any[i / 64] >> i % 64 & 1) == 0)
			warn_no_host(m, r);
		else if (!r->hit && set->extra != NULL && set->service &&
		    has_found(m))
			model_warn(m,
			    place_index(place_of(r->src, "rules"), r->index),
			    "this rule has no effect on any discovered "
			    "service");
		else if (!r->hit && set->service && set->extra == NULL &&
		    !fits_some_service(m, set, i, left))
			model_warn(m,
			    place_index(place_of(r->src, "rules"), r->index),
			    "this rule never holds: no service fits");
		else if (rules_is_first(set) && rule_when_always(&r->when))
			always = r;
	}
	free(any);
}

void
rulesets_warn(struct model *m)
{
	unsigned left = MODEL_MAX_WARNINGS;

	for (size_t i = 0; m->tables[TABLE_HOSTS].n > 0 && i < m->rules->n;
	     i++) {
		struct ruleset *set = &m->rules->sets[i];

		if (set->n == 0)
			continue;
		rules_make_bits(m, set);
		warn_of_set(m, set, &left);
	}
}
