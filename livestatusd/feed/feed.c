/* SPDX-License-Identifier: Apache-2.0
 *
 * Following core; see feed.h. A frame of the stream is a stream_head and the
 * messages behind it. Head numbers count up by one; a head alone that repeats
 * the last number says "nothing new".
 */
#include "livestatusd/feed/feed.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <inttypes.h>
#include <stdlib.h>

#define PENDING_MAX (64u << 20)
#define RETRY_MS    1000u
/* The stream is never silent for so long while core is up. */
#define STREAM_SILENCE_NS (10 * NS_PER_S)

struct copy { /* a mirror and what it is numbered by */
	struct snapshot *snap;
	struct mirror *mirror;
};

struct feed {
	struct daemon *d;
	feed_changed_fn *changed;
	void *arg;
	struct bus_link *stream, *snapshots;
	struct copy shown, next; /* next: being filled, or empty */
	bool known;              /* boot and generation are core's */
	bool synced;             /* `shown` follows the stream */
	uint64_t seq, boot, generation;
	bool apply;         /* the present frame is new to `shown` */
	unsigned wanted;    /* answers to snapshot_want that are to come */
	struct str pending; /* frames that came while `next` is filled */
	int64_t heard;      /* monotonic, last frame */
	uv_timer_t retry;
	uv_idle_t wake;
	struct feed_counters counters;
};

static void
copy_free(struct copy *c)
{
	mirror_free(&c->mirror); /* and its snapshot */
	c->snap = NULL;
}

static int
copy_open(
    struct feed *f, uint64_t generation, struct copy *c, struct err *err_r)
{
	c->snap = snapshot_open_site(f->d->root, generation, err_r);
	if (c->snap == NULL)
		return -1;
	c->mirror = mirror_new(c->snap, err_r);
	if (c->mirror == NULL) {
		snapshot_close(&c->snap);
		return -1;
	}
	mirror_own_snapshot(c->mirror, c->snap);
	return 0;
}

static void
on_wake(uv_idle_t *idle)
{
	struct feed *f = idle->data;

	uv_idle_stop(idle);
	if (f->changed != NULL)
		f->changed(f->arg);
}

static void
changed(struct feed *f)
{
	uv_idle_start(&f->wake, on_wake);
}

/* Asks core for all of its state. */
static void
want(struct feed *f)
{
	struct bus_peer *peer = bus_dialled(f->snapshots);
	struct msg m = {.id = MSG_SNAPSHOT_WANT, .snapshot_want = {f->seq}};

	f->synced = false;
	copy_free(&f->next);
	str_clear(&f->pending);
	if (peer == NULL)
		return; /* on_up asks */
	if (bus_send(peer, &m) == 0) {
		bus_flush(peer);
		f->wanted++;
		f->counters.snapshots++;
	}
}

/* The mirror to fill, numbered as core does at present. */
static bool
open_next(struct feed *f)
{
	struct err err = {""};
	uint64_t generation =
	    f->known ? f->generation : f->d->snapshot->generation;

	if (f->next.mirror != NULL)
		return true;
	if (copy_open(f, generation, &f->next, &err) == 0)
		return true;
	log_warn("generation %" PRIu64 ": %s; the old state is shown",
	    generation, err.text);
	return false;
}

/* What happened before stays counted, and a query that waits looks again. */
static void
take_over_events(struct mirror *next, const struct mirror *old)
{
	for (int i = 0; i < MIRROR_EVENTS; i++)
		next->events[i] = old->events[i] + 1;
}

static void on_stream(struct bus_peer *peer, const struct msg *m, void *arg);

/* Frames that came meanwhile; what is contained already is skipped. */
static void
replay(struct feed *f)
{
	struct str frames = f->pending;
	struct wire w;
	struct msg m;
	const char *why;

	f->pending = (struct str){0};
	w = wire_of(str_slice(&frames));
	while (msg_get(&w, &m, &why) == 1)
		on_stream(NULL, &m, f);
	str_free(&frames);
}

static void
show_next(struct feed *f, uint64_t seq)
{
	take_over_events(f->next.mirror, f->shown.mirror);
	copy_free(&f->shown);
	f->shown = f->next;
	f->next = (struct copy){0};
	f->seq = seq;
	f->synced = true;
	f->apply = false;
	log_info("core: generation %" PRIu64 ", state up to %" PRIu64
		 ": %u hosts, %u services",
	    f->shown.snap->generation, seq, f->shown.snap->n_hosts,
	    f->shown.snap->n_objects - f->shown.snap->n_hosts);
	replay(f);
	changed(f);
}

static void
learn(struct feed *f, const struct msg_stream_head *h)
{
	f->known = true;
	f->boot = h->boot;
	f->generation = h->generation;
}

/* True: messages behind this head belong into the mirror that is shown. */
static bool
is_next_frame(struct feed *f, const struct msg_stream_head *h)
{
	f->counters.frames++;
	f->heard = clock_mono();
	if (!f->known) {
		learn(f, h);
		if (f->wanted == 0 ||
		    (f->next.snap != NULL &&
			f->next.snap->generation != h->generation))
			want(f);
		return false;
	}
	if (h->boot != f->boot || h->generation != f->generation) {
		learn(f, h);
		want(f);
		return false;
	}
	if (!f->synced || h->seq <= f->seq)
		return false;
	if (h->seq == f->seq + 1) {
		f->seq = h->seq;
		return true;
	}
	f->counters.gaps++;
	log_warn("core: frames %" PRIu64 " to %" PRIu64
		 " of the state are missing, asking for all of it",
	    f->seq + 1, h->seq - 1);
	want(f);
	return false;
}

