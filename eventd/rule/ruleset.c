/* SPDX-License-Identifier: Apache-2.0
 *
 * Packs and rules in their order, and the index by facility and priority; see
 * rule.h.
 */
#include "common/log.h"
#include "common/mem.h"
#include "eventd/rule/compile.h"
#include "eventd/rule/reader.h"
#include "eventd/rule/scan.h"

#include <stdio.h>
#include <stdlib.h>

static void
conditions_free(struct conditions *c)
{
	ec_pattern_free(&c->text);
	ec_pattern_free(&c->host);
	ec_pattern_free(&c->application);
	free(c->time_period);
	strings_free(&c->sites);
}

void
ec_rule_free(struct rule **rp)
{
	struct rule *r = *rp;

	if (r == NULL)
		return;
	conditions_free(&r->when);
	ec_pattern_free(&r->cancel.text);
	ec_pattern_free(&r->cancel.application);
	strings_free(&r->cancel.actions);
	for (int i = 0; i < 3; i++)
		ec_pattern_free(&r->by_text[i]);
	strings_free(&r->contact_groups);
	strings_free(&r->actions);
	free(r->set_text);
	free(r->set_host);
	free(r->set_application);
	free(r->set_comment);
	free(r->set_contact);
	free(r->id);
	free(r->description);
	free(r);
	*rp = NULL;
}

void
ruleset_free(struct ruleset **rsp)
{
	struct ruleset *rs = *rsp;

	if (rs == NULL)
		return;
	for (size_t i = 0; i < rs->n; i++)
		ec_rule_free(&rs->rules[i]);
	for (size_t i = 0; i < rs->n_packs; i++) {
		free(rs->packs[i]->id);
		free(rs->packs[i]);
	}
	for (int f = 0; f < 32; f++) {
		for (int p = 0; p < 8; p++) {
			free(rs->index[f][p].number);
			free(rs->open[f][p].number);
		}
	}
	free(rs->rules);
	free(rs->by_id);
	free(rs->packs);
	scan_free(&rs->scan);
	free(rs);
	*rsp = NULL;
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(
	    (*(struct rule *const *)a)->id, (*(struct rule *const *)b)->id);
}

