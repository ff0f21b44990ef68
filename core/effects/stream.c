/* SPDX-License-Identifier: Apache-2.0
 *
 * The state stream and its snapshots; see stream.h.
 */
#include "core/effects/stream.h"

#include "common/log.h"
#include "common/mem.h"
#include "core/effects/encode.h"
#include "core/state/override.h"

#include <stdlib.h>

#define SLICE_OBJECTS 1000 /* of a snapshot between two turns */
#define ASKER_QUEUE   (128u << 20)
#define ASKER_FULL    (4u << 20) /* wait while so much is on its way */

struct frame { /* waits for the journal */
	struct frame *next;
	uint64_t number;
	struct bus_peer *to; /* NULL: everyone */
	size_t len;
	char bytes[];
};
struct asker { /* data of a peer of the snapshot's link */
	bool asking;
	uint64_t seq;
	uint32_t at; /* next object */
	uint32_t downtime_at, comment_at;
};
struct stream {
	struct bus_link *pub, *snapshot;
	struct stream_view view;
	uint64_t boot, seq;
	void (*status)(void *arg, struct str *out);
	void *arg;
	uint8_t *marked; /* by object */
	uint32_t *dirty, n_dirty, cap_dirty;
	struct str extra; /* encoded messages that are not objects */
	struct frame *first, **last;
	struct str buffer, pairs;
	uint64_t frames, objects, snapshots, snapshot_objects;
};

/* --- frames ----------------------------------------------------------------
 */

static void
queue(
    struct stream *s, struct bus_peer *to, uint64_t number, struct slice bytes)
{
	struct frame *f = xmalloc(sizeof(*f) + bytes.len);

	*f = (struct frame){.number = number, .to = to, .len = bytes.len};
	memcpy(f->bytes, bytes.s, bytes.len);
	*s->last = f;
	s->last = &f->next;
}

static void
put_head(struct stream *s, struct str *out, uint64_t seq)
{
	struct msg m = {.id = MSG_STREAM_HEAD,
	    .stream_head = {.seq = seq,
		.boot = s->boot,
		.generation = s->view.engine->snap->generation}};

	msg_put(out, &m);
}

void
stream_heartbeat(struct stream *s, uint64_t number)
{
	struct str out = {0};

	put_head(s, &out, ++s->seq);
	queue(s, NULL, number, str_slice(&out));
	str_free(&out);
}

void
stream_mark(struct stream *s, uint32_t object)
{
	if (s->marked[object])
		return;
	s->marked[object] = 1;
	ARRAY_GROW(s->dirty, s->n_dirty, s->cap_dirty);
	s->dirty[s->n_dirty++] = object;
}

void
stream_add(struct stream *s, const struct msg *m)
{
	msg_put(&s->extra, m);
}

bool
stream_dirty(const struct stream *s)
{
	return s->n_dirty > 0 || s->extra.len > 0;
}

uint64_t
stream_frame(struct stream *s, uint64_t number, uint32_t max, int64_t now)
{
	uint32_t n = s->n_dirty < max ? s->n_dirty : max, i = 0;

	while (i < n || s->extra.len > 0) {
		struct str *out = &s->buffer;

		str_clear(out);
		put_head(s, out, ++s->seq);
		str_addslice(out, str_slice(&s->extra));
		str_clear(&s->extra);
		for (; i < n && out->len < STREAM_FRAME_BYTES; i++) {
			struct msg m;

			s->marked[s->dirty[i]] = 0;
			encode_checkable(&m, &s->pairs, s->view.engine,
			    s->view.schedule, s->dirty[i], now);
			msg_put(out, &m);
		}
		s->frames++;
		queue(s, NULL, number, str_slice(out));
	}
	s->objects += n;
	s->n_dirty -= n;
	if (s->n_dirty > 0)
		memmove(s->dirty, s->dirty + n, s->n_dirty * sizeof(*s->dirty));
	return s->seq;
}

