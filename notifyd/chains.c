/* SPDX-License-Identifier: Apache-2.0
 *
 * Escalations; see chains.h. A hash table by object.
 */
#include "notifyd/chains.h"

#include "common/mem.h"
#include "common/notice.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024u /* a power of two */

struct chain { /* one rule's, of one object */
	struct chain *next;
	char *object, *rule, *id, *site;
	struct context ctx;
	int64_t due_ms;      /* 0: it has come to its end */
	unsigned step;       /* the next one */
	unsigned round, run; /* run: 0, and one more at each ack_timeout */
	bool paused;         /* it is good, but nobody was told so yet */
	uint64_t number;     /* in the order of their beginnings */
};

struct chains {
	struct chains_world world;
	struct chain *buckets[BUCKETS];
	size_t n;
	uint64_t last;   /* number of the youngest */
	int64_t next_ms; /* nothing is due before it */
};

static struct chain **
bucket_of(const struct chains *cs, const char *object)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *object != '\0'; object++)
		hash = (hash ^ (unsigned char)*object) * 16777619u;
	return (struct chain **)(uintptr_t)&cs
	    ->buckets[(hash ^ hash >> 16) % BUCKETS];
}

static void
look_at(struct chains *cs, const struct chain *c)
{
	if (c->due_ms != 0 && !c->paused && c->due_ms < cs->next_ms)
		cs->next_ms = c->due_ms;
}

/* --- kept ----------------------------------------------------------------- */

static void
keep(struct chains *cs, const struct chain *c, bool ended)
{
	char *name, *text = NULL;
	json_t *all;

	if (cs->world.keep == NULL)
		return;
	name = xasprintf(CHAINS_NAME "%s\x1e%s", c->object, c->rule);
	all = ended
	    ? NULL
	    : json_pack("{s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:b}",
		  "object", c->object, "rule", c->rule, "id", c->id, "site",
		  c->site, "context", context_to_json(&c->ctx), "due",
		  (json_int_t)c->due_ms, "step", (json_int_t)c->step, "round",
		  (json_int_t)c->round, "run", (json_int_t)c->run, "paused",
		  c->paused);
	if (all != NULL)
		text = json_dumps(all, JSON_COMPACT);
	if (ended || text != NULL)
		cs->world.keep(name, text, cs->world.arg);
	free(name);
	free(text);
	json_decref(all);
}

static void
chain_free(struct chain *c)
{
	free(c->object);
	free(c->rule);
	free(c->id);
	free(c->site);
	context_free(&c->ctx);
	free(c);
}

static void
drop(struct chains *cs, struct chain **at)
{
	struct chain *c = *at;

	keep(cs, c, true);
	*at = c->next;
	cs->n--;
	chain_free(c);
}

static void
put(struct chains *cs, struct chain *c)
{
	struct chain **at = bucket_of(cs, c->object);

	c->next = *at;
	*at = c;
	c->number = ++cs->last;
	cs->n++;
	look_at(cs, c);
}

static char *
text_of(const json_t *all, const char *key)
{
	const char *text = json_string_value(json_object_get(all, key));

	return xstrdup(text == NULL ? "" : text);
}

void
chains_take(struct chains *cs, const char *value)
{
	json_t *all = json_loads(value, 0, NULL);
	struct chain *c = xnew(struct chain);

	c->object = text_of(all, "object");
	c->rule = text_of(all, "rule");
	c->id = text_of(all, "id");
	c->site = text_of(all, "site");
	context_from_json(&c->ctx, json_object_get(all, "context"));
	c->due_ms = json_integer_value(json_object_get(all, "due"));
	c->step = (unsigned)json_integer_value(json_object_get(all, "step"));
	c->round = (unsigned)json_integer_value(json_object_get(all, "round"));
	c->run = (unsigned)json_integer_value(json_object_get(all, "run"));
	c->paused = json_is_true(json_object_get(all, "paused"));
	json_decref(all);
	if (c->id[0] == '\0' || chains_has(cs, c->object, c->rule))
		chain_free(c);
	else
		put(cs, c);
}

/* --- steps ---------------------------------------------------------------- */

/* From a step to the one behind it. */
static void
advance(struct chain *c, const struct rules_escalation *e, int64_t now_ms)
{
	int64_t pause = c->step + 1 < e->steps
	    ? e->after_ms[c->step + 1] - e->after_ms[c->step]
	    : e->every_ms - e->after_ms[c->step] + e->after_ms[0];

	if (++c->step >= e->steps) {
		c->step = 0;
		c->round++;
	}
	c->due_ms = c->round < e->rounds ? now_ms + pause : 0;
}

