/* SPDX-License-Identifier: Apache-2.0
 *
 * One raw notification through the rules of notifyd: who would get it.
 */
#include "site/simulate/sim.h"

#include "common/mem.h"
#include "common/notice.h"
#include "core/effects/tell.h"
#include "notifyd/additions.h"
#include "notifyd/history.h"

#include <stdlib.h>

#define SITE_NAME "simulated"
/* Methods of sites; a simulation needs none to exist. */
#define NO_ROOT "/nonexistent"

struct rulebook *
sim_rules_make(const struct snapshot *snap, const struct settings *settings,
    struct err *err_r)
{
	struct str warnings = {0};
	struct rulebook *book =
	    rulebook_new(snap, settings, NO_ROOT, &warnings, err_r);

	str_free(&warnings);
	return book;
}

static char *
object_of(const struct context *ctx)
{
	struct str key = {0};

	str_addf(&key, "%s\x1f%s", context_text(ctx, "HOSTNAME"),
	    context_text(ctx, "SERVICEDESC"));
	return str_steal(&key);
}

struct question {
	const struct sim *sim;
	const char *object;
};

static bool
was_told(const char *contact, const char *method, void *arg)
{
	const struct question *q = arg;

	return told_has(q->sim->told, q->object, contact, method);
}

static bool
escalates(const char *rule, void *arg)
{
	const struct question *q = arg;

	return chains_has(q->sim->chains, q->object, rule);
}

/* As notifyd remembers who was told of a problem (NT-5). */
static void
remember(struct sim *s, const struct notice *n, const struct plan *plan,
    const char *object)
{
	bool problem = strcmp(n->what, "PROBLEM") == 0;

	if (strcmp(n->what, "RECOVERY") == 0 || (problem && n->number == 1))
		told_forget(s->told, object);
	for (size_t i = 0; problem && i < plan->n_entries; i++)
		told_add(s->told, object, plan->entries[i].contact,
		    plan->entries[i].method);
}

static json_t *
deliveries_of(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->n_entries; i++) {
		const struct plan_entry *e = &plan->entries[i];

		json_t *one = json_pack("{s:s, s:s, s:s}", "contact",
		    e->contact, "method", e->method, "rule", e->rule);

		if (e->gather.kind != PLAN_AT_ONCE)
			json_object_set_new(
			    one, "waits", json_string(e->gather.why));
		json_array_append_new(list, one);
	}
	return list;
}

/* `step`: of an escalation, or NULL. */
static void
tell(struct sim *s, const struct notice *n, const struct plan *plan,
    const json_t *step)
{
	json_t *deliveries = deliveries_of(plan);

	sim_begin(s, "notification");
	sim_object(s, n->object);
	sim_text(s, "what", slice_of(n->what));
	sim_number(s, "number", n->number);
	sim_text(s, "state", slice_of(sim_state_word(s, n->object, n->state)));
	sim_number(s, "id", (int64_t)++s->notices);
	if (n->author.len > 0 || n->comment.len > 0) {
		sim_text(s, "author", n->author);
		sim_text(s, "comment", n->comment);
	}
	sim_json(s, "deliveries", deliveries);
	if (step != NULL)
		sim_json(s, "escalation", step);
	s->rule = step != NULL                 ? "NT-6"
	    : strcmp(n->what, "PROBLEM") == 0  ? "NO-12 NO-15"
	    : strcmp(n->what, "RECOVERY") == 0 ? "NO-13 NO-15"
					       : "NO-2";
	sim_end(s);
	json_decref(deliveries);
}

static void
log_deliveries(
    struct sim *s, const struct context *ctx, const struct plan *plan)
{
	struct str line = {0};

	for (size_t i = 0; i < plan->n_entries; i++) {
		const struct plan_entry *e = &plan->entries[i];
		char *method = plan_method_name(e);

		str_clear(&line);
		history_notification(&line, ctx, e->contact, method);
		sim_log(s, str_slice(&line));
		free(method);
	}
	str_free(&line);
}