/* --- snapshots -------------------------------------------------------------
 */

static void
begin(struct stream *s, struct bus_peer *peer, struct asker *a)
{
	struct str out = {0};

	*a = (struct asker){.asking = true, .seq = s->seq};
	put_head(s, &out, a->seq);
	queue(s, peer, 0, str_slice(&out));
	str_free(&out);
	s->snapshots++;
}

static void
put_objects(struct stream *s, struct asker *a, int64_t now)
{
	const struct engine *e = s->view.engine;
	struct msg m;

	for (int n = 0; n < SLICE_OBJECTS && a->at < e->snap->n_objects;
	     n++, a->at++) {
		encode_checkable(
		    &m, &s->pairs, e, s->view.schedule, a->at, now);
		msg_put(&s->buffer, &m);
		s->snapshot_objects++;
	}
}

/* All downtimes and comments at once: their tables must not change between
 * two steps of a walk. */
static void
put_rest(struct stream *s, struct asker *a)
{
	const struct engine *e = s->view.engine;
	const struct downtime *d;
	const struct comment *c;
	struct msg m;

	for (uint32_t i = 0; i < e->snap->n_contacts; i++) {
		const struct contact_state *k = &e->contacts[i];

		if (k->modified == 0 && k->modified_host == 0 &&
		    k->modified_service == 0)
			continue;
		encode_contact(&m, &s->pairs, e, i);
		msg_put(&s->buffer, &m);
	}
	while ((d = idmap_next(&e->downtimes, &a->downtime_at)) != NULL) {
		encode_downtime(&m, d);
		msg_put(&s->buffer, &m);
	}
	while ((c = idmap_next(&e->comments, &a->comment_at)) != NULL) {
		encode_comment(&m, c);
		msg_put(&s->buffer, &m);
	}
	s->status(s->arg, &s->buffer);
	m = (struct msg){.id = MSG_SNAPSHOT_END, .snapshot_end = {a->seq}};
	msg_put(&s->buffer, &m);
	a->asking = false;
}

/* One slice for each asker that reads; true: more is to be sent. */
static bool
slices(struct stream *s, uint64_t appended, int64_t now)
{
	bool more = false;

	for (struct bus_peer *p = NULL;
	     (p = bus_next_peer(s->snapshot, p)) != NULL;) {
		struct asker *a = bus_peer_data(p);

		if (a == NULL || !a->asking)
			continue;
		more = true;
		if (bus_peer_queued(p) > ASKER_FULL)
			continue;
		str_clear(&s->buffer);
		put_objects(s, a, now);
		if (a->at >= s->view.engine->snap->n_objects)
			put_rest(s, a);
		queue(s, p, appended, str_slice(&s->buffer));
	}
	return more;
}

/* The bytes of a frame, message by message. */
static void
send_frame(struct bus_peer *to, const struct frame *f)
{
	struct wire w = wire_of((struct slice){f->bytes, f->len});
	const char *why;
	struct msg m;

	while (msg_get(&w, &m, &why) == 1)
		if (bus_send(to, &m) == -1) {
			log_warn(
			    "snapshot: %s reads too slowly", bus_peer_name(to));
			break;
		}
	bus_flush(to);
}

bool
stream_release(
    struct stream *s, uint64_t appended, uint64_t durable, int64_t now)
{
	bool more = false;

	if (s->first == NULL)
		more = slices(s, appended, now);
	while (s->first != NULL && s->first->number <= durable) {
		struct frame *f = s->first;

		if (f->to != NULL)
			send_frame(f->to, f);
		else
			bus_publish_frame(
			    s->pub, (struct slice){f->bytes, f->len});
		s->first = f->next;
		if (s->first == NULL)
			s->last = &s->first;
		free(f);
	}
	return more;
}

static void
asker_up(struct bus_peer *peer, void *arg)
{
	(void)arg;
	bus_peer_set_data(peer, xnew(struct asker));
}

