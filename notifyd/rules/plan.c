/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan: walks the global rules, then the users' own, and keeps one entry
 * for each contact and method (notifications.md section 6).
 */
#include "notifyd/rules/index.h"
#include "notifyd/rules/meant.h"

#include "common/mem.h"

#include <stdlib.h>

/* A walk over the rules for one notice. */
struct walk {
	const struct rules *rules;
	const struct rules_notice *notice;
	struct view view;
	struct plan *plan;
	bool explain;
	struct str note; /* what the present rule did */
	bool told_only;  /* the present rule tells those who know of it */
};

/* --- the plan's parts ------------------------------------------------------
 */

static void
entry_clear(struct plan_entry *e)
{
	free(e->contact);
	free(e->method);
	free(e->rule);
	free(e->rule_text);
	json_decref(e->who);
	json_decref(e->params);
	free(e->gather.key);
	free(e->gather.causes);
	free(e->gather.why);
	json_decref(e->gather.how);
}

void
plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_entries; i++)
		entry_clear(&plan->entries[i]);
	for (size_t i = 0; i < plan->n_skips; i++) {
		free(plan->skips[i].contact);
		free(plan->skips[i].method);
		free(plan->skips[i].reason);
	}
	for (size_t i = 0; i < plan->n_verdicts; i++) {
		free(plan->verdicts[i].rule);
		free(plan->verdicts[i].user);
		free(plan->verdicts[i].reason);
	}
	free(plan->entries);
	free(plan->skips);
	for (size_t i = 0; i < plan->n_escalations; i++)
		free(plan->escalations[i]);
	free(plan->escalations);
	free(plan->verdicts);
	*plan = (struct plan){0};
}

static struct plan_entry *
plan_find(struct plan *plan, const char *contact, const char *method)
{
	for (size_t i = 0; i < plan->n_entries; i++) {
		struct plan_entry *e = &plan->entries[i];

		if (strcmp(e->contact, contact) == 0 &&
		    strcmp(e->method, method) == 0)
			return e;
	}
	return NULL;
}

static void
plan_remove(struct plan *plan, size_t i)
{
	entry_clear(&plan->entries[i]);
	plan->n_entries--;
	memmove(&plan->entries[i], &plan->entries[i + 1],
	    (plan->n_entries - i) * sizeof(*plan->entries));
}

void
plan_keep_method(struct plan *plan, const char *method)
{
	for (size_t i = plan->n_entries; i-- > 0;) {
		if (strcmp(plan->entries[i].method, method) != 0)
			plan_remove(plan, i);
	}
}

void
plan_mail(struct plan *plan, const char *addresses)
{
	*plan = (struct plan){0};
	ARRAY_GROW(plan->entries, plan->n_entries, plan->cap_entries);
	plan->entries[plan->n_entries++] =
	    (struct plan_entry){.contact = xasprintf("mailto:%s", addresses),
		.method = xstrdup("mail"),
		.who = json_pack("{s:s}", "email", addresses),
		.params = json_object(),
		.rule = xstrdup("action"),
		.rule_text = xstrdup("")};
}

static void
note(struct walk *w, const char *what, const char *contact, const char *method)
{
	if (w->explain)
		str_addf(&w->note, "%s%s %s/%s", w->note.len > 0 ? ", " : "",
		    what, contact, method);
}

static int
entry_compare(const void *a, const void *b)
{
	const struct plan_entry *x = a, *y = b;
	int c = strcmp(x->method, y->method);

	return c != 0 ? c : strcmp(x->contact, y->contact);
}

/* --- who cannot be told ----------------------------------------------------
 */

/* Is the name one of "a,b,c"? */
static bool
is_listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (; *list != '\0'; list += strcspn(list, ",")) {
		list += *list == ',';
		if (strncmp(list, name, n) == 0 &&
		    (list[n] == ',' || list[n] == '\0'))
			return true;
		if (*list == '\0')
			break;
	}
	return false;
}

