/* SPDX-License-Identifier: Apache-2.0
 *
 * Where raw notifications come in: from core and eventd over ipc, from other
 * sites over TCP with CURVE. Each is acknowledged once it is durable; one that
 * was seen before is acknowledged and dropped.
 */
#include "notifyd/notifyd.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/notice.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ID 200

/* A conversation, while it or an answer to it lives. */
struct sender {
	struct bus_peer *peer; /* NULL: it went */
	unsigned waiting;      /* answers that are due */
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

static bool
is_core(const struct notifyd *n, const struct bus_peer *peer)
{
	return strcmp(bus_peer_role(peer), "core") == 0 &&
	    strcmp(bus_peer_site(peer), n->d->site) == 0 &&
	    bus_peer_key(peer)[0] == '\0';
}

static void
on_up(struct bus_peer *peer, void *arg)
{
	struct notifyd *n = arg;
	struct sender *s = xnew(struct sender);
	struct peer *other = peers_find(n->peers, peer);

	s->peer = peer;
	bus_peer_set_data(peer, s);
	if (other != NULL)
		peers_up(other, peer);
	if (is_core(n, peer))
		nd_outbox_set_core(n->outbox, peer);
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct notifyd *n = arg;
	struct sender *s = bus_peer_data(peer);
	struct peer *other = peers_find(n->peers, peer);

	if (other != NULL)
		peers_down(other, peer, why);
	if (is_core(n, peer))
		nd_outbox_set_core(n->outbox, NULL);
	if (s == NULL)
		return;
	s->peer = NULL;
	sender_release(s);
}

static void
on_notice(struct notifyd *n, struct bus_peer *peer, const struct msg_notice *m)
{
	struct sender *s = bus_peer_data(peer);

	n->counters.received++;
	if (m->id.len == 0 || m->id.len > MAX_ID || m->host.len == 0 ||
	    memchr(m->id.s, '\0', m->id.len) != NULL) {
		n->counters.invalid++;
		log_warn("%s %s: a notice without host or with a bad id was "
			 "dropped",
		    bus_peer_role(peer), bus_peer_name(peer));
		acknowledge(peer, m->id); /* again would not help */
		return;
	}
	if (n->pending >= NOTIFYD_MAX_PENDING ||
	    n->pending_bytes >= NOTIFYD_MAX_PENDING_BYTES) {
		if (n->counters.refused_full++ % 1000 == 0)
			log_error("intake: %zu notices wait for the disk; new "
				  "ones are left with their senders",
			    n->pending);
		return;
	}
	s->waiting++;
	process_notice(n, m, NULL, on_stored, s);
}

static void
on_alert(struct notifyd *n, struct bus_peer *peer, const struct msg_alert *a)
{
	struct str context = {0};

	notice_context(&context, rulebook_snapshot(n->book), a);
	on_notice(n, peer,
	    &(struct msg_notice){.id = a->id,
		.created_us = a->created_us,
		.site = slice_of(n->d->site),
		.what = a->what,
		.host = a->host,
		.service = a->service,
		.context = str_slice(&context)});
	str_free(&context);
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
	if (m->id == MSG_NOTICE) {
		if (other != NULL)
			other->received++;
		on_notice(n, peer, &m->notice);
	} else if (m->id == MSG_ALERT && is_core(n, peer)) {
		on_alert(n, peer, &m->alert);
	} else if (m->id == MSG_DELIVERY_LOG_STORED && is_core(n, peer)) {
		nd_outbox_taken(n->outbox, m->delivery_log_stored.id);
	} else {
		log_warn("%s %s: unexpected message %s", bus_peer_role(peer),
		    bus_peer_name(peer), msg_name(m->id));
	}
}

const struct bus_handlers intake_handlers = {
    .up = on_up, .down = on_down, .message = on_message};

int
intake_open(struct notifyd *n, struct err *err_r)
{
	char *path = daemon_path(n->d, "var/vedette/notifyd/key");
	char *endpoint = daemon_endpoint(n->d, "notify");
	int done = peers_load_keys(path, &n->curve, err_r);

	if (done == 0) {
		n->peers = peers_new(n->d->bus, &n->curve, &intake_handlers, n);
		n->local = bus_listen(
		    n->d->bus, endpoint, NULL, &intake_handlers, n, err_r);
		done = n->local == NULL
		    ? -1
		    : peers_configure(n->peers, n->d->settings, err_r);
	}
	if (done == 0)
		done = listening_prepare(n, &n->d->settings->notify, err_r);
	if (done == 0)
		listening_commit(n);
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
	peers_free(&n->peers);
}
