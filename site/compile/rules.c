/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of rulesets and the evaluation of their rules; see rules.h.
 */
#include "site/compile/rules.h"
#include "common/mem.h"
#include "site/compile/attr_check.h"
#include "site/compile/merge.h"
#include "site/compile/rule_when.h"

#include <stdlib.h>

struct rule {
	json_t *value;
	unsigned depth; /* of when.folder */
	struct rule_when when;
};

struct ruleset {
	char *name;
	enum attr attr; /* ATTR_COUNT: a check's parameters */
	bool service;
	enum eval eval;
	char *check; /* or NULL */
	struct rule *rules;
	size_t n, cap;
};

struct text_slot {
	const char *text;
	uint32_t id;
};

struct ruleset_table {
	struct ruleset *sets;
	size_t n, cap;
	struct ruleset *host_sets[ATTR_COUNT], *service_sets[ATTR_COUNT];
	struct text_slot *texts; /* hash, a power of two */
	size_t n_texts, texts_cap;
};

/* --- the table of rulesets ------------------------------------------------ */

static struct ruleset *
add_set(struct ruleset_table *t, char *name, enum attr attr, bool service,
    enum eval eval)
{
	ARRAY_GROW(t->sets, t->n, t->cap);
	t->sets[t->n] = (struct ruleset){
	    .name = name, .attr = attr, .service = service, .eval = eval};
	return &t->sets[t->n++];
}

static void
add_check_set(
    const char *ruleset, const char *check, const char *title, void *arg)
{
	struct ruleset_table *t = arg;
	struct ruleset *set;

	(void)title;
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->sets[i].name, ruleset) == 0)
			return; /* several checks share it */
	}
	set = add_set(t, xstrdup(ruleset), ATTR_COUNT, true, EVAL_KEYS);
	set->check = xstrdup(check);
}

static void
make_sets(struct ruleset_table *t)
{
	for (unsigned a = 0; a < ATTR_COUNT; a++) {
		for (unsigned service = 0; service < 2; service++) {
			if (keys_has_ruleset((enum attr)a, service))
				add_set(t,
				    xasprintf("%s_%s",
					service ? "service" : "host",
					keys_attrs[a].name),
				    (enum attr)a, service, keys_attrs[a].eval);
		}
	}
	checks_each(add_check_set, t);
	/* The array has its final place now. */
	for (size_t i = 0; i < t->n; i++) {
		struct ruleset *set = &t->sets[i];

		if (set->attr == ATTR_COUNT)
			continue;
		if (set->service)
			t->service_sets[set->attr] = set;
		else
			t->host_sets[set->attr] = set;
	}
}

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

/* --- reading -------------------------------------------------------------- */

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
	static const char *const of_services[] = {
	    "services", "exclude_services", "items", "service_labels"};
	bool items = false;
	const char *unused;

	if (set->check != NULL)
		checks_find(set->check, &unused, &items);
	for (size_t i = 0; i < ARRAY_LEN(of_services); i++) {
		const char *key = of_services[i];

		if (json_object_get(when, key) == NULL)
			continue;
		if (!set->service)
			model_mistake_key(m, place_key(at, key),
			    "the ruleset %s is for hosts", set->name);
		else if (strcmp(key, "items") == 0 && !items)
			model_mistake_key(m, place_key(at, key),
			    "the ruleset %s has no items", set->name);
	}
	if (set->attr == ATTR_labels &&
	    (json_object_get(when, "labels") != NULL ||
		json_object_get(when, "service_labels") != NULL))
		model_mistake(
		    m, at, "rules that set labels have no condition on labels");
}

/* ~expressions among names must compile; names must be hosts. */
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
			named_need(m, TABLE_HOSTS, s, place_index(at, i));
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

