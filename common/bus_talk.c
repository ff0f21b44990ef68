/* SPDX-License-Identifier: Apache-2.0
 *
 * Conversations on the bus: who is there, hello and heartbeats, gathering of
 * messages into frames and the bounded queue of each peer. See bus.h.
 */
#include "common/bus_internal.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define HELLO_AGAIN   (200 * NS_PER_MS)
#define BEAT_AFTER    NS_PER_S
#define REFUSED_AGAIN (10 * NS_PER_S) /* somebody must do something first */

static struct bus_peer *
peer_new(struct bus_link *link, const uint8_t *id, size_t id_len)
{
	struct bus_peer *p = xnew(struct bus_peer);

	p->link = link;
	must(id_len <= BUS_ID_MAX);
	if (id_len > 0)
		memcpy(p->id, id, id_len);
	p->id_len = id_len;
	p->last = &p->first;
	p->heard = clock_mono();
	p->next = link->peers;
	link->peers = p;
	return p;
}

static void
peer_forget(struct bus_peer *p)
{
	struct bus_frame *f;

	while ((f = p->first) != NULL) {
		p->first = f->next;
		free(f);
	}
	p->last = &p->first;
	p->queued = 0;
	str_clear(&p->gather);
	free(p->role);
	free(p->name);
	free(p->site);
	free(p->version);
	p->role = p->name = p->site = p->version = NULL;
	p->data = NULL;
}

static void
peer_free(struct bus_peer *p)
{
	struct bus_peer **at = &p->link->peers;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	peer_forget(p);
	str_free(&p->gather);
	free(p);
}

/* A listener's peer is gone after this; a dialled one waits for `up`. */
static void
peer_down(struct bus_peer *p, const char *why)
{
	struct bus_link *link = p->link;

	if (p->up) {
		p->up = false;
		log_debug("bus %s: %s %s: down: %s", link->endpoint, p->role,
		    p->name, why);
		link->busy++;
		if (link->handlers.down != NULL)
			link->handlers.down(p, why, link->arg);
		link->busy--;
	}
	if (link->kind == BUS_LISTEN)
		peer_free(p);
	else
		peer_forget(p);
}

/* The frame goes to the socket, or into the queue behind others. */
static void
send_frame(struct bus_peer *p, struct slice frame)
{
	struct bus_counters *c = &p->link->bus->counters;
	struct bus_frame *f;

	if (p->first == NULL) {
		enum bus_sent sent = bus_socket_send(p->link, p, frame);

		if (sent == BUS_SENT) {
			p->said = clock_mono();
			c->bytes_sent += frame.len;
		}
		if (sent != BUS_FULL)
			return;
	}
	f = xmalloc(sizeof(*f) + frame.len);
	f->next = NULL;
	f->len = frame.len;
	memcpy(f->bytes, frame.s, frame.len);
	*p->last = f;
	p->last = &f->next;
	p->queued += frame.len;
}

static void
flush(struct bus_peer *p)
{
	if (p->gather.len == 0)
		return;
	p->queued -= p->gather.len;
	send_frame(p, str_slice(&p->gather));
	str_clear(&p->gather);
}

/* Hello and the like do not wait and are not bounded. */
static void
say(struct bus_peer *p, const struct msg *m)
{
	struct str frame = {0};

	flush(p);
	msg_put(&frame, m);
	send_frame(p, str_slice(&frame));
	str_free(&frame);
}

static void
say_hello(struct bus_peer *p)
{
	const struct bus *b = p->link->bus;

	say(p,
	    &(struct msg){.id = MSG_HELLO,
		.hello = {.protocol = MSG_PROTOCOL,
		    .version = slice_of(b->self.version),
		    .role = slice_of(b->self.role),
		    .name = slice_of(b->self.name),
		    .site = slice_of(b->self.site),
		    .boot = b->boot}});
}