static void
tell(struct chains *cs, const struct chain *c)
{
	char *id =
	    xasprintf("%s-e%u.%u.%u", c->id, c->run, c->round + 1, c->step + 1);
	struct context ctx = {0};

	context_copy(&ctx, &c->ctx);
	context_sets(&ctx, "NOTIFICATIONTYPE", "PROBLEM");
	context_sets(&ctx, "ESCALATION_RULE", c->rule);
	context_setf(&ctx, "ESCALATION_STEP", "%u", c->step + 1);
	context_setf(&ctx, "ESCALATION_ROUND", "%u", c->round + 1);
	if (c->run > 0)
		context_sets(&ctx, "NOTIFICATIONCOMMENT",
		    "acknowledged, but not solved in time");
	cs->world.step(id, c->site, &ctx, cs->world.arg);
	context_free(&ctx);
	free(id);
}

static void
end(struct chains *cs, struct chain **at, const char *why)
{
	if (cs->world.ended != NULL)
		cs->world.ended((*at)->rule, why, cs->world.arg);
	drop(cs, at);
}

static void
go_on(struct chains *cs, struct chain **at, int64_t now_ms)
{
	struct chain *c = *at;
	struct rules_escalation e;

	if (cs->world.gone(&c->ctx, cs->world.arg)) {
		end(cs, at, "the object is configured no longer");
	} else if (!cs->world.policy(c->rule, &e, cs->world.arg) ||
	    c->step >= e.steps) {
		end(cs, at, "the rule has changed");
	} else {
		tell(cs, c);
		advance(c, &e, now_ms);
		keep(cs, c, false);
	}
}

static int
by_time(const void *a, const void *b)
{
	const struct chain *x = *(struct chain *const *)a,
			   *y = *(struct chain *const *)b;

	if (x->due_ms != y->due_ms)
		return x->due_ms < y->due_ms ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Those that are due, in their order; freed by the caller. */
static struct chain **
all_due(struct chains *cs, int64_t now_ms, size_t *n_r)
{
	struct chain **list = xcalloc(cs->n + 1, sizeof(struct chain *));
	size_t n = 0;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct chain *c = cs->buckets[i]; c != NULL; c = c->next)
			if (c->due_ms != 0 && c->due_ms <= now_ms && !c->paused)
				list[n++] = c;
	qsort(list, n, sizeof(struct chain *), by_time);
	*n_r = n;
	return list;
}

void
chains_due(struct chains *cs, int64_t now_ms)
{
	struct chain **list;
	size_t n;

	if (cs->next_ms > now_ms)
		return;
	list = all_due(cs, now_ms, &n);
	for (size_t i = 0; i < n; i++) {
		struct chain **at = bucket_of(cs, list[i]->object);

		while (*at != list[i])
			at = &(*at)->next;
		go_on(cs, at, now_ms);
	}
	free(list);
	cs->next_ms = INT64_MAX;
	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct chain *c = cs->buckets[i]; c != NULL;
		     c = c->next)
			look_at(cs, c);
}

int64_t
chains_next(const struct chains *cs)
{
	return cs->next_ms;
}

/* --- notices -------------------------------------------------------------- */

/* A test, or the same once more: nothing has happened. */
static bool
is_by_hand(const struct context *ctx)
{
	const char *mark = context_text(ctx, "NOTIFICATIONMARK");

	return strcmp(mark, "test") == 0 || strcmp(mark, "resend") == 0;
}

bool
chains_has(const struct chains *cs, const char *object, const char *rule)
{
	for (const struct chain *c = *bucket_of(cs, object); c != NULL;
	     c = c->next) {
		if (strcmp(c->object, object) == 0 &&
		    strcmp(c->rule, rule) == 0)
			return true;
	}
	return false;
}

/* An acknowledgement lets it wait, or ends it. False: it ends. */
static bool
acknowledge(struct chains *cs, struct chain *c, int64_t now_ms)
{
	struct rules_escalation e;

	if (!cs->world.policy(c->rule, &e, cs->world.arg) || e.ack_ms == 0)
		return false;
	c->due_ms = now_ms + e.ack_ms;
	c->step = c->round = 0;
	c->run++;
	keep(cs, c, false);
	look_at(cs, c);
	return true;
}

