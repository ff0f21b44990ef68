/* SPDX-License-Identifier: Apache-2.0
 *
 * Escalations; see escalate.h. A chain is put into the spool before what
 * begins it, and after the notice of each step: after a crash the step comes
 * again under the same id, and is dropped if it was stored.
 */
#include "notifyd/escalate.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/notice.h"

#include <stdlib.h>
#include <string.h>

/* Names within the spool's memory begin so. */
#define NAME "escalation\x1e"
/* The wall clock may jump: look again after this. */
#define LOOK_AGAIN_MS 60000

struct chain { /* one rule's, of one object */
	struct chain *next;
	char *object, *rule, *id, *site;
	struct context ctx;
	int64_t due_ms;      /* of the wall clock; 0: it has come to its end */
	unsigned step;       /* the next one */
	unsigned round, run; /* run: 0, and one more at each ack_timeout */
	bool paused;         /* it is good, but nobody was told so yet */
};

struct escalations {
	struct spool *spool;
	struct escalations_world world;
	struct chain *first;
	bool run;
	uv_timer_t timer;
};

static void arm(struct escalations *es);

static int64_t
now_ms(void)
{
	return clock_wall() / NS_PER_MS;
}

/* --- in the spool --------------------------------------------------------- */

static char *
name_of(const struct chain *c)
{
	return xasprintf(NAME "%s\x1e%s", c->object, c->rule);
}

static void
keep(struct escalations *es, const struct chain *c)
{
	json_t *all = json_pack(
	    "{s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:b}", "object",
	    c->object, "rule", c->rule, "id", c->id, "site", c->site, "context",
	    context_to_json(&c->ctx), "due", (json_int_t)c->due_ms, "step",
	    (json_int_t)c->step, "round", (json_int_t)c->round, "run",
	    (json_int_t)c->run, "paused", c->paused);
	char *text = json_dumps(all, JSON_COMPACT), *name = name_of(c);

	if (text != NULL)
		spool_memory_put(es->spool, name, text, now_ms() / 1000);
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
drop(struct escalations *es, struct chain **at)
{
	struct chain *c = *at;
	char *name = name_of(c);

	spool_memory_put(es->spool, name, NULL, now_ms() / 1000);
	free(name);
	*at = c->next;
	chain_free(c);
}

static char *
text_of(const json_t *all, const char *key)
{
	const char *text = json_string_value(json_object_get(all, key));

	return xstrdup(text == NULL ? "" : text);
}

static void
on_kept(const char *value, void *arg)
{
	struct escalations *es = arg;
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
	if (c->id[0] == '\0' || escalations_has(es, c->object, c->rule)) {
		chain_free(c);
		return;
	}
	c->next = es->first;
	es->first = c;
	arm(es);
}

/* --- steps ---------------------------------------------------------------- */

/* From a step to the one behind it. */
static void
advance(struct chain *c, const struct rules_escalation *e)
{
	int64_t pause = c->step + 1 < e->steps
	    ? e->after_ms[c->step + 1] - e->after_ms[c->step]
	    : e->every_ms - e->after_ms[c->step] + e->after_ms[0];

	if (++c->step >= e->steps) {
		c->step = 0;
		c->round++;
	}
	c->due_ms = c->round < e->rounds ? now_ms() + pause : 0;
}

static void
tell(struct escalations *es, struct chain *c)
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
	es->world.step(id, c->site, &ctx, es->world.arg);
	context_free(&ctx);
	free(id);
}

static bool
is_due(const struct chain *c, int64_t now)
{
	return c->due_ms != 0 && c->due_ms <= now && !c->paused;
}

static void
on_timer(uv_timer_t *timer)
{
	struct escalations *es = timer->data;
	struct chain **at = &es->first;
	int64_t now = now_ms();

	while (*at != NULL) {
		struct chain *c = *at;
		struct rules_escalation e;

		if (!is_due(c, now)) {
			at = &c->next;
		} else if (es->world.gone(&c->ctx, es->world.arg)) {
			log_info("the escalation of rule %s ends: %s is "
				 "configured no longer",
			    c->rule, context_text(&c->ctx, "HOSTNAME"));
			drop(es, at);
		} else if (!es->world.policy(c->rule, &e, es->world.arg) ||
		    c->step >= e.steps) {
			log_info("the escalation of rule %s ends: the rule has "
				 "changed",
			    c->rule);
			drop(es, at);
		} else {
			tell(es, c);
			advance(c, &e);
			keep(es, c);
			at = &c->next;
		}
	}
	arm(es);
}