static void
read_rule(struct model *m, const struct source *src, size_t index)
{
	json_t *rule =
	    json_array_get(json_object_get(src->root, "rules"), index);
	json_t *when = json_object_get(rule, "when");
	const char *name = json_string_value(json_object_get(rule, "ruleset"));
	struct place at = place_index(place_of(src, "rules"), index);
	struct place at_when = place_key(at, "when");
	struct ruleset *set;
	struct rule *r;

	set = name == NULL ? NULL : find_set(m, name, place_key(at, "ruleset"));
	if (set == NULL)
		return;
	if (json_object_get(rule, "value") != NULL)
		check_value(m, set, src, index, rule);
	check_when(m, set, when, at_when);
	check_hosts(
	    m, json_object_get(when, "hosts"), place_key(at_when, "hosts"));
	check_hosts(m, json_object_get(when, "exclude_hosts"),
	    place_key(at_when, "exclude_hosts"));
	check_folder(m, json_string_value(json_object_get(when, "folder")),
	    place_key(at_when, "folder"));
	if (json_is_true(json_object_get(rule, "disabled")))
		return;
	m->report->rules++;
	ARRAY_GROW(set->rules, set->n, set->cap);
	r = &set->rules[set->n++];
	r->value = json_object_get(rule, "value");
	r->depth = depth_of(json_string_value(json_object_get(when, "folder")));
	rule_when_read(&r->when, when);
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
rulesets_collect(struct model *m)
{
	m->rules = xnew(struct ruleset_table);
	make_sets(m->rules);
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

void
rulesets_free(struct model *m)
{
	struct ruleset_table *t = m->rules;

	m->rules = NULL;
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++) {
		for (size_t r = 0; r < t->sets[i].n; r++)
			rule_when_clear(&t->sets[i].rules[r].when);
		free(t->sets[i].rules);
		free(t->sets[i].name);
		free(t->sets[i].check);
	}
	free(t->sets);
	free(t->texts);
	free(t);
}

/* --- texts ---------------------------------------------------------------- */

static size_t
text_slot(const struct ruleset_table *t, const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t at;

	for (const char *p = text; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	at = (h ^ (h >> 32)) & (t->texts_cap - 1);
	while (
	    t->texts[at].text != NULL && strcmp(t->texts[at].text, text) != 0)
		at = (at + 1) & (t->texts_cap - 1);
	return at;
}

uint32_t
rules_text_id(struct model *m, const char *text)
{
	struct ruleset_table *t = m->rules;
	size_t at;

	if (t->n_texts * 2 >= t->texts_cap) {
		struct text_slot *old = t->texts;
		size_t cap = t->texts_cap;

		t->texts_cap = cap == 0 ? 256 : cap * 2;
		t->texts = xcalloc(t->texts_cap, sizeof(t->texts[0]));
		for (size_t i = 0; i < cap; i++) {
			if (old[i].text != NULL)
				t->texts[text_slot(t, old[i].text)] = old[i];
		}
		free(old);
	}
	at = text_slot(t, text);
	if (t->texts[at].text == NULL)
		t->texts[at] = (struct text_slot){text, (uint32_t)t->n_texts++};
	return t->texts[at].id;
}

/* --- evaluation ----------------------------------------------------------- */

const struct ruleset *
rules_of_attr(const struct model *m, enum attr attr, bool service)
{
	const struct ruleset *set =
	    service ? m->rules->service_sets[attr] : m->rules->host_sets[attr];

	return set != NULL && set->n > 0 ? set : NULL;
}

const struct ruleset *
rules_of_check(const struct model *m, const char *check)
{
	const char *name = NULL;
	bool items;

	if (!checks_find(check, &name, &items) || name == NULL)
		return NULL;
	for (size_t i = 0; i < m->rules->n; i++) {
		const struct ruleset *set = &m->rules->sets[i];

		if (set->n > 0 && strcmp(set->name, name) == 0)
			return set;
	}
	return NULL;
}

static json_t *
join(struct model *m, const struct ruleset *set, json_t *near, json_t *far)
{
	json_t *all;

	if (near == NULL)
		return far;
	if (set->attr != ATTR_COUNT)
		return merge_values(
		    m, set->attr, near, far, set->eval == EVAL_ALL);
	if (!json_is_object(near) || !json_is_object(far))
		return near;
	all = model_keep(m, json_copy(far));
	json_object_update(all, near);
	return all;
}

json_t *
rules_apply(struct model *m, const struct ruleset *set,
    const struct rules_target *target, json_t *own)
{
	json_t *value = own;

	if (set->eval == EVAL_FIRST && own != NULL)
		return own;
	for (size_t i = 0; i < set->n; i++) {
		struct rule *r = &set->rules[i];

		if (!rule_when_matches(m, &r->when, target))
			continue;
		value = join(m, set, value, r->value);
		if (set->eval == EVAL_FIRST)
			break;
	}
	return value;
}
