/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks event rules and actions beyond their types and gathers them; eventd
 * works by them.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "common/mem.h"
#include "site/compile/model.h"

#include <pcre2.h>
#include <stdlib.h>

/* Ids of rules and packs that were seen: a mapping to null. */
struct seen {
	struct model *m;
	json_t *rules, *packs;
	json_t *taken; /* conditions as text: id of the rule that takes those */
	bool off;      /* in a pack that is disabled */
};

static void
check_pattern(
    struct model *m, const json_t *table, const char *key, struct place at)
{
	const char *pattern = json_string_value(json_object_get(table, key));
	PCRE2_SIZE offset;
	PCRE2_UCHAR why[120];
	int code;
	pcre2_code *re;

	if (pattern == NULL)
		return;
	re = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_CASELESS, &code, &offset, NULL);
	if (re == NULL) {
		pcre2_get_error_message(code, why, sizeof(why));
		model_mistake(m, place_key(at, key),
		    "expected a regular expression: %s at character %zu",
		    (char *)why, offset + 1);
	}
	pcre2_code_free(re);
}

static void
check_actions(
    struct model *m, const json_t *table, const char *key, struct place at)
{
	const json_t *list = json_object_get(table, key);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (name != NULL && strcmp(name, "@NOTIFY") != 0)
			named_need(m, TABLE_ACTIONS, name,
			    place_index(place_key(at, key), i));
	}
}

/* This one, or one of `sites`; a document without a site knows none. */
static void
check_sites(struct model *m, const json_t *when, struct place at)
{
	const json_t *list = json_object_get(when, "sites");

	for (size_t i = 0; m->root != NULL && i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (name == NULL || roles_own_site(m, name) ||
		    named_find(m, TABLE_SITES, name) != NONE)
			continue;
		model_mistake(m, place_index(place_key(at, "sites"), i),
		    "there is no site %s: neither is it this one nor does it "
		    "stand in sites",
		    name);
	}
}

static void
check_seen(struct seen *s, json_t *ids, const char *id, struct place at)
{
	if (id == NULL)
		return;
	if (json_object_get(ids, id) != NULL)
		model_mistake(s->m, at, "the id %s is there twice", id);
	json_object_set_new(ids, id, json_null());
}

/* EC-16: a rule that an earlier one leaves no message. */
static void
check_reached(struct seen *s, const json_t *rule, struct place at)
{
	const json_t *when = json_object_get(rule, "when");
	const char *id = json_string_value(json_object_get(rule, "id"));
	const char *outcome =
	    json_string_value(json_object_get(rule, "outcome"));
	char *key =
	    when == NULL ? xstrdup("{}") : json_dumps(when, JSON_SORT_KEYS);
	const char *all = json_string_value(json_object_get(s->taken, "{}"));
	const char *same = json_string_value(json_object_get(s->taken, key));

	/* An id that is there twice is another mistake. */
	if (id == NULL || (all != NULL && strcmp(all, id) == 0))
		all = same = NULL;
	if (all != NULL)
		model_warn(s->m, at,
		    "no message comes to this rule: %s before it takes all",
		    all);
	else if (same != NULL && json_object_get(rule, "cancel") == NULL)
		model_warn(s->m, at,
		    "no message comes to this rule: %s before it has the same "
		    "conditions",
		    same);
	else if (same == NULL && id != NULL &&
	    (outcome == NULL || strcmp(outcome, "skip_pack") != 0))
		json_object_set_new(s->taken, key, json_string(id));
	free(key);
}