/* True if the hello is one of ours; else the peer is told why not and gone. */
static bool
hello_fits(struct bus_peer *p, const struct msg_hello *h)
{
	const struct bus *b = p->link->bus;
	char why[256];

	if (h->protocol == MSG_PROTOCOL)
		return true;
	snprintf(why, sizeof(why),
	    "%s of version %s speaks protocol %d, %.*s of version %.*s speaks "
	    "%" PRIu32 " (install the same version)",
	    b->self.role, b->self.version, MSG_PROTOCOL,
	    (int)(h->role.len < 32 ? h->role.len : 32), h->role.s,
	    (int)(h->version.len < 64 ? h->version.len : 64), h->version.s,
	    h->protocol);
	log_warn("bus %s: refused: %s", p->link->endpoint, why);
	p->link->bus->counters.strangers++;
	if (p->link->kind == BUS_LISTEN)
		say(p,
		    &(struct msg){
			.id = MSG_REFUSE, .refuse = {.reason = slice_of(why)}});
	peer_down(p, why);
	return false;
}

/* Asks the listener's owner; else the peer is told why not and gone. */
static bool
may_come_in(struct bus_peer *p)
{
	struct bus_link *link = p->link;
	const char *why;

	if (link->refuse == NULL)
		return true;
	why = link->refuse(p, link->arg);
	if (why == NULL)
		return true;
	log_warn(
	    "bus %s: refused %s %s: %s", link->endpoint, p->role, p->name, why);
	link->bus->counters.strangers++;
	say(p, &(struct msg){.id = MSG_REFUSE, .refuse = {slice_of(why)}});
	peer_down(p, why);
	return false;
}

/* The same program under another connection: the old one is gone. */
static void
end_twin(struct bus_link *link, const struct bus_peer *p)
{
	struct bus_peer *twin, *next;

	for (twin = link->peers; twin != NULL; twin = next) {
		next = twin->next;
		if (twin != p && twin->up && strcmp(twin->role, p->role) == 0 &&
		    strcmp(twin->name, p->name) == 0 &&
		    strcmp(twin->key, p->key) == 0 &&
		    strcmp(twin->site, p->site) == 0)
			peer_down(twin, "connected anew");
	}
}

static void
on_hello(struct bus_peer *p, const struct msg_hello *h)
{
	struct bus_link *link = p->link;

	if (p->up && p->boot == h->boot) {
		if (link->kind == BUS_LISTEN)
			say_hello(p); /* our first answer was late */
		return;
	}
	if (p->up) { /* only a dialled peer can come back so */
		peer_down(p, "restarted");
		if (link->kind == BUS_LISTEN)
			return;
	}
	if (!hello_fits(p, h))
		return;
	peer_forget(p);
	p->boot = h->boot;
	p->role = slice_dup(h->role);
	p->name = slice_dup(h->name);
	p->site = slice_dup(h->site);
	p->version = slice_dup(h->version);
	if (link->kind == BUS_LISTEN) {
		if (!may_come_in(p))
			return;
		end_twin(link, p);
		say_hello(p);
	}
	p->up = true;
	link->trouble[0] = '\0';
	log_debug("bus %s: %s %s: up", link->endpoint, p->role, p->name);
	if (link->handlers.up != NULL)
		link->handlers.up(p, link->arg);
}

static void
on_refuse(struct bus_peer *p, const struct msg_refuse *r)
{
	char why[256];

	snprintf(why, sizeof(why), "%.*s",
	    (int)(r->reason.len < 250 ? r->reason.len : 250), r->reason.s);
	if (p->link->kind == BUS_DIAL)
		snprintf(p->link->trouble, sizeof(p->link->trouble), "%s", why);
	if (!p->up && p->link->kind == BUS_DIAL)
		log_warn("bus %s: refused: %s", p->link->endpoint, why);
	p->link->hello_at = clock_mono() + (p->up ? NS_PER_S : REFUSED_AGAIN);
	peer_down(p, why);
}

