/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the rules of all files into their rulesets and finds their mistakes;
 * see rules.h.
 */
#include "common/config/params.h"
#include "common/mem.h"
#include "site/compile/attr_check.h"
#include "site/compile/discovery.h"
#include "site/compile/rules_kept.h"

static struct ruleset *
find_set(struct model *m, const char *name, struct place at)
{
	struct nearest near = {.word = name};
	struct str hint = {0};

	for (size_t i = 0; i < m->rules->n; i++) {
		if (strcmp(m->rules->sets[i].name, name) == 0)
			return &m->rules->sets[i];
		nearest_try(&near, m->rules->sets[i].name);
	}
	nearest_hint(&near, &hint);
	model_mistake(m, at, "there is no ruleset %s%s", name, str_get(&hint));
	str_free(&hint);
	return NULL;
}

/* {default: PARAMETERS, periods: [{period: NAME, value: PARAMETERS}]} */
static void
check_timed(struct model *m, const struct ruleset *set, const json_t *value,
    struct place at)
{
	const json_t *periods = json_object_get(value, "periods");
	const json_t *def = json_object_get(value, "default");
	struct place at_periods = place_key(at, "periods");
	struct err err;

	if (json_object_size(value) != (def == NULL ? 1u : 2u))
		model_mistake(m, at, "expected the keys default and periods");
	if (def != NULL && checks_verify(set->check, def, &err) != 0)
		model_mistake(m, place_key(at, "default"), "%s", err.text);
	for (size_t i = 0; i < json_array_size(periods); i++) {
		const json_t *one = json_array_get(periods, i);
		const char *name =
		    json_string_value(json_object_get(one, "period"));
		const json_t *now = json_object_get(one, "value");
		struct place here = place_index(at_periods, i);

		if (name == NULL || now == NULL || json_object_size(one) != 2)
			model_mistake(m, here,
			    "expected {period: NAME, value: PARAMETERS}");
		if (name != NULL)
			named_need(
			    m, TABLE_PERIODS, name, place_key(here, "period"));
		if (now != NULL && checks_verify(set->check, now, &err) != 0)
			model_mistake(
			    m, place_key(here, "value"), "%s", err.text);
	}
}

/* The same with periods by index, as in the snapshot. */
static json_t *
timed_layer(struct model *m, const json_t *value)
{
	const json_t *periods = json_object_get(value, "periods");
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(periods); i++) {
		const json_t *one = json_array_get(periods, i);
		const char *name =
		    json_string_value(json_object_get(one, "period"));
		uint32_t index =
		    name == NULL ? NONE : named_find(m, TABLE_PERIODS, name);

		json_array_append_new(list,
		    json_pack("{s:I, s:O?}", "period", (json_int_t)index,
			"value", json_object_get(one, "value")));
	}
	return model_keep(m,
	    json_pack("{s:O*, s:o}", "default",
		json_object_get(value, "default"), "periods", list));
}

static void
check_extra(struct model *m, const struct ruleset *set, const json_t *value,
    struct place at)
{
	bool checks = set->extra == &keys_extras[EXTRA_IGNORED_CHECKS];
	bool cluster = set->extra == &keys_extras[EXTRA_CLUSTERED_SERVICES];
	bool periodic = set->extra == &keys_extras[EXTRA_PERIODIC_DISCOVERY];
	const char *unused;
	bool items;

	if (periodic)
		discovery_check_value(m, value, at);
	if (cluster && json_is_string(value))
		named_need(m, TABLE_HOSTS, json_string_value(value), at);
	for (size_t i = 0; checks && i < json_array_size(value); i++) {
		const char *name = json_string_value(json_array_get(value, i));
		struct nearest near = {.word = name};
		struct str hint = {0};

		if (name == NULL || checks_find(name, &unused, &items))
			continue;
		checks_nearest(&near);
		nearest_hint(&near, &hint);
		model_mistake(m, place_index(at, i), "there is no check %s%s",
		    name, str_get(&hint));
		str_free(&hint);
	}
}

