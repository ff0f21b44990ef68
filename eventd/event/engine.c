/* SPDX-License-Identifier: Apache-2.0
 *
 * From a message to an event, and what time does to events; see engine.h.
 */
#include "eventd/event/engine.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

struct engine *
ec_engine_new(struct ruleset *rules, struct eventd_options *options,
    const struct engine_world *world, const struct engine_effects *effects,
    uint64_t seed)
{
	struct engine *e = xnew(struct engine);

	e->rules = rules;
	e->options = options;
	e->world = world;
	e->effects = effects;
	e->scratch = ec_pattern_scratch_new();
	ec_engine_forget_ids(e);
	e->restoring = true;
	index_init(&e->index, seed);
	return e;
}

void
ec_engine_free(struct engine **ep)
{
	struct engine *e = *ep;

	if (e == NULL)
		return;
	index_free(&e->index);
	ruleset_free(&e->rules);
	eventd_options_free(&e->options);
	ec_pattern_scratch_free(&e->scratch);
	str_free(&e->host);
	free(e->watches);
	free(e);
	*ep = NULL;
}

static struct rule *
rule_of(const struct engine *e, const struct event *ev)
{
	return ev->rule_id == NULL ? NULL : ruleset_find(e->rules, ev->rule_id);
}

/* --- opening and closing ------------------------------------------------- */

void
ec_engine_changed(struct engine *e, struct event *ev)
{
	if (e->effects->changed != NULL)
		e->effects->changed(ev, e->effects->arg);
}

static void
history(struct engine *e, const char *what, const char *who,
    const char *addinfo, const struct event *ev, int64_t now_us)
{
	e->effects->history(what, who, addinfo, ev, now_us, e->effects->arg);
}

void
ec_engine_close(struct engine *e, struct event *ev, const char *what,
    const char *who, const char *addinfo, int64_t now_us)
{
	ev->phase = PHASE_CLOSED;
	if (what != NULL)
		history(e, what, who, addinfo, ev, now_us);
	if (e->effects->gone != NULL)
		e->effects->gone(ev, e->effects->arg);
	index_remove(&e->index, ev);
	if (e->index.n_real < e->overall_active)
		e->overall_active = 0;
	event_free(&ev);
}

static bool
suppressed_by_downtime(
    struct engine *e, const struct event *ev, const struct rule *rule)
{
	return !rule->actions_in_downtime && ev->core_host[0] != '\0' &&
	    e->world->in_downtime != NULL &&
	    e->world->in_downtime(ev->core_host, e->world->arg);
}

void
ec_engine_schedule(struct engine *e, struct event *ev)
{
	const struct rule *rule;

	ev->due_us = 0;
	switch ((enum phase)ev->phase) {
	case PHASE_COUNTING:
		rule = rule_of(e, ev);
		if (rule != NULL && rule->count.set)
			ev->due_us = count_due(ev, rule) + ev->behind_us;
		break;
	case PHASE_DELAYED:
		ev->due_us = ev->delay_until_us;
		break;
	case PHASE_OPEN:
	case PHASE_ACK:
		if (ev->life_phases & PHASE_BIT(ev->phase))
			ev->due_us = ev->life_until_us;
		if (ev->phase == PHASE_OPEN && ev->remind_us != 0 &&
		    (ev->due_us == 0 || ev->remind_us < ev->due_us))
			ev->due_us = ev->remind_us;
		break;
	case PHASE_CLOSED:
		break;
	}
	index_due(&e->index, ev);
}

void
ec_engine_open(
    struct engine *e, struct event *ev, const struct rule *rule, int64_t now_us)
{
	bool quiet = suppressed_by_downtime(e, ev, rule);

	ev->phase = PHASE_OPEN;
	ev->delay_until_us = 0;
	if (rule->lifetime_us > 0) {
		ev->life_until_us = now_us + rule->lifetime_us;
		ev->life_phases = rule->lifetime_phases;
	}
	ev->acted = !quiet;
	ev->remind_us = rule->remind_us > 0 ? now_us + rule->remind_us : 0;
	ec_engine_schedule(e, ev);
	for (size_t i = 0; !quiet && i < rule->actions.n; i++)
		e->effects->action(
		    ev, rule->actions.v[i], false, e->effects->arg);
	if (rule->autodelete)
		ec_engine_close(e, ev, "AUTODELETE", "", "", now_us);
	else
		ec_engine_changed(e, ev);
}

void
ec_engine_reopen(struct engine *e, struct event *ev, int64_t now_us)
{
	const struct rule *rule = rule_of(e, ev);

	if (ev->phase == PHASE_ACK && rule != NULL && rule->remind_us > 0)
		ev->remind_us = now_us + rule->remind_us;
	ev->phase = PHASE_OPEN;
}