static bool
is_peer(const struct bus_link *link, const struct bus_peer *peer)
{
	for (const struct bus_peer *p = link->peers; p != NULL; p = p->next)
		if (p == peer)
			return true;
	return false;
}

/* False: the peer or the link is gone, the rest of the frame is void. */
static bool
on_message(struct bus_peer *p, const struct msg *m)
{
	struct bus_link *link = p->link;
	bool listens = link->kind == BUS_LISTEN;

	if (m->id == MSG_HELLO) {
		on_hello(p, &m->hello);
		return is_peer(link, p) && p->up && !link->closed;
	}
	if (m->id == MSG_REFUSE) {
		on_refuse(p, &m->refuse);
		return false;
	}
	if (m->id == MSG_WHO ||
	    (m->id == MSG_HEARTBEAT && p->up && m->heartbeat.boot != p->boot)) {
		if (!listens) {
			peer_down(p, "restarted");
			say_hello(p);
		}
		return !listens;
	}
	if (!p->up) {
		if (listens)
			say(p,
			    &(struct msg){
				.id = MSG_WHO, .who = {link->bus->boot}});
		return !listens;
	}
	if (m->id != MSG_HEARTBEAT && link->handlers.message != NULL) {
		link->bus->counters.received++;
		link->handlers.message(p, m, link->arg);
	}
	return !link->closed;
}

static struct bus_peer *
find_peer(struct bus_link *link, const uint8_t *id, size_t id_len)
{
	struct bus_peer *p = link->peers;

	if (link->kind == BUS_DIAL)
		return p;
	while (p != NULL &&
	    (p->id_len != id_len || memcmp(p->id, id, id_len) != 0))
		p = p->next;
	return p;
}

void
bus_talk_frame(struct bus_link *link, const uint8_t *id, size_t id_len,
    const char *key, struct slice frame)
{
	struct wire w = wire_of(frame);
	const char *why = NULL;
	struct bus_peer *p;
	struct msg m;
	int rc;

	link->bus->counters.bytes_received += frame.len;
	if (link->kind == BUS_SUBSCRIBE) {
		while ((rc = msg_get(&w, &m, &why)) == 1 && !link->closed)
			link->handlers.message(NULL, &m, link->arg);
		if (rc == -1)
			link->bus->counters.damaged++;
		return;
	}
	p = find_peer(link, id, id_len);
	if (p == NULL) {
		p = peer_new(link, id, id_len);
		snprintf(p->key, sizeof(p->key), "%s", key);
	}
	p->heard = clock_mono();
	link->busy++;
	while ((rc = msg_get(&w, &m, &why)) == 1)
		if (!on_message(p, &m) || !is_peer(link, p))
			break;
	link->busy--;
	if (rc == -1) {
		link->bus->counters.damaged++;
		log_warn("bus %s: damaged frame of %zu bytes: %s",
		    link->endpoint, frame.len, why);
	}
}

void
bus_talk_beat(struct bus_link *link)
{
	int64_t now = clock_mono();
	struct bus_peer *p, *next;

	link->busy++;
	for (p = link->peers; p != NULL; p = next) {
		next = p->next;
		if ((p->up || link->kind == BUS_LISTEN) &&
		    now - p->heard > link->silence_ms * NS_PER_MS) {
			peer_down(p, "silent");
		} else if (p->up && now - p->said >= BEAT_AFTER) {
			say(p,
			    &(struct msg){.id = MSG_HEARTBEAT,
				.heartbeat = {link->bus->boot}});
		} else if (!p->up && link->kind == BUS_DIAL &&
		    now >= link->hello_at) {
			link->hello_at = now + HELLO_AGAIN;
			if (p->first == NULL)
				say_hello(p);
		}
	}
	link->busy--;
}

void
bus_talk_gathered(struct bus_link *link)
{
	for (struct bus_peer *p = link->peers; p != NULL; p = p->next)
		flush(p);
}

