/* SPDX-License-Identifier: Apache-2.0
 *
 * Escalations under way (NT-6): who is told when a problem goes on, step by
 * step, until it is over, acknowledged or in a downtime. Each step is a notice
 * of our own, evaluated by the present rules. The spool keeps them.
 */
#ifndef NOTIFYD_ESCALATE_H
#define NOTIFYD_ESCALATE_H

#include "notifyd/context.h"
#include "notifyd/rules/rules.h"
#include "notifyd/spool/spool.h"

struct escalations;

/* What it needs of the daemon; `arg` goes along. */
struct escalations_world {
	bool (*policy)(
	    const char *rule, struct rules_escalation *e_r, void *arg);
	/* The object is configured no longer. */
	bool (*gone)(const struct context *ctx, void *arg);
	/*
	 * The step's notice: with an id that is the same after a crash.
	 * `ctx` has ESCALATION_RULE and ESCALATION_STEP.
	 */
	void (*step)(const char *id, const char *site,
	    const struct context *ctx, void *arg);
	void *arg;
};

/* The loop and the spool must outlive it; what the spool has goes on. */
struct escalations *escalations_new(uv_loop_t *loop, struct spool *spool,
    const struct escalations_world *world);
void escalations_free(struct escalations **es);
/* Steps are told from now on; or no more, at the end. */
void escalations_run(struct escalations *es, bool run);

/*
 * Before the notice is evaluated and stored: `object` is in that state now.
 * Those of type QUIET ... (common/notice.h) too.
 */
void escalations_notice(
    struct escalations *es, const char *object, const struct context *ctx);
/* After it was evaluated and before it is stored: the plan begins them. */
void escalations_begin(struct escalations *es, const char *object,
    const char *id, const char *site, const struct context *ctx,
    const struct plan *plan);
/* Does it run, or has it come to its end while the problem goes on? */
bool escalations_has(
    const struct escalations *es, const char *object, const char *rule);
size_t escalations_running(const struct escalations *es);

#endif
