/* SPDX-License-Identifier: Apache-2.0
 *
 * Options, rules and actions of a configuration; see configured.h.
 */
#include "eventd/configured.h"

#include "common/mem.h"

#include <stdlib.h>

struct names {
	const struct snapshot *snap;
	const struct action_table *actions;
};

static bool
known(const char *kind, const char *name, void *arg)
{
	const struct names *n = arg;

	if (strcmp(kind, "time period") == 0)
		return snap_find_period(n->snap, slice_of(name)) != SNAP_NONE;
	if (strcmp(kind, "contact group") == 0)
		return snap_find_contact_group(n->snap, slice_of(name)) !=
		    SNAP_NONE;
	return action_known(n->actions, name);
}

/* A document of the snapshot; NULL if it is absent. */
static json_t *
load(const char *text, const char *what, struct str *mistakes)
{
	json_error_t error;
	json_t *doc;

	if (text[0] == '\0')
		return NULL;
	doc = json_loads(text, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
	if (doc == NULL)
		str_addf(mistakes, "%s: %s\n", what, error.text);
	return doc;
}

struct event_rules *
event_rules_read_texts(const struct snapshot *snap, const char *rules_text,
    const char *actions_text, const json_t *eventd, struct str *mistakes,
    struct str *warnings)
{
	struct event_rules *r = xnew(struct event_rules);
	json_t *actions = load(actions_text, "event_actions", mistakes);
	json_t *rules = load(rules_text, "event_rules", mistakes);
	struct names names = {.snap = snap};
	struct rule_names asked = {known, &names};

	r->options = eventd_options_read(eventd, mistakes);
	r->actions = action_table_read(actions, mistakes);
	names.actions = r->actions;
	if (r->actions != NULL)
		r->rules = ruleset_compile(rules, &asked, mistakes, warnings);
	json_decref(actions);
	json_decref(rules);
	if (mistakes->len > 0)
		event_rules_free(&r);
	return r;
}

struct event_rules *
event_rules_read(const struct snapshot *snap, const json_t *eventd,
    struct str *mistakes, struct str *warnings)
{
	return event_rules_read_texts(snap, snap_s(snap, snap->event_rules),
	    snap_s(snap, snap->event_actions), eventd, mistakes, warnings);
}

void
event_rules_free(struct event_rules **rp)
{
	struct event_rules *r = *rp;

	if (r == NULL)
		return;
	eventd_options_free(&r->options);
	ruleset_free(&r->rules);
	action_table_free(&r->actions);
	free(r);
	*rp = NULL;
}
