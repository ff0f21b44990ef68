/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rules say of a notification: of one that was sent, or of one that
 * is made up.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "notifyd/ask.h"
#include "notifyd/context_stored.h"

#include <stdio.h>
#include <stdlib.h>

/* What it waits for: "bulk", "quiet hours", "cause", "period"; null: nothing.
 */
static json_t *
waits_json(const struct plan_entry *e)
{
	static const char *const words[] = {[PLAN_BULK] = "bulk",
	    [PLAN_QUIET] = "quiet hours",
	    [PLAN_CAUSE] = "cause",
	    [PLAN_HOLD] = "period"};

	return e->gather.kind == PLAN_AT_ONCE
	    ? json_null()
	    : json_string(words[e->gather.kind]);
}

static json_t *
plan_json(const struct plan *plan)
{
	json_t *rules = json_array(), *list = json_array();
	json_t *contacts = json_array();

	for (size_t i = 0; i < plan->n_verdicts; i++) {
		const struct plan_verdict *v = &plan->verdicts[i];
		char *id = v->user == NULL
		    ? xstrdup(v->rule)
		    : xasprintf("%s:%s", v->user, v->rule);

		json_array_append_new(rules,
		    json_pack("{s:s, s:b, s:s}", "id", id, "match", v->match,
			"reason", v->reason));
		free(id);
	}
	for (size_t i = 0; i < plan->n_entries; i++) {
		const struct plan_entry *e = &plan->entries[i];

		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:o, s:o}", "contact",
			e->contact, "method", e->method, "rule", e->rule,
			"waits", waits_json(e), "why",
			e->gather.why == NULL ? json_null()
					      : json_string(e->gather.why)));
	}
	for (size_t i = 0; i < plan->n_skips; i++) {
		const struct plan_skip *s = &plan->skips[i];

		json_array_append_new(contacts,
		    json_pack("{s:s, s:s, s:s}", "contact", s->contact,
			"method", s->method, "reason", s->reason));
	}
	return json_pack("{s:o, s:o, s:o, s:n}", "rules", rules, "plan", list,
	    "contacts", contacts, "suppressed");
}

static json_t *
explain_context(struct notifyd *n, const struct context *ctx, const char *id,
    const char *site, int64_t at)
{
	struct plan plan;
	json_t *one;

	process_plan(n, ctx, site, at, true, &plan);
	one = plan_json(&plan);
	json_object_set_new(one, "id", json_string(id));
	json_object_set_new(
	    one, "what", json_string(context_text(ctx, "NOTIFICATIONTYPE")));
	json_object_set_new(
	    one, "host", json_string(context_text(ctx, "HOSTNAME")));
	json_object_set_new(one, "service",
	    context_is_service(ctx)
		? json_string(context_text(ctx, "SERVICEDESC"))
		: json_null());
	json_object_set_new(one, "forward_to",
	    forwarder_on(n->forwarder) ? forwarder_targets_json(n->forwarder)
				       : json_array());
	json_object_set_new(
	    one, "local", json_boolean(forwarder_local(n->forwarder)));
	plan_free(&plan);
	return one;
}

static const char *
state_word(const char *state, bool service)
{
	static const char *const words[][3] = {{"OK", "OK", "s"},
	    {"WARN", "WARNING", "s"}, {"WARNING", "WARNING", "s"},
	    {"CRIT", "CRITICAL", "s"}, {"CRITICAL", "CRITICAL", "s"},
	    {"UNKN", "UNKNOWN", "s"}, {"UNKNOWN", "UNKNOWN", "s"},
	    {"UP", "UP", "h"}, {"DOWN", "DOWN", "h"},
	    {"UNREACH", "UNREACHABLE", "h"},
	    {"UNREACHABLE", "UNREACHABLE", "h"}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(words[i][0], state) == 0 &&
		    (words[i][2][0] == 's') == service)
			return words[i][1];
	}
	return NULL;
}

/* Types of notifications; an alert handler's has its name behind it. */
static bool
is_type(const char *type)
{
	static const char *const types[] = {"PROBLEM", "RECOVERY",
	    "ACKNOWLEDGEMENT", "FLAPPINGSTART", "FLAPPINGSTOP",
	    "FLAPPINGDISABLED", "DOWNTIMESTART", "DOWNTIMEEND",
	    "DOWNTIMECANCELLED", "CUSTOM"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strcmp(types[i], type) == 0)
			return true;
	}
	return type[0] == '\0' || strncmp(type, "ALERTHANDLER", 12) == 0;
}

/* "What if": the arguments overlay the stored context. */
static void
overlay(const struct ask *a, struct context *ctx)
{
	bool service = context_is_service(ctx);
	const char *state = state_word(ask_text(a, "state"), service);
	const char *previous = state_word(ask_text(a, "previous"), service);
	int64_t number = ask_int(a, "number", 0);

	if (ask_text(a, "type")[0] != '\0')
		context_sets(ctx, "NOTIFICATIONTYPE", ask_text(a, "type"));
	if (number > 0)
		context_setf(ctx,
		    service ? "SERVICENOTIFICATIONNUMBER"
			    : "HOSTNOTIFICATIONNUMBER",
		    "%lld", (long long)number);
	if (state != NULL)
		context_sets(
		    ctx, service ? "SERVICESTATE" : "HOSTSTATE", state);
	if (previous != NULL)
		context_sets(ctx,
		    service ? "PREVIOUSSERVICEHARDSTATE"
			    : "PREVIOUSHOSTHARDSTATE",
		    previous);
}

