/* SPDX-License-Identifier: Apache-2.0
 *
 * The queues of methods. In memory a delivery that waits is its row and its
 * time; everything else is read from the spool when its turn comes.
 */
#include "notifyd/deliver.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "notifyd/bulk.h"
#include "notifyd/bulk_results.h"
#include "notifyd/due.h"
#include "notifyd/held.h"
#include "notifyd/history.h"
#include "notifyd/methods/http.h"
#include "notifyd/methods/http_method.h"
#include "notifyd/methods/mail.h"
#include "notifyd/methods/options.h"
#include "notifyd/methods/script.h"
#include "notifyd/methods/sms.h"
#include "notifyd/methods/table.h"
#include "notifyd/methods/trap.h"
#include "notifyd/methods/words.h"
#include "notifyd/spool/bulk.h"

#include <stdlib.h>
#include <string.h>

/* The wall clock may jump: look again after this. */
#define LOOK_AGAIN_MS 60000

struct queue {
	struct queue *next;
	struct deliverer *deliverer;
	char *method;
	struct method_options options;
	struct due_heap heap;
	unsigned running;
	struct deliverer_counters counters;
};

struct deliverer {
	struct spool *spool;
	const char *root, *machine;
	struct curl_loop *curl;
	struct mailer *mailer;
	struct http *http;
	struct scripts *scripts;
	struct traps *traps;
	char *console_url; /* of the settings */
	json_t *methods;   /* of the settings */
	struct queue *queues;
	uv_timer_t timer;
	struct attempt *attempts; /* with a method now */
	unsigned running;
	bool stopped;
	struct deliverer_counters counters;
	struct held_judge judge;
};

struct attempt {
	struct attempt *next, **prev;
	struct delivery d;
	struct queue *queue;
	const struct method_def *def; /* NULL: a script */
	char *memory_name;            /* NULL: remembers nothing */
	int64_t row;                  /* a bulk: its id, negative */
	struct bulk *bulk;            /* NULL: one alone */
	int64_t *rows;                /* of the bulk's entries */
	unsigned tries;
	int64_t first_ms;
};

static void pump(struct deliverer *deliverer);

static int64_t
now_ms(void)
{
	return clock_wall() / NS_PER_MS;
}

/* --- one attempt
 * -------------------------------------------------------------- */

static void
attempt_free(struct attempt *a)
{
	*a->prev = a->next;
	if (a->next != NULL)
		a->next->prev = a->prev;
	free(a->d.id);
	free(a->d.contact);
	free(a->d.method);
	context_free(&a->d.ctx);
	json_decref(a->d.params);
	free(a->d.memory);
	free(a->memory_name);
	bulk_free(&a->bulk);
	free(a->rows);
	free(a);
}

static void
on_marked(void *arg)
{
	struct queue *q = arg;

	q->running--;
	q->deliverer->running--;
	pump(q->deliverer);
}

/* Before the next try: as configured, or longer if the server says so. */
static int64_t
pause_of(const struct attempt *a)
{
	int64_t pause = method_options_pause(&a->queue->options, a->tries);

	return a->d.retry_after_ms > pause ? a->d.retry_after_ms : pause;
}

static void
mark_bulk(struct attempt *a, enum spool_state state, enum history_result result,
    enum method_code code, const char *text, int64_t next)
{
	struct deliverer *deliverer = a->queue->deliverer;
	struct spool_bulk_mark m = {
	    .next_ms = next, .state = state, .code = (int)code, .text = text};
	struct str lines = {0};

	bulk_results(a->bulk, a->rows, &a->d, result, &m, &lines);
	if (state == SPOOL_DONE) {
		deliverer->counters.bulks++;
		deliverer->counters.bulk_entries += a->bulk->n;
	}
	spool_bulk_mark(deliverer->spool, &m, on_marked, a->queue);
	str_free(&lines);
}

