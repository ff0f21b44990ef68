/* SPDX-License-Identifier: Apache-2.0
 *
 * Escalations under way (NT-6), each a chain of steps of one rule for one
 * object: what begins them, lets them wait and ends them, and which step is
 * due. Pure: times come in as milliseconds of the wall clock, everything else
 * goes through callbacks. notifyd and `vedette simulate` use it.
 */
#ifndef NOTIFYD_CHAINS_H
#define NOTIFYD_CHAINS_H

#include "notifyd/context.h"
#include "notifyd/rules/rules.h"

struct chains;

/* Names that keep() gets begin so. */
#define CHAINS_NAME "escalation\x1e"

struct chains_world { /* `arg` goes along */
	bool (*policy)(
	    const char *rule, struct rules_escalation *e_r, void *arg);
	/* The object is configured no longer. */
	bool (*gone)(const struct context *ctx, void *arg);
	/*
	 * The step's notice: with an id that is the same after a crash.
	 * `ctx` has ESCALATION_RULE, _STEP and _ROUND.
	 */
	void (*step)(const char *id, const char *site,
	    const struct context *ctx, void *arg);
	/* For chains_take() after a restart; `value` NULL: it has ended. May
	 * be NULL. */
	void (*keep)(const char *name, const char *value, void *arg);
	/* By itself, for this reason. May be NULL. */
	void (*ended)(const char *rule, const char *why, void *arg);
	void *arg;
};

struct chains *chains_new(const struct chains_world *world);
void chains_free(struct chains **chains);
/* What keep() got; what cannot be read is dropped. */
void chains_take(struct chains *cs, const char *value);

/*
 * Before the notice is evaluated: `object` is in that state now. Those of type
 * QUIET ... (common/notice.h) too.
 */
void chains_notice(struct chains *cs, const char *object,
    const struct context *ctx, int64_t now_ms);
/* After it was evaluated: its plan begins them. */
void chains_begin(struct chains *cs, const char *object, const char *id,
    const char *site, const struct context *ctx, const struct plan *plan,
    int64_t now_ms);
/* Does it run, or has it come to its end while the problem goes on? */
bool chains_has(const struct chains *cs, const char *object, const char *rule);
size_t chains_running(const struct chains *cs);

/* When to look again, or earlier; INT64_MAX: not by itself. */
int64_t chains_next(const struct chains *cs);
/* Tells what is due, in the order of its times. */
void chains_due(struct chains *cs, int64_t now_ms);

#endif
