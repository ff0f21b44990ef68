/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules that expect messages (event-console.md section 13): the gathering of
 * the present interval is no event; a missing message is one. Days and weeks
 * turn at local midnight, weeks on Monday (EC-21).
 */
#include "eventd/event/engine.h"

#include "common/mem.h"

#include <stdlib.h>
#include <time.h>

#define DAY_US (INT64_C(86400) * US_PER_S)

/* Days since Monday 1970-01-05 of a local date. */
static int64_t
local_day(int64_t t_us, struct tm *tm_r)
{
	time_t t = (time_t)(t_us / US_PER_S);
	struct tm utc;

	localtime_r(&t, tm_r);
	utc = *tm_r;
	utc.tm_hour = utc.tm_min = utc.tm_sec = 0;
	return (int64_t)timegm(&utc) / 86400 - 4;
}

static int64_t
midnight(struct tm tm, int64_t days_later)
{
	tm.tm_mday += (int)days_later;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * US_PER_S;
}

int64_t
expect_boundary(int64_t t_us, int64_t interval_us, int64_t offset_us)
{
	int64_t days = interval_us / DAY_US, at, day;
	struct tm tm;

	offset_us %= interval_us;
	t_us -= offset_us;
	if (interval_us % DAY_US != 0 || days == 0)
		return (t_us / interval_us + 1) * interval_us + offset_us;
	day = local_day(t_us, &tm);
	at = midnight(tm, days - day % days);
	return at + offset_us;
}

static int64_t
boundary(const struct rule *rule, int64_t t_us)
{
	return expect_boundary(
	    t_us, rule->expect.interval_us, rule->expect.offset_us);
}

static void
begin(struct engine *e, struct watch *w, int64_t from_us)
{
	w->from_us = from_us;
	w->until_us = boundary(w->rule, from_us);
	w->ran_from_us = from_us;
	w->count = 0;
	if (e->effects->watch != NULL)
		e->effects->watch(w->rule->id, from_us, 0, e->effects->arg);
}

void
expect_message(struct engine *e, struct rule *rule, int64_t now_us)
{
	for (size_t i = 0; i < e->n_watches; i++) {
		struct watch *w = &e->watches[i];

		if (w->rule != rule || now_us < w->from_us)
			continue;
		w->count++;
		if (e->effects->watch != NULL)
			e->effects->watch(
			    rule->id, w->from_us, w->count, e->effects->arg);
	}
}

static struct watch *
find_watch(struct watch *list, size_t n, const char *rule)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].rule->id, rule) == 0)
			return &list[i];
	}
	return NULL;
}

void
ec_engine_restore_watch(
    struct engine *e, const char *rule, int64_t from_us, uint64_t count)
{
	struct rule *r = ruleset_find(e->rules, rule);
	struct watch *w = find_watch(e->watches, e->n_watches, rule);

	if (r == NULL || !r->expect.set)
		return;
	if (w == NULL) {
		e->watches = xreallocarray(
		    e->watches, e->n_watches + 1, sizeof(*e->watches));
		w = &e->watches[e->n_watches++];
	}
	*w = (struct watch){.rule = r,
	    .from_us = from_us,
	    .count = count,
	    .ran_from_us = from_us,
	    .until_us = boundary(r, from_us)};
}

void
expect_setup(struct engine *e, int64_t now_us)
{
	struct watch *old = e->watches, *list;
	size_t n = 0;

	list = xcalloc(e->rules->n + 1, sizeof(*list));
	for (size_t i = 0; i < e->rules->n; i++) {
		struct rule *rule = e->rules->rules[i];
		struct watch *had, *w = &list[n];

		if (!rule->expect.set)
			continue;
		n++;
		had = find_watch(old, e->n_watches, rule->id);
		if (had != NULL && had->until_us > now_us &&
		    boundary(rule, had->from_us) == had->until_us) {
			*w = *had;
			w->rule = rule;
			continue;
		}
		w->rule = rule;
		/* A new rule watches from the next boundary on. */
		begin(e, w, boundary(rule, now_us));
		if (had == NULL ||
		    boundary(rule, had->from_us) != had->until_us)
			continue;
		/* Down over a boundary: what ran of this interval counts. */
		w->until_us = w->from_us;
		w->from_us = w->ran_from_us = now_us;
	}
	free(old);
	e->watches = list;
	e->n_watches = n;
}

