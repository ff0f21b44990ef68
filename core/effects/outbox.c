/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue of raw notifications; see outbox.h.
 */
#include "core/effects/outbox.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

#define SEEN 1024 /* delivery_log ids remembered against doubles */

struct letter {
	struct letter *next;
	char *id;
	char *bytes;
	size_t len;
	uint64_t number; /* of the journal; UINT64_MAX: not yet known */
	bool sent;
};
struct outbox {
	const struct outbox_ops *ops;
	void *arg;
	struct bus_link *link;
	struct letter *first, **last;
	size_t n;
	uint64_t durable;
	uint64_t seen[SEEN]; /* newest delivery_log ids of this connection */
	size_t n_seen;
	uint64_t sent, stored, refused, logged;
};

struct outbox *
outbox_new(const struct outbox_ops *ops, void *arg)
{
	struct outbox *o = xnew(struct outbox);

	o->ops = ops;
	o->arg = arg;
	o->last = &o->first;
	return o;
}

static void
free_letter(struct letter *l)
{
	free(l->id);
	free(l->bytes);
	free(l);
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
		free_letter(l);
	}
	free(o);
	*outbox = NULL;
}

bool
outbox_add(
    struct outbox *o, struct slice id, struct slice message, uint64_t number)
{
	struct letter *l;

	if (o->n >= OUTBOX_MAX) {
		if (o->refused++ == 0)
			log_error("notifications: %zu wait for notifyd; newer "
				  "ones are dropped (is notifyd running?)",
			    o->n);
		return false;
	}
	l = xnew(struct letter);
	*l = (struct letter){.id = slice_dup(id),
	    .bytes = slice_dup(message),
	    .len = message.len,
	    .number = number};
	*o->last = l;
	o->last = &l->next;
	o->n++;
	return true;
}

void
outbox_numbered(struct outbox *o, uint64_t number)
{
	for (struct letter *l = o->first; l != NULL; l = l->next)
		if (l->number == UINT64_MAX)
			l->number = number;
}

void
outbox_forget(struct outbox *o, struct slice id)
{
	for (struct letter **at = &o->first; *at != NULL; at = &(*at)->next) {
		struct letter *l = *at;

		if (!slice_eqs(id, l->id))
			continue;
		*at = l->next;
		if (o->last == &l->next)
			o->last = at;
		free_letter(l);
		o->n--;
		return;
	}
}

void
outbox_send(struct outbox *o, uint64_t durable)
{
	struct bus_peer *peer = o->link == NULL ? NULL : bus_dialled(o->link);
	bool any = false;

	o->durable = durable;
	if (peer == NULL)
		return;
	for (struct letter *l = o->first; l != NULL; l = l->next) {
		struct wire w;
		struct msg m;
		const char *why;

		if (l->sent)
			continue;
		if (l->number > durable)
			break;
		w = wire_of((struct slice){l->bytes, l->len});
		if (msg_get(&w, &m, &why) == 1) {
			if (bus_send(peer, &m) == -1)
				break; /* tried again at the next turn */
			o->sent++;
			any = true;
		}
		l->sent = true;
	}
	if (any)
		bus_flush(peer);
}

static void
up(struct bus_peer *peer, void *arg)
{
	struct outbox *o = arg;

	(void)peer;
	o->n_seen = 0;
	for (struct letter *l = o->first; l != NULL; l = l->next)
		l->sent = false;
	outbox_send(o, o->durable);
}

static void
down(struct bus_peer *peer, const char *why, void *arg)
{
	(void)arg;
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
message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct outbox *o = arg;

	if (m->id == MSG_NOTICE_STORED) {
		o->stored++;
		o->ops->stored(o->arg, m->notice_stored.id);
		outbox_forget(o, m->notice_stored.id);
	} else if (m->id == MSG_DELIVERY_LOG) {
		take_line(o, peer, &m->delivery_log);
	} else {
		log_warn("notifyd: unexpected message %s", msg_name(m->id));
	}
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
outbox_each(const struct outbox *o,
    void (*fn)(void *arg, struct slice id, struct slice message), void *arg)
{
	for (const struct letter *l = o->first; l != NULL; l = l->next)
		fn(arg, slice_of(l->id), (struct slice){l->bytes, l->len});
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
	    {"notices_stored", o->stored},
	    {"notices_dropped", o->refused},
	    {"delivery_lines", o->logged},
	};

	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		struct msg_counter c = {
		    slice_of(counters[i].name), (double)counters[i].value};

		msg_counter_put(list, &c);
	}
}
