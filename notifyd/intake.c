/* SPDX-License-Identifier: Apache-2.0
 *
 * Where raw notifications come in: from core and eventd over ipc, from other
 * sites over TCP with CURVE. Each is acknowledged once it is durable; one that
 * was seen before is acknowledged and dropped.
 */
#include "notifyd/notifyd.h"

#include "common/curve_key.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ID 200

/* A conversation, while it or an answer to it lives. */
struct sender {
	struct bus_peer *peer; /* NULL: it went */
	unsigned waiting;      /* answers that are due */
	uint64_t expected;     /* position of the next forward */
};

/* A notice of another site that waits for the disk. */
struct forwarded {
	struct sender *sender;
	uint64_t number;
};

static void
sender_release(struct sender *s)
{
	if (s->peer == NULL && s->waiting == 0)
		free(s);
}

static void
acknowledge(struct bus_peer *peer, struct slice id)
{
	struct msg m = {.id = MSG_NOTICE_STORED, .notice_stored = {id}};

	/* A full queue: the sender asks again, then it is a known id. */
	bus_send(peer, &m);
}

static void
on_stored(const char *id, bool duplicate, bool committed, void *arg)
{
	struct sender *s = arg;

	(void)duplicate;
	s->waiting--;
	if (s->peer != NULL && committed)
		acknowledge(s->peer, slice_of(id));
	sender_release(s);
}

static void
on_forward_stored(const char *id, bool duplicate, bool committed, void *arg)
{
	struct forwarded *f = arg;
	struct msg m = {
	    .id = MSG_FORWARD_STORED, .forward_stored = {f->number}};

	(void)id;
	(void)duplicate;
	f->sender->waiting--;
	if (f->sender->peer != NULL && committed)
		bus_send(f->sender->peer, &m);
	sender_release(f->sender);
	free(f);
}

static bool
is_core(const struct notifyd *n, const struct bus_peer *peer)
{
	return strcmp(bus_peer_role(peer), "core") == 0 &&
	    strcmp(bus_peer_site(peer), n->d->site) == 0 &&
	    bus_peer_key(peer)[0] == '\0';
}

static void
set_core(struct notifyd *n, struct bus_peer *core)
{
	n->core = core;
	nd_outbox_set_core(n->outbox, core);
}

static void
on_up(struct bus_peer *peer, void *arg)
{
	struct notifyd *n = arg;
	struct sender *s = xnew(struct sender);
	struct peer *other = peers_find(n->peers, peer);

	s->peer = peer;
	bus_peer_set_data(peer, s);
	if (other != NULL) {
		peers_up(other, peer);
		forwarder_changed(n->forwarder);
		results_up(n->results, other);
	} else if (is_core(n, peer))
		set_core(n, peer);
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct notifyd *n = arg;
	struct sender *s = bus_peer_data(peer);
	struct peer *other = peers_find(n->peers, peer);

	if (other != NULL) {
		peers_down(other, peer, why);
		forwarder_changed(n->forwarder);
	} else if (n->core == peer) {
		set_core(n, NULL);
	}
	if (s == NULL)
		return;
	s->peer = NULL;
	sender_release(s);
}

static bool
is_valid(struct notifyd *n, const struct bus_peer *peer, struct slice id,
    struct slice host)
{
	if (id.len > 0 && id.len <= MAX_ID && host.len > 0 &&
	    memchr(id.s, '\0', id.len) == NULL)
		return true;
	n->counters.invalid++;
	log_warn("%s %s: a notice without host or with a bad id was dropped",
	    bus_peer_role(peer), bus_peer_name(peer));
	return false;
}

/* False: it stays with its sender, who asks again. */
static bool
has_room(struct notifyd *n)
{
	if (n->pending < NOTIFYD_MAX_PENDING &&
	    n->pending_bytes < NOTIFYD_MAX_PENDING_BYTES &&
	    (!forwarder_on(n->forwarder) || forwarder_room(n->forwarder)))
		return true;
	if (n->counters.refused_full++ % 1000 == 0)
		log_error("intake: %zu notices wait for the disk, %zu for "
			  "another site; new ones are left with their senders",
		    n->pending, forwarder_waiting(n->forwarder));
	return false;
}

static void
on_notice(struct notifyd *n, struct bus_peer *peer, const struct msg_notice *m)
{
	struct sender *s = bus_peer_data(peer);

	n->counters.received++;
	if (!is_valid(n, peer, m->id, m->host)) {
		acknowledge(peer, m->id); /* again would not help */
	} else if (has_room(n)) {
		s->waiting++;
		process_notice(n, m, NULL, NULL, on_stored, s);
	}
}

/*
 * In the order of the sender: behind one that was not taken nothing is, until
 * the sender begins anew.
 */