static void
arm(struct escalations *es)
{
	int64_t soon = INT64_MAX, now = now_ms();

	for (const struct chain *c = es->first; c != NULL; c = c->next) {
		if (c->due_ms != 0 && c->due_ms < soon && !c->paused)
			soon = c->due_ms;
	}
	if (soon == INT64_MAX || !es->run) {
		uv_timer_stop(&es->timer);
		return;
	}
	soon = soon < now ? 0 : soon - now;
	uv_timer_start(&es->timer, on_timer,
	    (uint64_t)(soon < LOOK_AGAIN_MS ? soon : LOOK_AGAIN_MS), 0);
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
escalations_has(
    const struct escalations *es, const char *object, const char *rule)
{
	for (const struct chain *c = es == NULL ? NULL : es->first; c != NULL;
	     c = c->next) {
		if (strcmp(c->object, object) == 0 &&
		    strcmp(c->rule, rule) == 0)
			return true;
	}
	return false;
}

/* Is it about what the chain is about? A host's downtime is its services'. */
static bool
concerns(const struct chain *c, const char *object, const struct context *ctx,
    bool downtime)
{
	static const char *const same[] = {"OMD_SITE", "HOSTNAME"};

	if (strcmp(c->object, object) == 0)
		return true;
	if (!downtime || context_is_service(ctx) ||
	    context_get(&c->ctx, "EC_ID") != NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		if (strcmp(context_text(&c->ctx, same[i]),
			context_text(ctx, same[i])) != 0)
			return false;
	}
	return true;
}

/* An acknowledgement lets it wait, or ends it. False: it ends. */
static bool
acknowledge(struct escalations *es, struct chain *c)
{
	struct rules_escalation e;

	if (!es->world.policy(c->rule, &e, es->world.arg) || e.ack_ms == 0)
		return false;
	c->due_ms = now_ms() + e.ack_ms;
	c->step = c->round = 0;
	c->run++;
	keep(es, c);
	return true;
}

/* A recovery that nobody hears of yet: is it good, or bad again? */
static void
set_paused(struct escalations *es, const char *object, bool paused)
{
	for (struct chain *c = es->first; c != NULL; c = c->next) {
		if (strcmp(c->object, object) != 0 || c->paused == paused)
			continue;
		c->paused = paused;
		keep(es, c);
	}
	arm(es);
}

void
escalations_notice(
    struct escalations *es, const char *object, const struct context *ctx)
{
	struct slice type = slice_of(context_text(ctx, "NOTIFICATIONTYPE"));
	const char *number = context_of_object(ctx, "", "NOTIFICATIONNUMBER");
	bool ack, downtime, end;

	if (context_get(ctx, "ESCALATION_RULE") != NULL || is_by_hand(ctx))
		return;
	if (slice_starts(type, NOTICE_QUIET))
		type = (struct slice){type.s + strlen(NOTICE_QUIET),
		    type.len - strlen(NOTICE_QUIET)};
	ack = slice_eqs(type, "ACKNOWLEDGEMENT");
	downtime = slice_eqs(type, "DOWNTIMESTART");
	end = ack || downtime || slice_eqs(type, "RECOVERY") ||
	    slice_eqs(type, "FLAPPINGSTART") ||
	    /* a new problem: the end of the one before was not told */
	    (slice_eqs(type, "PROBLEM") && strcmp(number, "1") == 0);
	if (slice_eqs(type, "GOOD") || slice_eqs(type, "BAD"))
		set_paused(es, object, slice_eqs(type, "GOOD"));
	for (struct chain **at = &es->first; end && *at != NULL;) {
		if (concerns(*at, object, ctx, downtime) &&
		    !(ack && acknowledge(es, *at)))
			drop(es, at);
		else
			at = &(*at)->next;
	}
	arm(es);
}

void
escalations_begin(struct escalations *es, const char *object, const char *id,
    const char *site, const struct context *ctx, const struct plan *plan)
{
	if (is_by_hand(ctx))
		return;
	for (size_t i = 0; i < plan->n_escalations; i++) {
		struct rules_escalation e;
		struct chain *c;

		if (!es->world.policy(plan->escalations[i], &e, es->world.arg))
			continue;
		c = xnew(struct chain);
		c->object = xstrdup(object);
		c->rule = xstrdup(plan->escalations[i]);
		c->id = xstrdup(id);
		c->site = xstrdup(site);
		context_copy(&c->ctx, ctx);
		c->due_ms = now_ms() + e.after_ms[0];
		if (e.after_ms[0] == 0) /* its deliveries are in the plan */
			advance(c, &e);
		c->next = es->first;
		es->first = c;
		keep(es, c);
	}
	arm(es);
}

size_t
escalations_running(const struct escalations *es)
{
	size_t n = 0;

	for (const struct chain *c = es->first; c != NULL; c = c->next)
		n += c->due_ms != 0;
	return n;
}

/* --- life ----------------------------------------------------------------- */

struct escalations *
escalations_new(
    uv_loop_t *loop, struct spool *spool, const struct escalations_world *world)
{
	struct escalations *es = xnew(struct escalations);

	es->spool = spool;
	es->world = *world;
	uv_timer_init(loop, &es->timer);
	es->timer.data = es;
	spool_memory_list(spool, NAME, on_kept, es);
	return es;
}

void
escalations_run(struct escalations *es, bool run)
{
	es->run = run;
	arm(es);
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
escalations_free(struct escalations **esp)
{
	struct escalations *es = *esp;

	if (es == NULL)
		return;
	*esp = NULL;
	while (es->first != NULL) {
		struct chain *c = es->first;

		es->first = c->next;
		chain_free(c);
	}
	uv_close((uv_handle_t *)&es->timer, on_closed);
}