void
sim_notice(struct sim *s, const struct notice *n)
{
	struct additions with = {.site = SITE_NAME,
	    .root = NO_ROOT,
	    .machine = "localhost",
	    .created_us = sim_wall(s) / NS_PER_US};
	struct rules_notice notice = {
	    .site = SITE_NAME, .was_told = was_told, .escalates = escalates};
	struct question question = {.sim = s};
	struct str pairs = {0};
	struct context ctx = {0};
	struct plan plan = {0};
	struct msg_alert alert;
	struct tell memory = {0};
	char *object, *id;

	tell_notice(&memory, &alert, s->engine, n, with.created_us);
	notice_context(&pairs, s->snap, &alert);
	tell_free(&memory);
	context_from_pairs(&ctx, str_slice(&pairs));
	additions_from_snapshot(&ctx, s->snap);
	additions_make(&ctx, &with);
	object = object_of(&ctx);
	question.object = object;
	notice.ctx = &ctx;
	notice.arg = &question;
	chains_notice(s->chains, object, &ctx, sim_now_ms(s));
	plan_make(rulebook_rules(s->book), &notice, sim_now(s), false, &plan);
	remember(s, n, &plan, object);
	tell(s, n, &plan, NULL);
	log_deliveries(s, &ctx, &plan);
	id = xasprintf("%llu", (unsigned long long)s->notices);
	chains_begin(
	    s->chains, object, id, SITE_NAME, &ctx, &plan, sim_now_ms(s));
	free(id);
	plan_free(&plan);
	context_free(&ctx);
	str_free(&pairs);
	free(object);
}

/* --- escalations ---------------------------------------------------------- */

static bool
policy(const char *rule, struct rules_escalation *e_r, void *arg)
{
	const struct sim *s = arg;

	return rules_escalation(rulebook_rules(s->book), rule, e_r);
}

static uint32_t
find_object(const struct sim *s, const struct context *ctx)
{
	uint32_t host =
	    snap_find_host(s->snap, slice_of(context_text(ctx, "HOSTNAME")));

	return host == SNAP_NONE || !context_is_service(ctx)
	    ? host
	    : snap_find_service(
		  s->snap, host, slice_of(context_text(ctx, "SERVICEDESC")));
}

static bool
gone(const struct context *ctx, void *arg)
{
	return find_object(arg, ctx) == SNAP_NONE;
}

static int64_t
number_of(const struct context *ctx, const char *key)
{
	return strtol(context_text(ctx, key), NULL, 10);
}

static void
step(const char *id, const char *site, const struct context *ctx, void *arg)
{
	struct sim *s = arg;
	char *object = object_of(ctx);
	struct question question = {.sim = s, .object = object};
	struct rules_notice notice = {.ctx = ctx,
	    .site = site,
	    .was_told = was_told,
	    .escalates = escalates,
	    .step_rule = context_text(ctx, "ESCALATION_RULE"),
	    .step = (size_t)number_of(ctx, "ESCALATION_STEP") - 1,
	    .arg = &question};
	struct notice n = {.what = "PROBLEM",
	    .object = find_object(s, ctx),
	    .number = (uint32_t)strtol(
		context_of_object(ctx, "", "NOTIFICATIONNUMBER"), NULL, 10),
	    .state = (uint8_t)strtol(
		context_of_object(ctx, "", "STATEID"), NULL, 10),
	    .comment = slice_of(context_text(ctx, "NOTIFICATIONCOMMENT"))};
	json_t *which = json_pack("{s:s, s:I, s:I}", "rule", notice.step_rule,
	    "step", (json_int_t)notice.step + 1, "round",
	    (json_int_t)number_of(ctx, "ESCALATION_ROUND"));
	struct plan plan = {0};

	(void)id;
	plan_make(rulebook_rules(s->book), &notice, sim_now(s), false, &plan);
	for (size_t i = 0; i < plan.n_entries; i++)
		told_add(s->told, object, plan.entries[i].contact,
		    plan.entries[i].method);
	tell(s, &n, &plan, which);
	log_deliveries(s, ctx, &plan);
	json_decref(which);
	plan_free(&plan);
	free(object);
}

void
sim_quiet(struct sim *s, uint32_t object, const char *what)
{
	const struct snap_object *o = &s->snap->objects[object];
	struct context ctx = {0};
	char *type = xasprintf(NOTICE_QUIET "%s", what), *key;

	context_sets(&ctx, "NOTIFICATIONTYPE", type);
	context_sets(&ctx, "OMD_SITE", SITE_NAME);
	context_sets(
	    &ctx, "HOSTNAME", snap_s(s->snap, s->snap->objects[o->host].name));
	if (o->is_service)
		context_sets(&ctx, "SERVICEDESC", snap_s(s->snap, o->name));
	key = object_of(&ctx);
	chains_notice(s->chains, key, &ctx, sim_now_ms(s));
	free(key);
	free(type);
	context_free(&ctx);
}

struct chains *
sim_chains_new(struct sim *s)
{
	return chains_new(&(struct chains_world){
	    .policy = policy, .gone = gone, .step = step, .arg = s});
}