static void
on_forward(struct notifyd *n, struct bus_peer *peer, struct peer *other,
    const struct msg_forward *m)
{
	struct sender *s = bus_peer_data(peer);
	struct process_from from = {other->name, m->sent_us};
	struct msg_notice notice = {.id = m->id,
	    .created_us = m->created_us,
	    .site = m->site,
	    .what = m->what,
	    .host = m->host,
	    .service = m->service,
	    .context = m->context};
	struct forwarded *f;

	n->counters.received++;
	other->received++;
	if (m->position == 1)
		s->expected = 1;
	if (m->position != s->expected) {
		n->counters.out_of_order++;
		return;
	}
	if (!is_valid(n, peer, m->id, m->host)) {
		struct msg answer = {
		    .id = MSG_FORWARD_STORED, .forward_stored = {m->number}};

		s->expected++;
		bus_send(peer, &answer);
		return;
	}
	if (!has_room(n))
		return;
	s->expected++;
	s->waiting++;
	f = xnew(struct forwarded);
	*f = (struct forwarded){s, m->number};
	process_notice(n, &notice, NULL, &from, on_forward_stored, f);
}

static void
on_alert(struct notifyd *n, struct bus_peer *peer, const struct msg_alert *m)
{
	struct sender *s = bus_peer_data(peer);

	n->counters.received++;
	if (!is_valid(n, peer, m->id, m->host)) {
		acknowledge(peer, m->id);
	} else if (has_room(n)) {
		s->waiting++;
		process_alert(n, m, on_stored, s);
	}
}

static void
unexpected(const struct bus_peer *peer, const struct msg *m)
{
	log_warn("%s %s: unexpected message %s", bus_peer_role(peer),
	    bus_peer_name(peer), msg_name(m->id));
}

/* From another site. */
static void
on_peer_message(struct notifyd *n, struct bus_peer *peer, struct peer *other,
    const struct msg *m)
{
	if (m->id == MSG_FORWARD)
		on_forward(n, peer, other, &m->forward);
	else if (m->id == MSG_FORWARD_STORED)
		forwarder_answer(n->forwarder, other, m->forward_stored.number);
	else if (m->id == MSG_FORWARD_RESULT)
		results_receive(n->results, other, &m->forward_result);
	else if (m->id == MSG_FORWARD_RESULT_STORED)
		results_taken(
		    n->results, other, m->forward_result_stored.number);
	else
		unexpected(peer, m);
}

static void
on_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct notifyd *n = arg;
	struct peer *other = peers_find(n->peers, peer);

	if (other == NULL && bus_peer_key(peer)[0] != '\0') {
		n->counters.invalid++; /* no longer configured */
		return;
	}
	if (other != NULL) {
		on_peer_message(n, peer, other, m);
	} else if (m->id == MSG_NOTICE) {
		on_notice(n, peer, &m->notice);
	} else if (m->id == MSG_ALERT && is_core(n, peer)) {
		on_alert(n, peer, &m->alert);
	} else if (m->id == MSG_DELIVERY_LOG_STORED && is_core(n, peer)) {
		nd_outbox_taken(n->outbox, m->delivery_log_stored.id);
	} else {
		unexpected(peer, m);
	}
}

const struct bus_handlers intake_handlers = {
    .up = on_up, .down = on_down, .message = on_message};

int
intake_open(struct notifyd *n, struct err *err_r)
{
	char *path = daemon_path(n->d, "var/vedette/notifyd/key");
	char *endpoint = daemon_endpoint(n->d, "notify");
	int done = curve_key_load(path, &n->curve, err_r);

	if (done == 0) {
		n->peers = peers_new(
		    n->d->loop, n->d->bus, &n->curve, &intake_handlers, n);
		n->forwarder = forwarder_new(n->d->loop, n->spool, n->peers);
		n->results = results_new(n->d->loop, n->spool, n->peers);
		n->local = bus_listen(
		    n->d->bus, endpoint, NULL, &intake_handlers, n, err_r);
		done = n->local == NULL
		    ? -1
		    : peers_configure(n->peers, n->d->settings, err_r);
	}
	if (done == 0)
		done = listening_prepare(n, &n->d->settings->notify, err_r);
	if (done == 0) {
		listening_commit(n);
		forwarder_configure(n->forwarder, n->d->settings);
		results_configure(n->results);
	}
	free(path);
	free(endpoint);
	return done;
}

void
intake_close(struct notifyd *n)
{
	listening_close(n);
	if (n->local != NULL)
		bus_close(&n->local);
	if (n->forwarder != NULL)
		forwarder_stop(n->forwarder);
	if (n->results != NULL)
		results_stop(n->results);
	peers_free(&n->peers);
}