static void
on_stream(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct feed *f = arg;

	(void)peer;
	if (m->id == MSG_STREAM_HEAD)
		f->apply = is_next_frame(f, &m->stream_head);
	if (!f->synced && f->wanted > 0) {
		if (f->pending.len > PENDING_MAX)
			want(f);
		msg_put(&f->pending, m);
		return;
	}
	if (m->id == MSG_STREAM_HEAD || !f->apply)
		return;
	mirror_apply(f->shown.mirror, m, clock_wall());
	changed(f);
}

static void
on_snapshot(struct bus_peer *peer, const struct msg *m, void *arg)
{
	struct feed *f = arg;

	(void)peer;
	if (f->wanted > 1) { /* an answer that is not wanted any more */
		if (m->id == MSG_SNAPSHOT_END)
			f->wanted--;
		return;
	}
	if (f->wanted == 0)
		return;
	if (m->id == MSG_STREAM_HEAD) {
		if (!f->known || m->stream_head.boot != f->boot ||
		    m->stream_head.generation != f->generation) {
			learn(f, &m->stream_head);
			copy_free(&f->next);
			str_clear(&f->pending);
		}
		return;
	}
	if (m->id == MSG_SNAPSHOT_END)
		f->wanted = 0;
	if (!open_next(f))
		return; /* the timer asks again */
	if (m->id == MSG_SNAPSHOT_END)
		show_next(f, m->snapshot_end.seq);
	else
		mirror_apply(f->next.mirror, m, clock_wall());
}

static void
on_up(struct bus_peer *peer, void *arg)
{
	struct feed *f = arg;

	(void)peer;
	f->heard = clock_mono();
	want(f);
	changed(f);
}

static void
on_down(struct bus_peer *peer, const char *why, void *arg)
{
	struct feed *f = arg;

	(void)peer;
	if (f->changed == NULL)
		return; /* we are going ourselves */
	log_warn("core: down (%s); its last state is shown", why);
	f->wanted = 0;
	f->known = false; /* it may come back as another */
	f->synced = false;
	copy_free(&f->next);
	str_clear(&f->pending);
	changed(f);
}

/* Asks again where an answer could not be used, or the stream is stuck. */
static void
on_retry(uv_timer_t *timer)
{
	struct feed *f = timer->data;

	if (bus_dialled(f->snapshots) == NULL)
		return;
	if (!f->synced && f->wanted == 0) {
		want(f);
	} else if (clock_mono() - f->heard > STREAM_SILENCE_NS) {
		log_warn("core: its state stream is silent, asking for all "
			 "of it");
		f->heard = clock_mono();
		want(f);
	}
}

static int
open_links(struct feed *f, struct err *err_r)
{
	static const struct bus_handlers stream = {.message = on_stream};
	static const struct bus_handlers snapshots = {
	    .up = on_up, .down = on_down, .message = on_snapshot};
	char *endpoint = daemon_endpoint(f->d, "state");

	f->stream = bus_subscribe(f->d->bus, endpoint, &stream, f, err_r);
	free(endpoint);
	if (f->stream == NULL)
		return -1;
	endpoint = daemon_endpoint(f->d, "snapshot");
	f->snapshots =
	    bus_dial(f->d->bus, endpoint, NULL, &snapshots, f, err_r);
	free(endpoint);
	return f->snapshots == NULL ? -1 : 0;
}

struct feed *
feed_new(struct daemon *d, feed_changed_fn *fn, void *arg, struct err *err_r)
{
	struct feed *f = xnew(struct feed);

	f->d = d;
	f->changed = fn;
	f->arg = arg;
	uv_timer_init(d->loop, &f->retry);
	uv_idle_init(d->loop, &f->wake);
	f->retry.data = f->wake.data = f;
	if (copy_open(f, d->snapshot->generation, &f->shown, err_r) != 0 ||
	    open_links(f, err_r) != 0) {
		feed_free(&f);
		return NULL;
	}
	f->heard = clock_mono();
	uv_timer_start(&f->retry, on_retry, RETRY_MS, RETRY_MS);
	return f;
}

static void
on_closed(uv_handle_t *handle)
{
	struct feed *f = handle->data;

	if (handle == (uv_handle_t *)&f->retry)
		uv_close((uv_handle_t *)&f->wake, on_closed);
	else
		free(f);
}

void
feed_free(struct feed **fp)
{
	struct feed *f = *fp;

	if (f == NULL)
		return;
	*fp = NULL;
	f->changed = NULL;
	if (f->stream != NULL)
		bus_close(&f->stream);
	if (f->snapshots != NULL)
		bus_close(&f->snapshots);
	copy_free(&f->next);
	copy_free(&f->shown);
	str_free(&f->pending);
	uv_close((uv_handle_t *)&f->retry, on_closed);
}

const struct mirror *
feed_mirror(const struct feed *f)
{
	return f->shown.mirror;
}

const struct mirror *
feed_freeze(struct feed *f)
{
	return mirror_freeze(f->shown.mirror);
}

uint64_t
feed_seq(const struct feed *f)
{
	return f->seq;
}

bool
feed_core_up(const struct feed *f)
{
	return bus_dialled(f->snapshots) != NULL;
}

bool
feed_is_current(const struct feed *f)
{
	return f->synced &&
	    f->shown.snap->generation == f->d->snapshot->generation;
}

void
feed_log_event(struct feed *f)
{
	mirror_event(f->shown.mirror, MIRROR_LOG);
	changed(f);
}

const struct feed_counters *
feed_counters(const struct feed *f)
{
	return &f->counters;
}