bool
asks_refuse_words(struct ask *a)
{
	static const char *const keys[] = {"state", "previous"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *word = ask_text(a, keys[i]);

		if (word[0] == '\0' || state_word(word, true) != NULL ||
		    state_word(word, false) != NULL)
			continue;
		ask_refuse(a,
		    "a state is OK WARN CRIT UNKNOWN, of a host UP DOWN "
		    "UNREACH");
		return true;
	}
	if (is_type(ask_text(a, "type")))
		return false;
	ask_refuse(a,
	    "a type is PROBLEM RECOVERY ACKNOWLEDGEMENT FLAPPINGSTART "
	    "FLAPPINGSTOP FLAPPINGDISABLED DOWNTIMESTART DOWNTIMEEND "
	    "DOWNTIMECANCELLED CUSTOM");
	return true;
}

static void
on_found_explain(const struct spool_notice *list, size_t n, void *arg)
{
	struct ask *a = arg;
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++) {
		int64_t at =
		    ask_int(a, "time", list[i].created_us / INT64_C(1000000));
		struct context ctx = {0};

		context_from_stored(&ctx, str_slice(&list[i].context));
		overlay(a, &ctx);
		json_array_append_new(all,
		    explain_context(a->n, &ctx, list[i].id, list[i].site, at));
		context_free(&ctx);
	}
	ask_answer_json(a, all);
	json_decref(all);
}

void
asks_explain(struct ask *a)
{
	struct spool_filter filter = ask_filter(a);

	if (!asks_refuse_words(a))
		spool_find(a->n->spool, &filter, on_found_explain, a);
}

/* --- one that is made up ---------------------------------------------------
 */

static int
state_id(const char *state)
{
	static const char *const words[][2] = {
	    {"OK", "UP"}, {"WARNING", "DOWN"}, {"CRITICAL", "UNREACHABLE"}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(words[i][0], state) == 0 ||
		    strcmp(words[i][1], state) == 0)
			return (int)i;
	}
	return 3;
}

int
asks_test_context(const struct ask *a, struct context *ctx, struct err *err_r)
{
	const char *host = ask_text(a, "host");
	const char *service = ask_text(a, "service");
	const char *type = ask_text(a, "type"), *output = ask_text(a, "output");
	bool is_service = service[0] != '\0';
	const char *good = is_service ? "OK" : "UP";
	const char *what = is_service ? "SERVICE" : "HOST";
	const char *before = ask_text(a, "previous");
	const char *state = state_word(ask_text(a, "state"), is_service);
	const char *bad = is_service ? "CRIT" : "DOWN";
	bool ends = strcmp(type, "RECOVERY") == 0 ||
	    (type[0] == '\0' && state != NULL && strcmp(state, good) == 0);
	const char *previous = state_word(before[0] != '\0' ? before
		: ends                                      ? bad
							    : good,
	    is_service);
	char key[60];

	if (host[0] == '\0' || state == NULL || previous == NULL) {
		err_set(err_r,
		    "test: expected host, state (%s) and perhaps "
		    "previous, service, type, number, output",
		    is_service ? "OK WARN CRIT UNKNOWN" : "UP DOWN UNREACH");
		return -1;
	}
	context_sets(ctx, "HOSTNAME", host);
	if (is_service)
		context_sets(ctx, "SERVICEDESC", service);
	context_sets(ctx, "NOTIFICATIONTYPE",
	    type[0] != '\0' ? type
		: ends      ? "RECOVERY"
			    : "PROBLEM");
	snprintf(key, sizeof(key), "%sSTATE", what);
	context_sets(ctx, key, state);
	snprintf(key, sizeof(key), "%sSTATEID", what);
	context_setf(ctx, key, "%d", state_id(state));
	snprintf(key, sizeof(key), "LAST%sSTATE", what);
	context_sets(ctx, key, previous);
	snprintf(key, sizeof(key), "PREVIOUS%sHARDSTATE", what);
	context_sets(ctx, key, previous);
	snprintf(key, sizeof(key), "%sOUTPUT", what);
	context_sets(ctx, key, output[0] == '\0' ? "test" : output);
	snprintf(key, sizeof(key), "%sNOTIFICATIONNUMBER", what);
	context_setf(ctx, key, "%lld", (long long)ask_int(a, "number", 1));
	return 0;
}

void
asks_test(struct ask *a)
{
	struct notifyd *n = a->n;
	const char *method = ask_text(a, "method");
	int64_t at = ask_int(a, "time", clock_wall() / NS_PER_S);
	struct context ctx = {0};
	struct err err;

	if (asks_refuse_words(a))
		return;
	if (asks_test_context(a, &ctx, &err) < 0) {
		ask_refuse(a, err.text);
		return;
	}
	if (json_is_true(json_object_get(a->args, "send"))) {
		a->result = json_array();
		a->due = 1;
		ask_send(a, &ctx, "test", n->d->site,
		    method[0] == '\0' ? NULL : method);
	} else {
		json_t *one;

		process_prepare(n, &ctx, n->d->site, at * 1000000, false);
		one = explain_context(n, &ctx, "test", n->d->site, at);
		ask_answer_json(a, one);
		json_decref(one);
	}
	context_free(&ctx);
}
