/* SPDX-License-Identifier: Apache-2.0
 *
 * Notices of the last time with their deliveries: [{id, time, what, host,
 * service, site, peer, forward: null|{state, to}, context: {...}, deliveries:
 * [{contact, method, rule, state, tries, code, text, next, bulk}]}]. Times
 * are seconds; `bulk` is the number of the one that it leaves with, or null.
 */
#include "notifyd/ask.h"
#include "notifyd/context_stored.h"

#include <stdlib.h>

static const char *const states[SPOOL_STATES] = {[SPOOL_WAITING] = "waiting",
    [SPOOL_RUNNING] = "processing",
    [SPOOL_DEFERRED] = "deferred",
    [SPOOL_DONE] = "done",
    [SPOOL_FAILED] = "failed"};

static json_t *
text_json(const char *text)
{
	return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
context_json(const struct spool_notice *n)
{
	struct context ctx = {0};
	json_t *context;

	context_from_stored(&ctx, str_slice(&n->context));
	context = context_to_json(&ctx);
	context_free(&ctx);
	return context;
}

static json_t *
outcome_json(const struct spool_outcome *o)
{
	int64_t ms =
	    o->bulk != 0 && o->state < SPOOL_DONE ? o->bulk_due_ms : o->next_ms;
	bool waits = o->state == SPOOL_DEFERRED || o->state == SPOOL_WAITING;
	json_t *next = waits && ms > 0 ? json_integer((json_int_t)(ms / 1000))
				       : json_null();

	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:s, s:o, s:o}",
	    "contact", o->contact, "method", o->method, "rule", o->rule,
	    "state", o->state < SPOOL_STATES ? states[o->state] : "?", "tries",
	    (int)o->tries, "code",
	    o->code < 0 ? json_null() : json_integer(o->code), "text", o->text,
	    "next", next, "bulk",
	    o->bulk == 0 ? json_null() : json_integer((json_int_t)o->bulk));
}

/* Of a notice whose rules another site has; null for one of this site's. */
static json_t *
forward_json(const struct spool_notice *n)
{
	static const char *const words[] = {[SPOOL_FORWARD_WAITS] = "waits",
	    [SPOOL_FORWARD_TAKEN] = "taken",
	    [SPOOL_FORWARD_DROPPED] = "given up"};

	if (n->forward <= SPOOL_FORWARD_NONE ||
	    n->forward > SPOOL_FORWARD_DROPPED)
		return json_null();
	return json_pack("{s:s, s:o}", "state", words[n->forward], "to",
	    text_json(n->forward_to));
}

static void
on_listed(const struct spool_notice *list, size_t n,
    const struct spool_outcome *outcomes, size_t n_outcomes, void *arg)
{
	struct ask *a = arg;
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(all,
		    json_pack("{s:s, s:f, s:s, s:s, s:o, s:s, s:o, s:o, s:o, "
			      "s:[]}",
			"id", list[i].id, "time",
			(double)list[i].created_us / 1e6, "what", list[i].what,
			"host", list[i].host, "service",
			text_json(list[i].service), "site", list[i].site,
			"context", context_json(&list[i]), "peer",
			text_json(list[i].peer), "forward",
			forward_json(&list[i]), "deliveries"));
	for (size_t i = 0; i < n_outcomes; i++)
		json_array_append_new(
		    json_object_get(
			json_array_get(all, outcomes[i].notice), "deliveries"),
		    outcome_json(&outcomes[i]));
	ask_answer_json(a, all);
	json_decref(all);
}

void
asks_list(struct ask *a)
{
	struct spool_filter filter = ask_filter(a);

	spool_list(a->n->spool, &filter, on_listed, a);
}
