/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's own socket: "VERB [JSON]", answered with JSON.
 *   status                    spool, peers, counters
 *   key                       this site's public key, as plain text
 *   explain {last, id, host, service, type, number, time}
 *   resend {last | id}        the same notices again
 *   test {host, service, state, previous, type, number, output, method, send}
 */
#include "notifyd/notifyd.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

#define MAX_RESEND 1000

struct ask {
	struct ask *next;
	struct notifyd *n;
	struct bus_peer *peer; /* NULL: it went */
	uint64_t id;
	json_t *args; /* an object */
	json_t *result;
	size_t due; /* parts that are still to come */
};

/* --- questions
 * -------------------------------------------------------------------------- */

static struct ask *
ask_new(struct notifyd *n, struct bus_peer *peer, uint64_t id, json_t *args)
{
	struct ask *a = xnew(struct ask);

	a->n = n;
	a->peer = peer;
	a->id = id;
	a->args = json_incref(args);
	a->next = n->asks;
	n->asks = a;
	return a;
}

static void
ask_free(struct ask *a)
{
	struct ask **at = &a->n->asks;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	json_decref(a->args);
	json_decref(a->result);
	free(a);
}

static void
ask_answer_json(struct ask *a, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	if (a->peer != NULL)
		daemon_answer(a->n->d, a->peer, a->id, MSG_OK,
		    slice_of(text == NULL ? "null" : text), 0);
	free(text);
	ask_free(a);
}

static void
ask_refuse(struct ask *a, const char *why)
{
	if (a->peer != NULL)
		daemon_answer(
		    a->n->d, a->peer, a->id, MSG_REFUSED, slice_of(why), 0);
	ask_free(a);
}

void
ask_peer_down(struct daemon *d, struct bus_peer *peer)
{
	struct notifyd *n = d->state;

	for (struct ask *a = n == NULL ? NULL : n->asks; a != NULL;
	     a = a->next) {
		if (a->peer == peer)
			a->peer = NULL;
	}
}

void
ask_drop_all(struct notifyd *n)
{
	while (n->asks != NULL)
		ask_free(n->asks);
}

static const char *
arg_text(const struct ask *a, const char *key)
{
	const char *text = json_string_value(json_object_get(a->args, key));

	return text == NULL ? "" : text;
}

static int64_t
arg_int(const struct ask *a, const char *key, int64_t none)
{
	const json_t *value = json_object_get(a->args, key);

	return json_is_integer(value) ? json_integer_value(value) : none;
}

/* --- status
 * -------------------------------------------------------------------------------
 */

static json_t *
counters_json(struct notifyd *n)
{
	json_t *object = json_object();
	struct str list = {0};
	struct slice rest;
	struct msg_counter c;

	notifyd_def.counters(n->d, &list);
	rest = str_slice(&list);
	while (msg_counter_next(&rest, &c)) {
		char *name = slice_dup(c.name);

		json_object_set_new(
		    object, name, json_integer((json_int_t)c.value));
		free(name);
	}
	str_free(&list);
	return object;
}

static void
on_counts(const int64_t counts[SPOOL_STATES], int64_t lines, void *arg)
{
	struct ask *a = arg;
	struct notifyd *n = a->n;
	json_t *status = json_pack(
	    "{s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s}, s:o, s:o, s:o}",
	    "spool", "new", (json_int_t)n->pending, "deferred",
	    (json_int_t)counts[SPOOL_DEFERRED], "waiting",
	    (json_int_t)counts[SPOOL_WAITING], "processing",
	    (json_int_t)counts[SPOOL_RUNNING], "failed",
	    (json_int_t)counts[SPOOL_FAILED], "done",
	    (json_int_t)counts[SPOOL_DONE], "history_lines", (json_int_t)lines,
	    "trouble", spool_trouble(n->spool), "peers", peers_json(n->peers),
	    "counters", counters_json(n), "methods",
	    deliverer_methods_json(n->deliverer));

	ask_answer_json(a, status);
	json_decref(status);
}