/* The result is known: mark it, and plan the next try if there is one. */
static void
on_done(struct delivery *d, enum method_code code, const char *text)
{
	struct attempt *a = d->arg;
	struct queue *q = a->queue;
	struct deliverer *deliverer = q->deliverer;
	int64_t next = 0, now = now_ms();
	bool last = a->tries >= q->options.tries ||
	    now - a->first_ms > q->options.give_up_ms;
	enum spool_state state = SPOOL_DONE;
	enum history_result result = HISTORY_OK;
	struct str lines = {0};

	if (code == METHOD_AGAIN && !last) {
		state = SPOOL_DEFERRED;
		result = HISTORY_WARNING;
		next = now + pause_of(a);
		deliverer->counters.deferred++;
		q->counters.deferred++;
		due_put(&q->heap, (struct due){next, a->row});
	} else if (code != METHOD_DONE) {
		state = SPOOL_FAILED;
		result = HISTORY_CRITICAL;
		deliverer->counters.failed++;
		q->counters.failed++;
	} else {
		deliverer->counters.delivered++;
		q->counters.delivered++;
	}
	if (code != METHOD_DONE)
		log_warn("delivery %s to %s by %s: try %u failed%s: %s", d->id,
		    d->contact, d->method, a->tries,
		    state == SPOOL_FAILED ? " for good" : "", text);
	if (a->memory_name != NULL)
		spool_memory_put(
		    deliverer->spool, a->memory_name, d->memory, now / 1000);
	if (a->bulk != NULL) {
		mark_bulk(a, state, result, code, text, next);
		attempt_free(a);
		return;
	}
	history_results(&lines, &d->ctx, d->contact, d->method, result, text);
	spool_mark(deliverer->spool, a->row, state, (int)code, text, next,
	    str_get(&lines), on_marked, q);
	str_free(&lines);
	attempt_free(a);
}

static void
attempt_start(struct attempt *a)
{
	struct deliverer *deliverer = a->queue->deliverer;

	switch (a->def == NULL ? METHOD_SCRIPT : a->def->kind) {
	case METHOD_SCRIPT:
		script_start(deliverer->scripts, &a->d);
		break;
	case METHOD_HTTP:
		http_start(deliverer->http, a->def, &a->d);
		break;
	case METHOD_SMS:
		sms_start(deliverer->scripts, &a->d);
		break;
	case METHOD_TRAP:
		trap_start(deliverer->traps, &a->d);
		break;
	case METHOD_MAIL:
		mailer_start(deliverer->mailer, &a->d);
		break;
	}
}

static void
on_memory(const char *value, void *arg)
{
	struct attempt *a = arg;

	if (a->queue->deliverer->stopped) { /* stays in the spool */
		struct queue *q = a->queue;

		attempt_free(a);
		on_marked(q);
		return;
	}
	a->d.memory = value == NULL ? NULL : xstrdup(value);
	attempt_start(a);
}

/* The ticket of an incident: one in each project. */
static void
attempt_recall(struct attempt *a)
{
	struct deliverer *deliverer = a->queue->deliverer;

	words_add(&a->d.ctx, "");
	a->memory_name = xasprintf("%s %s %s", a->d.method,
	    context_text(&a->d.ctx, "INCIDENT"),
	    method_text(a->d.params, "project"));
	spool_memory_get(deliverer->spool, a->memory_name, on_memory, a);
}

/* One that stands for `sd`, which has begun. */
static struct attempt *
attempt_new(struct queue *q, const struct spool_delivery *sd,
    const struct spool_notice *notice)
{
	struct deliverer *deliverer = q->deliverer;
	struct attempt *a = xnew(struct attempt);

	a->next = deliverer->attempts;
	a->prev = &deliverer->attempts;
	if (a->next != NULL)
		a->next->prev = &a->next;
	deliverer->attempts = a;
	a->queue = q;
	a->def = script_is_local(deliverer->root, sd->method)
	    ? NULL
	    : method_def_find(sd->method);
	a->tries = sd->tries;
	a->first_ms = sd->first_ms;
	a->d.id = xasprintf("%s-%u", notice->id, sd->ordinal);
	a->d.contact = xstrdup(sd->contact);
	a->d.method = xstrdup(sd->method);
	a->d.timeout_ms = q->options.timeout_ms;
	a->d.done = on_done;
	a->d.arg = a;
	deliverer->counters.started++;
	q->counters.started++;
	return a;
}

static void
attempt_begin(struct attempt *a)
{
	if (a->def != NULL && a->d.bulk == NULL &&
	    a->def->kind == METHOD_HTTP && a->def->http->tickets)
		attempt_recall(a);
	else
		attempt_start(a);
}

static void
on_started(const struct spool_delivery *sd, const struct spool_notice *notice,
    int64_t row, void *arg)
{
	struct queue *q = arg;
	struct attempt *a;

	if (sd == NULL || q->deliverer->stopped) { /* stays in the spool */
		on_marked(q);
		return;
	}
	a = attempt_new(q, sd, notice);
	a->row = row;
	a->d.params = deliver_context(a->def, a->queue->deliverer->console_url,
	    sd, notice, a->d.id, &a->d.ctx);
	attempt_begin(a);
}