struct rule *
ruleset_find(const struct ruleset *rs, const char *id)
{
	size_t from = 0, to = rs->n;

	while (from < to) {
		size_t mid = (from + to) / 2;
		int diff = strcmp(rs->by_id[mid]->id, id);

		if (diff == 0)
			return rs->by_id[mid];
		if (diff < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

struct compiling {
	struct ruleset *rs;
	const struct rule_names *names;
	struct str *mistakes, *warnings;
	json_t *ids; /* seen */
};

static struct pack *
add_pack(struct ruleset *rs, const char *id)
{
	struct pack *p = xnew(struct pack);

	p->id = xstrdup(id);
	rs->packs =
	    xreallocarray(rs->packs, rs->n_packs + 1, sizeof(*rs->packs));
	rs->packs[rs->n_packs++] = p;
	return p;
}

static void
warn_of(struct compiling *c, const struct rule *rule, const char *path)
{
	if (c->warnings != NULL && rule->cancel.text != NULL &&
	    rule->when.priority.set && !rule->cancel.priority.set)
		str_addf(c->warnings,
		    "%s: rule %s has cancel.text and when.priority but no "
		    "cancel.priority: messages of other priorities cancel "
		    "nothing\n",
		    path, rule->id);
}

static void
add_rule(struct compiling *c, const json_t *object, const char *path,
    struct pack *pack, bool pack_disabled)
{
	struct ruleset *rs = c->rs;
	bool disabled;
	struct rule *rule =
	    rule_compile(object, path, c->names, c->mistakes, &disabled);

	if (rule->id[0] != '\0' && json_object_get(c->ids, rule->id) != NULL)
		str_addf(c->mistakes, "%s.id: \"%s\" is used twice\n", path,
		    rule->id);
	json_object_set_new(c->ids, rule->id, json_true());
	warn_of(c, rule, path);
	if (disabled || pack_disabled) {
		ec_rule_free(&rule);
		return;
	}
	rule->pack = pack;
	rule->number = (uint32_t)rs->n;
	rs->rules = xreallocarray(rs->rules, rs->n + 1, sizeof(*rs->rules));
	rs->rules[rs->n++] = rule;
}

static void
compile_pack(struct compiling *c, const json_t *object, size_t i)
{
	struct reader r;
	const char *id;
	const json_t *rules;
	struct pack *pack;
	bool disabled;
	char path[64];

	reader_init(&r, object, c->mistakes, "event_rules[%zu]", i);
	id = reader_string(&r, "pack");
	reader_string(&r, "title");
	disabled = reader_bool(&r, "disabled", false);
	rules = reader_get(&r, "rules");
	if (rules != NULL && !json_is_array(rules))
		reader_mistake(&r, "rules", "a list of rules is expected");
	reader_end(&r);
	for (size_t k = 0; id != NULL && k < c->rs->n_packs; k++) {
		if (strcmp(c->rs->packs[k]->id, id) == 0)
			reader_mistake(&r, "pack", "\"%s\" is used twice", id);
	}
	pack = add_pack(c->rs, id == NULL ? "" : id);
	for (size_t k = 0; k < json_array_size(rules); k++) {
		snprintf(
		    path, sizeof(path), "event_rules[%zu].rules[%zu]", i, k);
		add_rule(c, json_array_get(rules, k), path, pack, disabled);
	}
	pack->first_after = (uint32_t)c->rs->n;
}

static bool
covers(const struct range *range, int value)
{
	return !range->set || (value >= range->from && value <= range->to);
}

static bool
can_fit(const struct rule *r, int facility, int priority)
{
	if (r->when.invert)
		return true;
	if (r->when.has_facility && r->when.facility != facility)
		return false;
	return covers(&r->when.priority, priority) ||
	    (r->cancel.priority.set && covers(&r->cancel.priority, priority));
}

static void
build_list(const struct ruleset *rs, int f, int p, struct rule_list *list)
{
	uint32_t n = 0;

	list->number = xreallocarray(NULL, rs->n + 1, sizeof(*list->number));
	for (uint32_t i = 0; i < rs->n; i++) {
		if (can_fit(rs->rules[i], f, p) &&
		    (rs->scan == NULL || !scan_covers(rs->scan, i)))
			list->number[n++] = i;
	}
	list->number =
	    xreallocarray(list->number, n + 1, sizeof(*list->number));
	list->n = n;
}

static void
build_index(const struct ruleset *rs, struct rule_list lists[32][8])
{
	for (int f = 0; f < 32; f++) {
		for (int p = 0; p < 8; p++)
			build_list(rs, f, p, &lists[f][p]);
	}
}

void
ruleset_take_scan(struct ruleset *rs, struct scan *scan)
{
	must(rs->scan == NULL);
	rs->scan = scan;
	build_index(rs, rs->open);
}

struct ruleset *
ruleset_compile(const json_t *doc, const struct rule_names *names,
    struct str *mistakes, struct str *warnings)
{
	struct compiling c = {.rs = xnew(struct ruleset),
	    .names = names,
	    .mistakes = mistakes,
	    .warnings = warnings,
	    .ids = json_object()};
	size_t before = mistakes->len;
	struct pack *loose = NULL;
	char path[64];

	if (doc != NULL && !json_is_array(doc))
		str_add(mistakes, "event_rules: a list is expected\n");
	for (size_t i = 0; i < json_array_size(doc); i++) {
		const json_t *e = json_array_get(doc, i);

		if (json_object_get(e, "pack") != NULL) {
			compile_pack(&c, e, i);
			loose = NULL;
			continue;
		}
		if (loose == NULL)
			loose = add_pack(c.rs, "default");
		snprintf(path, sizeof(path), "event_rules[%zu]", i);
		add_rule(&c, e, path, loose, false);
		loose->first_after = (uint32_t)c.rs->n;
	}
	json_decref(c.ids);
	if (mistakes->len > before) {
		ruleset_free(&c.rs);
		return NULL;
	}
	c.rs->by_id = xcalloc(c.rs->n + 1, sizeof(*c.rs->by_id));
	if (c.rs->n > 0)
		memcpy(
		    c.rs->by_id, c.rs->rules, c.rs->n * sizeof(*c.rs->by_id));
	qsort(c.rs->by_id, c.rs->n, sizeof(*c.rs->by_id), by_id);
	build_index(c.rs, c.rs->index);
	return c.rs;
}