/* Why this one can or will get nothing by the method; NULL: all is well. */
static const char *
meant_obstacle(const struct walk *w, const struct meant *m, const char *method)
{
	const struct rules_contact *c = m->contact;
	const struct rules_world *world = &w->rules->world;
	bool mail = strstr(method, "mail") != NULL;

	if (c == NULL)
		return mail ? NULL
			    : "a plain address can only be reached by mail";
	if (is_listed(context_text(w->view.ctx, "CONTACTSOFF"), c->name))
		return "notifications are disabled for this contact by command";
	if (c->off || (w->view.at >= c->off_from && w->view.at < c->off_to))
		return "notifications are disabled for this contact";
	if (c->sites.given && !names_have(&c->sites, w->notice->site))
		return "the site is not among the contact's sites";
	if (c->period != NULL &&
	    !world->period_is_in(c->period, w->view.at, world->arg))
		return "outside of the contact's notification period";
	if (strcmp(method, "mail") == 0 && c->email[0] == '\0')
		return "the contact has no e-mail address";
	return NULL;
}

/* --- what a matching rule does ---------------------------------------------
 */

static json_t *
meant_who(const struct meant *m)
{
	if (m->contact != NULL)
		return json_incref(m->contact->who);
	return json_pack("{s:s, s:s, s:s, s:{}}", "alias",
	    m->address + strlen("mailto:"), "email",
	    m->address + strlen("mailto:"), "pager", "", "attributes");
}

/* `rule` NULL: the default or the fallback, `id` says which. */
static void
put_entry(struct walk *w, const struct meant *m, const char *method,
    const struct rule *rule, const char *id)
{
	struct plan *plan = w->plan;
	const char *name = meant_name(m);
	struct plan_entry *e = plan_find(plan, name, method);
	bool own = rule != NULL && rule->user != NULL;
	bool held = rule != NULL && nd_rule_holds(rule, &w->view);

	if (e != NULL && e->locked && own) {
		note(w, "locked, kept", name, method);
		return;
	}
	if (e != NULL && held && !e->held) {
		note(w, "told at once, not held", name, method);
		return;
	}
	note(w, held ? "held" : e == NULL ? "added" : "replaced", name, method);
	if (e != NULL) {
		entry_clear(e);
	} else {
		ARRAY_GROW(plan->entries, plan->n_entries, plan->cap_entries);
		e = &plan->entries[plan->n_entries++];
	}
	*e = (struct plan_entry){.contact = xstrdup(name),
	    .method = xstrdup(method),
	    .who = meant_who(m),
	    .params = rule != NULL ? json_incref(rule->params) : json_object(),
	    .rule =
		own ? xasprintf("%s:%s", rule->user->name, id) : xstrdup(id),
	    .rule_text = xstrdup(rule == NULL ? "" : rule->description),
	    .rule_number = rule == NULL ? 0 : rule->number,
	    .locked = rule != NULL && rule->locked,
	    .held = held,
	    .by = rule};
}

static void
add_entries(struct walk *w, const struct rule *rule, struct meant_list *list)
{
	bool told_only = w->told_only ||
	    (w->view.recovery &&
		(rule->when.number.given || rule->when.throttle.given));

	for (size_t i = 0; i < list->n; i++) {
		const struct meant *m = &list->v[i];
		const char *why = meant_obstacle(w, m, rule->method);

		if (why == NULL && told_only &&
		    (w->notice->was_told == NULL ||
			!w->notice->was_told(
			    meant_name(m), rule->method, w->notice->arg)))
			why = "was not told of the problem";
		if (why != NULL)
			nd_plan_skip(w->plan, meant_name(m), rule->method, why);
		else
			put_entry(w, m, rule->method, rule, rule->id);
	}
}

static void
cancel_entries(struct walk *w, const struct rule *rule, struct meant_list *list)
{
	struct plan *plan = w->plan;

	for (size_t i = plan->n_entries; i-- > 0;) {
		struct plan_entry *e = &plan->entries[i];
		bool meant = false;

		for (size_t k = 0; k < list->n && !meant; k++)
			meant =
			    strcmp(e->contact, meant_name(&list->v[k])) == 0;
		if (!meant ||
		    (strcmp(rule->method, "*") != 0 &&
			strcmp(rule->method, e->method) != 0))
			continue;
		if (e->locked && rule->user != NULL) {
			note(w, "locked, kept", e->contact, e->method);
			continue;
		}
		note(w, "cancelled", e->contact, e->method);
		nd_plan_skip(
		    plan, e->contact, e->method, "cancelled by a later rule");
		plan_remove(plan, i);
	}
}

