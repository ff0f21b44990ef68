/* SPDX-License-Identifier: Apache-2.0
 *
 * Cancelling (event-console.md section 11).
 */
#include "eventd/event/engine.h"

#include "common/mem.h"

#include <stdlib.h>

/* Groups are compared as far as both have some. */
static bool
groups_agree(const struct strings *have, const struct groups *got)
{
	for (uint32_t i = 0; i < have->n && i < got->n; i++) {
		if (!slice_eqs(got->group[i], have->v[i]))
			return false;
	}
	return true;
}

static bool
concerns(const struct event *ev, const struct event *probe,
    const struct rule *rule, const struct match *match)
{
	if (ev->rule_id == NULL || strcmp(ev->rule_id, rule->id) != 0 ||
	    ev->overflow || strcmp(ev->host, probe->host) != 0)
		return false;
	if (rule->cancel.application == NULL &&
	    strcmp(ev->application, probe->application) != 0)
		return false;
	return groups_agree(&ev->groups, &match->text) &&
	    groups_agree(&ev->application_groups, &match->application);
}

/* EC-19 and EC-36: which cancel actions run? */
static bool
acts(struct engine *e, const struct event *ev, const struct rule *rule)
{
	if (rule->cancel.only_open && ev->phase != PHASE_OPEN)
		return false;
	if (!ev->acted && rule->actions.n > 0)
		return false;
	return rule->actions_in_downtime || ev->core_host[0] == '\0' ||
	    e->world->in_downtime == NULL ||
	    !e->world->in_downtime(ev->core_host, e->world->arg);
}

static void
cancel_one(struct engine *e, struct event *ev, const struct event *probe,
    const struct rule *rule, int64_t now_us)
{
	bool act = acts(e, ev, rule);

	ev->phase = PHASE_CLOSED;
	ev->state = 0;
	ev->last_us = probe->last_us;
	ev->priority = probe->priority;
	event_set(&ev->text, slice_of(probe->text));
	e->effects->history("CANCELLED", "", "", ev, now_us, e->effects->arg);
	for (size_t i = 0; act && i < rule->cancel.actions.n; i++)
		e->effects->action(
		    ev, rule->cancel.actions.v[i], true, e->effects->arg);
	ec_engine_close(e, ev, NULL, "", "", now_us);
}

struct found {
	struct event **v;
	size_t n, cap;
};

static int
by_age(const void *a, const void *b)
{
	const struct event *x = *(struct event *const *)a;
	const struct event *y = *(struct event *const *)b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void
consider(struct found *f, struct event *ev, const struct event *probe,
    const struct rule *rule, const struct match *match)
{
	if (!concerns(ev, probe, rule, match))
		return;
	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n++] = ev;
}

/*
 * Where both have groups the first must be equal: these, and those without
 * groups, are found by a hash, however many events the host has.
 */
static void
find_events(struct engine *e, struct found *f, const struct event *probe,
    const struct rule *rule, const struct match *match)
{
	const struct event_index *ix = &e->index;
	const struct event_group *host = index_host(ix, probe->host);
	const struct event_group *own = index_rule(ix, rule->id);
	struct event *ev;

	if (host == NULL || own == NULL)
		return;
	if (match->text.n == 0) {
		bool fewer = own->n < host->n;

		for (ev = fewer ? own->first : host->first; ev != NULL;
		     ev = fewer ? ev->by_rule.next : ev->by_host.next)
			consider(f, ev, probe, rule, match);
		return;
	}
	for (ev = index_cancel(ix, rule->id, probe->host, NULL); ev != NULL;
	     ev = index_cancel_next(ev))
		consider(f, ev, probe, rule, match);
	for (ev =
		 index_cancel(ix, rule->id, probe->host, &match->text.group[0]);
	     ev != NULL; ev = index_cancel_next(ev))
		consider(f, ev, probe, rule, match);
	if (f->n > 0)
		qsort(f->v, f->n, sizeof(*f->v), by_age);
}

void
cancel_events(struct engine *e, struct rule *rule, const struct message *m,
    const struct match *match, int64_t now_us)
{
	struct event *probe = event_new();
	struct found found = {0};

	/* Rewritten with the cancelling message's own groups. */
	ec_engine_rewrite(e, probe, rule, m, match);
	find_events(e, &found, probe, rule, match);
	for (size_t i = 0; i < found.n; i++)
		cancel_one(e, found.v[i], probe, rule, now_us);
	free(found.v);
	event_free(&probe);
}
