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
#include "notifyd/chains.h"

#include <stdlib.h>

/* The wall clock may jump: look again after this. */
#define LOOK_AGAIN_MS 60000

struct escalations {
	struct spool *spool;
	struct escalations_world world;
	struct chains *chains;
	bool run;
	uv_timer_t timer;
};

static int64_t
now_ms(void)
{
	return clock_wall() / NS_PER_MS;
}

/* --- for the chains ------------------------------------------------------- */

static bool
policy(const char *rule, struct rules_escalation *e_r, void *arg)
{
	struct escalations *es = arg;

	return es->world.policy(rule, e_r, es->world.arg);
}

static bool
gone(const struct context *ctx, void *arg)
{
	struct escalations *es = arg;

	return es->world.gone(ctx, es->world.arg);
}

static void
step(const char *id, const char *site, const struct context *ctx, void *arg)
{
	struct escalations *es = arg;

	es->world.step(id, site, ctx, es->world.arg);
}

static void
keep(const char *name, const char *value, void *arg)
{
	struct escalations *es = arg;

	spool_memory_put(es->spool, name, value, now_ms() / 1000);
}

static void
ended(const char *rule, const char *why, void *arg)
{
	(void)arg;
	log_info("the escalation of rule %s ends: %s", rule, why);
}

/* --- time ----------------------------------------------------------------- */

static void arm(struct escalations *es);

static void
on_timer(uv_timer_t *timer)
{
	struct escalations *es = timer->data;

	chains_due(es->chains, now_ms());
	arm(es);
}

static void
arm(struct escalations *es)
{
	int64_t soon = chains_next(es->chains), now = now_ms();

	if (soon == INT64_MAX || !es->run) {
		uv_timer_stop(&es->timer);
		return;
	}
	soon = soon < now ? 0 : soon - now;
	uv_timer_start(&es->timer, on_timer,
	    (uint64_t)(soon < LOOK_AGAIN_MS ? soon : LOOK_AGAIN_MS), 0);
}

/* --- notices -------------------------------------------------------------- */

void
escalations_notice(
    struct escalations *es, const char *object, const struct context *ctx)
{
	chains_notice(es->chains, object, ctx, now_ms());
	arm(es);
}

void
escalations_begin(struct escalations *es, const char *object, const char *id,
    const char *site, const struct context *ctx, const struct plan *plan)
{
	chains_begin(es->chains, object, id, site, ctx, plan, now_ms());
	arm(es);
}

bool
escalations_has(
    const struct escalations *es, const char *object, const char *rule)
{
	return es != NULL && chains_has(es->chains, object, rule);
}

size_t
escalations_running(const struct escalations *es)
{
	return chains_running(es->chains);
}

/* --- life ----------------------------------------------------------------- */

static void
on_kept(const char *value, void *arg)
{
	struct escalations *es = arg;

	chains_take(es->chains, value);
	arm(es);
}

struct escalations *
escalations_new(
    uv_loop_t *loop, struct spool *spool, const struct escalations_world *world)
{
	struct escalations *es = xnew(struct escalations);

	es->spool = spool;
	es->world = *world;
	es->chains = chains_new(
	    &(struct chains_world){policy, gone, step, keep, ended, es});
	uv_timer_init(loop, &es->timer);
	es->timer.data = es;
	spool_memory_list(spool, CHAINS_NAME, on_kept, es);
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
	chains_free(&es->chains);
	uv_close((uv_handle_t *)&es->timer, on_closed);
}