/* --- bulks
 * ----------------------------------------------------------------------- */

static void
bulk_fill(struct attempt *a, const struct spool_bulk *sb,
    const struct spool_bulk_entry *entries, size_t n)
{
	struct bulk *b = xnew(struct bulk);

	b->id = sb->id;
	b->kind = (enum plan_gather_kind)sb->kind;
	b->causes = xstrdup(sb->causes);
	b->how = json_loads(sb->how, 0, NULL);
	b->entries = xcalloc(n, sizeof(*b->entries));
	b->n = n;
	a->bulk = b;
	a->rows = xcalloc(n, sizeof(*a->rows));
	for (size_t i = 0; i < n; i++) {
		const struct spool_bulk_entry *e = &entries[i];
		char *id = xasprintf("%s-%u", e->notice.id, e->d.ordinal);
		json_t *params =
		    deliver_context(a->def, a->queue->deliverer->console_url,
			&e->d, &e->notice, id, &b->entries[i].ctx);

		a->rows[i] = e->d.row;
		if (i + 1 == n) /* equal, but of what was held */
			a->d.params = json_incref(params);
		json_decref(params);
		free(id);
	}
}

/* One that is left looks as if it had come alone, but not to a script. */
static void
bulk_context(struct attempt *a, size_t left)
{
	if (left > 1 || (a->def == NULL && !held_is(a->bulk))) {
		bulk_summary(a->bulk, &a->d.ctx);
		context_sets(&a->d.ctx, "DELIVERY_ID", a->d.id);
		a->d.bulk = a->bulk;
	} else {
		context_copy(&a->d.ctx, bulk_at(a->bulk, 0));
	}
}

static void
on_bulk_started(const struct spool_bulk *sb,
    const struct spool_bulk_entry *entries, size_t n, void *arg)
{
	struct queue *q = arg;
	const char *why = "all were over before it was sent";
	struct attempt *a;
	size_t left;

	/* Not due yet, or a second turn of the same. */
	if (sb == NULL || q->deliverer->stopped) {
		on_marked(q);
		return;
	}
	if (n == 0) { /* the spool was damaged */
		struct spool_bulk_mark m = {.id = sb->id,
		    .state = SPOOL_FAILED,
		    .text = "it has no entries",
		    .lines = ""};

		log_error("bulk %lld has no entries", (long long)sb->id);
		spool_bulk_mark(q->deliverer->spool, &m, on_marked, q);
		return;
	}
	a = attempt_new(q, &entries[0].d, &entries[0].notice);
	a->row = -sb->id;
	a->tries = sb->tries;
	a->first_ms = sb->first_ms;
	bulk_fill(a, sb, entries, n);
	left = held_is(a->bulk) ? held_settle(a->bulk, &q->deliverer->judge,
				      a->d.contact, a->d.method, &why)
				: bulk_drop_resolved(a->bulk);
	if (left == 0) {
		on_done(&a->d, METHOD_DONE, why);
		return;
	}
	bulk_context(a, left);
	attempt_begin(a);
}

/* --- turns
 * ----------------------------------------------------------------------- */

static void
on_timer(uv_timer_t *timer)
{
	pump(timer->data);
}

/* Starts what is due and free; sets the timer to the next. */
static void
pump(struct deliverer *deliverer)
{
	int64_t now = now_ms(), soon = INT64_MAX;

	if (deliverer->stopped)
		return;
	for (struct queue *q = deliverer->queues; q != NULL; q = q->next) {
		while (q->heap.n > 0 && q->running < q->options.concurrency &&
		    q->heap.v[0].next_ms <= now) {
			struct due due = due_take(&q->heap);

			q->running++;
			deliverer->running++;
			if (due.row < 0)
				spool_bulk_start(deliverer->spool, -due.row,
				    now, on_bulk_started, q);
			else
				spool_start(
				    deliverer->spool, due.row, on_started, q);
		}
		if (q->heap.n > 0 && q->running < q->options.concurrency &&
		    q->heap.v[0].next_ms < soon)
			soon = q->heap.v[0].next_ms;
	}
	if (soon == INT64_MAX) {
		uv_timer_stop(&deliverer->timer);
		return;
	}
	soon -= now;
	uv_timer_start(&deliverer->timer, on_timer,
	    (uint64_t)(soon < LOOK_AGAIN_MS ? soon : LOOK_AGAIN_MS), 0);
}