void
expect_keep(struct engine *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_watches; i++) {
		struct watch w = e->watches[i];
		struct rule *rule = ruleset_find(e->rules, w.rule->id);

		if (rule == NULL || !rule->expect.set)
			continue;
		w.rule = rule;
		w.until_us = boundary(rule, w.from_us);
		e->watches[n++] = w;
	}
	e->n_watches = n;
}

/* An event that already tells of it and takes the new one in. */
static struct event *
merge_target(struct engine *e, const struct rule *rule)
{
	struct event_group *g = index_rule(&e->index, rule->id);

	if (g == NULL || rule->expect.merge == MERGE_NEVER)
		return NULL;
	for (struct event *ev = g->first; ev != NULL; ev = ev->by_rule.next) {
		if (ev->overflow)
			continue;
		if (ev->phase == PHASE_OPEN ||
		    (ev->phase == PHASE_ACK &&
			rule->expect.merge == MERGE_ACKED))
			return ev;
	}
	return NULL;
}

static void
missing_text(struct str *text, const struct watch *w)
{
	time_t from = (time_t)(w->from_us / US_PER_S);
	char when[40];
	struct tm tm;

	localtime_r(&from, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	if (w->count == 0)
		str_addf(
		    text, "Expected message did not arrive since %s", when);
	else
		str_addf(text,
		    "Expected message arrived only %llu of %u times since %s",
		    (unsigned long long)w->count, w->rule->expect.count, when);
}

static void
missing_event(
    struct engine *e, const struct watch *w, struct slice text, int64_t now_us)
{
	struct rule *rule = w->rule;
	struct message m = {.facility = 1,
	    .priority = 3,
	    .time_us = now_us,
	    .received_us = now_us,
	    .text = text};
	struct match match = {.rule = rule};
	struct event *ev = event_new();

	ec_engine_rewrite(e, ev, rule, &m, &match);
	ec_engine_find_core_host(e, ev);
	ev->count = 1;
	if (!ec_engine_create(e, ev, rule, now_us))
		return;
	ev->phase = PHASE_OPEN;
	e->effects->history("NEW", "", "", ev, now_us, e->effects->arg);
	e->effects->history("COUNTFAILED", "", "", ev, now_us, e->effects->arg);
	limits_reached(e, ev, rule, now_us);
	ec_engine_open(e, ev, rule, now_us);
}

static void
missed(struct engine *e, const struct watch *w, int64_t now_us)
{
	struct event *ev = merge_target(e, w->rule);
	struct str text = {0};

	missing_text(&text, w);
	if (ev == NULL) {
		missing_event(e, w, str_slice(&text), now_us);
	} else {
		event_set(&ev->text, str_slice(&text));
		ev->last_us = now_us;
		ev->count++;
		if (ev->phase == PHASE_ACK && w->rule->expect.reset_ack) {
			ec_engine_reopen(e, ev, now_us);
			ec_engine_schedule(e, ev);
		}
		ec_engine_changed(e, ev);
	}
	str_free(&text);
}

void
expect_tick(struct engine *e, int64_t now_us)
{
	for (size_t i = 0; i < e->n_watches; i++) {
		struct watch *w = &e->watches[i];
		int64_t end = w->until_us;

		if (end > now_us)
			continue;
		/* EC-22: too little of the interval was watched. */
		if (w->count < w->rule->expect.count &&
		    end - w->ran_from_us >= w->rule->expect.interval_us / 2)
			missed(e, w, now_us);
		if (boundary(w->rule, end) <= now_us) {
			/* Whole intervals passed unwatched. */
			begin(e, w, boundary(w->rule, end));
			w->until_us = boundary(w->rule, now_us);
			w->ran_from_us = now_us;
			continue;
		}
		begin(e, w, end);
	}
}

int64_t
expect_due(const struct engine *e)
{
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < e->n_watches; i++) {
		if (e->watches[i].until_us < least)
			least = e->watches[i].until_us;
	}
	return least;
}