/* A recovery that nobody hears of yet: is it good, or bad again? */
static void
set_paused(struct chains *cs, const char *object, bool paused)
{
	for (struct chain *c = *bucket_of(cs, object); c != NULL; c = c->next) {
		if (strcmp(c->object, object) != 0 || c->paused == paused)
			continue;
		c->paused = paused;
		keep(cs, c, false);
		look_at(cs, c);
	}
}

static void
end_object(struct chains *cs, const char *object, bool ack, int64_t now_ms)
{
	for (struct chain **at = bucket_of(cs, object); *at != NULL;) {
		if (strcmp((*at)->object, object) == 0 &&
		    !(ack && acknowledge(cs, *at, now_ms)))
			drop(cs, at);
		else
			at = &(*at)->next;
	}
}

/* Is it about a service of the host? Events are their own business. */
static bool
is_below(const struct chain *c, const struct context *host)
{
	return context_get(&c->ctx, "EC_ID") == NULL &&
	    strcmp(context_text(&c->ctx, "HOSTNAME"),
		context_text(host, "HOSTNAME")) == 0 &&
	    strcmp(context_text(&c->ctx, "OMD_SITE"),
		context_text(host, "OMD_SITE")) == 0;
}

/* A host's downtime is its services'. */
static void
end_services(struct chains *cs, const struct context *host)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct chain **at = &cs->buckets[i]; *at != NULL;) {
			if (is_below(*at, host))
				drop(cs, at);
			else
				at = &(*at)->next;
		}
	}
}

void
chains_notice(struct chains *cs, const char *object, const struct context *ctx,
    int64_t now_ms)
{
	struct slice type = slice_of(context_text(ctx, "NOTIFICATIONTYPE"));
	const char *number = context_of_object(ctx, "", "NOTIFICATIONNUMBER");
	bool downtime;

	if (cs->n == 0 || context_get(ctx, "ESCALATION_RULE") != NULL ||
	    is_by_hand(ctx))
		return;
	if (slice_starts(type, NOTICE_QUIET))
		type = (struct slice){type.s + strlen(NOTICE_QUIET),
		    type.len - strlen(NOTICE_QUIET)};
	downtime = slice_eqs(type, "DOWNTIMESTART");
	if (slice_eqs(type, "GOOD") || slice_eqs(type, "BAD"))
		set_paused(cs, object, slice_eqs(type, "GOOD"));
	else if (slice_eqs(type, "ACKNOWLEDGEMENT"))
		end_object(cs, object, true, now_ms);
	else if (downtime || slice_eqs(type, "RECOVERY") ||
	    slice_eqs(type, "FLAPPINGSTART") ||
	    /* a new problem: the end of the one before was not told */
	    (slice_eqs(type, "PROBLEM") && strcmp(number, "1") == 0))
		end_object(cs, object, false, now_ms);
	if (downtime && !context_is_service(ctx))
		end_services(cs, ctx);
}

void
chains_begin(struct chains *cs, const char *object, const char *id,
    const char *site, const struct context *ctx, const struct plan *plan,
    int64_t now_ms)
{
	if (is_by_hand(ctx))
		return;
	for (size_t i = 0; i < plan->n_escalations; i++) {
		struct rules_escalation e;
		struct chain *c;

		if (!cs->world.policy(plan->escalations[i], &e, cs->world.arg))
			continue;
		c = xnew(struct chain);
		c->object = xstrdup(object);
		c->rule = xstrdup(plan->escalations[i]);
		c->id = xstrdup(id);
		c->site = xstrdup(site);
		context_copy(&c->ctx, ctx);
		c->due_ms = now_ms + e.after_ms[0];
		if (e.after_ms[0] == 0) /* its deliveries are in the plan */
			advance(c, &e, now_ms);
		put(cs, c);
		keep(cs, c, false);
	}
}

size_t
chains_running(const struct chains *cs)
{
	size_t n = 0;

	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct chain *c = cs->buckets[i]; c != NULL;
		     c = c->next)
			n += c->due_ms != 0;
	return n;
}

/* --- life ----------------------------------------------------------------- */

struct chains *
chains_new(const struct chains_world *world)
{
	struct chains *cs = xnew(struct chains);

	cs->world = *world;
	cs->next_ms = INT64_MAX;
	return cs;
}

void
chains_free(struct chains **csp)
{
	struct chains *cs = *csp;

	if (cs == NULL)
		return;
	*csp = NULL;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (cs->buckets[i] != NULL) {
			struct chain *c = cs->buckets[i];

			cs->buckets[i] = c->next;
			chain_free(c);
		}
	}
	free(cs);
}
