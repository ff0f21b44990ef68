/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting (event-console.md section 12): what joins, when it is enough, how
 * it decays; EC-20: exactly on time.
 */
#include "eventd/event/engine.h"

static uint64_t
mix(uint64_t hash, const char *s)
{
	/* The NUL belongs to it, so that "ab"+"c" is not "a"+"bc". */
	return index_hash(hash, (struct slice){s, strlen(s) + 1});
}

uint64_t
count_join_hash(
    const struct engine *e, const struct event *ev, const struct rule *rule)
{
	uint64_t h = mix(e->index.seed, rule->id);

	if (!rule->count.set)
		return 0;
	if (rule->count.by_host)
		h = mix(h, ev->host);
	if (rule->count.by_application)
		h = mix(h, ev->application);
	for (size_t i = 0; rule->count.by_groups && i < ev->groups.n; i++)
		h = mix(h, ev->groups.v[i]);
	return mix(h, ev->in_downtime ? "1" : "0") | 1;
}

static bool
same_groups(const struct strings *a, const struct strings *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	}
	return true;
}

static bool
joins(const struct event *old, const struct event *ev, const struct rule *rule,
    int64_t now_us)
{
	const struct counting *c = &rule->count;

	if (old->rule_id == NULL || strcmp(old->rule_id, rule->id) != 0 ||
	    old->in_downtime != ev->in_downtime || old->overflow)
		return false;
	if (old->phase == PHASE_ACK && !c->count_acked)
		return false;
	if (c->for_us > 0 && now_us > old->started_us + c->for_us)
		return false;
	return (!c->by_host || strcmp(old->host, ev->host) == 0) &&
	    (!c->by_application ||
		strcmp(old->application, ev->application) == 0) &&
	    (!c->by_groups || same_groups(&old->groups, &ev->groups));
}

/* The oldest event that the message belongs to. */
static struct event *
find_joinable(struct engine *e, const struct event *ev, const struct rule *rule,
    uint64_t hash, int64_t now_us)
{
	struct event *found = NULL;

	for (struct event *old = index_join(&e->index, hash); old != NULL;
	     old = index_join_next(old)) {
		if ((found == NULL || old->id < found->id) &&
		    joins(old, ev, rule, now_us))
			found = old;
	}
	return found;
}

/*
 * The event's counting as it stands at that time of its own clock. False: it
 * ended before.
 */
static bool
catch_up(struct engine *e, struct event *old, struct rule *rule, int64_t at_us,
    int64_t now_us)
{
	old->behind_us = now_us - at_us;
	while (count_due(old, rule) <= at_us) {
		if (!count_decay(e, old, rule, count_due(old, rule)))
			return false;
	}
	return true;
}

static void
swap_text(char **a, char **b)
{
	char *s = *a;

	*a = *b;
	*b = s;
}

/* The new message's fields into the old event; `ev` is freed. */
static void
merge(struct engine *e, struct event *old, struct event *ev)
{
	struct strings groups = old->groups, app = old->application_groups;
	bool live = old->phase == PHASE_OPEN || old->phase == PHASE_ACK;

	index_remove(&e->index, old);
	old->count++;
	old->last_us = ev->last_us;
	old->priority = ev->priority;
	old->facility = ev->facility;
	old->pid = ev->pid;
	old->sl = ev->sl;
	old->state = ev->state;
	swap_text(&old->text, &ev->text);
	swap_text(&old->host, &ev->host);
	swap_text(&old->orig_host, &ev->orig_host);
	swap_text(&old->application, &ev->application);
	swap_text(&old->ipaddress, &ev->ipaddress);
	swap_text(&old->core_host, &ev->core_host);
	if (!live) {
		swap_text(&old->comment, &ev->comment);
		swap_text(&old->contact, &ev->contact);
	}
	old->groups = ev->groups;
	old->application_groups = ev->application_groups;
	ev->groups = groups;
	ev->application_groups = app;
	index_add(&e->index, old);
	event_free(&ev);
}

static void
reached(struct engine *e, struct event *ev, struct rule *rule, int64_t now_us)
{
	ev->phase = rule->delay_us > 0 ? PHASE_DELAYED : PHASE_OPEN;
	e->effects->history(
	    "COUNTREACHED", "", "", ev, now_us, e->effects->arg);
	if (rule->delay_us == 0) {
		ec_engine_open(e, ev, rule, now_us);
		return;
	}
	ev->delay_until_us = now_us + rule->delay_us;
	ec_engine_schedule(e, ev);
	ec_engine_changed(e, ev);
}

void
count_message(struct engine *e, struct event *ev, struct rule *rule,
    int64_t at_us, int64_t now_us)
{
	uint64_t hash = count_join_hash(e, ev, rule);
	struct event *old = find_joinable(e, ev, rule, hash, at_us);

	/* Timers have brought the others up to date. */
	while (old != NULL && old->phase == PHASE_COUNTING &&
	    (at_us != now_us || old->behind_us != 0) &&
	    !catch_up(e, old, rule, at_us, now_us))
		old = find_joinable(e, ev, rule, hash, at_us);
	if (old != NULL) {
		merge(e, old, ev);
		if (old->phase == PHASE_COUNTING &&
		    old->count >= rule->count.count) {
			reached(e, old, rule, now_us);
			return;
		}
		ec_engine_schedule(e, old);
		ec_engine_changed(e, old);
		return;
	}
	ev->count = 1;
	ev->join_hash = hash;
	ev->phase = rule->count.count > 1 ? PHASE_COUNTING
	    : rule->delay_us > 0          ? PHASE_DELAYED
					  : PHASE_OPEN;
	if (!ec_engine_create(e, ev, rule, now_us))
		return;
	ev->started_us = ev->token_us = at_us;
	ev->behind_us = now_us - at_us;
	e->effects->history("NEW", "", "", ev, now_us, e->effects->arg);
	limits_reached(e, ev, rule, now_us);
	if (rule->count.count > 1) {
		ec_engine_schedule(e, ev);
		ec_engine_changed(e, ev);
	} else if (rule->delay_us > 0) {
		ev->delay_until_us = now_us + rule->delay_us;
		ec_engine_schedule(e, ev);
		ec_engine_changed(e, ev);
	} else {
		ec_engine_open(e, ev, rule, now_us);
	}
}

int64_t
count_due(const struct event *ev, const struct rule *rule)
{
	const struct counting *c = &rule->count;

	switch (c->algorithm) {
	case COUNT_TOKENBUCKET:
		return ev->token_us + c->period_us / c->count;
	case COUNT_DYNABUCKET:
		return ev->token_us + c->period_us / (int64_t)ev->count;
	case COUNT_INTERVAL:
		break;
	}
	return ev->started_us + c->period_us;
}

bool
count_decay(
    struct engine *e, struct event *ev, struct rule *rule, int64_t at_us)
{
	if (rule->count.algorithm == COUNT_INTERVAL || ev->count <= 1) {
		if (rule->count.algorithm != COUNT_INTERVAL)
			ev->count = 0;
		ec_engine_close(
		    e, ev, "COUNTFAILED", "", "", at_us + ev->behind_us);
		return false;
	}
	ev->count--;
	ev->token_us = at_us;
	ec_engine_changed(e, ev);
	return true;
}
