/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's own socket: "VERB [JSON]", answered with JSON.
 *   status                    spool, peers, counters
 *   key                       this site's public key, as plain text
 *   explain {last, id, host, service, type, number, time}
 *   resend {last | id}        the same notices again
 *   list {last, id, host, service, failed}  notices and their deliveries
 *   test {host, service, state, previous, type, number, output, method, send}
 *   rows {columns, table: rules | explain}  rows of Livestatus' tables
 */
#include "notifyd/ask.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "notifyd/spool/bulk.h"

#include <stdlib.h>

#define MAX_NOTICES 1000

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

void
ask_answer_json(struct ask *a, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	if (a->peer != NULL)
		daemon_answer(a->n->d, a->peer, a->id, MSG_OK,
		    slice_of(text == NULL ? "null" : text), 0);
	free(text);
	ask_free(a);
}

void
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

const char *
ask_text(const struct ask *a, const char *key)
{
	const char *text = json_string_value(json_object_get(a->args, key));

	return text == NULL ? "" : text;
}

int64_t
ask_int(const struct ask *a, const char *key, int64_t none)
{
	const json_t *value = json_object_get(a->args, key);

	return json_is_integer(value) ? json_integer_value(value) : none;
}

struct spool_filter
ask_filter(const struct ask *a)
{
	int64_t last = ask_int(a, "last", 1);

	return (struct spool_filter){.id = ask_text(a, "id"),
	    .host = ask_text(a, "host"),
	    .service = ask_text(a, "service"),
	    .failed = json_is_true(json_object_get(a->args, "failed")),
	    .last = last < 1         ? 1
		: last > MAX_NOTICES ? MAX_NOTICES
				     : (unsigned)last};
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

static json_t *
health_json(struct notifyd *n, const struct spool_counts *counts)
{
	const int64_t *states = counts->deliveries;
	struct health_queue queue = {.waiting = states[SPOOL_WAITING] +
		states[SPOOL_RUNNING] + states[SPOOL_DEFERRED] +
		(int64_t)forwarder_waiting(n->forwarder),
	    .oldest = counts->oldest_ms / 1000,
	    .trouble = spool_trouble(n->spool)};

	status_health(n);
	return health_judge(&n->health, &queue, clock_wall() / NS_PER_S);
}

static void
on_counts(const struct spool_counts *counts, void *arg)
{
	struct ask *a = arg;
	struct notifyd *n = a->n;
	json_t *status = json_pack(
	    "{s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s}, s:o, "
	    "s:o, s:o, s:o}",
	    "spool", "new", (json_int_t)n->pending, "deferred",
	    (json_int_t)counts->deliveries[SPOOL_DEFERRED], "waiting",
	    (json_int_t)counts->deliveries[SPOOL_WAITING], "processing",
	    (json_int_t)counts->deliveries[SPOOL_RUNNING], "failed",
	    (json_int_t)counts->deliveries[SPOOL_FAILED], "done",
	    (json_int_t)counts->deliveries[SPOOL_DONE], "history_lines",
	    (json_int_t)counts->lines, "bulks", (json_int_t)counts->bulks,
	    "bulk_entries", (json_int_t)counts->entries, "forwarding",
	    (json_int_t)forwarder_waiting(n->forwarder), "trouble",
	    spool_trouble(n->spool), "peers", peers_json(n->peers), "counters",
	    counters_json(n), "methods", deliverer_methods_json(n->deliverer),
	    "health", health_json(n, counts));

	a->result = status;
	ask_answer_json(a, status);
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

static const struct verb {
	const char *name;
	void (*run)(struct ask *a);
} verbs[] = {
    {"status", verb_status},
    {"key", verb_key},
    {"explain", asks_explain},
    {"resend", asks_resend},
    {"test", asks_test},
    {"list", asks_list},
    {"rows", asks_rows},
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
	    "resend, test, list, rows");
}