static void
check_rule(struct seen *s, const json_t *rule, struct place at)
{
	static const char *const patterns[] = {"text", "host", "application"};
	static const char *const by_text[] = {"crit", "warn", "ok"};
	struct model *m = s->m;
	const json_t *when = json_object_get(rule, "when");
	const json_t *cancel = json_object_get(rule, "cancel");
	const char *period =
	    json_string_value(json_object_get(when, "time_period"));
	const json_t *groups =
	    json_object_get(json_object_get(rule, "contact_groups"), "groups");
	struct place at_when = place_key(at, "when");
	struct indexes unused = {0};

	check_seen(s, s->rules, json_string_value(json_object_get(rule, "id")),
	    place_key(at, "id"));
	for (size_t i = 0; i < 3; i++) {
		check_pattern(m, when, patterns[i], at_when);
		if (i != 1)
			check_pattern(
			    m, cancel, patterns[i], place_key(at, "cancel"));
		check_pattern(m, json_object_get(rule, "state"), by_text[i],
		    place_key(at, "state"));
	}
	if (period != NULL)
		named_need(m, TABLE_PERIODS, period,
		    place_key(at_when, "time_period"));
	check_sites(m, when, at_when);
	named_need_list(m, TABLE_CONTACT_GROUPS, groups,
	    place_key(place_key(at, "contact_groups"), "groups"), &unused);
	indexes_free(&unused);
	check_actions(m, rule, "actions", at);
	check_actions(m, cancel, "actions", place_key(at, "cancel"));
	if (!s->off && !json_is_true(json_object_get(rule, "disabled")))
		check_reached(s, rule, at);
	if (json_object_get(cancel, "text") != NULL &&
	    json_object_get(when, "priority") != NULL &&
	    json_object_get(cancel, "priority") == NULL)
		model_warn(m, place_key(at, "cancel"),
		    "when.priority holds for cancelling messages too, as "
		    "there is no cancel.priority");
}

/* A pack, or a rule outside any pack. */
static void
check_entry(struct seen *s, json_t *entry, struct place at)
{
	static const char *const of_pack[] = {
	    "pack", "title", "disabled", "rules"};
	const json_t *rules = json_object_get(entry, "rules");
	const char *key;
	json_t *value;

	if (json_object_get(entry, "pack") == NULL) {
		if (json_object_get(entry, "id") == NULL)
			model_mistake(s->m, at,
			    "expected the key pack of a pack or id of a rule");
		for (size_t i = 1; i < 4; i += 2) { /* title, rules */
			if (json_object_get(entry, of_pack[i]) != NULL)
				model_mistake_key(s->m,
				    place_key(at, of_pack[i]),
				    "goes with the key pack alone");
		}
		check_rule(s, entry, at);
		return;
	}
	check_seen(s, s->packs,
	    json_string_value(json_object_get(entry, "pack")),
	    place_key(at, "pack"));
	json_object_foreach(entry, key, value)
	{
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(of_pack); i++)
			known |= strcmp(of_pack[i], key) == 0;
		if (!known)
			model_mistake_key(s->m, place_key(at, key),
			    "a pack has the keys pack, title, disabled and "
			    "rules alone");
	}
	s->off = json_is_true(json_object_get(entry, "disabled"));
	for (size_t i = 0; i < json_array_size(rules); i++)
		check_rule(s, json_array_get(rules, i),
		    place_index(place_key(at, "rules"), i));
	s->off = false;
}

static void
check_action(struct model *m, const struct entry *e)
{
	struct place at = place_key(place_of(e->src, "event_actions"), e->name);
	const char *kind = json_string_value(json_object_get(e->value, "kind"));
	const char *need = kind == NULL   ? NULL
	    : strcmp(kind, "script") == 0 ? "script"
					  : "to";

	if (need != NULL && json_object_get(e->value, need) == NULL)
		model_mistake(m, at, "kind %s needs the key %s", kind, need);
}

json_t *
events_gather(struct model *m)
{
	struct seen s = {m, json_object(), json_object(), json_object(), false};
	json_t *all = model_keep(m, json_array());

	for (uint32_t i = 0; i < m->tables[TABLE_ACTIONS].n; i++)
		check_action(m, &m->tables[TABLE_ACTIONS].items[i]);
	for (size_t i = 0; i < m->n_sources; i++) {
		const struct source *src = m->sources[i];
		json_t *rules = json_object_get(src->root, "event_rules");

		if (src->kind != SOURCE_CONF)
			continue;
		for (size_t r = 0; r < json_array_size(rules); r++)
			check_entry(&s, json_array_get(rules, r),
			    place_index(place_of(src, "event_rules"), r));
		json_array_extend(all, rules);
	}
	json_decref(s.rules);
	json_decref(s.packs);
	json_decref(s.taken);
	return all;
}

json_t *
events_actions(struct model *m)
{
	json_t *all = model_keep(m, json_object());

	for (uint32_t i = 0; i < m->tables[TABLE_ACTIONS].n; i++) {
		const struct entry *e = &m->tables[TABLE_ACTIONS].items[i];

		json_object_set(all, e->name, e->value);
	}
	return all;
}
