/* SPDX-License-Identifier: Apache-2.0
 *
 * One raw notification through the rules of notifyd: who would get it.
 */
#include "site/simulate/sim.h"

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
	const struct told *told;
	const char *object;
};

static bool
was_told(const char *contact, const char *method, void *arg)
{
	const struct question *q = arg;

	return told_has(q->told, q->object, contact, method);
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

static void
tell(struct sim *s, const struct notice *n, const struct plan *plan)
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
	s->rule = strcmp(n->what, "PROBLEM") == 0 ? "NO-12 NO-15"
	    : strcmp(n->what, "RECOVERY") == 0    ? "NO-13 NO-15"
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
	struct rules_notice notice = {.site = SITE_NAME, .was_told = was_told};
	struct question question = {.told = s->told};
	struct str pairs = {0};
	struct context ctx = {0};
	struct plan plan = {0};
	struct msg_alert alert;
	struct tell memory = {0};
	char *object;

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
	plan_make(rulebook_rules(s->book), &notice, sim_now(s), false, &plan);
	remember(s, n, &plan, object);
	tell(s, n, &plan);
	log_deliveries(s, &ctx, &plan);
	plan_free(&plan);
	context_free(&ctx);
	str_free(&pairs);
	free(object);
}