/* The verdict's reason takes the note. */
static void
record(struct walk *w, const struct rule *rule, bool match, struct str *why)
{
	struct plan *plan = w->plan;

	if (!w->explain)
		return;
	ARRAY_GROW(plan->verdicts, plan->n_verdicts, plan->cap_verdicts);
	plan->verdicts[plan->n_verdicts++] =
	    (struct plan_verdict){.rule = xstrdup(rule->id),
		.user = rule->user == NULL ? NULL : xstrdup(rule->user->name),
		.match = match,
		.reason = str_steal(match ? &w->note : why)};
}

static void
say(struct walk *w, const char *what)
{
	if (w->explain)
		str_addf(&w->note, "%s%s", w->note.len > 0 ? ", " : "", what);
}

static void
apply_adding(struct walk *w, const struct rule *rule)
{
	struct meant_list list = {0};

	meant_of_rule(&w->view, rule, w->plan, &list);
	add_entries(w, rule, &list);
	meant_free(&list);
}

/*
 * A problem tells those of the first step, if that is at once, and begins the
 * escalation; what else happens is told to those who know of the problem.
 */
static void
apply_steps(struct walk *w, const struct rule *rule)
{
	const struct rules_notice *notice = w->notice;
	struct plan *plan = w->plan;

	if (strcmp(context_text(w->view.ctx, "NOTIFICATIONTYPE"), "PROBLEM") !=
	    0) {
		w->told_only = true;
		for (size_t i = 0; i < rule->n_steps; i++)
			apply_adding(w, &rule->steps[i]);
		w->told_only = false;
		return;
	}
	if (w->view.event) {
		apply_adding(w, &rule->steps[0]);
		say(w, "events do not escalate: the first step alone");
		return;
	}
	if (notice->escalates != NULL &&
	    notice->escalates(rule->id, notice->arg)) {
		say(w, "its escalation goes on by itself");
		return;
	}
	if (rule->steps[0].after_ms == 0)
		apply_adding(w, &rule->steps[0]);
	say(w, "the escalation begins");
	ARRAY_GROW(
	    plan->escalations, plan->n_escalations, plan->cap_escalations);
	plan->escalations[plan->n_escalations++] = xstrdup(rule->id);
}

/* A later step: its conditions were met when it began. */
static bool
apply_later_step(struct walk *w, const struct rule *rule)
{
	const struct rules_notice *notice = w->notice;
	struct str why = {0};
	bool is = rule->user == NULL && !rule->disabled &&
	    rule->n_steps > notice->step &&
	    strcmp(rule->id, notice->step_rule) == 0;

	str_clear(&w->note);
	if (is)
		apply_adding(w, &rule->steps[notice->step]);
	else if (w->explain)
		str_add(&why, "this is a step of another rule's escalation");
	record(w, rule, is, &why);
	str_free(&why);
	return true;
}

/* True if the rule counts as a match for the fallback. */
static bool
apply_rule(struct walk *w, const struct rule *rule)
{
	struct str why = {0};
	enum verdict verdict;

	if (w->notice->step_rule != NULL && !rule->cancel)
		return apply_later_step(w, rule);
	verdict = nd_rule_match(rule, &w->view, w->explain ? &why : NULL);
	str_clear(&w->note);
	if (verdict == VERDICT_MATCH && rule->n_steps > 0) {
		apply_steps(w, rule);
	} else if (verdict == VERDICT_MATCH) {
		struct meant_list list = {0};

		meant_of_rule(&w->view, rule, w->plan, &list);
		if (rule->cancel)
			cancel_entries(w, rule, &list);
		else
			add_entries(w, rule, &list);
		meant_free(&list);
	}
	record(w, rule, verdict == VERDICT_MATCH, &why);
	str_free(&why);
	return verdict != VERDICT_NO;
}