static void
check_value(struct model *m, const struct ruleset *set,
    const struct source *src, size_t index, json_t *rule)
{
	json_t *rules = json_object_get(src->root, "rules");
	json_t *value = json_object_get(rule, "value");
	struct schema_way top = {src->way, src->root, "rules", 0};
	struct schema_way item = {&top, rules, NULL, index};
	struct schema_way way = {&item, rule, "value", 0};
	struct place at =
	    place_key(place_index(place_of(src, "rules"), index), "value");
	unsigned before = m->m->n_mistakes;
	struct err err;

	if (set->extra != NULL) {
		schema_check(set->extra->schema, src->doc, &way, value, m->m);
		check_extra(m, set, json_object_get(rule, "value"), at);
		return;
	}
	if (set->attr == ATTR_COUNT && params_is_timed(value)) {
		check_timed(m, set, value, at);
		return;
	}
	if (set->attr == ATTR_COUNT) {
		if (checks_verify(set->check, value, &err) != 0)
			model_mistake(m, at, "%s", err.text);
		return;
	}
	schema_check(keys_attrs[set->attr].schema, src->doc, &way, value, m->m);
	if (m->m->n_mistakes == before)
		attr_check(m, set->attr, set->service,
		    json_object_get(rule, "value"), at);
}

static void
check_when(struct model *m, const struct ruleset *set, const json_t *when,
    struct place at)
{
	static const char *const of_services[] = {"services",
	    "exclude_services", "items", "exclude_items", "service_labels",
	    "service_label_groups"};
	bool items = false;
	const char *unused;

	if (set->check != NULL)
		checks_find(set->check, &unused, &items);
	else
		items = set->extra != NULL; /* some services have them */
	for (size_t i = 0; i < ARRAY_LEN(of_services); i++) {
		const char *key = of_services[i];

		if (json_object_get(when, key) == NULL)
			continue;
		if (!set->service)
			model_mistake_key(m, place_key(at, key),
			    "the ruleset %s is for hosts", set->name);
		else if (strstr(key, "items") != NULL && !items)
			model_mistake_key(m, place_key(at, key),
			    "the ruleset %s has no items", set->name);
	}
}

/* Labels from rules are not known yet where rules set labels. */
static void
check_no_labels(struct model *m, const struct ruleset *set, const json_t *when,
    const json_t *common, struct place at)
{
	static const char *const keys[] = {
	    "labels", "label_groups", "service_labels", "service_label_groups"};

	for (size_t i = 0; set->attr == ATTR_labels && i < ARRAY_LEN(keys);
	     i++) {
		if (json_object_get(when, keys[i]) == NULL &&
		    json_object_get(common, keys[i]) == NULL)
			continue;
		model_mistake(
		    m, at, "rules that set labels have no condition on labels");
		return;
	}
}

/* "key:value" in every term, groups included. */
static void
check_terms(struct model *m, const json_t *terms, struct place at)
{
	static const char *const words[] = {"and", "or", "not"};

	for (size_t i = 0; i < json_array_size(terms); i++) {
		const json_t *term = json_array_get(terms, i), *x = term;
		struct place here = place_index(at, i);
		const char *s;

		for (size_t w = 0; w < ARRAY_LEN(words); w++) {
			if (json_object_get(term, words[w]) == NULL)
				continue;
			x = json_object_get(term, words[w]);
			here = place_key(place_index(at, i), words[w]);
		}
		s = json_string_value(x);
		if (json_is_object(term) && json_object_size(term) != 1)
			model_mistake(m, place_index(at, i),
			    "expected one of the keys and, or, not");
		else if (s != NULL && strchr(s, ':') == NULL)
			model_mistake(
			    m, here, "expected a label such as env:prod");
		else if (json_is_array(x) && here.n + 4 > PLACE_MAX)
			model_mistake(m, here, "groups are nested too deeply");
		else if (json_is_array(x))
			check_terms(m, x, here);
	}
}

/* ~expressions among names must compile. A rule outlives the hosts that it
 * names. */
static void
check_hosts(struct model *m, const json_t *list, struct place at)
{
	static const struct schema regex = {.kind = SCHEMA_REGEX};

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		struct mistakes found = {0};
		json_t *pattern;

		if (s == NULL)
			continue;
		if (s[0] != '~') {
			named_warn(m, TABLE_HOSTS, s, place_index(at, i));
			continue;
		}
		pattern = json_string(s + 1);
		schema_check(&regex, NULL, NULL, pattern, &found);
		if (found.n_mistakes > 0)
			model_mistake(m, place_index(at, i),
			    "expected a regular expression after ~");
		mistakes_free(&found);
		json_decref(pattern);
	}
}

static unsigned
depth_of(const char *folder)
{
	unsigned depth = 0;

	for (; folder != NULL && *folder != '\0'; folder++)
		depth +=
		    *folder == '/' && folder[1] != '\0' && folder[1] != '/';
	return depth;
}