static void
asker_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct stream *s = arg;

	(void)why;
	for (struct frame **at = &s->first; *at != NULL;) {
		struct frame *f = *at;

		if (f->to != peer) {
			at = &f->next;
			continue;
		}
		*at = f->next;
		if (s->last == &f->next)
			s->last = at;
		free(f);
	}
	free(bus_peer_data(peer));
	bus_peer_set_data(peer, NULL);
}

static void
asker_message(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct stream *s = arg;
	struct asker *a = bus_peer_data(peer);
	struct str out = {0};

	if (m->id != MSG_SNAPSHOT_WANT) {
		log_warn("snapshot: %s: unexpected message %s",
		    bus_peer_name(peer), msg_name(m->id));
		return;
	}
	if (a->asking) { /* each question has its end */
		struct msg end = {
		    .id = MSG_SNAPSHOT_END, .snapshot_end = {a->seq}};

		msg_put(&out, &end);
		queue(s, peer, 0, str_slice(&out));
		str_free(&out);
	}
	begin(s, peer, a);
}

/* --- the whole -------------------------------------------------------------
 */

static const struct bus_handlers asker_handlers = {
    .up = asker_up, .down = asker_down, .message = asker_message};

struct stream *
stream_new(struct bus *bus, const char *state_endpoint,
    const char *snapshot_endpoint, uint64_t boot,
    const struct stream_view *view, void (*status)(void *arg, struct str *out),
    void *arg, struct err *err_r)
{
	struct bus_options options = {.queue_bytes = ASKER_QUEUE};
	struct stream *s = xnew(struct stream);

	s->view = *view;
	s->boot = boot;
	s->status = status;
	s->arg = arg;
	s->last = &s->first;
	s->marked = xcalloc(view->engine->snap->n_objects + 1, 1);
	s->pub = bus_publish(bus, state_endpoint, err_r);
	if (s->pub != NULL)
		s->snapshot = bus_listen(bus, snapshot_endpoint, &options,
		    &asker_handlers, s, err_r);
	if (s->snapshot == NULL)
		stream_free(&s);
	return s;
}

static void
drop_frames(struct stream *s)
{
	while (s->first != NULL) {
		struct frame *f = s->first;

		s->first = f->next;
		free(f);
	}
	s->last = &s->first;
}

void
stream_free(struct stream **stream)
{
	struct stream *s = *stream;

	if (s == NULL)
		return;
	if (s->snapshot != NULL)
		for (struct bus_peer *p = NULL;
		     (p = bus_next_peer(s->snapshot, p)) != NULL;)
			free(bus_peer_data(p));
	drop_frames(s);
	str_free(&s->extra);
	str_free(&s->buffer);
	str_free(&s->pairs);
	free(s->marked);
	free(s->dirty);
	free(s);
	*stream = NULL;
}

void
stream_adopt(struct stream *s, const struct stream_view *view)
{
	s->view = *view;
	free(s->marked);
	s->marked = xcalloc(view->engine->snap->n_objects + 1, 1);
	s->n_dirty = 0;
	str_clear(&s->extra);
	stream_heartbeat(s, 0); /* with the new generation */
	for (struct bus_peer *p = NULL;
	     (p = bus_next_peer(s->snapshot, p)) != NULL;) {
		struct asker *a = bus_peer_data(p);

		if (a != NULL && a->asking)
			begin(s, p, a);
	}
}

uint64_t
stream_seq(const struct stream *s)
{
	return s->seq;
}

void
stream_counters(const struct stream *s, struct str *list)
{
	const struct {
		const char *name;
		uint64_t value;
	} counters[] = {
	    {"stream_frames", s->frames},
	    {"stream_objects", s->objects},
	    {"stream_snapshots", s->snapshots},
	    {"stream_snapshot_objects", s->snapshot_objects},
	};

	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		struct msg_counter c = {
		    slice_of(counters[i].name), (double)counters[i].value};

		msg_counter_put(list, &c);
	}
}