/* Delay first where the rule has one. */
static void
open_or_delay(
    struct engine *e, struct event *ev, const struct rule *rule, int64_t now_us)
{
	if (rule->delay_us == 0) {
		ec_engine_open(e, ev, rule, now_us);
		return;
	}
	ev->phase = PHASE_DELAYED;
	ev->delay_until_us = now_us + rule->delay_us;
	ec_engine_schedule(e, ev);
	ec_engine_changed(e, ev);
}

bool
ec_engine_create(
    struct engine *e, struct event *ev, struct rule *rule, int64_t now_us)
{
	if (!limits_admit(e, ev, rule, now_us)) {
		e->counters.overflows++;
		event_free(&ev);
		return false;
	}
	ev->id = e->next_id++;
	e->counters.events++;
	ev->started_us = ev->token_us = now_us;
	index_add(&e->index, ev);
	return true;
}

/* --- rewriting (section 10) ---------------------------------------------- */

static void
rewrite(char **field, const char *tmpl, struct slice whole,
    const struct match *match)
{
	struct str out = {0};

	if (tmpl == NULL)
		return;
	template_expand(&out, tmpl, whole, &match->text, &match->application);
	event_set(field, str_slice(&out));
	str_free(&out);
}

static void
copy_groups(struct strings *to, const struct groups *from)
{
	strings_free(to);
	for (uint32_t i = 0; i < from->n; i++)
		strings_add(to, from->group[i]);
}

/* EC-17: once until the next reload. */
static void
complain(const struct rule *rule)
{
	log_warn("rule %s: a pattern needs too many steps for a text, which "
		 "counts as not matched (write it without nested repetitions; "
		 "GET rules, rule_limit_hits)",
	    rule->id);
}

static void
set_service_level(struct event *ev, const struct rule *rule)
{
	if (rule->has_sl && !(rule->sl_from_message && ev->sl > 0))
		ev->sl = rule->sl;
}

void
ec_engine_rewrite(struct engine *e, struct event *ev, struct rule *rule,
    const struct message *m, const struct match *match)
{
	uint64_t limited = rule->match_limit_hits;
	struct slice contact = m->contact;

	ev->state = rule_state(rule, m, e->scratch);
	if (limited == 0 && rule->match_limit_hits > 0)
		complain(rule);
	ev->priority = m->priority;
	ev->facility = m->facility;
	ev->pid = m->pid;
	ev->sl = m->sl;
	ev->first_us = ev->last_us = m->time_us;
	ev->input = (uint8_t)m->input;
	set_service_level(ev, rule);
	event_set(&ev->rule_id, slice_of(rule->id));
	event_set(&ev->text, m->text);
	event_set(&ev->host, m->host);
	event_set(&ev->application, m->application);
	event_set(&ev->contact, contact);
	event_set(&ev->ipaddress, m->ipaddress);
	rewrite(&ev->comment, rule->set_comment, m->text, match);
	rewrite(&ev->text, rule->set_text, m->text, match);
	if (rule->set_host != NULL) {
		event_set(&ev->orig_host, m->host);
		rewrite(&ev->host, rule->set_host, m->host, match);
	}
	rewrite(&ev->application, rule->set_application, m->application, match);
	if (contact.len == 0)
		rewrite(&ev->contact, rule->set_contact, contact, match);
	copy_groups(&ev->groups, &match->text);
	copy_groups(&ev->application_groups, &match->application);
	ev->has_contact_groups = rule->has_contact_groups;
	ev->groups_notify = rule->groups_notify;
	ev->groups_rule_first = rule->groups_rule_first;
	strings_copy(&ev->contact_groups, &rule->contact_groups);
}

void
ec_engine_find_core_host(struct engine *e, struct event *ev)
{
	const char *name = e->world->core_host == NULL
	    ? NULL
	    : e->world->core_host(ev->host, e->world->arg);

	event_set(&ev->core_host, slice_of(name));
	ev->in_downtime = name != NULL && e->world->in_downtime != NULL &&
	    e->world->in_downtime(name, e->world->arg);
}

/* --- messages ------------------------------------------------------------ */