static struct queue *
queue_of(struct deliverer *deliverer, const char *method)
{
	struct queue *q = deliverer->queues;
	struct err err;

	while (q != NULL && strcmp(q->method, method) != 0)
		q = q->next;
	if (q != NULL)
		return q;
	q = xnew(struct queue);
	q->deliverer = deliverer;
	q->method = xstrdup(method);
	must(method_options_read(
		 deliverer->methods, method, &q->options, &err) == 0);
	q->next = deliverer->queues;
	deliverer->queues = q;
	return q;
}

void
deliverer_put(struct deliverer *deliverer, int64_t row, const char *method,
    int64_t next_ms)
{
	due_put(&queue_of(deliverer, method)->heap, (struct due){next_ms, row});
	pump(deliverer);
}

/* --- life
 * -------------------------------------------------------------------------- */

void
deliverer_configure(
    struct deliverer *deliverer, const struct settings *settings)
{
	struct err err;

	mailer_configure(deliverer->mailer, settings);
	free(deliverer->console_url);
	deliverer->console_url = settings->notify_console_url == NULL
	    ? NULL
	    : xstrdup(settings->notify_console_url);
	json_decref(deliverer->methods);
	deliverer->methods = json_incref(settings->notify_methods);
	for (struct queue *q = deliverer->queues; q != NULL; q = q->next)
		must(method_options_read(deliverer->methods, q->method,
			 &q->options, &err) == 0);
	pump(deliverer);
}

struct deliverer *
deliverer_new(
    uv_loop_t *loop, struct spool *spool, const char *root, const char *machine)
{
	struct deliverer *deliverer = xnew(struct deliverer);

	deliverer->spool = spool;
	deliverer->root = root;
	deliverer->machine = machine;
	deliverer->curl = curl_loop_new(loop);
	deliverer->mailer = mailer_new(loop, root, machine);
	deliverer->http = http_new(deliverer->curl, root);
	deliverer->scripts = scripts_new(loop, root);
	deliverer->traps = traps_new(loop, root);
	uv_timer_init(loop, &deliverer->timer);
	deliverer->timer.data = deliverer;
	return deliverer;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
deliverer_free(struct deliverer **deliverer)
{
	struct deliverer *d = *deliverer;
	struct queue *q, *next;

	if (d == NULL)
		return;
	*deliverer = NULL;
	d->stopped = true;
	mailer_free(&d->mailer);
	http_free(&d->http);
	curl_loop_free(&d->curl);
	scripts_free(&d->scripts);
	traps_free(&d->traps);
	while (d->attempts != NULL)
		attempt_free(d->attempts);
	for (q = d->queues; q != NULL; q = next) {
		next = q->next;
		free(q->method);
		free(q->heap.v);
		free(q);
	}
	json_decref(d->methods);
	free(d->console_url);
	uv_close((uv_handle_t *)&d->timer, on_closed);
}

void
deliverer_stop(struct deliverer *deliverer)
{
	deliverer->stopped = true;
	uv_timer_stop(&deliverer->timer);
}

void
deliverer_judge(struct deliverer *deliverer, const struct held_judge *judge)
{
	deliverer->judge = *judge;
}

unsigned
deliverer_running(const struct deliverer *deliverer)
{
	return deliverer->running;
}

size_t
deliverer_queued(const struct deliverer *deliverer)
{
	size_t n = 0;

	for (struct queue *q = deliverer->queues; q != NULL; q = q->next)
		n += q->heap.n;
	return n;
}

const struct deliverer_counters *
deliverer_counters(const struct deliverer *deliverer)
{
	return &deliverer->counters;
}

json_t *
deliverer_methods_json(const struct deliverer *deliverer)
{
	json_t *object = json_object();

	for (struct queue *q = deliverer->queues; q != NULL; q = q->next) {
		json_object_set_new(object, q->method,
		    json_pack("{s:I, s:I, s:I, s:I, s:I}", "delivered",
			(json_int_t)q->counters.delivered, "failed",
			(json_int_t)q->counters.failed, "deferred",
			(json_int_t)q->counters.deferred, "waiting",
			(json_int_t)q->heap.n, "processing",
			(json_int_t)q->running));
	}
	return object;
}