/* --- explain
 * -------------------------------------------------------------------------------
 */

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
		    json_pack("{s:s, s:s, s:s}", "contact", e->contact,
			"method", e->method, "rule", e->rule));
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
	plan_free(&plan);
	return one;
}

/* "What if": the arguments overlay the stored context. */
static void
overlay(const struct ask *a, struct context *ctx)
{
	const char *what = context_is_service(ctx) ? "SERVICE" : "HOST";
	int64_t number = arg_int(a, "number", 0);
	char key[60];

	if (arg_text(a, "type")[0] != '\0')
		context_sets(ctx, "NOTIFICATIONTYPE", arg_text(a, "type"));
	snprintf(key, sizeof(key), "%sNOTIFICATIONNUMBER", what);
	if (number > 0)
		context_setf(ctx, key, "%lld", (long long)number);
	snprintf(key, sizeof(key), "%sSTATE", what);
	if (arg_text(a, "state")[0] != '\0')
		context_sets(ctx, key, arg_text(a, "state"));
}

static void
on_found_explain(const struct spool_notice *list, size_t n, void *arg)
{
	struct ask *a = arg;
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++) {
		int64_t at =
		    arg_int(a, "time", list[i].created_us / INT64_C(1000000));
		struct context ctx = {0};

		context_from_pairs(&ctx, str_slice(&list[i].context));
		overlay(a, &ctx);
		json_array_append_new(all,
		    explain_context(a->n, &ctx, list[i].id, list[i].site, at));
		context_free(&ctx);
	}
	ask_answer_json(a, all);
	json_decref(all);
}

static void
find(struct ask *a, spool_found_fn *found, int64_t none)
{
	int64_t last = arg_int(a, "last", none);
	struct spool_filter filter = {.id = arg_text(a, "id"),
	    .host = arg_text(a, "host"),
	    .service = arg_text(a, "service"),
	    .last = last < 1        ? 1
		: last > MAX_RESEND ? MAX_RESEND
				    : (unsigned)last};

	spool_find(a->n->spool, &filter, found, a);
}

/* --- resend and test
 * -------------------------------------------------------------------------- */

static void
on_stored(const char *id, bool duplicate, bool committed, void *arg)
{
	struct ask *a = arg;

	(void)duplicate;
	if (committed)
		json_array_append_new(a->result, json_string(id));
	if (--a->due == 0)
		ask_answer_json(a, a->result);
}

/* A notice of our own making: a new id, the mark in history and subject. */
static void
send_own(struct ask *a, struct context *ctx, const char *mark, const char *site,
    const char *method)
{
	struct notifyd *n = a->n;
	struct str pairs = {0};
	char id[200];
	struct msg_notice m;

	snprintf(id, sizeof(id), "%s-notifyd-%016llx-%llu", n->d->site,
	    (unsigned long long)n->boot, (unsigned long long)++n->next_own);
	context_sets(ctx, "NOTIFICATIONMARK", mark);
	context_to_pairs(ctx, &pairs);
	m = (struct msg_notice){.id = slice_of(id),
	    .created_us = clock_wall() / NS_PER_US,
	    .site = slice_of(site),
	    .what = slice_of(context_text(ctx, "NOTIFICATIONTYPE")),
	    .host = slice_of(context_text(ctx, "HOSTNAME")),
	    .service = slice_of(context_text(ctx, "SERVICEDESC")),
	    .context = str_slice(&pairs)};
	process_notice(n, &m, method, on_stored, a);
	str_free(&pairs);
}

