/* SPDX-License-Identifier: Apache-2.0
 *
 * The outbox; see notify.h.
 */
#include "eventd/notify.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <inttypes.h>
#include <stdlib.h>

#define WINDOW       64   /* unanswered at once */
#define ASK_AGAIN_MS 1000 /* after the disk refused */

struct notice {
	struct notice *next;
	char *id;
	struct str body; /* the encoded message */
	uint64_t number;
	bool sent;
};

struct outbox {
	struct daemon *d;
	struct store *store;
	struct bus_link *link;
	struct notice *first, *last;
	size_t n, under_way;
	bool held;
	uint64_t last_kept;   /* number of the last notice */
	uint64_t durable;     /* up to this number they may be sent */
	uint64_t asked;       /* the store is asked up to this number; 0: not */
	uv_timer_t *ask;      /* in the loop's next turn, or later */
	outbox_wait_fn *wait; /* NULL: for nobody else */
	void *wait_arg;
};

struct outbox *
ec_outbox_new(struct daemon *d)
{
	struct outbox *o = xnew(struct outbox);

	o->d = d;
	o->ask = xnew(uv_timer_t);
	o->ask->data = o;
	must(uv_timer_init(d->loop, o->ask) == 0);
	return o;
}

static void
timer_closed(uv_handle_t *timer)
{
	free(timer);
}

static void
notice_free(struct notice *n)
{
	free(n->id);
	str_free(&n->body);
	free(n);
}

void
ec_outbox_free(struct outbox **op)
{
	struct outbox *o = *op;
	struct notice *next;

	if (o == NULL)
		return;
	if (o->link != NULL)
		bus_close(&o->link);
	for (struct notice *n = o->first; n != NULL; n = next) {
		next = n->next;
		notice_free(n);
	}
	uv_close((uv_handle_t *)o->ask, timer_closed);
	free(o);
	*op = NULL;
}

static void ask_later(struct outbox *o);

static void
keep(struct outbox *o, struct slice id, struct slice body)
{
	struct notice *n = xnew(struct notice);

	n->id = slice_dup(id);
	n->number = ++o->last_kept;
	str_addslice(&n->body, body);
	if (o->last == NULL)
		o->first = n;
	else
		o->last->next = n;
	o->last = n;
	o->n++;
}

void
ec_outbox_forget(struct outbox *o, struct slice id)
{
	struct notice *before = NULL;

	for (struct notice *n = o->first; n != NULL; before = n, n = n->next) {
		if (!slice_eqs(id, n->id))
			continue;
		if (before == NULL)
			o->first = n->next;
		else
			before->next = n->next;
		if (o->last == n)
			o->last = before;
		o->under_way -= n->sent;
		o->n--;
		notice_free(n);
		return;
	}
}

void
ec_outbox_restore(struct outbox *o, struct slice id, struct slice body)
{
	/* A compacted journal may name it twice. */
	ec_outbox_forget(o, id);
	keep(o, id, body);
	ask_later(o);
}

void
ec_outbox_save(struct outbox *o, struct store *st)
{
	for (struct notice *n = o->first; n != NULL; n = n->next)
		ec_store_notice(st, slice_of(n->id), str_slice(&n->body));
}

static void
send_waiting(struct outbox *o)
{
	struct bus_peer *peer = o->link == NULL ? NULL : bus_dialled(o->link);

	if (peer == NULL || o->held)
		return;
	for (struct notice *n = o->first; n != NULL && o->under_way < WINDOW;
	     n = n->next) {
		struct wire w = wire_of(str_slice(&n->body));
		const char *why;
		struct msg m;

		if (n->number > o->durable)
			break;
		if (n->sent)
			continue;
		if (msg_get(&w, &m, &why) != 1 || bus_send(peer, &m) != 0)
			return;
		n->sent = true;
		o->under_way++;
	}
	bus_flush(peer);
}

/* --- durable before anyone is told ----------------------------------------
 */

static void ask_store(uv_timer_t *timer);

static void
on_everywhere(void *arg)
{
	struct outbox *o = arg;

	o->durable = o->asked;
	o->asked = 0;
	if (o->durable < o->last_kept)
		uv_timer_start(o->ask, ask_store, 0, 0);
	send_waiting(o);
}

static void
on_durable(const char *why, void *arg)
{
	struct outbox *o = arg;

	if (why != NULL) {
		o->asked = 0;
		uv_timer_start(o->ask, ask_store, ASK_AGAIN_MS, 0);
	} else if (o->wait != NULL) {
		o->wait(on_everywhere, o, o->wait_arg);
	} else {
		on_everywhere(o);
	}
}

static void
ask_store(uv_timer_t *timer)
{
	struct outbox *o = timer->data;

	o->asked = o->last_kept;
	ec_store_sync(o->store, on_durable, o);
}

/* Notices that came otherwise than by an event of ours. */
static void
ask_later(struct outbox *o)
{
	if (o->store != NULL && o->durable < o->last_kept && o->asked == 0 &&
	    !uv_is_active((uv_handle_t *)o->ask))
		uv_timer_start(o->ask, ask_store, 0, 0);
}

