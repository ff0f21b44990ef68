/* SPDX-License-Identifier: Apache-2.0
 *
 * Limits of events (event-console.md section 15.1, EC-23): overall, of a
 * host, of a rule; at most one overflow event per activation.
 */
#include "eventd/event/engine.h"

enum scope {
	SCOPE_OVERALL,
	SCOPE_HOST,
	SCOPE_RULE
};
#define SCOPES 3
static const char *const scope_names[SCOPES] = {"overall", "host", "rule"};

struct bound {
	struct limit limit;
	uint32_t n;       /* events that are there */
	uint32_t *active; /* NULL: the group does not exist yet */
	struct event *oldest;
};

static struct event *
oldest_real(struct event *ev, enum scope scope)
{
	while (ev != NULL && ev->overflow)
		ev = scope == SCOPE_HOST  ? ev->by_host.next
		    : scope == SCOPE_RULE ? ev->by_rule.next
					  : ev->all.next;
	return ev;
}

static struct bound
bound_of(struct engine *e, enum scope scope, const struct event *ev,
    const struct rule *rule)
{
	struct bound b = {0};
	struct event_group *g;

	if (scope == SCOPE_OVERALL) {
		b.limit = e->options->overall;
		b.n = (uint32_t)e->index.n_real;
		b.active = &e->overall_active;
		b.oldest = oldest_real(e->index.first, scope);
		return b;
	}
	if (scope == SCOPE_HOST) {
		b.limit = e->options->by_host;
		if (ev->core_host[0] != '\0' && e->world->host_limit != NULL)
			e->world->host_limit(
			    ev->core_host, &b.limit, e->world->arg);
		g = index_host(&e->index, ev->host);
	} else {
		b.limit = rule != NULL && rule->has_limit ? rule->limit
							  : e->options->by_rule;
		g = index_rule(
		    &e->index, ev->rule_id == NULL ? "" : ev->rule_id);
	}
	if (g != NULL) {
		b.n = g->n_real;
		b.active = &g->active_limit;
		b.oldest = oldest_real(g->first, scope);
	}
	return b;
}

static void
overflow_text(struct event *ev, enum scope scope, const struct bound *b)
{
	struct str text = {0};

	str_addf(&text, "The limit of %u open events ", b->limit.limit);
	if (scope == SCOPE_HOST)
		str_addf(&text, "of host \"%s\"", ev->host);
	else if (scope == SCOPE_RULE)
		str_addf(&text, "of rule \"%s\"", ev->rule_id);
	else
		str_add(&text, "in all");
	str_add(
	    &text, " is reached: no more events open until some are archived.");
	event_set(&ev->text, str_slice(&text));
	str_free(&text);
}

static void
overflow_event(struct engine *e, enum scope scope, const struct bound *b,
    const struct event *cause, const struct rule *rule, int64_t now_us)
{
	struct event *ev = event_new();

	ev->overflow = true;
	ev->id = e->next_id++;
	ev->first_us = ev->last_us = ev->started_us = now_us;
	event_set(&ev->application, SLICE("Event Console"));
	ev->priority = 2;
	ev->state = 2;
	ev->sl = cause->sl;
	ev->phase = PHASE_OPEN;
	ev->acted = true;
	if (scope == SCOPE_HOST) {
		event_set(&ev->host, slice_of(cause->host));
		event_set(&ev->core_host, slice_of(cause->core_host));
		event_set(&ev->ipaddress, slice_of(cause->ipaddress));
	}
	if (scope == SCOPE_RULE) {
		event_set(&ev->rule_id, slice_of(cause->rule_id));
		if (rule != NULL) {
			ev->has_contact_groups = rule->has_contact_groups;
			ev->groups_notify = true;
			strings_copy(
			    &ev->contact_groups, &rule->contact_groups);
		}
	}
	overflow_text(ev, scope, b);
	index_add(&e->index, ev);
	e->effects->history("NEW", "", "", ev, now_us, e->effects->arg);
	if (b->limit.action == LIMIT_STOP_OVERFLOW_NOTIFY)
		e->effects->action(ev, ACTION_NOTIFY, false, e->effects->arg);
	ec_engine_changed(e, ev);
}

static void
activate(struct engine *e, enum scope scope, const struct bound *b,
    const struct event *ev, const struct rule *rule, int64_t now_us)
{
	if (b->active == NULL || *b->active != 0 ||
	    b->limit.action == LIMIT_DELETE_OLDEST)
		return;
	*b->active = b->limit.limit;
	if (e->effects->overflow != NULL)
		e->effects->overflow(
		    scope_names[scope], b->limit.limit, ev, e->effects->arg);
	if (b->limit.action != LIMIT_STOP)
		overflow_event(e, scope, b, ev, rule, now_us);
}

bool
limits_admit(
    struct engine *e, const struct event *ev, struct rule *rule, int64_t now_us)
{
	for (enum scope s = 0; s < SCOPES; s++) {
		struct bound b = bound_of(e, s, ev, rule);

		while (b.n >= b.limit.limit &&
		    b.limit.action == LIMIT_DELETE_OLDEST && b.oldest != NULL) {
			ec_engine_close(
			    e, b.oldest, "DELETE", "limit", "", now_us);
			b = bound_of(e, s, ev, rule);
		}
		if (b.n >= b.limit.limit) {
			activate(e, s, &b, ev, rule, now_us);
			return false;
		}
	}
	return true;
}

/*
 * One event tells of it: where it reaches several limits at once, the first of
 * them stops what follows; another tells once it is what stops an event.
 */
void
limits_reached(
    struct engine *e, const struct event *ev, struct rule *rule, int64_t now_us)
{
	for (enum scope s = 0; s < SCOPES; s++) {
		struct bound b = bound_of(e, s, ev, rule);

		if (b.n >= b.limit.limit) {
			activate(e, s, &b, ev, rule, now_us);
			return;
		}
	}
}

/* Which limit an overflow event tells of. */
static enum scope
scope_of(const struct event *ev)
{
	return ev->rule_id != NULL ? SCOPE_RULE
	    : ev->host[0] != '\0'  ? SCOPE_HOST
				   : SCOPE_OVERALL;
}

void
limits_resume(struct engine *e)
{
	for (const struct event *ev = e->index.first; ev != NULL;
	     ev = ev->all.next) {
		struct rule *rule;
		struct bound b;

		/* With a group it speaks of something else (own.c). */
		if (!ev->overflow || ev->groups.n > 0)
			continue;
		rule = ev->rule_id == NULL
		    ? NULL
		    : ruleset_find(e->rules, ev->rule_id);
		b = bound_of(e, scope_of(ev), ev, rule);
		if (b.active != NULL && b.n >= b.limit.limit)
			*b.active = b.limit.limit;
	}
}