static void
on_found_resend(const struct spool_notice *list, size_t n, void *arg)
{
	struct ask *a = arg;

	if (n == 0) {
		ask_refuse(a, "there is no such notification (any more)");
		return;
	}
	a->result = json_array();
	a->due = n;
	for (size_t i = n; i-- > 0;) { /* oldest first */
		struct context ctx = {0};

		context_from_pairs(&ctx, str_slice(&list[i].context));
		send_own(a, &ctx, "resend", list[i].site, NULL);
		context_free(&ctx);
	}
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

static int
test_context(const struct ask *a, struct context *ctx, struct err *err_r)
{
	const char *host = arg_text(a, "host");
	const char *service = arg_text(a, "service");
	const char *type = arg_text(a, "type"), *output = arg_text(a, "output");
	bool is_service = service[0] != '\0';
	const char *good = is_service ? "OK" : "UP";
	const char *what = is_service ? "SERVICE" : "HOST";
	const char *before = arg_text(a, "previous");
	const char *state = state_word(arg_text(a, "state"), is_service);
	const char *previous =
	    state_word(before[0] == '\0' ? good : before, is_service);
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
	    type[0] != '\0'                ? type
		: strcmp(state, good) == 0 ? "RECOVERY"
					   : "PROBLEM");
	snprintf(key, sizeof(key), "%sSTATE", what);
	context_sets(ctx, key, state);
	snprintf(key, sizeof(key), "LAST%sSTATE", what);
	context_sets(ctx, key, previous);
	snprintf(key, sizeof(key), "PREVIOUS%sHARDSTATE", what);
	context_sets(ctx, key, previous);
	snprintf(key, sizeof(key), "%sOUTPUT", what);
	context_sets(ctx, key, output[0] == '\0' ? "test" : output);
	snprintf(key, sizeof(key), "%sNOTIFICATIONNUMBER", what);
	context_setf(ctx, key, "%lld", (long long)arg_int(a, "number", 1));
	return 0;
}

static void
run_test(struct ask *a)
{
	struct notifyd *n = a->n;
	const char *method = arg_text(a, "method");
	int64_t at = arg_int(a, "time", clock_wall() / NS_PER_S);
	struct context ctx = {0};
	struct err err;

	if (test_context(a, &ctx, &err) < 0) {
		ask_refuse(a, err.text);
		return;
	}
	if (json_is_true(json_object_get(a->args, "send"))) {
		a->result = json_array();
		a->due = 1;
		send_own(a, &ctx, "test", n->d->site,
		    method[0] == '\0' ? NULL : method);
	} else {
		json_t *one;

		process_prepare(n, &ctx, n->d->site, at * 1000000);
		one = explain_context(n, &ctx, "test", n->d->site, at);
		ask_answer_json(a, one);
		json_decref(one);
	}
	context_free(&ctx);
}

/* --- the verbs
 * -----------------------------------------------------------------------------------
 */

static void
verb_status(struct ask *a)
{
	spool_count(a->n->spool, on_counts, a);
}

static void
verb_key(struct ask *a)
{
	if (a->peer != NULL)
		daemon_answer(a->n->d, a->peer, a->id, MSG_OK,
		    slice_of(a->n->curve.public_key), 0);
	ask_free(a);
}

static void
verb_explain(struct ask *a)
{
	find(a, on_found_explain, 1);
}

static void
verb_resend(struct ask *a)
{
	find(a, on_found_resend, 1);
}

static const struct verb {
	const char *name;
	void (*run)(struct ask *a);
} verbs[] = {
    {"status", verb_status},
    {"key", verb_key},
    {"explain", verb_explain},
    {"resend", verb_resend},
    {"test", run_test},
};

void
ask_query(struct daemon *d, struct bus_peer *peer, const struct msg_query *q)
{
	struct notifyd *n = d->state;
	struct slice rest = q->text, name;
	json_t *args = NULL;
	json_error_t why;
	struct ask *a;

	if (n == NULL || n->peers == NULL) {
		daemon_answer(d, peer, q->id, MSG_REFUSED,
		    SLICE("still starting, ask again"), 0);
		return;
	}
	if (!slice_word(&rest, &name))
		name = (struct slice){"", 0};
	rest = slice_trim(rest);
	if (rest.len > 0)
		args = json_loadb(rest.s, rest.len, 0, &why);
	else
		args = json_object();
	a = ask_new(n, peer, q->id, args);
	json_decref(args);
	if (!json_is_object(a->args)) {
		ask_refuse(a, "the arguments are no JSON object");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (slice_eqs(name, verbs[i].name)) {
			verbs[i].run(a);
			return;
		}
	}
	ask_refuse(a,
	    "unknown question; known are status, key, explain, "
	    "resend, test");
}
