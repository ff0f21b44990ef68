/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of rulesets and the evaluation of their rules; see rules.h.
 */
#include "site/compile/rules.h"
#include "common/config/params.h"
#include "common/mem.h"
#include "site/compile/merge.h"
#include "site/compile/rules_kept.h"

#include <stdlib.h>

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
	for (unsigned i = 0; i < EXTRA_COUNT; i++)
		add_set(t, xstrdup(keys_extras[i].name), ATTR_COUNT,
		    keys_extras[i].service, keys_extras[i].eval)
		    ->extra = &keys_extras[i];
	checks_each(add_check_set, t);
	/* The array has its final place now. */
	for (size_t i = 0; i < t->n; i++) {
		struct ruleset *set = &t->sets[i];

		if (set->extra != NULL)
			t->extra_sets[set->extra - keys_extras] = set;
		if (set->attr == ATTR_COUNT)
			continue;
		if (set->service)
			t->service_sets[set->attr] = set;
		else
			t->host_sets[set->attr] = set;
	}
}

void
rulesets_collect(struct model *m)
{
	m->rules = xnew(struct ruleset_table);
	make_sets(m->rules);
	rulesets_read(m);
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
		free(t->sets[i].bits);
		free(t->sets[i].name);
		free(t->sets[i].check);
	}
	free(t->sets);
	free(t->texts);
	rule_index_free(&t->index);
	free(t);
}

void
rulesets_know_tags(struct model *m)
{
	m->rules->index = rule_index_new(m);
}

