/* SPDX-License-Identifier: Apache-2.0
 *
 * Event and alert handlers (EH-1, EH-2, EH-3): a bounded queue, few at a time,
 * run by workers as plugins are; nobody waits for them.
 */
#include "core/schedule/jobs_internal.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

#define HANDLERS_WAITING 1000 /* beyond it they are dropped, with a note */
#define HANDLERS_RUNNING 10

static void
drop_handler(struct jobs *j)
{
	struct waiting_handler *h = j->handlers;

	j->handlers = h->next;
	if (j->handlers == NULL)
		j->last_handler = &j->handlers;
	j->n_handlers--;
	free(h->alert);
	free(h);
}

static uint64_t
key_of(const struct handler *h)
{
	uint64_t key = UINT64_C(0xcbf29ce484222325) ^ h->object ^
	    (h->alert ? UINT64_C(1) << 63 : 0);

	for (const char *c = h->command; *c != '\0'; c++)
		key = (key ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
	return key | 1;
}

static char *
names_of(const struct engine *e, const struct handler *h)
{
	const struct snap_object *o = &e->snap->objects[h->object];
	struct str names = {0};

	str_add(&names, snap_s(e->snap, e->snap->objects[o->host].name));
	str_addc(&names, '\0');
	str_add(&names, o->is_service ? snap_s(e->snap, o->name) : "");
	str_addc(&names, '\0');
	str_add(&names, h->command);
	str_addc(&names, '\0');
	return names.s;
}

static void
tell(struct jobs *j, const char *alert, struct alert_run *run)
{
	run->host = slice_of(alert);
	run->service = slice_of(alert + run->host.len + 1);
	run->command = slice_of(alert + run->host.len + run->service.len + 2);
	if (j->ops->alert != NULL)
		j->ops->alert(j->arg, run);
}

void
jobs_alert_ended(
    struct jobs *j, char *alert, unsigned exit_code, struct slice output)
{
	struct alert_run run = {
	    .ended = true, .exit_code = exit_code, .output = output};

	tell(j, alert, &run);
	free(alert);
}

void
jobs_abort_alerts(struct jobs *j)
{
	for (uint32_t i = 0; i < j->n_slots; i++) {
		char *alert = j->slots[i].alert;

		if (j->slots[i].id == 0 || alert == NULL)
			continue;
		j->slots[i].alert = NULL;
		jobs_alert_ended(
		    j, alert, 3, SLICE("aborted, because core ends"));
	}
}

/* EH-2: the same for the same object never runs twice at a time. */
static bool
handler_is_there(const struct jobs *j, uint64_t key)
{
	for (const struct waiting_handler *h = j->handlers; h != NULL;
	     h = h->next)
		if (h->key == key)
			return true;
	for (uint32_t i = 0;
	     j->running_of[SCHEDULE_LOCAL] > 0 && i < j->n_slots; i++)
		if (j->slots[i].id != 0 && j->slots[i].handler == key)
			return true;
	return false;
}

void
jobs_handler(struct jobs *j, const struct handler *h)
{
	struct msg m = {.id = MSG_JOB};
	struct waiting_handler *w;
	struct str bytes = {0};
	int64_t now_ns, now;
	uint64_t key = key_of(h);

	if (handler_is_there(j, key)) {
		if (j->handlers_skipped++ % 100 == 0)
			log_warn("event handler: %s: skipped, because it runs"
				 " for the same object",
			    h->command);
		return;
	}
	if (j->n_handlers >= HANDLERS_WAITING) {
		if (j->handlers_dropped++ % 100 == 0)
			log_error("event handler: %s: dropped, because %u wait"
				  " already (are fetchers running?)",
			    h->command, j->n_handlers);
		return;
	}
	j->ops->clock(j->arg, &now_ns, &now);
	job_make_handler(&m.job, &j->buffers, j->schedule->engine, h, now);
	msg_put(&bytes, &m);
	w = xmalloc(sizeof(*w) + bytes.len);
	*w = (struct waiting_handler){.key = key,
	    .alert = h->alert ? names_of(j->schedule->engine, h) : NULL,
	    .len = bytes.len};
	memcpy(w->bytes, bytes.s, bytes.len);
	str_free(&bytes);
	*j->last_handler = w;
	j->last_handler = &w->next;
	j->n_handlers++;
	j->ops->wake(j->arg);
}

static bool
start_handler(struct jobs *j, struct worker *to, int64_t now_ns)
{
	struct waiting_handler *h = j->handlers;
	struct wire w = wire_of((struct slice){h->bytes, h->len});
	struct running *r = jobs_take_slot(j);
	const char *why;
	struct msg m;

	r->object = SNAP_NONE;
	r->kind = SCHEDULE_LOCAL;
	r->handler = h->key;
	j->running_of[r->kind]++;
	must(msg_get(&w, &m, &why) == 1);
	m.job.job_id = r->id;
	if (bus_send(to->peer, &m) == -1) {
		to->refused = true;
		jobs_free_slot(j, r);
		return false;
	}
	r->worker = to;
	to->busy++;
	to->running_of[r->kind]++;
	to->credit--;
	j->handlers_run++;
	heap_set(&j->deadlines, (uint32_t)(r - j->slots),
	    now_ns + (m.job.timeout_ms + m.job.patience_ms) * NS_PER_MS +
		JOBS_GRACE_S * NS_PER_S);
	if (h->alert != NULL) {
		r->alert = h->alert;
		h->alert = NULL;
		tell(j, r->alert, &(struct alert_run){0});
	}
	drop_handler(j);
	return true;
}

void
jobs_pump_handlers(struct jobs *j, int64_t now_ns)
{
	struct worker *w;

	while (j->handlers != NULL &&
	    j->running_of[SCHEDULE_LOCAL] < HANDLERS_RUNNING &&
	    (w = jobs_pick(j)) != NULL && start_handler(j, w, now_ns))
		;
}

void
jobs_drop_handlers(struct jobs *j)
{
	while (j->handlers != NULL)
		drop_handler(j);
}

/* The history has its line already; what it said is for the log alone. */
void
jobs_handler_ended(
    struct jobs *j, struct running *r, const struct msg_outcome *m)
{
	struct slice list = m->results;
	struct msg_job_result result = {.state = 3};
	char *alert = r->alert;

	r->alert = NULL;
	if (msg_job_result_next(&list, &result) && result.state != 0)
		log_warn("event handler: ended with %u: %.*s", result.state,
		    (int)(result.output.len > 200 ? 200 : result.output.len),
		    result.output.len == 0 ? "" : result.output.s);
	jobs_free_slot(j, r);
	if (alert != NULL)
		jobs_alert_ended(j, alert, result.state, result.output);
}