/* --- the notifier ---------------------------------------------------------
 */

static void
on_up(struct bus_peer *peer, void *arg)
{
	(void)peer;
	send_waiting(arg);
}

/* What was not answered is sent again. */
static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct outbox *o = arg;

	(void)peer;
	(void)why;
	for (struct notice *n = o->first; n != NULL; n = n->next)
		n->sent = false;
	o->under_way = 0;
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct outbox *o = arg;

	(void)peer;
	if (m->id != MSG_NOTICE_STORED)
		return;
	ec_store_notice_gone(o->store, m->notice_stored.id);
	ec_outbox_forget(o, m->notice_stored.id);
	send_waiting(o);
}

int
ec_outbox_connect(struct outbox *o, struct store *st, struct err *err_r)
{
	static const struct bus_handlers handlers = {
	    .up = on_up, .down = on_down, .message = on_message};
	char *endpoint = daemon_endpoint(o->d, "notify");

	o->store = st;
	o->durable = o->last_kept; /* what the journal had */
	o->link = bus_dial(o->d->bus, endpoint, NULL, &handlers, o, err_r);
	free(endpoint);
	return o->link == NULL ? -1 : 0;
}

/*
 * Of several sites with one notifier each knows its own by the id alone. Of
 * master and fallback both name the one whose event it is, so that what both
 * tell of the same change is told once.
 */
static char *
next_id(struct outbox *o, struct event *ev)
{
	const char *origin = ec_store_origin(o->store, ev->id);

	return xasprintf("ec-%s-%" PRIu64 "-%" PRIu64,
	    origin[0] != '\0' ? origin : o->d->site, ev->id,
	    ec_store_notice_number(o->store, ev));
}

/* `context` has what the notifier is told beside the event itself. */
static void
keep_and_send(struct outbox *o, struct event *ev, bool recovery,
    const struct str *context, int64_t now_us)
{
	const char *host = ev->core_host[0] != '\0' ? ev->core_host
	    : ev->host[0] != '\0'                   ? ev->host
						    : o->d->site;
	struct str body = {0};
	char *id = next_id(o, ev);
	struct msg m = {.id = MSG_NOTICE,
	    .notice = {.id = slice_of(id),
		.created_us = now_us,
		.site = slice_of(o->d->site),
		.what = recovery ? SLICE("RECOVERY") : SLICE("PROBLEM"),
		.host = slice_of(host),
		.service =
		    slice_of(ev->application[0] != '\0' ? ev->application
							: "Event Console"),
		.context = str_slice(context)}};

	msg_put(&body, &m);
	ec_store_notice(o->store, slice_of(id), str_slice(&body));
	keep(o, slice_of(id), str_slice(&body));
	ask_later(o);
	free(id);
	str_free(&body);
}

void
ec_outbox_notify(struct outbox *o, struct world *w, struct event *ev,
    bool recovery, int64_t now_us)
{
	struct str context = {0};
	uint32_t host = world_host(w, ev->core_host);

	/* Nobody is told while the host is in downtime, or of anything. */
	if (!world_notifications(w) ||
	    (ev->core_host[0] != '\0' && world_in_downtime(w, host)))
		return;
	ev->notifications++;
	notify_context(&context, world_snapshot(w), ev, recovery);
	keep_and_send(o, ev, recovery, &context, now_us);
	str_free(&context);
}

bool
ec_outbox_mail(struct outbox *o, struct world *w, const struct action_table *t,
    const char *action, struct event *ev, bool recovery, const char *who,
    int64_t now_us)
{
	struct str context = {0}, addinfo = {0};
	struct action_mail mail;

	if (!action_mail(t, action, ev, &mail))
		return false;
	notify_context(&context, world_snapshot(w), ev, recovery);
	notify_context_mail(&context, &mail);
	keep_and_send(o, ev, recovery, &context, now_us);
	action_mail_addinfo(&mail, &addinfo);
	ec_store_history(o->store, "EMAIL", who, str_get(&addinfo), ev, now_us);
	action_mail_free(&mail);
	str_free(&context);
	str_free(&addinfo);
	return true;
}

void
ec_outbox_wait_for(struct outbox *o, outbox_wait_fn *wait, void *arg)
{
	o->wait = wait;
	o->wait_arg = arg;
}

size_t
ec_outbox_waiting(const struct outbox *o)
{
	return o->n;
}

void
ec_outbox_hold(struct outbox *o, bool held)
{
	o->held = held;
	ask_later(o);
	send_waiting(o);
}

size_t
ec_outbox_under_way(const struct outbox *o)
{
	return o->under_way;
}

void
ec_outbox_filter(struct outbox *o, struct store *st,
    bool (*wanted)(const char *id, void *arg), void *arg)
{
	struct notice *next;

	for (struct notice *n = o->first; n != NULL; n = next) {
		next = n->next;
		if (wanted(n->id, arg))
			continue;
		ec_store_notice_gone(st, slice_of(n->id));
		ec_outbox_forget(o, slice_of(n->id));
	}
}