static void
make_event(struct engine *e, const struct message *m, struct match *match,
    int64_t now_us)
{
	struct rule *rule = match->rule;
	struct event *ev;
	int64_t at_us = now_us;

	/* EC-10: a backlog of files is no burst. */
	if (m->input == INPUT_SPOOL && m->time_us < now_us)
		at_us = m->time_us;
	if (rule->expect.set) {
		expect_message(e, rule, at_us);
		return;
	}
	ev = event_new();
	ec_engine_rewrite(e, ev, rule, m, match);
	ec_engine_find_core_host(e, ev);
	if (rule->count.set) {
		count_message(e, ev, rule, at_us, now_us);
		return;
	}
	if (!ec_engine_create(e, ev, rule, now_us))
		return;
	ev->phase = rule->delay_us > 0 ? PHASE_DELAYED : PHASE_OPEN;
	history(e, "NEW", "", "", ev, now_us);
	limits_reached(e, ev, rule, now_us);
	open_or_delay(e, ev, rule, now_us);
}

/* No rule wanted the message. */
static void
orphan(struct engine *e, const struct message *m, int64_t now_us)
{
	struct event *ev;

	e->counters.orphans++;
	if (e->effects->unmatched != NULL)
		e->effects->unmatched(m, now_us, e->effects->arg);
	if (!e->options->archive_orphans)
		return;
	ev = event_new();
	event_set(&ev->text, m->text);
	event_set(&ev->host, m->host);
	event_set(&ev->application, m->application);
	event_set(&ev->contact, m->contact);
	event_set(&ev->ipaddress, m->ipaddress);
	ev->first_us = ev->last_us = m->time_us;
	ev->priority = m->priority;
	ev->facility = m->facility;
	ev->pid = m->pid;
	ev->sl = m->sl;
	ev->phase = PHASE_CLOSED;
	history(e, "ARCHIVED", "", "", ev, now_us);
	event_free(&ev);
}

static void
count_input(struct engine *e, const struct message *m)
{
	e->counters.messages++;
	e->counters.by_input[m->input]++;
	e->counters.unparsed += m->format == FORMAT_UNREADABLE;
	e->counters.decode_fallback += m->decode_fallback;
}

void
ec_engine_message(struct engine *e, struct message *m, int64_t now_us)
{
	struct match_walk walk = {.world = &e->world->match,
	    .scratch = e->scratch,
	    .trace = e->trace,
	    .trace_arg = e->trace_arg,
	    .every = e->try_every,
	    .clock = e->counters.messages % RULE_SAMPLE == 0 ? e->clock : NULL};
	struct match match;
	bool found;

	ec_engine_tick(e, now_us);
	count_input(e, m);
	str_clear(&e->host);
	hostname_translate(
	    &e->options->hostname, m->host, e->scratch, &e->host);
	m->host = str_slice(&e->host);
	found = ruleset_match(e->rules, m, &walk, &match);
	if (walk.limited != NULL)
		complain(walk.limited);
	e->counters.rule_tries += walk.tries;
	e->counters.rule_hits += walk.hits;
	if (e->effects->heard != NULL)
		e->effects->heard(m,
		    found && match.rule->outcome == OUTCOME_EVENT,
		    e->effects->arg);
	if (!found)
		orphan(e, m, now_us);
	else if (match.rule->outcome == OUTCOME_DROP)
		e->counters.drops++;
	else if (match.cancelling)
		cancel_events(e, match.rule, m, &match, now_us);
	else
		make_event(e, m, &match, now_us);
}

/* --- time ---------------------------------------------------------------- */

/* EC-26: told again, with the next number, until somebody acknowledges. */
static void
remind(
    struct engine *e, struct event *ev, const struct rule *rule, int64_t now_us)
{
	if (rule == NULL || rule->remind_us == 0) {
		ev->remind_us = 0;
	} else {
		ev->remind_us = now_us + rule->remind_us;
		if (!suppressed_by_downtime(e, ev, rule))
			e->effects->action(
			    ev, ACTION_NOTIFY, false, e->effects->arg);
	}
	ec_engine_schedule(e, ev);
	ec_engine_changed(e, ev);
}

static bool
life_is_over(const struct event *ev, int64_t now_us)
{
	return (ev->life_phases & PHASE_BIT(ev->phase)) != 0 &&
	    ev->life_until_us != 0 && ev->life_until_us <= now_us;
}

static void
due(struct engine *e, struct event *ev, int64_t now_us)
{
	struct rule *rule = rule_of(e, ev);

	switch ((enum phase)ev->phase) {
	case PHASE_COUNTING:
		if (rule == NULL || !rule->count.set)
			ec_engine_close(e, ev,
			    rule == NULL ? "ORPHANED" : "NOCOUNT", "", "",
			    now_us);
		else if (count_decay(e, ev, rule, ev->due_us - ev->behind_us))
			ec_engine_schedule(e, ev);
		return;
	case PHASE_DELAYED:
		if (rule == NULL) {
			ec_engine_close(e, ev, "ORPHANED", "", "", now_us);
			return;
		}
		ev->phase = PHASE_OPEN;
		history(e, "DELAYOVER", "", "", ev, now_us);
		ec_engine_open(e, ev, rule, now_us);
		return;
	case PHASE_OPEN:
	case PHASE_ACK:
	case PHASE_CLOSED:
		if (life_is_over(ev, now_us))
			ec_engine_close(e, ev, "EXPIRED", "", "", now_us);
		else
			remind(e, ev, rule, now_us);
		return;
	}
}