static void
check_folder(struct model *m, const char *folder, struct place at)
{
	bool found = false;

	if (folder == NULL)
		return;
	for (uint32_t i = 0; i < m->n_folders; i++)
		found |= folder_is_in(m, i, folder);
	if (folder[0] != '/')
		model_mistake(m, at, "expected a folder such as /munich/linux");
	else if (!found)
		model_warn(m, at, "there is no folder %s", folder);
}

/* What a `when` says, in a rule or under conditions: by name. */
static void
check_names(struct model *m, const json_t *when, struct place at)
{
	static const char *const terms[] = {
	    "label_groups", "service_label_groups"};

	check_hosts(m, json_object_get(when, "hosts"), place_key(at, "hosts"));
	check_hosts(m, json_object_get(when, "exclude_hosts"),
	    place_key(at, "exclude_hosts"));
	check_folder(m, json_string_value(json_object_get(when, "folder")),
	    place_key(at, "folder"));
	for (size_t i = 0; i < ARRAY_LEN(terms); i++)
		check_terms(m, json_object_get(when, terms[i]),
		    place_key(at, terms[i]));
}

/* The predefined condition that `when` names; NULL if it names none. */
static const json_t *
find_common(struct model *m, const json_t *when, struct place at)
{
	const char *name =
	    json_string_value(json_object_get(when, "condition"));
	const json_t *common;
	const char *key;
	json_t *value;
	uint32_t index;

	if (name == NULL)
		return NULL;
	index =
	    named_need(m, TABLE_CONDITIONS, name, place_key(at, "condition"));
	if (index == NONE)
		return NULL;
	common = m->tables[TABLE_CONDITIONS].items[index].value;
	json_object_foreach((json_t *)(uintptr_t)when, key, value)
	{
		if (json_object_get(common, key) != NULL)
			model_mistake_key(m, place_key(at, key),
			    "the condition %s says this already", name);
	}
	return common;
}

static void
read_rule(struct model *m, const struct source *src, size_t index)
{
	json_t *rule =
	    json_array_get(json_object_get(src->root, "rules"), index);
	json_t *when = json_object_get(rule, "when");
	const char *name = json_string_value(json_object_get(rule, "ruleset"));
	struct place at = place_index(place_of(src, "rules"), index);
	struct place at_when = place_key(at, "when");
	const json_t *common;
	struct ruleset *set;
	struct rule *r;

	set = name == NULL ? NULL : find_set(m, name, place_key(at, "ruleset"));
	if (set == NULL)
		return;
	if (json_object_get(rule, "value") != NULL)
		check_value(m, set, src, index, rule);
	check_when(m, set, when, at_when);
	check_names(m, when, at_when);
	common = find_common(m, when, at_when);
	check_no_labels(m, set, when, common, at_when);
	if (json_is_true(json_object_get(rule, "disabled")))
		return;
	m->report->rules++;
	ARRAY_GROW(set->rules, set->n, set->cap);
	r = &set->rules[set->n++];
	*r = (struct rule){.src = src, .index = index};
	r->value = json_object_get(rule, "value");
	if (set->check != NULL && params_is_timed(r->value)) {
		r->layer = timed_layer(m, r->value);
		set->timed = true;
	}
	rule_when_read(&r->when, when, common);
	r->depth = depth_of(r->when.folder);
}

static void
check_conditions(struct model *m)
{
	const struct table *t = &m->tables[TABLE_CONDITIONS];

	for (uint32_t i = 0; i < t->n; i++)
		check_names(m, t->items[i].value,
		    place_key(
			place_of(t->items[i].src, t->key), t->items[i].name));
}

/* Deeper folders first; else the order stays. */
static void
sort_rules(struct ruleset *set)
{
	for (size_t i = 1; i < set->n; i++) {
		struct rule moved = set->rules[i];
		size_t at = i;

		while (at > 0 && set->rules[at - 1].depth < moved.depth) {
			set->rules[at] = set->rules[at - 1];
			at--;
		}
		set->rules[at] = moved;
	}
}

void
rulesets_read(struct model *m)
{
	check_conditions(m);
	for (size_t i = 0; i < m->n_sources; i++) {
		const struct source *src = m->sources[i];
		size_t n;

		if (src->kind != SOURCE_CONF)
			continue;
		n = json_array_size(json_object_get(src->root, "rules"));
		for (size_t r = 0; r < n; r++)
			read_rule(m, src, r);
	}
	for (size_t i = 0; i < m->rules->n; i++)
		sort_rules(&m->rules->sets[i]);
}