/* Without a rule: to these by one method. */
static void
tell_plainly(
    struct walk *w, struct meant_list *list, const char *method, const char *id)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *why = meant_obstacle(w, &list->v[i], method);

		if (why != NULL)
			nd_plan_skip(
			    w->plan, meant_name(&list->v[i]), method, why);
		else
			put_entry(w, &list->v[i], method, NULL, id);
	}
	meant_free(list);
}

/* True if it is a global rule and counts as a match. */
static bool
walk_rule(struct walk *w, size_t i)
{
	const struct rule_index *index = w->rules->index;

	return apply_rule(w, nd_index_at(index, i)) &&
	    i < nd_index_global(index);
}

/* The same without those that cannot fit. */
static bool
walk_marked(struct walk *w)
{
	const struct rule_index *index = w->rules->index;
	size_t n = nd_index_words(index);
	uint64_t few[64], *bits = n > ARRAY_LEN(few) ? xcalloc(n, 8) : few;
	bool matched = false;

	nd_index_mark(index, &w->view, bits);
	for (size_t i = 0; i < n; i++) {
		for (uint64_t left = bits[i]; left != 0; left &= left - 1) {
			size_t at = i * 64 + (size_t)__builtin_ctzll(left);

			matched = walk_rule(w, at) || matched;
		}
	}
	if (bits != few)
		free(bits);
	return matched;
}

/* True if a global rule counts as a match. */
static bool
walk_rules(struct walk *w)
{
	const struct rules *rules = w->rules;
	struct meant_list list = {0};
	bool matched = rules->absent || w->notice->step_rule != NULL;

	if (rules->absent) {
		meant_add_object(&w->view, "mail", w->plan, &list);
		tell_plainly(w, &list, "mail", "default");
	}
	if (w->explain || w->notice->step_rule != NULL) {
		for (size_t i = 0; i < nd_index_size(rules->index); i++)
			matched = walk_rule(w, i) || matched;
	} else {
		matched = walk_marked(w) || matched;
	}
	return matched;
}

/* What of the entries waits for others. */
static void
gather_entries(struct walk *w)
{
	const struct rules *rules = w->rules;

	for (size_t i = 0; i < w->plan->n_entries; i++) {
		struct plan_entry *e = &w->plan->entries[i];
		const struct rules_contact *c =
		    rules_find_contact(rules, e->contact);
		struct gather_rules with = {.group = &rules->group,
		    .quiet = c == NULL ? NULL : &c->quiet,
		    .locked = e->locked};

		if (e->by != NULL) {
			with.bulk = &e->by->bulk;
			if (e->held)
				with.period = e->by->when.time_period;
			if (e->by->group.given)
				with.group = &e->by->group;
		}
		gather_decide(&with, &rules->world, w->view.ctx, e->method,
		    w->view.at, &e->gather);
	}
}

/* Who has an entry in the end needs no reason. */
static void
drop_settled_skips(struct plan *plan)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->n_skips; i++) {
		struct plan_skip *s = &plan->skips[i];

		if (plan_find(plan, s->contact, s->method) == NULL) {
			plan->skips[kept++] = *s;
			continue;
		}
		free(s->contact);
		free(s->method);
		free(s->reason);
	}
	plan->n_skips = kept;
}

void
plan_make(const struct rules *rules, const struct rules_notice *notice,
    int64_t at, bool explain, struct plan *plan_r)
{
	struct walk w = {.rules = rules,
	    .notice = notice,
	    .plan = plan_r,
	    .explain = explain};

	*plan_r = (struct plan){0};
	view_make(&w.view, rules, notice, at);
	if (!walk_rules(&w)) {
		struct meant_list list = {0};

		plan_r->fallback = true;
		meant_add_fallback(rules, &list);
		tell_plainly(&w, &list, rules->fallback_method, "fallback");
	}
	drop_settled_skips(plan_r);
	gather_entries(&w);
	if (plan_r->n_entries > 1)
		qsort(plan_r->entries, plan_r->n_entries,
		    sizeof(*plan_r->entries), entry_compare);
	str_free(&w.note);
}