void
rulesets_know_labels(struct model *m)
{
	rule_index_add_labels(m->rules->index, m);
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

struct ruleset *
rules_of_attr(const struct model *m, enum attr attr, bool service)
{
	struct ruleset *set =
	    service ? m->rules->service_sets[attr] : m->rules->host_sets[attr];

	return set != NULL && set->n > 0 ? set : NULL;
}

struct ruleset *
rules_of_extra(const struct model *m, enum extra extra)
{
	struct ruleset *set = m->rules->extra_sets[extra];

	return set->n > 0 ? set : NULL;
}

struct ruleset *
rules_of_check(const struct model *m, const char *check)
{
	const char *name = NULL;
	bool items;

	if (!checks_find(check, &name, &items) || name == NULL)
		return NULL;
	for (size_t i = 0; i < m->rules->n; i++) {
		struct ruleset *set = &m->rules->sets[i];

		if (set->n > 0 && strcmp(set->name, name) == 0)
			return set;
	}
	return NULL;
}

static json_t *
join(struct model *m, const struct ruleset *set, json_t *near, json_t *far)
{
	if (near == NULL)
		return far;
	if (set->extra != NULL && set->eval == EVAL_ALL)
		return merge_lists(m, near, far);
	if (set->attr != ATTR_COUNT)
		return merge_values(
		    m, set->attr, near, far, set->eval == EVAL_ALL);
	if (!json_is_object(near) || !json_is_object(far))
		return near;
	return merge_keys(m, near, far);
}

static void
set_bit(struct ruleset *set, uint32_t host, size_t rule)
{
	set->bits[host * set->words + rule / 64] |= UINT64_C(1) << rule % 64;
}

/* Asks each rule about the hosts that its narrowest condition leaves. */
void
rules_make_bits(const struct model *m, struct ruleset *set)
{
	uint32_t n_hosts = m->tables[TABLE_HOSTS].n;
	struct indexes some = {0};

	if (set->bits != NULL)
		return;
	set->words = (set->n + 63) / 64;
	set->bits =
	    xcalloc((size_t)n_hosts * set->words + 1, sizeof(set->bits[0]));
	for (size_t r = 0; r < set->n; r++) {
		const struct rule_when *w = &set->rules[r].when;
		bool any = rule_when_any_host(w);
		bool all;

		some.n = 0;
		all =
		    any || !rule_index_candidates(m->rules->index, m, w, &some);
		for (uint32_t i = 0; i < (all ? n_hosts : some.n); i++) {
			uint32_t host = all ? i : some.items[i];

			if (any || rule_when_host(m, w, host))
				set_bit(set, host, r);
		}
	}
	indexes_free(&some);
}

/* The next rule from `from` on that holds for the target; NULL: no more. */
static struct rule *
next_match(const struct model *m, struct ruleset *set,
    const struct rules_target *target, size_t from)
{
	const uint64_t *row;

	rules_make_bits(m, set);
	row = set->bits + target->host * set->words;
	while (from < set->n) {
		uint64_t word = row[from / 64] >> from % 64;
		struct rule *r;

		if (word == 0) {
			from = (from / 64 + 1) * 64;
			continue;
		}
		from += (size_t)__builtin_ctzll(word);
		r = &set->rules[from++];
		if (target->description == NULL ||
		    rule_when_service(&r->when, target)) {
			r->hit = true;
			return r;
		}
	}
	return NULL;
}

bool
rules_is_first(const struct ruleset *set)
{
	return set->eval == EVAL_FIRST || set->eval == EVAL_IN_OUT;
}

json_t *
rules_layers(
    struct model *m, struct ruleset *set, const struct rules_target *target)
{
	json_t *layers = NULL;
	struct rule *r;
	bool timed = false;
	size_t from = 0;

	if (!set->timed)
		return NULL;
	while ((r = next_match(m, set, target, from)) != NULL) {
		from = (size_t)(r - set->rules) + 1;
		if (layers == NULL)
			layers = model_keep(m, json_array());
		timed |= r->layer != NULL;
		json_array_append(
		    layers, r->layer != NULL ? r->layer : r->value);
	}
	return timed ? layers : NULL;
}

json_t *
rules_apply(struct model *m, struct ruleset *set,
    const struct rules_target *target, json_t *own)
{
	json_t *value = own;
	struct rule *r;
	size_t from = 0;

	if (rules_is_first(set) && own != NULL)
		return own;
	while ((r = next_match(m, set, target, from)) != NULL) {
		from = (size_t)(r - set->rules) + 1;
		value = join(m, set, value, r->value);
		if (rules_is_first(set))
			break;
	}
	return value;
}

struct discovery_params {
	const char *ruleset;
	json_t *value, *all;
};

static void
add_discovery(
    const char *ruleset, const char *check, const char *title, void *arg)
{
	struct discovery_params *d = arg;

	(void)title;
	if (strcmp(ruleset, d->ruleset) == 0)
		json_object_set(d->all, check, d->value);
}

json_t *
rules_for_discovery(struct model *m, uint32_t host)
{
	struct rules_target target = {.host = host, .description = ""};
	struct discovery_params d = {0};

	target.description_id = rules_text_id(m, "");
	for (size_t i = 0; i < m->rules->n; i++) {
		struct ruleset *set = &m->rules->sets[i];

		if (set->n == 0 || set->check == NULL)
			continue;
		d.ruleset = set->name;
		d.value = rules_apply(m, set, &target, NULL);
		/* Discovery has no hours: the default is meant. */
		if (params_is_timed(d.value))
			d.value = json_object_get(d.value, "default");
		if (!json_is_object(d.value))
			continue;
		if (d.all == NULL)
			d.all = json_object();
		checks_each(add_discovery, &d);
	}
	return d.all;
}

bool
rules_next(const struct model *m, struct ruleset *set,
    const struct rules_target *target, size_t *from, struct rules_hit *hit_r)
{
	const struct rule *r = next_match(m, set, target, *from);

	if (r == NULL)
		return false;
	*from = (size_t)(r - set->rules) + 1;
	*hit_r = (struct rules_hit){
	    .value = r->value,
	    .rule = json_array_get(
		json_object_get(r->src->root, "rules"), r->index),
	    .at = place_index(place_of(r->src, "rules"), r->index),
	};
	return true;
}