bool
bus_talk_retry(struct bus_link *link)
{
	bool waits = false;

	for (struct bus_peer *p = link->peers; p != NULL; p = p->next) {
		while (p->first != NULL) {
			struct bus_frame *f = p->first;
			enum bus_sent sent = bus_socket_send(
			    link, p, (struct slice){f->bytes, f->len});

			if (sent == BUS_FULL)
				break;
			p->said = clock_mono();
			link->bus->counters.bytes_sent += f->len;
			p->queued -= f->len;
			p->first = f->next;
			if (p->first == NULL)
				p->last = &p->first;
			free(f);
		}
		waits = waits || p->first != NULL;
	}
	return waits;
}

void
bus_talk_open(struct bus_link *link)
{
	peer_new(link, NULL, 0);
	say_hello(link->peers);
	link->hello_at = clock_mono() + HELLO_AGAIN;
}

void
bus_talk_close(struct bus_link *link)
{
	struct bus_peer *p, *next;

	for (p = link->peers; p != NULL; p = next) {
		next = p->next;
		if (p->up)
			say(p,
			    &(struct msg){
				.id = MSG_REFUSE, .refuse = {SLICE("ends")}});
		peer_down(p, "closed");
	}
	while (link->peers != NULL)
		peer_free(link->peers);
}

void
bus_talk_cut(struct bus_link *link)
{
	link->busy++;
	peer_down(link->peers, "connection lost");
	link->busy--;
	link->hello_at = 0;
}

int
bus_send(struct bus_peer *p, const struct msg *m)
{
	struct bus *b = p->link->bus;
	size_t before = p->gather.len;

	if (!p->up || p->queued >= p->link->queue_bytes) {
		b->counters.refused_full++;
		return -1;
	}
	msg_put(&p->gather, m);
	p->queued += p->gather.len - before;
	b->counters.sent++;
	if (p->gather.len >= BUS_FRAME_BYTES)
		flush(p);
	return 0;
}

int
bus_publish_frame(struct bus_link *link, struct slice frame)
{
	if (bus_socket_send(link, NULL, frame) != BUS_SENT)
		return -1;
	link->bus->counters.sent++;
	link->bus->counters.bytes_sent += frame.len;
	return 0;
}

void
bus_peer_end(struct bus_peer *p, const char *why)
{
	must(p->link->kind == BUS_LISTEN);
	say(p, &(struct msg){.id = MSG_REFUSE, .refuse = {slice_of(why)}});
	peer_down(p, why);
}

void
bus_flush(struct bus_peer *p)
{
	flush(p);
}

struct bus_peer *
bus_dialled(struct bus_link *link)
{
	return link->peers != NULL && link->peers->up ? link->peers : NULL;
}

const char *
bus_dial_trouble(const struct bus_link *link)
{
	return link->trouble;
}

struct bus_peer *
bus_next_peer(struct bus_link *link, struct bus_peer *prev)
{
	struct bus_peer *p = prev == NULL ? link->peers : prev->next;

	while (p != NULL && !p->up)
		p = p->next;
	return p;
}

const char *
bus_peer_role(const struct bus_peer *p)
{
	return p->role == NULL ? "" : p->role;
}

const char *
bus_peer_name(const struct bus_peer *p)
{
	return p->name == NULL ? "" : p->name;
}

const char *
bus_peer_site(const struct bus_peer *p)
{
	return p->site == NULL ? "" : p->site;
}

const char *
bus_peer_version(const struct bus_peer *p)
{
	return p->version == NULL ? "" : p->version;
}

const char *
bus_peer_key(const struct bus_peer *p)
{
	return p->key;
}

size_t
bus_peer_queued(const struct bus_peer *p)
{
	return p->queued;
}

void
bus_peer_set_data(struct bus_peer *p, void *data)
{
	p->data = data;
}

void *
bus_peer_data(const struct bus_peer *p)
{
	return p->data;
}