void
ec_engine_tick(struct engine *e, int64_t now_us)
{
	struct event *ev;

	while ((ev = index_earliest(&e->index)) != NULL && ev->due_us <= now_us)
		due(e, ev, now_us);
	if (e->n_watches > 0)
		expect_tick(e, now_us);
}

int64_t
ec_engine_due(const struct engine *e)
{
	const struct event *ev = index_earliest(&e->index);
	int64_t watch = expect_due(e);

	if (ev == NULL)
		return watch;
	return ev->due_us < watch ? ev->due_us : watch;
}

void
ec_engine_downtime_ended(
    struct engine *e, const char *core_host, int64_t now_us)
{
	struct event *ev, *next;

	for (ev = e->index.first; ev != NULL; ev = next) {
		next = ev->all.next;
		if (ev->in_downtime && strcmp(ev->core_host, core_host) == 0)
			ec_engine_close(e, ev, "AUTODELETE", "",
			    "the downtime ended", now_us);
	}
}

/* --- earlier runs, other rules ------------------------------------------- */

static uint64_t
join_hash_of(const struct engine *e, const struct event *ev)
{
	const struct rule *rule = rule_of(e, ev);

	return rule == NULL ? 0 : count_join_hash(e, ev, rule);
}

void
ec_engine_restore(struct engine *e, struct event *ev)
{
	ec_engine_restore_gone(e, ev->id);
	ec_engine_seen(e, ev->id);
	ev->join_hash = join_hash_of(e, ev);
	ev->stored = true;
	index_add(&e->index, ev);
}

void
ec_engine_restore_gone(struct engine *e, uint64_t id)
{
	struct event *ev = index_find(&e->index, id);

	ec_engine_seen(e, id);
	if (ev == NULL)
		return;
	index_remove(&e->index, ev);
	event_free(&ev);
}

void
ec_engine_restore_hits(struct engine *e, const char *rule, uint64_t hits)
{
	struct rule *r = ruleset_find(e->rules, rule);

	if (r != NULL)
		r->hits = hits;
}

/* Deadlines of all events by the present rules. */
static void
reschedule(struct engine *e, int64_t now_us)
{
	struct event *ev, *next;

	for (ev = e->index.first; ev != NULL; ev = next) {
		const struct rule *rule = rule_of(e, ev);
		bool waits =
		    ev->phase == PHASE_COUNTING || ev->phase == PHASE_DELAYED;

		next = ev->all.next;
		if (waits && rule == NULL) {
			ec_engine_close(e, ev, "ORPHANED", "", "", now_us);
			continue;
		}
		if (ev->phase == PHASE_COUNTING && !rule->count.set) {
			ec_engine_close(e, ev, "NOCOUNT", "", "", now_us);
			continue;
		}
		ec_engine_schedule(e, ev);
	}
}

void
ec_engine_start(struct engine *e, int64_t now_us)
{
	e->restoring = false;
	expect_setup(e, now_us);
	limits_resume(e);
	reschedule(e, now_us);
}

void
ec_engine_reload(struct engine *e, struct ruleset *rules,
    struct eventd_options *options, int64_t now_us)
{
	struct ruleset *old = e->rules;
	struct eventd_options *old_options = e->options;
	struct event **events = xcalloc(e->index.n + 1, sizeof(*events));
	size_t n = 0;

	for (size_t i = 0; i < old->n; i++) {
		struct rule *rule = ruleset_find(rules, old->rules[i]->id);

		if (rule != NULL)
			rule->hits = old->rules[i]->hits;
	}
	e->rules = rules;
	e->options = options;
	if (e->passive)
		expect_keep(e);
	else
		expect_setup(e, now_us);
	/* What counts together may be something else now. */
	while (e->index.first != NULL) {
		events[n] = e->index.first;
		index_remove(&e->index, events[n++]);
	}
	for (size_t i = 0; i < n; i++) {
		events[i]->join_hash = join_hash_of(e, events[i]);
		index_add(&e->index, events[i]);
	}
	free(events);
	e->overall_active = 0;
	limits_resume(e);
	if (!e->passive)
		reschedule(e, now_us);
	ruleset_free(&old);
	eventd_options_free(&old_options);
}
