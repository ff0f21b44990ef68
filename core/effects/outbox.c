/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue of raw notifications; see outbox.h.
 */
#include "core/effects/outbox.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

#define SEEN    1024 /* delivery_log ids remembered against doubles */
#define BUCKETS 16384u

/* In the list by age; what was sent is its front, what has no number yet of
 * the journal its end. */
struct letter {
	struct letter *next, *prev, *chain;
	uint64_t number; /* of the journal; UINT64_MAX: not yet known */
	uint32_t hash;
	uint32_t id_len, len;
	char bytes[]; /* id, message */
};
struct outbox {
	const struct outbox_ops *ops;
	void *arg;
	struct bus_link *link;
	struct letter *first, *last;
	struct letter *unsent, *unnumbered, *unsaved; /* the first such */
	struct letter *buckets[BUCKETS];
	size_t n, under_way; /* sent, not answered */
	int64_t heard_at;    /* monotonic: an answer, or the first sent */
	uint64_t durable;
	uint64_t seen[SEEN]; /* newest delivery_log ids of this connection */
	size_t n_seen;
	uint64_t sent, again, stored, refused, logged;
	struct str status; /* counters of notifyd; empty while it is down */
};

struct outbox *
outbox_new(const struct outbox_ops *ops, void *arg)
{
	struct outbox *o = xnew(struct outbox);

	o->ops = ops;
	o->arg = arg;
	return o;
}

void
outbox_free(struct outbox **outbox)
{
	struct outbox *o = *outbox;

	if (o == NULL)
		return;
	while (o->first != NULL) {
		struct letter *l = o->first;

		o->first = l->next;
		free(l);
	}
	str_free(&o->status);
	free(o);
	*outbox = NULL;
}

static struct slice
id_of(const struct letter *l)
{
	return (struct slice){l->bytes, l->id_len};
}

static struct slice
message_of(const struct letter *l)
{
	return (struct slice){l->bytes + l->id_len, l->len};
}

static uint32_t
hash_of(struct slice id)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < id.len; i++)
		h = (h ^ (uint8_t)id.s[i]) * 16777619u;
	return h ^ h >> 16;
}

static struct letter **
find(struct outbox *o, struct slice id)
{
	uint32_t hash = hash_of(id);
	struct letter **at = &o->buckets[hash % BUCKETS];

	while (
	    *at != NULL && ((*at)->hash != hash || !slice_eq(id_of(*at), id)))
		at = &(*at)->chain;
	return at;
}

static void
append(struct outbox *o, struct letter *l)
{
	l->prev = o->last;
	if (o->last != NULL)
		o->last->next = l;
	else
		o->first = l;
	o->last = l;
	if (o->unsent == NULL)
		o->unsent = l;
	if (o->unnumbered == NULL && l->number == UINT64_MAX)
		o->unnumbered = l;
	if (o->unsaved == NULL)
		o->unsaved = l;
	o->n++;
}

bool
outbox_add(
    struct outbox *o, struct slice id, struct slice message, uint64_t number)
{
	struct letter *l, **chain;

	if (o->n >= OUTBOX_MAX) {
		if (o->refused++ == 0)
			log_error("notifications: %zu wait for notifyd; newer "
				  "ones are dropped (is notifyd running?)",
			    o->n);
		return false;
	}
	l = xmalloc(sizeof(*l) + id.len + message.len);
	*l = (struct letter){.number = number,
	    .hash = hash_of(id),
	    .id_len = (uint32_t)id.len,
	    .len = (uint32_t)message.len};
	memcpy(l->bytes, id.s, id.len);
	memcpy(l->bytes + id.len, message.s, message.len);
	chain = &o->buckets[l->hash % BUCKETS];
	l->chain = *chain;
	*chain = l;
	append(o, l);
	return true;
}

void
outbox_numbered(struct outbox *o, uint64_t number)
{
	for (struct letter *l = o->unnumbered; l != NULL; l = l->next)
		l->number = number;
	o->unnumbered = NULL;
}

static bool
is_sent(const struct outbox *o, const struct letter *l)
{
	const struct letter *at = o->first;

	/* Answers come in order: this finds it at once. */
	while (at != l && at != o->unsent)
		at = at->next;
	return at == l && at != o->unsent;
}

bool
outbox_forget(struct outbox *o, struct slice id)
{
	struct letter **chain = find(o, id), *l = *chain;

	if (l == NULL)
		return false;
	*chain = l->chain;
	if (o->under_way > 0 && is_sent(o, l))
		o->under_way--;
	if (o->unsent == l)
		o->unsent = l->next;
	if (o->unnumbered == l)
		o->unnumbered = l->next;
	if (o->unsaved == l)
		o->unsaved = l->next;
	*(l->prev != NULL ? &l->prev->next : &o->first) = l->next;
	*(l->next != NULL ? &l->next->prev : &o->last) = l->prev;
	free(l);
	o->n--;
	return true;
}

/* Of another version's journal: nobody could read it. */
static void
drop_unreadable(struct outbox *o, struct letter *l, const char *why)
{
	char *id = slice_dup(id_of(l));

	log_error("notifications: %s: dropped: %s", id, why);
	o->refused++;
	outbox_forget(o, slice_of(id));
	o->ops->stored(o->arg, slice_of(id));
	free(id);
}

