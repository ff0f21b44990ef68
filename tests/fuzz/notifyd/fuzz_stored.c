/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan as it stands in the spool: who and parameters (JSON), the context,
 * and what a delivery makes of them; an escalation under way. The input is
 * three parts, NUL between them.
 */
#include "notifyd/additions.h"
#include "notifyd/chains.h"
#include "notifyd/context_stored.h"
#include "notifyd/history.h"
#include "notifyd/methods/env.h"

#include "common/log.h"
#include "common/mem.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice
part(struct slice *rest)
{
	const char *end = memchr(rest->s, '\0', rest->len);
	size_t n = end == NULL ? rest->len : (size_t)(end - rest->s);
	struct slice one = {rest->s, n};

	if (end != NULL)
		n++;
	rest->s += n;
	rest->len -= n;
	return one;
}

/* What was stored is read again as it was. */
static void
must_come_back(const struct context *ctx)
{
	struct context again = {0};
	struct str bytes = {0};

	context_to_stored(ctx, &bytes);
	must(context_from_stored(&again, str_slice(&bytes)) == 0);
	must(again.n == ctx->n && again.bytes == ctx->bytes);
	for (size_t i = 0; i < ctx->n; i++)
		must(strcmp(context_text(&again, ctx->pairs[i].key),
			 ctx->pairs[i].value) == 0);
	context_free(&again);
	str_free(&bytes);
}

static bool
policy(const char *rule, struct rules_escalation *e_r, void *arg)
{
	(void)rule;
	(void)arg;
	*e_r = (struct rules_escalation){
	    .steps = 2, .rounds = 2, .after_ms = {0, 1000}, .every_ms = 2000};
	return true;
}

static bool
gone(const struct context *ctx, void *arg)
{
	(void)ctx;
	(void)arg;
	return false;
}

static void
step(const char *id, const char *site, const struct context *ctx, void *arg)
{
	(void)arg;
	must(id[0] != '\0' && site != NULL);
	must(context_get(ctx, "ESCALATION_STEP") != NULL);
}

static void
keep(const char *name, const char *value, void *arg)
{
	(void)arg;
	must(strncmp(name, CHAINS_NAME, strlen(CHAINS_NAME)) == 0);
	must(value != NULL || name[0] != '\0');
}

/* One chain, taken from the spool, and its next step. */
static void
take_chain(struct slice text)
{
	const struct chains_world world = {
	    policy, gone, step, keep, NULL, NULL};
	struct chains *cs = chains_new(&world);
	char *value = slice_dup(text);

	chains_take(cs, value);
	chains_take(cs, value); /* is there already */
	must(chains_running(cs) <= 1);
	if (chains_next(cs) < INT64_MAX / 2)
		chains_due(cs, chains_next(cs));
	free(value);
	chains_free(&cs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = {(const char *)data, size};
	struct slice a = part(&rest), b = part(&rest);
	json_t *who = json_loadb(a.s, a.len, 0, NULL);
	json_t *params = json_loadb(b.s, b.len, 0, NULL);
	char *base[] = {NULL}, **env;
	struct context ctx = {0};
	struct context_pair *pairs;
	struct str line = {0};

	take_chain(b);
	context_from_stored(&ctx, rest);
	additions_of_delivery(
	    &ctx, "ann", who, params, 1, "a rule", "demo-core-1-1-1");
	must(ctx.n <= CONTEXT_MAX_PAIRS);
	pairs = context_sorted(&ctx);
	for (size_t i = 1; i < ctx.n; i++)
		must(strcmp(pairs[i - 1].key, pairs[i].key) < 0);
	free(pairs);
	must_come_back(&ctx);
	history_result(&line, &ctx, "ann", "mail", HISTORY_OK, "sent");
	must(strchr(str_get(&line), '\n') == NULL);
	env = env_make(&ctx, "/opt/site", base);
	env_free(&env);
	str_free(&line);
	context_free(&ctx);
	json_decref(who);
	json_decref(params);
	return 0;
}