/* False: not now. */
static bool
send_one(struct outbox *o, struct bus_peer *peer)
{
	struct letter *l = o->unsent;
	struct wire w = wire_of(message_of(l));
	struct msg m;
	const char *why;

	if (msg_get(&w, &m, &why) != 1) {
		drop_unreadable(o, l, why);
		return true;
	}
	if (bus_send(peer, &m) == -1)
		return false;
	if (o->under_way++ == 0)
		o->heard_at = clock_mono();
	o->sent++;
	o->unsent = l->next;
	return true;
}

void
outbox_send(struct outbox *o, uint64_t durable)
{
	struct bus_peer *peer = o->link == NULL ? NULL : bus_dialled(o->link);
	bool any = false;

	o->durable = durable;
	if (peer == NULL)
		return;
	while (o->unsent != NULL && o->under_way < OUTBOX_WINDOW &&
	    o->unsent->number <= durable) {
		if (!send_one(o, peer))
			break; /* tried again at the next turn */
		any = true;
	}
	if (any)
		bus_flush(peer);
}

static void
send_again(struct outbox *o)
{
	o->unsent = o->first;
	o->under_way = 0;
	outbox_send(o, o->durable);
}

void
outbox_tick(struct outbox *o)
{
	if (o->under_way == 0 ||
	    clock_mono() - o->heard_at < OUTBOX_PATIENCE_S * NS_PER_S)
		return;
	if (o->again++ == 0)
		log_warn("notifyd: no answer for %d s; %zu notifications are "
			 "sent again",
		    OUTBOX_PATIENCE_S, o->under_way);
	send_again(o);
}

static void
up(struct bus_peer *peer, void *arg)
{
	struct outbox *o = arg;

	(void)peer;
	o->n_seen = 0;
	send_again(o);
}

static void
down(struct bus_peer *peer, const char *why, void *arg)
{
	struct outbox *o = arg;

	str_clear(&o->status);
	log_info("notifyd: %s is down: %s", bus_peer_name(peer), why);
}

static bool
is_seen(struct outbox *o, uint64_t id)
{
	size_t n = o->n_seen < SEEN ? o->n_seen : SEEN;

	for (size_t i = 0; i < n; i++)
		if (o->seen[i] == id)
			return true;
	o->seen[o->n_seen++ % SEEN] = id;
	return false;
}

static void
take_line(
    struct outbox *o, struct bus_peer *peer, const struct msg_delivery_log *m)
{
	struct msg answer = {
	    .id = MSG_DELIVERY_LOG_STORED, .delivery_log_stored = {m->id}};

	if (!is_seen(o, m->id)) {
		o->logged++;
		if (!o->ops->line(o->arg, m->line)) {
			o->seen[--o->n_seen % SEEN] = 0;
			return; /* not answered: it comes again */
		}
	}
	bus_send(peer, &answer);
}

static void
on_stored(struct outbox *o, struct slice id)
{
	o->heard_at = clock_mono();
	if (!outbox_forget(o, id))
		return; /* the answer to one that was sent twice */
	o->stored++;
	o->ops->stored(o->arg, id);
	if (o->under_way <= OUTBOX_WINDOW / 2)
		outbox_send(o, o->durable);
}

static void
take_status(struct outbox *o, struct slice counters)
{
	struct msg_counter c;

	str_clear(&o->status);
	while (counters.len > 0 && msg_counter_next(&counters, &c)) {
		if (slice_starts(c.name, "notifyd_"))
			msg_counter_put(&o->status, &c);
	}
}

static void
message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct outbox *o = arg;

	if (m->id == MSG_NOTICE_STORED)
		on_stored(o, m->notice_stored.id);
	else if (m->id == MSG_DELIVERY_LOG)
		take_line(o, peer, &m->delivery_log);
	else if (m->id == MSG_NOTIFY_STATUS)
		take_status(o, m->notify_status.counters);
	else
		log_warn("notifyd: unexpected message %s", msg_name(m->id));
}

static const struct bus_handlers handlers = {
    .up = up, .down = down, .message = message};

int
outbox_dial(
    struct outbox *o, struct bus *bus, const char *endpoint, struct err *err_r)
{
	o->link = bus_dial(bus, endpoint, NULL, &handlers, o, err_r);
	return o->link == NULL ? -1 : 0;
}

void
outbox_save_from_start(struct outbox *o)
{
	o->unsaved = o->first;
}

bool
outbox_save(struct outbox *o, size_t n,
    void (*fn)(void *arg, struct slice id, struct slice message), void *arg)
{
	for (; o->unsaved != NULL && n > 0; n--) {
		fn(arg, id_of(o->unsaved), message_of(o->unsaved));
		o->unsaved = o->unsaved->next;
	}
	return o->unsaved == NULL;
}

void
outbox_counters(const struct outbox *o, struct str *list)
{
	const struct {
		const char *name;
		uint64_t value;
	} counters[] = {
	    {"notices_waiting", o->n},
	    {"notices_sent", o->sent},
	    {"notices_sent_again", o->again},
	    {"notices_stored", o->stored},
	    {"notices_dropped", o->refused},
	    {"delivery_lines", o->logged},
	};

	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		struct msg_counter c = {
		    slice_of(counters[i].name), (double)counters[i].value};

		msg_counter_put(list, &c);
	}
	str_addslice(list, str_slice(&o->status));
}
